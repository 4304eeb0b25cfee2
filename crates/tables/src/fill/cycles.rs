//! Netting cycles: their close, the settlement of their nets; anticipated transfers.

use super::postings::{business, in_arrangement};
use super::running::Cycle;
use super::trouble::{Taken, disagree, known};
use super::{About, Filler};
use crate::cell::Cell;
use crate::schema::Table;
use domain::event::CycleClosed;
use domain::{AccountKind, ArrangementId, CurrencyId, CycleId, Date, InstitutionId, MemberId, Owner};
use money::AmountMinor;

impl Filler {
    pub(super) fn open_cycle(&mut self, arrangement: ArrangementId, cycle: CycleId) {
        self.cycles.change((arrangement, cycle), Cycle::default);
    }

    pub(super) fn cycle_closed(&mut self, closed: &CycleClosed) -> Taken<About> {
        let id = closed.arrangement;
        let arrangement = self.house.arrangement(id)?;
        if arrangement.cycle != closed.cycle {
            return disagree(format!("cycle {} closes while {} is open", closed.cycle, arrangement.cycle));
        }
        let unit = arrangement.rules.unit.is_some();
        let (asset, in_asset) = (arrangement.settlement, arrangement.rules.positions_in_asset && !unit);
        self.require_positions(closed)?;
        self.post_close(closed, asset, in_asset)?;
        self.put_nets(closed, asset)?;
        self.put_settlement(closed, asset)?;
        self.end_transfers(id)?;
        self.end_cycle(closed)?;
        Ok(About::arrangement(id))
    }

    /// The positions that the event closes are those that its payments made.
    fn require_positions(&self, closed: &CycleClosed) -> Taken {
        let of_cycle = self.positions.iter().filter(|(key, position)| {
            (key.0, key.1) == (closed.arrangement, closed.cycle) && position.balance_minor() != 0
        });
        let found: Vec<(InstitutionId, CurrencyId, i128)> =
            of_cycle.map(|(key, position)| (key.2, key.3, position.balance_minor())).collect();
        if found == closed.positions {
            return Ok(());
        }
        let differing = closed
            .positions
            .iter()
            .find(|position| !found.contains(position))
            .or_else(|| found.iter().find(|position| !closed.positions.contains(position)));
        let (institution, currency, balance) = known(differing, "position that differs in cycle", closed.cycle)?;
        disagree(format!("the position of institution {institution} in currency {currency} closes at {balance}"))
    }

    fn post_close(&mut self, closed: &CycleClosed, asset: CurrencyId, in_asset: bool) -> Taken {
        let id = closed.arrangement;
        let net_due = |member: MemberId| in_arrangement(id, Owner::Member(member), asset, AccountKind::NetDue);
        for &(institution, currency, balance) in &closed.positions {
            let owner = Owner::Institution(institution);
            self.enter(in_arrangement(id, owner, currency, AccountKind::Position), -balance)?;
            if in_asset {
                let member = self.house.member_of(institution)?;
                self.enter(net_due(member), balance)?;
            }
        }
        if in_asset {
            for &(debtor, creditor, amount) in &closed.interest {
                let interest = |member| in_arrangement(id, Owner::Member(member), asset, AccountKind::Interest);
                self.post(net_due(debtor), interest(debtor), amount.as_balance())?;
                self.post(interest(creditor), net_due(creditor), amount.as_balance())?;
            }
        } else {
            for &(member, net) in &closed.nets {
                self.enter(net_due(member), net)?;
            }
        }
        for result in &closed.fx_results {
            let account = |kind| business(result.member, id, result.currency, kind);
            let (counterpart, settled) = (result.counterpart_minor, result.settled_minor);
            self.enter(account(AccountKind::Counterpart), -counterpart)?;
            self.enter(account(AccountKind::SettledCounterpart), settled)?;
            self.enter(account(AccountKind::FxResult), counterpart - settled)?;
        }
        Ok(())
    }

    fn put_nets(&mut self, closed: &CycleClosed, asset: CurrencyId) -> Taken {
        let (id, cycle, seq) = (closed.arrangement, closed.cycle, self.seq);
        for (debtor, creditor, amount) in &closed.interest {
            let row = [
                id.into(),
                cycle.into(),
                (*debtor).into(),
                (*creditor).into(),
                (*amount).into(),
                asset.into(),
                seq.into(),
            ];
            self.store.insert(Table::Interest, &row)?;
        }
        for (member, net) in &closed.nets {
            let row = [id.into(), cycle.into(), (*member).into(), Cell::whole(*net), asset.into(), seq.into()];
            self.store.insert(Table::Net, &row)?;
        }
        for result in &closed.fx_results {
            let row = [
                id.into(),
                cycle.into(),
                result.member.into(),
                result.currency.into(),
                Cell::whole(result.counterpart_minor),
                Cell::whole(result.settled_minor),
                seq.into(),
            ];
            self.store.insert(Table::FxResult, &row)?;
        }
        Ok(())
    }

    fn put_settlement(&mut self, closed: &CycleClosed, asset: CurrencyId) -> Taken {
        for (number, leg) in (0_u32..).zip(&closed.legs) {
            let row = [
                closed.arrangement.into(),
                closed.cycle.into(),
                number.into(),
                leg.member.into(),
                leg.counterparty.into(),
                leg.pay_in.into(),
                leg.amount.into(),
                asset.into(),
                closed.settle_on.into(),
                self.seq.into(),
                Cell::Null,
                Cell::Null,
                Cell::Null,
            ];
            self.store.insert(Table::SettlementLeg, &row)?;
        }
        Ok(())
    }

