//! `caudal simulate`: trade through an arrangement, by the real engine in simulated time.

use super::rulebook as rulebooks;
use crate::failure::{Exit, Failure};
use crate::run_csv::CsvFolder;
use crate::run_report::Report;
use crate::watcher::{SolveTimes, Watcher};
use crate::{hash_key, output, values, warnings};
use clap::Args;
use domain::Date;
use domain::refusal_text::Language;
use engine::{Engine, LedgerMachine, Options};
use journal::{MemoryDisk, MemoryJournal, NoFaults};
use lab::driver;
use lab::notice::Notices;
use lab::options::{DEFAULT_SEED, SimulateOptions};
use lab::outcome::Outcome;
use lab::random::Seed;
use lab::scenario::Scenario;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Rulebooks to compare with: those that differ most in shape.
const RUNNING: [&str; 3] = ["caudal", "sml-ar-br", "cpcr"];

pub(crate) const EXAMPLE: &str = "\
Examples:
  caudal simulate --from 2024-03-01 --to 2024-03-31
  caudal simulate --trade trade.csv --year 2012 --rates daily.csv --rates annual.csv
  caudal simulate --trade trade.csv --year 2012 --from 2024-01-01 --to 2024-12-31 --take-up 10
  caudal simulate --trade trade.csv --year 2012 --arrangement cpcr --csv tables --json
  caudal simulate --from 2024-03-01 --to 2024-03-31 --prefunding 0.4 --optimise 100000000

Files are CSV with columns by name, plain or gzip:
  trade     year,exporter_iso3,importer_iso3,value_usd
  rates     date,currency,per_usd   or   year,iso3,currency,per_usd_avg
  holidays  date,iso3,category";

/// A run of the lab.
#[derive(Args, Clone, Debug)]
pub(crate) struct Arguments {
    /// Bilateral trade; else a gravity model makes the flows
    #[arg(long, value_name = "FILE", requires = "year")]
    pub(crate) trade: Option<PathBuf>,
    /// Year of the trade file
    #[arg(long, value_name = "Y", allow_negative_numbers = true, requires = "trade")]
    pub(crate) year: Option<i32>,
    /// Share of trade that is paid through the house, in percent
    #[arg(long, value_name = "PERCENT", default_value = "5", allow_negative_numbers = true, value_parser = values::take_up)]
    pub(crate) take_up: values::Parts,
    /// Prefunding of each member, as a multiple of its mean daily debits
    #[arg(long, value_name = "X", default_value = "2", allow_negative_numbers = true, value_parser = values::prefunding)]
    pub(crate) prefunding: values::Parts,
    /// Rates of exchange, daily or annual; may be given several times
    #[arg(long, value_name = "FILE")]
    pub(crate) rates: Vec<PathBuf>,
    /// Days on which countries are closed
    #[arg(long, value_name = "FILE")]
    pub(crate) holidays: Option<PathBuf>,
    /// First day, YYYY-MM-DD; the year of --year, or 2024, if there is no window
    #[arg(long, value_name = "DATE", requires = "to", value_parser = values::date)]
    pub(crate) from: Option<Date>,
    /// Last day, included
    #[arg(long, value_name = "DATE", requires = "from", value_parser = values::date)]
    pub(crate) to: Option<Date>,
    /// Rulebook: a name of `caudal rulebook list`, or a file that ends in .toml
    #[arg(long, value_name = "RULEBOOK", default_value = "caudal")]
    pub(crate) arrangement: String,
    /// Exact number of payments; else tickets of USD 60,000 on average
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = values::payments())]
    pub(crate) payments: Option<u64>,
    /// Seed: the same arguments and files give the same payments, events and digest
    #[arg(long, value_name = "N", default_value_t = DEFAULT_SEED, allow_negative_numbers = true, value_parser = values::seed())]
    pub(crate) seed: u64,
    /// Solves optimisation runs with a budget of N ticks each (some hundred million take a second); else they settle in order of
    /// entry
    #[arg(long, value_name = "TICKS", allow_negative_numbers = true, value_parser = values::ticks())]
    pub(crate) optimise: Option<u64>,
    /// Writes tables as CSV files into this folder, with a description of their columns
    #[arg(long, value_name = "DIR")]
    pub(crate) csv: Option<PathBuf>,
    /// Prints the result as one JSON object
    #[arg(long)]
    pub(crate) json: bool,
    /// Language of refusals: es, pt, en or fr
    #[arg(long, value_name = "CODE", default_value = "en", value_parser = values::language)]
    pub(crate) language: Language,
}

