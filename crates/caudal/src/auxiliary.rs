//! Files beside a journal. None of them is needed: a damaged one is told of and made anew.

use crate::warnings;
use journal::JournalFault;
use std::path::Path;

/// The arguments of the demo in this folder, to name what differs when it is resumed with others.
pub(crate) const ARGUMENTS: &str = "demo-arguments";

/// A file; nothing, and a warning, if it is damaged or cannot be read.
pub(crate) fn read_or_warn(dir: &Path, name: &str) -> Option<Vec<u8>> {
    journal_sqlite::read_auxiliary(dir, name).unwrap_or_else(|fault| {
        warn(&fault);
        None
    })
}

/// Writes a file; a warning if that is not possible.
pub(crate) fn write_or_warn(dir: &Path, name: &str, content: &[u8]) {
    if let Err(fault) = journal_sqlite::write_auxiliary(dir, name, content) {
        warn(&fault);
    }
}

/// Warns of each file that is damaged or cannot be read. What is none of ours is not looked at.
pub(crate) fn warn_of_damage(dir: &Path) {
    let names = match journal_sqlite::auxiliary_names(dir) {
        Ok(names) => names,
        Err(fault) => return warn(&fault),
    };
    for name in names.iter().filter(|name| *name == ARGUMENTS || node::is_beside_the_journal(name)) {
        if let Err(fault) = journal_sqlite::read_auxiliary(dir, name) {
            warn(&fault);
        }
    }
}

fn warn(fault: &JournalFault) {
    warnings::warn(fault.code(), format!("{fault} (the journal is whole without this file)"));
}
