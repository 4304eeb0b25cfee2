//! Wrong use: exit code 2, one line, nothing done.

use crate::program::{command, ended, run, words};
use std::fs::OpenOptions;
use std::process::Stdio;

/// Arguments, and what the line must say.
const WRONG: &[(&str, &str)] = &[
    ("", "a command is missing; caudal <COMMAND>; `caudal --help`"),
    ("rulebook", "a command is missing; caudal rulebook <COMMAND>"),
    ("demos", "unrecognized subcommand 'demos'"),
    ("demos", "a similar subcommand exists: 'demo'"),
    ("help", "unrecognized subcommand 'help'"),
    ("demo --sed 1", "a similar argument exists: '--seed'"),
    ("demo 5", "unexpected argument '5' found"),
    ("demo --seed", "a value is required for '--seed <N>'"),
    ("demo --seed x", "invalid value 'x' for '--seed <N>'"),
    ("demo --seed -1", "invalid value '-1' for '--seed <N>'"),
    ("demo --seed 1.5", "invalid value '1.5' for '--seed <N>'"),
    ("demo --seed 9007199254740993", "is not in 0..=9007199254740992"),
    ("demo --seed 1 --seed 2", "cannot be used multiple times"),
    ("demo --days 0", "0 is not in 1..="),
    ("demo --days 99999999999999999999", "invalid value"),
    ("demo --payments 0", "0 is not in 1..="),
    ("demo --payments 1e3", "invalid value '1e3'"),
    ("demo --resume", "--data <DIR>"),
    ("demo --language de", "expected one of es, pt, en, fr"),
    ("demo --language", "a value is required"),
    ("simulate --from 2024-01-01", "--to <DATE>"),
    ("simulate --to 2024-01-01", "--from <DATE>"),
    ("simulate --from 31/12/26 --to 2026-12-31", "expected a day of the calendar as YYYY-MM-DD"),
    ("simulate --from 2026-02-30 --to 2026-12-31", "expected a day of the calendar"),
    ("simulate --from 0000-00-00 --to 2026-12-31", "expected a day of the calendar"),
    ("simulate --from tomorrow --to 2026-12-31", "expected a day of the calendar"),
    ("simulate --year 2012", "--trade <FILE>"),
    ("simulate --trade nowhere.csv", "--year <Y>"),
    ("simulate --trade nowhere.csv --year twelve", "invalid value 'twelve'"),
    ("simulate --take-up 0", "expected a percentage above 0 and up to 100"),
    ("simulate --take-up 100.0001", "expected a percentage"),
    ("simulate --take-up -5", "expected a percentage"),
    ("simulate --take-up 5%", "expected a percentage"),
    ("simulate --take-up 1,5", "expected a percentage"),
    ("simulate --take-up 0.00001", "at most four decimals"),
    ("simulate --prefunding -1", "expected a multiple"),
    ("simulate --prefunding 10001", "expected a multiple"),
    ("simulate --arrangement sml", "no rulebook is called 'sml'"),
    ("rulebook show", "<NAME>"),
    (
        "rulebook show sml",
        "name one of caudal, caudal-credit, sml-ar-br, sml-br-uy, sml-br-py, cpcr, epu-1950, cach, acu, cmcf, sucre, sipa, papss",
    ),
    ("rulebook check", "<FILE>"),
    ("verify", "--data <DIR>"),
    ("verify --data day --payment 1 --json", "cannot be used with"),
    ("verify --data day --payment -1", "invalid value '-1'"),
    ("backup --data day", "--to <DIR>"),
    ("restore --data day", "--from <DIR>"),
    ("payload", "a command is missing; caudal payload <COMMAND>"),
    ("payload show --data day --house-key key", "<COMMITMENT>"),
    ("payload show --data day --house-key key 0c3f", "expected 64 hexadecimal digits"),
    ("payload show --data day 0c3f", "invalid value '0c3f'"),
    ("payload verify --data day", "--house-key <FILE>"),
    ("payload erase --data day --house-key key --ground request --case 1 --by operator:1", "--commitment <COMMITMENT>"),
    ("payload erase --ground because", "expected one of request, consent-withdrawn, retention-ended, unlawful, order"),
    ("payload erase --case Maria,Silva", "expected 1 to 35 letters, digits and / - ."),
    ("payload erase --by Maria", "expected operator:N, agent:N, member:M:N or institution:I:N"),
    (
        "payload erase --data d --house-key k --ground order --case 1 --by agent:1 --institution 3",
        "--account-from <FILE>",
    ),
    ("payload backup --data day --to copy --keys k", "--keys-to <FILE>"),
    ("payload restore --from copy --data day --house-key key", "--keys-from <FILE>"),
    ("drill", "--seed <N>"),
    ("drill --seed 1 --seeds 0..2", "cannot be used with"),
    ("drill --seeds 2..0", "expected a first seed below the second"),
    ("drill --seeds 5", "expected two seeds with two dots between them"),
];

#[test]
fn wrong_use_is_one_line_with_what_where_and_what_to_do() {
    for (arguments, says) in WRONG {
        let ended = run(&words(arguments));
        ended.fails(2, "WRONG_USE");
        assert_eq!(ended.out, "", "{arguments}");
        assert_eq!(ended.err.lines().count(), 1, "{arguments}: {}", ended.err);
        assert!(ended.err.contains(says), "{arguments}: {}", ended.err);
    }
}

#[test]
fn what_only_the_lab_can_see_is_wrong_use_with_a_code_of_its_own() {
    for (arguments, code) in [
        ("simulate --from 2024-12-01 --to 2024-11-30", "WINDOW"),
        ("simulate --from 2024-03-02 --to 2024-03-03 --payments 5", "TRAFFIC"),
        ("simulate --arrangement epu-1950", "RULEBOOK_NOT_BUILT"),
        ("demo --payments 99999999999", "TRAFFIC"),
    ] {
        let ended = run(&words(arguments));
        ended.fails(2, code);
        assert_eq!(ended.out, "", "{arguments}");
    }
}

#[test]
fn what_is_not_built_is_named_with_its_article() {
    let ended = run(&words("simulate --arrangement cach"));
    ended.fails(2, "RULEBOOK_NOT_BUILT");
    assert!(ended.err.contains("not built: automatic credit (article: "), "{}", ended.err);
}

#[test]
fn a_name_with_control_characters_does_not_break_the_line() {
    for name in ["two\nlines", "\u{1b}[31mred", "tab\tand\rreturn"] {
        let ended = run(&["rulebook", "show", name]);
        ended.fails(2, "WRONG_USE");
        assert!(!ended.err.contains('\u{1b}') && !ended.err.contains('\r'), "{:?}", ended.err);
    }
}

#[test]
fn a_reader_that_leaves_is_no_error_and_a_full_output_is() {
    let mut child = command(&["rulebook", "show", "caudal"]).stdout(Stdio::piped()).spawn().expect("started");
    drop(child.stdout.take());
    assert!(child.wait().expect("ended").code().is_some_and(|code| code == 0));
    let Ok(full) = OpenOptions::new().write(true).open("/dev/full") else {
        eprintln!("SKIPPED: there is no /dev/full, so no output can be full");
        return;
    };
    let output = command(&["rulebook", "show", "caudal"]).stdout(full).stderr(Stdio::piped()).spawn().expect("started");
    ended(output.wait_with_output().expect("ended")).fails(5, "OUTPUT_FAILED");
}
