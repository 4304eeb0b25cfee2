//! On which days payments flow: the window of a run, and the business days of countries and of New York.

use domain::Date;

use crate::holiday_rules::HolidayRules;
use crate::holidays::Holidays;
use crate::notice::{Notice, Notices};
use crate::region::{CountryCode, CountryIndex, Region};

/// The days of a run, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    from: Date,
    to: Date,
}

/// Why two days make no window: a wrong use of `--from` and `--to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WindowError {
    /// It ends before it begins.
    #[error("the window from {from} to {to} ends before it begins; --from, --to; give the earlier day first")]
    Reversed {
        /// The first day given.
        from: Date,
        /// The last day given.
        to: Date,
    },
    /// It is longer than [`LONGEST_WINDOW_DAYS`].
    #[error("the window from {from} to {to} is longer than a hundred years; --from, --to; give days nearer together")]
    TooLong {
        /// The first day given.
        from: Date,
        /// The last day given.
        to: Date,
    },
}

/// A hundred years.
pub const LONGEST_WINDOW_DAYS: i32 = 36_525;

impl Window {
    /// The days from one to another, both included.
    ///
    /// # Errors
    /// [`WindowError`].
    pub fn new(from: Date, to: Date) -> Result<Window, WindowError> {
        if from > to {
            return Err(WindowError::Reversed { from, to });
        }
        if to.0.saturating_sub(from.0) >= LONGEST_WINDOW_DAYS {
            return Err(WindowError::TooLong { from, to });
        }
        Ok(Window { from, to })
    }

    /// A calendar year.
    ///
    /// # Panics
    /// Outside the years 1 to 9999: a bug.
    #[must_use]
    pub fn of_year(year: i32) -> Window {
        let day = |month, day| Date::from_ymd(year, month, day).expect("a year from 1 to 9999");
        Window { from: day(1, 1), to: day(12, 31) }
    }

    /// The first day.
    #[must_use]
    pub fn from(self) -> Date {
        self.from
    }

    /// The last day.
    #[must_use]
    pub fn to(self) -> Date {
        self.to
    }

    /// All its days.
    pub fn days(self) -> impl Iterator<Item = Date> {
        (self.from.0..=self.to.0).map(Date)
    }

    /// The calendar years that it touches.
    pub fn years(self) -> impl Iterator<Item = i32> {
        self.from.ymd().0..=self.to.ymd().0
    }

    /// Whether a day is within it.
    #[must_use]
    pub fn contains(self, date: Date) -> bool {
        self.from <= date && date <= self.to
    }
}

/// A place with business days of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// A country: an institution's jurisdiction, or a member's home.
    Country(CountryIndex),
    /// New York, where dollars settle.
    NewYork,
}

/// Longer than any place was ever closed: two years of days are looked through for one that is open.
const LONGEST_CLOSURE_DAYS: i32 = 731;

/// The business days of every country and of New York.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendars {
    closed: Vec<Vec<Date>>,
    new_york: HolidayRules,
}

impl Calendars {
    /// Weekends, the holidays of a file where there is one, and New York by rule. For each year of the window, the
    /// countries without a row are said.
    #[must_use]
    pub fn new(region: &Region, holidays: Option<&Holidays>, window: Window, notices: &mut Notices) -> Calendars {
        let none = Holidays::none(region);
        let holidays = holidays.unwrap_or(&none);
        for year in window.years() {
            let countries: Vec<CountryCode> = region
                .country_indices()
                .filter(|&country| !holidays.has_rows(country, year))
                .map(|country| region.countries[country.index()].code)
                .collect();
            if !countries.is_empty() {
                notices.say(Notice::NoHolidays { year, countries });
            }
        }
        let closed = region.country_indices().map(|country| holidays.closed(country).to_vec()).collect();
        Calendars { closed, new_york: region.new_york.clone() }
    }

    /// Whether a day is a business day of a place.
    #[must_use]
    pub fn is_open(&self, place: Place, date: Date) -> bool {
        !date.is_weekend()
            && match place {
                Place::Country(country) => self.closed[country.index()].binary_search(&date).is_err(),
                Place::NewYork => !self.new_york.is_holiday(date),
            }
    }

    /// Whether a day is a business day of all places at once.
    #[must_use]
    pub fn are_open(&self, places: &[Place], date: Date) -> bool {
        places.iter().all(|&place| self.is_open(place, date))
    }

    /// The day itself, or the next on which all places are open; `None` where two years have none.
    #[must_use]
    pub fn roll_forward(&self, places: &[Place], date: Date) -> Option<Date> {
        (0..=LONGEST_CLOSURE_DAYS).map(|days| date.plus_days(days)).find(|&day| self.are_open(places, day))
    }

    /// The `count`-th business day of all places after a day; the day itself, rolled forward, for 0. `None` where two
    /// years have none.
    #[must_use]
    pub fn add_business_days(&self, places: &[Place], date: Date, count: u32) -> Option<Date> {
        let mut day = if count == 0 { self.roll_forward(places, date)? } else { date };
        for _ in 0..count {
            day = self.roll_forward(places, day.plus_days(1))?;
        }
        Some(day)
    }

