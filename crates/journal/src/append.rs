//! The journal as its user sees it: submit blocks, learn their outcomes in order, read what is durable.

use crate::block::{Block, BlockDraft};
use crate::chain::Head;
use crate::fault::JournalFault;
use crate::limits::IN_FLIGHT_MAX;

/// Names a submitted block: its ordinal in the journal, counted from 0, barriers included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticket(u64);

impl Ticket {
    /// The ticket of the block with this ordinal. Only a journal has reason to make one.
    #[must_use]
    pub fn of_block(number: u64) -> Ticket {
        Ticket(number)
    }

    /// Ordinal of the block in the journal.
    #[must_use]
    pub fn block_number(self) -> u64 {
        self.0
    }
}

/// What became of a submitted block. Only [`Outcome::Durable`] may be shown to anyone.
///
/// After any other outcome the journal accepts nothing more: there is no undo, so the process ends, opens the journal
/// again and replays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The block and the high-water mark that names it are synced.
    Durable,
    /// Another writer has taken over; the block is not in the journal and will not be.
    Fenced {
        /// The other writer's epoch.
        epoch: u64,
    },
    /// The block may or may not be in the journal. Opening it again appends a barrier, after which that is settled;
    /// whoever was waiting submits again under the same identifier.
    Unknown,
    /// The store failed; whether the block is in the journal is settled by opening it again.
    Failed(JournalFault),
}

/// Blocks in order, each already verified against its predecessor and its own root.
///
/// The first error ends the iteration.
pub type Blocks = Box<dyn Iterator<Item = Result<Block, JournalFault>> + Send>;

/// A journal open for writing, in the epoch that its opening took.
///
/// It knows bytes, order and outcome; nothing of what an event means.
pub trait Journal {
    /// Asks whether a block of at most `body_bytes` could be promised now, before anything of it is decided: there is no
    /// undo, so a lack of space found only at [`Journal::submit`] ends whoever has already evolved its state. A store that
    /// answers yes keeps that much for the next submission.
    ///
    /// # Errors
    /// [`JournalFault::Full`] if not: nothing changed, and a later try may succeed. After an outcome other than durable,
    /// the fault that it left.
    fn admit(&mut self, body_bytes: usize) -> Result<(), JournalFault> {
        let _ = body_bytes;
        Ok(())
    }

    /// Hands over the next block; hashing, chaining, writing and syncing happen elsewhere and later.
    ///
    /// # Errors
    /// [`JournalFault::Full`] if the store cannot promise the space: nothing was accepted, and a later try may succeed.
    /// Not after [`Journal::admit`] promised it. After an outcome other than durable, the fault that it left.
    ///
    /// # Panics
    /// On what no correct engine does: more than [`Journal::in_flight_max`] blocks in flight; a draft without events,
    /// beyond a maximum of [`crate::limits`], of another epoch, not continuing the numbers, or earlier than the block
    /// before.
    fn submit(&mut self, draft: BlockDraft) -> Result<Ticket, JournalFault>;

    /// The next outcome in order of submission, if it is known by now.
    fn poll(&mut self) -> Option<(Ticket, Outcome)>;

    /// Waits for the next outcome; `None` if nothing is in flight.
    fn wait(&mut self) -> Option<(Ticket, Outcome)>;

    /// Durable blocks from the one that holds event `from_seq` on; none if there is no such event. Barriers between
    /// them are included. Ends at the head as it is at the call.
    ///
    /// # Errors
    /// Faults of reading, and of verification, here and in each item.
    fn read(&self, from_seq: u64) -> Result<Blocks, JournalFault>;

    /// Durable blocks after a head seen earlier, such as a snapshot's; all of them after [`Head::EMPTY`].
    ///
    /// # Errors
    /// [`JournalFault::Forked`] if the journal does not contain that head; faults of reading and verification.
    fn read_after(&self, head: &Head) -> Result<Blocks, JournalFault>;

    /// Where the durable part ends, as far as outcomes have been taken by [`Journal::poll`] and [`Journal::wait`].
    fn head(&self) -> Head;

    /// Blocks submitted whose outcome was not taken yet.
    fn in_flight(&self) -> usize;

    /// How many blocks may be in flight.
    fn in_flight_max(&self) -> usize {
        IN_FLIGHT_MAX
    }
}

/// What every journal checks of a draft before it takes it: where submissions have got to, durable or not.
#[derive(Clone, Copy, Debug)]
pub struct SubmissionPoint {
    /// Ordinal of the next block.
    pub block_number: u64,
    /// Sequence number of the next event.
    pub next_seq: u64,
    /// Epoch of this writer.
    pub epoch: u64,
    /// Time of the last block, microseconds since 1970-01-01 UTC.
    pub time_us: i64,
}

impl SubmissionPoint {
    /// The point after a durable head.
    #[must_use]
    pub fn at(head: &Head) -> SubmissionPoint {
        SubmissionPoint { block_number: head.blocks, next_seq: head.next_seq, epoch: head.epoch, time_us: head.time_us }
    }

    /// Takes a draft into account and gives its ticket.
    ///
    /// # Panics
    /// As [`Journal::submit`].
    pub fn advance(&mut self, draft: &BlockDraft) -> Ticket {
        draft.assert_well_formed();
        assert!(!draft.event_ends.is_empty(), "a block without events was submitted");
        assert_eq!(draft.epoch, self.epoch, "a block of another epoch was submitted");
        assert_eq!(draft.first_seq, self.next_seq, "a block was submitted out of order");
        assert!(draft.time_us >= self.time_us, "a block was submitted with a time before the last one's");
        let ticket = Ticket::of_block(self.block_number);
        self.block_number += 1;
        self.next_seq += u64::try_from(draft.event_ends.len()).expect("a count below its maximum");
        self.time_us = draft.time_us;
        ticket
    }
}

/// The barrier that opens an epoch after a head: a block without events, at the later of the given time and the last.
#[must_use]
pub fn barrier_after(head: &Head, time_us: i64) -> BlockDraft {
    BlockDraft::new(head.epoch + 1, head.next_seq, time_us.max(head.time_us))
}
