//! Verification of a chain of blocks, the same for every store and every reader.

use crate::block::Block;
use crate::fault::JournalFault;
use crate::header::{Hash, NO_PREVIOUS};

/// Where a journal ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Number of blocks, barriers included.
    pub blocks: u64,
    /// Sequence number of the next event, which is the number of events so far: the first event is number 0.
    pub next_seq: u64,
    /// Epoch of the last block.
    pub epoch: u64,
    /// Time of the last block, microseconds since 1970-01-01 UTC.
    pub time_us: i64,
    /// Hash of the last block.
    pub hash: Hash,
}

impl Head {
    /// Head of a journal without any block.
    pub const EMPTY: Head = Head { blocks: 0, next_seq: 0, epoch: 0, time_us: i64::MIN, hash: NO_PREVIOUS };

    /// Head after one more block.
    #[must_use]
    pub fn after(&self, block: &Block) -> Head {
        let header = block.header();
        Head {
            blocks: self.blocks + 1,
            next_seq: header.next_seq(),
            epoch: header.epoch,
            time_us: header.time_us,
            hash: block.hash(),
        }
    }

    /// The high-water mark that says that everything up to this head may be relied on.
    #[must_use]
    pub fn mark(&self) -> Mark {
        Mark { blocks: self.blocks, next_seq: self.next_seq, epoch: self.epoch, hash: self.hash }
    }
}

/// High-water mark: how far a journal was acknowledged, kept outside the store itself.
///
/// A store that recovers by stopping at its first bad record cannot tell a torn end from bit rot and would silently
/// come back shorter. Against the mark, that is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Number of blocks acknowledged.
    pub blocks: u64,
    /// Sequence number after the last event acknowledged.
    pub next_seq: u64,
    /// Epoch of the last block acknowledged.
    pub epoch: u64,
    /// Hash of the last block acknowledged.
    pub hash: Hash,
}

impl Mark {
    /// Mark of a journal of which nothing was acknowledged.
    pub const EMPTY: Mark = Mark { blocks: 0, next_seq: 0, epoch: 0, hash: NO_PREVIOUS };
}

/// Checks blocks one by one in order: contiguous numbers, hash of the predecessor, events root over the body, epochs
/// and times that never fall, a new epoch in a barrier and nowhere else, and the acknowledged block at its place.
#[derive(Clone, Debug)]
pub struct ChainVerifier {
    place: String,
    head: Head,
    mark: Option<Mark>,
}

impl ChainVerifier {
    /// Verifies from a head that is already trusted; [`Head::EMPTY`] for the whole journal. `place` names the journal
    /// in faults.
    #[must_use]
    pub fn after(head: Head, place: &str) -> ChainVerifier {
        ChainVerifier { place: place.to_owned(), head, mark: None }
    }

    /// Also compares with a high-water mark: here and in [`ChainVerifier::check`] at its block, and in
    /// [`ChainVerifier::finish`] if the journal ends before it. A head beyond the mark was compared when it was made.
    ///
    /// # Errors
    /// [`JournalFault::Forked`] if the head to start from is at the mark's place and is another block.
    pub fn against(mut self, mark: Mark) -> Result<ChainVerifier, JournalFault> {
        self.mark = Some(mark);
        self.compare_with_mark(self.head.next_seq)?;
        Ok(self)
    }

    /// Head after the blocks checked so far.
    #[must_use]
    pub fn head(&self) -> Head {
        self.head
    }

    /// Checks the next block.
    ///
    /// # Errors
    /// [`JournalFault::Corrupt`] if it does not continue the chain or its body does not hash to its root,
    /// [`JournalFault::Forked`] if it is at the mark's place and is another block.
    pub fn check(&mut self, block: &Block) -> Result<(), JournalFault> {
        if let Some(detail) = self.break_at(block) {
            return Err(JournalFault::corrupt(&self.place, self.head.next_seq, detail));
        }
        self.head = self.head.after(block);
        self.compare_with_mark(block.header().first_seq)
    }

    /// Ends the verification and gives the head.
    ///
    /// # Errors
    /// [`JournalFault::Truncated`] if the journal ends before the mark.
    pub fn finish(self) -> Result<Head, JournalFault> {
        match self.mark {
            Some(mark) if mark.blocks > self.head.blocks => Err(JournalFault::Truncated {
                place: self.place,
                head_seq: self.head.next_seq,
                mark_seq: mark.next_seq,
            }),
            _ => Ok(self.head),
        }
    }

    fn compare_with_mark(&self, seq: u64) -> Result<(), JournalFault> {
        match self.mark {
            Some(mark) if mark.blocks == self.head.blocks && mark != self.head.mark() => Err(JournalFault::Forked {
                place: self.place.clone(),
                seq,
                detail: "the block there is not the one that the high-water mark names".to_owned(),
            }),
            _ => Ok(()),
        }
    }

    fn break_at(&self, block: &Block) -> Option<&'static str> {
        let header = block.header();
        if header.first_seq != self.head.next_seq {
            return Some("the numbers of the events are not contiguous");
        }
        if header.previous != self.head.hash {
            return Some("a block does not follow the hash of the one before");
        }
        if header.time_us < self.head.time_us {
            return Some("time runs backwards");
        }
        if header.epoch < self.head.epoch {
            return Some("an epoch is lower than the one before");
        }
        if header.is_barrier() != (header.epoch > self.head.epoch) {
            return Some("an epoch begins without a barrier, or a barrier without an epoch");
        }
        if block.computed_root() != header.events_root {
            return Some("the events do not hash to the root in the header");
        }
        None
    }
}

/// Verifies a whole journal read from its beginning, and gives its head.
///
/// # Errors
/// The first fault of reading or of [`ChainVerifier`].
pub fn verify_chain(
    blocks: impl Iterator<Item = Result<Block, JournalFault>>,
    mark: Mark,
    place: &str,
) -> Result<Head, JournalFault> {
    let mut verifier = ChainVerifier::after(Head::EMPTY, place).against(mark)?;
    for block in blocks {
        verifier.check(&block?)?;
    }
    verifier.finish()
}
