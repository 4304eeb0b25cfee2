//! The journal alone is always enough: whatever stands in the way of a file that can be made anew is told of and passed over.

use crate::house::{ask, new_house, open, options, order, pay_out};
use crate::recovery::{ORDERS, copy_folder, filled, knows_all};
use engine::Batch;
use node::snapshots::{self, LettingGo};
use node::{Node, Options};
use sha2::{Digest, Sha256};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

/// Paths of the snapshots in a folder, ascending by height.
fn snapshot_paths(dir: &Path) -> Vec<PathBuf> {
    let heights = snapshots::heights(dir).expect("reads");
    heights.into_iter().map(|height| path_at(dir, height)).collect()
}

fn path_at(dir: &Path, height: u64) -> PathBuf {
    dir.join(format!("snapshots/state-{height:020}"))
}

/// What lies there becomes a folder with something in it.
fn make_folder(path: &Path) {
    if path.exists() {
        fs::remove_file(path).expect("removed");
    }
    fs::create_dir_all(path).expect("made");
    fs::write(path.join("something"), b"of somebody's").expect("written");
}

fn make_file(path: &Path) {
    fs::remove_dir_all(path).expect("removed");
    fs::write(path, b"no folder").expect("written");
}

fn make_loop(path: &Path) {
    fs::remove_dir_all(path).expect("removed");
    symlink(path, path).expect("linked");
}

fn a_run(dir: &Path) -> PathBuf {
    let entries = fs::read_dir(dir.join("history")).expect("reads");
    let mut paths = entries.map(|entry| entry.expect("an entry").path());
    let is_run = |path: &PathBuf| !path.ends_with("manifest") && !path.ends_with("lock");
    paths.find(is_run).expect("a run")
}

fn is_set_aside(path: &Path) -> bool {
    fs::symlink_metadata(format!("{}.unreadable-1", path.display())).is_ok()
}

/// What somebody did to a folder; gives what has to be set aside.
type Mischief = (&'static str, fn(&Path) -> PathBuf);

const MISCHIEF: [Mischief; 11] = [
    ("the last snapshot is a folder", |dir| {
        let last = snapshot_paths(dir).pop().expect("a snapshot");
        make_folder(&last);
        last
    }),
    ("every snapshot is a folder", |dir| {
        let all = snapshot_paths(dir);
        all.iter().for_each(|path| make_folder(path));
        all[0].clone()
    }),
    ("the folder of snapshots is a file", |dir| {
        make_file(&dir.join("snapshots"));
        dir.join("snapshots")
    }),
    ("the folder of snapshots is a link to itself", |dir| {
        make_loop(&dir.join("snapshots"));
        dir.join("snapshots")
    }),
    ("the note of a damaged index is a folder", |dir| {
        make_folder(&dir.join("snapshots/history-damaged"));
        dir.join("snapshots/history-damaged")
    }),
    ("the note of the last sweep is a folder", |dir| {
        make_folder(&dir.join("snapshots/payloads-swept"));
        dir.join("snapshots/payloads-swept")
    }),
    ("the manifest of the index is a folder", |dir| {
        make_folder(&dir.join("history/manifest"));
        dir.join("history")
    }),
    ("a run of the index is a folder", |dir| {
        make_folder(&a_run(dir));
        dir.join("history")
    }),
    ("the index is a file", |dir| {
        make_file(&dir.join("history"));
        dir.join("history")
    }),
    ("the index is a link to itself", |dir| {
        make_loop(&dir.join("history"));
        dir.join("history")
    }),
    ("the index is a folder of somebody's", |dir| {
        fs::remove_dir_all(dir.join("history")).expect("removed");
        make_folder(&dir.join("history"));
        dir.join("history")
    }),
];

#[test]
fn a_house_starts_whatever_is_in_the_place_of_a_file_that_can_be_made_anew() {
    let root = tempfile::tempdir().expect("a folder");
    let sound = root.path().join("sound");
    filled(&sound).close().expect("ends in order");
    for (what, mischief) in MISCHIEF {
        let dir = root.path().join("house");
        copy_folder(&sound, &dir);
        let aside = mischief(&dir);
        let (mut node, warned) = open(&dir, &options(20));
        assert!(warned.contains(&"CACHE_UNREADABLE"), "{what}: {warned:?}");
        assert!(is_set_aside(&aside), "{what}: nothing was set aside at {}", aside.display());
        knows_all(&mut node);
        node.close().unwrap_or_else(|fault| panic!("{what}: {fault}"));
        let (mut node, warned) = open(&dir, &options(20));
        assert_eq!(warned, [""; 0], "{what}: it was made anew");
        knows_all(&mut node);
        drop(node);
        fs::remove_dir_all(&dir).expect("removed");
    }
}

#[test]
fn snapshots_of_a_later_height_than_the_journal_never_push_out_a_new_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = folder.path();
    let height = filled(dir).close().expect("ends in order").next_seq;
    let last = path_at(dir, height);
    for above in [1_000, 2_000] {
        fs::copy(&last, path_at(dir, height + above)).expect("copied");
    }
    let prepared = node::build_snapshot(dir, 5, &mut |_| (), &mut |_| ()).expect("built");
    assert!(path_at(dir, prepared).exists(), "the one just made was let go of");
    let (mut node, warned) = open(dir, &options(20));
    assert_eq!(warned, ["SNAPSHOT_FOREIGN"; 2]);
    knows_all(&mut node);
    let height = node.close().expect("ends in order").next_seq;
    assert_eq!(snapshots::heights(dir).expect("reads").last(), Some(&height));
}

