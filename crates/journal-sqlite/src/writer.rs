//! The writer's threads: a block is sealed, committed, marked; each step of one block beside another step of the next.
//!
//! ```text
//! submit → [seal n+2] → [commit n+1] → [mark n] → outcome of n
//! ```
//!
//! The order is what makes the promise. A crash before the commit of a block loses what nobody was promised. A crash
//! between commit and mark leaves a block that is durable though nobody was told; the next opening keeps it. A crash
//! after the mark is repaired by replay, and the mark says that the block must be there.

use crate::database::{Append, Checkpoint, Database};
use crate::limits::{CHECKPOINT_BYTES, PAGE_BYTES};
use crate::mark_file::MarkWriter;
use journal::limits::IN_FLIGHT_MAX;
use journal::{Block, BlockDraft, Head, JournalFault, Outcome, Ticket, seal};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{Builder, JoinHandle};

/// An outcome with, if durable, the head that the block makes.
pub(crate) type Completion = (Ticket, Outcome, Option<Head>);

/// The running threads.
pub(crate) struct Pipeline {
    drafts: Option<SyncSender<(Ticket, BlockDraft)>>,
    completions: Receiver<Completion>,
    sealer: Option<JoinHandle<()>>,
    committer: Option<JoinHandle<(Database, Option<JournalFault>)>>,
    marker: Option<JoinHandle<()>>,
}

enum Committed {
    Yes(Head),
    No(Outcome),
}

impl Pipeline {
    /// Starts the threads behind a head that is durable.
    pub(crate) fn start(database: Database, marks: MarkWriter, head: Head) -> std::io::Result<Pipeline> {
        let (drafts, to_seal) = sync_channel(IN_FLIGHT_MAX);
        let (sealed, to_commit) = sync_channel(IN_FLIGHT_MAX);
        let (committed, to_mark) = sync_channel(IN_FLIGHT_MAX);
        let (completed, completions) = sync_channel(IN_FLIGHT_MAX);
        let stopped = Arc::new(AtomicBool::new(false));
        let committer = Committer { database, head, bytes_logged: 0, stopped: Arc::clone(&stopped), fault: None };
        Ok(Pipeline {
            drafts: Some(drafts),
            completions,
            sealer: Some(thread("journal-seal").spawn(move || seal_all(&to_seal, &sealed, head))?),
            committer: Some(thread("journal-commit").spawn(move || committer.run(&to_commit, &committed))?),
            marker: Some(thread("journal-mark").spawn(move || mark_all(&to_mark, &completed, marks, &stopped))?),
        })
    }

    /// Hands a draft over; `false` if the threads have ended.
    pub(crate) fn submit(&self, ticket: Ticket, draft: BlockDraft) -> bool {
        self.drafts.as_ref().is_some_and(|drafts| drafts.send((ticket, draft)).is_ok())
    }

    /// Outcomes in order of submission; disconnected if a thread ended before its time.
    pub(crate) fn completions(&self) -> &Receiver<Completion> {
        &self.completions
    }

    /// Lets the threads finish what they have and gives the database back, with the fault that stopped it if any;
    /// nothing if its thread was lost.
    pub(crate) fn finish(&mut self) -> Option<(Database, Option<JournalFault>)> {
        drop(self.drafts.take());
        let sealed = self.sealer.take().is_some_and(|sealer| sealer.join().is_ok());
        let database = self.committer.take().and_then(|committer| committer.join().ok());
        let marked = self.marker.take().is_some_and(|marker| marker.join().is_ok());
        database.filter(|_| sealed && marked)
    }
}

impl Drop for Pipeline {
    fn drop(&mut self) {
        // Whoever drops a journal may open it again at once: the threads must have let go of its files.
        drop(self.finish());
    }
}

fn thread(name: &str) -> Builder {
    Builder::new().name(name.to_owned())
}

