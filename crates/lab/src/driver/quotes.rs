//! What members publish of their currencies: two-sided quotes around the day's rate, or the rate itself.

use money::{MAX_RATE_DECIMALS, Rate};

const PPM: u128 = 1_000_000;

/// Digits that a quote has at least, so that its rounding is small beside the distance of the two sides.
const QUOTE_MANTISSA_MIN: u64 = 100_000_000;

/// The mantissas of quotes stay below this: they are scaled by parts per million, and a mantissa fits 64 bits.
const QUOTE_MANTISSA_MAX: u64 = 1_000_000_000_000_000_000;

/// Buying and selling rate, half the distance on each side of the day's rate: both rounded towards it, so that they are
/// never further apart than allowed (in parts per million of the buying rate).
pub(crate) fn two_sided(mid: Rate, spread_ppm: u32) -> (Rate, Rate) {
    let (mantissa, decimals) = widened(mid);
    let spread = u128::from(spread_ppm);
    // Buying rate b and selling rate b × (1 + spread), with the day's rate in their middle: b = mid / (1 + spread / 2).
    let buy = (u128::from(mantissa) * 2 * PPM).div_ceil(2 * PPM + spread);
    let sell = buy * (PPM + spread) / PPM;
    let rate = |mantissa: u128| {
        let mantissa = u64::try_from(mantissa).expect("a mantissa and half a spread of it fit in 64 bits");
        Rate::new(mantissa, decimals).expect("a rate above zero with the decimals of one")
    };
    (rate(buy), rate(sell))
}

/// The same rate with as many digits as a quote should have, as far as decimals go.
fn widened(rate: Rate) -> (u64, u8) {
    let (mut mantissa, mut decimals) = (rate.mantissa(), rate.decimals());
    while mantissa < QUOTE_MANTISSA_MIN && decimals < MAX_RATE_DECIMALS {
        mantissa *= 10;
        decimals += 1;
    }
    while mantissa >= QUOTE_MANTISSA_MAX && decimals > 0 {
        mantissa /= 10;
        decimals -= 1;
    }
    (mantissa, decimals)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn quotes_stand_half_the_spread_on_each_side() {
        let quote = |mid: &str, spread_ppm| {
            let (buy, sell) = two_sided(Rate::parse(mid).unwrap(), spread_ppm);
            (buy.to_string(), sell.to_string())
        };
        assert_eq!(quote("915", 5_000), ("912.718205".to_owned(), "917.281796".to_owned()));
        assert_eq!(quote("1", 0), ("1.00000000".to_owned(), "1.00000000".to_owned()));
        assert_eq!(quote("0.000000000001", 5_000), ("0.000000000001".to_owned(), "0.000000000001".to_owned()));
    }

    proptest! {
        #[test]
        fn quotes_are_never_further_apart_than_allowed(
            mantissa in 1..=999_999_999_999_999_999_u64,
            decimals in 0..=12_u8,
            spread_ppm in 0..=50_000_u32,
        ) {
            let mid = Rate::new(mantissa, decimals).unwrap();
            let (buy, sell) = two_sided(mid, spread_ppm);
            prop_assert_eq!(buy.decimals(), sell.decimals());
            prop_assert!(buy.mantissa() <= sell.mantissa());
            let apart = u128::from(sell.mantissa() - buy.mantissa()) * PPM;
            prop_assert!(apart <= u128::from(buy.mantissa()) * u128::from(spread_ppm));
            prop_assert!(buy.cmp_value(mid).is_le());
        }
    }
}
