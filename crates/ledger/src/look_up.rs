//! A table of ordinals that answers which payment has a key, and is never iterated, so that its order can reach no
//! result.

use std::hash::{BuildHasher, Hasher};

/// Ordinals of payments by a key that stands in the payment's record. An entry carries the hash of its key, so that
/// neither growing the table nor looking for a new key touches a record.
pub(crate) struct OrdinalTable {
    table: hashbrown::HashTable<Entry>,
    /// Given from outside against flooding: whoever chooses references cannot make them collide.
    table_key: u64,
}

/// Ordinal in the upper bits, part of the hash in the lower: enough for seventy thousand million payments, and one look in
/// thirty at a table of ten million touches a record in vain.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Entry(u64);

const HASH_BITS: u32 = 28;
const HASH_MASK: u64 = (1 << HASH_BITS) - 1;

impl Entry {
    fn new(hash: u64, ordinal: u64) -> Self {
        assert!(ordinal >> (u64::BITS - HASH_BITS) == 0, "more payments than the table can number");
        Self(ordinal << HASH_BITS | hash)
    }

    const fn hash(self) -> u64 {
        self.0 & HASH_MASK
    }

    const fn ordinal(self) -> u64 {
        self.0 >> HASH_BITS
    }
}

impl OrdinalTable {
    pub(crate) fn new(table_key: u64) -> Self {
        Self { table: hashbrown::HashTable::new(), table_key }
    }

    /// The ordinal of a key; `is_it` says whether the payment of an ordinal has it.
    pub(crate) fn find(&self, key: &(u128, u32), is_it: impl Fn(u64) -> bool) -> Option<u64> {
        let hash = self.hash(key);
        let found = self.table.find(spread(hash), |entry| entry.hash() == hash && is_it(entry.ordinal()));
        found.map(|entry| entry.ordinal())
    }

    /// Puts an ordinal in, under a key that is not in.
    pub(crate) fn insert(&mut self, key: &(u128, u32), ordinal: u64) {
        let hash = self.hash(key);
        self.table.insert_unique(spread(hash), Entry::new(hash, ordinal), |entry| spread(entry.hash()));
    }

    /// Takes an ordinal out; `false` when it was not in under this key.
    pub(crate) fn remove(&mut self, key: &(u128, u32), ordinal: u64) -> bool {
        let hash = self.hash(key);
        let entry = Entry::new(hash, ordinal);
        let found = self.table.find_entry(spread(hash), |found| *found == entry);
        found.map(hashbrown::hash_table::OccupiedEntry::remove).is_ok()
    }

    /// Empties the table and makes room.
    pub(crate) fn clear(&mut self, room: usize) {
        self.table.clear();
        self.table.reserve(room, |entry| spread(entry.hash()));
    }

    fn hash(&self, key: &(u128, u32)) -> u64 {
        let mut hasher = foldhash::quality::FixedState::with_seed(self.table_key).build_hasher();
        hasher.write_u128(key.0);
        hasher.write_u32(key.1);
        hasher.finish() & HASH_MASK
    }
}

/// The table takes its place from the low bits and its tag from the high ones.
const fn spread(hash: u64) -> u64 {
    hash.wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

// The table is rebuilt from the records when a snapshot is read.
impl serde::Serialize for OrdinalTable {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.table_key.serialize(serializer)
    }
}

impl<'de> serde::Deserialize<'de> for OrdinalTable {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::new(serde::Deserialize::deserialize(deserializer)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_in_is_found_until_it_is_taken_out() {
        let mut table = OrdinalTable::new(7);
        let key = |n: u64| (u128::from(n) << 64 | 5, 3);
        for n in 0..2_000 {
            assert_eq!(table.find(&key(n), |_| true), None);
            table.insert(&key(n), n);
        }
        for n in (0..2_000).step_by(2) {
            assert!(table.remove(&key(n), n));
            assert!(!table.remove(&key(n), n), "once");
        }
        for n in 0..2_000 {
            assert_eq!(table.find(&key(n), |ordinal| ordinal == n), (n % 2 == 1).then_some(n));
        }
    }

    #[test]
    fn an_ordinal_under_another_key_is_left_alone() {
        let mut table = OrdinalTable::new(7);
        table.insert(&(1, 1), 9);
        assert!(!table.remove(&(2, 1), 9));
        assert!(!table.remove(&(1, 1), 8));
        assert_eq!(table.find(&(1, 1), |ordinal| ordinal == 9), Some(9));
    }
}
