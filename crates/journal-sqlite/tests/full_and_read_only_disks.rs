//! A disk that fills up, and one that may not be written. Both need a small file system of their own, which only root
//! can mount; elsewhere these tests say that they skip.

mod common;

use common::{append, draft_at, open, open_or_create, read_all, write_sample};
use journal::{Journal, JournalFault, Outcome};
use journal_sqlite::{SqliteJournal, StoreOptions, backup, verify_files};
use std::fs;
use std::os::unix::fs::PermissionsExt;
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
        eprintln!("skipped: no small file system can be mounted (that needs root)");
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

fn code<T>(result: Result<T, JournalFault>) -> &'static str {
    result.err().map_or("none", |fault| fault.code())
}

/// Fills a file with blanks up to a size, or until there is no more room.
fn fill(path: &Path, megabytes: usize) {
    use std::io::Write;
    let mut file = fs::File::create(path).expect("created");
    let blank = vec![1; 1024 * 1024];
    for _ in 0..megabytes {
        if file.write_all(&blank).is_err() {
            return;
        }
    }
}

#[test]
fn lack_of_space_is_refused_at_admission_and_lifts_when_space_comes_back() {
    let Some(disk) = SmallDisk::mount(120) else { return };
    let dir = disk.at.join("journal");
    let mut journal = open_or_create(&dir);
    assert_eq!(append(&mut journal, 10), Outcome::Durable);
    let ballast = disk.at.join("ballast");
    fill(&ballast, 80);
    assert_eq!(code(journal.admit(1_000)), "STORAGE_FULL");
    let head = journal.head();
    let draft = draft_at(head.epoch, head.next_seq, head.time_us, 10);
    assert_eq!(code(journal.submit(draft.clone())), "STORAGE_FULL");
    assert_eq!(journal.in_flight(), 0, "nothing of it was accepted");
    assert_eq!(verify_files(&dir), Ok(head), "reading goes on");
    fs::remove_file(&ballast).expect("removed");
    journal.submit(draft).expect("accepted again");
    assert_eq!(journal.wait().map(|(_, outcome)| outcome), Some(Outcome::Durable));
}

#[test]
fn a_disk_filled_by_others_after_admission_fails_the_block_and_keeps_what_was_acknowledged() {
    let Some(disk) = SmallDisk::mount(120) else { return };
    let dir = disk.at.join("journal");
    let mut journal = open_or_create(&dir);
    assert_eq!(append(&mut journal, 10), Outcome::Durable);
    journal.admit(1_000_000).expect("there is room");
    let ballast = disk.at.join("ballast");
    fill(&ballast, 1_000);
    let head = journal.head();
    journal.submit(draft_at(head.epoch, head.next_seq, head.time_us, 8_000)).expect("admitted before");
    match journal.wait() {
        Some((_, Outcome::Failed(fault))) => assert_eq!(fault.code(), "STORAGE_FULL", "{fault}"),
        other => panic!("a block without room became {other:?}"),
    }
    assert_eq!(code(journal.submit(draft_at(head.epoch, head.next_seq, head.time_us, 1))), "STORAGE_FULL");
    assert_eq!(code(journal.close()), "STORAGE_FULL");
    assert_eq!(code(open(&dir)), "STORAGE_FULL", "a full disk is seen before anything is written");
    fs::remove_file(&ballast).expect("removed");
    assert_eq!(read_all(&dir), Ok(head));
    let mut again = open(&dir).expect("opened");
    assert_eq!(append(&mut again, 10), Outcome::Durable);
}

#[test]
fn a_new_journal_is_not_begun_where_there_is_no_room_for_it() {
    let Some(disk) = SmallDisk::mount(8) else { return };
    let created = SqliteJournal::open_or_create(&disk.at.join("journal"), 0, &StoreOptions::default());
    assert_eq!(code(created), "STORAGE_FULL");
}

#[test]
fn a_read_only_disk_can_be_verified_and_copied_from_and_not_be_written() {
    let Some(disk) = SmallDisk::mount(120) else { return };
    let (closed, killed) = (disk.at.join("closed?#100%"), disk.at.join("killed"));
    let mut journal = open_or_create(&closed);
    append(&mut journal, 50);
    let head = journal.close().expect("closed");
    let killed_head = write_sample(&killed);
    disk.make_read_only();
    let refused = open(&closed).err().expect("refused");
    assert_eq!(refused.code(), "DATA_PERMISSION");
    assert!(refused.to_string().contains("owner 0, mode 0755"), "{refused}");
    assert_eq!(verify_files(&closed), Ok(head));
    let target = tempfile::tempdir().expect("a folder");
    assert_eq!(backup(&closed, target.path()), Ok(head));
    // With a write-ahead log, SQLite needs its index: what cannot be read in full is refused, never read in part.
    match verify_files(&killed) {
        Ok(found) => assert_eq!(found, killed_head),
        Err(fault) => assert_eq!(fault.code(), "DATA_PERMISSION"),
    }
}

#[test]
fn a_folder_without_the_right_to_write_is_refused_with_owner_and_mode() {
    let root = tempfile::tempdir().expect("a folder");
    let dir = root.path().join("journal");
    let mut journal = open_or_create(&dir);
    append(&mut journal, 5);
    let head = journal.close().expect("closed");
    fs::set_permissions(&dir, fs::Permissions::from_mode(0o500)).expect("changed");
    fs::remove_file(dir.join("lock")).err().map_or_else(
        || eprintln!("skipped: this user may write in spite of the mode (root)"),
        |_| {
            // The lock is opened first, and itself may still be written.
            fs::set_permissions(dir.join("lock"), fs::Permissions::from_mode(0o400)).expect("changed");
            let refused = open(&dir).err().expect("refused");
            assert_eq!(refused.code(), "DATA_PERMISSION");
            assert!(refused.to_string().contains("mode 0500"), "{refused}");
            assert_eq!(verify_files(&dir), Ok(head));
        },
    );
    fs::set_permissions(&dir, fs::Permissions::from_mode(0o700)).expect("changed");
}
