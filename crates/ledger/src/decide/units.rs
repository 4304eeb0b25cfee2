//! The value of a unit of account, allocations in it, and positions that members report.

use super::{DONE, Decided, Decision, No};
use domain::event::EventBody;
use domain::ids::Role;
use domain::limit::Scope;
use domain::plan::LimitKind;
use domain::{ArrangementId, Date, MemberId, Refusal};
use money::{AmountMinor, Rate};

/// Largest mantissa of a value: with it the net of a member still fits its width.
const VALUE_MANTISSA_MAX: u64 = 1_000_000_000;

impl Decision<'_> {
    pub(super) fn publish_unit_value(&mut self, id: ArrangementId, from: Date, value: Rate) -> Decided {
        self.by_operator_with_four_eyes()?;
        let arrangement = self.arrangement(id)?;
        if !arrangement.plan.additions.unit.as_ref().is_some_and(|unit| unit.published) {
            return Err(Refusal::UnitValueFixed.into());
        }
        if value.mantissa() > VALUE_MANTISSA_MAX || value.decimals() > 9 {
            return Err(Refusal::RateOutOfRange.into());
        }
        // What has closed closed at the value that it had.
        if arrangement.closed_date.is_some_and(|closed| from <= closed) {
            return Err(Refusal::EffectiveDatePast.into());
        }
        self.emit(EventBody::UnitValuePublished { arrangement: id, from, value });
        Ok(DONE)
    }

    /// The giver keeps as much as it uses; the taker says that it takes.
    pub(super) fn transfer_allocation(
        &mut self,
        id: ArrangementId,
        giver: MemberId,
        taker: MemberId,
        amount: AmountMinor,
    ) -> Decided {
        self.by_member(giver)?;
        let arrangement = self.arrangement(id)?;
        if arrangement.plan.limit(LimitKind::Allocation).is_none() {
            return Err(Refusal::LimitNotInRulebook.into());
        }
        if arrangement.day.is_none() {
            return Err(Refusal::EntryClosed.into());
        }
        if giver == taker {
            return Err(Refusal::SameMember.into());
        }
        let known = |member| arrangement.membership(member).ok_or(No::from(Refusal::MemberNotInArrangement));
        let (membership, _) = (known(giver)?, known(taker)?);
        if !self.command.approvals.iter().any(|approver| approver.role == Role::Member(taker)) {
            return Err(Refusal::FourEyesMissing.into());
        }
        let allotted = arrangement.limits.get(&Scope::Allocation(giver)).copied().unwrap_or(0);
        let left = i128::from(allotted) - amount.as_balance();
        let taken = arrangement.limits.get(&Scope::Allocation(taker)).copied().unwrap_or(0);
        if left < 0 || left < -membership.position_minor || taken.checked_add(amount.get()).is_none() {
            return Err(Refusal::AllocationLimit.into());
        }
        self.emit(EventBody::AllocationGiven { arrangement: id, giver, taker, amount });
        self.emit(EventBody::AllocationTaken { arrangement: id, taker, amount });
        Ok(DONE)
    }

    /// Whoever owes says so, on an open business day.
    pub(super) fn report_position(
        &mut self,
        id: ArrangementId,
        debtor: MemberId,
        creditor: MemberId,
        amount: AmountMinor,
    ) -> Decided {
        self.by_member(debtor)?;
        let arrangement = self.arrangement(id)?;
        if !arrangement.plan.additions.reported {
            return Err(Refusal::InitiatorMismatch.into());
        }
        if debtor == creditor {
            return Err(Refusal::SameMember.into());
        }
        let day = arrangement.day.as_ref().filter(|day| !day.cycle_closed);
        let today = day.ok_or(No::from(Refusal::EntryClosed))?.date;
        if arrangement.is_in_arrears(debtor) {
            return Err(Refusal::InArrears.into());
        }
        for member in [debtor, creditor] {
            let membership = arrangement.membership(member).ok_or(No::from(Refusal::MemberNotInArrangement))?;
            if membership.stage < domain::event::Stage::Prefunded {
                return Err(Refusal::MemberStageTooEarly.into());
            }
            if membership.suspended {
                return Err(Refusal::Suspended.into());
            }
            if membership.notice.is_some_and(|from| from <= today) {
                return Err(Refusal::MemberLeaving.into());
            }
            if !arrangement.participants().any(|(_, participant)| participant.member == member) {
                return Err(Refusal::ParticipantUnknown.into());
            }
            if membership.position_minor.abs() + amount.as_balance() > crate::limits::POSITION_MINOR_MAX {
                return Err(Refusal::AmountOutOfRange.into());
            }
        }
        self.emit(EventBody::PositionReported { arrangement: id, debtor, creditor, amount });
        Ok(DONE)
    }
}
