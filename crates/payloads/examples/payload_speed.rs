//! What erasable payloads cost: this store beside bare SQLite with the same bytes, and what a start and a look-up take.
//!
//! ```text
//! cargo run --release -p payloads --example payload_speed -- [--seconds S] [--rounds N] [--dir DIR] [--preload N]
//! ```
//!
//! Ways take turns, round after round; medians are compared, each with its processor time. `--preload N` puts N payloads first
//! (batches of 8,000, between 100,000 customers) and then measures a start, look-ups, memory, and putting beside them.
//! Figures: `docs/decisions/0016-payload-store.md`.

#![expect(clippy::disallowed_types, reason = "a measurement is a float; the store itself knows none")]

use domain::{Actor, Commitment, InstitutionId, Timestamp};
use payloads::{
    ErasureOrder, Ground, HouseKey, OsRandomness, Party, Payload, PayloadStore, PostalAddress, Reference, Remittance,
    SealedPayload, SeededRandomness, StoreOptions, Target, seal,
};
use rusqlite::Connection;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const BATCHES: [usize; 3] = [8_000, 100, 1];
/// Bytes of a row and of a slot of a payload as below.
const ROW_BYTES: usize = 600;
const SLOT_BYTES: usize = 128;

type Error = Box<dyn std::error::Error>;
type Way = fn(&Path, usize, Duration) -> Result<u64, Error>;

const WAYS: [(&str, Way); 4] = [
    ("bare SQLite, one row a payload", |dir, batch, time| bare(dir, batch, time, false)),
    ("bare SQLite, and keys in a second synced file", |dir, batch, time| bare(dir, batch, time, true)),
    ("this store, sealed beforehand", |dir, batch, time| store(dir, batch, time, false)),
    ("this store, with sealing", |dir, batch, time| store(dir, batch, time, true)),
];

struct Arguments {
    seconds: f64,
    rounds: usize,
    dir: PathBuf,
    preload: u64,
}

#[derive(Clone, Copy)]
struct Figure {
    per_s: f64,
    cpu_us: f64,
}

fn main() -> Result<(), Error> {
    let arguments = arguments()?;
    if arguments.preload > 0 {
        return preloaded(&arguments);
    }
    println!("| payloads a batch | way | payloads/s, median | of bare SQLite | CPU us a payload |");
    println!("| ---: | --- | ---: | ---: | ---: |");
    for batch in BATCHES {
        let mut figures: BTreeMap<usize, Vec<Figure>> = BTreeMap::new();
        for _ in 0..arguments.rounds {
            for (index, (_, way)) in WAYS.iter().enumerate() {
                figures.entry(index).or_default().push(measure(*way, &arguments, batch)?);
            }
        }
        let medians: Vec<Figure> = figures.into_values().map(median).collect();
        for ((name, _), figure) in WAYS.iter().zip(&medians) {
            let share = 100.0 * figure.per_s / medians[0].per_s;
            println!("| {batch} | {name} | {:.0} | {share:.0} % | {:.2} |", figure.per_s, figure.cpu_us);
        }
    }
    Ok(())
}

fn measure(way: Way, arguments: &Arguments, batch: usize) -> Result<Figure, Error> {
    let dir = arguments.dir.join(format!("payload-speed-{}", std::process::id()));
    fs::create_dir_all(&dir)?;
    let (cpu, start) = (cpu_seconds()?, Instant::now());
    let spent_before = SPENT_SEALING.with(std::cell::Cell::get);
    let payloads = way(&dir, batch, Duration::from_secs_f64(arguments.seconds))?;
    // What a way prepared for itself is not its cost.
    let prepared = SPENT_SEALING.with(std::cell::Cell::get) - spent_before;
    let (cpu, elapsed) = (cpu_seconds()? - cpu - prepared, start.elapsed().as_secs_f64() - prepared);
    fs::remove_dir_all(&dir)?;
    Ok(Figure { per_s: payloads as f64 / elapsed, cpu_us: cpu * 1e6 / payloads as f64 })
}

thread_local! {
    /// Seconds in which payloads were made that a way measured later.
    static SPENT_SEALING: std::cell::Cell<f64> = const { std::cell::Cell::new(0.0) };
}

fn prepared<T>(make: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let made = make();
    SPENT_SEALING.with(|spent| spent.set(spent.get() + start.elapsed().as_secs_f64()));
    made
}

