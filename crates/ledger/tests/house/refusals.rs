//! What an order is refused for, in order of precedence: an order with several faults gets the first.

use crate::house::{ARRANGEMENT, House, amount, day, rate, uetr};
use domain::command::Order;
use domain::event::Quote;
use domain::limit::Scope;
use domain::plan::Purpose;
use domain::{ArrangementId, Date, DocumentKey, InstitutionId, MemberId, Refusal};
use ledger::Answer;

fn house() -> House {
    let mut house = House::new("caudal", &["USD", "ARS", "BRL"]);
    for member in 0..2_u16 {
        house.prefund(member, 5_000_000_00);
        let scope = Scope::InstitutionShare(InstitutionId(u32::from(member) * 2));
        house.limit(member, scope, 5_000_000_00, day("2022-03-01"));
    }
    house.limit(0, Scope::PerPayment(MemberId(0)), 2_000_000_00, day("2022-03-01"));
    house.quote(1, 1, Quote::TwoSided { buy: rate("99.80"), sell: rate("100.20") });
    house.open_day("2022-03-11");
    house
}

/// An order with one fault more at each row: the row's refusal is given whatever the rows below it add.
#[test]
fn the_first_fault_in_the_order_of_precedence_is_named() {
    type Spoil = fn(Order) -> Order;
    let rows: &[(Refusal, Spoil)] = &[
        (Refusal::ArrangementUnknown, |o| Order { arrangement: ArrangementId(9), ..o }),
        (Refusal::ParticipantUnknown, |o| Order { payee: InstitutionId(99), ..o }),
        (Refusal::SameParty, |o| Order { payee: InstitutionId(0), ..o }),
        (Refusal::SameMember, |o| Order { payee: InstitutionId(1), ..o }),
        (Refusal::PurposeNotAdmitted, |o| Order { purpose: Purpose::Investment, ..o }),
        (Refusal::InstrumentMissing, |o| Order { instrument: Some("1".into()), ..o }),
        (Refusal::ValueDateInvalid, |o| Order { value_date: Some(Date(0)), ..o }),
        (Refusal::RateMissing, |o| Order { payee: InstitutionId(4), ..o }),
        (Refusal::DocumentMissing, |o| Order { document: None, amount: amount(10_000_01), ..o }),
        (Refusal::PaymentTooLarge, |o| Order { amount: amount(2_000_000_01), ..o }),
    ];
    let mut house = house();
    house.until("12:05");
    for (index, (expected, spoil)) in rows.iter().enumerate() {
        // Faults of lower precedence that do not contradict this one are added.
        let mut order = house.usd(0, 2, 100);
        for (refusal, more) in rows[index + 1..].iter().filter(|(_, _)| true) {
            let keeps_the_ends = !matches!(refusal, Refusal::SameParty | Refusal::SameMember | Refusal::RateMissing);
            if keeps_the_ends {
                let with_fault = more(order.clone());
                order = Order { document: with_fault.document.or(order.document), ..with_fault };
            }
        }
        let order = Order { uetr: uetr(100_000 + index as u64), ..spoil(order) };
        let answer = house.submit(order);
        let Answer::Refused { refusal, .. } = answer else { panic!("{expected:?}: {answer:?}") };
        assert_eq!(refusal, *expected);
    }
}

#[test]
fn a_trade_document_is_accepted_once() {
    let mut house = house();
    house.until("12:05");
    let document = Some(DocumentKey([9; 16]));
    let first = Order { document, ..house.usd(0, 2, 100) };
    house.enter(first);
    let second = Order { document, ..house.usd(2, 0, 100) };
    let Answer::Refused { refusal, .. } = house.submit(second) else { panic!() };
    assert_eq!(refusal, Refusal::DocumentDuplicate);
}

#[test]
fn wrong_syntax_and_a_wrong_actor_are_answered_and_consume_nothing() {
    let mut house = house();
    house.until("12:05");
    let events = house.events.len();
    let order = house.usd(0, 2, 100);
    let Answer::Refused { refusal, .. } = house.submit(Order { uetr: domain::Uetr([0; 16]), ..order.clone() }) else {
        panic!()
    };
    assert_eq!(refusal, Refusal::UetrFormat);
    let body = domain::CommandBody::Submit(domain::SubmitPayment::new(order.clone()));
    assert_eq!(house.refused(domain::Actor::institution(InstitutionId(2), 0), body), Refusal::NotAuthorised);
    assert_eq!(house.events.len(), events);
    house.enter(order);
}

#[test]
fn entry_closes_at_the_cut_off_where_nothing_enters_around_the_clock() {
    let mut house = House::new("sml-ar-br", &["ARS", "BRL"]);
    let order = house.order(0, 2, 100);
    let Answer::Refused { refusal, .. } = house.submit(order) else { panic!() };
    assert_eq!(refusal, Refusal::EntryClosed, "before the first day");
    house.open_day("2022-03-11");
    house.until("07:59");
    let order = house.order(0, 2, 100);
    let Answer::Refused { refusal, .. } = house.submit(order) else { panic!() };
    assert_eq!(refusal, Refusal::EntryClosed, "before entry opens");
    house.until("17:30");
    let order = house.order(0, 2, 100);
    let Answer::Refused { refusal, .. } = house.submit(order) else { panic!() };
    assert_eq!(refusal, Refusal::EntryClosed, "after the cut-off");
}

#[test]
fn amounts_that_do_not_fit_are_refused_and_not_wrapped() {
    let mut house = house();
    house.until("12:05");
    let order = Order { denomination: domain::plan::Denomination::Asset, ..house.usd(2, 0, 999_999_999_999_999_999) };
    let Answer::Refused { refusal, .. } = house.submit(order) else { panic!() };
    assert_eq!(refusal, Refusal::AmountOutOfRange);
    let order = Order { denomination: domain::plan::Denomination::Payer, document: None, ..house.order(2, 0, 1) };
    let Answer::Refused { refusal, .. } = house.submit(order) else { panic!() };
    assert_eq!(refusal, Refusal::AmountOutOfRange, "one centavo buys no cent");
}

#[test]
fn a_quote_must_be_of_the_members_own_currency_and_within_the_spread() {
    let mut house = house();
    let publish = |member: u16, currency: u16, quote| domain::CommandBody::PublishRate {
        arrangement: ARRANGEMENT,
        member: MemberId(member),
        currency: domain::CurrencyId(currency),
        quote,
    };
    let two = |buy, sell| Quote::TwoSided { buy: rate(buy), sell: rate(sell) };
    let member = |id| domain::Actor::member(MemberId(id), 1);
    assert_eq!(house.refused(member(2), publish(2, 1, two("99", "99.1"))), Refusal::RateNotInRulebook);
    assert_eq!(house.refused(member(1), publish(1, 1, two("99", "100"))), Refusal::SpreadTooWide);
    assert_eq!(house.refused(member(1), publish(1, 1, Quote::Reference(rate("99")))), Refusal::RateNotInRulebook);
    assert_eq!(house.refused(member(0), publish(1, 1, two("99", "99.1"))), Refusal::NotAuthorised);
}
