//! Positions in a unit of account: the rulebook `sucre`, the value of its unit published from date to date, allocations that
//! members give each other; and positions that members report.
//!
//! Figures: a half-year of 300 million sucres owed by Venezuela to Ecuador (260), Bolivia (25) and Cuba (15), at 1.25 and at
//! 1.2509 dollars (amounts chosen; both values published by the Regional Monetary Council).

use crate::house::{ARRANGEMENT, House, OPERATOR, OTHER_OPERATOR, amount, day, rate};
use domain::command::{Command, CommandBody};
use domain::event::EventBody;
use domain::limit::{LimitSetting, Scope};
use domain::{AccountKey, AccountKind, Actor, BookId, CurrencyId, InstitutionId, MemberId, Owner, Refusal};
use ledger::Answer;

const XSU: CurrencyId = CurrencyId(6);
const MILLION: u64 = 1_000_000_00;
const VENEZUELA: u16 = 0;
const ECUADOR: u16 = 1;

fn allot(house: &mut House, member: u16, maximum_minor: u64) {
    let scope = Scope::Allocation(MemberId(member));
    let effective = day("2022-03-01");
    house.operator(CommandBody::SetLimit(LimitSetting { arrangement: ARRANGEMENT, scope, maximum_minor, effective }));
}

fn of_sucre() -> House {
    let members = [("VEN", "USD"), ("ECU", "USD"), ("BOL", "USD"), ("CUB", "USD")];
    let mut house = House::of_members("sucre", &members);
    allot(&mut house, VENEZUELA, 300 * MILLION);
    allot(&mut house, ECUADOR, 150 * MILLION);
    house.open_day("2022-03-01");
    house.until("12:00");
    house
}

/// Payments of Venezuela's importers; orders are in sucres.
fn pay(house: &mut House, payee: u32, millions: u64) -> Option<Refusal> {
    let order = house.usd(0, payee, millions * MILLION);
    match house.submit(order) {
        Answer::Accepted { .. } => None,
        Answer::Refused { refusal, .. } => Some(refusal),
        other => panic!("{other:?}"),
    }
}

fn close_the_half_year(house: &mut House) {
    for date in ["2022-06-29", "2022-06-30"] {
        house.until("23:00");
        house.open_day(date);
    }
    house.until("23:00");
}

fn publish(house: &mut House, from: &str, value: &str) -> Option<Refusal> {
    let body = CommandBody::PublishUnitValue { arrangement: ARRANGEMENT, from: day(from), value: rate(value) };
    match house.give(&Command::approved(OPERATOR, OTHER_OPERATOR, body)) {
        Answer::Accepted { .. } => None,
        Answer::Refused { refusal, .. } => Some(refusal),
        other => panic!("{other:?}"),
    }
}

#[test]
fn nets_in_sucres_are_paid_in_dollars_at_the_value_of_the_day_of_closing() {
    for (value, expected) in [
        (None, [-375_270_000_00, 325_234_000_00, 31_272_500_00, 18_763_500_00]),
        (Some("1.25"), [-375_000_000_00, 325_000_000_00, 31_250_000_00, 18_750_000_00]),
    ] {
        let mut house = of_sucre();
        for (payee, millions) in [(2, 260), (4, 25), (6, 15)] {
            assert_eq!(pay(&mut house, payee, millions), None);
        }
        let position = AccountKey {
            book: BookId::Arrangement(ARRANGEMENT),
            owner: Owner::Institution(InstitutionId(0)),
            currency: XSU,
            kind: AccountKind::Position,
        };
        assert_eq!(house.state.balance_minor(&position), -300_000_000_00, "in sucres");
        if let Some(value) = value {
            assert_eq!(publish(&mut house, "2022-06-30", value), None);
        }
        close_the_half_year(&mut house);
        let nets: Vec<i128> = house.last_nets().into_iter().map(|(_, net)| net).collect();
        assert_eq!(nets, expected, "in dollars");
        house.settle();
        assert_eq!(house.state.balance_minor(&position), 0);
    }
}

#[test]
fn what_rounding_leaves_over_goes_to_the_largest_fractions_so_that_nets_sum_to_zero() {
    let mut house = of_sucre();
    for (payee, minor) in [(2, 1), (4, 1), (6, 1)] {
        let order = house.usd(0, payee, minor);
        house.enter(order);
    }
    // Three cents of a sucre are 3.75 cents of a dollar; a cent is 1.25. Rounded down: -4, 1, 1, 1; one is left over, and
    // goes to the first of four equal fractions.
    assert_eq!(publish(&mut house, "2022-06-30", "1.25"), None);
    close_the_half_year(&mut house);
    assert_eq!(house.last_nets(), [(0, -4 + 1), (1, 1), (2, 1), (3, 1)]);
}

