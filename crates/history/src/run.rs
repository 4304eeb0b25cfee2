//! A run open for look-ups: its indexes and fingerprints in memory, its blocks on disk.

use crate::House;
use crate::block::{self, BlockBytes};
use crate::disk::{Disk, StoredFile};
use crate::fault::HistoryFault;
use crate::fingerprints::{Fingerprints, Shape};
use crate::layout::{Digest, Extent, FOOTER_BYTES, FilterExtent, Footer, file_name};
use crate::limits::{BLOCK_BYTES, WRITE_BYTES};
use crate::packed::{self, Reader};
use domain::{PaymentId, PaymentOriginal};
use sha2::{Digest as _, Sha256};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// An immutable run.
pub(crate) struct Run {
    pub(crate) place: String,
    pub(crate) file: Box<dyn StoredFile>,
    pub(crate) file_bytes: u64,
    pub(crate) footer: Footer,
    pub(crate) digest: Digest,
    /// First ordinal of each block of records.
    record_index: Vec<u64>,
    pub(crate) keys: EntryIndex,
    pub(crate) documents: EntryIndex,
    disk_reads: Arc<AtomicU64>,
}

/// What is in memory of a section of entries.
pub(crate) struct EntryIndex {
    extent: Extent,
    /// First hash of each block.
    first_hashes: Vec<u64>,
    fingerprints: Fingerprints,
}

impl EntryIndex {
    /// Whether the section may have an entry of this hash; `false` is certain.
    pub(crate) fn may_have(&self, hash: u64) -> bool {
        self.fingerprints.may_have(hash)
    }
}

impl Run {
    /// Opens a run and checks everything but its blocks.
    ///
    /// # Errors
    /// [`HistoryFault::Damaged`], [`HistoryFault::Foreign`], [`HistoryFault::SchemaNewer`], or of reading.
    pub(crate) fn open(
        disk: &dyn Disk,
        house: &House,
        number: u64,
        disk_reads: Arc<AtomicU64>,
    ) -> Result<Self, HistoryFault> {
        let name = file_name(number);
        let place = disk.place(&name);
        let file = disk.open(&name).map_err(|error| HistoryFault::reading(&place, &error))?;
        let sealed = Sealed::read(&*file, house, &place)?;
        let Sealed { file_bytes, footer, digest, record_index, keys, documents } = sealed;
        if footer.identity.number != number {
            return Err(HistoryFault::damaged(&place, "this is another run under this name"));
        }
        Ok(Self { place, file, file_bytes, footer, digest, record_index, keys, documents, disk_reads })
    }

    /// Checks once more what opening checked, on the file as it is now.
    pub(crate) fn check_sealed(&self) -> Result<(), HistoryFault> {
        let sealed = Sealed::read(&*self.file, &self.footer.identity.house, &self.place)?;
        if sealed.digest == self.digest { Ok(()) } else { Err(self.damaged("this is not the run that was opened")) }
    }

    /// Bytes of memory taken.
    pub(crate) fn memory_bytes(&self) -> usize {
        let entries = |index: &EntryIndex| index.fingerprints.memory_bytes() + index.first_hashes.capacity() * 8;
        size_of::<Self>() + self.record_index.capacity() * 8 + entries(&self.keys) + entries(&self.documents)
    }

    /// The original of an ordinal, if it is here.
    pub(crate) fn original(&self, payment: PaymentId) -> Result<Option<PaymentOriginal>, HistoryFault> {
        let (lowest, highest) = self.footer.payments;
        if payment.0 < lowest || payment.0 > highest {
            return Ok(None);
        }
        let after = self.record_index.partition_point(|&first| first <= payment.0) as u64;
        let Some(index) = after.checked_sub(1) else { return Ok(None) };
        let (block, items) = self.read_block(self.footer.records.first_block + index)?;
        let mut records = Records::of_block(&block, items);
        let first = self.record_index.get(usize::try_from(index).expect("64-bit addresses"));
        if !matches!(records.next(), Next::Record(payment, _) if Some(&payment) == first) {
            return Err(self.damaged("a block of records is not the one that the index names"));
        }
        records = Records::of_block(&block, items);
        loop {
            match records.next() {
                Next::Record(found, bytes) if found == payment.0 => {
                    let original = packed::unpack(payment, bytes);
                    return original.map(Some).ok_or_else(|| self.damaged("an original has no such form"));
                }
                Next::Record(found, _) if found < payment.0 => {}
                Next::Record(..) | Next::End => return Ok(None),
                Next::Malformed => return Err(self.damaged("a block of records has no such form")),
            }
        }
    }

