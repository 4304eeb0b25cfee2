//! A set that answers whether something is in it and is never iterated, so that its order can reach no result.

use std::hash::{BuildHasher, Hasher};

/// A set of sixteen-byte keys.
#[derive(Default)]
pub(crate) struct LookUpSet {
    table: hashbrown::HashTable<[u8; 16]>,
}

impl LookUpSet {
    pub(crate) fn contains(&self, key: &[u8; 16]) -> bool {
        self.table.find(hash(key), |found| found == key).is_some()
    }

    /// Puts a key in; `false` when it was in.
    pub(crate) fn insert(&mut self, key: [u8; 16]) -> bool {
        match self.table.entry(hash(&key), |found| *found == key, hash) {
            hashbrown::hash_table::Entry::Occupied(_) => false,
            hashbrown::hash_table::Entry::Vacant(place) => {
                place.insert(key);
                true
            }
        }
    }

    /// Takes a key out; `false` when it was not in.
    pub(crate) fn remove(&mut self, key: &[u8; 16]) -> bool {
        self.table.find_entry(hash(key), |found| found == key).map(hashbrown::hash_table::OccupiedEntry::remove).is_ok()
    }
}

/// Keys are parts of SHA-256 values, which nobody can make collide in numbers: a fixed seed is enough.
fn hash(key: &[u8; 16]) -> u64 {
    let mut hasher = foldhash::quality::FixedState::with_seed(0).build_hasher();
    hasher.write(key);
    hasher.finish()
}

// A snapshot holds the keys in ascending order, so that it has the same bytes wherever it is made.
impl serde::Serialize for LookUpSet {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut keys: Vec<[u8; 16]> = self.table.iter().copied().collect();
        keys.sort_unstable();
        keys.serialize(serializer)
    }
}

impl<'de> serde::Deserialize<'de> for LookUpSet {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let keys: Vec<[u8; 16]> = serde::Deserialize::deserialize(deserializer)?;
        let mut set = Self::default();
        for key in keys {
            set.insert(key);
        }
        Ok(set)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_in_is_found_until_it_is_taken_out() {
        let mut set = LookUpSet::default();
        for n in 0..200_u8 {
            assert!(set.insert([n; 16]));
            assert!(!set.insert([n; 16]));
        }
        assert!(set.remove(&[7; 16]));
        assert!(!set.remove(&[7; 16]));
        assert!(!set.contains(&[7; 16]) && set.contains(&[8; 16]));
    }
}