#[test]
fn a_value_is_published_for_days_that_have_not_closed_and_only_where_it_is_published() {
    let mut house = of_sucre();
    assert_eq!(publish(&mut house, "2022-03-01", "1.3"), None);
    house.until("23:00");
    assert_eq!(publish(&mut house, "2022-03-01", "1.3"), Some(Refusal::EffectiveDatePast));
    assert_eq!(publish(&mut house, "2022-03-02", "12345678901"), Some(Refusal::RateOutOfRange));
    let mut other = House::new("caudal", &["ARS", "BRL"]);
    assert_eq!(publish(&mut other, "2022-03-02", "1.3"), Some(Refusal::UnitValueFixed));
}

fn give(house: &mut House, giver: u16, taker: u16, approver: u16, millions: u64) -> Option<Refusal> {
    let (giver, taker) = (MemberId(giver), MemberId(taker));
    let body =
        CommandBody::TransferAllocation { arrangement: ARRANGEMENT, giver, taker, amount: amount(millions * MILLION) };
    let approver = Actor::member(MemberId(approver), 1);
    match house.give(&Command::approved(Actor::member(giver, 1), approver, body)) {
        Answer::Accepted { .. } => None,
        Answer::Refused { refusal, .. } => Some(refusal),
        other => panic!("{other:?}"),
    }
}

#[test]
fn who_has_used_up_its_allocation_pays_on_when_another_has_given_it_more() {
    let mut house = of_sucre();
    assert_eq!(pay(&mut house, 2, 300), None);
    assert_eq!(pay(&mut house, 2, 1), Some(Refusal::AllocationLimit));
    // Ecuador is owed 300 and needs nothing of what was allotted to it.
    assert_eq!(give(&mut house, ECUADOR, VENEZUELA, ECUADOR, 150), Some(Refusal::FourEyesMissing), "the taker agrees");
    assert_eq!(give(&mut house, ECUADOR, VENEZUELA, VENEZUELA, 151), Some(Refusal::AllocationLimit));
    assert_eq!(give(&mut house, ECUADOR, VENEZUELA, VENEZUELA, 150), None);
    assert_eq!(pay(&mut house, 2, 150), None);
    assert_eq!(pay(&mut house, 2, 1), Some(Refusal::AllocationLimit));
    assert_eq!(give(&mut house, VENEZUELA, ECUADOR, ECUADOR, 1), Some(Refusal::AllocationLimit), "all of it is in use");
}

#[test]
fn where_members_report_their_balances_become_positions_and_no_order_enters() {
    let members = [("GTM", "USD"), ("HND", "USD"), ("SLV", "USD")];
    let mut house = House::with_plan("sucre", &members, |plan| {
        plan.additions.reported = true;
        plan.limits.clear();
    });
    house.open_day("2022-03-01");
    house.until("12:00");
    let order = house.usd(0, 2, 100);
    assert!(matches!(house.submit(order), Answer::Refused { refusal: Refusal::InitiatorMismatch, .. }));
    let report = |debtor: u16, creditor: u16, minor| CommandBody::ReportPosition {
        arrangement: ARRANGEMENT,
        debtor: MemberId(debtor),
        creditor: MemberId(creditor),
        amount: amount(minor),
    };
    let member = |member: u16| Actor::member(MemberId(member), 1);
    house.accepted(member(0), report(0, 1, 1_898_000_00));
    house.accepted(member(1), report(1, 0, 268_900_00));
    house.accepted(member(2), report(2, 1, 4_709_900_00));
    assert_eq!(house.refused(member(1), report(1, 1, 1)), Refusal::SameMember);
    let by_another = house.give(&Command::by(member(1), report(0, 1, 1)));
    assert!(matches!(by_another, Answer::Refused { refusal: Refusal::NotAuthorised, .. }), "the debtor says so");
    assert_eq!(publish(&mut house, "2022-03-02", "1"), None);
    close_the_half_year(&mut house);
    assert_eq!(house.last_nets(), [(0, -1_629_100_00), (1, 6_339_000_00), (2, -4_709_900_00)]);
    let orders = House::new("cpcr", &["ARS", "ARS"]);
    assert!(!orders.plan.additions.reported);
    assert!(house.events.iter().any(|event| matches!(event.body, EventBody::PositionReported { .. })));
}
