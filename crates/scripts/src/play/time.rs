//! Time passes: business days open and close at the hours of the rulebook, and what falls due happens.

use super::{ARRANGEMENT, PlayFault, Player};
use crate::read::instructions::opening_of;
use domain::plan::{DayRule, DayStep};
use domain::time::SECOND_US;
use domain::{Actor, Command, CommandBody, Date, Timestamp};
use ledger::Answer;

impl Player<'_> {
    /// To the opening of a date.
    pub(super) fn go_to_date(&mut self, date: Date) -> Result<(), PlayFault> {
        let opens = opening_of(&self.script.plan.day.steps);
        let target = self.instant(date, opens)?;
        self.date = date;
        self.today.date = Some(date);
        self.pass_until(target)
    }

    /// To a time of the date.
    pub(super) fn go_to_time(&mut self, seconds: u32) -> Result<(), PlayFault> {
        let target = self.instant(self.date, seconds)?;
        self.pass_until(target)
    }

    /// Lets what has fallen due by now happen.
    pub(super) fn let_due_happen(&mut self) -> Result<(), PlayFault> {
        if ledger::pulse(self.state(), self.now, None, &mut Vec::new()) {
            self.give(Vec::new())?;
        }
        Ok(())
    }

    fn instant(&self, date: Date, seconds: u32) -> Result<Timestamp, PlayFault> {
        let steps = vec![(DayStep::EntryOpens, seconds)];
        let day = DayRule { steps, ..self.script.plan.day.clone() };
        let times = self.surroundings.local_times(&day, date).map_err(|why| PlayFault::LocalTime { why })?;
        times.first().map(|(_, at)| *at).ok_or_else(|| PlayFault::LocalTime { why: "a time has no instant".to_owned() })
    }

    fn pass_until(&mut self, target: Timestamp) -> Result<(), PlayFault> {
        loop {
            if self.state().business_dates(ARRANGEMENT).0.is_some() {
                let Some(next) = self.next_moment().filter(|next| *next <= target) else { break };
                self.now = self.now.max(next);
                self.let_due_happen()?;
            } else if !self.open_next_day(target)? {
                break;
            }
        }
        self.now = self.now.max(target);
        self.let_due_happen()
    }

    /// The next instant of the open day at which something may fall due.
    fn next_moment(&mut self) -> Option<Timestamp> {
        let now = self.now;
        // Runs find nothing to do while nothing waits; what a fixing or a close does is known only then.
        self.moments.retain(|at| *at > now);
        let next = self.moments.first().copied();
        let run = self.next_run().filter(|_| self.state().queued_count(ARRANGEMENT) > 0);
        next.into_iter().chain(run).min()
    }

    /// The next optimisation run of the open day after now.
    fn next_run(&self) -> Option<Timestamp> {
        let queue = self.script.plan.queue?;
        let date = self.state().business_dates(ARRANGEMENT).0?;
        let times = self.surroundings.local_times(&self.script.plan.day, date).ok()?;
        let of = |wanted: DayStep| times.iter().find(|(step, _)| *step == wanted).map(|(_, at)| *at);
        let (from, to) = (of(DayStep::RunsFrom)?, of(DayStep::RunsTo)?);
        if self.now < from {
            return Some(from);
        }
        let every_us = i64::from(queue.run_every_s.max(1)) * SECOND_US;
        let next = from.plus_us(((self.now.0 - from.0) / every_us + 1) * every_us);
        (next <= to).then_some(next)
    }

    /// Opens the next business day, if it begins by then.
    fn open_next_day(&mut self, target: Timestamp) -> Result<bool, PlayFault> {
        let closed = self.state().business_dates(ARRANGEMENT).1;
        let mut date = self.opened_to.max(closed.unwrap_or(self.opened_to)).plus_days(1);
        // Local dates and those of UTC differ by at most a day.
        let last = target.date().plus_days(1);
        while date <= last && !self.state().is_open_for_business(ARRANGEMENT, date) {
            date = date.plus_days(1);
        }
        if date > last {
            return Ok(false);
        }
        let schedule = self.surroundings.local_times(&self.script.plan.day, date);
        let schedule = schedule.map_err(|why| PlayFault::LocalTime { why })?;
        let of_day = schedule.iter().filter(|(step, _)| *step != DayStep::PayInBy).map(|(_, at)| *at);
        let Some(begins) = of_day.clone().min().filter(|begins| *begins <= target) else { return Ok(false) };
        let mut moments: Vec<Timestamp> = of_day.collect();
        moments.sort_unstable();
        self.now = self.now.max(begins);
        self.opened_to = date;
        let body = CommandBody::OpenDay {
            arrangement: ARRANGEMENT,
            date,
            schedule,
            time_zone_version: self.surroundings.time_zone_version(),
        };
        let answers = self.give(vec![Command::by(Actor::operator(1), body)])?;
        // A day that nobody can open (no member has joined) passes without having been one.
        if matches!(answers[..], [Answer::Accepted { .. }]) {
            self.moments = moments;
        }
        Ok(true)
    }
}
