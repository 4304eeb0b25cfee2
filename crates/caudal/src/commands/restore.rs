//! `caudal restore`: brings a backup back.

use super::verify::verdict;
use crate::failure::{Exit, Failure};
use crate::people::count;
use crate::{folder_check, output, warnings};
use clap::Args;
use std::path::PathBuf;

pub(crate) const EXAMPLE: &str = "\
Examples:
  caudal restore --from copies/2024-06-05 --data day
  caudal restore --from copies/2024-06-05 --data new --lost day      says which events the copy lacks";

/// What to bring back and where.
#[derive(Args, Clone, Debug)]
pub(crate) struct Arguments {
    /// Folder of the backup
    #[arg(long, value_name = "DIR")]
    pub(crate) from: PathBuf,
    /// Empty or new folder for the journal
    #[arg(long, value_name = "DIR")]
    pub(crate) data: PathBuf,
    /// Folder that was lost: its high-water mark says what was acknowledged there
    #[arg(long, value_name = "DIR")]
    pub(crate) lost: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    let restored = journal_sqlite::restore(&arguments.from, &arguments.data, arguments.lost.as_deref())?;
    if let Some(missing) = restored.missing {
        let lacking = count(missing.end - missing.start);
        warnings::warn(
            "EVENTS_MISSING",
            format!(
                "{lacking} events that were acknowledged are not in the backup: {} to {}; {}; submit those payments again \
                 under the same references, or restore a newer backup",
                missing.start,
                missing.end - 1,
                arguments.from.display()
            ),
        );
    }
    let personal_data = arguments.from.join("payloads");
    if personal_data.is_dir() {
        warnings::warn(
            "PERSONAL_DATA_NOT_RESTORED",
            format!(
                "the journal is back, the personal data are not; {}; bring them back with `caudal payload restore`, with their \
                 keys and the newest register of erasures, before the house is started",
                personal_data.display()
            ),
        );
    }
    let sound = folder_check::check(&arguments.data)?;
    output::print(&format!("restored to {}\n{}", arguments.data.display(), verdict(&sound)))?;
    Ok(Exit::Done)
}
