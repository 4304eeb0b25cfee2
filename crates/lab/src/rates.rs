//! What a dollar is worth: rates from files, or the region file's rounded ones.
//!
//! A day's value is that day's daily rate; else the last daily one of at most [`LONGEST_CARRY_DAYS`] calendar days
//! before; else the annual average of the day's year. The dollar and the balboa are one by definition.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use domain::Date;
use money::{CurrencyCode, MAX_RATE_DECIMALS, Rate};

use crate::calendar::{Calendars, Place, Window};
use crate::csv_input::{Column, CsvInput, Row};
use crate::data_error::{DataCode, DataError, shown};
use crate::decimal::{Decimal, DecimalFault};
use crate::fields;
use crate::notice::{Notice, Notices};
use crate::region::{CountryCode, CountryIndex, CurrencyIndex, MemberIndex, Region};

/// How many calendar days a daily rate is carried forward at most.
pub const LONGEST_CARRY_DAYS: i32 = 10;

const DAILY: [&str; 3] = ["date", "currency", "per_usd"];
const ANNUAL: [&str; 4] = ["year", "iso3", "currency", "per_usd_avg"];

/// Where a day's value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RateOrigin {
    /// The currency is one dollar by definition.
    Definition,
    /// That day's daily rate.
    Daily,
    /// The daily rate of an earlier day.
    Carried {
        /// That day.
        from: Date,
    },
    /// The annual average of the day's year.
    Annual,
    /// There is no rate file: the region file's rounded rate.
    RegionFile,
}

/// Units of each currency per dollar, by day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RateBook {
    currencies: Vec<CurrencyRates>,
}

/// The rates of one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
enum CurrencyRates {
    /// The same every day.
    Fixed(Rate, RateOrigin),
    /// From files, each in order.
    Files { daily: Vec<(Date, Rate)>, annual: Vec<(i32, Rate)> },
}

impl RateBook {
    /// Without files: one rounded rate per currency, the same every day; that is said.
    #[must_use]
    pub fn of_region(region: &Region, notices: &mut Notices) -> RateBook {
        notices.say(Notice::RegionRates);
        let fixed = |at_par| if at_par { RateOrigin::Definition } else { RateOrigin::RegionFile };
        let currencies = region
            .currencies
            .iter()
            .map(|currency| CurrencyRates::Fixed(currency.per_usd, fixed(currency.at_par_by_definition)))
            .collect();
        RateBook { currencies }
    }

    /// Reads rate files, daily ones (`date,currency,per_usd`) and annual ones (`year,iso3,currency,per_usd_avg`) in any
    /// order; which is which shows in the header.
    ///
    /// # Errors
    /// A [`DataError`] with the place of the first fault; [`DataCode::CsvDuplicateRow`] also where two files give
    /// different values for the same key.
    pub fn read<P: AsRef<Path>>(paths: &[P], region: &Region, notices: &mut Notices) -> Result<RateBook, DataError> {
        let mut reader = RateReader::new(region);
        for path in paths {
            reader.read(CsvInput::open(path.as_ref())?, notices)?;
        }
        Ok(reader.book())
    }

    /// Reads tables that are open already.
    ///
    /// # Errors
    /// As [`RateBook::read`].
    pub fn read_from(inputs: Vec<CsvInput>, region: &Region, notices: &mut Notices) -> Result<RateBook, DataError> {
        let mut reader = RateReader::new(region);
        for input in inputs {
            reader.read(input, notices)?;
        }
        Ok(reader.book())
    }

    /// Units of a currency per dollar on a day, and where the figure comes from; `None` where there is none.
    #[must_use]
    pub fn per_usd(&self, currency: CurrencyIndex, date: Date) -> Option<(Rate, RateOrigin)> {
        let (daily, annual) = match &self.currencies[currency.index()] {
            CurrencyRates::Fixed(rate, origin) => return Some((*rate, *origin)),
            CurrencyRates::Files { daily, annual } => (daily, annual),
        };
        let after = daily.partition_point(|&(day, _)| day <= date);
        if let Some(&(day, rate)) = daily[..after].last() {
            if day == date {
                return Some((rate, RateOrigin::Daily));
            }
            if date.0 - day.0 <= LONGEST_CARRY_DAYS {
                return Some((rate, RateOrigin::Carried { from: day }));
            }
        }
        let (year, _, _) = date.ymd();
        let index = annual.binary_search_by_key(&year, |&(year, _)| year).ok()?;
        Some((annual[index].1, RateOrigin::Annual))
    }

