//! Cancelling a payment before it clears.

use super::collections::done_with;
use super::{Answer, Decided, Decision, No};
use domain::event::{EndReason, EventBody};
use domain::ids::Role;
use domain::{PaymentId, PaymentState, Refusal};

impl Decision<'_> {
    /// By the instructing institution, its member, or the operator with four eyes. A frozen item answers *pending*.
    pub(super) fn cancel(&mut self, payment: PaymentId) -> Decided {
        let (record, arrangement) = self.payment(payment)?;
        match self.command.actor.role {
            Role::Institution(institution) if institution == record.instructing => {}
            Role::Member(member) => {
                let owner = self.state.shared.institutions[record.instructing.index()].member;
                if member != owner {
                    return Err(No::unheard(Refusal::NotAuthorised));
                }
            }
            Role::Operator => self.with_four_eyes()?,
            Role::Institution(_) | Role::Agent | Role::House => return Err(No::unheard(Refusal::NotAuthorised)),
        }
        match record.state {
            PaymentState::InCycle => {
                // Once is enough: what is pending stays pending.
                if arrangement.open_run.as_ref().is_some_and(|run| !run.cancels.contains(&payment)) {
                    self.emit(EventBody::CancelPending { payment });
                }
                Ok(Answer::Pending { payment })
            }
            PaymentState::AwaitingRate
            | PaymentState::AwaitingCollection
            | PaymentState::Held
            | PaymentState::Queued => {
                let (arrangement, reason) = (record.arrangement, EndReason::Cancelled);
                self.emit(EventBody::PaymentsEnded { arrangement, reason, payments: vec![payment] });
                Ok(done_with(payment))
            }
            PaymentState::Cleared | PaymentState::PaidOut | PaymentState::PartlyReturned | PaymentState::Disputed => {
                Err(No::about(Refusal::Final, payment))
            }
            PaymentState::Refused | PaymentState::Cancelled | PaymentState::Expired | PaymentState::Returned => {
                Err(No::about(Refusal::PaymentState, payment))
            }
        }
    }
}
