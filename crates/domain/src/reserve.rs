//! A reserve fund: its typed rules, and what is drawn from it.
//!
//! Members contribute, or commit themselves to; what they may draw is a multiple of that, over all lines together. A line
//! lends the settlement asset against a promise, or against the member's own currency, which comes back at the rate of the
//! drawing.

use crate::credit::CreditRate;
use crate::ids::{ArrangementId, CurrencyId, DrawingId, MemberId};
use crate::time::Date;
use money::{AmountMinor, DayCount, Rate, Rounding};

/// Rules of a reserve fund.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct ReserveRule {
    /// Of what access is a multiple.
    pub base: ReserveBase,
    /// Commitments by code of member, in minor units of the settlement asset, where access is a multiple of them.
    pub commitments: Vec<(String, u64)>,
    /// The multiple, in parts per million, over all lines.
    pub multiple_ppm: u32,
    /// Members with another multiple, by code.
    pub exceptions: Vec<(String, u32)>,
    /// The lines, in the order of the rulebook.
    pub lines: Vec<ReserveLine>,
}

impl ReserveRule {
    /// The multiple of a member, in parts per million.
    #[must_use]
    pub fn multiple_of(&self, code: &str) -> u32 {
        self.exceptions.iter().find(|(known, _)| known == code).map_or(self.multiple_ppm, |(_, ppm)| *ppm)
    }

    /// What a member committed, in minor units.
    #[must_use]
    pub fn commitment_of(&self, code: &str) -> u64 {
        self.commitments.iter().find(|(known, _)| known == code).map_or(0, |(_, minor)| *minor)
    }
}

/// Of what access is a multiple.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
#[repr(u8)]
pub enum ReserveBase {
    /// What the member paid in.
    PaidIn = 1,
    /// What it committed itself to.
    Committed = 2,
}

/// A line of a reserve fund.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct ReserveLine {
    /// Its name.
    pub name: String,
    /// Against what it lends.
    pub against: ReserveAgainst,
    /// Who grants a drawing.
    pub granted_by: ReserveGrant,
    /// How much of the ceiling over all lines this one may take, in parts per million.
    pub share_ppm: u32,
    /// Codes of members that do not have it.
    pub not_for: Vec<String>,
    /// Months after which the last instalment is due.
    pub months: u16,
    /// How many of those pass before the first.
    pub grace_months: u16,
    /// In how many instalments it is repaid, as equal as they can be.
    pub instalments: u8,
    /// How often a drawing may be renewed: all its instalments move by its months.
    pub renewals: u8,
    /// Rate per year, fixed for each drawing on its day.
    pub rate: CreditRate,
    /// Day count.
    pub basis: DayCount,
    /// Rounding of the cumulative interest of a drawing.
    pub rounding: Rounding,
}

impl ReserveLine {
    /// Months from a drawing to its `number`-th instalment, from 1: spread over what follows the months of grace, the last
    /// at the end.
    #[must_use]
    pub fn months_to(&self, number: u8) -> u32 {
        let (grace, months) = (u32::from(self.grace_months), u32::from(self.months));
        grace + months.saturating_sub(grace) * u32::from(number) / u32::from(self.instalments.max(1))
    }
}

/// Against what a line lends.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
#[repr(u8)]
pub enum ReserveAgainst {
    /// The member's promise: a loan.
    Promise = 1,
    /// Its own currency at its published rate: a swap, reversed at the same rate.
    Currency = 2,
}

/// Who grants a drawing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
#[repr(u8)]
pub enum ReserveGrant {
    /// Nobody: the member draws by right.
    Right = 1,
    /// A body of the fund; the operator enters it, with a second person.
    Decision = 2,
}

/// Something was drawn from a reserve fund.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct ReserveDrawn {
    /// The arrangement.
    pub arrangement: ArrangementId,
    /// Its ordinal in the arrangement.
    pub drawing: DrawingId,
    /// Who drew.
    pub member: MemberId,
    /// Which line: its place in the rulebook, from 0.
    pub line: u8,
    /// Business date: interest runs from it.
    pub date: Date,
    /// Amount in minor units of the settlement asset.
    pub amount: AmountMinor,
    /// Rate per year, in parts per million.
    pub rate_ppm: u32,
    /// What is due when, in the order of the dates: the sum is the amount.
    pub instalments: Vec<(Date, u64)>,
    /// The other side of a swap.
    pub swap: Option<SwapSide>,
}

/// The currency side of a swap.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct SwapSide {
    /// The member's currency.
    pub currency: CurrencyId,
    /// Units of it for one of the settlement asset, at the drawing and at the reversal.
    pub rate: Rate,
    /// What the fund is given of it, in minor units.
    pub amount: AmountMinor,
}

impl SwapSide {
    /// What the fund still holds of the currency when `left` of a drawing of `drawn` is owed, in minor units: a share,
    /// rounded up, so that all of it is given back with the last payment and not before.
    #[must_use]
    pub fn held_minor(&self, drawn: u64, left: u64) -> u64 {
        assert!(left <= drawn && drawn > 0, "more is owed than was drawn");
        let held = u128::from(self.amount.get()) * u128::from(left);
        u64::try_from(held.div_ceil(u128::from(drawn))).expect("a share of an amount")
    }
}
