//! How fast the tables are filled: made anew from a journal, and followed in small transactions.
//!
//! `cargo run --release -p tables --example fill_speed -- [RULEBOOK] [PAYMENTS]`
//!
//! The journal is that of a year of the region in the lab, in memory, so that its reading is not what is measured.
#![expect(clippy::print_stdout, reason = "its output is its purpose")]

use engine::{Engine, Options};
use journal::{Head, Journal, MemoryDisk, MemoryJournal, NoFaults};
use lab::driver::Unobserved;
use lab::random::Seed;
use lab::{Notices, Scenario, SimulateOptions};
use std::path::Path;
use std::time::{Duration, Instant};
use tables::{Flow, Pace, Reader, Tables};

/// Blocks of the follower's part: enough to see its cost, few enough to wait for.
const FOLLOWED_BLOCKS: u64 = 2_000;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().unwrap_or_else(|| "caudal".to_owned());
    let payments = arguments.next().map_or(300_000, |text| text.parse().expect("a number of payments"));
    let journal = journal_of(&name, payments);
    let head = journal.head();
    println!("{name}: {payments} payments, {} events in {} blocks", head.next_seq, head.blocks);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("tables.sqlite");
    measure("read and decode alone", head.next_seq, || read(&journal));
    measure("rebuild", head.next_seq, || {
        tables::rebuild(&path, &journal, &mut |_| ()).expect("made");
    });
    let size = std::fs::metadata(&path).expect("there").len();
    println!("  {} MB, {} bytes an event", size / 1_000_000, size / head.next_seq);
    let reader = Reader::open(&path).expect("opened");
    measure("check", head.next_seq, || {
        reader.check(&mut |_, _| ()).expect("good");
    });
    drop(reader);
    for (what, pace) in [
        ("follow, a transaction a block", Pace { events_per_transaction: 1, rest_percent: 0 }),
        ("follow, 4,096 events a transaction", Pace { rest_percent: 0, ..Pace::BESIDE_WRITER }),
        ("follow, beside a writer", Pace::BESIDE_WRITER),
    ] {
        follow(what, &path, &journal, pace);
    }
}

/// The last blocks of the journal, as they come.
fn follow(what: &str, path: &Path, journal: &MemoryJournal, pace: Pace) {
    let part = path.with_extension("part");
    let before = journal.head().blocks.saturating_sub(FOLLOWED_BLOCKS);
    let mut blocks = journal.read_after(&Head::EMPTY).expect("readable");
    drop(std::fs::remove_file(&part));
    let mut tables = Tables::create(&part).expect("made");
    let first = blocks.by_ref().take(usize::try_from(before).expect("fits"));
    tables.apply_all(first, Pace::FAST, &mut |_| Flow::GoOn).expect("filled");
    let events = journal.head().next_seq - tables.head().next_seq;
    measure(what, events, || tables.apply_all(blocks, pace, &mut |_| Flow::GoOn).expect("filled"));
}

fn read(journal: &MemoryJournal) {
    for block in journal.read_after(&Head::EMPTY).expect("readable") {
        let block = block.expect("sound");
        for (_, bytes) in block.events() {
            std::hint::black_box(codec::decode_exact(bytes).expect("an event"));
        }
    }
}

fn measure(what: &str, events: u64, work: impl FnOnce()) {
    let (began, used) = (Instant::now(), processor_time());
    work();
    let (elapsed, used) = (began.elapsed(), processor_time().saturating_sub(used));
    let rate = u128::from(events) * 1_000_000 / elapsed.as_micros().max(1);
    let each = used.as_nanos() / u128::from(events.max(1));
    println!("{what:<36} {elapsed:>8.2?}  {rate:>9} events/s  {each:>6} ns of processor an event");
}

/// Time of the processor that this process has used, in steps of 10 ms.
fn processor_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = |place: usize| after_name.split_whitespace().nth(place).and_then(|text| text.parse::<u64>().ok());
    Duration::from_millis((ticks(11).unwrap_or(0) + ticks(12).unwrap_or(0)) * 10)
}

fn journal_of(name: &str, payments: u64) -> MemoryJournal {
    let source = rulebook::source(name).expect("a rulebook that comes with the program").to_owned();
    let mut options = SimulateOptions::new((name.to_owned(), source), Seed::new(1).expect("a small seed"));
    options.payments = Some(payments);
    let scenario = Scenario::simulate(options, &mut Notices::new()).unwrap_or_else(|error| panic!("{error}"));
    let disk = MemoryDisk::new();
    let journal = MemoryJournal::open(&disk, scenario.opening_time().0, NoFaults).expect("empty");
    let mut engine = Engine::open(journal, Options::ledger(1), &mut |_| ()).expect("empty");
    lab::run(&scenario, &mut engine, &mut Unobserved).unwrap_or_else(|fault| panic!("{fault}"));
    engine.into_journal()
}
