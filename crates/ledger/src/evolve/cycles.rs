//! Business days, fixings, cycles, settlement, and anticipated transfers.

use crate::netting::counterpart_key;
use crate::pulse::period_of;
use crate::state::{ClosedCycle, Day, State, TransferDue, pair_side};
use domain::event::CycleClosed;
use domain::payment::LegState;
use domain::plan::DayStep;
use domain::{
    AccountKey, AccountKind, ArrangementId, BookId, CurrencyId, CycleId, Date, InstitutionId, MemberId, Timestamp,
};
use money::{AmountMinor, Rate};
use std::collections::BTreeMap;

/// Fixings that are kept: of the last business date and of the one before.
const FIXINGS_KEPT: usize = 2;

impl State {
    pub(super) fn day_opened(&mut self, id: ArrangementId, date: Date, schedule: &[(DayStep, Timestamp)]) {
        let arrangement = &mut self.arrangements[id.index()];
        assert!(arrangement.day.is_none(), "one business day is open at a time");
        let length = arrangement.plan.cycle.length;
        let cycle_overdue = arrangement.cycle_left_open
            && arrangement.closed_date.is_some_and(|closed| period_of(length, closed) != period_of(length, date));
        arrangement.day = Some(Day {
            date,
            schedule: schedule.to_vec(),
            extended_s: 0,
            next_run_at: None,
            fixing_made: false,
            cycle_closed: false,
            cycle_overdue,
        });
        let next_run_at = arrangement.next_run_after(self.now);
        arrangement.day.as_mut().expect("just opened").next_run_at = next_run_at;
        let (mut due, ahead): (Vec<_>, Vec<_>) = std::mem::take(&mut arrangement.limits_ahead)
            .into_iter()
            .partition(|((_, effective), _)| *effective <= date);
        arrangement.limits_ahead = ahead.into_iter().collect();
        due.sort_by_key(|((_, effective), _)| *effective);
        for ((scope, _), maximum_minor) in due {
            arrangement.put_in_force(scope, maximum_minor);
        }
        arrangement.purposes_take_effect(date);
    }

    pub(super) fn day_closed(&mut self, id: ArrangementId, date: Date) {
        let arrangement = &mut self.arrangements[id.index()];
        let day = arrangement.day.take().expect("only an open day closes");
        assert_eq!(day.date, date, "the day that closes is the one that is open");
        assert!(!arrangement.frozen, "no day closes in the middle of a run");
        arrangement.closed_date = Some(date);
        arrangement.cycle_left_open = !day.cycle_closed;
        for payment in std::mem::take(&mut arrangement.failed_payouts) {
            // What failed in the morning may have been paid out at noon, and have left memory in the evening.
            if self.payments.get(payment).is_some_and(|record| record.payout == LegState::Failed) {
                self.payments.of_mut(payment).payout = LegState::Aged;
            }
        }
    }

    pub(super) fn fixing_made(&mut self, id: ArrangementId, date: Date, rates: &[(CurrencyId, Rate)]) {
        let arrangement = &mut self.arrangements[id.index()];
        arrangement.day.as_mut().expect("rates are fixed on an open day").fixing_made = true;
        arrangement.fixings.insert(date, rates.to_vec());
        while arrangement.fixings.len() > FIXINGS_KEPT {
            arrangement.fixings.pop_first();
        }
    }

