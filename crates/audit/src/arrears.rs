//! A settlement completed without a pay-in, and arrears: shares recomputed, what is missing and what is owed kept by cycle.

use crate::books::{agent, of_member};
use crate::finding::{Check, Checked, Finding, equal, holds};
use crate::model::Model;
use domain::event::SettlementLeg;
use domain::limit::Scope;
use domain::plan::DayStep;
use domain::{AccountKind, ArrangementId, CycleId, MemberId};
use money::AmountMinor;
use std::collections::{BTreeMap, BTreeSet};

/// Legs that pay one another: the whole net, or a debtor and its creditor.
type Side = Option<(MemberId, MemberId)>;
/// A leg by number, and a part of its amount.
type Part = (u32, u64);

impl Model {
    pub(crate) fn cycle_completed(
        &mut self,
        id: ArrangementId,
        cycle: CycleId,
        pay_ins: &[(u32, u64)],
        pay_outs: &[(u32, u64)],
    ) -> Checked {
        let arrangement = self.arrangement(id)?;
        let closed = arrangement.closed_cycles.get(&cycle).filter(|closed| !closed.settled).ok_or_else(|| {
            Finding::new(Check::Settlement, "a cycle that is completed", "one closed and not settled", cycle)
        })?;
        let today = arrangement.open_date().or(arrangement.closed_date).unwrap_or_else(|| self.time.date());
        let by = arrangement.open.as_ref().filter(|day| day.date == closed.settle_on);
        let early = by.and_then(|day| day.schedule.get(&DayStep::PayInBy)).is_some_and(|by| self.time < *by);
        let overdue = today >= closed.settle_on && !early;
        holds(
            Check::Settlement,
            "a cycle that is completed",
            "after the time of paying in",
            overdue,
            closed.settle_on,
        )?;
        let cycles: BTreeSet<CycleId> = arrangement.arrears.keys().map(|(of, ..)| *of).collect();
        let rule = arrangement.plan.additions.completion;
        holds(Check::Settlement, "a completion", "of a rulebook that has one", rule.is_some(), id)?;
        let most = rule.and_then(|rule| rule.pro_rata_cycles);
        let within = most.is_none_or(|most| cycles.len() < usize::from(most));
        holds(Check::Settlement, "cycles in arrears", "no more than the rulebook allows", within, cycles.len())?;
        let (legs, since) = (closed.legs.clone(), closed.settle_on);
        let missing = legs.iter().any(|(leg, done)| leg.pay_in && !done);
        holds(Check::Settlement, "a cycle that is completed", "one with a pay-in missing", missing, cycle)?;
        let covered = self.covered(id, &legs)?;
        equal(Check::Settlement, "what prefunding covers of each pay-in", &covered, &pay_ins.to_vec())?;
        equal(Check::Settlement, "what is paid out of each pay-out", cut(&legs, &covered), pay_outs.to_vec())?;
        self.take_completion(id, cycle, since, (&legs, pay_ins, pay_outs))
    }

    /// What the rulebook lets a defaulter's prefunding cover, in proportion to its pay-ins that are missing.
    fn covered(&self, id: ArrangementId, legs: &[(SettlementLeg, bool)]) -> Checked<Vec<(u32, u64)>> {
        let uses = self.plan(id)?.additions.completion.is_some_and(|rule| rule.prefunding);
        let asset = self.arrangement(id)?.settlement;
        let members: BTreeSet<MemberId> = legs.iter().map(|(leg, _)| leg.member).collect();
        let mut covered = Vec::new();
        for member in members {
            let of_member_unpaid =
                legs.iter().enumerate().filter(|(_, (leg, done))| leg.pay_in && !done && leg.member == member);
            let unpaid: Vec<(usize, u64)> = of_member_unpaid.map(|(at, (leg, _))| (at, leg.amount.get())).collect();
            let due: u64 = unpaid.iter().map(|(_, amount)| amount).sum();
            let deposited = self.books.balance(of_member(id, member, asset, AccountKind::Prefunding));
            let used = if uses { u64::try_from(deposited).unwrap_or(0).min(due) } else { 0 };
            covered.extend(in_proportion(used, &unpaid));
        }
        covered.sort_unstable();
        Ok(covered)
    }