    /// Ordinals of the entries of a hash.
    pub(crate) fn payments_of(&self, index: &EntryIndex, hash: u64) -> Result<Vec<PaymentId>, HistoryFault> {
        let mut found = Vec::new();
        // Entries of the hash may begin in the block before the first that begins with it.
        let first = index.first_hashes.partition_point(|&first| first < hash).saturating_sub(1);
        for (at, first) in index.first_hashes.iter().enumerate().skip(first).take_while(|(_, first)| **first <= hash) {
            let (block, items) = self.read_block(index.extent.first_block + at as u64)?;
            if items == 0 || items > block::ENTRIES_PER_BLOCK || block::entry(&block, 0).hash != *first {
                return Err(self.damaged("a block of entries is not the one that the index names"));
            }
            let entries = (0..items).map(|index| block::entry(&block, index));
            found.extend(entries.filter(|entry| entry.hash == hash).map(|entry| PaymentId(entry.payment)));
        }
        Ok(found)
    }

    fn read_block(&self, number: u64) -> Result<(BlockBytes, usize), HistoryFault> {
        self.disk_reads.fetch_add(1, Ordering::Relaxed);
        let mut block = [0; BLOCK_BYTES];
        let read = self.file.read_exact_at(&mut block, number * BLOCK_BYTES as u64);
        read.map_err(|error| HistoryFault::reading(&self.place, &error))?;
        let items = block::check(&block, &self.footer.identity.key, number);
        items
            .map(|items| (block, items))
            .ok_or_else(|| self.damaged(&format!("block {number} is not what was written")))
    }

    pub(crate) fn damaged(&self, detail: &str) -> HistoryFault {
        HistoryFault::damaged(&self.place, detail)
    }

    /// First ordinal or hash of each block, to compare with the blocks.
    pub(crate) fn firsts(&self) -> [&[u64]; 3] {
        [&self.record_index, &self.keys.first_hashes, &self.documents.first_hashes]
    }
}

/// The records of a block.
#[derive(Clone, Copy)]
pub(crate) struct Records<'a> {
    rest: &'a [u8],
    left: usize,
    payment: u64,
}

/// What comes next in a block of records.
pub(crate) enum Next<'a> {
    /// An ordinal, and its original packed.
    Record(u64, &'a [u8]),
    End,
    Malformed,
}

impl<'a> Records<'a> {
    pub(crate) fn of_block(block: &'a BlockBytes, items: usize) -> Self {
        Self { rest: &block[..block::CONTENT_BYTES], left: items, payment: 0 }
    }

    pub(crate) fn next(&mut self) -> Next<'a> {
        if self.left == 0 {
            return Next::End;
        }
        self.left -= 1;
        self.record().map_or(Next::Malformed, |(payment, bytes)| Next::Record(payment, bytes))
    }

    fn record(&mut self) -> Option<(u64, &'a [u8])> {
        let mut from = Reader { bytes: self.rest };
        let [length] = from.array()?;
        self.payment = self.payment.checked_add(from.number()?)?;
        let bytes = from.take(usize::from(length))?;
        self.rest = from.bytes;
        Some((self.payment, bytes))
    }
}

/// A run without its blocks, as read and checked.
struct Sealed {
    file_bytes: u64,
    footer: Footer,
    digest: Digest,
    record_index: Vec<u64>,
    keys: EntryIndex,
    documents: EntryIndex,
}

