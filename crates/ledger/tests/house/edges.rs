//! Where figures meet their bounds, members come and go, and two arrangements share a member.

use crate::house::{AGENT, ARRANGEMENT, House, amount, day, rate, uetr};
use domain::command::{CommandBody, Order};
use domain::event::{Quote, Stage};
use domain::limit::Scope;
use domain::{Actor, InstitutionId, MemberId, PaymentState, Refusal};
use ledger::Answer;

const HUGE: u64 = 400_000_000_000_000_000;

fn prefunded(members: u16) -> House {
    let mut house = House::new("caudal", &vec!["USD"; usize::from(members)]);
    for member in 0..members {
        house.prefund(member, HUGE);
        let scope = Scope::InstitutionShare(InstitutionId(u32::from(member) * 2));
        house.limit(member, scope, HUGE, day("2022-03-01"));
    }
    house.open_day("2022-03-11");
    house.until("12:05");
    house
}

#[test]
fn a_position_beyond_what_a_net_can_be_paid_in_is_refused_before_it_arises() {
    let mut house = prefunded(3);
    let order = house.usd(0, 4, HUGE);
    house.enter(order);
    let order = house.usd(2, 4, HUGE);
    let Answer::Refused { refusal, .. } = house.submit(order) else { panic!() };
    assert_eq!(refusal, Refusal::AmountOutOfRange);
    house.until("20:31");
    assert_eq!(house.last_nets(), [(0, -i128::from(HUGE)), (2, i128::from(HUGE))]);
}

#[test]
fn a_queue_of_huge_items_is_bounded_before_it_overflows() {
    let mut house = prefunded(2);
    // The second institution has no share: everything it sends waits.
    let mut waiting = 0;
    for _ in 0..60 {
        let order = house.usd(1, 2, 90_000_000_000_000_000);
        match house.submit(order) {
            Answer::Accepted { .. } => waiting += 1,
            Answer::Refused { refusal, .. } => assert_eq!(refusal, Refusal::AmountOutOfRange),
            Answer::Duplicate { .. } | Answer::Pending { .. } => panic!("references are new"),
        }
    }
    assert_eq!(waiting, 5);
}

#[test]
fn many_deposits_of_the_largest_amount_do_not_overflow_the_cap() {
    let mut house = prefunded(2);
    for _ in 0..30 {
        house.prefund(0, 999_999_999_999_999_999);
    }
    house.limit(0, Scope::InstitutionShare(InstitutionId(0)), u64::MAX, day("2022-03-11"));
}

#[test]
fn a_rate_that_no_currency_can_have_is_refused() {
    let mut house = House::new("sml-ar-br", &["ARS", "BRL"]);
    house.open_day("2022-03-11");
    for wrong in ["0.000000000001", "1000000001"] {
        let publish = CommandBody::PublishRate {
            arrangement: ARRANGEMENT,
            member: MemberId(0),
            currency: domain::CurrencyId(1),
            quote: Quote::Reference(rate(wrong)),
        };
        assert_eq!(house.refused(Actor::member(MemberId(0), 1), publish), Refusal::RateOutOfRange);
    }
}

#[test]
fn what_concerns_a_member_that_has_left_is_refused_and_not_looked_up() {
    let mut house = House::new("caudal", &["USD", "USD"]);
    house.prefund(0, 1_000);
    house.limit(0, Scope::InstitutionShare(InstitutionId(0)), 1_000, day("2022-03-01"));
    house.open_day("2022-03-11");
    house.until("12:05");
    let order = house.usd(0, 2, 500);
    let payment = house.enter(order);
    house.until("20:31");
    house.settle();
    house.pay_out();
    house.open_day("2022-03-14");
    house.limit(0, Scope::InstitutionShare(InstitutionId(0)), 0, day("2022-03-14"));
    let (arrangement, member) = (ARRANGEMENT, MemberId(0));
    house.accepted(AGENT, CommandBody::MovePrefunding { arrangement, member, amount: amount(1_000), deposit: false });
    house.gives_notice(0, "2022-06-14");
    house.open_day("2022-06-14");
    let payee = Actor::institution(InstitutionId(2), 0);
    let give_back = CommandBody::Return { original: payment, uetr: uetr(8_000), amount: amount(1) };
    assert_eq!(house.refused(payee, give_back), Refusal::MemberNotInArrangement);
    let left = Actor::member(member, 1);
    let conform = CommandBody::GiveConformity { arrangement, payments: vec![payment], conforming: true };
    assert_eq!(house.refused(left, conform), Refusal::PaymentState);
    let other = Actor::member(MemberId(1), 1);
    assert_eq!(house.refused(other, CommandBody::FailPayout { payment }), Refusal::PaymentState);
    assert_eq!(house.refused(other, CommandBody::ResolveHold { payment, release: true }), Refusal::PaymentState);
    assert_eq!(house.refused(left, CommandBody::Cancel { payment }), Refusal::Final);
    let collect = CommandBody::ConfirmCollections { arrangement, payments: vec![payment] };
    assert_eq!(house.refused(left, collect), Refusal::MemberNotInArrangement);
}

#[test]
fn a_member_with_open_pair_figures_does_not_leave_though_its_net_is_zero() {
    let mut house = prefunded(3);
    for (payer, payee) in [(0, 2), (2, 4), (4, 0)] {
        let order = house.usd(payer, payee, 100);
        house.enter(order);
    }
    house.limit(0, Scope::InstitutionShare(InstitutionId(0)), 0, day("2022-03-11"));
    let (arrangement, member) = (ARRANGEMENT, MemberId(0));
    let all = CommandBody::MovePrefunding { arrangement, member, amount: amount(HUGE), deposit: false };
    house.accepted(AGENT, all);
    let back = CommandBody::Join { arrangement, member, stage: Stage::Shadow, payout_at_clearing: false };
    assert_eq!(house.refused(Actor::member(member, 1), back), Refusal::MemberNotFlat);
}

