//! Reading a section of a run from its beginning to its end, for merging and for verification.

use crate::block::{self, BlockBytes, Entry, RunKey};
use crate::disk::StoredFile;
use crate::fault::HistoryFault;
use crate::layout::Extent;
use crate::limits::{BLOCK_BYTES, READ_AHEAD_BLOCKS};
use crate::packed::Reader;

/// The file of a run, as far as reading its blocks needs it.
#[derive(Clone, Copy)]
pub(crate) struct Source<'a> {
    pub(crate) file: &'a dyn StoredFile,
    pub(crate) place: &'a str,
    pub(crate) key: RunKey,
}

/// Checked blocks, one after the other.
struct Blocks<'a> {
    source: Source<'a>,
    next: u64,
    end: u64,
    buffer: Vec<u8>,
    /// Blocks of the buffer that were given out.
    given: usize,
}

impl<'a> Blocks<'a> {
    fn of(source: Source<'a>, extent: Extent) -> Self {
        let end = extent.first_block + extent.blocks;
        Self { source, next: extent.first_block, end, buffer: Vec::new(), given: 0 }
    }

    /// Copies the next block, and says how many items it has; `None` at the end of the section.
    fn next_into(&mut self, block: &mut BlockBytes) -> Result<Option<usize>, HistoryFault> {
        if self.next == self.end {
            return Ok(None);
        }
        if self.given * BLOCK_BYTES == self.buffer.len() {
            let blocks = usize::try_from(self.end - self.next).map_or(READ_AHEAD_BLOCKS, |n| n.min(READ_AHEAD_BLOCKS));
            self.buffer.resize(blocks * BLOCK_BYTES, 0);
            self.given = 0;
            let read = self.source.file.read_exact_at(&mut self.buffer, self.next * BLOCK_BYTES as u64);
            read.map_err(|error| HistoryFault::reading(self.source.place, &error))?;
        }
        let at = self.given * BLOCK_BYTES;
        block.copy_from_slice(&self.buffer[at..at + BLOCK_BYTES]);
        let number = self.next;
        self.given += 1;
        self.next += 1;
        let items = block::check(block, &self.source.key, number);
        items.map(Some).ok_or_else(|| self.damaged(&format!("block {number} is not what was written")))
    }

    fn damaged(&self, detail: &str) -> HistoryFault {
        HistoryFault::damaged(self.source.place, detail)
    }
}

/// The entries of a section in their order.
pub(crate) struct EntryCursor<'a> {
    blocks: Blocks<'a>,
    block: Box<BlockBytes>,
    items: usize,
    at: usize,
    current: Option<Entry>,
    /// First hashes of the blocks seen, where somebody wants to compare them.
    pub(crate) firsts: Option<Vec<u64>>,
}

impl<'a> EntryCursor<'a> {
    /// A cursor at the first entry.
    pub(crate) fn of(source: Source<'a>, extent: Extent) -> Result<Self, HistoryFault> {
        Self::noting(source, extent, None)
    }

    pub(crate) fn noting(source: Source<'a>, extent: Extent, firsts: Option<Vec<u64>>) -> Result<Self, HistoryFault> {
        let block = Box::new([0; BLOCK_BYTES]);
        let blocks = Blocks::of(source, extent);
        let mut cursor = Self { blocks, block, items: 0, at: 0, current: None, firsts };
        cursor.advance()?;
        Ok(cursor)
    }

    pub(crate) const fn current(&self) -> Option<Entry> {
        self.current
    }

    pub(crate) fn advance(&mut self) -> Result<(), HistoryFault> {
        if self.at == self.items {
            let Some(items) = self.blocks.next_into(&mut self.block)? else {
                self.current = None;
                return Ok(());
            };
            if items == 0 || items > block::ENTRIES_PER_BLOCK {
                return Err(self.blocks.damaged("a block of entries has no such form"));
            }
            (self.items, self.at) = (items, 0);
            if let Some(firsts) = &mut self.firsts {
                firsts.push(block::entry(&self.block, 0).hash);
            }
        }
        let next = block::entry(&self.block, self.at);
        if self.current.is_some_and(|current| current >= next) {
            return Err(self.blocks.damaged("entries are out of order"));
        }
        self.at += 1;
        self.current = Some(next);
        Ok(())
    }
}

/// The records of a section in their order.
pub(crate) struct RecordCursor<'a> {
    blocks: Blocks<'a>,
    block: Box<BlockBytes>,
    left: usize,
    at: usize,
    current: Option<u64>,
    length: usize,
    /// First ordinals of the blocks seen.
    pub(crate) firsts: Option<Vec<u64>>,
}

impl<'a> RecordCursor<'a> {
    /// A cursor at the first record.
    pub(crate) fn of(source: Source<'a>, extent: Extent) -> Result<Self, HistoryFault> {
        Self::noting(source, extent, None)
    }

    pub(crate) fn noting(source: Source<'a>, extent: Extent, firsts: Option<Vec<u64>>) -> Result<Self, HistoryFault> {
        let block = Box::new([0; BLOCK_BYTES]);
        let blocks = Blocks::of(source, extent);
        let mut cursor = Self { blocks, block, left: 0, at: 0, current: None, length: 0, firsts };
        cursor.advance()?;
        Ok(cursor)
    }

    /// Ordinal of the current record.
    pub(crate) const fn payment(&self) -> Option<u64> {
        self.current
    }

    /// The current record, packed.
    pub(crate) fn packed(&self) -> &[u8] {
        &self.block[self.at - self.length..self.at]
    }

    pub(crate) fn advance(&mut self) -> Result<(), HistoryFault> {
        let before = self.current;
        let begins = self.left == 0;
        if begins {
            let Some(items) = self.blocks.next_into(&mut self.block)? else {
                self.current = None;
                return Ok(());
            };
            (self.left, self.at) = (items, 0);
        }
        let base = if begins { 0 } else { before.unwrap_or(0) };
        let Some((payment, length, end)) = self.read(base) else {
            return Err(self.blocks.damaged("a block of records has no such form"));
        };
        if before.is_some_and(|before| before >= payment) {
            return Err(self.blocks.damaged("records are out of order"));
        }
        if let (true, Some(firsts)) = (begins, &mut self.firsts) {
            firsts.push(payment);
        }
        self.left -= 1;
        (self.current, self.length, self.at) = (Some(payment), length, end);
        Ok(())
    }

    /// Ordinal, length and end of the record that comes next; nothing if there is none.
    fn read(&self, base: u64) -> Option<(u64, usize, usize)> {
        if self.left == 0 {
            return None;
        }
        let content = &self.block[..block::CONTENT_BYTES];
        let mut from = Reader { bytes: &content[self.at..] };
        let [length] = from.array()?;
        let payment = base.checked_add(from.number()?)?;
        let length = usize::from(length);
        from.take(length)?;
        Some((payment, length, content.len() - from.bytes.len()))
    }
}
