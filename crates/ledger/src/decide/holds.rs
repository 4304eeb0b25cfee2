//! Payments held by a member's own list: released or refused by that member.

use super::collections::done_with;
use super::submit::quote_until;
use super::{Answer, Decided, Decision, No};
use crate::admission::{Claim, Overlay};
use crate::payments::PaymentRecord;
use crate::state::Arrangement;
use domain::event::{Admitted, Disposition, EventBody};
use domain::ids::Role;
use domain::payment::Amounts;
use domain::plan::{Denomination, Price, TriggerEvent};
use domain::{PaymentId, Refusal};
use money::AmountMinor;

impl Decision<'_> {
    pub(super) fn resolve_hold(&mut self, payment: PaymentId, release: bool) -> Decided {
        let (record, arrangement) = self.payment(payment)?;
        match arrangement.held.get(&payment) {
            Some(holder) => self.by_member(*holder)?,
            None => {
                let ends = [record.payer, record.payee].map(|end| self.member_answering_for(end));
                if !ends.iter().any(|member| self.command.actor.role == Role::Member(*member)) {
                    return Err(No::unheard(Refusal::NotAuthorised));
                }
                return Err(No::about(Refusal::PaymentState, payment));
            }
        }
        if !release {
            self.emit(EventBody::HoldRefused { payment });
            return Ok(done_with(payment));
        }
        let amounts = self.price_again(arrangement, record).map_err(|refusal| No::about(refusal, payment))?;
        let disposition = self.dispose_released(arrangement, record, amounts, payment)?;
        let quote_until = quote_until(arrangement, self.now);
        self.emit(EventBody::HoldReleased { payment, disposition, amounts, quote_until });
        if matches!(disposition, Disposition::Cleared(_)) {
            self.emit_excess(arrangement, record.payer, record.payee, amounts.position);
        }
        Ok(Answer::Accepted { payment: Some(payment), disposition: Some(disposition) })
    }

    /// Amounts at today's rates: what was ordered stays, what follows from it is priced again.
    pub(crate) fn price_again(&self, arrangement: &Arrangement, record: &PaymentRecord) -> Result<Amounts, Refusal> {
        let ordered = match record.denomination {
            Denomination::Payee => record.payee_minor,
            Denomination::Payer => record.payer_minor,
            Denomination::Asset => record.position_minor,
        };
        let amount = AmountMinor::new(ordered).map_err(|_| Refusal::AmountOutOfRange)?;
        let (payer, payee) = (arrangement.of(record.payer), arrangement.of(record.payee));
        self.state.price(arrangement, payer, payee, record.denomination, amount).map(|priced| priced.amounts)
    }

    fn dispose_released(
        &self,
        arrangement: &Arrangement,
        record: &PaymentRecord,
        amounts: Amounts,
        payment: PaymentId,
    ) -> Result<Disposition, No> {
        let plan = &arrangement.plan;
        let suspended =
            |institution| arrangement.membership(arrangement.of(institution).member).is_some_and(|m| m.suspended);
        if suspended(record.payer) || suspended(record.payee) {
            return Err(No::about(Refusal::Suspended, payment));
        }
        if arrangement.day.is_none() {
            return Err(No::about(Refusal::EntryClosed, payment));
        }
        if matches!(plan.price, Price::Open { .. }) {
            return Ok(Disposition::AwaitingRate);
        }
        if plan.triggers.clearing.on == TriggerEvent::Collection && !record.collected_first {
            return Ok(Disposition::AwaitingCollection);
        }
        let claim = Claim {
            payer: record.payer,
            payee: record.payee,
            position_minor: amounts.position.get(),
            urgent: record.urgent,
            stale: false,
        };
        match self.state.admit(arrangement, claim, &mut Overlay::single()) {
            Ok(Admitted::Cleared(payout)) => Ok(Disposition::Cleared(payout)),
            Ok(Admitted::Queued | Admitted::AlreadyCleared) => Ok(Disposition::Queued),
            Err(refused) => Err(No::about(refused.refusal, payment)),
        }
    }
}
