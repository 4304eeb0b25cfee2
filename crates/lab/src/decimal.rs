//! Decimal numbers in files: digits, at most one point, and a power of ten where a spreadsheet wrote one.

/// An exact decimal that is not negative: `mantissa` / 10^`decimals`, without trailing zeros.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decimal {
    /// The digits without their point.
    pub mantissa: u128,
    /// How many of the digits are decimals.
    pub decimals: u8,
}

/// Why a text is no such number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecimalFault {
    /// No number, or one written with commas, spaces or other marks between its digits.
    NotANumber,
    /// A number below zero.
    Negative,
    /// More decimals than allowed, once the power of ten is applied.
    TooManyDecimals,
    /// More digits than any amount or rate has.
    TooLarge,
}

/// More significant digits than this are refused, so that 38 digits and their power of ten fit in 128 bits.
const MOST_DIGITS: usize = 30;

impl Decimal {
    /// Reads `1234.56`, `1.23456e3` and the like. Trailing zeros count neither as digits nor as decimals: statistical
    /// programs write them.
    ///
    /// # Errors
    /// A [`DecimalFault`]; [`DecimalFault::Negative`] also for minus zero.
    pub fn parse(text: &str, most_decimals: u8) -> Result<Decimal, DecimalFault> {
        if let Some(positive) = text.strip_prefix('-') {
            return match Decimal::parse(positive, most_decimals) {
                Err(DecimalFault::NotANumber) => Err(DecimalFault::NotANumber),
                _ => Err(DecimalFault::Negative),
            };
        }
        let (number, exponent) = match text.split_once(['e', 'E']) {
            Some((number, exponent)) => (number, parse_exponent(exponent)?),
            None => (text, 0),
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if (whole.is_empty() && fraction.is_empty()) || !all_digits(whole) || !all_digits(fraction) {
            return Err(DecimalFault::NotANumber);
        }
        let digits = format!("{whole}{fraction}");
        let kept = digits.trim_end_matches('0');
        let dropped_zeros = digits.len() - kept.len();
        let significant = kept.trim_start_matches('0');
        if significant.is_empty() {
            return Ok(Decimal { mantissa: 0, decimals: 0 });
        }
        let power = exponent + as_i64(dropped_zeros) - as_i64(fraction.len());
        Decimal::from_digits(significant, power, most_decimals)
    }

    /// `digits` × 10^`power`.
    fn from_digits(digits: &str, power: i64, most_decimals: u8) -> Result<Decimal, DecimalFault> {
        if power < -i64::from(most_decimals) {
            return Err(DecimalFault::TooManyDecimals);
        }
        if digits.len() > MOST_DIGITS {
            return Err(DecimalFault::TooLarge);
        }
        let mantissa: u128 = digits.parse().map_err(|_| DecimalFault::TooLarge)?;
        match u8::try_from(-power) {
            Ok(decimals) => Ok(Decimal { mantissa, decimals }),
            Err(_) => {
                let zeros = u32::try_from(power).map_err(|_| DecimalFault::TooLarge)?;
                let factor = 10_u128.checked_pow(zeros).ok_or(DecimalFault::TooLarge)?;
                let mantissa = mantissa.checked_mul(factor).ok_or(DecimalFault::TooLarge)?;
                Ok(Decimal { mantissa, decimals: 0 })
            }
        }
    }

    /// The number in units of 10^-`decimals` (cents for two), or `None` where it does not fit or has more decimals.
    #[must_use]
    pub fn in_units(self, decimals: u8) -> Option<u64> {
        let missing = decimals.checked_sub(self.decimals)?;
        let scaled = self.mantissa.checked_mul(10_u128.checked_pow(u32::from(missing))?)?;
        u64::try_from(scaled).ok()
    }
}

/// An optional sign and digits. Beyond a million every number is too large or has too many decimals anyway.
fn parse_exponent(text: &str) -> Result<i64, DecimalFault> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(DecimalFault::NotANumber);
    }
    let size = digits.bytes().fold(0_i64, |size, digit| (size * 10 + i64::from(digit - b'0')).min(1_000_000));
    Ok(if text.starts_with('-') { -size } else { size })
}

fn as_i64(length: usize) -> i64 {
    i64::try_from(length).expect("the length of a text in memory fits in 63 bits")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_spreadsheets_and_statistical_programs_write_is_read_exactly() {
        let cases = [
            ("0", 0, 0),
            ("000.00", 0, 0),
            ("138012", 138_012, 0),
            ("138012.0", 138_012, 0),
            ("100.10", 1001, 1),
            (".5", 5, 1),
            ("5.", 5, 0),
            ("1.234500e+02", 12_345, 2),
            ("1E3", 1000, 0),
            ("12e-1", 12, 1),
            ("1200e-2", 12, 0),
            ("0e999999999999", 0, 0),
        ];
        for (text, mantissa, decimals) in cases {
            assert_eq!(Decimal::parse(text, 2), Ok(Decimal { mantissa, decimals }), "{text}");
        }
        assert_eq!(Decimal::parse("0.000000000001", 12).unwrap().in_units(12), Some(1));
    }

    #[test]
    fn everything_else_is_refused_by_name() {
        use DecimalFault::{Negative, NotANumber, TooLarge, TooManyDecimals};
        let cases = [
            ("", NotANumber),
            (".", NotANumber),
            ("e5", NotANumber),
            ("1e", NotANumber),
            ("1e5.0", NotANumber),
            ("1,5", NotANumber),
            ("1 000", NotANumber),
            ("1'000", NotANumber),
            ("1.000.000", NotANumber),
            ("0x10", NotANumber),
            ("NaN", NotANumber),
            ("inf", NotANumber),
            ("+5", NotANumber),
            ("--5", Negative),
            ("٣", NotANumber),
            ("-x", NotANumber),
            ("-1", Negative),
            ("-0", Negative),
            ("-1e999", Negative),
            ("1.234", TooManyDecimals),
            ("1e-3", TooManyDecimals),
            ("1e-999999999999", TooManyDecimals),
            ("1e999999999999", TooLarge),
            ("1e38", TooLarge),
            ("1234567890123456789012345678901", TooLarge),
        ];
        for (text, fault) in cases {
            let found = Decimal::parse(text, 2);
            if text == "1e38" {
                // Fits in 128 bits, and in no amount.
                assert_eq!(found.unwrap().in_units(2), None);
            } else {
                assert_eq!(found, Err(fault), "{text}");
            }
        }
    }

    #[test]
    fn units_keep_every_digit_or_there_are_none() {
        let decimal = Decimal { mantissa: 12_345, decimals: 2 };
        assert_eq!(
            (decimal.in_units(2), decimal.in_units(4), decimal.in_units(1)),
            (Some(12_345), Some(1_234_500), None)
        );
    }
}
