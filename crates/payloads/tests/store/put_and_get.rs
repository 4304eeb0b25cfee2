//! What was put is found, under its commitment and nothing else.

use crate::common::{assert_sound, assert_whole, batch, commitment, house, open, options, payload, sealed};
use domain::Commitment;
use payloads::{
    Got, NotPut, PartKind, PayloadRefusal, PayloadStore, Presence, Put, SealedPayload, SeededRandomness, StoreOptions,
    commitment_of, draw_salts, part_digest, seal,
};

#[test]
fn what_was_put_is_found_before_and_after_closing_and_after_a_process_that_just_ended() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut store = open(dir.path());
    for (first, count) in [(0, 1), (1, 99), (100, 700)] {
        let put = store.put_batch(&batch(first..first + count)).expect("put");
        assert_eq!((put.stored, put.already_held), (usize::try_from(count).expect("small"), 0));
    }
    (0..800).for_each(|number| assert_whole(&mut store, number));
    assert_eq!(store.get(&commitment(800)).expect("readable"), Got::Unknown);
    drop(store);
    let mut store = open(dir.path());
    (0..800).for_each(|number| assert_whole(&mut store, number));
    store.close().expect("closed");
    assert!(!dir.path().join("payloads.db-wal").exists(), "the database alone holds everything");
    let mut store = open(dir.path());
    (0..800).for_each(|number| assert_whole(&mut store, number));
    let verified = assert_sound(&mut store);
    assert_eq!((verified.payloads, verified.subjects, verified.erasures), (800, 20, 0));
}

#[test]
fn an_empty_batch_and_a_payload_put_again_change_nothing() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut store = open(dir.path());
    assert_eq!(store.put_batch(&[]), Ok(Put { stored: 0, already_held: 0 }));
    store.put_batch(&batch(0..10)).expect("put");
    let before = store.figures();
    assert_eq!(store.put_batch(&batch(2..5)), Ok(Put { stored: 0, already_held: 3 }));
    assert_eq!(store.figures(), before);
    // Twice within one batch, and beside others that are new.
    let twice = [sealed(10), sealed(3), sealed(10), sealed(11)];
    assert_eq!(store.put_batch(&twice), Ok(Put { stored: 2, already_held: 2 }));
    assert_eq!(assert_sound(&mut store).payloads, 12);
}

#[test]
fn a_commitment_that_is_not_that_of_its_payload_is_refused_and_nothing_of_the_batch_is_put() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut store = open(dir.path());
    let mut wrong = batch(0..5);
    wrong[3].0 = commitment(77);
    let refused = store.put_batch(&wrong);
    assert_eq!(refused, Err(NotPut::Refused { index: 3, refusal: PayloadRefusal::CommitmentMismatch }));
    assert!(refused.expect_err("refused").to_string().starts_with("payload 3 of the batch: "));
    for number in (0..5).chain([77]) {
        assert_eq!(store.presence(&commitment(number)), Ok(Presence::Unknown), "{number}");
    }
    // One bit is enough.
    let (Commitment(mut bytes), sealed) = sealed(0);
    bytes[31] ^= 1;
    assert!(matches!(store.put_batch(&[(Commitment(bytes), sealed)]), Err(NotPut::Refused { index: 0, .. })));
    // The store is not stopped by a refusal.
    store.put_batch(&batch(0..5)).expect("put");
}

#[test]
fn a_batch_beyond_the_maximum_is_refused_whole() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut store = open(dir.path());
    let one = sealed(1);
    let many = vec![one; payloads::limits::BATCH_PAYLOADS_MAX + 1];
    match store.put_batch(&many) {
        Err(NotPut::Refused { refusal, .. }) => assert_eq!(refusal.code(), "BATCH_TOO_LARGE"),
        other => panic!("{other:?}"),
    }
    assert_eq!(store.presence(&commitment(1)), Ok(Presence::Unknown));
}

