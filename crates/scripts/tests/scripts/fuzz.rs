//! Nothing that anybody writes makes it panic: lines of right words in wrong places, and real scripts with pieces changed.

use crate::{folder, played};
use proptest::prelude::*;

/// A rulebook with credit, beside the scripts.
const WITH_CREDIT: &str = "\"rulebooks/epu-in-dollars.toml\"";

/// Words that scripts are made of.
fn word() -> impl Strategy<Value = String> {
    let known: Vec<String> = scripts::sentences()
        .flat_map(|(pattern, _, example)| {
            pattern.split(' ').chain(example.split(' ')).map(str::to_owned).collect::<Vec<_>>()
        })
        .map(|word| word.replace(['[', ']'], ""))
        .collect();
    prop_oneof![
        8 => proptest::sample::select(known),
        1 => "[-0-9A-Za-z,.:#\"_]{1,12}",
        1 => "\\PC{0,6}",
    ]
}

fn line() -> impl Strategy<Value = String> {
    let examples: Vec<&'static str> = scripts::sentences().map(|(_, _, example)| example).collect();
    let changed = (proptest::sample::select(examples.clone()), any::<proptest::sample::Index>(), word()).prop_map(
        |(example, place, word)| {
            let mut words: Vec<String> = example.split(' ').map(str::to_owned).collect();
            let place = place.index(words.len());
            words[place] = word;
            words.join(" ")
        },
    );
    prop_oneof![
        4 => proptest::sample::select(examples).prop_map(str::to_owned),
        2 => changed,
        1 => proptest::collection::vec(word(), 0..10).prop_map(|words| words.join(" ")),
    ]
}

fn begin(rulebook: &str) -> String {
    let payment = match rulebook {
        "cpcr" => "debit ARG in favour of BRA 1.00 USD as order-1 with an instrument",
        "cmcf" | "sipa" | WITH_CREDIT => "pay ARG to BRA 1.00 USD as order-1",
        _ => "pay ARG to BRA 1.00 BRL as order-1",
    };
    format!(
        "rulebook {rulebook}\nmember ARG using ARS\nmember BRA using BRL\nmember NIC using NIO outside\non 2022-03-10\n\
         {payment}\n"
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, ..ProptestConfig::default() })]

    /// Whatever is read is played: lines that are wrong are left out, one after the other, until the rest is a script.
    #[test]
    fn any_lines_are_told_or_played(
        rulebook in proptest::sample::select(vec!["caudal", "sml-ar-br", "cpcr", "cmcf", "papss", "sipa", WITH_CREDIT]),
        lines in proptest::collection::vec(line(), 0..25),
    ) {
        let mut text = begin(rulebook);
        for line in lines {
            let longer = format!("{text}{line}\n");
            if scripts::read("test", longer.as_bytes(), &folder()).is_ok() {
                text = longer;
            }
        }
        let report = played(&text);
        prop_assert!(report.is_ok());
    }

    #[test]
    fn any_bytes_are_told(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(scripts::read("test", &bytes, &folder()).is_err());
    }
}
