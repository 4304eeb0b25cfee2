//! A sorted run of the index on disk: first eight bytes of each name, and its slot.
//!
//! Header (4,096 bytes): `CDLX`, format u32, store (16), first and next slot u64, entries u64, bytes of the rest u64,
//! SHA-256 of the rest (32), zeros, checksum (8). Blocks of 4,096 bytes: 255 entries (prefix u64, slot u64), zeros,
//! checksum (8) over its number and content. The rest: the first prefix of each block, then the filter. Numbers are
//! big-endian. Every byte that an answer rests on is checked when it is read.

use super::filter::Filter;
use crate::crypto::{CHECKSUM_BYTES, checksum};
use crate::key_file::StoreId;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

const MAGIC: [u8; 4] = *b"CDLX";
const FORMAT: u32 = 1;
const BLOCK_BYTES: usize = 4096;
const ENTRY_BYTES: usize = 16;
const ENTRIES_A_BLOCK: usize = 255;
const CHECKSUM_AT: usize = BLOCK_BYTES - CHECKSUM_BYTES;

/// Beginning of a name, and the slot that has it.
pub(crate) type Entry = (u64, u64);

/// A run is missing, damaged, or of something else: the index is to be made anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unusable;

/// A run, open: its filter and the beginnings of its blocks are in memory, its entries on disk.
pub(crate) struct Run {
    file: File,
    path: PathBuf,
    slots: Range<u64>,
    entries: u64,
    fences: Vec<u64>,
    filter: Filter,
}

impl Run {
    pub(crate) fn slots(&self) -> &Range<u64> {
        &self.slots
    }

