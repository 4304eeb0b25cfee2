//! The real engine under a simulated world, and everything compared all along.
//!
//! A seed decides the house (members, institutions, arrangements under rulebooks built in or drawn,
//! limits, rates), what people
//! do (orders, repetitions, cancels, returns, disputes, suspensions, settlement, mistakes), and what goes wrong (crashes,
//! torn writes, full disks, failed syncs, lost answers, other writers, clocks that step). After each step the promises of
//! [`Promise`] are checked: by what the senders were told, and by the auditor's own model, event by event and by digest.
//! At the end the world calms down and everything must come to an end.
//!
//! One thread, no clock, no chance but the seed's: a seed run twice gives the same trace, on any machine.
//!
//! | for | see |
//! | --- | --- |
//! | what a seed decides | `shape.rs`, `knobs.rs`, `weather.rs` |
//! | schemes drawn from the schema | `drawn_rulebook.rs` |
//! | what people do | `moves/` |
//! | processes that start, crash and start again | `process.rs` |
//! | payments that leave memory | `archive.rs` |
//! | personal data, put, swept, erased | `personal_data.rs` |
//! | proposals for open runs, right and wrong | `proposals.rs` |
//! | what is compared | `process.rs`, `answers.rs`, `orders.rs`, `mirror.rs` |
//! | how it ends | `ending.rs` |
#![deny(clippy::float_arithmetic, clippy::print_stdout, clippy::print_stderr)]

mod answers;
mod archive;
mod breach;
mod credit;
pub mod drawn_rulebook;
mod ending;
mod knobs;
mod mirror;
mod moves;
mod orders;
mod personal_data;
mod process;
mod proposals;
pub mod random;
mod report;
mod reserve;
mod setup;
mod shape;
mod trace;
mod weather;
mod world;

pub use breach::{Breach, Promise};
pub use personal_data::PayloadFault;
pub use report::{Counts, Report};

use engine::{Decide, Evolve};
use std::panic::{AssertUnwindSafe, catch_unwind};
use world::World;

/// How seeds are run.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// What takes events into the state: the ledger's, or a broken one to see that it is noticed.
    pub evolve: Evolve,
    /// What decides commands: the ledger's, or a broken one.
    pub decide: Decide,
    /// Whether disks fail and processes crash.
    pub faults: bool,
    /// Whether a crash also loses a block that was acknowledged, as no journal may: to see that it is noticed.
    pub lose_acknowledged: bool,
    /// Whether the archive forgets what left memory, as no archive may: to see that it is noticed.
    pub archive_forgets: bool,
    /// Whether snapshots are of a state that left out a deposit, as none may: to see that it is noticed.
    pub snapshots_lie: bool,
    /// What the store of personal data does that no store may do: to see that it is noticed.
    pub payload_fault: Option<PayloadFault>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            evolve: ledger::evolve,
            decide: ledger::decide,
            faults: true,
            lose_acknowledged: false,
            archive_forgets: false,
            snapshots_lie: false,
            payload_fault: None,
        }
    }
}

/// Runs one seed from an empty journal to the end of everything.
#[must_use]
pub fn simulate(seed: u64, options: &Options) -> Report {
    let mut world = World::new(seed, *options);
    // An assertion that fails is what is looked for, too.
    let ended = catch_unwind(AssertUnwindSafe(|| world.run()));
    let found = match ended {
        Ok(Ok(())) => None,
        Ok(Err(found)) => Some((found.promise, found.what)),
        Err(panic) => Some((Promise::NoBug, message_of(panic.as_ref()))),
    };
    let breach = found.map(|(promise, what)| Breach { promise, step: world.step(), what, before: world.last_events() });
    world.into_report(breach)
}

/// Runs seeds one after the other and tells of each; stops at the first broken promise, which it gives back.
pub fn run(
    seeds: impl IntoIterator<Item = u64>,
    options: &Options,
    told: &mut dyn FnMut(&Report),
) -> (Counts, Option<Report>) {
    let mut total = Counts::default();
    for seed in seeds {
        let report = simulate(seed, options);
        told(&report);
        total.add(report.counts);
        if report.breach.is_some() {
            return (total, Some(report));
        }
    }
    (total, None)
}

fn message_of(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "a panic without a message".to_owned())
}
