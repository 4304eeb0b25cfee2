//! A flipped bit anywhere in any file is detected, or makes no difference. It never makes the journal shorter unnoticed.

mod common;

use common::{append, copy_folder, open, open_or_create, read_all};
use journal::{Head, Journal, Outcome};
use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::path::Path;

const PAGE: usize = 16_384;

/// Where to flip: a file, ranges of its bytes, what lies there, and how many bits to try.
struct Region {
    file: &'static str,
    name: &'static str,
    ranges: Vec<Range<usize>>,
    trials: usize,
}

impl Region {
    fn one(file: &'static str, name: &'static str, range: Range<usize>, trials: usize) -> Region {
        Region::new(file, name, std::iter::once(range).collect(), trials)
    }

    fn new(file: &'static str, name: &'static str, ranges: Vec<Range<usize>>, trials: usize) -> Region {
        Region { file, name, ranges, trials }
    }
}

/// A cleanly closed journal with pages of every kind.
fn sample(dir: &Path) -> Head {
    let mut journal = open_or_create(dir);
    for count in (0..70).map(|block| 20 + block % 90) {
        assert_eq!(append(&mut journal, count), Outcome::Durable);
    }
    assert_eq!(append(&mut journal, 700), Outcome::Durable);
    journal.close().expect("closed")
}

/// The same as a killed process leaves it: with blocks that only the write-ahead log has.
fn sample_with_log(dir: &Path) -> Head {
    sample(dir);
    let mut journal = open(dir).expect("opened");
    for count in [3, 250, 1, 60, 2] {
        assert_eq!(append(&mut journal, count), Outcome::Durable);
    }
    journal.head()
}

fn database_regions(dir: &Path) -> Vec<Region> {
    let database = fs::read(dir.join("journal.db")).expect("readable");
    let mut regions = vec![
        Region::one("journal.db", "file header", 0..100, 250),
        Region::one("journal.db", "schema, tree header and cell pointers", 100..116, 48),
        Region::one("journal.db", "schema, free space", 116..PAGE - 400, 8),
        Region::one("journal.db", "schema, text", PAGE - 400..PAGE, 48),
    ];
    let pages = |kinds: Range<u8>| {
        let starts = (PAGE..database.len()).step_by(PAGE);
        starts.filter(|&start| kinds.contains(&database[start])).map(|start| start..start + PAGE).collect::<Vec<_>>()
    };
    for (name, kinds) in [("interior pages", 5..6), ("leaf pages", 13..14), ("overflow pages", 0..1)] {
        let ranges = pages(kinds);
        assert!(!ranges.is_empty(), "the sample has no {name}");
        regions.push(Region::new("journal.db", name, ranges, 64));
    }
    regions
}

fn regions_around_a_log(dir: &Path) -> Vec<Region> {
    let length =
        |name: &str| usize::try_from(fs::metadata(dir.join(name)).expect("a file").len()).expect("a small file");
    let frames = (32..length("journal.db-wal")).step_by(24 + PAGE);
    vec![
        Region::one("journal.db", "database under a log", 0..length("journal.db"), 40),
        Region::one("journal.db-wal", "log header", 0..32, 48),
        Region::new("journal.db-wal", "frame headers", frames.clone().map(|at| at..at + 24).collect(), 48),
        Region::new("journal.db-wal", "frames", frames.map(|at| at + 24..at + 24 + PAGE).collect(), 64),
        Region::one("journal.db-shm", "index header", 0..136, 24),
        Region::one("journal.db-shm", "index", 136..length("journal.db-shm"), 16),
        Region::new("high-water-mark", "first slot", vec![0..64, 64..4096], 16),
        Region::new("high-water-mark", "second slot", vec![4096..4160, 4160..8192], 16),
        Region::one("lock", "lock", 0..1, 8),
    ]
}

