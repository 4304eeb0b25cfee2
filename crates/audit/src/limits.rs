//! Limits: what is used, and whether one more payment fits.

use crate::books::position;
use crate::finding::{Check, Checked, Finding, holds};
use crate::model::{Arrangement, ClosedCycle, Model};
use crate::payment::Payment;
use domain::limit::Scope;
use domain::plan::{LimitKind, OnLimit, WhenUnset};
use domain::{ArrangementId, InstitutionId, MemberId};

impl Model {
    /// What an institution may still pay; none where nothing limits it.
    pub(crate) fn headroom(&self, id: ArrangementId, institution: InstitutionId) -> Checked<Option<i128>> {
        let arrangement = self.arrangement(id)?;
        let scope = Scope::InstitutionShare(institution);
        let Some(share) = arrangement.maximum(LimitKind::InstitutionShare, scope) else { return Ok(None) };
        let position = self.books.balance(position(id, institution, arrangement.asset));
        let member = self.member_of(institution)?;
        let unsettled: i128 = arrangement
            .closed_cycles
            .values()
            .filter(|cycle| !cycle.discharged_by(member))
            .map(|cycle| cycle.debits.get(&institution).copied().unwrap_or(0))
            .sum();
        Ok(Some(share + position - unsettled))
    }

    /// The payment fits under its institution's share.
    pub(crate) fn check_headroom(&self, payment: &Payment) -> Checked {
        let Some(headroom) = self.headroom(payment.arrangement, payment.payer)? else { return Ok(()) };
        // What an open run holds frozen keeps its headroom.
        let headroom = headroom - self.frozen_minor(payment.arrangement, payment.payer)?;
        let amount = i128::from(payment.position_minor);
        if amount <= headroom {
            return Ok(());
        }
        let expected = format!("no more than the headroom of {headroom}");
        Err(Finding::new(Check::Limit, "the amount of a payment that clears", expected, amount))
    }

    /// The payment fits under the limits that more than one queue uses.
    pub(crate) fn check_admission(&self, payment: &Payment) -> Checked {
        let arrangement = self.arrangement(payment.arrangement)?;
        if payment.currencies.position != arrangement.asset {
            // Limits are amounts of the settlement asset.
            return Ok(());
        }
        self.check_balances(payment)?;
        let amount = i128::from(payment.position_minor);
        let (debtor, creditor) = (payment.payer_member, payment.payee_member);
        let per_payment = arrangement.maximum(LimitKind::PerPayment, Scope::PerPayment(debtor));
        fits("one payment", per_payment, amount)?;
        let maximum = arrangement.maximum(LimitKind::CreditorExposure, Scope::CreditorExposure(creditor));
        if maximum.is_some() {
            let exposure = self.exposure(payment.arrangement, creditor)?;
            fits("what a member is owed by all", maximum, exposure + amount)?;
        }
        let line = arrangement.maximum(LimitKind::Pair, Scope::Pair { debtor, creditor });
        let used = line.map(|_| arrangement.pair_use(debtor, creditor) + amount);
        match arrangement.plan.limit(LimitKind::Pair).map(|rule| rule.on_limit) {
            Some(OnLimit::Refuse) => fits("what a member owes another", line, used.unwrap_or(0)),
            Some(OnLimit::PayExcess { .. }) if used > line => {
                let today = arrangement.open_date();
                let due = arrangement.transfers.get(&(debtor, creditor));
                let overdue = due.is_some_and(|(_, by)| today.is_some_and(|today| *by < today));
                holds(Check::Transfer, "a payment beyond a pair line", "no transfer overdue", !overdue, due)
            }
            Some(OnLimit::Queue) => {
                Err(Finding::new(Check::NotBuilt, "what happens at a pair line", "refuse or pay the excess", "queue"))
            }
            _ => Ok(()),
        }
    }

    /// What a member is owed by all in the asset: its position, what is closed and not settled, what is queued to it.
    pub(crate) fn exposure(&self, id: ArrangementId, member: MemberId) -> Checked<i128> {
        let arrangement = self.arrangement(id)?;
        let institutions = self.member(member)?.institutions.iter();
        let open: i128 =
            institutions.map(|institution| self.books.balance(position(id, *institution, arrangement.asset))).sum();
        let unsettled = arrangement.closed_cycles.values().filter(|cycle| !cycle.settled);
        let closed: i128 = unsettled.map(|cycle| cycle.credits.get(&member).copied().unwrap_or(0)).sum();
        let reserved: i128 = arrangement
            .reserved
            .iter()
            .filter(|((_, creditor), _)| *creditor == member)
            .map(|(_, amount)| amount)
            .sum();
        Ok(open.max(0) + closed + reserved)
    }

    /// Whether the payee's member may pay out one more payment before the net has settled.
    pub(crate) fn may_prefinance(&self, payment: &Payment) -> Checked<bool> {
        let arrangement = self.arrangement(payment.arrangement)?;
        let member = payment.payee_member;
        let used: i128 =
            arrangement.prefinanced.iter().filter(|((_, of), _)| *of == member).map(|(_, amount)| amount).sum();
        let maximum = arrangement.maximum(LimitKind::Prefinancing, Scope::Prefinancing(member));
        Ok(maximum.is_none_or(|maximum| used + i128::from(payment.position_minor) <= maximum))
    }
}

impl Arrangement {
    /// The limit in force; none where nothing limits.
    pub(crate) fn maximum(&self, kind: LimitKind, scope: Scope) -> Option<i128> {
        let rule = self.plan.limit(kind)?;
        let own = self.plan.additions.limit_maxima.iter().find(|(of, _)| *of == kind);
        match (self.limits.get(&scope), own, rule.when_unset) {
            (Some(maximum), ..) => Some(i128::from(*maximum)),
            (None, Some((_, maximum)), _) => Some(maximum.as_balance()),
            (None, None, WhenUnset::Zero) => Some(0),
            (None, None, WhenUnset::Unlimited) => None,
        }
    }

    /// What `debtor` owes `creditor` in the asset: net in the open cycle, closed and not settled, and queued.
    pub(crate) fn pair_use(&self, debtor: MemberId, creditor: MemberId) -> i128 {
        let (low, high) = (debtor.min(creditor), debtor.max(creditor));
        let low_owes = self.pairs.get(&(low, high, self.asset)).copied().unwrap_or(0);
        let open = if debtor == low { low_owes } else { -low_owes };
        let closed: i128 = self
            .closed_cycles
            .values()
            .filter(|cycle| !cycle.discharged_by(debtor))
            .map(|cycle| cycle.pair_debits.get(&(debtor, creditor)).copied().unwrap_or(0))
            .sum();
        open + closed + self.reserved.get(&(debtor, creditor)).copied().unwrap_or(0)
    }
}

impl ClosedCycle {
    /// Whether a member's debit of the cycle uses no limit any more: its pay-ins are confirmed, or the cycle is settled.
    pub(crate) fn discharged_by(&self, member: MemberId) -> bool {
        let mut pay_ins = self.legs.iter().filter(|(leg, _)| leg.pay_in && leg.member == member).peekable();
        self.settled || (pay_ins.peek().is_some() && pay_ins.all(|(_, confirmed)| *confirmed))
    }
}

fn fits(what: &str, maximum: Option<i128>, used: i128) -> Checked {
    match maximum {
        Some(maximum) if used > maximum => {
            Err(Finding::new(Check::Limit, what, format!("no more than {maximum}"), used))
        }
        _ => Ok(()),
    }
}
