use std::cmp::Ordering;

use money::{AmountMinor, Conversion, ConvertError, Rate, Residue, Rounding, convert, through};
use proptest::prelude::*;

use crate::natural::Natural;

const ROUNDINGS: [Rounding; 4] = [Rounding::Floor, Rounding::Ceiling, Rounding::HalfUp, Rounding::HalfEven];

fn amount(minor: u64) -> AmountMinor {
    AmountMinor::new(minor).unwrap()
}

fn rate(text: &str) -> Rate {
    Rate::parse(text).unwrap()
}

/// 11 March 2022: rates published by the central banks, amounts chosen (vector TV-SML-DAY).
#[test]
fn one_day_of_the_local_currency_payment_system_comes_out_to_the_cent() {
    let half_up = |minor, text: &str, how| {
        convert(amount(minor), 2, 2, rate(text), how, Rounding::HalfUp).map(|(converted, _)| converted.get())
    };
    assert_eq!(half_up(10_000_000, "21.66815", Conversion::Multiply), Ok(216_681_500));
    assert_eq!(half_up(100_000_000, "0.04615", Conversion::Multiply), Ok(4_615_000));
    let owed_to_brazil = half_up(10_000_000, "5.02520", Conversion::Divide).unwrap();
    let owed_to_argentina = half_up(100_000_000, "108.88670", Conversion::Divide).unwrap();
    assert_eq!((owed_to_brazil, owed_to_argentina), (1_989_971, 918_386));
    assert_eq!(owed_to_brazil - owed_to_argentina, 1_071_585);
}

#[test]
fn each_rounding_says_what_it_dropped() {
    // Hundredths at 0.25 to whole units: a quarter, a half, three quarters, one, one and a half, two and a half.
    let table = [
        (100, [None, Some((1, "-3/4")), None, None]),
        (200, [None, Some((1, "-1/2")), Some((1, "-1/2")), None]),
        (300, [None, Some((1, "-1/4")), Some((1, "-1/4")), Some((1, "-1/4"))]),
        (400, [Some((1, "0/1")); 4]),
        (600, [Some((1, "1/2")), Some((2, "-1/2")), Some((2, "-1/2")), Some((2, "-1/2"))]),
        (1000, [Some((2, "1/2")), Some((3, "-1/2")), Some((3, "-1/2")), Some((2, "1/2"))]),
    ];
    for (minor, row) in table {
        for (rounding, expected) in ROUNDINGS.into_iter().zip(row) {
            let result = convert(amount(minor), 2, 0, rate("0.25"), Conversion::Multiply, rounding);
            let found = result.map(|(converted, residue)| (converted.get(), residue.to_string()));
            let expected = expected.map(|(whole, dropped)| (whole, dropped.to_owned()));
            assert_eq!(found, expected.ok_or(ConvertError::BelowOneMinorUnit), "{minor} {rounding:?}");
        }
    }
}

#[test]
fn decimals_of_the_two_currencies_are_accounted_for() {
    // 12.34 dollars at 8,006.85 guaraníes, which have no cents, and back.
    let there = convert(amount(1_234), 2, 0, rate("8006.85"), Conversion::Multiply, Rounding::HalfUp).unwrap();
    assert_eq!((there.0.get(), there.1.to_string()), (98_805, "-471/1000".to_owned()));
    let back = convert(there.0, 0, 2, rate("8006.85"), Conversion::Divide, Rounding::HalfUp).unwrap();
    assert_eq!(back.0.get(), 1_234);
    // One for one between any two numbers of decimals is a shift of the dot.
    let shifted = convert(amount(5), 0, 4, Rate::ONE, Conversion::Multiply, Rounding::Floor).unwrap();
    assert_eq!((shifted.0.get(), shifted.1.is_zero()), (50_000, true));
}

