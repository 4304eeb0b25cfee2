//! Wrong rulebook files, and exactly what is said about each.

mod contradictions_of_limits_and_time;
mod contradictions_of_orders;
mod contradictions_of_reserve;
mod keys_and_values;

use rulebook::{ErrorKind, RulebookError, parse, parse_bytes, source};

/// A rulebook with something changed in it.
pub struct Case {
    /// What is wrong.
    pub why: &'static str,
    /// The rulebook that is changed.
    pub rulebook: &'static str,
    /// What is replaced by what, once each.
    pub edits: &'static [(&'static str, &'static str)],
    /// Each error: the place in the changed text, marked by `‸`, and what it says after the place.
    pub errors: &'static [(&'static str, &'static str)],
}

impl Case {
    fn text(&self) -> String {
        let mut text = source(self.rulebook).expect("a rulebook that comes with the program").to_owned();
        for (from, to) in self.edits {
            assert!(text.contains(from), "{}: nothing to replace: {from}", self.why);
            text = text.replacen(from, to, 1);
        }
        text
    }

    fn expected(&self, text: &str) -> Vec<String> {
        let place = |marked: &str| {
            let (before, after) = marked.split_once('‸').expect("a mark");
            let start = text.find(&format!("{before}{after}")).unwrap_or_else(|| panic!("{}: {marked}", self.why));
            let lines: Vec<&str> = text[..start + before.len()].split('\n').collect();
            (lines.len(), lines.last().map_or(0, |last| last.chars().count()) + 1)
        };
        self.errors
            .iter()
            .map(|(marked, says)| {
                let (line, column) = place(marked);
                format!("file.toml:{line}:{column}: {says}")
            })
            .collect()
    }
}

fn check(cases: &[Case], kinds: &[ErrorKind]) {
    for case in cases {
        let text = case.text();
        let errors = parse("file.toml", &text).expect_err(case.why);
        let said: Vec<String> = errors.iter().map(ToString::to_string).collect();
        assert_eq!(said, case.expected(&text), "{}", case.why);
        assert!(errors.iter().all(|error| kinds.contains(&error.kind)), "{}: {errors:?}", case.why);
    }
}

#[test]
fn a_key_or_value_that_the_schema_does_not_admit_is_named_with_its_place_and_remedy() {
    check(
        keys_and_values::CASES,
        &[ErrorKind::UnknownKey, ErrorKind::MissingKey, ErrorKind::WrongForm, ErrorKind::NotAllowed],
    );
}

#[test]
fn rules_that_contradict_each_other_are_named_with_their_place_and_remedy() {
    check(contradictions_of_orders::CASES, &[ErrorKind::Contradiction]);
    check(contradictions_of_limits_and_time::CASES, &[ErrorKind::Contradiction]);
    check(contradictions_of_reserve::CASES, &[ErrorKind::Contradiction]);
}

#[test]
fn the_files_themselves_have_no_error() {
    // The cases show something only if nothing is wrong before the change.
    for name in rulebook::list() {
        assert_eq!(parse(name, source(name).unwrap()).err(), None, "{name}");
    }
}

fn only(errors: &[RulebookError]) -> String {
    assert_eq!(errors.len(), 1, "{errors:?}");
    errors[0].to_string()
}

#[test]
fn credit_and_fund_ask_for_the_quotas_that_they_are_shares_of() {
    let text = source("epu-1950").unwrap();
    let without = format!("{}{}", text.split_once("[quotas]").unwrap().0, &text[text.find("[fund]").unwrap()..]);
    let errors = parse("file.toml", &without).unwrap_err();
    let keys: Vec<&str> = errors.iter().map(|error| error.key.as_str()).collect();
    assert_eq!(keys, ["limits[1].scope", "credit.tranches", "fund"]);
    assert!(errors.iter().all(|error| error.allowed.contains("the table [quotas]")), "{errors:?}");
}

