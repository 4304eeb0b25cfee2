//! Values of a unit of account, allocations in it, and reported positions.

use crate::state::State;
use domain::limit::Scope;
use domain::{ArrangementId, MemberId};
use money::AmountMinor;

impl State {
    pub(super) fn allocation_given(&mut self, id: ArrangementId, giver: MemberId, amount: AmountMinor) {
        let limits = &mut self.arrangements[id.index()].limits;
        let given = limits.get_mut(&Scope::Allocation(giver)).expect("only what is allotted is given");
        *given = given.checked_sub(amount.get()).expect("no more than what is allotted is given");
    }

    pub(super) fn allocation_taken(&mut self, id: ArrangementId, taker: MemberId, amount: AmountMinor) {
        let limits = &mut self.arrangements[id.index()].limits;
        let taken = limits.entry(Scope::Allocation(taker)).or_default();
        *taken = taken.checked_add(amount.get()).expect("an allocation fits its width");
    }

    /// Between the first institutions of both: a monetary authority's own, where it reports for itself.
    pub(super) fn position_reported(
        &mut self,
        id: ArrangementId,
        debtor: MemberId,
        creditor: MemberId,
        amount: AmountMinor,
    ) {
        let arrangement = &mut self.arrangements[id.index()];
        let first = |member| {
            let mut own = arrangement.participants().filter(|(_, participant)| participant.member == member);
            own.next().expect("a member that reports has an institution").1.position_account
        };
        let (from, to) = (first(debtor), first(creditor));
        self.accounts.transfer(from, to, amount.get());
        let minor = amount.as_balance();
        arrangement.membership_mut(debtor).position_minor -= minor;
        arrangement.membership_mut(creditor).position_minor += minor;
        let today = arrangement.business_date().expect("positions are reported on a business day");
        let interest = arrangement.plan.interest.is_some();
        let pair = arrangement.pair_mut(debtor, creditor);
        if interest {
            pair.accrue_to(today);
        }
        pair.low_owes_minor += if debtor < creditor { minor } else { -minor };
    }
}
