//! `caudal backup`: a copy counts once it was verified.

use super::verify::verdict;
use crate::failure::{Exit, Failure};
use crate::{folder_check, output, warnings};
use clap::Args;
use node::personal_data::PAYLOAD_FOLDER;
use std::path::PathBuf;

pub(crate) const EXAMPLE: &str = "\
Examples:
  caudal backup --data day --to copies/2024-06-05
  caudal backup --data day --to copies/2024-06-05 --keys safe/keys-2024-06-05";

/// What to copy and where.
#[derive(Args, Clone, Debug)]
pub(crate) struct Arguments {
    /// Folder of the journal; a process may be writing to it
    #[arg(long, value_name = "DIR")]
    pub(crate) data: PathBuf,
    /// Empty or new folder for the copy
    #[arg(long, value_name = "DIR")]
    pub(crate) to: PathBuf,
    /// New file for the wrapped keys of personal data: keep it apart from the copy
    #[arg(long, value_name = "FILE")]
    pub(crate) keys: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    let keys = arguments.keys.as_deref();
    let store = arguments.data.join(PAYLOAD_FOLDER);
    if keys.is_some() && !store.is_dir() {
        let place = arguments.data.display();
        return Err(Failure::wrong_use(format!("there are no personal data; {place}; leave --keys out")));
    }
    node::backup(&arguments.data, &arguments.to, keys)?;
    if keys.is_none() && store.is_dir() {
        let message = "personal data were copied without their keys, and cannot be read from this copy alone; ";
        let place = arguments.data.display();
        warnings::warn(
            "KEYS_NOT_COPIED",
            format!("{message}{place}; add --keys FILE to copy the keys, to another place"),
        );
    }
    let sound = folder_check::check(&arguments.to)?;
    output::print(&format!("copied to {}\n{}", arguments.to.display(), verdict(&sound)))?;
    Ok(Exit::Done)
}
