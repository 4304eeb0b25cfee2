//! Rates: exact decimals, and the quotient of two of them under a published rounding rule.

use std::cmp::Ordering;
use std::fmt;

use crate::convert::{POWERS_OF_TEN, scaled_quotient};
use crate::rounding::{Rounding, round_unsigned};

/// The largest number of decimals of a rate.
pub const MAX_RATE_DECIMALS: u8 = 12;

/// A price of one currency in another: an exact positive decimal, `mantissa` / 10^`decimals`.
///
/// The decimals are those written, because they are part of what was published: `108.88670` is not the same document as
/// `108.8867`. So `==` compares what is written, and [`Rate::cmp_value`] the value. Which way round the rate is quoted
/// is not in it: the caller says it with [`crate::Conversion`].
///
/// ```
/// # use money::{Rate, RateError};
/// let published = Rate::parse("108.88670")?;
/// assert_eq!((published.mantissa(), published.decimals()), (10_888_670, 5));
/// assert_eq!(published.to_string(), "108.88670");
/// # Ok::<(), RateError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Rate {
    mantissa: u64,
    decimals: u8,
}

impl Rate {
    /// One for one.
    pub const ONE: Rate = Rate { mantissa: 1, decimals: 0 };

    /// The rate `mantissa` / 10^`decimals`.
    ///
    /// # Errors
    /// [`RateError::NotPositive`] for zero, [`RateError::TooManyDecimals`] above [`MAX_RATE_DECIMALS`].
    pub const fn new(mantissa: u64, decimals: u8) -> Result<Rate, RateError> {
        if decimals > MAX_RATE_DECIMALS {
            return Err(RateError::TooManyDecimals { allowed: MAX_RATE_DECIMALS });
        }
        if mantissa == 0 {
            return Err(RateError::NotPositive);
        }
        Ok(Rate { mantissa, decimals })
    }

    /// Reads a plain decimal, as `108.88670`: digits, and at most one dot between digits.
    ///
    /// # Errors
    /// [`RateError::Format`] for anything else (sign, exponent, space, comma), [`RateError::NotPositive`] for zero,
    /// [`RateError::TooManyDecimals`], [`RateError::TooLarge`].
    pub fn parse(text: &str) -> Result<Rate, RateError> {
        Decimal::parse(text)?.with_exponent(0)
    }

    /// Reads a decimal with or without a power of ten of at most three digits, as `4.1e-5` or `1.5E+3`, the way
    /// spreadsheets and statistical programs write small rates.
    ///
    /// # Errors
    /// Those of [`Rate::parse`]; the decimals are counted after the power of ten is applied.
    pub fn parse_scientific(text: &str) -> Result<Rate, RateError> {
        let Some(at) = text.find(['e', 'E']) else {
            return Rate::parse(text);
        };
        let written = Decimal::parse(&text[..at])?;
        written.with_exponent(parse_exponent(&text[at + 1..])?)
    }

    /// The digits without their dot.
    #[inline]
    pub const fn mantissa(self) -> u64 {
        self.mantissa
    }

    /// How many of the digits are decimals: at most [`MAX_RATE_DECIMALS`].
    #[inline]
    pub const fn decimals(self) -> u8 {
        self.decimals
    }

    /// Compares the values, whatever decimals they are written with.
    pub fn cmp_value(self, other: Rate) -> Ordering {
        let left = u128::from(self.mantissa) * POWERS_OF_TEN[usize::from(other.decimals)];
        let right = u128::from(other.mantissa) * POWERS_OF_TEN[usize::from(self.decimals)];
        left.cmp(&right)
    }
}

impl fmt::Display for Rate {
    /// With the decimals it was written with.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&crate::text::format_minor(i128::from(self.mantissa), self.decimals))
    }
}

/// A decimal as written: its digits as one number, and how many of them follow the dot.
struct Decimal {
    /// `None` where the digits do not fit.
    mantissa: Option<u64>,
    decimals: usize,
}

impl Decimal {
    fn parse(text: &str) -> Result<Decimal, RateError> {
        let (whole, fraction) = crate::text::split_decimal(text).ok_or(RateError::Format)?;
        let mut mantissa = Some(0_u64);
        for digit in whole.bytes().chain(fraction.bytes()) {
            mantissa = mantissa.and_then(|m| m.checked_mul(10)?.checked_add(u64::from(digit - b'0')));
        }
        Ok(Decimal { mantissa, decimals: fraction.len() })
    }

    /// This decimal times 10^`exponent`, as a rate.
    fn with_exponent(self, exponent: i32) -> Result<Rate, RateError> {
        let decimals = i64::try_from(self.decimals).unwrap_or(i64::MAX).saturating_sub(i64::from(exponent));
        if decimals > i64::from(MAX_RATE_DECIMALS) {
            return Err(RateError::TooManyDecimals { allowed: MAX_RATE_DECIMALS });
        }
        let mantissa = self.mantissa.ok_or(RateError::TooLarge)?;
        if mantissa == 0 {
            return Err(RateError::NotPositive);
        }
        if let Ok(decimals) = u8::try_from(decimals) {
            return Rate::new(mantissa, decimals);
        }
        let zeros = u32::try_from(-decimals).map_err(|_| RateError::TooLarge)?;
        let whole = 10_u64.checked_pow(zeros).and_then(|power| mantissa.checked_mul(power));
        Rate::new(whole.ok_or(RateError::TooLarge)?, 0)
    }
}

