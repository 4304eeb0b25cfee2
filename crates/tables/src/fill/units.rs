//! Values of a unit of account, allocations in it, and reported positions.

use super::trouble::{Taken, known};
use super::{About, Filler};
use crate::schema::Table;
use domain::limit::{LimitSetting, Scope};
use domain::{ArrangementId, Date, MemberId};
use money::{AmountMinor, Rate};

impl Filler {
    /// More or less of an allocation is a limit of its own, in force at once.
    pub(super) fn allocation_changed(
        &mut self,
        arrangement: ArrangementId,
        member: MemberId,
        by: i128,
    ) -> Taken<About> {
        let scope = Scope::Allocation(member);
        let before = match self.house.limits.get(&(arrangement, scope)) {
            None => 0,
            Some(setting) => {
                let row = known(self.store.get(Table::LimitSetting, &[(*setting).into()])?, "limit of event", setting)?;
                let found = self.store.column(Table::LimitSetting, &row, "maximum_minor").as_whole();
                known(found, "maximum of the limit of event", setting)?
            }
        };
        let maximum_minor = known(u64::try_from(before + by).ok(), "allocation of member", member)?;
        let effective = known(self.house.arrangement(arrangement)?.open_day, "open day of arrangement", arrangement)?;
        self.limit_in_force(LimitSetting { arrangement, scope, maximum_minor, effective })
    }

    pub(super) fn unit_value(&mut self, arrangement: ArrangementId, from: Date, value: Rate) -> Taken<About> {
        let row = [self.seq.into(), arrangement.into(), from.into(), value.to_string().into()];
        self.store.insert(Table::UnitValue, &row)?;
        Ok(About::arrangement(arrangement))
    }

    pub(super) fn position_reported(
        &mut self,
        id: ArrangementId,
        (debtor, creditor): (MemberId, MemberId),
        amount: AmountMinor,
    ) -> Taken<About> {
        let found = self.house.arrangement(id)?;
        let (asset, cycle) = (found.asset, found.cycle);
        let first = |member: MemberId| {
            let first = self.house.members.get(member.index()).copied().flatten();
            known(first, "institution of member", member)
        };
        let ends = (first(debtor)?, first(creditor)?);
        self.move_position(id, ends, asset, amount.as_balance())?;
        self.owe(id, (debtor, creditor), asset, amount.as_balance())?;
        let row =
            [self.seq.into(), id.into(), cycle.into(), debtor.into(), creditor.into(), amount.into(), asset.into()];
        self.store.insert(Table::ReportedPosition, &row)?;
        Ok(About::arrangement(id))
    }
}
