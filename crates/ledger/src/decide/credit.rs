//! Credit: indices for interest, and the fund.

use super::{DONE, Decided, Decision, No};
use crate::credit::pot_minor;
use crate::state::Arrangement;
use domain::event::EventBody;
use domain::ids::Role;
use domain::reserve::{ReserveBase, ReserveRule};
use domain::{AccountKind, ArrangementId, MemberId, Owner, Refusal};
use money::AmountMinor;

impl Decision<'_> {
    pub(super) fn publish_index(&mut self, id: ArrangementId, index: &str, rate_ppm: u32) -> Decided {
        self.by_operator_with_four_eyes()?;
        let arrangement = self.arrangement(id)?;
        let additions = &arrangement.plan.additions;
        if additions.credit.is_none() && additions.reserve.is_none() {
            return Err(Refusal::NoCreditInRulebook.into());
        }
        let of_credit = additions.credit.iter().flat_map(|rule| &rule.interest).map(|interest| &interest.rate);
        let of_reserve = additions.reserve.iter().flat_map(|rule| &rule.lines).map(|line| &line.rate);
        if !of_credit.chain(of_reserve).any(|rate| rate.index() == Some(index)) {
            return Err(Refusal::IndexNotInRulebook.into());
        }
        self.emit(EventBody::IndexPublished { arrangement: id, index: index.to_owned(), rate_ppm });
        Ok(DONE)
    }

    pub(super) fn move_fund(
        &mut self,
        id: ArrangementId,
        member: Option<MemberId>,
        amount: AmountMinor,
        deposit: bool,
    ) -> Decided {
        self.by(Role::Agent)?;
        let arrangement = self.arrangement(id)?;
        let additions = &arrangement.plan.additions;
        if additions.credit.is_none() && additions.reserve.is_none() {
            return Err(Refusal::NoCreditInRulebook.into());
        }
        if member.is_some_and(|member| arrangement.membership(member).is_none()) {
            return Err(Refusal::MemberNotInArrangement.into());
        }
        if !deposit {
            let owner = member.map_or(Owner::House, Owner::Member);
            let paid_in = self.state.accounts.balance_of(&arrangement.account_of(owner, AccountKind::Fund));
            let free = pot_minor(self.state, arrangement).min(paid_in);
            if amount.as_balance() > free {
                return Err(Refusal::FundInUse.into());
            }
            if let (Some(member), Some(rule)) = (member, arrangement.reserve_rule()) {
                self.leaves_access(arrangement, rule, member, amount)?;
            }
        }
        self.emit(EventBody::FundMoved { arrangement: id, member, amount, deposit });
        Ok(DONE)
    }

    /// A contribution is not taken back where what the member drew rests on it.
    fn leaves_access(
        &self,
        arrangement: &Arrangement,
        rule: &ReserveRule,
        member: MemberId,
        amount: AmountMinor,
    ) -> Result<(), No> {
        if rule.base == ReserveBase::PaidIn {
            let left = self.state.reserve_base_minor(arrangement, rule, member).saturating_sub(amount.get());
            if arrangement.drawn_minor(member, None) > self.state.ceiling_minor(rule, member, left) {
                return Err(Refusal::FundInUse.into());
            }
        }
        Ok(())
    }
}
