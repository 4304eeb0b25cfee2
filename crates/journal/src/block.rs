//! Blocks: what the engine hands over, and what is stored after sealing.

use crate::event_lengths;
use crate::fault::JournalFault;
use crate::header::{BlockHeader, HEADER_BYTES, Hash};
use crate::limits::{BLOCK_BYTES_MAX, BLOCK_EVENTS_MAX, EVENT_BYTES_MAX};
use crate::merkle;

/// A block before it is sealed: events as bytes, without hashes.
///
/// Making one costs no hashing, so it may be made on the deciding thread; sealing is the journal's work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockDraft {
    /// Epoch of the writer, as its journal's [`crate::Head`] gave it at opening.
    pub epoch: u64,
    /// Sequence number of the first event: the next one after all that was submitted before.
    pub first_seq: u64,
    /// The one time of all events, microseconds since 1970-01-01 UTC; never before the previous block's.
    pub time_us: i64,
    /// The events' bytes, one after the other.
    pub body: Vec<u8>,
    /// Offset in `body` at which each event ends, in order; the last is the length of `body`.
    pub event_ends: Vec<u32>,
}

impl BlockDraft {
    /// A draft without events yet.
    #[must_use]
    pub fn new(epoch: u64, first_seq: u64, time_us: i64) -> BlockDraft {
        BlockDraft { epoch, first_seq, time_us, body: Vec::new(), event_ends: Vec::new() }
    }

    /// Appends one event.
    pub fn push_event(&mut self, event: &[u8]) {
        self.body.extend_from_slice(event);
        self.end_event();
    }

    /// Ends an event whose bytes were appended to `body` directly.
    ///
    /// # Panics
    /// If `body` has outgrown 4 GiB, far above [`BLOCK_BYTES_MAX`].
    pub fn end_event(&mut self) {
        let end = u32::try_from(self.body.len()).expect("a block's body is below 4 GiB");
        self.event_ends.push(end);
    }

    /// Number of events.
    #[must_use]
    pub fn count(&self) -> usize {
        self.event_ends.len()
    }

    /// Whether one more event of `event_bytes` still fits.
    #[must_use]
    pub fn has_room_for(&self, event_bytes: usize) -> bool {
        self.event_ends.len() < BLOCK_EVENTS_MAX
            && event_bytes <= EVENT_BYTES_MAX
            && self.body.len() + event_bytes <= BLOCK_BYTES_MAX
    }

    /// Stops on a draft that no correct engine makes.
    ///
    /// # Panics
    /// If a maximum of [`crate::limits`] is exceeded, or the ends do not rise to the length of the body.
    pub(crate) fn assert_well_formed(&self) {
        assert!(self.event_ends.len() <= BLOCK_EVENTS_MAX, "a block of {} events", self.event_ends.len());
        assert!(self.body.len() <= BLOCK_BYTES_MAX, "a block of {} bytes", self.body.len());
        let mut start = 0;
        for &end in &self.event_ends {
            assert!(start <= end, "an event that ends before it begins");
            assert!(usize::try_from(end - start).is_ok_and(|length| length <= EVENT_BYTES_MAX), "an event too long");
            start = end;
        }
        assert_eq!(usize::try_from(start), Ok(self.body.len()), "bytes in the body that belong to no event");
    }
}

/// Seals a draft: computes the events root and chains it to the block before.
///
/// # Panics
/// On a draft that breaks a maximum of [`crate::limits`] or whose ends do not cover its body.
#[must_use]
pub fn seal(draft: BlockDraft, previous: Hash) -> Block {
    draft.assert_well_formed();
    let header = BlockHeader {
        epoch: draft.epoch,
        first_seq: draft.first_seq,
        count: u32::try_from(draft.event_ends.len()).expect("the maximum of events was checked"),
        time_us: draft.time_us,
        previous,
        events_root: merkle::root(events_of(&draft.body, &draft.event_ends)),
        body_len: u32::try_from(draft.body.len()).expect("the maximum of bytes was checked"),
    };
    Block { header, hash: header.hash(), body: draft.body, event_ends: draft.event_ends }
}

/// A sealed block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    header: BlockHeader,
    hash: Hash,
    body: Vec<u8>,
    event_ends: Vec<u32>,
}

impl Block {
    /// Puts a block together from its three stored parts. The events root is not compared here but in
    /// [`crate::ChainVerifier::check`].
    ///
    /// # Errors
    /// [`JournalFault::Corrupt`] if the parts do not fit together, [`JournalFault::SchemaNewer`] for a newer header.
    pub fn from_stored(header: &[u8], lengths: &[u8], body: Vec<u8>, place: &str) -> Result<Block, JournalFault> {
        let header = BlockHeader::decode(header, place)?;
        let corrupt = |detail: &str| JournalFault::corrupt(place, header.first_seq, detail);
        if u32::try_from(body.len()) != Ok(header.body_len) {
            return Err(corrupt("the body has another length than its header says"));
        }
        let event_ends = event_lengths::decode(lengths, header.count, header.body_len)
            .ok_or_else(|| corrupt("the lengths of the events do not fit the body"))?;
        Ok(Block { header, hash: header.hash(), body, event_ends })
    }

    /// The header.
    #[must_use]
    pub fn header(&self) -> &BlockHeader {
        &self.header
    }

    /// The header as stored.
    #[must_use]
    pub fn header_bytes(&self) -> [u8; HEADER_BYTES] {
        self.header.encode()
    }

    /// The block's hash: SHA-256 of the stored header.
    #[must_use]
    pub fn hash(&self) -> Hash {
        self.hash
    }

    /// The events' bytes, one after the other.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The events' lengths as stored.
    #[must_use]
    pub fn length_bytes(&self) -> Vec<u8> {
        event_lengths::encode(&self.event_ends)
    }

    /// The events in order, each with its sequence number.
    pub fn events(&self) -> impl Iterator<Item = (u64, &[u8])> {
        (self.header.first_seq..).zip(events_of(&self.body, &self.event_ends))
    }

    /// Events root computed from the body; equal to the header's unless something was altered.
    #[must_use]
    pub fn computed_root(&self) -> Hash {
        merkle::root(events_of(&self.body, &self.event_ends))
    }
}

fn events_of<'a>(body: &'a [u8], event_ends: &'a [u32]) -> impl Iterator<Item = &'a [u8]> {
    let mut start = 0;
    event_ends.iter().map(move |&end| {
        let end = usize::try_from(end).expect("an offset within a body in memory");
        let event = &body[start..end];
        start = end;
        event
    })
}
