//! Keys of subjects seen lately, unwrapped, so that a subject that pays often is looked up once.

use crate::crypto::Key;
use crate::limits::SUBJECT_KEYS_CACHED;
use std::collections::BTreeMap;

/// A subject's key, and the slot that it is or will be in.
pub(crate) type SubjectKey = (u64, Key);

/// Keys by tag, in two generations: when the young one is full it becomes the old one, and what was not asked for since is
/// forgotten.
#[derive(Default)]
pub(crate) struct SubjectKeys {
    young: BTreeMap<[u8; 32], SubjectKey>,
    old: BTreeMap<[u8; 32], SubjectKey>,
}

impl SubjectKeys {
    pub(crate) fn get(&mut self, tag: &[u8; 32]) -> Option<SubjectKey> {
        if let Some(known) = self.young.get(tag) {
            return Some(known.clone());
        }
        let known = self.old.remove(tag)?;
        self.insert(*tag, known.clone());
        Some(known)
    }

    pub(crate) fn insert(&mut self, tag: [u8; 32], known: SubjectKey) {
        if self.young.len() >= SUBJECT_KEYS_CACHED / 2 {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(tag, known);
    }

    pub(crate) fn remove(&mut self, tag: &[u8; 32]) {
        self.young.remove(tag);
        self.old.remove(tag);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use zeroize::Zeroizing;

    fn tag(number: u64) -> [u8; 32] {
        let mut tag = [0; 32];
        tag[..8].copy_from_slice(&number.to_be_bytes());
        tag
    }

    #[test]
    fn what_is_asked_for_stays_what_is_not_goes_and_what_is_removed_is_gone() {
        let mut keys = SubjectKeys::default();
        let many = 3 * u64::try_from(SUBJECT_KEYS_CACHED).expect("small");
        for number in 0..many {
            keys.insert(tag(number), (number, Zeroizing::new([7; 32])));
            assert_eq!(keys.get(&tag(5)).map(|known| known.0), (number >= 5).then_some(5));
            assert!(keys.young.len() + keys.old.len() <= SUBJECT_KEYS_CACHED);
        }
        assert!(keys.get(&tag(6)).is_none() && keys.get(&tag(many - 1)).is_some());
        keys.remove(&tag(5));
        keys.remove(&tag(many - 1));
        assert!(keys.get(&tag(5)).is_none() && keys.get(&tag(many - 1)).is_none());
    }
}
