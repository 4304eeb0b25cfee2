//! Acts of the operator: each has a reason, keeps its bounds, and is what the schedule, the holidays and the cycles say after it.

use crate::finding::{Check, Checked, Finding, holds};
use crate::model::Model;
use domain::ids::Role;
use domain::plan::DayStep;
use domain::time::SECOND_US;
use domain::{ArrangementId, CycleId, Date, Event, EventBody, InstitutionId, MemberId, Timestamp};
use std::collections::BTreeSet;

/// A day is made longer by four hours at most.
const EXTENSION_S_MAX: u32 = 14_400;
/// A pay-in is moved by a month at most, or over a holiday.
const PAY_IN_MOVED_DAYS_MAX: i32 = 30;
/// Characters of a reason at most.
const REASON_CHARACTERS_MAX: usize = 500;

impl Model {
    pub(crate) fn act_of_operator(&mut self, body: &EventBody) -> Checked {
        match body {
            EventBody::DayExtended { arrangement, from_step, by_s, reason } => {
                check_reason(reason)?;
                self.day_extended(*arrangement, *from_step, *by_s)
            }
            EventBody::HolidaySet { arrangement, date, closed, reason } => {
                check_reason(reason)?;
                let found = self.arrangement(*arrangement)?;
                let today = found.open_date().or(found.closed_date).unwrap_or_else(|| self.time.date());
                holds(Check::Day, "a holiday by the operator", "a later day", *date > today, date)?;
                let holidays = &mut self.arrangement_mut(*arrangement)?.holidays;
                if *closed {
                    holidays.insert(*date)
                } else {
                    holidays.remove(date)
                };
                Ok(())
            }
            EventBody::PayInMoved { arrangement, cycle, settle_on, reason } => {
                check_reason(reason)?;
                self.pay_in_moved(*arrangement, *cycle, *settle_on)
            }
            EventBody::RunMoved { arrangement, at, reason } => {
                check_reason(reason)?;
                self.run_moved(*arrangement, *at)
            }
            EventBody::EntryConsentSet { arrangement, member, given } => {
                self.membership(*arrangement, *member)?;
                let consents = &mut self.arrangement_mut(*arrangement)?.entry_consents;
                if *given {
                    consents.insert(*member)
                } else {
                    consents.remove(member)
                };
                Ok(())
            }
            other => unreachable!("not an act of the operator: {other:?}"),
        }
    }

    fn day_extended(&mut self, id: ArrangementId, from_step: DayStep, by_s: u32) -> Checked {
        let now = self.time;
        let arrangement = self.arrangement_mut(id)?;
        let order: Vec<DayStep> = arrangement.plan.day.steps.iter().map(|(step, _)| *step).collect();
        let day = arrangement.open.as_mut();
        let day =
            day.ok_or_else(|| Finding::new(Check::Day, "a day that is extended", "an open one", "none is open"))?;
        let ahead = day.schedule.get(&from_step).is_some_and(|at| *at > now);
        holds(Check::Day, "the moment that is moved", "one of the day and to come", ahead, from_step)?;
        day.extended_s = day.extended_s.saturating_add(by_s);
        let bounded = by_s > 0 && day.extended_s <= EXTENSION_S_MAX;
        holds(Check::Day, "the extension of a day", "four hours in all at most", bounded, day.extended_s)?;
        let moved: BTreeSet<DayStep> = match from_step {
            DayStep::PayInBy => BTreeSet::from([from_step]),
            _ => {
                let later = order.iter().skip_while(|step| **step != from_step).copied();
                later.filter(|step| *step != DayStep::PayInBy).collect()
            }
        };
        for (_, at) in day.schedule.iter_mut().filter(|(step, _)| moved.contains(step)) {
            *at = Timestamp(at.0 + i64::from(by_s) * SECOND_US);
        }
        Ok(())
    }

    fn pay_in_moved(&mut self, id: ArrangementId, cycle: CycleId, settle_on: Date) -> Checked {
        let arrangement = self.arrangement(id)?;
        let today = arrangement.open_date().or(arrangement.closed_date).unwrap_or_else(|| self.time.date());
        let closed = arrangement.closed_cycles.get(&cycle).filter(|closed| !closed.settled);
        let closed = closed.ok_or_else(|| {
            Finding::new(Check::Settlement, "a pay-in that is moved", "of a cycle not settled", cycle)
        })?;
        let over_a_holiday = arrangement.holidays.contains(&closed.settle_on);
        let bounded = over_a_holiday || settle_on <= closed.settle_on.plus_days(PAY_IN_MOVED_DAYS_MAX);
        let fits = settle_on >= today && settle_on >= closed.date && settle_on != closed.settle_on && bounded;
        holds(Check::Settlement, "the day to which a pay-in is moved", "another one within a month", fits, settle_on)?;
        let members: Vec<MemberId> = arrangement.members.keys().copied().collect();
        let open = self.can_settle_on(id, settle_on, members)?;
        holds(Check::Settlement, "the day to which a pay-in is moved", "one on which a net settles", open, settle_on)?;
        let cycles = &mut self.arrangement_mut(id)?.closed_cycles;
        cycles.get_mut(&cycle).expect("it was just found").settle_on = settle_on;
        Ok(())
    }

    fn run_moved(&self, id: ArrangementId, at: Option<Timestamp>) -> Checked {
        let arrangement = self.arrangement(id)?;
        let open = arrangement.open.is_some() && arrangement.frozen.is_none();
        holds(Check::Queue, "a run that is moved", "on an open day, none under way", open, id)?;
        let ahead = at.is_none_or(|at| at >= self.time);
        holds(Check::Queue, "the time to which a run is moved", "none in the past", ahead, at)
    }

    /// Whether two persons of the operator may enter for an institution: its member has consented.
    pub(crate) fn may_enter_for(&self, id: ArrangementId, institution: InstitutionId, event: &Event) -> Checked<bool> {
        if event.actor.role != Role::Operator || !self.arrangements.contains_key(&id) {
            return Ok(true);
        }
        let arrangement = self.arrangement(id)?;
        let member = self.member_of(institution)?;
        let asked = arrangement.plan.additions.entry_by_consent && arrangement.members.contains_key(&member);
        Ok(!asked || arrangement.entry_consents.contains(&member))
    }
}

pub(crate) fn check_reason(reason: &str) -> Checked {
    let fits = (1..=REASON_CHARACTERS_MAX).contains(&reason.chars().count());
    holds(Check::Reference, "the reason of an act of the operator", "a text of 1 to 500 characters", fits, reason)
}
