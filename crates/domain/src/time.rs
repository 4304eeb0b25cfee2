//! Instants and civil dates. No clock is read anywhere in the pure crates: time comes from outside, with each block.

use std::fmt;

/// Microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct Timestamp(pub i64);

/// Microseconds in a second.
pub const SECOND_US: i64 = 1_000_000;
/// Microseconds in a day without leap second.
pub const DAY_US: i64 = 86_400 * SECOND_US;

impl Timestamp {
    /// The instant `microseconds` later.
    ///
    /// # Panics
    /// Beyond the range of the type (some 292,000 years): a bug.
    #[must_use]
    pub fn plus_us(self, microseconds: i64) -> Self {
        Self(self.0.checked_add(microseconds).expect("timestamp out of range"))
    }

    /// The UTC date it falls on.
    #[must_use]
    pub fn date(self) -> Date {
        Date(i32::try_from(self.0.div_euclid(DAY_US)).expect("a timestamp's date fits in 32 bits"))
    }

    /// Microseconds since midnight UTC.
    #[must_use]
    pub fn time_of_day_us(self) -> i64 {
        self.0.rem_euclid(DAY_US)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.time_of_day_us() / SECOND_US;
        write!(f, "{}T{:02}:{:02}:{:02}Z", self.date(), seconds / 3600, seconds / 60 % 60, seconds % 60)
    }
}

/// A civil date of the proleptic Gregorian calendar: days since 1970-01-01.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct Date(pub i32);

impl Date {
    /// The date of a year, month (1 to 12) and day (1 to 31); `None` when there is no such day.
    #[must_use]
    pub fn from_ymd(year: i32, month: u32, day: u32) -> Option<Self> {
        if !(1..=12).contains(&month) || day == 0 || day > days_in_month(year, month) || !(1..=9999).contains(&year) {
            return None;
        }
        // Years counted from March, so that the leap day is the last of its year.
        let (shifted_year, shifted_month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
        let era = shifted_year.div_euclid(400);
        let year_of_era = shifted_year.rem_euclid(400);
        let day_of_year = i32::try_from((153 * shifted_month + 2) / 5 + day - 1).ok()?;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        Some(Self(era * 146_097 + day_of_era - 719_468))
    }

    /// Year, month (1 to 12) and day (1 to 31).
    #[must_use]
    pub fn ymd(self) -> (i32, u32, u32) {
        let days = self.0 + 719_468;
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
        let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
        let year = year_of_era + era * 400 + i32::from(month <= 2);
        (year, month.unsigned_abs(), day.unsigned_abs())
    }

    /// Reads `YYYY-MM-DD`; `None` when it is anything else or no day of the calendar.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
            return None;
        }
        let number = |range: std::ops::Range<usize>| {
            let digits = &bytes[range];
            digits.iter().all(u8::is_ascii_digit).then(|| digits.iter().fold(0, |n, d| n * 10 + u32::from(d - b'0')))
        };
        Self::from_ymd(i32::try_from(number(0..4)?).ok()?, number(5..7)?, number(8..10)?)
    }

    /// The date `days` later (earlier when negative).
    ///
    /// # Panics
    /// Beyond the range of the type: a bug.
    #[must_use]
    pub fn plus_days(self, days: i32) -> Self {
        Self(self.0.checked_add(days).expect("date out of range"))
    }

    /// The same day so many months later; the last of the month where it has no such day.
    ///
    /// # Panics
    /// Beyond the range of the type: a bug.
    #[must_use]
    pub fn plus_months(self, months: u32) -> Self {
        let (year, month, day) = self.ymd();
        let months = month - 1 + months;
        let year = year + i32::try_from(months / 12).expect("months that were read from a rulebook");
        let of_month = |day| Self::from_ymd(year, months % 12 + 1, day);
        (1..=day).rev().find_map(of_month).expect("every month has a first day")
    }

    /// Day of the week: 0 is Monday, 6 is Sunday.
    #[must_use]
    pub fn weekday(self) -> u8 {
        // 1970-01-01 was a Thursday.
        u8::try_from((self.0 + 3).rem_euclid(7)).expect("a remainder of seven fits")
    }

    /// Whether it is a Saturday or a Sunday.
    #[must_use]
    pub fn is_weekend(self) -> bool {
        self.weekday() >= 5
    }

    /// Midnight UTC at which the date begins.
    #[must_use]
    pub fn start(self) -> Timestamp {
        Timestamp(i64::from(self.0) * DAY_US)
    }
}

fn days_in_month(year: i32, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.ymd();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_of_four_centuries_survives_the_way_there_and_back() {
        let first = Date::from_ymd(1800, 1, 1).unwrap();
        let mut previous = first.plus_days(-1).ymd();
        for offset in 0..146_097 {
            let date = first.plus_days(offset);
            let (year, month, day) = date.ymd();
            assert!((year, month, day) > previous, "{date}");
            assert_eq!(Date::from_ymd(year, month, day), Some(date));
            assert_eq!(Date::parse(&date.to_string()), Some(date));
            previous = (year, month, day);
        }
    }

    #[test]
    fn days_that_do_not_exist_are_refused() {
        for text in [
            "2026-02-30",
            "2025-02-29",
            "1900-02-29",
            "0000-00-00",
            "2024-13-01",
            "2024-1-01",
            "tomorrow",
            "+024-01-01",
        ] {
            assert_eq!(Date::parse(text), None, "{text}");
        }
        assert!(Date::parse("2024-02-29").is_some());
    }

    #[test]
    fn weekdays_follow_the_calendar() {
        assert_eq!(Date::parse("2024-01-01").unwrap().weekday(), 0);
        assert!(Date::parse("2026-11-22").unwrap().is_weekend());
        assert_eq!(Date::parse("1969-12-31").unwrap().weekday(), 2);
    }

    #[test]
    fn a_timestamp_shows_date_and_second() {
        let at = Date::parse("2024-03-01").unwrap().start().plus_us(20 * 3600 * SECOND_US + 1);
        assert_eq!(at.to_string(), "2024-03-01T20:00:00Z");
        assert_eq!(Timestamp(-1).date().to_string(), "1969-12-31");
    }
}
