//! The tables of `simulate --csv`: described, complete, and in agreement with the object.

use crate::program::{run, text};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

const FILES: [&str; 7] =
    ["summary.csv", "members.csv", "days.csv", "refusals.csv", "waits.csv", "runs.csv", "assumptions.csv"];

const RUN: [&str; 9] =
    ["simulate", "--json", "--from", "2024-03-04", "--to", "2024-03-15", "--prefunding", "0.2", "--csv"];

type Row = BTreeMap<String, String>;

fn table(dir: &Path, file: &str) -> (Vec<String>, Vec<Row>) {
    let mut reader = csv::Reader::from_path(dir.join(file)).expect("a CSV file");
    let header: Vec<String> = reader.headers().expect("a header").iter().map(str::to_owned).collect();
    let rows = reader.deserialize().map(|row| row.expect("a row of the header's form")).collect();
    (header, rows)
}

/// The sum of a column of amounts, in cents.
fn sum(rows: &[Row], column: &str) -> i128 {
    rows.iter().map(|row| cents(&row[column])).sum()
}

fn cents(amount: &str) -> i128 {
    let (whole, fraction) = amount.split_once('.').expect("two decimals");
    assert_eq!(fraction.len(), 2, "{amount}");
    format!("{whole}{fraction}").parse().expect("digits")
}

#[test]
fn the_tables_agree_with_each_other_and_with_the_object() {
    let root = tempfile::tempdir().expect("a folder");
    let dir = root.path().join("deep/out");
    let object = run(&[&RUN[..], &[text(&dir)]].concat()).object();
    let (_, summary) = table(&dir, "summary.csv");
    let summary: BTreeMap<&str, &str> =
        summary.iter().map(|row| (row["name"].as_str(), row["value"].as_str())).collect();
    assert_eq!(summary["state_digest"], object["state_digest"].as_str().expect("text"));
    for figure in ["submitted", "cleared", "expired", "queued"] {
        assert_eq!(summary[figure], object["payments"][figure].to_string());
    }
    for amount in ["gross_usd", "cleared_usd", "hard_currency_usd", "prefunding_usd"] {
        assert_eq!(summary[amount].parse::<f64>().ok(), object[amount].as_f64(), "{amount}");
    }
    let (_, members) = table(&dir, "members.csv");
    assert_eq!(members.len(), 28);
    assert_eq!(sum(&members, "sent_usd"), cents(summary["cleared_usd"]));
    assert_eq!(sum(&members, "received_usd"), cents(summary["cleared_usd"]));
    assert_eq!(sum(&members, "net_usd"), 0, "what some owe, others are owed");
    assert_eq!(sum(&members, "pay_in_usd"), sum(&members, "pay_out_usd"));
    assert_eq!(sum(&members, "prefunding_usd"), cents(summary["prefunding_usd"]));
    let (_, days) = table(&dir, "days.csv");
    assert_eq!(sum(&days, "submitted_usd"), cents(summary["gross_usd"]));
    assert_eq!(sum(&days, "cleared_usd"), cents(summary["cleared_usd"]));
    let (_, waits) = table(&dir, "waits.csv");
    assert!(waits.iter().any(|row| row["article"].contains("Caudal, rule")), "{waits:?}");
    assert_eq!(sum(&waits, "usd"), sum(&members, "waited_usd"));
    let (_, assumptions) = table(&dir, "assumptions.csv");
    assert!(assumptions.iter().any(|row| row["text"].starts_with("prefunding: 0.2 times")), "{assumptions:?}");
}

#[test]
fn runs_are_rows_where_they_are_optimised_and_agree_with_the_object() {
    let dir = tempfile::tempdir().expect("a folder");
    run(&[&RUN[..], &[text(dir.path())]].concat()).done();
    assert!(table(dir.path(), "runs.csv").1.is_empty(), "nobody asked for them");
    let object = run(&[&RUN[..], &[text(dir.path()), "--optimise", "1000000"]].concat()).object();
    let (_, rows) = table(dir.path(), "runs.csv");
    let totals = &object["optimisation"]["totals"];
    assert_eq!(Some(rows.len() as u64), totals["runs"].as_u64());
    for (column, total) in [
        ("frozen_usd", "frozen_usd"),
        ("fifo_usd", "fifo_usd"),
        ("bilateral_usd", "bilateral_usd"),
        ("settled_usd", "settled_usd"),
        ("upper_bound_usd", "upper_bound_usd"),
    ] {
        assert_eq!(cents(&totals[total].to_string()), sum(&rows, column), "{column}");
    }
    let ticks = rows.iter().filter_map(|row| row["ticks"].parse::<u64>().ok()).sum::<u64>();
    assert_eq!(Some(ticks), totals["ticks"].as_u64());
    assert!(sum(&rows, "settled_usd") > sum(&rows, "fifo_usd"), "more settles than in order of entry");
    assert!(rows.iter().any(|row| row["ending"] == "optimised" && row["gap"] == "0.000000"), "{rows:?}");
}

#[test]
fn every_column_is_described_and_nothing_is_left_half_written() {
    let dir = tempfile::tempdir().expect("a folder");
    run(&[&RUN[..], &[text(dir.path())]].concat()).done();
    let page = fs::read_to_string(dir.path().join("README.md")).expect("a description");
    for file in FILES {
        let (_, described) = page.split_once(&format!("## {file}\n")).expect("described");
        let described = described.split("\n## ").next().expect("a section");
        let columns: Vec<&str> = described
            .lines()
            .filter_map(|line| line.strip_prefix("| ")?.split(" | ").next())
            .filter(|column| !["column", "---"].contains(column))
            .collect();
        assert_eq!(table(dir.path(), file).0, columns, "{file}");
    }
    let mut found: Vec<String> = fs::read_dir(dir.path())
        .expect("readable")
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"))
        .collect();
    found.sort();
    let mut expected: Vec<&str> = FILES.iter().copied().chain(["README.md"]).collect();
    expected.sort_unstable();
    assert_eq!(found, expected);
}

#[test]
fn the_same_run_writes_the_same_bytes_over_the_earlier_ones() {
    let dir = tempfile::tempdir().expect("a folder");
    let written = || {
        run(&[&RUN[..], &[text(dir.path())]].concat()).done();
        FILES.map(|file| fs::read(dir.path().join(file)).expect("written"))
    };
    assert_eq!(written(), written());
}

#[test]
fn a_folder_that_cannot_be_written_is_told_before_the_run() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("file");
    fs::write(&file, "not a folder").expect("written");
    let ended = run(&[&RUN[..], &[text(&file)]].concat());
    ended.fails(5, "CSV_NOT_WRITTEN");
    assert_eq!((ended.out.as_str(), fs::read_to_string(&file).expect("there")), ("", "not a folder".to_owned()));
}
