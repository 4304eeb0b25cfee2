//! Looking ahead: what a batch or a block will look for in the large tables is read a little before it is needed.
//!
//! A payment on its way touches two lines of memory that are nowhere near: where its identifier and where its trade
//! document would stand. One after the other, decided command by command, each is waited for; asked for together, some
//! dozens at a time, they arrive while others do. This changes nothing and reaches no result.

use crate::memory::instructing;
use crate::state::State;
use domain::command::CommandBody;
use domain::event::EventBody;
use domain::plan::Initiator;
use domain::{Command, Event, PaymentKey};

/// How many commands or events to look ahead of: enough to overlap the waiting, and what they read stays near.
pub const LOOK_AHEAD: usize = 64;

/// What deciding this command soon afterwards will look for.
pub fn look_ahead_of_command(state: &State, command: &Command) {
    if let CommandBody::Submit(submission) = &command.body {
        let order = submission.order();
        let key = PaymentKey { institution: instructing(state, order), uetr: order.uetr };
        state.payments.look_ahead(key, order.document.map(|document| (order.arrangement, document)));
    }
}

/// What taking this event in soon afterwards will look for.
pub fn look_ahead_of_event(state: &State, event: &Event) {
    match &event.body {
        EventBody::PaymentEntered(entered) => {
            let initiator = state.arrangement(entered.arrangement).map(|found| found.plan.initiator);
            let institution = if initiator == Some(Initiator::Payee) { entered.payee } else { entered.payer };
            let key = PaymentKey { institution, uetr: entered.uetr };
            state.payments.look_ahead(key, entered.document.map(|document| (entered.arrangement, document)));
        }
        EventBody::PaymentRefused { key, .. } => state.payments.look_ahead(*key, None),
        _ => {}
    }
}
