use std::cmp::Ordering;

use money::{MAX_RATE_DECIMALS, Rate, RateError, RateRounding, Rounding, quotient};
use proptest::prelude::*;

use crate::natural::Natural;

#[test]
fn a_rate_keeps_the_decimals_it_was_written_with() {
    let table = [
        ("108.88670", 10_888_670, 5),
        ("1", 1, 0),
        ("0.000000000001", 1, 12),
        ("007.50", 750, 2),
        ("18446744073709551615", u64::MAX, 0),
        ("18446744.073709551615", u64::MAX, 12),
    ];
    for (text, mantissa, decimals) in table {
        let rate = Rate::parse(text).unwrap();
        assert_eq!((rate.mantissa(), rate.decimals()), (mantissa, decimals), "{text}");
        assert_eq!(Rate::new(mantissa, decimals), Ok(rate));
        assert_eq!(rate.to_string(), text.trim_start_matches("00"));
    }
    assert_eq!(Rate::parse("1.0").unwrap().cmp_value(Rate::ONE), Ordering::Equal);
    assert_ne!(Rate::parse("1.0").unwrap(), Rate::ONE);
}

#[test]
fn what_is_not_a_plain_positive_decimal_is_refused() {
    let formats =
        ["", ".", ".5", "5.", "1.2.3", "-1", "+1", " 1", "1 ", "1,5", "1e3", "1_000", "١", "½", "0x1", "NaN", "1.-2"];
    for text in formats {
        assert_eq!(Rate::parse(text), Err(RateError::Format), "{text:?}");
    }
    assert_eq!(Rate::parse("0"), Err(RateError::NotPositive));
    assert_eq!(Rate::parse("0.000"), Err(RateError::NotPositive));
    assert_eq!(Rate::parse("0.0000000000001"), Err(RateError::TooManyDecimals { allowed: 12 }));
    assert_eq!(Rate::parse("1.0000000000000"), Err(RateError::TooManyDecimals { allowed: 12 }));
    assert_eq!(Rate::parse("18446744073709551616"), Err(RateError::TooLarge));
    assert_eq!(Rate::parse(&"9".repeat(10_000)), Err(RateError::TooLarge));
    assert_eq!(Rate::new(0, 2), Err(RateError::NotPositive));
    assert_eq!(Rate::new(1, 13), Err(RateError::TooManyDecimals { allowed: MAX_RATE_DECIMALS }));
}

#[test]
fn powers_of_ten_move_the_dot_and_nothing_else() {
    let table = [
        ("2.9557268e-05", "0.000029557268"),
        ("4.1e-5", "0.000041"),
        ("1e-12", "0.000000000001"),
        ("1.50e1", "15.0"),
        ("1.50e2", "150"),
        ("1.5E+3", "1500"),
        ("7e0", "7"),
        ("108.88670", "108.88670"),
        ("1e19", "10000000000000000000"),
    ];
    for (text, plain) in table {
        assert_eq!(Rate::parse_scientific(text).unwrap().to_string(), plain, "{text}");
    }
}

#[test]
fn a_power_of_ten_that_is_none_or_leads_too_far_is_refused() {
    for text in ["1e", "e5", "1e+", "1e-", "1e+-5", "1e5.0", "1e 5", "1e5e5", "1e1000", "1.e5", "-1e5", "1e٣"] {
        assert_eq!(Rate::parse_scientific(text), Err(RateError::Format), "{text:?}");
    }
    let too_many = Err(RateError::TooManyDecimals { allowed: 12 });
    assert_eq!(Rate::parse_scientific("1e-13"), too_many);
    assert_eq!(Rate::parse_scientific("1.0e-12"), too_many);
    assert_eq!(Rate::parse_scientific("1e-999"), too_many);
    assert_eq!(Rate::parse_scientific("1e20"), Err(RateError::TooLarge));
    assert_eq!(Rate::parse_scientific("2e19"), Err(RateError::TooLarge));
    assert_eq!(Rate::parse_scientific("1e999"), Err(RateError::TooLarge));
    assert_eq!(Rate::parse_scientific("0e5"), Err(RateError::NotPositive));
}

#[test]
fn a_quotient_that_cannot_be_published_is_refused() {
    let nearest = |decimals| RateRounding::Nearest { decimals, rounding: Rounding::HalfUp };
    let (small, large) = (Rate::new(1, 12).unwrap(), Rate::new(u64::MAX, 0).unwrap());
    assert_eq!(quotient(small, large, nearest(12)), Err(RateError::NotPositive));
    assert_eq!(quotient(large, small, nearest(0)), Err(RateError::TooLarge));
    assert_eq!(quotient(large, small, nearest(12)), Err(RateError::TooLarge));
    assert_eq!(quotient(large, small, RateRounding::HalfStep { decimals: 12 }), Err(RateError::TooLarge));
    assert_eq!(quotient(Rate::ONE, Rate::ONE, nearest(13)), Err(RateError::TooManyDecimals { allowed: 12 }));
    assert_eq!(quotient(Rate::ONE, Rate::ONE, RateRounding::HalfStep { decimals: 0 }), Err(RateError::NoHalfStep));
    // 10^24 / (2^64 - 1): the largest power of ten there can be.
    assert_eq!(quotient(Rate::ONE, Rate::new(u64::MAX, 12).unwrap(), nearest(12)).map(Rate::mantissa), Ok(54_210));
    // The last half-step that fits in 64 bits, and the one after it.
    let half_step = RateRounding::HalfStep { decimals: 1 };
    let edge = |mantissa| quotient(Rate::new(mantissa, 1).unwrap(), Rate::ONE, half_step).map(Rate::mantissa);
    assert_eq!(edge(u64::MAX), Ok(u64::MAX));
    assert_eq!(edge(18_446_744_073_709_551_609), Ok(18_446_744_073_709_551_610));
    assert_eq!(quotient(large, Rate::ONE, half_step), Err(RateError::TooLarge));
}