#[test]
fn text_that_is_not_toml_is_one_error_at_its_place() {
    for (text, says) in [
        ("schema = 1\nname", "f:2:5: found key with no value, expected `=`;"),
        ("schema = 1\n[queue\n", "f:2:7: found unclosed table, expected `]`;"),
        ("schema = 1\nschema = 1\n", "f:2:1: found duplicate key;"),
        ("name = \"caudal\n", "f:1:15: found invalid basic string, expected `\"`;"),
        ("from = 1954-02-30\n", "f:1:8: found invalid date, expected day between 01 and 28;"),
    ] {
        let said = only(&parse("f", text).unwrap_err());
        let rest = " allowed: TOML (https://toml.io); see docs/rulebooks.md#file; put the syntax right";
        assert_eq!(said, format!("{says}{rest}"));
    }
}

#[test]
fn columns_are_counted_in_characters_and_lines_under_any_line_end() {
    let text = "schema = 1\r\n# señal\r\n[title]\r\nes = \"ñandú\"\r\npt = 7\r\n";
    let errors = parse("f", text).unwrap_err();
    let wrong = errors.iter().find(|error| error.key == "title.pt").unwrap();
    assert_eq!((wrong.line, wrong.column), (5, 6));
    let text = "title = { es = \"ñandú\", pt = 7 }";
    let errors = parse("f", text).unwrap_err();
    let wrong = errors.iter().find(|error| error.key == "title.pt").unwrap();
    assert_eq!((wrong.line, wrong.column), (1, 30));
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_are_no_error() {
    let text = source("caudal").unwrap();
    let windows = format!("\u{feff}{}", text.replace('\n', "\r\n"));
    assert_eq!(parse("f", &windows), parse("f", text));
    let errors = parse("f", &windows.replace("close = \"20:30\"", "close = \"25:30\"")).unwrap_err();
    let line = text.lines().position(|line| line == "close = \"20:30\"").unwrap() + 1;
    assert_eq!((errors[0].line, errors[0].column), (line, 9));
}

#[test]
fn bytes_that_are_not_utf_8_are_an_error_at_the_first_of_them() {
    let mut bytes = b"schema = 1\nname = \"".to_vec();
    bytes.extend([0xe9, b'"', b'\n']);
    let said = only(&parse_bytes("f", &bytes).unwrap_err());
    let rest = "found the byte 0xe9; allowed: text in UTF-8; see docs/rulebooks.md#file; save the file as UTF-8";
    assert_eq!(said, format!("f:2:9: {rest}"));
    assert_eq!(parse_bytes("f", source("cpcr").unwrap().as_bytes()), parse("f", source("cpcr").unwrap()));
}

#[test]
fn a_file_that_is_no_rulebook_is_refused_in_few_words() {
    let said = only(&parse("f", &"# nothing\n".repeat(30_000)).unwrap_err());
    assert!(said.starts_with("f:1:1: found a file of 300000 bytes; allowed: at most 262144 bytes;"), "{said}");
    let many: String = (0..1000).map(|number| format!("key{number} = {number}\n")).collect();
    assert_eq!(parse("f", &many).unwrap_err().len(), 50, "no more errors than a person reads");
    let nothing = parse("f", "").unwrap_err();
    assert!(nothing.iter().all(|error| error.kind == ErrorKind::MissingKey), "{nothing:?}");
    assert_eq!(nothing[0].key, "schema");
    let deep = format!("a = {}1{}", "[".repeat(5_000), "]".repeat(5_000));
    assert_eq!(parse("f", &deep).unwrap_err()[0].kind, ErrorKind::Syntax);
}

#[test]
fn codes_of_errors_are_permanent() {
    for (kind, code) in [
        (ErrorKind::Syntax, "RULEBOOK_SYNTAX"),
        (ErrorKind::TooLarge, "RULEBOOK_TOO_LARGE"),
        (ErrorKind::UnknownKey, "RULEBOOK_UNKNOWN_KEY"),
        (ErrorKind::MissingKey, "RULEBOOK_MISSING_KEY"),
        (ErrorKind::WrongForm, "RULEBOOK_WRONG_FORM"),
        (ErrorKind::NotAllowed, "RULEBOOK_NOT_ALLOWED"),
        (ErrorKind::Contradiction, "RULEBOOK_CONTRADICTION"),
    ] {
        assert_eq!(kind.code(), code);
    }
}