impl Sealed {
    fn read(file: &dyn StoredFile, house: &House, place: &str) -> Result<Self, HistoryFault> {
        let reading = |error| HistoryFault::reading(place, &error);
        let damaged = |detail: &str| HistoryFault::damaged(place, detail);
        let file_bytes = file.length().map_err(reading)?;
        let footer_at = file_bytes.checked_sub(FOOTER_BYTES as u64).ok_or_else(|| damaged("the file is too short"))?;
        let mut bytes = [0; FOOTER_BYTES];
        file.read_exact_at(&mut bytes, footer_at).map_err(reading)?;
        let (footer, digest) = Footer::decode(&bytes, house, place)?;
        let tail_at = footer.body_bytes().filter(|&at| at <= footer_at);
        let tail_at = tail_at.ok_or_else(|| damaged("the sections do not fill the file"))?;
        let mut header = [0; BLOCK_BYTES];
        file.read_exact_at(&mut header, 0).map_err(reading)?;
        if header != footer.identity.header() {
            return Err(damaged("beginning and end of the file do not belong together"));
        }
        let mut tail = TailReader { file, place, at: tail_at, end: footer_at, hash: Sha256::new() };
        let parts = TailParts::read(&mut tail, &footer)?;
        if tail.at != footer_at || Digest::from(tail.hash.finalize()) != footer.tail_digest {
            return Err(damaged("the tail is not what was written"));
        }
        let (record_index, keys, documents) = parts.assemble(&footer, place)?;
        Ok(Self { file_bytes, footer, digest, record_index, keys, documents })
    }
}

/// Reads a tail piece by piece, straight into what is kept.
struct TailReader<'a> {
    file: &'a dyn StoredFile,
    place: &'a str,
    at: u64,
    end: u64,
    hash: Sha256,
}

impl TailReader<'_> {
    fn bytes(&mut self, count: u64) -> Result<Vec<u8>, HistoryFault> {
        if count > self.end - self.at {
            return Err(HistoryFault::damaged(self.place, "the tail is too short"));
        }
        let mut bytes = vec![0; usize::try_from(count).expect("64-bit addresses")];
        for piece in bytes.chunks_mut(WRITE_BYTES) {
            let read = self.file.read_exact_at(piece, self.at);
            read.map_err(|error| HistoryFault::reading(self.place, &error))?;
            self.hash.update(&*piece);
            self.at += piece.len() as u64;
        }
        Ok(bytes)
    }

    fn numbers(&mut self, count: u64) -> Result<Vec<u64>, HistoryFault> {
        let bytes = self.bytes(count.saturating_mul(8))?;
        let (words, _) = bytes.as_chunks::<8>();
        Ok(words.iter().map(|word| u64::from_le_bytes(*word)).collect())
    }

    fn shapes(&mut self, filter: FilterExtent) -> Result<Vec<Shape>, HistoryFault> {
        let bytes = self.bytes(filter.partitions.saturating_mul(Shape::BYTES as u64))?;
        let (shapes, _) = bytes.as_chunks::<{ Shape::BYTES }>();
        let shapes: Option<Vec<Shape>> = shapes.iter().map(|shape| Shape::decode(*shape)).collect();
        shapes.ok_or_else(|| HistoryFault::damaged(self.place, "fingerprints have no such shape"))
    }
}

/// The parts of a tail in their order.
struct TailParts {
    key_tables: Vec<u8>,
    document_tables: Vec<u8>,
    record_index: Vec<u64>,
    key_index: Vec<u64>,
    document_index: Vec<u64>,
    key_shapes: Vec<Shape>,
    document_shapes: Vec<Shape>,
}

impl TailParts {
    fn read(tail: &mut TailReader<'_>, footer: &Footer) -> Result<Self, HistoryFault> {
        Ok(Self {
            key_tables: tail.bytes(footer.key_filter.table_bytes)?,
            document_tables: tail.bytes(footer.document_filter.table_bytes)?,
            record_index: tail.numbers(footer.records.blocks)?,
            key_index: tail.numbers(footer.keys.blocks)?,
            document_index: tail.numbers(footer.documents.blocks)?,
            key_shapes: tail.shapes(footer.key_filter)?,
            document_shapes: tail.shapes(footer.document_filter)?,
        })
    }

    fn assemble(self, footer: &Footer, place: &str) -> Result<(Vec<u64>, EntryIndex, EntryIndex), HistoryFault> {
        let index = |extent, first_hashes, shapes: &[Shape], tables| {
            let fingerprints = Fingerprints::from_parts(shapes, tables);
            let fingerprints =
                fingerprints.ok_or_else(|| HistoryFault::damaged(place, "fingerprints do not fill their tables"))?;
            Ok(EntryIndex { extent, first_hashes, fingerprints })
        };
        let keys = index(footer.keys, self.key_index, &self.key_shapes, self.key_tables)?;
        let documents = index(footer.documents, self.document_index, &self.document_shapes, self.document_tables)?;
        Ok((self.record_index, keys, documents))
    }
}
