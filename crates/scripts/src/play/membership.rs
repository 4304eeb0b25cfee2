//! Words of members, acts of the operator, completion and arrears: their commands, and what is found of them.

use super::commands::{by_agent, by_member, by_operator, refusal_of, refused};
use super::{ARRANGEMENT, PlayFault, Player};
use crate::membership::{ArrearsIn, MemberWord, Membership, OperatorAct, Rest};
use crate::report::Row;
use crate::words::{STAGES, name_of};
use domain::refusal::RefusedBy;
use domain::time::SECOND_US;
use domain::{CommandBody, CycleId, Date, MemberId, Refusal};

impl Player<'_> {
    pub(super) fn says(&mut self, word: &MemberWord) -> Result<Option<RefusedBy>, PlayFault> {
        let arrangement = ARRANGEMENT;
        let (member, body) = match word {
            MemberWord::Notice { member, from } => {
                (*member, CommandBody::GiveNotice { arrangement, member: *member, effective: *from })
            }
            MemberWord::NoticeWithdrawn(member) => {
                (*member, CommandBody::WithdrawNotice { arrangement, member: *member })
            }
            MemberWord::Purposes { member, purposes, from } => {
                let (purposes, effective) = (purposes.clone(), from.unwrap_or(self.date));
                (*member, CommandBody::SetPurposes { arrangement, member: *member, purposes, effective })
            }
            MemberWord::Stage { member, stage, payout_at_clearing, from } => {
                let (member, stage, payout_at_clearing, effective) = (*member, *stage, *payout_at_clearing, *from);
                (member, CommandBody::SetStage { arrangement, member, stage, payout_at_clearing, effective })
            }
            MemberWord::EntryConsent { member, given } => {
                (*member, CommandBody::SetEntryConsent { arrangement, member: *member, given: *given })
            }
        };
        Ok(refusal_of(&self.give(vec![by_member(member, body)])?))
    }

    pub(super) fn acts(&mut self, act: &OperatorAct, reason: &str) -> Result<Option<RefusedBy>, PlayFault> {
        let (arrangement, reason) = (ARRANGEMENT, reason.to_owned());
        let unknown = Ok(Some(refused(Refusal::CycleUnknown)));
        let body = match *act {
            OperatorAct::Extend { step, by_s } => CommandBody::ExtendDay { arrangement, from_step: step, by_s, reason },
            OperatorAct::Holiday { date, closed } => CommandBody::SetHoliday { arrangement, date, closed, reason },
            OperatorAct::MoveSettlement { closed, to } => {
                let Some(cycle) = self.cycle_closed(closed) else { return unknown };
                CommandBody::MovePayIn { arrangement, cycle, settle_on: to, reason }
            }
            OperatorAct::Run { now } => CommandBody::MoveRun { arrangement, now, reason },
            OperatorAct::Complete { closed } => {
                let Some(cycle) = self.cycle_closed(closed) else { return unknown };
                CommandBody::CompleteCycle { arrangement, cycle, reason }
            }
        };
        let refused = refusal_of(&self.give(vec![by_operator(body)])?);
        if let (OperatorAct::Extend { by_s, .. }, None) = (act, refused) {
            // Something may fall due at the old moments as well: at those that were not moved.
            let later: Vec<_> = self.moments.iter().map(|at| at.plus_us(i64::from(*by_s) * SECOND_US)).collect();
            self.moments.extend(later);
            self.moments.sort_unstable();
        }
        Ok(refused)
    }

    fn cycle_closed(&self, date: Date) -> Option<CycleId> {
        self.record.cycle(Some(date)).map(|closed| closed.cycle)
    }

    /// Of the cycle named, or of the oldest in which the member owes something.
    pub(super) fn arrears_in(&mut self, arrears: &ArrearsIn) -> Result<Option<RefusedBy>, PlayFault> {
        let ArrearsIn { of: Rest { member, counterparty, closed }, amount } = *arrears;
        let owed = self.state().arrears(ARRANGEMENT).into_iter();
        let cycle = match closed {
            Some(date) => self.cycle_closed(date),
            None => owed.filter(|(_, by, to, ..)| *by == member && *to == counterparty).map(|(cycle, ..)| cycle).next(),
        };
        let Some(cycle) = cycle else { return Ok(Some(refused(Refusal::CycleUnknown))) };
        let body = CommandBody::ConfirmArrears { arrangement: ARRANGEMENT, cycle, member, counterparty, amount };
        Ok(refusal_of(&self.give(vec![by_agent(body)])?))
    }

    pub(super) fn membership(&self, expected: Membership) -> (String, bool) {
        match expected {
            Membership::Arrears { of, minor } => {
                let all = self.state().arrears(ARRANGEMENT).into_iter();
                let found = self.sum_of(of, all.map(|(cycle, by, to, minor, _)| (cycle, by, to, minor)));
                self.compare(found, self.in_asset(minor))
            }
            Membership::RestClaim { of, minor } => {
                let found = self.sum_of(of, self.state().rest_claims(ARRANGEMENT).into_iter());
                self.compare(found, self.in_asset(minor))
            }
            Membership::Notice { member, from } => match self.state().notice(ARRANGEMENT, member) {
                Some((found, _)) => (format!("notice from {found}"), from == Some(found)),
                None => ("no notice".to_owned(), from.is_none()),
            },
            Membership::Leaving(member) => {
                let leaving = matches!(self.state().notice(ARRANGEMENT, member), Some((_, true)));
                (if leaving { "leaving" } else { "not leaving" }.to_owned(), leaving)
            }
            Membership::Out(member) => match self.state().stage(ARRANGEMENT, member) {
                Some(stage) => (format!("a member, {}", name_of(STAGES, &stage)), false),
                None => ("out".to_owned(), true),
            },
            Membership::Stage { member, stage } => match self.state().stage(ARRANGEMENT, member) {
                Some(found) => (name_of(STAGES, &found).to_owned(), found == stage),
                None => ("out".to_owned(), false),
            },
        }
    }

    fn sum_of(&self, of: Rest, rests: impl Iterator<Item = (CycleId, MemberId, Option<MemberId>, u64)>) -> i128 {
        let cycle = of.closed.map(|date| self.cycle_closed(date));
        let asked = rests.filter(|(found, member, other, _)| {
            *member == of.member
                && cycle.is_none_or(|cycle| cycle == Some(*found))
                && of.counterparty.is_none_or(|wanted| *other == Some(wanted))
        });
        asked.map(|(.., minor)| i128::from(minor)).sum()
    }

    /// Arrears and rest claims, for the report.
    pub(super) fn rests(&self) -> Vec<Row> {
        let code = |member: MemberId| self.script.names.member_code(member).to_owned();
        let row = |what: &str, member, other: Option<MemberId>, minor: u64, note| Row {
            what: what.to_owned(),
            who: code(member),
            other: other.map(code),
            amount: self.amount(i128::from(minor), self.script.asset),
            note,
        };
        let arrears = self.state().arrears(ARRANGEMENT).into_iter();
        let mut rows: Vec<Row> = arrears
            .map(|(_, member, other, minor, since)| row("arrears", member, other, minor, format!("since {since}")))
            .collect();
        let claims = self.state().rest_claims(ARRANGEMENT).into_iter();
        rows.extend(claims.map(|(_, member, other, minor)| row("rest claim", member, other, minor, String::new())));
        rows
    }
}