#[test]
fn only_the_member_whose_list_holds_a_payment_resolves_the_hold() {
    let mut house = prefunded(2);
    let order = Order { held_by: Some(MemberId(1)), ..house.usd(0, 2, 100) };
    let payment = house.enter(order);
    let release = CommandBody::ResolveHold { payment, release: true };
    assert_eq!(house.refused(Actor::member(MemberId(0), 1), release.clone()), Refusal::NotAuthorised);
    house.accepted(Actor::member(MemberId(1), 1), release);
    assert_eq!(house.state_of(payment), PaymentState::Cleared);
}

#[test]
fn going_back_to_prefunding_alone_needs_shares_that_it_covers() {
    let mut house = House::new("caudal", &["USD", "USD"]);
    let line = domain::limit::LimitSetting {
        arrangement: ARRANGEMENT,
        scope: Scope::CommittedLine(MemberId(0)),
        maximum_minor: 1_000,
        effective: day("2022-03-11"),
    };
    house.open_day("2022-03-11");
    house.operator(CommandBody::SetLimit(line));
    house.limit(0, Scope::InstitutionShare(InstitutionId(0)), 1_000, day("2022-03-11"));
    let back =
        |stage| CommandBody::Join { arrangement: ARRANGEMENT, member: MemberId(0), stage, payout_at_clearing: false };
    let member = Actor::member(MemberId(0), 1);
    assert_eq!(house.refused(member, back(Stage::Prefunded)), Refusal::SharesExceedCap);
    house.prefund(0, 1_000);
    house.accepted(member, back(Stage::Prefunded));
}

#[test]
fn a_queue_has_a_maximum_and_says_so() {
    let mut house = House::new("caudal", &["USD", "USD"]);
    house.open_day("2022-03-11");
    house.until("12:05");
    let mut refused = None;
    for count in 0..=ledger::limits::QUEUE_ITEMS_MAX {
        let order = house.usd(0, 2, 1);
        if let Answer::Refused { refusal, .. } = house.submit(order) {
            refused = Some((count, refusal));
        }
    }
    assert_eq!(refused, Some((ledger::limits::QUEUE_ITEMS_MAX, Refusal::QueueFull)));
}

#[test]
fn parts_given_back_one_by_one_never_add_up_to_more_than_was_paid_out() {
    let mut house = House::new("caudal", &["USD", "ARS", "BRL"]);
    for member in [0, 2] {
        house.prefund(member, 100_000);
        let scope = Scope::InstitutionShare(InstitutionId(u32::from(member) * 2));
        house.limit(member, scope, 100_000, day("2022-03-01"));
    }
    house.quote(2, 2, Quote::TwoSided { buy: rate("4.99"), sell: rate("5.01") });
    house.open_day("2022-03-11");
    house.until("12:05");
    // 100.00 reais are USD 20.05: nine centavos are 1.8 cents, and round down to one each time.
    let order = house.order(0, 4, 10_000);
    let original = house.enter(order);
    house.until("20:31");
    house.open_day("2022-03-14");
    house.settle();
    house.pay_out();
    let payee = Actor::institution(InstitutionId(4), 0);
    let part = |number: u64, minor: u64| CommandBody::Return { original, uetr: uetr(number), amount: amount(minor) };
    for number in 0..1_111 {
        house.accepted(payee, part(50_000 + number, 9));
    }
    assert_eq!(house.refused(payee, part(60_000, 2)), Refusal::ReturnExceeds, "9,999 of 10,000 have gone back");
    house.accepted(payee, part(60_001, 1));
    assert_eq!(house.state_of(original), PaymentState::Returned);
    assert_eq!(house.position(0), 2_005, "and all of the position with the last of them");
}

#[test]
fn a_currency_that_the_fixing_before_did_not_have_is_converted_at_one_that_has_it() {
    let mut house = House::new("sml-ar-br", &["ARS", "BRL"]);
    let fix_and_close = |house: &mut House, both: bool| {
        if both {
            house.quote(0, 1, Quote::Reference(rate("110.00000")));
        }
        house.quote(1, 2, Quote::Reference(rate("5.00000")));
        house.until("18:00");
    };
    house.open_day("2022-03-11");
    house.until("09:00");
    let order = house.order(0, 2, 10_000_000);
    let payment = house.enter(order);
    fix_and_close(&mut house, true);
    house.until("18:31");
    house.open_day("2022-03-14");
    house.until("10:00");
    let collect = CommandBody::ConfirmCollections { arrangement: ARRANGEMENT, payments: vec![payment] };
    house.accepted(Actor::member(MemberId(0), 1), collect);
    fix_and_close(&mut house, true);
    house.until("18:31");
    house.settle();
    house.pay_out();
    // The Argentine member leaves; the fixing of the next day has no peso.
    let leave = CommandBody::Leave { arrangement: ARRANGEMENT, member: MemberId(0) };
    house.accepted(Actor::member(MemberId(0), 1), leave);
    house.open_day("2022-03-15");
    house.until("10:00");
    fix_and_close(&mut house, false);
    house.until("18:31");
    house.join(MemberId(0), Stage::Net, false);
    house.open_day("2022-03-16");
    house.until("10:00");
    fix_and_close(&mut house, true);
    let give_back = CommandBody::Return { original: payment, uetr: uetr(7_000), amount: amount(10_000_000) };
    house.accepted(Actor::institution(InstitutionId(2), 0), give_back);
    house.until("18:31");
    assert_eq!(house.last_nets(), [(0, 2_000_000), (1, -2_000_000)], "BRL 100,000.00 at 5 reais a dollar");
}
