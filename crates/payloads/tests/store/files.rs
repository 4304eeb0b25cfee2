//! Files deleted, cut, swapped, of another store, of another time: each has its name, and nothing is made up.

use crate::common::{
    assert_sound, assert_whole, batch, code_of, commitment, copy_folder, open, order, subject, try_open,
};
use payloads::Got;
use std::fs;
use std::path::Path;

/// A store with two batches and two erasures, closed.
fn sample(dir: &Path) {
    let mut store = open(dir);
    store.put_batch(&batch(0..50)).expect("put");
    store.erase_payment(&commitment(1), &order(1)).expect("erased");
    store.erase_subject(&subject(2), &order(2)).expect("erased");
    store.put_batch(&batch(50..100)).expect("put");
    store.close().expect("closed");
}

fn cut(path: &Path, bytes: u64) {
    let file = fs::OpenOptions::new().write(true).open(path).expect("opened");
    file.set_len(bytes).expect("cut");
}

fn length(path: &Path) -> u64 {
    fs::metadata(path).expect("there").len()
}

#[test]
fn a_file_that_is_gone_is_named() {
    for (name, code) in
        [("payloads.db", "PAYLOADS_MISSING"), ("keys", "KEYS_MISSING"), ("erasures", "REGISTER_MISSING")]
    {
        let dir = tempfile::tempdir().expect("a folder");
        sample(dir.path());
        fs::rename(dir.path().join(name), dir.path().join("aside")).expect("moved");
        assert_eq!(code_of(try_open(dir.path())), code, "{name}");
        fs::rename(dir.path().join("aside"), dir.path().join(name)).expect("moved");
        assert_sound(&mut open(dir.path()));
    }
}

#[test]
fn two_files_gone_are_named_too_and_no_new_store_begins_in_their_place() {
    for (kept, code) in [("payloads.db", "KEYS_MISSING"), ("keys", "PAYLOADS_MISSING"), ("erasures", "KEYS_MISSING")] {
        let dir = tempfile::tempdir().expect("a folder");
        sample(dir.path());
        for name in ["payloads.db", "keys", "erasures"].into_iter().filter(|name| *name != kept) {
            fs::remove_file(dir.path().join(name)).expect("removed");
        }
        assert_eq!(code_of(try_open(dir.path())), code, "only {kept}");
        assert_eq!(code_of(try_open(dir.path())), code, "only {kept}, asked again");
    }
}

#[test]
fn a_file_cut_anywhere_is_named_or_what_it_lost_is() {
    let root = tempfile::tempdir().expect("a folder");
    let sound = root.path().join("sound");
    sample(&sound);
    let dir = root.path().join("cut");
    for (name, steps, codes) in [
        ("payloads.db", 12, &["PAYLOADS_TRUNCATED", "PAYLOADS_DAMAGED", "NOT_A_PAYLOAD_STORE"][..]),
        ("keys", 40, &["KEYS_TRUNCATED", "KEYS_DAMAGED"]),
        ("erasures", 20, &["REGISTER_TRUNCATED", "REGISTER_DAMAGED"]),
    ] {
        let whole = length(&sound.join(name));
        for step in 0..steps {
            copy_folder(&sound, &dir);
            cut(&dir.join(name), whole * step / steps);
            let what = format!("{name} cut to {} of {whole} bytes", whole * step / steps);
            match try_open(&dir) {
                Err(fault) => assert!(codes.contains(&fault.code()), "{what}: {fault}"),
                Ok((mut store, warnings)) => {
                    // Only keys of the last batch can be missing for a good reason; the sweep tells the difference.
                    assert_eq!(name, "keys", "{what}");
                    assert!(warnings.iter().any(|warning| warning.code == "PAYLOADS_WITHOUT_KEY"), "{what}");
                    assert_eq!(store.sweep(|_| true).expect_err("told").code(), "KEYS_DAMAGED", "{what}");
                }
            }
            fs::remove_dir_all(&dir).expect("removed");
        }
    }
}

#[test]
fn a_register_that_lacks_its_last_entry_is_named() {
    let dir = tempfile::tempdir().expect("a folder");
    sample(dir.path());
    let path = dir.path().join("erasures");
    cut(&path, length(&path) - 128);
    assert_eq!(code_of(try_open(dir.path())), "REGISTER_TRUNCATED");
}

