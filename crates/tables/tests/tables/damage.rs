//! A bit flipped anywhere, a file cut short, pages swapped: told by name when it is opened, filled or checked, or without
//! a difference; and always remedied by making the tables anew.

use crate::worlds::{Chain, Place, go_on, made, simulated};
use std::fs;
use std::path::Path;
use tables::{Pace, Reader, Tables, TablesFault};

/// Numbers that look random and are the same in every run: SplitMix64.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % u64::try_from(bound).expect("64 bits")).expect("below a size")
    }
}

/// What a file that may be damaged comes to: nothing found, or the code of what was.
fn found(file: &Path) -> Result<[u8; 32], &'static str> {
    let check = || {
        let reader = Reader::open(file)?;
        reader.check(&mut |_, _| ())?;
        drop(reader);
        let tables = Tables::open(file)?;
        tables.check()?;
        Ok(tables.content_hash())
    };
    check().map_err(|fault: TablesFault| fault.code())
}

fn remove_log(file: &Path) {
    for suffix in ["-wal", "-shm"] {
        drop(fs::remove_file(file.with_file_name(format!("tables.sqlite{suffix}"))));
    }
}

#[test]
fn a_flipped_bit_is_named_or_makes_no_difference() {
    let chain = Chain::of(&simulated(3), 20);
    let place = Place::new();
    let whole = made(&place.file, &chain);
    let sound = fs::read(&place.file).expect("readable");
    let mut chance = Chance(2008);
    let (mut named, mut harmless) = (0, 0);
    for trial in 0..240 {
        // A quarter in the first page, where the meaning is dense.
        let byte = chance.below(if trial % 4 == 0 { 4096 } else { sound.len() });
        let bit = chance.below(8);
        let mut flipped = sound.clone();
        flipped[byte] ^= 1 << bit;
        remove_log(&place.file);
        fs::write(&place.file, &flipped).expect("written");
        match found(&place.file) {
            Ok(content) => {
                assert_eq!(content, whole, "bit {bit} of byte {byte}: accepted, and another content");
                harmless += 1;
            }
            Err(code) => {
                let codes = ["TABLES_DAMAGED", "NOT_TABLES", "TABLES_OTHER_VERSION", "DATA_PERMISSION"];
                assert!(codes.contains(&code), "bit {bit} of byte {byte}: {code}");
                named += 1;
            }
        }
    }
    eprintln!("{named} flips named, {harmless} without a difference");
    assert!(named > 100, "the test is blind: {named} of 240 were noticed");
    remove_log(&place.file);
    assert_eq!(made(&place.file, &chain), whole);
}

#[test]
fn a_flip_in_any_value_of_a_payment_is_noticed() {
    // What no sum of amounts would show: a reference, a date, a commitment.
    let chain = Chain::of(&simulated(2), 20);
    let place = Place::new();
    let whole = made(&place.file, &chain);
    let sound = fs::read(&place.file).expect("readable");
    let reader = Reader::open(&place.file).expect("opened");
    let columns = ["uetr", "commitment", "content"];
    let bytes: Vec<Vec<u8>> = columns
        .iter()
        .map(|column| {
            let sql = format!("SELECT {column} FROM payment WHERE {column} IS NOT NULL LIMIT 1 OFFSET 3");
            let tables::Value::Blob(bytes) = reader.query(&sql, &[]).expect("read").rows.remove(0).remove(0) else {
                panic!("{column} is bytes")
            };
            bytes
        })
        .collect();
    drop(reader);
    for (column, bytes) in columns.iter().zip(bytes) {
        let windows = sound.windows(bytes.len()).enumerate();
        let places: Vec<usize> = windows.filter(|(_, window)| *window == bytes).map(|(at, _)| at).collect();
        // Pages that were divided may keep a copy that nobody reads.
        let mut named = 0;
        for at in places {
            let mut flipped = sound.clone();
            flipped[at + 7] ^= 0x10;
            remove_log(&place.file);
            fs::write(&place.file, flipped).expect("written");
            match found(&place.file) {
                Ok(content) => assert_eq!(content, whole, "{column} at {at}"),
                Err(code) => {
                    assert_eq!(code, "TABLES_DAMAGED", "{column} at {at}");
                    named += 1;
                }
            }
        }
        assert!(named > 0, "{column}");
    }
}

#[test]
fn a_file_cut_short_or_with_pages_swapped_is_named_and_made_anew() {
    let chain = Chain::of(&simulated(7), 20);
    let place = Place::new();
    let whole = made(&place.file, &chain);
    let sound = fs::read(&place.file).expect("readable");
    let page = 4096;
    let mut damaged: Vec<(String, Vec<u8>)> =
        [0, 1, 50, 99, 100, 4095, 4096, 8192, sound.len() / 2, sound.len() - 4096, sound.len() - 1]
            .into_iter()
            .map(|length| (format!("cut at {length}"), sound[..length].to_vec()))
            .collect();
    let mut chance = Chance(1);
    for _ in 0..12 {
        let (one, other) = (chance.below(sound.len() / page), chance.below(sound.len() / page));
        let mut swapped = sound.clone();
        for offset in 0..page {
            swapped.swap(one * page + offset, other * page + offset);
        }
        if swapped != sound {
            damaged.push((format!("pages {one} and {other} swapped"), swapped));
        }
    }
    for (what, bytes) in damaged {
        remove_log(&place.file);
        fs::write(&place.file, bytes).expect("written");
        let code = found(&place.file).expect_err(&what);
        assert!(["TABLES_DAMAGED", "NOT_TABLES", "TABLES_OTHER_VERSION"].contains(&code), "{what}: {code}");
        assert_eq!(made(&place.file, &chain), whole, "{what}");
    }
}

#[test]
fn a_damaged_log_takes_the_last_blocks_at_most_and_they_come_again() {
    let chain = Chain::of(&simulated(5), 20);
    let place = Place::new();
    let whole = made(&Place::new().file, &chain);
    made(&place.file, &chain.first(10));
    let mut tables = Tables::open(&place.file).expect("opened");
    for block in &chain.0[10..] {
        tables.apply(block).expect("taken");
    }
    // As a process leaves it that was killed: with a log that nobody has copied into the file.
    let log = place.beside("tables.sqlite-wal");
    let (main, log_bytes) = (fs::read(&place.file).expect("read"), fs::read(&log).expect("a log"));
    drop(tables);
    let mut chance = Chance(3);
    let (mut lost, mut named) = (0, 0);
    for trial in 0..40 {
        let mut bytes = log_bytes.clone();
        if trial % 4 == 0 {
            bytes.truncate(chance.below(bytes.len()));
        } else {
            let byte = chance.below(bytes.len());
            bytes[byte] ^= 1 << chance.below(8);
        }
        remove_log(&place.file);
        fs::write(&place.file, &main).expect("written");
        fs::write(&log, bytes).expect("written");
        let filled = || -> Result<[u8; 32], TablesFault> {
            let mut tables = Tables::open(&place.file)?;
            lost += u64::from(tables.head() != chain.head());
            tables.catch_up(&chain, Pace::FAST, &mut go_on)?;
            tables.check()?;
            Ok(tables.content_hash())
        };
        let mut filled = filled;
        match filled() {
            Ok(content) => assert_eq!(content, whole, "trial {trial}"),
            Err(fault) => {
                assert_eq!(fault.code(), "TABLES_DAMAGED", "trial {trial}: {fault}");
                named += 1;
            }
        }
    }
    eprintln!("{lost} of 40 logs lost blocks, which came again; {named} were named");
    assert!(lost > 10, "the test is blind");
}
