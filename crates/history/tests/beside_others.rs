//! The writer beside readers, backups and small disks.

mod common;

use common::{HOUSE, Model, durable_to, evictions, feed, in_background, in_hand, open};
use domain::EventSeq;
use history::{History, HistoryFault, Options};
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

#[test]
fn readers_beside_the_writer_never_miss_what_was_taken() {
    let folder = tempfile::tempdir().expect("a folder");
    let (history, _) = open(folder.path(), in_background()).expect("opened");
    let all = evictions(8, 500, 60);
    // Payments that are evicted once only: their original never changes.
    let twice: std::collections::BTreeSet<_> =
        all.iter().flat_map(|it| &it.originals).filter(|it| it.returned_minor > 0).map(|it| it.payment).collect();
    let (sender, taken) = std::sync::mpsc::channel();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let (history, done, twice) = (&history, &done, &twice);
        let reader = scope.spawn(move || {
            let mut known: Vec<domain::PaymentOriginal> = Vec::new();
            let mut asked = 0_u64;
            while !done.load(Ordering::Acquire) {
                known.extend(taken.try_iter());
                for original in known.iter().rev().step_by(known.len() / 50 + 1) {
                    let found = history.payment_of_key(original.key()).expect("a sound disk");
                    assert_eq!(found.as_ref(), Some(original));
                    assert_eq!(history.payment(original.payment).expect("a sound disk"), found);
                    asked += 1;
                }
            }
            asked
        });
        for eviction in &all {
            history.take(eviction.at, eviction.originals.clone());
            let once = eviction.originals.iter().filter(|it| !twice.contains(&it.payment));
            once.for_each(|original| sender.send(original.clone()).expect("the reader lives"));
            durable_to(history, eviction.at);
        }
        history.settle().expect("a sound disk");
        done.store(true, Ordering::Release);
        assert!(reader.join().expect("never missed") > 1_000, "the reader hardly read");
    });
    Model::of(&all).require(&history, "in the end");
}

#[test]
fn taking_waits_for_the_writer_but_never_for_the_journal() {
    let folder = tempfile::tempdir().expect("a folder");
    let (history, _) = open(folder.path(), in_background()).expect("opened");
    let all = evictions(15, 600, 60);
    // Without a word from the journal nothing may be written, and still all is taken.
    all[..100].iter().for_each(|eviction| history.take(eviction.at, eviction.originals.clone()));
    let waiting = history.figures().waiting;
    assert!(waiting > 2_000, "{waiting}");
    // With the journal ahead, what waits stays bounded: full layers, the one being filled, and one event.
    history.durable(common::stamp(u64::MAX));
    let most = 40 * (history::limits::LAYERS_WAITING_MAX as u64 + 2) + 120;
    history.flush().expect("a sound disk");
    for eviction in &all[100..] {
        history.take(eviction.at, eviction.originals.clone());
        let figures = history.figures();
        assert!(figures.waiting <= most, "{figures:?}");
        assert!(figures.runs <= history::limits::RUNS_MAX as u64 + 1, "{figures:?}");
    }
    history.flush().expect("a sound disk");
    Model::of(&all).require(&history, "in the end");
}

#[test]
fn dropping_an_archive_ends_its_writer_in_the_midst_of_a_merge() {
    let folder = tempfile::tempdir().expect("a folder");
    let all = evictions(16, 200, 60);
    // One per cent: every merge rests a hundred times as long as it works.
    let options = Options { merge_share_percent: 1, ..in_background() };
    let (history, _) = open(folder.path(), options).expect("opened");
    feed(&history, &all);
    history.flush().expect("layers do not rest");
    let complete = history.complete_to();
    assert_eq!(complete, all.last().map(|eviction| eviction.at));
    drop(history);
    let (history, warnings) = open(folder.path(), in_hand()).expect("opened");
    assert_eq!((history.complete_to(), warnings), (complete, Vec::new()));
    Model::of(&all).require(&history, "after dropping");
}

#[test]
fn a_backup_is_a_sound_archive_of_its_moment() {
    let root = tempfile::tempdir().expect("a folder");
    let (history, _) = open(&root.path().join("history"), in_background()).expect("opened");
    let all = evictions(17, 120, 60);
    feed(&history, &all[..80]);
    let copy = root.path().join("backup");
    let backup = history.backup_to(&copy).expect("copied");
    assert_eq!(backup.complete_to, Some(all[79].at));
    assert_eq!(backup.stamp, Some(common::stamp(all[79].at.0 + 1)));
    assert!(backup.files.contains(&"manifest".to_owned()) && backup.files.len() > 1);
    feed(&history, &all[80..]);
    let (copied, warnings) = open(&copy, in_hand()).expect("opened");
    assert_eq!(warnings, []);
    assert_eq!(copied.verify(&mut |_, _| {}), Ok(backup.verified));
    Model::of(&all[..80]).require(&copied, "the backup");
    feed(&copied, &all[80..]);
    Model::of(&all).require(&copied, "the backup, lived on with");
    let full = history.backup_to(&copy);
    assert_eq!(full.expect_err("refused").code(), "DATA_IN_USE");
    drop(copied);
    assert_eq!(history.backup_to(&copy).expect_err("refused").code(), "TARGET_NOT_EMPTY");
}

