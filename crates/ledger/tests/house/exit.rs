//! Leaving in good order, own purposes, stages on a later day.

use crate::house::{AGENT, ARRANGEMENT, House, amount, day};
use domain::command::{CommandBody, Order};
use domain::event::{EndReason, EventBody, Stage};
use domain::limit::{LimitSetting, Scope};
use domain::plan::Purpose;
use domain::{Actor, InstitutionId, MemberId, PaymentState, Refusal};
use ledger::Answer;

/// Three members, prefunded, with a share for the first institution of each; the day before the notice of member 0 holds.
fn house() -> House {
    let mut house = House::new("caudal", &["USD", "USD", "USD"]);
    for member in 0..3 {
        house.prefund(member, 100_000);
        house.limit(member, Scope::InstitutionShare(InstitutionId(u32::from(member) * 2)), 50_000, day("2022-03-01"));
    }
    house.open_day("2022-03-11");
    house.gives_notice(0, "2022-06-11");
    house.until("20:31");
    house.open_day("2022-06-10");
    house
}

fn refusal_of(house: &mut House, order: Order) -> Refusal {
    match house.submit(order) {
        Answer::Refused { refusal, .. } => refusal,
        other => panic!("{other:?}"),
    }
}

fn withdraw(member: u16, minor: u64) -> CommandBody {
    let (member, amount) = (MemberId(member), amount(minor));
    CommandBody::MovePrefunding { arrangement: ARRANGEMENT, member, amount, deposit: false }
}

#[test]
fn a_member_that_leaves_settles_with_the_net_and_the_others_go_on() {
    let mut house = house();
    let member = Actor::member(MemberId(0), 1);
    house.until("12:05");
    let order = house.usd(0, 2, 30_000);
    let cleared = house.enter(order);
    let order = house.usd(4, 0, 200_000);
    let towards = house.enter(order);
    let order = house.usd(0, 4, 60_000);
    let out = house.enter(order);
    assert_eq!(house.state_of(out), PaymentState::Queued);
    assert_eq!(house.state_of(towards), PaymentState::Queued);
    house.until("20:31");
    // 11 June is a Saturday: the notice holds with the Monday.
    house.open_day("2022-06-13");
    assert_eq!(house.notice_of(0), Some((day("2022-06-11"), true)));
    for payment in [out, towards] {
        assert_eq!(house.state_of(payment), PaymentState::Cancelled, "nothing waits in its name");
    }
    assert_eq!(house.state_of(cleared), PaymentState::Cleared, "nothing cleared is unwound");
    house.until("12:05");
    for (payer, payee) in [(0, 2), (2, 0)] {
        let order = house.usd(payer, payee, 100);
        assert_eq!(refusal_of(&mut house, order), Refusal::MemberLeaving);
    }
    let order = house.usd(2, 4, 100);
    let between_others = house.enter(order);
    assert_eq!(house.state_of(between_others), PaymentState::Cleared);
    // Its limits are given up, and its prefunding stays until it has paid.
    let share = Scope::InstitutionShare(InstitutionId(0));
    let setting =
        LimitSetting { arrangement: ARRANGEMENT, scope: share, maximum_minor: 1, effective: day("2022-06-13") };
    assert_eq!(house.refused(member, CommandBody::SetLimit(setting)), Refusal::MemberLeaving);
    assert_eq!(house.refused(AGENT, withdraw(0, 1)), Refusal::PrefundingInUse);
    let join = CommandBody::Join {
        arrangement: ARRANGEMENT,
        member: MemberId(0),
        stage: Stage::Net,
        payout_at_clearing: false,
    };
    assert_eq!(house.refused(member, join.clone()), Refusal::MemberLeaving);
    house.until("20:31");
    house.settle();
    house.pay_out();
    house.accepted(AGENT, withdraw(0, 100_000));
    house.until("20:32");
    assert_eq!(house.notice_of(0), None, "it is out");
    let left = house.events.iter().filter(|event| matches!(event.body, EventBody::MemberLeft { .. })).count();
    assert_eq!(left, 1);
    house.open_day("2022-06-14");
    let order = house.usd(0, 2, 100);
    assert_eq!(refusal_of(&mut house, order), Refusal::MemberNotInArrangement);
    house.accepted(member, join);
    house.audited();
}

#[test]
fn what_waits_between_two_members_that_leave_together_ends_once() {
    let mut house = House::new("caudal", &["USD", "USD", "USD"]);
    house.open_day("2022-03-11");
    house.gives_notice(0, "2022-06-13");
    house.gives_notice(1, "2022-06-13");
    house.until("20:31");
    house.open_day("2022-06-10");
    house.until("12:05");
    let order = Order { held_by: Some(MemberId(0)), ..house.usd(0, 2, 100) };
    let between = house.enter(order);
    house.until("20:31");
    house.open_day("2022-06-13");
    assert_eq!(house.state_of(between), PaymentState::Cancelled);
    let ended = house.events.iter().filter(|event| {
        matches!(&event.body, EventBody::PaymentsEnded { reason: EndReason::MemberLeaving, payments, .. }
            if payments.contains(&between))
    });
    assert_eq!(ended.count(), 1);
    house.audited();
}

