//! Leg 3: the payee's member has paid its institution, or could not.

use super::collections::done_with;
use super::{DONE, Decided, Decision, No};
use crate::limits::EVENT_PAYMENTS_MAX;
use domain::event::EventBody;
use domain::payment::LegState;
use domain::{ArrangementId, InstitutionId, PaymentId, Refusal};

impl Decision<'_> {
    /// Confirms everything that is due to an institution now; nothing due is nothing to do.
    pub(super) fn confirm_payouts(&mut self, id: ArrangementId, institution: InstitutionId) -> Decided {
        let arrangement = self.arrangement(id)?;
        let participant = arrangement.participant(institution).ok_or(No::from(Refusal::ParticipantUnknown))?;
        self.by_member(participant.member)?;
        let payments: Vec<PaymentId> = participant.payouts.iter().copied().collect();
        for part in payments.chunks(EVENT_PAYMENTS_MAX) {
            self.emit(EventBody::PayoutsConfirmed { arrangement: id, institution, payments: part.to_vec() });
        }
        Ok(DONE)
    }

    pub(super) fn fail_payout(&mut self, payment: PaymentId) -> Decided {
        let (record, _) = self.payment(payment)?;
        self.by_member(self.member_answering_for(record.payee))?;
        if !matches!(record.payout, LegState::Instructed) {
            return Err(No::about(Refusal::PaymentState, payment));
        }
        self.emit(EventBody::PayoutFailed { payment });
        Ok(done_with(payment))
    }
}
