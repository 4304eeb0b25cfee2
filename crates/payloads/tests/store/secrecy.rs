//! What each file tells alone, and what is left on the disk of an erased key. Each search has its control: what is searched
//! for is found where it is known to be.

use crate::common::{batch, commitment, house, open, order, payload, sealed, subject};
use payloads::{HouseKey, PayloadStore, StoreOptions};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Every file of the folder, with SQLite's log.
fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    for entry in fs::read_dir(dir).expect("readable").map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() {
            all.extend(files(&entry));
        } else {
            all.insert(entry.display().to_string(), fs::read(&entry).expect("readable"));
        }
    }
    all
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

#[test]
fn no_text_of_a_payload_and_no_account_is_in_any_file() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut store = open(dir.path());
    store.put_batch(&batch(0..60)).expect("put");
    store.erase_subject(&subject(3), &order(1)).expect("erased");
    let payload = payload(5);
    let texts = [&payload.debtor.name, &payload.debtor.account, &payload.remittance.unstructured[0]];
    for (name, bytes) in files(dir.path()) {
        for text in texts {
            assert!(!contains(&bytes, text.as_bytes()), "{text} in {name}");
        }
        for word in ["Salvador", "Fatura", "María", "CINV"] {
            assert!(!contains(&bytes, word.as_bytes()), "{word} in {name}");
        }
    }
    // The control: the commitment, which is no secret, is found by the same search.
    assert!(files(dir.path()).values().any(|bytes| contains(bytes, &commitment(5).0)));
}

#[test]
fn no_file_may_be_read_by_others() {
    use std::os::unix::fs::PermissionsExt;
    let root = tempfile::tempdir().expect("a folder");
    let dir = root.path().join("store");
    let mut store = open(&dir);
    store.put_batch(&batch(0..10)).expect("put");
    store.backup_to(&root.path().join("copy")).expect("copied");
    store.backup_keys_to(&root.path().join("copied-keys")).expect("copied");
    let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o077;
    assert_eq!(mode(&dir), 0);
    let copied = [root.path().join("copied-keys"), root.path().join("copy/payloads.db")];
    let names = ["payloads.db", "payloads.db-wal", "keys", "erasures", "lock"].map(|name| dir.join(name));
    for path in copied.iter().chain(&names) {
        assert_eq!(mode(path), 0, "{}", path.display());
    }
}

#[test]
fn ciphertexts_do_not_tell_which_payments_are_of_one_subject() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut store = open(dir.path());
    store.put_batch(&batch(0..60)).expect("put");
    let tag = store.subject_tag(&subject(5));
    store.close().expect("closed");
    let payloads = fs::read(dir.path().join("payloads.db")).expect("readable");
    let keys = fs::read(dir.path().join("keys")).expect("readable");
    assert!(contains(&keys, &tag), "the control");
    assert!(!contains(&payloads, &tag));
    // Nor is the tag the account's hash: under another store's keys it is another one.
    let other = tempfile::tempdir().expect("a folder");
    assert_ne!(open(other.path()).subject_tag(&subject(5)), tag);
}

/// The wrapped key in the slot of a name: nonce, ciphertext and tag.
fn wrapped_key(dir: &Path, name: &[u8; 32]) -> Vec<u8> {
    let keys = fs::read(dir.join("keys")).expect("readable");
    let slot = keys[12_288..].chunks_exact(128).find(|slot| slot[16..48] == *name).expect("a slot of this name");
    slot[48..120].to_vec()
}

/// The ciphertext of a payment, without the commitment that leads it.
fn ciphertext(dir: &Path, commitment: &[u8; 32]) -> Vec<u8> {
    let found = files(dir).into_values().find_map(|bytes| {
        let at = bytes.windows(32).position(|window| window == commitment)?;
        // The keys file has the commitment too; a row goes on for longer than a slot.
        (bytes.len() > at + 400 && !bytes.starts_with(b"CDLK")).then(|| bytes[at + 32..at + 400].to_vec())
    });
    found.expect("a row of this commitment")
}

