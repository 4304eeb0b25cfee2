//! What is wrong with a file: what; where; what to do.

use std::fmt;

/// The kind of an error; its code is permanent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Problem {
    /// Not the text it should be: not UTF-8, or a character that has no place in it.
    Text,
    /// Not well-formed XML, or XML that is not taken (a document type, too deep).
    Xml,
    /// Another message, another version, other columns, a field with another form.
    Form,
    /// Something that must be there is not.
    Missing,
    /// An amount that is none, or has more decimals than its currency.
    Amount,
    /// A date that is none.
    Date,
    /// A currency that is unknown here, or not the account's.
    Currency,
    /// Opening balance and entries do not make the closing balance.
    Sum,
    /// Statements that do not follow on each other.
    Gap,
    /// More than is read.
    TooLarge,
}

impl Problem {
    /// Every kind.
    pub const ALL: [Problem; 10] = [
        Problem::Text,
        Problem::Xml,
        Problem::Form,
        Problem::Missing,
        Problem::Amount,
        Problem::Date,
        Problem::Currency,
        Problem::Sum,
        Problem::Gap,
        Problem::TooLarge,
    ];

    /// The code that programs compare.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Problem::Text => "STATEMENT_TEXT",
            Problem::Xml => "STATEMENT_XML",
            Problem::Form => "STATEMENT_FORM",
            Problem::Missing => "STATEMENT_MISSING",
            Problem::Amount => "STATEMENT_AMOUNT",
            Problem::Date => "STATEMENT_DATE",
            Problem::Currency => "STATEMENT_CURRENCY",
            Problem::Sum => "STATEMENT_SUM",
            Problem::Gap => "STATEMENT_GAP",
            Problem::TooLarge => "STATEMENT_TOO_LARGE",
        }
    }
}

/// Why a file is not taken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StatementError {
    /// Its kind.
    pub problem: Problem,
    /// What is wrong.
    pub what: String,
    /// Where: a line and column, or the path of an element with its line.
    pub place: String,
    /// What to do.
    pub remedy: String,
}

impl fmt::Display for StatementError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}; {}", self.what, self.place, self.remedy)
    }
}

impl std::error::Error for StatementError {}

/// An error.
pub(crate) fn wrong(
    problem: Problem,
    what: impl Into<String>,
    place: impl Into<String>,
    remedy: impl Into<String>,
) -> StatementError {
    StatementError { problem, what: what.into(), place: place.into(), remedy: remedy.into() }
}

/// The line and column of a byte, both from 1; columns count bytes.
pub(crate) fn line_of(bytes: &[u8], at: usize) -> String {
    let before = &bytes[..at.min(bytes.len())];
    let line = before.split(|byte| *byte == b'\n').count();
    let column = before.iter().rev().take_while(|byte| **byte != b'\n').count() + 1;
    format!("line {line}, column {column}")
}

/// Where lines begin, so that many places are found fast.
pub(crate) struct Lines {
    starts: Vec<usize>,
}

impl Lines {
    pub(crate) fn new(text: &str) -> Lines {
        let after_ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        Lines { starts: std::iter::once(0).chain(after_ends).collect() }
    }

    /// The line and column of a byte, as [`line_of`] has them.
    pub(crate) fn place(&self, at: usize) -> String {
        let line = self.starts.partition_point(|start| *start <= at);
        format!("line {line}, column {}", at - self.starts[line - 1] + 1)
    }
}

/// A text as an error shows it: in quotes, short, without control characters.
pub(crate) fn shown(text: &str) -> String {
    const LONGEST: usize = 40;
    let mut kept: String = text.chars().take(LONGEST).flat_map(char::escape_debug).collect();
    if text.chars().nth(LONGEST).is_some() {
        kept.push('…');
    }
    format!("\"{kept}\"")
}
