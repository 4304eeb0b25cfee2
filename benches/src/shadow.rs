//! What the straight path feels of the shadow while it writes a snapshot of a million open payments.
//!
//! Clients send a hundred orders every few milliseconds, as far apart as keeps the house at a share of what it can do; the
//! time from submission to answers is taken with no shadow, and with one that writes snapshots all the while.

use crate::history::drive;
use crate::house::{Orders, noon, set_up};
use crate::meter::{grouped, percentiles};
use engine::Batch;
use node::{Node, Options, Shadowing};
use std::path::Path;
use std::time::{Duration, Instant};

const INSTITUTIONS: u32 = 99;
const BATCH: usize = 100;
const EVERY: Duration = Duration::from_millis(5);
const SUBMISSIONS: usize = 4_000;
/// A snapshot is begun as soon as the one before is written and this many events have come.
const SNAPSHOT_EVERY_EVENTS: u64 = 50_000;
const ROUNDS: usize = 3;

pub fn run(open_payments: u64) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let dir = folder.path().join("house");
    let mut node = open(&dir, None);
    for part in set_up(INSTITUTIONS).chunks(4_000) {
        node.submit(&Batch::of(noon(), part.to_vec()), &[]).expect("set up");
        while node.wait().expect("durable").is_some() {}
    }
    let count = usize::try_from(open_payments).expect("a number of payments");
    drive(&mut node, &mut Orders::new(INSTITUTIONS, 21), count, noon());
    node.close().expect("closed");
    let mut quiet = Vec::new();
    let mut beside = Vec::new();
    let mut snapshots = 0;
    for round in 0..ROUNDS as u64 {
        quiet.extend(submissions(&dir, None, 300 + round).0);
        let shadowing = Shadowing { snapshot_every_events: SNAPSHOT_EVERY_EVENTS, ..Shadowing::default() };
        let (times, written) = submissions(&dir, Some(shadowing), 400 + round);
        beside.extend(times);
        snapshots += written;
    }
    let [p50, p99, worst] = percentiles(&mut quiet);
    let [beside_p50, beside_p99, beside_worst] = percentiles(&mut beside);
    println!(
        "| shadow: 100 orders every 5 ms, {} payments open, {snapshots} snapshots begun in the time (baseline: no shadow) \
         | p50 {beside_p50:.0} µs, p99 {beside_p99:.0} µs, worst {beside_worst:.0} µs | | p50 {p50:.0} µs, p99 {p99:.0} µs, worst {worst:.0} µs \
         | p99 × {:.2} |",
        grouped(open_payments as f64),
        beside_p99 / p99
    );
}

fn open(dir: &Path, shadowing: Option<Shadowing>) -> Node {
    let options = Options { shadowing, payments_in_memory: None, ..Options::new(1) };
    let mut warn = |warning: node::Warning| eprintln!("warning[{}]: {}", warning.code, warning.message);
    Node::open(dir, noon(), &options, &mut warn, &mut |_| {}).expect("a house")
}

/// Times of submissions in microseconds, and how many snapshots came about meanwhile.
fn submissions(dir: &Path, shadowing: Option<Shadowing>, seed: u64) -> (Vec<f64>, u64) {
    let mut node = open(dir, shadowing);
    let mut orders = Orders::new(INSTITUTIONS, seed);
    let time = noon().plus_us(i64::try_from(seed).expect("small") * 1_000_000);
    let before = last_snapshot(dir);
    let mut written = 0;
    let mut last = before;
    let mut took = Vec::with_capacity(SUBMISSIONS);
    let begin = Instant::now();
    for number in 0..SUBMISSIONS {
        let due = EVERY * u32::try_from(number).expect("few submissions");
        if let Some(rest) = due.checked_sub(begin.elapsed()) {
            std::thread::sleep(rest);
        }
        let batch = Batch::of(time, orders.by_ref().take(BATCH));
        let started = Instant::now();
        node.submit(&batch, &[]).expect("taken");
        while node.wait().expect("durable").is_some() {}
        took.push(started.elapsed().as_secs_f64() * 1e6);
        if number % 100 == 99 && last_snapshot(dir) > last {
            last = last_snapshot(dir);
            written += 1;
        }
    }
    node.close().expect("closed");
    (took, written)
}

/// Name of the newest snapshot: names rise with the height.
fn last_snapshot(dir: &Path) -> Option<std::ffi::OsString> {
    let entries = std::fs::read_dir(dir.join("snapshots")).ok()?;
    entries
        .filter_map(Result::ok)
        .map(|entry| entry.file_name())
        .filter(|name| !name.to_string_lossy().contains("tmp"))
        .max()
}
