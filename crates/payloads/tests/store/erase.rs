//! What was erased is gone, is known to be gone, and does not come back.

use crate::common::{
    assert_sound, assert_whole, batch, commitment, open, order, party, payload, payload_between, sealed, subject,
};
use domain::{Actor, InstitutionId};
use payloads::{
    Erasure, ErasureRecord, Got, NotErased, NotPut, Part, PayloadRefusal, PayloadStore, Presence, SeededRandomness,
    Subject, Target, commitment_of, seal,
};

fn erased(store: &mut PayloadStore, number: u64) -> ErasureRecord {
    match store.get(&commitment(number)).expect("readable") {
        Got::Erased(record) => record,
        other => panic!("payload {number}: {other:?}"),
    }
}

#[test]
fn an_erased_payment_answers_when_why_and_by_whom_and_all_others_stay() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut store = open(dir.path());
    store.put_batch(&batch(0..50)).expect("put");
    let erasure = store.erase_payment(&commitment(17), &order(22_000)).expect("erased");
    assert!(!erasure.already);
    for again in 0..2 {
        let record = erased(&mut store, 17);
        assert_eq!(record, erasure.record);
        assert_eq!((record.at, record.ground, record.by), (order(22_000).at, order(1).ground, Actor::operator(3)));
        assert_eq!(record.reference.as_str(), "2031/22000");
        assert_eq!(record.to_string(), "erased on 2030-03-27, ground request, case 2031/22000, entry 0");
        assert_eq!(store.presence(&commitment(17)), Ok(Presence::Erased));
        (0..50).filter(|number| *number != 17).for_each(|number| assert_whole(&mut store, number));
        if again == 0 {
            drop(store);
            store = open(dir.path());
        }
    }
    let verified = assert_sound(&mut store);
    assert_eq!((verified.payloads, verified.erasures), (49, 1));
}

#[test]
fn erasing_twice_answers_with_the_first_date_and_changes_nothing() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut store = open(dir.path());
    store.put_batch(&batch(0..5)).expect("put");
    let first = store.erase_payment(&commitment(1), &order(100)).expect("erased");
    let second = store.erase_payment(&commitment(1), &order(200)).expect("answered");
    assert_eq!(second, Erasure { record: first.record.clone(), already: true });
    let first = store.erase_subject(&subject(3), &order(101)).expect("erased");
    let second = store.erase_subject(&subject(3), &order(201)).expect("answered");
    assert_eq!(second, Erasure { record: first.record, already: true });
    assert_eq!(store.register().expect("readable").len(), 2);
    // Within one call, too.
    let targets = [Target::Payment(commitment(2)), Target::Payment(commitment(1)), Target::Payment(commitment(2))];
    let told = store.erase_all(&targets, &order(300)).expect("erased");
    assert_eq!(told.iter().map(|erasure| erasure.already).collect::<Vec<_>>(), [false, true, true]);
    assert_eq!(told[0].record, told[2].record);
    assert_eq!(store.register().expect("readable").len(), 3);
}

#[test]
fn what_is_unknown_is_refused_by_name_and_then_nothing_is_erased() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut store = open(dir.path());
    store.put_batch(&batch(0..5)).expect("put");
    let refusal = |refused: Result<Erasure, NotErased>| match refused {
        Err(NotErased::Refused { index: 0, refusal }) => refusal,
        other => panic!("{other:?}"),
    };
    assert_eq!(refusal(store.erase_payment(&commitment(9), &order(1))), PayloadRefusal::CommitmentUnknown);
    let stranger = Subject::new(InstitutionId(99), "BR1");
    assert_eq!(refusal(store.erase_subject(&stranger, &order(1))), PayloadRefusal::SubjectUnknown);
    let targets = [Target::Payment(commitment(1)), Target::Payment(commitment(9))];
    match store.erase_all(&targets, &order(1)) {
        Err(NotErased::Refused { index: 1, refusal: PayloadRefusal::CommitmentUnknown }) => {}
        other => panic!("{other:?}"),
    }
    assert_whole(&mut store, 1);
    assert!(store.register().expect("readable").is_empty());
}

#[test]
fn an_erased_subject_is_gone_everywhere_and_the_other_party_stays_and_is_still_proved() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut store = open(dir.path());
    store.put_batch(&batch(0..200)).expect("put");
    let erasure = store.erase_subject(&subject(3), &order(50)).expect("erased");
    for purged in [false, true] {
        let (mut as_debtor, mut as_creditor) = (0, 0);
        for number in 0..200 {
            let expected = payload(number);
            let Got::Found(found) = store.get(&commitment(number)).expect("readable") else { panic!("{number}") };
            let (debtor, creditor) = (expected.debtor == party(3), expected.creditor == party(3));
            as_debtor += u32::from(debtor);
            as_creditor += u32::from(creditor);
            let check = |part: &Part<payloads::Party>, erased: bool, expected: &payloads::Party| match part {
                Part::Erased(record) => assert!(erased && *record == erasure.record, "{number}"),
                Part::Held { content, .. } => assert!(!erased && content == expected, "{number}"),
            };
            check(&found.debtor, debtor, &expected.debtor);
            check(&found.creditor, creditor, &expected.creditor);
            // A text may name either of the two: it goes with the first.
            assert_eq!(found.remittance.held().is_none(), debtor || creditor, "{number}");
            assert_eq!(commitment_of(&found.digests), commitment(number));
        }
        assert_eq!((as_debtor, as_creditor), (10, 10));
        let verified = assert_sound(&mut store);
        assert_eq!((verified.payloads, verified.partly_erased, verified.subjects), (200, 20, 19));
        let expected = if purged { 0 } else { 20 };
        assert_eq!(store.purge(|_| ()), Ok(expected), "purged before: {purged}");
    }
    drop(store);
    assert_eq!(assert_sound(&mut open(dir.path())).partly_erased, 20);
}

