//! A unit of account: its value on a date, nets turned into the settlement asset; allocations; reported positions.

use crate::books::position;
use crate::finding::{Check, Checked, Finding, equal, holds};
use crate::model::Model;
use domain::event::{CycleClosed, Stage};
use domain::limit::Scope;
use domain::plan::LimitKind;
use domain::{ArrangementId, Date, InstitutionId, MemberId};
use money::{AmountMinor, Rate};
use std::collections::BTreeMap;

/// Largest mantissa and number of decimals of a published value.
const MANTISSA_MAX: u64 = 1_000_000_000;
const DECIMALS_MAX: u8 = 9;

impl Model {
    /// What the unit is worth on a date.
    fn worth(&self, id: ArrangementId, date: Date) -> Checked<Option<Rate>> {
        let arrangement = self.arrangement(id)?;
        let Some(unit) = &arrangement.plan.additions.unit else { return Ok(None) };
        // One series: what was published replaces what the rulebook says of the same day.
        let mut series: BTreeMap<Date, Rate> = unit.values.iter().copied().collect();
        series.extend(arrangement.unit_values.iter().map(|(from, value)| (*from, *value)));
        let mut worth = series.first_key_value().map(|(_, value)| *value);
        for (from, value) in series {
            if from <= date {
                worth = Some(value);
            }
        }
        Ok(worth)
    }

    /// Nets as they are paid: in the settlement asset, and summing to zero.
    pub(crate) fn nets_as_paid(
        &self,
        id: ArrangementId,
        date: Date,
        nets: BTreeMap<MemberId, i128>,
    ) -> Checked<BTreeMap<MemberId, i128>> {
        let Some(worth) = self.worth(id, date)? else { return Ok(nets) };
        let arrangement = self.arrangement(id)?;
        let of = |currency| self.currency(currency).map(|known| u32::from(known.minor_decimals));
        let (up, down) = (of(arrangement.settlement)?, of(arrangement.asset)? + u32::from(worth.decimals()));
        let whole = 10_i128.pow(down);
        let mut paid = BTreeMap::new();
        let mut fractions = Vec::new();
        for (member, net) in nets {
            let exact = net
                .checked_mul(i128::from(worth.mantissa()))
                .and_then(|scaled| scaled.checked_mul(10_i128.pow(up)))
                .ok_or_else(|| Finding::new(Check::Conversion, "a net", "within 128 bits", net))?;
            let rest = exact.rem_euclid(whole);
            paid.insert(member, (exact - rest) / whole);
            fractions.push((rest, member));
        }
        // The larger the fraction, the sooner it is rounded up; among equal ones the lower member.
        fractions.sort_by(|one, other| other.0.cmp(&one.0).then(one.1.cmp(&other.1)));
        let mut missing = -paid.values().sum::<i128>();
        for (_, member) in fractions {
            if missing == 0 {
                break;
            }
            *paid.entry(member).or_default() += 1;
            missing -= 1;
        }
        equal(Check::Conversion, "what is left after rounding", 0, missing)?;
        paid.retain(|_, net| *net != 0);
        Ok(paid)
    }

    /// What members are owed by a close, in what their limits are in.
    pub(crate) fn credits_of_close(&self, closed: &CycleClosed) -> Checked<BTreeMap<MemberId, i128>> {
        let mut credits: BTreeMap<MemberId, i128> = BTreeMap::new();
        if self.plan(closed.arrangement)?.has_unit() {
            for (institution, _, balance) in &closed.positions {
                *credits.entry(self.member_of(*institution)?).or_default() += balance;
            }
        } else {
            credits.extend(closed.nets.iter().copied());
        }
        credits.retain(|_, net| *net > 0);
        Ok(credits)
    }

    pub(crate) fn unit_value_published(&mut self, id: ArrangementId, from: Date, value: Rate) -> Checked {
        let arrangement = self.arrangement(id)?;
        let published = arrangement.plan.additions.unit.as_ref().is_some_and(|unit| unit.published);
        holds(Check::Rate, "the value of a unit", "one that is published", published, value)?;
        let fits = value.mantissa() <= MANTISSA_MAX && value.decimals() <= DECIMALS_MAX;
        holds(Check::Rate, "the value of a unit", "nine digits and decimals at most", fits, value)?;
        let later = arrangement.closed_date.is_none_or(|closed| from > closed);
        holds(Check::Day, "from when a value holds", "after the last day that closed", later, from)?;
        self.arrangement_mut(id)?.unit_values.insert(from, value);
        Ok(())
    }

