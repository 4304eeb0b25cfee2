//! Chance, drawn from a seed and from nothing else: SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).

/// A stream of numbers. The same seed gives the same stream on every machine.
#[derive(Clone, Debug)]
pub struct Random {
    state: u64,
}

/// A million: chances are counted in parts of it.
pub const CERTAIN_PPM: u32 = 1_000_000;

impl Random {
    /// The stream of a seed.
    #[must_use]
    pub const fn from_seed(seed: u64) -> Self {
        Self { state: seed }
    }

    /// The next 64 bits.
    pub const fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A stream of its own, which does not change when more is drawn from this one later.
    pub const fn fork(&mut self) -> Self {
        Self { state: self.bits() }
    }

    /// A number from 0 to before `bound`.
    ///
    /// # Panics
    /// If there is none.
    pub fn below(&mut self, bound: u64) -> u64 {
        assert!(bound > 0, "a number below nothing");
        let product = u128::from(self.bits()) * u128::from(bound);
        u64::try_from(product >> 64).expect("the upper half of 128 bits")
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high - low + 1)
    }

    /// The same for lengths and places.
    pub fn size(&mut self, low: usize, high: usize) -> usize {
        let number = self.between(u64::try_from(low).expect("64 bits"), u64::try_from(high).expect("64 bits"));
        usize::try_from(number).expect("at most the higher of two sizes")
    }

    /// A number from `low` to `high` whose order of magnitude is even: small ones are as likely as large ones.
    ///
    /// # Panics
    /// If `low` is 0 or above `high`.
    pub fn magnitude(&mut self, low: u64, high: u64) -> u64 {
        assert!(0 < low && low <= high, "magnitudes from {low} to {high}");
        let doublings = self.below(u64::from((high / low).ilog2()) + 1);
        let bottom = low << doublings;
        let top = if bottom > high / 2 { high } else { 2 * bottom - 1 };
        self.between(bottom, top)
    }

    /// Whether something happens that happens so many times in a million.
    pub fn chance(&mut self, ppm: u32) -> bool {
        self.below(u64::from(CERTAIN_PPM)) < u64::from(ppm)
    }

    /// One of several; none of none.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        if items.is_empty() { None } else { items.get(self.size(0, items.len() - 1)) }
    }

    /// The place of one of several weights, each as likely as it weighs.
    ///
    /// # Panics
    /// If nothing weighs anything.
    pub fn weighted(&mut self, weights: &[u32]) -> usize {
        let mut left = self.below(weights.iter().map(|&weight| u64::from(weight)).sum());
        for (place, &weight) in weights.iter().enumerate() {
            match left.checked_sub(u64::from(weight)) {
                None => return place,
                Some(rest) => left = rest,
            }
        }
        unreachable!("a number below the sum of the weights")
    }

    /// So many random bytes.
    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.bits().to_le_bytes()[..chunk.len()]);
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_of_a_seed_is_the_published_one() {
        // Seed 1234567, first values of the reference implementation of SplitMix64.
        let mut random = Random::from_seed(1_234_567);
        assert_eq!(
            [random.bits(), random.bits(), random.bits()],
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,]
        );
    }

    #[test]
    fn numbers_stay_within_their_bounds_and_reach_both_ends() {
        let mut random = Random::from_seed(1);
        let drawn: Vec<u64> = (0..2_000).map(|_| random.between(5, 9)).collect();
        assert_eq!((drawn.iter().min(), drawn.iter().max()), (Some(&5), Some(&9)));
        for _ in 0..2_000 {
            assert!((3..=90_000).contains(&random.magnitude(3, 90_000)));
            assert_eq!(random.magnitude(7, 7), 7);
        }
    }

    #[test]
    fn magnitudes_are_even() {
        let mut random = Random::from_seed(2);
        let small = (0..10_000).filter(|_| random.magnitude(1, 1 << 20) < 1 << 10).count();
        assert!((4_000..6_500).contains(&small), "{small} of 10,000 are in the lower half of the magnitudes");
    }

    #[test]
    fn weights_decide_how_often() {
        let mut random = Random::from_seed(3);
        let mut counts = [0; 3];
        (0..10_000).for_each(|_| counts[random.weighted(&[1, 0, 3])] += 1);
        assert_eq!(counts[1], 0);
        assert!((2_200..2_800).contains(&counts[0]), "{counts:?}");
    }
}
