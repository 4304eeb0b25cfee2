//! What is paid ([`AmountMinor`], never signed, never zero) and what is owed ([`BalanceMinor`], signed).

use std::fmt;
use std::num::NonZeroU64;

/// An amount of money that is paid, in minor units of its currency: from 1 to 10^18 - 1.
///
/// The upper end is the 18 digits that an ISO 20022 amount may have (`ActiveCurrencyAndAmount`, total digits 18). An
/// amount is never zero and never negative: a payment of nothing does not exist, and the direction of a payment is told
/// by who pays.
///
/// ```
/// # use money::{AmountError, AmountMinor};
/// let price = AmountMinor::new(1_999)?;
/// assert_eq!(price.get(), 1_999);
/// assert_eq!(AmountMinor::new(0), Err(AmountError::Zero));
/// # Ok::<(), AmountError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct AmountMinor(NonZeroU64);

const MAX_MINOR: u64 = 999_999_999_999_999_999;

impl AmountMinor {
    /// The largest amount: 999,999,999,999,999,999 minor units.
    pub const MAX: AmountMinor = AmountMinor(NonZeroU64::new(MAX_MINOR).unwrap());

    /// An amount of that many minor units.
    ///
    /// # Errors
    /// [`AmountError::Zero`], or [`AmountError::TooLarge`] above [`AmountMinor::MAX`].
    #[inline]
    pub const fn new(minor: u64) -> Result<AmountMinor, AmountError> {
        if minor > MAX_MINOR {
            return Err(AmountError::TooLarge);
        }
        match NonZeroU64::new(minor) {
            Some(minor) => Ok(AmountMinor(minor)),
            None => Err(AmountError::Zero),
        }
    }

    /// The number of minor units.
    #[inline]
    pub const fn get(self) -> u64 {
        self.0.get()
    }

    /// The same number in the width of a balance.
    #[inline]
    pub fn as_balance(self) -> i128 {
        i128::from(self.get())
    }
}

/// Why a number of minor units is not an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AmountError {
    /// It is zero.
    Zero,
    /// It is above [`AmountMinor::MAX`].
    TooLarge,
}

impl fmt::Display for AmountError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            AmountError::Zero => "an amount must be greater than zero",
            AmountError::TooLarge => "an amount has at most 18 digits of minor units",
        })
    }
}

impl std::error::Error for AmountError {}

/// A signed balance in minor units of its currency: positive when its owner is owed, negative when its owner owes.
///
/// 128 bits hold more than 10^20 of the largest amounts, so a sum that does not fit is a mistake of the program and not a state
/// of the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, serde::Serialize, serde::Deserialize)]
pub struct BalanceMinor(i128);

impl BalanceMinor {
    /// Nothing owed either way.
    pub const ZERO: BalanceMinor = BalanceMinor(0);

    /// A balance of that many minor units.
    #[inline]
    pub const fn new(minor: i128) -> BalanceMinor {
        BalanceMinor(minor)
    }

    /// The number of minor units.
    #[inline]
    pub const fn get(self) -> i128 {
        self.0
    }

    /// The sum, or `None` where it does not fit.
    #[inline]
    #[must_use]
    pub const fn checked_add(self, other: BalanceMinor) -> Option<BalanceMinor> {
        match self.0.checked_add(other.0) {
            Some(sum) => Some(BalanceMinor(sum)),
            None => None,
        }
    }

    /// The difference, or `None` where it does not fit.
    #[inline]
    #[must_use]
    pub const fn checked_sub(self, other: BalanceMinor) -> Option<BalanceMinor> {
        match self.0.checked_sub(other.0) {
            Some(difference) => Some(BalanceMinor(difference)),
            None => None,
        }
    }

    /// This balance after its owner received `amount`.
    ///
    /// # Panics
    /// Where the result does not fit in 128 bits, which no sequence of payments can reach.
    #[inline]
    #[must_use]
    pub fn plus(self, amount: AmountMinor) -> BalanceMinor {
        match self.0.checked_add(amount.as_balance()) {
            Some(sum) => BalanceMinor(sum),
            None => out_of_range(self, '+', amount),
        }
    }

    /// This balance after its owner paid `amount`.
    ///
    /// # Panics
    /// Where the result does not fit in 128 bits, which no sequence of payments can reach.
    #[inline]
    #[must_use]
    pub fn minus(self, amount: AmountMinor) -> BalanceMinor {
        match self.0.checked_sub(amount.as_balance()) {
            Some(difference) => BalanceMinor(difference),
            None => out_of_range(self, '-', amount),
        }
    }
}

#[cold]
fn out_of_range(balance: BalanceMinor, sign: char, amount: AmountMinor) -> ! {
    panic!("bug: balance {balance} {sign} {} minor units does not fit in 128 bits", amount.get())
}

impl fmt::Display for BalanceMinor {
    /// The number of minor units, signed; [`crate::format_minor`] prints it in units of the currency.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