#[test]
fn results_outside_the_range_of_an_amount_are_errors() {
    let at =
        |minor, text: &str, how, rounding| convert(amount(minor), 2, 2, rate(text), how, rounding).map(|(to, _)| to);
    let max = AmountMinor::MAX.get();
    assert_eq!(at(max, "1", Conversion::Multiply, Rounding::Floor), Ok(AmountMinor::MAX));
    assert_eq!(at(max, "1.000000000001", Conversion::Multiply, Rounding::Floor), Err(ConvertError::Overflow));
    assert_eq!(at(max, "0.000000000001", Conversion::Divide, Rounding::Floor), Err(ConvertError::Overflow));
    assert_eq!(at(max, "18446744073709551615", Conversion::Multiply, Rounding::Floor), Err(ConvertError::Overflow));
    assert_eq!(at(1, "0.4", Conversion::Multiply, Rounding::HalfUp), Err(ConvertError::BelowOneMinorUnit));
    assert_eq!(at(1, "0.5", Conversion::Multiply, Rounding::HalfUp), Ok(amount(1)));
    assert_eq!(at(1, "0.5", Conversion::Multiply, Rounding::HalfEven), Err(ConvertError::BelowOneMinorUnit));
    assert_eq!(at(1, "2", Conversion::Divide, Rounding::HalfUp), Ok(amount(1)));
    assert_eq!(at(1, "0.000000000001", Conversion::Multiply, Rounding::Ceiling), Ok(amount(1)));
}

#[test]
fn rounding_up_past_the_largest_amount_is_an_overflow() {
    // The exact value is 10^18 - 0.01.
    let at = |rounding| convert(amount(990_099_009_900_990_099), 2, 2, rate("1.01"), Conversion::Multiply, rounding);
    let (floor, residue) = at(Rounding::Floor).unwrap();
    assert_eq!((floor, residue.to_string()), (AmountMinor::MAX, "99/100".to_owned()));
    assert_eq!(at(Rounding::Ceiling), Err(ConvertError::Overflow));
    assert_eq!(at(Rounding::HalfUp), Err(ConvertError::Overflow));
}

#[test]
fn the_widest_numbers_are_exact_or_an_overflow() {
    let whole = |mantissa| Rate::new(mantissa, 0).unwrap();
    let small = |mantissa| Rate::new(mantissa, 12).unwrap();
    // A numerator of 120 bits: 7 units * (2^64 - 1) * 10^16.
    let (converted, residue) = through(amount(7), 0, 4, small(u64::MAX), whole(u64::MAX), Rounding::Floor).unwrap();
    assert_eq!((converted.get(), residue.is_zero()), (70_000_000_000_000_000, true));
    // A large prime, so that nothing cancels; at the end a numerator of 178 bits, and a divisor of 117.
    let prime = 18_446_744_073_709_551_557;
    assert!(through(amount(99), 0, 4, small(prime), whole(u64::MAX), Rounding::HalfUp).is_ok());
    assert_exact(99, 0, 4, small(prime), whole(u64::MAX), Rounding::HalfUp);
    assert_exact(100, 0, 4, small(prime), whole(u64::MAX), Rounding::HalfUp);
    assert_exact(AmountMinor::MAX.get(), 0, 4, small(prime), whole(u64::MAX), Rounding::HalfUp);
    assert_exact(AmountMinor::MAX.get(), 4, 0, whole(prime), small(u64::MAX), Rounding::Ceiling);
}

#[test]
#[should_panic(expected = "bug: a currency has at most 4 decimals, got 5 and 2")]
fn decimals_that_no_currency_has_are_a_bug() {
    let _ = convert(amount(1), 5, 2, Rate::ONE, Conversion::Multiply, Rounding::Floor);
}

#[test]
fn one_rounding_through_a_third_currency_beats_two() {
    // 0.10 pesos at 20 pesos a dollar are half a cent: rounded to 0.01 dollars they buy 0.05 reais, directly 0.03.
    let (pesos_per_dollar, reais_per_dollar) = (rate("20"), rate("5.02"));
    let (direct, _) = through(amount(10), 2, 2, pesos_per_dollar, reais_per_dollar, Rounding::HalfUp).unwrap();
    let (dollars, _) = convert(amount(10), 2, 2, pesos_per_dollar, Conversion::Divide, Rounding::HalfUp).unwrap();
    let (reais, _) = convert(dollars, 2, 2, reais_per_dollar, Conversion::Multiply, Rounding::HalfUp).unwrap();
    assert_eq!((direct.get(), reais.get()), (3, 5));
}

