//! Business days: opened with a complete schedule, fixings, and closed over the digest with nothing overdue.

use crate::finding::{Check, Checked, Finding, equal, holds};
use crate::model::{Model, OpenDay};
use crate::payment::Payment;
use domain::event::Quote;
use domain::payment::{LegState, PaymentState};
use domain::plan::{CycleLength, DayStep, Plan, Price};
use domain::{ArrangementId, CurrencyId, Date, PaymentId, Timestamp};
use money::Rate;
use std::collections::BTreeMap;

/// Fixings kept: of the last two business dates with one.
const FIXINGS_KEPT: usize = 2;

impl Model {
    pub(crate) fn day_opened(&mut self, id: ArrangementId, date: Date, schedule: &[(DayStep, Timestamp)]) -> Checked {
        let arrangement = self.arrangement(id)?;
        equal(Check::Day, "the open day of an arrangement", None, arrangement.open_date())?;
        let later = arrangement.closed_date.is_none_or(|closed| date > closed);
        holds(Check::Day, "the date of a day", "after the last one", later, date)?;
        holds(Check::Day, "the date of a day", "a business day", self.is_business_day(id, date)?, date)?;
        check_schedule(&arrangement.plan, schedule)?;
        let schedule = schedule.iter().copied().collect();
        let ends_an_earlier_period = self.ends_an_earlier_period(id, date)?;
        self.arrangement_mut(id)?.open =
            Some(OpenDay { date, schedule, extended_s: 0, cycle_closed: false, ends_an_earlier_period });
        self.limits_take_effect(id)?;
        self.what_is_ahead_takes_effect(id, date)
    }

    pub(crate) fn fixing_made(&mut self, id: ArrangementId, date: Date, rates: &[(CurrencyId, Rate)]) -> Checked {
        let arrangement = self.arrangement(id)?;
        let open_prices = matches!(arrangement.plan.price, Price::Open { .. });
        holds(Check::Rate, "a fixing", "in an arrangement with open prices", open_prices, id)?;
        equal(Check::Day, "the date of a fixing", arrangement.open_date(), Some(date))?;
        self.check_step_has_come(id, DayStep::Fixing)?;
        let fixed_before = arrangement.fixings.contains_key(&date);
        holds(Check::Day, "a fixing", "the only one of its day", !fixed_before, date)?;
        let mut expected = BTreeMap::new();
        for ((member, currency), quote) in &arrangement.rates {
            let published_today = arrangement.published_on.get(&(*member, *currency)) == Some(&Some(date));
            if let (Quote::Reference(rate), true) = (quote, published_today) {
                expected.insert(*currency, *rate);
            }
        }
        let used = self.institutions.iter().filter(|known| arrangement.members.contains_key(&known.member));
        let used: std::collections::BTreeSet<CurrencyId> =
            used.map(|known| known.currency).filter(|currency| *currency != arrangement.asset).collect();
        expected.retain(|currency, _| used.contains(currency));
        equal(Check::Rate, "the currencies of a fixing", used.len(), expected.len())?;
        let expected: Vec<(CurrencyId, Rate)> = expected.into_iter().collect();
        equal(Check::Rate, "the rates of a fixing", expected.as_slice(), rates)?;
        let fixings = &mut self.arrangement_mut(id)?.fixings;
        fixings.insert(date, rates.iter().copied().collect());
        while fixings.len() > FIXINGS_KEPT {
            fixings.pop_first();
        }
        Ok(())
    }

    /// What happens at a step of the day does not happen before it.
    pub(crate) fn check_step_has_come(&self, id: ArrangementId, step: DayStep) -> Checked {
        let day = self.arrangement(id)?.open.as_ref();
        let at = day.and_then(|day| day.schedule.get(&step));
        let come = day.is_some() && at.is_none_or(|at| self.time >= *at);
        holds(Check::Day, "the time of a step of the day", "not before it is due", come, (step, self.time))
    }

    pub(crate) fn day_closed(&mut self, id: ArrangementId, date: Date, digest: [u8; 32]) -> Checked {
        let arrangement = self.arrangement(id)?;
        equal(Check::Day, "the day that closes", arrangement.open_date(), Some(date))?;
        self.check_step_has_come(id, DayStep::Close)?;
        holds(Check::Day, "a day that closes", "no run under way", arrangement.frozen.is_none(), date)?;
        let cycle_closed = arrangement.open.as_ref().is_some_and(|day| day.cycle_closed);
        equal(Check::Cycle, "whether the cycle ended with the day", self.cycle_ends_on(id, date)?, cycle_closed)?;
        self.check_nothing_overdue(id, date)?;
        self.check_sums()?;
        let own = self.digest();
        if own != digest {
            return Err(Finding::new(Check::Digest, "the digest of the state", hex(&own), hex(&digest)));
        }
        let arrangement = self.arrangement_mut(id)?;
        arrangement.open = None;
        arrangement.closed_date = Some(date);
        self.age_failed_payouts(id)
    }

