//! Copies of a journal, each verified before it counts.

use crate::database::Database;
use crate::folder::{self, Contents, FolderLock};
use crate::verify::{open_read_only, verify_files};
use crate::{faults, mark_file};
use journal::{Head, JournalFault, Mark};
use std::ops::Range;
use std::path::Path;

/// What a restore brought back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// Where the restored journal ends.
    pub head: Head,
    /// Events that were acknowledged in the lost folder and are not in the backup.
    pub missing: Option<Range<u64>>,
}

/// Copies the journal in `dir`, which may be in use, to the empty or new folder `target`, and verifies the copy.
///
/// The copy's mark is written last: a copy that was interrupted has none and is refused by everything that opens it.
///
/// # Errors
/// [`JournalFault::TargetNotEmpty`]; any fault of the source or of the copy.
pub fn backup(dir: &Path, target: &Path) -> Result<Head, JournalFault> {
    backup_with(dir, target, || Ok(()))
}

/// The same, with something beside the journal that belongs to the copy: it is copied after the journal and before the
/// mark, so that a copy without it is refused too.
///
/// # Errors
/// As [`backup`], and those of `beside`.
pub fn backup_with<E: From<JournalFault>>(
    dir: &Path,
    target: &Path,
    beside: impl FnOnce() -> Result<(), E>,
) -> Result<Head, E> {
    let source = open_read_only(dir)?;
    copy(dir, source.mark(), target, beside)
}

/// Copies a backup to the empty or new folder `dir`. With the folder that was lost in `lost`, its mark tells which
/// acknowledged events the backup does not have.
///
/// # Errors
/// [`JournalFault::TargetNotEmpty`], [`JournalFault::InUse`]; any fault of the backup or of the copy.
pub fn restore(backup: &Path, dir: &Path, lost: Option<&Path>) -> Result<Restored, JournalFault> {
    let mark = open_read_only(backup)?.mark();
    // First what may be wrong with the question: afterwards the folder is no longer empty.
    let lost_mark = lost.map(mark_file::read).transpose()?.map(|read| read.mark);
    let head = copy(backup, mark, dir, || Ok::<(), JournalFault>(()))?;
    let missing = lost_mark.filter(|mark| mark.next_seq > head.next_seq).map(|mark| head.next_seq..mark.next_seq);
    Ok(Restored { head, missing })
}

fn copy<E: From<JournalFault>>(
    source: &Path,
    mark: Mark,
    target: &Path,
    beside: impl FnOnce() -> Result<(), E>,
) -> Result<Head, E> {
    let _lock = take_empty(target)?;
    Database::open_for_reading(source)?.copy_to(target)?;
    folder::sync_folder(target)?;
    beside()?;
    Ok(seal(target, &mark)?)
}

/// Takes a new or empty folder for a copy.
fn take_empty(target: &Path) -> Result<FolderLock, JournalFault> {
    match folder::look(target) {
        Ok(Contents::Missing) => folder::create(target)?,
        Ok(Contents::Fresh) => {}
        Ok(Contents::Journal) => {
            // Whoever has it open is the more useful thing to say.
            let _lock = FolderLock::take(target)?;
            return Err(not_empty(target));
        }
        Err(JournalFault::NotAJournal { .. }) => return Err(not_empty(target)),
        Err(fault) => return Err(fault),
    }
    FolderLock::take(target)
}

/// Writes the mark of a copy that is whole.
fn seal(target: &Path, mark: &Mark) -> Result<Head, JournalFault> {
    // First the source's mark, so that the copy is held to what was acknowledged there; then its own head.
    mark_file::write_whole(target, mark)?;
    match verify_files(target) {
        Ok(head) => {
            mark_file::write_whole(target, &head.mark())?;
            remove_empty_log(target)?;
            Ok(head)
        }
        Err(fault) => {
            let path = folder::mark(target);
            std::fs::remove_file(&path).map_err(|error| faults::writing(&path, &error))?;
            Err(fault)
        }
    }
}

/// Reading the copy made a write-ahead log with nothing in it, and its index. Under the lock nobody else uses them.
fn remove_empty_log(target: &Path) -> Result<(), JournalFault> {
    let log = folder::log(target);
    if !std::fs::metadata(&log).is_ok_and(|meta| meta.len() == 0) {
        return Ok(());
    }
    for path in [folder::log_index(target), log] {
        std::fs::remove_file(&path).map_err(|error| faults::writing(&path, &error))?;
    }
    folder::sync_folder(target)
}

fn not_empty(target: &Path) -> JournalFault {
    JournalFault::TargetNotEmpty { place: faults::place(target) }
}
