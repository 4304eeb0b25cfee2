//! `rulebook list | show | check`.

use crate::program::{run, text};
use std::fs;

const RUNNING: &[&str] =
    &["caudal", "caudal-credit", "sml-ar-br", "sml-br-uy", "sml-br-py", "cpcr", "cmcf", "sucre", "sipa", "papss"];
const READ_ONLY: &[&str] = &["epu-1950", "cach", "acu"];

#[test]
fn the_list_names_each_rulebook_in_four_languages_and_says_whether_it_runs() {
    let lists: Vec<String> =
        ["en", "es", "pt", "fr"].iter().map(|code| run(&["rulebook", "list", "--language", code]).done()).collect();
    insta::assert_snapshot!("rulebook_list", lists.join("\n"));
}

#[test]
fn what_is_shown_of_a_rulebook_is_a_file_that_passes_the_check() {
    let dir = tempfile::tempdir().expect("a folder");
    for name in RUNNING.iter().chain(READ_ONLY).copied() {
        let file = dir.path().join(format!("{name}.toml"));
        fs::write(&file, run(&["rulebook", "show", name]).done()).expect("written");
        let verdict = run(&["rulebook", "check", text(&file)]).done();
        assert!(verdict.contains(&format!("a sound rulebook, {name} version 1")), "{verdict}");
        let runs = RUNNING.contains(&name);
        assert_eq!(verdict.contains("It runs"), runs, "{verdict}");
        assert_eq!(verdict.contains("not built: "), !runs, "{verdict}");
    }
}

/// What is changed in our own rulebook, and what the check says of it.
const CHANGES: &[(&str, &str, &str, &[&str])] = &[
    ("schema = 1", "schema = 2", "RULEBOOK_NOT_ALLOWED", &["schema: found 2; allowed: 1"]),
    ("name = \"caudal\"", "nome = \"caudal\"", "RULEBOOK_UNKNOWN_KEY", &["nome", "name"]),
    (
        "is = \"house\"",
        "is = \"nobody\"",
        "RULEBOOK_NOT_ALLOWED",
        &["counterparty.is", "nobody", "house", "Caudal, rule 2"],
    ),
    ("on_limit = \"refuse\"", "on_limit = ", "RULEBOOK_SYNTAX", &["TOML"]),
    ("spread_max_percent = \"0.5\"", "", "RULEBOOK_MISSING_KEY", &["spread_max_percent"]),
    ("close = \"20:30\"", "close = \"25:30\"", "RULEBOOK_NOT_ALLOWED", &["day.steps.close", "25:30"]),
    ("zone = \"UTC\"", "zone = \"Nowhere\"", "RULEBOOK_NOT_ALLOWED", &["day.zone", "Nowhere"]),
];

#[test]
fn a_wrong_rulebook_is_told_with_file_line_key_found_allowed_and_article() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("mine.toml");
    let sound = run(&["rulebook", "show", "caudal"]).done();
    for (from, to, code, says) in CHANGES {
        assert!(sound.contains(from), "{from}");
        fs::write(&file, sound.replacen(from, to, 1)).expect("written");
        let ended = run(&["rulebook", "check", text(&file)]);
        assert_eq!((ended.code, ended.out.as_str()), (1, ""), "{to}: {ended:?}");
        assert!(ended.err.contains(&format!("error[{code}]: {}:", file.display())), "{to}: {}", ended.err);
        says.iter().for_each(|part| assert!(ended.err.contains(part), "{to}: {part}: {}", ended.err));
        // Used instead of checked, it is wrong data.
        let used = run(&["simulate", "--arrangement", text(&file)]);
        assert_eq!(used.code, 3, "{to}: {used:?}");
        assert!(used.err.contains(&format!("error[{code}]: ")), "{to}: {}", used.err);
    }
}

#[test]
fn every_error_of_a_file_is_a_line_of_its_own() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("mine.toml");
    let sound = run(&["rulebook", "show", "caudal"]).done();
    fs::write(&file, sound.replacen("schema = 1", "schema = 9", 1).replacen("version = 1", "version = 0", 1))
        .expect("written");
    for arguments in [["rulebook", "check"], ["simulate", "--arrangement"]] {
        let ended = run(&[&arguments[..], &[text(&file)]].concat());
        assert_eq!(ended.err.lines().filter(|line| line.starts_with("error[RULEBOOK_")).count(), 2, "{ended:?}");
    }
}

#[test]
fn files_that_are_no_rulebooks_are_told_to_be_none() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("mine.toml");
    for (content, exit, code) in [
        (&b""[..], 1, "RULEBOOK_MISSING_KEY"),
        (b"\xff\xfe", 1, "RULEBOOK_SYNTAX"),
        (b"[[", 1, "RULEBOOK_SYNTAX"),
        (&vec![b'#'; 2 * 1024 * 1024], 1, "RULEBOOK_TOO_LARGE"),
    ] {
        fs::write(&file, content).expect("written");
        let ended = run(&["rulebook", "check", text(&file)]);
        assert_eq!(ended.code, exit, "{ended:?}");
        assert!(ended.err.starts_with(&format!("error[{code}]: ")), "{}", ended.err);
        assert_eq!(run(&["simulate", "--arrangement", text(&file)]).code, 3, "{code}");
    }
    run(&["rulebook", "check", text(&dir.path().join("none.toml"))]).fails(3, "FILE_READ");
    run(&["rulebook", "check", text(dir.path())]).fails(3, "FILE_READ");
    run(&["simulate", "--arrangement", text(&dir.path().join("none.toml"))]).fails(3, "FILE_READ");
}
