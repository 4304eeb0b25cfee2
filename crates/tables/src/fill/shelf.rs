//! Rows that many events change, such as accounts: kept in memory, written when a transaction ends.

use crate::cell::Cell;
use crate::schema::Table;
use crate::store::Store;
use std::collections::BTreeMap;

/// A kind of row with its table and its key.
pub(crate) trait Shelved<const N: usize>: Sized {
    type Key: Copy;
    const TABLE: Table;

    /// The key as one number, in the order of keys: compared many times for each payment.
    fn packed(key: &Self::Key) -> u128;

    fn cells(&self, key: &Self::Key) -> [Cell<'static>; N];
}

struct Kept<K, V> {
    key: K,
    value: V,
    /// Hash of the row as it is in the file; none while it is not there.
    stored: Option<u128>,
    dirty: bool,
}

/// Numbers one after the other in one, the first the most significant: `(number, bits)`.
pub(crate) fn pack(numbers: &[(u64, u32)]) -> u128 {
    numbers.iter().fold(0, |packed, (number, bits)| packed << bits | u128::from(*number))
}

/// Rows of one kind by key.
pub(crate) struct Shelf<V: Shelved<N>, const N: usize> {
    rows: BTreeMap<u128, Kept<V::Key, V>>,
    dirty: Vec<u128>,
}

impl<V: Shelved<N>, const N: usize> Default for Shelf<V, N> {
    fn default() -> Self {
        Shelf { rows: BTreeMap::new(), dirty: Vec::new() }
    }
}

impl<V: Shelved<N>, const N: usize> Shelf<V, N> {
    /// Takes a row as it was read from the file.
    pub(crate) fn load(&mut self, key: V::Key, value: V, hash: u128) {
        self.rows.insert(V::packed(&key), Kept { key, value, stored: Some(hash), dirty: false });
    }

    pub(crate) fn get(&self, key: &V::Key) -> Option<&V> {
        self.rows.get(&V::packed(key)).map(|kept| &kept.value)
    }

    /// The row of a key to be changed; made by `new` where there is none.
    #[inline]
    pub(crate) fn change(&mut self, key: V::Key, new: impl FnOnce() -> V) -> &mut V {
        let packed = V::packed(&key);
        let kept = self.rows.entry(packed).or_insert_with(|| Kept { key, value: new(), stored: None, dirty: false });
        if !kept.dirty {
            kept.dirty = true;
            self.dirty.push(packed);
        }
        &mut kept.value
    }

    /// Changes every row of those keys.
    pub(crate) fn change_all(&mut self, of: impl Fn(&V::Key) -> bool, change: impl Fn(&mut V)) {
        for (packed, kept) in self.rows.iter_mut().filter(|(_, kept)| of(&kept.key)) {
            change(&mut kept.value);
            if !kept.dirty {
                kept.dirty = true;
                self.dirty.push(*packed);
            }
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&V::Key, &V)> {
        self.rows.values().map(|kept| (&kept.key, &kept.value))
    }

    /// Writes what changed.
    pub(crate) fn flush(&mut self, store: &mut Store) -> rusqlite::Result<()> {
        let mut dirty = std::mem::take(&mut self.dirty);
        dirty.sort_unstable();
        let rows = &mut self.rows;
        let mut hashes = Vec::with_capacity(dirty.len());
        let changed =
            dirty.iter().filter_map(|key| rows.get(key).map(|kept| (kept.value.cells(&kept.key), kept.stored)));
        store.put_all(V::TABLE, changed, |_, hash| hashes.push(hash))?;
        for (key, hash) in dirty.iter().zip(hashes) {
            if let Some(kept) = rows.get_mut(key) {
                (kept.stored, kept.dirty) = (Some(hash), false);
            }
        }
        Ok(())
    }

    /// Forgets rows that no event will change again. They must have been written.
    pub(crate) fn forget(&mut self, over: impl Fn(&V::Key) -> bool) {
        self.rows.retain(|_, kept| kept.dirty || !over(&kept.key));
    }
}