#[test]
fn the_rounding_of_a_quotient_is_the_one_asked_for() {
    let third = |rounding| {
        quotient(Rate::ONE, Rate::parse("3").unwrap(), RateRounding::Nearest { decimals: 4, rounding })
            .unwrap()
            .to_string()
    };
    assert_eq!(third(Rounding::Floor), "0.3333");
    assert_eq!(third(Rounding::Ceiling), "0.3334");
    assert_eq!(third(Rounding::HalfUp), "0.3333");
    let half = |rounding| {
        quotient(Rate::ONE, Rate::parse("8").unwrap(), RateRounding::Nearest { decimals: 2, rounding })
            .unwrap()
            .to_string()
    };
    assert_eq!(half(Rounding::HalfUp), "0.13");
    assert_eq!(half(Rounding::HalfEven), "0.12");
}

fn any_rate() -> impl Strategy<Value = Rate> {
    let mantissa = prop_oneof![1..=100_000_u64, 1..=1_000_000_000_000_u64, 1..=u64::MAX];
    (mantissa, 0..=12_u8).prop_map(|(mantissa, decimals)| Rate::new(mantissa, decimals).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn a_printed_rate_reads_back_as_itself(rate in any_rate()) {
        prop_assert_eq!(Rate::parse(&rate.to_string()), Ok(rate));
        prop_assert_eq!(Rate::parse_scientific(&rate.to_string()), Ok(rate));
        let scientific = format!("{}e-{}", rate.mantissa(), rate.decimals());
        prop_assert_eq!(Rate::parse_scientific(&scientific), Ok(rate));
    }

    #[test]
    fn any_text_is_a_rate_or_an_error(text in "[0-9.eE+-]{0,30}|\\PC{0,12}") {
        let plain = Rate::parse(&text);
        if plain.is_ok() {
            prop_assert_eq!(plain, Rate::parse_scientific(&text));
        }
    }

    #[test]
    fn rates_compare_by_value(left in any_rate(), right in any_rate()) {
        let scaled = |rate: Rate, other: Rate| {
            Natural::one().times_u64(rate.mantissa()).times_power_of_ten(other.decimals().into())
        };
        prop_assert_eq!(left.cmp_value(right), scaled(left, right).compare(&scaled(right, left)));
    }

    /// floor <= numerator / denominator < floor + 1, multiplied out in numbers of any size.
    #[test]
    fn a_quotient_rounded_down_is_the_exact_floor(numerator in any_rate(), denominator in any_rate(), decimals in 0..=12_u8) {
        let how = RateRounding::Nearest { decimals, rounding: Rounding::Floor };
        let exact = Natural::one()
            .times_u64(numerator.mantissa())
            .times_power_of_ten(u32::from(denominator.decimals()) + u32::from(decimals));
        let unit = Natural::one().times_u64(denominator.mantissa()).times_power_of_ten(numerator.decimals().into());
        match quotient(numerator, denominator, how) {
            Ok(floor) => {
                let below = unit.clone().times_u64(floor.mantissa());
                prop_assert_ne!(below.compare(&exact), Ordering::Greater);
                prop_assert_eq!(below.plus(&unit).compare(&exact), Ordering::Greater);
                prop_assert_eq!(floor.decimals(), decimals);
            }
            Err(RateError::NotPositive) => prop_assert_eq!(exact.compare(&unit), Ordering::Less),
            Err(error) => {
                prop_assert_eq!(error, RateError::TooLarge);
                prop_assert_ne!(exact.compare(&unit.times_u128(1 << 64)), Ordering::Less);
            }
        }
    }

    #[test]
    fn a_half_step_ends_in_zero_or_five_less_than_a_step_away(
        numerator in any_rate(), denominator in any_rate(), decimals in 1..=12_u8,
    ) {
        let floor = quotient(numerator, denominator, RateRounding::Nearest { decimals, rounding: Rounding::Floor });
        let published = quotient(numerator, denominator, RateRounding::HalfStep { decimals });
        if let (Ok(floor), Ok(published)) = (floor, published) {
            prop_assert_eq!(published.mantissa() % 5, 0);
            prop_assert!(published.mantissa() >= floor.mantissa() && published.mantissa() - floor.mantissa() <= 5);
        }
    }
}
