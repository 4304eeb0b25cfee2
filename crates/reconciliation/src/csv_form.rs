//! Statements as CSV, for systems that send neither of the two messages.
//!
//! One row for each opening balance, entry and closing balance, in this order: `kind`, `account`, `currency`, `date`,
//! `amount_minor`, `side`, `value_date`, `reference`.

use crate::error::{Problem, StatementError, shown, wrong};
use crate::minor;
use crate::statement::{Statement, StatementEntry};
use csv::StringRecord;
use domain::Date;
use money::Currency;

const COLUMNS: [&str; 8] = ["kind", "account", "currency", "date", "amount_minor", "side", "value_date", "reference"];

/// A row: its cells in the order of `COLUMNS`.
struct Row {
    cells: [String; 8],
    line: u64,
}

/// The statements of a table.
pub(crate) fn read(source: &str, currencies: &[Currency]) -> Result<Vec<Statement>, StatementError> {
    let mut statements = Vec::new();
    let mut open: Option<Statement> = None;
    for row in rows(source, &COLUMNS)? {
        let row = Row { line: row.0, cells: std::array::from_fn(|index| row.1[index].clone()) };
        match (row.cell(0), &mut open) {
            ("opening", None) => open = Some(row.opening(currencies)?),
            ("entry", Some(statement)) => statement.entries.push(row.entry(statement)?),
            ("closing", Some(statement)) => {
                row.require_same(statement)?;
                statement.closing_minor = row.amount()?;
                statement.to = row.date(3)?;
                statements.extend(open.take());
            }
            ("opening", Some(_)) => {
                return Err(row.wrong(Problem::Missing, 0, "the closing balance before it is missing"));
            }
            ("entry" | "closing", None) => {
                return Err(row.wrong(Problem::Missing, 0, "the opening balance before it is missing"));
            }
            (other, _) => {
                let what = format!("{} is not opening, entry or closing", shown(other));
                return Err(row.wrong(Problem::Form, 0, what));
            }
        }
    }
    match open {
        None => Ok(statements),
        Some(open) => Err(wrong(
            Problem::Missing,
            "the closing balance is missing",
            open.place,
            "add it as the statement's last row",
        )),
    }
}

impl Row {
    fn cell(&self, column: usize) -> &str {
        &self.cells[column]
    }

    fn place(&self, column: usize) -> String {
        format!("line {}, column {}", self.line, COLUMNS[column])
    }

    fn wrong(&self, problem: Problem, column: usize, what: impl Into<String>) -> StatementError {
        wrong(problem, what, self.place(column), "docs/reconciliation.md has the columns, with an example")
    }

    fn date(&self, column: usize) -> Result<Date, StatementError> {
        let text = self.cell(column);
        Date::parse(text)
            .ok_or_else(|| self.wrong(Problem::Date, column, format!("{} is not a date YYYY-MM-DD", shown(text))))
    }

    /// Minor units with the sign of the side.
    fn amount(&self) -> Result<i128, StatementError> {
        let text = self.cell(4);
        let whole = !text.is_empty() && text.len() <= 18 && text.bytes().all(|byte| byte.is_ascii_digit());
        let minor: i128 = text.parse().ok().filter(|_| whole).ok_or_else(|| {
            let what = format!("{} is not an amount in whole minor units of up to 18 digits", shown(text));
            self.wrong(Problem::Amount, 4, what)
        })?;
        match self.cell(5) {
            "credit" => Ok(minor),
            "debit" => Ok(-minor),
            other => Err(self.wrong(Problem::Form, 5, format!("{} is not credit or debit", shown(other)))),
        }
    }

    fn opening(&self, currencies: &[Currency]) -> Result<Statement, StatementError> {
        if self.cell(1).is_empty() {
            return Err(self.wrong(Problem::Missing, 1, "the account has no name"));
        }
        let from = self.date(3)?;
        Ok(Statement {
            account: self.cell(1).to_owned(),
            currency: minor::currency(self.cell(2), currencies, &self.place(2))?,
            from,
            to: from,
            opening_minor: self.amount()?,
            closing_minor: 0,
            entries: Vec::new(),
            not_booked_count: 0,
            place: format!("the statement of line {}", self.line),
        })
    }

    fn require_same(&self, statement: &Statement) -> Result<(), StatementError> {
        if self.cell(1) != statement.account {
            let what = format!("account {} within the statement of {}", shown(self.cell(1)), shown(&statement.account));
            return Err(self.wrong(Problem::Form, 1, what));
        }
        if self.cell(2) != statement.currency.code().as_str() {
            let what = format!("{} on an account in {}", shown(self.cell(2)), statement.currency.code());
            return Err(self.wrong(Problem::Currency, 2, what));
        }
        Ok(())
    }

    fn entry(&self, statement: &Statement) -> Result<StatementEntry, StatementError> {
        self.require_same(statement)?;
        let booked = self.date(3)?;
        let value_date = if self.cell(6).is_empty() { booked } else { self.date(6)? };
        let references = [self.cell(7)].into_iter().filter(|text| !text.is_empty()).map(str::to_owned).collect();
        Ok(StatementEntry {
            amount_minor: self.amount()?,
            value_date,
            references,
            place: format!("line {}", self.line),
        })
    }
}

/// Rows of a table with these columns, in any order and with others beside them: line, and cells without space around.
pub(crate) fn rows(source: &str, columns: &[&str]) -> Result<Vec<(u64, Vec<String>)>, StatementError> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(source.as_bytes());
    let fault = |error: &csv::Error| {
        let line = error.position().map_or(1, csv::Position::line);
        wrong(Problem::Form, format!("not a table: {error}"), format!("line {line}"), "write as many cells as columns")
    };
    let header: StringRecord = reader.headers().map_err(|error| fault(&error))?.clone();
    let mut places = Vec::new();
    for name in columns {
        let mut found = header.iter().enumerate().filter(|(_, cell)| cell == name).map(|(place, _)| place);
        match (found.next(), found.next()) {
            (Some(place), None) => places.push(place),
            (Some(_), Some(_)) => {
                let what = format!("the column {name} is there twice");
                return Err(wrong(Problem::Form, what, "line 1", "leave one of them out"));
            }
            (None, _) => {
                let what = format!("the column {name} is missing");
                return Err(wrong(Problem::Form, what, "line 1", format!("the columns are {}", columns.join(","))));
            }
        }
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| fault(&error))?;
        let line = record.position().map_or(1, csv::Position::line);
        rows.push((line, places.iter().map(|place| record.get(*place).unwrap_or_default().to_owned()).collect()));
    }
    Ok(rows)
}
