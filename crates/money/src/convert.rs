//! Turning an amount of one currency into an amount of another, with one rounding.
//!
//! All of it is one fraction, `product * 10^exponent / divisor`, of which the powers of ten are cancelled before anything
//! is multiplied. The bounds on amounts (below 2^60), rates (mantissa below 2^64, 12 decimals) and currencies (4
//! decimals) then keep it within 128 bits: see `scaled_quotient`.

use std::fmt;

use crate::amount::{AmountError, AmountMinor, BalanceMinor};
use crate::currency::MAX_MINOR_DECIMALS;
use crate::rate::Rate;
use crate::rounding::{Residue, Rounding, round_unsigned};

/// Which way round a rate is quoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Conversion {
    /// The rate is units of the currency converted to, per unit of the currency converted from.
    Multiply,
    /// The rate is units of the currency converted from, per unit of the currency converted to.
    Divide,
}

/// Why an amount could not be converted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConvertError {
    /// The result is above [`AmountMinor::MAX`].
    Overflow,
    /// The result rounds to nothing.
    BelowOneMinorUnit,
}

impl fmt::Display for ConvertError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ConvertError::Overflow => "the converted amount has more than 18 digits of minor units",
            ConvertError::BelowOneMinorUnit => "the converted amount is less than one minor unit",
        })
    }
}

impl std::error::Error for ConvertError {}

/// Converts `amount` at `rate`, and says what the rounding dropped (in minor units of the currency converted to).
///
/// `from_decimals` and `to_decimals` are those of the two currencies' minor units.
///
/// ```
/// # use money::{convert, AmountMinor, Conversion, Rate, Rounding};
/// // 1,000,000.00 pesos at 108.88670 pesos per dollar are 9,183.86 dollars.
/// let pesos = AmountMinor::new(100_000_000)?;
/// let rate = Rate::parse("108.88670")?;
/// let (dollars, _) = convert(pesos, 2, 2, rate, Conversion::Divide, Rounding::HalfUp)?;
/// assert_eq!(dollars.get(), 918_386);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`ConvertError::Overflow`], [`ConvertError::BelowOneMinorUnit`].
///
/// # Panics
/// Where a number of decimals is above [`MAX_MINOR_DECIMALS`]: no [`crate::Currency`] has them.
#[inline]
pub fn convert(
    amount: AmountMinor,
    from_decimals: u8,
    to_decimals: u8,
    rate: Rate,
    how: Conversion,
    rounding: Rounding,
) -> Result<(AmountMinor, Residue), ConvertError> {
    let shift = decimals_shift(from_decimals, to_decimals);
    let amount = u128::from(amount.get());
    let decimals = i32::from(rate.decimals());
    match how {
        Conversion::Multiply => round_to_amount(amount * u128::from(rate.mantissa()), shift - decimals, 1, rounding),
        Conversion::Divide => round_to_amount(amount, shift + decimals, rate.mantissa(), rounding),
    }
}

/// Converts `amount` through a third currency with a single rounding: divides by `first`, multiplies by `then`.
///
/// `first` is units of the currency converted from per unit of the third, `then` units of the currency converted to per
/// unit of the third: with both quoted per dollar, `through(pesos, …, pesos_per_dollar, reais_per_dollar, …)` is in
/// reais. Two calls of [`convert`] would round to whole cents of the dollar on the way.
///
/// # Errors
/// [`ConvertError::Overflow`], [`ConvertError::BelowOneMinorUnit`].
///
/// # Panics
/// Where a number of decimals is above [`MAX_MINOR_DECIMALS`]: no [`crate::Currency`] has them.
#[inline]
pub fn through(
    amount: AmountMinor,
    from_decimals: u8,
    to_decimals: u8,
    first: Rate,
    then: Rate,
    rounding: Rounding,
) -> Result<(AmountMinor, Residue), ConvertError> {
    let shift = decimals_shift(from_decimals, to_decimals);
    let product = u128::from(amount.get()) * u128::from(then.mantissa());
    let exponent = shift + i32::from(first.decimals()) - i32::from(then.decimals());
    round_to_amount(product, exponent, first.mantissa(), rounding)
}

