//! Credit by right, worked out again in the plainest way: what falls due, how nets part, interest day by day.

use crate::arithmetic::rounded;
use crate::books::{Entry, agent, of_member};
use crate::finding::{Check, Checked, Finding, equal, holds};
use crate::model::Model;
use domain::credit::{
    CreditBalance, CreditInterest, CreditPart, CreditRule, CycleClosedWithCredit, Holding, HoldingKind, NetInParts,
    TrancheSchedule, TrancheSlice,
};
use domain::limit::Scope;
use domain::plan::{DayStep, LimitKind};
use domain::{AccountKey, AccountKind, ArrangementId, BookId, CycleId, Date, MemberId, Owner};
use money::{AmountMinor, DayCount};
use std::collections::BTreeMap;

const PPM: i128 = 1_000_000;
type ByMember = BTreeMap<MemberId, i128>;
type ByPair = BTreeMap<(MemberId, MemberId), i128>;

/// What the auditor keeps of credit.
#[derive(Default)]
pub(crate) struct Credit {
    pub(crate) holdings: BTreeMap<Holding, i128>,
    pub(crate) cumulative: ByMember,
    /// Exact interest in minor units times days times parts per million, and what was posted of it.
    pub(crate) accruals: BTreeMap<(MemberId, CreditBalance), (i128, i128)>,
    pub(crate) counted_to: Option<Date>,
    pub(crate) indices: BTreeMap<String, u32>,
    pub(crate) stopped: Option<u64>,
}

/// What a close has to say of credit.
pub(crate) struct Expected {
    changes: Vec<(Holding, i128)>,
    parts: Vec<NetInParts>,
    interest: Vec<(MemberId, i128)>,
    repaid: Vec<(MemberId, i128)>,
    cash: ByMember,
    pair_cash: ByPair,
}

/// How a member stands when its net is parted.
struct Stand {
    member: MemberId,
    net: i128,
    claim: i128,
    debt: i128,
    quota: i128,
    /// What it may still owe and be owed.
    debt_room: i128,
    claim_room: i128,
}

impl Model {
    fn credit_rule(&self, id: ArrangementId) -> Checked<&CreditRule> {
        let rule = self.plan(id)?.additions.credit.as_deref();
        rule.ok_or_else(|| Finding::new(Check::Credit, "credit", "a rulebook that has it", id))
    }

    /// A close that says nothing of credit has nothing to say.
    pub(crate) fn check_no_credit(&self, id: ArrangementId, date: Date, nets: &ByMember, pairs: &ByPair) -> Checked {
        let Some(rule) = self.plan(id)?.additions.credit.as_deref() else { return Ok(()) };
        let expected = self.expected_credit(id, date, nets, pairs)?;
        let by_position = matches!(rule.part, CreditPart::Tranches { .. }) && !expected.parts.is_empty();
        let nothing = expected.changes.is_empty() && expected.interest.is_empty() && expected.repaid.is_empty();
        holds(Check::Credit, "a close without credit", "where there is none", nothing && !by_position, date)
    }

    pub(crate) fn cycle_closed_with_credit(&mut self, close: &CycleClosedWithCredit) -> Checked {
        let closed = &close.closed;
        let (id, date) = (closed.arrangement, closed.date);
        self.credit_rule(id)?;
        let (pairs, nets, interest) = self.check_close(closed)?;
        let expected = self.expected_credit(id, date, &nets, &pairs)?;
        equal(Check::Credit, "the parts of the nets", &expected.parts, &close.parts)?;
        equal(Check::Credit, "what falls due", &expected.repaid, &close.repaid)?;
        equal(Check::Credit, "the interest on credit", &expected.interest, &close.interest)?;
        equal(Check::Credit, "the changes of claims and debts", &expected.changes, &close.changes)?;
        let pot = self.pot_after(id, &expected)?;
        holds(Check::Credit, "what the house owes", "no more than it holds", pot >= 0, pot)?;
        self.check_legs(id, closed, &expected.pair_cash, &expected.cash)?;
        self.post_close(closed, &nets, &interest)?;
        self.post_credit(close)?;
        self.begin_next_cycle(closed)?;
        self.take_in(close)
    }

