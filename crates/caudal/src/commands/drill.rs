//! `caudal drill`: the real engine under a simulated world, seed by seed.

use crate::failure::{Exit, Failure};
use crate::output;
use crate::people::count;
use crate::progress::Bar;
use crate::{json, values};
use clap::Args;
use simulator::{Counts, Options, Report};

pub(crate) const EXAMPLE: &str = "\
Examples:
  caudal drill --seed 17
  caudal drill --seeds 0..2000

A seed decides the house, what people do, and what goes wrong; the same seed is the same run on any machine.
Exit code 1 if a promise was broken, with the command that repeats it.";

/// Which seeds to run.
#[derive(Args, Clone, Debug)]
#[group(required = true, multiple = false)]
pub(crate) struct Arguments {
    /// One seed, told in full
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = values::seed())]
    pub(crate) seed: Option<u64>,
    /// Seeds from A to before B, until the first broken promise
    #[arg(long, value_name = "A..B", value_parser = seeds)]
    pub(crate) seeds: Option<Seeds>,
}

/// Seeds from `from` to before `end`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Seeds {
    pub(crate) from: u64,
    pub(crate) end: u64,
}

/// Reads `A..B`.
fn seeds(text: &str) -> Result<Seeds, String> {
    let wrong = || "expected two seeds with two dots between them, as in 0..2000".to_owned();
    let (from, end) = text.split_once("..").ok_or_else(wrong)?;
    let (from, end) = (from.parse().map_err(|_| wrong())?, end.parse().map_err(|_| wrong())?);
    if from < end && end <= json::WHOLE_MAX {
        return Ok(Seeds { from, end });
    }
    Err(format!("expected a first seed below the second, and neither above {}", json::WHOLE_MAX))
}

pub(crate) fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    match (arguments.seed, arguments.seeds) {
        (Some(seed), _) => one(seed),
        (None, Some(seeds)) => several(seeds),
        (None, None) => unreachable!("bug: one of the two is required"),
    }
}

fn one(seed: u64) -> Result<Exit, Failure> {
    let report = simulator::simulate(seed, &Options::default());
    output::print(&report.to_string())?;
    Ok(verdict(report.breach.is_some()))
}

fn several(seeds: Seeds) -> Result<Exit, Failure> {
    let bar = Bar::new("running", seeds.end - seeds.from, "seeds");
    let mut done = 0;
    let (total, broken) = simulator::run(seeds.from..seeds.end, &Options::default(), &mut |_| {
        done += 1;
        bar.at(done);
    });
    drop(bar);
    output::print(&told(done, &total, broken.as_ref()))?;
    Ok(verdict(broken.is_some()))
}

fn told(done: u64, total: &Counts, broken: Option<&Report>) -> String {
    match broken {
        None => format!("{} seeds, every promise kept: {total}", count(done)),
        Some(report) => format!("{report}\nafter {} seeds: {total}", count(done)),
    }
}

const fn verdict(broken: bool) -> Exit {
    if broken { Exit::CheckSaidNo } else { Exit::Done }
}
