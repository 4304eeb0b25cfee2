//! Payment by payment in settlement-agent money, and fees beside the principal: the rulebook `sipa`; fees by share as in
//! the Regional Payment and Settlement System of eastern and southern Africa (0.25 %: 0.20 for the house, 0.05 for the
//! payer's central bank).

use crate::house::{AGENT, ARRANGEMENT, House, USD, amount};
use domain::command::CommandBody;
use domain::plan::{FeeRule, FeeTo};
use domain::{AccountKey, AccountKind, BookId, EventBody, InstitutionId, MemberId, Owner, PaymentState, Refusal};
use ledger::Answer;

fn balance(house: &House, owner: Owner, kind: AccountKind) -> i128 {
    house.state.balance_minor(&AccountKey { book: BookId::Arrangement(ARRANGEMENT), owner, currency: USD, kind })
}

fn held(house: &House, member: u16) -> i128 {
    balance(house, Owner::Member(MemberId(member)), AccountKind::Prefunding)
}

fn house() -> House {
    let mut house = House::of_members("sipa", &[("GTM", "USD"), ("DOM", "USD")]);
    house.prefund(0, 20_000_00);
    house.open_day("2022-03-01");
    house.until("12:00");
    house
}

#[test]
fn a_payment_moves_balances_with_the_agent_at_once_and_leaves_no_position() {
    let mut house = house();
    let order = house.usd(0, 2, 17_500_00);
    let payment = house.enter(order);
    assert_eq!((held(&house, 0), held(&house, 1)), (2_500_00, 17_500_00));
    assert_eq!((house.position(0), house.position(2)), (0, 0));
    house.pay_out();
    assert_eq!(house.state_of(payment), PaymentState::PaidOut, "final, and no net to wait for");
    house.until("23:00");
    house.open_day("2022-03-02");
    let nets = house.events.iter().filter(|event| matches!(event.body, EventBody::CycleClosed(_))).count();
    assert_eq!(nets, 0);
    // What was received can be paid on.
    house.until("12:00");
    let order = house.usd(2, 1, 17_500_00);
    house.enter(order);
    assert_eq!((held(&house, 0), held(&house, 1)), (20_000_00, 0));
}

#[test]
fn nobody_pays_more_than_it_holds() {
    let mut house = house();
    let order = house.usd(0, 2, 20_000_01);
    let answer = house.submit(order);
    assert!(matches!(answer, Answer::Refused { refusal: Refusal::PrefundedBalance, .. }), "{answer:?}");
    let order = house.usd(1, 3, 20_000_00);
    house.enter(order);
    let order = house.usd(0, 2, 1);
    let answer = house.submit(order);
    assert!(matches!(answer, Answer::Refused { refusal: Refusal::PrefundedBalance, .. }), "one account a member");
}

#[test]
fn a_return_goes_back_the_same_way_and_costs_nothing() {
    let mut house = house();
    let order = house.usd(0, 2, 100_00);
    let payment = house.enter(order);
    house.pay_out();
    let fees = balance(&house, Owner::House, AccountKind::Fee);
    let body = CommandBody::Return { original: payment, uetr: crate::house::uetr(900), amount: amount(100_00) };
    house.accepted(domain::Actor::institution(InstitutionId(2), 0), body);
    assert_eq!((held(&house, 0), held(&house, 1)), (20_000_00, 0));
    assert_eq!(balance(&house, Owner::House, AccountKind::Fee), fees);
}

fn confirm(house: &mut House, owner: Owner, minor: u64) -> Option<Refusal> {
    let body = CommandBody::ConfirmFees { arrangement: ARRANGEMENT, owner, amount: amount(minor) };
    match house.give(&domain::command::Command::by(AGENT, body)) {
        Answer::Accepted { .. } => None,
        Answer::Refused { refusal, .. } => Some(refusal),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_flat_fee_is_owed_beside_the_principal_until_it_is_paid() {
    let mut house = house();
    for _ in 0..2 {
        let order = house.usd(0, 2, 100_00);
        house.enter(order);
    }
    assert_eq!(held(&house, 1), 200_00, "nothing is taken out of the principal");
    let payer = Owner::Institution(InstitutionId(0));
    assert_eq!(balance(&house, payer, AccountKind::Fee), -10_00);
    assert_eq!(confirm(&mut house, Owner::House, 10_00), Some(Refusal::PayInFirst), "nothing has come in");
    assert_eq!(confirm(&mut house, payer, 5_00), Some(Refusal::FeeMismatch));
    assert_eq!(confirm(&mut house, payer, 10_00), None);
    assert_eq!(confirm(&mut house, Owner::House, 10_00), None);
    assert_eq!(balance(&house, Owner::House, AccountKind::Fee), 0);
    assert_eq!(confirm(&mut house, Owner::House, 1), Some(Refusal::FeeMismatch));
}

#[test]
fn a_fee_by_share_is_parted_between_the_house_and_a_member() {
    // Twenty-five dollars on ten thousand: twenty and five.
    let mut house = House::with_plan("sipa", &[("KEN", "USD"), ("UGA", "USD")], |plan| {
        let parts = vec![(FeeTo::House, 2_000), (FeeTo::PayerMember, 500)];
        plan.additions.fees = Some(FeeRule::Percent { parts });
    });
    house.prefund(0, 20_000_00);
    house.open_day("2022-03-01");
    house.until("12:00");
    let order = house.usd(0, 2, 10_000_00);
    house.enter(order);
    let owed = |owner| balance(&house, owner, AccountKind::Fee);
    assert_eq!(owed(Owner::Institution(InstitutionId(0))), -25_00);
    assert_eq!((owed(Owner::House), owed(Owner::Member(MemberId(0)))), (20_00, 5_00));
}
