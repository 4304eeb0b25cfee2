//! What an archive of many payments costs: memory, disk, opening, look-ups; beside a table of the same keys in SQLite.
//!
//! ```text
//! cargo run --release -p history --example preload -- [--payments N] [--seed S] [--baseline N] [--dir DIR]
//! ```
//!
//! `--payments` 1000000 unless said otherwise (10000000 takes some minutes and 1 GB of disk, twice that while merging;
//! 100000000 ten times as much). Every second payment has a trade document. `--baseline` rows of SQLite, 1000000 at most
//! unless said otherwise, 0 for none. Percentiles are of single look-ups, with some 40 ns for looking at the clock, with the file in the system's cache
//! (*warm*) and after it was asked to forget it (*cold*).

use domain::payment::LegState;
use domain::plan::Denomination;
use domain::{
    ArrangementId, ContentDigest, CurrencyId, CycleId, Date, DocumentKey, EventSeq, InstitutionId, PaymentId,
    PaymentKey, PaymentOriginal, PaymentState, Uetr,
};
use history::{History, Options, Stamp};
use rusqlite::{Connection, OptionalExtension};
use std::fs::File;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

const HOUSE: [u8; 32] = [1; 32];
const PAYMENTS_AN_EVENT: u64 = 4_096;

type Error = Box<dyn std::error::Error>;

struct Arguments {
    payments: u64,
    seed: u64,
    baseline: Option<u64>,
    dir: PathBuf,
}

/// Names the folder to a process that only opens it.
const OPEN_ONLY: &str = "HISTORY_PRELOAD_OPEN_ONLY";

fn main() -> Result<(), Error> {
    if let Some(folder) = std::env::var_os(OPEN_ONLY) {
        return open_only(Path::new(&folder));
    }
    let arguments = arguments()?;
    let root = tempfile::tempdir_in(&arguments.dir)?;
    let folder = root.path().join("history");
    println!("{} payments, seed {}", arguments.payments, arguments.seed);
    preload(&folder, &arguments)?;
    resident(&folder, arguments.payments)?;
    let history = reopen(&folder)?;
    look_up(&history, &folder, &arguments)?;
    drop(history);
    let rows = arguments.baseline.unwrap_or(arguments.payments.min(1_000_000));
    if rows > 0 { baseline(&root.path().join("baseline.db"), rows, arguments.seed) } else { Ok(()) }
}

fn arguments() -> Result<Arguments, Error> {
    let mut parsed = Arguments { payments: 1_000_000, seed: 1, baseline: None, dir: std::env::temp_dir() };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let value = words.next().ok_or_else(|| format!("{word} needs a value"))?;
        match &*word {
            "--payments" => parsed.payments = value.parse()?,
            "--seed" => parsed.seed = value.parse()?,
            "--baseline" => parsed.baseline = Some(value.parse()?),
            "--dir" => parsed.dir = value.into(),
            _ => return Err(format!("unknown option {word}").into()),
        }
    }
    if parsed.payments == 0 { Err("--payments must be at least 1".into()) } else { Ok(parsed) }
}

/// The n-th number of a stream.
fn mix(number: u64, stream: u64) -> u64 {
    let mut mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ stream.wrapping_mul(0xd6e8_feb8_6659_fd93);
    mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ mixed >> 31
}

fn sixteen(number: u64, stream: u64) -> [u8; 16] {
    (u128::from(mix(number, stream)) << 64 | u128::from(mix(number, stream + 1))).to_le_bytes()
}

fn small<T: TryFrom<u64>>(number: u64, stream: u64, below: u64) -> T {
    T::try_from(mix(number, stream) % below).ok().expect("a small number")
}

fn key(payment: u64, seed: u64) -> PaymentKey {
    PaymentKey { institution: InstitutionId(small(payment, seed + 1, 300)), uetr: Uetr(sixteen(payment, seed + 2)) }
}

fn original(payment: u64, seed: u64) -> PaymentOriginal {
    let key = key(payment, seed);
    let entered = Date(18_000 + i32::try_from(payment / 30_000).expect("a few thousand days"));
    PaymentOriginal {
        payment: PaymentId(payment),
        arrangement: ArrangementId(0),
        return_of: None,
        instructing: key.institution,
        payer: key.institution,
        payee: InstitutionId(small(payment, seed + 4, 300)),
        uetr: key.uetr,
        content: ContentDigest(sixteen(payment, seed + 5)),
        document: payment.is_multiple_of(2).then(|| DocumentKey(sixteen(payment, seed + 7))),
        state: PaymentState::PaidOut,
        refusal: None,
        collection: LegState::Confirmed,
        payout: LegState::Confirmed,
        payout_when: Some(domain::event::Payout::AfterSettlement),
        payer_minor: small(payment, seed + 9, 100_000_000),
        position_minor: small(payment, seed + 10, 1_000_000),
        payee_minor: small(payment, seed + 11, 100_000_000),
        returned_minor: 0,
        returned_payee_minor: 0,
        position_currency: CurrencyId(3),
        denomination: Denomination::Payee,
        urgent: false,
        collected_first: true,
        quote_until: None,
        value_date: entered.plus_days(1),
        entered,
        conformity_by: None,
        cycle: Some(CycleId(u32::try_from(payment / 30_000).expect("a few thousand cycles"))),
        dispute_outcome: None,
    }
}

