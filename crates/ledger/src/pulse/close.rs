//! The close of a business day: what has had its time ends, the cycle is netted when it ends on this day, the day closes
//! over the digest of the state.

use super::by_house;
use crate::decide::is_settled;
use crate::limits::EVENT_PAYMENTS_MAX;
use crate::state::{Arrangement, Day, State};
use domain::event::{DisputeOutcome, EndReason, Event, EventBody};
use domain::plan::{CycleLength, Silence};
use domain::{Date, PaymentId};
use std::collections::BTreeMap;

/// A closed cycle whose legs are all confirmed, or that has none, is final.
pub(super) fn settle_what_owes_nothing(arrangement: &Arrangement, out: &mut Vec<Event>) -> bool {
    let done = arrangement.closed_cycles.iter().find(|closed| !closed.settled && is_settled(arrangement, closed, None));
    let Some(closed) = done else { return false };
    out.push(by_house(EventBody::CycleSettled { arrangement: arrangement.id, cycle: closed.cycle }));
    true
}

/// The next step of the close.
pub(super) fn close(state: &State, arrangement: &Arrangement, day: &Day, out: &mut Vec<Event>) {
    let before = out.len();
    expire(state, arrangement, day.date, out);
    if out.len() == before {
        answer_by_silence(arrangement, day.date, out);
    }
    if out.len() == before {
        lapse_disputes(arrangement, day.date, out);
    }
    if out.len() == before && !day.cycle_closed && cycle_ends_on(state, arrangement, day) {
        let body = crate::credit::close(state, arrangement, day.date);
        // Said once for each amount that is missing; the day stays open until the close can be made.
        let said = |missing: money::AmountMinor| arrangement.credit.stopped_minor == Some(missing.get());
        if matches!(body, EventBody::CloseStopped { missing, .. } if said(missing)) {
            return;
        }
        out.push(by_house(body));
    }
    if out.len() == before {
        let digest = state.digest();
        out.push(by_house(EventBody::DayClosed { arrangement: arrangement.id, date: day.date, digest }));
    }
}

fn expire(state: &State, arrangement: &Arrangement, today: Date, out: &mut Vec<Event>) {
    let mut ends: BTreeMap<Date, bool> = BTreeMap::new();
    let queued = arrangement.participants().flat_map(|(_, participant)| participant.queue());
    let waiting =
        arrangement.awaiting_rate.iter().chain(&arrangement.awaiting_collection).chain(arrangement.held.keys());
    let mut expired: Vec<PaymentId> = queued
        .chain(waiting.copied())
        .filter(|payment| {
            let record = state.payments.of(*payment);
            // What has cleared waits here for its leg 1, which is owed and does not expire.
            record.cycle.is_none()
                && *ends
                    .entry(record.entered)
                    .or_insert_with(|| life_is_over(state, arrangement, record.entered, today))
        })
        .collect();
    expired.sort_unstable();
    for part in expired.chunks(EVENT_PAYMENTS_MAX) {
        let (reason, payments) = (EndReason::Expired, part.to_vec());
        out.push(by_house(EventBody::PaymentsEnded { arrangement: arrangement.id, reason, payments }));
    }
}

/// Whether an item that entered on a date has had its time by the close of today: the life that the queue gives, or, where
/// the rulebook has no queue, the time within which a payment could be returned.
fn life_is_over(state: &State, arrangement: &Arrangement, entered: Date, today: Date) -> bool {
    match arrangement.plan.queue {
        Some(rule) => {
            state.business_day_after(arrangement, entered, rule.life_business_days).is_some_and(|last| last <= today)
        }
        None => entered.plus_days(i32::from(arrangement.plan.returns.window_days)) <= today,
    }
}

fn answer_by_silence(arrangement: &Arrangement, today: Date, out: &mut Vec<Event>) {
    let Some(rule) = arrangement.plan.conformity else { return };
    let silent: Vec<PaymentId> = arrangement
        .awaiting_conformity
        .iter()
        .take_while(|(by, _)| *by <= today)
        .map(|(_, payment)| *payment)
        .collect();
    for part in silent.chunks(EVENT_PAYMENTS_MAX) {
        let (arrangement, payments, by_silence) = (arrangement.id, part.to_vec(), true);
        out.push(by_house(match rule.silence_is {
            Silence::Conformity => EventBody::ConformityGiven { arrangement, payments, by_silence },
            Silence::Extorno => EventBody::Extorno { arrangement, payments, by_silence },
        }));
    }
}

fn lapse_disputes(arrangement: &Arrangement, today: Date, out: &mut Vec<Event>) {
    for (_, payment) in arrangement.disputes.iter().take_while(|(until, _)| *until <= today) {
        let outcome = DisputeOutcome::Lapsed;
        out.push(by_house(EventBody::DisputeEnded { payment: *payment, outcome }));
    }
}

/// Whether the open cycle ends with this business day: the last one of its period, or the first after a period whose last
/// business day was never opened. A holiday may be declared when the day before it has closed.
fn cycle_ends_on(state: &State, arrangement: &Arrangement, day: &Day) -> bool {
    let length = arrangement.plan.cycle.length;
    let next = state.business_day_after(arrangement, day.date, 1);
    let another = next.is_none_or(|next| period_of(length, next) != period_of(length, day.date));
    length != CycleLength::Continuous && (day.cycle_overdue || another)
}

/// The last calendar day of the period in which a date stands.
pub(crate) fn period_of(length: CycleLength, date: Date) -> Date {
    match length {
        CycleLength::Day => date,
        CycleLength::Continuous => Date(i32::MAX),
        CycleLength::Week(closes_on) => {
            date.plus_days((i32::from(closes_on) - 1 - weekday_from_monday(date)).rem_euclid(7))
        }
        CycleLength::Months(months) => {
            let months = u32::from(months.max(1));
            let (year, month, _) = date.ymd();
            let last_month = (month - 1) / months * months + months;
            let after =
                if last_month >= 12 { Date::from_ymd(year + 1, 1, 1) } else { Date::from_ymd(year, last_month + 1, 1) };
            after.map_or(Date(i32::MAX), |after| after.plus_days(-1))
        }
    }
}

/// Days of a date after the Monday before it.
fn weekday_from_monday(date: Date) -> i32 {
    // 1 January 1970 was a Thursday.
    (date.0 + 3).rem_euclid(7)
}
