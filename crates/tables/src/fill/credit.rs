//! Credit: a close that parts nets, and the fund. Claims and debts are accounts of the kind "credit".

use super::postings::in_arrangement;
use super::trouble::Taken;
use super::{About, Filler};
use domain::credit::CycleClosedWithCredit;
use domain::{AccountKind, ArrangementId, MemberId, Owner};
use money::AmountMinor;

impl Filler {
    pub(super) fn cycle_closed_with_credit(&mut self, close: &CycleClosedWithCredit) -> Taken<About> {
        let about = self.cycle_closed(&close.closed)?;
        let id = close.closed.arrangement;
        let asset = self.house.arrangement(id)?.settlement;
        let of_member = |member: MemberId, kind| in_arrangement(id, Owner::Member(member), asset, kind);
        let mut number = 0;
        for (holding, change) in &close.changes {
            let (net_due, credit) =
                (of_member(holding.member, AccountKind::NetDue), of_member(holding.member, AccountKind::Credit));
            self.post_told((net_due, credit), *change, (None, number))?;
            number += 1;
        }
        for (member, paid) in &close.interest {
            let interest = in_arrangement(id, Owner::House, asset, AccountKind::Interest);
            self.post_told((interest, of_member(*member, AccountKind::NetDue)), *paid, (None, number))?;
            number += 1;
        }
        Ok(about)
    }

    pub(super) fn fund_moved(
        &mut self,
        id: ArrangementId,
        member: Option<MemberId>,
        amount: AmountMinor,
        deposit: bool,
    ) -> Taken<About> {
        let asset = self.house.arrangement(id)?.settlement;
        let agent = in_arrangement(id, Owner::House, asset, AccountKind::Agent);
        let fund = in_arrangement(id, member.map_or(Owner::House, Owner::Member), asset, AccountKind::Fund);
        self.post_told((agent, fund), if deposit { amount.as_balance() } else { -amount.as_balance() }, (None, 0))?;
        Ok(About::arrangement(id))
    }
}
