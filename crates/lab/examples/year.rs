//! A year of the region by the gravity model: `cargo run --release -p lab --example year -- [RULEBOOK] [PAYMENTS]`.
#![expect(clippy::disallowed_types, reason = "it measures")]

use std::time::Instant;

use domain::EventSeq;
use engine::{Engine, Options};
use journal::{MemoryDisk, MemoryJournal, NoFaults};
use lab::random::Seed;
use lab::{Notices, Observer, Phase, Progress, Scenario, SimulateOptions};

/// Says when the engine was done and the auditor had the rest before it.
struct Clock(Instant);

impl Observer for Clock {
    fn durable(&mut self, _height: EventSeq) {}

    fn progress(&mut self, done: Progress) {
        if done.phase == Phase::Auditing {
            println!("driven {:?}", self.0.elapsed());
        }
    }
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().unwrap_or_else(|| "caudal".to_owned());
    let payments = arguments.next().map(|text| text.parse().expect("a number of payments"));
    let source = rulebook::source(&name).expect("a rulebook that comes with the program").to_owned();
    let mut options = SimulateOptions::new((name, source), Seed::new(1).expect("a small seed"));
    options.payments = payments;
    let mut notices = Notices::new();
    let began = Instant::now();
    let scenario = Scenario::simulate(options, &mut notices).unwrap_or_else(|error| panic!("{error}"));
    println!("scenario {:?}", began.elapsed());
    let journal = MemoryJournal::open(&MemoryDisk::new(), scenario.opening_time().0, NoFaults).expect("empty");
    let mut engine = Engine::open(journal, Options::ledger(1), &mut |_| ()).expect("empty");
    let outcome = lab::run(&scenario, &mut engine, &mut Clock(began)).unwrap_or_else(|fault| panic!("{fault}"));
    println!("in all {:?}", began.elapsed());
    for notice in notices.iter() {
        println!("{notice}");
    }
    for sentence in scenario.assumptions().sentences() {
        println!("{sentence}");
    }
    println!("{:?} height {} ratio {}", outcome.payments, outcome.journal_height, outcome.netting_ratio_text());
    println!("{:?} mean {:?}", outcome.waits, outcome.waits.mean_us());
    println!("refused {:?} expired {:?} lapsed {:?}", outcome.refused, outcome.expired, outcome.lapsed);
    println!(
        "gross {} cleared {} hard {} prefunding {} days {}",
        outcome.gross_usd_cents,
        outcome.cleared_usd_cents,
        outcome.hard_currency_usd_cents,
        outcome.prefunding_usd_cents,
        outcome.days.len()
    );
}
