//! Credit by right: the typed rules of it, and how what is owed from it is named and counted.

use crate::event::CycleClosed;
use crate::ids::MemberId;
use crate::time::Date;
use money::{AmountMinor, DayCount, Rounding};

/// Credit of an arrangement: how nets are parted, and what goes with it.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct CreditRule {
    /// How nets are parted.
    pub part: CreditPart,
    /// Quotas from date to date; a quota that was set as a limit goes before them.
    pub quotas: Vec<QuotaTable>,
    /// Interest on what is owed from credit.
    pub interest: Vec<CreditInterest>,
    /// What happens as credit fills up.
    pub ladder: Vec<Rung>,
    /// The fund.
    pub fund: Option<FundRule>,
}

impl CreditRule {
    /// The share of its limit at which a debtor gets no new credit, in parts per million.
    #[must_use]
    pub fn no_new_credit_ppm(&self) -> Option<u32> {
        let stops = self.ladder.iter().filter(|rung| rung.action == RungAction::NoNewCredit);
        stops.map(|rung| rung.at_ppm).min()
    }
}

/// A rung of the ladder.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct Rung {
    /// Of what.
    pub of: RungOf,
    /// At what share of it, in parts per million.
    pub at_ppm: u32,
    /// What happens.
    pub action: RungAction,
}

/// Of what a rung is a share.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
pub enum RungOf {
    /// The most that a debtor may owe.
    DebtorLimit,
    /// The most that a creditor chose to be owed.
    CreditorLimit,
    /// All the credit that debtors may take together.
    TotalCredit,
}

/// What happens on a rung.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
pub enum RungAction {
    /// It is shown.
    Notice,
    /// The member and the council consult.
    Consult,
    /// A debtor gets no new credit.
    NoNewCredit,
    /// The member is referred to a reserve fund.
    Referral,
}

/// The fund: contributions as shares of the quota.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct FundRule {
    /// Paid in, in parts per million of the quota.
    pub paid_in_ppm: u32,
    /// Callable besides.
    pub callable_ppm: u32,
    /// Capital from outside, in minor units of the settlement asset; zero where there is none.
    pub capital_minor: u64,
}

/// How nets are parted into what is paid now and what is owed.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub enum CreditPart {
    /// By schedules over the cumulative position, from date to date.
    Tranches {
        /// In the order of their dates.
        schedules: Vec<TrancheSchedule>,
    },
    /// A debtor defers; the creditors of the cycle lend pro rata.
    Instalments {
        /// How many, of equal size.
        count: u8,
        /// Months from one to the next.
        every_months: u8,
        /// Whether a member with an unpaid deferral gets no other.
        bars_while_unpaid: bool,
    },
    /// Each creditor gives an obligatory credit, apportioned among its debtors.
    Apportioned {
        /// What each gives.
        amount: AmountMinor,
        /// The smallest step of a part.
        step: AmountMinor,
    },
    /// Claims first, then by a schedule; the day's cash goes to creditors, the rest is their claim.
    PassThrough {
        /// In the order of their dates: only the debtor's side is read.
        schedules: Vec<TrancheSchedule>,
        /// Months after which a debt has to be repaid.
        debt_months: u8,
        /// In so many quarterly instalments.
        repaid_in_quarters: u8,
    },
}

/// A schedule of tranches from a date on.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct TrancheSchedule {
    /// First day.
    pub from: Date,
    /// Slices of a debtor's quota.
    pub debtor: Vec<TrancheSlice>,
    /// Share that a debtor pays in the asset beyond its quota, in parts per million.
    pub debtor_beyond_ppm: u32,
    /// Slices of a creditor's quota.
    pub creditor: Vec<TrancheSlice>,
    /// Share that a creditor gets in the asset beyond its quota, in parts per million.
    pub creditor_beyond_ppm: u32,
    /// Codes of members that have no quota when they owe: all is in the asset.
    pub no_quota_as_debtor: Vec<String>,
    /// Codes of members that have no quota either way: all is in the asset.
    pub no_quota: Vec<String>,
}

/// A slice of a quota.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct TrancheSlice {
    /// Where it ends, in parts per million of the quota.
    pub up_to_ppm: u32,
    /// Share of what falls into it that is settled in the asset, in parts per million.
    pub asset_ppm: u32,
}

/// Quotas from a date on, in minor units, by code of member.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct QuotaTable {
    /// First day.
    pub from: Date,
    /// Quota of each member.
    pub quotas: Vec<(String, u64)>,
    /// By how much a member's quota as a creditor is less.
    pub less_as_creditor: Vec<(String, u64)>,
}

