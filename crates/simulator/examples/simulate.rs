//! Runs seeds: `cargo run --release -p simulator --example simulate -- --seed 17`, or `-- --from 0 --count 2000`.
//!
//! Exit 0 if every promise was kept, 1 if one was broken (with the command that repeats it), 2 for wrong use.

use simulator::{Counts, Options, simulate};
use std::collections::BTreeMap;
use std::process::ExitCode;

const USE: &str = "use: simulate --seed N | simulate [--from N] --count N [--quiet] [--keep-going] [--no-faults]";

struct Asked {
    seeds: std::ops::Range<u64>,
    options: Options,
    quiet: bool,
    keep_going: bool,
}

fn main() -> ExitCode {
    match read() {
        Ok(asked) => start(asked),
        Err(wrong) => {
            eprintln!("error: {wrong}; {USE}");
            ExitCode::from(2)
        }
    }
}

fn start(asked: Asked) -> ExitCode {
    let (mut total, mut broken) = (Counts::default(), 0);
    let mut coverage: BTreeMap<String, u64> = BTreeMap::new();
    for seed in asked.seeds {
        let report = simulate(seed, &asked.options);
        total.add(report.counts);
        for (name, count) in &report.coverage {
            *coverage.entry(name.clone()).or_default() += count;
        }
        if !asked.quiet || report.breach.is_some() {
            println!("{report}");
        }
        broken += u64::from(report.breach.is_some());
        if broken > 0 && !asked.keep_going {
            break;
        }
    }
    println!("What happened, over all seeds:");
    for (name, count) in coverage {
        println!("{count:10} {name}");
    }
    println!("{total}; {broken} seeds broke a promise");
    if broken > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn read() -> Result<Asked, String> {
    let mut asked = Asked { seeds: 0..0, options: Options::default(), quiet: false, keep_going: false };
    let (mut from, mut count) = (0, None);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut number = || -> Result<u64, String> {
            let text = arguments.next().ok_or(format!("{argument} needs a number"))?;
            text.parse().map_err(|_| format!("{argument} needs a number, not '{text}'"))
        };
        match argument.as_str() {
            "--seed" => (from, count) = (number()?, Some(1)),
            "--from" => from = number()?,
            "--count" => count = Some(number()?),
            "--quiet" => asked.quiet = true,
            "--keep-going" => asked.keep_going = true,
            "--no-faults" => asked.options.faults = false,
            other => return Err(format!("'{other}' is not known")),
        }
    }
    let count = count.ok_or("no seed")?;
    asked.seeds = from..from.saturating_add(count);
    Ok(asked)
}
