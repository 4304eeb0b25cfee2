//! What is wrong with a file: one error type with a permanent code, the place, what was found, what was expected and
//! what to do.

use std::fmt;

/// What is wrong, as a permanent code: scripts may rely on the text of [`DataCode::as_str`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DataCode {
    /// The file cannot be opened or read.
    FileRead,
    /// The file begins like a gzip file and cannot be decompressed to its end.
    FileGzip,
    /// Nothing in the file, not even a header.
    CsvEmpty,
    /// Text that is not UTF-8.
    CsvEncoding,
    /// A column is missing or named twice, or the separators are not commas.
    CsvHeader,
    /// A row that has not the header's fields: too few, too many, a quote left open, a line end that is none.
    CsvRow,
    /// A line longer than any that this kind of file has.
    CsvLineTooLong,
    /// Not a year.
    CsvYear,
    /// Not a date.
    CsvDate,
    /// Not the code of a country or currency.
    CsvCode,
    /// Not an amount of money.
    CsvAmount,
    /// Not a rate of exchange.
    CsvRate,
    /// A country that trades with itself.
    CsvSelfFlow,
    /// The same key a second time with another value.
    CsvDuplicateRow,
    /// The file has no row for the year that was asked for.
    CsvYearAbsent,
    /// The region file contradicts itself or cannot be read.
    RegionFile,
}

impl DataCode {
    /// The permanent code.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            DataCode::FileRead => "FILE_READ",
            DataCode::FileGzip => "FILE_GZIP",
            DataCode::CsvEmpty => "CSV_EMPTY",
            DataCode::CsvEncoding => "CSV_ENCODING",
            DataCode::CsvHeader => "CSV_HEADER",
            DataCode::CsvRow => "CSV_ROW",
            DataCode::CsvLineTooLong => "CSV_LINE_TOO_LONG",
            DataCode::CsvYear => "CSV_YEAR",
            DataCode::CsvDate => "CSV_DATE",
            DataCode::CsvCode => "CSV_CODE",
            DataCode::CsvAmount => "CSV_AMOUNT",
            DataCode::CsvRate => "CSV_RATE",
            DataCode::CsvSelfFlow => "CSV_SELF_FLOW",
            DataCode::CsvDuplicateRow => "CSV_DUPLICATE_ROW",
            DataCode::CsvYearAbsent => "CSV_YEAR_ABSENT",
            DataCode::RegionFile => "REGION_FILE",
        }
    }

    /// What is wrong, in a few words.
    const fn summary(self) -> &'static str {
        match self {
            DataCode::FileRead => "the file cannot be read",
            DataCode::FileGzip => "the compressed file is damaged or cut off",
            DataCode::CsvEmpty => "the file is empty",
            DataCode::CsvEncoding => "the text is not UTF-8",
            DataCode::CsvHeader => "the header does not name the columns",
            DataCode::CsvRow => "the row does not have the form of a row",
            DataCode::CsvLineTooLong => "the line is too long",
            DataCode::CsvYear => "this is not a year",
            DataCode::CsvDate => "this is not a date",
            DataCode::CsvCode => "this is not a code",
            DataCode::CsvAmount => "this is not an amount",
            DataCode::CsvRate => "this is not a rate",
            DataCode::CsvSelfFlow => "a country cannot trade with itself",
            DataCode::CsvDuplicateRow => "the same row stands twice with different values",
            DataCode::CsvYearAbsent => "the file has nothing for this year",
            DataCode::RegionFile => "the region file is wrong",
        }
    }
}

impl fmt::Display for DataCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A file that cannot be used, and why: shown as *what; where; what to do*. Nothing of the file was used.
///
/// Its fields are those of [`DataFault`], kept behind a pointer because most calls go well.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: found {}, expected {}; {}; {}", .0.code.summary(), .0.found, .0.expected, .0.place(), .0.remedy)]
pub struct DataError(Box<DataFault>);

/// What is wrong with a file, where, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataFault {
    /// The permanent code.
    pub code: DataCode,
    /// The file, as it was named by whoever gave it.
    pub file: String,
    /// The line, counted from 1; none where the file as a whole is meant.
    pub line: Option<u64>,
    /// The column's name in the header.
    pub column: Option<String>,
    /// What stands there.
    pub found: String,
    /// What should.
    pub expected: String,
    /// What to do.
    pub remedy: String,
}

impl DataFault {
    /// Where it is: the file, and as much more as is known.
    #[must_use]
    pub fn place(&self) -> String {
        let line = self.line.map_or_else(String::new, |line| format!(", line {line}"));
        let column = self.column.as_ref().map_or_else(String::new, |column| format!(", column {column}"));
        format!("{}{line}{column}", self.file)
    }
}

impl From<DataFault> for DataError {
    fn from(fault: DataFault) -> DataError {
        DataError(Box::new(fault))
    }
}

impl std::ops::Deref for DataError {
    type Target = DataFault;

    fn deref(&self) -> &DataFault {
        &self.0
    }
}

/// A value as an error shows it: in quotes, its control characters written out, and cut where it is long.
pub(crate) fn shown(text: &str) -> String {
    const LONGEST: usize = 60;
    if text.is_empty() {
        return "nothing".to_owned();
    }
    let mut kept: String = text.chars().take(LONGEST).flat_map(char::escape_debug).collect();
    if text.chars().nth(LONGEST).is_some() {
        kept.push('…');
    }
    format!("\"{kept}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_says_what_then_where_then_what_to_do() {
        let fault = DataFault {
            code: DataCode::CsvAmount,
            file: "trade.csv".to_owned(),
            line: Some(7),
            column: Some("value_usd".to_owned()),
            found: shown("12,5"),
            expected: "a number with a point".to_owned(),
            remedy: "write 12.5".to_owned(),
        };
        let error = DataError::from(fault);
        assert_eq!(
            error.to_string(),
            "this is not an amount: found \"12,5\", expected a number with a point; trade.csv, line 7, column \
             value_usd; write 12.5"
        );
        assert_eq!(error.code.to_string(), "CSV_AMOUNT");
    }

    #[test]
    fn a_value_is_shown_short_and_without_control_characters() {
        assert_eq!(shown(""), "nothing");
        assert_eq!(shown("a\tb\u{1b}[31m"), "\"a\\tb\\u{1b}[31m\"");
        assert_eq!(shown(&"x".repeat(61)), format!("\"{}…\"", "x".repeat(60)));
    }
}