    fn check_nothing_overdue(&self, id: ArrangementId, date: Date) -> Checked {
        for payment in &self.open_payments {
            let found = &self.payments[*payment];
            if found.arrangement != id {
                continue;
            }
            let about = |finding: Finding| finding.about(*payment);
            let over = found.cycle.is_none() && self.time_is_over(found)?;
            holds(Check::Day, "a payment that waits", "one whose time is not over", !over, found.entered)
                .map_err(about)?;
            let unanswered =
                found.state == Some(PaymentState::Cleared) && found.conformity_by.is_some_and(|by| by <= date);
            let by = found.conformity_by;
            holds(Check::Conformity, "a debit at the close of its last day", "answered", !unanswered, by)
                .map_err(about)?;
            let lapsed = found.dispute.is_some_and(|(_, until, _)| until <= date);
            let dispute = found.dispute;
            holds(Check::Dispute, "a dispute at the close of its last day", "ended", !lapsed, dispute)
                .map_err(about)?;
        }
        Ok(())
    }

    /// Whether a payment that has not cleared has had its time by the close of the open day: the life that the queue
    /// gives, or without a queue the days within which a payment may be returned.
    pub(crate) fn time_is_over(&self, payment: &Payment) -> Checked<bool> {
        let Some(today) = self.arrangement(payment.arrangement)?.open_date() else { return Ok(false) };
        match self.last_day_in_queue(payment.arrangement, payment.entered)? {
            Some(last) => Ok(last <= today),
            None => {
                let window = i32::from(self.plan(payment.arrangement)?.returns.window_days);
                Ok(payment.entered.plus_days(window) <= today)
            }
        }
    }

    fn age_failed_payouts(&mut self, id: ArrangementId) -> Checked {
        let failed = |payment: &&PaymentId| {
            let found = &self.payments[**payment];
            found.arrangement == id && found.payout == LegState::Failed
        };
        let failed: Vec<PaymentId> = self.open_payments.iter().filter(failed).copied().collect();
        failed.into_iter().try_for_each(|payment| self.change(payment, |found| found.payout = LegState::Aged))
    }

    /// Whether the open cycle ends with this business day: the last of its period, or the first of a later one.
    pub(crate) fn cycle_ends_on(&self, id: ArrangementId, date: Date) -> Checked<bool> {
        let next = self.business_days_after(id, date, 1)?;
        let late = self.arrangement(id)?.open.as_ref().is_some_and(|day| day.ends_an_earlier_period);
        Ok(late || self.period(id, next)? != self.period(id, date)?)
    }

    /// A day opens whose period is not that of the last day, on which no cycle closed.
    fn ends_an_earlier_period(&self, id: ArrangementId, date: Date) -> Checked<bool> {
        let arrangement = self.arrangement(id)?;
        let Some(last) = arrangement.closed_date else { return Ok(false) };
        Ok(arrangement.cycle_closed_on != Some(last) && self.period(id, last)? != self.period(id, date)?)
    }

    /// Periods in order: two days are in one when their numbers are the same.
    fn period(&self, id: ArrangementId, date: Date) -> Checked<i64> {
        Ok(match self.plan(id)?.cycle.length {
            CycleLength::Months(months) => {
                let (year, month, _) = date.ymd();
                i64::from(year) * 12 + i64::from((month - 1) / u32::from(months.max(1)))
            }
            // Day 0 was a Thursday: weeks are numbered from the day after their closing one.
            CycleLength::Week(closes_on) => (i64::from(date.0) + 3 - i64::from(closes_on)).div_euclid(7),
            CycleLength::Day => i64::from(date.0),
            CycleLength::Continuous => 0,
        })
    }
}

/// Each step of the rulebook once, in its order. The time of paying in belongs to another day.
fn check_schedule(plan: &Plan, schedule: &[(DayStep, Timestamp)]) -> Checked {
    let steps: BTreeMap<DayStep, Timestamp> = schedule.iter().copied().collect();
    let known: BTreeMap<DayStep, u32> = plan.day.steps.iter().copied().collect();
    let complete = schedule.len() == plan.day.steps.len() && steps.keys().eq(known.keys());
    holds(Check::Day, "the schedule of a day", "every step of the rulebook once", complete, schedule)?;
    let in_order = plan.day.steps.iter().map(|(step, _)| *step).filter(|step| *step != DayStep::PayInBy);
    let instants: Vec<Timestamp> = in_order.map(|step| steps[&step]).collect();
    let rises = instants.windows(2).all(|pair| pair[0] <= pair[1]);
    holds(Check::Day, "the schedule of a day", "steps in the order of the rulebook", rises, schedule)
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
