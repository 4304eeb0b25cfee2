//! A year of the region by the gravity model: `cargo run --release -p lab --example year -- [RULEBOOK] [PAYMENTS] [TICKS]`;
//! with ticks, optimisation runs are solved within so many each.
#![expect(clippy::disallowed_types, reason = "it measures")]

use std::time::{Duration, Instant};

use domain::{EventSeq, RunId};
use engine::{Engine, Options};
use journal::{MemoryDisk, MemoryJournal, NoFaults};
use lab::random::Seed;
use lab::{Notices, Observer, Phase, Progress, Scenario, SimulateOptions};

/// Says when the engine was done and the auditor had the rest before it; measures the solving.
struct Clock {
    began: Instant,
    solving: Instant,
    solved: Vec<Duration>,
}

impl Observer for Clock {
    fn durable(&mut self, _height: EventSeq) {}

    fn progress(&mut self, done: Progress) {
        if done.phase == Phase::Auditing {
            println!("driven {:?}", self.began.elapsed());
        }
    }

    fn solving(&mut self, _run: RunId) {
        self.solving = Instant::now();
    }

    fn solved(&mut self, _run: RunId) {
        self.solved.push(self.solving.elapsed());
    }
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().unwrap_or_else(|| "caudal".to_owned());
    let payments = arguments.next().map(|text| text.parse().expect("a number of payments"));
    let ticks: Option<u64> = arguments.next().map(|text| text.parse().expect("a number of ticks"));
    let source = rulebook::source(&name).expect("a rulebook that comes with the program").to_owned();
    let mut options = SimulateOptions::new((name, source), Seed::new(1).expect("a small seed"));
    options.payments = payments;
    let mut notices = Notices::new();
    let began = Instant::now();
    let scenario = Scenario::simulate(options, &mut notices).unwrap_or_else(|error| panic!("{error}"));
    let scenario = match ticks {
        Some(ticks) => scenario.with_optimiser(ticks),
        None => scenario,
    };
    println!("scenario {:?}", began.elapsed());
    let journal = MemoryJournal::open(&MemoryDisk::new(), scenario.opening_time().0, NoFaults).expect("empty");
    let mut engine = Engine::open(journal, Options::ledger(1), &mut |_| ()).expect("empty");
    let mut clock = Clock { began, solving: began, solved: Vec::new() };
    let outcome = lab::run(&scenario, &mut engine, &mut clock).unwrap_or_else(|fault| panic!("{fault}"));
    println!("in all {:?}", began.elapsed());
    for notice in notices.iter() {
        println!("{notice}");
    }
    for sentence in scenario.assumptions().sentences() {
        println!("{sentence}");
    }
    if scenario.has_optimiser() {
        clock.solved.sort_unstable();
        let solved = &clock.solved;
        println!("runs {:?}", outcome.run_totals());
        println!(
            "solved {} runs: in all {:?}, median {:?}, longest {:?}",
            solved.len(),
            solved.iter().sum::<Duration>(),
            solved.get(solved.len() / 2),
            solved.last()
        );
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
