//! One payment's way: every event that concerns it, and what each posted.

use crate::finding::Finding;
use crate::model::Model;
use domain::payment::{LegState, PaymentState};
use domain::{AccountKey, Event, EventBody, EventSeq, PaymentId, Timestamp};

/// An event that concerns a payment, with the payment as it stands after it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Footprint {
    /// The event's number.
    pub seq: EventSeq,
    /// The event's time.
    pub time: Timestamp,
    /// The event.
    pub event: Event,
    /// The payment's state; none where the order was refused on entry.
    pub state: Option<PaymentState>,
    /// Leg 1.
    pub collection: LegState,
    /// Leg 3.
    pub payout: LegState,
    /// What was posted for the payment: account and amount in minor units.
    pub entries: Vec<(AccountKey, i128)>,
}

/// Follows a payment through events read from the beginning of a journal.
///
/// # Errors
/// The first event that breaks a rule.
pub fn walk(
    events: impl IntoIterator<Item = (EventSeq, Timestamp, Event)>,
    payment: PaymentId,
) -> Result<Vec<Footprint>, Finding> {
    let mut model = Model::new();
    let mut way = Vec::new();
    for (seq, time, event) in events {
        let before = model.payments.get(payment).map(|found| found.row(payment));
        model.followed = Some((payment, Vec::new()));
        model.apply(seq, time, &event)?;
        let found = model.payments.get(payment);
        let after = found.map(|found| found.row(payment));
        let entries = model.followed.take().map(|(_, entries)| entries).unwrap_or_default();
        if before != after || !entries.is_empty() || names(&event.body, payment) {
            way.push(Footprint {
                seq,
                time,
                state: after.map(|row| row.state),
                collection: after.map_or(LegState::None, |row| row.collection),
                payout: after.map_or(LegState::None, |row| row.payout),
                event,
                entries,
            });
        }
    }
    Ok(way)
}

/// Events that name a payment without changing it.
fn names(body: &EventBody, payment: PaymentId) -> bool {
    match body {
        EventBody::PaymentRefused { payment: refused, .. } => *refused == payment,
        EventBody::CommandRefused { payment: about, .. } => *about == Some(payment),
        _ => false,
    }
}
