//! Payments out of prefunded accounts, paid out in seconds, netted once a day: the rulebook `papss`, and its published
//! illustration (TEN Africa: Ghana owes GHS 450.00 at 4.5 a dollar, Nigeria is owed NGN 36,000.00 at 360 a dollar).

use crate::house::{ARRANGEMENT, House, day, rate};
use domain::command::CommandBody;
use domain::event::Quote;
use domain::limit::Scope;
use domain::{Actor, InstitutionId, MemberId, PaymentState, Refusal};
use ledger::Answer;

/// Ghana's currency stands under the code of the first here, Nigeria's under that of the second.
fn house() -> House {
    let mut house = House::of_members("papss", &[("GHA", "ARS"), ("NGA", "BRL")]);
    house.prefund(0, 500_00);
    house.limit(0, Scope::InstitutionShare(InstitutionId(0)), 500_00, day("2022-03-01"));
    house.open_day("2022-03-05");
    let fixed = |rate| Quote::TwoSided { buy: rate, sell: rate };
    house.quote(0, 1, fixed(rate("4.5")));
    house.quote(1, 2, fixed(rate("360")));
    house
}

#[test]
fn the_payee_is_paid_at_once_and_central_banks_settle_the_net_at_eleven() {
    let mut house = house();
    house.until("02:00");
    let order = house.order(0, 2, 36_000_00);
    let payment = house.enter(order);
    let view = house.state.payment(payment).unwrap();
    assert_eq!((view.payer_minor, view.position_minor, view.payee_minor), (450_00, 100_00, 36_000_00));
    house.pay_out();
    assert_eq!(house.state_of(payment), PaymentState::PaidOut, "before anything was settled, on a Saturday");
    house.until("11:01");
    assert_eq!(house.last_nets(), [(0, -100_00), (1, 100_00)], "Ghana is debited USD 100.00, Nigeria credited");
    let legs = house.state.settlement_legs(ARRANGEMENT);
    assert_eq!(legs.len(), 2);
    house.settle();
}

#[test]
fn what_is_not_prefunded_is_refused_at_once_and_not_queued() {
    let mut house = house();
    let order = house.order(0, 2, 180_000_36);
    match house.submit(order) {
        Answer::Refused { refusal: Refusal::ShareExceeded, scope: Some(Scope::InstitutionShare(_)), .. } => {}
        other => panic!("{other:?}"),
    }
    let order = house.order(0, 2, 180_000_00);
    house.enter(order);
}

#[test]
fn a_saturday_is_a_business_day_and_its_net_is_paid_when_the_agent_is_open() {
    let mut house = house();
    let order = house.order(0, 2, 36_000_00);
    house.enter(order);
    house.until("11:01");
    let closed = house.events.iter().rev().find_map(|event| match &event.body {
        domain::EventBody::CycleClosed(closed) => Some(closed.settle_on),
        _ => None,
    });
    assert_eq!(closed, Some(day("2022-03-07")), "Monday");
    house.open_day("2022-03-06");
    let leave = CommandBody::Leave { arrangement: ARRANGEMENT, member: MemberId(0) };
    assert_eq!(house.refused(Actor::member(MemberId(0), 1), leave), Refusal::MemberNotFlat);
}
