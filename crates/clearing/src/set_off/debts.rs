//! Rows with identifiers, as files have them, in one order: whatever order they come in, the same instance.

use certify::set_off::{CLASS_MAX, Instance, MinimumPart, Obligation};
use std::collections::BTreeSet;
use std::fmt;

/// A row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Debt<'a> {
    /// Identifier, different from all others.
    pub id: &'a str,
    /// Who owes.
    pub debtor: &'a str,
    /// Who is owed.
    pub creditor: &'a str,
    /// Minor units, at least 1.
    pub amount: i64,
    /// Urgency: 0 is the most urgent; at most 63.
    pub class: u8,
    /// When it is due, as text that sorts like time (2026-01-31), or empty.
    pub due: &'a str,
    /// What is set off of it at least, if anything is, in minor units.
    pub minimum_part: Option<i64>,
}

/// An instance, and what its numbers stand for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Named<'a> {
    /// The instance in its one order.
    pub instance: Instance,
    /// Name of each participant, ascending.
    pub participants: Vec<&'a str>,
    /// Row of each obligation.
    pub rows: Vec<u32>,
}

/// What is wrong with a row, counted from 0.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RowError {
    /// Debts or liquidity.
    pub list: &'static str,
    /// The row.
    pub row: usize,
    /// What it must be.
    pub rule: &'static str,
}

impl fmt::Display for RowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, row {}: {}", self.list, self.row, self.rule)
    }
}

impl std::error::Error for RowError {}

/// Brings rows into their one order: obligations by due date (without one they come last), then identifier, where numbers
/// come first and in the order of numbers; participants by name. Everybody who is named in a row of either list
/// is a participant.
///
/// # Errors
/// A debt to itself, an amount below 1, a class above 63, a minimum part that is not between 1 and the amount, an
/// identifier or a participant's liquidity that occurs twice, negative liquidity: the first row in which one is.
pub fn in_canonical_order<'a>(
    debts: &[Debt<'a>],
    liquidity: &[(&'a str, i64)],
    price_of_liquidity: i64,
) -> Result<Named<'a>, RowError> {
    check_rows(debts, liquidity)?;
    let mut participants: Vec<&str> = debts.iter().flat_map(|debt| [debt.debtor, debt.creditor]).collect();
    participants.extend(liquidity.iter().map(|&(participant, _)| participant));
    participants.sort_unstable();
    participants.dedup();
    let number = |name: &str| participants.binary_search(&name).expect("bug: every name was collected");
    let index = |name: &str| u32::try_from(number(name)).unwrap_or(u32::MAX);
    let mut rows: Vec<u32> = (0..u32::try_from(debts.len()).unwrap_or(u32::MAX)).collect();
    rows.sort_by_cached_key(|&row| {
        let debt = &debts[row as usize];
        (debt.due.is_empty(), debt.due, id_key(debt.id))
    });
    let in_order = || rows.iter().map(|&row| &debts[row as usize]);
    let obligations = in_order()
        .map(|debt| Obligation {
            debtor: index(debt.debtor),
            creditor: index(debt.creditor),
            amount: debt.amount,
            class: debt.class,
        })
        .collect();
    let minimum_parts = (0_u32..)
        .zip(in_order())
        .filter_map(|(obligation, debt)| debt.minimum_part.map(|amount| MinimumPart { obligation, amount }))
        .collect();
    let mut amounts = vec![0; if liquidity.is_empty() { 0 } else { participants.len() }];
    for &(participant, amount) in liquidity {
        amounts[number(participant)] = amount;
    }
    let instance = Instance {
        participants: u32::try_from(participants.len()).unwrap_or(u32::MAX),
        obligations,
        minimum_parts,
        liquidity: amounts,
        price_of_liquidity,
    };
    Ok(Named { instance, participants, rows })
}

/// Numbers first, by length without zeros in front and then digits; others by their text.
fn id_key(id: &str) -> (bool, usize, &str, &str) {
    if !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit()) {
        let digits = id.trim_start_matches('0');
        (false, digits.len(), digits, id)
    } else {
        (true, 0, id, id)
    }
}

fn check_rows(debts: &[Debt<'_>], liquidity: &[(&str, i64)]) -> Result<(), RowError> {
    let mut seen = BTreeSet::new();
    for (row, debt) in debts.iter().enumerate() {
        let rule = if debt.debtor == debt.creditor {
            "nobody owes to itself"
        } else if debt.amount < 1 {
            "the amount is at least 1"
        } else if debt.class > CLASS_MAX {
            "the class is at most 63"
        } else if debt.minimum_part.is_some_and(|part| !(1..=debt.amount).contains(&part)) {
            "the minimum part is at least 1 and at most the amount"
        } else if !seen.insert(debt.id) {
            "the identifier is that of an earlier row"
        } else {
            continue;
        };
        return Err(RowError { list: "debts", row, rule });
    }
    seen.clear();
    for (row, &(participant, amount)) in liquidity.iter().enumerate() {
        let rule = if amount < 0 {
            "liquidity is at least 0"
        } else if !seen.insert(participant) {
            "the participant is that of an earlier row"
        } else {
            continue;
        };
        return Err(RowError { list: "liquidity", row, rule });
    }
    Ok(())
}