    /// What was due on lines is in the net now.
    fn end_transfers(&mut self, id: ArrangementId) -> Taken {
        let due: Vec<u64> =
            self.house.transfers.iter().filter(|(key, _)| key.0 == id).flat_map(|(_, due)| due.clone()).collect();
        self.house.transfers.retain(|key, _| key.0 != id);
        due.into_iter()
            .try_for_each(|due| self.change(Table::Transfer, &[due.into()], &[("netted_seq", self.seq.into())]))
    }

    /// The rows of the cycle are written for good, and the next one opens.
    fn end_cycle(&mut self, closed: &CycleClosed) -> Taken {
        let (id, cycle, seq) = (closed.arrangement, closed.cycle, self.seq);
        self.positions.change_all(|key| (key.0, key.1) == (id, cycle), |position| position.closed_seq = Some(seq));
        self.pairs.change_all(|key| (key.0, key.1) == (id, cycle), |pair| pair.closed_seq = Some(seq));
        let row = self.cycles.change((id, cycle), Cycle::default);
        row.closed_seq = Some(seq);
        row.day = Some(closed.date);
        row.settle_on = Some(closed.settle_on);
        self.positions.flush(&mut self.store)?;
        self.pairs.flush(&mut self.store)?;
        self.cycles.flush(&mut self.store)?;
        self.positions.forget(|key| (key.0, key.1) == (id, cycle));
        self.pairs.forget(|key| (key.0, key.1) == (id, cycle));
        self.cycles.forget(|key| (key.0, key.1) == (id, cycle));
        let next = known(cycle.0.checked_add(1).map(CycleId), "cycle after", cycle)?;
        self.house.arrangement_mut(id)?.cycle = next;
        self.open_cycle(id, next);
        Ok(())
    }

    pub(super) fn settlement_confirmed(&mut self, id: ArrangementId, cycle: CycleId, leg: u32) -> Taken<About> {
        let key = [id.into(), cycle.into(), leg.into()];
        let Some(row) = self.store.get(Table::SettlementLeg, &key)? else {
            return disagree(format!("cycle {cycle} has no leg {leg}"));
        };
        let column = |name| self.store.column(Table::SettlementLeg, &row, name);
        if *column("confirmed_seq") != Cell::Null {
            return disagree(format!("leg {leg} of cycle {cycle} was confirmed before"));
        }
        let member = column("member").as_integer().and_then(|number| u16::try_from(number).ok()).map(MemberId);
        let part = column("paid_minor");
        let amount = if *part == Cell::Null { column("amount_minor") } else { part };
        let (amount, pay_in) = (amount.as_whole(), *column("pay_in") == Cell::Integer(1));
        let (member, amount) = (known(member, "member of leg", leg)?, known(amount, "amount of leg", leg)?);
        let asset = self.house.arrangement(id)?.settlement;
        let net_due = in_arrangement(id, Owner::Member(member), asset, AccountKind::NetDue);
        let agent = in_arrangement(id, Owner::House, asset, AccountKind::Agent);
        self.post(agent, net_due, if pay_in { amount } else { -amount })?;
        self.change(Table::SettlementLeg, &key, &[("confirmed_seq", self.seq.into())])?;
        Ok(About::arrangement(id))
    }

    /// Pay-outs of the cycle's payments that waited for this are due with it: the view `leg` says so, without a change of
    /// each of them.
    pub(super) fn cycle_settled(&mut self, id: ArrangementId, cycle: CycleId) -> Taken<About> {
        self.change(Table::Cycle, &[id.into(), cycle.into()], &[("settled_seq", self.seq.into())])?;
        Ok(About::arrangement(id))
    }

    pub(super) fn transfer_due(
        &mut self,
        id: ArrangementId,
        debtor: MemberId,
        creditor: MemberId,
        amount: AmountMinor,
        by: Date,
    ) -> Taken<About> {
        let arrangement = self.house.arrangement(id)?;
        let row = [
            self.seq.into(),
            id.into(),
            arrangement.cycle.into(),
            debtor.into(),
            creditor.into(),
            amount.into(),
            arrangement.asset.into(),
            by.into(),
            Cell::Null,
            Cell::Null,
            Cell::Null,
        ];
        self.store.insert(Table::Transfer, &row)?;
        self.house.transfers.entry((id, debtor, creditor)).or_default().push(self.seq);
        Ok(About::arrangement(id))
    }

    /// Everything due of a pair is confirmed whole; it moves between the members' first institutions.
    pub(super) fn transfer_confirmed(
        &mut self,
        id: ArrangementId,
        debtor: MemberId,
        creditor: MemberId,
        amount: AmountMinor,
    ) -> Taken<About> {
        let due = self.house.transfers.remove(&(id, debtor, creditor)).unwrap_or_default();
        let mut total: i128 = 0;
        let arrangement = self.house.arrangement(id)?;
        let (asset, cycle) = (arrangement.asset, arrangement.cycle);
        for due in due {
            let key = [due.into()];
            let row = known(self.store.get(Table::Transfer, &key)?, "transfer of event", due)?;
            let part = self.store.column(Table::Transfer, &row, "amount_minor").as_whole();
            total += known(part, "amount of the transfer of event", due)?;
            let edits = [("confirmed_seq", self.seq.into()), ("confirmed_cycle", cycle.into())];
            self.change(Table::Transfer, &key, &edits)?;
        }
        if total != amount.as_balance() {
            return disagree(format!("a transfer of {} is confirmed, and {total} was due", amount.get()));
        }
        let first = |member: MemberId| {
            let first = self.house.members.get(member.index()).copied().flatten();
            known(first, "institution of member", member)
        };
        let (from, to) = (first(creditor)?, first(debtor)?);
        self.move_position(id, (from, to), asset, total)?;
        self.owe(id, (debtor, creditor), asset, -total)?;
        Ok(About::arrangement(id))
    }
}