/// The least that SQLite can do with the bytes of a row; with the keys' bytes in a second file if asked.
fn bare(dir: &Path, batch: usize, time: Duration, with_keys: bool) -> Result<u64, Error> {
    use std::io::Write;
    let mut connection = Connection::open(dir.join("bare.db"))?;
    connection.pragma_update(None, "page_size", 16_384)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.execute_batch("CREATE TABLE payload (number INTEGER PRIMARY KEY, body BLOB NOT NULL)")?;
    let mut keys = fs::File::create(dir.join("keys"))?;
    let row: Vec<u8> = noise(ROW_BYTES);
    let slots = noise(batch * SLOT_BYTES);
    let (start, mut number) = (Instant::now(), 0_u64);
    while start.elapsed() < time {
        let transaction = connection.transaction()?;
        {
            let mut insert = transaction.prepare_cached("INSERT INTO payload VALUES (?1, ?2)")?;
            for _ in 0..batch {
                insert.execute((i64::try_from(number)?, &row))?;
                number += 1;
            }
        }
        transaction.commit()?;
        if with_keys {
            keys.write_all(&slots)?;
            keys.sync_data()?;
        }
    }
    Ok(number)
}

fn store(dir: &Path, batch: usize, time: Duration, sealing: bool) -> Result<u64, Error> {
    let house = HouseKey::from_bytes(&mut [7; 32]);
    let (mut store, _) = PayloadStore::open(&dir.join("payloads"), &house, StoreOptions::default())?;
    let mut number = 0_u64;
    let mut spent = Duration::ZERO;
    while spent < time {
        let payloads: Vec<Payload> = prepared(|| (number..).take(batch).map(payload).collect());
        let seal_all =
            || payloads.iter().map(|payload| seal(payload, &mut OsRandomness)).collect::<Result<Vec<_>, _>>();
        let early = if sealing { None } else { Some(prepared(seal_all)?) };
        let start = Instant::now();
        let sealed = early.map_or_else(seal_all, Ok)?;
        store.put_batch(&sealed)?;
        spent += start.elapsed();
        number += batch as u64;
    }
    Ok(number)
}

/// A payment between two of 100,000 customers.
fn payload(number: u64) -> Payload {
    Payload {
        debtor: party(number * 7_919 % 100_000),
        creditor: party(number * 104_729 % 100_000),
        remittance: Remittance { unstructured: vec![format!("Factura {number:08} de agosto")], documents: Vec::new() },
    }
}

fn party(customer: u64) -> Party {
    Party {
        institution: InstitutionId(u32::try_from(customer % 300).expect("small")),
        account: format!("BR97{customer:021}P1"),
        name: format!("María da Conceição {customer}"),
        identification: Some(format!("{customer:011}")),
        address: Some(PostalAddress {
            street_name: Some("Avenida Sete de Setembro".to_owned()),
            building_number: Some((customer % 900).to_string()),
            post_code: Some("40060-001".to_owned()),
            town_name: Some("Salvador".to_owned()),
            country: Some("BR".to_owned()),
            address_lines: Vec::new(),
        }),
    }
}

/// The payment with this number, sealed so that its commitment is known later.
fn known(number: u64) -> (Commitment, SealedPayload) {
    seal(&payload(number), &mut SeededRandomness::new(number)).expect("a good payload")
}

