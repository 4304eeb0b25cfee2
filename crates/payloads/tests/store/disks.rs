//! A disk that fills up, and one that may not be written. Both need a small file system of their own, which only root can
//! mount; elsewhere these tests say that they skip.

use crate::common::{assert_sound, assert_whole, batch, code_of, commitment, open, order, try_open};
use payloads::{NotErased, NotPut, PayloadStore, Presence, backup};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A file system in memory, gone when dropped.
struct SmallDisk {
    at: PathBuf,
    _root: tempfile::TempDir,
}

impl SmallDisk {
    fn mount(megabytes: u32) -> Option<SmallDisk> {
        let root = tempfile::tempdir().expect("a folder");
        let at = root.path().join("disk");
        fs::create_dir(&at).expect("created");
        let size = format!("size={megabytes}m");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(&at).output();
        if mounted.is_ok_and(|output| output.status.success()) {
            return Some(SmallDisk { at, _root: root });
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

/// Fills a file with blanks up to a size, or until there is no more room.
fn fill(path: &Path, megabytes: usize) {
    let mut file = fs::File::create(path).expect("created");
    for _ in 0..megabytes * 1024 {
        if file.write_all(&[1; 1024]).is_err() {
            return;
        }
    }
}

fn put_code(store: &mut PayloadStore, numbers: std::ops::Range<u64>) -> &'static str {
    match store.put_batch(&batch(numbers)) {
        Ok(_) => "none",
        Err(NotPut::Fault(fault)) => fault.code(),
        Err(refused) => panic!("{refused}"),
    }
}

#[test]
fn lack_of_space_is_refused_before_anything_is_written_and_lifts_when_space_comes_back() {
    let Some(disk) = SmallDisk::mount(120) else { return };
    let dir = disk.at.join("store");
    let mut store = open(&dir);
    store.put_batch(&batch(0..50)).expect("put");
    let ballast = disk.at.join("ballast");
    fill(&ballast, 80);
    let before = store.figures();
    assert_eq!(put_code(&mut store, 50..60), "STORAGE_FULL");
    assert_eq!(store.figures(), before, "nothing of it was written");
    (0..50).for_each(|number| assert_whole(&mut store, number));
    // Erasing needs next to no room, and is not held up.
    store.erase_payment(&commitment(3), &order(1)).expect("erased");
    fs::remove_file(&ballast).expect("removed");
    assert_eq!(put_code(&mut store, 50..60), "none");
    assert_eq!(assert_sound(&mut store).payloads, 59);
}

#[test]
fn a_disk_filled_by_others_fails_the_batch_or_the_erasure_and_keeps_what_was_acknowledged() {
    let Some(disk) = SmallDisk::mount(80) else { return };
    let dir = disk.at.join("store");
    let mut store = open(&dir);
    store.put_batch(&batch(0..400)).expect("put");
    let ballast = disk.at.join("ballast");
    fill(&ballast, 1_000);
    assert_eq!(put_code(&mut store, 400..800), "STORAGE_FULL");
    // An erasure that does not fit either ends whole or leaves all as it was; then the store is opened again.
    let erased = match store.erase_payment(&commitment(3), &order(1)) {
        Ok(_) => true,
        Err(NotErased::Fault(fault)) => {
            assert_eq!(fault.code(), "STORAGE_FULL");
            false
        }
        Err(refused) => panic!("{refused}"),
    };
    drop(store);
    fs::remove_file(&ballast).expect("removed");
    let (mut store, _) = try_open(&dir).expect("sound");
    let after = store.presence(&commitment(3)).expect("readable");
    assert!(after == Presence::Erased || !erased);
    (0..400).filter(|number| *number != 3).for_each(|number| assert_whole(&mut store, number));
    assert_eq!(put_code(&mut store, 400..800), "none");
    assert_sound(&mut store);
}

#[test]
fn a_new_store_is_not_begun_where_there_is_no_room_and_a_copy_that_does_not_fit_is_named() {
    let Some(disk) = SmallDisk::mount(8) else { return };
    assert_eq!(code_of(try_open(&disk.at.join("store"))), "STORAGE_FULL");
    let dir = tempfile::tempdir().expect("a folder");
    let mut store = open(&dir.path().join("store"));
    store.put_batch(&batch(0..50)).expect("put");
    assert_eq!(code_of(backup(&dir.path().join("store"), &disk.at.join("copy"))), "STORAGE_FULL");
}

#[test]
fn a_disk_that_may_not_be_written_is_named() {
    let Some(disk) = SmallDisk::mount(120) else { return };
    let dir = disk.at.join("store");
    let mut store = open(&dir);
    store.put_batch(&batch(0..50)).expect("put");
    store.close().expect("closed");
    let status = Command::new("mount").args(["-o", "remount,ro"]).arg(&disk.at).status();
    assert!(status.is_ok_and(|status| status.success()), "remounted");
    assert_eq!(code_of(try_open(&dir)), "DATA_PERMISSION");
    // It can be copied from all the same.
    let target = tempfile::tempdir().expect("a folder");
    backup(&dir, &target.path().join("copy")).expect("copied");
}
