//! The layout of a run: header, blocks, tail, footer. Integers are little endian.
//!
//! | part | bytes | what |
//! | --- | --- | --- |
//! | header | one block | magic, format, house, run's key and number; sealed like every block |
//! | records | blocks | originals by ordinal, packed ([`crate::packed`]), each led by its length and its distance from the ordinal before |
//! | keys | blocks | `(hash of institution and UETR, ordinal)`, ascending |
//! | documents | blocks | `(hash of arrangement and document key, ordinal)`, ascending |
//! | tail | | fingerprints of keys, of documents; first ordinal or hash of each block; shapes of the fingerprints |
//! | footer | 324 | counts, and the digests of everything before it; its own SHA-256 last |
//!
//! The tail is what is kept in memory. The footer's SHA-256 is the digest of the run: the manifest names it, it covers the
//! digest of header and blocks, and that of the tail. So opening checks the tail as a whole, and leaves each block to its
//! own checksum.

use crate::block::{self, BlockBytes, RunKey};
use crate::fault::HistoryFault;
use crate::limits::BLOCK_BYTES;
use crate::packed::Reader;
use crate::{House, Stamp};
use sha2::{Digest as _, Sha256};

/// A SHA-256.
pub(crate) type Digest = [u8; 32];

/// Format of runs that this program writes.
pub(crate) const FORMAT: u32 = 1;

const MAGIC: [u8; 8] = *b"CDLHRUN\n";
const END_MAGIC: [u8; 8] = *b"CDLHEND\n";

/// Which run it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Identity {
    pub(crate) house: House,
    pub(crate) number: u64,
    pub(crate) key: RunKey,
}

impl Identity {
    /// The key follows from what decides the content: whose run it is, which, of which events, and the journal's head.
    pub(crate) fn new(house: House, number: u64, events: (u64, u64), stamp: &Stamp) -> Self {
        let hash = Sha256::new().chain_update(b"caudal history run 1").chain_update(house);
        let numbers = [number, events.0, events.1, stamp.height];
        let hash = numbers.iter().fold(hash, |hash, number| hash.chain_update(number.to_le_bytes()));
        let digest: Digest = hash.chain_update(stamp.hash).finalize().into();
        Self { house, number, key: digest[..16].try_into().expect("sixteen bytes") }
    }

    /// The header: block 0.
    pub(crate) fn header(&self) -> BlockBytes {
        let mut header = [0; BLOCK_BYTES];
        let fields: [&[u8]; 5] = [&MAGIC, &FORMAT.to_le_bytes(), &self.house, &self.key, &self.number.to_le_bytes()];
        let mut at = 0;
        for field in fields {
            header[at..at + field.len()].copy_from_slice(field);
            at += field.len();
        }
        block::seal(&mut header, 0, &self.key, 0);
        header
    }
}

/// Blocks of a section.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Extent {
    /// Number of its first block in the file.
    pub(crate) first_block: u64,
    /// How many.
    pub(crate) blocks: u64,
    /// Items in them.
    pub(crate) items: u64,
}

/// Fingerprints of a section in the tail.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct FilterExtent {
    /// Bytes of all tables.
    pub(crate) table_bytes: u64,
    /// Number of partitions.
    pub(crate) partitions: u64,
}

/// What the end of a run says of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Footer {
    pub(crate) identity: Identity,
    /// First and last event whose originals are in it.
    pub(crate) events: (u64, u64),
    /// Lowest and highest ordinal.
    pub(crate) payments: (u64, u64),
    pub(crate) records: Extent,
    pub(crate) keys: Extent,
    pub(crate) documents: Extent,
    pub(crate) key_filter: FilterExtent,
    pub(crate) document_filter: FilterExtent,
    pub(crate) body_digest: Digest,
    pub(crate) tail_digest: Digest,
}

/// Bytes of a footer.
pub(crate) const FOOTER_BYTES: usize = 8 + 4 + 32 + 16 + NUMBERS * 8 + 3 * 32;
const NUMBERS: usize = 18;

