//! A disk that fills up, and one that may not be written. Both need a small file system of their own, which only root can
//! mount; elsewhere these tests say that they skip.

use crate::worlds::{Chain, catch_up, content, go_on, made, of_lab, rows};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use tables::{Pace, Reader, Tables, TablesFault};

/// A file system in memory, gone when dropped.
struct SmallDisk {
    at: PathBuf,
    _root: tempfile::TempDir,
}

impl SmallDisk {
    fn mount(kilobytes: u32) -> Option<SmallDisk> {
        let root = tempfile::tempdir().expect("a folder");
        let at = root.path().join("disk");
        fs::create_dir(&at).expect("created");
        let size = format!("size={kilobytes}k");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(&at).output();
        if mounted.is_ok_and(|output| output.status.success()) {
            return Some(SmallDisk { at, _root: root });
        }
        eprintln!("SKIPPED: no small file system can be mounted (that needs root)");
        None
    }

    fn make_read_only(&self) {
        let status = Command::new("mount").args(["-o", "remount,ro"]).arg(&self.at).status();
        assert!(status.is_ok_and(|status| status.success()), "remounted");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        drop(Command::new("umount").arg("-l").arg(&self.at).status());
    }
}

fn code<T>(result: Result<T, TablesFault>) -> &'static str {
    result.err().map_or("none", |fault| fault.code())
}

/// Fills a file until only about so much room is left.
fn fill_but(path: &Path, kilobytes_left: usize) {
    let mut file = fs::File::create(path).expect("created");
    let blank = [1; 1024];
    let mut written = 0;
    while file.write_all(&blank).is_ok() {
        written += 1;
    }
    let keep = usize::saturating_sub(written, kilobytes_left) * 1024;
    file.set_len(u64::try_from(keep).expect("a small disk")).expect("shortened");
}

fn chain() -> Chain {
    Chain::of(&of_lab("caudal", ("2024-03-04", "2024-03-07"), 600).0, 25)
}

#[test]
fn a_disk_that_is_full_at_any_point_of_following_loses_nothing_and_goes_on_when_there_is_room() {
    let chain = chain();
    let whole = made(&crate::worlds::Place::new().file, &chain);
    let mut full = 0;
    for kilobytes_left in [0, 4, 40, 200, 700] {
        let Some(disk) = SmallDisk::mount(8 * 1024) else { return };
        let file = disk.at.join("tables.sqlite");
        made(&file, &chain.first(20));
        let ballast = disk.at.join("ballast");
        fill_but(&ballast, kilobytes_left);
        let filled = Tables::open(&file).and_then(|mut tables| {
            let pace = Pace { events_per_transaction: 100, rest_percent: 0 };
            let filled = tables.catch_up(&chain, pace, &mut go_on);
            if filled.is_err() {
                // The same object goes on once there is room.
                fs::remove_file(&ballast).expect("removed");
                catch_up(&mut tables, &chain);
            }
            filled
        });
        let code = code(filled);
        assert!(["STORAGE_FULL", "none"].contains(&code), "{kilobytes_left} KiB left: {code}");
        full += u32::from(code == "STORAGE_FULL");
        drop(fs::remove_file(&ballast));
        let mut tables = Tables::open(&file).expect("opened");
        catch_up(&mut tables, &chain);
        drop(tables);
        assert_eq!(content(&file), whole, "{kilobytes_left} KiB left");
    }
    assert!(full >= 3, "the disk was hardly ever full: the test says nothing");
}

#[test]
fn tables_that_have_no_room_to_be_made_anew_stay_as_they_were() {
    let chain = chain();
    let Some(disk) = SmallDisk::mount(2 * 1024) else { return };
    let file = disk.at.join("tables.sqlite");
    let before = made(&file, &chain.first(20));
    fill_but(&disk.at.join("ballast"), 100);
    assert_eq!(code(tables::rebuild(&file, &chain, &mut |_| ())), "STORAGE_FULL");
    assert_eq!(content(&file), before, "the earlier file");
    assert!(!disk.at.join("tables.sqlite.new").exists(), "what was begun is removed: it only takes room");
    fs::remove_file(disk.at.join("ballast")).expect("removed");
    assert_eq!(made(&file, &chain), made(&crate::worlds::Place::new().file, &chain));
}

#[test]
fn a_read_only_disk_can_be_read_and_not_filled() {
    let chain = chain();
    let Some(disk) = SmallDisk::mount(8 * 1024) else { return };
    let file = disk.at.join("tables?#100%.sqlite");
    made(&file, &chain);
    disk.make_read_only();
    let reader = Reader::open(&file).expect("opened");
    reader.check(&mut |_, _| ()).expect("good");
    assert_eq!(rows(&reader, "SELECT count(*) FROM event").len(), 1);
    assert_eq!(code(Tables::open(&file)), "DATA_PERMISSION");
    assert_eq!(code(tables::rebuild(&file, &chain, &mut |_| ())), "DATA_PERMISSION");
}
