//! A changed byte, a cut, a missing or exchanged file: a named fault, or the right answer. Never a wrong one.

mod common;

use common::{Difference, Eviction, HOUSE, Model, durable_to, evictions, feed, in_hand, open_on};
use domain::EventSeq;
use history::{Disk, History, MemoryDisk, Options, Warning};
use std::collections::BTreeMap;
use std::sync::Arc;

/// An archive of two runs that stay two.
fn sample(seed: u64, house: [u8; 32]) -> (MemoryDisk, Vec<Eviction>) {
    let disk = MemoryDisk::new();
    let originals = |range: std::ops::Range<u64>, eviction| {
        range.map(|n| common::original(n + seed * 10_000, eviction)).collect::<Vec<_>>()
    };
    // The second has later originals of two payments of the first.
    let second = [originals(50..62, 0), originals(10..12, 1)].concat();
    let all = vec![
        Eviction { at: EventSeq(3), originals: originals(0..50, 0) },
        Eviction { at: EventSeq(8), originals: second },
    ];
    let options = Options { house, ..in_hand() };
    let history = open_on(&disk, options).expect("opened");
    for eviction in &all {
        history.take(eviction.at, eviction.originals.clone());
        durable_to(&history, eviction.at);
        history.flush().expect("a sound disk");
    }
    assert_eq!(history.figures().runs, 2);
    (disk, all)
}

fn runs_of(disk: &MemoryDisk) -> Vec<String> {
    disk.names().expect("names").into_iter().filter(|name| name.starts_with("run-")).collect()
}

#[derive(Default, Debug)]
struct Tally {
    at_opening: u32,
    at_a_look_up: u32,
    at_verification_only: u32,
}

/// Opens what is there, asks for everything, verifies. It must be found out at some point, and no answer may be wrong.
fn find_out(disk: &MemoryDisk, model: &Model, what: &str, tally: &mut Tally) {
    let history = match open_on(disk, in_hand()) {
        Ok(history) => history,
        Err(fault) => {
            assert!(fault.rebuild_mends(), "{what}: {fault}");
            tally.at_opening += 1;
            return;
        }
    };
    let compared = model.compare(&history);
    let verified = history.verify(&mut |_, _| {});
    let fault = verified.expect_err(&format!("{what} was not found by verification"));
    assert_eq!(fault.code(), "HISTORY_DAMAGED", "{what}: {fault}");
    match compared {
        Ok(()) => tally.at_verification_only += 1,
        Err(Difference::Fault(fault)) => {
            assert_eq!(fault.code(), "HISTORY_DAMAGED", "{what}: {fault}");
            tally.at_a_look_up += 1;
        }
        Err(Difference::Answer(wrong)) => panic!("{what}: a wrong answer: {wrong}"),
    }
}

#[test]
fn every_changed_byte_of_every_file_is_found_and_no_answer_is_wrong() {
    let (disk, all) = sample(1, HOUSE);
    let model = Model::of(&all);
    let mut tallies = BTreeMap::new();
    for name in disk.names().expect("names") {
        let sound = disk.file(&name).expect("a file");
        let mut tally = Tally::default();
        for offset in 0..sound.len() {
            let mut changed = sound.clone();
            changed[offset] ^= 1 << (offset % 8);
            disk.put_file(&name, Some(changed));
            find_out(&disk, &model, &format!("bit {} of byte {offset} of {name}", offset % 8), &mut tally);
        }
        disk.put_file(&name, Some(sound));
        tallies.insert(name, tally);
    }
    eprintln!("{tallies:?}");
    for (name, tally) in &tallies {
        let at_look_ups = name.starts_with("run-");
        assert!(tally.at_opening > 0 && (tally.at_a_look_up > 0) == at_look_ups, "{name}: {tally:?}");
        assert_eq!(tally.at_verification_only, 0, "{name}: every block is read by some look-up");
    }
    // The control: unchanged it is sound.
    let history = open_on(&disk, in_hand()).expect("opened");
    model.require(&history, "unchanged");
    let verified = history.verify(&mut |_, _| {}).expect("sound");
    assert_eq!((verified.runs, verified.originals), (2, 64));
}

