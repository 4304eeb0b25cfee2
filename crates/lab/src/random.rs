//! Chance that is the same for the same seed, on every machine and in every version.
//!
//! Numbers are a function of a key and a counter, so that any one of them can be had without those before it: a ticket
//! does not change because another one was added elsewhere. The function is the output step of SplitMix64 (Steele, Lea,
//! Flood, *Fast Splittable Pseudorandom Number Generators*, 2014). Not for secrets.

/// The largest seed: every number up to it survives a program that keeps numbers as doubles.
pub const LARGEST_SEED: u64 = 1 << 53;

/// What a run's chance follows from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seed(u64);

/// A seed above [`LARGEST_SEED`]: a wrong use of `--seed`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the seed {0} is too large; --seed; give a number from 0 to 9007199254740992")]
pub struct SeedTooLarge(pub u64);

impl Seed {
    /// A seed of at most [`LARGEST_SEED`].
    ///
    /// # Errors
    /// [`SeedTooLarge`].
    pub const fn new(seed: u64) -> Result<Seed, SeedTooLarge> {
        if seed <= LARGEST_SEED { Ok(Seed(seed)) } else { Err(SeedTooLarge(seed)) }
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The numbers for one purpose, apart from those for any other.
    #[must_use]
    pub const fn stream(self, purpose: Purpose) -> Stream {
        Stream { key: mix(mix(self.0.wrapping_add(STEP)) ^ (purpose as u64)) }
    }
}

/// What chance is for. The numbers are part of every published result: never change or reuse one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u64)]
pub enum Purpose {
    /// How large tickets are.
    TicketSize = 1,
    /// When in the day they enter.
    TimeOfDay = 2,
    /// Between which institutions they go.
    Institutions = 3,
    /// On which day a flow's first ticket falls.
    FirstDay = 4,
    /// Unique end-to-end transaction references.
    Reference = 5,
    /// Faults and shocks of a run.
    Shock = 6,
    /// How far flows are from what the gravity model makes them.
    FlowResidual = 7,
}

/// An endless sequence of numbers, each to be had by its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stream {
    key: u64,
}

/// The odd number next to 2^64 over the golden ratio.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

impl Stream {
    /// The numbers of one part, apart from those of any other.
    #[must_use]
    pub const fn part(self, part: u64) -> Stream {
        Stream { key: mix(self.key ^ mix(part.wrapping_add(STEP))) }
    }

    /// The number at a place: 64 evenly distributed bits.
    #[must_use]
    pub const fn at(self, place: u64) -> u64 {
        mix(self.key.wrapping_add(place.wrapping_add(1).wrapping_mul(STEP)))
    }

    /// The number at a place, brought into 0 to `bound` - 1.
    ///
    /// # Panics
    /// With a bound of 0: a bug.
    #[must_use]
    pub fn below(self, place: u64, bound: u64) -> u64 {
        assert!(bound > 0, "nothing is below zero");
        scale(self.at(place), bound)
    }
}

/// The upper half of the product: a number of 64 even bits brought into 0 to `bound` - 1. No number below is favoured
/// by more than `bound` / 2^64.
pub(crate) fn scale(bits: u64, bound: u64) -> u64 {
    u64::try_from((u128::from(bits) * u128::from(bound)) >> 64).expect("the upper half of 128 bits is 64 bits")
}

const fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_numbers_for_ever() {
        let stream = Seed::new(1).unwrap().stream(Purpose::TicketSize).part(7);
        let expected = [14_731_344_237_393_536_388, 15_556_688_302_363_878_434, 8_440_988_589_584_251_191];
        assert_eq!([stream.at(0), stream.at(1), stream.at(1_000_000)], expected);
    }

    #[test]
    fn the_step_that_mixes_is_the_published_one() {
        // First outputs of SplitMix64 from state 0.
        let published = [0xe220_a839_7b1d_cdaf_u64, 0x6e78_9e6a_a1b9_65f4, 0x06c4_5d18_8009_454f];
        let stream = Stream { key: 0 };
        assert_eq!([stream.at(0), stream.at(1), stream.at(2)], published);
    }

    #[test]
    fn purposes_and_parts_do_not_share_numbers() {
        let seed = Seed::new(42).unwrap();
        let mut numbers: Vec<u64> = (0..1000)
            .flat_map(|part| {
                [Purpose::TicketSize, Purpose::TimeOfDay].map(|purpose| seed.stream(purpose).part(part).at(part))
            })
            .chain((0..1000).map(|place| seed.stream(Purpose::TicketSize).at(place)))
            .collect();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), 3000);
    }

    #[test]
    fn numbers_below_a_bound_are_even() {
        let stream = Seed::new(3).unwrap().stream(Purpose::Shock);
        let mut counts = [0_u32; 10];
        for place in 0..100_000 {
            counts[usize::try_from(stream.below(place, 10)).unwrap()] += 1;
        }
        // Ten standard deviations of a fair count of 100,000 in ten are 950.
        assert!(counts.iter().all(|&count| count.abs_diff(10_000) < 950), "{counts:?}");
        assert_eq!(stream.below(5, 1), 0);
    }

    #[test]
    fn a_seed_that_a_double_cannot_hold_is_refused() {
        assert_eq!(Seed::new(1 << 53).map(Seed::get), Ok(1 << 53));
        assert_eq!(Seed::new((1 << 53) + 1), Err(SeedTooLarge((1 << 53) + 1)));
        assert!(SeedTooLarge(u64::MAX).to_string().contains("9007199254740992"));
    }
}
