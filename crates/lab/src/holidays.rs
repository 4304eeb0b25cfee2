//! Holidays from a file: `date,iso3,category`. Categories `public` and `bank` close; on all others banks are open.

use std::collections::BTreeSet;
use std::path::Path;

use domain::Date;

use crate::csv_input::CsvInput;
use crate::data_error::{DataCode, DataError};
use crate::fields;
use crate::notice::{Notice, Notices};
use crate::region::{CountryIndex, Region};

/// The closed days of every country, and the years of which the file speaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holidays {
    closed: Vec<Vec<Date>>,
    years: BTreeSet<(CountryIndex, i32)>,
}

impl Holidays {
    /// No file: no country has a row in any year.
    #[must_use]
    pub fn none(region: &Region) -> Holidays {
        Holidays { closed: vec![Vec::new(); region.countries.len()], years: BTreeSet::new() }
    }

    /// Reads a file. Rows of countries outside the region are skipped and said.
    ///
    /// # Errors
    /// A [`DataError`] with the place of the first fault.
    pub fn read(path: &Path, region: &Region, notices: &mut Notices) -> Result<Holidays, DataError> {
        Holidays::read_from(CsvInput::open(path)?, region, notices)
    }

    /// Reads a table that is open already.
    ///
    /// # Errors
    /// A [`DataError`] with the place of the first fault.
    pub fn read_from(mut input: CsvInput, region: &Region, notices: &mut Notices) -> Result<Holidays, DataError> {
        let [date_column, country_column, category_column] = input.columns(["date", "iso3", "category"])?;
        let mut holidays = Holidays::none(region);
        let mut outside = BTreeSet::new();
        let mut outside_count = 0;
        while let Some(row) = input.next_row()? {
            let date = fields::date(&row, date_column)?;
            let code = fields::country(&row, country_column)?;
            let category = row.text(category_column)?;
            if category.is_empty() {
                let expected = "a category: public or bank for a closed day, any other word for an open one";
                return Err(row.error(DataCode::CsvCode, category_column, expected, "name the category"));
            }
            let Some(country) = region.country(code) else {
                outside.insert(code.to_string());
                outside_count += 1;
                continue;
            };
            holidays.years.insert((country, date.ymd().0));
            if matches!(category, "public" | "bank") {
                holidays.closed[country.index()].push(date);
            }
        }
        for days in &mut holidays.closed {
            days.sort_unstable();
            days.dedup();
        }
        if outside_count > 0 {
            let codes = outside.into_iter().collect();
            notices.say(Notice::OutsideRegion { file: input.name().to_owned(), row_count: outside_count, codes });
        }
        Ok(holidays)
    }

    /// The closed days of a country, in order, each once.
    #[must_use]
    pub fn closed(&self, country: CountryIndex) -> &[Date] {
        &self.closed[country.index()]
    }

    /// Whether the file has any row of a country in a year, of whatever category.
    #[must_use]
    pub fn has_rows(&self, country: CountryIndex, year: i32) -> bool {
        self.years.contains(&(country, year))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::region::CountryCode;

    fn read(text: &'static str) -> (Result<Holidays, DataError>, Notices) {
        let mut notices = Notices::new();
        let input = CsvInput::from_reader("holidays.csv", text.as_bytes()).unwrap();
        (Holidays::read_from(input, &Region::built_in(), &mut notices), notices)
    }

    #[test]
    fn a_day_may_stand_in_several_rows_and_closes_once() {
        let (holidays, notices) = read(
            "name,category,iso3,date\nNavidad,public,ARG,2024-12-25\nNavidad,bank,ARG,2024-12-25\n\
             Víspera,half_day,ARG,2024-12-24\nAño Nuevo,public,ARG,2024-01-01\n",
        );
        let holidays = holidays.unwrap();
        let argentina = Region::built_in().country(CountryCode::parse("ARG").unwrap()).unwrap();
        let days: Vec<String> = holidays.closed(argentina).iter().map(Date::to_string).collect();
        assert_eq!(days, ["2024-01-01", "2024-12-25"]);
        assert!(holidays.has_rows(argentina, 2024) && !holidays.has_rows(argentina, 2025));
        assert_eq!(notices.iter().count(), 0);
    }

    #[test]
    fn countries_outside_the_region_are_skipped_and_counted() {
        let (holidays, notices) = read("date,iso3,category\n2024-07-14,FRA,public\n2024-12-25,FRA,public\n");
        assert!(holidays.is_ok());
        let expected =
            Notice::OutsideRegion { file: "holidays.csv".to_owned(), row_count: 2, codes: vec!["FRA".to_owned()] };
        assert_eq!(notices.iter().collect::<Vec<_>>(), [&expected]);
    }

    #[test]
    fn wrong_holidays_are_refused_with_line_and_column() {
        let cases = [
            ("date,iso3\n2024-01-01,ARG\n", DataCode::CsvHeader, 1, None),
            ("date,iso3,category\n2024-02-30,ARG,public\n", DataCode::CsvDate, 2, Some("date")),
            ("date,iso3,category\n01/02/2024,ARG,public\n", DataCode::CsvDate, 2, Some("date")),
            ("date,iso3,category\n2024-01-01,AR,public\n", DataCode::CsvCode, 2, Some("iso3")),
            ("date,iso3,category\n2024-01-01,arg,public\n", DataCode::CsvCode, 2, Some("iso3")),
            ("date,iso3,category\n2024-01-01,ARG,\n", DataCode::CsvCode, 2, Some("category")),
            ("date,iso3,category\n2024-01-01,ARG,public,2\n", DataCode::CsvRow, 2, None),
            // Rows outside the region must have the form of rows too.
            ("date,iso3,category\n2024-01-32,FRA,public\n", DataCode::CsvDate, 2, Some("date")),
        ];
        for (text, code, line, column) in cases {
            let error = read(text).0.expect_err(text);
            assert_eq!((error.code, error.line, error.column.as_deref()), (code, Some(line), column), "{error}");
        }
    }
}
