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
    // Amounts and mantissas are below 2^64: the products fit.
    (new - old).abs() * 1_000_000 > old.abs() * i128::from(ppm)
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
        for (above, below, expected) in [
            ("108.88670", "5.02520", "21.66815"),
            ("5.02520", "108.88670", "0.04615"),
            ("108.03830", "5.04760", "21.40390"),
            ("5.04760", "108.03830", "0.04675"),
        ] {
            let found = rate_quotient(rate(above), rate(below), RateRounding::HalfStep { decimals: 5 }).unwrap();
            assert_eq!(found.to_string(), expected);
        }
    }
}
