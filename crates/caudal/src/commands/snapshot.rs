//! `caudal snapshot`: the state for a quick start, made while another version still runs.

use crate::failure::{Exit, Failure};
use crate::people::count;
use crate::progress::Bar;
use crate::{hash_key, output, warnings};
use clap::Args;
use std::path::PathBuf;

pub(crate) const EXAMPLE: &str = "\
Example, at an upgrade: the new program prepares its start, then the old one is ended
  caudal snapshot --data day";

/// Of which house.
#[derive(Args, Clone, Debug)]
pub(crate) struct Arguments {
    /// Folder of the journal; a process may be writing to it
    #[arg(long, value_name = "DIR")]
    pub(crate) data: PathBuf,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    let bar = Bar::new("replaying", 1, "events");
    let mut progress = |replayed: engine::Replayed| bar.of(replayed.height.0, replayed.of.0);
    let mut warn = |warning: node::Warning| warnings::warn(warning.code, warning);
    let height = node::build_snapshot(&arguments.data, hash_key::draw(), &mut warn, &mut progress)?;
    let (height, place) = (count(height), arguments.data.display());
    output::print(&format!(
        "a snapshot of the state after {height} events is in {place}: the next start begins there"
    ))?;
    Ok(Exit::Done)
}
