//! A flipped bit anywhere in any file is detected, or makes no difference. A damaged snapshot is made anew, with a
//! warning. `CAUDAL_FLIPS` says how many bits of each region are flipped.

use crate::program::{Chance, Ended, copy_folder, height_and_digest, killed_after, number_from, run, text, verified};
use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

const PAYMENTS: [&str; 2] = ["--payments", "150"];

fn verify(dir: &Path) -> Ended {
    run(&["verify", "--json", "--data", text(dir)])
}

fn resume(dir: &Path) -> Ended {
    run(&[&["demo", "--json", "--resume", "--data", text(dir)][..], &PAYMENTS].concat())
}

/// A folder as a killed process leaves it, in which every block was acknowledged. One that was not might as well never
/// have been written: SQLite drops it when it is damaged, and nobody was told of it.
fn killed_with_all_acknowledged(dir: &Path) {
    for _ in 0..100 {
        if killed_after(dir, 60, &PAYMENTS) == verified(dir).0 {
            return;
        }
        fs::remove_dir_all(dir).expect("removed");
    }
    panic!("each of a hundred kills found a block under way");
}

/// Every file of a folder, from the folder on.
fn files(dir: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(dir).expect("readable").map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() {
            all.extend(files(&entry));
        } else {
            all.push(entry);
        }
    }
    all.sort();
    all
}

/// A file in parts: its head, where the meaning is dense, and stretches of what follows.
fn regions(length: usize) -> Vec<Range<usize>> {
    let head = length.min(128);
    let parts = 4;
    let part = |index: usize| head + (length - head) * index / parts;
    let stretches = (0..parts).map(|index| part(index)..part(index + 1));
    std::iter::once(0..head).chain(stretches).filter(|region| !region.is_empty()).collect()
}

fn flip(path: &Path, byte: usize, bit: u64) {
    let mut bytes = fs::read(path).expect("readable");
    bytes[byte] ^= 1 << bit;
    fs::write(path, bytes).expect("written");
}

/// How many flips were detected, and how many made no difference, by file.
type Tally = BTreeMap<String, (u32, u32)>;

/// Flips bits of every region of every file of a folder, one at a time.
fn flip_all(sound: &Path, tally: &mut Tally) {
    let expected = verified(sound);
    let flips = number_from("CAUDAL_FLIPS", 24);
    let dir = sound.with_extension("flipped");
    let mut chance = Chance(2008);
    for file in files(sound) {
        let name = file.strip_prefix(sound).expect("within").to_owned();
        let length = usize::try_from(fs::metadata(&file).expect("there").len()).expect("a small file");
        for region in regions(length) {
            for _ in 0..flips {
                copy_folder(sound, &dir);
                let within = u64::try_from(region.len()).expect("a small file");
                let byte = region.start + usize::try_from(chance.below(within)).expect("within");
                let bit = chance.below(8);
                flip(&dir.join(&name), byte, bit);
                let counts = tally.entry(name.display().to_string()).or_default();
                if is_detected(&verify(&dir), &expected, &format!("bit {bit} of byte {byte} of {}", name.display())) {
                    counts.0 += 1;
                } else {
                    counts.1 += 1;
                }
                fs::remove_dir_all(&dir).expect("removed");
            }
        }
    }
}

/// Detected with a code, or the same height and digest; never anything else.
fn is_detected(ended: &Ended, expected: &(u64, String), what: &str) -> bool {
    let object: serde_json::Value = serde_json::from_str(&ended.out).unwrap_or_else(|_| panic!("{what}: {ended:?}"));
    match ended.code {
        0 => {
            assert_eq!(&height_and_digest(&object), expected, "{what}: accepted, and another journal");
            false
        }
        5 => {
            assert!(object["ok"] == false && object["code"].is_string(), "{what}: {object}");
            true
        }
        _ => panic!("{what}: {ended:?}"),
    }
}

#[test]
fn a_flipped_bit_in_any_region_of_any_file_is_detected_or_makes_no_difference() {
    let root = tempfile::tempdir().expect("a folder");
    let (closed, killed) = (root.path().join("closed"), root.path().join("killed"));
    resume(&closed).done();
    killed_with_all_acknowledged(&killed);
    let mut tally = Tally::new();
    flip_all(&closed, &mut tally);
    flip_all(&killed, &mut tally);
    for (file, (detected, harmless)) in &tally {
        eprintln!("{file}: {detected} detected, {harmless} without a difference");
    }
    for file in ["journal.db", "journal.db-wal"] {
        assert!(tally[file].0 > 0, "no flip in {file} was detected: the test is blind");
    }
    assert!(tally.keys().any(|file| file.starts_with("snapshots")), "no snapshot was there to be damaged");
}

/// What SQLite alone would not notice: it takes a log that ends early for one that was torn by the crash.
#[test]
fn a_log_cut_short_is_seen_to_lack_what_was_acknowledged() {
    let root = tempfile::tempdir().expect("a folder");
    let dir = root.path().join("killed");
    killed_with_all_acknowledged(&dir);
    let log = dir.join("journal.db-wal");
    let length = fs::metadata(&log).expect("a log").len();
    for part in [7, 5, 3, 1, 0] {
        fs::File::options().write(true).open(&log).and_then(|file| file.set_len(length * part / 8)).expect("cut");
        verify(&dir).fails(5, "JOURNAL_TRUNCATED");
        resume(&dir).fails(5, "JOURNAL_TRUNCATED");
    }
}

