//! A reserve fund, worked out again in the plainest way: what was drawn, what came back when, interest day by day.

use crate::arithmetic::{rounded, times};
use crate::books::{agent, of_member};
use crate::finding::{Check, Checked, Finding, equal, holds};
use crate::model::{Arrangement, Model};
use domain::event::{Quote, Stage};
use domain::reserve::{ReserveAgainst, ReserveBase, ReserveDrawn, ReserveGrant, ReserveLine, ReserveRule, SwapSide};
use domain::{AccountKey, AccountKind, ArrangementId, CurrencyId, Date, DrawingId, EventBody, MemberId, Owner};
use money::{DayCount, Rounding};
use std::collections::BTreeMap;

const PPM: i128 = 1_000_000;

/// What the auditor keeps of a reserve fund.
#[derive(Default)]
pub(crate) struct Reserve {
    pub(crate) count: u32,
    /// Drawings of which something is owed.
    pub(crate) drawings: BTreeMap<DrawingId, Drawing>,
}

/// A drawing, with what was paid back and when.
pub(crate) struct Drawing {
    pub(crate) drawn: ReserveDrawn,
    pub(crate) paid_out: bool,
    pub(crate) renewed: u8,
    /// Repayments of principal by date, in their order: also those of interest alone.
    repaid: Vec<(Date, i128)>,
    pub(crate) interest_paid: i128,
}

impl Drawing {
    fn amount(&self) -> i128 {
        self.drawn.amount.as_balance()
    }

    fn owed(&self) -> i128 {
        self.amount() - self.repaid.iter().map(|(_, minor)| minor).sum::<i128>()
    }

    /// The date up to which interest was last counted.
    pub(crate) fn counted_to(&self) -> Date {
        self.repaid.last().map_or(self.drawn.date, |(date, _)| *date)
    }

    /// Interest up to a date, one day after the other: what was owed at the end of each.
    pub(crate) fn exact_to(&self, date: Date) -> i128 {
        let owed_on = |day: i32| {
            let before = self.repaid.iter().filter(|(on, _)| on.0 <= day).map(|(_, minor)| minor).sum::<i128>();
            self.amount() - before
        };
        (self.drawn.date.0..date.0).map(|day| owed_on(day) * i128::from(self.drawn.rate_ppm)).sum()
    }

    /// What is due when: what was repaid has met the earliest dates.
    pub(crate) fn due(&self, months_later: u32) -> Vec<(Date, i128)> {
        let mut repaid = self.amount() - self.owed();
        let mut due = Vec::new();
        for (date, minor) in &self.drawn.instalments {
            let met = repaid.min(i128::from(*minor));
            repaid -= met;
            if i128::from(*minor) > met {
                // A renewal moves each date by the same number of months, one renewal after the other.
                let date = (0..self.renewed).fold(*date, |date, _| date.plus_months(months_later));
                due.push((date, i128::from(*minor) - met));
            }
        }
        due
    }

    fn held(&self, swap: SwapSide) -> i128 {
        let share = swap.amount.as_balance().checked_mul(self.owed());
        rounded(share.expect("two amounts fit 128 bits"), self.amount(), Rounding::Ceiling)
    }
}

impl Arrangement {
    pub(crate) fn reserve_line(&self, line: u8) -> Option<&ReserveLine> {
        self.plan.additions.reserve.as_deref()?.lines.get(usize::from(line))
    }

    /// Months by which a renewal of a drawing moves it.
    pub(crate) fn months_of(&self, drawing: &Drawing) -> u32 {
        self.reserve_line(drawing.drawn.line).map_or(0, |line| u32::from(line.months))
    }

    fn drawn(&self, member: MemberId, line: Option<u8>) -> i128 {
        let all = self.reserve.drawings.values();
        let own = all.filter(|one| one.drawn.member == member && line.is_none_or(|line| one.drawn.line == line));
        own.map(Drawing::owed).sum()
    }

    fn is_overdue(&self, member: MemberId) -> bool {
        let own = self.reserve.drawings.values().filter(|drawing| drawing.drawn.member == member);
        let mut dates = own.flat_map(|drawing| drawing.due(self.months_of(drawing)));
        dates.any(|(date, _)| self.closed_date.is_some_and(|closed| date <= closed))
    }
}

