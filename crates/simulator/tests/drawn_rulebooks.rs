//! Rulebooks drawn from the schema: most run, and each that does not says why in the words of its writer.

use domain::plan::Plan;
use domain::{Actor, Event, EventBody, RulebookId};
use simulator::drawn_rulebook::{compile, text};
use simulator::random::Random;
use std::collections::BTreeMap;

const DRAWN: u64 = 2_000;

fn drawn() -> impl Iterator<Item = (u64, String)> {
    let members: Vec<String> = ["M00", "M01", "M02", "M03"].map(str::to_owned).into();
    (0..DRAWN).map(move |seed| (seed, text(&members, 100_000, &mut Random::from_seed(seed))))
}

#[test]
fn most_drawn_rulebooks_run_and_the_rest_say_what_stands_against_it() {
    let (mut run, mut reasons) = (0_u64, BTreeMap::<String, u64>::new());
    for (seed, text) in drawn() {
        match compile(&text) {
            Ok(_) => run += 1,
            Err(told) => {
                assert!(told.contains("not built: ") || told.starts_with("drawn.toml:"), "seed {seed}: {told}\n{text}");
                let line = told.lines().next().unwrap_or_default();
                let what = line.trim_start_matches(|found: char| !found.is_alphabetic()).to_owned();
                *reasons.entry(what).or_default() += 1;
            }
        }
    }
    eprintln!("{run} of {DRAWN} run; the others: {reasons:#?}");
    assert!(run > DRAWN / 2, "only {run} of {DRAWN} drawn rulebooks run: {reasons:#?}");
    assert!(run < DRAWN, "a draw that never contradicts itself does not reach the edges of the schema");
}

#[test]
fn the_plan_of_a_drawn_rulebook_is_the_same_after_its_way_through_the_journal() {
    let mut seen = 0;
    for (seed, text) in drawn() {
        let Ok(plan) = compile(&text) else { continue };
        let adopted = adoption(&text, plan.clone());
        let mut bytes = Vec::new();
        codec::encode(&adopted, &mut bytes);
        assert_eq!(codec::decode(&bytes), Ok((adopted, bytes.len())), "seed {seed}\n{text}");
        assert_eq!(compile(&text).as_ref(), Ok(&plan), "seed {seed}: compiled twice, two plans");
        seen += 1;
    }
    assert!(seen > 0);
}

fn adoption(text: &str, plan: Plan) -> Event {
    let source = text.as_bytes().to_vec();
    let body = EventBody::RulebookAdopted { rulebook: RulebookId(0), source, plan: Box::new(plan) };
    Event { actor: Actor::operator(0), approvals: Vec::new(), body }
}

#[test]
fn drawn_rulebooks_have_every_shape_that_runs() {
    let mut words = BTreeMap::<&str, u64>::new();
    let looked_for = [
        "kind = \"open\"",
        "kind = \"fixed\"",
        "kind = \"par\"",
        "initiator = \"payee\"",
        "netting = \"none\"",
        "netting = \"bilateral\"",
        "netting = \"multilateral\"",
        "netting = \"multilateral_with_history\"",
        "length = \"week\"",
        "length = \"months\"",
        "decompose = [\"tranches\"]",
        "decompose = [\"instalments\"]",
        "decompose = [\"apportioned\"]",
        "\"pass_through\"]",
        "on_limit = \"pay_excess\"",
        "on_limit = \"suspend_facility\"",
        "on_limit = \"queue\"",
        "on = \"pair_balances\"",
        "[exit]",
    ];
    for (_, text) in drawn().filter(|(_, text)| compile(text).is_ok()) {
        for word in looked_for.into_iter().filter(|word| text.contains(word)) {
            *words.entry(word).or_default() += 1;
        }
    }
    for word in looked_for {
        let times = words.get(word).copied().unwrap_or_default();
        assert!(times >= 10, "{word}: in {times} of the drawn rulebooks that run");
    }
}