#[test]
fn both_subjects_of_a_payment_can_be_erased_one_after_the_other() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut store = open(dir.path());
    let (commitment, sealed) = seal(&payload_between(1, 2, 5), &mut SeededRandomness::new(5)).expect("good");
    store.put_batch(&[(commitment, sealed)]).expect("put");
    let second = store.erase_subject(&subject(2), &order(60)).expect("erased").record;
    let first = store.erase_subject(&subject(1), &order(50)).expect("erased").record;
    let Got::Found(found) = store.get(&commitment).expect("readable") else { panic!("found") };
    assert_eq!((found.debtor, found.creditor), (Part::Erased(first), Part::Erased(second.clone())));
    // The text went with the erasure that came first.
    assert_eq!(found.remittance, Part::Erased(second));
}

#[test]
fn a_payment_of_a_subject_to_itself_is_erased_with_it() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut store = open(dir.path());
    let (commitment, sealed) = seal(&payload_between(1, 1, 5), &mut SeededRandomness::new(5)).expect("good");
    store.put_batch(&[(commitment, sealed)]).expect("put");
    assert_eq!(assert_sound(&mut store).subjects, 1);
    store.erase_subject(&subject(1), &order(50)).expect("erased");
    let Got::Found(found) = store.get(&commitment).expect("readable") else { panic!("found") };
    assert!(found.debtor.held().is_none() && found.creditor.held().is_none());
    assert_sound(&mut store);
}

#[test]
fn an_erased_payload_put_again_is_refused_and_an_erased_subject_that_pays_again_begins_anew() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut store = open(dir.path());
    store.put_batch(&batch(0..40)).expect("put");
    let payment = store.erase_payment(&commitment(7), &order(10)).expect("erased").record;
    match store.put_batch(&[sealed(40), sealed(7)]) {
        Err(NotPut::Refused { index: 1, refusal: PayloadRefusal::Erased(record) }) => assert_eq!(record, payment),
        other => panic!("{other:?}"),
    }
    assert_eq!(store.presence(&commitment(40)), Ok(Presence::Unknown));
    let first = store.erase_subject(&subject(4), &order(11)).expect("erased").record;
    store.put_batch(&batch(100..140)).expect("put");
    (100..140).for_each(|number| assert_whole(&mut store, number));
    let Got::Found(old) = store.get(&commitment(4)).expect("readable") else { panic!("found") };
    assert_eq!(old.debtor, Part::Erased(first.clone()));
    drop(store);
    let mut store = open(dir.path());
    assert_sound(&mut store);
    // The new data can be erased again; the old keeps its first date.
    let second = store.erase_subject(&subject(4), &order(12)).expect("erased");
    assert!(!second.already && second.record.number > first.number);
    let Got::Found(old) = store.get(&commitment(4)).expect("readable") else { panic!("found") };
    let Got::Found(new) = store.get(&commitment(104)).expect("readable") else { panic!("found") };
    assert_eq!((old.debtor, new.debtor), (Part::Erased(first.clone()), Part::Erased(second.record)));
    let again = store.erase_subject(&subject(4), &order(13)).expect("answered");
    assert_eq!(again, Erasure { record: first, already: true });
    assert_sound(&mut store);
}

#[test]
fn a_payment_partly_erased_can_be_erased_whole() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut store = open(dir.path());
    store.put_batch(&batch(0..20)).expect("put");
    store.erase_subject(&subject(3), &order(10)).expect("erased");
    let record = store.erase_payment(&commitment(3), &order(11)).expect("erased").record;
    assert_eq!(erased(&mut store, 3), record);
    assert_sound(&mut store);
}

#[test]
fn thousands_of_payments_whose_time_is_over_are_erased_at_once() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut store = open(dir.path());
    store.put_batch(&batch(0..3_000)).expect("put");
    let targets: Vec<Target> = (0..2_000).map(|number| Target::Payment(commitment(number))).collect();
    let told = store.erase_all(&targets, &order(20_000)).expect("erased");
    assert!(told.iter().zip(0..).all(|(erasure, number)| erasure.record.number == number && !erasure.already));
    drop(store);
    let mut store = open(dir.path());
    (0..3_000).for_each(|number| {
        let expected = if number < 2_000 { Presence::Erased } else { Presence::Held };
        assert_eq!(store.presence(&commitment(number)), Ok(expected));
    });
    let verified = assert_sound(&mut store);
    assert_eq!((verified.payloads, verified.erasures), (1_000, 2_000));
    let many = vec![Target::Payment(commitment(1)); payloads::limits::BATCH_ERASURES_MAX + 1];
    assert!(matches!(store.erase_all(&many, &order(1)), Err(NotErased::Refused { .. })));
}
