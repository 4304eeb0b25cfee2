//! What the journal says of cycles and fixings, kept for expectations that look back.

use domain::credit::CycleClosedWithCredit;
use domain::event::{CycleClosed, EventBody};
use domain::{CurrencyId, CycleId, Date};
use money::{AmountMinor, Rate};
use std::collections::BTreeSet;

#[derive(Default)]
pub(super) struct Record {
    /// Cycles that closed, in order.
    pub(super) closed: Vec<CycleClosed>,
    /// What those did that parted nets into cash and credit.
    pub(super) credit: Vec<CycleClosedWithCredit>,
    /// Legs of them that the agent has confirmed.
    pub(super) confirmed: BTreeSet<(CycleId, u32)>,
    /// Legs of them that a completion did without: pay-ins that were missing, pay-outs of which nothing is paid.
    pub(super) missing: BTreeSet<(CycleId, u32)>,
    /// Cycles that are final.
    pub(super) settled: BTreeSet<CycleId>,
    /// Reference rates of each fixing.
    pub(super) fixings: Vec<(Date, Vec<(CurrencyId, Rate)>)>,
    /// How many of them a report has shown.
    pub(super) closed_shown: usize,
    pub(super) fixings_shown: usize,
}

impl Record {
    pub(super) fn take(&mut self, event: &EventBody) {
        match event {
            EventBody::CycleClosed(closed) => self.closed.push((**closed).clone()),
            EventBody::CycleClosedWithCredit(close) => {
                self.closed.push(close.closed.clone());
                self.credit.push((**close).clone());
            }
            EventBody::SettlementConfirmed { cycle, leg, .. } => {
                self.confirmed.insert((*cycle, *leg));
            }
            EventBody::CycleCompleted { cycle, pay_ins, pay_outs, .. } => self.completed(*cycle, pay_ins, pay_outs),
            EventBody::PayInMoved { cycle, settle_on, .. } => {
                if let Some(closed) = self.closed.iter_mut().find(|closed| closed.cycle == *cycle) {
                    closed.settle_on = *settle_on;
                }
            }
            EventBody::CycleSettled { cycle, .. } => {
                self.settled.insert(*cycle);
            }
            EventBody::FixingMade { date, rates, .. } => self.fixings.push((*date, rates.clone())),
            _ => {}
        }
    }

    /// Pay-outs come to what is paid of them.
    fn completed(&mut self, cycle: CycleId, pay_ins: &[(u32, u64)], pay_outs: &[(u32, u64)]) {
        self.missing.extend(pay_ins.iter().map(|(leg, _)| (cycle, *leg)));
        let Some(closed) = self.closed.iter_mut().find(|closed| closed.cycle == cycle) else { return };
        for (leg, paid_minor) in pay_outs {
            match (closed.legs.get_mut(*leg as usize), AmountMinor::new(*paid_minor)) {
                (Some(found), Ok(paid)) => found.amount = paid,
                _ => {
                    self.missing.insert((cycle, *leg));
                }
            }
        }
    }

    /// What a close did with credit; none where it parted nothing.
    pub(super) fn credit_of(&self, cycle: CycleId) -> Option<&CycleClosedWithCredit> {
        self.credit.iter().rev().find(|close| close.closed.cycle == cycle)
    }

    /// The cycle that closed on a date, or the last one.
    pub(super) fn cycle(&self, closed: Option<Date>) -> Option<&CycleClosed> {
        match closed {
            Some(date) => self.closed.iter().rev().find(|cycle| cycle.date == date),
            None => self.closed.last(),
        }
    }
}
