use super::*;
use sha2::{Digest, Sha256};

const STORE: StoreId = [7; 16];

/// Every hundredth slot has the name of the one before it: one name may have several slots.
fn name(slot: u64) -> [u8; 32] {
    let shared = if slot % 100 == 97 { slot - 1 } else { slot };
    Sha256::digest(shared.to_be_bytes()).into()
}

fn is_void(slot: u64) -> bool {
    slot % 50 == 49
}

fn fill(index: &mut Index, end: u64) {
    while index.next() < end {
        let slot = index.next();
        index.add(slot, (!is_void(slot)).then(|| name(slot)).as_ref());
        if slot.is_multiple_of(7) {
            index.settle().expect("settled");
        }
    }
}

fn check(index: &Index, end: u64) {
    for slot in (0..end).filter(|&slot| !is_void(slot)) {
        let expected = match slot % 100 {
            96 if slot + 1 < end => vec![slot + 1, slot],
            97 => vec![slot, slot - 1],
            _ => vec![slot],
        };
        assert_eq!(index.candidates(&name(slot)).expect("sound"), expected, "slot {slot}");
    }
    for absent in (end..end + 500).filter(|absent| absent % 100 != 97) {
        assert_eq!(index.candidates(&name(absent)).expect("sound"), Vec::<u64>::new());
    }
}

#[test]
fn names_are_found_in_memory_in_runs_and_in_merged_runs_and_again_after_opening() {
    let dir = tempfile::tempdir().expect("a folder");
    let opened = Index::open(dir.path(), &STORE, 0).expect("opened").0;
    let mut index = opened.with_tail_of(64);
    for end in [10, 100, 5_000, 20_000] {
        fill(&mut index, end);
        check(&index, end);
    }
    // However slow the thread was until now, it gets there.
    while index.merging.is_some() {
        index.finish_merging();
        index.settle().expect("settled");
    }
    check(&index, 20_000);
    assert!((1..40).contains(&index.runs()), "{} runs of 64 names", index.runs());
    index.write_tail().expect("written");
    drop(index);
    let (again, left_out) = Index::open(dir.path(), &STORE, 20_000).expect("opened");
    assert_eq!((again.next(), left_out), (20_000, false));
    check(&again, 20_000);
}

#[test]
fn a_run_that_is_damaged_missing_or_foreign_is_left_out_with_all_after_it() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut index = Index::open(dir.path(), &STORE, 0).expect("opened").0;
    for end in [1_000, 1_500, 1_800] {
        fill(&mut index, end);
        index.write_tail().expect("written");
    }
    drop(index);
    assert_eq!(Index::open(dir.path(), &[8; 16], 1_800).expect("opened").0.next(), 0, "runs of another store");
    assert_eq!(fs::read_dir(dir.path()).expect("readable").count(), 0, "and they are removed");
}

#[test]
fn runs_beyond_the_slots_are_of_another_past_and_left_out() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut index = Index::open(dir.path(), &STORE, 0).expect("opened").0;
    for end in [1_000, 1_500] {
        fill(&mut index, end);
        index.write_tail().expect("written");
    }
    drop(index);
    let (opened, left_out) = Index::open(dir.path(), &STORE, 1_200).expect("opened");
    assert_eq!((opened.next(), left_out), (1_000, true));
}

#[test]
fn a_flipped_bit_in_a_run_is_noticed_when_opened_or_when_read() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut index = Index::open(dir.path(), &STORE, 0).expect("opened").0;
    fill(&mut index, 3_000);
    index.write_tail().expect("written");
    let path = index.runs[0].path().to_owned();
    drop(index);
    let sound = fs::read(&path).expect("readable");
    let (mut at_opening, mut when_read, mut harmless) = (0, 0, 0);
    for bit in (0..sound.len() * 8).step_by(sound.len() * 8 / 400) {
        let mut flipped = sound.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        fs::write(&path, flipped).expect("writable");
        let (index, left_out) = Index::open(dir.path(), &STORE, 3_000).expect("opened");
        if left_out {
            at_opening += 1;
            continue;
        }
        let found: Result<Vec<Vec<u64>>, Unusable> =
            (0..3_000).filter(|&slot| !is_void(slot)).map(|slot| index.candidates(&name(slot))).collect();
        match found {
            Err(Unusable) => when_read += 1,
            Ok(found) => {
                harmless += 1;
                assert!(found.iter().all(|found| !found.is_empty()), "bit {bit} changed an answer");
            }
        }
    }
    eprintln!("{at_opening} at opening, {when_read} when read, {harmless} harmless");
    assert!(at_opening > 50 && when_read > 200, "the test is blind");
}
