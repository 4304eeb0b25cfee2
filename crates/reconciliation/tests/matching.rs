//! What an operator relies on when a statement is compared with the mirror.

use domain::Date;
use money::{Currency, CurrencyCode};
use proptest::prelude::*;
use reconciliation::{
    BreakKind, Explanations, MatchedBy, MirrorEntry, Problem, Reconciliation, Statement, StatementEntry, Terms,
    reconcile,
};

const DAY: Date = Date(19_787);

fn own(reference: &str, amount_minor: i128, day: i32) -> MirrorEntry {
    let references = vec![reference.to_owned()];
    MirrorEntry { amount_minor, date: Date(DAY.0 + day), references, what: format!("entry {reference}") }
}

fn their(reference: &str, amount_minor: i128, day: i32) -> StatementEntry {
    let references = if reference.is_empty() { Vec::new() } else { vec![reference.to_owned()] };
    StatementEntry { amount_minor, value_date: Date(DAY.0 + day), references, place: format!("line of {amount_minor}") }
}

fn statement(opening_minor: i128, entries: Vec<StatementEntry>) -> Statement {
    Statement {
        account: "ACC".to_owned(),
        currency: Currency::new(CurrencyCode::new(b"USD"), 2).expect("a currency"),
        from: DAY,
        to: Date(DAY.0 + 2),
        opening_minor,
        closing_minor: opening_minor + entries.iter().map(|entry| entry.amount_minor).sum::<i128>(),
        entries,
        not_booked_count: 0,
        place: "here".to_owned(),
    }
}

fn compared(mirror: &[MirrorEntry], statement: &Statement, reasons: &str, tolerance_minor: u64) -> Reconciliation {
    let explanations = Explanations::read(format!("reference,reason\n{reasons}").as_bytes()).expect("explanations");
    let terms = Terms { owner: "BRA", explanations: &explanations, tolerance_minor, as_of: None };
    reconcile(statement, mirror, &terms)
}

/// Kind, reference, ours, theirs and age of each break.
fn breaks(result: &Reconciliation) -> Vec<(BreakKind, &str, i128, i128, i32)> {
    let told = |found: &'_ reconciliation::Break| (found.kind, found.ours_minor, found.theirs_minor, found.age_days);
    let with_reference = result.breaks.iter().map(|found| {
        let (kind, ours, theirs, age) = told(found);
        (kind, found.reference.as_str(), ours, theirs, age)
    });
    with_reference.collect()
}

#[test]
fn entries_agree_by_reference_else_by_amount_and_value_date() {
    let mirror = [own("P1", 100, 0), own("P2", -40, 1), own("P3", 7, 1)];
    let theirs = statement(0, vec![their("p1 ", 100, 2), their("BANK-9", -40, 1), their("", 7, 1)]);
    let result = compared(&mirror, &theirs, "", 0);
    let by: Vec<_> = result.matches.iter().map(|found| (found.reference.as_str(), found.by)).collect();
    assert_eq!(by, [("P1", MatchedBy::Reference), ("P2", MatchedBy::AmountAndDate), ("P3", MatchedBy::AmountAndDate)]);
    assert_eq!((result.breaks.len(), result.hindrances().count()), (0, 0));
}

#[test]
fn an_amount_that_two_entries_have_matches_neither_without_a_reference() {
    let result = compared(&[own("P1", 100, 0), own("P2", 100, 0)], &statement(0, vec![their("", 100, 0)]), "", 0);
    assert!(result.matches.is_empty());
    assert_eq!(result.breaks.len(), 3);
}

#[test]
fn each_kind_of_break_is_told_with_its_age() {
    let mirror = [own("OLD", 5, -1), own("P1", 100, 0), own("P2", -40, 1), own("LATER", 9, 3)];
    let theirs = statement(8, vec![their("P1", 90, 0), their("X", -3, 2)]);
    let result = compared(&mirror, &theirs, "", 0);
    let expected = [
        (BreakKind::OpeningDiffers, "OPENING", 5, 8, 2),
        (BreakKind::AmountDiffers, "P1", 100, 90, 2),
        (BreakKind::OursOnly, "P2", -40, 0, 1),
        (BreakKind::TheirsOnly, "X", 0, -3, 0),
    ];
    assert_eq!(breaks(&result), expected);
    assert!(result.breaks.iter().all(|found| found.owner == "BRA"));
    assert_eq!((result.ours_closing_minor, result.theirs_closing_minor), (65, 95));
}

