//! A flipped bit anywhere in any file is told of, or makes no difference. It never gives other data, and never makes what
//! was acknowledged unknown.

use crate::common::{batch, commitment, copy_folder, open, order, subject, try_open};
use payloads::{Got, PayloadStore};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

const PAYMENTS: u64 = 60;
const FLIPS: usize = 200;

/// A store with erasures of both kinds and a run of the index; `killed` leaves the last batches in the log.
fn sample(dir: &Path, killed: bool) -> Vec<Got> {
    let mut store = open(dir);
    store.put_batch(&batch(0..40)).expect("put");
    store.erase_payment(&commitment(1), &order(1)).expect("erased");
    store.erase_subject(&subject(2), &order(2)).expect("erased");
    store.close().expect("closed");
    let mut store = open(dir);
    store.put_batch(&batch(40..50)).expect("put");
    store.erase_payment(&commitment(41), &order(3)).expect("erased");
    store.put_batch(&batch(50..PAYMENTS)).expect("put");
    let expected = (0..PAYMENTS).map(|number| store.get(&commitment(number)).expect("readable")).collect();
    if !killed {
        store.close().expect("closed");
    }
    expected
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(dir).expect("readable").map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() { all.extend(files(&entry)) } else { all.push(entry) }
    }
    all.sort();
    all
}

#[derive(Default)]
struct Tally {
    refused: BTreeMap<&'static str, u32>,
    told: BTreeMap<&'static str, u32>,
    harmless: u32,
}

/// Flips bits of one file, one at a time; how many were noticed.
fn flip_all(sound: &Path, file: &Path, expected: &[Got]) -> u32 {
    let dir = sound.with_extension("flipped");
    let name = file.strip_prefix(sound).expect("within");
    let bytes = fs::read(file).expect("readable");
    let mut tally = Tally::default();
    for trial in 0..FLIPS {
        // A step that shares no factor with a power of two, so that every bit of a byte gets its turn.
        let byte = (trial * bytes.len() / FLIPS + trial * 31) % bytes.len();
        copy_folder(sound, &dir);
        let mut flipped = bytes.clone();
        flipped[byte] ^= 1 << (trial % 8);
        fs::write(dir.join(name), &flipped).expect("writable");
        let what = format!("bit {} of byte {byte} of {}", trial % 8, name.display());
        match try_open(&dir) {
            Err(fault) => *tally.refused.entry(fault.code()).or_default() += 1,
            Ok((store, warnings)) => {
                let warned = warnings.first().map(|warning| warning.code);
                match look(store, expected, &what).or(warned) {
                    Some(code) => *tally.told.entry(code).or_default() += 1,
                    None => tally.harmless += 1,
                }
            }
        }
        fs::remove_dir_all(&dir).expect("removed");
    }
    eprintln!(
        "{}: refused {:?}, told when read {:?}, harmless {}",
        name.display(),
        tally.refused,
        tally.told,
        tally.harmless
    );
    tally.refused.values().chain(tally.told.values()).sum()
}

/// Reads everything; a code if something was told. What is given must be what was put.
fn look(mut store: PayloadStore, expected: &[Got], what: &str) -> Option<&'static str> {
    let mut told = None;
    let check = |store: &mut PayloadStore, told: &mut Option<&'static str>| {
        for (number, expected) in (0..PAYMENTS).zip(expected) {
            match store.get(&commitment(number)) {
                Ok(found) => assert!(found == *expected, "{what}: {number} became {found:?}"),
                Err(fault) => *told = Some(fault.code()),
            }
        }
    };
    check(&mut store, &mut told);
    let verified = store.verify(|_, _| ()).unwrap_or_else(|fault| panic!("{what}: {fault}"));
    if let Some(code) = told {
        assert!(!verified.is_sound(), "{what}: {code} when read, and verified as sound");
    }
    let told = told.or_else(|| verified.findings.first().map(|finding| finding.code()));
    // Going on makes nothing worse: what was whole stays whole.
    let put = store.put_batch(&batch(100..110));
    let mut after = None;
    check(&mut store, &mut after);
    if told.is_none() {
        put.unwrap_or_else(|fault| panic!("{what}: sound, and then: {fault}"));
        assert_eq!(after, None, "{what}: sound before a batch was put, and not after");
    }
    told
}

#[test]
fn a_flipped_bit_in_a_closed_store_is_told_of_or_makes_no_difference() {
    let root = tempfile::tempdir().expect("a folder");
    let dir = root.path().join("store");
    let expected = sample(&dir, false);
    for file in files(&dir) {
        let noticed = flip_all(&dir, &file, &expected);
        if file.file_name().is_some_and(|name| name != "lock") {
            assert!(noticed > 20, "{}: only {noticed} were noticed: the test is blind there", file.display());
        }
    }
}

#[test]
fn a_flipped_bit_in_the_log_of_a_killed_process_is_told_of_or_makes_no_difference() {
    let root = tempfile::tempdir().expect("a folder");
    let (open_dir, dir) = (root.path().join("open"), root.path().join("store"));
    let expected = sample(&open_dir, true);
    copy_folder(&open_dir, &dir);
    assert!(fs::metadata(dir.join("payloads.db-wal")).expect("there").len() > 10_000, "no log is left");
    for name in ["payloads.db-wal", "payloads.db-shm", "payloads.db"] {
        let noticed = flip_all(&dir, &dir.join(name), &expected);
        assert!(noticed > 20 || name != "payloads.db-wal", "{name}: only {noticed} were noticed");
    }
}
