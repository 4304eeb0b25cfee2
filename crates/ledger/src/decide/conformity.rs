//! Conformity of the debited member: it gates legs 1 and 3; its refusal reverses the debit at its original value date.

use super::collections::check_list;
use super::{DONE, Decided, Decision, No};
use domain::event::EventBody;
use domain::{ArrangementId, PaymentId, PaymentState, Refusal};

impl Decision<'_> {
    pub(super) fn give_conformity(&mut self, id: ArrangementId, payments: &[PaymentId], conforming: bool) -> Decided {
        self.arrangement(id)?;
        check_list(payments)?;
        for &payment in payments {
            let (record, _) = self.payment(payment)?;
            if record.arrangement != id {
                return Err(No::about(Refusal::PaymentUnknown, payment));
            }
            self.by_member(self.member_answering_for(record.payer))?;
            let waits = record.state == PaymentState::Cleared && record.conformity_by.is_some();
            if !waits {
                return Err(No::about(Refusal::PaymentState, payment));
            }
        }
        let (arrangement, payments, by_silence) = (id, payments.to_vec(), false);
        self.emit(if conforming {
            EventBody::ConformityGiven { arrangement, payments, by_silence }
        } else {
            EventBody::Extorno { arrangement, payments, by_silence }
        });
        Ok(DONE)
    }
}
