//! Everybody confirms what is due: read off the state, round by round, for a confirmation may make another thing due.

use super::commands::{by_agent, by_member, refusal_of};
use super::{ARRANGEMENT, PlayFault, Player};
use crate::limits::ROUNDS_MAX;
use crate::words::Due;
use domain::event::SettlementLeg;
use domain::refusal::RefusedBy;
use domain::{Command, CommandBody, PaymentId};
use ledger::view::LegView;
use money::AmountMinor;

const ORDER: [Due; 6] =
    [Due::Conformity, Due::Collections, Due::Transfers, Due::PayIns, Due::PayOuts, Due::Beneficiaries];

impl Player<'_> {
    /// The first refusal, if one is refused.
    pub(super) fn everybody(&mut self, due: Due) -> Result<Option<RefusedBy>, PlayFault> {
        self.let_due_happen()?;
        for _ in 0..ROUNDS_MAX {
            let mut given = false;
            for kind in ORDER.into_iter().filter(|kind| due == Due::Everything || due == *kind) {
                for command in self.due(kind) {
                    given = true;
                    if let Some(refused) = refusal_of(&self.give(vec![command])?) {
                        return Ok(Some(refused));
                    }
                }
            }
            if !given {
                break;
            }
        }
        Ok(None)
    }

    fn due(&self, kind: Due) -> Vec<Command> {
        match kind {
            Due::Everything => Vec::new(),
            Due::Conformity => self.conformity_due(),
            Due::Collections => self.collections_due(),
            Due::Transfers => self.transfers_due(),
            Due::PayIns => self.legs_due(true),
            Due::PayOuts => self.legs_due(false),
            Due::Beneficiaries => self.beneficiaries_due(),
        }
    }

    fn conformity_due(&self) -> Vec<Command> {
        let waiting = self.state().awaiting_conformity(ARRANGEMENT).into_iter().map(|(payment, _)| payment);
        let body = |payment| CommandBody::GiveConformity {
            arrangement: ARRANGEMENT,
            payments: vec![payment],
            conforming: true,
        };
        waiting.filter_map(|payment| self.by_payers_member(payment, body(payment))).collect()
    }

    /// Leg 1 from its date on, while a business day is open.
    fn collections_due(&self) -> Vec<Command> {
        let Some(today) = self.state().business_dates(ARRANGEMENT).0 else { return Vec::new() };
        let waiting = self.state().awaiting_collection(ARRANGEMENT).into_iter();
        let body = |payment| CommandBody::ConfirmCollections { arrangement: ARRANGEMENT, payments: vec![payment] };
        waiting
            .filter(|(_, from)| *from <= today)
            .filter_map(|(payment, _)| self.by_payers_member(payment, body(payment)))
            .collect()
    }

    fn by_payers_member(&self, payment: PaymentId, body: CommandBody) -> Option<Command> {
        let payer = self.state().payment(payment)?.payer;
        Some(by_member(self.state().member_of_institution(payer)?, body))
    }

    /// Anticipated transfers, also before their last day: what is due may be paid.
    fn transfers_due(&self) -> Vec<Command> {
        let due = self.state().transfers_due(ARRANGEMENT).into_iter();
        let command = |(debtor, creditor, minor, _)| {
            let amount = AmountMinor::new(minor).ok()?;
            Some(by_agent(CommandBody::ConfirmTransfer { arrangement: ARRANGEMENT, debtor, creditor, amount }))
        };
        due.filter_map(command).collect()
    }

    /// Legs of settlement whose day has come: pay-ins; or pay-outs for which all pay-ins are there, but for what suspended
    /// members are owed.
    fn legs_due(&self, pay_in: bool) -> Vec<Command> {
        let legs = self.state().settlement_legs(ARRANGEMENT);
        let suspended = |member| {
            let members = self.state().members_of(ARRANGEMENT);
            members.iter().any(|found| found.member == member && found.suspended)
        };
        let paid_in = |view: &LegView| {
            legs.iter().filter(|other| other.cycle == view.cycle && other.leg.pay_in).all(|other| {
                let of_pair = view
                    .leg
                    .counterparty
                    .is_none_or(|payer| other.leg.member == payer && other.leg.counterparty == Some(view.leg.member));
                other.confirmed || !of_pair
            })
        };
        let due =
            legs.iter().filter(|view| !view.confirmed && view.leg.pay_in == pay_in && view.settle_on <= self.date);
        due.filter(|view| pay_in || (paid_in(view) && !suspended(view.leg.member)))
            .map(|view| {
                let SettlementLeg { member, counterparty, amount, .. } = view.leg;
                let (arrangement, cycle) = (ARRANGEMENT, view.cycle);
                by_agent(CommandBody::ConfirmSettlement { arrangement, cycle, member, counterparty, amount })
            })
            .collect()
    }

    fn beneficiaries_due(&self) -> Vec<Command> {
        let due = self.state().participants_of(ARRANGEMENT).into_iter().filter(|found| found.payouts_due > 0);
        due.map(|found| {
            let body = CommandBody::ConfirmPayouts { arrangement: ARRANGEMENT, institution: found.institution };
            by_member(found.member, body)
        })
        .collect()
    }
}
