//! Trade files: `year,exporter_iso3,importer_iso3,value_usd`, a row for each pair of countries and year.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::csv_input::{Column, CsvInput, Row};
use crate::data_error::{DataCode, DataError, DataFault};
use crate::decimal::{Decimal, DecimalFault};
use crate::fields;
use crate::flows::{Flow, Flows, LARGEST_FLOW_USD_CENTS};
use crate::notice::{Notice, Notices};
use crate::region::{CountryCode, CountryIndex, Region};

const COLUMNS: [&str; 4] = ["year", "exporter_iso3", "importer_iso3", "value_usd"];

/// Reads the flows of one year. Said: rows of countries outside the region, which are skipped; rows that stand twice;
/// countries without a row as importer, which are left out with their exports, for nobody reported what they bought;
/// flows within one member.
///
/// # Errors
/// A [`DataError`] with the place of the first fault. Rows of other years are checked for their form only.
/// [`DataCode::CsvYearAbsent`] where the year has no row of two countries of the region.
pub fn read(path: &Path, year: i32, region: &Region, notices: &mut Notices) -> Result<Flows, DataError> {
    read_from(CsvInput::open(path)?, year, region, notices)
}

/// Reads a table that is open already.
///
/// # Errors
/// As [`read`].
pub fn read_from(mut input: CsvInput, year: i32, region: &Region, notices: &mut Notices) -> Result<Flows, DataError> {
    let columns = input.columns(COLUMNS)?;
    let mut reader = TradeReader { region, year, columns, rows: BTreeMap::new(), passed: Passed::default() };
    while let Some(row) = input.next_row()? {
        reader.read_row(&row)?;
    }
    let TradeReader { rows, passed, .. } = reader;
    let mut values = BTreeMap::new();
    for ((exporter, importer), (usd_cents, _)) in rows {
        if let (Some(payee), Some(payer)) = (region.country(exporter), region.country(importer)) {
            values.insert((payer, payee), usd_cents);
        }
    }
    if values.is_empty() {
        return Err(year_absent(&input, year, &passed.years));
    }
    passed.say(input.name(), notices);
    leave_out_without_imports(&mut values, year, region, notices);
    let list = values.into_iter().map(|((payer, payee), usd_cents)| Flow { payer, payee, usd_cents }).collect();
    let mut flows = Flows::new(list);
    flows.leave_out_within_members(region, notices);
    Ok(flows)
}

struct TradeReader<'a> {
    region: &'a Region,
    year: i32,
    columns: [Column; 4],
    /// By exporter and importer, in the region or not: the value in cents, and the line where it stands.
    rows: BTreeMap<(CountryCode, CountryCode), (u64, u64)>,
    passed: Passed,
}

/// What was read and does not count.
#[derive(Default)]
struct Passed {
    years: BTreeSet<i32>,
    outside: BTreeSet<CountryCode>,
    outside_count: u64,
    identical_count: u64,
    first_identical_line: u64,
}

impl TradeReader<'_> {
    fn read_row(&mut self, row: &Row<'_>) -> Result<(), DataError> {
        let [year_column, exporter_column, importer_column, value_column] = self.columns;
        let year = fields::year(row, year_column)?;
        let exporter = fields::country(row, exporter_column)?;
        let importer = fields::country(row, importer_column)?;
        let usd_cents = value(row, value_column)?;
        if year != self.year {
            self.passed.years.insert(year);
            return Ok(());
        }
        let (line, earlier) = (row.line(), self.rows.get(&(exporter, importer)).copied());
        if let Some((value, earlier_line)) = earlier {
            if value != usd_cents {
                let expected = format!("{}, as on line {earlier_line}", money::format_minor(i128::from(value), 2));
                let remedy = "remove one of the two rows, or add them up";
                return Err(row.error(DataCode::CsvDuplicateRow, value_column, &expected, remedy));
            }
            self.passed.identical(line);
            return Ok(());
        }
        self.rows.insert((exporter, importer), (usd_cents, line));
        let outside: Vec<CountryCode> =
            [exporter, importer].into_iter().filter(|&code| self.region.country(code).is_none()).collect();
        if !outside.is_empty() {
            self.passed.outside_count += 1;
            self.passed.outside.extend(outside);
        } else if exporter == importer {
            let expected = "another country than the exporter";
            return Err(row.error(DataCode::CsvSelfFlow, importer_column, expected, "remove or correct the row"));
        }
        Ok(())
    }
}

