//! From the region file's text to a region that is whole: every name known, every fact there, nothing twice.

use std::collections::BTreeMap;

use domain::Date;
use money::{Currency, CurrencyCode, Rate};
use serde::Deserialize;
use toml::value::Datetime;

use super::{
    Country, CountryCode, CountryIndex, CurrencyIndex, EdgeCurrency, Fact, Member, MemberIndex, Region, RegionCurrency,
};
use crate::data_error::{DataCode, DataError, DataFault};
use crate::holiday_rules::{DayRule, HolidayRule, HolidayRules, WeekendRule};

/// The schema that this version reads.
const SCHEMA: u32 = 1;

/// So that the largest flow between every two of them still adds up within 64 bits.
const MOST_COUNTRIES: usize = 100;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RegionText {
    schema: u32,
    sources: BTreeMap<String, String>,
    trade_total: TradeTotalText,
    facts: FactsText,
    country: Vec<CountryText>,
    member: Vec<MemberText>,
    currency: Vec<CurrencyText>,
    new_york: HolidaysText,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TradeTotalText {
    year: i32,
    usd: u64,
    source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FactsText {
    gdp_year: i32,
    gdp_source: String,
    population_year: i32,
    population_source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CountryText {
    iso3: String,
    name: String,
    capital: String,
    latitude: f64,
    longitude: f64,
    time_zone: String,
    gdp_usd_millions: u64,
    gdp_year: Option<i32>,
    gdp_source: Option<String>,
    population_thousands: u64,
    population_year: Option<i32>,
    population_source: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MemberText {
    code: String,
    name: String,
    bic: String,
    home: String,
    countries: Vec<String>,
    edge_currencies: Vec<EdgeCurrencyText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EdgeCurrencyText {
    code: String,
    from: Option<Datetime>,
    to: Option<Datetime>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CurrencyText {
    code: String,
    name: String,
    minor_decimals: u8,
    per_usd: String,
    year: i32,
    source: String,
    #[serde(default)]
    at_par_by_definition: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HolidaysText {
    name: String,
    source: String,
    on_saturday: WeekendRule,
    on_sunday: WeekendRule,
    holiday: Vec<HolidayText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HolidayText {
    name: String,
    month: u32,
    day: Option<u32>,
    weekday: Option<WeekdayText>,
    nth: Option<i8>,
    first_year: Option<i32>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum WeekdayText {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
}

/// Reads and checks a region.
pub(super) fn region(file: &str, text: &str) -> Result<Region, DataError> {
    let read: RegionText = toml::from_str(text).map_err(|cause| {
        let line = cause.span().map(|span| line_of(text, span.start));
        error(file, line, cause.message(), "the form of the region file that comes with the program")
    })?;
    let check = Check { file, sources: &read.sources };
    check.that(read.schema == SCHEMA, || format!("schema {}", read.schema), "schema 1")?;
    let currencies = check.currencies(&read.currency)?;
    let codes = check.country_codes(&read.country)?;
    let members = check.members(&read.member, &codes, &currencies)?;
    let mut countries = Vec::with_capacity(codes.len());
    for (index, country) in read.country.iter().enumerate() {
        countries.push(check.country(country, &read.facts, CountryIndex::from_index(index), &members)?);
    }
    Ok(Region {
        countries,
        members,
        currencies,
        trade_total_usd: check.fact(read.trade_total.usd, read.trade_total.year, &read.trade_total.source)?,
        new_york: check.holidays(read.new_york)?,
    })
}

/// The checks of one file.
struct Check<'a> {
    file: &'a str,
    sources: &'a BTreeMap<String, String>,
}

impl Check<'_> {
    fn that(&self, holds: bool, found: impl FnOnce() -> String, expected: &str) -> Result<(), DataError> {
        if holds { Ok(()) } else { Err(self.wrong(&found(), expected)) }
    }

    fn wrong(&self, found: &str, expected: &str) -> DataError {
        error(self.file, None, found, expected)
    }

    fn source(&self, key: &str) -> Result<String, DataError> {
        self.sources.get(key).cloned().ok_or_else(|| self.wrong(&format!("source {key}"), "a key of [sources]"))
    }

    fn fact(&self, value: u64, year: i32, source: &str) -> Result<Fact, DataError> {
        self.that(value > 0, || "a fact of 0".to_owned(), "a figure above 0")?;
        Ok(Fact { value, year, source: self.source(source)? })
    }

    fn currencies(&self, texts: &[CurrencyText]) -> Result<Vec<RegionCurrency>, DataError> {
        let mut currencies: Vec<RegionCurrency> = Vec::with_capacity(texts.len());
        for text in texts {
            let found = || format!("currency {}", text.code);
            let code = CurrencyCode::parse(&text.code).map_err(|cause| self.wrong(&found(), &cause.to_string()))?;
            let currency =
                Currency::new(code, text.minor_decimals).map_err(|cause| self.wrong(&found(), &cause.to_string()))?;
            let per_usd = Rate::parse(&text.per_usd)
                .map_err(|cause| self.wrong(&format!("{} at {}", found(), text.per_usd), &cause.to_string()))?;
            let at_par = !text.at_par_by_definition || per_usd == Rate::ONE;
            self.that(at_par, || format!("{} at {per_usd}", found()), "1, as it is by definition")?;
            let in_order = currencies.last().is_none_or(|last| last.currency.code() < code);
            self.that(in_order, found, "the currencies in the order of their codes, each once")?;
            currencies.push(RegionCurrency {
                currency,
                name: text.name.clone(),
                per_usd,
                rate_year: text.year,
                rate_source: self.source(&text.source)?,
                at_par_by_definition: text.at_par_by_definition,
            });
        }
        self.that(currencies.len() <= 255, || "more than 255 currencies".to_owned(), "fewer")?;
        Ok(currencies)
    }

    fn country_codes(&self, texts: &[CountryText]) -> Result<Vec<CountryCode>, DataError> {
        let mut codes: Vec<CountryCode> = Vec::with_capacity(texts.len());
        for text in texts {
            let found = || format!("country {}", text.iso3);
            let code = CountryCode::parse(&text.iso3).ok_or_else(|| self.wrong(&found(), "three capital letters"))?;
            let in_order = codes.last().is_none_or(|last| *last < code);
            self.that(in_order, found, "the countries in the order of their codes, each once")?;
            codes.push(code);
        }
        self.that(codes.len() <= MOST_COUNTRIES, || format!("{} countries", codes.len()), "at most 100")?;
        Ok(codes)
    }

    fn members(
        &self,
        texts: &[MemberText],
        codes: &[CountryCode],
        currencies: &[RegionCurrency],
    ) -> Result<Vec<Member>, DataError> {
        let mut members: Vec<Member> = Vec::with_capacity(texts.len());
        for text in texts {
            let found = || format!("member {}", text.code);
            let in_order = members.last().is_none_or(|last| last.code < text.code);
            self.that(in_order, found, "the members in the order of their codes, each once")?;
            let bic = text.bic.as_bytes();
            let bic_form = bic.len() == 8 && bic.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
            self.that(bic_form, || format!("{} with BIC {}", found(), text.bic), "eight capitals or digits")?;
            let home = self.country_index(&text.home, codes)?;
            let countries: Result<Vec<_>, _> =
                text.countries.iter().map(|country| self.country_index(country, codes)).collect();
            let countries = countries?;
            self.that(countries.contains(&home), || format!("{} at home in {}", found(), text.home), "one it serves")?;
            members.push(Member {
                code: text.code.clone(),
                name: text.name.clone(),
                bic: text.bic.clone(),
                home,
                countries,
                edge_currencies: self.edge_currencies(text, currencies)?,
            });
        }
        self.that(members.len() <= 255, || "more than 255 members".to_owned(), "fewer")?;
        Ok(members)
    }

    fn country_index(&self, text: &str, codes: &[CountryCode]) -> Result<CountryIndex, DataError> {
        let index = CountryCode::parse(text).and_then(|code| codes.binary_search(&code).ok());
        index
            .map(CountryIndex::from_index)
            .ok_or_else(|| self.wrong(&format!("country {text}"), "a country that the file describes"))
    }

    fn edge_currencies(
        &self,
        member: &MemberText,
        currencies: &[RegionCurrency],
    ) -> Result<Vec<EdgeCurrency>, DataError> {
        let mut edges = Vec::with_capacity(member.edge_currencies.len());
        for text in &member.edge_currencies {
            let found = || format!("currency {} of member {}", text.code, member.code);
            let index = CurrencyCode::parse(&text.code)
                .ok()
                .and_then(|code| currencies.binary_search_by_key(&code, |currency| currency.currency.code()).ok())
                .ok_or_else(|| self.wrong(&found(), "a currency that the file describes"))?;
            let date = |limit: Option<Datetime>| {
                limit.map(|limit| date(limit).ok_or_else(|| self.wrong(&found(), "a date"))).transpose()
            };
            let (from, to) = (date(text.from)?, date(text.to)?);
            let ordered = from.zip(to).is_none_or(|(from, to)| from <= to);
            self.that(ordered, found, "a life that begins before it ends")?;
            edges.push(EdgeCurrency { currency: CurrencyIndex::from_index(index), from, to });
        }
        self.that(!edges.is_empty(), || format!("member {} without a currency", member.code), "at least one")?;
        Ok(edges)
    }

    fn country(
        &self,
        text: &CountryText,
        facts: &FactsText,
        index: CountryIndex,
        members: &[Member],
    ) -> Result<Country, DataError> {
        let found = || format!("country {}", text.iso3);
        let code = CountryCode::parse(&text.iso3).ok_or_else(|| self.wrong(&found(), "three capital letters"))?;
        let serving: Vec<usize> =
            (0..members.len()).filter(|&member| members[member].countries.contains(&index)).collect();
        let [member] = serving[..] else {
            return Err(self.wrong(&format!("{} with {} members", found(), serving.len()), "exactly one"));
        };
        let on_earth = text.latitude.abs() <= 90.0 && text.longitude.abs() <= 180.0;
        self.that(on_earth, || format!("{} at {}, {}", found(), text.latitude, text.longitude), "degrees")?;
        let zone_known = jiff::tz::TimeZone::get(&text.time_zone).is_ok();
        self.that(zone_known, || format!("time zone {}", text.time_zone), "a zone of the IANA database")?;
        let gdp_source = text.gdp_source.as_ref().unwrap_or(&facts.gdp_source);
        let population_source = text.population_source.as_ref().unwrap_or(&facts.population_source);
        Ok(Country {
            code,
            name: text.name.clone(),
            capital: text.capital.clone(),
            latitude: text.latitude,
            longitude: text.longitude,
            time_zone: text.time_zone.clone(),
            member: MemberIndex::from_index(member),
            gdp_usd_millions: self.fact(text.gdp_usd_millions, text.gdp_year.unwrap_or(facts.gdp_year), gdp_source)?,
            population_thousands: self.fact(
                text.population_thousands,
                text.population_year.unwrap_or(facts.population_year),
                population_source,
            )?,
        })
    }

    fn holidays(&self, text: HolidaysText) -> Result<HolidayRules, DataError> {
        let mut holidays = Vec::with_capacity(text.holiday.len());
        for holiday in text.holiday {
            let month = holiday.month;
            let weekday = holiday.weekday.map(weekday_number);
            let day = match (holiday.day, weekday, holiday.nth) {
                // 2024 has every day that there is.
                (Some(day), None, None) if Date::from_ymd(2024, month, day).is_some() => DayRule::Fixed { month, day },
                (None, Some(weekday), Some(-1)) if (1..=12).contains(&month) => DayRule::Last { month, weekday },
                (None, Some(weekday), Some(nth @ 1..=4)) if (1..=12).contains(&month) => {
                    DayRule::Nth { month, weekday, nth: nth.unsigned_abs() }
                }
                _ => {
                    let expected = "a month with a day, or with a weekday and nth = 1 to 4, or -1 for the last";
                    return Err(self.wrong(&format!("holiday {}", holiday.name), expected));
                }
            };
            holidays.push(HolidayRule { name: holiday.name, day, first_year: holiday.first_year });
        }
        Ok(HolidayRules {
            name: text.name,
            source: self.source(&text.source)?,
            holidays,
            on_saturday: text.on_saturday,
            on_sunday: text.on_sunday,
        })
    }
}

fn weekday_number(weekday: WeekdayText) -> u8 {
    match weekday {
        WeekdayText::Monday => 0,
        WeekdayText::Tuesday => 1,
        WeekdayText::Wednesday => 2,
        WeekdayText::Thursday => 3,
        WeekdayText::Friday => 4,
    }
}

/// A date alone, without a time of day.
fn date(limit: Datetime) -> Option<Date> {
    let date = limit.date.filter(|_| limit.time.is_none() && limit.offset.is_none())?;
    Date::from_ymd(i32::from(date.year), u32::from(date.month), u32::from(date.day))
}

fn line_of(text: &str, offset: usize) -> u64 {
    let before = text.as_bytes().iter().take(offset).filter(|&&byte| byte == b'\n').count();
    u64::try_from(before).expect("lines of a text in memory fit in 64 bits") + 1
}

fn error(file: &str, line: Option<u64>, found: &str, expected: &str) -> DataError {
    DataError::from(DataFault {
        code: DataCode::RegionFile,
        file: file.to_owned(),
        line,
        column: None,
        found: found.to_owned(),
        expected: expected.to_owned(),
        remedy: "correct the region file".to_owned(),
    })
}