#[test]
fn a_cut_or_lengthened_file_is_found_at_opening() {
    let (disk, all) = sample(1, HOUSE);
    let model = Model::of(&all);
    for name in disk.names().expect("names") {
        let sound = disk.file(&name).expect("a file");
        let mut tally = Tally::default();
        let mut tries = 0;
        let longer = [sound.len() + 1, sound.len() + 4_096];
        for length in (0..sound.len()).rev().step_by(37).chain([0, 1, sound.len() - 1]).chain(longer) {
            let mut changed = sound.clone();
            changed.resize(length, 0);
            disk.put_file(&name, Some(changed));
            find_out(&disk, &model, &format!("{name} of {length} instead of {} bytes", sound.len()), &mut tally);
            tries += 1;
        }
        assert_eq!(tally.at_opening, tries, "{name}: {tally:?}");
        disk.put_file(&name, Some(sound));
    }
}

#[test]
fn missing_exchanged_and_foreign_files_are_named() {
    let (sound, _) = sample(1, HOUSE);
    let (sibling, _) = sample(2, HOUSE);
    let (foreign, _) = sample(1, [8; 32]);
    let runs = runs_of(&sound);
    let file = |disk: &MemoryDisk, name: &str| disk.file(name);
    let cases: [(&str, &str, Option<Vec<u8>>, &str); 8] = [
        ("a missing run", &runs[0], None, "HISTORY_DAMAGED"),
        ("a missing newest run", &runs[1], None, "HISTORY_DAMAGED"),
        ("a missing manifest", "manifest", None, "HISTORY_DAMAGED"),
        ("a run in the place of another", &runs[0], file(&sound, &runs[1]), "HISTORY_DAMAGED"),
        ("the same run of another archive of the house", &runs[0], file(&sibling, &runs[0]), "HISTORY_DAMAGED"),
        ("the same run of another house", &runs[0], file(&foreign, &runs[0]), "HISTORY_FOREIGN"),
        ("the manifest of another house", "manifest", file(&foreign, "manifest"), "HISTORY_FOREIGN"),
        ("the manifest of another archive of the house", "manifest", file(&sibling, "manifest"), "HISTORY_DAMAGED"),
    ];
    for (what, name, bytes, code) in cases {
        let disk = sound.copy();
        disk.put_file(name, bytes);
        let fault = open_on(&disk, in_hand()).err().unwrap_or_else(|| panic!("{what} was opened"));
        assert_eq!(fault.code(), code, "{what}: {fault}");
        assert!(fault.rebuild_mends(), "{what}");
        // The remedy: emptied and filled again from the journal.
        let all = evictions(9, 5, 60);
        let history = History::open_empty_on(Arc::new(disk.clone()), in_hand()).expect("emptied");
        Model::default().require(&history, what);
        feed(&history, &all);
        history.settle().expect("a sound disk");
        history.verify(&mut |_, _| {}).expect("sound");
        drop(history);
        Model::of(&all).require(&open_on(&disk, in_hand()).expect("opened"), what);
    }
}

#[test]
fn a_block_at_a_wrong_place_or_of_another_run_is_found() {
    let (disk, all) = sample(1, HOUSE);
    let (sibling, _) = sample(2, HOUSE);
    let model = Model::of(&all);
    let name = &runs_of(&disk)[0];
    let (sound, other) = (disk.file(name).expect("a file"), sibling.file(name).expect("a file"));
    let block = |number: usize| number * 4_096..(number + 1) * 4_096;
    let mut exchanged = sound.clone();
    exchanged.copy_within(block(1), 2 * 4_096);
    let mut mixed = sound.clone();
    mixed[block(1)].copy_from_slice(&other[block(1)]);
    for (what, bytes) in [("a block twice", exchanged), ("a block of another run", mixed)] {
        assert_ne!(bytes, sound);
        disk.put_file(name, Some(bytes));
        let mut tally = Tally::default();
        find_out(&disk, &model, what, &mut tally);
        assert_eq!(tally.at_a_look_up, 1, "{what}: {tally:?}");
    }
}

