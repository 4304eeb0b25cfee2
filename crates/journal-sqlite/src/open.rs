//! Opening: what a folder must be, and the comparison of the journal with what was acknowledged.

use crate::database::{Append, Database};
use crate::folder::{self, Contents, FolderLock};
use crate::mark_file::{self, MarkRead, MarkWriter};
use crate::{StoreOptions, faults, reader};
use journal::{ChainVerifier, Head, JournalFault, Mark, barrier_after, seal};
use std::path::Path;

/// A journal whose epoch was taken, before its threads run.
pub(crate) struct Opened {
    pub(crate) lock: FolderLock,
    pub(crate) database: Database,
    pub(crate) marks: MarkWriter,
    pub(crate) head: Head,
    pub(crate) warnings: Vec<String>,
}

/// Opens for writing; with `create`, a missing or empty folder becomes a journal first.
pub(crate) fn for_writing(
    dir: &Path,
    time_us: i64,
    options: &StoreOptions,
    create: bool,
) -> Result<Opened, JournalFault> {
    match folder::look(dir)? {
        Contents::Missing if create => folder::create(dir)?,
        Contents::Missing => return Err(faults::permission(dir, "the folder does not exist")),
        Contents::Fresh if !create => return Err(empty(dir)),
        Contents::Fresh | Contents::Journal => {}
    }
    let lock = FolderLock::take(dir)?;
    if create && never_written(dir)? {
        folder::check_space(dir, 0)?;
        Database::create(dir)?;
        // Before the first block: a journal that has blocks but no mark has lost its mark.
        mark_file::create(dir)?;
    }
    let read = mark_file::read(dir)?;
    require_database(dir, &read.mark)?;
    let mut database = Database::open_for_writing(dir)?;
    require_tables(&database, &read.mark)?;
    database.check_identity()?;
    database.require_durable(options.synchronous)?;
    let found = acknowledged_head(dir, &database, &read.mark)?;
    let in_charge = database.writer_epoch()?;
    if in_charge != found.epoch {
        let detail = format!("the writer in charge has epoch {in_charge} and the last block {}", found.epoch);
        return Err(JournalFault::corrupt(&faults::place(database.path()), found.next_seq, &detail));
    }
    folder::check_space(dir, 0)?;
    let mut marks = MarkWriter::open(dir, &read)?;
    let head = take_epoch(&mut database, &mut marks, &found, time_us)?;
    Ok(Opened { lock, database, marks, head, warnings: warnings(dir, &read) })
}

/// The barrier: from here on a writer of an earlier epoch can append nothing.
fn take_epoch(
    database: &mut Database,
    marks: &mut MarkWriter,
    found: &Head,
    time_us: i64,
) -> Result<Head, JournalFault> {
    let barrier = seal(barrier_after(found, time_us), found.hash);
    match database.append(found.blocks, &barrier, found.epoch)? {
        Append::Committed => {}
        Append::Fenced { epoch } => {
            let place = faults::place(database.path());
            return Err(JournalFault::Fenced { place, epoch: found.epoch, by_epoch: epoch });
        }
    }
    let head = found.after(&barrier);
    marks.write(&head.mark())?;
    Ok(head)
}

/// Whether a folder holds at most the beginnings of a journal that was never finished being created.
fn never_written(dir: &Path) -> Result<bool, JournalFault> {
    match mark_file::read(dir) {
        // Snapshots are of something: a folder that has them has lost its mark.
        Err(JournalFault::MarkMissing { .. }) if dir.join(folder::SNAPSHOT_FOLDER).exists() => return Ok(false),
        Err(JournalFault::MarkMissing { .. }) => {}
        Err(fault) => return Err(fault),
        Ok(read) if read.mark == Mark::EMPTY => {}
        Ok(_) => return Ok(false),
    }
    if !folder::database(dir).exists() {
        return Ok(true);
    }
    let database = Database::open_for_writing(dir)?;
    if !database.has_tables()? {
        return Ok(true);
    }
    database.check_identity()?;
    Ok(database.block_count()? == 0)
}

/// Without its database a marked journal is truncated to nothing, and SQLite must not be let make an empty one.
pub(crate) fn require_database(dir: &Path, mark: &Mark) -> Result<(), JournalFault> {
    let path = folder::database(dir);
    match std::fs::metadata(&path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && mark.blocks > 0 => Err(truncated(&path, mark)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(empty(dir)),
        Err(error) => Err(faults::reading(&path, &error)),
    }
}

/// The same for a database that is there but empty.
pub(crate) fn require_tables(database: &Database, mark: &Mark) -> Result<(), JournalFault> {
    if mark.blocks > 0 && !database.has_tables()? { Err(truncated(database.path(), mark)) } else { Ok(()) }
}

fn truncated(path: &Path, mark: &Mark) -> JournalFault {
    JournalFault::Truncated { place: faults::place(path), head_seq: 0, mark_seq: mark.next_seq }
}

fn empty(dir: &Path) -> JournalFault {
    JournalFault::NotAJournal { place: faults::place(dir), detail: "the folder is empty".to_owned() }
}

/// The head, after comparing the journal with its mark and verifying what follows the marked block, and that block
/// itself. What lies before is verified by whoever reads it.
fn acknowledged_head(dir: &Path, database: &Database, mark: &Mark) -> Result<Head, JournalFault> {
    let blocks = database.block_count()?;
    let place = faults::place(database.path());
    if blocks < mark.blocks {
        let head = blocks.checked_sub(1).map(|last| database.head_at(last)).transpose()?.flatten();
        let head_seq = head.map_or(0, |head| head.next_seq);
        return Err(JournalFault::Truncated { place, head_seq, mark_seq: mark.next_seq });
    }
    let anchor = match mark.blocks.checked_sub(2) {
        None => Head::EMPTY,
        Some(number) => {
            database.head_at(number)?.ok_or_else(|| JournalFault::corrupt(&place, 0, "a block is missing"))?
        }
    };
    let verifier = ChainVerifier::after(anchor, &place).against(*mark)?;
    reader::blocks_after(dir, verifier, blocks)?.try_fold(anchor, |head, block| Ok(head.after(&block?)))
}

/// What an operator should know though the journal is sound.
pub(crate) fn warnings(dir: &Path, read: &MarkRead) -> Vec<String> {
    let damaged = || {
        format!(
            "one of the two copies of the high-water mark was damaged; the other was used; {}; check the disk",
            folder::mark(dir).display()
        )
    };
    read.one_slot_damaged.then(damaged).into_iter().collect()
}
