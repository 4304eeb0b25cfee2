//! A reconciliation for people, as one JSON object, and its register of breaks as CSV.

use crate::failure::{Exit, Failure};
use crate::json::{self, Exact};
use crate::people::{Table, count, list};
use money::format_minor;
use reconciliation::{Break, MatchedBy, Reconciliation, Statement};
use serde::Serialize;
use std::path::Path;

const COLUMNS: [&str; 11] = [
    "kind",
    "reference",
    "since",
    "age_days",
    "owner",
    "ours_minor",
    "theirs_minor",
    "difference_minor",
    "hinders",
    "reason",
    "what",
];

/// What was compared, and what came of it.
pub(crate) struct Reconciled<'a> {
    pub(crate) keeper: &'a str,
    pub(crate) statement: &'a Statement,
    pub(crate) result: &'a Reconciliation,
}

#[derive(Serialize)]
struct Object<'a> {
    keeper: &'a str,
    account: &'a str,
    currency: String,
    from: String,
    to: String,
    ours_closing: Exact,
    theirs_closing: Exact,
    difference: Exact,
    entries: usize,
    not_booked: u64,
    matched_by_reference: usize,
    matched_by_amount_and_date: usize,
    tolerance: Exact,
    breaks: Vec<BreakObject<'a>>,
    unused_explanations: &'a [String],
    may_close: bool,
}

#[derive(Serialize)]
struct BreakObject<'a> {
    kind: &'static str,
    reference: &'a str,
    since: String,
    age_days: i32,
    owner: &'a str,
    ours: Exact,
    theirs: Exact,
    difference: Exact,
    what: &'a str,
    reason: Option<&'a str>,
    hinders: bool,
}

impl Reconciled<'_> {
    fn amount(&self, minor: i128) -> String {
        format_minor(minor, self.statement.currency.minor_decimals())
    }

    fn matched(&self, by: MatchedBy) -> usize {
        self.result.matches.iter().filter(|found| found.by == by).count()
    }

    fn hinders(&self, found: &Break) -> bool {
        self.result.hindrances().any(|hindrance| std::ptr::eq(hindrance, found))
    }

    fn difference_minor(&self) -> i128 {
        self.result.theirs_closing_minor - self.result.ours_closing_minor
    }
}

/// One JSON object.
pub(crate) fn object(reconciled: &Reconciled<'_>) -> String {
    let (statement, result) = (reconciled.statement, reconciled.result);
    let exact = |minor| Exact::of(minor, statement.currency.minor_decimals());
    let breaks = result.breaks.iter().map(|found| BreakObject {
        kind: found.kind.name(),
        reference: &found.reference,
        since: found.date.to_string(),
        age_days: found.age_days,
        owner: &found.owner,
        ours: exact(found.ours_minor),
        theirs: exact(found.theirs_minor),
        difference: exact(found.difference_minor()),
        what: &found.what,
        reason: found.reason.as_deref(),
        hinders: reconciled.hinders(found),
    });
    json::text(&Object {
        keeper: reconciled.keeper,
        account: &statement.account,
        currency: statement.currency.code().to_string(),
        from: statement.from.to_string(),
        to: statement.to.to_string(),
        ours_closing: exact(result.ours_closing_minor),
        theirs_closing: exact(result.theirs_closing_minor),
        difference: exact(reconciled.difference_minor()),
        entries: statement.entries.len(),
        not_booked: statement.not_booked_count,
        matched_by_reference: reconciled.matched(MatchedBy::Reference),
        matched_by_amount_and_date: reconciled.matched(MatchedBy::AmountAndDate),
        tolerance: exact(i128::from(result.tolerance_minor)),
        breaks: breaks.collect(),
        unused_explanations: &result.unused_explanations,
        may_close: result.hindrances().next().is_none(),
    })
}

/// A page for people.
pub(crate) fn page(reconciled: &Reconciled<'_>) -> String {
    let (statement, result) = (reconciled.statement, reconciled.result);
    let number = |number: usize| count(u64::try_from(number).unwrap_or(u64::MAX));
    let mut page = format!(
        "{}: account {} in {}, {} to {}\n\n",
        reconciled.keeper,
        statement.account,
        statement.currency.code(),
        statement.from,
        statement.to
    );
    let mut balances = Table::new(&["closing balance", "amount"]).align_right(1);
    balances.row(["theirs".to_owned(), reconciled.amount(result.theirs_closing_minor)]);
    balances.row(["ours".to_owned(), reconciled.amount(result.ours_closing_minor)]);
    balances.row(["difference".to_owned(), reconciled.amount(reconciled.difference_minor())]);
    page.push_str(&format!(
        "{balances}\n{} entries matched by reference, {} by amount and value date\n",
        number(reconciled.matched(MatchedBy::Reference)),
        number(reconciled.matched(MatchedBy::AmountAndDate))
    ));
    if statement.not_booked_count > 0 {
        page.push_str(&format!("{} entries are not booked yet\n", count(statement.not_booked_count)));
    }
    if result.breaks.is_empty() {
        page.push_str("no breaks\n");
        return page;
    }
    page.push_str(&format!("\n{} breaks\n\n{}", number(result.breaks.len()), register(reconciled)));
    let unused: Vec<String> = result
        .unused_explanations
        .iter()
        .map(|reference| format!("{reference} is explained, and is the reference of no break"))
        .collect();
    page.push_str(&list(&unused));
    let hindrances = result.hindrances().count();
    page.push_str(&match hindrances {
        0 => "\nThe day may close: each break is explained or within the tolerance.\n".to_owned(),
        _ => format!("\nThe day may not close: {hindrances} breaks are unexplained and above the tolerance.\n"),
    });
    page
}

fn register(reconciled: &Reconciled<'_>) -> Table {
    let header = ["break", "reference", "since", "days", "ours", "theirs", "reason"];
    let mut table = Table::new(&header).align_right(3).align_right(4).align_right(5);
    for found in &reconciled.result.breaks {
        let reason = match (&found.reason, reconciled.hinders(found)) {
            (Some(reason), _) => reason.clone(),
            (None, true) => "none".to_owned(),
            (None, false) => "none; within the tolerance".to_owned(),
        };
        table.row([
            found.kind.name().to_owned(),
            found.reference.clone(),
            found.date.to_string(),
            found.age_days.to_string(),
            reconciled.amount(found.ours_minor),
            reconciled.amount(found.theirs_minor),
            reason,
        ]);
    }
    table
}

/// Writes the register of breaks.
///
/// # Errors
/// If the file cannot be written.
pub(crate) fn write_register(path: &Path, reconciled: &Reconciled<'_>) -> Result<(), Failure> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let in_memory = "bug: a table in memory is written";
    writer.write_record(COLUMNS).expect(in_memory);
    for found in &reconciled.result.breaks {
        let cells = [
            found.kind.name().to_owned(),
            found.reference.clone(),
            found.date.to_string(),
            found.age_days.to_string(),
            found.owner.clone(),
            found.ours_minor.to_string(),
            found.theirs_minor.to_string(),
            found.difference_minor().to_string(),
            reconciled.hinders(found).to_string(),
            found.reason.clone().unwrap_or_default(),
            found.what.clone(),
        ];
        writer.write_record(&cells).expect(in_memory);
    }
    let bytes = writer.into_inner().expect(in_memory);
    std::fs::write(path, bytes).map_err(|error| {
        let message = format!("the register cannot be written: {error}; {}; name another file", path.display());
        Failure::new(Exit::Storage, "OUTPUT_FAILED", message)
    })
}
