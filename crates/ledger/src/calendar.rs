//! Business days: weekends, and days declared closed in the journal.

use crate::state::{Arrangement, State};
use domain::plan::{BusinessDays, CalendarRole};
use domain::{CalendarId, Date, MemberId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// How far ahead a business day is looked for; a calendar closed for longer is a mistake in the data.
const SEARCH_DAYS_MAX: i32 = 400;

/// A calendar: closed at weekends and on the days declared.
#[derive(Serialize, Deserialize)]
pub(crate) struct Calendar {
    pub(crate) name: String,
    pub(crate) closed: BTreeSet<Date>,
}

impl Calendar {
    pub(crate) fn is_open(&self, date: Date) -> bool {
        !date.is_weekend() && !self.closed.contains(&date)
    }
}

impl State {
    /// Whether `date` is a business day of the arrangement.
    pub(crate) fn is_business_day(&self, arrangement: &Arrangement, date: Date) -> bool {
        !arrangement.holidays.contains(&date) && self.is_business_day_by_rule(arrangement, date)
    }

    fn is_business_day_by_rule(&self, arrangement: &Arrangement, date: Date) -> bool {
        match arrangement.plan.day.business_days {
            BusinessDays::Weekdays => !date.is_weekend(),
            BusinessDays::AgentOpen => self.calendar_is_open(arrangement.agent_calendar, date),
            BusinessDays::EveryDay => true,
            BusinessDays::AllMembersOpen => {
                !date.is_weekend() && arrangement.members().all(|(member, _)| self.member_is_open(member, date))
            }
        }
    }

    /// The `count`-th business day of the arrangement after `date`; `date` itself, or the next one, when `count` is 0.
    pub(crate) fn business_day_after(&self, arrangement: &Arrangement, date: Date, count: u8) -> Option<Date> {
        nth_after(date, count, |day| self.is_business_day(arrangement, day))
    }

    /// The day on which a net closed on `date` is settled.
    pub(crate) fn settlement_day(&self, arrangement: &Arrangement, date: Date) -> Option<Date> {
        let days = arrangement.plan.settlement.plus_business_days;
        nth_after(date, days, |day| self.is_settlement_day(arrangement, day))
    }

    /// The first day after `date` on which a net can be settled.
    pub(crate) fn next_settlement_day(&self, arrangement: &Arrangement, date: Date) -> Option<Date> {
        nth_after(date, 1, |day| self.is_settlement_day(arrangement, day))
    }

    /// Whether a net can be settled on a day.
    pub(crate) fn is_settlement_day(&self, arrangement: &Arrangement, day: Date) -> bool {
        !day.is_weekend()
            && !arrangement.holidays.contains(&day)
            && arrangement.plan.settlement.calendars.iter().all(|role| match role {
                CalendarRole::Agent => self.calendar_is_open(arrangement.agent_calendar, day),
                CalendarRole::AssetCentre => self.calendar_is_open(arrangement.asset_calendar, day),
                CalendarRole::Members => arrangement.members().all(|(member, _)| self.member_is_open(member, day)),
            })
    }

    fn calendar_is_open(&self, calendar: CalendarId, date: Date) -> bool {
        self.shared.calendars[calendar.index()].is_open(date)
    }

    /// Whether every national system that the member's institutions use is open.
    fn member_is_open(&self, member: MemberId, date: Date) -> bool {
        let institutions = &self.shared.members[member.index()].institutions;
        institutions.iter().all(|id| self.calendar_is_open(self.shared.institutions[id.index()].calendar, date))
    }
}

fn nth_after(date: Date, count: u8, is_open: impl Fn(Date) -> bool) -> Option<Date> {
    let mut remaining = count;
    let mut day = date;
    for _ in 0..SEARCH_DAYS_MAX {
        if is_open(day) && (day > date || count == 0) {
            if remaining <= 1 {
                return Some(day);
            }
            remaining -= 1;
        }
        day = day.plus_days(1);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn business_days_are_counted_over_weekends_and_holidays() {
        let holiday = Date::parse("2024-03-29").unwrap();
        let open = |day: Date| !day.is_weekend() && day != holiday;
        let thursday = Date::parse("2024-03-28").unwrap();
        for (count, expected) in [(0, "2024-03-28"), (1, "2024-04-01"), (2, "2024-04-02")] {
            assert_eq!(nth_after(thursday, count, open), Date::parse(expected), "{count}");
        }
        assert_eq!(nth_after(holiday, 0, open), Date::parse("2024-04-01"), "rolls forward");
        assert_eq!(nth_after(thursday, 1, |_| false), None);
    }
}
