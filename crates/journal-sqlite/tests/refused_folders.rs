//! Each way in which a folder is not a sound journal has its code, and opening it changes nothing in it.

mod common;

use common::{append, copy_folder, draft_at, open, open_or_create, read_all, write_sample};
use journal::{Journal, JournalFault, Outcome};
use journal_sqlite::{SqliteJournal, StoreOptions, Synchronous, open_read_only, verify_files};
use rusqlite::Connection;
use std::fs;
use std::path::Path;

fn sql(dir: &Path, statements: &str) {
    let connection = Connection::open(dir.join("journal.db")).expect("opened");
    connection.execute_batch(statements).expect("statements that work");
}

fn code<T>(result: Result<T, JournalFault>) -> &'static str {
    result.err().map_or("none", |fault| fault.code())
}

type Damage = fn(&Path);

/// What is done to a sound journal of two epochs, and the code with which opening it for writing and verifying it
/// must answer.
const DAMAGES: [(&str, Damage, &str, &str); 22] = [
    ("nothing", |_| (), "none", "none"),
    ("the folder removed", |dir| fs::remove_dir_all(dir).expect("removed"), "DATA_PERMISSION", "DATA_PERMISSION"),
    (
        "a file in place of the folder",
        |dir| {
            fs::remove_dir_all(dir).expect("removed");
            fs::write(dir, "not a folder").expect("written");
        },
        "NOT_A_JOURNAL",
        "NOT_A_JOURNAL",
    ),
    ("another program's files", |dir| foreign_folder(dir), "NOT_A_JOURNAL", "NOT_A_JOURNAL"),
    ("an empty folder", |dir| empty_folder(dir), "NOT_A_JOURNAL", "NOT_A_JOURNAL"),
    (
        "text in place of the database",
        |dir| replace_database(dir, "amount,currency\n".repeat(400).as_bytes()),
        "NOT_A_JOURNAL",
        "NOT_A_JOURNAL",
    ),
    ("an empty database file", |dir| replace_database(dir, b""), "JOURNAL_TRUNCATED", "JOURNAL_TRUNCATED"),
    ("no database", |dir| remove_database(dir), "JOURNAL_TRUNCATED", "JOURNAL_TRUNCATED"),
    ("another application's database", |dir| sql(dir, "PRAGMA application_id = 7"), "NOT_A_JOURNAL", "NOT_A_JOURNAL"),
    ("a newer version", |dir| sql(dir, "PRAGMA user_version = 2"), "SCHEMA_NEWER", "SCHEMA_NEWER"),
    ("a version that never was", |dir| sql(dir, "PRAGMA user_version = 0"), "NOT_A_JOURNAL", "NOT_A_JOURNAL"),
    ("no mark", |dir| fs::remove_file(dir.join("high-water-mark")).expect("removed"), "MARK_MISSING", "MARK_MISSING"),
    (
        "a blank mark",
        |dir| fs::write(dir.join("high-water-mark"), [0; 8192]).expect("written"),
        "MARK_DAMAGED",
        "MARK_DAMAGED",
    ),
    (
        "the last block removed",
        |dir| sql(dir, "DELETE FROM block WHERE number = (SELECT max(number) FROM block)"),
        "JOURNAL_TRUNCATED",
        "JOURNAL_TRUNCATED",
    ),
    ("a block in the middle removed", |dir| sql(dir, "DELETE FROM block WHERE number = 1"), "none", "JOURNAL_CORRUPT"),
    (
        "an amount changed in an old block",
        |dir| sql(dir, "UPDATE block SET body = zeroblob(length(body)) WHERE number = 2"),
        "none",
        "JOURNAL_CORRUPT",
    ),
    (
        "an amount changed in the last block",
        |dir| sql(dir, "UPDATE block SET body = zeroblob(length(body)) WHERE number = (SELECT max(number) FROM block)"),
        "JOURNAL_CORRUPT",
        "JOURNAL_CORRUPT",
    ),
    ("the epoch of the writer changed", |dir| sql(dir, "UPDATE writer SET epoch = 9"), "JOURNAL_CORRUPT", "none"),
    ("a table added", |dir| sql(dir, "CREATE TABLE note (text TEXT)"), "JOURNAL_CORRUPT", "JOURNAL_CORRUPT"),
    ("another journal mode", |dir| sql(dir, "PRAGMA journal_mode = DELETE"), "STORAGE_NOT_DURABLE", "none"),
    (
        "the database of an earlier moment",
        |dir| {
            let earlier = fs::read(dir.join("earlier")).expect("kept by the sample");
            replace_database(dir, &earlier);
        },
        "JOURNAL_TRUNCATED",
        "JOURNAL_TRUNCATED",
    ),
    (
        "the database of another history",
        |dir| {
            let other = fs::read(dir.join("other")).expect("kept by the sample");
            replace_database(dir, &other);
        },
        "JOURNAL_FORKED",
        "JOURNAL_FORKED",
    ),
];

