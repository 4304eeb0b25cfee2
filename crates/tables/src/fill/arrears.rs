//! Settlements completed without a pay-in, and arrears that come in.

use super::postings::in_arrangement;
use super::trouble::{Taken, disagree, known};
use super::{About, Filler};
use crate::cell::Cell;
use crate::schema::Table;
use domain::{AccountKind, ArrangementId, CycleId, Date, MemberId, Owner};
use money::AmountMinor;

/// A settlement leg, as far as its rest is concerned.
struct Leg {
    number: u32,
    member: MemberId,
    counterparty: Option<MemberId>,
    pay_in: bool,
    amount_minor: i128,
    due: Date,
}

impl Filler {
    /// Pay-ins that were missing are done with, as far as prefunding covers them paid; pay-outs are what is paid of them.
    pub(super) fn cycle_completed(
        &mut self,
        id: ArrangementId,
        cycle: CycleId,
        pay_ins: &[(u32, u64)],
        pay_outs: &[(u32, u64)],
    ) -> Taken<About> {
        let asset = self.house.arrangement(id)?.settlement;
        for (number, &(leg, covered)) in (0..).zip(pay_ins) {
            let leg = known(self.leg(id, cycle, leg)?, "leg of a completed cycle", leg)?;
            let covered = i128::from(covered);
            let [prefunding, net_due] = [AccountKind::Prefunding, AccountKind::NetDue]
                .map(|kind| in_arrangement(id, Owner::Member(leg.member), asset, kind));
            self.post_told((prefunding, net_due), covered, (None, number))?;
            if covered > 0 {
                self.shares_of_member_end(id, leg.member)?;
            }
            self.leg_comes_to(id, cycle, leg.number, 0)?;
            self.leg_keeps(id, cycle, &leg, leg.amount_minor - covered)?;
        }
        for &(leg, paid) in pay_outs {
            let leg = known(self.leg(id, cycle, leg)?, "leg of a completed cycle", leg)?;
            self.leg_comes_to(id, cycle, leg.number, paid)?;
            self.leg_keeps(id, cycle, &leg, leg.amount_minor - i128::from(paid))?;
        }
        Ok(About::arrangement(id))
    }

    pub(super) fn arrears_paid(
        &mut self,
        id: ArrangementId,
        (cycle, member, counterparty): (CycleId, MemberId, Option<MemberId>),
        amount: AmountMinor,
        paid: &[(MemberId, AmountMinor)],
    ) -> Taken<About> {
        let asset = self.house.arrangement(id)?.settlement;
        let net_due = |member| in_arrangement(id, Owner::Member(member), asset, AccountKind::NetDue);
        let agent = in_arrangement(id, Owner::House, asset, AccountKind::Agent);
        self.post_told((agent, net_due(member)), amount.as_balance(), (None, 0))?;
        self.rest_falls(id, cycle, (member, counterparty, true), amount)?;
        for (number, (creditor, share)) in (1..).zip(paid) {
            self.post_told((net_due(*creditor), agent), share.as_balance(), (None, number))?;
            self.rest_falls(id, cycle, (*creditor, counterparty.map(|_| member), false), *share)?;
        }
        Ok(About::arrangement(id))
    }

    /// The day on which each leg of a cycle is due was moved.
    pub(super) fn legs_are_due(&mut self, id: ArrangementId, cycle: CycleId, on: Date) -> Taken {
        for number in 0.. {
            if self.leg(id, cycle, number)?.is_none() {
                break;
            }
            let key = [id.into(), cycle.into(), number.into()];
            self.change(Table::SettlementLeg, &key, &[("due_day", on.into())])?;
        }
        Ok(())
    }

    fn leg(&self, id: ArrangementId, cycle: CycleId, number: u32) -> Taken<Option<Leg>> {
        let key = [id.into(), cycle.into(), number.into()];
        let Some(row) = self.store.get(Table::SettlementLeg, &key)? else { return Ok(None) };
        let column = |name| self.store.column(Table::SettlementLeg, &row, name);
        let member = |name| column(name).as_integer().and_then(|number| u16::try_from(number).ok()).map(MemberId);
        let due = column("due_day").as_integer().and_then(|day| i32::try_from(day).ok()).map(Date);
        Ok(Some(Leg {
            number,
            member: known(member("member"), "member of leg", number)?,
            counterparty: member("counterparty"),
            pay_in: *column("pay_in") == Cell::Integer(1),
            amount_minor: known(column("amount_minor").as_whole(), "amount of leg", number)?,
            due: known(due, "day of leg", number)?,
        }))
    }

    fn leg_comes_to(&mut self, id: ArrangementId, cycle: CycleId, number: u32, paid_minor: u64) -> Taken {
        let change = [("completed_seq", self.seq.into()), ("paid_minor", paid_minor.into())];
        self.change(Table::SettlementLeg, &[id.into(), cycle.into(), number.into()], &change)
    }

    /// What a leg leaves missing or owed.
    fn leg_keeps(&mut self, id: ArrangementId, cycle: CycleId, leg: &Leg, rest_minor: i128) -> Taken {
        if rest_minor == 0 {
            return Ok(());
        }
        let head = [id.into(), cycle.into(), leg.number.into(), Cell::whole(rest_minor), Cell::whole(rest_minor)];
        let row: Vec<Cell> = head.into_iter().chain([leg.due.into(), self.seq.into(), self.seq.into()]).collect();
        self.store.insert(Table::LegRest, &row)?;
        Ok(())
    }

    fn rest_falls(
        &mut self,
        id: ArrangementId,
        cycle: CycleId,
        of: (MemberId, Option<MemberId>, bool),
        by: AmountMinor,
    ) -> Taken {
        for number in 0.. {
            let Some(leg) = self.leg(id, cycle, number)? else { break };
            if (leg.member, leg.counterparty, leg.pay_in) != of {
                continue;
            }
            let key = [id.into(), cycle.into(), number.into()];
            let Some(row) = self.store.get(Table::LegRest, &key)? else { break };
            let rest = self.store.column(Table::LegRest, &row, "rest_minor").as_whole();
            let left = known(rest, "rest of leg", number)? - by.as_balance();
            let change = [("rest_minor", Cell::whole(left)), ("last_seq", self.seq.into())];
            return self.change(Table::LegRest, &key, &change);
        }
        disagree(format!("cycle {cycle} has no rest of {of:?}"))
    }
}