/// Checks amount * then / first against numbers of any size: the converted amount and the residue make up the exact
/// value, and the residue is one that the rounding may leave.
fn assert_exact(minor: u64, from_decimals: u8, to_decimals: u8, first: Rate, then: Rate, rounding: Rounding) {
    let result = through(amount(minor), from_decimals, to_decimals, first, then, rounding);
    let numerator = Natural::one()
        .times_u64(minor)
        .times_u64(then.mantissa())
        .times_power_of_ten(u32::from(to_decimals) + u32::from(first.decimals()));
    let denominator = Natural::one()
        .times_u64(first.mantissa())
        .times_power_of_ten(u32::from(from_decimals) + u32::from(then.decimals()));
    match result {
        Ok((converted, residue)) => {
            // numerator / denominator = converted + residue, multiplied out and without a subtraction.
            let size = residue.numerator().unsigned_abs();
            let whole = denominator.clone().times_u64(converted.get()).times_u128(residue.denominator());
            let exact = numerator.times_u128(residue.denominator());
            let dropped = denominator.times_u128(size);
            if residue.numerator() < 0 {
                assert_eq!(exact.plus(&dropped), whole);
            } else {
                assert_eq!(exact, whole.plus(&dropped));
            }
            assert_allowed(residue, converted.get() % 2 == 0, rounding);
        }
        Err(ConvertError::BelowOneMinorUnit) => {
            assert_eq!(numerator.compare(&denominator), Ordering::Less);
            assert_ne!(rounding, Rounding::Ceiling);
        }
        Err(ConvertError::Overflow) => {
            let largest = denominator.times_u64(AmountMinor::MAX.get());
            assert_eq!(numerator.compare(&largest), Ordering::Greater);
        }
    }
}

fn assert_allowed(residue: Residue, even: bool, rounding: Rounding) {
    let twice = 2 * residue.numerator().unsigned_abs();
    let denominator = residue.denominator();
    match rounding {
        Rounding::Floor => assert!(residue.numerator() >= 0 && twice / 2 < denominator),
        Rounding::Ceiling => assert!(residue.numerator() <= 0 && twice / 2 < denominator),
        Rounding::HalfUp => assert!(twice < denominator || (twice == denominator && residue.numerator() < 0)),
        Rounding::HalfEven => assert!(twice < denominator || (twice == denominator && even)),
    }
}

fn any_minor() -> impl Strategy<Value = u64> {
    prop_oneof![1..=10_000_u64, 1..=AmountMinor::MAX.get(), Just(AmountMinor::MAX.get())]
}

fn any_rate() -> impl Strategy<Value = Rate> {
    let mantissa = prop_oneof![1..=100_000_u64, 1..=1_000_000_000_000_u64, 1..=u64::MAX, Just(u64::MAX)];
    (mantissa, 0..=12_u8).prop_map(|(mantissa, decimals)| Rate::new(mantissa, decimals).unwrap())
}

fn any_rounding() -> impl Strategy<Value = Rounding> {
    prop::sample::select(ROUNDINGS.to_vec())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn amount_and_residue_make_up_the_exact_value(
        minor in any_minor(), from in 0..=4_u8, to in 0..=4_u8, first in any_rate(), then in any_rate(), rounding in any_rounding(),
    ) {
        assert_exact(minor, from, to, first, then, rounding);
    }

    #[test]
    fn multiplying_and_dividing_are_the_two_halves_of_going_through(
        minor in any_minor(), from in 0..=4_u8, to in 0..=4_u8, rate in any_rate(), rounding in any_rounding(),
    ) {
        let amount = amount(minor);
        prop_assert_eq!(
            convert(amount, from, to, rate, Conversion::Multiply, rounding),
            through(amount, from, to, Rate::ONE, rate, rounding)
        );
        prop_assert_eq!(
            convert(amount, from, to, rate, Conversion::Divide, rounding),
            through(amount, from, to, rate, Rate::ONE, rounding)
        );
    }

    #[test]
    fn there_and_back_rounded_down_never_makes_money(
        minor in any_minor(), from in 0..=4_u8, to in 0..=4_u8, rate in any_rate(),
    ) {
        if let Ok((there, _)) = convert(amount(minor), from, to, rate, Conversion::Multiply, Rounding::Floor)
            && let Ok((back, _)) = convert(there, to, from, rate, Conversion::Divide, Rounding::Floor)
        {
            prop_assert!(back.get() <= minor);
        }
    }

    #[test]
    fn more_money_never_converts_to_less(
        minor in 1..AmountMinor::MAX.get(), from in 0..=4_u8, to in 0..=4_u8, rate in any_rate(), rounding in any_rounding(),
    ) {
        let less = convert(amount(minor), from, to, rate, Conversion::Divide, rounding);
        let more = convert(amount(minor + 1), from, to, rate, Conversion::Divide, rounding);
        if let (Ok((less, _)), Ok((more, _))) = (less, more) {
            prop_assert!(less <= more);
        }
    }
}