    fn post_credit(&mut self, close: &CycleClosedWithCredit) -> Checked {
        let id = close.closed.arrangement;
        let asset = self.arrangement(id)?.settlement;
        let house = |kind| AccountKey { owner: Owner::House, kind, ..agent(id, asset) };
        let mut entries: Vec<Entry> = Vec::new();
        for (holding, change) in &close.changes {
            entries.push((of_member(id, holding.member, asset, AccountKind::Credit), *change));
            entries.push((of_member(id, holding.member, asset, AccountKind::NetDue), -change));
        }
        for (member, paid) in &close.interest {
            entries.push((of_member(id, *member, asset, AccountKind::NetDue), *paid));
            entries.push((house(AccountKind::Interest), -paid));
        }
        self.books.post(&entries)
    }

    fn take_in(&mut self, close: &CycleClosedWithCredit) -> Checked {
        let (id, date) = (close.closed.arrangement, close.closed.date);
        let rule = self.credit_rule(id)?.clone();
        let mut accruals = self.counted(id, date)?;
        for ((_, on), (exact, posted)) in &mut accruals {
            *posted = cumulative_interest(&rule, *on, *exact);
        }
        accruals.retain(|_, accrued| *accrued != (0, 0));
        let credit = &mut self.arrangement_mut(id)?.credit;
        (credit.accruals, credit.counted_to, credit.stopped) = (accruals, Some(date), None);
        if matches!(rule.part, CreditPart::Tranches { .. }) {
            close.closed.nets.iter().for_each(|(member, net)| *credit.cumulative.entry(*member).or_default() += net);
            credit.cumulative.retain(|_, position| *position != 0);
        }
        close.changes.iter().for_each(|(holding, change)| *credit.holdings.entry(*holding).or_default() += change);
        credit.holdings.retain(|_, balance| *balance != 0);
        Ok(())
    }

    pub(crate) fn close_stopped(&mut self, id: ArrangementId, cycle: CycleId, missing: AmountMinor) -> Checked {
        let arrangement = self.arrangement(id)?;
        equal(Check::Cycle, "the cycle that cannot close", arrangement.cycle, cycle)?;
        self.check_step_has_come(id, DayStep::Close)?;
        let date = self.business_date(id)?;
        let ends = self.cycle_ends_on(id, date)?;
        let open = arrangement.open.as_ref().is_some_and(|day| !day.cycle_closed);
        holds(Check::Cycle, "a close that is stopped", "on the last day of the cycle", ends && open, date)?;
        self.credit_rule(id)?;
        let members: Vec<MemberId> = arrangement.members.keys().copied().collect();
        let settle_on = self.settlement_date(id, date, members)?;
        let (pairs, nets, _) = self.pairs_and_nets(id, date, settle_on)?;
        let nets = self.nets_as_paid(id, date, nets)?;
        let expected = self.expected_credit(id, date, &nets, &pairs)?;
        let short = -self.pot_after(id, &expected)?;
        equal(Check::Credit, "what is missing", short, missing.as_balance())?;
        self.arrangement_mut(id)?.credit.stopped = Some(missing.get());
        Ok(())
    }

    pub(crate) fn index_published(&mut self, id: ArrangementId, index: &str, rate_ppm: u32) -> Checked {
        let additions = &self.plan(id)?.additions;
        let of_credit = additions.credit.iter().flat_map(|rule| &rule.interest).map(|interest| &interest.rate);
        let of_reserve = additions.reserve.iter().flat_map(|rule| &rule.lines).map(|line| &line.rate);
        let named = of_credit.chain(of_reserve).any(|rate| rate.index() == Some(index));
        let counts = additions.credit.is_some();
        holds(Check::Credit, "an index", "one that the rulebook names", named, index)?;
        if let Some(today) = self.arrangement(id)?.business_date().filter(|_| counts) {
            let accruals = self.counted(id, today)?;
            let credit = &mut self.arrangement_mut(id)?.credit;
            (credit.accruals, credit.counted_to) = (accruals, Some(today));
        }
        self.arrangement_mut(id)?.credit.indices.insert(index.to_owned(), rate_ppm);
        Ok(())
    }

