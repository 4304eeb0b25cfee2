//! Runs that stay open: one that a proposal ends, one that ends in order of entry, one that releases nothing; and each
//! with one thing altered.

use crate::push_fixed::{closed, enters, house, released};
use crate::story::{ARRANGEMENT, Story, audit, institution, payment};
use crate::tampers::{all_found, by, first, insert_before, nth, place, remove, tamper};
use audit::Check;
use domain::command::Order;
use domain::event::{Disposition, EndReason, Payout, Released};
use domain::payment::Bucket;
use domain::plan::Denomination::Asset;
use domain::time::SECOND_US;
use domain::{
    Actor, DocumentKey, EventBody, PaymentId, RunId, RunInstance, RunItem, RunMethod, RunParticipant, RunProof,
    Timestamp,
};
use money::AmountMinor;

const AFTER: Payout = Payout::AfterSettlement;

/// An instance, with the headroom and the items that the story says there are.
fn instance(run: u32, headroom: &[(u32, i128)], items: &[(u64, u32, u32, u64, bool)]) -> RunInstance {
    RunInstance {
        arrangement: ARRANGEMENT,
        run: RunId(run),
        participants: headroom
            .iter()
            .map(|(number, headroom_minor)| RunParticipant {
                institution: institution(*number),
                headroom_minor: *headroom_minor,
            })
            .collect(),
        items: items
            .iter()
            .map(|(number, payer, payee, minor, urgent)| RunItem {
                payment: payment(*number),
                payer: institution(*payer),
                payee: institution(*payee),
                amount: AmountMinor::new(*minor).unwrap(),
                urgent: *urgent,
            })
            .collect(),
    }
}

fn opened(story: &mut Story, items: u64, open_s: i64, instance: &RunInstance) {
    let (run, until) = (instance.run, story.now.plus_us(open_s * SECOND_US));
    story.house(EventBody::RunFrozen { arrangement: ARRANGEMENT, run, items });
    let (items, instance) = (u64::try_from(instance.items.len()).unwrap(), instance.digest());
    story.house(EventBody::RunOpened { arrangement: ARRANGEMENT, run, items, instance, until });
}

fn concluded(story: &mut Story, run: u32, method: RunMethod, value_minor: i128, bound: Option<i128>) {
    let proof = bound.map(|upper_bound_minor| RunProof { upper_bound_minor, certificate: [7; 32], ticks: 9 });
    story.house(EventBody::RunConcluded { arrangement: ARRANGEMENT, run: RunId(run), method, value_minor, proof });
}

fn queued(story: &mut Story, payer: u32, payee: u32, minor: u64, urgent: bool) -> PaymentId {
    // Above 10,000 dollars an order names its trade document.
    let document = (minor > 1_000_000).then(|| DocumentKey([u8::try_from(payer).unwrap(); 16]));
    let order = Order { urgent, document, ..story.order(payer, payee, Asset, minor) };
    // Bank 0 pays reais at 5.02 to the dollar and is paid at 5.00; bank 3 uses dollars.
    let legs = if payer == 0 { (minor * 502 / 100, minor, minor) } else { (minor, minor, minor * 5) };
    enters(story, order, legs, Disposition::Queued)
}

