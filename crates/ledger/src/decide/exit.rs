//! Leaving in good order, and what a member sets for itself for a later day: notice, purposes, stages.
//!
//! | when | what |
//! | --- | --- |
//! | notice is given | nothing changes for anybody |
//! | the first business day on or after its date opens | the member is *leaving*: what waits from it or towards it ends, its limits are given up, nothing new is in its name |
//! | a cycle closes | what it owes and is owed is in the net like everybody's |
//! | it owes nothing, is owed nothing, and its prefunding is paid back | it has left |
//!
//! The others never stop.

use super::{DONE, Decided, Decision, No};
use crate::limits::EVENT_PAYMENTS_MAX;
use crate::pulse::by_house;
use crate::state::{Arrangement, State};
use domain::event::{EndReason, EventBody, Stage};
use domain::plan::Purpose;
use domain::{AccountKind, ArrangementId, BookId, Date, MemberId, Owner, PaymentId, PaymentState, Refusal};

impl Decision<'_> {
    pub(super) fn give_notice(&mut self, id: ArrangementId, member: MemberId, effective: Date) -> Decided {
        self.by_member(member)?;
        let arrangement = self.arrangement(id)?;
        let membership = arrangement.membership(member).ok_or(No::from(Refusal::MemberNotInArrangement))?;
        if membership.notice.is_some() {
            return Err(Refusal::NoticeGiven.into());
        }
        let today = self.today(arrangement);
        let months = arrangement.plan.additions.exit.map_or(0, |rule| rule.notice_months);
        if effective <= today || effective < today.plus_months(u32::from(months)) {
            return Err(Refusal::NoticeTooShort.into());
        }
        self.emit(EventBody::NoticeGiven { arrangement: id, member, effective });
        Ok(DONE)
    }

    pub(super) fn withdraw_notice(&mut self, id: ArrangementId, member: MemberId) -> Decided {
        self.by_member(member)?;
        let arrangement = self.arrangement(id)?;
        let membership = arrangement.membership(member).ok_or(No::from(Refusal::MemberNotInArrangement))?;
        if membership.notice.is_none() || membership.leaving {
            return Err(Refusal::NoNotice.into());
        }
        self.emit(EventBody::NoticeWithdrawn { arrangement: id, member });
        Ok(DONE)
    }

    pub(super) fn set_purposes(
        &mut self,
        id: ArrangementId,
        member: MemberId,
        purposes: &[Purpose],
        effective: Date,
    ) -> Decided {
        self.by_member(member)?;
        let arrangement = self.arrangement(id)?;
        self.takes_part_until_further_notice(arrangement, member)?;
        if purposes.is_empty() || purposes.iter().any(|purpose| !arrangement.plan.purposes.contains(purpose)) {
            return Err(Refusal::PurposeNotAdmitted.into());
        }
        not_past(arrangement, effective)?;
        let mut purposes = purposes.to_vec();
        purposes.sort_unstable();
        purposes.dedup();
        self.emit(EventBody::PurposesSet { arrangement: id, member, purposes, effective });
        Ok(DONE)
    }

    pub(super) fn set_stage(
        &mut self,
        id: ArrangementId,
        member: MemberId,
        stage: Stage,
        payout_at_clearing: bool,
        effective: Date,
    ) -> Decided {
        self.by_member(member)?;
        let arrangement = self.arrangement(id)?;
        self.takes_part_until_further_notice(arrangement, member)?;
        if effective <= self.today(arrangement) {
            // What holds at once is said by joining at the stage.
            return Err(Refusal::EffectiveDatePast.into());
        }
        self.emit(EventBody::StageSet { arrangement: id, member, stage, payout_at_clearing, effective });
        Ok(DONE)
    }

    fn takes_part_until_further_notice(&self, arrangement: &Arrangement, member: MemberId) -> Result<(), No> {
        let membership = arrangement.membership(member).ok_or(No::from(Refusal::MemberNotInArrangement))?;
        if membership.leaving { Err(Refusal::MemberLeaving.into()) } else { Ok(()) }
    }

    /// The business date that is open, or the last one closed; before the first, the date of the clock.
    pub(super) fn today(&self, arrangement: &Arrangement) -> Date {
        arrangement.open_date().or(arrangement.closed_date).unwrap_or_else(|| self.now.date())
    }

    /// What members have set for the business day that has just been opened: notices that hold from now on, and stages.
    pub(super) fn carry_out_what_was_set_ahead(&mut self, id: ArrangementId, date: Date) -> Result<(), No> {
        let arrangement = self.arrangement(id)?;
        let leaving: Vec<MemberId> = arrangement
            .members()
            .filter(|(_, membership)| !membership.leaving && membership.notice.is_some_and(|from| from <= date))
            .map(|(member, _)| member)
            .collect();
        for &member in &leaving {
            self.out.push(by_house(EventBody::MemberLeaving { arrangement: id, member }));
            // What waits between two members that leave on the same day ends once.
            let earlier = leaving.iter().take_while(|other| **other != member).copied().collect::<Vec<_>>();
            let ends = self.state.waiting_of(arrangement, member, &earlier);
            for part in ends.chunks(EVENT_PAYMENTS_MAX) {
                let (reason, payments) = (EndReason::MemberLeaving, part.to_vec());
                self.out.push(by_house(EventBody::PaymentsEnded { arrangement: id, reason, payments }));
            }
        }
        for (&member, ahead) in &arrangement.stages_ahead {
            let due = ahead.effective <= date && !leaving.contains(&member);
            if due && self.may_change_stage(arrangement, member, ahead.stage).is_ok() {
                let (stage, payout_at_clearing) = (ahead.stage, ahead.payout_at_clearing);
                self.out.push(by_house(EventBody::MemberJoined { arrangement: id, member, stage, payout_at_clearing }));
            }
        }
        Ok(())
    }
}

