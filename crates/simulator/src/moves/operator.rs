//! What the operator does: days, suspensions, disputes, holidays.

use super::{People, Scene, Sent};
use domain::event::DisputeOutcome;
use domain::plan::{LimitKind, OnLimit};
use domain::{Actor, ArrangementId, CalendarId, Command, CommandBody, Date, MemberId, PaymentState};
use money::Rate;

/// An act of the operator with a second person.
pub(crate) fn by_operator(body: CommandBody) -> Command {
    Command::approved(Actor::operator(1), Actor::operator(2), body)
}

/// The date that the operator opens next: a weekday after the last one, not before today's date.
pub(crate) fn next_date(scene: Scene<'_>, arrangement: ArrangementId) -> Date {
    let behind_us = i64::from(scene.shape.arrangement(arrangement).behind_utc_s) * domain::time::SECOND_US;
    let today = scene.now.plus_us(-behind_us).date();
    let mut date = match scene.view(arrangement).closed_date {
        Some(closed) => closed.plus_days(1).max(today),
        None => scene.shape.start.max(today),
    };
    let declared = &scene.view(arrangement).holidays;
    while date.is_weekend() || declared.contains(&date) || is_holiday_of_a_member(scene, arrangement, date) {
        date = date.plus_days(1);
    }
    date
}

fn is_holiday_of_a_member(scene: Scene<'_>, arrangement: ArrangementId, date: Date) -> bool {
    let all_open =
        scene.shape.arrangement(arrangement).plan.day.business_days == domain::plan::BusinessDays::AllMembersOpen;
    all_open
        && scene.view(arrangement).members.keys().any(|member| {
            let calendar = scene.shape.member(*member).calendar;
            scene.mirror.calendars.get(calendar.index()).is_some_and(|closed| closed.contains(&date))
        })
}

/// Opens a business day.
pub(crate) fn open_day(scene: Scene<'_>, arrangement: ArrangementId, date: Date) -> Sent {
    let schedule = scene.shape.arrangement(arrangement).schedule(date);
    let time_zone_version = "simulated".to_owned();
    let body = CommandBody::OpenDay { arrangement, date, schedule, time_zone_version };
    Command::by(Actor::operator(1), body).into()
}

/// Reinstates a member.
pub(crate) fn reinstate(arrangement: ArrangementId, member: MemberId) -> Sent {
    by_operator(CommandBody::Reinstate { arrangement, member }).into()
}

impl People {
    pub(super) fn suspends(&mut self, scene: Scene<'_>) -> Option<Sent> {
        let arrangement = self.arrangement(scene)?;
        let member = self.member(scene, arrangement)?;
        Some(by_operator(CommandBody::Suspend { arrangement, member }).into())
    }

    pub(super) fn reinstates(&mut self, scene: Scene<'_>) -> Option<Sent> {
        let arrangement = self.arrangement(scene)?;
        let wrong = self.random.chance(scene.knobs.wrong_ppm);
        let members = scene.view(arrangement).members.iter();
        let suspended: Vec<MemberId> =
            members.filter(|(_, found)| found.suspended || wrong).map(|(member, _)| *member).collect();
        Some(reinstate(arrangement, *self.random.pick(&suspended)?))
    }

    /// Where the rules know a facility that stops; now and then where nothing has stopped.
    pub(super) fn resumes_a_facility(&mut self, scene: Scene<'_>) -> Option<Sent> {
        let arrangement = self.arrangement(scene)?;
        let rule = scene.shape.arrangement(arrangement).plan.limit(LimitKind::Facility);
        let stops = rule.is_some_and(|rule| rule.on_limit == OnLimit::SuspendFacility);
        if !stops && !self.random.chance(scene.knobs.wrong_ppm) {
            return None;
        }
        Some(by_operator(CommandBody::ResumeFacility { arrangement }).into())
    }

    pub(super) fn publishes_a_unit_value(&mut self, scene: Scene<'_>) -> Option<Sent> {
        let arrangement = self.arrangement(scene)?;
        let unit = scene.shape.arrangement(arrangement).plan.additions.unit.as_ref();
        if unit.is_none_or(|unit| !unit.published) && !self.random.chance(scene.knobs.wrong_ppm) {
            return None;
        }
        let view = scene.view(arrangement);
        let today = view.open_date.or(view.closed_date)?;
        let from = today.plus_days(i32::try_from(self.random.below(5)).expect("small") - 1);
        let value = Rate::new(self.random.between(5_000, 20_000), 4).ok()?;
        Some(by_operator(CommandBody::PublishUnitValue { arrangement, from, value }).into())
    }

