//! What happens on a date and when: from the rulebook's hours and the day's tickets, and from nothing else. So a run that
//! is taken up again after a crash finds the same agenda, and knows by the time of the last durable block what of it is
//! done.

use std::ops::Range;

use domain::plan::{DayStep, Plan, Price};
use domain::time::SECOND_US;
use domain::{Date, Timestamp};

use super::schedule::LocalTimes;
use crate::tickets::Ticket;

/// Tickets of the same minute enter together: one block.
const SLOT_US: i64 = 60 * SECOND_US;

/// How long before the end of its slot a slot's tickets are submitted.
const BEFORE_SLOT_END_US: i64 = SECOND_US / 2;

/// Between two entries at least: room for the consecutive microseconds of an entry that takes several blocks.
pub(crate) const GAP_US: i64 = 1_000;

const MINUTE_US: i64 = 60 * SECOND_US;

/// Reference rates are published that long before they are fixed.
const BEFORE_FIXING_US: i64 = MINUTE_US;

/// Pay-ins, pay-outs and the payment of institutions, before the latest time for pay-ins.
const PAY_IN_BEFORE_US: i64 = 30 * MINUTE_US;
const PAY_OUT_BEFORE_US: i64 = 15 * MINUTE_US;
const INSTITUTIONS_PAID_BEFORE_US: i64 = 10 * MINUTE_US;

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Action {
    /// The operator opens the business day.
    OpenDay,
    /// Members quote their currencies, and move shares to institutions of a new currency.
    Quote,
    /// Members publish reference rates.
    PublishReferences,
    /// Tickets enter, by their place among the day's.
    Submit(Range<usize>),
    /// Only what is due by time: a fixing, a run, the close.
    Pulse,
    /// Debited members conform to debits of earlier days.
    Conform,
    /// Payers' members confirm leg 1.
    Collect,
    /// The agent confirms anticipated transfers that are due today.
    Transfer,
    /// The agent confirms pay-ins that are due.
    PayIn,
    /// The agent confirms pay-outs that are due.
    PayOut,
    /// Payees' members confirm that their institutions are paid.
    PayInstitutions,
}

/// When it is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) at: Timestamp,
    pub(crate) action: Action,
}

/// The entries of a date in order, each at least [`GAP_US`] after the one before, the first one after `previous`.
pub(crate) fn of_date(
    plan: &Plan,
    local_times: &LocalTimes,
    date: Date,
    business_day: bool,
    tickets: &[Ticket],
    previous: Timestamp,
) -> Vec<Entry> {
    let mut draft = Draft { times: local_times.on(date), entries: Vec::new() };
    if business_day {
        draft.open(plan);
        draft.morning();
        draft.entry(tickets);
        draft.fixing();
        draft.runs(plan);
        draft.close();
    }
    draft.settlement(business_day);
    draft.in_order(previous)
}

struct Draft {
    times: Vec<(DayStep, Timestamp)>,
    entries: Vec<Entry>,
}

impl Draft {
    fn step(&self, step: DayStep) -> Option<Timestamp> {
        self.times.iter().find(|(found, _)| *found == step).map(|(_, at)| *at)
    }

    fn push(&mut self, at: Timestamp, action: Action) {
        self.entries.push(Entry { at, action });
    }

    fn begins(&self) -> Timestamp {
        let of_day = self.times.iter().filter(|(step, _)| *step != DayStep::PayInBy);
        of_day.map(|(_, at)| *at).min().expect("bug: a business day without steps")
    }

    fn closes(&self) -> Timestamp {
        self.step(DayStep::Close).expect("bug: a business day without a close")
    }

    /// When orders may enter, and from when on not: every rulebook under which orders are given says it.
    fn hours(&self) -> (Timestamp, Timestamp) {
        let said = |step| self.step(step).expect("bug: a rulebook without hours of entry");
        (said(DayStep::EntryOpens), said(DayStep::EntryCutOff))
    }

    fn open(&mut self, plan: &Plan) {
        let begins = self.begins();
        self.push(begins, Action::OpenDay);
        if matches!(plan.price, Price::Fixed { .. }) {
            self.push(begins, Action::Quote);
        }
    }

    /// What members do when a sixteenth of the hours of entry has passed.
    fn morning(&mut self) {
        let (opens, cut_off) = self.hours();
        let morning = opens.plus_us((cut_off.0 - opens.0) / 16);
        for action in [Action::Conform, Action::Collect, Action::Transfer, Action::PayInstitutions] {
            self.push(morning, action);
        }
    }

    /// Tickets enter at the end of their minute. Those of hours in which nothing may enter do so in the first or in the
    /// last minute of entry: a bank waits for the opening, and sends before the cut-off what it has to send that day.
    fn entry(&mut self, tickets: &[Ticket]) {
        let (opens, cut_off) = self.hours();
        let slot = |ticket: &Ticket| ticket.at.clamp(opens, cut_off.plus_us(-1)).0.div_euclid(SLOT_US);
        let mut first = 0;
        for of_slot in tickets.chunk_by(|one, other| slot(one) == slot(other)) {
            let ends = Timestamp((slot(&of_slot[0]) + 1) * SLOT_US).min(cut_off);
            let at = ends.plus_us(-BEFORE_SLOT_END_US).max(opens);
            self.push(at, Action::Submit(first..first + of_slot.len()));
            first += of_slot.len();
        }
    }

    fn fixing(&mut self) {
        if let Some(fixing) = self.step(DayStep::Fixing) {
            self.push(fixing.plus_us(-BEFORE_FIXING_US), Action::PublishReferences);
            self.push(fixing, Action::Pulse);
        }
    }

    fn runs(&mut self, plan: &Plan) {
        let Some(queue) = plan.queue else { return };
        let every_us = i64::from(queue.run_every_s.max(1)) * SECOND_US;
        if let (Some(from), Some(to)) = (self.step(DayStep::RunsFrom), self.step(DayStep::RunsTo)) {
            let mut run = from;
            while run <= to {
                self.push(run, Action::Pulse);
                run = run.plus_us(every_us);
            }
        }
        if let Some(last) = self.step(DayStep::LastRun) {
            self.push(last, Action::Pulse);
        }
    }

    fn close(&mut self) {
        let closes = self.closes();
        self.push(closes, Action::Pulse);
    }

    /// Before the latest time for pay-ins; once more after the close, where that lies in between: a net may be due on the
    /// day on which it is made.
    fn settlement(&mut self, business_day: bool) {
        let Some(pay_in_by) = self.step(DayStep::PayInBy) else { return };
        let first = pay_in_by.plus_us(-PAY_IN_BEFORE_US);
        self.push(first, Action::PayIn);
        self.push(pay_in_by.plus_us(-PAY_OUT_BEFORE_US), Action::PayOut);
        self.push(pay_in_by.plus_us(-INSTITUTIONS_PAID_BEFORE_US), Action::PayInstitutions);
        if business_day && first <= self.closes() && self.closes() < pay_in_by {
            let after = self.closes().max(pay_in_by.plus_us(-INSTITUTIONS_PAID_BEFORE_US)).plus_us(SECOND_US);
            for action in [Action::PayIn, Action::PayOut, Action::PayInstitutions] {
                self.push(after, action);
            }
        }
    }

    fn in_order(mut self, previous: Timestamp) -> Vec<Entry> {
        self.entries.sort_by_key(|entry| entry.at);
        let mut last = previous;
        for entry in &mut self.entries {
            entry.at = entry.at.max(last.plus_us(GAP_US));
            last = entry.at;
        }
        self.entries
    }
}

#[cfg(test)]
#[path = "agenda_tests.rs"]
mod tests;
