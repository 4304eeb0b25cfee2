//! Tables in CSV files (RFC 4180), plain or compressed by gzip: columns found by name, every fault with its place.
//!
//! A reader of its own, and not a library's, for what a ministry's file goes wrong in: a quote that is never closed, a
//! line without end, an old Macintosh's line ends, semicolons. Libraries read on past the first two and say nothing of
//! the line where it began. Memory stays bounded whatever the file: one record is held at a time.

use std::fs::File;
use std::io::{BufRead, BufReader, Cursor, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

use crate::data_error::{DataCode, DataError, DataFault, shown};

/// The longest record, in bytes. The longest of any file of this kind has a few hundred.
pub const LONGEST_RECORD_BYTES: usize = 65_536;

const GZIP_MAGIC: &[u8] = &[0x1f, 0x8b];
const BYTE_ORDER_MARK: &[u8] = &[0xef, 0xbb, 0xbf];

/// A table being read: its header, and its rows one after the other.
pub struct CsvInput {
    name: String,
    source: Box<dyn BufRead>,
    compressed: bool,
    line: u64,
    header: Vec<String>,
    record: Record,
}

/// A column that was asked for: where it stands, and its name for errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    index: usize,
    name: &'static str,
}

/// The fields of one record, unquoted, in one buffer.
#[derive(Default)]
struct Record {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    /// Where it begins.
    line: u64,
    any_quoted: bool,
}

/// Where in a record the reader is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    FieldStart,
    Plain,
    Quoted,
    /// After a quote within a quoted field: its end, or the first half of a doubled one.
    QuoteInQuoted,
    CarriageReturn,
}

impl CsvInput {
    /// Opens a file and reads its header. Gzip is recognised by content, whatever the file's name; a byte order mark
    /// is passed over.
    ///
    /// # Errors
    /// [`DataCode::FileRead`], and those of [`CsvInput::from_reader`].
    pub fn open(path: &Path) -> Result<CsvInput, DataError> {
        let name = path.display().to_string();
        let file = File::open(path).map_err(|cause| read_error(&name, &cause))?;
        CsvInput::from_reader(&name, file)
    }

    /// Reads the header of a table that comes from anywhere; `name` stands for the file in errors.
    ///
    /// # Errors
    /// [`DataCode::CsvEmpty`], [`DataCode::FileGzip`], or whatever is wrong with the first record.
    pub fn from_reader(name: &str, reader: impl Read + 'static) -> Result<CsvInput, DataError> {
        let (start, plain) =
            split_start(BufReader::new(reader), GZIP_MAGIC).map_err(|cause| read_error(name, &cause))?;
        let compressed = start == GZIP_MAGIC;
        let whole = Cursor::new(start).chain(plain);
        let text: Box<dyn BufRead> =
            if compressed { Box::new(BufReader::new(MultiGzDecoder::new(whole))) } else { Box::new(whole) };
        let fault =
            |cause: std::io::Error| if compressed { gzip_error(name, &cause) } else { read_error(name, &cause) };
        let (start, rest) = split_start(text, BYTE_ORDER_MARK).map_err(fault)?;
        let start = if start == BYTE_ORDER_MARK { Vec::new() } else { start };
        let mut input = CsvInput {
            name: name.to_owned(),
            source: Box::new(Cursor::new(start).chain(rest)),
            compressed,
            line: 1,
            header: Vec::new(),
            record: Record::default(),
        };
        input.read_header()?;
        Ok(input)
    }

    /// The file's name, for errors.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether the header names all of these columns.
    #[must_use]
    pub fn has_columns(&self, names: &[&str]) -> bool {
        names.iter().all(|name| self.header.iter().any(|column| column == name))
    }

    /// Finds columns by name; others may stand between them.
    ///
    /// # Errors
    /// [`DataCode::CsvHeader`] where one is missing or there twice.
    pub fn columns<const N: usize>(&self, names: [&'static str; N]) -> Result<[Column; N], DataError> {
        let mut columns = [Column { index: 0, name: "" }; N];
        for (column, name) in columns.iter_mut().zip(names) {
            let mut places = (0..self.header.len()).filter(|&index| self.header[index] == name);
            match (places.next(), places.next()) {
                (Some(index), None) => *column = Column { index, name },
                (Some(_), Some(_)) => {
                    return Err(self.header_error(&names.join(","), &format!("remove one of the columns named {name}")));
                }
                (None, _) => return Err(self.header_error(&names.join(","), &format!("name the column {name}"))),
            }
        }
        Ok(columns)
    }

    /// The error that the header does not have what it should.
    #[must_use]
    pub fn header_error(&self, expected: &str, remedy: &str) -> DataError {
        let found = self.header.join(",");
        let separator = [';', '\t', '|'].into_iter().find(|&mark| self.header.len() == 1 && found.contains(mark));
        let remedy = match separator {
            Some(mark) => format!("separate the columns by commas, not by {mark:?}"),
            None => remedy.to_owned(),
        };
        DataError::from(DataFault {
            code: DataCode::CsvHeader,
            file: self.name.clone(),
            line: Some(1),
            column: None,
            found: shown(&found),
            expected: format!("columns {expected} (in any order, others are passed over)"),
            remedy,
        })
    }

    /// The next row that is not blank, or `None` at the end of the file.
    ///
    /// # Errors
    /// [`DataCode::CsvRow`], [`DataCode::CsvLineTooLong`], [`DataCode::FileRead`], [`DataCode::FileGzip`].
    pub fn next_row(&mut self) -> Result<Option<Row<'_>>, DataError> {
        loop {
            if !self.read_record()? {
                return Ok(None);
            }
            if !self.record.is_blank() {
                break;
            }
        }
        let (found, wanted) = (self.record.ends.len(), self.header.len());
        if found == wanted {
            return Ok(Some(Row { input: self }));
        }
        let line = self.record.line;
        let remedy = "give each column of the header one field; a decimal comma splits a field in two, write a point";
        Err(self.row_error(line, &format!("{found} fields"), &format!("{wanted}, as in the header"), remedy))
    }