/// An optional sign and one to three digits.
fn parse_exponent(text: &str) -> Result<i32, RateError> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || digits.len() > 3 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(RateError::Format);
    }
    text.parse().map_err(|_| RateError::Format)
}

/// How a quotient of two rates becomes a rate that can be published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub enum RateRounding {
    /// To that many decimals, by the named rule.
    Nearest {
        /// Decimals of the result, at most [`MAX_RATE_DECIMALS`].
        decimals: u8,
        /// Which of the two neighbours.
        rounding: Rounding,
    },
    /// To half-steps of the last decimal but one, the way the central banks of the local-currency payment system
    /// (SML: Argentina, Brazil, Paraguay, Uruguay) publish theirs.
    ///
    /// The quotient is truncated to `decimals`; a last digit of 0 to 5 becomes 5, one of 6 to 9 becomes the next 0.
    /// Inferred from 58 published rates (BCRA and BCU, 3 to 11 March 2022; BCP, 7 to 30 April 2025), all of which it
    /// yields. What none of them shows is a quotient that ends in 0 exactly: it becomes 5 like any other 0, as assumed.
    HalfStep {
        /// Decimals of the result, from 1 to [`MAX_RATE_DECIMALS`].
        decimals: u8,
    },
}

impl RateRounding {
    /// Decimals of the result.
    pub const fn decimals(self) -> u8 {
        match self {
            RateRounding::Nearest { decimals, .. } | RateRounding::HalfStep { decimals } => decimals,
        }
    }
}

/// The quotient of two rates, rounded by a published rule; exact until that one rounding.
///
/// With both rates in units of local currency per dollar, it is the numerator's currency per unit of the denominator's.
///
/// ```
/// # use money::{quotient, Rate, RateError, RateRounding};
/// // 11 March 2022: pesos per dollar over reais per dollar, to five decimals, is pesos per real.
/// let pesos_per_real =
///     quotient(Rate::parse("108.88670")?, Rate::parse("5.02520")?, RateRounding::HalfStep { decimals: 5 })?;
/// assert_eq!(pesos_per_real.to_string(), "21.66815");
/// # Ok::<(), RateError>(())
/// ```
///
/// # Errors
/// [`RateError::TooManyDecimals`] where `how` asks for more than [`MAX_RATE_DECIMALS`]; [`RateError::NoHalfStep`] for
/// half-steps of no decimals; [`RateError::TooLarge`] where the digits do not fit; [`RateError::NotPositive`] where
/// nothing is left at that many decimals.
pub fn quotient(numerator: Rate, denominator: Rate, how: RateRounding) -> Result<Rate, RateError> {
    let decimals = how.decimals();
    if decimals > MAX_RATE_DECIMALS {
        return Err(RateError::TooManyDecimals { allowed: MAX_RATE_DECIMALS });
    }
    let exponent = i32::from(denominator.decimals) - i32::from(numerator.decimals) + i32::from(decimals);
    let exact =
        scaled_quotient(u128::from(numerator.mantissa), exponent, denominator.mantissa).ok_or(RateError::TooLarge)?;
    let mantissa = match how {
        RateRounding::Nearest { rounding, .. } => {
            let (rounded, _) =
                round_unsigned(exact.floor, exact.remainder, exact.divisor, rounding).ok_or(RateError::TooLarge)?;
            rounded
        }
        RateRounding::HalfStep { decimals: 0 } => return Err(RateError::NoHalfStep),
        RateRounding::HalfStep { .. } => {
            let last_digit = exact.floor % 10;
            let step = if last_digit <= 5 { 5 - last_digit } else { 10 - last_digit };
            exact.floor.checked_add(step).ok_or(RateError::TooLarge)?
        }
    };
    Rate::new(u64::try_from(mantissa).map_err(|_| RateError::TooLarge)?, decimals)
}

/// Why something is not a rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RateError {
    /// The text is not a decimal number.
    Format,
    /// The rate is zero, or rounds to it.
    NotPositive,
    /// More decimals than a rate may have.
    TooManyDecimals {
        /// How many there may be.
        allowed: u8,
    },
    /// The digits do not fit in 64 bits.
    TooLarge,
    /// Half-steps of the last decimal but one were asked for a rate without decimals.
    NoHalfStep,
}

impl fmt::Display for RateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RateError::Format => f.write_str("a rate is a decimal number, as in 5.02520"),
            RateError::NotPositive => f.write_str("a rate must be greater than zero at its number of decimals"),
            RateError::TooManyDecimals { allowed } => write!(f, "a rate has at most {allowed} decimals"),
            RateError::TooLarge => {
                f.write_str("a rate's digits, without the dot, must fit in 64 bits (about 19 digits)")
            }
            RateError::NoHalfStep => f.write_str("a rate in half-steps needs at least one decimal"),
        }
    }
}

impl std::error::Error for RateError {}
