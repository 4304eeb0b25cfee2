//! Writing a run, from its header to its footer, in bounded memory.

use crate::block::{self, BlockBytes, CONTENT_BYTES, ENTRIES_PER_BLOCK, Entry};
use crate::cursor::{EntryCursor, Source};
use crate::disk::{Disk, NewFile};
use crate::fault::HistoryFault;
use crate::fingerprints::{self, Shape};
use crate::layout::{Digest, Extent, FilterExtent, Footer, Identity, file_name};
use crate::limits::{BLOCK_BYTES, SYNC_BYTES, WRITE_BYTES};
use crate::packed;
use sha2::{Digest as _, Sha256};

/// Why writing ended before its end.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Halt {
    /// The world failed.
    Fault(HistoryFault),
    /// The archive is being closed.
    Closing,
    /// The archive is being emptied.
    Clearing,
}

impl From<HistoryFault> for Halt {
    fn from(fault: HistoryFault) -> Self {
        Self::Fault(fault)
    }
}

/// What is called between pieces of writing; it may do other work, rest, or end the writing.
pub(crate) type Pause<'a> = &'a mut dyn FnMut() -> Result<(), Halt>;

/// Takes a record: its ordinal and its packed form.
pub(crate) type PutRecord<'a> = &'a mut dyn FnMut(u64, &[u8]) -> Result<(), Halt>;

/// Takes an entry.
pub(crate) type PutEntry<'a> = &'a mut dyn FnMut(Entry) -> Result<(), Halt>;

/// What goes into a run. Each part is asked for once, in this order, and comes in ascending order without repetition.
pub(crate) trait Content {
    /// Records by ordinal.
    fn records(&mut self, put: PutRecord<'_>) -> Result<(), Halt>;
    /// Entries of keys.
    fn keys(&mut self, put: PutEntry<'_>) -> Result<(), Halt>;
    /// Entries of trade documents.
    fn documents(&mut self, put: PutEntry<'_>) -> Result<(), Halt>;
}

/// Writes a run and makes it durable; its name is made so by whoever names it in the manifest.
pub(crate) fn write_run(
    disk: &dyn Disk,
    identity: Identity,
    events: (u64, u64),
    content: &mut dyn Content,
    pause: Pause<'_>,
) -> Result<(), Halt> {
    let name = file_name(identity.number);
    let place = disk.place(&name);
    let file = disk.create(&name).map_err(|error| HistoryFault::writing(&place, &error))?;
    let mut out = Out { file, place, buffer: Vec::new(), hash: Sha256::new(), blocks: 0, unsynced_bytes: 0, pause };
    out.block(&mut identity.header())?;
    let mut records = RecordSection::new(&identity, out.blocks);
    content.records(&mut |payment, packed| records.put(&mut out, payment, packed))?;
    let (records, payments, record_index) = records.end(&mut out)?;
    let mut keys = EntrySection::new(&identity, out.blocks);
    content.keys(&mut |entry| keys.put(&mut out, entry))?;
    let (keys, key_index) = keys.end(&mut out)?;
    let mut documents = EntrySection::new(&identity, out.blocks);
    content.documents(&mut |entry| documents.put(&mut out, entry))?;
    let (documents, document_index) = documents.end(&mut out)?;
    let body_digest = out.end_part()?;

    // The blocks are read back: entries then come from one sorted file, and what the device made of them is seen at once.
    let file = disk.open(&name).map_err(|error| HistoryFault::reading(&out.place, &error))?;
    let place = out.place.clone();
    let source = Source { file: &*file, place: &place, key: identity.key };
    let (key_filter, key_shapes) = write_fingerprints(&mut out, source, keys)?;
    let (document_filter, document_shapes) = write_fingerprints(&mut out, source, documents)?;
    for index in [record_index, key_index, document_index] {
        index.iter().try_for_each(|first| out.write(&first.to_le_bytes()))?;
    }
    for shapes in [key_shapes, document_shapes] {
        shapes.iter().try_for_each(|shape| out.write(&shape.encode()))?;
    }
    let tail_digest = out.end_part()?;
    let footer = Footer {
        identity,
        events,
        payments,
        records,
        keys,
        documents,
        key_filter,
        document_filter,
        body_digest,
        tail_digest,
    };
    out.write(&footer.encode())?;
    out.end_part()?;
    out.sync()
}

/// A file being written.
struct Out<'a> {
    file: Box<dyn NewFile>,
    place: String,
    buffer: Vec<u8>,
    hash: Sha256,
    blocks: u64,
    unsynced_bytes: usize,
    pause: Pause<'a>,
}

impl Out<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<(), Halt> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() < WRITE_BYTES {
            return Ok(());
        }
        self.write_buffer()?;
        if self.unsynced_bytes >= SYNC_BYTES {
            self.sync()?;
        }
        (self.pause)()
    }

    fn write_buffer(&mut self) -> Result<(), Halt> {
        let written = self.file.append(&self.buffer);
        written.map_err(|error| HistoryFault::writing(&self.place, &error))?;
        self.hash.update(&self.buffer);
        self.unsynced_bytes += self.buffer.len();
        self.buffer.clear();
        Ok(())
    }

    fn sync(&mut self) -> Result<(), Halt> {
        self.file.sync().map_err(|error| HistoryFault::writing(&self.place, &error))?;
        self.unsynced_bytes = 0;
        Ok(())
    }