    pub(super) fn cycle_closed(&mut self, closed: &CycleClosed) {
        let id = closed.arrangement;
        let arrangement = &mut self.arrangements[id.index()];
        assert_eq!(closed.cycle, arrangement.cycle, "the cycle that closes is the open one");
        let converted = !arrangement.positions_in_asset();
        let mut debits_minor: BTreeMap<InstitutionId, u128> = BTreeMap::new();
        for &(institution, _, balance_minor) in
            closed.positions.iter().filter(|(.., balance)| *balance < 0 && !converted)
        {
            let debit = balance_minor.unsigned_abs();
            arrangement.of_mut(institution).unsettled_debit_minor += debit;
            debits_minor.insert(institution, debit);
        }
        let mut credits_minor = BTreeMap::new();
        for (member, net) in self.credits_of(closed) {
            let arrangement = &mut self.arrangements[id.index()];
            let credit = net.unsigned_abs();
            arrangement.membership_mut(member).unsettled_credit_minor += credit;
            credits_minor.insert(member, credit);
        }
        let pair_debits_minor = self.close_pairs(id, closed.date);
        let arrangement = &mut self.arrangements[id.index()];
        arrangement.memberships.iter_mut().flatten().for_each(|membership| membership.position_minor = 0);
        arrangement.cycle = CycleId(closed.cycle.0 + 1);
        if let Some(day) = &mut arrangement.day {
            day.cycle_closed = true;
        }
        let payments = std::mem::take(&mut arrangement.cycle_payments);
        let prefinanced_minor = std::mem::take(&mut arrangement.cycle_prefinanced);
        // What was due on lines is in the net now.
        arrangement.transfers_due.clear();
        arrangement.closed_cycles.push(ClosedCycle {
            cycle: closed.cycle,
            date: closed.date,
            settle_on: closed.settle_on,
            legs: closed.legs.iter().map(|leg| (*leg, false)).collect(),
            settled: false,
            payments,
            debits_minor,
            credits_minor,
            pair_debits_minor,
            prefinanced_minor,
        });
        let unit = self.arrangements[id.index()].plan.has_unit();
        self.post_cycle(closed, converted || unit);
    }

    /// What members are owed by a close, in what their limits are in.
    fn credits_of(&self, closed: &CycleClosed) -> Vec<(MemberId, i128)> {
        let arrangement = &self.arrangements[closed.arrangement.index()];
        let nets: BTreeMap<MemberId, i128> = if arrangement.plan.has_unit() {
            let mut nets = BTreeMap::new();
            for &(institution, _, balance) in &closed.positions {
                *nets.entry(arrangement.of(institution).member).or_default() += balance;
            }
            nets
        } else {
            closed.nets.iter().copied().collect()
        };
        nets.into_iter().filter(|(_, net)| *net > 0).collect()
    }

    /// Pair figures start anew; what pairs owed uses their lines until it is settled.
    fn close_pairs(&mut self, id: ArrangementId, date: Date) -> BTreeMap<(MemberId, MemberId), u128> {
        let arrangement = &mut self.arrangements[id.index()];
        let interest = arrangement.plan.interest.is_some();
        let members: Vec<MemberId> = arrangement.members().map(|(member, _)| member).collect();
        let mut debits = BTreeMap::new();
        for (index, &high) in members.iter().enumerate() {
            for &low in &members[..index] {
                if arrangement.pair(low, high).is_none() {
                    continue;
                }
                let pair = arrangement.pair_mut(low, high);
                if interest {
                    pair.number_days = 0;
                    pair.as_of = date;
                }
                let owed = std::mem::take(&mut pair.low_owes_minor);
                if owed == 0 {
                    continue;
                }
                let (debtor, creditor) = if owed > 0 { (low, high) } else { (high, low) };
                let debit = owed.unsigned_abs();
                pair.unsettled_minor[pair_side(debtor, creditor)] += debit;
                debits.insert((debtor, creditor), debit);
            }
        }
        arrangement.foreign_pairs.clear();
        debits
    }

