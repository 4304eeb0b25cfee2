//! Days, fixings, cycles and settlement, altered.

use super::{all_found, close, entered, first, more, nth, place, remove, tamper};
use crate::story::{ARRANGEMENT, amount, date, payment};
use crate::{push_fixed, push_open};
use audit::Check;
use domain::event::{EndReason, Quote};
use domain::plan::DayStep;
use domain::time::SECOND_US;
use domain::{Actor, CycleId, EventBody};
use money::Rate;

#[test]
fn what_is_wrong_with_days_cycles_and_settlement_is_found() {
    all_found(
        &push_fixed::three_days(),
        vec![
            tamper("a second day while one is open", Check::Day, |events| {
                let at = place(events, |body| matches!(body, EventBody::DayOpened { .. }));
                let again = events[at].clone();
                events.insert(at + 1, again);
            }),
            tamper("a day on a Sunday", Check::Day, |events| {
                first(events, |event| match &mut event.body {
                    EventBody::DayOpened { date: day, .. } => {
                        *day = date("2024-03-03");
                        true
                    }
                    _ => false,
                });
            }),
            tamper("a schedule without a step", Check::Day, |events| {
                first(events, |event| match &mut event.body {
                    EventBody::DayOpened { schedule, .. } => schedule.pop().is_some(),
                    _ => false,
                });
            }),
            tamper("a schedule out of order", Check::Day, |events| {
                first(events, |event| match &mut event.body {
                    EventBody::DayOpened { schedule, .. } => {
                        let close = schedule.iter_mut().find(|(step, _)| *step == DayStep::Close).unwrap();
                        close.1 = close.1.plus_us(-12 * 3600 * SECOND_US);
                        true
                    }
                    _ => false,
                });
            }),
            tamper("a payment that outlives its time", Check::Day, |events| {
                remove(events, |body| matches!(body, EventBody::PaymentsEnded { reason: EndReason::Expired, .. }));
            }),
            tamper("a payment that expires before its time", Check::Transition, |events| {
                first(events, |event| match &mut event.body {
                    EventBody::PaymentsEnded { reason: EndReason::Cancelled, .. } => {
                        let payments = vec![payment(19)];
                        event.body =
                            EventBody::PaymentsEnded { arrangement: ARRANGEMENT, reason: EndReason::Expired, payments };
                        event.actor = Actor::HOUSE;
                        true
                    }
                    _ => false,
                });
            }),
            tamper("a day that closes without its cycle", Check::Cycle, |events| {
                remove(events, |body| matches!(body, EventBody::CycleClosed(_)));
            }),
            tamper("a cycle with another number", Check::Cycle, |events| {
                close(events, 0, |closed| closed.cycle = CycleId(1))
            }),
            tamper("a position one cent off", Check::Cycle, |events| {
                close(events, 0, |closed| closed.positions[0].2 += 1)
            }),
            tamper("nets that are not what the positions make", Check::Cycle, |events| {
                close(events, 0, |closed| {
                    closed.nets[0].1 += 1;
                    closed.nets[1].1 -= 1;
                });
            }),
            tamper("a leg one cent off", Check::Settlement, |events| {
                close(events, 0, |closed| closed.legs[0].amount = more(closed.legs[0].amount));
            }),
            tamper("pay-outs before pay-ins", Check::Settlement, |events| {
                close(events, 0, |closed| closed.legs.reverse())
            }),
            tamper("another day of settlement", Check::Settlement, |events| {
                close(events, 0, |closed| closed.settle_on.0 += 1)
            }),
            tamper("a pay-out confirmed before the pay-in", Check::Settlement, |events| {
                first(events, |event| match &mut event.body {
                    EventBody::SettlementConfirmed { leg, .. } => {
                        *leg = 1;
                        true
                    }
                    _ => false,
                });
            }),
            tamper("a leg confirmed twice", Check::Settlement, |events| {
                nth(events, 1, |event| match &mut event.body {
                    EventBody::SettlementConfirmed { leg, .. } => {
                        *leg = 0;
                        true
                    }
                    _ => false,
                });
            }),
            tamper("a cycle settled with a leg open", Check::Settlement, |events| {
                remove(events, |body| matches!(body, EventBody::SettlementConfirmed { leg: 2, .. }));
            }),
            tamper("leg 3 paid before the net has settled", Check::Leg, |events| {
                remove(events, |body| matches!(body, EventBody::CycleSettled { .. }));
            }),
            tamper("leg 3 paid to another institution", Check::Leg, |events| {
                first(events, |event| match &mut event.body {
                    EventBody::PayoutsConfirmed { payments, .. } => {
                        payments[0] = payment(1);
                        true
                    }
                    _ => false,
                });
            }),
            tamper("prefunding withdrawn that is not there", Check::Account, |events| {
                nth(events, 4, |event| match &mut event.body {
                    EventBody::PrefundingMoved { amount, .. } => {
                        *amount = more(*amount);
                        true
                    }
                    _ => false,
                });
            }),
            tamper("another digest of a day", Check::Digest, |events| {
                first(events, |event| match &mut event.body {
                    EventBody::DayClosed { digest, .. } => {
                        digest[31] ^= 1;
                        true
                    }
                    _ => false,
                });
            }),
        ],
    );
}

