//! `play SCRIPT`.

use crate::program::{run, text};
use serde_json::Value;
use std::fs;
use std::path::PathBuf;

fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A script in a folder of its own.
fn written(content: &str) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("mine.txt");
    fs::write(&file, content).expect("written");
    (dir, file)
}

const DAY: &str = "source \"chosen\"\nrulebook cpcr\nmember ARG using USD\nmember BRA using USD\n\
                   limit pair of ARG towards BRA 30.00 USD\non 2024-04-01\n\
                   debit ARG in favour of BRA 20.00 USD as d1 with an instrument\n\
                   debit ARG in favour of BRA 1.00 USD as d2\n\
                   expect refusal INSTRUMENT_MISSING of d2\n\
                   expect ARG owes BRA 20.00 USD\n";

#[test]
fn a_script_is_shown_date_by_date_and_ends_with_its_verdict() {
    let (_dir, file) = written(DAY);
    let page = run(&["play", text(&file)]).done().replace(text(&file), "mine.txt");
    insta::assert_snapshot!("play_page", page);
}

#[test]
fn the_object_has_dates_rows_and_expectations_with_exact_amounts() {
    let (_dir, file) = written(DAY);
    let object = run(&["play", "--json", text(&file)]).object();
    assert_eq!(object["ok"], true);
    assert_eq!(object["rulebook"], "cpcr");
    assert_eq!((&object["expectations"], &object["expectations_held"]), (&Value::from(2), &Value::from(2)));
    let date = &object["dates"][0];
    assert_eq!(date["date"], "2024-04-01");
    let owes = date["rows"].as_array().expect("rows").iter().find(|row| row["what"] == "owes").expect("a row");
    assert_eq!((&owes["who"], &owes["other"], &owes["currency"]), (&"ARG".into(), &"BRA".into(), &"USD".into()));
    assert_eq!(owes["amount"].to_string(), "20.0", "a number");
    assert!(run(&["play", "--json", text(&file)]).done().contains("\"amount\":20.00,"), "with all its decimals");
    let refused = date["rows"].as_array().expect("rows").iter().find(|row| row["what"] == "refused").expect("a row");
    assert!(refused["note"].as_str().expect("text").starts_with("INSTRUMENT_MISSING ("));
    assert_eq!(date["expectations"][1]["expected"], "expect ARG owes BRA 20.00 USD");
    assert_eq!(date["expectations"][1]["holds"], true);
}

#[test]
fn an_expectation_that_fails_is_exit_one_with_line_expected_and_found() {
    let (_dir, file) = written(&DAY.replace("owes BRA 20.00", "owes BRA 21.00"));
    let ended = run(&["play", text(&file)]);
    ended.fails(1, "EXPECTATION");
    let told = format!("expected: ARG owes BRA 21.00 USD; found: 20.00 USD; {}:10; ", file.display());
    assert!(ended.err.contains(&told), "{}", ended.err);
    assert!(ended.out.contains("1 of 2 expectations hold: NOT as expected"), "{}", ended.out);
    let object = run(&["play", "--json", text(&file)]);
    assert_eq!(object.code, 1);
    let object: Value = serde_json::from_str(&object.out).expect("JSON");
    assert_eq!((&object["ok"], &object["failures"][0]["line"]), (&Value::from(false), &Value::from(10)));
}

#[test]
fn a_wrong_script_is_exit_three_with_a_line_for_each_error_and_plays_nothing() {
    let (_dir, file) = written(&DAY.replace("debit ARG", "debt ARG"));
    let ended = run(&["play", text(&file)]);
    assert_eq!((ended.code, ended.out.as_str()), (3, ""));
    assert!(ended.err.contains(&format!("{}:7:1; did you mean 'debit'?", file.display())), "{}", ended.err);
    assert!(ended.err.lines().filter(|line| line.starts_with("error[SCRIPT_WORD]: ")).count() >= 2, "{}", ended.err);
    let (_dir, file) = written("rulebook \"none.toml\"\n");
    run(&["play", text(&file)]).fails(3, "SCRIPT_RULEBOOK");
}

#[test]
fn files_that_are_no_scripts_are_told_to_be_none() {
    let (dir, file) = written("");
    run(&["play", text(&file)]).fails(3, "SCRIPT_RULEBOOK");
    fs::write(&file, b"\xff\xfe").expect("written");
    run(&["play", text(&file)]).fails(3, "SCRIPT_TEXT");
    fs::write(&file, vec![b'#'; 2 * 1024 * 1024]).expect("written");
    run(&["play", text(&file)]).fails(3, "SCRIPT_TEXT");
    run(&["play", text(&dir.path().join("none.txt"))]).fails(3, "FILE_READ");
    run(&["play", text(dir.path())]).fails(3, "FILE_READ");
    run(&["play"]).fails(2, "WRONG_USE");
}

#[test]
fn a_rulebook_file_is_found_beside_the_script() {
    let (dir, file) = written(&DAY.replace("rulebook cpcr", "rulebook \"mine.toml\""));
    fs::write(dir.path().join("mine.toml"), run(&["rulebook", "show", "cpcr"]).done()).expect("written");
    assert!(run(&["play", text(&file)]).done().contains("2 of 2 expectations hold"));
}

#[test]
fn every_script_of_the_repository_comes_out_as_it_expects() {
    let mut played = 0;
    for entry in fs::read_dir(repository().join("scripts")).expect("a folder") {
        let file = entry.expect("an entry").path();
        if file.extension().is_some_and(|extension| extension == "txt") {
            let object = run(&["play", "--json", text(&file)]).object();
            assert_eq!(object["ok"], true, "{}", file.display());
            played += 1;
        }
    }
    assert!(played >= 9, "{played}");
}