#[test]
fn a_backup_of_a_damaged_archive_is_refused() {
    let root = tempfile::tempdir().expect("a folder");
    let folder = root.path().join("history");
    let all = evictions(18, 10, 60);
    let (history, _) = open(&folder, in_hand()).expect("opened");
    feed(&history, &all);
    history.settle().expect("a sound disk");
    let backup = history.backup_to(&root.path().join("sound")).expect("copied");
    let run = folder.join(&backup.files[0]);
    let mut bytes = std::fs::read(&run).expect("readable");
    bytes[4_096 + 50] ^= 1;
    std::fs::write(&run, bytes).expect("writable");
    let fault = history.backup_to(&root.path().join("damaged")).expect_err("refused");
    assert_eq!(fault.code(), "HISTORY_DAMAGED");
}

#[test]
fn verification_tells_its_progress() {
    let folder = tempfile::tempdir().expect("a folder");
    let (history, _) = open(folder.path(), in_hand()).expect("opened");
    feed(&history, &evictions(19, 50, 60));
    history.settle().expect("a sound disk");
    let mut told = Vec::new();
    let verified = history.verify(&mut |done, total| told.push((done, total))).expect("sound");
    let figures = history.figures();
    assert_eq!(
        (verified.runs, verified.originals, verified.bytes),
        (figures.runs, figures.payments, figures.disk_bytes)
    );
    assert_eq!(told.first(), Some(&(0, figures.disk_bytes)));
    assert_eq!(told.last(), Some(&(figures.disk_bytes, figures.disk_bytes)));
    assert!(told.is_sorted());
}

/// A file system in memory, gone when dropped.
struct SmallDisk {
    at: PathBuf,
    _root: tempfile::TempDir,
}

impl SmallDisk {
    fn mount(megabytes: u32) -> Option<Self> {
        let root = tempfile::tempdir().expect("a folder");
        let at = root.path().join("disk");
        std::fs::create_dir(&at).expect("created");
        let size = format!("size={megabytes}m");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(&at).output();
        if mounted.is_ok_and(|output| output.status.success()) {
            return Some(Self { at, _root: root });
        }
        eprintln!("SKIPPED: no small file system can be mounted (that needs root)");
        None
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        drop(Command::new("umount").arg("-l").arg(&self.at).status());
    }
}

#[test]
fn a_disk_that_fills_up_is_named_and_nothing_written_before_is_lost() {
    let Some(disk) = SmallDisk::mount(4) else { return };
    // Without a reserve, so that the system's own refusal is met.
    let options = Options { space_reserve_bytes: 0, ..in_background() };
    let (history, _) = open(&disk.at.join("history"), options).expect("opened");
    let ballast = disk.at.join("ballast");
    let all = evictions(20, 2_000, 60);
    let mut fault = None;
    for (number, eviction) in all.iter().enumerate() {
        history.take(eviction.at, eviction.originals.clone());
        durable_to(&history, eviction.at);
        if number == 100 {
            history.settle().expect("there is space");
            std::fs::write(&ballast, vec![1; 2_500_000]).expect("there is space");
        }
        fault = history.fault();
        if fault.is_some() {
            break;
        }
    }
    let fault: HistoryFault = fault.expect("four megabytes are soon full");
    assert_eq!(fault.code(), "STORAGE_FULL");
    assert_eq!(history.flush(), Err(fault.clone()));
    assert!(fault.to_string().matches("; ").count() >= 2, "what; where; what to do: {fault}");
    let complete = history.complete_to();
    assert!(complete >= Some(all[100].at));
    drop(history);
    std::fs::remove_file(&ballast).expect("removed");
    let (history, _) = open(&disk.at.join("history"), options).expect("opened");
    assert_eq!(history.complete_to(), complete);
    Model::complete_to(&all, complete).require(&history, "after the disk was full");
    history.verify(&mut |_, _| {}).expect("sound");
}

#[test]
fn a_reserve_that_is_not_free_is_named_with_what_is_wanted() {
    let folder = tempfile::tempdir().expect("a folder");
    let options = Options { space_reserve_bytes: u64::MAX / 8, background: false, ..Options::of_house(HOUSE) };
    let history = History::open(folder.path(), options).expect("opened").0;
    history.take(EventSeq(1), vec![common::original(1, 0)]);
    durable_to(&history, EventSeq(1));
    let fault = history.flush().expect_err("nobody has so much");
    assert!(matches!(&fault, HistoryFault::Full { detail, .. } if detail.contains("are wanted")), "{fault}");
}
