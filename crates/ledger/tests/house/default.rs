//! A member that does not pay in: completion by the rulebook's order, arrears, and what the others see of it.

use crate::house::{AGENT, ARRANGEMENT, House, OPERATOR, OTHER_OPERATOR, amount, day};
use domain::command::{Command, CommandBody};
use domain::event::{EventBody, SettlementLeg};
use domain::limit::Scope;
use domain::plan::Netting;
use domain::{CycleId, InstitutionId, MemberId, PaymentState, Refusal};
use ledger::Answer;

/// Four members; member 0 has prefunded 10,000 and owes 30,001 of which 20,000 go to member 1 and 10,001 to member 2; member 3
/// owes 9,999 to member 1.
fn house() -> House {
    let mut house = with_lines(4);
    house.until("12:05");
    for (payer, payee, minor) in [(0, 2, 20_000), (0, 4, 10_001), (6, 2, 9_999)] {
        let order = house.usd(payer, payee, minor);
        house.enter(order);
    }
    house.until("20:31");
    house
}

/// Members with USD 100.00 prefunded, a line and a share of USD 500.00; the day of 10 March is open.
fn with_lines(members: u16) -> House {
    let mut house = House::new("caudal", &vec!["USD"; usize::from(members)]);
    let line = |member| Scope::CommittedLine(MemberId(member));
    for member in 0..members {
        house.prefund(member, 10_000);
        let setting = domain::limit::LimitSetting {
            arrangement: ARRANGEMENT,
            scope: line(member),
            maximum_minor: 90_000,
            effective: day("2022-03-01"),
        };
        house.operator(CommandBody::SetLimit(setting));
    }
    house.open_day("2022-03-10");
    for member in 0..members {
        let share = Scope::InstitutionShare(InstitutionId(u32::from(member) * 2));
        house.limit(member, share, 50_000, day("2022-03-10"));
    }
    house
}

fn complete(cycle: u32) -> CommandBody {
    CommandBody::CompleteCycle { arrangement: ARRANGEMENT, cycle: CycleId(cycle), reason: "no pay-in by 16:00".into() }
}

fn refused(house: &mut House, body: CommandBody) -> Refusal {
    match house.give(&Command::approved(OPERATOR, OTHER_OPERATOR, body)) {
        Answer::Refused { refusal, .. } => refusal,
        other => panic!("{other:?}"),
    }
}

fn confirm_pay_ins(house: &mut House, who: impl Fn(&SettlementLeg) -> bool) {
    for view in house.state.settlement_legs(ARRANGEMENT) {
        let leg = view.leg;
        if leg.pay_in && who(&leg) {
            let (cycle, member, counterparty, amount) = (view.cycle, leg.member, leg.counterparty, leg.amount);
            let confirm =
                CommandBody::ConfirmSettlement { arrangement: ARRANGEMENT, cycle, member, counterparty, amount };
            house.accepted(AGENT, confirm);
        }
    }
}

#[test]
fn what_came_in_is_paid_out_pro_rata_and_the_rest_stands_in_arrears() {
    let mut house = house();
    assert_eq!(refused(&mut house, complete(0)), Refusal::NothingMissing, "its time is not over");
    house.open_day("2022-03-11");
    let order = house.usd(0, 2, 1);
    let waits = house.enter(domain::command::Order { held_by: Some(MemberId(1)), ..order });
    house.until("15:59");
    assert_eq!(refused(&mut house, complete(0)), Refusal::NothingMissing);
    confirm_pay_ins(&mut house, |leg| leg.member != MemberId(0));
    house.until("16:01");
    house.operator(complete(0));
    // 30,001 are missing; 10,000 of prefunding and 9,999 paid in are there: 19,999 for claims of 29,999 and 10,001.
    let cut: Vec<u64> = house
        .state
        .settlement_legs(ARRANGEMENT)
        .iter()
        .filter(|view| !view.leg.pay_in)
        .map(|view| view.leg.amount.get())
        .collect();
    assert_eq!(cut, [14_999, 5_000]);
    let none = None;
    assert_eq!(house.state.arrears(ARRANGEMENT), [(CycleId(0), MemberId(0), none, 20_001, day("2022-03-11"))]);
    let rest = [(CycleId(0), MemberId(1), none, 15_000), (CycleId(0), MemberId(2), none, 5_001)];
    assert_eq!(house.state.rest_claims(ARRANGEMENT), rest);
    assert_eq!(house.state_of(waits), PaymentState::Cancelled, "it sends nothing while it is in arrears");
    let order = house.usd(0, 2, 1);
    let Answer::Refused { refusal, .. } = house.submit(order) else { panic!() };
    assert_eq!(refusal, Refusal::InArrears);
    house.settle();
    house.until("16:02");
    let settled = |event: &&domain::Event| matches!(event.body, EventBody::CycleSettled { cycle: CycleId(0), .. });
    assert_eq!(house.events.iter().filter(settled).count(), 1, "the cycle is final");
    assert!(
        house.state.payments().all(|payment| payment.state != PaymentState::Returned),
        "nothing cleared is unwound"
    );
    // The others go on.
    let order = house.usd(2, 4, 100);
    let others = house.enter(order);
    assert_eq!(house.state_of(others), PaymentState::Cleared);
    // What is deposited anew guarantees the arrears.
    house.prefund(0, 500);
    let (member, back) = (MemberId(0), amount(500));
    let back = CommandBody::MovePrefunding { arrangement: ARRANGEMENT, member, amount: back, deposit: false };
    assert_eq!(house.refused(AGENT, back.clone()), Refusal::InArrears);
    arrears_come_in(&mut house);
    house.accepted(AGENT, back);
    house.audited();
}

