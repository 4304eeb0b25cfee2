//! Folders of journals: begun, gone on with, copied, in use, foreign.

use crate::program::{Running, command, copy_folder, ended, height_and_digest, killed_after, run, text, verified};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

const PAYMENTS: [&str; 2] = ["--payments", "2000"];

struct Folder {
    root: tempfile::TempDir,
}

impl Folder {
    fn new() -> Folder {
        Folder { root: tempfile::tempdir().expect("a folder") }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    /// A journal that was closed in order.
    fn closed(&self) -> PathBuf {
        let dir = self.path("day");
        demo(&dir, &[]).done();
        dir
    }
}

fn demo(dir: &Path, more: &[&str]) -> crate::program::Ended {
    run(&[&["demo", "--json", "--data", text(dir)][..], &PAYMENTS, more].concat())
}

/// Every file with its bytes.
fn bytes(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(dir).expect("readable").map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() {
            all.extend(bytes(&entry));
        } else {
            all.insert(entry.clone(), fs::read(&entry).expect("readable"));
        }
    }
    all
}

#[test]
fn digest_and_height_are_the_same_with_a_folder_without_one_and_resumed_at_the_end() {
    let folder = Folder::new();
    let without = run(&[&["demo", "--json"][..], &PAYMENTS].concat()).object();
    let dir = folder.path("deep/day");
    let with = demo(&dir, &[]).object();
    let again = demo(&dir, &["--resume"]).object();
    let begun_by_resuming = demo(&folder.path("other"), &["--resume"]).object();
    let strip = |mut object: serde_json::Value| {
        object.as_object_mut().expect("an object").remove("seconds");
        object
    };
    let without = strip(without);
    assert_eq!(without, strip(with));
    assert_eq!(without, strip(again), "the same figures, to the cent");
    assert_eq!(without, strip(begun_by_resuming));
    assert_eq!(verified(&dir), height_and_digest(&without));
}

#[test]
fn a_folder_with_a_journal_is_not_begun_again_and_not_touched() {
    let folder = Folder::new();
    let dir = folder.closed();
    let before = bytes(&dir);
    demo(&dir, &[]).fails(2, "DATA_NOT_EMPTY");
    assert_eq!(bytes(&dir), before);
}

#[test]
fn a_run_resumed_with_other_arguments_is_refused_and_the_difference_named() {
    let folder = Folder::new();
    let dir = folder.path("day");
    killed_after(&dir, 30, &PAYMENTS);
    let before = verified(&dir);
    for (arguments, named) in [
        (&["--seed", "7", "--payments", "2000"][..], "--seed 2008 there, 7 given"),
        (&["--payments", "2001"], "--payments 2000 there, 2001 given"),
        (&[], "--payments 2000 there, none given"),
        (&["--days", "2", "--payments", "2000"], "--days 1 there, 2 given"),
    ] {
        let ended = run(&[&["demo", "--resume", "--data", text(&dir)][..], arguments].concat());
        ended.fails(2, "RUN_OTHER");
        assert!(ended.err.contains(named), "{}", ended.err);
    }
    // Without the note the journal itself shows that it is another run, and the right arguments go on.
    fs::remove_dir_all(dir.join("snapshots")).expect("removed");
    run(&["demo", "--resume", "--data", text(&dir), "--seed", "7", "--payments", "2000"]).fails(2, "RUN_OTHER");
    assert_eq!(verified(&dir), before, "nothing was added");
    let whole = run(&[&["demo", "--json"][..], &PAYMENTS].concat()).object();
    assert_eq!(height_and_digest(&demo(&dir, &["--resume"]).object()), height_and_digest(&whole));
}

