//! What durability costs, three ways, with the same bytes: bare SQLite, this store, and a preallocated segment file.
//!
//! ```text
//! cargo run --release -p journal-sqlite --example segments_beside_sqlite -- [--seconds S] [--rounds N] [--dir DIR]
//! ```
//!
//! The ways take turns, round after round, so that what else the machine does meets all of them alike; medians are
//! compared, and each way's processor time beside them. Results and decision: `docs/decisions/0009-sqlite-or-segments.md`.

#![expect(clippy::disallowed_types, reason = "a measurement is a float; the store itself knows none")]

use journal::{BlockDraft, Journal, Outcome, seal};
use journal_sqlite::{SqliteJournal, StoreOptions};
use rusqlite::Connection;
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const EVENT_BYTES: usize = 160;
const EVENTS_A_BLOCK: [usize; 4] = [8_000, 3_200, 64, 1];
const SECTOR: usize = 4096;
/// The flag of open(2) under which a write returns when its data is on the medium; the number on x86 and ARM.
const O_DSYNC: i32 = 0x1000;
const SEGMENT_BYTES: u64 = 256 * 1024 * 1024;

type Error = Box<dyn std::error::Error>;

struct Arguments {
    seconds: f64,
    rounds: usize,
    dir: PathBuf,
}

#[derive(Clone, Copy)]
struct Figure {
    events_per_s: f64,
    cpu_us_per_event: f64,
}

type Way = fn(&Path, &[u8], Duration) -> Result<u64, Error>;

const WAYS: [(&str, Way); 5] = [
    ("bare SQLite, 4 KiB pages", |dir, body, time| bare_sqlite(dir, body, time, 4096)),
    ("bare SQLite, 16 KiB pages", |dir, body, time| bare_sqlite(dir, body, time, 16_384)),
    ("this store", journal_sqlite),
    ("segment, O_DSYNC", segment),
    ("segment, O_DSYNC, sealed and marked", sealed_segment),
];

fn main() -> Result<(), Error> {
    let arguments = arguments()?;
    println!("| events a block | way | events/s, median | of bare SQLite (4 KiB) | CPU us an event |");
    println!("| ---: | --- | ---: | ---: | ---: |");
    for events in EVENTS_A_BLOCK {
        let mut figures: BTreeMap<usize, Vec<Figure>> = BTreeMap::new();
        for _ in 0..arguments.rounds {
            for (index, (_, way)) in WAYS.iter().enumerate() {
                figures.entry(index).or_default().push(measure(*way, &arguments, events)?);
            }
        }
        let medians: Vec<Figure> = figures.into_values().map(median).collect();
        for ((name, _), figure) in WAYS.iter().zip(&medians) {
            let share = 100.0 * figure.events_per_s / medians[0].events_per_s;
            let (speed, cpu) = (figure.events_per_s, figure.cpu_us_per_event);
            println!("| {events} | {name} | {speed:.0} | {share:.0} % | {cpu:.2} |");
        }
    }
    Ok(())
}

fn measure(way: Way, arguments: &Arguments, events: usize) -> Result<Figure, Error> {
    let dir = arguments.dir.join(format!("segments-beside-sqlite-{}", std::process::id()));
    fs::create_dir_all(&dir)?;
    let body = noise(events * EVENT_BYTES);
    let (cpu, start) = (cpu_seconds()?, Instant::now());
    let blocks = way(&dir, &body, Duration::from_secs_f64(arguments.seconds))?;
    let (cpu, elapsed) = (cpu_seconds()? - cpu, start.elapsed().as_secs_f64());
    fs::remove_dir_all(&dir)?;
    let written = blocks as f64 * events as f64;
    Ok(Figure { events_per_s: written / elapsed, cpu_us_per_event: cpu * 1e6 / written })
}

/// The least that SQLite can do: one row a block, no hash, no mark, no fence, its own checkpoints.
fn bare_sqlite(dir: &Path, body: &[u8], time: Duration, page_bytes: u32) -> Result<u64, Error> {
    let connection = Connection::open(dir.join("bare.db"))?;
    connection.pragma_update(None, "page_size", page_bytes)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.execute_batch("CREATE TABLE block (number INTEGER PRIMARY KEY, body BLOB NOT NULL)")?;
    let mut insert = connection.prepare("INSERT INTO block VALUES (?1, ?2)")?;
    let (start, mut blocks) = (Instant::now(), 0_u32);
    while start.elapsed() < time {
        insert.execute((blocks, body))?;
        blocks += 1;
    }
    Ok(u64::from(blocks))
}

/// Everything on: sealed, committed, marked, two blocks in flight.
fn journal_sqlite(dir: &Path, body: &[u8], time: Duration) -> Result<u64, Error> {
    let mut journal = SqliteJournal::open_or_create(&dir.join("journal"), 0, &StoreOptions::default())?;
    let epoch = journal.head().epoch;
    let (start, mut blocks, mut next_seq) = (Instant::now(), 0, 0);
    loop {
        let more = start.elapsed() < time;
        while more && journal.in_flight() < journal.in_flight_max() {
            let draft = draft(epoch, next_seq, body);
            next_seq += draft.count() as u64;
            journal.submit(draft)?;
        }
        match journal.wait() {
            Some((_, Outcome::Durable)) => blocks += 1,
            Some((_, other)) => return Err(format!("{other:?}").into()),
            None => return Ok(blocks),
        }
    }
}