impl Arguments {
    fn options(&self) -> Result<SimulateOptions, Failure> {
        Ok(SimulateOptions {
            trade: self.trade.clone().zip(self.year),
            take_up_ppm: u32::try_from(self.take_up.ppm).expect("bug: the grammar admits more than all"),
            prefunding_ppm: self.prefunding.ppm,
            rates: self.rates.clone(),
            holidays: self.holidays.clone(),
            window: self.from.zip(self.to),
            rulebook: rulebook_of(&self.arrangement)?,
            payments: self.payments,
            seed: Seed::new(self.seed).expect("bug: the grammar admits a seed that is too large"),
        })
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    let started = Instant::now();
    let mut notices = Notices::new();
    let scenario = Scenario::simulate(arguments.options()?, &mut notices)?;
    let scenario = match arguments.optimise {
        Some(ticks) => scenario.with_optimiser(ticks),
        None => scenario,
    };
    notices.iter().for_each(warnings::note);
    // Before the run: it may be long, and its result is not to be lost for want of a folder.
    let csv = arguments.csv.as_deref().map(CsvFolder::prepare).transpose()?;
    let (outcome, solved) = drive(&scenario)?;
    let (notices, outcome, solved) = (&notices, &outcome, &solved);
    let report = Report { scenario: &scenario, notices, outcome, solved, elapsed: started.elapsed() };
    if let Some(csv) = csv {
        csv.write(&report, arguments.language)?;
    }
    if arguments.json {
        output::print(&report.json())?;
    } else {
        output::print(&report.page(arguments.language, &next_steps(arguments)))?;
    }
    Ok(Exit::Done)
}

/// The run, on a journal in memory: nobody relies on it after the command.
fn drive(scenario: &Scenario) -> Result<(Outcome, SolveTimes), Failure> {
    let journal = MemoryJournal::open(&MemoryDisk::new(), scenario.opening_time().0, NoFaults)?;
    let mut engine: Engine<MemoryJournal, LedgerMachine> =
        Engine::open(journal, Options::ledger(hash_key::draw()), &mut |_| ())?;
    let mut watcher = Watcher::bar(scenario.assumptions().ticket_count);
    let outcome = driver::run(scenario, &mut engine, &mut watcher)?;
    Ok((outcome, watcher.solved()))
}

/// Name and text of a rulebook: one that comes with the program, or a file.
fn rulebook_of(arrangement: &str) -> Result<(String, String), Failure> {
    if let Some(source) = rulebook::source(arrangement) {
        return Ok((arrangement.to_owned(), source.to_owned()));
    }
    if !arrangement.ends_with(".toml") {
        return Err(rulebooks::unknown(arrangement));
    }
    let bytes = rulebooks::read(Path::new(arrangement))?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok((arrangement.to_owned(), text)),
        Err(error) => {
            let wrong = rulebook::parse_bytes(arrangement, error.as_bytes());
            let errors = wrong.expect_err("bug: text that is not UTF-8 was read");
            Err(lab::scenario_error::ScenarioError::Rulebook(errors).into())
        }
    }
}

fn next_steps(arguments: &Arguments) -> Vec<String> {
    let own = rulebook::source(&arguments.arrangement).is_some();
    let verb = if own { "show" } else { "check" };
    let others: Vec<&str> = RUNNING.into_iter().filter(|name| *name != arguments.arrangement).collect();
    let mut steps = vec![
        format!("caudal rulebook {verb} {}: the rules, each with its article", arguments.arrangement),
        format!("the same with --arrangement {}: other rules on the same trade", others.join(" or ")),
    ];
    if arguments.csv.is_none() {
        steps.push("the same with --csv DIR: every member and every day as tables".to_owned());
    }
    steps
}