#[test]
fn verification_after_a_kill_changes_no_byte_of_journal_log_and_mark() {
    let folder = Folder::new();
    let dir = folder.path("day");
    let durable = killed_after(&dir, 60, &PAYMENTS);
    let kept = |dir: &Path| {
        let mut all = bytes(dir);
        // The index of the log is SQLite's own notebook: it is made anew by whoever opens the database.
        all.retain(|path, _| !path.to_string_lossy().ends_with("-shm"));
        all
    };
    let before = kept(&dir);
    assert!(before.iter().any(|(path, bytes)| path.ends_with("journal.db-wal") && !bytes.is_empty()), "no log is left");
    let (height, digest) = verified(&dir);
    assert!(height >= durable);
    assert_eq!(kept(&dir), before);
    assert_eq!(verified(&dir), (height, digest));
}

#[test]
fn a_second_process_on_the_folder_is_refused_while_reading_and_copying_go_on() {
    let folder = Folder::new();
    let dir = folder.path("day");
    // It says more than a pipe holds: while nobody listens, it stays at work.
    let long = ["--days", "260", "--payments", "30000"];
    let mut running = Running::start(&dir, &long);
    for _ in 0..20 {
        assert!(running.next_block());
    }
    let second = run(&[&["demo", "--resume", "--data", text(&dir)][..], &long].concat());
    second.fails(5, "DATA_IN_USE");
    assert!(second.err.contains("process "), "{}", second.err);
    let (height, _) = verified(&dir);
    assert!(height >= running.durable.expect("a block was durable"));
    let copy = folder.path("copy");
    run(&["backup", "--data", text(&dir), "--to", text(&copy)]).done();
    assert!(verified(&copy).0 >= height);
    run(&["restore", "--from", text(&copy), "--data", text(&dir)]).fails(5, "DATA_IN_USE");
    assert!(running.kill(), "it was still at work");
    assert!(verified(&dir).0 >= running.durable.expect("a block was durable"));
}

#[test]
fn a_backup_brought_back_goes_on_to_the_same_end() {
    let folder = Folder::new();
    let (dir, copy, back) = (folder.path("day"), folder.path("copy"), folder.path("back"));
    killed_after(&dir, 40, &PAYMENTS);
    let copied = run(&["backup", "--data", text(&dir), "--to", text(&copy)]).done();
    let (height, digest) = verified(&dir);
    assert!(copied.contains(&digest), "{copied}");
    let whole = height_and_digest(&demo(&dir, &["--resume"]).object());
    let restored = run(&["restore", "--from", text(&copy), "--data", text(&back), "--lost", text(&dir)]);
    let lacks = format!("are not in the backup: {height} to {};", whole.0 - 1);
    assert!(restored.err.starts_with("warning[EVENTS_MISSING]: ") && restored.err.contains(&lacks), "{}", restored.err);
    assert!(restored.done().contains(&digest));
    assert_eq!(verified(&back), (height, digest));
    assert_eq!(height_and_digest(&demo(&back, &["--resume"]).object()), whole);
}

#[test]
fn copies_go_into_empty_folders_only_and_come_from_journals_only() {
    let folder = Folder::new();
    let dir = folder.closed();
    let full = folder.path("full");
    fs::create_dir(&full).expect("created");
    fs::write(full.join("letter.txt"), "keep me").expect("written");
    run(&["backup", "--data", text(&dir), "--to", text(&full)]).fails(5, "TARGET_NOT_EMPTY");
    run(&["restore", "--from", text(&dir), "--data", text(&full)]).fails(5, "TARGET_NOT_EMPTY");
    run(&["restore", "--from", text(&dir), "--data", text(&dir)]).fails(5, "TARGET_NOT_EMPTY");
    run(&["backup", "--data", text(&full), "--to", text(&folder.path("new"))]).fails(5, "NOT_A_JOURNAL");
    assert!(!folder.path("new").exists(), "nothing half done");
    assert_eq!(fs::read_to_string(full.join("letter.txt")).expect("there"), "keep me");
}

/// What is done to a sound folder, and what every command then says.
type Harm = (&'static str, fn(&Path), &'static str);

