//! How large tickets are beside each other: nearly log-normal, the way payments between banks' customers are, in
//! integers only, so that every machine draws the same.
//!
//! Four even numbers add up to nearly a normal one (Irwin-Hall), and two to its power is nearly log-normal. The natural
//! logarithm of the size has a standard deviation of 1.60: half of all tickets are below 0.30 of the mean, one in a
//! hundred is above ten times the mean, and none is above 76 times.

/// A relative size from 64 even bits: between 2^16 and 2^32, and half the time below 2^24.
pub(crate) fn relative_size(bits: u64) -> u64 {
    let sum: u64 = [0, 16, 32, 48].into_iter().map(|shift| (bits >> shift) & 0xffff).sum();
    // Twice the logarithm's range, in steps of 2^-14: the sum is 0 to 4 × 65,535, so the power is -8 to just under 8.
    let steps = sum + (8 << 14) - 2 * 65_535;
    let (power, fraction) = (steps >> 14, steps & 0x3fff);
    let (place, between) = ((fraction >> 7) as usize, fraction & 0x7f);
    let (low, high) = (ROOTS[place], ROOTS[place + 1]);
    let root = low + (((high - low) * between) >> 7);
    // The root is between 2^32 and 2^33, the power between 0 and 16.
    (root << power) >> 16
}

/// Two to the power of i / 128, in units of 2^-32.
const ROOTS: [u64; 129] = roots();

#[expect(clippy::cast_possible_truncation, reason = "each is at most two, in units of 2^-32")]
const fn roots() -> [u64; 129] {
    // The 128th root of two in units of 2^-60: seven square roots one after the other.
    let mut root = 2_u128 << 60;
    let mut halvings = 0;
    while halvings < 7 {
        root = (root << 60).isqrt();
        halvings += 1;
    }
    let mut roots = [0; 129];
    let mut power = 1_u128 << 60;
    let mut i = 0;
    while i < 129 {
        roots[i] = ((power + (1 << 27)) >> 28) as u64;
        power = (power * root) >> 60;
        i += 1;
    }
    roots
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, Seed};

    #[test]
    fn the_roots_of_two_are_right_to_the_last_place() {
        assert_eq!((ROOTS[0], ROOTS[64], ROOTS[128]), (1 << 32, 6_074_001_000, 2 << 32));
        assert!(ROOTS.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn sizes_go_from_a_256th_to_256_times_the_median() {
        let (smallest, middle, largest) = (0, 0xffff_ffff_0000_0000, u64::MAX);
        assert_eq!(relative_size(middle), 1 << 24);
        // The ends are two steps of 2^-14 short of the whole power.
        assert!(relative_size(smallest).abs_diff(1 << 16) < 10);
        assert!(relative_size(largest).abs_diff(1 << 32) < 1 << 20);
    }

    #[test]
    fn larger_sums_give_larger_sizes() {
        let size = |sum: u64| relative_size((0..4).fold(0, |bits, part| (bits << 16) | ((sum + part) / 4)));
        assert!((0..262_140).all(|sum| size(sum) <= size(sum + 1)));
    }

    #[test]
    fn sizes_have_a_heavy_tail() {
        let stream = Seed::new(11).unwrap().stream(Purpose::TicketSize);
        let mut sizes: Vec<u64> = (0..100_000).map(|place| relative_size(stream.at(place))).collect();
        sizes.sort_unstable();
        let total: u64 = sizes.iter().sum();
        let mean = total / 100_000;
        let percent_of_mean = |size: u64| size * 100 / mean;
        assert!((28..=32).contains(&percent_of_mean(sizes[50_000])), "median {}", percent_of_mean(sizes[50_000]));
        assert!((900..=1200).contains(&percent_of_mean(sizes[99_000])), "{}", percent_of_mean(sizes[99_000]));
        let of_largest_tenth: u64 = sizes[90_000..].iter().sum();
        assert!((55..=70).contains(&(of_largest_tenth * 100 / total)), "{}", of_largest_tenth * 100 / total);
    }
}
