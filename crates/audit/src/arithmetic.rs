//! Arithmetic of its own: fractions of integers, each rounded once. No helper of `money` that rounds is used.

use money::{DayCount, Rate, RateRounding, Rounding};

/// `numerator / denominator` as a whole number; the denominator is positive.
pub(crate) fn rounded(numerator: i128, denominator: i128, rounding: Rounding) -> i128 {
    assert!(denominator > 0, "a fraction with the denominator {denominator}");
    let down = numerator.div_euclid(denominator);
    let rest = numerator.rem_euclid(denominator);
    if rest == 0 {
        return down;
    }
    // Compares the rest with half of the denominator without doubling it.
    let beyond_half = rest.cmp(&(denominator - rest));
    let up = match rounding {
        Rounding::Floor => false,
        Rounding::Ceiling => true,
        Rounding::HalfUp => beyond_half.is_gt() || (beyond_half.is_eq() && numerator > 0),
        Rounding::HalfEven => beyond_half.is_gt() || (beyond_half.is_eq() && down % 2 != 0),
    };
    down + i128::from(up)
}

/// `numerator * 10^exponent / denominator`; `None` where it does not fit in 128 bits.
fn scaled(numerator: i128, exponent: i32, denominator: i128, rounding: Rounding) -> Option<i128> {
    let power = 10_i128.checked_pow(exponent.unsigned_abs())?;
    if exponent < 0 {
        Some(rounded(numerator, denominator.checked_mul(power)?, rounding))
    } else {
        Some(rounded(numerator.checked_mul(power)?, denominator, rounding))
    }
}

/// `amount` (of either sign) times a rate; `None` where it does not fit in 128 bits.
pub(crate) fn times(amount: i128, rate: Rate, from_decimals: u8, to_decimals: u8, rounding: Rounding) -> Option<i128> {
    let exponent = i32::from(to_decimals) - i32::from(from_decimals) - i32::from(rate.decimals());
    scaled(amount.checked_mul(i128::from(rate.mantissa()))?, exponent, 1, rounding)
}

/// `amount` (of either sign) divided by a rate; `None` where it does not fit in 128 bits.
pub(crate) fn over(amount: i128, rate: Rate, from_decimals: u8, to_decimals: u8, rounding: Rounding) -> Option<i128> {
    let exponent = i32::from(to_decimals) - i32::from(from_decimals) + i32::from(rate.decimals());
    scaled(amount, exponent, i128::from(rate.mantissa()), rounding)
}

/// Rounds the amount without its sign and gives the sign back: both sides of a debt get the same figure.
pub(crate) fn mirrored(amount: i128, convert: impl FnOnce(i128) -> Option<i128>) -> Option<i128> {
    convert(amount.abs()).map(|converted| converted * amount.signum())
}

/// The quotient of two rates as (mantissa, decimals) under a published rule; `None` where it does not fit.
pub(crate) fn rate_quotient(above: Rate, below: Rate, rule: RateRounding) -> Option<Rate> {
    let decimals = rule.decimals();
    let exponent = i32::from(below.decimals()) - i32::from(above.decimals()) + i32::from(decimals);
    let quotient = |rounding| scaled(i128::from(above.mantissa()), exponent, i128::from(below.mantissa()), rounding);
    let mantissa = match rule {
        RateRounding::Nearest { rounding, .. } => quotient(rounding)?,
        RateRounding::HalfStep { .. } => {
            let truncated = quotient(Rounding::Floor)?;
            match truncated % 10 {
                0..=5 => truncated - truncated % 10 + 5,
                _ => truncated - truncated % 10 + 10,
            }
        }
    };
    Rate::new(u64::try_from(mantissa).ok()?, decimals).ok()
}

/// Interest on minor units times days at a rate for one year in parts per million.
pub(crate) fn interest(number_days: i128, rate_ppm: u32, basis: DayCount, rounding: Rounding) -> Option<i128> {
    let year_days = match basis {
        DayCount::Actual360 => 360,
        DayCount::Actual365 => 365,
    };
    Some(rounded(number_days.checked_mul(i128::from(rate_ppm))?, year_days * 1_000_000, rounding))
}

/// Whether `new` is farther from `old` than that many parts per million of `old`.
pub(crate) fn differs_by_more_than_ppm(old: i128, new: i128, ppm: u32) -> bool {
    (new - old).abs().saturating_mul(1_000_000) > old.abs().saturating_mul(i128::from(ppm))
}