fn draft(epoch: u64, first_seq: u64, body: &[u8]) -> BlockDraft {
    let mut draft = BlockDraft::new(epoch, first_seq, 0);
    draft.body.reserve_exact(body.len());
    body.chunks_exact(EVENT_BYTES).for_each(|event| draft.push_event(event));
    draft
}

/// The least that a file of our own can do: whole sectors into preallocated, already written space.
fn segment(dir: &Path, body: &[u8], time: Duration) -> Result<u64, Error> {
    let mut file = Segment::create(dir, "segment", SEGMENT_BYTES)?;
    let (start, mut blocks) = (Instant::now(), 0);
    while start.elapsed() < time {
        file.append(&[body])?;
        blocks += 1;
    }
    Ok(blocks)
}

/// The same with what the store does besides: hashes, and a mark in a second file, one after the other.
fn sealed_segment(dir: &Path, body: &[u8], time: Duration) -> Result<u64, Error> {
    let mut file = Segment::create(dir, "segment", SEGMENT_BYTES)?;
    let mut mark = Segment::create(dir, "mark", 2 * SECTOR as u64)?;
    let (start, mut blocks, mut previous, mut next_seq) = (Instant::now(), 0, [0; 32], 0);
    while start.elapsed() < time {
        let block = seal(draft(1, next_seq, body), previous);
        next_seq = block.header().next_seq();
        previous = block.hash();
        file.append(&[&block.header_bytes(), &block.length_bytes(), block.body()])?;
        mark.append(&[&previous])?;
        blocks += 1;
    }
    Ok(blocks)
}

/// A preallocated file written in a ring: the steady state of segments that are recycled.
struct Segment {
    file: File,
    bytes: u64,
    at: u64,
    buffer: Vec<u8>,
}

impl Segment {
    fn create(dir: &Path, name: &str, bytes: u64) -> Result<Segment, Error> {
        let path = dir.join(name);
        let blank = vec![0; 1024 * 1024];
        let file = File::create(&path)?;
        for at in (0..bytes).step_by(blank.len()) {
            let length = blank.len().min(usize::try_from(bytes - at)?);
            file.write_all_at(&blank[..length], at)?;
        }
        file.sync_all()?;
        let file = OpenOptions::new().write(true).custom_flags(O_DSYNC).open(&path)?;
        Ok(Segment { file, bytes, at: 0, buffer: Vec::new() })
    }

    fn append(&mut self, parts: &[&[u8]]) -> Result<(), Error> {
        self.buffer.clear();
        parts.iter().for_each(|part| self.buffer.extend_from_slice(part));
        self.buffer.resize(self.buffer.len().next_multiple_of(SECTOR), 0);
        let length = self.buffer.len() as u64;
        if self.at + length > self.bytes {
            self.at = 0;
        }
        self.file.write_all_at(&self.buffer, self.at)?;
        self.at += length;
        Ok(())
    }
}

/// Bytes without a pattern, the same in every run.
fn noise(bytes: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut noise = Vec::with_capacity(bytes + 8);
    while noise.len() < bytes {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        noise.extend_from_slice(&state.to_le_bytes());
    }
    noise.truncate(bytes);
    noise
}

fn median(mut figures: Vec<Figure>) -> Figure {
    figures.sort_by(|left, right| left.events_per_s.total_cmp(&right.events_per_s));
    let events_per_s = figures[figures.len() / 2].events_per_s;
    figures.sort_by(|left, right| left.cpu_us_per_event.total_cmp(&right.cpu_us_per_event));
    Figure { events_per_s, cpu_us_per_event: figures[figures.len() / 2].cpu_us_per_event }
}

/// Processor time of this process, user and system, all threads: fields 14 and 15 of proc(5) stat, in 1/100 s.
fn cpu_seconds() -> Result<f64, Error> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let after_name = stat.rsplit(')').next().ok_or("no process name")?;
    let ticks = after_name.split_whitespace().skip(11).take(2).map(str::parse::<f64>).sum::<Result<f64, _>>()?;
    Ok(ticks / 100.0)
}

fn arguments() -> Result<Arguments, Error> {
    let mut arguments = Arguments { seconds: 0.4, rounds: 15, dir: std::env::temp_dir() };
    let mut given = std::env::args().skip(1);
    while let Some(name) = given.next() {
        let value = given.next().ok_or_else(|| format!("{name} needs a value"))?;
        match name.as_str() {
            "--seconds" => arguments.seconds = value.parse()?,
            "--rounds" => arguments.rounds = value.parse()?,
            "--dir" => arguments.dir = value.into(),
            _ => return Err(format!("unknown option {name}").into()),
        }
    }
    Ok(arguments)
}
