//! Holidays that follow a rule: the days on which New York does not settle dollars.

use domain::Date;

/// The holidays of one place, by rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HolidayRules {
    /// The place, as it is shown.
    pub name: String,
    /// Where the rule is from.
    pub source: String,
    /// The holidays.
    pub holidays: Vec<HolidayRule>,
    /// What a holiday on a Saturday does.
    pub on_saturday: WeekendRule,
    /// What a holiday on a Sunday does.
    pub on_sunday: WeekendRule,
}

/// One holiday.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HolidayRule {
    /// Its name.
    pub name: String,
    /// When it is.
    pub day: DayRule,
    /// The first year in which it was held; none where that is older than any run.
    pub first_year: Option<i32>,
}

/// On which day of its year a holiday falls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayRule {
    /// The same date each year.
    Fixed {
        /// 1 to 12.
        month: u32,
        /// 1 to 31; a 29 February is held in leap years only.
        day: u32,
    },
    /// The first, second, … of a weekday in a month.
    Nth {
        /// 1 to 12.
        month: u32,
        /// 0 is Monday, 6 Sunday.
        weekday: u8,
        /// 1 to 4.
        nth: u8,
    },
    /// The last of a weekday in a month.
    Last {
        /// 1 to 12.
        month: u32,
        /// 0 is Monday, 6 Sunday.
        weekday: u8,
    },
}

/// What becomes of a holiday that falls on a day of the weekend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WeekendRule {
    /// Nothing: the days around it are open.
    NotObserved,
    /// The Friday before is closed.
    PreviousFriday,
    /// The Monday after is closed.
    NextMonday,
}

impl HolidayRules {
    /// Whether a working day is closed for a holiday.
    #[must_use]
    pub fn is_holiday(&self, date: Date) -> bool {
        let (year, _, _) = date.ymd();
        // A New Year's Day may be observed on the last day of the year before.
        [year, year + 1].into_iter().any(|year| self.observed(year).any(|holiday| holiday == date))
    }

    /// The days on which the holidays of a year are observed: none of them at a weekend.
    pub fn observed(&self, year: i32) -> impl Iterator<Item = Date> {
        self.holidays
            .iter()
            .filter(move |holiday| holiday.first_year.is_none_or(|first| year >= first))
            .filter_map(move |holiday| self.observed_on(holiday.day.date(year)?))
    }

    fn observed_on(&self, date: Date) -> Option<Date> {
        let weekday = date.weekday();
        let rule = match weekday {
            5 => self.on_saturday,
            6 => self.on_sunday,
            _ => return Some(date),
        };
        match rule {
            WeekendRule::NotObserved => None,
            WeekendRule::PreviousFriday => Some(date.plus_days(4 - i32::from(weekday))),
            WeekendRule::NextMonday => Some(date.plus_days(7 - i32::from(weekday))),
        }
    }
}

impl DayRule {
    /// The day in a year; none where there is no such day.
    #[must_use]
    pub fn date(self, year: i32) -> Option<Date> {
        match self {
            DayRule::Fixed { month, day } => Date::from_ymd(year, month, day),
            DayRule::Nth { month, weekday, nth } => {
                let first = Date::from_ymd(year, month, 1)?;
                let wait = (i32::from(weekday) - i32::from(first.weekday())).rem_euclid(7);
                Some(first.plus_days(wait + 7 * (i32::from(nth) - 1)))
            }
            DayRule::Last { month, weekday } => {
                let (next_year, next_month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
                let last = Date::from_ymd(next_year, next_month, 1)?.plus_days(-1);
                let back = (i32::from(last.weekday()) - i32::from(weekday)).rem_euclid(7);
                Some(last.plus_days(-back))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::region::Region;

    fn new_york(year: i32) -> Vec<String> {
        let mut days: Vec<String> = Region::built_in().new_york.observed(year).map(|date| date.to_string()).collect();
        days.sort();
        days
    }

    // The Federal Reserve Banks' published schedules.
    #[test]
    fn new_york_keeps_the_published_holidays_of_2024_and_2025() {
        let of_2024 = [
            "2024-01-01",
            "2024-01-15",
            "2024-02-19",
            "2024-05-27",
            "2024-06-19",
            "2024-07-04",
            "2024-09-02",
            "2024-10-14",
            "2024-11-11",
            "2024-11-28",
            "2024-12-25",
        ];
        let of_2025 = [
            "2025-01-01",
            "2025-01-20",
            "2025-02-17",
            "2025-05-26",
            "2025-06-19",
            "2025-07-04",
            "2025-09-01",
            "2025-10-13",
            "2025-11-11",
            "2025-11-27",
            "2025-12-25",
        ];
        assert_eq!(new_york(2024), of_2024);
        assert_eq!(new_york(2025), of_2025);
    }

    #[test]
    fn in_new_york_a_saturday_holiday_is_not_observed_and_a_sunday_one_closes_monday() {
        let rules = Region::built_in().new_york;
        let cases = [
            ("2026-07-03", false, "the Friday before a Fourth of July on Saturday"),
            ("2027-07-05", true, "the Monday after a Fourth of July on Sunday"),
            ("2022-12-26", true, "the Monday after a Christmas on Sunday"),
            ("2021-12-31", false, "the Friday before a New Year's Day on Saturday"),
            ("2023-01-02", true, "the Monday after a New Year's Day on Sunday"),
            ("2020-06-19", false, "Juneteenth before it was a holiday"),
            ("2022-06-20", true, "the Monday after a Juneteenth on Sunday"),
            ("1985-01-21", false, "the day of Martin Luther King before it was a holiday"),
        ];
        for (date, holiday, what) in cases {
            assert_eq!(rules.is_holiday(Date::parse(date).unwrap()), holiday, "{what}");
        }
    }

    #[test]
    fn a_holiday_moved_back_may_fall_in_the_year_before() {
        let mut rules = Region::built_in().new_york;
        rules.on_saturday = WeekendRule::PreviousFriday;
        assert!(rules.is_holiday(Date::parse("2021-12-31").unwrap()));
    }
}