/// Two rates as whole numbers of one common scale; `None` where they do not fit.
pub(crate) fn on_one_scale(one: Rate, other: Rate) -> Option<(i128, i128)> {
    let decimals = one.decimals().max(other.decimals());
    let scale =
        |rate: Rate| i128::from(rate.mantissa()).checked_mul(10_i128.pow(u32::from(decimals - rate.decimals())));
    Some((scale(one)?, scale(other)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use money::{Accrual, AmountMinor, Conversion, convert, interest_minor, quotient};
    use proptest::prelude::*;

    const ROUNDINGS: [Rounding; 4] = [Rounding::Floor, Rounding::Ceiling, Rounding::HalfUp, Rounding::HalfEven];

    #[test]
    fn halves_go_where_the_rule_says_on_both_sides_of_zero() {
        for (numerator, floor, ceiling, half_up, half_even) in [
            (5, 2, 3, 3, 2),
            (-5, -3, -2, -3, -2),
            (7, 3, 4, 4, 4),
            (-7, -4, -3, -4, -4),
            (6, 3, 3, 3, 3),
            (1, 0, 1, 1, 0),
        ] {
            let by = |rounding| rounded(numerator, 2, rounding);
            assert_eq!(by(Rounding::Floor), floor, "{numerator}");
            assert_eq!(by(Rounding::Ceiling), ceiling, "{numerator}");
            assert_eq!(by(Rounding::HalfUp), half_up, "{numerator}");
            assert_eq!(by(Rounding::HalfEven), half_even, "{numerator}");
        }
    }

    #[test]
    fn the_published_interest_of_the_reciprocal_credit_agreement_comes_out() {
        // 20,000,000.00 for 10 days, 35,000,000.00 for 15, 12,000,000.00 for 6, at 5.5 %, actual over 360.
        let number_days = 2_000_000_000 * 10 + 3_500_000_000 * 15 + 1_200_000_000 * 6;
        assert_eq!(interest(number_days, 55_000, DayCount::Actual360, Rounding::HalfUp), Some(12_176_389));
    }

    #[test]
    fn the_published_rates_of_the_local_currency_system_come_out() {
        let rate = |text| Rate::parse(text).unwrap();
        for (above, below, decimals, expected) in [
            // Argentina and Brazil, Uruguay and Brazil, both ways, March 2022.
            ("108.88670", "5.02520", 5, "21.66815"),
            ("5.02520", "108.88670", 5, "0.04615"),
            ("108.03830", "5.04760", 5, "21.40390"),
            ("5.04760", "108.03830", 5, "0.04675"),
            ("42.60400", "5.02520", 5, "8.47810"),
            ("5.05100", "42.60400", 5, "0.11855"),
            ("5.05760", "42.78600", 5, "0.11825"),
            // Paraguay and Brazil, both ways, April 2025.
            ("8005.27", "5.8734", 8, "1362.97034085"),
            ("5.8734", "8005.27", 8, "0.00073370"),
            ("8012.16", "6.0602", 8, "1322.09498040"),
        ] {
            let found = rate_quotient(rate(above), rate(below), RateRounding::HalfStep { decimals }).unwrap();
            assert_eq!(found.to_string(), expected);
        }
    }

    proptest! {
        #[test]
        fn conversions_come_to_what_money_makes_them(
            minor in 1_u64..1_000_000_000_000_000_000,
            mantissa in 1_u64..,
            rate_decimals in 0_u8..=12,
            from in 0_u8..=4,
            to in 0_u8..=4,
            rule in 0..4_usize,
        ) {
            let (amount, rate) = (AmountMinor::new(minor).unwrap(), Rate::new(mantissa, rate_decimals).unwrap());
            for how in [Conversion::Multiply, Conversion::Divide] {
                let own = match how {
                    Conversion::Multiply => times(i128::from(minor), rate, from, to, ROUNDINGS[rule]),
                    Conversion::Divide => over(i128::from(minor), rate, from, to, ROUNDINGS[rule]),
                };
                match convert(amount, from, to, rate, how, ROUNDINGS[rule]) {
                    Ok((converted, _)) => prop_assert_eq!(own, Some(converted.as_balance())),
                    Err(_) => prop_assert!(own.is_none_or(|own| own == 0 || own > AmountMinor::MAX.as_balance())),
                }
            }
        }

        #[test]
        fn quotients_of_rates_and_interest_come_to_what_money_makes_them(
            above in 1_u64..1_000_000_000_000,
            below in 1_u64..1_000_000_000_000,
            decimals in 0_u8..=12,
            digits in 1_u8..=12,
            days in -1_000_000_000_000_000_000_i128..1_000_000_000_000_000_000,
            rate_ppm in 0_u32..1_000_000,
        ) {
            let (above, below) = (Rate::new(above, decimals).unwrap(), Rate::new(below, 12 - decimals).unwrap());
            let nearest = RateRounding::Nearest { decimals: digits, rounding: Rounding::HalfUp };
            for rule in [RateRounding::HalfStep { decimals: digits }, nearest] {
                prop_assert_eq!(rate_quotient(above, below, rule), quotient(above, below, rule).ok());
            }
            let theirs = interest_minor(Accrual::new(days), rate_ppm, DayCount::Actual365, Rounding::HalfUp).unwrap();
            prop_assert_eq!(interest(days, rate_ppm, DayCount::Actual365, Rounding::HalfUp), Some(theirs));
        }
    }
}
