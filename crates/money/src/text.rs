//! Amounts as text: strict when read, plain when printed.

use std::fmt;

use crate::amount::{AmountError, AmountMinor};

/// Reads an amount in units of a currency with `minor_decimals` decimals, as `1234.5`.
///
/// Digits, and at most one dot between digits; nothing else: no sign, exponent, space or thousands separator. Fewer
/// decimals than the currency has are completed with zeros.
///
/// ```
/// # use money::{parse_amount, AmountTextError};
/// assert_eq!(parse_amount("1234.5", 2)?.get(), 123_450);
/// assert_eq!(parse_amount("0.005", 2), Err(AmountTextError::TooManyDecimals { allowed: 2 }));
/// # Ok::<(), AmountTextError>(())
/// ```
///
/// # Errors
/// [`AmountTextError`], in the order of its variants where several hold.
pub fn parse_amount(text: &str, minor_decimals: u8) -> Result<AmountMinor, AmountTextError> {
    let (whole, fraction) = split_decimal(text).ok_or(AmountTextError::Format)?;
    let allowed = usize::from(minor_decimals);
    if fraction.len() > allowed {
        return Err(AmountTextError::TooManyDecimals { allowed: minor_decimals });
    }
    let missing_zeros = std::iter::repeat_n(b'0', allowed - fraction.len());
    let minor = whole
        .bytes()
        .chain(fraction.bytes())
        .chain(missing_zeros)
        .try_fold(0_u64, |minor, digit| minor.checked_mul(10)?.checked_add(u64::from(digit - b'0')));
    match AmountMinor::new(minor.ok_or(AmountTextError::TooLarge)?) {
        Ok(amount) => Ok(amount),
        Err(AmountError::Zero) => Err(AmountTextError::NotPositive),
        Err(AmountError::TooLarge) => Err(AmountTextError::TooLarge),
    }
}

/// The digits before and after the dot of a plain decimal; at least one before, and at least one after a dot.
pub(crate) fn split_decimal(text: &str) -> Option<(&str, &str)> {
    let (whole, fraction) = match text.split_once('.') {
        Some((_, "")) => return None,
        Some(parts) => parts,
        None => (text, ""),
    };
    let digits_only = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    (!whole.is_empty() && digits_only(whole) && digits_only(fraction)).then_some((whole, fraction))
}

/// A number of minor units in units of a currency with `minor_decimals` decimals, as `-1234.05`.
///
/// ```
/// # use money::format_minor;
/// assert_eq!(format_minor(-123_405, 2), "-1234.05");
/// assert_eq!(format_minor(7, 0), "7");
/// ```
pub fn format_minor(minor: i128, minor_decimals: u8) -> String {
    let sign = if minor < 0 { "-" } else { "" };
    let decimals = usize::from(minor_decimals);
    let digits = format!("{:0>width$}", minor.unsigned_abs(), width = decimals + 1);
    let (whole, fraction) = digits.split_at(digits.len() - decimals);
    let dot = if decimals == 0 { "" } else { "." };
    format!("{sign}{whole}{dot}{fraction}")
}

/// Why a text is not an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AmountTextError {
    /// Not digits with at most one dot between them.
    Format,
    /// More decimals than the currency has.
    TooManyDecimals {
        /// How many there may be.
        allowed: u8,
    },
    /// Zero.
    NotPositive,
    /// More than 18 digits of minor units.
    TooLarge,
}

impl fmt::Display for AmountTextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AmountTextError::Format => f.write_str(
                "an amount is digits with at most one dot, as in 1234.50: no sign, exponent, space or comma",
            ),
            AmountTextError::TooManyDecimals { allowed } => {
                write!(f, "an amount in this currency has at most {allowed} decimals")
            }
            AmountTextError::NotPositive => f.write_str("an amount must be greater than zero"),
            AmountTextError::TooLarge => f.write_str("an amount has at most 18 digits of minor units"),
        }
    }
}

impl std::error::Error for AmountTextError {}
