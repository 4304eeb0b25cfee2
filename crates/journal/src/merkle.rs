//! Merkle tree hash of RFC 6962, section 2.1, over a block's events.

use crate::header::Hash;
use sha2::block_api::compress256;
use sha2::{Digest, Sha256};

const LEAF: u8 = 0;
const NODE: u8 = 1;

/// Levels of the tallest tree over a `usize` number of leaves.
const LEVELS_MAX: usize = usize::BITS as usize;

/// Bytes that SHA-256 compresses at a time.
const CHUNK: usize = 64;
/// Bytes of the padding's end, which hold the length of the message in bits.
const LENGTH_BYTES: usize = 8;

/// What SHA-256 starts from (FIPS 180-4, section 5.3.3).
const SHA_256_START: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

/// Hash of one leaf: SHA-256 over a zero byte and the event.
#[must_use]
pub fn leaf_hash(event: &[u8]) -> Hash {
    short_hash(LEAF, event).unwrap_or_else(|| {
        let mut hasher = Sha256::new();
        hasher.update([LEAF]);
        hasher.update(event);
        hasher.finalize().into()
    })
}

/// Hash of an inner node: SHA-256 over a one byte and both children.
#[must_use]
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut children = [0; 2 * size_of::<Hash>()];
    children[..size_of::<Hash>()].copy_from_slice(left);
    children[size_of::<Hash>()..].copy_from_slice(right);
    padded_hash::<2>(NODE, &children)
}

/// SHA-256 over a prefix and a message that fits a few chunks; nothing if it does not.
///
/// Sealing hashes millions of short messages a second. Feeding each through a hasher's buffer costs half as much again
/// as the compression itself.
fn short_hash(prefix: u8, message: &[u8]) -> Option<Hash> {
    match (1 + message.len() + 1 + LENGTH_BYTES).div_ceil(CHUNK) {
        1 => Some(padded_hash::<1>(prefix, message)),
        2 => Some(padded_hash::<2>(prefix, message)),
        3 => Some(padded_hash::<3>(prefix, message)),
        4 => Some(padded_hash::<4>(prefix, message)),
        5 => Some(padded_hash::<5>(prefix, message)),
        _ => None,
    }
}

/// FIPS 180-4, section 5.1.1: after the message a one bit, zeros, and its length in the last eight bytes.
fn padded_hash<const CHUNKS: usize>(prefix: u8, message: &[u8]) -> Hash {
    let mut padded = [[0; CHUNK]; CHUNKS];
    let bytes = padded.as_flattened_mut();
    let length = 1 + message.len();
    bytes[0] = prefix;
    bytes[1..length].copy_from_slice(message);
    bytes[length] = 0x80;
    let bits = u64::try_from(length * 8).expect("a few chunks");
    let length_at = bytes.len() - LENGTH_BYTES;
    bytes[length_at..].copy_from_slice(&bits.to_be_bytes());
    let mut state = SHA_256_START;
    compress256(&mut state, &padded);
    let mut hash = [0; 32];
    for (word, bytes) in state.iter().zip(hash.as_chunks_mut().0) {
        *bytes = word.to_be_bytes();
    }
    hash
}

/// Root over the events in order; the hash of the empty string if there is none.
///
/// One pass without recursion: like a binary counter, each leaf merges as many complete subtrees of equal size as its
/// ordinal has trailing ones. What is left at the end are the complete subtrees of falling size by which the RFC splits
/// the list, and they are folded from the right.
#[must_use]
pub fn root<'a>(events: impl Iterator<Item = &'a [u8]>) -> Hash {
    let mut subtrees = [[0; 32]; LEVELS_MAX];
    let mut height = 0;
    for (ordinal, event) in events.enumerate() {
        let mut hash = leaf_hash(event);
        for _ in 0..ordinal.trailing_ones() {
            height -= 1;
            hash = node_hash(&subtrees[height], &hash);
        }
        subtrees[height] = hash;
        height += 1;
    }
    match subtrees[..height].split_last() {
        None => Sha256::digest([]).into(),
        Some((last, rest)) => rest.iter().rev().fold(*last, |right, left| node_hash(left, &right)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leaf_of_every_length_to_six_hundred_has_its_sha_256() {
        let event: Vec<u8> = (0..600_u16).map(|byte| byte.to_le_bytes()[0]).collect();
        for length in 0..=event.len() {
            let expected: Hash = Sha256::new().chain_update([LEAF]).chain_update(&event[..length]).finalize().into();
            assert_eq!(leaf_hash(&event[..length]), expected, "{length} bytes");
        }
        let (left, right) = ([3; 32], [4; 32]);
        let expected: Hash =
            Sha256::new().chain_update([NODE]).chain_update(left).chain_update(right).finalize().into();
        assert_eq!(node_hash(&left, &right), expected);
    }
}
