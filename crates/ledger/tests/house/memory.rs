//! Closed payments leave memory, and nothing of what the house answers changes.

use crate::house::{House, amount, day, uetr};
use domain::command::{Command, CommandBody, Order};
use domain::limit::Scope;
use domain::{Actor, DocumentKey, EventBody, InstitutionId, MemberId, PaymentId, PaymentState, Refusal};
use ledger::{Answer, EVICTION_STEP_PAYMENTS, eviction};

/// Two members under `caudal`, a payment paid out, and one that waits.
fn house() -> (House, Order, PaymentId, PaymentId) {
    let mut house = House::new("caudal", &["USD", "USD"]);
    for member in [0, 1] {
        house.prefund(member, 10_000);
        house.limit(member, Scope::InstitutionShare(InstitutionId(u32::from(member) * 2)), 10_000, day("2022-03-01"));
    }
    house.open_day("2022-03-11");
    house.until("12:10");
    let paid = Order { document: Some(DocumentKey([7; 16])), ..house.usd(0, 2, 4_000) };
    let payment = house.enter(paid.clone());
    house.until("20:31");
    house.open_day("2022-03-14");
    house.settle();
    house.pay_out();
    house.until("12:10");
    let waits = house.usd(0, 2, 60_000);
    let waiting = house.enter(waits);
    assert_eq!(house.state_of(payment), PaymentState::PaidOut);
    assert_eq!(house.state_of(waiting), PaymentState::Queued);
    (house, paid, payment, waiting)
}

#[test]
fn what_is_closed_leaves_memory_and_what_is_open_stays() {
    let (mut house, _, payment, waiting) = house();
    assert_eq!(house.evict(), 1);
    assert!(house.state.payment(payment).is_none());
    assert_eq!(house.state_of(waiting), PaymentState::Queued);
    assert_eq!(house.evict(), 0, "once");
    house.accepted(Actor::institution(InstitutionId(0), 0), CommandBody::Cancel { payment: waiting });
    assert_eq!(house.evict(), 1, "what was open then goes when it is closed");
    assert!(house.state.payment(waiting).is_none());
}

#[test]
fn the_canonical_state_is_the_same_but_for_the_number_of_events() {
    let (mut house, ..) = house();
    let before = house.state.rows();
    house.evict();
    let after = house.state.rows();
    let changed = before.iter().zip(&after).filter(|(one, other)| one != other).count();
    assert_eq!((before.len(), changed), (after.len(), 1));
}

#[test]
fn an_identifier_and_a_trade_document_count_for_ever() {
    let (mut house, paid, payment, _) = house();
    house.evict();
    let state = PaymentState::PaidOut;
    assert_eq!(house.submit(paid.clone()), Answer::Duplicate { payment, state, refusal: None });
    let other = Order { amount: amount(1), ..paid.clone() };
    let refused = |refusal, payment| Answer::Refused { refusal, scope: None, payment };
    assert_eq!(house.submit(other), refused(Refusal::UetrReused, Some(payment)));
    let again = Order { uetr: uetr(5_000), ..paid };
    assert!(matches!(house.submit(again), Answer::Refused { refusal: Refusal::DocumentDuplicate, .. }));
}

#[test]
fn the_document_of_what_never_cleared_is_free_when_it_has_left_memory() {
    let (mut house, _, _, waiting) = house();
    let document = Some(DocumentKey([9; 16]));
    let order = Order { document, ..house.usd(0, 2, 100) };
    let behind = house.enter(order.clone());
    for payment in [behind, waiting] {
        house.accepted(Actor::institution(InstitutionId(0), 0), CommandBody::Cancel { payment });
    }
    house.evict();
    assert_eq!(house.archive[&behind].document, None);
    house.enter(Order { uetr: uetr(5_000), ..order });
}

#[test]
fn a_return_brings_its_original_back_first() {
    let (mut house, _, original, _) = house();
    house.evict();
    let payee = Actor::institution(InstitutionId(2), 0);
    let give_back =
        |number: u64, minor: u64| CommandBody::Return { original, uetr: uetr(number), amount: amount(minor) };
    let events = house.events.len();
    assert_eq!(house.refused(payee, give_back(9_001, 4_001)), Refusal::ReturnExceeds);
    assert!(house.events[events..].iter().all(|event| !matches!(event.body, EventBody::PaymentRecalled(_))));
    assert!(house.state.payment(original).is_none(), "a refusal brings nothing back");

    house.accepted(payee, give_back(9_002, 1_000));
    let bodies: Vec<_> = house.events[events + 1..].iter().map(|event| &event.body).collect();
    assert!(matches!(bodies[..2], [EventBody::PaymentRecalled(_), EventBody::PaymentReturned { .. }]), "{bodies:?}");
    assert_eq!(house.state_of(original), PaymentState::PartlyReturned);
    house.accepted(payee, give_back(9_003, 3_000));
    assert_eq!(house.state_of(original), PaymentState::Returned);
    // It leaves again, later than before, and is known as it is now.
    house.evict();
    assert_eq!(house.archive[&original].state, PaymentState::Returned);
    assert_eq!(house.refused(payee, give_back(9_004, 1)), Refusal::ReturnExceeds);
    let again = house.give(&Command::by(payee, give_back(9_003, 3_000)));
    assert!(matches!(again, Answer::Duplicate { .. }), "{again:?}");
}

#[test]
fn a_dispute_of_what_left_memory_is_had_once() {
    let (mut house, _, payment, _) = house();
    house.evict();
    let payer = Actor::institution(InstitutionId(0), 0);
    house.accepted(payer, CommandBody::OpenDispute { payment });
    assert_eq!(house.evict(), 0, "what is disputed is open");
    house.operator(CommandBody::EndDispute { payment, outcome: domain::event::DisputeOutcome::Rejected });
    assert_eq!(house.evict(), 1);
    assert_eq!(house.refused(payer, CommandBody::OpenDispute { payment }), Refusal::PaymentState);
}

#[test]
fn figures_count_what_left_memory() {
    let (mut house, _, payment, _) = house();
    let before = house.state.buckets(crate::house::ARRANGEMENT);
    house.evict();
    assert_eq!(house.state.buckets(crate::house::ARRANGEMENT), before);
    let original = house.archive[&payment].clone();
    assert_eq!(house.state.payment_of_original(&original).state, PaymentState::PaidOut);
    house.accepted(Actor::institution(InstitutionId(0), 0), CommandBody::OpenDispute { payment });
    assert_eq!(house.state.buckets(crate::house::ARRANGEMENT), before, "and counts it once when it is back");
}

#[test]
fn an_unknown_payment_stays_unknown() {
    let (mut house, ..) = house();
    house.evict();
    let member = Actor::member(MemberId(0), 1);
    assert_eq!(house.refused(member, CommandBody::FailPayout { payment: PaymentId(999) }), Refusal::PaymentUnknown);
}

#[test]
fn eviction_is_due_when_more_are_in_memory_than_may_be() {
    let (house, ..) = house();
    let mut out = Vec::new();
    assert!(!eviction(&house.state, 2, &mut out), "two are allowed, and two are there");
    assert!(eviction(&house.state, 1, &mut out));
    assert!(matches!(out[..], [domain::Event { body: EventBody::PaymentsEvicted { before: PaymentId(1) }, .. }]));
    const { assert!(EVICTION_STEP_PAYMENTS > 1) };
}