const HARMS: [Harm; 7] = [
    ("the folder is gone", |dir| fs::remove_dir_all(dir).expect("removed"), "DATA_PERMISSION"),
    ("the mark is gone", |dir| fs::remove_file(dir.join("high-water-mark")).expect("removed"), "MARK_MISSING"),
    ("the mark is blank", |dir| fs::write(dir.join("high-water-mark"), [0; 8192]).expect("written"), "MARK_DAMAGED"),
    ("the database is gone", |dir| fs::remove_file(dir.join("journal.db")).expect("removed"), "JOURNAL_TRUNCATED"),
    ("the database is empty", |dir| fs::write(dir.join("journal.db"), []).expect("written"), "JOURNAL_TRUNCATED"),
    (
        "the database is a letter",
        |dir| fs::write(dir.join("journal.db"), "x".repeat(20_000)).expect("written"),
        "NOT_A_JOURNAL",
    ),
    ("the tables are of a later version", later_version, "SCHEMA_NEWER"),
];

/// The number that SQLite keeps for its user at byte 60 of its file (`PRAGMA user_version`, big endian).
fn later_version(dir: &Path) {
    let path = dir.join("journal.db");
    let mut database = fs::read(&path).expect("readable");
    database[60..64].copy_from_slice(&99_u32.to_be_bytes());
    fs::write(&path, database).expect("written");
}

#[test]
fn a_folder_that_is_not_a_sound_journal_is_told_to_be_none_in_both_forms() {
    let folder = Folder::new();
    let sound = folder.closed();
    for (what, harm, code) in HARMS {
        let dir = folder.path("harmed");
        copy_folder(&sound, &dir);
        harm(&dir);
        let ended = run(&["verify", "--json", "--data", text(&dir)]);
        ended.fails(5, code);
        let object: serde_json::Value = serde_json::from_str(&ended.out).expect("JSON");
        assert_eq!((&object["ok"], &object["code"]), (&false.into(), &code.into()), "{what}");
        assert!(object["message"].as_str().is_some_and(|text| text.split("; ").count() >= 3), "{what}: {object}");
        run(&["verify", "--data", text(&dir)]).fails(5, code);
        run(&["backup", "--data", text(&dir), "--to", text(&folder.path("copy"))]).fails(5, code);
        if dir.exists() {
            // Nothing is begun anew over what was acknowledged.
            demo(&dir, &["--resume"]).fails(5, code);
            fs::remove_dir_all(&dir).expect("removed");
        }
    }
}

#[test]
fn a_folder_of_something_else_is_left_alone() {
    let folder = Folder::new();
    let dir = folder.path("letters");
    fs::create_dir(&dir).expect("created");
    fs::write(dir.join("letter.txt"), "keep me").expect("written");
    demo(&dir, &[]).fails(5, "NOT_A_JOURNAL");
    demo(&dir, &["--resume"]).fails(5, "NOT_A_JOURNAL");
    run(&["verify", "--data", text(&dir)]).fails(5, "NOT_A_JOURNAL");
    demo(&dir.join("letter.txt"), &[]).fails(5, "NOT_A_JOURNAL");
    assert_eq!(bytes(&dir).len(), 1);
}

#[test]
fn a_demo_without_a_folder_leaves_nothing_behind() {
    let folder = Folder::new();
    let output = command(&[&["demo", "--json"][..], &PAYMENTS].concat()).env("TMPDIR", folder.root.path()).output();
    ended(output.expect("run")).done();
    assert_eq!(fs::read_dir(folder.root.path()).expect("readable").count(), 0);
    let output = command(&["demo"]).env("TMPDIR", folder.path("nowhere")).output();
    ended(output.expect("run")).fails(5, "DATA_PERMISSION");
}

#[test]
fn a_payment_can_be_followed_through_the_journal() {
    let folder = Folder::new();
    let dir = folder.closed();
    let way = run(&["verify", "--data", text(&dir), "--payment", "5"]).done();
    for part in ["sound: ", ": payment entered", "leg 1 confirmed", "position", ": payouts confirmed", "paid out"] {
        assert!(way.contains(part), "{part}: {way}");
    }
    let none = run(&["verify", "--data", text(&dir), "--payment", "2000"]);
    none.fails(2, "WRONG_USE");
    assert!(none.err.contains("numbered from 0 to before 2000"), "{}", none.err);
}