#[test]
fn an_older_manifest_is_an_older_archive_or_is_refused() {
    let disk = MemoryDisk::new();
    let all = evictions(4, 30, 60);
    let history = open_on(&disk, in_hand()).expect("opened");
    let mut older = Vec::new();
    for eviction in &all {
        feed(&history, std::slice::from_ref(eviction));
        history.flush().expect("a sound disk");
        older.push((eviction.at, disk.file("manifest")));
    }
    drop(history);
    let (mut opened, mut refused) = (0, 0);
    for (at, manifest) in older {
        let disk = disk.copy();
        disk.put_file("manifest", manifest);
        match open_on(&disk, in_hand()) {
            Ok(history) => {
                assert_eq!(history.complete_to(), Some(at));
                Model::complete_to(&all, Some(at)).require(&history, "an older archive");
                feed(&history, &all);
                Model::of(&all).require(&history, "and the rest from the journal");
                opened += 1;
            }
            Err(fault) => {
                assert_eq!(fault.code(), "HISTORY_DAMAGED");
                refused += 1;
            }
        }
    }
    assert!(opened > 1 && refused > 1, "{opened} opened, {refused} refused: one case is missing");
}

#[test]
fn what_the_manifest_does_not_name_is_removed_and_strangers_are_left() {
    let (disk, all) = sample(1, HOUSE);
    disk.put_file("run-0000000099", Some(vec![1; 5_000]));
    disk.put_file("manifest.staged", Some(vec![1; 50]));
    disk.put_file("notes.txt", Some(b"mine".to_vec()));
    let (history, warnings) = History::open_on(Arc::new(disk.clone()), in_hand()).expect("opened");
    let left_over = |name: &str| Warning::LeftOverRemoved { place: format!("memory/{name}") };
    let stranger = Warning::Stranger { place: "memory/notes.txt".to_owned() };
    assert_eq!(warnings, [left_over("run-0000000099"), left_over("manifest.staged"), stranger]);
    assert!(warnings.iter().all(|warning| warning.to_string().matches("; ").count() == 2), "what; where; what to do");
    Model::of(&all).require(&history, "as before");
    assert_eq!(disk.names().expect("names").len(), 4);
}

#[test]
fn a_folder_of_something_else_is_refused_and_left_as_it_is() {
    let disk = MemoryDisk::new();
    disk.put_file("journal.db", Some(vec![0; 10]));
    for result in [open_on(&disk, in_hand()), History::open_empty_on(Arc::new(disk.clone()), in_hand())] {
        assert_eq!(result.err().map(|fault| fault.code()), Some("NOT_A_HISTORY"));
    }
    assert_eq!(disk.names().expect("names"), ["journal.db"]);
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file");
    std::fs::write(&file, "text").expect("writable");
    assert_eq!(History::open(&file, in_hand()).err().map(|fault| fault.code()), Some("NOT_A_HISTORY"));
}

#[test]
fn an_archive_in_use_is_refused_until_it_is_let_go() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("deep").join("history");
    let (history, _) = History::open(&path, in_hand()).expect("made with its parents");
    let fault = History::open(&path, in_hand()).err().expect("in use");
    assert_eq!(fault.code(), "DATA_IN_USE");
    drop(history);
    assert!(History::open(&path, in_hand()).is_ok());
}

#[test]
fn a_damaged_block_stops_the_merge_that_reads_it_with_a_name() {
    let (disk, all) = sample(1, HOUSE);
    let name = &runs_of(&disk)[0];
    let mut bytes = disk.file(name).expect("a file");
    bytes[5_000] ^= 4;
    disk.put_file(name, Some(bytes));
    let history = open_on(&disk, in_hand()).expect("blocks are checked when read");
    let more = Eviction { at: EventSeq(20), originals: (70..130).map(|n| common::original(n, 0)).collect() };
    feed(&history, std::slice::from_ref(&more));
    let fault = history.flush().expect_err("the merge met the damage");
    assert_eq!((fault.code(), fault.place()), ("HISTORY_DAMAGED", &*format!("memory/{name}")));
    history.clear().expect("emptied");
    feed(&history, &all);
    feed(&history, &[more]);
    history.settle().expect("sound again");
}
