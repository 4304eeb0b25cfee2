//! A table of ordinals that answers which payment has a key, and is never iterated, so that its order can reach no
//! result.
//!
//! At ten million payments every look is a cache line that is not there. Therefore an entry carries part of the hash of its
//! key, so that neither growing the table nor looking for a new key touches a record; entries stand in lines of eight, so
//! that a look and the insertion after it touch one line; and the table is many small ones, each of which grows by itself,
//! so that no command waits until all of ten million entries have moved.

use foldhash::quality::FixedState;
use std::hash::{BuildHasher, Hasher};

/// Ordinals of payments by a key that stands in the payment's record.
pub(crate) struct OrdinalTable {
    shards: Vec<Shard>,
    /// Made from a key given from outside against flooding: whoever chooses references cannot make them collide.
    hasher: FixedState,
    table_key: u64,
}

/// Bits of a hash that choose the shard; they are not the ones that an entry carries.
const SHARD_BITS: u32 = 8;

impl OrdinalTable {
    pub(crate) fn new(table_key: u64) -> Self {
        let shards = (0..1 << SHARD_BITS).map(|_| Shard::default()).collect();
        Self { shards, hasher: FixedState::with_seed(table_key), table_key }
    }

    /// The ordinal of a key; `is_it` says whether the payment of an ordinal has it.
    pub(crate) fn find(&self, key: &(u128, u32), is_it: impl Fn(u64) -> bool) -> Option<u64> {
        let (shard, tag) = self.place(key);
        self.shards[shard].find(tag, is_it)
    }

    /// Puts an ordinal in, under a key that is not in.
    pub(crate) fn insert(&mut self, key: &(u128, u32), ordinal: u64) {
        let (shard, tag) = self.place(key);
        self.shards[shard].insert(Entry::new(tag, ordinal));
    }

    /// Takes an ordinal out; `false` when it was not in under this key.
    pub(crate) fn remove(&mut self, key: &(u128, u32), ordinal: u64) -> bool {
        let (shard, tag) = self.place(key);
        self.shards[shard].remove(Entry::new(tag, ordinal))
    }

    /// Reads the line where a key would stand, and waits for nothing: a look for that key soon afterwards finds it near.
    pub(crate) fn look_ahead(&self, key: &(u128, u32)) {
        let (shard, tag) = self.place(key);
        std::hint::black_box(self.shards[shard].first_of_line(tag));
    }

    /// Empties the table and makes room.
    pub(crate) fn clear(&mut self, room: usize) {
        let room_each = room / self.shards.len();
        for shard in &mut self.shards {
            *shard = Shard::default();
            // An eighth more: keys do not spread evenly.
            shard.grow_to(room_each + room_each / 8);
        }
    }

    fn place(&self, key: &(u128, u32)) -> (usize, u64) {
        let mut hasher = self.hasher.build_hasher();
        hasher.write_u128(key.0);
        hasher.write_u32(key.1);
        let hash = hasher.finish();
        (index(hash >> (u64::BITS - SHARD_BITS)), hash & TAG_MASK)
    }
}

/// Ordinal in the upper bits, one more than it is, and a tag, which is part of the hash, in the lower; zero where there is
/// none. Enough for seventy thousand million payments; at ten million, one look in a thousand touches a record in vain.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Entry(u64);

const TAG_BITS: u32 = 28;
const TAG_MASK: u64 = (1 << TAG_BITS) - 1;

impl Entry {
    const NONE: Self = Self(0);

    fn new(tag: u64, ordinal: u64) -> Self {
        assert!(ordinal + 1 < 1 << (u64::BITS - TAG_BITS), "more payments than the table can number");
        Self((ordinal + 1) << TAG_BITS | tag)
    }

    const fn tag(self) -> u64 {
        self.0 & TAG_MASK
    }

    const fn ordinal(self) -> u64 {
        (self.0 >> TAG_BITS) - 1
    }
}

/// As many entries as a cache line holds; those that are there stand before those that are not.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Line([Entry; LINE_ENTRIES]);

const LINE_ENTRIES: usize = 8;

impl Line {
    const EMPTY: Self = Self([Entry::NONE; LINE_ENTRIES]);

    fn is_full(&self) -> bool {
        self.0[LINE_ENTRIES - 1] != Entry::NONE
    }

    fn count(&self) -> usize {
        self.0.iter().filter(|entry| **entry != Entry::NONE).count()
    }

    /// Puts an entry at a place, and nothing there moves the last one into it.
    fn replace(&mut self, place: usize, by: Option<Entry>) {
        match by {
            Some(entry) => self.0[place] = entry,
            None => {
                let last = self.count() - 1;
                self.0[place] = self.0[last];
                self.0[last] = Entry::NONE;
            }
        }
    }
}

/// Open addressing by lines: an entry stands in the line that its tag names, its home, or in the first one after it that was
/// not full. So every line from an entry's home to before its own is full.
#[derive(Default)]
struct Shard {
    /// None, or a power of two of them.
    lines: Vec<Line>,
    entries: usize,
}

impl Shard {
    fn find(&self, tag: u64, is_it: impl Fn(u64) -> bool) -> Option<u64> {
        let mut at = self.home(tag)?;
        loop {
            let line = &self.lines[at];
            for entry in line.0 {
                if entry.tag() == tag && entry != Entry::NONE && is_it(entry.ordinal()) {
                    return Some(entry.ordinal());
                }
            }
            if !line.is_full() {
                return None;
            }
            at = self.after(at);
        }
    }

