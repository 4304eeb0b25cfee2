//! Limits on what members owe on balance, recomputed from the books.

use crate::books::{of_member, position};
use crate::finding::{Check, Checked, Finding, equal, holds};
use crate::model::Model;
use crate::payment::Payment;
use domain::limit::Scope;
use domain::plan::{LimitKind, OnLimit};
use domain::{AccountKind, ArrangementId, MemberId};

impl Model {
    /// What a member is owed by the books of an arrangement: open positions of its institutions, and nets not paid.
    fn owed_on_balance(&self, id: ArrangementId, member: MemberId) -> Checked<i128> {
        let asset = self.arrangement(id)?.asset;
        let institutions = self.member(member)?.institutions.iter();
        let open: i128 = institutions.map(|institution| self.books.balance(position(id, *institution, asset))).sum();
        Ok(open + self.books.balance(of_member(id, member, asset, AccountKind::NetDue)))
    }

    /// Sum of what debtors owe.
    fn credit_in_use(&self, id: ArrangementId, shifts: &[(MemberId, i128)]) -> Checked<i128> {
        let members: Vec<MemberId> = self.arrangement(id)?.members.keys().copied().collect();
        let mut sum = 0;
        for member in members {
            let shift: i128 = shifts.iter().filter(|(of, _)| *of == member).map(|(_, shift)| shift).sum();
            let owed = self.owed_on_balance(id, member)? + shift;
            if owed < 0 {
                sum -= owed;
            }
        }
        Ok(sum)
    }

    /// A payment that is to clear fits under the limits over members' balances.
    pub(crate) fn check_balances(&self, payment: &Payment) -> Checked {
        let id = payment.arrangement;
        let arrangement = self.arrangement(id)?;
        let amount = i128::from(payment.position_minor);
        let (debtor, creditor) = (payment.payer_member, payment.payee_member);
        if let Some(line) = arrangement.maximum(LimitKind::MemberTowardsAll, Scope::MemberTowardsAll(debtor)) {
            let used = amount - self.owed_on_balance(id, debtor)?;
            let within = used <= line;
            holds(Check::Limit, "what a member owes all others", &format!("no more than {line}"), within, used)?;
        }
        if let Some(allotted) = arrangement.maximum(LimitKind::Allocation, Scope::Allocation(debtor)) {
            let own = self.member(debtor)?.institutions.iter();
            let open: i128 = own.map(|own| self.books.balance(position(id, *own, arrangement.asset))).sum();
            let used = amount - open;
            let within = used <= allotted;
            holds(
                Check::Limit,
                "what a member uses of its allocation",
                &format!("no more than {allotted}"),
                within,
                used,
            )?;
        }
        if arrangement.plan.limit(LimitKind::Facility).is_some() {
            let before = self.credit_in_use(id, &[])?;
            let after = self.credit_in_use(id, &[(debtor, -amount), (creditor, amount)])?;
            let rises = after > before;
            let stopped = arrangement.facility_stopped;
            holds(
                Check::Limit,
                "a payment while the facility has stopped",
                "none that raises its use",
                !(rises && stopped),
                after,
            )?;
            if let Some(maximum) = arrangement.maximum(LimitKind::Facility, Scope::Facility) {
                let within = !rises || after <= maximum;
                holds(Check::Limit, "the credit in use", &format!("no more than {maximum}"), within, after)?;
            }
        }
        if arrangement.plan.limit(LimitKind::PrefundedBalance).is_some() {
            let deposit = self.books.balance(of_member(id, debtor, arrangement.asset, AccountKind::Prefunding));
            let held = deposit + self.owed_on_balance(id, debtor)?;
            holds(
                Check::Limit,
                "what a member pays",
                &format!("no more than the {held} it holds"),
                amount <= held,
                amount,
            )?;
        }
        Ok(())
    }

    pub(crate) fn facility_stopped(&mut self, id: ArrangementId, stops: bool) -> Checked {
        let arrangement = self.arrangement(id)?;
        let rule = arrangement.plan.limit(LimitKind::Facility).map(|rule| rule.on_limit);
        equal(Check::Limit, "a facility that stops or goes on", Some(OnLimit::SuspendFacility), rule)?;
        equal(Check::Limit, "whether the facility had stopped", !stops, arrangement.facility_stopped)?;
        self.arrangement_mut(id)?.facility_stopped = stops;
        Ok(())
    }

    /// The deposit is the limit: nobody sets it.
    pub(crate) fn check_can_be_set(&self, scope: Scope) -> Checked {
        match scope {
            Scope::PrefundedBalance(member) => {
                Err(Finding::new(Check::Limit, "a limit that is set", "not the balance with the agent", member))
            }
            _ => Ok(()),
        }
    }
}