fn preload(folder: &Path, arguments: &Arguments) -> Result<(), Error> {
    let options = Options { merge_share_percent: 100, ..Options::of_house(HOUSE) };
    let (history, _) = History::open(folder, options)?;
    let (start, cpu) = (Instant::now(), cpu_time());
    let mut taking = Duration::ZERO;
    for event in 0..arguments.payments.div_ceil(PAYMENTS_AN_EVENT) {
        let first = event * PAYMENTS_AN_EVENT;
        let payments = first..arguments.payments.min(first + PAYMENTS_AN_EVENT);
        let originals = payments.map(|payment| original(payment, arguments.seed)).collect();
        let started = own_cpu_time();
        history.take(EventSeq(event), originals);
        history.durable(Stamp { height: event + 1, hash: [2; 32] });
        taking += own_cpu_time() - started;
    }
    history.flush()?;
    let taken = start.elapsed();
    history.settle()?;
    println!(
        "filled in {} s, merged after {} s; {} s of processor time in all, {} ns a payment in `take`",
        seconds(taken),
        seconds(start.elapsed()),
        seconds(cpu_time() - cpu),
        taking.as_nanos() / u128::from(arguments.payments),
    );
    let figures = history.figures();
    println!("runs: {}", figures.runs);
    println!(
        "memory of fingerprints and indexes: {} bytes a payment",
        hundredths(figures.memory_bytes, figures.payments)
    );
    println!(
        "disk: {} bytes a payment, written {} bytes a payment with all merging",
        hundredths(figures.disk_bytes, figures.payments),
        hundredths(written_bytes()?, figures.payments),
    );
    Ok(())
}

/// What a process grows by that does nothing but open the archive: this program started anew.
fn resident(folder: &Path, payments: u64) -> Result<(), Error> {
    let output = Command::new(std::env::current_exe()?).env(OPEN_ONLY, folder).output()?;
    let bytes: u64 = String::from_utf8(output.stdout)?.trim().parse()?;
    println!("memory by which a process grows that opens it: {} bytes a payment", hundredths(bytes, payments));
    Ok(())
}

fn open_only(folder: &Path) -> Result<(), Error> {
    let before = resident_bytes()?;
    let history = History::open(folder, Options::of_house(HOUSE))?;
    println!("{}", resident_bytes()?.saturating_sub(before));
    drop(history);
    Ok(())
}

fn reopen(folder: &Path) -> Result<History, Error> {
    for temperature in ["warm", "cold"] {
        if temperature == "cold" {
            forget(folder)?;
        }
        let start = Instant::now();
        drop(History::open(folder, Options::of_house(HOUSE))?);
        println!("opened ({temperature}): {} s", seconds(start.elapsed()));
    }
    Ok(History::open(folder, Options::of_house(HOUSE))?.0)
}

fn look_up(history: &History, folder: &Path, arguments: &Arguments) -> Result<(), Error> {
    let (payments, seed) = (arguments.payments, arguments.seed);
    // Numbers beyond the payments give keys and documents that nobody has.
    let unknown = |number: u64| key(payments + number, seed);
    let known = |number: u64| key(mix(number, 99) % payments, seed);
    println!("| look-up | CPU ns | p50 ns | p99 ns | reads |");
    println!("| --- | ---: | ---: | ---: | ---: |");
    let row = |name: &str, count: u64, find: &dyn Fn(u64) -> bool| {
        let reads = history.figures().disk_reads;
        let (mean, times) = measure(count, find);
        let reads = history.figures().disk_reads - reads;
        println!("| {name} | {mean} | {} | {} | {} |", times.0, times.1, hundredths(reads, count * 2));
    };
    read_all(folder)?;
    let has_key = |key: PaymentKey| history.payment_of_key(key).expect("sound").is_some();
    row("reference, unknown", 1_000_000, &|number| !has_key(unknown(number)));
    let keys: Vec<PaymentKey> = (0..1_000_000).map(|number| unknown(3_000_000 + number)).collect();
    let start = own_cpu_time();
    for batch in keys.chunks(1_000) {
        assert!(history.payments_of_keys(batch)?.is_empty(), "a wrong answer");
    }
    println!("| the same, 1,000 at once | {} | | | |", (own_cpu_time() - start).as_nanos() / 1_000_000);
    row("reference, known, warm", 100_000, &|number| has_key(known(number)));
    let uses = |number: u64| {
        let document = DocumentKey(sixteen(number, seed + 7));
        history.uses_document(ArrangementId(0), document).expect("sound")
    };
    row("document, unknown", 1_000_000, &|number| !uses(payments * 2 + number));
    row("document, known, warm", 100_000, &|number| uses(mix(number, 98) % payments / 2 * 2));
    let has = |payment: u64| history.payment(PaymentId(payment)).expect("sound").is_some();
    row("ordinal, warm", 100_000, &|number| has(mix(number, 97) % payments));
    forget(folder)?;
    // Few: each warms the cache for those after it.
    row("reference, known, cold", 1_000, &|number| has_key(known(number + 500_000)));
    Ok(())
}

