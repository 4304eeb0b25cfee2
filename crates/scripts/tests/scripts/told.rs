//! What is told of a wrong script, and of one whose expectations fail: code, what, line, remedy.

use crate::{played, told};

const BEGIN: &str =
    "rulebook caudal\nmember ARG using ARS\nmember BRA using BRL\nmember NIC using NIO outside\non 2024-03-04\n";

/// A line after the beginning (line 6), and what is told of it.
const LINES: &[(&str, &[&str])] = &[
    ("pya ARG to BRA 1.00 BRL", &["SCRIPT_WORD: ", "'pya'", "did you mean 'pay'?", "test:6:1"]),
    ("pay ARG too BRA 1.00 BRL", &["SCRIPT_WORD: ", "'too'", "'to'", "test:6:9"]),
    ("pay ARG to BRA", &["SCRIPT_WORD: ", "the line ends", "AMOUNT", "test:6:15"]),
    ("pay ARG to BRA 1.00 BRL for godos", &["SCRIPT_WORD: ", "godos", "did you mean goods?"]),
    ("pay ARG to BRA 1.00 BRL fro goods", &["SCRIPT_WORD: ", "fro", "did you mean 'for'?"]),
    ("pay ARG to BRA 1.00 BRL now", &["SCRIPT_WORD: ", "'now' belongs to nothing here"]),
    ("expect positon of ARG 1.00 USD", &["SCRIPT_WORD: ", "positon", "did you mean 'position'?"]),
    ("expect", &["SCRIPT_WORD: ", "the line ends too early", "position"]),
    ("pay ARX to BRA 1.00 BRL", &["SCRIPT_NAME: ", "no institution or member is called 'ARX'", "did you mean ARG?"]),
    ("suspend PER", &["SCRIPT_NAME: ", "no member is called 'PER'", "declare it"]),
    ("expect payment p1 is cleared", &["SCRIPT_NAME: ", "no payment is called 'p1'"]),
    ("pay ARG to BRA 1.00 EUR", &["SCRIPT_NAME: ", "no currency is called 'EUR'"]),
    ("pay ARG to BRA 1.00 BRL as ARG", &["SCRIPT_NAME: ", "the name ARG is taken"]),
    ("pay ARG to BRA 1.00 BRL as -x", &["SCRIPT_NAME: ", "'-x' is no name"]),
    ("on 2024-03-04", &["SCRIPT_DATE: ", "does not come after 2024-03-04", "dates rise"]),
    ("on 2024-02-30", &["SCRIPT_DATE: ", "'2024-02-30' is no date"]),
    ("on 9999-01-01", &["SCRIPT_DATE: ", "too far away"]),
    ("on 2099-01-04", &["SCRIPT_DATE: ", "more than", "make two scripts of it"]),
    ("at 25:00", &["SCRIPT_DATE: ", "'25:00' is no time of day"]),
    ("at lunch", &["SCRIPT_DATE: ", "no step of the day is called 'lunch'"]),
    ("at clsoe", &["SCRIPT_DATE: ", "did you mean close?"]),
    ("at 12:00\nat 11:00", &["SCRIPT_DATE: ", "11:00 comes before 12:00", "test:7:1"]),
    ("currency CLP with 0 decimals", &["SCRIPT_DATE: ", "declared after the first date"]),
    ("member PER using PEN", &["SCRIPT_DATE: ", "declared after the first date"]),
    ("pay ARG to BRA 1.005 BRL", &["SCRIPT_AMOUNT: ", "at most 2 decimals"]),
    ("pay ARG to BRA 1,00.00 BRL", &["SCRIPT_AMOUNT: ", "is no amount"]),
    ("pay ARG to BRA 0.00 BRL", &["SCRIPT_AMOUNT: ", "greater than zero"]),
    ("pay ARG to BRA -1.00 BRL", &["SCRIPT_AMOUNT: ", "below zero"]),
    ("pay ARG to BRA 1.00", &["SCRIPT_AMOUNT: ", "has no currency"]),
    ("pay ARG to BRA 9999999999999999999.00 BRL", &["SCRIPT_AMOUNT: ", "18 digits"]),
    ("quote ARS buying 0 selling 1", &["SCRIPT_AMOUNT: ", "is no rate"]),
    ("expect position of NIC 1.00 USD", &["SCRIPT_CANNOT_BE: ", "NIC never joins"]),
    ("expect position of ARG 1.00 ARS", &["SCRIPT_CANNOT_BE: ", "never in ARS", "USD"]),
    ("expect rate ARS per BRL 1", &["SCRIPT_CANNOT_BE: ", "no fixing"]),
    ("expect interest from ARG to BRA 1.00 USD", &["SCRIPT_CANNOT_BE: ", "no interest"]),
    ("expect result of ARG 1.00 USD", &["SCRIPT_CANNOT_BE: ", "converts no positions"]),
    ("expect transfer from ARG to BRA 1.00 USD", &["SCRIPT_CANNOT_BE: ", "nobody pays the excess"]),
    ("expect ARG owes ARG 1.00 USD", &["SCRIPT_CANNOT_BE: ", "no pair"]),
    ("expect ARG pays 1.00 USD to BRA", &["SCRIPT_CANNOT_BE: ", "multilateral"]),
    ("expect refusal SUSPENDED", &["SCRIPT_CANNOT_BE: ", "no command came before"]),
    ("expect refusal SUSPEND", &["SCRIPT_NAME: ", "did you mean SUSPENDED?"]),
    ("debit ARG in favour of BRA 1.00 USD", &["SCRIPT_CANNOT_BE: ", "payer's side starts", "pay A to B"]),
    ("limit pair of ARG towards BRA 1.00 BRL", &["SCRIPT_CANNOT_BE: ", "never in BRL"]),
    ("purposes of ARG goods, godos", &["SCRIPT_WORD: ", "godos", "did you mean goods?"]),
    ("extend fixing by 5 minutes because \"late\"", &["SCRIPT_CANNOT_BE: ", "no such step", "[day.steps]"]),
    ("complete the cycle closed 2024-03-01 because late", &["SCRIPT_WORD: ", "'late'", "in quotes"]),
    ("expect arrears of ARG 1.00 USD to BRA", &["SCRIPT_CANNOT_BE: ", "multilateral", "leave out 'to'"]),
    ("expect arrears of ARG -1.00 USD", &["SCRIPT_AMOUNT: ", "below zero"]),
    ("expect NIC is leaving", &["SCRIPT_CANNOT_BE: ", "NIC never joins"]),
    ("rulebook cpcr", &["SCRIPT_RULEBOOK: ", "has named its rulebook before"]),
    ("source \"never closed", &["SCRIPT_TEXT: ", "never closed"]),
    ("pay \"ARG\" to BRA 1.00 BRL", &["SCRIPT_WORD: ", "without quotes"]),
];