#[test]
fn what_is_wrong_with_fixings_and_conversion_is_found() {
    all_found(
        &push_open::three_days(),
        vec![
            tamper("a fixing at another rate than was published", Check::Rate, |events| {
                first(events, |event| match &mut event.body {
                    EventBody::FixingMade { rates, .. } => {
                        rates[0].1 = Rate::parse("108.88671").unwrap();
                        true
                    }
                    _ => false,
                });
            }),
            tamper("a fixing without a currency", Check::Rate, |events| {
                first(events, |event| match &mut event.body {
                    EventBody::FixingMade { rates, .. } => rates.pop().is_some(),
                    _ => false,
                });
            }),
            tamper("a reference rate that jumps with one signature", Check::Rate, |events| {
                nth(events, 2, |event| match &mut event.body {
                    EventBody::RatePublished { quote, .. } => {
                        *quote = Quote::Reference(Rate::parse("200").unwrap());
                        true
                    }
                    _ => false,
                });
            }),
            tamper("a fixing before its time", Check::Day, |events| {
                let at = place(events, |body| matches!(body, EventBody::FixingMade { .. }));
                events[at].0 = events[at].0.plus_us(-1);
            }),
            tamper("an order before entry opens", Check::Day, |events| {
                let at = place(events, entered(0));
                events[at].0 = date("2022-03-11").start().plus_us(8 * 3600 * SECOND_US);
            }),
            tamper("an open price one centavo more", Check::Amount, |events| {
                first(events, |event| match &mut event.body {
                    EventBody::PaymentsPriced { payments, .. } => {
                        payments[0].payer = more(payments[0].payer);
                        true
                    }
                    _ => false,
                });
            }),
            tamper("leg 1 due on another day", Check::Day, |events| {
                first(events, |event| match &mut event.body {
                    EventBody::PaymentsPriced { collect_on, .. } => {
                        collect_on.0 += 1;
                        true
                    }
                    _ => false,
                });
            }),
            tamper("a net converted at another rate", Check::Cycle, |events| {
                close(events, 1, |closed| {
                    closed.nets[0].1 += 1;
                    closed.nets[1].1 -= 1;
                });
            }),
            tamper("a result of conversion one centavo off", Check::Conversion, |events| {
                close(events, 1, |closed| closed.fx_results[0].settled_minor += 1);
            }),
            tamper("a return at the rate of its original", Check::Return, |events| {
                first(events, |event| match &mut event.body {
                    EventBody::PaymentReturned { amounts, .. } => {
                        amounts.payee = amount(86_672_600);
                        true
                    }
                    _ => false,
                });
            }),
        ],
    );
}
