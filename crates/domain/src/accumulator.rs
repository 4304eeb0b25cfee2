//! Multisets that leave memory: a count and a sum stand for everything that was put in.

use crate::canonical::{Folded, Row};
use crate::ids::{ArrangementId, ContentDigest, DocumentKey, PaymentId, PaymentKey};
use crate::refusal::Refusal;

/// A multiset folded into a count and a sum: what goes in may be taken out again, and order does not matter.
///
/// The mixing guards against mistakes of programs, not against adversaries: those are the hash chain's affair.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, serde::Serialize, serde::Deserialize)]
pub struct Accumulator {
    count: u64,
    sum: u128,
}

impl Accumulator {
    /// Puts a row in.
    pub fn add(&mut self, row: &[u8]) {
        self.count += 1;
        self.sum = self.sum.wrapping_add(mix128(row));
    }

    /// Takes a row out that was put in.
    ///
    /// # Panics
    /// When nothing is in: a bug.
    pub fn remove(&mut self, row: &[u8]) {
        self.count = self.count.checked_sub(1).expect("taken out of an accumulator more than was put in");
        self.sum = self.sum.wrapping_sub(mix128(row));
    }

    /// Puts a row in that is there in words: the same as its bytes.
    pub fn add_words<const PAIRS: usize>(&mut self, row: RowWords<PAIRS>) {
        self.count += 1;
        self.sum = self.sum.wrapping_add(row.mix());
    }

    /// Takes a row out that was put in, in words or in bytes.
    ///
    /// # Panics
    /// When nothing is in: a bug.
    pub fn remove_words<const PAIRS: usize>(&mut self, row: RowWords<PAIRS>) {
        self.count = self.count.checked_sub(1).expect("taken out of an accumulator more than was put in");
        self.sum = self.sum.wrapping_sub(row.mix());
    }

    /// Puts everything in that another accumulator holds.
    pub fn merge(&mut self, other: Self) {
        self.count += other.count;
        self.sum = self.sum.wrapping_add(other.sum);
    }

    /// The accumulator as a row.
    #[must_use]
    pub const fn row(&self, what: Folded) -> Row<'static> {
        Row::Folded { what, count: self.count, sum: self.sum }
    }

    /// How many are in.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// Rebuilds an accumulator from its row's figures.
    #[must_use]
    pub const fn from_parts(count: u64, sum: u128) -> Self {
        Self { count, sum }
    }

    /// Count and sum.
    #[must_use]
    pub const fn parts(&self) -> (u64, u128) {
        (self.count, self.sum)
    }
}

/// Bytes of a consumed identifier, as they are folded: key, content, and the refusal if it was refused.
#[must_use]
pub fn identifier_row(
    key: PaymentKey,
    content: ContentDigest,
    payment: PaymentId,
    refusal: Option<Refusal>,
) -> [u8; 46] {
    let mut row = [0; 46];
    row[..4].copy_from_slice(&key.institution.0.to_be_bytes());
    row[4..20].copy_from_slice(&key.uetr.0);
    row[20..36].copy_from_slice(&content.0);
    row[36..44].copy_from_slice(&payment.0.to_be_bytes());
    row[44..].copy_from_slice(&refusal.map_or(0, Refusal::number).to_be_bytes());
    row
}

/// Bytes of a used trade document, as they are folded.
#[must_use]
pub fn document_row(arrangement: ArrangementId, document: DocumentKey) -> [u8; 18] {
    let mut row = [0; 18];
    row[..2].copy_from_slice(&arrangement.0.to_be_bytes());
    row[2..].copy_from_slice(&document.0);
    row
}

/// A row of the accumulators in words: its bytes, eight at a time, the first the least significant, with zeros after the
/// last to a whole number of pairs.
///
/// Two rows are folded for each payment. Written as bytes of odd lengths and read as words, each would wait until all that
/// was written before it has left the processor's store buffer, and what was written before it is a cache line that was
/// not there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RowWords<const PAIRS: usize> {
    length_bytes: u64,
    pairs: [(u64, u64); PAIRS],
}

