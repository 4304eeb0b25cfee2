//! Any bit of what was journaled, flipped: found, unless it says nothing that a rule determines.

use crate::story::{Events, Story, audit};
use crate::{open_run, pull, push_fixed, push_open};
use domain::{Actor, Event, EventBody};
use proptest::prelude::*;
use std::sync::LazyLock;

static STORIES: LazyLock<Vec<Events>> = LazyLock::new(|| {
    [
        push_fixed::three_days(),
        push_open::three_days(),
        pull::interest(),
        pull::period(),
        pull::reversed(),
        open_run::day(),
    ]
    .into_iter()
    .map(|story: Story| {
        // What comes after the last close of a day is not yet covered by a digest.
        let mut events = story.events;
        while !matches!(events.last(), Some((_, Event { body: EventBody::DayClosed { .. }, .. }))) {
            events.pop();
        }
        events
    })
    .collect()
});

/// An event without what is told for the record only: which person acted, who else signed, the zone data of a schedule,
/// what the sender of a refused command meant.
fn without_the_record(event: &Event) -> Event {
    let mut event = event.clone();
    event.actor.person = 0;
    event.approvals = Vec::new();
    match &mut event.body {
        // The text of the rules is in the digest; what it compiles to only their reader can say.
        EventBody::RulebookAdopted { plan, .. } => **plan = crate::plans::push_fixed(),
        EventBody::DayOpened { schedule, time_zone_version, .. } => {
            schedule.clear();
            time_zone_version.clear();
        }
        // Before the first day one date is as early as another.
        EventBody::LimitSet(setting) => setting.effective = domain::Date(0),
        EventBody::ConformityGiven { by_silence, .. } | EventBody::Extorno { by_silence, .. } => *by_silence = false,
        // How long the optimiser is given is the house's choice; what it proves is in the certificate.
        EventBody::RunOpened { until, .. } => *until = domain::Timestamp(0),
        EventBody::RunConcluded { proof: Some(proof), .. } => {
            (proof.upper_bound_minor, proof.certificate, proof.ticks) = (0, [0; 32], 0);
        }
        // By the agent's confirmation, or by the house when nothing is left to confirm; by whoever passed the line.
        EventBody::CycleSettled { .. } | EventBody::TransferDue { .. } => event.actor = Actor::HOUSE,
        EventBody::CommandRefused { .. } | EventBody::IdentifierReused { .. } => {
            event.actor = Actor::HOUSE;
            event.body = EventBody::PayoutFailed { payment: domain::PaymentId(0) };
        }
        _ => {}
    }
    event
}

/// A quote that another one follows before the digest of the day stands in nothing but the amounts that it priced: where
/// rounding takes its last digit, nothing tells it from its neighbour.
fn is_a_quote_replaced_within_the_day(events: &[(domain::Timestamp, Event)], at: usize, flipped: &Event) -> bool {
    let EventBody::RatePublished { arrangement, member, currency, .. } = &events[at].1.body else { return false };
    let of_the_same = |event: &Event| {
        matches!(&event.body, EventBody::RatePublished { arrangement: other, member: by, currency: of, .. }
            if other == arrangement && by == member && of == currency)
    };
    let replaced = events[at + 1..].iter().find(|(_, event)| {
        of_the_same(event) || matches!(event.body, EventBody::DayClosed { .. } | EventBody::FixingMade { .. })
    });
    of_the_same(flipped) && replaced.is_some_and(|(_, event)| of_the_same(event))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_flipped_bit_is_found_unless_no_rule_determines_it(
        story in 0..5_usize,
        event in any::<prop::sample::Index>(),
        byte in any::<prop::sample::Index>(),
        bit in 0..8_u8,
    ) {
        let events = &STORIES[story];
        let at = event.index(events.len());
        let mut bytes = Vec::new();
        codec::encode(&events[at].1, &mut bytes);
        let place = byte.index(bytes.len());
        bytes[place] ^= 1 << bit;
        let Ok(flipped) = codec::decode_exact(&bytes) else { return Ok(()) };
        let mut altered = events.clone();
        altered[at].1 = flipped.clone();
        let neutral = without_the_record(&flipped) == without_the_record(&events[at].1)
            || is_a_quote_replaced_within_the_day(events, at, &flipped);
        prop_assert!(neutral || audit(&altered).is_err(), "event {at}: {:?}\nbecame {flipped:?}", events[at].1);
    }

    #[test]
    fn no_sequence_of_events_makes_the_auditor_panic(
        story in 0..5_usize,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..12_u8), 1..8),
        first_us in prop::sample::select(vec![i64::MIN, 0, i64::MAX]),
    ) {
        let mut events = STORIES[story].clone();
        for (place, other, change) in changes {
            let (at, other_at) = (place.index(events.len()), other.index(events.len()));
            match change {
                0 => events.swap(at, other_at),
                1 => events.insert(at, events[other_at].clone()),
                2 => drop(events.remove(at)),
                3 => events[at..].iter_mut().for_each(|(time, _)| time.0 = first_us),
                bit => {
                    let mut bytes = Vec::new();
                    codec::encode(&events[at].1, &mut bytes);
                    let byte = other.index(bytes.len());
                    bytes[byte] ^= 1 << (bit - 4);
                    if let Ok(flipped) = codec::decode_exact(&bytes) {
                        events[at].1 = flipped;
                    }
                }
            }
        }
        // Found or not: it comes to an end, and what was accepted has a digest.
        if let Ok(model) = audit(&events) {
            prop_assert!(!model.rows().is_empty());
        }
    }
}