impl Passed {
    fn identical(&mut self, line: u64) {
        if self.identical_count == 0 {
            self.first_identical_line = line;
        }
        self.identical_count += 1;
    }

    fn say(&self, file: &str, notices: &mut Notices) {
        if self.outside_count > 0 {
            notices.say(Notice::OutsideRegion {
                file: file.to_owned(),
                row_count: self.outside_count,
                codes: self.outside.iter().map(CountryCode::to_string).collect(),
            });
        }
        if self.identical_count > 0 {
            notices.say(Notice::IdenticalRows {
                file: file.to_owned(),
                row_count: self.identical_count,
                first_line: self.first_identical_line,
            });
        }
    }
}

/// Takes out the countries that no row names as importer, and what they exported.
fn leave_out_without_imports(
    values: &mut BTreeMap<(CountryIndex, CountryIndex), u64>,
    year: i32,
    region: &Region,
    notices: &mut Notices,
) {
    let importers: BTreeSet<CountryIndex> = values.keys().map(|&(payer, _)| payer).collect();
    let without: Vec<CountryIndex> = region.country_indices().filter(|country| !importers.contains(country)).collect();
    if without.is_empty() {
        return;
    }
    let mut exports_usd_cents = 0;
    values.retain(|(_, payee), usd_cents| {
        let keep = importers.contains(payee);
        if !keep {
            exports_usd_cents += *usd_cents;
        }
        keep
    });
    let countries = without.into_iter().map(|country| region.countries[country.index()].code).collect();
    notices.say(Notice::NoImports { year, countries, exports_usd_cents });
}

/// A value in dollars, as cents.
fn value(row: &Row<'_>, column: Column) -> Result<u64, DataError> {
    let wrong = |expected: &str, remedy: &str| row.error(DataCode::CsvAmount, column, expected, remedy);
    let too_large = || wrong("at most ten trillion dollars", "check the unit: the value is in dollars");
    let decimal = Decimal::parse(row.text(column)?, 2).map_err(|fault| match fault {
        DecimalFault::NotANumber => {
            let expected = "dollars, as 1234.56 or 1.23456e3";
            wrong(expected, "write digits with a point for the decimals and nothing between thousands")
        }
        DecimalFault::Negative => wrong("a value of zero or more", "check the sign; the importer pays"),
        DecimalFault::TooManyDecimals => {
            let remedy = "round to cents; a point marks decimals, never thousands";
            wrong("at most two decimals", remedy)
        }
        DecimalFault::TooLarge => too_large(),
    })?;
    decimal.in_units(2).filter(|&cents| cents <= LARGEST_FLOW_USD_CENTS).ok_or_else(too_large)
}

fn year_absent(input: &CsvInput, year: i32, years: &BTreeSet<i32>) -> DataError {
    let found = match (years.first(), years.last()) {
        (Some(first), Some(last)) => {
            let list = years.iter().map(i32::to_string).collect::<Vec<_>>().join(" ");
            if list.len() <= 100 { format!("the years {list}") } else { format!("years from {first} to {last}") }
        }
        _ => "no row of two countries of the region".to_owned(),
    };
    DataError::from(DataFault {
        code: DataCode::CsvYearAbsent,
        file: input.name().to_owned(),
        line: None,
        column: Some("year".to_owned()),
        found,
        expected: format!("rows of {year} between countries of the region"),
        remedy: "choose a year that the file has (--year)".to_owned(),
    })
}

#[cfg(test)]
#[path = "trade_tests.rs"]
mod tests;
