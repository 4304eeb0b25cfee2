//! Blocks: the unit that is read and checked.
//!
//! | offset | bytes | field |
//! | ---: | ---: | --- |
//! | 0 | 4,080 | content, zeros behind it |
//! | 4,080 | 2 | number of items |
//! | 4,082 | 6 | zeros |
//! | 4,088 | 8 | checksum: first bytes of SHA-256 over the run's key, the block's number in the file, and all before this |
//!
//! The number and the run's key are in the checksum so that a sound block at a wrong place is found too.

use crate::limits::BLOCK_BYTES;
use sha2::{Digest, Sha256};

/// Bytes of a block that hold items.
pub(crate) const CONTENT_BYTES: usize = BLOCK_BYTES - 16;
const ZEROS_AT: usize = CONTENT_BYTES + 2;
const CHECKSUM_AT: usize = BLOCK_BYTES - 8;

/// Bytes of a block.
pub(crate) type BlockBytes = [u8; BLOCK_BYTES];

/// What tells the blocks of one run from those of every other: sixteen bytes that follow from the house, the number of
/// the run, its events and the journal's head when it was written.
pub(crate) type RunKey = [u8; 16];

/// Fills in count and checksum of a block whose content is in place.
pub(crate) fn seal(block: &mut BlockBytes, items: usize, run: &RunKey, number: u64) {
    let items = u16::try_from(items).expect("a block has fewer items than bytes");
    block[CONTENT_BYTES..ZEROS_AT].copy_from_slice(&items.to_le_bytes());
    block[ZEROS_AT..CHECKSUM_AT].fill(0);
    let checksum = checksum(block, run, number);
    block[CHECKSUM_AT..].copy_from_slice(&checksum);
}

/// The number of items of a block, after its check; nothing if it is not what was sealed at this place.
pub(crate) fn check(block: &BlockBytes, run: &RunKey, number: u64) -> Option<usize> {
    let items = u16::from_le_bytes([block[CONTENT_BYTES], block[CONTENT_BYTES + 1]]);
    (block[CHECKSUM_AT..] == checksum(block, run, number)).then_some(usize::from(items))
}

fn checksum(block: &BlockBytes, run: &RunKey, number: u64) -> [u8; 8] {
    let hash = Sha256::new().chain_update(run).chain_update(number.to_le_bytes()).chain_update(&block[..CHECKSUM_AT]);
    let digest: [u8; 32] = hash.finalize().into();
    digest[..8].try_into().expect("eight bytes")
}

/// Where a key or a trade document leads: its hash, and the payment that has it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Entry {
    pub(crate) hash: u64,
    pub(crate) payment: u64,
}

const ENTRY_BYTES: usize = 16;

/// Entries of a full block.
pub(crate) const ENTRIES_PER_BLOCK: usize = CONTENT_BYTES / ENTRY_BYTES;

/// The `index`-th entry of a block.
pub(crate) fn entry(block: &BlockBytes, index: usize) -> Entry {
    let at = index * ENTRY_BYTES;
    let word = |at: usize| u64::from_le_bytes(block[at..at + 8].try_into().expect("eight bytes"));
    Entry { hash: word(at), payment: word(at + 8) }
}

/// Puts the `index`-th entry into a block.
pub(crate) fn put_entry(block: &mut BlockBytes, index: usize, entry: Entry) {
    let at = index * ENTRY_BYTES;
    block[at..at + 8].copy_from_slice(&entry.hash.to_le_bytes());
    block[at + 8..at + ENTRY_BYTES].copy_from_slice(&entry.payment.to_le_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flipped_bit_and_every_wrong_place_is_found() {
        let mut block = [0; BLOCK_BYTES];
        (0..200_u64)
            .for_each(|n| put_entry(&mut block, usize::try_from(n).unwrap(), Entry { hash: n * n, payment: n }));
        seal(&mut block, 200, &[1; 16], 7);
        assert_eq!(check(&block, &[1; 16], 7), Some(200));
        assert_eq!(entry(&block, 13), Entry { hash: 169, payment: 13 });
        assert_eq!(check(&block, &[1; 16], 8), None);
        assert_eq!(check(&block, &[2; 16], 7), None);
        for bit in 0..BLOCK_BYTES * 8 {
            block[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(check(&block, &[1; 16], 7), None, "bit {bit}");
            block[bit / 8] ^= 1 << (bit % 8);
        }
    }
}