fn preloaded(arguments: &Arguments) -> Result<(), Error> {
    let dir = arguments.dir.join(format!("payload-speed-{}", std::process::id()));
    let house = HouseKey::from_bytes(&mut [7; 32]);
    let open = || PayloadStore::open(&dir, &house, StoreOptions::default());
    let (mut store, _) = open()?;
    let start = Instant::now();
    let mut slowest = Duration::ZERO;
    for first in (0..arguments.preload).step_by(8_000) {
        let batch: Vec<_> = (first..arguments.preload.min(first + 8_000)).map(known).collect();
        let put = Instant::now();
        store.put_batch(&batch)?;
        slowest = slowest.max(put.elapsed());
    }
    println!(
        "{} payloads in {:.1} s, the slowest batch {} ms",
        arguments.preload,
        start.elapsed().as_secs_f64(),
        slowest.as_millis()
    );
    store.close()?;
    let start = Instant::now();
    let (mut store, warnings) = open()?;
    println!("start: {} ms, {} warnings", start.elapsed().as_millis(), warnings.len());
    let figures = store.figures();
    println!(
        "on disk: {} bytes of payload and {} of keys each; {} runs; index in memory: {:.2} bytes a name",
        figures.payload_bytes / arguments.preload,
        figures.key_bytes / arguments.preload,
        figures.index_runs,
        figures.index_memory_bytes as f64 / figures.index_entries as f64
    );
    let mut times: Vec<Duration> = Vec::new();
    for step in 0..10_000_u64 {
        let commitment = known(step * 7_919_317 % arguments.preload).0;
        let start = Instant::now();
        store.get(&commitment)?;
        times.push(start.elapsed());
    }
    times.sort();
    println!("get: median {} us, p99 {} us", times[5_000].as_micros(), times[9_900].as_micros());
    let batches: Vec<Vec<_>> =
        (0..10_u64).map(|batch| (0..8_000).map(|at| known(arguments.preload + batch * 8_000 + at)).collect()).collect();
    let start = Instant::now();
    for batch in &batches {
        store.put_batch(batch)?;
    }
    println!("put beside them: {:.0} payloads/s in batches of 8,000", 80_000.0 / start.elapsed().as_secs_f64());
    erasures(&mut store)?;
    let start = Instant::now();
    fs::remove_dir_all(dir.join("index"))?;
    drop(store);
    let (store, _) = open()?;
    println!("start with the index made anew: {} ms", start.elapsed().as_millis());
    drop(store);
    fs::remove_dir_all(&dir)?;
    Ok(())
}

fn erasures(store: &mut PayloadStore) -> Result<(), Error> {
    let order = ErasureOrder {
        at: Timestamp(0),
        ground: Ground::RetentionEnded,
        reference: Reference::new("1")?,
        by: Actor::operator(1),
    };
    let start = Instant::now();
    for number in 0..20 {
        store.erase_payment(&known(number).0, &order)?;
    }
    println!("erase a payment: {} us each, one at a time", start.elapsed().as_micros() / 20);
    let start = Instant::now();
    for customer in 0..20 {
        store.erase_subject(&party(customer).subject(), &order)?;
    }
    println!("erase a subject: {} us each, one at a time", start.elapsed().as_micros() / 20);
    let targets: Vec<Target> = (100..8_100).map(|number| Target::Payment(known(number).0)).collect();
    let start = Instant::now();
    store.erase_all(&targets, &order)?;
    println!("erase 8,000 payments at once: {} ms", start.elapsed().as_millis());
    let start = Instant::now();
    let purged = store.purge(|_| ())?;
    println!("purge: {purged} payloads changed in {:.1} s", start.elapsed().as_secs_f64());
    Ok(())
}

fn median(mut figures: Vec<Figure>) -> Figure {
    let middle = figures.len() / 2;
    figures.sort_by(|one, other| one.per_s.total_cmp(&other.per_s));
    let per_s = figures[middle].per_s;
    figures.sort_by(|one, other| one.cpu_us.total_cmp(&other.cpu_us));
    Figure { per_s, cpu_us: figures[middle].cpu_us }
}

/// Processor time of this process so far, in user mode and in the kernel.
fn cpu_seconds() -> Result<f64, Error> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |index: usize| fields.get(index).and_then(|text| text.parse::<f64>().ok()).ok_or("no processor time");
    Ok((ticks(11)? + ticks(12)?) / 100.0)
}

/// Bytes that do not compress.
fn noise(count: usize) -> Vec<u8> {
    let mut state = 1_u64;
    let mut bytes = Vec::with_capacity(count);
    while bytes.len() < count {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        bytes.extend_from_slice(&state.to_be_bytes());
    }
    bytes.truncate(count);
    bytes
}

fn arguments() -> Result<Arguments, Error> {
    let mut parsed = Arguments { seconds: 1.0, rounds: 5, dir: std::env::temp_dir(), preload: 0 };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let value = words.next().ok_or_else(|| format!("{word} needs a value"))?;
        match word.as_str() {
            "--seconds" => parsed.seconds = value.parse()?,
            "--rounds" => parsed.rounds = value.parse()?,
            "--dir" => parsed.dir = PathBuf::from(value),
            "--preload" => parsed.preload = value.parse()?,
            _ => return Err(format!("unknown option {word}").into()),
        }
    }
    Ok(parsed)
}