    fn read_header(&mut self) -> Result<(), DataError> {
        loop {
            if !self.read_record()? {
                return Err(DataError::from(DataFault {
                    code: DataCode::CsvEmpty,
                    file: self.name.clone(),
                    line: None,
                    column: None,
                    found: "nothing".to_owned(),
                    expected: "a header line and rows".to_owned(),
                    remedy: "check the path, or export the table again".to_owned(),
                }));
            }
            if !self.record.is_blank() {
                break;
            }
        }
        let mut header = Vec::with_capacity(self.record.ends.len());
        for index in 0..self.record.ends.len() {
            let Ok(text) = std::str::from_utf8(self.record.field(index)) else {
                return Err(self.encoding_error(None, self.record.field(index)));
            };
            header.push(text.trim().to_owned());
        }
        self.header = header;
        Ok(())
    }

    /// Reads one record into the buffer; `false` at the end of the file.
    fn read_record(&mut self) -> Result<bool, DataError> {
        self.record.begin(self.line);
        let mut at = At::FieldStart;
        let mut length = 0;
        let mut quote_line = self.line;
        loop {
            let Some(byte) = self.next_byte()? else {
                return self.end_of_file(at, length, quote_line);
            };
            length += 1;
            if length > LONGEST_RECORD_BYTES {
                return Err(self.too_long(at, quote_line));
            }
            if byte == b'\n' {
                self.line += 1;
            }
            at = match (at, byte) {
                (At::FieldStart, b'"') => {
                    quote_line = self.line;
                    self.record.any_quoted = true;
                    At::Quoted
                }
                (At::Quoted, b'"') => At::QuoteInQuoted,
                (At::QuoteInQuoted, b'"') => {
                    self.record.bytes.push(byte);
                    At::Quoted
                }
                (At::Quoted, _) => {
                    self.record.bytes.push(byte);
                    At::Quoted
                }
                (At::CarriageReturn, b'\n') | (At::FieldStart | At::Plain | At::QuoteInQuoted, b'\n') => {
                    self.record.end_field();
                    return Ok(true);
                }
                (At::CarriageReturn, _) => return Err(self.lone_carriage_return()),
                (_, b'\r') => At::CarriageReturn,
                (_, b',') => {
                    self.record.end_field();
                    At::FieldStart
                }
                (At::QuoteInQuoted, _) => return Err(self.text_after_quote()),
                (At::FieldStart | At::Plain, _) => {
                    self.record.bytes.push(byte);
                    At::Plain
                }
            };
        }
    }

    fn end_of_file(&mut self, at: At, length: usize, quote_line: u64) -> Result<bool, DataError> {
        match at {
            At::Quoted => Err(self.open_quote(quote_line)),
            At::CarriageReturn => Err(self.lone_carriage_return()),
            At::FieldStart | At::Plain | At::QuoteInQuoted if length > 0 => {
                self.record.end_field();
                Ok(true)
            }
            At::FieldStart | At::Plain | At::QuoteInQuoted => Ok(false),
        }
    }

    fn next_byte(&mut self) -> Result<Option<u8>, DataError> {
        loop {
            match self.source.fill_buf() {
                Ok(bytes) => {
                    let byte = bytes.first().copied();
                    if byte.is_some() {
                        self.source.consume(1);
                    }
                    return Ok(byte);
                }
                Err(cause) if cause.kind() == std::io::ErrorKind::Interrupted => {}
                Err(cause) if self.compressed => return Err(gzip_error(&self.name, &cause)),
                Err(cause) => return Err(read_error(&self.name, &cause)),
            }
        }
    }

    fn row_error(&self, line: u64, found: &str, expected: &str, remedy: &str) -> DataError {
        DataError::from(DataFault {
            code: DataCode::CsvRow,
            file: self.name.clone(),
            line: Some(line),
            column: None,
            found: found.to_owned(),
            expected: expected.to_owned(),
            remedy: remedy.to_owned(),
        })
    }

