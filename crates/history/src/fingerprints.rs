//! Fingerprints in memory: eight bits a key that say *surely not here*, or *look on the disk*.
//!
//! Binary fuse filters (Graf and Lemire, *Binary Fuse Filters: Fast and Smaller Than Xor Filters*, 2022): each key has
//! three places in a table of bytes, and the bytes are chosen so that those three, one over the other, give the key's
//! fingerprint. A key that is not in agrees by chance, once in 256. About nine and a half bits a key.
//!
//! The table is cut into partitions by the first bits of the hash. The keys of a run come in the order of their hash, so
//! one partition after the other is built and written, however large the run is.

use crate::limits::PARTITION_KEYS_MAX;

/// Tries to build a partition before something must be wrong with the program: each fails once in some hundred.
const SEEDS_MAX: u32 = 1_000;

/// The longest segment as a power of two: the two places after the first take as many bits of the hash.
const SEGMENT_BITS_MAX: u32 = 18;

/// Form of one partition, as stored: 12 bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Shape {
    seed: u32,
    segment_bits: u32,
    /// Segments in which a key's first place may lie; two more follow. None if the partition has no keys.
    segments: u32,
}

impl Shape {
    pub(crate) const BYTES: usize = 12;

    const EMPTY: Self = Self { seed: 0, segment_bits: 0, segments: 0 };

    fn of_keys(keys: usize) -> Self {
        if keys == 0 {
            return Self::EMPTY;
        }
        let log2 = keys.max(2).ilog2();
        // ln(n) / ln(3.33) + 2.25, and 0.875 + 0.25 · ln(10⁶) / ln(n) but at least 1.125, both from the paper.
        let segment_bits = ((log2 * 576 + 2_250) / 1_000).min(SEGMENT_BITS_MAX);
        let places_permille = (875 + 4_984 / u64::from(log2)).max(1_125);
        let places = (keys as u64 * places_permille).div_ceil(1_000);
        let segments = places.div_ceil(1 << segment_bits).saturating_sub(2).max(1);
        let segments = u32::try_from(segments).expect("a partition is far smaller than 2^32 places");
        Self { seed: 0, segment_bits, segments }
    }

    fn table_bytes(self) -> u64 {
        if self.segments == 0 { 0 } else { (u64::from(self.segments) + 2) << self.segment_bits }
    }

    pub(crate) fn encode(self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        for (at, number) in [self.seed, self.segment_bits, self.segments].into_iter().enumerate() {
            bytes[at * 4..at * 4 + 4].copy_from_slice(&number.to_le_bytes());
        }
        bytes
    }

    pub(crate) fn decode(bytes: [u8; Self::BYTES]) -> Option<Self> {
        let number = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes"));
        let shape = Self { seed: number(0), segment_bits: number(4), segments: number(8) };
        (shape.segment_bits <= SEGMENT_BITS_MAX).then_some(shape)
    }

    /// A key's fingerprint and its three places.
    fn places(self, hash: u64) -> (u8, [usize; 3]) {
        let mixed = mix(hash, self.seed);
        let span = u64::from(self.segments) << self.segment_bits;
        let length = 1_u64 << self.segment_bits;
        let first = u64::try_from((u128::from(mixed) * u128::from(span)) >> 64).expect("64 bits are left");
        let second = (first + length) ^ (mixed >> SEGMENT_BITS_MAX & (length - 1));
        let third = (first + 2 * length) ^ (mixed & (length - 1));
        let fingerprint = (mixed ^ mixed >> 32).to_le_bytes()[0];
        (fingerprint, [first, second, third].map(|place| usize::try_from(place).expect("64-bit addresses")))
    }
}

