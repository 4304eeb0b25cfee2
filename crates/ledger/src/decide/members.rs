//! Joining and leaving an arrangement: each member by itself, without stopping the others.

use super::{DONE, Decided, Decision, No};
use crate::state::Arrangement;
use domain::event::{EventBody, Stage};
use domain::{ArrangementId, MemberId, Refusal};

impl Decision<'_> {
    pub(super) fn join(
        &mut self,
        id: ArrangementId,
        member: MemberId,
        stage: Stage,
        payout_at_clearing: bool,
    ) -> Decided {
        self.by_member(member)?;
        self.member(member)?;
        let arrangement = self.arrangement(id)?;
        self.may_change_stage(arrangement, member, stage)?;
        self.emit(EventBody::MemberJoined { arrangement: id, member, stage, payout_at_clearing });
        Ok(DONE)
    }

    pub(super) fn may_change_stage(&self, arrangement: &Arrangement, member: MemberId, stage: Stage) -> Result<(), No> {
        let Some(membership) = arrangement.membership(member) else { return Ok(()) };
        if membership.leaving {
            return Err(Refusal::MemberLeaving.into());
        }
        // Going back to a stage in which no money moves: it must owe nothing.
        let goes_back = stage < Stage::Prefunded && membership.stage >= Stage::Prefunded;
        if goes_back && !self.state.is_flat(arrangement, member) {
            return Err(Refusal::MemberNotFlat.into());
        }
        // Without its committed line the cap is the prefunding alone, and must still cover the shares allotted.
        let prefunding = self.state.accounts.balance_minor(membership.prefunding_account);
        if stage < Stage::Net && self.state.shares_minor(arrangement, member, None) > prefunding {
            return Err(Refusal::SharesExceedCap.into());
        }
        Ok(())
    }

    pub(super) fn leave(&mut self, id: ArrangementId, member: MemberId) -> Decided {
        self.by_member(member)?;
        let arrangement = self.arrangement(id)?;
        let membership = arrangement.membership(member).ok_or(No::from(Refusal::MemberNotInArrangement))?;
        if !membership.leaving && arrangement.plan.additions.exit.is_some_and(|rule| rule.notice_months > 0) {
            return Err(Refusal::NoticeRequired.into());
        }
        if !self.state.is_flat(arrangement, member) {
            return Err(Refusal::MemberNotFlat.into());
        }
        self.emit(EventBody::MemberLeft { arrangement: id, member });
        Ok(DONE)
    }
}
