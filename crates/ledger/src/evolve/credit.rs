//! Credit: what a close with credit changes, the fund, indices.

use crate::state::State;
use domain::credit::{CreditPart, CycleClosedWithCredit};
use domain::{AccountKind, ArrangementId, MemberId, Owner};
use money::AmountMinor;

impl State {
    pub(super) fn cycle_closed_with_credit(&mut self, close: &CycleClosedWithCredit) {
        let id = close.closed.arrangement;
        self.count_interest(id, close.closed.date);
        self.cycle_closed(&close.closed);
        let arrangement = &mut self.arrangements[id.index()];
        let rule = arrangement.plan.additions.credit.as_deref().expect("a rulebook with credit");
        if matches!(rule.part, CreditPart::Tranches { .. }) {
            for (member, net) in &close.closed.nets {
                *arrangement.credit.cumulative.entry(*member).or_default() += net;
            }
            arrangement.credit.cumulative.retain(|_, position| *position != 0);
        }
        for ((_, on), accrued) in &mut arrangement.credit.accruals {
            let interest = rule.interest.iter().find(|interest| interest.on == *on).expect("it accrued by a rule");
            accrued.posted_minor += accrued.due_minor(interest);
        }
        arrangement.credit.accruals.retain(|_, accrued| (accrued.exact, accrued.posted_minor) != (0, 0));
        for (holding, change) in &close.changes {
            *arrangement.credit.holdings.entry(*holding).or_default() += change;
        }
        arrangement.credit.holdings.retain(|_, balance| *balance != 0);
        arrangement.credit.stopped_minor = None;
        self.post_credit(id, close);
    }

    /// What becomes credit leaves the net due; interest comes to it from the house.
    fn post_credit(&mut self, id: ArrangementId, close: &CycleClosedWithCredit) {
        let arrangement = &self.arrangements[id.index()];
        let account = |owner, kind| arrangement.account_of(owner, kind);
        let net_due = |member: MemberId| account(Owner::Member(member), AccountKind::NetDue);
        let changes = close.changes.iter().map(|(holding, change)| (holding.member, AccountKind::Credit, *change));
        let interest = close.interest.iter().map(|(member, paid)| (*member, AccountKind::Interest, -paid));
        let postings: Vec<_> = changes
            .chain(interest)
            .map(|(member, kind, minor)| {
                let owner = if kind == AccountKind::Interest { Owner::House } else { Owner::Member(member) };
                (net_due(member), account(owner, kind), minor)
            })
            .collect();
        for (from, to, minor) in postings {
            let (from, to) = (self.accounts.open(from), self.accounts.open(to));
            self.accounts.shift(from, to, minor);
        }
    }

    pub(super) fn close_stopped(&mut self, id: ArrangementId, missing: AmountMinor) {
        self.arrangements[id.index()].credit.stopped_minor = Some(missing.get());
    }

    pub(super) fn index_published(&mut self, id: ArrangementId, index: &str, rate_ppm: u32) {
        if let Some(today) = self.arrangements[id.index()].business_date() {
            self.count_interest(id, today);
        }
        self.arrangements[id.index()].credit.indices.insert(index.to_owned(), rate_ppm);
    }

    pub(super) fn fund_moved(
        &mut self,
        id: ArrangementId,
        member: Option<MemberId>,
        amount: AmountMinor,
        deposit: bool,
    ) {
        let arrangement = &self.arrangements[id.index()];
        let owner = member.map_or(Owner::House, Owner::Member);
        let (agent, key) = (arrangement.agent_account, arrangement.account_of(owner, AccountKind::Fund));
        let fund = self.accounts.open(key);
        let (from, to) = if deposit { (agent, fund) } else { (fund, agent) };
        self.accounts.transfer(from, to, amount.get());
    }

    /// Interest up to a date, on what was owed and at what was published until then.
    fn count_interest(&mut self, id: ArrangementId, date: domain::Date) {
        let arrangement = &mut self.arrangements[id.index()];
        let Some(rule) = arrangement.plan.additions.credit.as_deref() else { return };
        let mut accruals = std::mem::take(&mut arrangement.credit.accruals);
        arrangement.credit.count(rule, date, &mut accruals);
        arrangement.credit.accruals = accruals;
        arrangement.credit.accrued_to = Some(date);
    }
}
