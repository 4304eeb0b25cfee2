//! What is drawn from a reserve fund, and what a member may still draw.

use crate::state::{Arrangement, State};
use domain::reserve::{ReserveBase, ReserveLine, ReserveRule, SwapSide};
use domain::{AccountKind, Date, DrawingId, MemberId, Owner};
use money::{Accrual, interest_minor};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

const PPM: u128 = 1_000_000;

/// Drawings of an arrangement.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct ReserveState {
    /// How many there were.
    pub(crate) count: u32,
    /// Those of which something is owed.
    pub(crate) drawings: BTreeMap<DrawingId, Drawing>,
}

/// A drawing of which something is owed.
#[derive(Serialize, Deserialize)]
pub(crate) struct Drawing {
    pub(crate) member: MemberId,
    /// Place of its line in the rulebook.
    pub(crate) line: u8,
    /// What was drawn.
    pub(crate) amount_minor: u64,
    /// Per year, in parts per million.
    pub(crate) rate_ppm: u32,
    pub(crate) paid_out: bool,
    pub(crate) renewed: u8,
    /// Interest up to `counted_to`, in minor units times days times parts per million.
    pub(crate) exact: i128,
    pub(crate) counted_to: Date,
    pub(crate) interest_paid_minor: u64,
    /// What is due of it, by day; none is zero.
    pub(crate) instalments: BTreeMap<Date, u64>,
    pub(crate) swap: Option<SwapSide>,
}

impl Drawing {
    /// What is owed of what was drawn.
    pub(crate) fn owed_minor(&self) -> u64 {
        self.instalments.values().sum()
    }

    /// Exact interest up to a day.
    pub(crate) fn exact_to(&self, today: Date) -> i128 {
        let days = i128::from((today.0 - self.counted_to.0).max(0));
        self.exact + i128::from(self.owed_minor()) * days * i128::from(self.rate_ppm)
    }

    /// Interest up to a day that was not paid.
    pub(crate) fn interest_due_minor(&self, line: &ReserveLine, today: Date) -> u64 {
        // The rate is in the exact amount already.
        let cumulative = interest_minor(Accrual::new(self.exact_to(today)), 1, line.basis, line.rounding);
        let cumulative = cumulative.expect("interest on a drawing fits 128 bits");
        // Rounding up and down by turns cannot take back what was paid.
        u64::try_from((cumulative - i128::from(self.interest_paid_minor)).max(0)).expect("interest fits an amount")
    }

    /// What the fund holds of the member's currency.
    pub(crate) fn held_minor(&self) -> u64 {
        let swap = self.swap.filter(|_| self.paid_out);
        swap.map_or(0, |swap| swap.held_minor(self.amount_minor, self.owed_minor()))
    }
}

impl Arrangement {
    pub(crate) fn reserve_rule(&self) -> Option<&ReserveRule> {
        self.plan.additions.reserve.as_deref()
    }

    /// The line of a drawing.
    pub(crate) fn line_of(&self, drawing: &Drawing) -> &ReserveLine {
        let rule = self.reserve_rule().expect("what was drawn was drawn under a rule");
        &rule.lines[usize::from(drawing.line)]
    }

    pub(crate) fn drawings_of(&self, member: MemberId) -> impl Iterator<Item = (DrawingId, &Drawing)> + '_ {
        let all = self.reserve.drawings.iter().map(|(id, drawing)| (*id, drawing));
        all.filter(move |(_, drawing)| drawing.member == member)
    }

    /// What a member owes of what it drew: on all lines, or on one.
    pub(crate) fn drawn_minor(&self, member: MemberId, line: Option<u8>) -> u128 {
        let own = self.drawings_of(member).filter(|(_, drawing)| line.is_none_or(|line| drawing.line == line));
        own.map(|(_, drawing)| u128::from(drawing.owed_minor())).sum()
    }

    /// The day since which a member has owed an instalment that it did not pay on its day: it is overdue when a business day
    /// on or after its day has closed.
    pub(crate) fn overdue_since(&self, member: MemberId) -> Option<Date> {
        let closed = self.closed_date?;
        let first = self.drawings_of(member).filter_map(|(_, drawing)| drawing.instalments.keys().next().copied());
        first.min().filter(|due| *due <= closed)
    }
}

impl State {
    /// Of what a member's access is a multiple.
    pub(crate) fn reserve_base_minor(&self, arrangement: &Arrangement, rule: &ReserveRule, member: MemberId) -> u64 {
        match rule.base {
            ReserveBase::Committed => rule.commitment_of(&self.shared.members[member.index()].code),
            ReserveBase::PaidIn => {
                let key = arrangement.account_of(Owner::Member(member), AccountKind::Fund);
                u64::try_from(self.accounts.balance_of(&key)).unwrap_or(0)
            }
        }
    }

    /// What a member may owe on all lines, where it has contributed that.
    pub(crate) fn ceiling_minor(&self, rule: &ReserveRule, member: MemberId, base_minor: u64) -> u128 {
        let multiple = rule.multiple_of(&self.shared.members[member.index()].code);
        u128::from(base_minor) * u128::from(multiple) / PPM
    }
}

/// What a line may take of a ceiling over all lines.
pub(crate) fn line_ceiling_minor(line: &ReserveLine, ceiling_minor: u128) -> u128 {
    ceiling_minor * u128::from(line.share_ppm) / PPM
}
