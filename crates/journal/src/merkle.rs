//! Merkle tree hash of RFC 6962, section 2.1, over a block's events.

use crate::header::Hash;
use sha2::{Digest, Sha256};

const LEAF: [u8; 1] = [0];
const NODE: [u8; 1] = [1];

/// Levels of the tallest tree over a `usize` number of leaves.
const LEVELS_MAX: usize = usize::BITS as usize;

/// Hash of one leaf: SHA-256 over a zero byte and the event.
#[must_use]
pub fn leaf_hash(event: &[u8]) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update(LEAF);
    hasher.update(event);
    hasher.finalize().into()
}

/// Hash of an inner node: SHA-256 over a one byte and both children.
#[must_use]
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update(NODE);
    hasher.update(left);
    hasher.update(right);
    hasher.finalize().into()
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
