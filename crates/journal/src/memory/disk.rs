//! The medium: stored records and the mark, which outlive the journal that wrote them and can be damaged on purpose.

use crate::append::Blocks;
use crate::block::Block;
use crate::chain::{ChainVerifier, Head, Mark};
use crate::fault::JournalFault;
use crate::header::HEADER_BYTES;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Name of the medium in faults.
pub(super) const PLACE: &str = "journal in memory";

/// What a [`crate::MemoryJournal`] leaves behind. Clones share the same medium.
#[derive(Clone, Debug, Default)]
pub struct MemoryDisk(Arc<Mutex<Content>>);

#[derive(Clone, Debug)]
pub(super) struct Content {
    /// One stored record a block.
    pub(super) records: Vec<Vec<u8>>,
    /// The mark, kept apart from the records.
    pub(super) mark: Option<Mark>,
    /// Epoch of the last block appended: the fence that every append checks.
    pub(super) epoch: u64,
}

impl Default for Content {
    fn default() -> Content {
        Content { records: Vec::new(), mark: Some(Mark::EMPTY), epoch: 0 }
    }
}

impl MemoryDisk {
    /// An empty medium.
    #[must_use]
    pub fn new() -> MemoryDisk {
        MemoryDisk::default()
    }

    pub(super) fn content(&self) -> MutexGuard<'_, Content> {
        // A panic elsewhere cannot leave a record half pushed: the content is usable as it is.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A copy that shares nothing, such as a backup.
    #[must_use]
    pub fn deep_copy(&self) -> MemoryDisk {
        MemoryDisk(Arc::new(Mutex::new(self.content().clone())))
    }

    /// Number of records, torn ones included.
    #[must_use]
    pub fn record_count(&self) -> usize {
        self.content().records.len()
    }

    /// Bytes of one record, 0 if there is none.
    #[must_use]
    pub fn record_bytes(&self, record: usize) -> usize {
        self.content().records.get(record).map_or(0, Vec::len)
    }

    /// The high-water mark.
    #[must_use]
    pub fn mark(&self) -> Option<Mark> {
        self.content().mark
    }

    /// Replaces or removes the high-water mark.
    pub fn set_mark(&self, mark: Option<Mark>) {
        self.content().mark = mark;
    }

    /// Flips one bit of one record; `false` if there is no such bit.
    #[must_use]
    pub fn flip_bit(&self, record: usize, bit: usize) -> bool {
        let mut content = self.content();
        let byte = content.records.get_mut(record).and_then(|record| record.get_mut(bit / 8));
        byte.map(|byte| *byte ^= 1 << (bit % 8)).is_some()
    }

    /// Cuts the last record to its first `bytes_kept` bytes.
    pub fn tear_last(&self, bytes_kept: usize) {
        if let Some(last) = self.content().records.last_mut() {
            last.truncate(bytes_kept);
        }
    }

    /// Drops the records from this one on, as a store does that recovers to an earlier point.
    pub fn truncate(&self, records_kept: usize) {
        self.content().records.truncate(records_kept);
    }

    /// Verifies the whole medium against its mark without changing it, and gives the head. A bad last record beyond
    /// the mark is the trace of an append that nobody was promised, and does not count.
    ///
    /// # Errors
    /// As [`crate::verify_chain`]; [`JournalFault::MarkMissing`] without a mark.
    pub fn verify(&self) -> Result<Head, JournalFault> {
        self.content().verify()
    }

    /// Verified blocks after a head, up to a number of blocks.
    pub(super) fn blocks_after(&self, head: &Head, blocks_end: u64) -> Result<Blocks, JournalFault> {
        let forked = || JournalFault::Forked {
            place: PLACE.to_owned(),
            seq: head.next_seq,
            detail: "the head to continue from is not in this journal".to_owned(),
        };
        if let Some(number) = head.blocks.checked_sub(1) {
            let last = self.block(number).ok_or_else(forked)??;
            if last.hash() != head.hash || number >= blocks_end {
                return Err(forked());
            }
        }
        let disk = self.clone();
        let mut verifier = ChainVerifier::after(*head, PLACE);
        let mut failed = false;
        let mut number = head.blocks;
        Ok(Box::new(std::iter::from_fn(move || {
            if failed || number >= blocks_end {
                return None;
            }
            let missing = || JournalFault::corrupt(PLACE, verifier.head().next_seq, "a block is missing");
            let block = disk.block(number).unwrap_or_else(|| Err(missing()));
            let checked = block.and_then(|block| verifier.check(&block).map(|()| block));
            number += 1;
            failed = checked.is_err();
            Some(checked)
        })))
    }

    /// Head before the block that holds an event.
    pub(super) fn head_before(&self, seq: u64) -> Result<Head, JournalFault> {
        let content = self.content();
        let ends_before = |record: &Vec<u8>| decode_record(record).is_ok_and(|block| block.header().next_seq() <= seq);
        let blocks = content.records.partition_point(ends_before);
        let Some(last) = blocks.checked_sub(1) else { return Ok(Head::EMPTY) };
        let blocks = u64::try_from(last).expect("an ordinal below 2^64");
        Ok(Head { blocks, ..Head::EMPTY }.after(&decode_record(&content.records[last])?))
    }

    pub(super) fn block(&self, number: u64) -> Option<Result<Block, JournalFault>> {
        let content = self.content();
        let record = content.records.get(usize::try_from(number).ok()?)?;
        Some(decode_record(record))
    }
}

impl Content {
    pub(super) fn verify(&self) -> Result<Head, JournalFault> {
        let mark = self.mark.ok_or_else(|| JournalFault::MarkMissing { place: PLACE.to_owned() })?;
        let mut verifier = ChainVerifier::after(Head::EMPTY, PLACE).against(mark)?;
        for (number, record) in self.records.iter().enumerate() {
            let checked = decode_record(record).and_then(|block| verifier.check(&block));
            let beyond_mark = u64::try_from(number).is_ok_and(|number| number >= mark.blocks);
            match checked {
                Err(_) if beyond_mark && number + 1 == self.records.len() => break,
                checked => checked?,
            }
        }
        verifier.finish()
    }

    pub(super) fn append(&mut self, block: &Block) {
        self.epoch = block.header().epoch;
        self.records.push(encode_record(block));
    }
}

/// A record: the header, the length of the event lengths, these, the body.
pub(super) fn encode_record(block: &Block) -> Vec<u8> {
    let lengths = block.length_bytes();
    let lengths_len = u32::try_from(lengths.len()).expect("the lengths of a bounded number of events");
    let mut record = Vec::with_capacity(HEADER_BYTES + 4 + lengths.len() + block.body().len());
    record.extend_from_slice(&block.header_bytes());
    record.extend_from_slice(&lengths_len.to_le_bytes());
    record.extend_from_slice(&lengths);
    record.extend_from_slice(block.body());
    record
}

fn decode_record(record: &[u8]) -> Result<Block, JournalFault> {
    let parts = || {
        let (header, rest) = record.split_at_checked(HEADER_BYTES)?;
        let (lengths_len, rest) = rest.split_first_chunk::<4>()?;
        let (lengths, body) = rest.split_at_checked(usize::try_from(u32::from_le_bytes(*lengths_len)).ok()?)?;
        Some((header, lengths, body))
    };
    let (header, lengths, body) = parts().ok_or_else(|| JournalFault::corrupt(PLACE, 0, "a record is cut short"))?;
    Block::from_stored(header, lengths, body.to_vec(), PLACE)
}
