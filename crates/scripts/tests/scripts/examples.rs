//! Every worked example of the repository, and every sentence of the grammar.

use crate::{folder, played, told};
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

fn files() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder().0)
        .expect("the folder of scripts")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
        .collect();
    files.sort();
    files
}

#[test]
fn every_script_of_the_repository_comes_out_as_it_expects() {
    let files = files();
    assert!(files.len() >= 9, "{files:?}");
    let mut wrong = String::new();
    for file in files {
        let name = file.file_name().expect("a name").to_string_lossy().into_owned();
        let bytes = fs::read(&file).expect("readable");
        match scripts::read(&name, &bytes, &folder()) {
            Err(errors) => errors.iter().for_each(|error| wrong.push_str(&format!("{error}\n"))),
            Ok(script) => {
                assert!(!script.sources().is_empty(), "{name} says where its figures come from");
                let report = scripts::play(&script, &folder()).unwrap_or_else(|fault| panic!("{name}: {fault}"));
                assert!(report.counts().0 > 0, "{name} expects something");
                report.failures.iter().for_each(|failure| wrong.push_str(&format!("{failure}\n")));
                // Played again it comes to the same, to the letter.
                assert_eq!(scripts::play(&script, &folder()).as_ref(), Ok(&report), "{name}");
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// A change of one digit of any expected amount is found: no expectation of an amount holds whatever it says.
#[test]
fn an_expectation_with_another_amount_fails() {
    let mut changed = 0;
    for file in files() {
        let text = fs::read_to_string(&file).expect("readable");
        let lines: Vec<&str> = text.lines().collect();
        let amounts = lines.iter().enumerate().filter(|(_, line)| line.starts_with("expect ") && line.contains("0 "));
        for (place, line) in amounts.step_by(7) {
            let Some(digit) = line.find("0 ").filter(|_| line.contains(".0") || line.contains(".5")) else { continue };
            let mut other = (*line).to_owned();
            other.replace_range(digit..=digit, "1");
            let mut script: Vec<&str> = lines.clone();
            script[place] = &other;
            let report = played(&script.join("\n")).unwrap_or_else(|errors| panic!("{other}: {errors:?}"));
            assert!(report.failures.iter().any(|failure| failure.line == place + 1), "{other} holds as well");
            changed += 1;
        }
    }
    assert!(changed >= 5, "{changed}");
}

/// A rulebook with credit, beside the scripts.
const WITH_CREDIT: &str = "\"rulebooks/epu-in-dollars.toml\"";

/// One with a reserve fund.
const WITH_RESERVE: &str = "\"rulebooks/flar.toml\"";

/// Whoever the examples speak of, under rulebooks of each kind.
fn context(rulebook: &str) -> String {
    let payment = match rulebook {
        "cpcr" => "debit ARG in favour of BRA 1.00 USD as order-1 with an instrument",
        WITH_RESERVE => "draw ARG 1.00 USD on \"liquidity\" as loan-1",
        "cmcf" | WITH_CREDIT => "pay ARG to BRA 1.00 USD as order-1",
        _ => "pay ARG to BRA 1.00 BRL as order-1",
    };
    format!(
        "rulebook {rulebook}\nmember ARG using ARS\nmember BRA using BRL\nmember NIC using NIO outside\n\
         on 2022-03-11\n{payment}\njoin NIC as net\n"
    )
}

#[test]
fn every_sentence_has_an_example_that_is_read_under_some_rulebook() {
    for (pattern, _, example) in scripts::sentences() {
        let verb = example.split(' ').next().expect("a word");
        assert!(pattern.starts_with(verb), "{pattern}: {example}");
        let first = matches!(verb, "currency" | "member" | "institution" | "rulebook");
        let readable = ["caudal", "sml-ar-br", "cpcr", "cmcf", WITH_CREDIT, WITH_RESERVE].into_iter().any(|rulebook| {
            let context = context(rulebook);
            let text = match (verb, first) {
                ("rulebook", _) => context.replacen(&format!("rulebook {rulebook}"), example, 1),
                (_, true) => context.replacen("on 2022", &format!("{example}\non 2022"), 1),
                (_, false) => format!("{context}{example}\n"),
            };
            scripts::read("test", text.as_bytes(), &folder()).is_ok()
        });
        assert!(readable, "{example}: {}", told(&format!("{}{example}\n", context("caudal"))));
    }
}

#[test]
fn the_page_has_every_sentence_and_the_sentences_are_those_of_the_program() {
    let page = fs::read_to_string(folder().0.join("../docs/scripts.md")).expect("docs/scripts.md");
    let reference = scripts::reference();
    if !page.contains(&reference) {
        let lines: BTreeSet<&str> = page.lines().collect();
        let missing: Vec<&str> = reference.lines().filter(|line| !lines.contains(line)).collect();
        panic!("docs/scripts.md is not the reference; it lacks:\n{}\n\nthe whole:\n{reference}", missing.join("\n"));
    }
}

#[test]
fn the_examples_of_the_page_come_out_as_they_expect() {
    let page = fs::read_to_string(folder().0.join("../docs/scripts.md")).expect("docs/scripts.md");
    let examples: Vec<&str> =
        page.split("```script\n").skip(1).map(|rest| rest.split("```").next().expect("an end")).collect();
    assert!(!examples.is_empty(), "the page has an example");
    for example in examples {
        assert_eq!(told(example), "", "{example}");
        assert!(played(example).expect("sound").counts().0 > 0);
    }
}
