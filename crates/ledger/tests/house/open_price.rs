//! Push, open price, pair: the rulebook `sml-ar-br` and its published day (arrangements of the Southern Cone, 11 March
//! 2022: rates published by BCB and BCRA, amounts chosen).

use crate::house::{ARRANGEMENT, House, amount, rate, uetr};
use domain::command::CommandBody;
use domain::event::{EventBody, Quote};
use domain::{AccountKind, Actor, InstitutionId, MemberId, Owner, PaymentId, PaymentState, Refusal};

fn reference(house: &mut House, ars: &str, brl: &str) {
    house.quote(0, 1, Quote::Reference(rate(ars)));
    house.quote(1, 2, Quote::Reference(rate(brl)));
}

/// Orders of both directions on 11 March 2022, fixed at 18:00.
fn day_of_registration() -> (House, PaymentId, PaymentId) {
    let mut house = House::new("sml-ar-br", &["ARS", "BRL"]);
    house.open_day("2022-03-11");
    house.until("09:00");
    let order = house.order(0, 2, 10_000_000);
    let of_argentina = house.enter(order);
    let order = house.order(2, 0, 100_000_000);
    let of_brazil = house.enter(order);
    assert_eq!(house.state_of(of_argentina), PaymentState::AwaitingRate);
    reference(&mut house, "108.88670", "5.02520");
    house.until("18:00");
    (house, of_argentina, of_brazil)
}

fn collect(house: &mut House, member: u16, payment: PaymentId) {
    let body = CommandBody::ConfirmCollections { arrangement: ARRANGEMENT, payments: vec![payment] };
    house.accepted(Actor::member(MemberId(member), 1), body);
}

#[test]
fn the_published_day_is_priced_netted_and_settled_to_the_cent() {
    let (mut house, of_argentina, of_brazil) = day_of_registration();
    let view = |house: &House, payment| house.state.payment(payment).unwrap();
    assert_eq!(view(&house, of_argentina).payer_minor, 216_681_500, "ARS 2,166,815.00");
    assert_eq!(view(&house, of_brazil).payer_minor, 4_615_000, "BRL 46,150.00");
    assert_eq!(house.state_of(of_argentina), PaymentState::AwaitingCollection);
    house.until("18:31");

    house.open_day("2022-03-14");
    house.until("10:00");
    collect(&mut house, 0, of_argentina);
    collect(&mut house, 1, of_brazil);
    assert_eq!(house.state_of(of_argentina), PaymentState::Cleared);
    // Another day's reference rates do not touch what was registered before.
    reference(&mut house, "109.00000", "5.10000");
    house.until("18:31");
    assert_eq!(house.last_nets(), [(0, -1_071_585), (1, 1_071_585)], "BCRA pays BCB USD 10,715.85");
    let results: Vec<_> = house
        .events
        .iter()
        .filter_map(|event| match &event.body {
            EventBody::CycleClosed(closed) if !closed.nets.is_empty() => Some(closed.fx_results.clone()),
            _ => None,
        })
        .next_back()
        .unwrap();
    // BCRA collected ARS 2,166,815.00, owes ARS 1,000,000.00 and pays USD 10,715.85 at 108.88670.
    assert_eq!((results[0].counterpart_minor, results[0].settled_minor), (116_681_500, 116_681_354));
    assert_eq!(house.edge(0, Owner::Arrangement(ARRANGEMENT), 1, AccountKind::FxResult), 146);
    assert_eq!((results[1].counterpart_minor, results[1].settled_minor), (-5_385_000, -5_384_929));
    assert_eq!(house.edge(0, Owner::Arrangement(ARRANGEMENT), 1, AccountKind::Counterpart), 0);

    let legs = house.state.settlement_legs(ARRANGEMENT);
    assert_eq!(legs.len(), 2, "a pay-in and a pay-out of the pair");
    assert_eq!(house.state_of(of_argentina), PaymentState::Cleared, "payout waits for the net");
    house.settle();
    house.pay_out();
    assert_eq!(house.state_of(of_argentina), PaymentState::PaidOut);
    assert_eq!(house.state_of(of_brazil), PaymentState::PaidOut);
    assert_eq!(
        house.edge(1, Owner::Institution(InstitutionId(2)), 2, AccountKind::Institution),
        10_000_000 - 4_615_000
    );
}

#[test]
fn leg_1_is_not_taken_before_its_day() {
    let (mut house, of_argentina, _) = day_of_registration();
    let body = CommandBody::ConfirmCollections { arrangement: ARRANGEMENT, payments: vec![of_argentina] };
    assert_eq!(house.refused(Actor::member(MemberId(0), 1), body), Refusal::EntryClosed);
}

#[test]
fn without_both_rates_of_the_day_nothing_is_fixed() {
    let mut house = House::new("sml-ar-br", &["ARS", "BRL"]);
    house.open_day("2022-03-11");
    house.until("09:00");
    let order = house.order(0, 2, 10_000_000);
    let payment = house.enter(order);
    house.quote(0, 1, Quote::Reference(rate("108.88670")));
    house.until("18:31");
    assert_eq!(house.state_of(payment), PaymentState::AwaitingRate);
    house.open_day("2022-03-14");
    house.until("09:00");
    reference(&mut house, "108.80000", "5.02000");
    house.until("18:00");
    assert_eq!(house.state_of(payment), PaymentState::AwaitingCollection);
}

#[test]
fn a_return_travels_at_the_rate_of_its_day() {
    let (mut house, of_argentina, of_brazil) = day_of_registration();
    house.until("18:31");
    house.open_day("2022-03-14");
    house.until("10:00");
    collect(&mut house, 0, of_argentina);
    collect(&mut house, 1, of_brazil);
    reference(&mut house, "110.00000", "5.00000");
    house.until("18:31");
    house.settle();
    house.pay_out();
    house.open_day("2022-03-15");
    house.until("10:00");
    let body = CommandBody::Return { original: of_argentina, uetr: uetr(5_000), amount: amount(10_000_000) };
    house.accepted(Actor::institution(InstitutionId(2), 0), body);
    let returned = house.state.payments().last().unwrap();
    // 110 / 5 = 22 exactly; the published rule takes an exact 0 to the next half-step: 22.00005.
    assert_eq!((returned.payer_minor, returned.payee_minor), (10_000_000, 220_000_500));
    assert_eq!(house.state_of(of_argentina), PaymentState::Returned);
    let late = CommandBody::Return { original: of_brazil, uetr: uetr(5_001), amount: amount(1) };
    house.until("18:31");
    house.open_day("2022-03-29");
    assert_eq!(house.refused(Actor::institution(InstitutionId(0), 0), late), Refusal::ReturnTooLate);
}

#[test]
fn a_day_that_is_a_holiday_in_one_country_is_no_business_day() {
    let mut house = House::new("sml-ar-br", &["ARS", "BRL"]);
    house.operator(CommandBody::SetCalendarDays {
        calendar: domain::CalendarId(1),
        closed: vec![crate::house::day("2022-03-24")],
        opened: vec![],
    });
    assert!(house.state.is_open_for_business(ARRANGEMENT, crate::house::day("2022-03-23")));
    assert!(!house.state.is_open_for_business(ARRANGEMENT, crate::house::day("2022-03-24")));
}
