//! The journal open for writing.

use crate::database::Synchronous;
use crate::folder::{self, FolderLock};
use crate::open;
use crate::writer::Pipeline;
use crate::{faults, reader};
use journal::{BlockDraft, Blocks, ChainVerifier, Head, Journal, JournalFault, Outcome, SubmissionPoint, Ticket};
use std::path::{Path, PathBuf};
use std::sync::mpsc::TryRecvError;

/// How to open a journal.
#[derive(Clone, Copy, Debug)]
pub struct StoreOptions {
    /// How SQLite syncs; what would lose acknowledged blocks is refused.
    pub synchronous: Synchronous,
}

impl Default for StoreOptions {
    fn default() -> StoreOptions {
        StoreOptions { synchronous: Synchronous::Full }
    }
}

/// A folder open for writing. Dropping it finishes the blocks in flight; [`SqliteJournal::close`] also leaves the
/// database file complete in itself.
pub struct SqliteJournal {
    // Dropped first: the threads use the files until they have ended, and the lock must outlive them.
    pipeline: Pipeline,
    dir: PathBuf,
    head: Head,
    submitted: SubmissionPoint,
    in_flight: usize,
    /// Bytes promised to the next submission.
    admitted_bytes: usize,
    fault: Option<JournalFault>,
    warnings: Vec<String>,
    _lock: FolderLock,
}

impl SqliteJournal {
    /// Opens an existing journal: compares it with its high-water mark and takes the next epoch by a barrier, at the
    /// later of `time_us` and the last block's time. The barrier is durable when this returns.
    ///
    /// What lies before the mark is verified by whoever reads it, block by block.
    ///
    /// # Errors
    /// A fault for each way in which a folder is not a sound journal of this process; nothing in it is changed then.
    pub fn open(dir: &Path, time_us: i64, options: &StoreOptions) -> Result<SqliteJournal, JournalFault> {
        SqliteJournal::start(dir, open::for_writing(dir, time_us, options, false)?)
    }

    /// As [`SqliteJournal::open`], but a missing or empty folder becomes a new journal first.
    ///
    /// # Errors
    /// As [`SqliteJournal::open`].
    pub fn open_or_create(dir: &Path, time_us: i64, options: &StoreOptions) -> Result<SqliteJournal, JournalFault> {
        SqliteJournal::start(dir, open::for_writing(dir, time_us, options, true)?)
    }

    fn start(dir: &Path, opened: open::Opened) -> Result<SqliteJournal, JournalFault> {
        let pipeline = Pipeline::start(opened.database, opened.marks, opened.head);
        Ok(SqliteJournal {
            pipeline: pipeline.map_err(|error| faults::writing(dir, &error))?,
            dir: dir.to_owned(),
            head: opened.head,
            submitted: SubmissionPoint::at(&opened.head),
            in_flight: 0,
            admitted_bytes: 0,
            fault: None,
            warnings: opened.warnings,
            _lock: opened.lock,
        })
    }

    /// The folder.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// What an operator should know though the journal is sound: each a sentence with place and remedy.
    #[must_use]
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Waits for the blocks in flight, copies the write-ahead log into the database and closes it: the database file
    /// alone, with the mark, is then the journal. Gives the last durable head.
    ///
    /// # Errors
    /// The fault of a block in flight, or of the last copying. What was durable stays so.
    pub fn close(mut self) -> Result<Head, JournalFault> {
        while self.wait().is_some() {}
        let finished = self.pipeline.finish();
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        match finished {
            Some((database, None)) => database.close_clean(self.head.next_seq)?,
            Some((_, Some(fault))) => return Err(fault),
            None => return Err(thread_lost(&self.dir)),
        }
        Ok(self.head)
    }

    fn take(&mut self, (ticket, outcome, head): crate::writer::Completion) -> (Ticket, Outcome) {
        self.in_flight -= 1;
        if let Some(head) = head {
            self.head = head;
        }
        match &outcome {
            Outcome::Durable => {}
            Outcome::Fenced { epoch } => {
                let (place, by_epoch) = (faults::place(&self.dir), *epoch);
                self.note(JournalFault::Fenced { place, epoch: self.head.epoch, by_epoch });
            }
            Outcome::Unknown => self.note(JournalFault::OutcomeUnknown { place: faults::place(&self.dir) }),
            Outcome::Failed(fault) => self.note(fault.clone()),
        }
        (ticket, outcome)
    }

    fn note(&mut self, fault: JournalFault) {
        self.fault.get_or_insert(fault);
    }

    /// The outcome of the oldest block in flight when the thread that would have told it is gone.
    fn lost(&mut self) -> (Ticket, Outcome) {
        let ahead = u64::try_from(self.in_flight).expect("a small number");
        let ticket = Ticket::of_block(self.submitted.block_number - ahead);
        self.take((ticket, Outcome::Failed(thread_lost(&self.dir)), None))
    }
}

fn thread_lost(dir: &Path) -> JournalFault {
    JournalFault::SyncFailed { place: faults::place(dir), detail: "a thread of the journal ended by itself".to_owned() }
}

impl Journal for SqliteJournal {
    fn admit(&mut self, body_bytes: usize) -> Result<(), JournalFault> {
        if let Some(fault) = &self.fault {
            return Err(fault.clone());
        }
        folder::check_space(&self.dir, body_bytes)?;
        self.admitted_bytes = body_bytes;
        Ok(())
    }

    fn submit(&mut self, draft: BlockDraft) -> Result<Ticket, JournalFault> {
        assert!(self.in_flight < self.in_flight_max(), "more blocks submitted than may be in flight");
        match &self.fault {
            Some(fault) => return Err(fault.clone()),
            // What was promised is covered by what `check_space` always keeps free.
            None if draft.body.len() <= self.admitted_bytes => {}
            None => self.admit(draft.body.len())?,
        }
        self.admitted_bytes = 0;
        let mut submitted = self.submitted;
        let ticket = submitted.advance(&draft);
        if !self.pipeline.submit(ticket, draft) {
            let fault = thread_lost(&self.dir);
            self.note(fault.clone());
            return Err(fault);
        }
        self.submitted = submitted;
        self.in_flight += 1;
        Ok(ticket)
    }

    fn poll(&mut self) -> Option<(Ticket, Outcome)> {
        if self.in_flight == 0 {
            return None;
        }
        match self.pipeline.completions().try_recv() {
            Ok(completion) => Some(self.take(completion)),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => Some(self.lost()),
        }
    }

    fn wait(&mut self) -> Option<(Ticket, Outcome)> {
        if self.in_flight == 0 {
            return None;
        }
        match self.pipeline.completions().recv() {
            Ok(completion) => Some(self.take(completion)),
            Err(_) => Some(self.lost()),
        }
    }

    fn read(&self, from_seq: u64) -> Result<Blocks, JournalFault> {
        reader::blocks_from(&self.dir, from_seq, &self.head)
    }

    fn read_after(&self, head: &Head) -> Result<Blocks, JournalFault> {
        let place = faults::place(&folder::database(&self.dir));
        reader::blocks_after(&self.dir, ChainVerifier::after(*head, &place), self.head.blocks)
    }

    fn head(&self) -> Head {
        self.head
    }

    fn in_flight(&self) -> usize {
        self.in_flight
    }
}
