//! After clearing: conformity, extorno, pay-outs, disputes.

use super::payments::step;
use crate::payments::Dispute;
use crate::state::State;
use domain::event::DisputeOutcome;
use domain::payment::{LegState, Step};
use domain::{ArrangementId, Date, InstitutionId, PaymentId, PaymentState};

impl State {
    pub(super) fn conformity_given(&mut self, id: ArrangementId, payments: &[PaymentId]) {
        for &payment in payments {
            let record = self.payments.of_mut(payment);
            let arrangement = &mut self.arrangements[id.index()];
            let by = record.conformity_by.take().expect("only what awaits conformity is given it");
            assert!(arrangement.awaiting_conformity.remove(&(by, payment)), "it waits for conformity");
            record.payout = LegState::Instructed;
            arrangement.of_mut(record.payee).payouts.insert(payment);
            if record.collection == LegState::None {
                record.collection = LegState::Instructed;
                arrangement.awaiting_collection.insert(payment);
            }
        }
    }

    /// Reverses every posting of debits that were refused, at their original value date.
    pub(super) fn extorno(&mut self, id: ArrangementId, payments: &[PaymentId]) {
        for &payment in payments {
            let record = self.payments.of_mut(payment);
            let arrangement = &mut self.arrangements[id.index()];
            let by = record.conformity_by.take().expect("only what awaits conformity is reversed");
            assert!(arrangement.awaiting_conformity.remove(&(by, payment)), "it waits for conformity");
            assert_ne!(record.collection, LegState::Confirmed, "leg 1 waits for conformity");
            let today = arrangement.business_date().unwrap_or(record.value_date);
            let (payer, payee) = (arrangement.of(record.payer), arrangement.of(record.payee));
            self.accounts.transfer(payee.payout_due_account, payee.counterpart_account, record.payee_minor);
            self.accounts.transfer(payee.position_account, payer.position_account, record.position_minor);
            arrangement.book_pair(record, today, -i128::from(record.position_minor));
            self.change(payment, |record| {
                step(record, Step::Extorno, PaymentState::Returned);
                record.payout = LegState::None;
            });
        }
    }

    pub(super) fn payouts_confirmed(&mut self, id: ArrangementId, institution: InstitutionId, payments: &[PaymentId]) {
        for &payment in payments {
            let participant = self.arrangements[id.index()].of_mut(institution);
            assert!(participant.payouts.remove(&payment), "only what is due is paid out");
            let payee_minor = self.payments.of(payment).payee_minor;
            self.accounts.transfer(participant.payout_due_account, participant.institution_account, payee_minor);
            if let Some(dispute) = self.payments.disputes.get_mut(&payment) {
                dispute.before = PaymentState::PaidOut;
            }
            self.change(payment, |record| {
                record.payout = LegState::Confirmed;
                if record.state != PaymentState::Disputed {
                    step(record, Step::PayOut, PaymentState::PaidOut);
                }
            });
        }
    }

    pub(super) fn payout_failed(&mut self, payment: PaymentId) {
        let arrangement = self.payments.of(payment).arrangement;
        self.arrangements[arrangement.index()].failed_payouts.push(payment);
        self.payments.of_mut(payment).payout = LegState::Failed;
    }

    pub(super) fn dispute_opened(&mut self, payment: PaymentId, carrier: InstitutionId, until: Date) {
        let record = self.payments.of(payment);
        let before = record.state;
        self.arrangements[record.arrangement.index()].disputes.insert((until, payment));
        // The row of a closed payment leaves the accumulator before the dispute becomes a part of it.
        self.change(payment, |record| step(record, Step::Dispute, PaymentState::Disputed));
        self.payments.disputes.insert(payment, Dispute { carrier, until, before });
    }

    pub(super) fn dispute_ended(&mut self, payment: PaymentId, outcome: DisputeOutcome) {
        let dispute = self.payments.disputes.remove(&payment).expect("only what is disputed ends being so");
        self.payments.dispute_outcomes.insert(payment, outcome);
        let arrangement = self.payments.of(payment).arrangement;
        self.arrangements[arrangement.index()].disputes.remove(&(dispute.until, payment));
        self.change(payment, |record| step(record, Step::EndDispute, dispute.before));
    }
}