impl Model {
    pub(crate) fn reserve_event(&mut self, body: &EventBody) -> Checked {
        match body {
            EventBody::ReserveDrawn(drawn) => self.reserve_drawn(drawn),
            EventBody::DrawingPaidOut { arrangement, drawing } => self.drawing_paid_out(*arrangement, *drawing),
            EventBody::DrawingRepaid { arrangement, drawing, principal_minor, interest_minor } => {
                self.drawing_repaid(*arrangement, *drawing, i128::from(*principal_minor), i128::from(*interest_minor))
            }
            EventBody::DrawingRenewed { arrangement, drawing } => self.drawing_renewed(*arrangement, *drawing),
            other => unreachable!("{other:?} is applied elsewhere"),
        }
    }

    fn reserve_rule(&self, id: ArrangementId) -> Checked<&ReserveRule> {
        let rule = self.plan(id)?.additions.reserve.as_deref();
        rule.ok_or_else(|| Finding::new(Check::Reserve, "a reserve fund", "a rulebook that has one", id))
    }

    fn line(&self, id: ArrangementId, line: u8) -> Checked<&ReserveLine> {
        let found = self.reserve_rule(id)?.lines.get(usize::from(line));
        found.ok_or_else(|| Finding::new(Check::Reserve, "a line", "one of the rulebook", line))
    }

    fn drawing(&self, id: ArrangementId, drawing: DrawingId) -> Checked<&Drawing> {
        let found = self.arrangement(id)?.reserve.drawings.get(&drawing);
        found.ok_or_else(|| Finding::new(Check::Reserve, "a drawing", "one of which something is owed", drawing))
    }

    /// Who may draw on a line, and on whose word: by right the member, by decision of the fund the operator.
    pub(crate) fn granted_by(&self, body: &EventBody) -> Checked<(ReserveGrant, MemberId)> {
        match body {
            EventBody::ReserveDrawn(drawn) => Ok((self.line(drawn.arrangement, drawn.line)?.granted_by, drawn.member)),
            EventBody::DrawingRenewed { arrangement, drawing } => {
                let drawn = &self.drawing(*arrangement, *drawing)?.drawn;
                Ok((self.line(*arrangement, drawn.line)?.granted_by, drawn.member))
            }
            other => unreachable!("{other:?} is granted by nobody"),
        }
    }

    fn check_may_draw(&self, id: ArrangementId, member: MemberId) -> Checked {
        let membership = self.membership(id, member)?;
        let may = membership.stage >= Stage::Prefunded && !membership.suspended && !membership.leaving;
        holds(Check::Reserve, "a member that draws or renews", "one that takes part with money", may, member)?;
        let arrangement = self.arrangement(id)?;
        holds(Check::Reserve, "a drawing or renewal", "on an open day", arrangement.open.is_some(), member)?;
        holds(
            Check::Reserve,
            "a member that draws or renews",
            "one of whom nothing is overdue",
            !arrangement.is_overdue(member),
            member,
        )
    }

    fn reserve_drawn(&mut self, drawn: &ReserveDrawn) -> Checked {
        let (id, member) = (drawn.arrangement, drawn.member);
        let line = self.line(id, drawn.line)?.clone();
        let arrangement = self.arrangement(id)?;
        equal(Check::Reserve, "the number of a drawing", arrangement.reserve.count, drawn.drawing.0)?;
        self.check_may_draw(id, member)?;
        equal(Check::Reserve, "the date of a drawing", arrangement.open_date(), Some(drawn.date))?;
        let excluded = line.not_for.contains(&self.member(member)?.code);
        holds(Check::Reserve, "a line", "one that the member has", !excluded, &line.name)?;
        let index = line.rate.index().and_then(|name| arrangement.credit.indices.get(name)).copied();
        equal(Check::Reserve, "the rate of a drawing", line.rate.ppm(index), drawn.rate_ppm)?;
        equal(Check::Reserve, "the instalments", self.instalments(drawn, &line), drawn.instalments.clone())?;
        self.check_ceilings(drawn, &line)?;
        self.check_swap(drawn, line.against)?;
        let asset = self.arrangement(id)?.settlement;
        let amount = drawn.amount.as_balance();
        self.books.post(&[
            (of_member(id, member, asset, AccountKind::Reserve), -amount),
            (of_member(id, member, asset, AccountKind::ReserveDue), amount),
        ])?;
        let reserve = &mut self.arrangement_mut(id)?.reserve;
        reserve.count += 1;
        let drawing =
            Drawing { drawn: drawn.clone(), paid_out: false, renewed: 0, repaid: Vec::new(), interest_paid: 0 };
        reserve.drawings.insert(drawn.drawing, drawing);
        Ok(())
    }

