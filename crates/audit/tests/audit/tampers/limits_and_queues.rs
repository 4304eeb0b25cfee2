//! Limits, rates and queues, altered.

use super::{all_found, by, entered, first, insert_before, limit_set, more, nth, order, place, remove, tamper};
use crate::push_fixed;
use crate::story::{ARRANGEMENT, Events, amounts, date, member, payment};
use audit::Check;
use domain::event::{Disposition, EndReason, Payout, Quote, Released};
use domain::limit::Scope;
use domain::{Actor, EventBody, RunId};
use money::Rate;

#[test]
fn what_is_wrong_with_limits_rates_and_queues_is_found() {
    let beyond = |scope: Scope, owner: u16| {
        move |events: &mut Events| {
            insert_before(events, entered(2), by(Actor::member(member(owner), 1), limit_set(scope, 50_000)));
        }
    };
    let quoted = |quote: Quote| {
        move |events: &mut Events| {
            first(events, |event| match &mut event.body {
                EventBody::RatePublished { quote: published, .. } => {
                    *published = quote;
                    true
                }
                _ => false,
            });
        }
    };
    let released = |alter: fn(&mut Vec<Released>)| {
        move |events: &mut Events| {
            first(events, |event| match &mut event.body {
                EventBody::QueueReleased { payments, .. } => {
                    alter(payments);
                    true
                }
                _ => false,
            });
        }
    };
    all_found(
        &push_fixed::three_days(),
        vec![
            tamper("shares beyond the cap", Check::Limit, |events| {
                first(events, |event| match &mut event.body {
                    EventBody::LimitSet(setting) => {
                        setting.maximum_minor = 60_001;
                        true
                    }
                    _ => false,
                });
            }),
            tamper("a payment beyond its institution's share", Check::Limit, |events| {
                order(events, 2, |order| order.amounts = amounts(301_206, 60_001, 60_001));
            }),
            tamper("one payment that is too large", Check::Limit, beyond(Scope::PerPayment(member(0)), 0)),
            tamper("a creditor's cap passed", Check::Limit, beyond(Scope::CreditorExposure(member(2)), 2)),
            tamper("a pair line passed", Check::Limit, {
                beyond(Scope::Pair { debtor: member(0), creditor: member(2) }, 2)
            }),
            tamper("a limit in the past", Check::Limit, |events| {
                let mut setting = limit_set(Scope::PerPayment(member(0)), 1);
                if let EventBody::LimitSet(setting) = &mut setting {
                    setting.effective = date("2024-03-01");
                }
                insert_before(events, entered(2), by(Actor::member(member(0), 1), setting));
            }),
            tamper("a quote too wide", Check::Rate, quoted(push_fixed::two_sided("5.0000", "5.0251"))),
            tamper(
                "a quote that buys above its selling rate",
                Check::Rate,
                quoted(push_fixed::two_sided("5.03", "5.02")),
            ),
            tamper("a reference rate where quotes are used", Check::Rate, quoted(Quote::Reference(Rate::ONE))),
            tamper("a payment that passes those before it", Check::Queue, |events| {
                order(events, 4, |order| order.disposition = Disposition::Cleared(Payout::AtClearing));
            }),
            tamper("a payment that waits for nothing", Check::Queue, |events| {
                order(events, 5, |order| order.disposition = Disposition::Queued);
            }),
            tamper("heads released out of order", Check::Queue, released(|payments| payments.reverse())),
            tamper("a head released that does not fit", Check::Limit, |events| {
                order(events, 6, |order| order.amounts = amounts(4_000, 4_000, 20_000));
            }),
            tamper("a run that leaves one of its set behind", Check::Queue, |events| {
                nth(events, 1, |event| match &mut event.body {
                    EventBody::QueueReleased { payments, .. } => {
                        payments.pop();
                        true
                    }
                    _ => false,
                });
            }),
            tamper("a run that releases more than its set", Check::Queue, |events| {
                let at = place(events, |body| matches!(body, EventBody::RunEnded { run: RunId(1), .. }));
                let payments = vec![Released { payment: payment(15), payout: Payout::AfterSettlement }];
                let body = EventBody::QueueReleased { arrangement: ARRANGEMENT, run: Some(RunId(1)), payments };
                let time = events[at].0;
                events.insert(at, (time, by(Actor::HOUSE, body)));
            }),
            tamper("a run that says it froze more", Check::Queue, |events| {
                first(events, |event| match &mut event.body {
                    EventBody::RunFrozen { items, .. } => {
                        *items += 1;
                        true
                    }
                    _ => false,
                });
            }),
            tamper("a payment released on a quote that has run out", Check::Amount, |events| {
                remove(events, |body| matches!(body, EventBody::PaymentRequoted { .. }));
            }),
            tamper("a renewed price one cent more", Check::Amount, |events| {
                first(events, |event| match &mut event.body {
                    EventBody::PaymentRequoted { amounts, .. } => {
                        amounts.payer = amounts.payer.map(more);
                        true
                    }
                    _ => false,
                });
            }),
            tamper("a quote that lapses though its new price is tolerable", Check::Transition, |events| {
                let at = place(
                    events,
                    |body| matches!(body, EventBody::RatePublished { quote, .. } if *quote == push_fixed::two_sided("3.9000", "3.9100")),
                );
                events.remove(at);
                order(events, 18, |order| order.amounts = amounts(20_000, 20_000, 74_100));
            }),
            tamper("a payment that has cleared is withdrawn", Check::Transition, |events| {
                first(events, |event| match &mut event.body {
                    EventBody::PaymentsEnded { reason: EndReason::Cancelled, payments, .. } => {
                        *payments = vec![payment(1)];
                        true
                    }
                    _ => false,
                });
            }),
        ],
    );
}
