//! Leg 1 confirmed: the payer's member has the money.

use super::{Answer, DONE, Decided, Decision, No};
use crate::admission::{Claim, Overlay};
use crate::limits::COMMAND_PAYMENTS_MAX;
use domain::event::{Admitted, EventBody};
use domain::payment::LegState;
use domain::{ArrangementId, PaymentId, PaymentState, Refusal};

impl Decision<'_> {
    /// All or none: one item that cannot be confirmed refuses the command and is named.
    pub(super) fn confirm_collections(&mut self, id: ArrangementId, payments: &[PaymentId]) -> Decided {
        let arrangement = self.arrangement(id)?;
        check_list(payments)?;
        let mut overlay = Overlay::default();
        let mut outcomes = Vec::with_capacity(payments.len());
        for &payment in payments {
            let (record, _) = self.payment(payment)?;
            if record.arrangement != id {
                return Err(No::about(Refusal::PaymentUnknown, payment));
            }
            let payer =
                arrangement.participant(record.payer).ok_or(No::about(Refusal::MemberNotInArrangement, payment))?;
            self.by_member(payer.member)?;
            let admitted = match (record.state, record.collection) {
                (PaymentState::Cleared | PaymentState::Disputed | PaymentState::PaidOut, LegState::Instructed) => {
                    Admitted::AlreadyCleared
                }
                (PaymentState::AwaitingCollection, LegState::Due) => {
                    // The value date of an open-priced payment is the day on which leg 1 is due.
                    if arrangement.open_date().is_none_or(|today| today < record.value_date) {
                        return Err(No::about(Refusal::EntryClosed, payment));
                    }
                    let claim = Claim {
                        payer: record.payer,
                        payee: record.payee,
                        position_minor: record.position_minor,
                        urgent: record.urgent,
                        stale: record.quote_until.is_some_and(|until| until < self.now),
                    };
                    match self.state.admit(arrangement, claim, &mut overlay) {
                        Ok(admitted) => admitted,
                        Err(refused) => {
                            self.stop_facility(arrangement, refused);
                            return Err(No::about(refused.refusal, payment));
                        }
                    }
                }
                _ => return Err(No::about(Refusal::PaymentState, payment)),
            };
            outcomes.push((payment, admitted));
        }
        self.emit(EventBody::CollectionsConfirmed { arrangement: id, payments: outcomes });
        Ok(DONE)
    }
}

/// A list of payments of a command: not empty, bounded, each once.
pub(super) fn check_list(payments: &[PaymentId]) -> Result<(), No> {
    if payments.is_empty() || payments.len() > COMMAND_PAYMENTS_MAX {
        return Err(No::unheard(Refusal::PaymentUnknown));
    }
    let mut sorted = payments.to_vec();
    sorted.sort_unstable();
    // Which one stands twice is not journaled: it may be no payment at all.
    if sorted.windows(2).any(|pair| pair[0] == pair[1]) { Err(Refusal::PaymentState.into()) } else { Ok(()) }
}

/// The answer to a command about one payment.
pub(super) const fn done_with(payment: PaymentId) -> Answer {
    Answer::Accepted { payment: Some(payment), disposition: None }
}