/// What interest on credit runs on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
#[repr(u8)]
pub enum CreditBalance {
    /// What members are owed.
    Claims = 1,
    /// What members owe, but for instalments that have a rate of their own.
    Debts = 2,
    /// What members owe in instalments; those that lent it are paid what comes in, pro rata to what they lent and how long.
    Instalments = 3,
}

/// Interest on one kind of balance from credit.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct CreditInterest {
    /// On what.
    pub on: CreditBalance,
    /// Day count.
    pub basis: DayCount,
    /// Rate.
    pub rate: CreditRate,
    /// Rounding of the cumulative amount, signed like the balance.
    pub rounding: Rounding,
    /// Where debts grow dearer: after so many days, by so many parts per million a year more.
    pub dearer: Option<(u16, u32)>,
}

/// Where a rate of interest comes from.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub enum CreditRate {
    /// The rulebook: per year, in parts per million.
    Fixed {
        /// The rate.
        ppm: u32,
    },
    /// An index as last published, plus a margin.
    Index {
        /// Name of the index.
        name: String,
        /// Margin per year, in parts per million.
        margin_ppm: u32,
        /// The least that the sum is.
        floor_ppm: u32,
        /// In place of the index until it has been published.
        fallback_ppm: u32,
    },
}

impl CreditRate {
    /// The rate in force, per year in parts per million, with what was last published of the index.
    #[must_use]
    pub fn ppm(&self, published_ppm: Option<u32>) -> u32 {
        match self {
            Self::Fixed { ppm } => *ppm,
            Self::Index { margin_ppm, floor_ppm, fallback_ppm, .. } => {
                published_ppm.unwrap_or(*fallback_ppm).saturating_add(*margin_ppm).max(*floor_ppm)
            }
        }
    }

    /// Name of the index, where there is one.
    #[must_use]
    pub fn index(&self) -> Option<&str> {
        match self {
            Self::Fixed { .. } => None,
            Self::Index { name, .. } => Some(name),
        }
    }
}

/// What kind of claim or debt from credit.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
#[repr(u8)]
pub enum HoldingKind {
    /// Without a date.
    Undated = 1,
    /// A debt, by the day since which it is owed.
    Lot = 2,
    /// An instalment, by the day on which it is due.
    Instalment = 3,
    /// Towards one other member.
    Pair = 4,
}

/// One claim or debt from credit: whose, of what kind, towards whom, of what day.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
pub struct Holding {
    /// Whose.
    pub member: MemberId,
    /// Of what kind.
    pub kind: HoldingKind,
    /// Towards whom, where it is not towards the house or all lenders together.
    pub counterparty: Option<MemberId>,
    /// Its day.
    pub date: Option<Date>,
}

impl Holding {
    /// What a member is owed or owes without a date.
    #[must_use]
    pub const fn undated(member: MemberId) -> Self {
        Self { member, kind: HoldingKind::Undated, counterparty: None, date: None }
    }

    /// A debt since a day.
    #[must_use]
    pub const fn lot(member: MemberId, since: Date) -> Self {
        Self { member, kind: HoldingKind::Lot, counterparty: None, date: Some(since) }
    }

    /// An instalment due on a day.
    #[must_use]
    pub const fn instalment(member: MemberId, due: Date) -> Self {
        Self { member, kind: HoldingKind::Instalment, counterparty: None, date: Some(due) }
    }

    /// What a member is owed by another, or owes it.
    #[must_use]
    pub const fn pair(member: MemberId, counterparty: MemberId) -> Self {
        Self { member, kind: HoldingKind::Pair, counterparty: Some(counterparty), date: None }
    }
}

/// A net in its parts: what is paid now, and what is owed from credit; both signed like the net.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct NetInParts {
    /// Whose net.
    pub member: MemberId,
    /// Paid now, in minor units: positive when the member is paid.
    pub cash_minor: i128,
    /// Change of its claims less its debts.
    pub credit_minor: i128,
}

/// A cycle was netted, and nets were parted: its legs are what is paid, interest and instalments included.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct CycleClosedWithCredit {
    /// The close.
    pub closed: CycleClosed,
    /// Parts of each net; by member, and only where one of them is not zero.
    pub parts: Vec<NetInParts>,
    /// Interest on credit posted now: positive is paid to the member. By member, zeros left out.
    pub interest: Vec<(MemberId, i128)>,
    /// What falls due of claims and debts and is paid now: positive is paid to the member. By member, zeros left out.
    pub repaid: Vec<(MemberId, i128)>,
    /// Every change of a claim or debt: positive when more is owed to the member or less by it. In order, zeros left out.
    pub changes: Vec<(Holding, i128)>,
}
