//! Payloads that no event names are removed; what the journal names is never removed.

use crate::common::{assert_sound, assert_whole, batch, commitment, open, order, sealed, try_open};
use payloads::{Presence, Put, Swept};
use std::collections::BTreeSet;
use std::fs;

#[test]
fn what_the_journal_does_not_name_is_removed_and_can_be_put_again() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut store = open(dir.path());
    store.put_batch(&batch(0..100)).expect("put");
    let named: BTreeSet<_> = (0..80).map(commitment).collect();
    assert_eq!(store.sweep(|commitment| named.contains(commitment)), Ok(Swept { kept: 80, removed: 20 }));
    (0..80).for_each(|number| assert_whole(&mut store, number));
    (80..100).for_each(|number| assert_eq!(store.presence(&commitment(number)), Ok(Presence::Unknown)));
    assert_eq!(assert_sound(&mut store).payloads, 80);
    // What was compared with the journal once is not compared again.
    assert_eq!(store.sweep(|_| panic!("asked again")), Ok(Swept { kept: 0, removed: 0 }));
    assert_eq!(store.put_batch(&batch(90..110)), Ok(Put { stored: 20, already_held: 0 }));
    drop(store);
    let mut store = open(dir.path());
    (90..110).for_each(|number| assert_whole(&mut store, number));
    assert_eq!(store.sweep(|_| true), Ok(Swept { kept: 20, removed: 0 }));
    assert_sound(&mut store);
}

#[test]
fn an_erasure_before_the_sweep_is_left_as_it_is() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut store = open(dir.path());
    store.put_batch(&batch(0..10)).expect("put");
    store.erase_payment(&commitment(3), &order(1)).expect("erased");
    assert_eq!(store.sweep(|_| false), Ok(Swept { kept: 0, removed: 9 }));
    assert_eq!(store.presence(&commitment(3)), Ok(Presence::Erased));
    assert_sound(&mut store);
}

/// As a crash between the sync of ciphertexts and that of keys leaves it: the keys of the last batch are missing.
fn cut_keys(dir: &std::path::Path, slots_lost: u64, more: u64) {
    let keys = fs::OpenOptions::new().write(true).open(dir.join("keys")).expect("opened");
    let length = keys.metadata().expect("known").len();
    keys.set_len(length - slots_lost * 128 + more).expect("cut");
}

#[test]
fn ciphertexts_whose_keys_were_never_synced_are_told_of_and_swept() {
    for (lost, half_written) in [(30, 0), (30, 60), (12, 127)] {
        let dir = tempfile::tempdir().expect("a folder");
        let mut store = open(dir.path());
        store.put_batch(&batch(0..50)).expect("put");
        store.put_batch(&batch(50..80)).expect("put");
        drop(store);
        cut_keys(dir.path(), lost, half_written);
        let (mut store, warnings) = try_open(dir.path()).expect("sound");
        assert_eq!(warnings.iter().map(|warning| warning.code).collect::<Vec<_>>(), ["PAYLOADS_WITHOUT_KEY"]);
        assert!(warnings[0].to_string().starts_with(&format!("{lost} payloads have no key")), "{}", warnings[0]);
        // What is put meanwhile is not mixed up with them; one of them is put again.
        store.put_batch(&[sealed(79), sealed(200)]).expect("put");
        drop(store);
        let mut store = open(dir.path());
        assert_eq!(assert_sound(&mut store).unswept, lost);
        let named: BTreeSet<_> = (0..50).chain([79, 200]).map(commitment).collect();
        let swept = store.sweep(|commitment| named.contains(commitment)).expect("swept");
        assert_eq!(swept, Swept { kept: 52, removed: 30 }, "{lost} lost");
        (0..50).chain([79, 200]).for_each(|number| assert_whole(&mut store, number));
        let verified = assert_sound(&mut store);
        assert_eq!((verified.payloads, verified.unswept), (52, 0));
    }
}

#[test]
fn a_payload_that_the_journal_names_and_whose_key_is_gone_is_told_and_nothing_removed() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut store = open(dir.path());
    store.put_batch(&batch(0..50)).expect("put");
    store.put_batch(&batch(50..80)).expect("put");
    drop(store);
    cut_keys(dir.path(), 1, 0);
    let (mut store, _) = try_open(dir.path()).expect("sound as far as the store alone can tell");
    let refused = store.sweep(|_| true).expect_err("refused");
    assert_eq!(refused.code(), "KEYS_DAMAGED");
    let named: BTreeSet<_> = (0..60).chain([79]).map(commitment).collect();
    assert_eq!(store.sweep(|commitment| named.contains(commitment)).expect_err("refused").code(), "KEYS_DAMAGED");
    (0..79).for_each(|number| assert_whole(&mut store, number));
}

#[test]
fn keys_half_written_over_a_batch_that_was_never_acknowledged_are_swept_with_it() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut store = open(dir.path());
    store.put_batch(&batch(0..50)).expect("put");
    drop(store);
    // The first batch has 20 subjects and 50 payments; its sync was cut short: some sectors hold zeros.
    let path = dir.path().join("keys");
    let mut keys = fs::read(&path).expect("readable");
    for slot in (0..70).step_by(3) {
        keys[12_288 + slot * 128..][..128].fill(0);
    }
    fs::write(&path, keys).expect("writable");
    fs::remove_dir_all(dir.path().join("index")).expect("removed");
    let (mut store, _) = try_open(dir.path()).expect("sound as far as the store alone can tell");
    let swept = store.sweep(|_| false).expect("swept");
    assert_eq!(swept.removed, 50);
    let verified = assert_sound(&mut store);
    assert_eq!((verified.payloads, verified.unswept), (0, 0));
    store.put_batch(&batch(0..50)).expect("put");
    (0..50).for_each(|number| assert_whole(&mut store, number));
    assert_sound(&mut store);
}