/// Converts a balance of either sign: its magnitude as by [`convert`], its sign kept, and zero where it rounds to nothing.
///
/// For nets and counterparts, which may be larger than any one amount.
///
/// # Errors
/// [`ConvertError::Overflow`] where the result, or what it is computed from, does not fit 128 bits.
///
/// # Panics
/// As [`convert`].
pub fn convert_balance(
    balance: BalanceMinor,
    from_decimals: u8,
    to_decimals: u8,
    rate: Rate,
    how: Conversion,
    rounding: Rounding,
) -> Result<BalanceMinor, ConvertError> {
    let shift = decimals_shift(from_decimals, to_decimals);
    let magnitude = balance.get().unsigned_abs();
    let decimals = i32::from(rate.decimals());
    let (product, exponent, divisor) = match how {
        Conversion::Multiply => {
            let product = magnitude.checked_mul(u128::from(rate.mantissa())).ok_or(ConvertError::Overflow)?;
            (product, shift - decimals, 1)
        }
        Conversion::Divide => (magnitude, shift + decimals, rate.mantissa()),
    };
    let exact = scaled_quotient(product, exponent, divisor).ok_or(ConvertError::Overflow)?;
    let (rounded, _) =
        round_unsigned(exact.floor, exact.remainder, exact.divisor, rounding).ok_or(ConvertError::Overflow)?;
    let rounded = i128::try_from(rounded).map_err(|_| ConvertError::Overflow)?;
    Ok(BalanceMinor::new(if balance.get() < 0 { -rounded } else { rounded }))
}

#[inline]
fn decimals_shift(from_decimals: u8, to_decimals: u8) -> i32 {
    assert!(
        from_decimals <= MAX_MINOR_DECIMALS && to_decimals <= MAX_MINOR_DECIMALS,
        "bug: a currency has at most {MAX_MINOR_DECIMALS} decimals, got {from_decimals} and {to_decimals}"
    );
    i32::from(to_decimals) - i32::from(from_decimals)
}

#[inline]
fn round_to_amount(
    product: u128,
    exponent: i32,
    divisor: u64,
    rounding: Rounding,
) -> Result<(AmountMinor, Residue), ConvertError> {
    let exact = scaled_quotient(product, exponent, divisor).ok_or(ConvertError::Overflow)?;
    let (rounded, residue) =
        round_unsigned(exact.floor, exact.remainder, exact.divisor, rounding).ok_or(ConvertError::Overflow)?;
    let minor = u64::try_from(rounded).map_err(|_| ConvertError::Overflow)?;
    match AmountMinor::new(minor) {
        Ok(amount) => Ok((amount, residue)),
        Err(AmountError::Zero) => Err(ConvertError::BelowOneMinorUnit),
        Err(AmountError::TooLarge) => Err(ConvertError::Overflow),
    }
}

/// A fraction as floor + remainder / divisor, with remainder < divisor < 2^127.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Exact {
    pub(crate) floor: u128,
    pub(crate) remainder: u128,
    pub(crate) divisor: u128,
}

/// `product * 10^exponent / divisor`, exactly; `None` where it is at least 2^64.
///
/// The product is below 2^124, the divisor not zero, the exponent from -18 to 24. For a negative exponent the divisor
/// stays below 2^64 * 10^18, that is 2^124. For a positive one a numerator of 2^128 and more, over a divisor below
/// 2^64, is a result of 2^64 and more, which is neither an amount nor a rate: no wider arithmetic is needed to tell.
#[inline]
pub(crate) fn scaled_quotient(product: u128, exponent: i32, divisor: u64) -> Option<Exact> {
    let power = POWERS_OF_TEN[usize::try_from(exponent.unsigned_abs()).ok()?];
    let (numerator, divisor) = if exponent < 0 {
        (product, u128::from(divisor).checked_mul(power)?)
    } else {
        (product.checked_mul(power)?, u128::from(divisor))
    };
    let (floor, remainder) = divide(numerator, divisor);
    Some(Exact { floor, remainder, divisor })
}

/// Quotient and remainder, in 64 bits where both fit: a division of 128 bits costs several times as much.
#[inline]
fn divide(numerator: u128, divisor: u128) -> (u128, u128) {
    match (u64::try_from(numerator), u64::try_from(divisor)) {
        (Ok(numerator), Ok(divisor)) => (u128::from(numerator / divisor), u128::from(numerator % divisor)),
        _ => (numerator / divisor, numerator % divisor),
    }
}

/// 10^0 to 10^24.
pub(crate) const POWERS_OF_TEN: [u128; 25] = {
    let mut powers = [1; 25];
    let mut exponent = 1;
    while exponent < powers.len() {
        powers[exponent] = powers[exponent - 1] * 10;
        exponent += 1;
    }
    powers
};
