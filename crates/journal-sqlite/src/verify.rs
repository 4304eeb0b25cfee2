//! Reading a journal without writing to it: for verification, for backups, and after a crash.

use crate::database::Database;
use crate::mark_file::{self, MarkRead};
use crate::{faults, folder, open, reader};
use journal::{Blocks, ChainVerifier, Head, JournalFault, Mark};
use std::path::{Path, PathBuf};

/// A folder open for reading, as it was when it was opened. Takes no lock, so a writer may be at work; changes neither
/// the database nor its write-ahead log.
#[derive(Debug)]
pub struct ReadOnlyJournal {
    dir: PathBuf,
    read: MarkRead,
    blocks: u64,
}

impl ReadOnlyJournal {
    /// Opens a folder for reading.
    ///
    /// # Errors
    /// As opening for writing, without what concerns writing. Whether the journal reaches its mark is said by reading it.
    pub fn open(dir: &Path) -> Result<ReadOnlyJournal, JournalFault> {
        match folder::look(dir)? {
            folder::Contents::Missing => return Err(faults::permission(dir, "the folder does not exist")),
            folder::Contents::Fresh => {
                let detail = "the folder is empty".to_owned();
                return Err(JournalFault::NotAJournal { place: faults::place(dir), detail });
            }
            folder::Contents::Journal => {}
        }
        // The mark before the database: a writer at work lets the journal get ahead of the mark, never the reverse.
        let read = mark_file::read(dir)?;
        open::require_database(dir, &read.mark)?;
        let database = Database::open_for_reading(dir)?;
        open::require_tables(&database, &read.mark)?;
        database.check_identity()?;
        Ok(ReadOnlyJournal { dir: dir.to_owned(), read, blocks: database.block_count()? })
    }

    /// The high-water mark.
    #[must_use]
    pub fn mark(&self) -> Mark {
        self.read.mark
    }

    /// What an operator should know though the journal is sound.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        open::warnings(&self.dir, &self.read)
    }

    /// All blocks, verified one against the other and against the mark: an iteration without a fault is a whole
    /// verification.
    ///
    /// # Errors
    /// Faults of reading and verification, here and in each item.
    pub fn blocks(&self) -> Result<Blocks, JournalFault> {
        self.blocks_after(&Head::EMPTY)
    }

    /// The blocks after a head seen earlier, verified likewise.
    ///
    /// # Errors
    /// [`JournalFault::Forked`] if the journal does not contain that head; else as [`ReadOnlyJournal::blocks`].
    pub fn blocks_after(&self, head: &Head) -> Result<Blocks, JournalFault> {
        let place = faults::place(&folder::database(&self.dir));
        let verifier = ChainVerifier::after(*head, &place).against(self.read.mark)?;
        reader::blocks_after(&self.dir, verifier, self.blocks)
    }

    /// Reads everything and gives the head.
    ///
    /// # Errors
    /// The first fault found.
    pub fn verify(&self) -> Result<Head, JournalFault> {
        self.blocks()?.try_fold(Head::EMPTY, |head, block| Ok(head.after(&block?)))
    }
}

/// Opens a folder for reading. See [`ReadOnlyJournal`].
///
/// # Errors
/// As [`ReadOnlyJournal::open`].
pub fn open_read_only(dir: &Path) -> Result<ReadOnlyJournal, JournalFault> {
    ReadOnlyJournal::open(dir)
}

/// Verifies the whole journal in a folder against its mark, changing nothing; gives the head.
///
/// # Errors
/// The first fault found.
pub fn verify_files(dir: &Path) -> Result<Head, JournalFault> {
    ReadOnlyJournal::open(dir)?.verify()
}
