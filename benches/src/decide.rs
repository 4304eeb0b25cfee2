//! `decide` and `evolve` in memory: parsed command, three legs, all limits, a full table of identifiers.

use crate::baselines::MinimalLedger;
use crate::house::{Orders, noon, set_up};
use crate::meter::{grouped, measure, row};
use domain::{Command, Event};
use ledger::{Answer, Gathered, LOOK_AHEAD, State, decide, evolve, look_ahead_of_command};

const MEASURED: usize = 1_000_000;

pub fn run(identifiers: u64) {
    for institutions in [33, 10_000] {
        let mut minimal = MinimalLedger::new(institutions);
        minimal.fill(identifiers);
        let orders: Vec<Command> = Orders::new(institutions, 2).take(MEASURED).collect();
        let ((), took) = measure(|| orders.iter().for_each(|order| minimal.post(order)));
        let baseline = took.per_second(MEASURED as u64);
        drop(minimal);

        let mut state = house(institutions);
        let mut events = Vec::new();
        for command in Orders::new(institutions, 1).take(usize::try_from(identifiers).unwrap_or(usize::MAX)) {
            give(&mut state, &command, &mut events);
        }
        let (cleared, took) = measure(|| {
            let mut cleared = 0;
            for few in orders.chunks(LOOK_AHEAD) {
                // As the engine does with the commands of a batch.
                few.iter().for_each(|order| look_ahead_of_command(&state, order));
                let accepted =
                    |order: &&Command| matches!(give(&mut state, order, &mut events), Answer::Accepted { .. });
                cleared += few.iter().filter(accepted).count();
            }
            cleared
        });
        assert_eq!(cleared, MEASURED, "every order of the benchmark clears");
        let what = format!(
            "decide + evolve, {institutions} institutions, {} identifiers (baseline: table of identifiers, one limit, two balances)",
            grouped(identifiers as f64)
        );
        row(&what, MEASURED as u64, &took, Some(baseline));
    }
}

/// A house in memory with its business day open.
pub fn house(institutions: u32) -> State {
    let mut state = State::new(1);
    let mut events = Vec::new();
    for command in set_up(institutions) {
        let answer = give(&mut state, &command, &mut events);
        assert!(matches!(answer, Answer::Accepted { .. }), "{command:?}: {answer:?}");
    }
    state
}

pub fn give(state: &mut State, command: &Command, events: &mut Vec<Event>) -> Answer {
    let now = noon();
    let answer = decide(state, now, command, &Gathered::default(), events);
    for event in events.drain(..) {
        let at = state.next_seq();
        evolve(state, at, now, &event);
    }
    answer
}
