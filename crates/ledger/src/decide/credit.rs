//! Credit: indices for interest, and the fund.

use super::{DONE, Decided, Decision, No};
use crate::credit::pot_minor;
use domain::event::EventBody;
use domain::ids::Role;
use domain::{AccountKind, ArrangementId, MemberId, Owner, Refusal};
use money::AmountMinor;

impl Decision<'_> {
    pub(super) fn publish_index(&mut self, id: ArrangementId, index: &str, rate_ppm: u32) -> Decided {
        self.by_operator_with_four_eyes()?;
        let arrangement = self.arrangement(id)?;
        let rule = arrangement.plan.additions.credit.as_deref().ok_or(No::from(Refusal::NoCreditInRulebook))?;
        if !rule.interest.iter().any(|interest| interest.rate.index() == Some(index)) {
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
        if arrangement.plan.additions.credit.is_none() {
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
        }
        self.emit(EventBody::FundMoved { arrangement: id, member, amount, deposit });
        Ok(DONE)
    }
}
