//! A reserve fund: drawing on its lines, renewing, and what the agent confirms.
//!
//! A drawing is refused by the first of these that says no: the line, a contribution, what is overdue, the ceiling over all lines,
//! the line's share of it, what the fund holds, the rate of a swap.

use super::{DONE, Decided, Decision, No};
use crate::credit::pot_minor;
use crate::limits::POSITION_MINOR_MAX;
use crate::reserve::{Drawing, line_ceiling_minor};
use crate::state::Arrangement;
use credit::equal_instalments;
use domain::event::{EventBody, Quote, Stage};
use domain::ids::Role;
use domain::reserve::{ReserveAgainst, ReserveDrawn, ReserveGrant, ReserveLine, ReserveRule, SwapSide};
use domain::{ArrangementId, CurrencyId, Date, DrawingId, MemberId, Refusal};
use money::{AmountMinor, Conversion, Rounding, convert};

impl Decision<'_> {
    pub(super) fn draw_reserve(
        &mut self,
        id: ArrangementId,
        member: MemberId,
        line: &str,
        amount: AmountMinor,
        against: Option<CurrencyId>,
    ) -> Decided {
        let arrangement = self.arrangement(id)?;
        let rule = arrangement.reserve_rule().ok_or(No::from(Refusal::NoCreditInRulebook))?;
        let place = rule.lines.iter().position(|known| known.name == line);
        self.may_grant(place.map(|place| rule.lines[place].granted_by), member)?;
        let today = arrangement.open_date().ok_or(No::from(Refusal::DayNotOpen))?;
        self.may_draw(arrangement, member)?;
        let place = place.ok_or(No::from(Refusal::ReserveLineUnknown))?;
        let line = &rule.lines[place];
        let code = &self.state.shared.members[member.index()].code;
        let swaps = line.against == ReserveAgainst::Currency;
        if line.not_for.contains(code) || swaps != against.is_some() {
            return Err(Refusal::ReserveLineUnknown.into());
        }
        let place = u8::try_from(place).expect("a rulebook has few lines");
        self.within_ceilings(arrangement, rule, (place, line), member, amount)?;
        let swap = against.map(|currency| self.swap_side(arrangement, member, currency, amount)).transpose()?;
        let published = line.rate.index().and_then(|name| arrangement.credit.indices.get(name)).copied();
        self.emit(EventBody::ReserveDrawn(Box::new(ReserveDrawn {
            arrangement: id,
            drawing: DrawingId(arrangement.reserve.count),
            member,
            line: place,
            date: today,
            amount,
            rate_ppm: line.rate.ppm(published),
            instalments: instalments(line, today, amount),
            swap,
        })));
        Ok(DONE)
    }

    /// The member itself where it draws by right; the operator where the fund decides; either where nobody knows.
    fn may_grant(&self, granted_by: Option<ReserveGrant>, member: MemberId) -> Result<(), No> {
        match granted_by {
            Some(ReserveGrant::Right) => self.by_member(member),
            Some(ReserveGrant::Decision) => self.by_operator_with_four_eyes(),
            None => self.by_member(member).or_else(|_| self.by_operator_with_four_eyes()),
        }
    }

    fn may_draw(&self, arrangement: &Arrangement, member: MemberId) -> Result<(), No> {
        let membership = arrangement.membership(member).ok_or(No::from(Refusal::MemberNotInArrangement))?;
        if membership.suspended {
            return Err(Refusal::Suspended.into());
        }
        if membership.leaving {
            return Err(Refusal::MemberLeaving.into());
        }
        if membership.stage < Stage::Prefunded {
            return Err(Refusal::MemberStageTooEarly.into());
        }
        Ok(())
    }

    fn within_ceilings(
        &self,
        arrangement: &Arrangement,
        rule: &ReserveRule,
        (place, line): (u8, &ReserveLine),
        member: MemberId,
        amount: AmountMinor,
    ) -> Result<(), No> {
        let base = self.state.reserve_base_minor(arrangement, rule, member);
        if base == 0 {
            return Err(Refusal::NoContribution.into());
        }
        if arrangement.overdue_since(member).is_some() {
            return Err(Refusal::DrawingOverdue.into());
        }
        if amount.as_balance() > POSITION_MINOR_MAX {
            return Err(Refusal::AmountOutOfRange.into());
        }
        let asked = u128::from(amount.get());
        let ceiling = self.state.ceiling_minor(rule, member, base);
        if arrangement.drawn_minor(member, None) + asked > ceiling {
            return Err(Refusal::TotalCeiling.into());
        }
        if arrangement.drawn_minor(member, Some(place)) + asked > line_ceiling_minor(line, ceiling) {
            return Err(Refusal::LineCeiling.into());
        }
        if amount.as_balance() > pot_minor(self.state, arrangement) {
            return Err(Refusal::FundShort.into());
        }
        Ok(())
    }

    /// The member's currency at its own rate: the one at which it sells the asset, where it quotes two.
    fn swap_side(
        &self,
        arrangement: &Arrangement,
        member: MemberId,
        currency: CurrencyId,
        amount: AmountMinor,
    ) -> Result<SwapSide, No> {
        let quote = arrangement.rates.get(&(member, currency)).map(|(quote, _)| *quote);
        let rate = match quote.ok_or(No::from(Refusal::RateMissing))? {
            Quote::Reference(rate) => rate,
            Quote::TwoSided { sell, .. } => sell,
        };
        let decimals = |currency| self.state.minor_decimals(currency);
        let (from, to) = (decimals(arrangement.settlement), decimals(currency));
        let given = convert(amount, from, to, rate, Conversion::Multiply, Rounding::Ceiling);
        let (amount, _) = given.map_err(|_| No::from(Refusal::AmountOutOfRange))?;
        Ok(SwapSide { currency, rate, amount })
    }

    pub(super) fn renew_drawing(&mut self, id: ArrangementId, drawing: DrawingId) -> Decided {
        let arrangement = self.arrangement(id)?;
        let found = known(arrangement, drawing)?;
        let line = arrangement.line_of(found);
        self.may_grant(Some(line.granted_by), found.member)?;
        arrangement.open_date().ok_or(No::from(Refusal::DayNotOpen))?;
        self.may_draw(arrangement, found.member)?;
        if arrangement.overdue_since(found.member).is_some() {
            return Err(Refusal::DrawingOverdue.into());
        }
        if found.renewed >= line.renewals {
            return Err(Refusal::NotRenewable.into());
        }
        self.emit(EventBody::DrawingRenewed { arrangement: id, drawing });
        Ok(DONE)
    }

    pub(super) fn move_drawing(
        &mut self,
        id: ArrangementId,
        drawing: DrawingId,
        amount: AmountMinor,
        repaid: bool,
    ) -> Decided {
        self.by(Role::Agent)?;
        let arrangement = self.arrangement(id)?;
        let found = known(arrangement, drawing)?;
        if !repaid {
            if found.paid_out || amount.get() != found.amount_minor {
                return Err(Refusal::DrawingMismatch.into());
            }
            let suspended = arrangement.membership(found.member).is_some_and(|membership| membership.suspended);
            if suspended {
                return Err(Refusal::SettlementBlocked.into());
            }
            self.emit(EventBody::DrawingPaidOut { arrangement: id, drawing });
            return Ok(DONE);
        }
        let due = found.interest_due_minor(arrangement.line_of(found), self.today(arrangement));
        let interest_minor = due.min(amount.get());
        let principal_minor = amount.get() - interest_minor;
        if !found.paid_out || principal_minor > found.owed_minor() {
            return Err(Refusal::DrawingMismatch.into());
        }
        self.emit(EventBody::DrawingRepaid { arrangement: id, drawing, principal_minor, interest_minor });
        Ok(DONE)
    }
}

fn known(arrangement: &Arrangement, drawing: DrawingId) -> Result<&Drawing, No> {
    arrangement.reserve.drawings.get(&drawing).ok_or_else(|| Refusal::DrawingMismatch.into())
}

/// Equal instalments, the larger ones first; those of nothing are left out.
fn instalments(line: &ReserveLine, today: Date, amount: AmountMinor) -> Vec<(Date, u64)> {
    let equal = equal_instalments(amount.get(), usize::from(line.instalments.max(1)));
    let dated = (1..).zip(equal).map(|(number, minor)| (today.plus_months(line.months_to(number)), minor));
    dated.filter(|(_, minor)| *minor > 0).collect()
}
