//! Acts of the operator, and a member's consent to entries in its institutions' names.

use crate::state::State;
use domain::event::EventBody;
use domain::plan::DayStep;
use domain::time::SECOND_US;

impl State {
    pub(super) fn act_of_operator(&mut self, body: &EventBody) {
        match body {
            EventBody::DayExtended { arrangement, from_step, by_s, .. } => {
                self.arrangements[arrangement.index()].extend_day(*from_step, *by_s, self.now);
            }
            EventBody::HolidaySet { arrangement, date, closed, .. } => {
                let holidays = &mut self.arrangements[arrangement.index()].holidays;
                if *closed {
                    holidays.insert(*date);
                } else {
                    holidays.remove(date);
                }
            }
            EventBody::PayInMoved { arrangement, cycle, settle_on, .. } => {
                let cycles = &mut self.arrangements[arrangement.index()].closed_cycles;
                let closed = cycles.iter_mut().find(|closed| closed.cycle == *cycle);
                closed.expect("only the pay-in of a closed cycle is moved").settle_on = *settle_on;
            }
            EventBody::RunMoved { arrangement, at, .. } => {
                let day = self.arrangements[arrangement.index()].day.as_mut();
                day.expect("runs are moved on an open day").next_run_at = *at;
            }
            EventBody::EntryConsentSet { arrangement, member, given } => {
                self.arrangements[arrangement.index()].membership_mut(*member).entry_consent = *given;
            }
            other => unreachable!("{other:?} is applied elsewhere"),
        }
    }
}

impl crate::state::Arrangement {
    /// Moves a step of the open day and the later ones; the time of paying in belongs to another day and moves alone.
    fn extend_day(&mut self, from_step: DayStep, by_s: u32, now: domain::Timestamp) {
        let by_us = i64::from(by_s) * SECOND_US;
        let last_run_before = self.step_at(DayStep::LastRun);
        let order: Vec<DayStep> = self.plan.day.steps.iter().map(|(step, _)| *step).collect();
        let place = |step: DayStep| order.iter().position(|named| *named == step);
        let day = self.day.as_mut().expect("an open day is extended");
        day.extended_s += by_s;
        for (step, at) in &mut day.schedule {
            let moved = if from_step == DayStep::PayInBy || *step == DayStep::PayInBy {
                *step == from_step
            } else {
                place(*step) >= place(from_step)
            };
            if moved {
                *at = at.plus_us(by_us);
            }
        }
        let next = day.next_run_at;
        let before_the_first = next < self.step_at(DayStep::RunsFrom);
        if next.is_none() || next == last_run_before || before_the_first {
            let next = self.next_run_after(now);
            self.day.as_mut().expect("an open day is extended").next_run_at = next;
        }
    }
}
