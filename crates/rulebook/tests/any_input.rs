//! Whatever is in a file, it is read or refused: nothing panics, and every error can be found in the file.

use proptest::prelude::*;
use rulebook::{parse, parse_bytes, source};

/// One change to a text.
#[derive(Clone, Debug)]
enum Edit {
    DeleteLine(usize),
    DuplicateLine(usize),
    SwapLines(usize, usize),
    ReplaceValue(usize, String),
    RenameKey(usize, usize),
    CutAt(usize),
    Insert(usize, String),
}

/// Values of every form, so that most of them stand where another form is due.
fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("true".to_owned()),
        Just("false".to_owned()),
        Just("[]".to_owned()),
        Just("{}".to_owned()),
        Just("nan".to_owned()),
        Just("-inf".to_owned()),
        Just("0".to_owned()),
        Just("-9223372036854775808".to_owned()),
        Just("4294967296".to_owned()),
        Just("1950-07-01".to_owned()),
        Just("1950-07-01T00:00:00Z".to_owned()),
        Just("23:59:60".to_owned()),
        Just("[[\"ARG\", \"BRA\"], [\"ARG\"]]".to_owned()),
        Just("[{ on = \"fixing\" }, 7]".to_owned()),
        Just("{ on = \"conformity\", plus_business_days = 30 }".to_owned()),
        prop::sample::select(vec![
            "fixed",
            "open",
            "par",
            "pair",
            "house",
            "unit",
            "asset",
            "denominated",
            "none",
            "bilateral",
            "multilateral",
            "multilateral_with_history",
            "queue",
            "refuse",
            "pay_excess",
            "maximum",
            "zero",
            "complete",
            "pro_rata",
            "reported",
            "payee",
            "net_settled",
            "acceptance",
            "collection",
            "fixing",
            "conformity",
            "months",
            "week",
            "continuous",
            "day",
            "gross_real_time",
            "net",
            "half_step",
            "percent",
            "table",
            "share_of_average",
            "currency",
            "gold",
            "basket",
            "dated_series",
            "00:00",
            "23:59",
            "100",
            "0",
            "0.0001",
            "USD",
            "ÑÑÑ",
            "",
        ])
        .prop_map(|word| format!("\"{word}\"")),
        (0_u32..=70_000).prop_map(|number| number.to_string()),
        "\\PC{0,12}",
    ]
}

fn edit() -> impl Strategy<Value = Edit> {
    let at = any::<usize>();
    prop_oneof![
        2 => at.prop_map(Edit::DeleteLine),
        1 => at.prop_map(Edit::DuplicateLine),
        1 => (at, at).prop_map(|(one, other)| Edit::SwapLines(one, other)),
        6 => (at, value()).prop_map(|(line, value)| Edit::ReplaceValue(line, value)),
        2 => (at, at).prop_map(|(line, key)| Edit::RenameKey(line, key)),
        1 => at.prop_map(Edit::CutAt),
        1 => (at, "\\PC{1,6}").prop_map(|(at, text)| Edit::Insert(at, text)),
    ]
}

fn apply(text: &str, edit: &Edit) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let count = lines.len().max(1);
    let boundary = |at: usize| {
        let mut at = at % (text.len() + 1);
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    match edit {
        Edit::CutAt(at) => return text[..boundary(*at)].to_owned(),
        Edit::Insert(at, inserted) => {
            let at = boundary(*at);
            return format!("{}{inserted}{}", &text[..at], &text[at..]);
        }
        _ if lines.is_empty() => return text.to_owned(),
        Edit::DeleteLine(line) => _ = lines.remove(line % count),
        Edit::DuplicateLine(line) => lines.insert(line % count, lines[line % count].clone()),
        Edit::SwapLines(one, other) => lines.swap(one % count, other % count),
        Edit::ReplaceValue(line, value) => {
            if let Some((key, _)) = lines[line % count].split_once('=') {
                lines[line % count] = format!("{key}= {value}");
            }
        }
        Edit::RenameKey(line, key) => {
            let keys: Vec<&str> =
                rulebook::sections().into_iter().flat_map(|section| section.keys.iter().map(|key| key.name)).collect();
            if let Some((_, value)) = lines[line % count].split_once('=') {
                lines[line % count] = format!("{} ={value}", keys[key % keys.len()]);
            }
        }
    }
    lines.join("\n")
}