    pub(crate) fn fund_moved(
        &mut self,
        id: ArrangementId,
        member: Option<MemberId>,
        amount: AmountMinor,
        deposit: bool,
    ) -> Checked {
        let additions = &self.plan(id)?.additions;
        let has_fund = additions.credit.is_some() || additions.reserve.is_some();
        holds(Check::Credit, "a fund", "a rulebook that has credit or a reserve fund", has_fund, id)?;
        let asset = self.arrangement(id)?.settlement;
        let owner = match member {
            Some(member) => {
                self.membership(id, member)?;
                Owner::Member(member)
            }
            None => Owner::House,
        };
        let fund = AccountKey { owner, kind: AccountKind::Fund, ..agent(id, asset) };
        if !deposit {
            let most = self.books.balance(fund).min(self.pot(id));
            let backed = amount.as_balance() <= most;
            holds(Check::Credit, "what leaves the fund", "no more than was paid in and backs nothing", backed, amount)?;
            if let Some(member) = member {
                self.check_access_left(id, member, self.books.balance(fund) - amount.as_balance())?;
            }
        }
        let change = if deposit { amount.as_balance() } else { -amount.as_balance() };
        self.books.post(&[(fund, change), (agent(id, asset), -change)])
    }

    /// What the house holds for itself.
    pub(crate) fn pot(&self, id: ArrangementId) -> i128 {
        let own = |key: &AccountKey| match key.kind {
            AccountKind::Fund | AccountKind::Credit | AccountKind::Reserve => true,
            AccountKind::Interest => key.owner == Owner::House,
            _ => false,
        };
        let of_book = self.books.iter().filter(|(key, _)| key.book == BookId::Arrangement(id) && own(key));
        of_book.map(|(_, balance)| balance).sum()
    }

    fn pot_after(&self, id: ArrangementId, expected: &Expected) -> Checked<i128> {
        let credit: i128 = expected.changes.iter().map(|(_, change)| change).sum();
        let interest: i128 = expected.interest.iter().map(|(_, paid)| paid).sum();
        Ok(self.pot(id) + credit - interest)
    }

