//! The close of a netting cycle: positions, interest, nets, legs, all recomputed; and its postings.

use crate::arithmetic::{interest, mirrored};
use crate::books::{Entry, of_member, of_member_at_edge, position};
use crate::finding::{Check, Checked, Finding, equal, holds};
use crate::model::{Arrangement, ClosedCycle, Model};
use domain::event::CycleClosed;
use domain::plan::{DayStep, Netting, PositionCurrency};
use domain::{AccountKind, ArrangementId, BookId, CurrencyId, CycleId, Date, InstitutionId, MemberId, Owner};
use std::collections::BTreeMap;

/// What the first, lower member of a pair owes the other in the asset.
pub(crate) type Pairs = BTreeMap<(MemberId, MemberId), i128>;
/// Who owes, who is owed, how much.
pub(crate) type Interest = Vec<(MemberId, MemberId, i128)>;

impl Model {
    pub(crate) fn cycle_closed(&mut self, closed: &CycleClosed) -> Checked {
        let id = closed.arrangement;
        let (pairs, nets, interest) = self.check_close(closed)?;
        self.check_no_credit(id, closed.date, &nets, &pairs)?;
        self.check_legs(id, closed, &pairs, &nets)?;
        self.post_close(closed, &nets, &interest)?;
        self.begin_next_cycle(closed)
    }

    /// Everything that a close says but its legs; gives pairs, nets and interest.
    pub(crate) fn check_close(&self, closed: &CycleClosed) -> Checked<(Pairs, BTreeMap<MemberId, i128>, Interest)> {
        let id = closed.arrangement;
        let arrangement = self.arrangement(id)?;
        equal(Check::Cycle, "the cycle that closes", arrangement.cycle, closed.cycle)?;
        equal(Check::Cycle, "the date of the close", arrangement.open_date(), Some(closed.date))?;
        self.check_step_has_come(id, DayStep::Close)?;
        holds(Check::Cycle, "a cycle that closes", "no run under way", arrangement.frozen.is_none(), closed.cycle)?;
        let again = arrangement.open.as_ref().is_some_and(|day| day.cycle_closed);
        let ends = self.cycle_ends_on(id, closed.date)? && !again;
        holds(Check::Cycle, "the date of the close", "the last one of the cycle", ends, closed.date)?;

        equal(Check::Cycle, "the positions that close", self.positions(id), closed.positions.clone())?;
        let members: Vec<MemberId> = arrangement.members.keys().copied().collect();
        let settle_on = self.settlement_date(id, closed.date, members)?;
        equal(Check::Settlement, "the day of settlement", settle_on, closed.settle_on)?;
        let (pairs, nets, interest) = self.pairs_and_nets(id, closed.date, closed.settle_on)?;
        let mut found: Interest = closed.interest.iter().map(|(d, c, amount)| (*d, *c, amount.as_balance())).collect();
        found.sort_unstable();
        equal(Check::Interest, "the interest between members", &interest, &found)?;
        let paid = self.nets_as_paid(id, closed.date, nets.clone())?;
        self.check_nets(id, closed, &nets, &paid)?;
        Ok((pairs, paid, interest))
    }

    /// What pairs owe with interest, what members net, and the interest.
    pub(crate) fn pairs_and_nets(
        &self,
        id: ArrangementId,
        date: Date,
        settle_on: Date,
    ) -> Checked<(Pairs, BTreeMap<MemberId, i128>, Interest)> {
        let mut pairs = self.pairs_in_asset(id, date)?;
        let interest = self.expected_interest(id, settle_on)?;
        for (debtor, creditor, amount) in &interest {
            let (low, high) = (*debtor.min(creditor), *debtor.max(creditor));
            *pairs.entry((low, high)).or_default() += if *debtor == low { *amount } else { -amount };
        }
        let mut nets: BTreeMap<MemberId, i128> = BTreeMap::new();
        for ((low, high), owed) in &pairs {
            *nets.entry(*low).or_default() -= owed;
            *nets.entry(*high).or_default() += owed;
        }
        nets.retain(|_, net| *net != 0);
        Ok((pairs, nets, interest))
    }

    /// Balances of all position accounts of an arrangement.
    fn positions(&self, id: ArrangementId) -> Vec<(InstitutionId, CurrencyId, i128)> {
        let mut positions = Vec::new();
        for (key, balance) in self.books.iter() {
            if let (BookId::Arrangement(book), Owner::Institution(institution), AccountKind::Position) =
                (key.book, key.owner, key.kind)
                && book == id
            {
                positions.push((institution, key.currency, balance));
            }
        }
        positions.sort_unstable();
        positions
    }