/// Bits spread over a region: the same ones in every run.
fn bits(region: &Region) -> Vec<usize> {
    let total: usize = region.ranges.iter().map(Range::len).sum();
    (0..region.trials)
        .map(|trial| {
            // A step that shares no factor with a power of two, so that every bit of a byte gets its turn.
            let mut byte = (trial * total / region.trials + trial * 31) % total;
            let within = region.ranges.iter().find_map(|range| {
                let found = (byte < range.len()).then(|| range.start + byte);
                byte = byte.saturating_sub(range.len());
                found
            });
            within.expect("a byte of the region") * 8 + trial % 8
        })
        .collect()
}

#[derive(Default)]
struct Tally {
    detected: BTreeMap<&'static str, u32>,
    harmless: u32,
}

/// Flips bits of every region; how many were detected in each.
fn try_all(sound: &Path, head: &Head, regions: &[Region]) -> BTreeMap<&'static str, u32> {
    let dir = sound.with_extension("flipped");
    let mut detected = BTreeMap::new();
    for region in regions {
        let mut tally = Tally::default();
        for bit in bits(region) {
            copy_folder(sound, &dir);
            flip(&dir.join(region.file), bit);
            let what = format!("bit {} of byte {} of {} ({})", bit % 8, bit / 8, region.file, region.name);
            let found = read_all(&dir);
            match &found {
                Ok(found) => {
                    assert_eq!(found, head, "{what}: accepted, and another journal");
                    tally.harmless += 1;
                }
                Err(fault) => *tally.detected.entry(fault.code()).or_default() += 1,
            }
            write_on(&dir, head, found.is_ok(), &what);
            fs::remove_dir_all(&dir).expect("removed");
        }
        eprintln!("{}, {}: {} harmless, detected {:?}", region.file, region.name, tally.harmless, tally.detected);
        detected.insert(region.name, tally.detected.values().sum::<u32>());
    }
    detected
}

fn require_detected(detected: &BTreeMap<&str, u32>, names: &[&str]) {
    for name in names {
        assert!(detected[name] > 0, "no flip in {name} was detected: the test is blind there");
    }
}

#[test]
fn a_flipped_bit_in_the_database_is_detected_or_makes_no_difference() {
    let root = tempfile::tempdir().expect("a folder");
    let dir = root.path().join("journal");
    let head = sample(&dir);
    let detected = try_all(&dir, &head, &database_regions(&dir));
    let names = ["file header", "schema, text", "interior pages", "leaf pages", "overflow pages"];
    require_detected(&detected, &names);
}

#[test]
fn a_flipped_bit_in_the_log_or_beside_it_is_detected_or_makes_no_difference() {
    let root = tempfile::tempdir().expect("a folder");
    let dir = root.path().join("journal");
    let head = sample_with_log(&dir);
    let detected = try_all(&dir, &head, &regions_around_a_log(&dir));
    require_detected(&detected, &["database under a log", "log header", "frame headers", "frames"]);
}

/// Opening for writing and writing on must not turn a flip into a loss: what was whole stays whole, and what was not is
/// still said to be not.
fn write_on(dir: &Path, head: &Head, was_whole: bool, what: &str) {
    let Ok(mut journal) = open(dir) else { return };
    let mut added = 0;
    for count in [5, 400] {
        match append(&mut journal, count) {
            Outcome::Durable => added += count,
            Outcome::Failed(_) => break,
            other => panic!("{what}: {other:?}"),
        }
    }
    drop(journal.close());
    match read_all(dir) {
        Ok(found) => assert!(found.next_seq >= head.next_seq + added, "{what}: shorter after writing on"),
        Err(fault) => assert!(!was_whole, "{what}: whole before writing on, and then: {fault}"),
    }
}

fn flip(path: &Path, bit: usize) {
    let mut bytes = fs::read(path).expect("readable");
    bytes[bit / 8] ^= 1 << (bit % 8);
    fs::write(path, bytes).expect("writable");
}