#[test]
fn nothing_of_an_erased_key_or_ciphertext_is_left_in_any_file() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut store = open(dir.path());
    store.put_batch(&batch(0..60)).expect("put");
    let (payment, tag) = (commitment(5), store.subject_tag(&subject(4)));
    let kept = wrapped_key(dir.path(), &commitment(6).0);
    let secrets = [
        wrapped_key(dir.path(), &payment.0),
        wrapped_key(dir.path(), &tag),
        ciphertext(dir.path(), &payment.0)[..64].to_vec(),
    ];
    let left = |secret: &[u8]| files(dir.path()).values().filter(|bytes| contains(bytes, secret)).count();
    for secret in &secrets {
        // The control, and more: a key is in one place only.
        assert_eq!(left(secret), 1);
    }
    store.erase_payment(&payment, &order(1)).expect("erased");
    store.erase_subject(&subject(4), &order(2)).expect("erased");
    for secret in &secrets {
        assert_eq!(left(secret), 0);
        // Not even a part of it.
        assert!(secret.chunks(16).all(|part| left(part) == 0));
    }
    assert_eq!(left(&kept), 1);
}

#[test]
fn purging_leaves_nothing_of_an_erased_subjects_ciphertexts() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut store = open(dir.path());
    store.put_batch(&[sealed(3)]).expect("put");
    // Head and lengths, then the debtor's part.
    let part = ciphertext(dir.path(), &commitment(3).0)[16 + 112 + 6..][..64].to_vec();
    let left = || files(dir.path()).values().filter(|bytes| contains(bytes, &part)).count();
    store.erase_subject(&subject(3), &order(1)).expect("erased");
    assert_eq!(left(), 1, "the control: it is there until it is purged, and nobody can read it");
    store.purge(|_| ()).expect("purged");
    assert_eq!(left(), 0);
}

#[test]
fn keys_can_lie_elsewhere_and_the_folder_alone_is_then_no_store() {
    let root = tempfile::tempdir().expect("a folder");
    let (dir, keys) = (root.path().join("payloads"), root.path().join("other-disk-keys"));
    let options = || StoreOptions { keys: Some(keys.clone()), ..StoreOptions::default() };
    let (mut store, _) = PayloadStore::open(&dir, &house(), options()).expect("opened");
    store.put_batch(&batch(0..10)).expect("put");
    store.close().expect("closed");
    assert!(!dir.join("keys").exists());
    let alone = PayloadStore::open(&dir, &house(), StoreOptions::default()).expect_err("refused");
    assert_eq!(alone.code(), "KEYS_MISSING");
    let (mut store, _) = PayloadStore::open(&dir, &house(), options()).expect("opened");
    crate::common::assert_whole(&mut store, 3);
}

#[test]
fn a_new_house_key_makes_older_copies_of_the_keys_useless_without_the_old_one() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut store = open(dir.path());
    store.put_batch(&batch(0..60)).expect("put");
    store.erase_payment(&commitment(5), &order(1)).expect("erased");
    let old = wrapped_key(dir.path(), &commitment(6).0);
    let new_key = HouseKey::from_bytes(&mut [8; 32]);
    let mut told = 0;
    store.change_house_key(&new_key, |_| told += 1).expect("changed");
    assert_eq!(told, store.figures().slots);
    let left = |secret: &[u8]| files(dir.path()).values().filter(|bytes| contains(bytes, secret)).count();
    assert_eq!(left(&old), 0);
    // The store goes on without being opened again, and under the new key only.
    store.put_batch(&batch(60..70)).expect("put");
    crate::common::assert_sound(&mut store);
    drop(store);
    assert_eq!(crate::common::code_of(crate::common::try_open(dir.path())), "HOUSE_KEY_WRONG");
    let (mut store, warnings) = PayloadStore::open(dir.path(), &new_key, StoreOptions::default()).expect("opened");
    assert_eq!(warnings, []);
    (0..70).filter(|number| *number != 5).for_each(|number| crate::common::assert_whole(&mut store, number));
    assert_eq!(crate::common::assert_sound(&mut store).payloads, 69);
}

#[test]
fn keys_half_written_by_a_change_of_the_house_key_are_not_left_behind() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut store = open(dir.path());
    store.put_batch(&batch(0..10)).expect("put");
    drop(store);
    fs::copy(dir.path().join("keys"), dir.path().join("keys.staged")).expect("copied");
    drop(open(dir.path()));
    assert!(!dir.path().join("keys.staged").exists());
}
