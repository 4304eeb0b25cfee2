//! Acts of the operator, each with its reason and four eyes: a day made longer, a holiday, a pay-in on another day, a run
//! skipped or made now; and a member's consent to entries in its institutions' names.

use super::registry::text;
use super::{DONE, Decided, Decision, No};
use crate::limits::{EXTENSION_S_MAX, PAY_IN_MOVED_DAYS_MAX, REASON_CHARACTERS_MAX};
use crate::state::Day;
use domain::event::EventBody;
use domain::plan::DayStep;
use domain::{ArrangementId, CycleId, Date, MemberId, Refusal};

impl Decision<'_> {
    pub(super) fn by_operator_with_reason(&self, reason: &str) -> Result<(), No> {
        self.by_operator_with_four_eyes()?;
        text(reason, REASON_CHARACTERS_MAX)
    }

    fn open_day_of(&self, id: ArrangementId) -> Result<&Day, No> {
        let state = self.state;
        state
            .arrangement(id)
            .ok_or(No::from(Refusal::ArrangementUnknown))?
            .day
            .as_ref()
            .ok_or(Refusal::DayNotOpen.into())
    }

    pub(super) fn extend_day(&mut self, id: ArrangementId, from_step: DayStep, by_s: u32, reason: &str) -> Decided {
        self.by_operator_with_reason(reason)?;
        let day = self.open_day_of(id)?;
        let at = day.schedule.iter().find(|(step, _)| *step == from_step).map(|(_, at)| *at);
        if at.is_none_or(|at| at <= self.now) {
            return Err(Refusal::StepPassed.into());
        }
        if by_s == 0 || u64::from(by_s) + u64::from(day.extended_s) > u64::from(EXTENSION_S_MAX) {
            return Err(Refusal::MoveTooFar.into());
        }
        self.emit(EventBody::DayExtended { arrangement: id, from_step, by_s, reason: reason.to_owned() });
        Ok(DONE)
    }

    pub(super) fn set_holiday(&mut self, id: ArrangementId, date: Date, closed: bool, reason: &str) -> Decided {
        self.by_operator_with_reason(reason)?;
        let arrangement = self.arrangement(id)?;
        if date <= self.today(arrangement) {
            return Err(Refusal::EffectiveDatePast.into());
        }
        self.emit(EventBody::HolidaySet { arrangement: id, date, closed, reason: reason.to_owned() });
        if !closed {
            return Ok(DONE);
        }
        // What was to be settled on that day is settled on the next on which it can.
        let Some(settle_on) = self.state.next_settlement_day(arrangement, date) else { return Ok(DONE) };
        let moved = arrangement.closed_cycles.iter().filter(|cycle| !cycle.settled && cycle.settle_on == date);
        for cycle in moved.map(|closed| closed.cycle).collect::<Vec<_>>() {
            self.emit(EventBody::PayInMoved { arrangement: id, cycle, settle_on, reason: reason.to_owned() });
        }
        Ok(DONE)
    }

    pub(super) fn move_pay_in(&mut self, id: ArrangementId, cycle: CycleId, settle_on: Date, reason: &str) -> Decided {
        self.by_operator_with_reason(reason)?;
        let arrangement = self.arrangement(id)?;
        let closed = arrangement.closed_cycles.iter().find(|closed| closed.cycle == cycle && !closed.settled);
        let closed = closed.ok_or(No::from(Refusal::CycleUnknown))?;
        if settle_on < self.today(arrangement) || settle_on < closed.date {
            return Err(Refusal::EffectiveDatePast.into());
        }
        let furthest = closed.settle_on.plus_days(PAY_IN_MOVED_DAYS_MAX);
        if settle_on == closed.settle_on || settle_on > furthest {
            return Err(Refusal::MoveTooFar.into());
        }
        if !self.state.is_settlement_day(arrangement, settle_on) {
            return Err(Refusal::NotABusinessDay.into());
        }
        self.emit(EventBody::PayInMoved { arrangement: id, cycle, settle_on, reason: reason.to_owned() });
        Ok(DONE)
    }

    pub(super) fn move_run(&mut self, id: ArrangementId, now: bool, reason: &str) -> Decided {
        self.by_operator_with_reason(reason)?;
        let arrangement = self.arrangement(id)?;
        let day = self.open_day_of(id)?;
        if arrangement.open_run.is_some() {
            return Err(Refusal::InCycle.into());
        }
        let at = if now {
            let begins = arrangement.step_at(DayStep::RunsFrom).or_else(|| arrangement.step_at(DayStep::LastRun));
            if arrangement.plan.queue.is_none() || begins.is_none_or(|begins| begins > self.now) {
                return Err(Refusal::StepPassed.into());
            }
            Some(self.now)
        } else {
            let next = day.next_run_at.filter(|at| *at > self.now).or_else(|| arrangement.next_run_after(self.now));
            let next = next.ok_or(No::from(Refusal::StepPassed))?;
            arrangement.next_run_after(next)
        };
        self.emit(EventBody::RunMoved { arrangement: id, at, reason: reason.to_owned() });
        Ok(DONE)
    }

    pub(super) fn set_entry_consent(&mut self, id: ArrangementId, member: MemberId, given: bool) -> Decided {
        self.by_member(member)?;
        self.arrangement(id)?.membership(member).ok_or(No::from(Refusal::MemberNotInArrangement))?;
        self.emit(EventBody::EntryConsentSet { arrangement: id, member, given });
        Ok(DONE)
    }
}
