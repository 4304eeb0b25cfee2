//! The house key: its file, who may read it, and what a wrong one is answered.

use crate::common::{batch, code_of, house, open, try_open};
use payloads::{HouseKey, OsRandomness, PayloadStore, StoreOptions};
use std::fs;
use std::os::unix::fs::PermissionsExt;

#[test]
fn a_key_file_is_made_for_this_user_alone_and_read_back() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("house-key");
    let made = HouseKey::create_file(&path, &mut OsRandomness).expect("made");
    assert_eq!(fs::metadata(&path).expect("there").permissions().mode() & 0o7777, 0o600);
    assert_eq!(HouseKey::from_file(&path).expect("read").id(), made.id());
    assert_eq!(code_of(HouseKey::create_file(&path, &mut OsRandomness)), "TARGET_NOT_EMPTY");
    assert_eq!(HouseKey::from_file(&path).expect("read").id(), made.id());
    assert_eq!(format!("{made:?}"), "HouseKey(withheld)");
    let other = HouseKey::create_file(&dir.path().join("other"), &mut OsRandomness).expect("made");
    assert_ne!(other.id(), made.id());
}

#[test]
fn a_key_file_that_others_may_read_or_that_is_none_is_refused() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("house-key");
    HouseKey::create_file(&path, &mut OsRandomness).expect("made");
    for mode in [0o640, 0o604, 0o660, 0o777] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("changed");
        let refused = HouseKey::from_file(&path).expect_err("refused");
        assert_eq!(refused.code(), "HOUSE_KEY_INSECURE");
        assert!(refused.to_string().contains(&format!("mode {mode:04o}")), "{refused}");
    }
    fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).expect("changed");
    let text = fs::read_to_string(&path).expect("readable");
    HouseKey::from_file(&path).expect("read by its owner");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("changed");
    let wrong: [Vec<u8>; 9] = [
        Vec::new(),
        b"caudal house key 1\n".to_vec(),
        text.replace("key 1", "key 2").into_bytes(),
        text.as_bytes()[..text.len() - 2].to_vec(),
        format!("{text}00\n").into_bytes(),
        text.to_uppercase().into_bytes(),
        text.replace('\n', "\r\n").into_bytes(),
        vec![0xff; 100],
        vec![b'a'; 1_000_000],
    ];
    for content in wrong {
        fs::write(&path, &content).expect("writable");
        let refused = HouseKey::from_file(&path).expect_err("refused");
        assert_eq!(refused.code(), "HOUSE_KEY_FILE");
        // What is in the file is not told: it may be a key.
        assert!(!refused.to_string().contains(&text[20..40]), "{refused}");
    }
    assert_eq!(code_of(HouseKey::from_file(&dir.path().join("none"))), "HOUSE_KEY_FILE");
    assert_eq!(code_of(HouseKey::from_file(dir.path())), "HOUSE_KEY_FILE");
}

#[test]
fn a_wrong_house_key_opens_nothing_and_changes_nothing() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut store = open(dir.path());
    store.put_batch(&batch(0..10)).expect("put");
    store.close().expect("closed");
    let names = ["payloads.db", "keys", "erasures"];
    let bytes = || names.map(|name| fs::read(dir.path().join(name)).expect("readable"));
    let before = bytes();
    let wrong = HouseKey::from_bytes(&mut [9; 32]);
    let refused = PayloadStore::open(dir.path(), &wrong, StoreOptions::default()).expect_err("refused");
    assert_eq!(refused.code(), "HOUSE_KEY_WRONG");
    let id = |key: &HouseKey| key.id().iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    assert!(refused.what.contains(&id(&wrong)) && refused.what.contains(&id(&house())), "{refused}");
    assert!(bytes() == before);
    crate::common::assert_whole(&mut try_open(dir.path()).expect("opened").0, 3);
}
