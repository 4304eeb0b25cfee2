//! The header of a block: fixed layout, and the only bytes that the block's hash covers directly.

use crate::fault::JournalFault;
use crate::limits::{BLOCK_BYTES_MAX, BLOCK_EVENTS_MAX};
use sha2::{Digest, Sha256};

/// SHA-256 of something, 32 bytes.
pub type Hash = [u8; 32];

/// What the first block names as its predecessor.
pub const NO_PREVIOUS: Hash = [0; 32];

/// The first four bytes of every header.
pub const BLOCK_MAGIC: [u8; 4] = *b"CDLB";

/// The header layout that this code writes, and the newest that it reads.
pub const BLOCK_FORMAT: u16 = 1;

/// Bytes of an encoded header.
pub const HEADER_BYTES: usize = 102;

/// Header of a block, hashed exactly as stored.
///
/// Layout, all integers little endian:
///
/// | offset | bytes | field |
/// | ---: | ---: | --- |
/// | 0 | 4 | magic `CDLB` |
/// | 4 | 2 | format |
/// | 6 | 8 | epoch |
/// | 14 | 8 | first sequence number |
/// | 22 | 4 | count of events |
/// | 26 | 8 | time, microseconds since 1970-01-01 UTC |
/// | 34 | 32 | hash of the previous block's header |
/// | 66 | 32 | events root (RFC 6962, section 2.1) |
/// | 98 | 4 | length of the body in bytes |
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockHeader {
    /// Who wrote it: raised by one at every opening, so that a writer that was replaced is recognised.
    pub epoch: u64,
    /// Sequence number of the first event; of the next event to come if the block has none.
    pub first_seq: u64,
    /// Number of events; 0 is a barrier, which opens an epoch.
    pub count: u32,
    /// The one time of all events of the block, microseconds since 1970-01-01 UTC.
    pub time_us: i64,
    /// Hash of the previous block's header, [`NO_PREVIOUS`] in the first block.
    pub previous: Hash,
    /// RFC 6962 Merkle tree hash over the byte strings of the events.
    pub events_root: Hash,
    /// Length of the concatenated events in bytes.
    pub body_len: u32,
}

impl BlockHeader {
    /// The stored bytes. One header has exactly one encoding.
    #[must_use]
    pub fn encode(&self) -> [u8; HEADER_BYTES] {
        let mut bytes = [0; HEADER_BYTES];
        bytes[0..4].copy_from_slice(&BLOCK_MAGIC);
        bytes[4..6].copy_from_slice(&BLOCK_FORMAT.to_le_bytes());
        bytes[6..14].copy_from_slice(&self.epoch.to_le_bytes());
        bytes[14..22].copy_from_slice(&self.first_seq.to_le_bytes());
        bytes[22..26].copy_from_slice(&self.count.to_le_bytes());
        bytes[26..34].copy_from_slice(&self.time_us.to_le_bytes());
        bytes[34..66].copy_from_slice(&self.previous);
        bytes[66..98].copy_from_slice(&self.events_root);
        bytes[98..102].copy_from_slice(&self.body_len.to_le_bytes());
        bytes
    }

    /// Reads a stored header.
    ///
    /// # Errors
    /// [`JournalFault::SchemaNewer`] for a format of a later version, [`JournalFault::Corrupt`] for anything else that
    /// this code did not write: wrong length or magic, a count or length above its maximum, numbers that overflow.
    pub fn decode(bytes: &[u8], place: &str) -> Result<BlockHeader, JournalFault> {
        let corrupt = |detail: &str| JournalFault::corrupt(place, 0, detail);
        let bytes: &[u8; HEADER_BYTES] =
            bytes.try_into().map_err(|_| corrupt("a header has another length than 102"))?;
        if bytes[0..4] != BLOCK_MAGIC {
            return Err(corrupt("a header does not begin with CDLB"));
        }
        let format = u16::from_le_bytes(field(bytes, 4));
        if format > BLOCK_FORMAT {
            return Err(JournalFault::SchemaNewer {
                place: place.to_owned(),
                found: u64::from(format),
                known: u64::from(BLOCK_FORMAT),
            });
        }
        let header = BlockHeader {
            epoch: u64::from_le_bytes(field(bytes, 6)),
            first_seq: u64::from_le_bytes(field(bytes, 14)),
            count: u32::from_le_bytes(field(bytes, 22)),
            time_us: i64::from_le_bytes(field(bytes, 26)),
            previous: field(bytes, 34),
            events_root: field(bytes, 66),
            body_len: u32::from_le_bytes(field(bytes, 98)),
        };
        let fits = |value: u32, maximum: usize| usize::try_from(value).is_ok_and(|value| value <= maximum);
        let plausible = format == BLOCK_FORMAT
            && fits(header.count, BLOCK_EVENTS_MAX)
            && fits(header.body_len, BLOCK_BYTES_MAX)
            && header.first_seq.checked_add(u64::from(header.count)).is_some();
        if plausible { Ok(header) } else { Err(corrupt("a header carries impossible values")) }
    }

    /// The block's hash: SHA-256 of the stored header.
    #[must_use]
    pub fn hash(&self) -> Hash {
        Sha256::digest(self.encode()).into()
    }

    /// Sequence number of the first event after this block.
    #[must_use]
    pub fn next_seq(&self) -> u64 {
        self.first_seq + u64::from(self.count)
    }

    /// Whether the block carries no event and only opens an epoch.
    #[must_use]
    pub fn is_barrier(&self) -> bool {
        self.count == 0
    }
}

fn field<const N: usize>(bytes: &[u8; HEADER_BYTES], offset: usize) -> [u8; N] {
    let mut value = [0; N];
    value.copy_from_slice(&bytes[offset..offset + N]);
    value
}
