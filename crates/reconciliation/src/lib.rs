//! Reconciliation: what a national system or an agent says of an account, against the house's own mirror of it.
//!
//! Bytes of a statement go in, statements come out ([`read`]); a statement and the mirror's entries go in, matches and
//! a register of breaks come out ([`reconcile`]). There is no file and no clock here: the age of a break is counted to a
//! date that the caller names, and the same input gives the same result, in the same order.
//!
//! | for | see |
//! | --- | --- |
//! | the three forms of a statement | [`Format`], [`read`] (`camt053.rs`, `mt950.rs`, `csv_form.rs`) |
//! | a statement, and several that follow on each other | [`Statement`], [`join`] |
//! | matching, breaks, the verdict | [`reconcile`], [`Reconciliation`], [`Break`] |
//! | reasons that explain breaks | [`Explanations`] |
//! | a member's own chart of accounts | [`Chart`] |
//! | what is wrong with a file | [`StatementError`], [`Problem`] |
//!
//! Amounts are signed minor units as the account's owner, the house, sees them: positive is a credit to its account.

#![deny(clippy::float_arithmetic, clippy::print_stdout, clippy::print_stderr)]

mod camt053;
mod chart;
mod csv_form;
mod error;
mod explanations;
mod matching;
mod minor;
mod mt950;
mod pairs;
mod statement;
mod xml;

pub use chart::Chart;
pub use error::{Problem, StatementError};
pub use explanations::Explanations;
pub use matching::{Break, BreakKind, Match, MatchedBy, MirrorEntry, Reconciliation, Terms, reconcile};
pub use statement::{Statement, StatementEntry, join};

use error::wrong;
use money::Currency;

/// The most bytes of a file: far beyond a day's statement, and small enough to hold in memory several times.
pub const FILE_MAX_BYTES: usize = 64 << 20;

/// The form that a statement is written in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// ISO 20022 `camt.053.001`, versions 02 to 13.
    Camt053,
    /// SWIFT FIN MT950; the lines of MT940 that it lacks are passed over.
    Mt950,
    /// The columns of docs/reconciliation.md.
    Csv,
}

impl Format {
    /// Its name on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Format::Camt053 => "camt.053",
            Format::Mt950 => "mt950",
            Format::Csv => "csv",
        }
    }

    /// The form that bytes look like: XML begins with `<`, a FIN message with `{` or `:`, anything else is CSV.
    #[must_use]
    pub fn detect(bytes: &[u8]) -> Format {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        match bytes.iter().find(|byte| !byte.is_ascii_whitespace()) {
            Some(b'<') => Format::Camt053,
            Some(b'{' | b':') => Format::Mt950,
            _ => Format::Csv,
        }
    }
}

/// Reads the statements of a file, in its order. `currencies` are those that there are, with their decimals.
///
/// Of each statement it holds that opening balance and entries make the closing balance.
///
/// # Errors
/// The first thing wrong: what, where (line and column, or path of the element), and what to do.
pub fn read(format: Format, bytes: &[u8], currencies: &[Currency]) -> Result<Vec<Statement>, StatementError> {
    if bytes.len() > FILE_MAX_BYTES {
        let what = format!("{} bytes are more than the {FILE_MAX_BYTES} of a statement", bytes.len());
        return Err(wrong(Problem::TooLarge, what, "the file", "split it by day"));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let what = format!("byte {} is not UTF-8", error.valid_up_to());
        wrong(Problem::Text, what, error::line_of(bytes, error.valid_up_to()), "save it as UTF-8")
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let statements = match format {
        Format::Camt053 => camt053::read(text, currencies)?,
        Format::Mt950 => mt950::read(text, currencies)?,
        Format::Csv => csv_form::read(text, currencies)?,
    };
    if statements.is_empty() {
        let what = format!("there is no statement of the form {}", format.name());
        return Err(wrong(Problem::Missing, what, "the file", "check that it is the file you mean, and its --format"));
    }
    statements.iter().try_for_each(Statement::check)?;
    Ok(statements)
}
