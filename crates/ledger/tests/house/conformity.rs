//! Pull on an instrument, pair lines, four-month periods: the rulebook `cpcr` and its worked examples.

use crate::house::{AGENT, ARRANGEMENT, House, amount, day};
use domain::command::{CommandBody, Order};
use domain::event::EventBody;
use domain::limit::Scope;
use domain::payment::LegState;
use domain::plan::Denomination;
use domain::{AccountKind, Actor, Date, MemberId, Owner, PaymentId, PaymentState, Refusal};
use ledger::Answer;

/// A reimbursement code of the layout of the rulebook.
fn instrument(number: u64) -> Box<str> {
    let body = format!("10011{}{number:06}", 2022);
    let check = ledger::iso7064_mod_11_10(&body);
    format!("{body}{check}0000").into()
}

fn debit(house: &mut House, debtor: u16, creditor: u16, minor: u64) -> Order {
    let order = house.order(u32::from(debtor) * 2, u32::from(creditor) * 2, minor);
    let number = house.events.len() as u64;
    Order { denomination: Denomination::Asset, instrument: Some(instrument(number)), collected: false, ..order }
}

fn house(members: usize, line_minor: u64) -> House {
    let mut house = House::new("cpcr", &vec!["ARS"; members]);
    for creditor in 0..members {
        for debtor in (0..members).filter(|debtor| *debtor != creditor) {
            let scope = Scope::Pair { debtor: MemberId::from_index(debtor), creditor: MemberId::from_index(creditor) };
            house.limit(u16::try_from(creditor).unwrap(), scope, line_minor, day("2022-03-01"));
        }
    }
    house
}

fn close_until(house: &mut House, last: &str) {
    let last = day(last);
    while let (None, Some(closed)) = house.state.business_dates(ARRANGEMENT) {
        let mut next = closed.plus_days(1);
        while next.is_weekend() {
            next = next.plus_days(1);
        }
        if next > last {
            return;
        }
        house.open_day(&next.to_string());
        house.until("18:01");
    }
}

#[test]
fn the_worked_period_nets_to_55_of_695_and_is_paid_in_the_week_after() {
    // Worked example TV-CPCR-1: gross debits in USD m, payer to payee; A, B, C, E are members 0 to 3.
    let mut house = house(4, 1_000_000_000_00);
    house.open_day("2022-04-29");
    house.until("09:00");
    let debits = [
        (0, 1, 120),
        (1, 0, 80),
        (0, 2, 60),
        (2, 0, 90),
        (0, 3, 40),
        (3, 0, 10),
        (1, 2, 70),
        (2, 1, 30),
        (1, 3, 50),
        (3, 1, 65),
        (2, 3, 25),
        (3, 2, 55),
    ];
    for (debtor, creditor, millions) in debits {
        let order = debit(&mut house, debtor, creditor, millions * 100_000_000);
        house.enter(order);
    }
    let pair = |debtor, creditor| house.state.pair_balance_minor(ARRANGEMENT, MemberId(debtor), MemberId(creditor));
    let bilateral = [(0, 1, 40), (2, 0, 30), (0, 3, 30), (1, 2, 40), (3, 1, 15), (3, 2, 30)];
    for (debtor, creditor, millions) in bilateral {
        assert_eq!(pair(debtor, creditor), millions * 100_000_000, "{debtor} owes {creditor}");
    }
    house.until("18:01");
    // Interest comes on top of the principal: the positions closed are the example's nets.
    let closed = house.events.iter().rev().find_map(|event| match &event.body {
        EventBody::CycleClosed(closed) => Some(closed.clone()),
        _ => None,
    });
    let closed = closed.unwrap();
    let positions: Vec<i128> = closed.positions.iter().map(|(.., balance)| balance / 100_000_000).collect();
    assert_eq!(positions, [-40, 15, 40, -15]);
    assert_eq!(closed.settle_on, day("2022-05-06"), "the week after the close");
    assert_eq!(closed.nets.iter().map(|(_, net)| net).sum::<i128>(), 0);
}

