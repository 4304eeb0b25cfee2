//! Credit at the close of a cycle: what falls due, how nets are parted, what interest is posted, what is left to pay.

use crate::netting::{PairNets, close_cycle, legs};
use crate::state::{Arrangement, State};
use credit::{Parts, Rule, Schedule, Slice, Standing, TrancheTerms, decompose, equal_instalments, lenders_instalments};
use domain::credit::{
    CreditBalance, CreditInterest, CreditPart, CreditRule, CycleClosedWithCredit, Holding, HoldingKind, NetInParts,
    TrancheSchedule, TrancheSlice,
};
use domain::event::{CycleClosed, EventBody};
use domain::limit::Scope;
use domain::plan::{LimitKind, WhenUnset};
use domain::{AccountKey, AccountKind, BookId, Date, MemberId, Owner};
use money::{Accrual, AmountMinor, interest_minor, largest_remainder};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Months of a quarter.
const QUARTER: u32 = 3;

/// What an arrangement knows of credit.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct CreditState {
    /// Claims (+) and debts (−); zeros are left out.
    pub(crate) holdings: BTreeMap<Holding, i128>,
    /// Cumulative positions, where nets are parted by them.
    pub(crate) cumulative: BTreeMap<MemberId, i128>,
    pub(crate) accruals: BTreeMap<(MemberId, CreditBalance), Accrued>,
    /// The day up to which interest has been counted.
    pub(crate) accrued_to: Option<Date>,
    /// Indices as last published, per year in parts per million.
    pub(crate) indices: BTreeMap<String, u32>,
    /// What is missing for the close of the cycle, where it is stopped.
    pub(crate) stopped_minor: Option<u64>,
}

/// Interest of one member on one kind of balance.
#[derive(Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct Accrued {
    /// In minor units times days times parts per million.
    pub(crate) exact: i128,
    /// What was posted of it.
    pub(crate) posted_minor: i128,
}

/// The close of the open cycle on a business date: with credit where there is any, and stopped where the house would have to
/// pay out more than it holds.
pub(crate) fn close(state: &State, arrangement: &Arrangement, date: Date) -> EventBody {
    let (closed, pairs) = close_cycle(state, arrangement, date);
    let Some(rule) = arrangement.plan.additions.credit.as_deref() else {
        return EventBody::CycleClosed(Box::new(closed));
    };
    let close = Close::new(state, arrangement, rule, date, &closed);
    let with_credit = close.work(closed, &pairs);
    let by_position = matches!(rule.part, CreditPart::Tranches { .. }) && !with_credit.parts.is_empty();
    let nothing = with_credit.changes.is_empty() && with_credit.interest.is_empty() && with_credit.repaid.is_empty();
    if nothing && !by_position {
        return EventBody::CycleClosed(Box::new(with_credit.closed));
    }
    match missing_minor(state, arrangement, &with_credit) {
        Some(missing) => EventBody::CloseStopped { arrangement: arrangement.id, cycle: arrangement.cycle, missing },
        None => EventBody::CycleClosedWithCredit(Box::new(with_credit)),
    }
}

/// What the house would owe beyond what it is owed and holds: its fund, and the margins of interest.
fn missing_minor(state: &State, arrangement: &Arrangement, close: &CycleClosedWithCredit) -> Option<AmountMinor> {
    let changes: i128 = close.changes.iter().map(|(_, change)| change).sum();
    let interest: i128 = close.interest.iter().map(|(_, paid)| paid).sum();
    let pot = pot_minor(state, arrangement) + changes - interest;
    let missing = u64::try_from(-pot).ok()?;
    AmountMinor::new(missing).ok()
}

/// What the house holds for itself: the fund, the margins of interest, and what members owe it from credit less what they
/// are owed, and from drawings, with the sign of the money that came in for it.
pub(crate) fn pot_minor(state: &State, arrangement: &Arrangement) -> i128 {
    let of_book = state.accounts.iter().filter(|(key, _)| {
        let house_interest = key.owner == Owner::House && key.kind == AccountKind::Interest;
        key.book == BookId::Arrangement(arrangement.id)
            && (house_interest || matches!(key.kind, AccountKind::Fund | AccountKind::Credit | AccountKind::Reserve))
    });
    of_book.map(|(_, balance)| balance).sum()
}