    /// A rate that interest follows where the rules name one; now and then one that they do not name.
    pub(super) fn publishes_an_index(&mut self, scene: Scene<'_>) -> Option<Sent> {
        let arrangement = self.arrangement(scene)?;
        let credit = scene.shape.arrangement(arrangement).plan.additions.credit.as_ref();
        let named = credit.and_then(|credit| credit.interest.iter().find_map(|interest| interest.rate.index()));
        let wrong = self.random.chance(scene.knobs.wrong_ppm);
        let index = named.filter(|_| !wrong).or(wrong.then_some("NOBODY'S"))?.to_owned();
        let rate_ppm = u32::try_from(self.random.below(90_000)).expect("small");
        Some(by_operator(CommandBody::PublishIndex { arrangement, index, rate_ppm }).into())
    }

    pub(super) fn ends_a_dispute(&mut self, scene: Scene<'_>) -> Option<Sent> {
        let payment = self.payment(scene, |payment| payment.state == PaymentState::Disputed)?;
        let outcome = *self
            .random
            .pick(&[DisputeOutcome::Upheld, DisputeOutcome::Rejected, DisputeOutcome::Rejected, DisputeOutcome::Lapsed])
            .expect("some");
        Some(by_operator(CommandBody::EndDispute { payment, outcome }).into())
    }

    /// A day made longer, a holiday, a pay-in moved, a run skipped or made now.
    pub(super) fn acts_with_a_reason(&mut self, scene: Scene<'_>) -> Option<Sent> {
        let arrangement = self.arrangement(scene)?;
        let reason = "the line of a member is down".to_owned();
        let steps = &scene.shape.arrangement(arrangement).plan.day.steps;
        let body = match self.random.below(8) {
            1 => {
                let date = scene.now.date().plus_days(i32::try_from(self.random.below(5)).expect("small"));
                let (closed, reason) = (self.random.chance(600_000), "mourning was decreed".to_owned());
                CommandBody::SetHoliday { arrangement, date, closed, reason }
            }
            2 => {
                let cycles = scene.view(arrangement).cycles.iter().filter(|(_, cycle)| !cycle.settled);
                let cycles: Vec<domain::CycleId> = cycles.map(|(cycle, _)| *cycle).collect();
                let cycle = *self.random.pick(&cycles)?;
                let settle_on = scene.now.date().plus_days(i32::try_from(self.random.below(8)).expect("small"));
                CommandBody::MovePayIn { arrangement, cycle, settle_on, reason }
            }
            3 | 4 => {
                let cycles = scene.view(arrangement).cycles.iter().filter(|(_, cycle)| !cycle.settled);
                let cycles: Vec<domain::CycleId> = cycles.map(|(cycle, _)| *cycle).collect();
                CommandBody::CompleteCycle { arrangement, cycle: *self.random.pick(&cycles)?, reason }
            }
            0 => {
                let (from_step, _) = *self.random.pick(steps)?;
                let by_s = u32::try_from(self.random.below(9_000)).expect("small");
                CommandBody::ExtendDay { arrangement, from_step, by_s, reason }
            }
            _ => CommandBody::MoveRun { arrangement, now: self.random.chance(500_000), reason },
        };
        Some(by_operator(body).into())
    }

    /// A holiday is decreed for one of the next days, or withdrawn.
    pub(super) fn decrees_a_holiday(&mut self, scene: Scene<'_>) -> Option<Sent> {
        let calendar = CalendarId::from_index(self.random.size(0, scene.mirror.calendars.len().checked_sub(1)?));
        let day = scene.now.date().plus_days(i32::try_from(self.random.below(6)).expect("small"));
        let (closed, opened) = if self.random.chance(600_000) { (vec![day], vec![]) } else { (vec![], vec![day]) };
        Some(by_operator(CommandBody::SetCalendarDays { calendar, closed, opened }).into())
    }
}
