//! Simple interest on daily balances, posted so that the roundings of many periods never add up.

use std::fmt;

use crate::amount::BalanceMinor;
use crate::rounding::{Residue, Rounding, round_signed};

/// How many days a year has when interest is counted; the days themselves are always the actual ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub enum DayCount {
    /// Actual days over 360: dollar and euro money markets.
    Actual360,
    /// Actual days over 365, leap years too (ISO 20022 day count `A005`, "Actual/365 Fixed").
    Actual365,
}

impl DayCount {
    /// Days of the year in this count.
    pub const fn year_days(self) -> u16 {
        match self {
            DayCount::Actual360 => 360,
            DayCount::Actual365 => 365,
        }
    }

    const fn denominator(self) -> u128 {
        match self {
            DayCount::Actual360 => 360 * PPM,
            DayCount::Actual365 => 365 * PPM,
        }
    }
}

const PPM: u128 = 1_000_000;

/// Number-days: the sum of each balance times the days it stood, in minor units times days; signed like the balance.
///
/// A balance counts from its value date, inclusive, until the day it is replaced, exclusive. A posting with an earlier
/// value date is put right by adding its amount for the days between the two: the result is what it would have been.
///
/// ```
/// # use money::{interest_minor, Accrual, BalanceMinor, DayCount, InterestError, Rounding};
/// let accrual = Accrual::ZERO
///     .plus(BalanceMinor::new(2_000_000_000), 10)?
///     .plus(BalanceMinor::new(3_500_000_000), 15)?
///     .plus(BalanceMinor::new(1_200_000_000), 6)?;
/// assert_eq!(accrual.minor_days(), 79_700_000_000);
/// assert_eq!(interest_minor(accrual, 55_000, DayCount::Actual360, Rounding::HalfUp)?, 12_176_389);
/// # Ok::<(), InterestError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, serde::Serialize, serde::Deserialize)]
pub struct Accrual(i128);

impl Accrual {
    /// No balance for no days.
    pub const ZERO: Accrual = Accrual(0);

    /// An accrual of that many minor units times days.
    pub const fn new(minor_days: i128) -> Accrual {
        Accrual(minor_days)
    }

    /// The sum in minor units times days.
    pub const fn minor_days(self) -> i128 {
        self.0
    }

    /// With `balance` standing for `days` more days; or, for a back-valued posting, with its signed amount and the days
    /// from its value date until today.
    ///
    /// # Errors
    /// [`InterestError::Overflow`].
    pub fn plus(self, balance: BalanceMinor, days: u32) -> Result<Accrual, InterestError> {
        let added = balance.get().checked_mul(i128::from(days)).ok_or(InterestError::Overflow)?;
        self.0.checked_add(added).map(Accrual).ok_or(InterestError::Overflow)
    }
}

/// Interest on an accrual, in minor units, signed like it.
///
/// `rate_ppm` is the rate for one year in parts per million: 55,000 is 5.5 %.
///
/// # Errors
/// [`InterestError::Overflow`] where accrual times rate does not fit in 128 bits.
pub fn interest_minor(
    accrual: Accrual,
    rate_ppm: u32,
    basis: DayCount,
    rounding: Rounding,
) -> Result<i128, InterestError> {
    let mut interest = CumulativeInterest::new(basis);
    interest.accrue(accrual, rate_ppm)?;
    interest.post(rounding)
}

/// Interest that is posted period by period and adds up to the exact total, rounded once.
///
/// Each posting is the rounded cumulative exact value minus what was posted before. So after every posting the total
/// posted is within one minor unit of the exact one, whatever the number of periods; the rate may differ from one
/// accrual to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CumulativeInterest {
    basis: DayCount,
    /// Minor units times days times parts per million.
    numerator: i128,
    posted_minor: i128,
}

impl CumulativeInterest {
    /// Nothing accrued and nothing posted, under that day count.
    pub const fn new(basis: DayCount) -> CumulativeInterest {
        CumulativeInterest { basis, numerator: 0, posted_minor: 0 }
    }

    /// Adds an accrual at a rate for one year in parts per million.
    ///
    /// # Errors
    /// [`InterestError::Overflow`]; nothing is changed then.
    pub fn accrue(&mut self, accrual: Accrual, rate_ppm: u32) -> Result<(), InterestError> {
        let added = accrual.minor_days().checked_mul(i128::from(rate_ppm)).ok_or(InterestError::Overflow)?;
        self.numerator = self.numerator.checked_add(added).ok_or(InterestError::Overflow)?;
        Ok(())
    }

    /// What is to be posted now, in minor units: the rounded cumulative value minus what was posted; marks it posted.
    ///
    /// # Errors
    /// [`InterestError::Overflow`]; nothing is changed then.
    pub fn post(&mut self, rounding: Rounding) -> Result<i128, InterestError> {
        let cumulative =
            round_signed(self.numerator, self.basis.denominator(), rounding).ok_or(InterestError::Overflow)?;
        let due = cumulative.checked_sub(self.posted_minor).ok_or(InterestError::Overflow)?;
        self.posted_minor = cumulative;
        Ok(due)
    }

    /// The total posted so far, in minor units.
    pub const fn posted_minor(&self) -> i128 {
        self.posted_minor
    }

    /// The exact cumulative interest minus what was posted so far, as a fraction of a minor unit. Right after a posting
    /// it is the remainder carried into the next period.
    ///
    /// # Errors
    /// [`InterestError::Overflow`].
    pub fn unposted(&self) -> Result<Residue, InterestError> {
        let denominator = self.basis.denominator();
        let posted =
            i128::try_from(denominator).ok().and_then(|denominator| self.posted_minor.checked_mul(denominator));
        let numerator = posted.and_then(|posted| self.numerator.checked_sub(posted)).ok_or(InterestError::Overflow)?;
        Ok(Residue::new(numerator, denominator))
    }
}

/// Why interest could not be computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum InterestError {
    /// Balance times days times rate does not fit in 128 bits.
    Overflow,
}

impl fmt::Display for InterestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("balance times days times rate does not fit in 128 bits")
    }
}

impl std::error::Error for InterestError {}
