//! The public schema, docs/events.cddl, says what is written.

use crate::{encoded, samples};
use codec::{EVENT_TYPES, event_type};
use std::collections::BTreeSet;

const SCHEMA: &str = include_str!("../../../../docs/events.cddl");

/// The schema without its comments.
fn rules() -> String {
    SCHEMA.lines().map(|line| line.split(';').next().unwrap_or_default().trim_end().to_owned() + "\n").collect()
}

/// `PaymentEntered` is `payment-entered` in the schema.
fn rule_name(type_name: &str) -> String {
    let mut name = String::new();
    for letter in type_name.chars() {
        if letter.is_ascii_uppercase() && !name.is_empty() {
            name.push('-');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}

/// Items of the array that begins with `head`: commas at its own depth, and one.
fn items_of_rule(rules: &str, head: &str) -> usize {
    let begin = rules.find(head).unwrap_or_else(|| panic!("docs/events.cddl has no rule `{head} …]`"));
    let array = &rules[begin + head.find('[').unwrap()..];
    let (mut depth, mut items) = (0, 1);
    for letter in array.chars() {
        match letter {
            '[' | '(' | '{' => depth += 1,
            ']' | ')' | '}' => depth -= 1,
            ',' if depth == 1 => items += 1,
            _ => {}
        }
        if depth == 0 {
            return items;
        }
    }
    panic!("`{head}` does not end");
}

fn items_written(bytes: &[u8]) -> usize {
    usize::try_from(minicbor::Decoder::new(bytes).array().unwrap().unwrap()).unwrap()
}

#[test]
fn each_type_has_its_rule_with_number_version_and_every_field() {
    let rules = rules();
    for event in samples::all() {
        let kind = event_type(&event.body);
        let head = format!("\n{} = [{}, {}, by,", rule_name(kind.name), kind.number, kind.version);
        // `by` is two items: who, and who approved.
        assert_eq!(items_of_rule(&rules, &head) + 1, items_written(&encoded(&event)), "{}", kind.name);
    }
}

#[test]
fn an_event_is_one_of_the_types_and_nothing_else() {
    let rules = rules();
    let (_, choice) = rules.split_once("\nevent =").unwrap();
    let (choice, _) = choice.split_once("\n\n").unwrap();
    let listed: Vec<&str> = choice.split('/').map(str::trim).collect();
    let known: Vec<String> = EVENT_TYPES.iter().map(|kind| rule_name(kind.name)).collect();
    assert_eq!(listed, known);
}

#[test]
fn the_schema_defines_every_name_it_uses() {
    /// Names that CDDL itself defines (RFC 8610, appendix D).
    const PRELUDE: [&str; 8] = ["uint", "int", "bigint", "bstr", "tstr", "bool", "null", "event"];
    let rules = rules();
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.');
    let mut defined: BTreeSet<&str> = PRELUDE.into();
    let mut used = BTreeSet::new();
    for line in rules.lines() {
        let mut rest = line;
        if !line.starts_with(' ')
            && let Some((name, right)) = line.split_once(" = ")
        {
            defined.insert(name);
            rest = right;
        }
        let without_texts = rest.split('"').step_by(2).collect::<String>();
        for word in
            without_texts.split(|letter: char| !is_name(letter) && letter != ':').filter(|word| !word.is_empty())
        {
            let is_label = word.ends_with(':');
            let is_operator = word.starts_with('.');
            if !is_label && !is_operator && word.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
                used.insert(word.to_owned());
            }
        }
    }
    let undefined: Vec<_> = used.iter().filter(|name| !defined.contains(name.as_str())).collect();
    assert!(undefined.is_empty() && used.len() > 60, "{undefined:?} in {} names", used.len());
}
