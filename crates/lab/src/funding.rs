//! What members deposit and grant each other before the first day, from what their customers will pay.

use std::collections::BTreeMap;

use domain::MemberId;
use domain::plan::{CycleLength, LimitKind, Plan, WhenUnset};
use money::{AmountMinor, largest_remainder};

use crate::enrolment::Enrolment;
use crate::order_amounts::{DayRates, ordered_amount, ordered_in};
use crate::quotas::{CreditTerms, YearOfTrade};
use crate::rates::RateBook;
use crate::region::{CurrencyIndex, Region};
use crate::scenario_error::ScenarioError;
use crate::tickets::TrafficPlan;

/// What the tickets of a run add up to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Survey {
    /// By ticket, in cents of the dollar.
    pub(crate) ticket_usd_cents: Vec<u64>,
    /// What the customers of an institution pay, by institution of the lab.
    debits: Vec<u64>,
    /// What those of a member pay those of another.
    pair_debits: BTreeMap<(MemberId, MemberId), u64>,
}

/// Deposits, shares and lines, in cents of the dollar.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Funding {
    /// By member; nothing where the rulebook knows no share of a cap.
    pub(crate) prefunding: Vec<u64>,
    /// What each member may owe all others, by member; none where the rulebook lets everything pass.
    pub(crate) lines_towards_all: Vec<u64>,
    /// By institution; for one that is two, with the first.
    pub(crate) shares: Vec<u64>,
    /// By debtor and creditor; none where the rulebook lets everything pass without a line.
    pub(crate) lines: BTreeMap<(MemberId, MemberId), u64>,
    /// What each member lets pass in one payment; none where it sets no limit.
    pub(crate) largest_payment: Option<u64>,
    /// Quotas, and what follows from them.
    pub(crate) credit: CreditTerms,
}

impl Survey {
    /// Makes all tickets once, and finds those that no message could carry.
    pub(crate) fn of(
        region: &Region,
        rates: &RateBook,
        plan: &Plan,
        asset: CurrencyIndex,
        enrolment: &Enrolment,
        traffic: &TrafficPlan,
    ) -> Result<Survey, ScenarioError> {
        let count = usize::try_from(traffic.ticket_count()).expect("bug: more tickets than a run can have");
        let mut survey = Survey {
            ticket_usd_cents: Vec::with_capacity(count),
            debits: vec![0; region.institution_count()],
            pair_debits: BTreeMap::new(),
        };
        for day in traffic.days() {
            let rates = DayRates::new(region, rates, day.date);
            for ticket in &day.tickets {
                let acting = |index| {
                    let id = enrolment.acting(index, day.date).expect("bug: a ticket of somebody who takes no part");
                    &enrolment.institutions[id.index()]
                };
                let (payer, payee) = (acting(ticket.payer), acting(ticket.payee));
                let (_, currency) = ordered_in(plan, asset, payer.currency, payee.currency);
                if ordered_amount(region, &rates, asset, currency, ticket.usd_cents).is_none() {
                    let currency = region.currencies[currency.index()].currency.code().to_string();
                    return Err(ScenarioError::AmountTooLarge {
                        usd_cents: ticket.usd_cents,
                        currency,
                        date: day.date,
                    });
                }
                survey.ticket_usd_cents.push(ticket.usd_cents);
                survey.debits[ticket.payer.index()] += ticket.usd_cents;
                *survey.pair_debits.entry((payer.member, payee.member)).or_default() += ticket.usd_cents;
            }
        }
        Ok(survey)
    }

    /// Prefunding by the multiple of mean daily debits, and each member's divided among its institutions by theirs.
    /// Nothing where the rulebook knows no share of a cap.
    pub(crate) fn fund(
        &self,
        plan: &Plan,
        enrolment: &Enrolment,
        days: BusinessDayCounts,
        multiple_ppm: u64,
    ) -> Result<Funding, ScenarioError> {
        let mut funding = Funding::default();
        if days.in_window == 0 {
            return Ok(funding);
        }
        if plan.limit(LimitKind::InstitutionShare).is_some() {
            self.fund_caps(enrolment, days.in_window, multiple_ppm, &mut funding)?;
        }
        if plan.limit(LimitKind::PrefundedBalance).is_some() && plan.limit(LimitKind::InstitutionShare).is_none() {
            self.fund_caps(enrolment, days.in_window, multiple_ppm, &mut funding)?;
            // What is deposited is the limit: there are no shares of it.
            funding.shares.clear();
        }
        let towards_all = plan.limit(LimitKind::MemberTowardsAll).or(plan.limit(LimitKind::Allocation));
        if towards_all.is_some_and(|rule| plan.unset_maximum_minor(rule) == Some(0)) {
            funding.lines_towards_all = (0..enrolment.members.len())
                .map(|member| {
                    let member = MemberId::from_index(member);
                    let paid = self.pair_debits.iter().filter(|((debtor, _), _)| *debtor == member);
                    let debits = paid.fold(0_u64, |sum, (_, debits)| sum.saturating_add(*debits));
                    days.mean_of_cycle(plan.cycle.length, debits).min(AmountMinor::MAX.get())
                })
                .collect();
        }
        let needs_lines = plan.limit(LimitKind::Pair).is_some_and(|rule| rule.when_unset == WhenUnset::Zero);
        if needs_lines {
            for (&pair, &debits) in &self.pair_debits {
                let line = days.mean_of_cycle(plan.cycle.length, debits).min(AmountMinor::MAX.get());
                if line > 0 {
                    funding.lines.insert(pair, line);
                }
            }
        }
        Ok(funding)
    }