#[test]
fn interest_runs_on_the_daily_balance_from_value_date_to_settlement() {
    // Worked example TV-CPCR-2: 20 m for 10 days, 35 m for 15, then 12 m for 6, at 5.5 % actual/360: 121,763.89. The
    // settlement day comes a week after the close, so the last balance stands here as 7.2 m for 10 days: the same
    // number-days.
    let mut house = house(2, 30_000_000_00);
    house.open_day("2022-04-01");
    house.until("09:00");
    let order = debit(&mut house, 0, 1, 20_000_000_00);
    house.enter(order);
    house.until("18:01");
    close_until(&mut house, "2022-04-08");
    house.open_day("2022-04-11");
    house.until("09:00");
    let order = debit(&mut house, 0, 1, 15_000_000_00);
    house.enter(order);
    let due = house.state.transfers_due(ARRANGEMENT);
    assert_eq!(due.len(), 1);
    assert_eq!((due[0].0, due[0].1, due[0].2), (MemberId(0), MemberId(1), 5_000_000_00), "35 m on a line of 30 m");
    house.until("18:01");
    close_until(&mut house, "2022-04-26");
    house.open_day("2022-04-27");
    house.until("09:00");
    // Registered a day late, with the value date of the day before.
    let order = Order { value_date: Some(day("2022-04-26")), ..debit(&mut house, 1, 0, 27_800_000_00) };
    house.enter(order);
    house.until("18:01");
    close_until(&mut house, "2022-04-29");
    let closed = house.events.iter().rev().find_map(|event| match &event.body {
        EventBody::CycleClosed(closed) => Some(closed.clone()),
        _ => None,
    });
    let closed = closed.unwrap();
    assert_eq!(closed.settle_on, day("2022-05-06"));
    assert_eq!(closed.interest, [(MemberId(0), MemberId(1), amount(12_176_389))], "USD 121,763.89");
    assert_eq!(closed.nets, [(MemberId(0), -732_176_389), (MemberId(1), 732_176_389)]);
    assert!(house.state.transfers_due(ARRANGEMENT).is_empty(), "what was due on the line is in the net");
}

#[test]
fn conformity_makes_legs_1_and_3_due() {
    let mut house = house(2, 100_000_00);
    house.open_day("2022-03-11");
    house.until("09:00");
    let order = debit(&mut house, 0, 1, 40_000_00);
    let payment = house.enter(order);
    assert_eq!(house.state_of(payment), PaymentState::Cleared, "leg 2 posts on acceptance");
    let body = CommandBody::GiveConformity { arrangement: ARRANGEMENT, payments: vec![payment], conforming: true };
    assert_eq!(house.refused(Actor::member(MemberId(1), 1), body.clone()), Refusal::NotAuthorised);
    house.accepted(Actor::member(MemberId(0), 1), body);
    let view = house.state.payment(payment).unwrap();
    assert_eq!((view.collection, view.payout), (LegState::Instructed, LegState::Instructed));
    house.pay_out();
    assert_eq!(house.state_of(payment), PaymentState::PaidOut);
    let confirm = CommandBody::ConfirmCollections { arrangement: ARRANGEMENT, payments: vec![payment] };
    house.accepted(Actor::member(MemberId(0), 1), confirm);
    assert_eq!(house.edge(0, Owner::Arrangement(ARRANGEMENT), 0, AccountKind::Counterpart), 40_000_00);
}

#[test]
fn refused_conformity_reverses_the_debit_at_its_original_value_date() {
    let mut house = house(2, 100_000_00);
    house.open_day("2022-03-11");
    house.until("09:00");
    let order = debit(&mut house, 0, 1, 40_000_00);
    let payment = house.enter(order);
    house.until("18:01");
    close_until(&mut house, "2022-03-15");
    house.open_day("2022-03-16");
    let body = CommandBody::GiveConformity { arrangement: ARRANGEMENT, payments: vec![payment], conforming: false };
    house.accepted(Actor::member(MemberId(0), 1), body);
    assert_eq!(house.state_of(payment), PaymentState::Returned);
    assert_eq!(house.state.pair_balance_minor(ARRANGEMENT, MemberId(0), MemberId(1)), 0);
    house.until("18:01");
    close_until(&mut house, "2022-04-29");
    let interest = house.events.iter().rev().find_map(|event| match &event.body {
        EventBody::CycleClosed(closed) => Some(closed.interest.clone()),
        _ => None,
    });
    assert_eq!(interest.unwrap(), [], "as if it had never been: not a day of interest is left");
}

#[test]
fn silence_is_conformity_after_its_days() {
    let mut house = house(2, 100_000_00);
    house.open_day("2022-03-11");
    house.until("09:00");
    let order = debit(&mut house, 0, 1, 40_000_00);
    let payment = house.enter(order);
    house.until("18:01");
    close_until(&mut house, "2022-03-17");
    assert_eq!(house.state.payment(payment).unwrap().payout, LegState::Due);
    close_until(&mut house, "2022-03-18");
    assert_eq!(house.state.payment(payment).unwrap().payout, LegState::Instructed);
}

