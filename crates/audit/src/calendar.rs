//! Business days, counted one by one.

use crate::finding::{Check, Checked, Finding};
use crate::model::Model;
use domain::plan::{BusinessDays, CalendarRole};
use domain::{ArrangementId, CalendarId, Date, MemberId};
use std::collections::BTreeSet;

/// Days looked ahead at most: a calendar closed for longer is a mistake in the data.
const DAYS_AHEAD_MAX: i32 = 400;

impl Model {
    fn is_open(&self, calendar: CalendarId, date: Date) -> Checked<bool> {
        Ok(!date.is_weekend() && !self.calendar(calendar)?.closed.contains(&date))
    }

    fn are_open(&self, calendars: &BTreeSet<CalendarId>, date: Date) -> Checked<bool> {
        for calendar in calendars {
            if !self.is_open(*calendar, date)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn calendars_of(&self, members: impl IntoIterator<Item = MemberId>) -> BTreeSet<CalendarId> {
        let members: BTreeSet<MemberId> = members.into_iter().collect();
        let all = self.institutions.iter();
        all.filter(|institution| members.contains(&institution.member))
            .map(|institution| institution.calendar)
            .collect()
    }

    pub(crate) fn is_business_day(&self, arrangement: ArrangementId, date: Date) -> Checked<bool> {
        let found = self.arrangement(arrangement)?;
        let rule = found.plan.day.business_days;
        if found.holidays.contains(&date) {
            return Ok(false);
        }
        if rule == BusinessDays::EveryDay {
            return Ok(true);
        }
        if date.is_weekend() {
            return Ok(false);
        }
        match rule {
            BusinessDays::EveryDay | BusinessDays::Weekdays => Ok(true),
            BusinessDays::AgentOpen => self.is_open(found.agent_calendar, date),
            BusinessDays::AllMembersOpen => self.are_open(&self.calendars_of(found.members.keys().copied()), date),
        }
    }

    /// The `count`-th business day after a date; the date itself, or the next business day, when `count` is 0.
    pub(crate) fn business_days_after(&self, arrangement: ArrangementId, date: Date, count: u8) -> Checked<Date> {
        nth_day(date, count, |day| self.is_business_day(arrangement, day))
    }

    /// The day on which a net closed on a date is paid by those members.
    pub(crate) fn settlement_date(
        &self,
        arrangement: ArrangementId,
        closed_on: Date,
        members: impl IntoIterator<Item = MemberId>,
    ) -> Checked<Date> {
        let days = self.plan(arrangement)?.settlement.plus_business_days;
        let members: Vec<MemberId> = members.into_iter().collect();
        nth_day(closed_on, days, |day| self.can_settle_on(arrangement, day, members.iter().copied()))
    }

    /// Whether a net of those members settles on a day.
    pub(crate) fn can_settle_on(
        &self,
        arrangement: ArrangementId,
        day: Date,
        members: impl IntoIterator<Item = MemberId>,
    ) -> Checked<bool> {
        let found = self.arrangement(arrangement)?;
        let rule = &found.plan.settlement;
        let mut calendars = BTreeSet::new();
        if rule.calendars.contains(&CalendarRole::Agent) {
            calendars.insert(found.agent_calendar);
        }
        if rule.calendars.contains(&CalendarRole::AssetCentre) {
            calendars.insert(found.asset_calendar);
        }
        if rule.calendars.contains(&CalendarRole::Members) {
            calendars.extend(self.calendars_of(members));
        }
        Ok(!day.is_weekend() && !found.holidays.contains(&day) && self.are_open(&calendars, day)?)
    }
}

fn nth_day(date: Date, count: u8, is_open: impl Fn(Date) -> Checked<bool>) -> Checked<Date> {
    let mut counted = 0;
    for ahead in 0..=DAYS_AHEAD_MAX {
        let day = date.plus_days(ahead);
        if !is_open(day)? {
            continue;
        }
        if ahead > 0 {
            counted += 1;
        }
        if counted >= count {
            return Ok(day);
        }
    }
    Err(Finding::new(Check::Day, "a business day to come", "one within 400 days", format!("none after {date}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_over_weekends_and_a_closed_start_rolls_forward() {
        let date = |text| Date::parse(text).unwrap();
        let open = |day: Date| Ok(!day.is_weekend() && day != date("2024-03-29"));
        for (from, count, to) in [
            ("2024-03-28", 0, "2024-03-28"),
            ("2024-03-28", 1, "2024-04-01"),
            ("2024-03-28", 2, "2024-04-02"),
            ("2024-03-29", 0, "2024-04-01"),
            ("2024-03-29", 1, "2024-04-01"),
            ("2024-03-29", 2, "2024-04-02"),
        ] {
            assert_eq!(nth_day(date(from), count, open), Ok(date(to)), "{count} after {from}");
        }
        assert!(nth_day(date("2024-03-29"), 1, |_| Ok(false)).is_err());
    }
}
