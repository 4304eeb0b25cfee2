//! The rulebooks that come with the program: what each compiles to, and what it says to people.

use domain::refusal_text::Language;
use rulebook::{RulebookError, parse, source};

fn complaints(errors: &[RulebookError]) -> String {
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_rulebook_parses_and_bears_its_name() {
    for name in rulebook::list() {
        let text = source(name).expect("a listed rulebook has a text");
        let rulebook = parse(name, text).unwrap_or_else(|errors| panic!("{}", complaints(&errors)));
        assert_eq!(rulebook.name.0, name);
        for language in Language::ALL {
            assert_eq!(rulebook::title(name, language).as_deref(), Some(rulebook.title_in(language)));
            assert!(rulebook.description_in(language).ends_with('.'), "{name} {language:?}");
        }
    }
    assert_eq!(source("no-such-rulebook"), None);
    assert_eq!(rulebook::title("no-such-rulebook", Language::En), None);
}

#[test]
fn show() {
    for name in rulebook::list() {
        match parse(name, source(name).unwrap()).unwrap().compile() {
            Ok(plan) => println!("{plan:#?}"),
            Err(missing) => {
                println!("{name}\n{}", missing.missing.iter().map(|m| m.to_string() + "\n").collect::<String>())
            }
        }
    }
}