    /// Equal parts, the first ones one unit larger where they do not divide, at equal steps after the months of grace.
    fn instalments(&self, drawn: &ReserveDrawn, line: &ReserveLine) -> Vec<(Date, u64)> {
        let (amount, count) = (drawn.amount.get(), u64::from(line.instalments.max(1)));
        let rest = u32::from(line.months).saturating_sub(u32::from(line.grace_months));
        let parts = (1..=count).map(|number| amount / count + u64::from(number <= amount % count));
        let steps = (1_u32..).zip(parts).filter(|(_, minor)| *minor > 0);
        let months = |number: u32| u32::from(line.grace_months) + rest * number / u32::from(line.instalments.max(1));
        steps.map(|(number, minor)| (drawn.date.plus_months(months(number)), minor)).collect()
    }

    fn check_ceilings(&self, drawn: &ReserveDrawn, line: &ReserveLine) -> Checked {
        let (id, member) = (drawn.arrangement, drawn.member);
        let (rule, arrangement) = (self.reserve_rule(id)?, self.arrangement(id)?);
        let code = &self.member(member)?.code;
        let of = |list: &[(String, u32)]| list.iter().find(|(known, _)| known == code).map(|(_, ppm)| *ppm);
        let base = match rule.base {
            ReserveBase::PaidIn => self.books.balance(of_member(id, member, arrangement.settlement, AccountKind::Fund)),
            ReserveBase::Committed => {
                let found = rule.commitments.iter().find(|(known, _)| known == code);
                found.map_or(0, |(_, minor)| i128::from(*minor))
            }
        };
        let ceiling = base * i128::from(of(&rule.exceptions).unwrap_or(rule.multiple_ppm)) / PPM;
        let amount = drawn.amount.as_balance();
        let all = arrangement.drawn(member, None) + amount;
        holds(Check::Reserve, "what a member drew", "no more than its ceiling", base > 0 && all <= ceiling, all)?;
        let on_line = arrangement.drawn(member, Some(drawn.line)) + amount;
        let most = ceiling * i128::from(line.share_ppm) / PPM;
        holds(Check::Reserve, "what it drew on a line", "no more than the line's share", on_line <= most, on_line)?;
        let pot = self.pot(id);
        holds(Check::Reserve, "what is drawn", "no more than the fund holds", amount <= pot, (amount, pot))
    }

    fn check_swap(&self, drawn: &ReserveDrawn, against: ReserveAgainst) -> Checked {
        let swaps = against == ReserveAgainst::Currency;
        holds(Check::Reserve, "a drawing", "against what its line says", swaps == drawn.swap.is_some(), drawn.drawing)?;
        let Some(swap) = drawn.swap else { return Ok(()) };
        let arrangement = self.arrangement(drawn.arrangement)?;
        let rate = match arrangement.rates.get(&(drawn.member, swap.currency)) {
            Some(Quote::Reference(rate)) => Some(*rate),
            Some(Quote::TwoSided { sell, .. }) => Some(*sell),
            None => None,
        };
        equal(Check::Reserve, "the rate of a swap", rate, Some(swap.rate))?;
        let decimals = |currency: CurrencyId| Ok(self.currency(currency)?.minor_decimals);
        let (from, to) = (decimals(arrangement.settlement)?, decimals(swap.currency)?);
        let given = times(drawn.amount.as_balance(), swap.rate, from, to, Rounding::Ceiling);
        equal(Check::Reserve, "what is given in a swap", given, Some(swap.amount.as_balance()))
    }