impl<const PAIRS: usize> RowWords<PAIRS> {
    fn mix(self) -> u128 {
        mix_words(self.length_bytes, self.pairs.into_iter())
    }
}

/// [`identifier_row`] in words.
#[must_use]
pub fn identifier_words(
    key: PaymentKey,
    content: ContentDigest,
    payment: PaymentId,
    refusal: Option<Refusal>,
) -> RowWords<3> {
    let institution = u64::from(key.institution.0.swap_bytes());
    let payment = payment.0.swap_bytes();
    let refusal = u64::from(refusal.map_or(0, Refusal::number).swap_bytes());
    let (uetr, content) = (Halves::of(key.uetr.0), Halves::of(content.0));
    let pairs = [
        (institution | uetr.low << 32, uetr.low >> 32 | uetr.high << 32),
        (uetr.high >> 32 | content.low << 32, content.low >> 32 | content.high << 32),
        (content.high >> 32 | payment << 32, payment >> 32 | refusal << 32),
    ];
    RowWords { length_bytes: 46, pairs }
}

/// [`document_row`] in words.
#[must_use]
pub fn document_words(arrangement: ArrangementId, document: DocumentKey) -> RowWords<2> {
    let arrangement = u64::from(arrangement.0.swap_bytes());
    let document = Halves::of(document.0);
    let pairs =
        [(arrangement | document.low << 16, document.low >> 48 | document.high << 16), (document.high >> 48, 0)];
    RowWords { length_bytes: 18, pairs }
}

/// Sixteen bytes as two words, the first byte the least significant.
struct Halves {
    low: u64,
    high: u64,
}

impl Halves {
    fn of(bytes: [u8; 16]) -> Self {
        let whole = u128::from_le_bytes(bytes);
        #[expect(clippy::cast_possible_truncation, reason = "the two halves are wanted")]
        let (low, high) = (whole as u64, (whole >> 64) as u64);
        Self { low, high }
    }
}

/// 128 bits that depend on every bit of `bytes` and on their order and number: two lanes that do not wait for each other,
/// each of which multiplies and folds sixteen bytes at a time, and a finish that spreads the last ones.
fn mix128(bytes: &[u8]) -> u128 {
    let chunks = bytes.chunks_exact(16);
    let mut last = [0; 16];
    last[..chunks.remainder().len()].copy_from_slice(chunks.remainder());
    let pair = |chunk: &[u8]| (word(&chunk[..8]), word(&chunk[8..]));
    mix_words(bytes.len() as u64, chunks.map(pair).chain(std::iter::once(pair(&last))))
}

#[inline]
fn mix_words(length_bytes: u64, pairs: impl Iterator<Item = (u64, u64)>) -> u128 {
    const LEFT: u64 = 0x9E6C_63D0_876A_3F6B;
    const RIGHT: u64 = 0xC2B2_AE3D_27D4_EB4F;
    let mut lanes = (0x2545_F491_4F6C_DD1D_u64 ^ length_bytes, 0x8EBC_6AF0_9C88_C6E3_u64);
    for (one, other) in pairs {
        lanes.0 = fold(one ^ LEFT, other ^ lanes.0).wrapping_add(lanes.0.rotate_left(23));
        lanes.1 = fold(other ^ RIGHT, one.wrapping_add(lanes.1)) ^ lanes.1.rotate_left(41);
    }
    let (left, right) = lanes;
    let finish = (fold(left ^ LEFT, right ^ RIGHT) ^ left, fold(right.wrapping_add(LEFT), left ^ RIGHT) ^ right);
    u128::from(fold(finish.0 ^ RIGHT, LEFT)) << 64 | u128::from(fold(finish.1 ^ LEFT, RIGHT))
}

