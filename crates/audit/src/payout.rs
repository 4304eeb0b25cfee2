//! Leg 3 and disputes.

use crate::books::at_edge;
use crate::finding::{Check, Checked, equal, holds};
use crate::model::Model;
use domain::event::DisputeOutcome;
use domain::payment::{LegState, PaymentState, Step};
use domain::{AccountKind, ArrangementId, Date, InstitutionId, PaymentId};

impl Model {
    pub(crate) fn payouts_confirmed(
        &mut self,
        id: ArrangementId,
        institution: InstitutionId,
        payments: &[PaymentId],
    ) -> Checked {
        self.institution(institution)?;
        for payment in payments {
            let found = self.payment_in(id, *payment)?;
            equal(Check::Leg, "the institution that is paid", found.payee, institution)
                .map_err(|f| f.about(*payment))?;
            self.payout_confirmed(*payment).map_err(|finding| finding.about(*payment))?;
        }
        Ok(())
    }

    fn payout_confirmed(&mut self, id: PaymentId) -> Checked {
        let payment = self.payment(id)?.clone();
        let may = matches!(payment.payout, LegState::Instructed | LegState::Failed | LegState::Aged);
        holds(Check::Leg, "leg 3 that is confirmed", "instructed, failed or aged", may, payment.payout)?;
        let amount = i128::from(payment.payee_minor);
        let account = |kind| at_edge(payment.payee_member, payment.payee, payment.currencies.payee, kind);
        self.post_for(id, &[(account(AccountKind::PayoutDue), -amount), (account(AccountKind::Institution), amount)])?;
        self.change(id, |payment| payment.payout = LegState::Confirmed)?;
        match payment.dispute {
            // The dispute goes on, and will end in the state to which leg 3 has brought the payment.
            Some((carrier, until, PaymentState::Cleared)) => {
                self.change(id, |payment| payment.dispute = Some((carrier, until, PaymentState::PaidOut)))
            }
            _ => self.step(id, Step::PayOut, PaymentState::PaidOut),
        }
    }

    pub(crate) fn payout_failed(&mut self, id: PaymentId) -> Checked {
        let payment = self.payment(id)?;
        equal(Check::Leg, "leg 3 that fails", LegState::Instructed, payment.payout)?;
        self.change(id, |payment| payment.payout = LegState::Failed)
    }

    pub(crate) fn dispute_opened(&mut self, id: PaymentId, carrier: InstitutionId, until: Date) -> Checked {
        let payment = self.payment(id)?.clone();
        let is_end = carrier == payment.payer || carrier == payment.payee;
        holds(Check::Dispute, "who disputes a payment", "one of its institutions", is_end, carrier)?;
        let first = payment.return_of.is_none() && payment.dispute_outcome.is_none() && payment.conformity_by.is_none();
        holds(Check::Dispute, "a disputed payment", "an order, answered for, and not disputed before", first, id)?;
        let today = self.arrangement(payment.arrangement)?.open_date();
        holds(Check::Day, "the day of a dispute", "a business day", today.is_some(), today)?;
        let window = i32::from(self.plan(payment.arrangement)?.returns.window_days);
        let last = today.expect("it was just checked").plus_days(window);
        let last = self.business_days_after(payment.arrangement, last, 0)?;
        equal(Check::Dispute, "the day on which a dispute lapses", last, until)?;
        let before = payment.state.expect("a payment in the model has a state");
        self.step(id, Step::Dispute, PaymentState::Disputed)?;
        self.change(id, |payment| payment.dispute = Some((carrier, until, before)))
    }

    pub(crate) fn dispute_ended(&mut self, id: PaymentId, outcome: DisputeOutcome) -> Checked {
        let payment = self.payment(id)?.clone();
        let Some((_, until, before)) = payment.dispute else {
            return holds(Check::Dispute, "a dispute that ends", "one that was opened", false, payment.state);
        };
        if outcome == DisputeOutcome::Lapsed {
            let today = self.arrangement(payment.arrangement)?.open_date();
            let over = today.is_some_and(|today| today >= until);
            holds(Check::Dispute, "the day on which a dispute lapses", "its last one", over, today)?;
        }
        self.step(id, Step::EndDispute, before)?;
        self.change(id, |payment| {
            payment.dispute = None;
            payment.dispute_outcome = Some(outcome);
        })
    }
}