    fn take_completion(
        &mut self,
        id: ArrangementId,
        cycle: CycleId,
        since: domain::Date,
        (legs, pay_ins, pay_outs): (&[(SettlementLeg, bool)], &[Part], &[Part]),
    ) -> Checked {
        let asset = self.arrangement(id)?.settlement;
        for (number, covered) in pay_ins {
            let leg = legs[*number as usize].0;
            let change = i128::from(*covered);
            let account = |kind| of_member(id, leg.member, asset, kind);
            self.books.post(&[(account(AccountKind::Prefunding), -change), (account(AccountKind::NetDue), change)])?;
            let own = self.member(leg.member)?.institutions.clone();
            let missing = leg.amount.get() - covered;
            let arrangement = self.arrangement_mut(id)?;
            if *covered > 0 {
                let is_share = |scope: &Scope| matches!(scope, Scope::InstitutionShare(of) if own.contains(of));
                arrangement.limits.retain(|scope, _| !is_share(scope));
                arrangement.limits_ahead.retain(|(scope, _), _| !is_share(scope));
            }
            if missing > 0 {
                arrangement.arrears.insert((cycle, leg.member, leg.counterparty), (missing, since));
                arrangement.just_in_arrears.insert(leg.member);
            }
            arrangement.closed_cycles.get_mut(&cycle).expect("it was just found").legs[*number as usize].1 = true;
        }
        for (number, paid) in pay_outs {
            let leg = legs[*number as usize].0;
            let arrangement = self.arrangement_mut(id)?;
            if leg.amount.get() > *paid {
                arrangement.rest_claims.insert((cycle, leg.member, leg.counterparty), leg.amount.get() - paid);
            }
            let found =
                &mut arrangement.closed_cycles.get_mut(&cycle).expect("it was just found").legs[*number as usize];
            match AmountMinor::new(*paid) {
                Ok(amount) => found.0.amount = amount,
                Err(_) => found.1 = true,
            }
        }
        Ok(())
    }

    pub(crate) fn arrears_paid(
        &mut self,
        id: ArrangementId,
        (cycle, member, counterparty): (CycleId, MemberId, Option<MemberId>),
        amount: AmountMinor,
        paid: &[(MemberId, AmountMinor)],
    ) -> Checked {
        let arrangement = self.arrangement(id)?;
        let owed = arrangement.arrears.get(&(cycle, member, counterparty)).map_or(0, |(owed, _)| *owed);
        holds(Check::Settlement, "arrears paid", "no more than what is owed", amount.get() <= owed, owed)?;
        let debtor = counterparty.map(|_| member);
        let claims: Vec<(usize, u64)> = arrangement
            .rest_claims
            .iter()
            .filter(|((of, creditor, by), _)| {
                let of_pot = *by == debtor && counterparty.is_none_or(|other| *creditor == other);
                let frozen = arrangement.members.get(creditor).is_some_and(|known| known.suspended);
                *of == cycle && of_pot && !frozen
            })
            .map(|((_, creditor, _), rest)| (usize::from(creditor.0), *rest))
            .collect();
        let whole: u64 = claims.iter().map(|(_, rest)| rest).sum();
        let expected: Vec<(u32, u64)> =
            in_proportion(amount.get().min(whole), &claims).into_iter().filter(|(_, share)| *share > 0).collect();
        let found: Vec<(u32, u64)> = paid.iter().map(|(to, share)| (u32::from(to.0), share.get())).collect();
        equal(Check::Settlement, "who is paid of arrears", expected, found)?;
        let asset = arrangement.settlement;
        let net_due = |of: MemberId| of_member(id, of, asset, AccountKind::NetDue);
        let mut entries = vec![(agent(id, asset), -amount.as_balance()), (net_due(member), amount.as_balance())];
        for (creditor, share) in paid {
            entries.extend([(net_due(*creditor), -share.as_balance()), (agent(id, asset), share.as_balance())]);
        }
        self.books.post(&entries)?;
        let arrangement = self.arrangement_mut(id)?;
        let left = owed - amount.get();
        match arrangement.arrears.get_mut(&(cycle, member, counterparty)) {
            Some((arrear, _)) if left > 0 => *arrear = left,
            _ => drop(arrangement.arrears.remove(&(cycle, member, counterparty))),
        }
        for (creditor, share) in paid {
            let key = (cycle, *creditor, debtor);
            let rest = arrangement.rest_claims.get(&key).copied().unwrap_or(0) - share.get();
            if rest > 0 {
                arrangement.rest_claims.insert(key, rest)
            } else {
                arrangement.rest_claims.remove(&key)
            };
        }
        Ok(())
    }