    pub(crate) fn allocation_given(
        &mut self,
        id: ArrangementId,
        giver: MemberId,
        taker: MemberId,
        amount: AmountMinor,
    ) -> Checked {
        self.membership(id, giver)?;
        self.membership(id, taker)?;
        holds(Check::Limit, "an allocation that is given", "to another member", giver != taker, taker)?;
        let arrangement = self.arrangement(id)?;
        holds(Check::Day, "when an allocation is given", "on a business day", arrangement.open.is_some(), id)?;
        let known = arrangement.plan.limit(LimitKind::Allocation).is_some();
        holds(Check::Limit, "a limit", "one that the rulebook knows", known, Scope::Allocation(giver))?;
        let own = self.member(giver)?.institutions.iter();
        let owed: i128 = own.map(|own| self.books.balance(position(id, *own, arrangement.asset))).sum();
        let allotted = |member| arrangement.limits.get(&Scope::Allocation(member)).copied().unwrap_or(0);
        let left = i128::from(allotted(giver)) - amount.as_balance();
        let covered = left >= 0 && left + owed >= 0;
        holds(Check::Limit, "what a member keeps of its allocation", "as much as it uses", covered, left)?;
        let taken = allotted(taker).checked_add(amount.get());
        let taken = taken.ok_or_else(|| Finding::new(Check::Limit, "an allocation", "within 64 bits", taker))?;
        let left = u64::try_from(left).expect("it was just seen not to be negative");
        equal(Check::Limit, "an allocation given and not taken", None, arrangement.given_allocation)?;
        let arrangement = self.arrangement_mut(id)?;
        arrangement.limits.insert(Scope::Allocation(giver), left);
        arrangement.given_allocation = Some((taker, taken));
        Ok(())
    }

    pub(crate) fn allocation_taken(&mut self, id: ArrangementId, taker: MemberId, amount: AmountMinor) -> Checked {
        let arrangement = self.arrangement_mut(id)?;
        let before = arrangement.limits.get(&Scope::Allocation(taker)).copied().unwrap_or(0);
        let found = before.checked_add(amount.get()).map(|taken| (taker, taken));
        equal(Check::Limit, "an allocation taken", arrangement.given_allocation.take(), found)?;
        arrangement.limits.extend(found.map(|(taker, taken)| (Scope::Allocation(taker), taken)));
        Ok(())
    }

    pub(crate) fn position_reported(
        &mut self,
        id: ArrangementId,
        debtor: MemberId,
        creditor: MemberId,
        amount: AmountMinor,
    ) -> Checked {
        let arrangement = self.arrangement(id)?;
        let reported = arrangement.plan.additions.reported;
        holds(Check::OrderForm, "a reported position", "where members report", reported, id)?;
        holds(Check::OrderForm, "a reported position", "of two members", debtor != creditor, creditor)?;
        let open = arrangement.open.as_ref().filter(|day| !day.cycle_closed).map(|day| day.date);
        let Some(today) = open else {
            return Err(Finding::new(Check::Day, "a reported position", "on an open day, before the close", id));
        };
        let asset = arrangement.asset;
        self.check_not_in_arrears(id, debtor)?;
        for member in [debtor, creditor] {
            self.check_not_suspended(id, member)?;
            let notice = self.membership(id, member)?.notice;
            let stays = notice.is_none_or(|from| from > today);
            holds(Check::Membership, "a member that reports", "before its notice holds", stays, notice)?;
            let takes_part = self.membership(id, member)?.stage >= Stage::Prefunded;
            holds(Check::Membership, "a member that reports", "prefunded at least", takes_part, member)?;
        }
        let first = |member: MemberId| -> Checked<InstitutionId> {
            self.member(member)?.institutions.first().copied().ok_or_else(|| {
                Finding::new(Check::Reference, "a member that reports", "with an institution of its own", member)
            })
        };
        let (from, to) = (first(debtor)?, first(creditor)?);
        let minor = amount.as_balance();
        self.books.post(&[(position(id, from, asset), -minor), (position(id, to, asset), minor)])?;
        self.owe(id, debtor, creditor, asset, minor, today)
    }
}