    pub(crate) fn expected_credit(
        &self,
        id: ArrangementId,
        date: Date,
        nets: &ByMember,
        pairs: &ByPair,
    ) -> Checked<Expected> {
        let rule = self.credit_rule(id)?;
        let before = &self.arrangement(id)?.credit.holdings;
        let mut now = before.clone();
        let mut repaid = ByMember::new();
        age(rule, date, &mut now);
        fall_due(date, &mut now, &mut repaid);
        let owed_before = by_member(&now);
        let mut pair_cash = ByPair::new();
        match &rule.part {
            CreditPart::Tranches { schedules } => {
                for (member, net) in nets {
                    let credit = net - self.gold(id, *member, schedules, date, *net)?;
                    *now.entry(Holding::undated(*member)).or_default() += credit;
                }
            }
            CreditPart::Instalments { count, every_months, .. } => {
                let stands = self.stands(id, date, nets, &now)?;
                defer(&stands, i128::from(*count), u32::from(*every_months), date, &mut now);
            }
            CreditPart::Apportioned { amount, step } => {
                pair_cash = apportion(pairs, amount.as_balance(), step.as_balance(), &mut now);
            }
            CreditPart::PassThrough { schedules, .. } => {
                let schedule = schedules.iter().rfind(|schedule| schedule.from <= date);
                let stands = self.stands(id, date, nets, &now)?;
                for (stand, credit) in stands.iter().zip(pass_through(&stands, schedule)) {
                    take(stand.member, credit, date, &mut now);
                }
            }
        }
        let owed_after = by_member(&now);
        let mut interest = ByMember::new();
        for ((member, on), (exact, posted)) in self.counted(id, date)? {
            *interest.entry(member).or_default() += cumulative_interest(rule, on, exact) - posted;
        }
        let of = |map: &ByMember, member: &MemberId| map.get(member).copied().unwrap_or(0);
        let (mut parts, mut cash) = (Vec::new(), ByMember::new());
        for member in self.arrangement(id)?.members.keys() {
            let credit_minor = of(&owed_after, member) - of(&owed_before, member);
            let cash_minor = of(nets, member) - credit_minor;
            if cash_minor != 0 || credit_minor != 0 {
                parts.push(NetInParts { member: *member, cash_minor, credit_minor });
            }
            cash.insert(*member, cash_minor + of(&repaid, member) + of(&interest, member));
        }
        before.iter().for_each(|(holding, balance)| *now.entry(*holding).or_default() -= balance);
        let not_zero = |map: ByMember| map.into_iter().filter(|(_, minor)| *minor != 0).collect();
        Ok(Expected {
            changes: now.into_iter().filter(|(_, change)| *change != 0).collect(),
            parts,
            interest: not_zero(interest),
            repaid: not_zero(repaid),
            cash: cash.into_iter().filter(|(_, cash)| *cash != 0).collect(),
            pair_cash,
        })
    }

    /// What a net is in gold: what the schedule says after it, less what it said before.
    fn gold(
        &self,
        id: ArrangementId,
        member: MemberId,
        schedules: &[TrancheSchedule],
        date: Date,
        net: i128,
    ) -> Checked<i128> {
        let Some(schedule) = schedules.iter().rfind(|schedule| schedule.from <= date) else { return Ok(net) };
        let code = &self.member(member)?.code;
        let (quota, less) = self.quota(id, member, date)?;
        let none = schedule.no_quota.contains(code);
        let no_debtor = none || schedule.no_quota_as_debtor.contains(code);
        let gold = |position: i128| {
            let size = position.abs();
            if position < 0 && !no_debtor {
                -in_asset(&schedule.debtor, schedule.debtor_beyond_ppm, size, quota)
            } else if position > 0 && !none {
                in_asset(&schedule.creditor, schedule.creditor_beyond_ppm, size, (quota - less).max(0))
            } else {
                position
            }
        };
        let before = self.arrangement(id)?.credit.cumulative.get(&member).copied().unwrap_or(0);
        Ok(gold(before + net) - gold(before))
    }

    /// A member's quota, and by how much it is less as a creditor.
    fn quota(&self, id: ArrangementId, member: MemberId, date: Date) -> Checked<(i128, i128)> {
        let code = &self.member(member)?.code;
        let table = self.credit_rule(id)?.quotas.iter().rfind(|table| table.from <= date);
        let of = |list: Option<&Vec<(String, u64)>>| {
            let found = list.and_then(|list| list.iter().find(|(known, _)| known == code));
            found.map_or(0, |(_, minor)| i128::from(*minor))
        };
        let by_table = of(table.map(|table| &table.quotas));
        let set = self.arrangement(id)?.limits.get(&Scope::Quota(member)).map(|minor| i128::from(*minor));
        Ok((set.unwrap_or(by_table), of(table.map(|table| &table.less_as_creditor))))
    }

