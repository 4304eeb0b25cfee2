//! Snapshots of the state beside a journal: named by their height, the last few kept. They are caches: deleting all of them
//! costs time and nothing else.

use journal::JournalFault;
use std::path::Path;

/// Snapshots kept: the last, and the one before, in case the last is damaged.
const SNAPSHOTS_KEPT: usize = 2;

const PREFIX: &str = "state-";

/// Writes a snapshot and lets go of older ones; `breathe` is called between parts of the file.
///
/// # Errors
/// Faults of writing; earlier snapshots are still there then.
pub fn write(dir: &Path, height: u64, snapshot: &[u8], breathe: &mut dyn FnMut()) -> Result<(), JournalFault> {
    journal_sqlite::write_auxiliary_gently(dir, &name(height), snapshot, breathe)?;
    let mut heights = heights(dir)?;
    heights.truncate(heights.len().saturating_sub(SNAPSHOTS_KEPT));
    heights.into_iter().try_for_each(|height| journal_sqlite::remove_auxiliary(dir, &name(height)))
}

/// The last snapshot at or below a height that is whole; what is damaged is told of and passed over.
///
/// # Errors
/// If the folder cannot be read.
pub fn last(
    dir: &Path,
    not_after: u64,
    damaged: &mut dyn FnMut(JournalFault),
) -> Result<Option<Vec<u8>>, JournalFault> {
    for height in heights(dir)?.into_iter().rev().filter(|height| *height <= not_after) {
        match journal_sqlite::read_auxiliary(dir, &name(height)) {
            Ok(Some(bytes)) => return Ok(Some(bytes)),
            Ok(None) => {}
            Err(fault @ JournalFault::AuxiliaryDamaged { .. }) => damaged(fault),
            Err(fault) => return Err(fault),
        }
    }
    Ok(None)
}

/// Heights of the snapshots in a folder, ascending.
///
/// # Errors
/// If the folder cannot be read.
pub fn heights(dir: &Path) -> Result<Vec<u64>, JournalFault> {
    let names = journal_sqlite::auxiliary_names(dir)?;
    let mut heights: Vec<u64> = names.iter().filter_map(|name| name.strip_prefix(PREFIX)?.parse().ok()).collect();
    heights.sort_unstable();
    Ok(heights)
}

fn name(height: u64) -> String {
    // Twenty digits hold every height, so that names sort as heights do.
    format!("{PREFIX}{height:020}")
}