/// Whether a date on which something is to hold is not behind the business day.
fn not_past(arrangement: &Arrangement, effective: Date) -> Result<(), No> {
    let past = arrangement
        .open_date()
        .map_or_else(|| arrangement.closed_date.is_some_and(|closed| effective <= closed), |today| effective < today);
    if past { Err(Refusal::EffectiveDatePast.into()) } else { Ok(()) }
}

impl State {
    /// Payments from a member or towards it that have not cleared, but for those of members named already.
    fn waiting_of(&self, arrangement: &Arrangement, member: MemberId, but: &[MemberId]) -> Vec<PaymentId> {
        let queued = arrangement.participants().flat_map(|(_, participant)| participant.queue());
        let waiting = arrangement
            .awaiting_rate
            .iter()
            .chain(&arrangement.awaiting_collection)
            .chain(arrangement.held.keys())
            .copied();
        let mut found: Vec<PaymentId> = queued
            .chain(waiting)
            .filter(|payment| {
                let record = self.payments.of(*payment);
                let ends = [arrangement.of(record.payer).member, arrangement.of(record.payee).member];
                let open = record.state.is_in_queue()
                    || matches!(
                        record.state,
                        PaymentState::AwaitingRate | PaymentState::AwaitingCollection | PaymentState::Held
                    );
                open && ends.contains(&member) && !ends.iter().any(|end| but.contains(end))
            })
            .collect();
        found.sort_unstable();
        found
    }

    /// Whether a member owes nothing, is owed nothing, has nothing deposited and nothing waiting in an arrangement.
    pub(crate) fn is_flat(&self, arrangement: &Arrangement, member: MemberId) -> bool {
        let Some(membership) = arrangement.membership(member) else { return true };
        self.accounts.balance_minor(membership.prefunding_account) == 0
            && self.is_flat_but_for_prefunding(arrangement, member)
    }

    /// The same, whatever is deposited.
    pub(crate) fn is_flat_but_for_prefunding(&self, arrangement: &Arrangement, member: MemberId) -> bool {
        let Some(membership) = arrangement.membership(member) else { return true };
        let (id, state) = (arrangement.id, self);
        // What is cheap to see comes first: a member that leaves is looked at often.
        if membership.position_minor != 0
            || state.accounts.balance_minor(membership.net_due_account) != 0
            || membership.reserved_in_minor != 0
        {
            return false;
        }
        // A cycle that is not final still counts its use of limits.
        if membership.unsettled_credit_minor != 0 || membership.prefinanced_minor != 0 {
            return false;
        }
        let of_member = |institution| arrangement.participant(institution).is_some_and(|p| p.member == member);
        let waits = |payment| {
            let record = state.payments.of(payment);
            of_member(record.payer) || of_member(record.payee)
        };
        let flat_positions = state.accounts.iter().all(|(key, balance)| {
            balance == 0
                || key.book != BookId::Arrangement(id)
                || key.kind != AccountKind::Position
                || !matches!(key.owner, Owner::Institution(institution) if of_member(institution))
        });
        let pairs_flat = arrangement.members().filter(|(other, _)| *other != member).all(|(other, _)| {
            arrangement.pair(member, other).is_none_or(|pair| pair.low_owes_minor == 0 && pair.number_days == 0)
        });
        let foreign_flat = arrangement
            .foreign_pairs
            .iter()
            .all(|((low, high, _), owed)| *owed == 0 || (*low != member && *high != member));
        let credit_flat = !arrangement.credit.holdings.keys().any(|holding| holding.member == member)
            && arrangement.drawings_of(member).next().is_none()
            && state.accounts.balance_of(&arrangement.account_of(Owner::Member(member), AccountKind::Fund)) == 0;
        flat_positions
            && credit_flat
            && pairs_flat
            && foreign_flat
            && !arrangement.participants().any(|(_, p)| {
                p.member == member && (p.queue_len() > 0 || !p.payouts.is_empty() || p.unsettled_debit_minor != 0)
            })
            && !arrangement.awaiting_rate.iter().copied().any(waits)
            && !arrangement.awaiting_collection.iter().copied().any(waits)
            && !arrangement.held.keys().copied().any(waits)
            && !arrangement.awaiting_conformity.iter().map(|(_, payment)| *payment).any(waits)
            && !arrangement.cycle_payments.iter().copied().any(waits)
            && !arrangement.closed_cycles.iter().any(|cycle| {
                cycle.legs.iter().any(|(leg, confirmed)| leg.member == member && !confirmed)
                    || (!cycle.settled && cycle.payments.iter().copied().any(waits))
            })
            && !arrangement.transfers_due.keys().any(|(debtor, creditor)| *debtor == member || *creditor == member)
            && !arrangement.is_in_arrears(member)
            && !arrangement.rest_claims.keys().any(|(_, creditor, _)| *creditor == member)
    }
}