/// A close being worked out.
struct Close<'a> {
    state: &'a State,
    arrangement: &'a Arrangement,
    rule: &'a CreditRule,
    date: Date,
    nets: BTreeMap<MemberId, i128>,
    /// Claims and debts as they come to be.
    holdings: BTreeMap<Holding, i128>,
    repaid: BTreeMap<MemberId, i128>,
}

impl<'a> Close<'a> {
    fn new(
        state: &'a State,
        arrangement: &'a Arrangement,
        rule: &'a CreditRule,
        date: Date,
        closed: &CycleClosed,
    ) -> Self {
        let nets = closed.nets.iter().copied().collect();
        let holdings = arrangement.credit.holdings.clone();
        Self { state, arrangement, rule, date, nets, holdings, repaid: BTreeMap::new() }
    }

    fn work(mut self, mut closed: CycleClosed, pairs: &PairNets) -> CycleClosedWithCredit {
        self.age_lots();
        self.fall_due();
        let before: BTreeMap<MemberId, i128> = self.owed_by_member();
        let mut pair_cash = PairNets::new();
        match &self.rule.part {
            CreditPart::Apportioned { amount, step } => pair_cash = self.apportion(pairs, *amount, *step),
            CreditPart::Tranches { .. } => self.take_parts(&self.parts(&Rule::Tranches)),
            CreditPart::Instalments { count, every_months, .. } => self.defer(*count, *every_months),
            CreditPart::PassThrough { schedules, .. } => {
                self.take_parts(&self.parts(&Rule::PassThrough(debtor_schedule(schedules, self.date))));
            }
        }
        let after = self.owed_by_member();
        let interest = self.interest();
        let mut parts = Vec::new();
        let mut cash: BTreeMap<MemberId, i128> = BTreeMap::new();
        for (member, _) in self.arrangement.members() {
            let of = |map: &BTreeMap<MemberId, i128>| map.get(&member).copied().unwrap_or(0);
            let credit_minor = of(&after) - of(&before);
            let cash_minor = of(&self.nets) - credit_minor;
            if (cash_minor, credit_minor) != (0, 0) {
                parts.push(NetInParts { member, cash_minor, credit_minor });
            }
            cash.insert(member, cash_minor + of(&self.repaid) + of(&interest));
        }
        cash.retain(|_, cash| *cash != 0);
        closed.legs = legs(self.arrangement.plan.cycle.netting, &pair_cash, &cash);
        let changes = self.changes();
        let interest = interest.into_iter().collect();
        let repaid = self.repaid.into_iter().filter(|(_, repaid)| *repaid != 0).collect();
        CycleClosedWithCredit { closed, parts, interest, repaid, changes }
    }

    fn changes(&self) -> Vec<(Holding, i128)> {
        let before = &self.arrangement.credit.holdings;
        let mut changes: BTreeMap<Holding, i128> = self.holdings.clone();
        before.iter().for_each(|(holding, balance)| *changes.entry(*holding).or_default() -= balance);
        changes.into_iter().filter(|(_, change)| *change != 0).collect()
    }

    fn change(&mut self, holding: Holding, minor: i128) {
        *self.holdings.entry(holding).or_default() += minor;
        self.holdings.retain(|_, balance| *balance != 0);
    }

    /// What each member is owed from credit, less what it owes.
    fn owed_by_member(&self) -> BTreeMap<MemberId, i128> {
        let mut owed = BTreeMap::new();
        self.holdings.iter().for_each(|(holding, balance)| *owed.entry(holding.member).or_default() += balance);
        owed
    }