#[test]
fn an_entry_half_written_when_a_process_ended_is_cut_off_and_told() {
    for more in [1, 60, 128, 200] {
        let dir = tempfile::tempdir().expect("a folder");
        sample(dir.path());
        let path = dir.path().join("erasures");
        let whole = length(&path);
        cut(&path, whole + more);
        let (mut store, warnings) = try_open(dir.path()).expect("sound");
        assert_eq!(warnings.iter().map(|warning| warning.code).collect::<Vec<_>>(), ["REGISTER_TORN"]);
        assert_eq!(length(&path), whole);
        store.erase_payment(&commitment(8), &order(3)).expect("erased");
        assert_sound(&mut store);
    }
}

#[test]
fn files_of_two_stores_are_not_mixed() {
    let root = tempfile::tempdir().expect("a folder");
    let (one, other, dir) = (root.path().join("one"), root.path().join("other"), root.path().join("mixed"));
    sample(&one);
    sample(&other);
    for (name, codes) in [
        ("payloads.db", ["PAYLOADS_OTHER_STORE"; 2]),
        ("keys", ["PAYLOADS_OTHER_STORE"; 2]),
        ("erasures", ["REGISTER_OTHER_STORE"; 2]),
    ] {
        copy_folder(&one, &dir);
        fs::copy(other.join(name), dir.join(name)).expect("copied");
        let code = code_of(try_open(&dir));
        assert!(codes.contains(&code), "{name}: {code}");
        fs::remove_dir_all(&dir).expect("removed");
    }
    // Its index is only a help: another store's is thrown away.
    copy_folder(&one, &dir);
    fs::remove_dir_all(dir.join("index")).expect("removed");
    copy_folder(&other.join("index"), &dir.join("index"));
    let (mut store, warnings) = try_open(&dir).expect("sound");
    assert_eq!(warnings.iter().map(|warning| warning.code).collect::<Vec<_>>(), ["INDEX_REBUILT"]);
    assert_sound(&mut store);
}

#[test]
fn files_swapped_with_each_other_are_named() {
    let root = tempfile::tempdir().expect("a folder");
    let (sound, dir) = (root.path().join("sound"), root.path().join("swapped"));
    sample(&sound);
    let names = ["payloads.db", "keys", "erasures"];
    for (first, second) in [(0, 1), (0, 2), (1, 2)] {
        copy_folder(&sound, &dir);
        fs::copy(sound.join(names[first]), dir.join(names[second])).expect("copied");
        fs::copy(sound.join(names[second]), dir.join(names[first])).expect("copied");
        let code = code_of(try_open(&dir));
        let known =
            ["NOT_A_PAYLOAD_STORE", "KEYS_DAMAGED", "KEYS_TRUNCATED", "REGISTER_DAMAGED", "REGISTER_OTHER_STORE"];
        assert!(known.contains(&code), "{} and {}: {code}", names[first], names[second]);
        fs::remove_dir_all(&dir).expect("removed");
    }
}

#[test]
fn payloads_and_keys_within_their_files_cannot_be_exchanged() {
    let dir = tempfile::tempdir().expect("a folder");
    sample(dir.path());
    // Two payments' slots exchanged: each is bound to its place.
    let path = dir.path().join("keys");
    let sound = fs::read(&path).expect("readable");
    let mut exchanged = sound.clone();
    let slots: Vec<usize> = (12_288..sound.len()).step_by(128).filter(|&at| sound[at] == 1).take(2).collect();
    exchanged[slots[0]..][..128].copy_from_slice(&sound[slots[1]..][..128]);
    exchanged[slots[1]..][..128].copy_from_slice(&sound[slots[0]..][..128]);
    fs::write(&path, exchanged).expect("writable");
    let mut store = open(dir.path());
    let verified = store.verify(|_, _| ()).expect("readable");
    assert_eq!(verified.findings_count, 2);
    assert!(verified.findings.iter().all(|finding| finding.code() == "KEYS_DAMAGED"), "{:?}", verified.findings);
}

