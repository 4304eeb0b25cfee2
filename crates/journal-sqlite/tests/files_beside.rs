//! Files beside the journal: whoever writes them, and whatever else lies there.

mod common;

use common::write_sample;
use journal_sqlite::{
    auxiliary_names, read_auxiliary, remove_left_over_auxiliaries, set_aside, write_auxiliary, write_auxiliary_gently,
};
use std::fs::{self, File};
use std::path::Path;

/// Every name in the folder of such files.
fn all_names(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir.join("snapshots")).expect("reads");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn strangers_are_not_listed() {
    let dir = tempfile::tempdir().expect("a folder");
    write_sample(dir.path());
    write_auxiliary(dir.path(), "state-1", b"ours").expect("written");
    for stranger in [".DS_Store", "Thumbs.db", "a b", "state-1.staged", "state-1.staged-7-0", "state-0.unreadable-1"] {
        fs::write(dir.path().join("snapshots").join(stranger), b"theirs").expect("written");
    }
    assert_eq!(auxiliary_names(dir.path()), Ok(vec!["state-1".to_owned()]));
}

#[test]
fn many_writers_of_one_name_leave_one_whole_file_and_nothing_else() {
    let dir = tempfile::tempdir().expect("a folder");
    write_sample(dir.path());
    let contents: Vec<Vec<u8>> = (0..4_u8).map(|writer| vec![writer; 3 << 20]).collect();
    for _ in 0..3 {
        std::thread::scope(|scope| {
            for content in &contents {
                scope.spawn(|| {
                    write_auxiliary_gently(dir.path(), "state-1", content, &mut std::thread::yield_now)
                        .expect("written");
                });
            }
        });
        let found = read_auxiliary(dir.path(), "state-1").expect("whole").expect("there");
        assert!(contents.contains(&found), "a mixture");
        assert_eq!(all_names(dir.path()), ["state-1"]);
    }
}

#[test]
fn a_write_that_fails_leaves_nothing() {
    let dir = tempfile::tempdir().expect("a folder");
    write_sample(dir.path());
    fs::create_dir_all(dir.path().join("snapshots/state-1")).expect("a folder where the file should be");
    for _ in 0..2 {
        write_auxiliary(dir.path(), "state-1", b"content").expect_err("a folder cannot be replaced");
        write_auxiliary_gently(dir.path(), "state-1", b"content", &mut || ()).expect_err("nor gently");
        assert_eq!(all_names(dir.path()), ["state-1"]);
    }
}

#[test]
fn what_a_dead_process_was_writing_is_removed_and_what_a_living_one_writes_is_not() {
    let dir = tempfile::tempdir().expect("a folder");
    write_sample(dir.path());
    write_auxiliary(dir.path(), "state-1", b"ours").expect("written");
    let folder = dir.path().join("snapshots");
    for name in ["state-2.staged", "state-2.staged-7-0", "state-2.staged-8-0", "notes.staged.txt"] {
        fs::write(folder.join(name), b"half").expect("written");
    }
    let writer = File::open(folder.join("state-2.staged-8-0")).expect("opens");
    writer.lock().expect("locked");
    remove_left_over_auxiliaries(dir.path()).expect("removed");
    assert_eq!(all_names(dir.path()), ["notes.staged.txt", "state-1", "state-2.staged-8-0"]);
    drop(writer);
    remove_left_over_auxiliaries(dir.path()).expect("removed");
    assert_eq!(all_names(dir.path()), ["notes.staged.txt", "state-1"]);
}

#[test]
fn what_is_set_aside_keeps_its_content_under_a_name_of_its_own() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("thing");
    for number in 1..=3 {
        fs::write(&path, number.to_string()).expect("written");
        let aside = set_aside(&path).expect("renamed");
        assert_eq!(aside, dir.path().join(format!("thing.unreadable-{number}")));
        assert_eq!(fs::read_to_string(aside).expect("reads"), number.to_string());
        assert!(!path.exists());
    }
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(&path, &path).expect("a loop");
        set_aside(&path).expect("a loop is renamed too");
        assert!(fs::symlink_metadata(&path).is_err());
    }
}
