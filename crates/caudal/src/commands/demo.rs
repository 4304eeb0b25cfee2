//! `caudal demo`: a day of the region, from nothing.

use crate::demo_folder::{self, Begun};
use crate::failure::{Exit, Failure};
use crate::run_report::Report;
use crate::watcher::{SolveTimes, Watcher};
use crate::{output, values, warnings};
use clap::Args;
use domain::refusal_text::Language;
use lab::driver;
use lab::notice::Notices;
use lab::options::{DEFAULT_SEED, DemoOptions, MOST_DEMO_DAYS};
use lab::outcome::Outcome;
use lab::random::Seed;
use lab::scenario::Scenario;
use std::path::{Path, PathBuf};
use std::time::Instant;

pub(crate) const EXAMPLE: &str = "\
Examples:
  caudal demo
  caudal demo --optimise 100000000           each run settles what is worth most then
  caudal demo --payments 100000 --data day
  caudal demo --payments 100000 --data day --resume      after a crash: goes on where it stopped";

/// One business day, or several.
#[derive(Args, Clone, Debug)]
pub(crate) struct Arguments {
    /// Business days, from a fixed date on
    #[arg(long, value_name = "N", default_value_t = 1, allow_negative_numbers = true, value_parser = days())]
    pub(crate) days: u32,
    /// Exact number of payments; else as many as the trade of those days makes
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = values::payments())]
    pub(crate) payments: Option<u64>,
    /// Seed: the same arguments give the same payments, events and digest
    #[arg(long, value_name = "N", default_value_t = DEFAULT_SEED, allow_negative_numbers = true, value_parser = values::seed())]
    pub(crate) seed: u64,
    /// Solves optimisation runs with a budget of N ticks each (some hundred million take a second); else they settle in order of
    /// entry
    #[arg(long, value_name = "TICKS", allow_negative_numbers = true, value_parser = values::ticks())]
    pub(crate) optimise: Option<u64>,
    /// Folder for the journal, kept; else a temporary one, removed
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Goes on with the run in the folder, given the same arguments; begins it if there is none
    #[arg(long, requires = "data")]
    pub(crate) resume: bool,
    /// Payments that stay in memory when closed, before the oldest go to the index on disk
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) payments_in_memory: Option<u64>,
    /// Prints {"durable_height":N} on stderr after each block that may be relied on
    #[arg(long)]
    pub(crate) progress_json: bool,
    /// Prints the result as one JSON object
    #[arg(long)]
    pub(crate) json: bool,
    /// Language of refusals: es, pt, en or fr
    #[arg(long, value_name = "CODE", default_value = "en", value_parser = values::language)]
    pub(crate) language: Language,
}

fn days() -> clap::builder::RangedI64ValueParser<u32> {
    clap::value_parser!(u32).range(1..=i64::from(MOST_DEMO_DAYS))
}

impl Arguments {
    fn options(&self) -> DemoOptions {
        let seed = Seed::new(self.seed).expect("bug: the grammar admits a seed that is too large");
        DemoOptions { days: self.days, payments: self.payments, seed }
    }

    /// What decides the run.
    fn begun(&self) -> Begun {
        let payments = self.payments.map_or_else(|| "none".to_owned(), |payments| payments.to_string());
        let in_memory = self.payments_in_memory.map_or_else(|| "all".to_owned(), |count| count.to_string());
        vec![
            ("--days", self.days.to_string()),
            ("--payments", payments),
            ("--seed", self.seed.to_string()),
            ("--payments-in-memory", in_memory),
            ("--optimise", self.optimise.map_or_else(|| "none".to_owned(), |ticks| ticks.to_string())),
        ]
    }

    fn watcher(&self, scenario: &Scenario) -> Watcher {
        if self.progress_json { Watcher::json() } else { Watcher::bar(scenario.assumptions().ticket_count) }
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    let started = Instant::now();
    if let (Some(dir), false) = (&arguments.data, arguments.resume) {
        demo_folder::require_new(dir)?;
    }
    let mut notices = Notices::new();
    let scenario = Scenario::demo(arguments.options(), &mut notices)?;
    let scenario = match arguments.optimise {
        Some(ticks) => scenario.with_optimiser(ticks),
        None => scenario,
    };
    notices.iter().for_each(warnings::note);
    let (outcome, solved) = match &arguments.data {
        Some(dir) => in_folder(arguments, &scenario, dir)?,
        None => in_temporary_folder(arguments, &scenario)?,
    };
    let (notices, outcome, solved) = (&notices, &outcome, &solved);
    let report = Report { scenario: &scenario, notices, outcome, solved, elapsed: started.elapsed() };
    if arguments.json {
        output::print(&report.json())?;
    } else {
        output::print(&report.page(arguments.language, &next_steps(arguments.data.as_deref())))?;
    }
    Ok(Exit::Done)
}

fn in_folder(arguments: &Arguments, scenario: &Scenario, dir: &Path) -> Result<(Outcome, SolveTimes), Failure> {
    let in_memory = arguments.payments_in_memory;
    let mut node = demo_folder::open(dir, scenario.opening_time(), in_memory, &arguments.begun())?;
    let mut watcher = arguments.watcher(scenario);
    let outcome = driver::run(scenario, node.engine(), &mut watcher)?;
    demo_folder::close(node, &arguments.begun())?;
    Ok((outcome, watcher.solved()))
}

fn in_temporary_folder(arguments: &Arguments, scenario: &Scenario) -> Result<(Outcome, SolveTimes), Failure> {
    let folder = tempfile::Builder::new().prefix("caudal-demo-").tempdir().map_err(|error| {
        let place = std::env::temp_dir();
        let message = format!(
            "a temporary folder cannot be made: {error}; {}; name a folder with --data, or another place with TMPDIR",
            place.display()
        );
        Failure::new(Exit::Storage, "DATA_PERMISSION", message)
    })?;
    in_folder(arguments, scenario, folder.path())
}

fn next_steps(data: Option<&Path>) -> Vec<String> {
    let mut steps = match data {
        Some(dir) => {
            let dir = dir.display();
            vec![
                format!("caudal verify --data {dir}                  is the journal sound?"),
                format!("caudal verify --data {dir} --payment 0      one payment's way, event by event"),
            ]
        }
        None => vec!["caudal demo --data day             the same, and the journal stays".to_owned()],
    };
    steps.push("caudal rulebook show caudal        the rules, each with its article".to_owned());
    steps.push("caudal simulate --help             other trade, years, rates and arrangements".to_owned());
    steps
}