    /// Interest of each pair up to the settlement date, from the daily changes of its balance.
    fn expected_interest(&self, id: ArrangementId, settle_on: Date) -> Checked<Interest> {
        let arrangement = self.arrangement(id)?;
        let mut expected = Interest::new();
        if let Some(rule) = arrangement.plan.interest {
            for (low, high) in arrangement.changes.keys().copied() {
                let number_days = arrangement.number_days_of((low, high), settle_on);
                let amount = mirrored(number_days, |days| interest(days, rule.rate_ppm, rule.basis, rule.rounding));
                match amount {
                    Some(0) => {}
                    Some(owed) if owed > 0 => expected.push((low, high, owed)),
                    Some(owed) => expected.push((high, low, -owed)),
                    None => return Err(Finding::new(Check::Interest, "interest", "an amount within 128 bits", "more")),
                }
            }
        }
        expected.sort_unstable();
        Ok(expected)
    }

    /// Nets are what the pairs owe and are owed, and where positions are in the asset also the positions and the interest.
    fn check_nets(
        &self,
        id: ArrangementId,
        closed: &CycleClosed,
        in_positions: &BTreeMap<MemberId, i128>,
        paid: &BTreeMap<MemberId, i128>,
    ) -> Checked {
        let expected: Vec<(MemberId, i128)> = paid.iter().map(|(member, net)| (*member, *net)).collect();
        equal(Check::Cycle, "the nets of the members", &expected, &closed.nets)?;
        let sum: i128 = closed.nets.iter().map(|(_, net)| net).sum();
        equal(Check::Cycle, "the sum of the nets", 0, sum)?;
        if self.plan(id)?.position_currency == PositionCurrency::Asset {
            let mut by_positions: BTreeMap<MemberId, i128> = BTreeMap::new();
            for (institution, _, balance) in &closed.positions {
                *by_positions.entry(self.member_of(*institution)?).or_default() += balance;
            }
            for (debtor, creditor, amount) in &closed.interest {
                *by_positions.entry(*debtor).or_default() -= amount.as_balance();
                *by_positions.entry(*creditor).or_default() += amount.as_balance();
            }
            by_positions.retain(|_, net| *net != 0);
            equal(Check::Cycle, "the nets by positions and interest", &by_positions, in_positions)?;
        }
        Ok(())
    }

    pub(crate) fn check_legs(
        &self,
        id: ArrangementId,
        closed: &CycleClosed,
        pairs: &Pairs,
        nets: &BTreeMap<MemberId, i128>,
    ) -> Checked {
        let mut expected: Vec<(bool, MemberId, Option<MemberId>, i128)> = match self.plan(id)?.cycle.netting {
            Netting::None => Vec::new(),
            Netting::Multilateral => nets.iter().map(|(member, net)| (*net < 0, *member, None, net.abs())).collect(),
            Netting::Bilateral => {
                let of_pair = |((low, high), owed): (&(MemberId, MemberId), &i128)| {
                    let (debtor, creditor) = if *owed > 0 { (*low, *high) } else { (*high, *low) };
                    [(true, debtor, Some(creditor), owed.abs()), (false, creditor, Some(debtor), owed.abs())]
                };
                pairs.iter().filter(|(_, owed)| **owed != 0).flat_map(of_pair).collect()
            }
        };
        expected.sort_unstable();
        let legs = closed.legs.iter();
        let mut found: Vec<_> =
            legs.map(|leg| (leg.pay_in, leg.member, leg.counterparty, leg.amount.as_balance())).collect();
        let pay_in_first = found.windows(2).all(|pair| pair[0].0 || !pair[1].0);
        holds(Check::Settlement, "the order of the legs", "pay-ins first", pay_in_first, &found)?;
        found.sort_unstable();
        equal(Check::Settlement, "the settlement legs", expected, found)
    }

