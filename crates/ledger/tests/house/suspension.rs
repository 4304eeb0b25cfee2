//! Suspension of one member: the written matrix, and the others go on.

use crate::house::{AGENT, ARRANGEMENT, House, amount, day, uetr};
use domain::command::{CommandBody, Order};
use domain::limit::Scope;
use domain::{Actor, InstitutionId, MemberId, PaymentState, Refusal};
use ledger::Answer;

fn house() -> House {
    let mut house = House::new("caudal", &["USD", "USD", "USD"]);
    for member in 0..3_u16 {
        house.prefund(member, 10_000);
        let scope = Scope::InstitutionShare(InstitutionId(u32::from(member) * 2));
        house.limit(member, scope, 10_000, day("2022-03-01"));
    }
    house.open_day("2022-03-11");
    house.until("12:05");
    house
}

fn suspend(house: &mut House, member: u16) {
    house.operator(CommandBody::Suspend { arrangement: ARRANGEMENT, member: MemberId(member) });
}

#[test]
fn what_waits_from_or_towards_it_ends_and_what_cleared_is_paid() {
    let mut house = house();
    let order = house.usd(0, 2, 4_000);
    let cleared = house.enter(order);
    let order = house.usd(0, 4, 20_000);
    let out = house.enter(order);
    let order = house.usd(2, 0, 20_000);
    let towards = house.enter(order);
    let order = Order { collected: false, ..house.usd(0, 2, 1) };
    let awaiting = house.enter(order);
    suspend(&mut house, 0);
    assert_eq!(house.state_of(out), PaymentState::Cancelled);
    assert_eq!(house.state_of(awaiting), PaymentState::Cancelled);
    assert_eq!(house.state_of(towards), PaymentState::Cancelled, "as the rulebook says");
    for (payer, payee) in [(0, 2), (2, 0)] {
        let order = house.usd(payer, payee, 1);
        let Answer::Refused { refusal, .. } = house.submit(order) else { panic!() };
        assert_eq!(refusal, Refusal::Suspended);
    }
    let order = house.usd(2, 4, 1_000);
    let others = house.enter(order);
    assert_eq!(house.state_of(others), PaymentState::Cleared, "the others go on");
    house.until("20:31");
    assert_eq!(house.last_nets(), [(0, -4_000), (1, 3_000), (2, 1_000)]);
    house.settle();
    house.pay_out();
    assert_eq!(house.state_of(cleared), PaymentState::PaidOut);
}

#[test]
fn its_claims_are_frozen_and_do_not_hinder_the_others() {
    let mut house = house();
    let order = house.usd(2, 0, 4_000);
    let to_it = house.enter(order);
    let order = house.usd(2, 4, 1_000);
    let to_other = house.enter(order);
    suspend(&mut house, 0);
    house.until("20:31");
    let legs = house.state.settlement_legs(ARRANGEMENT);
    let confirm = |member: u16, minor| CommandBody::ConfirmSettlement {
        arrangement: ARRANGEMENT,
        cycle: legs[0].cycle,
        member: MemberId(member),
        counterparty: None,
        amount: amount(minor),
    };
    house.accepted(AGENT, confirm(1, 5_000));
    assert_eq!(house.refused(AGENT, confirm(0, 4_000)), Refusal::SettlementBlocked);
    house.accepted(AGENT, confirm(2, 1_000));
    house.pay_out();
    assert_eq!(house.state_of(to_other), PaymentState::PaidOut, "the cycle is final without the frozen claim");
    assert_eq!(house.state_of(to_it), PaymentState::PaidOut, "cleared and not paid out is paid");
    house.operator(CommandBody::Reinstate { arrangement: ARRANGEMENT, member: MemberId(0) });
    house.accepted(AGENT, confirm(0, 4_000));
    assert!(house.state.settlement_legs(ARRANGEMENT).is_empty());
}

#[test]
fn returns_from_a_suspended_member_are_allowed() {
    let mut house = house();
    let order = house.usd(2, 0, 4_000);
    let original = house.enter(order);
    house.until("20:31");
    house.settle();
    house.pay_out();
    house.open_day("2022-03-14");
    suspend(&mut house, 0);
    let body = CommandBody::Return { original, uetr: uetr(9_999), amount: amount(4_000) };
    house.accepted(Actor::institution(InstitutionId(0), 0), body);
    assert_eq!(house.state_of(original), PaymentState::Returned);
}

#[test]
fn an_open_price_is_void() {
    let mut house = House::new("sml-ar-br", &["ARS", "BRL"]);
    house.open_day("2022-03-11");
    house.until("09:00");
    let order = house.order(0, 2, 10_000);
    let from = house.enter(order);
    let order = house.order(2, 0, 10_000);
    let towards = house.enter(order);
    suspend(&mut house, 0);
    assert_eq!(house.state_of(from), PaymentState::Cancelled);
    assert_eq!(house.state_of(towards), PaymentState::Cancelled);
}

#[test]
fn suspension_needs_four_eyes_of_two_persons() {
    let mut house = house();
    let body = CommandBody::Suspend { arrangement: ARRANGEMENT, member: MemberId(0) };
    assert_eq!(house.refused(crate::house::OPERATOR, body.clone()), Refusal::FourEyesMissing);
    let same = domain::Command::approved(crate::house::OPERATOR, crate::house::OPERATOR, body);
    let Answer::Refused { refusal, .. } = house.give(&same) else { panic!() };
    assert_eq!(refusal, Refusal::FourEyesSamePerson);
}
