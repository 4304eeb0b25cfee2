//! A limit on all credit: the rulebook `cmcf`, with the balances on which the CARICOM facility ended (a cap of USD 100
//! million; what two owe and two are owed chosen to fill it).

use crate::house::{AGENT, ARRANGEMENT, House, OPERATOR, OTHER_OPERATOR, day};
use domain::command::{Command, CommandBody};
use domain::limit::{LimitSetting, Scope};
use domain::{Actor, EventBody, MemberId, Refusal};
use ledger::Answer;

const MILLION: u64 = 1_000_000_00;
const GUYANA: u32 = 0;
const JAMAICA: u32 = 2;
const BARBADOS: u32 = 4;
const TRINIDAD: u32 = 6;

fn line(house: &mut House, member: u16, millions: u64) {
    let scope = Scope::MemberTowardsAll(MemberId(member));
    let setting = LimitSetting {
        arrangement: ARRANGEMENT,
        scope,
        maximum_minor: millions * MILLION,
        effective: day("2022-03-01"),
    };
    house.operator(CommandBody::SetLimit(setting));
}

/// Guyana owes 70 and Jamaica 30, Barbados is owed 65 and Trinidad and Tobago 35: all of the facility.
fn filled() -> House {
    let currencies = ["USD"; 4];
    let codes = ["GUY", "JAM", "BRB", "TTO"];
    let members: Vec<(&str, &str)> = codes.into_iter().zip(currencies).collect();
    let mut house = House::of_members("cmcf", &members);
    for member in 0..4 {
        line(&mut house, member, 80);
    }
    house.open_day("2022-03-01");
    house.until("12:00");
    for (payer, payee, millions) in [(GUYANA, BARBADOS, 65), (GUYANA, TRINIDAD, 5), (JAMAICA, TRINIDAD, 30)] {
        let order = house.usd(payer, payee, millions * MILLION);
        house.enter(order);
    }
    house
}

fn refusal(house: &mut House, payer: u32, payee: u32, minor: u64) -> Option<Refusal> {
    let order = house.usd(payer, payee, minor);
    match house.submit(order) {
        Answer::Refused { refusal, .. } => Some(refusal),
        Answer::Accepted { .. } => None,
        other => panic!("{other:?}"),
    }
}

#[test]
fn at_the_cap_what_raises_the_credit_is_refused_and_what_reduces_it_passes() {
    let mut house = filled();
    assert_eq!(refusal(&mut house, GUYANA, BARBADOS, MILLION), Some(Refusal::FacilityLimit));
    assert!(matches!(house.events.last().unwrap().body, EventBody::FacilityStopped { .. }));
    assert_eq!(refusal(&mut house, BARBADOS, GUYANA, MILLION), None, "99 are in use");
    // One is free again, and stays so: the facility has stopped.
    assert_eq!(refusal(&mut house, JAMAICA, TRINIDAD, MILLION), Some(Refusal::FacilityStopped));
    let resume = CommandBody::ResumeFacility { arrangement: ARRANGEMENT };
    assert_eq!(house.refused(OPERATOR, resume.clone()), Refusal::FourEyesMissing);
    house.operator(resume.clone());
    assert_eq!(refusal(&mut house, JAMAICA, TRINIDAD, MILLION), None);
    let again = house.give(&Command::approved(OPERATOR, OTHER_OPERATOR, resume));
    assert!(matches!(again, Answer::Refused { refusal: Refusal::FacilityNotStopped, .. }), "{again:?}");
}

#[test]
fn one_who_is_owed_can_pay_without_any_credit() {
    let mut house = filled();
    // Barbados is owed 65: what it pays Trinidad and Tobago, which is owed too, raises nobody's debt.
    assert_eq!(refusal(&mut house, BARBADOS, TRINIDAD, 65 * MILLION), None);
    assert_eq!(refusal(&mut house, BARBADOS, TRINIDAD, 1), Some(Refusal::FacilityLimit), "it would owe a cent");
}

#[test]
fn a_member_owes_all_others_no_more_than_its_line() {
    let mut house = filled();
    assert_eq!(refusal(&mut house, TRINIDAD, JAMAICA, 30 * MILLION), None, "Jamaica owes nothing any more");
    line(&mut house, 1, 20);
    assert_eq!(refusal(&mut house, JAMAICA, BARBADOS, 20 * MILLION + 1), Some(Refusal::MemberLimit));
    assert_eq!(refusal(&mut house, JAMAICA, BARBADOS, 20 * MILLION), None);
    let own = LimitSetting {
        arrangement: ARRANGEMENT,
        scope: Scope::MemberTowardsAll(MemberId(1)),
        maximum_minor: 1,
        effective: day("2022-03-02"),
    };
    let by_itself = house.give(&Command::by(Actor::member(MemberId(1), 1), CommandBody::SetLimit(own)));
    assert!(matches!(by_itself, Answer::Refused { refusal: Refusal::NotAuthorised, .. }), "{by_itself:?}");
    let whole = LimitSetting { scope: Scope::Facility, ..own };
    house.operator(CommandBody::SetLimit(whole));
}

#[test]
fn a_net_that_is_not_paid_uses_the_facility_until_it_is() {
    let mut house = filled();
    for date in ["2022-03-30", "2022-03-31"] {
        house.until("23:00");
        house.open_day(date);
    }
    house.until("23:00");
    assert_eq!(house.last_nets().len(), 4);
    house.open_day("2022-04-01");
    house.until("12:00");
    assert_eq!(refusal(&mut house, JAMAICA, TRINIDAD, MILLION), Some(Refusal::FacilityLimit));
    let legs = house.state.settlement_legs(ARRANGEMENT);
    let paid = legs.iter().find(|view| view.leg.member == MemberId(0)).unwrap();
    let confirm = CommandBody::ConfirmSettlement {
        arrangement: ARRANGEMENT,
        cycle: paid.cycle,
        member: paid.leg.member,
        counterparty: None,
        amount: paid.leg.amount,
    };
    house.accepted(AGENT, confirm);
    house.operator(CommandBody::ResumeFacility { arrangement: ARRANGEMENT });
    assert_eq!(refusal(&mut house, JAMAICA, TRINIDAD, MILLION), None, "Guyana's 70 are paid");
}
