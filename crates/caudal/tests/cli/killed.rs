//! kill -9 at random moments: nothing that was said to be durable is lost, and the run comes to the same end.
//!
//! `CAUDAL_KILLS` says how many kills, `CAUDAL_KILL_SEED` which; a failure names both and leaves its folder in place.

use crate::program::{Chance, Running, height_and_digest, number_from, run, text};
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

const PAYMENTS: [&str; 2] = ["--payments", "6000"];

/// How often a run is killed on its way at most: the last time it is let come to its end.
const KILLS_OF_RUN: u64 = 5;

/// In this time a folder becomes a journal and the first blocks are written.
const BEGINNING_US: u64 = 25_000;

/// What all runs met.
#[derive(Default)]
struct Tally {
    kills: u64,
    before_the_first_block: u64,
    ends: u64,
}

#[test]
fn a_run_killed_at_random_moments_loses_nothing_and_ends_as_if_it_had_not_been() {
    let (kills, seed) = (number_from("CAUDAL_KILLS", 200), number_from("CAUDAL_KILL_SEED", 2008));
    eprintln!("again: CAUDAL_KILLS={kills} CAUDAL_KILL_SEED={seed} cargo test --release -p caudal killed");
    let begun = Instant::now();
    let whole = height_and_digest(&run(&[&["demo", "--json"][..], &PAYMENTS].concat()).object());
    let duration = begun.elapsed();
    let mut chance = Chance(seed);
    let mut tally = Tally::default();
    while tally.kills < kills {
        let dir = tempfile::tempdir().expect("a folder");
        one_run(dir.path(), duration, kills, &whole, &mut chance, &mut tally)
            .unwrap_or_else(|wrong| panic!("{wrong}; the folder is {}; CAUDAL_KILL_SEED={seed}", dir.keep().display()));
    }
    let Tally { kills, before_the_first_block, ends } = tally;
    eprintln!("{kills} kills, {before_the_first_block} before the first block, {ends} runs to their end");
    assert!(ends > 0 && before_the_first_block < kills, "the kills met no run at work");
}

/// Kills a run again and again until it has come to its end.
fn one_run(
    root: &Path,
    duration: Duration,
    most: u64,
    whole: &(u64, String),
    chance: &mut Chance,
    tally: &mut Tally,
) -> Result<(), String> {
    let dir = root.join("day");
    // Of this run, by all its processes together.
    let mut durable = None;
    for _ in 0..KILLS_OF_RUN {
        if tally.kills == most {
            break;
        }
        let mut running = Running::start(&dir, &PAYMENTS);
        wait_a_while(&mut running, duration, chance);
        let at_work = running.kill();
        durable = durable.max(running.durable);
        if !at_work {
            break;
        }
        tally.kills += 1;
        tally.before_the_first_block += u64::from(durable.is_none());
        require_kept(&dir, durable)?;
    }
    tally.ends += 1;
    require_same_end(&dir, whole)
}

/// Until a random moment: of the beginning, of the time that the whole run takes, or shortly after a block.
fn wait_a_while(running: &mut Running, duration: Duration, chance: &mut Chance) {
    let whole_us = u64::try_from(duration.as_micros()).expect("a short run");
    let span_us = match chance.below(4) {
        0 => Some(BEGINNING_US),
        1 => Some(whole_us),
        _ => None,
    };
    if let Some(span_us) = span_us {
        sleep(Duration::from_micros(chance.below(span_us)));
        return;
    }
    for _ in 0..chance.below(120) {
        if !running.next_block() {
            return;
        }
    }
    sleep(Duration::from_micros(chance.below(3_000)));
}

/// What was said to be durable is there. Before the first block, the folder may be no journal yet.
fn require_kept(dir: &Path, durable: Option<u64>) -> Result<(), String> {
    let ended = run(&["verify", "--json", "--data", text(dir)]);
    if ended.code == 0 {
        let (height, _) = height_and_digest(&serde_json::from_str(&ended.out).expect("JSON"));
        return match durable {
            Some(durable) if height < durable => Err(format!("{durable} events were durable, and {height} are there")),
            _ => Ok(()),
        };
    }
    if durable.is_none() && ended.code == 5 { Ok(()) } else { Err(format!("with {durable:?} durable: {ended:?}")) }
}

fn require_same_end(dir: &Path, whole: &(u64, String)) -> Result<(), String> {
    let ended = run(&[&["demo", "--json", "--resume", "--data", text(dir)][..], &PAYMENTS].concat());
    if ended.code != 0 {
        return Err(format!("resumed: {ended:?}"));
    }
    let found = height_and_digest(&serde_json::from_str(&ended.out).expect("JSON"));
    if found == *whole { Ok(()) } else { Err(format!("ended as {found:?} and not as {whole:?}")) }
}