/// Reads and, where it can be read, compiles; every error lies in the file and says something.
fn survives(text: &str) -> Result<(), TestCaseError> {
    match parse("file.toml", text) {
        Ok(rulebook) => _ = rulebook.compile(),
        Err(errors) => {
            prop_assert!(!errors.is_empty());
            let lines: Vec<&str> = text.split('\n').collect();
            for error in errors {
                prop_assert!((1..=lines.len()).contains(&error.line), "{error}");
                prop_assert!((1..=lines[error.line - 1].chars().count() + 1).contains(&error.column), "{error}");
                prop_assert!(
                    !error.found.is_empty() && !error.allowed.is_empty() && !error.remedy.is_empty(),
                    "{error}"
                );
                prop_assert!(!error.to_string().contains('\n'), "{error:?}");
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 768, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_changed_rulebook_is_read_or_refused(
        name in prop::sample::select(rulebook::list().collect::<Vec<_>>()),
        edits in prop::collection::vec(edit(), 1..6),
    ) {
        let text = edits.iter().fold(source(name).unwrap().to_owned(), |text, edit| apply(&text, edit));
        survives(&text)?;
    }

    /// One value at a time: so that what is left is sound, and the checks between rules are reached.
    #[test]
    fn a_rulebook_with_one_other_value_is_read_or_refused(
        name in prop::sample::select(rulebook::list().collect::<Vec<_>>()),
        line in any::<usize>(),
        value in value(),
    ) {
        survives(&apply(source(name).unwrap(), &Edit::ReplaceValue(line, value)))?;
    }

    #[test]
    fn any_text_is_refused(text in "\\PC{0,200}(\n\\PC{0,80}){0,5}") {
        survives(&text)?;
        prop_assert!(parse("file.toml", &text).is_err());
    }

    #[test]
    fn any_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(parse_bytes("file.toml", &bytes).is_err());
    }
}

/// The changes above reach what they are meant to reach: files that still compile, that are not built, and that are wrong
/// in each way.
#[test]
fn the_changes_reach_every_kind_of_answer() {
    let mut answers = std::collections::BTreeSet::new();
    for name in ["caudal", "epu-1950"] {
        let text = source(name).unwrap();
        for line in 0..text.lines().count() {
            for value in [
                "true",
                "7",
                "\"zero\"",
                "\"reported\"",
                "\"100\"",
                "\"par\"",
                "[\"ARG\", \"BRA\"]",
                "= 1",
                "\"12:00\"",
            ] {
                let changed = apply(text, &Edit::ReplaceValue(line, value.to_owned()));
                match parse("file.toml", &changed).map(|rulebook| rulebook.compile()) {
                    Ok(Ok(_)) => answers.insert("plan".to_owned()),
                    Ok(Err(_)) => answers.insert("not built".to_owned()),
                    Err(errors) => {
                        answers.extend(errors.iter().map(|error| error.kind.code().to_owned()));
                        true
                    }
                };
            }
            let renamed = apply(text, &Edit::RenameKey(line, 3));
            if let Err(errors) = parse("file.toml", &renamed) {
                answers.extend(errors.iter().map(|error| error.kind.code().to_owned()));
            }
        }
    }
    let reached: Vec<&str> = answers.iter().map(String::as_str).collect();
    assert_eq!(
        reached,
        [
            "RULEBOOK_CONTRADICTION",
            "RULEBOOK_MISSING_KEY",
            "RULEBOOK_NOT_ALLOWED",
            "RULEBOOK_SYNTAX",
            "RULEBOOK_UNKNOWN_KEY",
            "RULEBOOK_WRONG_FORM",
            "not built",
            "plan",
        ]
    );
}
