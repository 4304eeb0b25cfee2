//! `caudal backup`: a copy counts once it was verified.

use super::verify::verdict;
use crate::failure::{Exit, Failure};
use crate::{folder_check, output};
use clap::Args;
use std::path::PathBuf;

pub(crate) const EXAMPLE: &str = "\
Example:
  caudal backup --data day --to copies/2024-06-05";

/// What to copy and where.
#[derive(Args, Clone, Debug)]
pub(crate) struct Arguments {
    /// Folder of the journal; a process may be writing to it
    #[arg(long, value_name = "DIR")]
    pub(crate) data: PathBuf,
    /// Empty or new folder for the copy
    #[arg(long, value_name = "DIR")]
    pub(crate) to: PathBuf,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    journal_sqlite::backup(&arguments.data, &arguments.to)?;
    let sound = folder_check::check(&arguments.to)?;
    output::print(&format!("copied to {}\n{}", arguments.to.display(), verdict(&sound)))?;
    Ok(Exit::Done)
}