    fn stands(
        &self,
        id: ArrangementId,
        date: Date,
        nets: &ByMember,
        now: &BTreeMap<Holding, i128>,
    ) -> Checked<Vec<Stand>> {
        let rule = self.credit_rule(id)?;
        let arrangement = self.arrangement(id)?;
        let mut stands = Vec::new();
        for (&member, membership) in &arrangement.members {
            let own = || now.iter().filter(move |(holding, _)| holding.member == member).map(|(_, balance)| *balance);
            let claim: i128 = own().filter(|balance| *balance > 0).sum();
            let debt: i128 = -own().filter(|balance| *balance < 0).sum::<i128>();
            let quota = self.quota(id, member, date)?.0;
            let mut most = self.most(id, LimitKind::Debts, Scope::Debts(member))?;
            match &rule.part {
                CreditPart::PassThrough { schedules, .. } => {
                    let schedule = schedules.iter().rfind(|schedule| schedule.from <= date);
                    let right = credit_by(schedule, 0, quota, quota);
                    let limit = most.map_or(right, |most| most.min(right));
                    let rungs =
                        rule.ladder.iter().filter(|rung| rung.action == domain::credit::RungAction::NoNewCredit);
                    let stop = rungs.map(|rung| limit * i128::from(rung.at_ppm) / PPM).min();
                    most = Some(stop.map_or(limit, |stop| stop.min(limit)));
                }
                CreditPart::Instalments { bars_while_unpaid: true, .. } => {
                    let owed = |(holding, balance): (&Holding, &i128)| holding.member == member && *balance < 0;
                    if arrangement.credit.holdings.iter().any(owed) {
                        most = Some(0);
                    }
                }
                _ => {}
            }
            if membership.suspended {
                most = Some(0);
            }
            let room = |most: Option<i128>, used: i128| most.map_or(i128::MAX, |most| (most - used).max(0));
            let claims_most = self.most(id, LimitKind::Claims, Scope::Claims(member))?;
            let (debt_room, claim_room) = (room(most, debt), room(claims_most, claim));
            let net = nets.get(&member).copied().unwrap_or(0);
            stands.push(Stand { member, net, claim, debt, quota, debt_room, claim_room });
        }
        Ok(stands)
    }

    fn most(&self, id: ArrangementId, kind: LimitKind, scope: Scope) -> Checked<Option<i128>> {
        if self.plan(id)?.limit(kind).is_none() {
            return Ok(None);
        }
        Ok(self.arrangement(id)?.maximum(kind, scope))
    }

    /// Interest up to a date, one day after the other.
    fn counted(&self, id: ArrangementId, date: Date) -> Checked<BTreeMap<(MemberId, CreditBalance), (i128, i128)>> {
        let rule = self.credit_rule(id)?;
        let credit = &self.arrangement(id)?.credit;
        let mut accruals = credit.accruals.clone();
        let Some(from) = credit.counted_to else { return Ok(accruals) };
        for (holding, balance) in &credit.holdings {
            let Some(interest) = interest_on(rule, *holding, *balance) else { continue };
            let published = interest.rate.index().and_then(|name| credit.indices.get(name)).copied();
            let accrued = accruals.entry((holding.member, interest.on)).or_default();
            for day in from.0..date.0 {
                let dear = interest.dearer.filter(|_| *balance < 0).filter(|(after, _)| match holding.kind {
                    HoldingKind::Instalment => true,
                    HoldingKind::Lot => holding.date.is_some_and(|since| day >= since.0 + i32::from(*after)),
                    HoldingKind::Undated | HoldingKind::Pair => false,
                });
                let ppm = i128::from(interest.rate.ppm(published)) + dear.map_or(0, |(_, more)| i128::from(more));
                accrued.0 += balance * ppm;
            }
        }
        Ok(accruals)
    }
}

fn interest_on(rule: &CreditRule, holding: Holding, balance: i128) -> Option<&CreditInterest> {
    let by = |on: CreditBalance| rule.interest.iter().find(|interest| interest.on == on);
    match (holding.kind, by(CreditBalance::Instalments)) {
        (HoldingKind::Instalment, Some(instalments)) => Some(instalments),
        _ if balance > 0 => by(CreditBalance::Claims),
        _ => by(CreditBalance::Debts),
    }
}