    /// Debts that have had their time come due in quarterly instalments.
    fn age_lots(&mut self) {
        let CreditPart::PassThrough { debt_months, repaid_in_quarters, .. } = &self.rule.part else { return };
        let months = u32::from(*debt_months);
        let old: Vec<(Holding, i128)> = self
            .holdings
            .iter()
            .filter(|(holding, _)| holding.kind == HoldingKind::Lot)
            .filter(|(holding, _)| holding.date.is_some_and(|since| since.plus_months(months) <= self.date))
            .map(|(holding, balance)| (*holding, *balance))
            .collect();
        for (lot, balance) in old {
            self.change(lot, -balance);
            let since = lot.date.expect("a lot has a date");
            let instalments = equal_instalments(amount(-balance), usize::from(*repaid_in_quarters));
            for (quarter, minor) in (1..).zip(instalments) {
                let due = since.plus_months(months + quarter * QUARTER);
                self.change(Holding::instalment(lot.member, due), -i128::from(minor));
            }
        }
    }

    /// Instalments of today or before are paid; where claims have no date of their own, what comes in repays them pro rata.
    fn fall_due(&mut self) {
        let due: Vec<(Holding, i128)> = self
            .holdings
            .iter()
            .filter(|(holding, _)| holding.kind == HoldingKind::Instalment)
            .filter(|(holding, _)| holding.date.is_some_and(|date| date <= self.date))
            .map(|(holding, balance)| (*holding, *balance))
            .collect();
        let mut left: i128 = 0;
        for (holding, balance) in due {
            self.repay(holding, balance);
            left -= balance;
        }
        let claims: Vec<(Holding, i128)> = self
            .holdings
            .iter()
            .filter(|(holding, balance)| holding.kind == HoldingKind::Undated && **balance > 0)
            .map(|(holding, balance)| (*holding, *balance))
            .collect();
        let weights: Vec<u64> = claims.iter().map(|(_, balance)| amount(*balance)).collect();
        let shares = largest_remainder(amount(left), &weights).expect("debts that come due are somebody's claims");
        for ((holding, _), share) in claims.into_iter().zip(shares) {
            self.repay(holding, i128::from(share));
        }
    }

    fn repay(&mut self, holding: Holding, minor: i128) {
        self.change(holding, -minor);
        *self.repaid.entry(holding.member).or_default() += minor;
    }

    /// Parts of every member's net.
    fn parts(&self, rule: &Rule) -> Vec<(MemberId, Parts)> {
        let members: Vec<MemberId> = self.arrangement.members().map(|(member, _)| member).collect();
        let standings: Vec<Standing> = members.iter().map(|member| self.standing(*member)).collect();
        members.into_iter().zip(decompose(rule, &standings)).collect()
    }

    fn standing(&self, member: MemberId) -> Standing {
        let of_member = self.holdings.iter().filter(|(holding, _)| holding.member == member);
        let (mut claim, mut debt) = (0, 0);
        for (_, balance) in of_member {
            if *balance > 0 { claim += balance } else { debt -= balance }
        }
        let quota_minor = self.state.quota_minor(self.arrangement, member, self.date);
        let mut standing = Standing {
            net_minor: self.nets.get(&member).copied().unwrap_or(0),
            cumulative_minor: self.arrangement.credit.cumulative.get(&member).copied().unwrap_or(0),
            claim_minor: amount(claim),
            debt_minor: amount(debt),
            quota_minor,
            debt_max_minor: self.arrangement.credit_maximum(LimitKind::Debts, Scope::Debts(member)),
            claim_max_minor: self.arrangement.credit_maximum(LimitKind::Claims, Scope::Claims(member)),
            tranches: None,
        };
        match &self.rule.part {
            CreditPart::Tranches { schedules } => self.by_tranches(&mut standing, member, schedules),
            CreditPart::PassThrough { schedules, .. } => {
                let right = right_minor(&debtor_schedule(schedules, self.date), quota_minor);
                let limit = standing.debt_max_minor.map_or(right, |most| most.min(right));
                let most = self.rule.no_new_credit_ppm().map_or(limit, |ppm| credit::ceiling::share_minor(limit, ppm));
                standing.debt_max_minor = Some(most);
            }
            CreditPart::Instalments { bars_while_unpaid, .. } => {
                let before = &self.arrangement.credit.holdings;
                let owes = |(holding, balance): (&Holding, &i128)| holding.member == member && *balance < 0;
                if *bars_while_unpaid && before.iter().any(owes) {
                    standing.debt_max_minor = Some(0);
                }
            }
            CreditPart::Apportioned { .. } => {}
        }
        if self.arrangement.membership(member).is_some_and(|membership| membership.suspended) {
            standing.debt_max_minor = Some(0);
        }
        standing
    }

