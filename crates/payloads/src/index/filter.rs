//! A Bloom filter in blocks of one cache line: says of most names that a run does not have them, without reading it.
//!
//! Putze, Sanders and Singler, *Cache-, hash- and space-efficient Bloom filters* (2009). A name is a keyed hash or a
//! digest, so its first eight bytes are as good as drawn at random: half of them choose the block, half the bits.

use crate::limits::INDEX_FILTER_BITS;

const BLOCK_BYTES: usize = 64;
const BLOCK_BITS: usize = BLOCK_BYTES * 8;
/// Bits set for a name; close to the best for the bits that a name has.
const BITS_SET: u32 = 6;

/// The filter of one run.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Filter {
    blocks: Vec<[u8; BLOCK_BYTES]>,
}

impl Filter {
    pub(crate) fn new(entries: usize) -> Filter {
        let blocks = (entries * INDEX_FILTER_BITS).div_ceil(BLOCK_BITS).max(1);
        Filter { blocks: vec![[0; BLOCK_BYTES]; blocks] }
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Filter> {
        let (blocks, rest) = bytes.as_chunks();
        (rest.is_empty() && !blocks.is_empty()).then(|| Filter { blocks: blocks.to_vec() })
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        self.blocks.as_flattened()
    }

    pub(crate) fn insert(&mut self, prefix: u64) {
        let block = self.block_of(prefix);
        for (byte, bit) in places(prefix) {
            self.blocks[block][byte] |= bit;
        }
    }

    /// `false` only if the name was never inserted.
    pub(crate) fn may_contain(&self, prefix: u64) -> bool {
        let block = &self.blocks[self.block_of(prefix)];
        places(prefix).all(|(byte, bit)| block[byte] & bit != 0)
    }

    fn block_of(&self, prefix: u64) -> usize {
        let blocks = u64::try_from(self.blocks.len()).expect("a size in memory");
        usize::try_from(((prefix >> 32) * blocks) >> 32).expect("below the number of blocks")
    }
}

/// Bytes and bits of a name within its block: nine bits of a product for each.
fn places(prefix: u64) -> impl Iterator<Item = (usize, u8)> {
    let spread = (prefix & 0xffff_ffff).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (0..BITS_SET).map(move |index| {
        let bit = usize::try_from((spread >> (9 * index + 10)) & 511).expect("nine bits");
        (bit / 8, 1 << (bit % 8))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(number: u64) -> u64 {
        number.wrapping_mul(0xd129_42f1_a2f1_6bd5).rotate_left(29).wrapping_mul(0x94d0_49bb_1331_11eb)
    }

    #[test]
    fn every_name_is_found_and_few_others_are() {
        let mut filter = Filter::new(100_000);
        (0..100_000).for_each(|number| filter.insert(name(number)));
        assert!((0..100_000).all(|number| filter.may_contain(name(number))));
        let wrong = (1_000_000..1_100_000).filter(|&number| filter.may_contain(name(number))).count();
        assert!(wrong < 3_000, "{wrong} of 100,000 others");
        assert!(wrong > 0, "a filter that is never wrong is larger than it says");
    }
}
