//! Benchmarks: every row beside a baseline measured in the same run, with the CPU time that it took.
//!
//! `cargo run --release -p benches` runs all; `-- decide durable replay memory` runs some; `-- --identifiers 1000000`
//! makes the table of identifiers smaller than the ten million of the published figures, `--history N` the past of the old
//! house (100000000 takes 10 GB of disk and some minutes). Nothing here asserts a time:
//! a figure is something to read, with the machine's load beside it (docs/performance.md).

mod baselines;
mod decide;
mod durable;
mod history;
mod house;
mod memory;
mod meter;
mod queue;
mod replay;
mod set_off;
mod shadow;

use std::process::ExitCode;

/// What a run is asked to measure.
struct Options {
    sections: Vec<String>,
    identifiers: u64,
    history: u64,
}

/// Payments that are open while the shadow writes snapshots.
const OPEN_PAYMENTS: u64 = 1_000_000;

const SECTIONS: [&str; 8] = ["decide", "durable", "replay", "memory", "queue", "set_off", "history", "shadow"];

fn options() -> Result<Options, String> {
    let mut options = Options { sections: Vec::new(), identifiers: 10_000_000, history: 10_000_000 };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--identifiers" => {
                let value = arguments.next().ok_or("--identifiers takes a number")?;
                options.identifiers = value.parse().map_err(|_| format!("--identifiers: {value} is no number"))?;
            }
            "--history" => {
                let value = arguments.next().ok_or("--history takes a number")?;
                options.history = value.parse().map_err(|_| format!("--history: {value} is no number"))?;
            }
            section if SECTIONS.contains(&section) => options.sections.push(section.to_owned()),
            other => return Err(format!("{other} is none of {SECTIONS:?}, --identifiers N, --history N")),
        }
    }
    if options.sections.is_empty() {
        options.sections = SECTIONS.iter().map(|section| (*section).to_owned()).collect();
    }
    Ok(options)
}

fn main() -> ExitCode {
    let options = match options() {
        Ok(options) => options,
        Err(what) => {
            eprintln!("error[USAGE]: {what}");
            return ExitCode::from(2);
        }
    };
    println!("| what | per second | CPU µs each | baseline per second | share of baseline |");
    println!("| --- | ---: | ---: | ---: | ---: |");
    for section in &options.sections {
        match section.as_str() {
            "decide" => decide::run(options.identifiers),
            "durable" => durable::run(),
            "history" => history::run(options.history),
            "queue" => queue::run(),
            "set_off" => set_off::run(),
            "replay" => replay::run(),
            "shadow" => shadow::run(OPEN_PAYMENTS),
            _ => memory::run(),
        }
    }
    println!("\nload average at the end: {}", meter::load_average());
    ExitCode::SUCCESS
}