#[test]
fn older_keys_or_payloads_under_a_newer_rest_are_named() {
    let root = tempfile::tempdir().expect("a folder");
    let (dir, old) = (root.path().join("store"), root.path().join("old"));
    let mut store = open(&dir);
    store.put_batch(&batch(0..50)).expect("put");
    store.close().expect("closed");
    copy_folder(&dir, &old);
    let mut store = open(&dir);
    store.put_batch(&batch(50..100)).expect("put");
    store.put_batch(&batch(100..150)).expect("put");
    store.erase_payment(&commitment(3), &order(1)).expect("erased");
    store.close().expect("closed");
    let new = root.path().join("new");
    copy_folder(&dir, &new);
    for (name, code) in
        [("keys", "KEYS_TRUNCATED"), ("payloads.db", "PAYLOADS_TRUNCATED"), ("erasures", "REGISTER_TRUNCATED")]
    {
        fs::copy(old.join(name), dir.join(name)).expect("copied");
        assert_eq!(code_of(try_open(&dir)), code, "{name}");
        fs::copy(new.join(name), dir.join(name)).expect("copied");
    }
}

#[test]
fn keys_put_back_from_before_an_erasure_are_destroyed_again_at_opening() {
    let root = tempfile::tempdir().expect("a folder");
    let dir = root.path().join("store");
    let mut store = open(&dir);
    store.put_batch(&batch(0..50)).expect("put");
    let keys = fs::read(dir.join("keys")).expect("readable");
    let payment = store.erase_payment(&commitment(4), &order(1)).expect("erased").record;
    let person = store.erase_subject(&subject(5), &order(2)).expect("erased").record;
    store.close().expect("closed");
    fs::write(dir.join("keys"), keys).expect("writable");
    let (mut store, warnings) = try_open(&dir).expect("sound");
    assert_eq!(warnings.iter().map(|warning| warning.code).collect::<Vec<_>>(), ["ERASURES_COMPLETED"]);
    assert_eq!(store.get(&commitment(4)), Ok(Got::Erased(payment)));
    let Ok(Got::Found(found)) = store.get(&commitment(25)) else { panic!("found") };
    assert_eq!(found.debtor, payloads::Part::Erased(person));
    assert_sound(&mut store);
    drop(store);
    assert_sound(&mut open(&dir));
}

#[test]
fn the_index_is_made_anew_when_it_is_lost() {
    let dir = tempfile::tempdir().expect("a folder");
    sample(dir.path());
    fs::remove_dir_all(dir.path().join("index")).expect("removed");
    let mut store = open(dir.path());
    assert_whole(&mut store, 40);
    assert!(matches!(store.get(&commitment(1)), Ok(Got::Erased(_))));
    store.close().expect("closed");
    assert_eq!(fs::read_dir(dir.path().join("index")).expect("there").count(), 1);
    for name in ["run-0-5", "run-x", "strange", "run-5-3", "run-999999999999999999999-1"] {
        fs::write(dir.path().join("index").join(name), b"x").expect("writable");
    }
    assert_sound(&mut try_open(dir.path()).expect("sound").0);
}

#[test]
fn a_folder_that_holds_other_things_or_is_a_file_does_not_become_a_store() {
    let root = tempfile::tempdir().expect("a folder");
    let strange = root.path().join("strange");
    fs::create_dir(&strange).expect("created");
    fs::write(strange.join("thesis.txt"), b"x").expect("writable");
    assert_eq!(code_of(try_open(&strange)), "NOT_A_PAYLOAD_STORE");
    assert_eq!(fs::read_dir(&strange).expect("there").count(), 1, "nothing was put there");
    assert_eq!(code_of(try_open(&strange.join("thesis.txt"))), "NOT_A_PAYLOAD_STORE");
    let other = root.path().join("other");
    fs::create_dir(&other).expect("created");
    fs::write(other.join("payloads.db"), b"this is no database, and long enough to be looked at as one")
        .expect("writable");
    assert_eq!(code_of(try_open(&other)), "NOT_A_PAYLOAD_STORE");
}

#[test]
fn without_leave_to_create_nothing_is_created() {
    use payloads::{PayloadStore, StoreOptions};
    let root = tempfile::tempdir().expect("a folder");
    let open = |name: &str| {
        let options = StoreOptions { create: false, ..StoreOptions::default() };
        PayloadStore::open(&root.path().join(name), &crate::common::house(), options)
    };
    assert_eq!(code_of(open("none")), "DATA_PERMISSION");
    fs::create_dir(root.path().join("empty")).expect("created");
    assert_eq!(code_of(open("empty")), "NOT_A_PAYLOAD_STORE");
    assert_eq!(fs::read_dir(root.path().join("empty")).expect("there").count(), 0);
    assert!(!root.path().join("none").exists());
}