#[test]
fn notice_is_as_long_as_the_rulebook_says_and_is_withdrawn_before_it_holds() {
    let mut house = House::new("caudal", &["USD", "USD"]);
    house.open_day("2022-03-31");
    let (arrangement, member) = (ARRANGEMENT, MemberId(0));
    let by = Actor::member(member, 1);
    let notice = |effective: &str| CommandBody::GiveNotice { arrangement, member, effective: day(effective) };
    let at_once = CommandBody::Leave { arrangement, member };
    assert_eq!(house.refused(by, at_once), Refusal::NoticeRequired);
    assert_eq!(house.refused(by, notice("2022-06-29")), Refusal::NoticeTooShort);
    assert_eq!(house.refused(Actor::member(MemberId(1), 1), notice("2022-06-30")), Refusal::NotAuthorised);
    house.accepted(by, notice("2022-06-30"));
    assert_eq!(house.refused(by, notice("2022-12-30")), Refusal::NoticeGiven);
    let withdrawn = CommandBody::WithdrawNotice { arrangement, member };
    house.accepted(by, withdrawn.clone());
    assert_eq!(house.refused(by, withdrawn.clone()), Refusal::NoNotice);
    house.accepted(by, notice("2022-07-04"));
    house.prefund(0, 1);
    house.until("20:31");
    house.open_day("2022-07-04");
    assert_eq!(house.refused(by, withdrawn), Refusal::NoNotice);
    house.audited();
}

#[test]
fn a_rulebook_without_a_rule_on_leaving_lets_a_flat_member_go_at_once() {
    let mut house = House::new("sml-ar-br", &["ARS", "BRL"]);
    house.open_day("2022-03-11");
    let leave = CommandBody::Leave { arrangement: ARRANGEMENT, member: MemberId(0) };
    house.accepted(Actor::member(MemberId(0), 1), leave);
    house.audited();
}

#[test]
fn a_member_admits_fewer_purposes_than_the_rulebook_from_a_day_on() {
    let mut house = house();
    let (arrangement, member) = (ARRANGEMENT, MemberId(1));
    let by = Actor::member(member, 1);
    let set = |purposes: &[Purpose], effective: &str| CommandBody::SetPurposes {
        arrangement,
        member,
        purposes: purposes.to_vec(),
        effective: day(effective),
    };
    house.until("12:05");
    assert_eq!(house.refused(by, set(&[], "2022-06-10")), Refusal::PurposeNotAdmitted);
    assert_eq!(house.refused(by, set(&[Purpose::Investment], "2022-06-10")), Refusal::PurposeNotAdmitted);
    assert_eq!(house.refused(by, set(&[Purpose::Goods], "2022-06-09")), Refusal::EffectiveDatePast);
    house.accepted(by, set(&[Purpose::Remittance], "2022-06-10"));
    house.accepted(by, set(&[Purpose::Goods, Purpose::Remittance], "2022-06-13"));
    for (payer, payee) in [(4, 2), (2, 4)] {
        let order = house.usd(payer, payee, 100);
        assert_eq!(refusal_of(&mut house, order), Refusal::PurposeNotAdmitted);
    }
    let order = Order { purpose: Purpose::Remittance, ..house.usd(4, 2, 100) };
    house.enter(order);
    house.until("20:31");
    house.open_day("2022-06-13");
    house.until("12:05");
    let order = house.usd(4, 2, 100);
    house.enter(order);
    house.audited();
}

#[test]
fn a_stage_set_for_a_later_day_comes_with_it_or_waits_until_the_member_is_flat() {
    let mut house = house();
    let (arrangement, member) = (ARRANGEMENT, MemberId(1));
    let by = Actor::member(member, 1);
    let set = |stage: Stage, effective: &str| CommandBody::SetStage {
        arrangement,
        member,
        stage,
        payout_at_clearing: true,
        effective: day(effective),
    };
    assert_eq!(house.refused(by, set(Stage::Shadow, "2022-06-10")), Refusal::EffectiveDatePast);
    house.accepted(by, set(Stage::Shadow, "2022-06-13"));
    house.until("20:31");
    house.open_day("2022-06-13");
    house.until("12:05");
    let order = house.usd(4, 2, 100);
    house.enter(order);
    house.until("20:31");
    house.settle();
    house.pay_out();
    house.open_day("2022-06-14");
    house.limit(1, Scope::InstitutionShare(InstitutionId(2)), 0, day("2022-06-14"));
    house.accepted(AGENT, withdraw(1, 100_000));
    house.until("20:31");
    house.open_day("2022-06-15");
    house.until("12:05");
    let order = house.usd(4, 2, 100);
    assert_eq!(refusal_of(&mut house, order), Refusal::MemberStageTooEarly, "it owes nothing and looks on again");
    house.accepted(by, set(Stage::Net, "2022-06-16"));
    house.until("20:31");
    house.open_day("2022-06-16");
    house.until("12:05");
    let order = house.usd(4, 2, 100);
    house.enter(order);
    house.audited();
}