    fn post_cycle(&mut self, closed: &CycleClosed, converted: bool) {
        let id = closed.arrangement;
        let arrangement = &self.arrangements[id.index()];
        let net_due = |member: MemberId| arrangement.membership(member).expect("a member of the cycle").net_due_account;
        if converted {
            self.accounts.sweep(
                closed.positions.iter().map(|&(institution, currency, balance)| {
                    (arrangement.position_key(institution, currency), balance)
                }),
            );
            // Net dues of the members sum to zero: each is posted against the first one's account.
            if let Some(&(first, _)) = closed.nets.first() {
                for &(member, net) in &closed.nets[1..] {
                    self.accounts.shift(net_due(first), net_due(member), net);
                }
            }
        } else {
            for &(institution, _, balance) in &closed.positions {
                let participant = arrangement.of(institution);
                self.accounts.shift(participant.position_account, net_due(participant.member), balance);
            }
            for &(debtor, creditor, amount) in &closed.interest {
                let interest = |member| arrangement.membership(member).expect("a member").interest_account;
                self.accounts.transfer(net_due(debtor), interest(debtor), amount.get());
                self.accounts.transfer(interest(creditor), net_due(creditor), amount.get());
            }
        }
        for result in &closed.fx_results {
            let key = |kind| AccountKey { kind, ..counterpart_key(id, result.member, result.currency) };
            let counterpart = self.accounts.open(counterpart_key(id, result.member, result.currency));
            let settled = self.accounts.open(key(AccountKind::SettledCounterpart));
            let fx_result = self.accounts.open(key(AccountKind::FxResult));
            self.accounts.shift(counterpart, settled, result.settled_minor);
            self.accounts.shift(counterpart, fx_result, result.counterpart_minor - result.settled_minor);
            assert_eq!(self.accounts.balance_minor(counterpart), 0, "a converted counterpart closes at zero");
        }
        for &(institution, currency, _) in &closed.positions {
            let key = self.arrangements[id.index()].position_key(institution, currency);
            assert_eq!(self.accounts.balance_of(&key), 0, "a closed position is zero");
        }
    }

    pub(super) fn settlement_confirmed(&mut self, id: ArrangementId, cycle: CycleId, leg: u32) {
        let arrangement = &mut self.arrangements[id.index()];
        let agent = arrangement.agent_account;
        let closed = closed_cycle(&mut arrangement.closed_cycles, cycle);
        let (leg, confirmed) = &mut closed.legs[leg as usize];
        assert!(!*confirmed, "a leg is confirmed once");
        *confirmed = true;
        let leg = *leg;
        let net_due = arrangement.membership(leg.member).expect("a leg is a member's").net_due_account;
        let (from, to) = if leg.pay_in { (agent, net_due) } else { (net_due, agent) };
        self.accounts.transfer(from, to, leg.amount.get());
        if leg.pay_in {
            self.release_debits(id, cycle, leg.member);
        }
        self.forget_finished_cycles(id);
    }

    /// A member that has paid in uses its shares and lines no more for that cycle.
    pub(super) fn release_debits(&mut self, id: ArrangementId, cycle: CycleId, member: MemberId) {
        let arrangement = &mut self.arrangements[id.index()];
        let closed = closed_cycle(&mut arrangement.closed_cycles, cycle);
        // With bilateral netting a member has several pay-ins: its use ends with the last.
        if closed.legs.iter().any(|(leg, confirmed)| leg.member == member && leg.pay_in && !confirmed) {
            return;
        }
        let institutions: Vec<(InstitutionId, u128)> = closed.debits_minor.iter().map(|(i, m)| (*i, *m)).collect();
        let pairs: Vec<_> =
            closed.pair_debits_minor.iter().filter(|((d, _), _)| *d == member).map(|(p, m)| (*p, *m)).collect();
        for (institution, minor) in institutions {
            if arrangement.participant(institution).is_some_and(|p| p.member == member) {
                arrangement.of_mut(institution).unsettled_debit_minor -= minor;
                closed_cycle(&mut arrangement.closed_cycles, cycle).debits_minor.remove(&institution);
            }
        }
        for ((debtor, creditor), minor) in pairs {
            arrangement.pair_mut(debtor, creditor).unsettled_minor[pair_side(debtor, creditor)] -= minor;
            closed_cycle(&mut arrangement.closed_cycles, cycle).pair_debits_minor.remove(&(debtor, creditor));
        }
    }