    pub(crate) fn post_close(
        &mut self,
        closed: &CycleClosed,
        nets: &BTreeMap<MemberId, i128>,
        interest: &Interest,
    ) -> Checked {
        let id = closed.arrangement;
        let asset = self.arrangement(id)?.settlement;
        let net_due = |member: MemberId| of_member(id, member, asset, AccountKind::NetDue);
        let mut entries: Vec<Entry> = Vec::new();
        for (institution, currency, balance) in &closed.positions {
            entries.push((position(id, *institution, *currency), -balance));
        }
        if self.plan(id)?.has_unit() {
            equal(Check::Conversion, "the results of a conversion", 0, closed.fx_results.len())?;
            entries.extend(nets.iter().map(|(member, net)| (net_due(*member), *net)));
        } else if self.plan(id)?.position_currency == PositionCurrency::Asset {
            equal(Check::Conversion, "the results of a conversion", 0, closed.fx_results.len())?;
            for (institution, _, balance) in &closed.positions {
                entries.push((net_due(self.member_of(*institution)?), *balance));
            }
            for (debtor, creditor, amount) in interest {
                let account = |member| of_member(id, member, asset, AccountKind::Interest);
                entries.extend([(net_due(*debtor), -amount), (account(*debtor), *amount)]);
                entries.extend([(net_due(*creditor), *amount), (account(*creditor), -amount)]);
            }
        } else {
            entries.extend(nets.iter().map(|(member, net)| (net_due(*member), *net)));
            entries.extend(self.entries_of_conversion(closed, nets)?);
        }
        self.books.post(&entries)
    }

    fn entries_of_conversion(&self, closed: &CycleClosed, nets: &BTreeMap<MemberId, i128>) -> Checked<Vec<Entry>> {
        let expected = self.fx_results(closed.arrangement, closed.date, nets)?;
        equal(Check::Conversion, "the results of the conversion", &expected, &closed.fx_results)?;
        let mut entries = Vec::new();
        for result in &expected {
            let account = |kind| of_member_at_edge(result.member, closed.arrangement, result.currency, kind);
            let (counterpart, settled) = (result.counterpart_minor, result.settled_minor);
            entries.push((account(AccountKind::Counterpart), -counterpart));
            entries.push((account(AccountKind::SettledCounterpart), settled));
            entries.push((account(AccountKind::FxResult), counterpart - settled));
        }
        Ok(entries)
    }

    pub(crate) fn begin_next_cycle(&mut self, closed: &CycleClosed) -> Checked {
        let in_asset = self.plan(closed.arrangement)?.position_currency == PositionCurrency::Asset;
        let debts = closed.positions.iter().filter(|(.., balance)| in_asset && *balance < 0);
        let debits = debts.map(|(institution, _, balance)| (*institution, -balance)).collect();
        let credits = self.credits_of_close(closed)?;
        let arrangement = self.arrangement_mut(closed.arrangement)?;
        let asset = arrangement.asset;
        let owed = arrangement.pairs.iter().filter(|((.., currency), owed)| *currency == asset && **owed != 0);
        let pair_debits = owed
            .map(|((low, high, _), owed)| if *owed > 0 { ((*low, *high), *owed) } else { ((*high, *low), -owed) })
            .collect();
        let closed_cycle = ClosedCycle {
            date: closed.date,
            settle_on: closed.settle_on,
            settled: false,
            legs: closed.legs.iter().map(|leg| (*leg, false)).collect(),
            debits,
            credits,
            pair_debits,
        };
        arrangement.closed_cycles.insert(closed.cycle, closed_cycle);
        arrangement.pairs.clear();
        arrangement.changes.clear();
        arrangement.changed_on.clear();
        // What is due and was not transferred is in the net.
        arrangement.transfers.clear();
        arrangement.cycle = CycleId(closed.cycle.0 + 1);
        arrangement.open.as_mut().expect("a cycle closes on an open day").cycle_closed = true;
        arrangement.cycle_closed_on = Some(closed.date);
        arrangement.totals.cycles_closed += 1;
        arrangement.totals.nets_absolute += closed.nets.iter().map(|(_, net)| net.unsigned_abs()).sum::<u128>();
        Ok(())
    }
}

impl Arrangement {
    /// Sum of a pair's balance × days up to a date: every change times the days since its value date.
    pub(crate) fn number_days_of(&self, pair: (MemberId, MemberId), up_to: Date) -> i128 {
        let days = |value_date: &Date| i128::from(up_to.0) - i128::from(value_date.0);
        let changes = self.changes.get(&pair);
        changes.map_or(0, |changes| changes.iter().map(|(from, amount)| amount * days(from)).sum())
    }
}
