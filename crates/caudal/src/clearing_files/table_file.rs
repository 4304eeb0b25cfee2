//! A CSV file read row by row: columns by name, every fault with its line and what to do.

use super::telling::Telling;
use crate::failure::{Exit, Failure};
use lab::csv_input::{Column, CsvInput, Row};
use lab::data_error::DataError;
use std::cell::Cell;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::rc::Rc;

/// Classes are numbered up to this.
pub(crate) const CLASS_MAX: u8 = 63;
/// Rows between two looks at how far it is.
const ROWS_PER_LOOK: u64 = 1024;

/// A file being read.
pub(crate) struct TableFile {
    input: CsvInput,
    file: String,
    consumed: Rc<Cell<u64>>,
    telling: Telling,
    rows: u64,
}

/// A column, with its name for errors.
#[derive(Clone, Copy)]
pub(crate) struct Named {
    column: Column,
    name: &'static str,
}

/// A row, valid until the next is read.
pub(crate) struct Cells<'a> {
    row: Row<'a>,
    file: &'a str,
}

struct Counting {
    file: File,
    consumed: Rc<Cell<u64>>,
}

impl Read for Counting {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let count = self.file.read(into)?;
        self.consumed.set(self.consumed.get() + count as u64);
        Ok(count)
    }
}

impl From<DataError> for Failure {
    fn from(error: DataError) -> Failure {
        Failure::new(Exit::WrongData, error.code.as_str(), &error)
    }
}

/// A fault of a file: what; where; what to do.
pub(crate) fn wrong(code: &str, what: &str, place: &str, remedy: &str) -> Failure {
    Failure::new(Exit::WrongData, code, format!("{what}; {place}; {remedy}"))
}

/// A text as an error shows it.
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

impl TableFile {
    /// Opens a file and reads its header.
    pub(crate) fn open(path: &Path) -> Result<TableFile, Failure> {
        let name = path.display().to_string();
        let file = File::open(path).map_err(|cause| {
            wrong(
                "FILE_READ",
                &format!("the file cannot be read: {cause}"),
                &name,
                "check the path and the permissions",
            )
        })?;
        let length = file.metadata().map_or(0, |metadata| if metadata.is_file() { metadata.len() } else { 0 });
        let consumed = Rc::new(Cell::new(0));
        let input = CsvInput::from_reader(&name, Counting { file, consumed: Rc::clone(&consumed) })?;
        let telling = Telling::new("reading", length, "bytes");
        Ok(TableFile { input, file: name, consumed, telling, rows: 0 })
    }

    /// The file's name.
    pub(crate) fn name(&self) -> &str {
        &self.file
    }

    /// Columns that must be there.
    pub(crate) fn required<const N: usize>(&self, names: [&'static str; N]) -> Result<[Named; N], Failure> {
        let columns = self.input.columns(names)?;
        let mut named = columns.into_iter().zip(names).map(|(column, name)| Named { column, name });
        Ok(std::array::from_fn(|_| named.next().expect("bug: as many columns as names")))
    }

    /// A column that may be there.
    pub(crate) fn optional(&self, name: &'static str) -> Result<Option<Named>, Failure> {
        if !self.input.has_columns(&[name]) {
            return Ok(None);
        }
        let [column] = self.required([name])?;
        Ok(Some(column))
    }

    /// The next row.
    pub(crate) fn next(&mut self) -> Result<Option<Cells<'_>>, Failure> {
        if self.rows.is_multiple_of(ROWS_PER_LOOK) {
            let rows = self.rows;
            self.telling.at(self.consumed.get(), || format!(", {rows} rows"));
        }
        let Some(row) = self.input.next_row()? else { return Ok(None) };
        self.rows += 1;
        Ok(Some(Cells { row, file: &self.file }))
    }
}

impl Cells<'_> {
    /// The line where the row begins.
    pub(crate) fn line(&self) -> u64 {
        self.row.line()
    }

    /// A text without spaces around it; may be empty.
    pub(crate) fn text(&self, named: Named) -> Result<&str, Failure> {
        Ok(self.row.text(named.column)?)
    }

    /// The name of a participant.
    pub(crate) fn participant(&self, named: Named) -> Result<&str, Failure> {
        let text = self.text(named)?;
        if text.is_empty() {
            return Err(self.wrong("CSV_NAME", named, "a participant has no name", "name it"));
        }
        Ok(text)
    }

    /// An amount in whole minor units, at least `least`: 0 or 1.
    pub(crate) fn amount(&self, named: Named, least: i64) -> Result<i64, Failure> {
        let text = self.text(named)?;
        let all_digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if all_digits {
            return match text.parse::<i64>() {
                Ok(amount) if amount >= least => Ok(amount),
                Ok(_) => {
                    Err(self.wrong("CSV_AMOUNT", named, "the amount is zero", "remove the row, or give its amount"))
                }
                Err(_) => Err(self.wrong(
                    "CSV_AMOUNT",
                    named,
                    &format!("the amount {} is too large", shown(text)),
                    &format!("give at most {} minor units", i64::MAX),
                )),
            };
        }
        let digits = text.strip_prefix('-').unwrap_or("");
        if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
            let what = format!("the amount {} is negative", shown(text));
            return Err(self.wrong("CSV_AMOUNT", named, &what, "exchange the two parties, or remove the row"));
        }
        let what = format!("this is not an amount: found {}, expected whole minor units in digits", shown(text));
        Err(self.wrong("CSV_AMOUNT", named, &what, "write 12.50 as 1250, without separators and signs"))
    }

    /// A class; 0 where there is no such column.
    pub(crate) fn class(&self, named: Option<Named>) -> Result<u8, Failure> {
        let Some(named) = named else { return Ok(0) };
        let text = self.text(named)?;
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let class = text.parse::<u8>().ok().filter(|class| digits && *class <= CLASS_MAX);
        class.ok_or_else(|| {
            let what = format!("this is not a class: found {}, expected 0 (most urgent) to {CLASS_MAX}", shown(text));
            self.wrong("CSV_CLASS", named, &what, "give each row a class, or leave the column out")
        })
    }

    /// A fault of this row.
    pub(crate) fn wrong(&self, code: &str, named: Named, what: &str, remedy: &str) -> Failure {
        wrong(code, what, &format!("{}, line {}, column {}", self.file, self.line(), named.name), remedy)
    }
}
