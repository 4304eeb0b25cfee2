//! A disk that fills up, and one that may not be written. Both need a small file system of their own, which only root can
//! mount; elsewhere these tests say that they skip.

use crate::program::{height_and_digest, run, text, verified};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const PAYMENTS: [&str; 2] = ["--payments", "60000"];

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
        let disk = SmallDisk { at, _root: root };
        if mount(&["-t", "tmpfs", "-o", &format!("size={megabytes}m"), "tmpfs"], &disk.at) {
            return Some(disk);
        }
        eprintln!("SKIPPED: no small file system can be mounted (that needs root)");
        None
    }

    fn remount(&self, option: &str) {
        assert!(mount(&["-o", &format!("remount,{option}")], &self.at), "remounted");
    }
}

fn mount(arguments: &[&str], at: &Path) -> bool {
    Command::new("mount").args(arguments).arg(at).output().is_ok_and(|output| output.status.success())
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        drop(Command::new("umount").arg("-l").arg(&self.at).output());
    }
}

fn demo(dir: &Path, more: &[&str]) -> crate::program::Ended {
    run(&[&["demo", "--json", "--progress-json", "--data", text(dir)][..], &PAYMENTS, more].concat())
}

#[test]
fn a_full_disk_stops_the_run_loses_nothing_and_the_run_goes_on_when_there_is_room() {
    // What the journal always keeps free, what a largest block may take, and a little: the run does not fit.
    let Some(disk) = SmallDisk::mount(104) else { return };
    let dir = disk.at.join("day");
    let stopped = demo(&dir, &[]);
    stopped.fails(5, "STORAGE_FULL");
    assert_eq!(stopped.out, "", "no result was told");
    let last =
        stopped.err.lines().filter_map(|line| line.strip_prefix("{\"durable_height\":")?.strip_suffix('}')).next_back();
    let durable: u64 = last.expect("some blocks were durable").parse().expect("a number");
    assert!(verified(&dir).0 >= durable);
    demo(&dir, &["--resume"]).fails(5, "STORAGE_FULL");
    disk.remount("size=400m");
    let resumed = height_and_digest(&demo(&dir, &["--resume"]).object());
    assert_eq!(resumed, height_and_digest(&run(&[&["demo", "--json"][..], &PAYMENTS].concat()).object()));
}

#[test]
fn a_disk_without_room_for_a_journal_is_told_before_anything_is_written() {
    let Some(disk) = SmallDisk::mount(8) else { return };
    demo(&disk.at.join("day"), &[]).fails(5, "STORAGE_FULL");
}

#[test]
fn a_disk_that_may_not_be_written_can_be_verified_and_not_gone_on_with() {
    // As root, permission bits bind nobody: only a file system that is mounted read-only shows what others would meet.
    let Some(disk) = SmallDisk::mount(400) else { return };
    let dir = disk.at.join("day");
    let whole = height_and_digest(&demo(&dir, &[]).object());
    disk.remount("ro");
    assert_eq!(verified(&dir), whole);
    demo(&dir, &["--resume"]).fails(5, "DATA_PERMISSION");
    demo(&disk.at.join("other"), &[]).fails(5, "DATA_PERMISSION");
    let copy = disk.at.join("copy");
    run(&["backup", "--data", text(&dir), "--to", text(&copy)]).fails(5, "DATA_PERMISSION");
    run(&["simulate", "--from", "2024-03-04", "--to", "2024-03-05", "--csv", text(&copy)]).fails(5, "CSV_NOT_WRITTEN");
    disk.remount("rw");
    assert_eq!(verified(&dir), whole);
}