fn word(bytes: &[u8]) -> u64 {
    u64::from_le_bytes(bytes.try_into().expect("eight bytes"))
}

/// The two halves of a product, one laid over the other.
fn fold(one: u64, other: u64) -> u64 {
    let product = u128::from(one).wrapping_mul(u128::from(other));
    #[expect(clippy::cast_possible_truncation, reason = "the two halves of the product are wanted")]
    let halves = (product as u64, (product >> 64) as u64);
    halves.0 ^ halves.1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{InstitutionId, Uetr};

    #[test]
    fn an_accumulator_forgets_order_and_undoes_what_was_done() {
        let rows: Vec<Vec<u8>> = (0_u8..40).map(|n| vec![n; usize::from(n)]).collect();
        let mut forward = Accumulator::default();
        let mut backward = Accumulator::default();
        rows.iter().for_each(|row| forward.add(row));
        rows.iter().rev().for_each(|row| backward.add(row));
        assert_eq!(forward, backward);
        rows.iter().for_each(|row| forward.remove(row));
        assert_eq!(forward, Accumulator::default());
    }

    #[test]
    fn one_bit_anywhere_changes_many_bits_of_the_mix() {
        let base = [0x5A_u8; 46];
        let mut seen = std::collections::BTreeSet::from([mix128(&base)]);
        for bit in 0..base.len() * 8 {
            let mut flipped = base;
            flipped[bit / 8] ^= 1 << (bit % 8);
            let distance = (mix128(&base) ^ mix128(&flipped)).count_ones();
            assert!((30..=98).contains(&distance), "bit {bit}: {distance}");
            assert!(seen.insert(mix128(&flipped)));
        }
        assert_ne!(mix128(&[0; 7]), mix128(&[0; 8]), "length counts");
    }

    #[test]
    fn a_row_of_each_kind_is_folded_as_it_always_was() {
        let bytes: Vec<u8> = (0..46).collect();
        assert_eq!(mix128(&bytes), 0x07CB_4C8E_7D17_F322_8A03_7C6F_4F71_9CFB);
        assert_eq!(mix128(&bytes[..18]), 0x8426_71E4_8665_1549_8C44_221E_9A79_F5C5);
    }

    #[test]
    fn a_row_in_words_is_the_row_in_bytes() {
        let mut number = 1_u64;
        let mut next = || {
            number = number.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(0x1405_7B7E_F767_814F);
            number
        };
        let mut sixteen = || {
            let mut bytes = [0; 16];
            bytes[..8].copy_from_slice(&next().to_le_bytes());
            bytes[8..].copy_from_slice(&next().to_be_bytes());
            bytes
        };
        for round in 0..200_u32 {
            let key = PaymentKey { institution: InstitutionId(round.wrapping_mul(0x0101_6B29)), uetr: Uetr(sixteen()) };
            let (content, payment) = (ContentDigest(sixteen()), PaymentId(u64::from(round) << (round % 32)));
            for refusal in [None, Some(Refusal::Screened), Some(Refusal::PaymentState)] {
                let mut in_words = Accumulator::default();
                let mut in_bytes = Accumulator::default();
                in_words.add_words(identifier_words(key, content, payment, refusal));
                in_bytes.add(&identifier_row(key, content, payment, refusal));
                assert_eq!(in_words, in_bytes, "{key:?} {content:?} {payment:?} {refusal:?}");
                in_bytes.remove_words(identifier_words(key, content, payment, refusal));
                assert_eq!(in_bytes, Accumulator::default());
            }
            let arrangement = ArrangementId(u16::try_from(round * 321).expect("below 2^16"));
            let document = DocumentKey(sixteen());
            let mut folded = Accumulator::default();
            folded.add_words(document_words(arrangement, document));
            folded.remove(&document_row(arrangement, document));
            assert_eq!(folded, Accumulator::default(), "{arrangement:?} {document:?}");
        }
    }
}