/// A day on which three runs stay open.
pub fn day() -> Story {
    let mut story = house();
    story.open("2024-03-04");
    story.at(11, 50);
    let rock = queued(&mut story, 0, 3, 1_200_000, false);
    let there = queued(&mut story, 0, 3, 150_000, false);
    let urgent = queued(&mut story, 3, 0, 120_000, true);
    let later = queued(&mut story, 3, 0, 1_500_000, true);
    let back = queued(&mut story, 3, 0, 130_000, false);
    story.at(12, 0);
    let items = [
        (0, 0, 3, 1_200_000, false),
        (1, 0, 3, 150_000, false),
        (2, 3, 0, 120_000, true),
        (3, 3, 0, 1_500_000, true),
        (4, 3, 0, 130_000, false),
    ];
    opened(&mut story, 5, 300, &instance(0, &[(0, 60_000), (3, 100_000)], &items));
    story.at(12, 2);
    story.by_institution(0, EventBody::CancelPending { payment: rock });
    story.by_institution(3, EventBody::CancelPending { payment: back });
    story.at(12, 3);
    released(&mut story, Some(RunId(0)), &[(there, AFTER), (urgent, AFTER), (back, AFTER)]);
    let (arrangement, reason) = (ARRANGEMENT, EndReason::Cancelled);
    story.house(EventBody::PaymentsEnded { arrangement, reason, payments: vec![rock] });
    concluded(&mut story, 0, RunMethod::Optimal, 400_000, Some(410_000));

    story.by_institution(3, EventBody::PaymentsEnded { arrangement, reason, payments: vec![later] });
    let small = queued(&mut story, 3, 0, 5_000, false);
    story.at(12, 10);
    opened(&mut story, 1, 300, &instance(1, &[(0, 160_000), (3, 0)], &[(5, 3, 0, 5_000, false)]));
    let order = story.order(0, 3, Asset, 6_000);
    enters(&mut story, order, (30_120, 6_000, 6_000), Disposition::Cleared(AFTER));
    story.at(12, 15);
    released(&mut story, Some(RunId(1)), &[(small, AFTER)]);
    concluded(&mut story, 1, RunMethod::Fifo, 5_000, None);

    let large = queued(&mut story, 3, 0, 50_000, false);
    story.at(12, 20);
    opened(&mut story, 1, 300, &instance(2, &[(0, 159_000), (3, 1_000)], &[(7, 3, 0, 50_000, false)]));
    let urgent = Order { urgent: true, ..story.order(3, 0, Asset, 1_000) };
    enters(&mut story, urgent, (1_000, 1_000, 5_000), Disposition::Queued);
    story.at(12, 25);
    concluded(&mut story, 2, RunMethod::Unfrozen, 0, None);
    released(&mut story, None, &[(payment(8), AFTER)]);
    story.by_institution(3, EventBody::PaymentsEnded { arrangement, reason, payments: vec![large] });
    story.at(20, 30);
    story.house(closed("2024-03-04", 0, &[(0, 100_000), (3, -100_000)], &[(0, 100_000), (2, -100_000)], "2024-03-05"));
    story.close();
    story
}

#[test]
fn a_day_of_open_runs_is_accepted() {
    let story = day();
    let model = audit(&story.events).unwrap();
    assert!(model.positions_sum_to_zero());
    let figures = model.figures(ARRANGEMENT).unwrap();
    let count = |bucket| figures.buckets.get(&bucket).copied().unwrap_or(0);
    assert_eq!((count(Bucket::Cleared), count(Bucket::Cancelled), count(Bucket::Queued)), (6, 3, 0));
}