    /// How many days of a window are business days of all places.
    #[must_use]
    pub fn count_business_days(&self, places: &[Place], window: Window) -> u64 {
        let count = window.days().filter(|&date| self.are_open(places, date)).count();
        u64::try_from(count).expect("the days of a window fit in 64 bits")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::csv_input::CsvInput;

    fn date(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    fn calendars(rows: &'static str) -> (Calendars, Place, Place, Notices) {
        let region = Region::built_in();
        let place = |code: &str| Place::Country(region.country(CountryCode::parse(code).unwrap()).unwrap());
        let mut notices = Notices::new();
        let input = CsvInput::from_reader("holidays.csv", rows.as_bytes()).unwrap();
        let holidays = Holidays::read_from(input, &region, &mut notices).unwrap();
        let calendars = Calendars::new(&region, Some(&holidays), Window::of_year(2024), &mut notices);
        (calendars, place("ARG"), place("BRA"), notices)
    }

    #[test]
    fn public_and_bank_holidays_close_and_nothing_else_does() {
        let (calendars, argentina, brazil, _) = calendars(
            "date,iso3,category\n2024-03-28,ARG,public\n2024-03-29,ARG,bank\n2024-04-01,ARG,optional\n\
             2024-04-02,ARG,half_day\n2024-04-03,ARG,government\n2024-03-30,ARG,public\n",
        );
        let open: Vec<String> = Window::new(date("2024-03-27"), date("2024-04-03"))
            .unwrap()
            .days()
            .filter(|&day| calendars.is_open(argentina, day))
            .map(|day| day.to_string())
            .collect();
        assert_eq!(open, ["2024-03-27", "2024-04-01", "2024-04-02", "2024-04-03"]);
        assert!(calendars.is_open(brazil, date("2024-03-29")));
    }

    #[test]
    fn a_day_rolls_forward_to_the_next_on_which_all_are_open() {
        let (calendars, argentina, brazil, _) =
            calendars("date,iso3,category\n2024-07-05,ARG,public\n2024-07-08,BRA,public\n");
        let all = [argentina, brazil, Place::NewYork];
        let cases = [
            ("2024-07-03", 0, "2024-07-03"),
            ("2024-07-04", 0, "2024-07-09"),
            ("2024-07-03", 1, "2024-07-09"),
            ("2024-07-06", 0, "2024-07-09"),
            ("2024-07-06", 1, "2024-07-09"),
            ("2024-07-06", 2, "2024-07-10"),
        ];
        for (from, count, to) in cases {
            assert_eq!(calendars.add_business_days(&all, date(from), count), Some(date(to)), "{from} + {count}");
        }
        assert_eq!(calendars.roll_forward(&[Place::NewYork], date("2024-07-04")), Some(date("2024-07-05")));
    }

    #[test]
    fn a_place_that_never_opens_has_no_next_day() {
        let (mut calendars, argentina, ..) = calendars("date,iso3,category\n2024-01-01,ARG,public\n");
        calendars.closed.iter_mut().for_each(|days| *days = Window::of_year(2024).days().collect());
        let Place::Country(country) = argentina else { panic!("a country") };
        calendars.closed[country.index()] = (date("2024-01-01").0..date("2028-01-01").0).map(Date).collect();
        assert_eq!(calendars.roll_forward(&[argentina], date("2024-06-01")), None);
        assert_eq!(calendars.add_business_days(&[argentina], date("2024-06-01"), 3), None);
    }

    #[test]
    fn business_days_are_counted_with_both_ends_of_the_window() {
        let (calendars, argentina, brazil, _) =
            calendars("date,iso3,category\n2024-01-01,ARG,public\n2024-01-02,BRA,bank\n");
        let week = Window::new(date("2024-01-01"), date("2024-01-05")).unwrap();
        assert_eq!(calendars.count_business_days(&[argentina], week), 4);
        assert_eq!(calendars.count_business_days(&[argentina, brazil], week), 3);
        assert_eq!(calendars.count_business_days(&[brazil], Window::of_year(2024)), 261);
    }

    #[test]
    fn countries_without_a_row_in_a_year_are_said_for_that_year() {
        let (.., notices) = calendars("date,iso3,category\n2024-01-01,ARG,optional\n2025-01-01,BRA,public\n");
        let said: Vec<&Notice> = notices.iter().collect();
        let [Notice::NoHolidays { year: 2024, countries }] = said[..] else { panic!("{said:?}") };
        assert_eq!(countries.len(), 32);
        assert!(!countries.contains(&CountryCode::parse("ARG").unwrap()));
    }

    #[test]
    fn a_window_knows_its_days_and_years_and_cannot_run_backwards() {
        let window = Window::new(date("2023-12-31"), date("2024-01-01")).unwrap();
        assert_eq!(window.days().count(), 2);
        assert_eq!(window.years().collect::<Vec<_>>(), [2023, 2024]);
        assert!(window.contains(date("2024-01-01")) && !window.contains(date("2024-01-02")));
        let error = Window::new(date("2024-01-02"), date("2024-01-01")).unwrap_err();
        assert!(error.to_string().contains("from 2024-01-02 to 2024-01-01"), "{error}");
        assert!(Window::new(date("1925-01-01"), date("2024-12-31")).is_ok());
        let error = Window::new(date("1924-12-31"), date("2024-12-31")).unwrap_err();
        assert!(matches!(error, WindowError::TooLong { .. }), "{error}");
    }
}