    /// Writes a block that is sealed already.
    fn block(&mut self, block: &mut BlockBytes) -> Result<(), Halt> {
        self.blocks += 1;
        self.write(block)?;
        *block = [0; BLOCK_BYTES];
        Ok(())
    }

    /// Ends what one digest covers.
    fn end_part(&mut self) -> Result<Digest, Halt> {
        self.write_buffer()?;
        Ok(self.hash.finalize_reset().into())
    }
}

struct RecordSection<'a> {
    identity: &'a Identity,
    extent: Extent,
    block: Box<BlockBytes>,
    used: usize,
    items: usize,
    last: Option<u64>,
    index: Vec<u64>,
    lead: Vec<u8>,
}

impl<'a> RecordSection<'a> {
    fn new(identity: &'a Identity, first_block: u64) -> Self {
        let extent = Extent { first_block, ..Extent::default() };
        let block = Box::new([0; BLOCK_BYTES]);
        Self { identity, extent, block, used: 0, items: 0, last: None, index: Vec::new(), lead: Vec::new() }
    }

    fn put(&mut self, out: &mut Out<'_>, payment: u64, packed: &[u8]) -> Result<(), Halt> {
        assert!(self.last.is_none_or(|last| last < payment), "records out of order");
        let base = if self.items == 0 { 0 } else { self.last.unwrap_or(0) };
        self.lead_of(payment - base, packed);
        if self.used + self.lead.len() + packed.len() > CONTENT_BYTES {
            self.end_block(out)?;
            self.lead_of(payment, packed);
        }
        if self.items == 0 {
            self.index.push(payment);
        }
        for bytes in [&self.lead, packed] {
            self.block[self.used..self.used + bytes.len()].copy_from_slice(bytes);
            self.used += bytes.len();
        }
        self.items += 1;
        self.last = Some(payment);
        Ok(())
    }

    fn lead_of(&mut self, distance: u64, packed: &[u8]) {
        self.lead.clear();
        self.lead.push(u8::try_from(packed.len()).expect("a packed original is below 256 bytes"));
        packed::put(&mut self.lead, distance);
    }

    fn end_block(&mut self, out: &mut Out<'_>) -> Result<(), Halt> {
        block::seal(&mut self.block, self.items, &self.identity.key, out.blocks);
        self.extent.blocks += 1;
        self.extent.items += self.items as u64;
        (self.used, self.items) = (0, 0);
        out.block(&mut self.block)
    }

    fn end(mut self, out: &mut Out<'_>) -> Result<EndedRecords, Halt> {
        if self.items > 0 {
            self.end_block(out)?;
        }
        let (Some(&first), Some(last)) = (self.index.first(), self.last) else { panic!("a run without payments") };
        Ok((self.extent, (first, last), self.index))
    }
}

/// Where the records are, their first and last ordinal, and the first of each block.
type EndedRecords = (Extent, (u64, u64), Vec<u64>);

struct EntrySection<'a> {
    identity: &'a Identity,
    extent: Extent,
    block: Box<BlockBytes>,
    items: usize,
    last: Option<Entry>,
    index: Vec<u64>,
}

impl<'a> EntrySection<'a> {
    fn new(identity: &'a Identity, first_block: u64) -> Self {
        let extent = Extent { first_block, ..Extent::default() };
        Self { identity, extent, block: Box::new([0; BLOCK_BYTES]), items: 0, last: None, index: Vec::new() }
    }

    fn put(&mut self, out: &mut Out<'_>, entry: Entry) -> Result<(), Halt> {
        assert!(self.last.is_none_or(|last| last < entry), "entries out of order");
        if self.items == 0 {
            self.index.push(entry.hash);
        }
        block::put_entry(&mut self.block, self.items, entry);
        self.items += 1;
        self.last = Some(entry);
        if self.items == ENTRIES_PER_BLOCK { self.end_block(out) } else { Ok(()) }
    }

    fn end_block(&mut self, out: &mut Out<'_>) -> Result<(), Halt> {
        block::seal(&mut self.block, self.items, &self.identity.key, out.blocks);
        self.extent.blocks += 1;
        self.extent.items += self.items as u64;
        self.items = 0;
        out.block(&mut self.block)
    }

    fn end(mut self, out: &mut Out<'_>) -> Result<(Extent, Vec<u64>), Halt> {
        if self.items > 0 {
            self.end_block(out)?;
        }
        Ok((self.extent, self.index))
    }
}

/// Builds the fingerprints of a section, partition by partition.
fn write_fingerprints(
    out: &mut Out<'_>,
    source: Source<'_>,
    extent: Extent,
) -> Result<(FilterExtent, Vec<Shape>), Halt> {
    let bits = fingerprints::partition_bits(extent.items);
    let mut filter = FilterExtent { table_bytes: 0, partitions: 1 << bits };
    let mut shapes = Vec::new();
    let mut entries = EntryCursor::of(source, extent)?;
    let mut hashes: Vec<u64> = Vec::new();
    for partition in 0..1_usize << bits {
        hashes.clear();
        while let Some(entry) = entries.current()
            && fingerprints::partition_of(entry.hash, bits) == partition
        {
            if hashes.last() != Some(&entry.hash) {
                hashes.push(entry.hash);
            }
            entries.advance()?;
        }
        let (shape, table) = fingerprints::build(&hashes);
        filter.table_bytes += table.len() as u64;
        shapes.push(shape);
        table.chunks(WRITE_BYTES).try_for_each(|piece| out.write(piece))?;
    }
    Ok((filter, shapes))
}