    fn open_quote(&self, line: u64) -> DataError {
        let remedy = "close the quote, or double it where it belongs to the text";
        self.row_error(line, "a quote left open", "a closing quote before the next field", remedy)
    }

    fn lone_carriage_return(&self) -> DataError {
        let remedy = "save the file with line ends LF or CR LF";
        self.row_error(self.record.line, "a line end that is CR alone", "LF or CR LF", remedy)
    }

    fn text_after_quote(&self) -> DataError {
        let remedy = "close the quote at the end of the field, or double it where it belongs to the text";
        self.row_error(self.record.line, "text after a closing quote", "a comma or the end of the line", remedy)
    }

    fn too_long(&self, at: At, quote_line: u64) -> DataError {
        if at == At::Quoted {
            return self.open_quote(quote_line);
        }
        DataError::from(DataFault {
            code: DataCode::CsvLineTooLong,
            file: self.name.clone(),
            line: Some(self.record.line),
            column: None,
            found: format!("more than {LONGEST_RECORD_BYTES} bytes"),
            expected: format!("at most {LONGEST_RECORD_BYTES}"),
            remedy: "check that this is a table with line ends".to_owned(),
        })
    }

    fn encoding_error(&self, column: Option<&str>, bytes: &[u8]) -> DataError {
        DataError::from(DataFault {
            code: DataCode::CsvEncoding,
            file: self.name.clone(),
            line: Some(self.record.line),
            column: column.map(str::to_owned),
            found: shown(&String::from_utf8_lossy(bytes)),
            expected: "UTF-8".to_owned(),
            remedy: "save the file as UTF-8".to_owned(),
        })
    }
}

impl std::fmt::Debug for CsvInput {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CsvInput").field("name", &self.name).field("line", &self.line).finish_non_exhaustive()
    }
}

/// One row of a table, valid until the next is read.
#[derive(Debug)]
pub struct Row<'a> {
    input: &'a CsvInput,
}

impl Row<'_> {
    /// The line where it begins, counted from 1.
    #[must_use]
    pub fn line(&self) -> u64 {
        self.input.record.line
    }

    /// A field, without spaces around it.
    ///
    /// # Errors
    /// [`DataCode::CsvEncoding`] where it is not UTF-8.
    pub fn text(&self, column: Column) -> Result<&str, DataError> {
        let bytes = self.input.record.field(column.index);
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(text.trim()),
            Err(_) => Err(self.input.encoding_error(Some(column.name), bytes)),
        }
    }

    /// The error that a field of this row is not what it should be.
    #[must_use]
    pub fn error(&self, code: DataCode, column: Column, expected: &str, remedy: &str) -> DataError {
        DataError::from(DataFault {
            code,
            file: self.input.name.clone(),
            line: Some(self.line()),
            column: Some(column.name.to_owned()),
            found: shown(String::from_utf8_lossy(self.input.record.field(column.index)).trim()),
            expected: expected.to_owned(),
            remedy: remedy.to_owned(),
        })
    }
}

impl Record {
    fn begin(&mut self, line: u64) {
        self.bytes.clear();
        self.ends.clear();
        self.line = line;
        self.any_quoted = false;
    }

    fn end_field(&mut self) {
        self.ends.push(self.bytes.len());
    }

    fn field(&self, index: usize) -> &[u8] {
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.bytes[start..self.ends[index]]
    }

    fn is_blank(&self) -> bool {
        self.ends.len() == 1 && !self.any_quoted && self.bytes.iter().all(u8::is_ascii_whitespace)
    }
}

/// Takes as many bytes off the start as `magic` has, for comparison; fewer where there are no more.
fn split_start<R: BufRead>(mut reader: R, magic: &[u8]) -> std::io::Result<(Vec<u8>, R)> {
    let mut start = Vec::with_capacity(magic.len());
    let wanted = u64::try_from(magic.len()).expect("a magic number is a few bytes");
    reader.by_ref().take(wanted).read_to_end(&mut start)?;
    Ok((start, reader))
}

fn read_error(name: &str, cause: &std::io::Error) -> DataError {
    DataError::from(DataFault {
        code: DataCode::FileRead,
        file: name.to_owned(),
        line: None,
        column: None,
        found: cause.to_string(),
        expected: "a file that can be read".to_owned(),
        remedy: "check the path and the permissions".to_owned(),
    })
}

fn gzip_error(name: &str, cause: &std::io::Error) -> DataError {
    DataError::from(DataFault {
        code: DataCode::FileGzip,
        file: name.to_owned(),
        line: None,
        column: None,
        found: cause.to_string(),
        expected: "a whole gzip file".to_owned(),
        remedy: "fetch or compress the file again".to_owned(),
    })
}

#[cfg(test)]
#[path = "csv_input_tests.rs"]
mod tests;
