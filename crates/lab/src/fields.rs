//! The fields that several files share: days, years, and the codes of countries and currencies.

use domain::Date;
use money::CurrencyCode;

use crate::csv_input::{Column, Row};
use crate::data_error::{DataCode, DataError};
use crate::region::CountryCode;

/// A day as `2024-12-31`.
pub(crate) fn date(row: &Row<'_>, column: Column) -> Result<Date, DataError> {
    let wrong = || row.error(DataCode::CsvDate, column, "a day as 2024-12-31", "write year, month and day that way");
    Date::parse(row.text(column)?).ok_or_else(wrong)
}

/// A year of four digits.
pub(crate) fn year(row: &Row<'_>, column: Column) -> Result<i32, DataError> {
    let text = row.text(column)?;
    let four_digits = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    let year = text.parse().ok().filter(|&year: &i32| four_digits && year > 0);
    year.ok_or_else(|| row.error(DataCode::CsvYear, column, "a year of four digits", "write the year as 2012"))
}

/// The code of a country or territory, in the region or not.
pub(crate) fn country(row: &Row<'_>, column: Column) -> Result<CountryCode, DataError> {
    CountryCode::parse(row.text(column)?).ok_or_else(|| {
        let expected = "three capital letters (ISO 3166-1 alpha-3), as BRA";
        row.error(DataCode::CsvCode, column, expected, "write the country's code")
    })
}

/// The code of a currency, in the region or not.
pub(crate) fn currency(row: &Row<'_>, column: Column) -> Result<CurrencyCode, DataError> {
    CurrencyCode::parse(row.text(column)?).map_err(|_| {
        let expected = "three capital letters (ISO 4217), as BRL";
        row.error(DataCode::CsvCode, column, expected, "write the currency's code")
    })
}
