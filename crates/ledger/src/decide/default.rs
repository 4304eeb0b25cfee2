//! A member that does not pay in: the operator completes the settlement by the rulebook's order, nothing cleared is unwound,
//! and what is missing stands in the register of arrears until it is paid.

use super::{DONE, Decided, Decision, No};
use crate::limits::EVENT_PAYMENTS_MAX;
use crate::state::{Arrangement, ClosedCycle};
use domain::event::{EndReason, EventBody};
use domain::ids::Role;
use domain::plan::DayStep;
use domain::{ArrangementId, CycleId, MemberId, PaymentId, PaymentState, Refusal};
use money::{AmountMinor, largest_remainder};
use std::collections::BTreeSet;

impl Decision<'_> {
    pub(super) fn complete_cycle(&mut self, id: ArrangementId, cycle: CycleId, reason: &str) -> Decided {
        self.by_operator_with_reason(reason)?;
        let arrangement = self.arrangement(id)?;
        let rule = arrangement.plan.additions.completion.ok_or(No::from(Refusal::NoCompletionRule))?;
        let closed = arrangement.closed_cycles.iter().find(|closed| closed.cycle == cycle && !closed.settled);
        let closed = closed.ok_or(No::from(Refusal::CycleUnknown))?;
        let unpaid = |(leg, confirmed): &&(domain::event::SettlementLeg, bool)| leg.pay_in && !confirmed;
        let defaulters: BTreeSet<MemberId> = closed.legs.iter().filter(unpaid).map(|(leg, _)| leg.member).collect();
        if defaulters.is_empty() || !self.is_overdue(arrangement, closed) {
            return Err(Refusal::NothingMissing.into());
        }
        let in_arrears: BTreeSet<CycleId> = arrangement.arrears.keys().map(|(cycle, ..)| *cycle).collect();
        if rule.pro_rata_cycles.is_some_and(|most| in_arrears.len() >= usize::from(most)) {
            return Err(Refusal::ProRataExhausted.into());
        }
        let completion = self.state.completion(arrangement, closed);
        let (pay_ins, pay_outs) = (completion.pay_ins, completion.pay_outs);
        let short = |(number, covered): &(u32, u64)| closed.legs[*number as usize].0.amount.get() > *covered;
        let short: BTreeSet<MemberId> =
            pay_ins.iter().filter(|pay_in| short(pay_in)).map(|(leg, _)| closed.legs[*leg as usize].0.member).collect();
        self.emit(EventBody::CycleCompleted { arrangement: id, cycle, pay_ins, pay_outs, reason: reason.to_owned() });
        self.end_what_waits_from(arrangement, &short);
        Ok(DONE)
    }

    fn is_overdue(&self, arrangement: &Arrangement, closed: &ClosedCycle) -> bool {
        let today = self.today(arrangement);
        let still_time = arrangement.open_date() == Some(closed.settle_on)
            && arrangement.step_at(DayStep::PayInBy).is_some_and(|by| self.now < by);
        today >= closed.settle_on && !still_time
    }

    /// Whoever is in arrears sends nothing: what waits from it ends.
    fn end_what_waits_from(&mut self, arrangement: &Arrangement, members: &BTreeSet<MemberId>) {
        let queued = arrangement.participants().flat_map(|(_, participant)| participant.queue());
        let waiting = arrangement.awaiting_rate.iter().chain(&arrangement.awaiting_collection);
        let waiting = waiting.chain(arrangement.held.keys()).copied();
        let (mut void, mut ended): (Vec<PaymentId>, Vec<PaymentId>) = (Vec::new(), Vec::new());
        for payment in queued.chain(waiting) {
            let record = self.state.payments.of(payment);
            if !members.contains(&arrangement.of(record.payer).member) {
                continue;
            }
            match record.state {
                PaymentState::AwaitingRate => void.push(payment),
                PaymentState::AwaitingCollection | PaymentState::Held => ended.push(payment),
                state if state.is_in_queue() => ended.push(payment),
                _ => {}
            }
        }
        for (reason, mut payments) in [(EndReason::Void, void), (EndReason::Suspended, ended)] {
            payments.sort_unstable();
            for part in payments.chunks(EVENT_PAYMENTS_MAX) {
                self.emit(EventBody::PaymentsEnded { arrangement: arrangement.id, reason, payments: part.to_vec() });
            }
        }
    }

    pub(super) fn confirm_arrears(
        &mut self,
        id: ArrangementId,
        cycle: CycleId,
        member: MemberId,
        counterparty: Option<MemberId>,
        amount: AmountMinor,
    ) -> Decided {
        self.by(Role::Agent)?;
        let arrangement = self.arrangement(id)?;
        let arrear = arrangement.arrears.get(&(cycle, member, counterparty));
        if arrear.is_none_or(|arrear| arrear.amount_minor < amount.get()) {
            return Err(Refusal::LegMismatch.into());
        }
        let paid = share_among_claims(arrangement, cycle, member, counterparty, amount.get())?;
        self.emit(EventBody::ArrearsPaid { arrangement: id, cycle, member, counterparty, amount, paid });
        Ok(DONE)
    }
}

/// Who gets what of arrears that come in: pro rata to what each is still owed of that cycle. The claims of a suspended member
/// are frozen; what is owed to the house itself stays with it.
fn share_among_claims(
    arrangement: &Arrangement,
    cycle: CycleId,
    member: MemberId,
    counterparty: Option<MemberId>,
    amount_minor: u64,
) -> Result<Vec<(MemberId, AmountMinor)>, No> {
    let of_pot = |creditor: MemberId, debtor: Option<MemberId>| match counterparty {
        None => debtor.is_none(),
        Some(other) => creditor == other && debtor == Some(member),
    };
    let all =
        arrangement.rest_claims.iter().filter(|((of, creditor, debtor), _)| *of == cycle && of_pot(*creditor, *debtor));
    let (frozen, claims): (Vec<_>, Vec<_>) = all
        .map(|((_, creditor, _), owed)| (*creditor, *owed))
        .partition(|(creditor, _)| arrangement.membership(*creditor).is_some_and(|membership| membership.suspended));
    let owed: u64 = claims.iter().map(|(_, owed)| *owed).sum();
    if amount_minor > owed && !frozen.is_empty() {
        return Err(Refusal::SettlementBlocked.into());
    }
    let weights: Vec<u64> = claims.iter().map(|(_, owed)| *owed).collect();
    let shares = largest_remainder(amount_minor.min(owed), &weights).expect("what is shared is owed to somebody");
    let paid = claims
        .into_iter()
        .zip(shares)
        .filter_map(|((creditor, _), share)| Some((creditor, AmountMinor::new(share).ok()?)));
    Ok(paid.collect())
}