/// The snapshot in a file becomes one that another version made.
fn make_of_another_version(path: &Path) {
    let bytes = fs::read(path).expect("reads");
    let mut content = bytes[..bytes.len() - 64].to_vec();
    content[5] ^= 0x20;
    for _ in 0..2 {
        let checksum = Sha256::digest(&content);
        content.extend_from_slice(&checksum);
    }
    fs::write(path, content).expect("written");
}

#[test]
fn whatever_is_wrong_with_a_snapshot_the_one_before_is_tried() {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = folder.path();
    filled(dir).close().expect("ends in order");
    let (mut node, _) = open(dir, &options(20));
    ask(&mut node, order(ORDERS).0);
    node.close().expect("ends in order");
    let paths = snapshot_paths(dir);
    assert_eq!(paths.len(), 2);
    make_of_another_version(&paths[1]);
    let (node, warned) = open(dir, &quiet(20));
    assert_eq!(warned, ["SNAPSHOT_OTHER_VERSION"], "the one before fits");
    drop(node);
    make_of_another_version(&paths[0]);
    let (mut node, warned) = open(dir, &quiet(20));
    assert_eq!(warned, ["SNAPSHOT_OTHER_VERSION"; 2], "both were tried");
    knows_all(&mut node);
}

/// Without a shadow, which would write snapshots of its own.
fn quiet(payments_in_memory: u64) -> Options {
    Options { shadowing: None, ..options(payments_in_memory) }
}

#[test]
fn two_snapshots_of_this_version_are_kept_and_the_last_of_any_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = folder.path();
    let height = filled(dir).close().expect("ends in order").next_seq;
    let bytes = fs::read(path_at(dir, height)).expect("reads");
    snapshot_paths(dir).iter().for_each(|path| fs::remove_file(path).expect("removed"));
    let write = |height: u64, letting_go: LettingGo| {
        snapshots::write(dir, height, &bytes[..bytes.len() - 32], letting_go, &mut || ()).expect("written");
    };
    for height in 1..=4 {
        write(height, LettingGo::OfThisVersion);
        if height <= 2 {
            make_of_another_version(&path_at(dir, height));
        }
    }
    fs::write(path_at(dir, 3), b"damaged").expect("written");
    fs::write(path_at(dir, 90), b"of a later height").expect("written");
    write(5, LettingGo::OfThisVersion);
    write(6, LettingGo::OfThisVersion);
    assert_eq!(snapshots::heights(dir).expect("reads"), [1, 2, 3, 5, 6, 90], "others' are left to the others");
    write(7, LettingGo::OfAnyVersion);
    assert_eq!(snapshots::heights(dir).expect("reads"), [2, 6, 7, 90]);
}

