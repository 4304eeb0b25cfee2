//! Orders, references, actors and amounts, altered.

use super::{all_found, entered, first, more, order, place, tamper};
use crate::push_fixed;
use crate::story::{amounts, institution, member};
use audit::Check;
use domain::event::{Disposition, Payout, Stage};
use domain::plan::Purpose;
use domain::{Actor, DocumentKey, EventBody, PaymentId, Refusal};

#[test]
fn what_is_wrong_with_ordinals_times_references_or_actors_is_found() {
    all_found(
        &push_fixed::three_days(),
        vec![
            tamper("a currency out of order", Check::Order, |events| {
                first(events, |event| match &mut event.body {
                    EventBody::CurrencyRegistered { currency, .. } => {
                        currency.0 += 1;
                        true
                    }
                    _ => false,
                });
            }),
            tamper("a payment's ordinal left out", Check::Order, |events| {
                order(events, 3, |order| order.payment.0 += 1)
            }),
            tamper("time that goes back", Check::Order, |events| {
                let at = place(events, entered(3));
                events[at].0 = events[at - 1].0.plus_us(-1);
            }),
            tamper("an institution that nobody authorised", Check::Reference, |events| {
                order(events, 0, |order| order.payee = institution(99));
            }),
            tamper("a refused command about a payment that never was", Check::Reference, |events| {
                first(events, |event| match &mut event.body {
                    EventBody::CommandRefused { payment, .. } => {
                        *payment = Some(PaymentId(9_999));
                        true
                    }
                    _ => false,
                });
            }),
            tamper("prefunding that a member confirms to itself", Check::Authority, |events| {
                first(events, |event| {
                    event.actor = Actor::member(member(0), 1);
                    matches!(event.body, EventBody::PrefundingMoved { .. })
                });
            }),
            tamper("an act of the operator without a second person", Check::Authority, |events| {
                first(events, |event| {
                    event.approvals.clear();
                    matches!(event.body, EventBody::RulebookAdopted { .. })
                });
            }),
            tamper("an act approved by whoever gave it", Check::Authority, |events| {
                first(events, |event| {
                    event.approvals = vec![event.actor];
                    matches!(event.body, EventBody::MemberSuspended { .. })
                });
            }),
            tamper("a held payment released by the member that did not hold it", Check::Authority, |events| {
                first(events, |event| {
                    event.actor = Actor::member(member(0), 1);
                    matches!(event.body, EventBody::HoldReleased { .. })
                });
            }),
            tamper("a member that joins before its stage lets it pay", Check::Membership, |events| {
                first(events, |event| match &mut event.body {
                    EventBody::MemberJoined { member: who, stage, .. } if *who == member(2) => {
                        *stage = Stage::Shadow;
                        true
                    }
                    _ => false,
                });
            }),
            tamper("a member that leaves with its deposit", Check::Membership, |events| {
                let at = events.len() - 2;
                events.remove(at);
            }),
        ],
    );
}

#[test]
fn what_is_wrong_with_an_order_is_found() {
    all_found(
        &push_fixed::three_days(),
        vec![
            tamper("a purpose not admitted", Check::OrderForm, |events| {
                order(events, 0, |o| o.purpose = Purpose::Pension)
            }),
            tamper("an instrument where there is none", Check::OrderForm, |events| {
                order(events, 0, |order| order.instrument = Some("1".into()));
            }),
            tamper("a value date to come", Check::OrderForm, |events| order(events, 0, |o| o.value_date.0 += 1)),
            tamper("a large payment without a document", Check::OrderForm, |events| {
                order(events, 20, |order| order.amounts = amounts(5_521_999, 1_100_000, 1_100_000));
            }),
            tamper("a payment within one member", Check::OrderForm, |events| {
                order(events, 0, |order| order.payee = institution(1));
            }),
            tamper("a refusal for a rate that is there", Check::OrderForm, |events| {
                first(events, |event| match &mut event.body {
                    EventBody::PaymentRefused { refusal, .. } => {
                        *refusal = Refusal::RateMissing;
                        true
                    }
                    _ => false,
                });
            }),
            tamper("a reference used twice", Check::Identifier, |events| {
                let EventBody::PaymentEntered(first) = &events[place(events, entered(0))].1.body else { return };
                let uetr = first.uetr;
                order(events, 3, move |order| order.uetr = uetr);
            }),
            tamper("a digest that is not that of the order", Check::Identifier, |events| {
                first(events, |event| match &mut event.body {
                    EventBody::PaymentEntered(entered) => {
                        entered.content.0[0] ^= 1;
                        true
                    }
                    _ => false,
                });
            }),
            tamper("a reference refused as reused with the same content", Check::Identifier, |events| {
                let known = events.iter().find_map(|(_, event)| match event.body {
                    EventBody::PaymentRefused { content, .. } => Some(content),
                    _ => None,
                });
                first(events, |event| match &mut event.body {
                    EventBody::IdentifierReused { content, .. } => {
                        *content = known.unwrap();
                        true
                    }
                    _ => false,
                });
            }),
            tamper("a document used twice", Check::Identifier, |events| {
                order(events, 11, |order| order.document = Some(DocumentKey([1; 16])));
            }),
            tamper("a payer charged one cent more", Check::Amount, |events| {
                order(events, 0, |order| order.amounts.payer = order.amounts.payer.map(more));
            }),
            tamper("a position one cent more", Check::Amount, |events| {
                order(events, 1, |order| order.amounts.position = more(order.amounts.position));
            }),
            tamper("a payee promised one cent more", Check::Amount, |events| {
                order(events, 2, |order| order.amounts.payee = more(order.amounts.payee));
            }),
            tamper("a quote that is good for longer", Check::Amount, |events| {
                order(events, 0, |order| order.quote_until = order.quote_until.map(|until| until.plus_us(1)));
            }),
            tamper("leg 3 due at clearing for a member that did not choose it", Check::Leg, |events| {
                order(events, 1, |order| order.disposition = Disposition::Cleared(Payout::AtClearing));
            }),
            tamper("leg 3 due at clearing beyond the member's cap", Check::Leg, |events| {
                first(events, |event| match &mut event.body {
                    EventBody::QueueReleased { run: Some(_), payments, .. } => {
                        payments[0].payout = Payout::AtClearing;
                        true
                    }
                    _ => false,
                });
            }),
        ],
    );
}