    fn by_tranches(&self, standing: &mut Standing, member: MemberId, schedules: &[TrancheSchedule]) {
        let code = &self.state.shared.members[member.index()].code;
        let Some(found) = in_force(schedules, self.date) else { return };
        let without = |list: &[String]| list.contains(code);
        let debtor = schedule(&found.debtor, found.debtor_beyond_ppm);
        let creditor = schedule(&found.creditor, found.creditor_beyond_ppm);
        let none = without(&found.no_quota);
        standing.tranches = Some(TrancheTerms {
            debtor: if none || without(&found.no_quota_as_debtor) { Schedule::all_asset() } else { debtor },
            creditor: if none { Schedule::all_asset() } else { creditor },
            creditor_quota_minor: self.state.creditor_quota_minor(self.arrangement, member, self.date),
        });
    }

    /// Credit of parts becomes claims and debts: what falls uses claims, then is a debt since today; what rises repays debts,
    /// those due first before those that are old, then is a claim.
    fn take_parts(&mut self, parts: &[(MemberId, Parts)]) {
        let dated = matches!(self.rule.part, CreditPart::PassThrough { .. });
        for &(member, Parts { credit_minor, .. }) in parts {
            if !dated {
                self.change(Holding::undated(member), credit_minor);
                continue;
            }
            let mut left = credit_minor;
            for (holding, balance) in self.of_member_in_order(member) {
                // A claim and a rise, or a debt and a fall, do not meet.
                if (balance > 0) != (left > 0) {
                    let met = if left > 0 { left.min(-balance) } else { left.max(-balance) };
                    self.change(holding, met);
                    left -= met;
                }
            }
            let rest = if left < 0 { Holding::lot(member, self.date) } else { Holding::undated(member) };
            self.change(rest, left);
        }
    }

    /// Instalments by their dates, then lots by theirs, then what has no date.
    fn of_member_in_order(&self, member: MemberId) -> Vec<(Holding, i128)> {
        let of_member = self.holdings.iter().filter(|(holding, _)| holding.member == member);
        let mut found: Vec<(Holding, i128)> = of_member.map(|(holding, balance)| (*holding, *balance)).collect();
        found.sort_by_key(|(holding, _)| (std::cmp::Reverse(holding.kind), holding.date));
        found
    }

    /// What debtors defer is lent by creditors, and comes due in equal instalments.
    fn defer(&mut self, count: u8, every_months: u8) {
        let parts = self.parts(&Rule::Instalments);
        let mut due = vec![0_u64; usize::from(count)];
        let date_of = |number: usize| {
            let months = (u32::try_from(number).expect("few instalments") + 1) * u32::from(every_months);
            self.date.plus_months(months)
        };
        let dates: Vec<Date> = (0..due.len()).map(date_of).collect();
        for (member, part) in parts.iter().filter(|(_, part)| part.credit_minor < 0) {
            for (number, minor) in equal_instalments(amount(-part.credit_minor), due.len()).into_iter().enumerate() {
                due[number] += minor;
                self.change(Holding::instalment(*member, dates[number]), -i128::from(minor));
            }
        }
        let lenders: Vec<(MemberId, u64)> = parts
            .iter()
            .filter(|(_, part)| part.credit_minor > 0)
            .map(|(member, part)| (*member, amount(part.credit_minor)))
            .collect();
        let lent: Vec<u64> = lenders.iter().map(|(_, lent)| *lent).collect();
        for (number, shares) in lenders_instalments(&due, &lent).into_iter().enumerate() {
            for ((member, _), share) in lenders.iter().zip(shares) {
                self.change(Holding::instalment(*member, dates[number]), i128::from(share));
            }
        }
    }