    /// The members that a run must leave out: on some business day of the window (a day on which one of the member's
    /// countries is open) their currency has no value. Each is said.
    #[must_use]
    pub fn members_without_rate(
        &self,
        region: &Region,
        calendars: &Calendars,
        window: Window,
        notices: &mut Notices,
    ) -> Vec<MemberIndex> {
        let mut without = Vec::new();
        for member in region.member_indices() {
            if let Some(notice) = self.missing(region, calendars, window, member) {
                notices.say(notice);
                without.push(member);
            }
        }
        without
    }

    fn missing(&self, region: &Region, calendars: &Calendars, window: Window, member: MemberIndex) -> Option<Notice> {
        let mut first = None;
        let mut day_count = 0;
        let about = &region.members[member.index()];
        for date in window.days() {
            let open = about.countries.iter().any(|&country| calendars.is_open(Place::Country(country), date));
            let currency = region.edge_currency(member, date);
            if open && currency.and_then(|currency| self.per_usd(currency, date)).is_none() {
                first.get_or_insert((date, currency));
                day_count += 1;
            }
        }
        let (first, currency) = first?;
        let currency = currency.map(|currency| region.currencies[currency.index()].currency.code());
        Some(Notice::NoRate { member: about.code.clone(), currency, first, day_count })
    }
}

/// A rate as read, and where it stands.
#[derive(Clone, Copy)]
struct Read {
    rate: Rate,
    file: usize,
    line: u64,
}

/// Reads file after file and keeps every key, for the same one may come again in another.
struct RateReader<'a> {
    region: &'a Region,
    files: Vec<String>,
    daily: BTreeMap<(CurrencyCode, Date), Read>,
    annual: BTreeMap<(CurrencyCode, i32, CountryCode), Read>,
}

/// What of one file is passed over, to be said at its end.
#[derive(Default)]
struct Passed {
    outside: BTreeSet<String>,
    outside_count: u64,
    identical_count: u64,
    first_identical_line: u64,
}

