//! Completion of a settlement in which a pay-in is missing, and arrears that come in later.

use crate::state::{Arrear, State};
use domain::limit::Scope;
use domain::{ArrangementId, CycleId, InstitutionId, MemberId};
use money::AmountMinor;

impl State {
    pub(super) fn cycle_completed(
        &mut self,
        id: ArrangementId,
        cycle: CycleId,
        pay_ins: &[(u32, u64)],
        pay_outs: &[(u32, u64)],
    ) {
        for &(leg, covered_minor) in pay_ins {
            let arrangement = &mut self.arrangements[id.index()];
            let closed = arrangement.closed_cycles.iter_mut().find(|closed| closed.cycle == cycle);
            let closed = closed.expect("only a closed cycle is completed");
            let since = closed.settle_on;
            let (leg, done) = &mut closed.legs[leg as usize];
            assert!(leg.pay_in && !*done, "only a pay-in that is missing is covered");
            *done = true;
            let leg = *leg;
            let missing_minor = leg.amount.get() - covered_minor;
            if missing_minor > 0 {
                arrangement
                    .arrears
                    .insert((cycle, leg.member, leg.counterparty), Arrear { amount_minor: missing_minor, since });
            }
            if covered_minor > 0 {
                let membership = arrangement.membership(leg.member).expect("a leg is a member's");
                let (prefunding, net_due) = (membership.prefunding_account, membership.net_due_account);
                self.accounts.transfer(prefunding, net_due, covered_minor);
                assert!(self.accounts.balance_minor(prefunding) >= 0, "prefunding covers no more than there is");
                self.give_up_shares(id, leg.member);
            }
        }
        for &(leg, _) in pay_ins {
            let closed = self.arrangements[id.index()].closed_cycles.iter().find(|closed| closed.cycle == cycle);
            let member = closed.expect("only a closed cycle is completed").legs[leg as usize].0.member;
            // What it owed is in arrears now: it uses no limit any more, and sends nothing.
            self.release_debits(id, cycle, member);
        }
        let arrangement = &mut self.arrangements[id.index()];
        let closed = arrangement.closed_cycles.iter_mut().find(|closed| closed.cycle == cycle);
        let closed = closed.expect("only a closed cycle is completed");
        for &(leg, paid_minor) in pay_outs {
            let (leg, done) = &mut closed.legs[leg as usize];
            assert!(!leg.pay_in && !*done, "only a pay-out that is open is cut");
            let rest_minor = leg.amount.get() - paid_minor;
            if rest_minor > 0 {
                arrangement.rest_claims.insert((cycle, leg.member, leg.counterparty), rest_minor);
            }
            match AmountMinor::new(paid_minor) {
                Ok(paid) => leg.amount = paid,
                Err(_) => *done = true,
            }
        }
    }

    /// Shares stand on prefunding: where it was used they are allotted anew.
    fn give_up_shares(&mut self, id: ArrangementId, member: MemberId) {
        let own = self.shared.members[member.index()].institutions.clone();
        let arrangement = &mut self.arrangements[id.index()];
        let concerns = |scope: &Scope| matches!(scope, Scope::InstitutionShare(of) if own.contains(of));
        arrangement.limits.retain(|scope, _| !concerns(scope));
        arrangement.limits_ahead.retain(|(scope, _), _| !concerns(scope));
        let joined: Vec<InstitutionId> =
            own.iter().copied().filter(|institution| arrangement.participant(*institution).is_some()).collect();
        joined.into_iter().for_each(|institution| arrangement.of_mut(institution).share_minor = None);
    }

    pub(super) fn arrears_paid(
        &mut self,
        id: ArrangementId,
        (cycle, member, counterparty): (CycleId, MemberId, Option<MemberId>),
        amount: AmountMinor,
        paid: &[(MemberId, AmountMinor)],
    ) {
        let arrangement = &mut self.arrangements[id.index()];
        let key = (cycle, member, counterparty);
        let arrear = arrangement.arrears.get_mut(&key).expect("only what is in arrears is paid");
        arrear.amount_minor = arrear.amount_minor.checked_sub(amount.get()).expect("no more than what is in arrears");
        if arrear.amount_minor == 0 {
            arrangement.arrears.remove(&key);
        }
        for &(creditor, share) in paid {
            let key = (cycle, creditor, counterparty.map(|_| member));
            let rest = arrangement.rest_claims.get_mut(&key).expect("only who is owed is paid");
            *rest = rest.checked_sub(share.get()).expect("no more than what is owed");
            if *rest == 0 {
                arrangement.rest_claims.remove(&key);
            }
        }
        let net_due = |of| arrangement.membership(of).expect("a member of the cycle").net_due_account;
        let agent = arrangement.agent_account;
        self.accounts.transfer(agent, net_due(member), amount.get());
        for &(creditor, share) in paid {
            self.accounts.transfer(net_due(creditor), agent, share.get());
        }
    }
}