fn cumulative_interest(rule: &CreditRule, on: CreditBalance, exact: i128) -> i128 {
    let interest = rule.interest.iter().find(|interest| interest.on == on).expect("it was counted by a rule");
    let year_days = match interest.basis {
        DayCount::Actual360 => 360,
        DayCount::Actual365 => 365,
    };
    rounded(exact, year_days * PPM, interest.rounding)
}

fn by_member(holdings: &BTreeMap<Holding, i128>) -> ByMember {
    let mut sums = ByMember::new();
    holdings.iter().for_each(|(holding, balance)| *sums.entry(holding.member).or_default() += balance);
    sums
}

/// A schedule as the sum of what each of its steps adds to the share of everything above it, in minor units times ppm
/// times ppm; the position is in minor units times ppm.
fn asset_exact(slices: &[TrancheSlice], beyond_ppm: u32, position: i128, quota: i128) -> i128 {
    let mut begins = 0;
    let mut share = 0;
    let mut exact = 0;
    let last = [(None, beyond_ppm)];
    for (up_to, asset_ppm) in slices.iter().map(|slice| (Some(slice.up_to_ppm), slice.asset_ppm)).chain(last) {
        exact += (i128::from(asset_ppm) - share) * (position - begins).max(0);
        share = i128::from(asset_ppm);
        begins = up_to.map_or(begins, |up_to| quota * i128::from(up_to));
    }
    exact
}

fn in_asset(slices: &[TrancheSlice], beyond_ppm: u32, position: i128, quota: i128) -> i128 {
    asset_exact(slices, beyond_ppm, position * PPM, quota) / (PPM * PPM)
}

/// Credit by a schedule for a deficit on top of a debt: the debt stands for the smallest position whose credit it is.
fn credit_by(schedule: Option<&TrancheSchedule>, debt: i128, deficit: i128, quota: i128) -> i128 {
    let Some(schedule) = schedule else { return 0 };
    let credit = |at: i128| at * PPM - asset_exact(&schedule.debtor, schedule.debtor_beyond_ppm, at, quota);
    let (mut low, mut high) = (0_i128, 1_i128 << 100);
    let owed = debt * PPM * PPM;
    if credit(high) < owed {
        return 0;
    }
    while low < high {
        let middle = low + (high - low) / 2;
        if credit(middle) >= owed { high = middle } else { low = middle + 1 }
    }
    (credit(low + deficit * PPM) - credit(low)) / (PPM * PPM)
}

/// Shares of a total by weights: rounded down, then one each to the largest remainders, the first of equal ones.
fn shared(total: i128, weights: &[i128]) -> Vec<i128> {
    let sum: i128 = weights.iter().sum();
    if total == 0 || sum == 0 {
        return vec![0; weights.len()];
    }
    let mut shares: Vec<i128> = weights.iter().map(|weight| total * weight / sum).collect();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by_key(|index| (-(total * weights[*index] % sum), *index));
    let left = usize::try_from(total - shares.iter().sum::<i128>()).unwrap_or(0);
    order.into_iter().take(left).for_each(|index| shares[index] += 1);
    shares
}

/// The same under caps: whoever would get more than its cap gets that, and the others share what is left.
fn shared_under(total: i128, weights: &[i128], caps: &[i128]) -> Vec<i128> {
    let mut capped: BTreeMap<usize, i128> = BTreeMap::new();
    loop {
        let open: Vec<i128> = weights
            .iter()
            .enumerate()
            .map(|(index, weight)| if capped.contains_key(&index) || caps[index] == 0 { 0 } else { *weight })
            .collect();
        let mut shares = shared(total - capped.values().sum::<i128>(), &open);
        let over: Vec<usize> = (0..shares.len()).filter(|index| shares[*index] > caps[*index]).collect();
        if over.is_empty() {
            capped.iter().for_each(|(index, cap)| shares[*index] = *cap);
            return shares;
        }
        capped.extend(over.into_iter().map(|index| (index, caps[index])));
    }
}

