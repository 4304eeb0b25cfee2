//! Limits: set by their owner, with a date from which they hold.

use super::{DONE, Decided, Decision, No};
use crate::state::{Arrangement, State};
use domain::event::EventBody;
use domain::ids::Role;
use domain::limit::{LimitSetting, Scope};
use domain::plan::LimitKind;
use domain::{ArrangementId, Date, InstitutionId, MemberId, Refusal};
use money::AmountMinor;

impl Decision<'_> {
    pub(super) fn set_limit(&mut self, setting: LimitSetting) -> Decided {
        let arrangement = self.arrangement(setting.arrangement)?;
        let member = self.owner_of(arrangement, setting.scope)?;
        let whose = || member.expect("bug: a limit of one member without a member");
        let known = match setting.scope.kind() {
            // What a member holds with the agent is its limit: nobody sets it.
            Some(LimitKind::PrefundedBalance) => false,
            Some(kind) => arrangement.plan.limit(kind).is_some(),
            None => arrangement.plan.limit(LimitKind::InstitutionShare).is_some(),
        };
        if !known {
            return Err(Refusal::LimitNotInRulebook.into());
        }
        let today = arrangement.open_date();
        let past = today.map_or_else(
            || arrangement.closed_date.is_some_and(|closed| setting.effective <= closed),
            |today| setting.effective < today,
        );
        if past {
            return Err(Refusal::EffectiveDatePast.into());
        }
        match setting.scope {
            Scope::InstitutionShare(institution) => {
                let others = self.state.shares_minor(arrangement, whose(), Some(institution));
                let cap = self.state.cap_ahead_minor(arrangement, whose());
                if others + i128::from(setting.maximum_minor) > cap {
                    return Err(Refusal::SharesExceedCap.into());
                }
            }
            Scope::CommittedLine(_) => {
                let line = self.state.committed_line_minor(arrangement, whose());
                let cap = self.state.cap_ahead_minor(arrangement, whose());
                let falls = i128::from(line) - i128::from(setting.maximum_minor);
                if falls > 0 && self.state.shares_minor(arrangement, whose(), None) > cap - falls {
                    return Err(Refusal::SharesExceedCap.into());
                }
            }
            Scope::Pair { .. }
            | Scope::CreditorExposure(_)
            | Scope::PerPayment(_)
            | Scope::Prefinancing(_)
            | Scope::MemberTowardsAll(_)
            | Scope::Facility
            | Scope::Allocation(_)
            | Scope::PrefundedBalance(_)
            | Scope::Quota(_)
            | Scope::Claims(_)
            | Scope::Debts(_) => {}
        }
        self.emit(EventBody::LimitSet(setting));
        Ok(DONE)
    }

    /// Who may set the limit is who gives the command; the member whose cap or use it concerns is returned, if it is one's.
    fn owner_of(&self, arrangement: &Arrangement, scope: Scope) -> Result<Option<MemberId>, No> {
        let joined = |member: MemberId| {
            let membership = arrangement.membership(member).ok_or(No::from(Refusal::MemberNotInArrangement))?;
            if membership.leaving { Err(No::from(Refusal::MemberLeaving)) } else { Ok(Some(member)) }
        };
        match scope {
            Scope::InstitutionShare(institution) => {
                let participant = arrangement.participant(institution).ok_or(No::from(Refusal::ParticipantUnknown))?;
                self.by_member(participant.member)?;
                joined(participant.member)
            }
            Scope::Pair { debtor, creditor } => {
                self.by_member(creditor)?;
                if debtor == creditor {
                    return Err(Refusal::SameMember.into());
                }
                joined(debtor)?;
                joined(creditor)
            }
            Scope::CreditorExposure(member)
            | Scope::PerPayment(member)
            | Scope::Prefinancing(member)
            | Scope::Claims(member)
            | Scope::Debts(member) => {
                self.by_member(member)?;
                joined(member)
            }
            Scope::PrefundedBalance(_) => Err(Refusal::LimitNotInRulebook.into()),
            Scope::Facility => {
                self.by(Role::Operator)?;
                self.with_four_eyes()?;
                Ok(None)
            }
            Scope::CommittedLine(member)
            | Scope::Quota(member)
            | Scope::MemberTowardsAll(member)
            | Scope::Allocation(member) => {
                self.by(Role::Operator)?;
                self.with_four_eyes()?;
                joined(member)
            }
        }
    }

    /// The agent says what moved; a withdrawal must leave the cover of the shares allotted.
    pub(super) fn move_prefunding(
        &mut self,
        id: ArrangementId,
        member: MemberId,
        amount: AmountMinor,
        deposit: bool,
    ) -> Decided {
        self.by(Role::Agent)?;
        let arrangement = self.arrangement(id)?;
        let membership = arrangement.membership(member).ok_or(No::from(Refusal::MemberNotInArrangement))?;
        if !deposit && membership.leaving && !self.state.is_flat_but_for_prefunding(arrangement, member) {
            // Prefunding stays as guarantee until everything else has settled.
            return Err(Refusal::PrefundingInUse.into());
        }
        if !deposit && arrangement.is_in_arrears(member) {
            return Err(Refusal::InArrears.into());
        }
        if !deposit {
            let prefunding = self.state.accounts.balance_minor(membership.prefunding_account);
            let left = prefunding - amount.as_balance();
            let cap_left = self.state.cap_ahead_minor(arrangement, member) - amount.as_balance();
            if left < 0 || self.state.shares_minor(arrangement, member, None) > cap_left {
                return Err(Refusal::PrefundingInUse.into());
            }
        }
        self.emit(EventBody::PrefundingMoved { arrangement: id, member, amount, deposit });
        Ok(DONE)
    }
}

impl State {
    /// Sum of the shares of a member's institutions, each at the highest that is in force or set ahead.
    pub(super) fn shares_minor(&self, arrangement: &Arrangement, member: MemberId, but: Option<InstitutionId>) -> i128 {
        self.shared.members[member.index()]
            .institutions
            .iter()
            .filter(|id| Some(**id) != but)
            .map(|&id| {
                let scope = Scope::InstitutionShare(id);
                let in_force = arrangement.limits.get(&scope).copied().unwrap_or(0);
                i128::from(arrangement.ahead(scope).fold(in_force, u64::max))
            })
            .sum()
    }

    /// The member's cap: prefunding and committed line, the line at the lowest that is in force or set ahead.
    fn cap_ahead_minor(&self, arrangement: &Arrangement, member: MemberId) -> i128 {
        let membership = arrangement.membership(member).expect("looked up before");
        let scope = Scope::CommittedLine(member);
        let line = arrangement.ahead(scope).fold(self.committed_line_minor(arrangement, member), u64::min);
        membership.cap_minor(&self.accounts, line)
    }

    pub(crate) fn committed_line_minor(&self, arrangement: &Arrangement, member: MemberId) -> u64 {
        arrangement.limits.get(&Scope::CommittedLine(member)).copied().unwrap_or(0)
    }
}

impl Arrangement {
    /// Maxima set for a limit for later business dates.
    fn ahead(&self, scope: Scope) -> impl Iterator<Item = u64> + '_ {
        self.limits_ahead.range((scope, Date(i32::MIN))..=(scope, Date(i32::MAX))).map(|(_, maximum)| *maximum)
    }
}
