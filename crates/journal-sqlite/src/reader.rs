//! Reading: a thread of its own takes rows, checks them, and stays a little ahead of whoever consumes them.

use crate::database::{Continue, Database};
use crate::faults;
use crate::limits::{READ_BATCH_BYTES, READ_BATCH_ROWS};
use journal::limits::READ_AHEAD_BLOCKS_MAX;
use journal::{Block, Blocks, ChainVerifier, Head, JournalFault};
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

type Batch = Result<Vec<Block>, JournalFault>;

/// Verified blocks after the head from which `verifier` starts, as far as `blocks_end`; then what
/// [`ChainVerifier::finish`] says, if it is a fault.
///
/// # Errors
/// [`JournalFault::Forked`] if the journal does not contain that head.
pub(crate) fn blocks_after(dir: &Path, verifier: ChainVerifier, blocks_end: u64) -> Result<Blocks, JournalFault> {
    let database = Database::open_for_reading(dir)?;
    let head = verifier.head();
    if let Some(number) = head.blocks.checked_sub(1)
        && (number >= blocks_end || database.head_at(number)? != Some(head))
    {
        return Err(JournalFault::Forked {
            place: faults::place(database.path()),
            seq: head.next_seq,
            detail: "the head to continue from is not in this journal".to_owned(),
        });
    }
    let (batches, received) = sync_channel(READ_AHEAD_BLOCKS_MAX);
    let started = std::thread::Builder::new()
        .name("journal-read".to_owned())
        .spawn(move || read_all(&database, verifier, blocks_end, &batches));
    let thread = started.map_err(|error| faults::reading(dir, &error))?;
    Ok(Box::new(ReadAhead { received: Some(received), thread: Some(thread), batch: Vec::new().into_iter() }))
}

/// Verified blocks from the one that holds an event, as far as `end`.
pub(crate) fn blocks_from(dir: &Path, from_seq: u64, end: &Head) -> Result<Blocks, JournalFault> {
    if from_seq >= end.next_seq {
        return Ok(Box::new(std::iter::empty()));
    }
    let database = Database::open_for_reading(dir)?;
    let mut head = Head::EMPTY;
    let (mut low, mut high) = (0, end.blocks);
    while low < high {
        let middle = low + (high - low) / 2;
        let missing = || JournalFault::corrupt(&faults::place(database.path()), 0, "a block is missing");
        let found = database.head_at(middle)?.ok_or_else(missing)?;
        if found.next_seq <= from_seq {
            head = found;
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    blocks_after(dir, ChainVerifier::after(head, &faults::place(database.path())), end.blocks)
}

fn read_all(database: &Database, mut verifier: ChainVerifier, blocks_end: u64, batches: &SyncSender<Batch>) {
    while verifier.head().blocks < blocks_end {
        let batch = read_batch(database, &mut verifier, blocks_end);
        let failed = batch.is_err();
        if batches.send(batch).is_err() || failed {
            return;
        }
    }
    if let Err(fault) = verifier.finish() {
        // Refused only if the consumer has left.
        drop(batches.send(Err(fault)));
    }
}

/// A batch ends the statement, and with it the hold on the write-ahead log, before anyone waits for the consumer.
fn read_batch(database: &Database, verifier: &mut ChainVerifier, blocks_end: u64) -> Batch {
    let from = verifier.head();
    let mut blocks = Vec::new();
    let mut bytes = 0;
    database.blocks_from(from.blocks, from.next_seq, |number, block| {
        if number != verifier.head().blocks {
            return Err(missing(database, &verifier.head()));
        }
        verifier.check(&block)?;
        bytes += block.body().len();
        blocks.push(block);
        let full = blocks.len() == READ_BATCH_ROWS || bytes >= READ_BATCH_BYTES;
        Ok(if full || number + 1 == blocks_end { Continue::No } else { Continue::Yes })
    })?;
    if blocks.is_empty() { Err(missing(database, &from)) } else { Ok(blocks) }
}

fn missing(database: &Database, head: &Head) -> JournalFault {
    JournalFault::corrupt(&faults::place(database.path()), head.next_seq, "a block is missing")
}

struct ReadAhead {
    received: Option<Receiver<Batch>>,
    thread: Option<JoinHandle<()>>,
    batch: std::vec::IntoIter<Block>,
}

impl Iterator for ReadAhead {
    type Item = Result<Block, JournalFault>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(block) = self.batch.next() {
                return Some(Ok(block));
            }
            match self.received.as_ref()?.recv() {
                Ok(Ok(batch)) => self.batch = batch.into_iter(),
                Ok(Err(fault)) => {
                    self.received = None;
                    return Some(Err(fault));
                }
                Err(_) => {
                    self.received = None;
                    let lost = self.thread.take().is_some_and(|thread| thread.join().is_err());
                    assert!(!lost, "the thread that reads the journal panicked");
                    return None;
                }
            }
        }
    }
}

impl Drop for ReadAhead {
    fn drop(&mut self) {
        self.received = None;
        if let Some(thread) = self.thread.take() {
            // A panic there was reported by itself, and nobody is left to read more.
            drop(thread.join());
        }
    }
}
