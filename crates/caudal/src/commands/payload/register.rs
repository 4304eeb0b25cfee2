//! `caudal payload erasures`: the register, to be read and to be kept with the backups.

use super::{Entry, Store};
use crate::failure::{Exit, Failure};
use crate::people::{Table, count};
use crate::{json, output};
use clap::Args;
use serde::Serialize;
use std::path::PathBuf;

pub(super) const EXAMPLE: &str = "\
Examples:
  caudal payload erasures --data day --house-key key
  caudal payload erasures --data day --house-key key --out safe/erasures-2031-05-01

The register holds no personal data: commitments, keyed hashes, dates, grounds, numbers of cases.";

/// Which register, and where to.
#[derive(Args, Clone, Debug)]
pub(crate) struct Arguments {
    #[command(flatten)]
    store: Store,
    /// New file to write it to, for `caudal payload restore --register`
    #[arg(long, value_name = "FILE", conflicts_with = "json")]
    out: Option<PathBuf>,
    /// Prints it as one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Told {
    erasures: Vec<Entry>,
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    let store = arguments.store.open()?;
    let text = match &arguments.out {
        Some(out) => {
            let entries = store.export_register(out)?;
            format!("{} erasures written to {}", count(entries), out.display())
        }
        None => {
            let entries: Vec<Entry> = store.register()?.iter().map(Entry::of).collect();
            if arguments.json { json::text(&Told { erasures: entries }) } else { table(&entries) }
        }
    };
    store.close()?;
    output::print(&text)?;
    Ok(Exit::Done)
}

fn table(entries: &[Entry]) -> String {
    let mut table = Table::new(&["entry", "at", "erased", "name", "ground", "case", "by"]).align_right(0);
    for entry in entries {
        // Sixteen digits tell names apart; --json has all of them.
        table.row([
            entry.entry.to_string(),
            entry.at.clone(),
            entry.erased.to_owned(),
            format!("{}…", &entry.name[..16]),
            entry.ground.to_owned(),
            entry.case.clone(),
            entry.by.clone(),
        ]);
    }
    table.to_string()
}
