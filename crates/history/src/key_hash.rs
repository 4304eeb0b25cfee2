//! The 64-bit hash under which keys and trade documents are filed. It is part of the format: never change it.
//!
//! Equal hashes of different keys cost a read, never a wrong answer: the original that is read has the whole key. The
//! hash is seeded with the house, so that a sender who chooses references cannot aim at the entries of others.

use domain::{ArrangementId, DocumentKey, PaymentKey};
use sha2::{Digest, Sha256};

/// The hash of one house.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KeyHash {
    seeds: [u64; 3],
}

impl KeyHash {
    pub(crate) fn of_house(house: &[u8; 32]) -> Self {
        let digest: [u8; 32] =
            Sha256::new().chain_update(b"caudal history keys 1").chain_update(house).finalize().into();
        let word = |at: usize| u64::from_le_bytes(digest[at..at + 8].try_into().expect("eight bytes"));
        // An odd factor loses nothing of what it multiplies.
        Self { seeds: [word(0), word(8), word(16) | 1] }
    }

    pub(crate) fn key(&self, key: PaymentKey) -> u64 {
        self.hash(key.uetr.0, key.institution.0)
    }

    pub(crate) fn document(&self, arrangement: ArrangementId, document: DocumentKey) -> u64 {
        self.hash(document.0, u32::from(arrangement.0))
    }

    fn hash(&self, bytes: [u8; 16], number: u32) -> u64 {
        let (low, high) = halves(u128::from_le_bytes(bytes));
        let [first, second, factor] = self.seeds;
        let mixed = fold(low ^ first, high ^ second);
        fold(mixed ^ u64::from(number).rotate_left(32), factor) ^ mixed
    }
}

/// Spreads the number of a payment for a table in memory.
pub(crate) fn spread(payment: u64) -> u64 {
    fold(payment ^ 0x9e37_79b9_7f4a_7c15, 0xd6e8_feb8_6659_fd93)
}

/// Both halves of the product of two halves, one over the other.
fn fold(left: u64, right: u64) -> u64 {
    let (low, high) = halves(u128::from(left) * u128::from(right));
    low ^ high
}

fn halves(whole: u128) -> (u64, u64) {
    let low = u64::try_from(whole & u128::from(u64::MAX)).expect("masked to 64 bits");
    let high = u64::try_from(whole >> 64).expect("64 bits are left");
    (low, high)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{InstitutionId, Uetr};
    use std::collections::BTreeSet;

    fn key(institution: u32, number: u64) -> PaymentKey {
        let mut uetr = [0; 16];
        uetr[..8].copy_from_slice(&number.to_be_bytes());
        PaymentKey { institution: InstitutionId(institution), uetr: Uetr(uetr) }
    }

    #[test]
    fn the_hash_of_a_key_stays_what_it_was() {
        // Stored in files: another value here makes every archive unreadable.
        let hash = KeyHash::of_house(&[7; 32]);
        assert_eq!(hash.key(key(3, 1)), 7_792_447_720_483_670_588);
        assert_eq!(hash.document(ArrangementId(2), DocumentKey([9; 16])), 2_945_927_295_238_162_773);
    }

    #[test]
    fn references_that_count_up_are_spread_evenly_and_do_not_collide() {
        let hash = KeyHash::of_house(&[7; 32]);
        let mut seen = BTreeSet::new();
        let mut upper = [0_u32; 64];
        let mut lower = [0_u32; 64];
        for institution in 0..8 {
            for number in 0..8_192 {
                let hash = hash.key(key(institution, number));
                assert!(seen.insert(hash), "two keys with one hash");
                upper[usize::try_from(hash >> 58).expect("six bits")] += 1;
                lower[usize::try_from(hash & 63).expect("six bits")] += 1;
            }
        }
        // 65,536 over 64 places: 1,024 each, a standard deviation of 32.
        for count in upper.iter().chain(&lower) {
            assert!((860..1_190).contains(count), "{upper:?} {lower:?}");
        }
    }

    #[test]
    fn another_house_has_another_hash() {
        assert_ne!(KeyHash::of_house(&[7; 32]).key(key(3, 1)), KeyHash::of_house(&[8; 32]).key(key(3, 1)));
    }
}