impl<'a> RateReader<'a> {
    fn new(region: &'a Region) -> RateReader<'a> {
        RateReader { region, files: Vec::new(), daily: BTreeMap::new(), annual: BTreeMap::new() }
    }

    fn read(&mut self, mut input: CsvInput, notices: &mut Notices) -> Result<(), DataError> {
        self.files.push(input.name().to_owned());
        let mut passed = Passed::default();
        match (input.has_columns(&DAILY), input.has_columns(&ANNUAL)) {
            (true, false) => self.read_daily(&mut input, &mut passed)?,
            (false, true) => self.read_annual(&mut input, &mut passed)?,
            (both, _) => {
                let expected = format!("{} or {}", DAILY.join(","), ANNUAL.join(","));
                let remedy = if both { "keep the columns of one kind only" } else { "name the columns that way" };
                return Err(input.header_error(&expected, remedy));
            }
        }
        let file = input.name().to_owned();
        if passed.outside_count > 0 {
            let codes = passed.outside.into_iter().collect();
            notices.say(Notice::OutsideRegion { file: file.clone(), row_count: passed.outside_count, codes });
        }
        if passed.identical_count > 0 {
            let (row_count, first_line) = (passed.identical_count, passed.first_identical_line);
            notices.say(Notice::IdenticalRows { file, row_count, first_line });
        }
        Ok(())
    }

    fn read_daily(&mut self, input: &mut CsvInput, passed: &mut Passed) -> Result<(), DataError> {
        let [date_column, currency_column, rate_column] = input.columns(DAILY)?;
        let file = self.files.len() - 1;
        while let Some(row) = input.next_row()? {
            let date = fields::date(&row, date_column)?;
            let currency = fields::currency(&row, currency_column)?;
            let read = Read { rate: rate(&row, rate_column)?, file, line: row.line() };
            let earlier = *self.daily.entry((currency, date)).or_insert(read);
            self.compare(&row, rate_column, earlier, read, passed)?;
            if self.region.currency(currency).is_none() {
                passed.outside(currency.as_str());
            }
        }
        Ok(())
    }

    fn read_annual(&mut self, input: &mut CsvInput, passed: &mut Passed) -> Result<(), DataError> {
        let [year_column, country_column, currency_column, rate_column] = input.columns(ANNUAL)?;
        let file = self.files.len() - 1;
        while let Some(row) = input.next_row()? {
            let year = fields::year(&row, year_column)?;
            let country = fields::country(&row, country_column)?;
            let currency = fields::currency(&row, currency_column)?;
            let read = Read { rate: rate(&row, rate_column)?, file, line: row.line() };
            let earlier = *self.annual.entry((currency, year, country)).or_insert(read);
            self.compare(&row, rate_column, earlier, read, passed)?;
            if self.region.country(country).is_none() {
                passed.outside(country.as_str());
            } else if self.region.currency(currency).is_none() {
                passed.outside(currency.as_str());
            }
        }
        Ok(())
    }

    /// Whether the same key was read before, and with what value.
    fn compare(
        &self,
        row: &Row<'_>,
        column: Column,
        earlier: Read,
        now: Read,
        passed: &mut Passed,
    ) -> Result<(), DataError> {
        if (earlier.file, earlier.line) == (now.file, now.line) {
            return Ok(());
        }
        if earlier.rate.cmp_value(now.rate).is_eq() {
            passed.identical(now.line);
            return Ok(());
        }
        let place = format!("line {} of {}", earlier.line, self.files[earlier.file]);
        let expected = format!("{}, as on {place}", shown(&earlier.rate.to_string()));
        Err(row.error(DataCode::CsvDuplicateRow, column, &expected, "remove one of the two rows"))
    }

    fn book(self) -> RateBook {
        let currencies = self.region.currencies.iter().enumerate().map(|(index, about)| {
            if about.at_par_by_definition {
                return CurrencyRates::Fixed(Rate::ONE, RateOrigin::Definition);
            }
            let code = about.currency.code();
            let days = (code, Date(i32::MIN))..=(code, Date(i32::MAX));
            let daily = self.daily.range(days).map(|(&(_, date), read)| (date, read.rate)).collect();
            CurrencyRates::Files { daily, annual: self.annual_rates(CurrencyIndex::from_index(index), code) }
        });
        RateBook { currencies: currencies.collect() }
    }

    /// One value a year. Countries that share a currency have a row each: the one of the member's home counts, else the
    /// first in the order of the codes.
    fn annual_rates(&self, currency: CurrencyIndex, code: CurrencyCode) -> Vec<(i32, Rate)> {
        let uses = |home: &CountryIndex| self.homes(currency).any(|of_currency| of_currency == *home);
        let mut by_year: BTreeMap<i32, (bool, Rate)> = BTreeMap::new();
        for (&(currency, year, country), read) in &self.annual {
            let Some(country) = self.region.country(country).filter(|_| currency == code) else { continue };
            let at_home = uses(&country);
            let kept = by_year.entry(year).or_insert((at_home, read.rate));
            if at_home && !kept.0 {
                *kept = (true, read.rate);
            }
        }
        by_year.into_iter().map(|(year, (_, rate))| (year, rate)).collect()
    }

    /// The homes of the members that use a currency or used it.
    fn homes(&self, currency: CurrencyIndex) -> impl Iterator<Item = CountryIndex> {
        let members = self.region.members.iter();
        members
            .filter(move |member| member.edge_currencies.iter().any(|edge| edge.currency == currency))
            .map(|member| member.home)
    }
}

impl Passed {
    fn outside(&mut self, code: &str) {
        self.outside_count += 1;
        if !self.outside.contains(code) {
            self.outside.insert(code.to_owned());
        }
    }

    fn identical(&mut self, line: u64) {
        if self.identical_count == 0 {
            self.first_identical_line = line;
        }
        self.identical_count += 1;
    }
}

fn rate(row: &Row<'_>, column: Column) -> Result<Rate, DataError> {
    let wrong = |expected: &str, remedy: &str| row.error(DataCode::CsvRate, column, expected, remedy);
    let decimal = Decimal::parse(row.text(column)?, MAX_RATE_DECIMALS).map_err(|fault| match fault {
        DecimalFault::NotANumber => {
            let expected = "units of the currency per dollar, as 5.3889 or 4.1e-5";
            wrong(expected, "write digits with a point for the decimals and nothing between thousands")
        }
        DecimalFault::Negative => wrong("a rate above zero", "check the sign"),
        DecimalFault::TooManyDecimals => wrong("at most 12 decimals", "round the rate"),
        DecimalFault::TooLarge => wrong("at most 19 digits", "round the rate"),
    })?;
    if decimal.mantissa == 0 {
        return Err(wrong("a rate above zero", "remove the row where there is no rate"));
    }
    let mantissa = u64::try_from(decimal.mantissa).map_err(|_| wrong("at most 19 digits", "round the rate"))?;
    Ok(Rate::new(mantissa, decimal.decimals).expect("bug: a decimal above zero, of no more decimals than allowed"))
}

#[cfg(test)]
#[path = "rates_tests.rs"]
mod tests;
