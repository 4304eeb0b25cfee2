//! Snapshots: a state as bytes, with the head of the journal that it stands on.
//!
//! A snapshot is a cache. It is read by the version that made it and by no other, and whatever is wrong with it, the
//! one before is tried, and then the journal is replayed as a whole.
//!
//! | bytes | field |
//! | ---: | --- |
//! | 4 | magic `CDLS` |
//! | 1 | length of the next field |
//! | n | the program's name and version |
//! | 64 | head: blocks, next sequence number, epoch, time, little endian; hash of the last block |
//! | 32 | digest of the state |
//! | n | the state |
//! | 32 | SHA-256 of everything before |

use crate::fault::SnapshotWarning;
use crate::machine::Machine;
use domain::EventSeq;
use journal::{Hash, Head};
use sha2::{Digest, Sha256};

/// Version of the layout. The layout of the state within it is the program version's.
pub const SNAPSHOT_VERSION: u16 = 1;

const MAGIC: [u8; 4] = *b"CDLS";
const HEAD_BYTES: usize = 64;
const HASH_BYTES: usize = 32;

pub(crate) struct Snapshot<S> {
    pub(crate) head: Head,
    pub(crate) state: S,
}

pub(crate) fn encode<M: Machine>(machine: &M, state: &M::State, head: &Head) -> Vec<u8> {
    assert_eq!(machine.next_seq(state).0, head.next_seq, "a snapshot of a state that is not at the head");
    let saved = machine.save(state);
    let program = program();
    let mut bytes = Vec::with_capacity(saved.len() + program.len() + 160);
    bytes.extend_from_slice(&MAGIC);
    bytes.push(u8::try_from(program.len()).expect("a short name"));
    bytes.extend_from_slice(program.as_bytes());
    bytes.extend_from_slice(&head.blocks.to_le_bytes());
    bytes.extend_from_slice(&head.next_seq.to_le_bytes());
    bytes.extend_from_slice(&head.epoch.to_le_bytes());
    bytes.extend_from_slice(&head.time_us.to_le_bytes());
    bytes.extend_from_slice(&head.hash);
    bytes.extend_from_slice(&machine.digest(state));
    bytes.extend_from_slice(&saved);
    let hash = Sha256::digest(&bytes);
    bytes.extend_from_slice(&hash);
    bytes
}

pub(crate) fn decode<M: Machine>(machine: &M, bytes: &[u8]) -> Result<Snapshot<M::State>, SnapshotWarning> {
    let damaged = |detail: &str| SnapshotWarning::Damaged { detail: detail.to_owned() };
    let (content, hash) = bytes.split_last_chunk::<HASH_BYTES>().ok_or_else(|| damaged("too short"))?;
    let found: Hash = Sha256::digest(content).into();
    if found != *hash {
        return Err(damaged("its bytes are not those that were written"));
    }
    let parts = Parts::of(content).ok_or_else(|| damaged("its parts do not fit"))?;
    if parts.program != program().as_bytes() {
        let found = String::from_utf8_lossy(parts.program).into_owned();
        return Err(SnapshotWarning::OtherVersion { found });
    }
    let state = machine.restore(parts.state).map_err(|detail| damaged(&detail))?;
    let height = EventSeq(parts.head.next_seq);
    if machine.next_seq(&state) != height || machine.digest(&state) != parts.digest {
        return Err(SnapshotWarning::DigestMismatch { height });
    }
    Ok(Snapshot { head: parts.head, state })
}

/// Bytes from the beginning of a snapshot that are enough to tell who made it.
pub const SNAPSHOT_BEGINNING_BYTES: u64 = 260;

/// Who made a snapshot, as far as its beginning tells; the rest of it is not looked at.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum MadeBy {
    /// This version of the program: it can be read.
    ThisVersion,
    /// Another version: of use to that one only.
    OtherVersion,
    /// It is no snapshot.
    Nobody,
}

/// Tells who made a snapshot, from its first [`SNAPSHOT_BEGINNING_BYTES`] bytes.
#[must_use]
pub fn snapshot_made_by(beginning: &[u8]) -> MadeBy {
    match named_program(beginning) {
        None => MadeBy::Nobody,
        Some((found, _)) if found == program().as_bytes() => MadeBy::ThisVersion,
        Some(_) => MadeBy::OtherVersion,
    }
}

/// The program that a snapshot names, and what follows.
fn named_program(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let rest = bytes.strip_prefix(&MAGIC)?;
    let (&length, rest) = rest.split_first()?;
    rest.split_at_checked(usize::from(length))
}

fn program() -> String {
    format!("engine {} snapshot {SNAPSHOT_VERSION}", env!("CARGO_PKG_VERSION"))
}

struct Parts<'a> {
    program: &'a [u8],
    head: Head,
    digest: Hash,
    state: &'a [u8],
}

impl<'a> Parts<'a> {
    fn of(content: &'a [u8]) -> Option<Self> {
        let (program, rest) = named_program(content)?;
        let (head, rest) = rest.split_first_chunk::<HEAD_BYTES>()?;
        let (digest, state) = rest.split_first_chunk::<HASH_BYTES>()?;
        let number = |at: usize| -> Option<[u8; 8]> { head.get(at..at + 8)?.try_into().ok() };
        let head = Head {
            blocks: u64::from_le_bytes(number(0)?),
            next_seq: u64::from_le_bytes(number(8)?),
            epoch: u64::from_le_bytes(number(16)?),
            time_us: i64::from_le_bytes(number(24)?),
            hash: head[32..].try_into().ok()?,
        };
        Some(Self { program, head, digest: *digest, state })
    }
}