fn age(rule: &CreditRule, date: Date, now: &mut BTreeMap<Holding, i128>) {
    let CreditPart::PassThrough { debt_months, repaid_in_quarters, .. } = rule.part else { return };
    let lots: Vec<(Holding, i128)> = now.iter().map(|(holding, balance)| (*holding, *balance)).collect();
    for (lot, balance) in lots {
        let (HoldingKind::Lot, Some(since)) = (lot.kind, lot.date) else { continue };
        if since.plus_months(u32::from(debt_months)) > date {
            continue;
        }
        now.remove(&lot);
        let count = usize::from(repaid_in_quarters);
        for (quarter, minor) in (1_u32..).zip(shared(-balance, &vec![1; count])) {
            let due = since.plus_months(u32::from(debt_months) + 3 * quarter);
            *now.entry(Holding::instalment(lot.member, due)).or_default() -= minor;
        }
    }
    now.retain(|_, balance| *balance != 0);
}

fn fall_due(date: Date, now: &mut BTreeMap<Holding, i128>, repaid: &mut ByMember) {
    let is_due = |holding: &Holding| holding.kind == HoldingKind::Instalment && holding.date <= Some(date);
    let mut brought = 0;
    for (holding, balance) in now.iter().filter(|(holding, _)| is_due(holding)) {
        *repaid.entry(holding.member).or_default() += balance;
        brought -= balance;
    }
    now.retain(|holding, _| !is_due(holding));
    let open: Vec<(Holding, i128)> = now
        .iter()
        .filter(|(holding, balance)| holding.kind == HoldingKind::Undated && **balance > 0)
        .map(|(holding, balance)| (*holding, *balance))
        .collect();
    let weights: Vec<i128> = open.iter().map(|(_, balance)| *balance).collect();
    for ((holding, _), share) in open.iter().zip(shared(brought, &weights)) {
        *now.entry(*holding).or_default() -= share;
        *repaid.entry(holding.member).or_default() += share;
    }
    now.retain(|_, balance| *balance != 0);
}

fn defer(stands: &[Stand], count: i128, every_months: u32, date: Date, now: &mut BTreeMap<Holding, i128>) {
    let deferred: Vec<i128> = stands.iter().map(|stand| (-stand.net).max(0).min(stand.debt_room)).collect();
    let surplus: Vec<i128> = stands.iter().map(|stand| stand.net.max(0)).collect();
    let mut owed = shared(deferred.iter().sum(), &surplus);
    for number in 0..count {
        let months = u32::try_from(number + 1).expect("few instalments") * every_months;
        let due = date.plus_months(months);
        let mut brought = 0;
        for (stand, deferred) in stands.iter().zip(&deferred) {
            // The first instalments are one unit larger where the amount does not divide.
            let instalment = deferred / count + i128::from(number < deferred % count);
            brought += instalment;
            *now.entry(Holding::instalment(stand.member, due)).or_default() -= instalment;
        }
        for (index, share) in shared(brought, &owed).into_iter().enumerate() {
            owed[index] -= share;
            *now.entry(Holding::instalment(stands[index].member, due)).or_default() += share;
        }
    }
    now.retain(|_, balance| *balance != 0);
}