    fn insert(&mut self, entry: Entry) {
        // Three quarters: one line in seven is full then, and a look rarely needs a second line.
        if self.entries >= self.lines.len() * (LINE_ENTRIES - LINE_ENTRIES / 4) {
            self.grow_to(self.entries + 1);
        }
        self.put(entry);
        self.entries += 1;
    }

    fn put(&mut self, entry: Entry) {
        let mut at = self.home(entry.tag()).expect("there are lines");
        while self.lines[at].is_full() {
            at = self.after(at);
        }
        let line = &mut self.lines[at];
        let place = line.count();
        line.0[place] = entry;
    }

    fn remove(&mut self, entry: Entry) -> bool {
        let Some(mut at) = self.home(entry.tag()) else { return false };
        loop {
            if let Some(place) = self.lines[at].0.iter().position(|found| *found == entry) {
                self.fill(at, place);
                self.entries -= 1;
                return true;
            }
            if !self.lines[at].is_full() {
                return false;
            }
            at = self.after(at);
        }
    }

    /// Fills the place of an entry that goes: by one from a later line that stands there because this line was full, and
    /// that one's place in turn.
    fn fill(&mut self, mut at: usize, mut place: usize) {
        let mut from = at;
        while self.lines[from].is_full() {
            from = self.after(from);
            let passed = self.distance(at, from);
            let strayed = |entry: &Entry| {
                *entry != Entry::NONE && self.home(entry.tag()).is_some_and(|home| self.distance(home, from) >= passed)
            };
            if let Some(found) = self.lines[from].0.iter().position(strayed) {
                let entry = self.lines[from].0[found];
                self.lines[at].replace(place, Some(entry));
                (at, place) = (from, found);
            }
        }
        self.lines[at].replace(place, None);
    }

    /// Makes room for a number of entries without growing again.
    fn grow_to(&mut self, entries: usize) {
        let lines = (entries.div_ceil(LINE_ENTRIES - LINE_ENTRIES / 4)).next_power_of_two();
        let old = std::mem::replace(&mut self.lines, vec![Line::EMPTY; lines]);
        for entry in old.iter().flat_map(|line| line.0).filter(|entry| *entry != Entry::NONE) {
            self.put(entry);
        }
    }

    fn first_of_line(&self, tag: u64) -> u64 {
        self.home(tag).map_or(0, |home| self.lines[home].0[0].0)
    }

    fn home(&self, tag: u64) -> Option<usize> {
        let last = self.lines.len().checked_sub(1)?;
        Some(index(tag) & last)
    }

    fn after(&self, line: usize) -> usize {
        (line + 1) & (self.lines.len() - 1)
    }

    /// Lines from one forward to another.
    fn distance(&self, from: usize, to: usize) -> usize {
        to.wrapping_sub(from) & (self.lines.len() - 1)
    }
}

#[allow(clippy::cast_possible_truncation, reason = "usize is 64 bits wide on every supported target")]
const fn index(number: u64) -> usize {
    number as usize
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
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    #[test]
    fn what_was_put_in_is_found_until_it_is_taken_out() {
        let mut table = OrdinalTable::new(7);
        let key = |n: u64| (u128::from(n) << 64 | 5, 3);
        for n in 0..20_000 {
            assert_eq!(table.find(&key(n), |_| true), None);
            table.insert(&key(n), n);
        }
        for n in (0..20_000).step_by(2) {
            assert!(table.remove(&key(n), n));
            assert!(!table.remove(&key(n), n), "once");
        }
        for n in 0..20_000 {
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

    #[test]
    fn a_table_that_was_emptied_has_room_and_nothing_in_it() {
        let mut table = OrdinalTable::new(7);
        table.look_ahead(&(1, 1));
        table.insert(&(1, 1), 9);
        table.clear(100_000);
        assert_eq!(table.find(&(1, 1), |_| true), None);
        table.insert(&(1, 1), 9);
        table.look_ahead(&(1, 1));
        assert_eq!(table.find(&(1, 1), |_| true), Some(9));
    }

    proptest! {
        // Few tags, so that lines fill, entries stray far from home, and the last line is followed by the first.
        #[test]
        fn a_shard_is_a_set_of_tags_with_ordinals(
            steps in prop::collection::vec((0..3_u8, 0..24_u64, 0..8_u64), 0..400),
        ) {
            let mut shard = Shard::default();
            let mut simple = BTreeSet::new();
            for (what, tag, ordinal) in steps {
                if what == 0 {
                    prop_assert_eq!(shard.remove(Entry::new(tag, ordinal)), simple.remove(&(tag, ordinal)));
                } else if simple.insert((tag, ordinal)) {
                    shard.insert(Entry::new(tag, ordinal));
                }
                prop_assert_eq!(shard.entries, simple.len());
                for tag in 0..25 {
                    for ordinal in 0..8 {
                        let found = shard.find(tag, |candidate| candidate == ordinal).is_some();
                        prop_assert_eq!(found, simple.contains(&(tag, ordinal)), "tag {} ordinal {}", tag, ordinal);
                    }
                }
            }
        }
    }
}
