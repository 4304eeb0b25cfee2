//! Disputes: a state with a carrier, a deadline and outcomes. It stops returns while it lasts, and moves no money itself.

use super::collections::done_with;
use super::{Decided, Decision, No};
use domain::event::{DisputeOutcome, EventBody};
use domain::ids::Role;
use domain::{PaymentId, PaymentState, Refusal};

impl Decision<'_> {
    pub(super) fn open_dispute(&mut self, payment: PaymentId) -> Decided {
        let (record, arrangement) = self.payment(payment)?;
        let Role::Institution(carrier) = self.command.actor.role else {
            return Err(No::unheard(Refusal::NotAuthorised));
        };
        if carrier != record.payer && carrier != record.payee {
            return Err(No::unheard(Refusal::NotAuthorised));
        }
        let disputable =
            matches!(record.state, PaymentState::Cleared | PaymentState::PaidOut | PaymentState::PartlyReturned)
                && record.return_of.is_none()
                && record.conformity_by.is_none()
                && self.dispute_outcome(payment).is_none();
        if !disputable {
            return Err(No::about(Refusal::PaymentState, payment));
        }
        let today = arrangement.open_date().ok_or(No::about(Refusal::EntryClosed, payment))?;
        let window = i32::from(arrangement.plan.returns.window_days);
        let until = self.state.business_day_after(arrangement, today.plus_days(window), 0);
        let until = until.ok_or(No::about(Refusal::NotABusinessDay, payment))?;
        self.emit(EventBody::DisputeOpened { payment, carrier, until });
        Ok(done_with(payment))
    }

    pub(super) fn end_dispute(&mut self, payment: PaymentId, outcome: DisputeOutcome) -> Decided {
        self.by_operator_with_four_eyes()?;
        let (record, _) = self.payment(payment)?;
        // A dispute lapses by its deadline, not by somebody's word.
        if record.state != PaymentState::Disputed || outcome == DisputeOutcome::Lapsed {
            return Err(No::about(Refusal::PaymentState, payment));
        }
        self.emit(EventBody::DisputeEnded { payment, outcome });
        Ok(done_with(payment))
    }
}