    pub(crate) fn entries(&self) -> u64 {
        self.entries
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn memory_bytes(&self) -> usize {
        self.filter.bytes().len() + self.fences.len() * size_of::<u64>()
    }

    /// Opens a run of a store.
    pub(crate) fn open(path: &Path, store: &StoreId) -> Result<Run, Unusable> {
        let file = File::open(path).map_err(|_| Unusable)?;
        let mut header = [0; BLOCK_BYTES];
        file.read_exact_at(&mut header, 0).map_err(|_| Unusable)?;
        let number = |at: usize| u64::from_be_bytes(header[at..at + 8].try_into().expect("eight bytes"));
        let sound = header[..4] == MAGIC
            && header[4..8] == FORMAT.to_be_bytes()
            && header[8..24] == *store
            && header[CHECKSUM_AT..] == checksum(&[&header[..CHECKSUM_AT]]);
        if !sound {
            return Err(Unusable);
        }
        let (slots, entries, rest_bytes) = (number(24)..number(32), number(40), number(48));
        let blocks = entries.div_ceil(usize_to_u64(ENTRIES_A_BLOCK));
        let rest_at = (blocks + 1) * usize_to_u64(BLOCK_BYTES);
        let whole = file.metadata().is_ok_and(|meta| meta.len() == rest_at + rest_bytes);
        let fences_bytes = usize::try_from(blocks).map_err(|_| Unusable)?.checked_mul(8).ok_or(Unusable)?;
        let rest_bytes = usize::try_from(rest_bytes).map_err(|_| Unusable)?;
        if !whole || rest_bytes < fences_bytes {
            return Err(Unusable);
        }
        let mut rest = vec![0; rest_bytes];
        file.read_exact_at(&mut rest, rest_at).map_err(|_| Unusable)?;
        if header[56..88] != *Sha256::digest(&rest) {
            return Err(Unusable);
        }
        let fences = rest[..fences_bytes].as_chunks().0.iter().map(|fence| u64::from_be_bytes(*fence)).collect();
        let filter = Filter::from_bytes(&rest[fences_bytes..]).ok_or(Unusable)?;
        Ok(Run { file, path: path.to_owned(), slots, entries, fences, filter })
    }

    /// Slots whose name may begin so, after those already in `found`.
    pub(crate) fn look_up(&self, prefix: u64, found: &mut Vec<u64>) -> Result<(), Unusable> {
        if !self.filter.may_contain(prefix) {
            return Ok(());
        }
        // The last block that begins before the prefix, and those that begin with it.
        let first = self.fences.partition_point(|&fence| fence < prefix).saturating_sub(1);
        for block in first..self.fences.len() {
            if self.fences[block] > prefix {
                break;
            }
            let entries = self.read_block(block)?;
            found.extend(entries.iter().filter(|(begins, _)| *begins == prefix).map(|(_, slot)| *slot));
        }
        Ok(())
    }

    fn read_block(&self, block: usize) -> Result<Vec<Entry>, Unusable> {
        let mut bytes = [0; BLOCK_BYTES];
        let at = usize_to_u64((block + 1) * BLOCK_BYTES);
        self.file.read_exact_at(&mut bytes, at).map_err(|_| Unusable)?;
        if bytes[CHECKSUM_AT..] != block_sum(block, &bytes) {
            return Err(Unusable);
        }
        let before = u64::try_from(block * ENTRIES_A_BLOCK).expect("a size on disk");
        let count = (self.entries - before).min(usize_to_u64(ENTRIES_A_BLOCK));
        let entries = bytes.as_chunks::<ENTRY_BYTES>().0.iter().take(usize::try_from(count).expect("at most 255"));
        Ok(entries.map(entry).collect())
    }

    /// Every entry in order.
    pub(crate) fn read_all(&self) -> impl Iterator<Item = Result<Entry, Unusable>> {
        (0..self.fences.len()).flat_map(|block| match self.read_block(block) {
            Ok(entries) => entries.into_iter().map(Ok).collect(),
            Err(unusable) => vec![Err(unusable)],
        })
    }

    /// Writes a run of sorted entries and opens it. Nothing is synced: a run that a power cut damaged is made anew.
    pub(crate) fn write(
        path: &Path,
        store: &StoreId,
        slots: Range<u64>,
        entries: u64,
        mut sorted: impl Iterator<Item = Result<Entry, Unusable>>,
    ) -> Result<Run, WriteError> {
        let staged = crate::files::staged(path);
        let mut out = BufWriter::with_capacity(256 * 1024, File::create(&staged)?);
        out.write_all(&[0; BLOCK_BYTES])?;
        let mut filter = Filter::new(usize::try_from(entries).expect("a size in memory"));
        let (mut fences, mut left) = (Vec::new(), entries);
        while left > 0 {
            let count = left.min(usize_to_u64(ENTRIES_A_BLOCK));
            let mut bytes = [0; BLOCK_BYTES];
            for place in bytes.as_chunks_mut::<ENTRY_BYTES>().0.iter_mut().take(usize::try_from(count).expect("255")) {
                let (prefix, slot) = sorted.next().ok_or(WriteError::Unusable)??;
                place[..8].copy_from_slice(&prefix.to_be_bytes());
                place[8..].copy_from_slice(&slot.to_be_bytes());
                filter.insert(prefix);
            }
            let sum = block_sum(fences.len(), &bytes);
            bytes[CHECKSUM_AT..].copy_from_slice(&sum);
            fences.push(entry(bytes.first_chunk().expect("an entry")).0);
            out.write_all(&bytes)?;
            left -= count;
        }
        let mut rest: Vec<u8> = fences.iter().flat_map(|fence| fence.to_be_bytes()).collect();
        rest.extend_from_slice(filter.bytes());
        out.write_all(&rest)?;
        let header = encode_header(store, &slots, entries, &rest);
        out.seek(SeekFrom::Start(0))?;
        out.write_all(&header)?;
        out.into_inner().map_err(io::IntoInnerError::into_error)?;
        std::fs::rename(&staged, path)?;
        Run::open(path, store).map_err(|_| WriteError::Unusable)
    }
}

/// Why a run was not written.
#[derive(Debug)]
pub(crate) enum WriteError {
    /// One that it was to be made of is damaged.
    Unusable,
    /// The disk refused.
    Io(io::Error),
}

impl From<Unusable> for WriteError {
    fn from(_: Unusable) -> WriteError {
        WriteError::Unusable
    }
}

impl From<io::Error> for WriteError {
    fn from(error: io::Error) -> WriteError {
        WriteError::Io(error)
    }
}

fn entry(bytes: &[u8; ENTRY_BYTES]) -> Entry {
    let number = |at: usize| u64::from_be_bytes(bytes[at..at + 8].try_into().expect("eight bytes"));
    (number(0), number(8))
}

fn block_sum(block: usize, bytes: &[u8; BLOCK_BYTES]) -> [u8; CHECKSUM_BYTES] {
    checksum(&[&usize_to_u64(block).to_be_bytes(), &bytes[..CHECKSUM_AT]])
}

fn encode_header(store: &StoreId, slots: &Range<u64>, entries: u64, rest: &[u8]) -> [u8; BLOCK_BYTES] {
    let mut header = [0; BLOCK_BYTES];
    header[..4].copy_from_slice(&MAGIC);
    header[4..8].copy_from_slice(&FORMAT.to_be_bytes());
    header[8..24].copy_from_slice(store);
    for (index, number) in [slots.start, slots.end, entries, usize_to_u64(rest.len())].into_iter().enumerate() {
        header[24 + 8 * index..][..8].copy_from_slice(&number.to_be_bytes());
    }
    header[56..88].copy_from_slice(&Sha256::digest(rest));
    let sum = checksum(&[&header[..CHECKSUM_AT]]);
    header[CHECKSUM_AT..].copy_from_slice(&sum);
    header
}

fn usize_to_u64(count: usize) -> u64 {
    u64::try_from(count).expect("a size in memory")
}