#[test]
fn a_wrong_line_is_told_with_its_place_and_its_remedy() {
    for (line, says) in LINES {
        let told = told(&format!("{BEGIN}{line}\n"));
        assert!(!told.is_empty(), "{line} is read");
        says.iter().for_each(|part| assert!(told.contains(part), "{line}: {part}: {told}"));
        assert_eq!(told.lines().count(), 1, "{line}: {told}");
        assert!(told.split("; ").count() >= 3, "what; where; what to do: {told}");
    }
}

#[test]
fn rulebooks_that_are_unknown_missing_wrong_or_not_built_are_told() {
    for (rulebook, says) in [
        ("caudel", &["SCRIPT_RULEBOOK: ", "did you mean caudal?"][..]),
        ("nothing-like-it", &["SCRIPT_RULEBOOK: ", "name one of caudal"]),
        ("\"none.toml\"", &["SCRIPT_RULEBOOK: ", "none.toml", "cannot be read"]),
        ("\"sml-ar-br-day.txt\"", &["SCRIPT_RULEBOOK: ", "the rulebook is wrong", "caudal rulebook check"]),
    ] {
        let told = told(&format!("rulebook {rulebook}\nmember ARG using ARS\non 2024-03-04\n"));
        says.iter().for_each(|part| assert!(told.contains(part), "{rulebook}: {part}: {told}"));
    }
    for name in rulebook::list() {
        let parsed = rulebook::parse(name, rulebook::source(name).expect("built in")).expect("sound");
        let Err(not_built) = parsed.compile() else { continue };
        let told = told(&format!("rulebook {name}\nmember ARG using ARS\non 2024-03-04\n"));
        assert!(told.contains("SCRIPT_NOT_BUILT: ") && told.contains(&not_built.to_string()), "{told}");
    }
}

#[test]
fn scripts_without_rulebook_member_or_date_are_told() {
    for (text, says) in [
        ("", "names no rulebook"),
        ("member ARG using ARS", "has named no rulebook yet"),
        ("rulebook caudal", "has no date"),
        ("rulebook caudal\non 2024-03-04", "has no member"),
    ] {
        let told = told(text);
        assert!(told.contains(says), "{text}: {told}");
    }
    assert!(scripts::read("test", b"\xff", &crate::folder()).unwrap_err()[0].what.contains("UTF-8"));
    let long = vec![b'#'; scripts::limits::SCRIPT_BYTES_MAX + 1];
    assert!(scripts::read("test", &long, &crate::folder()).unwrap_err()[0].what.contains("bytes"));
}

#[test]
fn every_wrong_line_is_told_not_only_the_first() {
    let told = told(&format!("{BEGIN}pya\npay ARX to BRA 1.00 BRL\nat 99:00\n"));
    assert_eq!(told.lines().count(), 3, "{told}");
}

#[test]
fn an_expectation_that_fails_is_told_with_line_expected_and_found_and_the_rest_is_played() {
    let text = format!(
        "{BEGIN}expect position of ARG 1.00 USD\npay ARG to BRA 1.00 USD as p\nexpect refusal RATE_MISSING\n\
         expect payment p is cleared\nexpect position of ARG 0.00 USD\n"
    );
    let report = played(&text).expect("sound");
    assert_eq!(report.counts(), (4, 2));
    let told = told(&text);
    assert!(told.contains("EXPECTATION: expected: position of ARG 1.00 USD; found: 0.00 USD; test:6; "), "{told}");
    assert!(told.contains("EXPECTATION: expected: payment p is cleared; found: refused; test:9; "), "{told}");
}

#[test]
fn a_refusal_that_nobody_expects_is_not_as_expected() {
    let told = told(&format!("{BEGIN}pay ARG to BRA 1.00 BRL as p\nexpect payment p is refused\n"));
    assert!(told.contains("REFUSED: expected: pay ARG to BRA 1.00 BRL as p; found: RATE_MISSING"), "{told}");
    assert!(told.contains("test:6") && told.contains("Caudal, rule 4"), "{told}");
}

#[test]
fn an_article_is_compared_too() {
    let begin = format!("{BEGIN}pay ARG to BRA 1.00 BRL\n");
    assert_eq!(told(&format!("{begin}expect refusal RATE_MISSING by article \"Caudal, rule 4\"\n")), "");
    let told = told(&format!("{begin}expect refusal RATE_MISSING by article \"Caudal, rule 5\"\n"));
    assert!(told.contains("EXPECTATION: "), "{told}");
}
