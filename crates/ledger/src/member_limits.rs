//! Limits on what members owe on balance: one of them towards all others, all of them together, one against what it holds
//! with the agent. They look at open positions and at closed nets that are not paid.

use crate::admission::{Claim, Overlay, beyond};
use crate::state::{Arrangement, Participant, State};
use domain::limit::Scope;
use domain::plan::LimitRule;
use domain::refusal::RefusedBy;
use domain::{MemberId, Refusal};

impl State {
    /// What a member is owed on balance, negative when it owes, with what earlier items of the same command do to it.
    fn owed_minor(&self, arrangement: &Arrangement, member: MemberId, overlay: &Overlay) -> i128 {
        let membership = arrangement.membership(member).expect("a participant's member has joined");
        membership.position_minor
            + self.accounts.balance_minor(membership.net_due_account)
            + overlay.of_member_minor(member)
    }

    /// What the payer's member owes all others, against its line.
    pub(crate) fn towards_all(
        &self,
        arrangement: &Arrangement,
        payer: &Participant,
        claim: Claim,
        rule: &LimitRule,
        overlay: &Overlay,
    ) -> Option<Scope> {
        let scope = Scope::MemberTowardsAll(payer.member);
        let used = i128::from(claim.position_minor) - self.owed_minor(arrangement, payer.member, overlay);
        let line = arrangement.limits.get(&scope).copied();
        beyond(line, arrangement.plan.unset_maximum_minor(rule), used, scope)
    }

    /// What the payer's member owes all others in the open period, against what was allotted to it.
    pub(crate) fn allocation(
        &self,
        arrangement: &Arrangement,
        payer: &Participant,
        claim: Claim,
        rule: &LimitRule,
        overlay: &Overlay,
    ) -> Option<Scope> {
        let scope = Scope::Allocation(payer.member);
        let membership = arrangement.membership(payer.member).expect("a participant's member has joined");
        let owed = membership.position_minor + overlay.of_member_minor(payer.member);
        let allotted = arrangement.limits.get(&scope).copied();
        let unset = arrangement.plan.unset_maximum_minor(rule);
        beyond(allotted, unset, i128::from(claim.position_minor) - owed, scope)
    }

    /// The credit in use in the whole arrangement. What reduces it passes, whatever the limit says.
    pub(crate) fn facility(
        &self,
        arrangement: &Arrangement,
        (payer, payee): (MemberId, MemberId),
        claim: Claim,
        rule: &LimitRule,
        overlay: &Overlay,
    ) -> Result<Option<Scope>, RefusedBy> {
        let amount = i128::from(claim.position_minor);
        let (mut before, mut after) = (0_i128, 0_i128);
        for (member, _) in arrangement.members() {
            let balance = self.owed_minor(arrangement, member, overlay);
            let moved = match member {
                member if member == payer => -amount,
                member if member == payee => amount,
                _ => 0,
            };
            before += (-balance).max(0);
            after += (-(balance + moved)).max(0);
        }
        if after <= before {
            return Ok(None);
        }
        if arrangement.facility_stopped {
            return Err(RefusedBy { refusal: Refusal::FacilityStopped, scope: Some(Scope::Facility) });
        }
        let maximum = arrangement.limits.get(&Scope::Facility).copied();
        Ok(beyond(maximum, arrangement.plan.unset_maximum_minor(rule), after, Scope::Facility))
    }

    /// What the payer's member would owe, against what it holds with the agent.
    pub(crate) fn prefunded(
        &self,
        arrangement: &Arrangement,
        payer: &Participant,
        claim: Claim,
        overlay: &Overlay,
    ) -> Option<Scope> {
        let membership = arrangement.membership(payer.member).expect("a participant's member has joined");
        let held = self.accounts.balance_minor(membership.prefunding_account)
            + self.owed_minor(arrangement, payer.member, overlay);
        (i128::from(claim.position_minor) > held).then_some(Scope::PrefundedBalance(payer.member))
    }
}
