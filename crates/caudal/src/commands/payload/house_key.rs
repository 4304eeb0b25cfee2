//! `caudal payload house-key` and `rewrap`: the one secret outside the store.

use super::Store;
use crate::failure::{Exit, Failure};
use crate::output;
use crate::people::count;
use crate::progress::Bar;
use clap::Args;
use payloads::{HouseKey, OsRandomness};
use std::path::PathBuf;

pub(super) const MAKE_EXAMPLE: &str = "\
Example:
  caudal payload house-key --out safe/house-key

Keep a copy where no backup of the house is: whoever has both can read what is kept, and without it nobody can.";

pub(super) const REWRAP_EXAMPLE: &str = "\
Example, with a new key made by `caudal payload house-key --out safe/new-key`:
  caudal payload rewrap --data day --house-key safe/old-key --new-house-key safe/new-key

Then destroy every copy of the old house key: copies of the keys made before can no longer be read, nor what was erased
since. A backup made before can then not be brought back: make new ones first.";

/// Where to.
#[derive(Args, Clone, Debug)]
pub(crate) struct MakeArguments {
    /// New file
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Which store, and under which key.
#[derive(Args, Clone, Debug)]
pub(crate) struct RewrapArguments {
    #[command(flatten)]
    store: Store,
    /// File of the new house key
    #[arg(long, value_name = "FILE")]
    new_house_key: PathBuf,
}

pub(super) fn make(arguments: &MakeArguments) -> Result<Exit, Failure> {
    let key = HouseKey::create_file(&arguments.out, &mut OsRandomness)?;
    output::print(&format!("house key {} written to {}", id(&key), arguments.out.display()))?;
    Ok(Exit::Done)
}

pub(super) fn rewrap(arguments: &RewrapArguments) -> Result<Exit, Failure> {
    let new = HouseKey::from_file(&arguments.new_house_key)?;
    let mut store = arguments.store.open()?;
    let slots = store.figures().slots;
    {
        let bar = Bar::new("wrapping", slots, "keys");
        store.change_house_key(&new, |at| bar.at(at))?;
    }
    store.close()?;
    output::print(&format!("{} keys are now under house key {}", count(slots), id(&new)))?;
    Ok(Exit::Done)
}

fn id(key: &HouseKey) -> String {
    key.id().iter().map(|byte| format!("{byte:02x}")).collect()
}