    pub(super) fn cycle_settled(&mut self, id: ArrangementId, cycle: CycleId) {
        let arrangement = &mut self.arrangements[id.index()];
        let closed = closed_cycle(&mut arrangement.closed_cycles, cycle);
        assert!(!closed.settled, "a cycle settles once");
        closed.settled = true;
        let payments = std::mem::take(&mut closed.payments);
        let debits = std::mem::take(&mut closed.debits_minor);
        let pairs = std::mem::take(&mut closed.pair_debits_minor);
        let credits = std::mem::take(&mut closed.credits_minor);
        let prefinanced = std::mem::take(&mut closed.prefinanced_minor);
        for (institution, minor) in debits {
            arrangement.of_mut(institution).unsettled_debit_minor -= minor;
        }
        for ((debtor, creditor), minor) in pairs {
            arrangement.pair_mut(debtor, creditor).unsettled_minor[pair_side(debtor, creditor)] -= minor;
        }
        for (member, minor) in credits {
            arrangement.membership_mut(member).unsettled_credit_minor -= minor;
        }
        for (member, minor) in prefinanced {
            arrangement.membership_mut(member).prefinanced_minor -= minor;
        }
        for payment in payments {
            let record = self.payments.of_mut(payment);
            assert_eq!(record.payout, LegState::Due, "leg 3 waited for the net");
            record.payout = LegState::Instructed;
            arrangement.of_mut(record.payee).payouts.insert(payment);
        }
        self.forget_finished_cycles(id);
    }

    fn forget_finished_cycles(&mut self, id: ArrangementId) {
        let cycles = &mut self.arrangements[id.index()].closed_cycles;
        cycles.retain(|closed| !closed.settled || closed.legs.iter().any(|(_, confirmed)| !confirmed));
    }

    pub(super) fn transfer_due(
        &mut self,
        id: ArrangementId,
        debtor: MemberId,
        creditor: MemberId,
        amount: AmountMinor,
        by: Date,
    ) {
        let transfers = &mut self.arrangements[id.index()].transfers_due;
        let due = transfers.entry((debtor, creditor)).or_insert(TransferDue { amount_minor: 0, by });
        // The earliest day stays: more of it does not give more time, and a holiday taken back gives less.
        due.by = due.by.min(by);
        due.amount_minor = due.amount_minor.checked_add(amount.get()).expect("a transfer fits an amount");
    }

    pub(super) fn transfer_confirmed(
        &mut self,
        id: ArrangementId,
        debtor: MemberId,
        creditor: MemberId,
        amount: AmountMinor,
    ) {
        let arrangement = &mut self.arrangements[id.index()];
        let due = arrangement.transfers_due.remove(&(debtor, creditor)).expect("only what is due is transferred");
        assert_eq!(due.amount_minor, amount.get(), "a transfer is confirmed whole");
        let first = |member| {
            let mut of_member = arrangement.participants().filter(|(_, participant)| participant.member == member);
            of_member.next().expect("a member that owes has an institution").1.position_account
        };
        let (from, to) = (first(creditor), first(debtor));
        self.accounts.transfer(from, to, amount.get());
        let minor = amount.as_balance();
        arrangement.membership_mut(debtor).position_minor += minor;
        arrangement.membership_mut(creditor).position_minor -= minor;
        let today = arrangement.business_date().unwrap_or_default();
        let interest = arrangement.plan.interest.is_some();
        let pair = arrangement.pair_mut(debtor, creditor);
        if interest {
            pair.accrue_to(today);
        }
        pair.low_owes_minor -= if debtor < creditor { minor } else { -minor };
    }
}

fn closed_cycle(cycles: &mut [ClosedCycle], cycle: CycleId) -> &mut ClosedCycle {
    cycles.iter_mut().find(|closed| closed.cycle == cycle).expect("the cycle is closed and not forgotten")
}

impl crate::accounts::Accounts {
    /// Takes balances that sum to zero in each currency to zero.
    fn sweep(&mut self, balances: impl Iterator<Item = (AccountKey, i128)>) {
        let mut by_shelf: BTreeMap<(BookId, CurrencyId), Vec<(AccountKey, i128)>> = BTreeMap::new();
        for (key, balance) in balances {
            by_shelf.entry((key.book, key.currency)).or_default().push((key, balance));
        }
        for accounts in by_shelf.into_values() {
            let first = self.open(accounts[0].0);
            for &(key, balance) in &accounts[1..] {
                let account = self.open(key);
                self.shift(account, first, balance);
            }
            assert_eq!(self.balance_minor(first), 0, "positions of a currency sum to zero");
        }
    }
}
