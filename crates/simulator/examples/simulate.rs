//! Runs seeds: `cargo run --release -p simulator --example simulate -- --seed 17`, or `-- --from 0 --count 2000`.
//!
//! Exit 0 if every promise was kept, 1 if one was broken (with the command that repeats it), 2 for wrong use.

use simulator::{Options, run};
use std::process::ExitCode;

const USE: &str = "use: simulate --seed N | simulate [--from N] --count N [--quiet] [--no-faults]";

fn main() -> ExitCode {
    match read() {
        Ok((seeds, options, quiet)) => start(seeds, &options, quiet),
        Err(wrong) => {
            eprintln!("error: {wrong}; {USE}");
            ExitCode::from(2)
        }
    }
}

fn start(seeds: std::ops::Range<u64>, options: &Options, quiet: bool) -> ExitCode {
    let mut coverage: std::collections::BTreeMap<String, u64> = std::collections::BTreeMap::new();
    let (total, broken) = run(seeds, options, &mut |report| {
        if !quiet || report.breach.is_some() {
            println!("{report}");
        }
        for (name, count) in &report.coverage {
            *coverage.entry(name.clone()).or_default() += count;
        }
    });
    for (name, count) in coverage {
        println!("{count:8} {name}");
    }
    println!("{total}");
    if broken.is_some() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn read() -> Result<(std::ops::Range<u64>, Options, bool), String> {
    let (mut from, mut count, mut quiet, mut options) = (0, None, false, Options::default());
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
            "--quiet" => quiet = true,
            "--no-faults" => options.faults = false,
            other => return Err(format!("'{other}' is not known")),
        }
    }
    let count = count.ok_or("no seed")?;
    Ok((from..from.saturating_add(count), options, quiet))
}