fn arrears_come_in(house: &mut House) {
    let pays = |minor| CommandBody::ConfirmArrears {
        arrangement: ARRANGEMENT,
        cycle: CycleId(0),
        member: MemberId(0),
        counterparty: None,
        amount: amount(minor),
    };
    assert_eq!(house.refused(AGENT, pays(20_002)), Refusal::LegMismatch);
    house.accepted(AGENT, pays(10_000));
    let rest: Vec<u64> = house.state.rest_claims(ARRANGEMENT).iter().map(|(.., rest)| *rest).collect();
    assert_eq!(rest, [15_000 - 7_500, 5_001 - 2_500], "7,499.6 and 2,500.4 of it");
    house.accepted(AGENT, pays(10_001));
    assert!(house.state.arrears(ARRANGEMENT).is_empty() && house.state.rest_claims(ARRANGEMENT).is_empty());
    let owed = house.state.members_of(ARRANGEMENT);
    assert!(owed.iter().all(|member| member.net_due_minor == 0), "{owed:?}");
    let order = house.usd(0, 2, 1);
    house.enter(order);
}

#[test]
fn no_more_cycles_are_in_arrears_than_the_rulebook_allows() {
    let mut house = with_lines(7);
    house.until("12:05");
    // On each day another member owes USD 200.00 and pays nothing.
    let days = ["2022-03-11", "2022-03-14", "2022-03-15", "2022-03-16", "2022-03-17", "2022-03-18"];
    for (cycle, date) in (0_u32..).zip(days) {
        let order = house.usd(cycle * 2, 12, 20_000);
        house.enter(order);
        house.until("20:31");
        house.open_day(date);
        house.until("16:01");
        if cycle == 5 {
            assert_eq!(refused(&mut house, complete(cycle)), Refusal::ProRataExhausted);
        } else {
            house.operator(complete(cycle));
        }
    }
    assert_eq!(house.state.arrears(ARRANGEMENT).len(), 5);
    house.audited();
}

#[test]
fn where_netting_is_bilateral_only_who_was_to_be_paid_by_the_defaulter_waits() {
    let mut house = House::with_plan("caudal", &[("A", "USD"), ("B", "USD"), ("C", "USD")], |plan| {
        plan.cycle.netting = Netting::Bilateral;
    });
    for member in 0..3 {
        house.prefund(member, 1_000);
        house.limit(member, Scope::InstitutionShare(InstitutionId(u32::from(member) * 2)), 1_000, day("2022-03-01"));
    }
    house.open_day("2022-03-10");
    house.until("12:05");
    // A owes B 900 and is owed 900 by C; B owes C 300.
    for (payer, payee, minor) in [(0, 2, 900), (4, 0, 900), (2, 4, 300)] {
        let order = house.usd(payer, payee, minor);
        house.enter(order);
    }
    house.until("20:31");
    house.open_day("2022-03-11");
    for member in [0, 2] {
        let mut without_prefunding = |minor| {
            let (member, amount) = (MemberId(member), amount(minor));
            let no_share = Scope::InstitutionShare(InstitutionId(u32::from(member.0) * 2));
            house.limit(member.0, no_share, 0, day("2022-03-11"));
            let body = CommandBody::MovePrefunding { arrangement: ARRANGEMENT, member, amount, deposit: false };
            house.accepted(AGENT, body);
        };
        without_prefunding(700);
    }
    confirm_pay_ins(&mut house, |leg| leg.member == MemberId(1));
    house.until("16:01");
    house.operator(complete(0));
    let (a, b, c, since) = (MemberId(0), MemberId(1), MemberId(2), day("2022-03-11"));
    let missing = [(CycleId(0), a, Some(b), 600, since), (CycleId(0), c, Some(a), 600, since)];
    assert_eq!(house.state.arrears(ARRANGEMENT), missing);
    let rest = [(CycleId(0), a, Some(c), 600), (CycleId(0), b, Some(a), 600)];
    assert_eq!(house.state.rest_claims(ARRANGEMENT), rest);
    house.settle();
    // On balance A owes nothing: it is not flat for all that.
    let owed = house.state.members_of(ARRANGEMENT);
    assert_eq!(owed[0].net_due_minor, 0);
    house.audited();
}

#[test]
fn a_cycle_without_legs_has_nothing_to_complete() {
    let mut house = House::new("caudal", &["USD", "USD"]);
    house.open_day("2022-03-10");
    house.until("20:31");
    assert_eq!(refused(&mut house, complete(0)), Refusal::CycleUnknown);
    house.audited();
}