#[test]
fn the_same_reference_in_the_other_direction_is_no_match() {
    let result = compared(&[own("P1", 100, 0)], &statement(0, vec![their("P1", -100, 0)]), "", 0);
    let kinds: Vec<_> = result.breaks.iter().map(|found| found.kind).collect();
    assert_eq!(kinds, [BreakKind::OursOnly, BreakKind::TheirsOnly]);
}

#[test]
fn an_entry_that_the_keeper_booked_twice_is_theirs_only_once() {
    let theirs = statement(0, vec![their("P1", 100, 0), their("P1", 100, 0)]);
    let result = compared(&[own("P1", 100, 0)], &theirs, "", 0);
    assert_eq!(result.matches.len(), 1);
    assert_eq!(breaks(&result), [(BreakKind::TheirsOnly, "P1", 0, 100, 2)]);
}

#[test]
fn a_day_closes_over_breaks_that_are_explained_or_within_the_tolerance() {
    let theirs = statement(0, vec![their("X", -3, 2), their("Y", -900, 2)]);
    for (reasons, tolerance, hindering) in [
        ("", 0, 2),
        ("", 2, 2),
        ("", 3, 1),
        ("y,fee not yet booked\n", 3, 0),
        ("y,fee\nX,rounding\n", 0, 0),
        ("Z,nothing\n", 900, 0),
    ] {
        let result = compared(&[], &theirs, reasons, tolerance);
        assert_eq!(result.hindrances().count(), hindering, "{reasons} {tolerance}");
        assert_eq!(result.unused_explanations, if reasons.starts_with('Z') { vec!["Z"] } else { Vec::new() });
    }
}

#[test]
fn explanations_are_complete_and_one_for_each_reference() {
    for (table, problem) in [
        ("reference\nP1\n", Problem::Form),
        ("reference,reason\nP1,\n", Problem::Missing),
        ("reference,reason\nP1,a\np1,b\n", Problem::Form),
        ("reference,reason\nP1\n", Problem::Form),
    ] {
        assert_eq!(Explanations::read(table.as_bytes()).expect_err("wrong").problem, problem, "{table}");
    }
}

fn entries() -> impl Strategy<Value = Vec<(u8, i128, i32)>> {
    proptest::collection::vec((0_u8..6, -4_i128..5, -1_i32..4), 0..12)
}

proptest! {
    #[test]
    fn every_entry_is_in_one_match_or_break_and_breaks_make_up_the_difference(
        ours in entries(), theirs in entries(), opening in -3_i128..4,
    ) {
        let ours: Vec<_> = ours.iter().map(|(name, minor, day)| own(&format!("P{name}"), *minor, *day)).collect();
        let entries: Vec<_> = theirs
            .iter()
            .map(|(name, minor, day)| their(&if *name == 0 { String::new() } else { format!("P{name}") }, *minor, *day))
            .collect();
        let statement = statement(opening, entries);
        let result = compared(&ours, &statement, "", 0);
        let matched = result.matches.len();
        let of = |kind| result.breaks.iter().filter(|found| found.kind == kind).count();
        let differing = of(BreakKind::AmountDiffers);
        prop_assert_eq!(matched + differing + of(BreakKind::TheirsOnly), statement.entries.len());
        let in_time = ours.iter().filter(|entry| (statement.from..=statement.to).contains(&entry.date)).count();
        prop_assert_eq!(matched + differing + of(BreakKind::OursOnly), in_time);
        let differences: i128 = result.breaks.iter().map(reconciliation::Break::difference_minor).sum();
        prop_assert_eq!(result.theirs_closing_minor - result.ours_closing_minor, differences);
        let mut other_order = ours.clone();
        other_order.reverse();
        prop_assert_eq!(compared(&other_order, &statement, "", 0), result);
    }

    #[test]
    fn a_statement_that_quotes_every_reference_agrees(ours in entries()) {
        let ours: Vec<_> = ours
            .iter()
            .enumerate()
            .map(|(number, (_, minor, day))| own(&format!("P{number}"), *minor, *day))
            .collect();
        let before = ours.iter().filter(|entry| entry.date < DAY).map(|entry| entry.amount_minor).sum();
        let entries = ours
            .iter()
            .filter(|entry| entry.date >= DAY && entry.date.0 <= DAY.0 + 2)
            .map(|entry| their(&entry.references[0], entry.amount_minor, 2))
            .collect();
        let result = compared(&ours, &statement(before, entries), "", 0);
        prop_assert!(result.breaks.is_empty());
    }
}