    /// Whoever is in arrears sends nothing.
    pub(crate) fn check_not_in_arrears(&self, id: ArrangementId, member: MemberId) -> Checked {
        let owing = self.is_in_arrears(id, member)?;
        holds(Check::Suspension, "a payment of a member", "one that is not in arrears", !owing, member)
    }

    pub(crate) fn is_in_arrears(&self, id: ArrangementId, member: MemberId) -> Checked<bool> {
        Ok(self.arrangement(id)?.arrears.keys().any(|(_, of, _)| *of == member))
    }

    /// What waited from a member that came into arrears has ended.
    pub(crate) fn check_nothing_waits_from_arrears(&self, id: ArrangementId, members: &BTreeSet<MemberId>) -> Checked {
        let waits = self.open_payments.iter().find(|payment| {
            let found = &self.payments[**payment];
            found.arrangement == id && found.waits() && members.contains(&found.payer_member)
        });
        equal(Check::Suspension, "what waits of a member in arrears", None, waits)
    }
}

/// What is paid out of each pay-out for which a pay-in is missing.
fn cut(legs: &[(SettlementLeg, bool)], covered: &[(u32, u64)]) -> Vec<(u32, u64)> {
    let side = |leg: &SettlementLeg| -> Side {
        leg.counterparty.map(|other| if leg.pay_in { (leg.member, other) } else { (other, leg.member) })
    };
    let mut gaps: BTreeMap<Side, u64> = BTreeMap::new();
    for (number, part) in covered {
        let leg = &legs[*number as usize].0;
        *gaps.entry(side(leg)).or_default() += leg.amount.get() - part;
    }
    let mut cut = Vec::new();
    for (of, gap) in gaps.into_iter().filter(|(_, gap)| *gap > 0) {
        let of_side = |pay_in: bool| {
            let found = legs.iter().enumerate().filter(move |(_, (leg, _))| leg.pay_in == pay_in && side(leg) == of);
            found.map(|(at, (leg, _))| (at, leg.amount.get())).collect::<Vec<_>>()
        };
        let (paid_in, paid_out) = (of_side(true), of_side(false));
        let sum = |side: &[(usize, u64)]| side.iter().map(|(_, amount)| amount).sum::<u64>();
        let there = sum(&paid_in).max(sum(&paid_out)) - gap;
        cut.extend(in_proportion(there.min(sum(&paid_out)), &paid_out));
    }
    cut.sort_unstable();
    cut
}

/// Divides a sum in proportion: first rounded down, then a unit each to the largest fractions, the first among equals.
fn in_proportion(total: u64, among: &[(usize, u64)]) -> Vec<(u32, u64)> {
    let whole: u128 = among.iter().map(|(_, weight)| u128::from(*weight)).sum();
    if whole == 0 {
        return Vec::new();
    }
    let exact = |weight: u64| u128::from(total) * u128::from(weight);
    let mut shares: Vec<u128> = among.iter().map(|(_, weight)| exact(*weight) / whole).collect();
    let mut order: Vec<usize> = (0..among.len()).collect();
    order.sort_by_key(|place| (std::cmp::Reverse(exact(among[*place].1) % whole), *place));
    let mut left = u128::from(total) - shares.iter().sum::<u128>();
    for place in order {
        if left == 0 {
            break;
        }
        shares[place] += 1;
        left -= 1;
    }
    let number = |at: usize| u32::try_from(at).expect("a cycle has few legs");
    let share = |share: u128| u64::try_from(share).expect("a share is no more than the whole");
    among.iter().zip(shares).map(|((at, _), found)| (number(*at), share(found))).collect()
}