    /// Each creditor's obligatory credit is apportioned among what its debtors owe it, carried credit included; the rest is
    /// what pairs pay.
    fn apportion(&mut self, pairs: &PairNets, most: AmountMinor, step: AmountMinor) -> PairNets {
        let mut balances = pairs.clone();
        for (holding, carried) in self.holdings.iter().filter(|(holding, _)| holding.kind == HoldingKind::Pair) {
            let other = holding.counterparty.expect("credit of a pair has two sides");
            // Seen from the lower of the two, who owes where its balance is negative.
            if holding.member < other {
                *balances.entry((holding.member, other)).or_default() -= carried;
            }
        }
        let rule = Rule::Apportioned { amount_minor: most.get(), step_minor: step.get() };
        let mut cash = PairNets::new();
        let members: Vec<MemberId> = self.arrangement.members().map(|(member, _)| member).collect();
        let mut stays: BTreeMap<(MemberId, MemberId), i128> = BTreeMap::new();
        for creditor in members {
            let owed_to: Vec<((MemberId, MemberId), i128)> = balances
                .iter()
                .filter(
                    |((low, high), owed)| if **owed > 0 { *high == creditor } else { *low == creditor && **owed < 0 },
                )
                .map(|(pair, owed)| (*pair, *owed))
                .collect();
            let standings: Vec<Standing> =
                owed_to.iter().map(|(_, owed)| Standing { net_minor: owed.abs(), ..Standing::default() }).collect();
            for ((pair, owed), part) in owed_to.into_iter().zip(decompose(&rule, &standings)) {
                cash.insert(pair, part.cash_minor * owed.signum());
                stays.insert(pair, part.credit_minor * owed.signum());
            }
        }
        self.holdings.retain(|holding, _| holding.kind != HoldingKind::Pair);
        for ((low, high), low_owes) in stays {
            self.change(Holding::pair(low, high), -low_owes);
            self.change(Holding::pair(high, low), low_owes);
        }
        cash
    }

    /// Interest posted now: the rounded cumulative amount less what was posted before.
    fn interest(&self) -> BTreeMap<MemberId, i128> {
        let mut accruals = self.arrangement.credit.accruals.clone();
        self.arrangement.credit.count(self.rule, self.date, &mut accruals);
        let mut interest: BTreeMap<MemberId, i128> = BTreeMap::new();
        for ((member, on), accrued) in accruals {
            let rule = self.rule.interest.iter().find(|rule| rule.on == on).expect("it accrued by a rule");
            *interest.entry(member).or_default() += accrued.due_minor(rule);
        }
        interest.retain(|_, posted| *posted != 0);
        interest
    }
}

impl Accrued {
    /// What is to be posted.
    pub(crate) fn due_minor(&self, rule: &CreditInterest) -> i128 {
        // The rate is in the exact amount already.
        let cumulative = interest_minor(Accrual::new(self.exact), 1, rule.basis, rule.rounding);
        cumulative.expect("interest on bounded balances fits 128 bits") - self.posted_minor
    }
}

impl CreditState {
    /// Counts interest up to a date, on what was owed until then.
    pub(crate) fn count(
        &self,
        rule: &CreditRule,
        date: Date,
        accruals: &mut BTreeMap<(MemberId, CreditBalance), Accrued>,
    ) {
        let Some(from) = self.accrued_to else { return };
        for (holding, balance) in &self.holdings {
            let Some(interest) = interest_on(rule, holding, *balance) else { continue };
            let published = interest.rate.index().and_then(|name| self.indices.get(name)).copied();
            let ppm = i128::from(interest.rate.ppm(published));
            let mut days_ppm = days(from, date) * ppm;
            if let (Some((after_days, more_ppm)), true) = (interest.dearer, *balance < 0) {
                // What is due in instalments has been owed for long.
                let dear_from = match (holding.kind, holding.date) {
                    (HoldingKind::Lot, Some(since)) => since.plus_days(i32::from(after_days)),
                    (HoldingKind::Instalment, _) => from,
                    _ => date,
                };
                days_ppm += days(from.max(dear_from), date) * i128::from(more_ppm);
            }
            let accrued = accruals.entry((holding.member, interest.on)).or_default();
            accrued.exact += balance * days_ppm;
        }
    }
}