/// Nanoseconds of processor time of one look-up when many follow each other, and the 50th and 99th percentile of single ones.
fn measure(count: u64, find: &dyn Fn(u64) -> bool) -> (u128, (u128, u128)) {
    let start = own_cpu_time();
    for number in 0..count {
        assert!(black_box(find(number)), "look-up {number} gave a wrong answer");
    }
    let mean = (own_cpu_time() - start).as_nanos() / u128::from(count);
    let mut times: Vec<u128> = (count..count * 2)
        .map(|number| {
            let start = Instant::now();
            assert!(black_box(find(number)), "look-up {number} gave a wrong answer");
            start.elapsed().as_nanos()
        })
        .collect();
    times.sort_unstable();
    (mean, (times[times.len() / 2], times[times.len() * 99 / 100]))
}

/// The same keys in the table that one would otherwise make.
fn baseline(path: &Path, rows: u64, seed: u64) -> Result<(), Error> {
    let mut connection = Connection::open(path)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.execute_batch("CREATE TABLE original (key BLOB PRIMARY KEY, payment INTEGER) WITHOUT ROWID")?;
    let blob = |key: PaymentKey| [&key.institution.0.to_le_bytes()[..], &key.uetr.0].concat();
    let start = Instant::now();
    let transaction = connection.transaction()?;
    let mut insert = transaction.prepare("INSERT INTO original VALUES (?1, ?2)")?;
    for payment in 0..rows {
        insert.execute((blob(key(payment, seed)), i64::try_from(payment)?))?;
    }
    drop(insert);
    transaction.commit()?;
    connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")?;
    let bytes = std::fs::metadata(path)?.len();
    println!(
        "SQLite, {rows} keys: filled in {} s, {} bytes a key on disk",
        seconds(start.elapsed()),
        hundredths(bytes, rows)
    );
    let has = |key: PaymentKey| {
        let mut select = connection.prepare_cached("SELECT payment FROM original WHERE key = ?1").expect("a table");
        let found = select.query_row((blob(key),), |row| row.get::<_, i64>(0)).optional();
        found.expect("sound").is_some()
    };
    for (name, known) in [("unknown", false), ("known", true)] {
        let find = |number| has(key(if known { mix(number, 99) % rows } else { rows + number }, seed)) == known;
        let (mean, (p50, p99)) = measure(100_000, &find);
        println!("| SQLite, {name}, warm | {mean} | {p50} | {p99} | |");
    }
    Ok(())
}

/// Fills the system's cache.
fn read_all(folder: &Path) -> Result<(), Error> {
    for entry in std::fs::read_dir(folder)? {
        std::io::copy(&mut File::open(entry?.path())?, &mut std::io::sink())?;
    }
    Ok(())
}

/// Asks the system to forget what it keeps of the files in a folder.
fn forget(folder: &Path) -> Result<(), Error> {
    for entry in std::fs::read_dir(folder)? {
        let file = File::open(entry?.path())?;
        file.sync_all()?;
        rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed)?;
    }
    Ok(())
}

fn written_bytes() -> Result<u64, Error> {
    let counters = std::fs::read_to_string("/proc/self/io")?;
    let line = counters.lines().find_map(|line| line.strip_prefix("wchar: ")).ok_or("no wchar in io")?;
    Ok(line.parse()?)
}

fn resident_bytes() -> Result<u64, Error> {
    let pages = std::fs::read_to_string("/proc/self/statm")?;
    let pages: u64 = pages.split(' ').nth(1).ok_or("no second number in statm")?.parse()?;
    Ok(pages * 4_096)
}

fn cpu_time() -> Duration {
    clock(rustix::time::ClockId::ProcessCPUTime)
}

fn own_cpu_time() -> Duration {
    clock(rustix::time::ClockId::ThreadCPUTime)
}

fn clock(id: rustix::time::ClockId) -> Duration {
    let time = rustix::time::clock_gettime(id);
    let whole = Duration::from_secs(u64::try_from(time.tv_sec).unwrap_or(0));
    whole + Duration::from_nanos(u64::try_from(time.tv_nsec).unwrap_or(0))
}

fn seconds(time: Duration) -> String {
    hundredths(u64::try_from(time.as_millis()).unwrap_or(u64::MAX), 1_000)
}

/// A quotient with two decimals.
fn hundredths(dividend: u64, divisor: u64) -> String {
    let hundredths = dividend.saturating_mul(100) / divisor.max(1);
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}