    fn drawing_paid_out(&mut self, id: ArrangementId, drawing: DrawingId) -> Checked {
        let found = self.drawing(id, drawing)?;
        let (member, amount, swap) = (found.drawn.member, found.amount(), found.drawn.swap);
        holds(Check::Reserve, "a drawing that is paid out", "one that was not", !found.paid_out, drawing)?;
        let suspended = self.membership(id, member)?.suspended;
        holds(Check::Suspension, "who is paid out", "a member that is not suspended", !suspended, member)?;
        let asset = self.arrangement(id)?.settlement;
        let mut entries =
            vec![(of_member(id, member, asset, AccountKind::ReserveDue), -amount), (agent(id, asset), amount)];
        if let Some(swap) = swap {
            entries.extend(held(id, member, swap, swap.amount.as_balance()));
        }
        self.books.post(&entries)?;
        self.arrangement_mut(id)?.reserve.drawings.entry(drawing).and_modify(|found| found.paid_out = true);
        Ok(())
    }

    fn drawing_repaid(&mut self, id: ArrangementId, drawing: DrawingId, principal: i128, interest: i128) -> Checked {
        let today = self.business_date(id)?;
        let found = self.drawing(id, drawing)?;
        let line = self.line(id, found.drawn.line)?;
        holds(Check::Reserve, "a drawing that is repaid", "one that was paid out", found.paid_out, drawing)?;
        let year_days = match line.basis {
            DayCount::Actual360 => 360,
            DayCount::Actual365 => 365,
        };
        let so_far = rounded(found.exact_to(today), year_days * PPM, line.rounding);
        let interest_due = (so_far - found.interest_paid).max(0);
        let sound = interest <= interest_due
            && (interest == interest_due || principal == 0)
            && principal <= found.owed()
            && principal + interest > 0;
        let said = (principal, interest, interest_due, found.owed());
        holds(Check::Reserve, "what is repaid", "interest first, and no more than is owed", sound, said)?;
        let (member, swap) = (found.drawn.member, found.drawn.swap);
        let held_before = swap.map(|swap| found.held(swap));
        let asset = self.arrangement(id)?.settlement;
        let found = self.arrangement_mut(id)?.reserve.drawings.get_mut(&drawing).expect("looked up before");
        found.repaid.push((today, principal));
        found.interest_paid += interest;
        let (held_after, over) = (swap.map(|swap| found.held(swap)), found.owed() == 0);
        let house = AccountKey { owner: Owner::House, kind: AccountKind::Interest, ..agent(id, asset) };
        let mut entries = vec![
            (agent(id, asset), -principal - interest),
            (of_member(id, member, asset, AccountKind::Reserve), principal),
            (house, interest),
        ];
        if let (Some(swap), Some(before), Some(after)) = (swap, held_before, held_after) {
            entries.extend(held(id, member, swap, after - before));
        }
        self.books.post(&entries)?;
        if over {
            self.arrangement_mut(id)?.reserve.drawings.remove(&drawing);
        }
        Ok(())
    }

    fn drawing_renewed(&mut self, id: ArrangementId, drawing: DrawingId) -> Checked {
        let found = self.drawing(id, drawing)?;
        let (member, renewed, line) = (found.drawn.member, found.renewed, self.line(id, found.drawn.line)?);
        holds(Check::Reserve, "a renewal", "no more of them than the line has", renewed < line.renewals, drawing)?;
        self.check_may_draw(id, member)?;
        self.arrangement_mut(id)?.reserve.drawings.entry(drawing).and_modify(|found| found.renewed += 1);
        Ok(())
    }

    /// A contribution that is taken back leaves what was drawn within the ceiling.
    pub(crate) fn check_access_left(&self, id: ArrangementId, member: MemberId, left: i128) -> Checked {
        let Some(rule) = self.plan(id)?.additions.reserve.as_deref() else { return Ok(()) };
        let code = &self.member(member)?.code;
        let multiple =
            rule.exceptions.iter().find(|(known, _)| known == code).map_or(rule.multiple_ppm, |(_, ppm)| *ppm);
        let drawn = self.arrangement(id)?.drawn(member, None);
        let covered = rule.base != ReserveBase::PaidIn || drawn <= left * i128::from(multiple) / PPM;
        holds(Check::Reserve, "a contribution taken back", "one on which nothing drawn rests", covered, (member, drawn))
    }
}

/// What the fund holds of a member's currency changes.
fn held(id: ArrangementId, member: MemberId, swap: SwapSide, minor: i128) -> [(AccountKey, i128); 2] {
    let of_member = of_member(id, member, swap.currency, AccountKind::SwapHeld);
    [(of_member, -minor), (AccountKey { owner: Owner::House, ..of_member }, minor)]
}
