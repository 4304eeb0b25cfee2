//! The end of an open run: what it releases clears together, pending cancels take effect, the rest is unfrozen.

use super::by_house;
use crate::admission::Overlay;
use crate::frozen::Frozen;
use crate::limits::EVENT_PAYMENTS_MAX;
use crate::state::{Arrangement, OpenRun, State};
use domain::event::{EndReason, Event, EventBody, Released};
use domain::{PaymentId, RunMethod, RunProof};

/// The run's time is over, or its proposal does not hold: what settles in order of entry under what is so now.
pub(crate) fn by_fifo(state: &State, arrangement: &Arrangement, open: &OpenRun, out: &mut Vec<Event>) {
    let settled = Frozen::of(state, arrangement, open).fifo();
    let method = if settled.is_empty() { RunMethod::Unfrozen } else { RunMethod::Fifo };
    conclude(state, arrangement, open, &settled, (method, None), out);
}

/// A proposal that holds; the bound is of what was frozen.
pub(crate) fn by_proposal(
    state: &State,
    arrangement: &Arrangement,
    open: &OpenRun,
    settled: &[PaymentId],
    proof: RunProof,
    out: &mut Vec<Event>,
) {
    let upper_bound_minor = proof.upper_bound_minor + arrangement.run_value_minor;
    let proof = RunProof { upper_bound_minor, ..proof };
    conclude(state, arrangement, open, settled, (RunMethod::Optimal, Some(proof)), out);
}

fn conclude(
    state: &State,
    arrangement: &Arrangement,
    open: &OpenRun,
    settled: &[PaymentId],
    (method, proof): (RunMethod, Option<RunProof>),
    out: &mut Vec<Event>,
) {
    let (id, run) = (arrangement.id, open.instance.run);
    let mut overlay = Overlay::default();
    let mut value_minor = arrangement.run_value_minor;
    let mut released = Vec::with_capacity(settled.len());
    for &payment in settled {
        let record = state.payments.of(payment);
        value_minor += i128::from(record.position_minor);
        let payee = arrangement.of(record.payee);
        let payout = state.payout_when(arrangement, payee, record.position_minor, &mut overlay);
        released.push(Released { payment, payout });
    }
    // The set clears as a whole: nobody is beyond its headroom when all of it has been posted.
    for part in released.chunks(EVENT_PAYMENTS_MAX) {
        out.push(by_house(EventBody::QueueReleased { arrangement: id, run: Some(run), payments: part.to_vec() }));
    }
    let cancels = open.cancels.iter().copied().filter(|payment| settled.binary_search(payment).is_err());
    for part in cancels.collect::<Vec<PaymentId>>().chunks(EVENT_PAYMENTS_MAX) {
        let (reason, payments) = (EndReason::Cancelled, part.to_vec());
        out.push(by_house(EventBody::PaymentsEnded { arrangement: id, reason, payments }));
    }
    out.push(by_house(EventBody::RunConcluded { arrangement: id, run, method, value_minor, proof }));
}