#[test]
fn an_excess_is_transferred_at_once_and_an_overdue_one_stops_the_pair() {
    let mut house = house(2, 30_000_00);
    house.open_day("2022-03-11");
    house.until("09:00");
    let order = debit(&mut house, 0, 1, 35_000_00);
    house.enter(order);
    let transfer = |minor| CommandBody::ConfirmTransfer {
        arrangement: ARRANGEMENT,
        debtor: MemberId(0),
        creditor: MemberId(1),
        amount: amount(minor),
    };
    assert_eq!(house.refused(AGENT, transfer(4_999_99)), Refusal::LegMismatch);
    let within: Date = house.state.transfers_due(ARRANGEMENT)[0].3;
    assert_eq!(within, day("2022-03-15"));
    house.until("18:01");
    close_until(&mut house, "2022-03-15");
    house.open_day("2022-03-16");
    house.until("09:00");
    let order = debit(&mut house, 0, 1, 1);
    let Answer::Refused { refusal, .. } = house.submit(order) else { panic!() };
    assert_eq!(refusal, Refusal::TransferOverdue);
    let order = debit(&mut house, 1, 0, 1);
    house.enter(order);
    house.accepted(AGENT, transfer(5_000_00));
    assert_eq!(house.state.pair_balance_minor(ARRANGEMENT, MemberId(0), MemberId(1)), 29_999_99);
    let order = debit(&mut house, 0, 1, 1);
    house.enter(order);
}

#[test]
fn a_debit_needs_an_instrument_of_the_layout_of_the_rulebook() {
    let mut house = house(2, 100_000_00);
    house.open_day("2022-03-11");
    house.until("09:00");
    let good = debit(&mut house, 0, 1, 1);
    for (instrument, expected) in [
        (None, Refusal::InstrumentMissing),
        (Some("123"), Refusal::InstrumentFormat),
        (Some("10011202200000199999"), Refusal::InstrumentFormat),
    ] {
        let order = Order { instrument: instrument.map(Into::into), uetr: crate::house::uetr(77_000), ..good.clone() };
        let answer = house.submit(Order { uetr: crate::house::uetr(house.events.len() as u64 + 70_000), ..order });
        let Answer::Refused { refusal, .. } = answer else { panic!("{answer:?}") };
        assert_eq!(refusal, expected);
    }
    let payment: PaymentId = house.enter(good);
    assert_eq!(house.state_of(payment), PaymentState::Cleared);
}

fn holiday(house: &mut House, date: &str, closed: bool) {
    let reason = "mourning was decreed".to_owned();
    house.operator(CommandBody::SetHoliday { arrangement: ARRANGEMENT, date: day(date), closed, reason });
}

/// Dates on which cycles closed.
fn closes(house: &House) -> Vec<Date> {
    let closed = house.events.iter().filter_map(|event| match &event.body {
        EventBody::CycleClosed(closed) => Some(closed.date),
        _ => None,
    });
    closed.collect()
}

#[test]
fn a_period_whose_last_business_day_is_lost_overnight_closes_on_the_next_one() {
    let mut house = house(2, 100_000_00);
    house.open_day("2022-04-28");
    house.until("09:00");
    let order = debit(&mut house, 0, 1, 40_000_00);
    house.enter(order);
    house.until("18:01");
    assert!(closes(&house).is_empty(), "29 April was to be the last business day");
    holiday(&mut house, "2022-04-29", true);
    house.open_day("2022-05-02");
    house.until("18:01");
    assert_eq!(closes(&house), [day("2022-05-02")]);
    assert_eq!(house.last_nets().len(), 2, "what was owed in the period is netted");
    house.open_day("2022-05-03");
    house.until("18:01");
    close_until(&mut house, "2022-08-31");
    assert_eq!(closes(&house), [day("2022-05-02"), day("2022-08-31")], "and the next period ends on its own last day");
    house.audited();
}

#[test]
fn a_transfer_is_due_on_the_earliest_of_its_days_when_a_holiday_is_taken_back() {
    let mut house = house(2, 100_00);
    house.open_day("2022-03-14");
    house.until("09:00");
    holiday(&mut house, "2022-03-15", true);
    let order = debit(&mut house, 0, 1, 150_00);
    house.enter(order);
    let due = house.state.transfers_due(ARRANGEMENT);
    assert_eq!((due[0].2, due[0].3), (50_00, day("2022-03-17")), "two business days after the 14th");
    holiday(&mut house, "2022-03-15", false);
    let order = debit(&mut house, 0, 1, 25_00);
    house.enter(order);
    let due = house.state.transfers_due(ARRANGEMENT);
    assert_eq!((due[0].2, due[0].3), (75_00, day("2022-03-16")));
    house.audited();
}