#[test]
fn what_is_wrong_with_an_open_run_is_found() {
    let is_end = |run: u32| move |body: &EventBody| matches!(body, EventBody::RunConcluded { run: found, .. } if *found == RunId(run));
    let release = |run: u32, alter: fn(&mut Vec<Released>)| {
        move |events: &mut crate::story::Events| {
            first(events, |event| match &mut event.body {
                EventBody::QueueReleased { run: Some(found), payments, .. } if *found == RunId(run) => {
                    alter(payments);
                    true
                }
                _ => false,
            });
        }
    };
    let released_of = |number: u64| Released { payment: payment(number), payout: AFTER };
    let end = |alter: fn(&mut RunMethod, &mut i128, &mut Option<RunProof>)| {
        move |events: &mut crate::story::Events| {
            first(events, |event| match &mut event.body {
                EventBody::RunConcluded { method, value_minor, proof, .. } => {
                    alter(method, value_minor, proof);
                    true
                }
                _ => false,
            });
        }
    };
    let opening = |alter: fn(&mut u64, &mut [u8; 32], &mut Timestamp)| {
        move |events: &mut crate::story::Events| {
            first(events, |event| match &mut event.body {
                EventBody::RunOpened { items, instance, until, .. } => {
                    alter(items, instance, until);
                    true
                }
                _ => false,
            });
        }
    };
    let pending = |actor: Actor, number: u64| {
        move |events: &mut crate::story::Events| {
            let body = EventBody::CancelPending { payment: payment(number) };
            insert_before(events, |body| matches!(body, EventBody::QueueReleased { .. }), by(actor, body));
        }
    };
    all_found(
        &day(),
        vec![
            tamper(
                "an institution beyond its headroom",
                Check::Limit,
                release(0, |payments| *payments = payments.split_off(1)),
            ),
            tamper("an urgent payment that passes an earlier one", Check::Queue, {
                release(0, |payments| payments[1].payment = payment(3))
            }),
            tamper("a payment that was not frozen", Check::Queue, {
                move |events| {
                    nth(events, 1, |event| match &mut event.body {
                        EventBody::QueueReleased { payments, .. } => {
                            payments.insert(0, released_of(6));
                            true
                        }
                        _ => false,
                    });
                }
            }),
            tamper("a proposal worth less than the order of entry", Check::Queue, move |events| {
                remove(events, |body| matches!(body, EventBody::QueueReleased { run: Some(RunId(1)), .. }));
                let at = place(events, is_end(1));
                let (time, event) = &mut events[at];
                time.0 -= 1;
                if let EventBody::RunConcluded { method, value_minor, proof, .. } = &mut event.body {
                    (*method, *value_minor) = (RunMethod::Optimal, 0);
                    *proof = Some(RunProof { upper_bound_minor: 0, certificate: [7; 32], ticks: 9 });
                }
            }),
            tamper("an end in order of entry that leaves one behind", Check::Queue, release(1, Vec::clear)),
            tamper("an end that says it released nothing", Check::Queue, move |events| {
                let at = place(events, is_end(1));
                if let EventBody::RunConcluded { method, .. } = &mut events[at].1.body {
                    *method = RunMethod::Unfrozen;
                }
            }),
            tamper("a set of its own that is called one in order of entry", Check::Queue, {
                end(|method, _, proof| (*method, *proof) = (RunMethod::Fifo, None))
            }),
            tamper("a proposal without a proof", Check::Queue, end(|_, _, proof| *proof = None)),
            tamper("a value that is not what was released", Check::Amount, end(|_, value, _| *value += 1)),
            tamper("a bound below the value", Check::Amount, {
                end(|_, value, proof| proof.as_mut().unwrap().upper_bound_minor = *value - 1)
            }),
            tamper("a proposal after the time of its run", Check::Queue, |events| {
                first(events, |event| match &mut event.body {
                    EventBody::RunOpened { until, .. } => {
                        *until = until.plus_us(-120 * SECOND_US);
                        true
                    }
                    _ => false,
                });
            }),
            tamper("an item too many", Check::Queue, opening(|items, _, _| *items += 1)),
            tamper("another instance", Check::Queue, opening(|_, instance, _| instance[31] ^= 1)),
            tamper("a run that stays open beyond the close", Check::Day, {
                opening(|_, _, until| *until = until.plus_us(10 * 3_600 * SECOND_US))
            }),
            tamper("a run that is over as it begins", Check::Day, opening(|_, _, until| until.0 -= 300 * SECOND_US)),
            tamper("a cancel by somebody else", Check::Authority, pending(Actor::institution(institution(3), 0), 1)),
            tamper("a cancel that is pending twice", Check::Queue, pending(Actor::institution(institution(0), 0), 0)),
            tamper("a pending cancel that is forgotten", Check::Queue, |events| {
                remove(events, |body| matches!(body, EventBody::PaymentsEnded { .. }));
            }),
            tamper("a cancel that nobody asked for", Check::Authority, |events| {
                remove(events, |body| matches!(body, EventBody::CancelPending { payment: of } if *of == payment(0)));
            }),
            tamper("a frozen payment that is withdrawn at once", Check::Transition, |events| {
                let (reason, payments) = (EndReason::Cancelled, vec![payment(1)]);
                let body = EventBody::PaymentsEnded { arrangement: ARRANGEMENT, reason, payments };
                let event = by(Actor::institution(institution(0), 0), body);
                insert_before(events, |body| matches!(body, EventBody::CancelPending { .. }), event);
            }),
            tamper("a frozen head that a receipt releases", Check::Queue, move |events| {
                let body =
                    EventBody::QueueReleased { arrangement: ARRANGEMENT, run: None, payments: vec![released_of(5)] };
                insert_before(
                    events,
                    |body| matches!(body, EventBody::QueueReleased { run: Some(RunId(1)), .. }),
                    by(Actor::HOUSE, body),
                );
            }),
            tamper("an arrival that takes the headroom of what is frozen", Check::Limit, |events| {
                first(events, |event| match &mut event.body {
                    EventBody::PaymentEntered(entered) if entered.payment == payment(8) => {
                        entered.disposition = Disposition::Cleared(AFTER);
                        true
                    }
                    _ => false,
                });
            }),
            tamper("something between the parts of an end", Check::Queue, |events| {
                let body = EventBody::CancelPending { payment: payment(3) };
                let event = by(Actor::institution(institution(3), 0), body);
                insert_before(events, |body| matches!(body, EventBody::PaymentsEnded { .. }), event);
            }),
            tamper("an open run that ends like one that is not", Check::Queue, move |events| {
                let at = place(events, is_end(2));
                events[at].1.body = EventBody::RunEnded { arrangement: ARRANGEMENT, run: RunId(2) };
            }),
            tamper("a run left open when its time is over", Check::Queue, move |events| {
                remove(events, is_end(2));
                remove(events, |body| matches!(body, EventBody::QueueReleased { run: None, .. }));
            }),
        ],
    );
}