/// Gives what pairs pay.
fn apportion(pairs: &ByPair, most: i128, step: i128, now: &mut BTreeMap<Holding, i128>) -> ByPair {
    // What the first owes the second: of the cycle, and carried.
    let mut owed: ByPair = BTreeMap::new();
    for ((low, high), minor) in pairs {
        *owed.entry((*low, *high)).or_default() += minor;
        *owed.entry((*high, *low)).or_default() -= minor;
    }
    for (holding, carried) in now.iter() {
        if let (HoldingKind::Pair, Some(other)) = (holding.kind, holding.counterparty) {
            *owed.entry((holding.member, other)).or_default() -= carried;
        }
    }
    owed.retain(|_, minor| *minor > 0);
    now.retain(|holding, _| holding.kind != HoldingKind::Pair);
    let mut cash = ByPair::new();
    let mut creditors: Vec<MemberId> = owed.keys().map(|(_, creditor)| *creditor).collect();
    creditors.sort_unstable();
    creditors.dedup();
    for creditor in creditors {
        let of_creditor = owed.iter().filter(|((_, to), _)| *to == creditor);
        let (debtors, balances): (Vec<MemberId>, Vec<i128>) =
            of_creditor.map(|((debtor, _), minor)| (*debtor, *minor)).unzip();
        let stays = if balances.iter().sum::<i128>() <= most {
            balances.clone()
        } else {
            let steps: Vec<i128> = balances.iter().map(|minor| (minor + step - 1) / step).collect();
            let given = shared_under(most / step, &balances, &steps);
            given.iter().zip(&balances).map(|(steps, minor)| (steps * step).min(*minor)).collect()
        };
        for ((debtor, balance), stays) in debtors.into_iter().zip(balances).zip(stays) {
            let (pair, sign) = if debtor < creditor { ((debtor, creditor), 1) } else { ((creditor, debtor), -1) };
            cash.insert(pair, (balance - stays) * sign);
            if stays != 0 {
                now.insert(Holding::pair(creditor, debtor), stays);
                now.insert(Holding::pair(debtor, creditor), -stays);
            }
        }
    }
    cash
}

/// Change of what each member is owed from credit.
fn pass_through(stands: &[Stand], schedule: Option<&TrancheSchedule>) -> Vec<i128> {
    let each = |of: &dyn Fn(&Stand) -> i128| stands.iter().map(of).collect::<Vec<i128>>();
    let sum = |list: &[i128]| list.iter().sum::<i128>();
    let mut used = each(&|stand| stand.claim.min((-stand.net).max(0)));
    let mut drawn = each(&|stand| {
        let deficit = (-stand.net).max(0) - stand.claim.min((-stand.net).max(0));
        credit_by(schedule, stand.debt, deficit, stand.quota).min(stand.debt_room)
    });
    let repaid = each(&|stand| stand.debt.min(stand.net.max(0)));
    let rest = each(&|stand| stand.net.max(0) - stand.debt.min(stand.net.max(0)));
    let takes: Vec<i128> = rest.iter().zip(stands).map(|(rest, stand)| stand.claim_room.min(*rest)).collect();
    let mut too_much = (sum(&used) + sum(&drawn) - sum(&repaid) - sum(&takes)).max(0);
    for list in [&mut drawn, &mut used] {
        let cut = too_much.min(sum(list));
        *list = shared(sum(list) - cut, list);
        too_much -= cut;
    }
    let new = sum(&used) + sum(&drawn) - sum(&repaid);
    let claims = if new >= 0 {
        shared_under(new, &rest, &takes)
    } else {
        let held: Vec<i128> = stands.iter().zip(&used).map(|(stand, used)| stand.claim - used).collect();
        shared(-new, &held).into_iter().map(|back| -back).collect()
    };
    (0..stands.len()).map(|index| claims[index] + repaid[index] - used[index] - drawn[index]).collect()
}

/// What rises repays what is owed, the nearest instalment first, then the oldest debt; what falls uses claims first.
fn take(member: MemberId, credit: i128, date: Date, now: &mut BTreeMap<Holding, i128>) {
    let mut left = credit;
    for kind in [HoldingKind::Instalment, HoldingKind::Lot, HoldingKind::Undated] {
        for (_, balance) in now.iter_mut().filter(|(holding, _)| holding.member == member && holding.kind == kind) {
            if left > 0 && *balance < 0 {
                let met = left.min(-*balance);
                (*balance, left) = (*balance + met, left - met);
            } else if left < 0 && *balance > 0 {
                let met = (-left).min(*balance);
                (*balance, left) = (*balance - met, left + met);
            }
        }
    }
    let rest = if left < 0 { Holding::lot(member, date) } else { Holding::undated(member) };
    *now.entry(rest).or_default() += left;
    now.retain(|_, balance| *balance != 0);
}
