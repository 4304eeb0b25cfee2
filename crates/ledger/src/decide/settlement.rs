//! Settlement of a closed cycle, and anticipated transfers: what the agent confirms.

use super::{DONE, Decided, Decision, No};
use crate::state::{Arrangement, ClosedCycle};
use domain::event::{EventBody, SettlementLeg};
use domain::ids::Role;
use domain::{ArrangementId, CycleId, MemberId, Refusal};
use money::AmountMinor;

impl Decision<'_> {
    pub(super) fn confirm_settlement(
        &mut self,
        id: ArrangementId,
        cycle: CycleId,
        member: MemberId,
        counterparty: Option<MemberId>,
        amount: AmountMinor,
    ) -> Decided {
        self.by(Role::Agent)?;
        let arrangement = self.arrangement(id)?;
        let closed = arrangement.closed_cycles.iter().find(|closed| closed.cycle == cycle);
        let closed = closed.ok_or(No::from(Refusal::CycleUnknown))?;
        let of_member = |leg: &SettlementLeg| leg.member == member && leg.counterparty == counterparty;
        let found = closed.legs.iter().position(|(leg, _)| of_member(leg)).ok_or(No::from(Refusal::CycleUnknown))?;
        let (leg, confirmed) = closed.legs[found];
        if confirmed || leg.amount != amount {
            return Err(Refusal::LegMismatch.into());
        }
        if !leg.pay_in {
            if !pay_ins_are_in(closed, leg) {
                return Err(Refusal::PayInFirst.into());
            }
            if arrangement.membership(member).is_none_or(|membership| membership.suspended) {
                return Err(Refusal::SettlementBlocked.into());
            }
        }
        let leg_number = u32::try_from(found).expect("a cycle has few legs");
        self.emit(EventBody::SettlementConfirmed { arrangement: id, cycle, leg: leg_number });
        if !closed.settled && is_settled(arrangement, closed, Some(found)) {
            self.emit(EventBody::CycleSettled { arrangement: id, cycle });
        }
        Ok(DONE)
    }

    pub(super) fn confirm_transfer(
        &mut self,
        arrangement: ArrangementId,
        debtor: MemberId,
        creditor: MemberId,
        amount: AmountMinor,
    ) -> Decided {
        self.by(Role::Agent)?;
        let due = self.arrangement(arrangement)?.transfers_due.get(&(debtor, creditor));
        match due {
            Some(due) if due.amount_minor == amount.get() => {}
            _ => return Err(Refusal::LegMismatch.into()),
        }
        self.emit(EventBody::TransferConfirmed { arrangement, debtor, creditor, amount });
        Ok(DONE)
    }
}

/// Pay-in first: every pay-in of the cycle where netting is multilateral, that of the pair where it is bilateral.
fn pay_ins_are_in(closed: &ClosedCycle, pay_out: SettlementLeg) -> bool {
    closed
        .legs
        .iter()
        .filter(|(leg, _)| leg.pay_in)
        .filter(|(leg, _)| match pay_out.counterparty {
            None => true,
            Some(payer) => leg.member == payer && leg.counterparty == Some(pay_out.member),
        })
        .all(|(_, confirmed)| *confirmed)
}

/// Whether a closed cycle is final, with one more leg confirmed: every leg is, but for claims of suspended members, which
/// stay frozen and do not hinder the others.
pub(crate) fn is_settled(arrangement: &Arrangement, closed: &ClosedCycle, and_leg: Option<usize>) -> bool {
    closed.legs.iter().enumerate().all(|(number, (leg, confirmed))| {
        let frozen = !leg.pay_in && arrangement.membership(leg.member).is_some_and(|membership| membership.suspended);
        *confirmed || Some(number) == and_leg || frozen
    })
}
