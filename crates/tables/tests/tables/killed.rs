//! Killed at any moment, filling goes on where it was, and an earlier file survives a rebuild that did not end.
//!
//! The process that is killed is this test program started anew.

use crate::worlds::{Chain, Place, catch_up, content, go_on, made, simulated};
use std::io::{BufRead, BufReader, Lines};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};
use tables::{Pace, Tables};

const FILE: &str = "CAUDAL_TABLES_FILE";
const WORK: &str = "CAUDAL_TABLES_WORK";
const SEED: u64 = 16;

fn chain() -> Chain {
    Chain::of(&simulated(SEED), 3)
}

/// Not a test of its own but the process that the tests below start; alone it has nothing to do.
#[test]
fn filler() {
    let (Ok(file), Ok(work)) = (std::env::var(FILE), std::env::var(WORK)) else { return };
    let (file, chain) = (Path::new(&file), chain());
    if work == "follow" {
        let mut tables = Tables::open(file).expect("opened");
        println!("ready");
        let pace = Pace { events_per_transaction: 5, rest_percent: 0 };
        tables.catch_up(&chain, pace, &mut go_on).expect("filled");
        println!("done");
    } else {
        println!("ready");
        for _ in 0..100 {
            tables::rebuild(file, &chain, &mut |_| ()).expect("made");
            println!("done");
        }
    }
}

/// Starts a process at its work, waits until it begins, and gives what it says from then on.
fn spawn(file: &Path, work: &str) -> (Child, Lines<BufReader<ChildStdout>>) {
    let mut command = Command::new(std::env::current_exe().expect("this program has a path"));
    command.args(["killed::filler", "--exact", "--nocapture", "--test-threads=1"]);
    let mut child = command.env(FILE, file).env(WORK, work).stdout(Stdio::piped()).spawn().expect("started");
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    assert!(says(&mut lines, "ready"), "it ended before it began");
    (child, lines)
}

fn says(lines: &mut Lines<BufReader<ChildStdout>>, word: &str) -> bool {
    lines.any(|line| line.expect("a line").contains(word))
}

fn start(file: &Path, work: &str) -> Child {
    let (child, lines) = spawn(file, work);
    // Whatever it says later must find a reader.
    std::thread::spawn(move || lines.for_each(drop));
    child
}

/// How long the work takes when nobody kills it, on this machine as busy as it is: the kills are drawn around it.
fn time_of(file: &Path, work: &str) -> u64 {
    let (mut child, mut lines) = spawn(file, work);
    let begun = Instant::now();
    assert!(says(&mut lines, "done"), "it ended before it was done");
    let taken = begun.elapsed();
    child.kill().expect("killed");
    child.wait().expect("ended");
    u64::try_from(taken.as_micros()).expect("a short time").max(1)
}

fn kill_after(mut child: Child, microseconds: u64) {
    std::thread::sleep(Duration::from_micros(microseconds));
    child.kill().expect("killed");
    child.wait().expect("ended");
}

#[test]
fn a_follower_killed_at_random_moments_leaves_tables_that_are_those_made_anew() {
    let chain = chain();
    let whole = made(&Place::new().file, &chain);
    let alone = Place::new();
    drop(Tables::create(&alone.file).expect("made"));
    let whole_time_us = time_of(&alone.file, "follow");
    let mut moments = 0x2545_f491_4f6c_dd1d_u64;
    let (mut on_the_way, mut resumed) = (0, 0);
    for cycle in 0..15 {
        let place = Place::new();
        drop(Tables::create(&place.file).expect("made"));
        for _ in 0..3 {
            moments = moments.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            kill_after(start(&place.file, "follow"), (moments >> 33) % whole_time_us);
            let tables = Tables::open(&place.file).unwrap_or_else(|fault| panic!("cycle {cycle}: {fault}"));
            let head = tables.head();
            let so_far = chain.first(usize::try_from(head.blocks).expect("a short chain"));
            assert_eq!(head, so_far.head(), "cycle {cycle}: the height is one of the journal");
            let anew = made(&Place::new().file, &so_far);
            assert_eq!(tables.content_hash(), anew, "cycle {cycle}, at {} blocks", head.blocks);
            tables.check().unwrap_or_else(|fault| panic!("cycle {cycle}: {fault}"));
            on_the_way += u32::from(head.blocks > 0 && head != chain.head());
            resumed += u32::from(head != chain.head());
        }
        let mut tables = Tables::open(&place.file).expect("opened");
        catch_up(&mut tables, &chain);
        drop(tables);
        assert_eq!(content(&place.file), whole, "cycle {cycle}");
    }
    eprintln!("{on_the_way} of 45 kills were on the way, {resumed} left something to do");
    assert!(on_the_way >= 8, "hardly any kill met the filling: the test says nothing");
}

#[test]
fn a_rebuild_killed_at_random_moments_leaves_the_earlier_file_or_the_new_one() {
    let chain = chain();
    let place = Place::new();
    let (earlier, whole) = (made(&Place::new().file, &chain.first(40)), made(&Place::new().file, &chain));
    let whole_time_us = time_of(&Place::new().file, "rebuild");
    let mut moments = 0x9e37_79b9_7f4a_7c15_u64;
    let (mut kept, mut new, mut leftovers) = (0, 0, 0);
    for cycle in 0..40 {
        made(&place.file, &chain.first(40));
        moments = moments.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        kill_after(start(&place.file, "rebuild"), (moments >> 33) % (2 * whole_time_us));
        leftovers += u32::from(place.beside("tables.sqlite.new").exists());
        match content(&place.file) {
            found if found == earlier => kept += 1,
            found if found == whole => new += 1,
            _ => panic!("cycle {cycle}: neither the earlier file nor the new one"),
        }
        assert_eq!(made(&place.file, &chain), whole, "cycle {cycle}: and it can be made anew");
    }
    eprintln!("{kept} kept the earlier file, {new} had the new one, {leftovers} left something behind");
    assert!(kept > 0 && new > 0 && leftovers > 0, "the kills were all on one side: the test says nothing");
}