#[test]
fn a_start_after_an_upgrade_begins_at_what_was_prepared_though_the_old_process_was_killed() {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = folder.path();
    let theirs = filled(dir).close().expect("ends in order").next_seq;
    snapshot_paths(dir).iter().for_each(|path| make_of_another_version(path));
    let (mut node, _) = open(dir, &quiet(20));
    for number in ORDERS..2 * ORDERS {
        ask(&mut node, order(number).0);
        pay_out(&mut node);
    }
    let prepared = node::build_snapshot(dir, 5, &mut |warning| panic!("{warning}"), &mut |_| ()).expect("built");
    // Killed: what left memory since then is not in the index on disk.
    drop(node);
    let heights = snapshots::heights(dir).expect("reads");
    let before = heights.iter().rfind(|height| **height < theirs).copied().expect("one to fall back on");
    let (mut node, warned) = open(dir, &quiet(20));
    assert_eq!(warned, ["SNAPSHOT_WITHOUT_ARCHIVE", "SNAPSHOT_OTHER_VERSION"], "{heights:?}: {before} fits");
    knows_all(&mut node);
    assert!(node.engine().durable_height().0 >= prepared);
}

#[test]
fn a_snapshot_is_prepared_only_of_a_journal_that_reaches_its_mark() {
    let root = tempfile::tempdir().expect("a folder");
    let (one, other) = (root.path().join("one"), root.path().join("other"));
    filled(&one).close().expect("ends in order");
    // Fewer blocks and more events: the mark is then before the snapshot in blocks, and after it in events.
    let mut node = new_house(&other, &quiet(20));
    let at = node.engine().last_time();
    node.submit(&Batch::of(at, (0..600).map(|number| order(number).0)), &[]).expect("taken");
    node.wait().expect("durable");
    node.close().expect("ends in order");
    fs::copy(other.join("high-water-mark"), one.join("high-water-mark")).expect("copied");
    let fault = node::build_snapshot(&one, 5, &mut |_| (), &mut |_| ()).expect_err("the journal is another one");
    assert_eq!(fault.code(), "JOURNAL_FORKED");
}

/// Patience, not a measurement: the shadow has all the time that it needs.
fn until(node: &Node, what: &str, is_so: impl Fn(&Node) -> bool) {
    let reached = (0..6_000).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(5));
        is_so(node)
    });
    assert!(reached, "{what}: {:?}", node.figures());
}

#[test]
fn a_shadow_that_cannot_write_says_so_and_goes_on_when_it_can() {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = folder.path();
    let mut node = new_house(dir, &options(20));
    let (snapshots, aside) = (dir.join("snapshots"), dir.join("aside"));
    // The shadow may be making the folder anew at this very moment: until the file is there.
    until(&node, "a file is in the way", |_| {
        drop(fs::remove_dir_all(&aside));
        drop(fs::rename(&snapshots, &aside));
        fs::write(&snapshots, b"in the way").is_ok()
    });
    for number in 0..ORDERS {
        ask(&mut node, order(number).0);
    }
    until(&node, "it says why it stands still", |node| {
        node.figures().shadow_stopped.is_some_and(|stopped| !stopped.for_good && stopped.message.contains("snapshots"))
    });
    fs::remove_file(&snapshots).expect("removed");
    until(&node, "it goes on", |node| {
        node.figures().shadow_stopped.is_none() && snapshots::heights(dir).is_ok_and(|heights| !heights.is_empty())
    });
    node.close().expect("ends in order");
}

#[test]
fn a_close_that_cannot_write_a_snapshot_leaves_everything_else_in_order() {
    let folder = tempfile::tempdir().expect("a folder");
    let dir = folder.path();
    let without_data = Options { house_key: None, ..quiet(20) };
    let mut node = new_house(dir, &without_data);
    for number in 0..ORDERS {
        ask(&mut node, order(number).0);
        pay_out(&mut node);
    }
    assert!(node.figures().history.waiting > 0, "nothing waits to be written");
    drop(fs::remove_dir_all(dir.join("snapshots")));
    fs::write(dir.join("snapshots"), b"in the way").expect("written");
    let fault = node.close().expect_err("no snapshot can be written");
    assert!(fault.to_string().contains("snapshots"), "{fault}");
    assert!(!dir.join("journal.db-wal").exists(), "the journal is complete in itself");
    assert!(a_run(dir).exists(), "what had left memory is written");
    let (mut node, warned) = open(dir, &without_data);
    assert_eq!(warned, ["CACHE_UNREADABLE"]);
    knows_all(&mut node);
}
