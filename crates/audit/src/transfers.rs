//! Anticipated transfers: what is owed beyond a pair line is paid before the cycle ends.

use crate::books::position;
use crate::finding::{Check, Checked, Finding, equal, holds};
use crate::model::Model;
use domain::limit::Scope;
use domain::plan::{LimitKind, OnLimit};
use domain::{AccountKey, ArrangementId, Date, MemberId};
use money::AmountMinor;

impl Model {
    /// What a pair owes beyond its line and beyond the transfers that are due already, with the days to pay it.
    fn excess(&self, id: ArrangementId, debtor: MemberId, creditor: MemberId) -> Checked<Option<(i128, u8)>> {
        let arrangement = self.arrangement(id)?;
        let Some(rule) = arrangement.plan.limit(LimitKind::Pair) else { return Ok(None) };
        let OnLimit::PayExcess { within_business_days } = rule.on_limit else { return Ok(None) };
        let line = arrangement.maximum(LimitKind::Pair, Scope::Pair { debtor, creditor });
        let Some(line) = line else { return Ok(None) };
        let due = arrangement.transfers.get(&(debtor, creditor)).map_or(0, |(amount, _)| i128::from(*amount));
        let excess = arrangement.pair_use(debtor, creditor) - line - due;
        Ok((excess > 0 && arrangement.open.is_some()).then_some((excess, within_business_days)))
    }

    /// After a payment has cleared: the next event has to say that the excess is due.
    pub(crate) fn expect_transfer_of_excess(
        &mut self,
        id: ArrangementId,
        debtor: MemberId,
        creditor: MemberId,
    ) -> Checked {
        if self.excess(id, debtor, creditor)?.is_some() {
            self.arrangement_mut(id)?.owed_transfers.insert((debtor, creditor));
        }
        Ok(())
    }

    pub(crate) fn transfer_due(
        &mut self,
        id: ArrangementId,
        debtor: MemberId,
        creditor: MemberId,
        amount: AmountMinor,
        by: Date,
    ) -> Checked {
        let Some((excess, within_business_days)) = self.excess(id, debtor, creditor)? else {
            return Err(Finding::new(
                Check::Transfer,
                "a transfer that is due",
                "an excess over a pair line",
                amount.get(),
            ));
        };
        equal(Check::Transfer, "the amount of a transfer that is due", excess, amount.as_balance())?;
        let last = self.business_days_after(id, self.business_date(id)?, within_business_days)?;
        equal(Check::Transfer, "the day by which a transfer is due", last, by)?;
        let arrangement = self.arrangement_mut(id)?;
        arrangement.owed_transfers.remove(&(debtor, creditor));
        // More of it does not give more time: the earliest date stays.
        let due = arrangement.transfers.entry((debtor, creditor)).or_insert((0, by));
        due.0 = due.0.checked_add(amount.get()).ok_or_else(|| {
            Finding::new(Check::Transfer, "the transfers due of a pair", "an amount", format!("{} more", amount.get()))
        })?;
        due.1 = due.1.min(by);
        Ok(())
    }

    pub(crate) fn transfer_confirmed(
        &mut self,
        id: ArrangementId,
        debtor: MemberId,
        creditor: MemberId,
        amount: AmountMinor,
    ) -> Checked {
        let due = self.arrangement_mut(id)?.transfers.remove(&(debtor, creditor)).map(|(due, _)| due);
        equal(Check::Transfer, "a transfer that is confirmed", due, Some(amount.get()))?;
        let (from, to) = (self.first_position(id, debtor)?, self.first_position(id, creditor)?);
        let moved = amount.as_balance();
        self.books.post(&[(from, moved), (to, -moved)])?;
        let (asset, today) = (self.arrangement(id)?.asset, self.business_date(id)?);
        self.owe(id, debtor, creditor, asset, -moved, today)?;
        self.arrangement_mut(id)?.totals.transfers += u128::from(amount.get());
        Ok(())
    }

    /// Position of a member's institution of the lowest number.
    fn first_position(&self, id: ArrangementId, member: MemberId) -> Checked<AccountKey> {
        let asset = self.arrangement(id)?.asset;
        let first = self.member(member)?.institutions.first();
        holds(Check::Reference, "a member that transfers", "with an institution", first.is_some(), member)?;
        Ok(position(id, *first.expect("it was just checked"), asset))
    }
}
