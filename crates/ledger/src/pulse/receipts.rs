//! Heads of queues that receipts of a block release: each by itself, in order, as long as it fits.

use super::by_house;
use crate::admission::Overlay;
use crate::limits::RECEIPT_RELEASES_MAX;
use crate::state::{Arrangement, State};
use domain::event::{Event, EventBody, Released};
use domain::{InstitutionId, PaymentState, Timestamp};
use std::collections::BTreeMap;

/// What receipts of this block release, as events; `false` and none when nothing. The engine evolves and calls again, for
/// what is released are receipts too, up to its own maximum; the rest waits for the next block or run.
pub fn release(state: &State, now: Timestamp, out: &mut Vec<Event>) -> bool {
    let before = out.len();
    for arrangement in state.arrangements.iter().filter(|arrangement| !arrangement.credited.is_empty()) {
        let payments = heads(state, arrangement, now);
        if !payments.is_empty() {
            out.push(by_house(EventBody::QueueReleased { arrangement: arrangement.id, run: None, payments }));
            return true;
        }
    }
    debug_assert_eq!(out.len(), before);
    false
}

fn heads(state: &State, arrangement: &Arrangement, now: Timestamp) -> Vec<Released> {
    let mut changes_minor: BTreeMap<InstitutionId, i128> = BTreeMap::new();
    let mut overlay = Overlay::default();
    let mut released = Vec::new();
    for &institution in &arrangement.credited {
        let Some(participant) = arrangement.participant(institution) else { continue };
        let mut headroom_minor = participant.free_headroom_minor(&state.accounts)
            + changes_minor.get(&institution).copied().unwrap_or_default();
        for payment in participant.queue() {
            let record = state.payments.of(payment);
            let fits = i128::from(record.position_minor) <= headroom_minor;
            // A quote that has run out is priced again by a run, not here; what a run holds frozen only the run releases.
            let stale = record.quote_until.is_some_and(|until| until < now);
            let frozen = record.state == PaymentState::InCycle;
            if !fits || stale || frozen || released.len() == RECEIPT_RELEASES_MAX {
                break;
            }
            headroom_minor -= i128::from(record.position_minor);
            *changes_minor.entry(institution).or_default() -= i128::from(record.position_minor);
            *changes_minor.entry(record.payee).or_default() += i128::from(record.position_minor);
            let payee = arrangement.of(record.payee);
            let payout = state.payout_when(arrangement, payee, record.position_minor, &mut overlay);
            released.push(Released { payment, payout });
        }
    }
    released
}