fn foreign_folder(dir: &Path) {
    empty_folder(dir);
    fs::write(dir.join("accounts.xlsx"), "x").expect("written");
}

fn empty_folder(dir: &Path) {
    fs::remove_dir_all(dir).expect("removed");
    fs::create_dir(dir).expect("created");
}

fn remove_database(dir: &Path) {
    for name in ["journal.db", "journal.db-wal", "journal.db-shm"] {
        // The log is not there after a clean close.
        drop(fs::remove_file(dir.join(name)));
    }
}

fn replace_database(dir: &Path, content: &[u8]) {
    remove_database(dir);
    fs::write(dir.join("journal.db"), content).expect("written");
}

/// A cleanly closed journal, with an earlier and a diverging copy of its database beside it.
fn sample(dir: &Path) {
    let grow = |count| {
        let mut journal = open_or_create(dir);
        assert_eq!(append(&mut journal, count), Outcome::Durable);
        assert_eq!(append(&mut journal, 9), Outcome::Durable);
        journal.close().expect("closed");
    };
    grow(20);
    let earlier = fs::read(dir.join("journal.db")).expect("readable");
    let earlier_mark = fs::read(dir.join("high-water-mark")).expect("readable");
    grow(7);
    let other = fs::read(dir.join("journal.db")).expect("readable");
    replace_database(dir, &earlier);
    fs::write(dir.join("high-water-mark"), earlier_mark).expect("written");
    grow(8);
    fs::write(dir.join("earlier"), earlier).expect("written");
    fs::write(dir.join("other"), other).expect("written");
}

#[test]
fn each_unsound_folder_is_refused_with_its_code() {
    let root = tempfile::tempdir().expect("a folder");
    let sound = root.path().join("sound");
    sample(&sound);
    for (what, damage, writing, verifying) in DAMAGES {
        let dir = root.path().join("damaged");
        copy_folder(&sound, &dir);
        damage(&dir);
        assert_eq!(code(verify_files(&dir)), verifying, "verifying: {what}");
        assert_eq!(code(open(&dir)), writing, "opening for writing: {what}");
        if dir.is_dir() {
            fs::remove_dir_all(&dir).expect("removed");
        } else if dir.exists() {
            fs::remove_file(&dir).expect("removed");
        }
    }
}

#[test]
fn a_refused_folder_is_left_as_it_was() {
    let root = tempfile::tempdir().expect("a folder");
    let dir = root.path().join("journal");
    let head = write_sample(&dir);
    let mark = fs::read(dir.join("high-water-mark")).expect("readable");
    // As after bit rot: the log is shorter than what was acknowledged.
    let log = fs::read(dir.join("journal.db-wal")).expect("there is a log");
    fs::write(dir.join("journal.db-wal"), &log[..log.len() / 2]).expect("written");
    let database = fs::read(dir.join("journal.db")).expect("readable");
    for _ in 0..2 {
        assert_eq!(code(open(&dir)), "JOURNAL_TRUNCATED");
        assert_eq!(code(verify_files(&dir)), "JOURNAL_TRUNCATED");
    }
    assert!(fs::read(dir.join("journal.db")).expect("readable") == database);
    assert!(fs::read(dir.join("high-water-mark")).expect("readable") == mark);
    // Whoever still has the log gets everything back.
    fs::write(dir.join("journal.db-wal"), log).expect("written");
    assert_eq!(verify_files(&dir), Ok(head));
    let foreign = root.path().join("foreign");
    fs::create_dir(&foreign).expect("created");
    fs::write(foreign.join("accounts.xlsx"), "x").expect("written");
    let created = SqliteJournal::open_or_create(&foreign, 0, &StoreOptions::default());
    assert_eq!(code(created), "NOT_A_JOURNAL");
    assert_eq!(fs::read_dir(&foreign).expect("readable").count(), 1, "nothing was put into another program's folder");
}