/// The last snapshot in a folder.
fn snapshot_of(dir: &Path) -> PathBuf {
    let entries = fs::read_dir(dir.join("snapshots")).expect("a folder");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let is_one = |path: &PathBuf| path.file_name().is_some_and(|name| text(name.as_ref()).starts_with("state-"));
    paths.filter(is_one).max().expect("a snapshot")
}

#[test]
fn a_damaged_snapshot_is_made_anew_with_a_warning() {
    let root = tempfile::tempdir().expect("a folder");
    let sound = root.path().join("sound");
    let whole = height_and_digest(&resume(&sound).object());
    let snapshot = snapshot_of(&sound);
    let length = fs::metadata(&snapshot).expect("a snapshot").len();
    let mut chance = Chance(1);
    for trial in 0..12 {
        let dir = root.path().join("damaged");
        copy_folder(&sound, &dir);
        let damaged = snapshot_of(&dir);
        if trial < 3 {
            // Cut short, or nothing at all.
            fs::File::options()
                .write(true)
                .open(&damaged)
                .and_then(|file| file.set_len(length * trial / 3))
                .expect("cut");
        } else {
            flip(&damaged, usize::try_from(chance.below(length)).expect("within"), chance.below(8));
        }
        let told = verify(&dir);
        assert!(told.err.contains("warning[AUXILIARY_DAMAGED]"), "{trial}: {told:?}");
        assert_eq!(height_and_digest(&told.object()), whole);
        let resumed = resume(&dir);
        assert!(resumed.err.contains("warning[AUXILIARY_DAMAGED]"), "{trial}: {resumed:?}");
        assert_eq!(height_and_digest(&resumed.object()), whole);
        let after = verify(&dir);
        assert!(!after.err.contains("warning"), "{trial}: it was made anew: {after:?}");
        fs::remove_dir_all(&dir).expect("removed");
    }
}

#[test]
fn what_lies_beside_the_journal_never_keeps_it_from_being_verified() {
    let root = tempfile::tempdir().expect("a folder");
    let sound = root.path().join("sound");
    let whole = height_and_digest(&resume(&sound).object());
    let snapshots = sound.join("snapshots");
    let last = snapshot_of(&sound);
    for stranger in [".DS_Store", "Thumbs.db", "notes.txt", "state-7.staged-1-0"] {
        fs::write(snapshots.join(stranger), b"of somebody's").expect("written");
    }
    fs::create_dir(snapshots.join("a folder")).expect("made");
    let told = verify(&sound);
    assert!(!told.err.contains("warning"), "strangers are nobody's business: {told:?}");
    assert_eq!(height_and_digest(&told.object()), whole);

    fs::remove_file(&last).expect("removed");
    fs::create_dir(&last).expect("made");
    let told = verify(&sound);
    assert!(told.err.contains("warning["), "{told:?}");
    assert_eq!(height_and_digest(&told.object()), whole);

    fs::remove_dir_all(&snapshots).expect("removed");
    fs::write(&snapshots, b"no folder").expect("written");
    let told = verify(&sound);
    assert!(told.err.contains("warning["), "{told:?}");
    assert_eq!(height_and_digest(&told.object()), whole);
    let resumed = resume(&sound);
    assert!(resumed.err.contains("warning[CACHE_UNREADABLE]"), "{resumed:?}");
    assert_eq!(height_and_digest(&resumed.object()), whole);
}

#[test]
fn a_snapshot_of_another_journal_is_not_used() {
    let root = tempfile::tempdir().expect("a folder");
    let (one, other) = (root.path().join("one"), root.path().join("other"));
    let whole = height_and_digest(&resume(&one).object());
    run(&["demo", "--data", text(&other), "--seed", "7", "--payments", "150"]).done();
    fs::copy(snapshot_of(&other), snapshot_of(&one)).expect("copied");
    let resumed = resume(&one);
    assert!(resumed.err.contains("warning[SNAPSHOT_FOREIGN]"), "{resumed:?}");
    assert_eq!(height_and_digest(&resumed.object()), whole);
}

#[test]
fn writing_on_after_a_flip_never_hides_it() {
    let root = tempfile::tempdir().expect("a folder");
    let sound = root.path().join("sound");
    killed_after(&sound, 50, &PAYMENTS);
    let whole = height_and_digest(&run(&[&["demo", "--json"][..], &PAYMENTS].concat()).object());
    let mut chance = Chance(5);
    for name in ["journal.db", "journal.db-wal", "high-water-mark"] {
        for _ in 0..10 {
            let dir = root.path().join("flipped");
            copy_folder(&sound, &dir);
            let length = fs::metadata(dir.join(name)).expect("there").len();
            flip(&dir.join(name), usize::try_from(chance.below(length)).expect("within"), chance.below(8));
            let found = verify(&dir);
            let resumed = resume(&dir);
            if resumed.code == 0 {
                assert_eq!(found.code, 0, "{name}: found damaged, and then gone on with: {found:?}");
                assert_eq!(height_and_digest(&resumed.object()), whole, "{name}");
                assert_eq!(verified(&dir), whole, "{name}");
            } else {
                assert_eq!(resumed.code, 5, "{name}: {resumed:?}");
            }
            fs::remove_dir_all(&dir).expect("removed");
        }
    }
}
