//! Settlement of closed cycles: pay-in first, final when all that can be confirmed is, and pay-outs of leg 3 after it.

use crate::books::{agent, of_member};
use crate::finding::{Check, Checked, Finding, equal, holds};
use crate::model::{ClosedCycle, Model};
use domain::event::SettlementLeg;
use domain::payment::LegState;
use domain::{AccountKind, ArrangementId, CycleId};

impl Model {
    fn closed_cycle(&self, id: ArrangementId, cycle: CycleId) -> Checked<&ClosedCycle> {
        self.arrangement(id)?.closed_cycles.get(&cycle).ok_or_else(|| {
            Finding::new(Check::Settlement, "the cycle of a settlement", "one that is closed and not finished", cycle)
        })
    }

    pub(crate) fn settlement_confirmed(&mut self, id: ArrangementId, cycle: CycleId, number: u32) -> Checked {
        let closed = self.closed_cycle(id, cycle)?;
        let index = usize::try_from(number).unwrap_or(usize::MAX);
        let (leg, confirmed) = *closed.legs.get(index).ok_or_else(|| {
            Finding::new(Check::Settlement, "a settlement leg", "one of the cycle", format!("leg {number}"))
        })?;
        equal(Check::Settlement, "whether a leg was confirmed before", false, confirmed)?;
        if !leg.pay_in {
            holds(Check::Settlement, "a pay-out", "after the pay-ins", pay_ins_before(closed, leg), number)?;
            let blocked = self.membership(id, leg.member)?.suspended;
            holds(Check::Suspension, "a pay-out", "to a member that is not suspended", !blocked, leg.member)?;
        }
        let asset = self.arrangement(id)?.settlement;
        let change = if leg.pay_in { leg.amount.as_balance() } else { -leg.amount.as_balance() };
        let net_due = of_member(id, leg.member, asset, AccountKind::NetDue);
        self.books.post(&[(net_due, change), (agent(id, asset), -change)])?;
        let arrangement = self.arrangement_mut(id)?;
        arrangement.closed_cycles.get_mut(&cycle).expect("it was just found").legs[index].1 = true;
        if leg.pay_in {
            arrangement.totals.pay_ins += u128::from(leg.amount.get());
        }
        self.forget_when_finished(id, cycle)
    }

    pub(crate) fn cycle_settled(&mut self, id: ArrangementId, cycle: CycleId) -> Checked {
        let closed = self.closed_cycle(id, cycle)?;
        equal(Check::Settlement, "whether a cycle was settled before", false, closed.settled)?;
        for (leg, confirmed) in &closed.legs {
            // The claim of a suspended member stays frozen and hinders nobody.
            let frozen = !leg.pay_in && self.arrangement(id)?.members.get(&leg.member).is_some_and(|m| m.suspended);
            holds(Check::Settlement, "the legs of a settled cycle", "confirmed", *confirmed || frozen, leg)?;
        }
        let arrangement = self.arrangement_mut(id)?;
        arrangement.closed_cycles.get_mut(&cycle).expect("it was just found").settled = true;
        arrangement.prefinanced.retain(|(of, _), _| *of != cycle);
        for payment in arrangement.cycle_payments.remove(&cycle).unwrap_or_default() {
            self.change(payment, |payment| {
                if payment.payout == LegState::Due {
                    payment.payout = LegState::Instructed;
                }
            })?;
        }
        self.forget_when_finished(id, cycle)
    }

    fn forget_when_finished(&mut self, id: ArrangementId, cycle: CycleId) -> Checked {
        let closed = self.closed_cycle(id, cycle)?;
        if closed.settled && closed.legs.iter().all(|(_, confirmed)| *confirmed) {
            self.arrangement_mut(id)?.closed_cycles.remove(&cycle);
        }
        Ok(())
    }
}

/// Pay-in first: all of the cycle's, or where netting is bilateral the one that pays this leg.
fn pay_ins_before(closed: &ClosedCycle, pay_out: SettlementLeg) -> bool {
    let pays = |leg: &SettlementLeg| match pay_out.counterparty {
        None => leg.pay_in,
        Some(debtor) => leg.pay_in && leg.member == debtor && leg.counterparty == Some(pay_out.member),
    };
    closed.legs.iter().filter(|(leg, _)| pays(leg)).all(|(_, confirmed)| *confirmed)
}