fn mix(hash: u64, seed: u32) -> u64 {
    let mut mixed = hash.wrapping_add(u64::from(seed).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    mixed = (mixed ^ mixed >> 32).wrapping_mul(0xd6e8_feb8_6659_fd93);
    mixed = (mixed ^ mixed >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed ^ mixed >> 32
}

/// Bits of the hash that name the partition, for so many keys.
pub(crate) fn partition_bits(keys: u64) -> u32 {
    keys.div_ceil(PARTITION_KEYS_MAX).max(1).next_power_of_two().ilog2()
}

/// The partition of a hash.
pub(crate) fn partition_of(hash: u64, bits: u32) -> usize {
    let partition = hash.checked_shr(u64::BITS - bits).unwrap_or(0);
    usize::try_from(partition).expect("64-bit addresses")
}

/// Builds the table of one partition. Equal hashes must have been made one.
///
/// # Panics
/// If that fails with every seed: a bug.
pub(crate) fn build(hashes: &[u64]) -> (Shape, Vec<u8>) {
    let shape = Shape::of_keys(hashes.len());
    let built = (0..SEEDS_MAX).find_map(|seed| {
        let shape = Shape { seed, ..shape };
        peel(shape, hashes).map(|order| (shape, fill(shape, &order)))
    });
    built.expect("equal hashes in one partition: no seed tells them apart")
}

/// A key with that one of its places which no key after it in the order has.
struct Peeled {
    hash: u64,
    place: usize,
}

/// An order in which each key has a place of its own against all that come later; nothing if there is none.
fn peel(shape: Shape, hashes: &[u64]) -> Option<Vec<Peeled>> {
    let table = usize::try_from(shape.table_bytes()).expect("64-bit addresses");
    // Keys of each place: how many, and all of them one over the other, which is the key when there is one.
    let mut counts = vec![0_u8; table];
    let mut keys = vec![0_u64; table];
    for &hash in hashes {
        for place in shape.places(hash).1 {
            counts[place] = counts[place].checked_add(1)?;
            keys[place] ^= hash;
        }
    }
    let mut single: Vec<usize> = (0..table).filter(|&place| counts[place] == 1).collect();
    let mut order = Vec::with_capacity(hashes.len());
    while let Some(place) = single.pop() {
        if counts[place] != 1 {
            continue;
        }
        let hash = keys[place];
        order.push(Peeled { hash, place });
        for other in shape.places(hash).1 {
            counts[other] -= 1;
            keys[other] ^= hash;
            if counts[other] == 1 {
                single.push(other);
            }
        }
    }
    (order.len() == hashes.len()).then_some(order)
}

fn fill(shape: Shape, order: &[Peeled]) -> Vec<u8> {
    let mut table = vec![0; usize::try_from(shape.table_bytes()).expect("64-bit addresses")];
    for Peeled { hash, place } in order.iter().rev() {
        let (fingerprint, places) = shape.places(*hash);
        // The place itself is still zero: nobody after it has it.
        table[*place] = places.iter().fold(fingerprint, |rest, &other| rest ^ table[other]);
    }
    table
}

/// Fingerprints of a section, as they are in memory.
pub(crate) struct Fingerprints {
    bits: u32,
    partitions: Vec<Partition>,
    tables: Vec<u8>,
}

#[derive(Clone, Copy)]
struct Partition {
    shape: Shape,
    start: usize,
}

impl Fingerprints {
    /// Puts tables and their shapes together; nothing if they do not fit each other.
    pub(crate) fn from_parts(shapes: &[Shape], tables: Vec<u8>) -> Option<Self> {
        if !shapes.len().is_power_of_two() {
            return None;
        }
        let mut start = 0;
        let mut partitions = Vec::with_capacity(shapes.len());
        for &shape in shapes {
            partitions.push(Partition { shape, start });
            start = usize::try_from(shape.table_bytes()).ok().and_then(|bytes| start.checked_add(bytes))?;
        }
        (start == tables.len()).then_some(Self { bits: shapes.len().ilog2(), partitions, tables })
    }

    /// Whether a key of this hash may be in the section; `false` is certain.
    pub(crate) fn may_have(&self, hash: u64) -> bool {
        let Partition { shape, start } = self.partitions[partition_of(hash, self.bits)];
        if shape.segments == 0 {
            return false;
        }
        let (fingerprint, places) = shape.places(hash);
        let tables = &self.tables[start..];
        places.iter().fold(fingerprint, |rest, &place| rest ^ tables[place]) == 0
    }

    /// Bytes of memory taken.
    pub(crate) fn memory_bytes(&self) -> usize {
        self.tables.capacity() + self.partitions.capacity() * size_of::<Partition>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hashes(count: u64, stream: u64) -> Vec<u64> {
        let mut hashes: Vec<u64> = (0..count).map(|n| mix(n << 8 | stream, 77)).collect();
        hashes.sort_unstable();
        hashes
    }

    fn fingerprints(hashes: &[u64], bits: u32) -> Fingerprints {
        let (mut shapes, mut tables) = (Vec::new(), Vec::new());
        for partition in 0..1_usize << bits {
            let part: Vec<u64> = hashes.iter().copied().filter(|&hash| partition_of(hash, bits) == partition).collect();
            let (shape, table) = build(&part);
            shapes.push(Shape::decode(shape.encode()).expect("what was encoded"));
            tables.extend(table);
        }
        Fingerprints::from_parts(&shapes, tables).expect("they fit")
    }

    #[test]
    fn a_key_that_is_in_is_never_denied_whatever_their_number() {
        for count in (0..300).chain([1_000, 1_023, 1_024, 1_025, 5_000, 40_000]) {
            let keys = hashes(count, 1);
            let filter = fingerprints(&keys, 0);
            assert!(keys.iter().all(|&hash| filter.may_have(hash)), "{count} keys");
        }
    }

    #[test]
    fn partitions_with_and_without_keys_answer_for_their_own() {
        for bits in 1..=6 {
            let keys = hashes(40, 2);
            let filter = fingerprints(&keys, bits);
            assert!(keys.iter().all(|&hash| filter.may_have(hash)), "{bits} bits");
        }
        let none = fingerprints(&[], 2);
        assert!(hashes(1_000, 3).iter().all(|&hash| !none.may_have(hash)));
    }

    #[test]
    fn one_look_in_256_at_an_unknown_key_is_in_vain_and_a_key_takes_less_than_ten_bits() {
        let keys = hashes(PARTITION_KEYS_MAX, 4);
        let filter = fingerprints(&keys, 0);
        let in_vain = hashes(1 << 20, 5).iter().filter(|&&hash| filter.may_have(hash)).count();
        // 4,096 expected, a standard deviation of 64.
        assert!((3_776..4_416).contains(&in_vain), "{in_vain} of 1,048,576");
        let bits = filter.memory_bytes() * 8 * 100 / keys.len();
        assert!(bits < 1_000, "{bits} hundredths of a bit a key");
    }

    #[test]
    fn keys_are_shared_out_to_partitions_of_at_most_the_maximum() {
        assert_eq!(partition_bits(0), 0);
        assert_eq!(partition_bits(PARTITION_KEYS_MAX), 0);
        assert_eq!(partition_bits(PARTITION_KEYS_MAX + 1), 1);
        assert_eq!(partition_bits(100_000_000), 9);
        assert_eq!(partition_of(u64::MAX, 0), 0);
        assert_eq!(partition_of(u64::MAX, 9), 511);
    }

    #[test]
    fn tables_that_do_not_fit_their_shapes_are_refused() {
        let (shape, mut table) = build(&hashes(100, 6));
        table.push(0);
        assert!(Fingerprints::from_parts(&[shape], table).is_none());
        assert!(Fingerprints::from_parts(&[], Vec::new()).is_none());
        let mut bytes = shape.encode();
        bytes[4] = 40;
        assert!(Shape::decode(bytes).is_none());
    }
}