#[test]
fn settings_under_which_a_power_cut_loses_acknowledged_blocks_are_refused() {
    let root = tempfile::tempdir().expect("a folder");
    for (synchronous, expected) in [
        (Synchronous::Off, "STORAGE_NOT_DURABLE"),
        (Synchronous::Normal, "STORAGE_NOT_DURABLE"),
        (Synchronous::Full, "none"),
        (Synchronous::Extra, "none"),
    ] {
        let opened = SqliteJournal::open_or_create(root.path(), 0, &StoreOptions { synchronous });
        assert_eq!(code(opened), expected, "{synchronous:?}");
    }
    let fault = SqliteJournal::open(root.path(), 0, &StoreOptions { synchronous: Synchronous::Normal }).err();
    let text = fault.expect("refused").to_string();
    assert!(text.contains("synchronous is NORMAL and must be FULL"), "{text}");
}

#[test]
fn a_folder_in_use_is_refused_and_names_the_process() {
    let root = tempfile::tempdir().expect("a folder");
    let held = open_or_create(root.path());
    match open(root.path()).err() {
        Some(JournalFault::InUse { pid, .. }) => assert_eq!(pid, Some(std::process::id())),
        other => panic!("a second writer was let in: {other:?}"),
    }
    drop(held);
    assert!(open(root.path()).is_ok());
}

#[test]
fn a_writer_whose_epoch_was_taken_is_fenced_inside_the_database() {
    let root = tempfile::tempdir().expect("a folder");
    let mut journal = open_or_create(root.path());
    assert_eq!(append(&mut journal, 3), Outcome::Durable);
    // As a writer does that the lock did not keep out, on a disk whose locks do not work.
    sql(root.path(), "UPDATE writer SET epoch = 7");
    assert_eq!(append(&mut journal, 3), Outcome::Fenced { epoch: 7 });
    let head = journal.head();
    let refused = journal.submit(draft_at(head.epoch, head.next_seq, head.time_us, 1));
    assert_eq!(code(refused), "JOURNAL_FENCED");
    drop(journal);
    assert_eq!(read_all(root.path()).map(|head| head.next_seq), Ok(3));
}

#[test]
fn an_interrupted_creation_is_completed_by_the_next_opening() {
    let root = tempfile::tempdir().expect("a folder");
    let stages: [(&str, Damage); 4] = [
        ("only the lock", |dir| fs::write(dir.join("lock"), "1").expect("written")),
        ("an empty database file", |dir| fs::write(dir.join("journal.db"), "").expect("written")),
        ("a database without tables", |dir| sql(dir, "PRAGMA page_size = 16384; PRAGMA journal_mode = WAL")),
        ("tables but no mark", |dir| {
            drop(open_or_create(dir));
            fs::remove_file(dir.join("high-water-mark")).expect("removed");
            sql(dir, "DELETE FROM block; UPDATE writer SET epoch = 0; VACUUM");
        }),
    ];
    for (stage, make) in stages {
        let dir = root.path().join(stage.replace(' ', "-"));
        fs::create_dir(&dir).expect("created");
        make(&dir);
        let opened = SqliteJournal::open_or_create(&dir, 0, &StoreOptions::default());
        let mut journal = opened.unwrap_or_else(|fault| panic!("{stage}: {fault}"));
        assert_eq!(append(&mut journal, 1), Outcome::Durable, "{stage}");
    }
}

#[test]
fn one_damaged_copy_of_the_mark_is_survived_and_said() {
    let root = tempfile::tempdir().expect("a folder");
    let head = write_sample(root.path());
    let path = root.path().join("high-water-mark");
    let mut mark = fs::read(&path).expect("readable");
    mark[100] ^= 1;
    fs::write(&path, mark).expect("written");
    let reader = open_read_only(root.path()).expect("opened");
    assert_eq!(reader.verify(), Ok(head));
    assert_eq!(reader.warnings().len(), 1);
    let journal = open(root.path()).expect("opened");
    assert!(journal.warnings()[0].contains("high-water-mark"), "{:?}", journal.warnings());
    drop(journal);
    assert!(open(root.path()).expect("opened").warnings().is_empty(), "the next mark replaced the damaged copy");
}