/// Days from one date to a later one; none to an earlier.
fn days(from: Date, to: Date) -> i128 {
    i128::from((to.0 - from.0).max(0))
}

/// The rule of interest that a claim or debt comes under.
fn interest_on<'a>(rule: &'a CreditRule, holding: &Holding, balance: i128) -> Option<&'a CreditInterest> {
    let find = |on| rule.interest.iter().find(|interest| interest.on == on);
    let instalments = if holding.kind == HoldingKind::Instalment { find(CreditBalance::Instalments) } else { None };
    let side = if balance > 0 { CreditBalance::Claims } else { CreditBalance::Debts };
    instalments.or_else(|| find(side))
}

fn amount(minor: i128) -> u64 {
    u64::try_from(minor).expect("what is owed from credit fits an amount")
}

fn in_force(schedules: &[TrancheSchedule], date: Date) -> Option<&TrancheSchedule> {
    schedules.iter().rev().find(|schedule| schedule.from <= date)
}

fn schedule(slices: &[TrancheSlice], beyond_ppm: u32) -> Schedule {
    let slices = slices.iter().map(|slice| Slice { up_to_ppm: slice.up_to_ppm, asset_ppm: slice.asset_ppm });
    Schedule::new(slices.collect(), beyond_ppm).expect("slices were checked where the rulebook was compiled")
}

/// The schedule by which debtors draw: everything in the asset before the first date.
pub(crate) fn debtor_schedule(schedules: &[TrancheSchedule], date: Date) -> Schedule {
    in_force(schedules, date).map_or_else(Schedule::all_asset, |found| schedule(&found.debtor, found.debtor_beyond_ppm))
}

/// All the credit that a schedule gives a debtor with that quota.
pub(crate) fn right_minor(schedule: &Schedule, quota_minor: u64) -> u64 {
    schedule.credit_after_debt_minor(0, quota_minor, quota_minor)
}

impl Arrangement {
    /// The most of a kind of credit: as set, or as the rulebook says where it is not; none where it is not limited.
    pub(crate) fn credit_maximum(&self, kind: LimitKind, scope: Scope) -> Option<u64> {
        let rule = self.plan.limit(kind)?;
        let unset = match rule.when_unset {
            WhenUnset::Unlimited => None,
            WhenUnset::Zero => Some(0),
        };
        self.limits.get(&scope).copied().or(unset)
    }

    pub(crate) fn account_of(&self, owner: Owner, kind: AccountKind) -> AccountKey {
        AccountKey { book: BookId::Arrangement(self.id), owner, currency: self.settlement, kind }
    }
}

impl State {
    /// A member's quota on a date: as the operator set it, else by the rulebook's table.
    pub(crate) fn quota_minor(&self, arrangement: &Arrangement, member: MemberId, date: Date) -> u64 {
        let set = arrangement.limits.get(&Scope::Quota(member)).copied();
        set.unwrap_or_else(|| self.by_table(arrangement, member, date).0)
    }

    /// Its quota as a creditor.
    pub(crate) fn creditor_quota_minor(&self, arrangement: &Arrangement, member: MemberId, date: Date) -> u64 {
        let less = self.by_table(arrangement, member, date).1;
        self.quota_minor(arrangement, member, date).saturating_sub(less)
    }

    /// Quota by the table in force, and by how much it is less as a creditor.
    fn by_table(&self, arrangement: &Arrangement, member: MemberId, date: Date) -> (u64, u64) {
        let Some(rule) = arrangement.plan.additions.credit.as_deref() else { return (0, 0) };
        let Some(table) = rule.quotas.iter().rev().find(|table| table.from <= date) else { return (0, 0) };
        let code = &self.shared.members[member.index()].code;
        let of = |list: &[(String, u64)]| list.iter().find(|(known, _)| known == code).map_or(0, |(_, minor)| *minor);
        (of(&table.quotas), of(&table.less_as_creditor))
    }
}
