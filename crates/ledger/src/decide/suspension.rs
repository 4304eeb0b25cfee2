//! Suspension of one member, by the written matrix; the others go on.
//!
//! | what | becomes |
//! | --- | --- |
//! | cleared and not paid out | is paid |
//! | queued, awaiting collection or held, from it | is cancelled |
//! | the same, towards it | as the rulebook says |
//! | open price, either way | is void |
//! | returns | are allowed |
//! | interest | runs |
//! | its claims | are frozen |
//! | its settlement instructions | are blocked |

use super::{DONE, Decided, Decision, No};
use crate::limits::EVENT_PAYMENTS_MAX;
use domain::event::{EndReason, EventBody};
use domain::plan::QueuedIn;
use domain::{ArrangementId, MemberId, PaymentId, PaymentState, Refusal};

impl Decision<'_> {
    pub(super) fn suspend(&mut self, id: ArrangementId, member: MemberId) -> Decided {
        self.by_operator_with_four_eyes()?;
        let arrangement = self.arrangement(id)?;
        let membership = arrangement.membership(member).ok_or(No::from(Refusal::MemberNotInArrangement))?;
        if membership.suspended {
            return Err(Refusal::Suspended.into());
        }
        let keep_incoming = arrangement.plan.suspension.queued_in == QueuedIn::Keep;
        let mut void = Vec::new();
        let mut cancelled = Vec::new();
        let queued = arrangement.participants().flat_map(|(_, participant)| participant.queue());
        let waiting = arrangement.awaiting_collection.iter().chain(arrangement.held.keys()).copied();
        let mut candidates: Vec<PaymentId> = queued.chain(waiting).collect();
        candidates.sort_unstable();
        for payment in candidates {
            let record = self.state.payments.of(payment);
            let from = arrangement.of(record.payer).member == member;
            let to = arrangement.of(record.payee).member == member;
            let ends = record.state.is_in_queue()
                || matches!(record.state, PaymentState::AwaitingCollection | PaymentState::Held);
            if ends && (from || (to && !keep_incoming)) {
                cancelled.push(payment);
            }
        }
        for &payment in &arrangement.awaiting_rate {
            let record = self.state.payments.of(payment);
            if [record.payer, record.payee].iter().any(|end| arrangement.of(*end).member == member) {
                void.push(payment);
            }
        }
        self.emit(EventBody::MemberSuspended { arrangement: id, member });
        for (reason, payments) in [(EndReason::Void, void), (EndReason::Suspended, cancelled)] {
            for part in payments.chunks(EVENT_PAYMENTS_MAX) {
                self.emit(EventBody::PaymentsEnded { arrangement: id, reason, payments: part.to_vec() });
            }
        }
        Ok(DONE)
    }

    pub(super) fn reinstate(&mut self, id: ArrangementId, member: MemberId) -> Decided {
        self.by_operator_with_four_eyes()?;
        let membership = self.arrangement(id)?.membership(member).ok_or(No::from(Refusal::MemberNotInArrangement))?;
        if !membership.suspended {
            return Err(Refusal::NotSuspended.into());
        }
        self.emit(EventBody::MemberReinstated { arrangement: id, member });
        Ok(DONE)
    }
}
