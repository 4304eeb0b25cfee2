//! A copy counts when it was verified, and a restore says what it could not bring back.

mod common;

use common::{append, open, open_or_create, read_all, write_sample};
use journal::{JournalFault, Outcome};
use journal_sqlite::{Restored, backup, restore, verify_files};
use std::fs;

fn code<T>(result: Result<T, JournalFault>) -> &'static str {
    result.err().map_or("none", |fault| fault.code())
}

#[test]
fn a_backup_of_a_running_journal_comes_back_whole_and_continues() {
    let root = tempfile::tempdir().expect("a folder");
    let [data, copy, back] = ["data", "copy", "back"].map(|name| root.path().join(name));
    let mut journal = open_or_create(&data);
    append(&mut journal, 500);
    append(&mut journal, 5);
    let saved = backup(&data, &copy).expect("backed up beside the writer");
    assert_eq!(saved, journal::Journal::head(&journal));
    assert_eq!(append(&mut journal, 3), Outcome::Durable, "the writer was not disturbed");
    assert_eq!(read_all(&copy), Ok(saved));
    let restored = restore(&copy, &back, Some(&data)).expect("restored");
    assert_eq!(restored, Restored { head: saved, missing: Some(505..508) });
    assert_eq!(restore(&copy, &root.path().join("again"), None).map(|restored| restored.missing), Ok(None));
    let mut continued = open(&back).expect("opened");
    assert_eq!(append(&mut continued, 2), Outcome::Durable);
    drop(continued);
    assert_eq!(read_all(&back).map(|head| head.next_seq), Ok(507));
}

#[test]
fn a_backup_carries_what_is_only_in_the_write_ahead_log() {
    let root = tempfile::tempdir().expect("a folder");
    let [data, copy] = ["data", "copy"].map(|name| root.path().join(name));
    let head = write_sample(&data);
    assert_eq!(backup(&data, &copy), Ok(head));
    let names = fs::read_dir(&copy).expect("readable").map(|entry| entry.expect("readable").file_name());
    let mut names: Vec<_> = names.collect();
    names.sort();
    assert_eq!(names, ["high-water-mark", "journal.db", "lock"], "the copy has no log of its own");
    assert_eq!(verify_files(&copy), Ok(head));
}

#[test]
fn nothing_is_overwritten_and_nothing_unsound_is_copied() {
    let root = tempfile::tempdir().expect("a folder");
    let [data, copy, full, used] = ["data", "copy", "full", "used"].map(|name| root.path().join(name));
    write_sample(&data);
    backup(&data, &copy).expect("backed up");
    assert_eq!(code(backup(&data, &copy)), "TARGET_NOT_EMPTY");
    assert_eq!(code(restore(&copy, &data, None)), "TARGET_NOT_EMPTY");
    fs::create_dir(&full).expect("created");
    fs::write(full.join("letter.txt"), "x").expect("written");
    assert_eq!(code(backup(&data, &full)), "TARGET_NOT_EMPTY");
    let held = open_or_create(&used);
    assert_eq!(code(restore(&copy, &used, None)), "DATA_IN_USE");
    drop(held);
    assert_eq!(code(restore(&root.path().join("nowhere"), &root.path().join("new"), None)), "DATA_PERMISSION");

    // The database falls behind its mark, as bit rot in the log makes it do.
    let log = fs::read(data.join("journal.db-wal")).expect("there is a log");
    fs::write(data.join("journal.db-wal"), &log[..log.len() / 2]).expect("written");
    let target = root.path().join("of-damaged");
    assert_eq!(code(backup(&data, &target)), "JOURNAL_TRUNCATED");
    assert_eq!(code(open(&target)), "MARK_MISSING", "a copy that was not verified is no journal");
}