fn seal_all(drafts: &Receiver<(Ticket, BlockDraft)>, sealed: &SyncSender<(Ticket, Block)>, head: Head) {
    let mut previous = head.hash;
    for (ticket, draft) in drafts {
        let block = seal(draft, previous);
        previous = block.hash();
        if sealed.send((ticket, block)).is_err() {
            return;
        }
    }
}

struct Committer {
    database: Database,
    head: Head,
    bytes_logged: u64,
    stopped: Arc<AtomicBool>,
    fault: Option<JournalFault>,
}

impl Committer {
    fn run(
        mut self,
        sealed: &Receiver<(Ticket, Block)>,
        committed: &SyncSender<(Ticket, Committed)>,
    ) -> (Database, Option<JournalFault>) {
        for (ticket, block) in sealed {
            let result = self.commit(&block);
            if committed.send((ticket, result)).is_err() {
                break;
            }
            // After handing on, so that the mark of this block is written meanwhile.
            self.checkpoint_when_due();
        }
        (self.database, self.fault)
    }

    fn commit(&mut self, block: &Block) -> Committed {
        if let Some(fault) = &self.fault {
            return Committed::No(Outcome::Failed(fault.clone()));
        }
        if self.stopped.load(Ordering::Acquire) {
            // The marker reports its own fault for this block.
            return Committed::Yes(self.head);
        }
        match self.database.append(self.head.blocks, block, self.head.epoch) {
            Ok(Append::Committed) => {
                self.head = self.head.after(block);
                self.bytes_logged += bytes_in_log(block);
                Committed::Yes(self.head)
            }
            Ok(Append::Fenced { epoch }) => {
                let place = crate::faults::place(self.database.path());
                self.fault = Some(JournalFault::Fenced { place, epoch: self.head.epoch, by_epoch: epoch });
                Committed::No(Outcome::Fenced { epoch })
            }
            Err(fault) => {
                self.fault = Some(fault.clone());
                Committed::No(Outcome::Failed(fault))
            }
        }
    }

    fn checkpoint_when_due(&mut self) {
        if self.bytes_logged < CHECKPOINT_BYTES || self.fault.is_some() {
            return;
        }
        match self.database.checkpoint(self.head.next_seq) {
            Ok(Checkpoint::Complete) => self.bytes_logged = 0,
            // A reader holds the log. Trying again at every block would cost each of them a pass over it.
            Ok(Checkpoint::Partial) => self.bytes_logged = CHECKPOINT_BYTES / 2,
            Err(fault) => self.fault = Some(fault),
        }
    }
}

/// What a block adds to the write-ahead log: its own pages, and the page of the tree that points to them.
fn bytes_in_log(block: &Block) -> u64 {
    let page = u64::from(PAGE_BYTES);
    let body = u64::from(block.header().body_len);
    (body.div_ceil(page) + 1) * page
}

fn mark_all(
    committed: &Receiver<(Ticket, Committed)>,
    completed: &SyncSender<Completion>,
    mut marks: MarkWriter,
    stopped: &AtomicBool,
) {
    let mut fault: Option<JournalFault> = None;
    while let Ok(first) = committed.recv() {
        // One mark vouches for every block before it: what was committed during the last write shares the next one.
        let batch: Vec<_> = std::iter::once(first).chain(committed.try_iter().take(IN_FLIGHT_MAX - 1)).collect();
        let newest = batch.iter().rev().find_map(|(_, committed)| match committed {
            Committed::Yes(head) => Some(*head),
            Committed::No(_) => None,
        });
        if let (Some(head), None) = (newest, &fault) {
            fault = marks.write(&head.mark()).err();
            stopped.store(fault.is_some(), Ordering::Release);
        }
        for (ticket, committed) in batch {
            let completion = match (committed, &fault) {
                (Committed::Yes(_), Some(fault)) => (ticket, Outcome::Failed(fault.clone()), None),
                (Committed::Yes(head), None) => (ticket, Outcome::Durable, Some(head)),
                (Committed::No(outcome), _) => (ticket, outcome, None),
            };
            if completed.send(completion).is_err() {
                return;
            }
        }
    }
}
