//! The local-currency systems of the Southern Cone beyond the first: every rate that their central banks published for the
//! days on record, decimals by direction, and orders in the payer's currency.
//!
//! Rates: BCB, *Taxas SML* of Argentina and Uruguay (March 2022) and of Paraguay (April 2025).

use crate::house::{ARRANGEMENT, House, amount, rate, uetr};
use domain::command::{CommandBody, Order};
use domain::event::Quote;
use domain::plan::Denomination;
use domain::{AccountKind, Actor, InstitutionId, MemberId, Owner, PaymentId, PaymentState};

/// Date; reference rate of the other currency; its price of a real; reference rate of the real; its price of the other.
type Published = (&'static str, &'static str, &'static str, &'static str, &'static str);

const ARGENTINA: &[Published] = &[
    ("2022-03-03", "108.03830", "21.40390", "5.04760", "0.04675"),
    ("2022-03-04", "108.16170", "21.31055", "5.07550", "0.04695"),
    ("2022-03-07", "108.45170", "21.44335", "5.05760", "0.04665"),
    ("2022-03-08", "108.55670", "21.32745", "5.09000", "0.04690"),
    ("2022-03-09", "108.67670", "21.69585", "5.00910", "0.04610"),
    ("2022-03-10", "108.78330", "21.53700", "5.05100", "0.04645"),
    ("2022-03-11", "108.88670", "21.66815", "5.02520", "0.04615"),
];

const URUGUAY: &[Published] = &[
    ("2022-03-03", "42.57400", "8.43455", "5.04760", "0.11860"),
    ("2022-03-04", "42.66100", "8.40530", "5.07550", "0.11900"),
    ("2022-03-07", "42.78600", "8.45975", "5.05760", "0.11825"),
    ("2022-03-08", "42.75000", "8.39885", "5.09000", "0.11910"),
    ("2022-03-09", "42.54300", "8.49315", "5.00910", "0.11775"),
    ("2022-03-10", "42.60400", "8.43480", "5.05100", "0.11855"),
    ("2022-03-11", "42.60400", "8.47810", "5.02520", "0.11795"),
];

const PARAGUAY: &[Published] = &[
    ("2025-04-07", "8013.91", "1361.19679315", "5.8874", "0.00073465"),
    ("2025-04-08", "8008.42", "1349.01372865", "5.9365", "0.00074130"),
    ("2025-04-09", "8012.16", "1322.09498040", "6.0602", "0.00075640"),
    ("2025-04-10", "8007.64", "1354.65556910", "5.9112", "0.00073820"),
    ("2025-04-11", "8005.27", "1362.97034085", "5.8734", "0.00073370"),
    ("2025-04-14", "8000.94", "1369.50806205", "5.8422", "0.00073020"),
    ("2025-04-15", "8005.20", "1363.65494685", "5.8704", "0.00073335"),
    ("2025-04-16", "8013.88", "1362.78887850", "5.8805", "0.00073380"),
    ("2025-04-22", "8009.20", "1393.07393945", "5.7493", "0.00071785"),
    ("2025-04-23", "8008.24", "1407.99268600", "5.6877", "0.00071025"),
    ("2025-04-24", "8006.47", "1411.20472375", "5.6735", "0.00070865"),
    ("2025-04-25", "8009.38", "1409.03541335", "5.6843", "0.00070975"),
    ("2025-04-28", "8014.10", "1413.97014715", "5.6678", "0.00070725"),
    ("2025-04-29", "8013.03", "1419.13962880", "5.6464", "0.00070465"),
    ("2025-04-30", "8006.85", "1414.51285225", "5.6605", "0.00070695"),
];

/// Brazil's partner with its currency, and the number of that currency here.
fn pair(rulebook: &str, partner: &str, currency: &'static str) -> House {
    House::of_members(rulebook, &[(partner, currency), ("BRA", "BRL")])
}

fn publish(house: &mut House, currency: u16, (_, other, _, real, _): &Published) {
    house.quote(0, currency, Quote::Reference(rate(other)));
    house.quote(1, 2, Quote::Reference(rate(real)));
}

/// Digits of a rate after its point are dropped with it: 0.04615 is 4615.
fn digits(rate: &str) -> u64 {
    rate.replace('.', "").parse().expect("digits")
}

#[test]
fn every_rate_published_on_29_days_comes_out_of_the_fixing() {
    let mut rates = 0;
    for (rulebook, partner, currency, number, days, (reals, others)) in [
        // So much of each currency, in minor units, that its price is read off the last digit.
        ("sml-ar-br", "ARG", "ARS", 1, ARGENTINA, (100_000, 100_000)),
        ("sml-br-uy", "URY", "UYU", 4, URUGUAY, (100_000, 100_000)),
        ("sml-br-py", "PRY", "PYG", 5, PARAGUAY, (10_000_000_000, 1_000_000)),
    ] {
        let mut house = pair(rulebook, partner, currency);
        for published in days {
            house.open_day(published.0);
            house.until("09:00");
            let in_reals = house.order(0, 2, reals);
            let in_reals = house.enter(in_reals);
            let in_others = house.order(2, 0, others);
            let in_others = house.enter(in_others);
            publish(&mut house, number, published);
            house.until("18:31");
            let paid = |payment| house.state.payment(payment).unwrap().payer_minor;
            assert_eq!(paid(in_reals), digits(published.2), "{currency} for reals on {}", published.0);
            assert_eq!(paid(in_others), digits(published.4), "reals for {currency} on {}", published.0);
            rates += 2;
        }
    }
    assert_eq!(rates, 58);
}

/// A Brazilian importer pays BRL 1,000.00, a Uruguayan one UYU 20,000.00: both say what they pay, not what is got.
fn orders_in_the_payers_currency() -> (House, PaymentId, PaymentId) {
    let mut house = pair("sml-br-uy", "URY", "UYU");
    house.open_day("2022-03-11");
    house.until("09:00");
    let order = Order { denomination: Denomination::Payer, ..house.order(2, 0, 1_000_00) };
    let of_brazil = house.enter(order);
    let order = Order { denomination: Denomination::Payer, ..house.order(0, 2, 20_000_00) };
    let of_uruguay = house.enter(order);
    let before = house.state.payment(of_brazil).unwrap();
    assert_eq!((before.payer_minor, before.position_minor, before.payee_minor), (1_000_00, 1_000_00, 0));
    publish(&mut house, 4, &URUGUAY[6]);
    house.until("18:31");
    (house, of_brazil, of_uruguay)
}

fn collect(house: &mut House, member: u16, payment: PaymentId) {
    let body = CommandBody::ConfirmCollections { arrangement: ARRANGEMENT, payments: vec![payment] };
    house.accepted(Actor::member(MemberId(member), 1), body);
}

#[test]
fn what_is_ordered_in_the_payers_currency_is_got_at_the_rate_that_the_payees_side_publishes() {
    let (mut house, of_brazil, of_uruguay) = orders_in_the_payers_currency();
    let view = |house: &House, payment| house.state.payment(payment).unwrap();
    assert_eq!(house.state_of(of_brazil), PaymentState::AwaitingCollection);
    assert_eq!(view(&house, of_brazil).payee_minor, 8_478_10, "BRL 1,000.00 at 8.47810 pesos a real");
    assert_eq!(view(&house, of_uruguay).payee_minor, 2_359_00, "UYU 20,000.00 at 0.11795 reals a peso");

    house.open_day("2022-03-14");
    house.until("10:00");
    collect(&mut house, 1, of_brazil);
    collect(&mut house, 0, of_uruguay);
    publish(&mut house, 4, &URUGUAY[6]);
    house.until("18:31");
    // Positions are in the currencies ordered: BRL 1,000.00 / 5.02520 = 199.00; UYU 20,000.00 / 42.60400 = 469.44.
    assert_eq!(house.last_nets(), [(0, 199_00 - 469_44), (1, 469_44 - 199_00)]);
    house.settle();
    house.pay_out();
    assert_eq!(house.state_of(of_brazil), PaymentState::PaidOut);
    let uruguayan = Owner::Institution(InstitutionId(0));
    assert_eq!(house.edge(0, uruguayan, 4, AccountKind::Institution), 8_478_10 - 20_000_00);
}

#[test]
fn a_return_of_such_a_payment_gives_its_currency_back_at_the_rate_of_its_day() {
    let (mut house, of_brazil, of_uruguay) = orders_in_the_payers_currency();
    house.open_day("2022-03-14");
    house.until("10:00");
    collect(&mut house, 1, of_brazil);
    collect(&mut house, 0, of_uruguay);
    house.quote(0, 4, Quote::Reference(rate("42.00000")));
    house.quote(1, 2, Quote::Reference(rate("5.00000")));
    house.until("18:31");
    house.settle();
    house.pay_out();
    house.open_day("2022-03-15");
    house.until("10:00");
    let body = CommandBody::Return { original: of_brazil, uetr: uetr(5_000), amount: amount(8_478_10) };
    house.accepted(Actor::institution(InstitutionId(0), 0), body);
    let returned = house.state.payments().last().unwrap();
    // 5 / 42 = 0.119047…, truncated and taken to the next half-step: 0.11905.
    assert_eq!((returned.payer_minor, returned.position_minor, returned.payee_minor), (8_478_10, 100_932, 100_932));
    assert_eq!(house.state_of(of_brazil), PaymentState::Returned);
}
