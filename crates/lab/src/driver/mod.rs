//! Drives the real engine through a run with simulated time. There is no second model: what happens is what the engine
//! decides, and what is told of it is read off its journal.
//!
//! A run is a list of steps at strictly increasing times, each a batch that becomes one block. Steps follow from the
//! scenario and from the state before them, never from the process: a run that was stopped after any block and is taken
//! up again (the engine replays; steps up to the time of the last event are passed over) comes to the same journal, event
//! for event.
//!
//! | for | see |
//! | --- | --- |
//! | before the first day | `setup.rs` |
//! | what a date holds, and when | `agenda.rs`, `schedule.rs` |
//! | from ticket to order | `orders.rs` |
//! | what members and agent do when it is due | `steps.rs`, `quotes.rs` |
//! | figures and audit, on a thread of their own | `bookkeeper.rs`, `tally.rs`, `run_tally.rs` |

mod agenda;
mod bookkeeper;
mod credit_tally;
mod fault;
mod orders;
mod progress;
pub(crate) mod quotes;
mod resume;
mod run_tally;
pub(crate) mod schedule;
pub(crate) mod setup;
mod steps;
mod summary;
mod tally;
mod voyage;

use std::sync::mpsc;
use std::thread;

use domain::Date;
use domain::command::Command;
use engine::{Engine, LedgerMachine};
use journal::Journal;

pub use fault::RunFault;
pub use progress::{Observer, Phase, Progress, Unobserved};

use crate::outcome::Outcome;
use crate::scenario::Scenario;
use crate::tickets::Ticket;
use bookkeeper::Bookkeeper;
use orders::OrderDesk;
use voyage::Voyage;

/// The orders of a run, as they are entered: the day of each, its ordinal among all, and the command. For whoever sends one
/// of them again.
pub fn orders(scenario: &Scenario) -> impl Iterator<Item = (Date, u64, Command)> + '_ {
    scenario.traffic.days().flat_map(|day| {
        let desk = OrderDesk::new(scenario, day.date);
        let command = move |ticket: Ticket| (day.date, ticket.ordinal, desk.command(&ticket));
        day.tickets.into_iter().map(command).collect::<Vec<_>>()
    })
}

/// Drives an engine through a run to its end, from wherever its journal has come. Open the journal at
/// [`Scenario::opening_time`].
///
/// # Errors
/// [`RunFault`]. What was durable stays.
///
/// # Panics
/// On bugs of the lab: an order that the engine does not recognise as one.
pub fn run<J: Journal>(
    scenario: &Scenario,
    engine: &mut Engine<J, LedgerMachine>,
    observer: &mut dyn Observer,
) -> Result<Outcome, RunFault> {
    resume::check(scenario, engine)?;
    engine.set_optimising(voyage::run_budget(scenario));
    let (parts, received) = mpsc::channel();
    let (driven, kept) = thread::scope(|scope| {
        let named = thread::Builder::new().name("bookkeeper".to_owned());
        let books = named.spawn_scoped(scope, move || Bookkeeper::new(scenario).keep(&received));
        let books = books.expect("bug: the machine has no room for a thread");
        let mut voyage = Voyage::new(scenario, engine, observer, parts);
        let driven = voyage.sail();
        // The bookkeeper ends when nobody can send any more.
        drop(voyage);
        let kept = books.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        (driven, kept)
    });
    // A voyage that ends because its bookkeeper did says nothing by itself.
    let bookkeeper = kept?;
    driven?;
    summary::outcome(scenario, engine, bookkeeper)
}