    /// What each member's customers pay and receive in a year, at the pace of the window.
    pub(crate) fn year_of_trade(&self, members: usize, days: BusinessDayCounts) -> Vec<YearOfTrade> {
        let mut trade = vec![YearOfTrade::default(); members];
        for (&(payer, payee), &usd_cents) in &self.pair_debits {
            trade[payer.index()].paid += u128::from(usd_cents);
            trade[payee.index()].received += u128::from(usd_cents);
        }
        let divisor = u128::from(days.in_window.max(1)) * u128::from(days.years.max(1));
        let a_year = |usd_cents: u128| usd_cents * u128::from(days.in_years) / divisor;
        trade.iter().map(|of| YearOfTrade { paid: a_year(of.paid), received: a_year(of.received) }).collect()
    }

    fn fund_caps(
        &self,
        enrolment: &Enrolment,
        days: u64,
        multiple_ppm: u64,
        funding: &mut Funding,
    ) -> Result<(), ScenarioError> {
        funding.shares = vec![0; enrolment.institutions.len()];
        for member in (0..enrolment.members.len()).map(MemberId::from_index) {
            let of_member: Vec<usize> = enrolment
                .successive()
                .map(|of_index| of_index[0].index())
                .filter(|&first| enrolment.institutions[first].member == member)
                .collect();
            let debits: Vec<u64> =
                of_member.iter().map(|&first| self.debits[enrolment.institutions[first].index.index()]).collect();
            let total: u128 = debits.iter().map(|&usd_cents| u128::from(usd_cents)).sum();
            let divisor = u128::from(days) * 1_000_000;
            let cap = (total * u128::from(multiple_ppm) + divisor / 2) / divisor;
            let cap = u64::try_from(cap).ok().filter(|&cap| cap <= AmountMinor::MAX.get());
            let cap = cap.ok_or(ScenarioError::TooMuchPrefunding { multiple_ppm })?;
            funding.prefunding.push(cap);
            let shares = largest_remainder(cap, &debits).expect("bug: prefunding for a member that pays nothing");
            for (first, share) in of_member.into_iter().zip(shares) {
                funding.shares[first] = share;
            }
        }
        Ok(())
    }
}

/// How many business days of the arrangement there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BusinessDayCounts {
    /// In the window.
    pub(crate) in_window: u64,
    /// In the calendar years that the window touches.
    pub(crate) in_years: u64,
    /// How many years those are.
    pub(crate) years: u64,
}

impl BusinessDayCounts {
    /// What falls into one netting cycle of a total that fell into the window, rounded half up: a cycle of months has
    /// the mean share of its months in the business days of those years.
    fn mean_of_cycle(self, length: CycleLength, total_usd_cents: u64) -> u64 {
        let (numerator, denominator) = match length {
            CycleLength::Day | CycleLength::Continuous => (1, self.in_window.into()),
            CycleLength::Week(_) => (5, self.in_window.into()),
            CycleLength::Months(months) => (
                u128::from(self.in_years) * u128::from(months),
                u128::from(self.in_window) * 12 * u128::from(self.years),
            ),
        };
        let exact = u128::from(total_usd_cents) * numerator;
        u64::try_from((exact + denominator / 2) / denominator).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_has_the_mean_share_of_its_months_in_the_days_of_the_year() {
        let year = BusinessDayCounts { in_window: 262, in_years: 262, years: 1 };
        assert_eq!(year.mean_of_cycle(CycleLength::Months(4), 300), 100);
        assert_eq!(year.mean_of_cycle(CycleLength::Day, 262 * 7), 7);
        // Four days of a year of 240 carry a twentieth of a period of four months.
        let week = BusinessDayCounts { in_window: 4, in_years: 240, years: 1 };
        assert_eq!(week.mean_of_cycle(CycleLength::Months(4), 100), 2_000);
        let over_the_turn = BusinessDayCounts { in_window: 4, in_years: 480, years: 2 };
        assert_eq!(over_the_turn.mean_of_cycle(CycleLength::Months(4), 100), 2_000);
        assert_eq!(over_the_turn.mean_of_cycle(CycleLength::Day, 6), 2);
    }
}