#[test]
fn content_and_salt_lead_to_the_commitment_without_the_store() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut store = open(dir.path());
    store.put_batch(&batch(0..3)).expect("put");
    let Got::Found(found) = store.get(&commitment(2)).expect("readable") else { panic!("found") };
    assert_eq!(commitment_of(&found.digests), commitment(2));
    // Somebody who has the payload and its salts comes to the same commitment.
    let salts = [&found.debtor, &found.creditor].map(|part| match part {
        payloads::Part::Held { salt, .. } => *salt,
        payloads::Part::Erased(_) => panic!("held"),
    });
    let payloads::Part::Held { salt, .. } = &found.remittance else { panic!("held") };
    let again = SealedPayload::new(&payload(2), [salts[0], salts[1], *salt]).expect("a good payload");
    assert_eq!(again.commitment(), commitment(2));
    assert_ne!(part_digest(PartKind::Debtor, &salts[1], b"x"), part_digest(PartKind::Creditor, &salts[1], b"x"));
}

#[test]
fn one_payload_under_other_salts_has_another_commitment() {
    let mut source = SeededRandomness::new(1);
    let first = SealedPayload::new(&payload(1), draw_salts(&mut source).expect("drawn")).expect("good");
    let second = SealedPayload::new(&payload(1), draw_salts(&mut source).expect("drawn")).expect("good");
    assert_ne!(first.commitment(), second.commitment());
}

#[test]
fn the_same_seed_gives_the_same_bytes_on_disk() {
    let bytes = |seed, threads| {
        let dir = tempfile::tempdir().expect("a folder");
        let options = StoreOptions { threads, ..options(seed) };
        let (mut store, _) = PayloadStore::open(dir.path(), &house(), options).expect("opened");
        store.put_batch(&batch(0..50)).expect("put");
        store.put_batch(&batch(50..700)).expect("put");
        store.erase_payment(&commitment(3), &crate::common::order(1)).expect("erased");
        store.close().expect("closed");
        ["payloads.db", "keys", "erasures"].map(|name| std::fs::read(dir.path().join(name)).expect("readable"))
    };
    assert!(bytes(5, 1) == bytes(5, 1));
    assert!(bytes(5, 1) == bytes(5, 4), "whatever the number of threads");
    assert!(bytes(5, 1)[1] != bytes(6, 1)[1]);
    let mut source = SeededRandomness::new(9);
    assert_ne!(seal(&payload(1), &mut source).expect("good").0, seal(&payload(1), &mut source).expect("good").0);
}

#[test]
fn longest_fields_in_four_byte_characters_are_kept_whole() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut store = open(dir.path());
    let long = |count: usize| "𐍈".repeat(count);
    let mut payload = payload(1);
    for party in [&mut payload.debtor, &mut payload.creditor] {
        party.account = long(34);
        party.name = long(140);
        party.identification = Some(long(35));
        party.address = Some(payloads::PostalAddress {
            street_name: Some(long(70)),
            building_number: Some(long(16)),
            post_code: Some(long(16)),
            town_name: Some(long(35)),
            country: Some("UY".to_owned()),
            address_lines: vec![long(70); 7],
        });
    }
    payload.remittance.unstructured = vec![long(140); 10];
    payload.remittance.documents =
        vec![payloads::ReferredDocument { document_type: "CINV".to_owned(), number: long(35), date: None }; 20];
    let sealed = seal(&payload, &mut SeededRandomness::new(1)).expect("a good payload");
    store.put_batch(std::slice::from_ref(&sealed)).expect("put");
    let Got::Found(found) = store.get(&sealed.0).expect("readable") else { panic!("found") };
    assert!(found.debtor.held() == Some(&payload.debtor) && found.remittance.held() == Some(&payload.remittance));
}

#[test]
fn a_second_store_on_the_folder_is_refused_with_the_process_that_has_it() {
    let dir = tempfile::tempdir().expect("a folder");
    let _store = open(dir.path());
    let refused = crate::common::try_open(dir.path()).expect_err("refused");
    assert_eq!(refused.code(), "DATA_IN_USE");
    assert!(refused.what.contains(&std::process::id().to_string()), "{refused}");
}
