//! What leaves memory, and what of it a command needs back.
//!
//! Closed payments leave at a journaled point, the event `PaymentsEvicted`; an archive keeps their originals. The canonical
//! state and its digest stay the same, because closed payments, identifiers and trade documents are in it as accumulators
//! only. A command that concerns what has left [`needs`] it; where something happens to such a payment, the event
//! `PaymentRecalled` brings it back first.

use crate::decide::Needs;
use crate::pulse::by_house;
use crate::state::State;
use domain::command::{Command, CommandBody, Order};
use domain::event::EventBody;
use domain::ids::Role;
use domain::plan::Initiator;
use domain::{Event, PaymentId, PaymentKey, PaymentOriginal};

/// Payments whose turn it is to leave, at most, in one step: the writer lets go of them within a millisecond or two.
pub const EVICTION_STEP_PAYMENTS: u64 = 8_192;

/// The next step of eviction, as an event, where more than `payments_max` payments are in memory; `false` where not.
pub fn eviction(state: &State, payments_max: u64, out: &mut Vec<Event>) -> bool {
    let (first, next) = (state.payments.first_kept().0, state.payments.next_id().0);
    let step = EVICTION_STEP_PAYMENTS.min(payments_max.div_ceil(4).max(1));
    if next - first < payments_max + step {
        return false;
    }
    out.push(by_house(EventBody::PaymentsEvicted { before: PaymentId(first + step) }));
    true
}

/// What must be read from the archive before a command is decided.
#[must_use]
pub fn needs(state: &State, command: &Command) -> Needs {
    let mut needs = Needs::default();
    if state.payments.first_kept() == PaymentId(0) {
        return needs;
    }
    // Whether memory knows an identifier or a document is not asked here: what it knows comes first when it is decided, and
    // nearly all are new.
    match &command.body {
        CommandBody::Submit(submission) => {
            let order = submission.order();
            needs.identifier = Some(PaymentKey { institution: instructing(state, order), uetr: order.uetr });
            needs.document = order.document.map(|document| (order.arrangement, document));
        }
        CommandBody::Return { original, uetr, .. } => {
            // Only the payee's institution may give a payment back, under a reference of its own.
            if let Role::Institution(institution) = command.actor.role {
                needs.identifier = Some(PaymentKey { institution, uetr: *uetr });
            }
            state.need(*original, &mut needs);
        }
        CommandBody::Cancel { payment }
        | CommandBody::ResolveHold { payment, .. }
        | CommandBody::FailPayout { payment }
        | CommandBody::OpenDispute { payment }
        | CommandBody::EndDispute { payment, .. } => state.need(*payment, &mut needs),
        CommandBody::ConfirmCollections { payments, .. } | CommandBody::GiveConformity { payments, .. } => {
            payments.iter().for_each(|payment| state.need(*payment, &mut needs));
        }
        _ => {}
    }
    needs
}

pub(crate) fn instructing(state: &State, order: &Order) -> domain::InstitutionId {
    match state.arrangement(order.arrangement).map(|found| found.plan.initiator) {
        Some(Initiator::Payee) => order.payee,
        Some(Initiator::Payer) | None => order.payer,
    }
}

impl State {
    fn need(&self, payment: PaymentId, needs: &mut Needs) {
        if payment < self.payments.first_kept() && self.payments.get(payment).is_none() {
            needs.payments.push(payment);
        }
    }

    pub(crate) fn payments_evicted(&mut self, before: PaymentId) {
        self.payments.evict(before);
        self.last_eviction = Some(self.next_seq);
    }

    /// The originals that leave memory when everything closed before an ordinal does, by ordinal: for the archive, before
    /// the event is taken into the state.
    #[must_use]
    pub fn originals_leaving(&self, before: PaymentId) -> Vec<PaymentOriginal> {
        self.payments.closed_before(before).map(|(payment, _)| self.payments.original(payment)).collect()
    }

    /// Number of the last eviction: an archive that is not complete to it lacks something.
    #[must_use]
    pub const fn last_eviction(&self) -> Option<domain::EventSeq> {
        self.last_eviction
    }

    /// Payments before this ordinal are in memory only while they are open, or were recalled.
    #[must_use]
    pub const fn first_in_memory(&self) -> PaymentId {
        self.payments.first_kept()
    }
}
