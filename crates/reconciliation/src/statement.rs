//! A statement, whatever form it was written in.

use crate::error::{Problem, StatementError, wrong};
use domain::Date;
use money::{Currency, format_minor};
use std::collections::BTreeMap;

/// What somebody says of an account of the house.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Statement {
    /// The account as its keeper names it.
    pub account: String,
    /// Its currency.
    pub currency: Currency,
    /// First day that it reports.
    pub from: Date,
    /// Last day that it reports.
    pub to: Date,
    /// Balance before the first entry, in minor units; positive is in favour of the house.
    pub opening_minor: i128,
    /// Balance after the last.
    pub closing_minor: i128,
    /// What was booked, in the order of the file.
    pub entries: Vec<StatementEntry>,
    /// Entries that the statement names without having booked them (pending, for information): not in any balance.
    pub not_booked_count: u64,
    /// Where it stands in its file.
    pub place: String,
}

/// An entry of a statement.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StatementEntry {
    /// Minor units: positive a credit, negative a debit.
    pub amount_minor: i128,
    /// Its value date.
    pub value_date: Date,
    /// References, the most telling first: the end-to-end ones, then the keeper's own. May be empty.
    pub references: Vec<String>,
    /// Where it stands in its file.
    pub place: String,
}

impl Statement {
    /// Opening balance and entries make the closing balance.
    pub(crate) fn check(&self) -> Result<(), StatementError> {
        let booked: i128 = self.entries.iter().map(|entry| entry.amount_minor).sum();
        let reached = self.opening_minor + booked;
        if self.from > self.to {
            let what = format!("the statement begins on {} and ends on {}", self.from, self.to);
            return Err(wrong(Problem::Date, what, &self.place, "ask its sender for a right one"));
        }
        if reached == self.closing_minor {
            return Ok(());
        }
        let text = |minor| format_minor(minor, self.currency.minor_decimals());
        let what = format!(
            "the opening balance {} and {} entries make {}, and the closing balance is {} {}",
            text(self.opening_minor),
            self.entries.len(),
            text(reached),
            text(self.closing_minor),
            self.currency.code()
        );
        Err(wrong(Problem::Sum, what, &self.place, "an entry is missing or wrong: ask its sender for a right one"))
    }
}

/// Joins statements of the same account and currency, given in order of time, into one each; by account, then currency.
///
/// # Errors
/// If one does not begin with the balance that the one before ended with, or begins before it.
pub fn join(statements: Vec<Statement>) -> Result<Vec<Statement>, StatementError> {
    let mut joined: BTreeMap<(String, String), Statement> = BTreeMap::new();
    for next in statements {
        let key = (next.account.clone(), next.currency.code().to_string());
        let Some(before) = joined.get_mut(&key) else {
            joined.insert(key, next);
            continue;
        };
        if next.opening_minor != before.closing_minor || next.to < before.to || next.from < before.from {
            let text = |minor| format_minor(minor, next.currency.minor_decimals());
            let what = format!(
                "the statement of {} to {} of account {} opens with {} {}, and the one before it ended on {} with {}",
                next.from,
                next.to,
                next.account,
                text(next.opening_minor),
                next.currency.code(),
                before.to,
                text(before.closing_minor)
            );
            return Err(wrong(Problem::Gap, what, next.place, "give every statement of the time, oldest first"));
        }
        before.to = next.to;
        before.closing_minor = next.closing_minor;
        before.not_booked_count += next.not_booked_count;
        before.entries.extend(next.entries);
    }
    Ok(joined.into_values().collect())
}
