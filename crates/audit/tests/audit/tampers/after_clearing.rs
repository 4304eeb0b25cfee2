//! Returns, disputes, suspensions, debits and lines, altered.

use super::{all_found, by, close, entered, first, insert_before, more, nth, place, remove, tamper};
use crate::story::{ARRANGEMENT, Events, amount, date, institution, member, payment};
use crate::{pull, push_fixed};
use audit::Check;
use domain::event::EndReason;
use domain::{Actor, Event, EventBody};
use money::AmountMinor;

#[test]
fn what_is_wrong_with_returns_disputes_and_suspensions_is_found() {
    let of_return = |nth_return: usize, alter: fn(&mut domain::payment::Amounts, &mut AmountMinor)| {
        move |events: &mut Events| {
            nth(events, nth_return, |event| match &mut event.body {
                EventBody::PaymentReturned { amounts, of_original, .. } => {
                    alter(amounts, of_original);
                    true
                }
                _ => false,
            });
        }
    };
    all_found(
        &push_fixed::three_days(),
        vec![
            tamper(
                "more given back than was paid",
                Check::Return,
                of_return(1, |amounts, part| {
                    (amounts.payer, amounts.position, *part) = (Some(amount(45_001)), amount(45_001), amount(45_001));
                }),
            ),
            tamper(
                "a part of the original that is not what is given back",
                Check::Return,
                of_return(0, |_, part| {
                    *part = amount(20_000);
                }),
            ),
            tamper(
                "a payer that gets back too little",
                Check::Return,
                of_return(0, |amounts, _| {
                    amounts.payee = amount(50_000);
                }),
            ),
            tamper("a return that was not paid out", Check::Transition, |events| {
                remove(events, |body| matches!(body, EventBody::PayoutsConfirmed { .. }));
            }),
            tamper("a dispute with another deadline", Check::Dispute, |events| {
                first(events, |event| match &mut event.body {
                    EventBody::DisputeOpened { until, .. } => {
                        until.0 += 1;
                        true
                    }
                    _ => false,
                });
            }),
            tamper("a dispute of somebody else's payment", Check::Dispute, |events| {
                first(events, |event| match &mut event.body {
                    EventBody::DisputeOpened { carrier, .. } => {
                        *carrier = institution(2);
                        event.actor = Actor::institution(institution(2), 0);
                        true
                    }
                    _ => false,
                });
            }),
            tamper("a dispute that lapses on its first day", Check::Dispute, |events| {
                first(events, |event| match &mut event.body {
                    EventBody::DisputeEnded { outcome, .. } => {
                        *outcome = domain::event::DisputeOutcome::Lapsed;
                        event.actor = Actor::HOUSE;
                        true
                    }
                    _ => false,
                });
            }),
            tamper("payments of a suspended member that wait on", Check::Suspension, |events| {
                remove(events, |body| matches!(body, EventBody::PaymentsEnded { reason: EndReason::Suspended, .. }));
            }),
            tamper("payments ended for a suspension that is over", Check::Suspension, |events| {
                let at = place(events, |body| matches!(body, EventBody::MemberReinstated { .. }));
                events.swap(at - 1, at);
            }),
            tamper("a payment of a suspended member", Check::Suspension, |events| {
                let body = EventBody::MemberSuspended { arrangement: ARRANGEMENT, member: member(1) };
                let approvals = vec![Actor::operator(2)];
                insert_before(events, entered(0), Event { actor: Actor::operator(1), approvals, body });
            }),
        ],
    );
}

#[test]
fn what_is_wrong_with_debits_lines_and_interest_is_found() {
    let answered = |alter: fn(&mut Event)| {
        move |events: &mut Events| {
            first(events, |event| {
                let silent = matches!(event.body, EventBody::ConformityGiven { by_silence: true, .. });
                alter(event);
                silent
            });
        }
    };
    all_found(
        &pull::interest(),
        vec![
            tamper("interest one cent off", Check::Interest, |events| {
                close(events, 0, |closed| closed.interest[0].2 = more(closed.interest[0].2));
            }),
            tamper("interest the other way", Check::Interest, |events| {
                close(events, 0, |closed| {
                    let (debtor, creditor, owed) = closed.interest[0];
                    closed.interest[0] = (creditor, debtor, owed);
                });
            }),
            tamper("a debit that is not answered by the close of its last day", Check::Conformity, |events| {
                remove(events, |body| matches!(body, EventBody::ConformityGiven { by_silence: true, .. }));
            }),
            tamper(
                "silence read as its opposite",
                Check::Conformity,
                answered(|event| {
                    let payments = vec![payment(1)];
                    event.body = EventBody::Extorno { arrangement: ARRANGEMENT, payments, by_silence: true };
                }),
            ),
            tamper("an instrument with a wrong check digit", Check::OrderForm, |events| {
                first(events, |event| match &mut event.body {
                    EventBody::PaymentEntered(entered) => {
                        entered.instrument = Some("0794600".into());
                        true
                    }
                    _ => false,
                });
            }),
            tamper("more days to answer", Check::Conformity, |events| {
                first(events, |event| match &mut event.body {
                    EventBody::PaymentEntered(entered) => {
                        entered.conformity_by = Some(date("2024-04-10"));
                        true
                    }
                    _ => false,
                });
            }),
            tamper("a cycle that closes in the middle of its months", Check::Cycle, |events| {
                let net = pull::net_of("2024-04-02", "2024-04-05", &[], &[], &[]);
                let at = place(events, |body| matches!(body, EventBody::DayClosed { .. }));
                let time = events[at].0;
                events.insert(at, (time, by(Actor::HOUSE, net)));
            }),
        ],
    );
    all_found(
        &pull::beyond_the_line(),
        vec![
            tamper("an excess that nobody makes due", Check::Transfer, |events| {
                remove(events, |body| matches!(body, EventBody::TransferDue { .. }));
            }),
            tamper("an excess one cent off", Check::Transfer, |events| {
                first(events, |event| match &mut event.body {
                    EventBody::TransferDue { amount, .. } => {
                        *amount = more(*amount);
                        true
                    }
                    _ => false,
                });
            }),
            tamper("more days to transfer", Check::Transfer, |events| {
                first(events, |event| match &mut event.body {
                    EventBody::TransferDue { by, .. } => {
                        by.0 += 1;
                        true
                    }
                    _ => false,
                });
            }),
            tamper("a transfer of another amount", Check::Transfer, |events| {
                first(events, |event| match &mut event.body {
                    EventBody::TransferConfirmed { amount, .. } => {
                        *amount = more(*amount);
                        true
                    }
                    _ => false,
                });
            }),
        ],
    );
    all_found(
        &pull::reversed(),
        vec![tamper("a reversal of a debit that was reversed", Check::Conformity, |events| {
            nth(events, 1, |event| match &mut event.body {
                EventBody::Extorno { payments, .. } => {
                    *payments = vec![payment(0)];
                    true
                }
                _ => false,
            });
        })],
    );
}
