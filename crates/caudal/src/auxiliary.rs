//! Files beside a journal. None of them is needed: a damaged one is told of and made anew.

use crate::failure::Failure;
use crate::warnings;
use journal::JournalFault;
use std::path::Path;

/// The arguments of the demo in this folder, to name what differs when it is resumed with others.
pub(crate) const ARGUMENTS: &str = "demo-arguments";

/// A file; nothing, and a warning, if it is damaged.
///
/// # Errors
/// If it cannot be read at all.
pub(crate) fn read_or_warn(dir: &Path, name: &str) -> Result<Option<Vec<u8>>, Failure> {
    match journal_sqlite::read_auxiliary(dir, name) {
        Err(fault @ JournalFault::AuxiliaryDamaged { .. }) => {
            warnings::warn(fault.code(), &fault);
            Ok(None)
        }
        read => Ok(read?),
    }
}

/// Writes a file; a warning if that is not possible.
pub(crate) fn write_or_warn(dir: &Path, name: &str, content: &[u8]) {
    if let Err(fault) = journal_sqlite::write_auxiliary(dir, name, content) {
        warnings::warn(fault.code(), format!("{fault} (the journal is whole without this file)"));
    }
}

/// Warns of each file that is damaged.
///
/// # Errors
/// If the folder cannot be read.
pub(crate) fn warn_of_damage(dir: &Path) -> Result<(), Failure> {
    for name in journal_sqlite::auxiliary_names(dir)? {
        if let Err(fault) = journal_sqlite::read_auxiliary(dir, &name) {
            warnings::warn(fault.code(), &fault);
        }
    }
    Ok(())
}
