//! A process that takes and merges, killed at any moment: what it said to be written is there, and nothing else than the
//! archive as it was after some event.
//!
//! The process is this test program started anew, with an environment variable naming its folder.

mod common;

use common::{Eviction, HOUSE, Model, durable_to, evictions, open};
use domain::EventSeq;
use history::Options;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

const FOLDER: &str = "HISTORY_TEST_WRITER_FOLDER";

fn script() -> Vec<Eviction> {
    evictions(123, 3_000, 40)
}

fn options() -> Options {
    Options { layer_payments: 150, merge_share_percent: 60, ..Options::of_house(HOUSE) }
}

/// Not a test of its own but the process that the test below starts; alone it has nothing to do.
#[test]
fn writer() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let (history, _) = open(Path::new(&folder), options()).expect("opened after whatever happened before");
    let all = script();
    println!("written {}", history.complete_to().map_or(-1, |at| i64::try_from(at.0).expect("small")));
    for (number, eviction) in all.iter().enumerate() {
        history.take(eviction.at, eviction.originals.clone());
        durable_to(&history, eviction.at);
        if number % 50 == 0 && Some(eviction.at) > history.complete_to() {
            history.flush().expect("a sound disk");
            println!("written {}", history.complete_to().expect("flushed").0);
        }
    }
    history.settle().expect("a sound disk");
    println!("finished");
    // Wait to be killed, so that the end of the process is never an orderly one.
    std::thread::sleep(Duration::from_secs(600));
}

#[test]
fn fifty_processes_killed_at_random_moments_leave_what_they_said_to_be_written() {
    let root = tempfile::tempdir().expect("a folder");
    let all = script();
    let mut chance = common::Chance(99);
    let (mut swept, mut advanced) = (0, 0);
    for cycle in 0..50 {
        let folder = root.path().join(format!("history-{}", cycle / 10));
        let said =
            run_and_kill(&folder, Duration::from_millis(20 + chance.below(if cycle % 10 == 0 { 60 } else { 250 })));
        let (history, warnings) = open(&folder, options()).unwrap_or_else(|fault| panic!("cycle {cycle}: {fault}"));
        let complete = history.complete_to();
        let promised = said.and_then(|at| u64::try_from(at).ok()).map(EventSeq);
        assert!(complete >= promised, "cycle {cycle}: {promised:?} was said to be written, {complete:?} is there");
        history.verify(&mut |_, _| {}).unwrap_or_else(|fault| panic!("cycle {cycle}: {fault}"));
        let compared = Model::complete_to(&all, complete).compare_some(&history, 17);
        compared.unwrap_or_else(|difference| panic!("cycle {cycle}: {difference:?}"));
        swept += warnings.len();
        advanced += u32::from(complete > promised);
    }
    eprintln!("{swept} files swept, {advanced} kills left more than was said");
    assert!(swept > 5, "the kills hardly met a writing: the test says little");
}

/// The last number that the process said before it was killed.
fn run_and_kill(folder: &Path, after: Duration) -> Option<i64> {
    let mut command = Command::new(std::env::current_exe().expect("this program has a path"));
    command.args(["--exact", "writer", "--nocapture", "--test-threads=1"]).env(FOLDER, folder);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("started");
    let stdout = BufReader::new(child.stdout.take().expect("piped"));
    std::thread::sleep(after);
    child.kill().expect("killed");
    child.wait().expect("ended");
    // A line that was cut off has no end of line; its number would be too small, never too large.
    let lines = stdout.split(b'\n').map_while(Result::ok).filter_map(|line| String::from_utf8(line).ok());
    lines.filter_map(|line| line.trim().strip_prefix("written ")?.parse().ok()).last()
}