impl Footer {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(FOOTER_BYTES);
        bytes.extend_from_slice(&END_MAGIC);
        bytes.extend_from_slice(&FORMAT.to_le_bytes());
        bytes.extend_from_slice(&self.identity.house);
        bytes.extend_from_slice(&self.identity.key);
        let extent = |extent: Extent| [extent.first_block, extent.blocks, extent.items];
        let filter = |filter: FilterExtent| [filter.table_bytes, filter.partitions];
        let numbers = [
            &[self.identity.number, self.events.0, self.events.1, self.payments.0, self.payments.1][..],
            &extent(self.records),
            &extent(self.keys),
            &extent(self.documents),
            &filter(self.key_filter),
            &filter(self.document_filter),
        ];
        numbers.concat().iter().for_each(|number| bytes.extend_from_slice(&number.to_le_bytes()));
        bytes.extend_from_slice(&self.body_digest);
        bytes.extend_from_slice(&self.tail_digest);
        let digest: Digest = Sha256::digest(&bytes).into();
        bytes.extend_from_slice(&digest);
        assert_eq!(bytes.len(), FOOTER_BYTES);
        bytes
    }

    /// Reads the last bytes of a run, with its digest.
    ///
    /// # Errors
    /// [`HistoryFault::Damaged`], [`HistoryFault::SchemaNewer`], [`HistoryFault::Foreign`].
    pub(crate) fn decode(bytes: &[u8], house: &House, place: &str) -> Result<(Self, Digest), HistoryFault> {
        let damaged = || HistoryFault::damaged(place, "the end of the file is not the end of a run");
        let (content, digest) = bytes.split_last_chunk::<32>().ok_or_else(damaged)?;
        let actual: Digest = Sha256::digest(content).into();
        let mut from = Reader { bytes: content };
        if from.take(END_MAGIC.len()) != Some(&END_MAGIC) || actual != *digest {
            return Err(damaged());
        }
        check_format(from.array().ok_or_else(damaged)?, place)?;
        let footer = Self::decode_fields(&mut from).ok_or_else(damaged)?;
        if footer.identity.house != *house {
            return Err(HistoryFault::Foreign { place: place.to_owned() });
        }
        Ok((footer, actual))
    }

    fn decode_fields(from: &mut Reader<'_>) -> Option<Self> {
        let (house, key) = (from.array()?, from.array()?);
        let mut numbers = [0; NUMBERS];
        for number in &mut numbers {
            *number = u64::from_le_bytes(from.array()?);
        }
        let extent = |at: usize| Extent { first_block: numbers[at], blocks: numbers[at + 1], items: numbers[at + 2] };
        let filter = |at: usize| FilterExtent { table_bytes: numbers[at], partitions: numbers[at + 1] };
        let footer = Self {
            identity: Identity { house, number: numbers[0], key },
            events: (numbers[1], numbers[2]),
            payments: (numbers[3], numbers[4]),
            records: extent(5),
            keys: extent(8),
            documents: extent(11),
            key_filter: filter(14),
            document_filter: filter(16),
            body_digest: from.array()?,
            tail_digest: from.array()?,
        };
        from.bytes.is_empty().then_some(footer)
    }

    /// Bytes of header and blocks; nothing if sections do not follow each other.
    pub(crate) fn body_bytes(&self) -> Option<u64> {
        let mut next = 1;
        for extent in [self.records, self.keys, self.documents] {
            if extent.first_block != next {
                return None;
            }
            next = extent.first_block.checked_add(extent.blocks)?;
        }
        next.checked_mul(BLOCK_BYTES as u64)
    }
}

/// Whether this program reads a format.
pub(crate) fn check_format(bytes: [u8; 4], place: &str) -> Result<(), HistoryFault> {
    match u32::from_le_bytes(bytes) {
        FORMAT => Ok(()),
        newer if newer > FORMAT => {
            let (found, known) = (newer.into(), FORMAT.into());
            Err(HistoryFault::SchemaNewer { place: place.to_owned(), found, known })
        }
        other => Err(HistoryFault::damaged(place, format!("there never was a format {other}"))),
    }
}

/// Name of the file of a run.
pub(crate) fn file_name(number: u64) -> String {
    format!("run-{number:010}")
}

/// Whether a name is one that [`file_name`] gives.
pub(crate) fn is_run(name: &str) -> bool {
    let number = name.strip_prefix("run-").and_then(|digits| digits.parse().ok());
    number.is_some_and(|number| file_name(number) == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn footer() -> Footer {
        let stamp = Stamp { height: 9, hash: [4; 32] };
        Footer {
            identity: Identity::new([1; 32], 12, (3, 8), &stamp),
            events: (3, 8),
            payments: (10, 400),
            records: Extent { first_block: 1, blocks: 5, items: 300 },
            keys: Extent { first_block: 6, blocks: 2, items: 300 },
            documents: Extent { first_block: 8, blocks: 1, items: 7 },
            key_filter: FilterExtent { table_bytes: 1_024, partitions: 1 },
            document_filter: FilterExtent { table_bytes: 20, partitions: 1 },
            body_digest: [5; 32],
            tail_digest: [6; 32],
        }
    }

    #[test]
    fn a_footer_says_what_was_written_and_every_flipped_bit_of_it_is_found() {
        let mut bytes = footer().encode();
        let (read, digest) = Footer::decode(&bytes, &[1; 32], "run").expect("sound");
        assert_eq!((read, digest[..].to_vec()), (footer(), bytes[FOOTER_BYTES - 32..].to_vec()));
        assert_eq!(footer().body_bytes(), Some(9 * 4_096));
        for bit in 0..bytes.len() * 8 {
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(Footer::decode(&bytes, &[1; 32], "run").expect_err("found").code(), "HISTORY_DAMAGED");
            bytes[bit / 8] ^= 1 << (bit % 8);
        }
    }

    #[test]
    fn another_house_a_newer_format_and_a_cut_end_each_have_their_code() {
        let bytes = footer().encode();
        let code = |bytes: &[u8], house: u8| Footer::decode(bytes, &[house; 32], "run").expect_err("refused").code();
        assert_eq!(code(&bytes, 2), "HISTORY_FOREIGN");
        assert_eq!(code(&bytes[1..], 1), "HISTORY_DAMAGED");
        assert_eq!(code(&[], 1), "HISTORY_DAMAGED");
        let mut newer = bytes[..FOOTER_BYTES - 32].to_vec();
        newer[8] = 2;
        newer.extend_from_slice(&Sha256::digest(&newer));
        assert_eq!(code(&newer, 1), "SCHEMA_NEWER");
    }

    #[test]
    fn names_of_runs_are_told_from_others() {
        assert!(is_run(&file_name(0)) && is_run(&file_name(12_345_678_901_234)));
        for other in ["run-", "run-1", "run-0000000001.staged", "manifest", "run-00000000001", "run-+000000001"] {
            assert!(!is_run(other), "{other}");
        }
    }
}
