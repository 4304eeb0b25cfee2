//! Deciding: a command and the state give events; nothing is changed here.

mod acts;
mod collections;
mod conformity;
mod credit;
mod default;
mod disputes;
mod exit;
mod facility;
mod holds;
mod members;
mod payouts;
mod proposal;
mod rates;
mod registry;
mod reserve;
mod returns;
mod set_limit;
mod settlement;
mod submit;
mod suspension;
mod units;
mod withdrawal;

pub(crate) use settlement::is_settled;
pub use submit::iso7064_mod_11_10;
pub(crate) use submit::quote_until;

use crate::payments::PaymentRecord;
use crate::pulse::by_house;
use crate::state::{Arrangement, State};
use domain::command::{Command, CommandBody};
use domain::event::{CommandKind, Disposition, DisputeOutcome, EventBody};
use domain::ids::Role;
use domain::limit::Scope;
use domain::{
    Actor, ArrangementId, ContentDigest, DocumentKey, Event, MemberId, PaymentId, PaymentKey, PaymentOriginal,
    PaymentState, Refusal, Timestamp,
};
use std::collections::{BTreeMap, BTreeSet};

/// What must be read from disk before a command can be decided: what the state does not hold in memory.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Needs {
    /// An identifier that may have been consumed long ago.
    pub identifier: Option<PaymentKey>,
    /// Payments that were closed long ago.
    pub payments: Vec<PaymentId>,
    /// A trade document that may have been used long ago.
    pub document: Option<(ArrangementId, DocumentKey)>,
}

impl Needs {
    /// Whether nothing is needed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.identifier.is_none() && self.payments.is_empty() && self.document.is_none()
    }
}

/// What was read from disk for a command.
#[derive(Clone, Default, Debug)]
pub struct Gathered {
    /// Identifiers found consumed, with what became of them.
    pub identifiers: BTreeMap<PaymentKey, KnownPayment>,
    /// Payments found, as they left memory.
    pub payments: BTreeMap<PaymentId, PaymentOriginal>,
    /// Trade documents found used.
    pub documents: BTreeSet<(ArrangementId, DocumentKey)>,
}

/// What is known of a payment that is no longer in memory.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct KnownPayment {
    /// Its ordinal.
    pub payment: PaymentId,
    /// Digest of its content.
    pub content: ContentDigest,
    /// Its state.
    pub state: PaymentState,
    /// Why it was refused, if it was.
    pub refusal: Option<Refusal>,
}

/// The answer to a command; what happened is in the events.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Answer {
    /// Done, or accepted.
    Accepted {
        /// The payment, where the command was an order or a return.
        payment: Option<PaymentId>,
        /// What became of it.
        disposition: Option<Disposition>,
    },
    /// A rule said no.
    Refused {
        /// Why.
        refusal: Refusal,
        /// The limit passed, where one was.
        scope: Option<Scope>,
        /// The payment that records the refusal, or that the command was about.
        payment: Option<PaymentId>,
    },
    /// The payment is frozen in an open run: its cancel takes effect if the run is concluded without having cleared it.
    Pending {
        /// Its ordinal.
        payment: PaymentId,
    },
    /// The same order came before: this is what became of it.
    Duplicate {
        /// Its ordinal.
        payment: PaymentId,
        /// Its state now.
        state: PaymentState,
        /// Why it was refused, if it was.
        refusal: Option<Refusal>,
    },
}

/// Decides a command: reads only. A refusal on business grounds is an event too; wrong syntax and a wrong actor are
/// answered without one.
pub fn decide(state: &State, now: Timestamp, command: &Command, gathered: &Gathered, out: &mut Vec<Event>) -> Answer {
    let recalled =
        gathered.payments.iter().map(|(payment, original)| (*payment, PaymentRecord::from(original))).collect();
    let (first, mut decision) = (out.len(), Decision { state, now, command, gathered, recalled: &recalled, out });
    match decision.dispatch() {
        Ok(answer) => {
            decision.recall_before(first);
            answer
        }
        Err(No { refusal, payment, journaled }) => {
            if journaled {
                decision.emit(EventBody::CommandRefused { command: kind_of(&command.body), refusal, payment });
            }
            Answer::Refused { refusal, scope: None, payment }
        }
    }
}

/// A command being decided.
pub(crate) struct Decision<'a> {
    pub(crate) state: &'a State,
    pub(crate) now: Timestamp,
    pub(crate) command: &'a Command,
    pub(crate) gathered: &'a Gathered,
    /// Payments that had left memory, as records.
    pub(crate) recalled: &'a BTreeMap<PaymentId, PaymentRecord>,
    pub(crate) out: &'a mut Vec<Event>,
}

/// A command refused: by which rule, about which payment, and whether it is journaled.
#[derive(Debug)]
pub(crate) struct No {
    refusal: Refusal,
    payment: Option<PaymentId>,
    journaled: bool,
}

impl From<Refusal> for No {
    fn from(refusal: Refusal) -> Self {
        Self { refusal, payment: None, journaled: true }
    }
}

impl No {
    pub(crate) const fn about(refusal: Refusal, payment: PaymentId) -> Self {
        Self { refusal, payment: Some(payment), journaled: true }
    }

    /// Wrong syntax or a wrong actor: answered, and nothing is journaled or consumed.
    pub(crate) const fn unheard(refusal: Refusal) -> Self {
        Self { refusal, payment: None, journaled: false }
    }
}

pub(crate) type Decided = Result<Answer, No>;

/// The answer to a command that is not about one payment.
pub(crate) const DONE: Answer = Answer::Accepted { payment: None, disposition: None };

impl<'a> Decision<'a> {
    fn dispatch(&mut self) -> Decided {
        match &self.command.body {
            CommandBody::RegisterCurrency { code, minor_decimals } => self.register_currency(*code, *minor_decimals),
            CommandBody::DefineCalendar { name } => self.define_calendar(name),
            CommandBody::SetCalendarDays { calendar, closed, opened } => {
                self.set_calendar_days(*calendar, closed, opened)
            }
            CommandBody::RegisterMember { code, bic } => self.register_member(code, bic),
            CommandBody::AuthoriseInstitution { member, code, jurisdiction, calendar, currency } => {
                self.authorise_institution(*member, code, jurisdiction, *calendar, *currency)
            }
            CommandBody::AdoptRulebook { source, plan } => self.adopt_rulebook(source, plan),
            CommandBody::OpenArrangement { rulebook, agent_calendar, asset_calendar } => {
                self.open_arrangement(*rulebook, *agent_calendar, *asset_calendar)
            }
            CommandBody::Join { arrangement, member, stage, payout_at_clearing } => {
                self.join(*arrangement, *member, *stage, *payout_at_clearing)
            }
            CommandBody::Leave { arrangement, member } => self.leave(*arrangement, *member),
            CommandBody::SetLimit(setting) => self.set_limit(*setting),
            CommandBody::MovePrefunding { arrangement, member, amount, deposit } => {
                self.move_prefunding(*arrangement, *member, *amount, *deposit)
            }
            CommandBody::PublishRate { arrangement, member, currency, quote } => {
                self.publish_rate(*arrangement, *member, *currency, *quote)
            }
            CommandBody::OpenDay { arrangement, date, schedule, time_zone_version } => {
                self.open_day(*arrangement, *date, schedule, time_zone_version)
            }
            CommandBody::Submit(submission) => self.submit(submission),
            CommandBody::ConfirmCollections { arrangement, payments } => {
                self.confirm_collections(*arrangement, payments)
            }
            CommandBody::Cancel { payment } => self.cancel(*payment),
            CommandBody::ResolveHold { payment, release } => self.resolve_hold(*payment, *release),
            CommandBody::GiveConformity { arrangement, payments, conforming } => {
                self.give_conformity(*arrangement, payments, *conforming)
            }
            CommandBody::ConfirmPayouts { arrangement, institution } => {
                self.confirm_payouts(*arrangement, *institution)
            }
            CommandBody::FailPayout { payment } => self.fail_payout(*payment),
            CommandBody::Return { original, uetr, amount } => self.return_payment(*original, *uetr, *amount),
            CommandBody::OpenDispute { payment } => self.open_dispute(*payment),
            CommandBody::EndDispute { payment, outcome } => self.end_dispute(*payment, *outcome),
            CommandBody::ConfirmSettlement { arrangement, cycle, member, counterparty, amount } => {
                self.confirm_settlement(*arrangement, *cycle, *member, *counterparty, *amount)
            }
            CommandBody::ConfirmTransfer { arrangement, debtor, creditor, amount } => {
                self.confirm_transfer(*arrangement, *debtor, *creditor, *amount)
            }
            CommandBody::Suspend { arrangement, member } => self.suspend(*arrangement, *member),
            CommandBody::Reinstate { arrangement, member } => self.reinstate(*arrangement, *member),
            CommandBody::GiveNotice { arrangement, member, effective } => {
                self.give_notice(*arrangement, *member, *effective)
            }
            CommandBody::WithdrawNotice { arrangement, member } => self.withdraw_notice(*arrangement, *member),
            CommandBody::SetPurposes { arrangement, member, purposes, effective } => {
                self.set_purposes(*arrangement, *member, purposes, *effective)
            }
            CommandBody::SetStage { arrangement, member, stage, payout_at_clearing, effective } => {
                self.set_stage(*arrangement, *member, *stage, *payout_at_clearing, *effective)
            }
            CommandBody::ExtendDay { arrangement, from_step, by_s, reason } => {
                self.extend_day(*arrangement, *from_step, *by_s, reason)
            }
            CommandBody::SetHoliday { arrangement, date, closed, reason } => {
                self.set_holiday(*arrangement, *date, *closed, reason)
            }
            CommandBody::MovePayIn { arrangement, cycle, settle_on, reason } => {
                self.move_pay_in(*arrangement, *cycle, *settle_on, reason)
            }
            CommandBody::MoveRun { arrangement, now, reason } => self.move_run(*arrangement, *now, reason),
            CommandBody::CompleteCycle { arrangement, cycle, reason } => {
                self.complete_cycle(*arrangement, *cycle, reason)
            }
            CommandBody::ConfirmArrears { arrangement, cycle, member, counterparty, amount } => {
                self.confirm_arrears(*arrangement, *cycle, *member, *counterparty, *amount)
            }
            CommandBody::SetEntryConsent { arrangement, member, given } => {
                self.set_entry_consent(*arrangement, *member, *given)
            }
            CommandBody::ProposeRun(proposal) => self.propose_run(proposal),
            CommandBody::PublishUnitValue { arrangement, from, value } => {
                self.publish_unit_value(*arrangement, *from, *value)
            }
            CommandBody::TransferAllocation { arrangement, giver, taker, amount } => {
                self.transfer_allocation(*arrangement, *giver, *taker, *amount)
            }
            CommandBody::ReportPosition { arrangement, debtor, creditor, amount } => {
                self.report_position(*arrangement, *debtor, *creditor, *amount)
            }
            CommandBody::ResumeFacility { arrangement } => self.resume_facility(*arrangement),
            CommandBody::ConfirmFees { arrangement, owner, amount } => self.confirm_fees(*arrangement, *owner, *amount),
            CommandBody::PublishIndex { arrangement, index, rate_ppm } => {
                self.publish_index(*arrangement, index, *rate_ppm)
            }
            CommandBody::MoveFund { arrangement, member, amount, deposit } => {
                self.move_fund(*arrangement, *member, *amount, *deposit)
            }
            CommandBody::DrawReserve { arrangement, member, line, amount, against } => {
                self.draw_reserve(*arrangement, *member, line, *amount, *against)
            }
            CommandBody::RenewDrawing { arrangement, drawing } => self.renew_drawing(*arrangement, *drawing),
            CommandBody::MoveDrawing { arrangement, drawing, amount, repaid } => {
                self.move_drawing(*arrangement, *drawing, *amount, *repaid)
            }
        }
    }

    pub(crate) fn emit(&mut self, body: EventBody) {
        self.out.push(Event { actor: self.command.actor, approvals: self.command.approvals.clone(), body });
    }

    /// Something happens to payments that had left memory: they are back before it does.
    fn recall_before(&mut self, first: usize) {
        if self.out.len() == first {
            return;
        }
        let recalled = self.gathered.payments.values();
        let recalled = recalled.map(|original| by_house(EventBody::PaymentRecalled(Box::new(original.clone()))));
        self.out.splice(first..first, recalled);
    }

    /// How the last dispute of a payment ended, if it had one.
    pub(crate) fn dispute_outcome(&self, payment: PaymentId) -> Option<DisputeOutcome> {
        let in_memory = self.state.payments.dispute_outcomes.get(&payment).copied();
        in_memory.or_else(|| self.gathered.payments.get(&payment).and_then(|original| original.dispute_outcome))
    }

    pub(crate) fn arrangement(&self, arrangement: ArrangementId) -> Result<&'a Arrangement, No> {
        let state = self.state;
        state.arrangement(arrangement).ok_or_else(|| Refusal::ArrangementUnknown.into())
    }

    pub(crate) fn payment(&self, payment: PaymentId) -> Result<(&'a PaymentRecord, &'a Arrangement), No> {
        let state = self.state;
        let known = state.payments.get(payment).or_else(|| self.recalled.get(&payment));
        let record = known.ok_or(No::from(Refusal::PaymentUnknown))?;
        let arrangement = state.arrangement(record.arrangement).ok_or(No::about(Refusal::PaymentState, payment))?;
        if record.state == PaymentState::Refused {
            return Err(No::about(Refusal::PaymentState, payment));
        }
        Ok((record, arrangement))
    }

    /// The member that answers for an institution that a payment names, whether or not it is still in the arrangement.
    pub(crate) fn member_answering_for(&self, institution: domain::InstitutionId) -> MemberId {
        self.state.shared.institutions[institution.index()].member
    }

    /// The operator, with a second person.
    pub(crate) fn by_operator_with_four_eyes(&self) -> Result<(), No> {
        self.by(Role::Operator)?;
        self.with_four_eyes()
    }

    pub(crate) fn with_four_eyes(&self) -> Result<(), No> {
        let actor = self.command.actor;
        let others: Vec<&Actor> =
            self.command.approvals.iter().filter(|approver| approver.role == actor.role).collect();
        if others.is_empty() {
            return Err(Refusal::FourEyesMissing.into());
        }
        if others.iter().all(|approver| approver.person == actor.person) {
            return Err(Refusal::FourEyesSamePerson.into());
        }
        Ok(())
    }

    pub(crate) fn by(&self, role: Role) -> Result<(), No> {
        if self.command.actor.role == role { Ok(()) } else { Err(No::unheard(Refusal::NotAuthorised)) }
    }

    pub(crate) fn by_member(&self, member: MemberId) -> Result<(), No> {
        self.by(Role::Member(member))
    }
}

impl State {
    pub(crate) fn known(&self, key: PaymentKey, gathered: &Gathered) -> Option<KnownPayment> {
        let Some(payment) = self.payments.find(key) else { return gathered.identifiers.get(&key).copied() };
        let record = self.payments.of(payment);
        Some(KnownPayment { payment, content: record.content, state: record.state, refusal: record.refusal })
    }
}

/// Which kind of command it is, for a refusal of it.
#[must_use]
pub const fn kind_of(body: &CommandBody) -> CommandKind {
    match body {
        CommandBody::RegisterCurrency { .. } => CommandKind::RegisterCurrency,
        CommandBody::DefineCalendar { .. } => CommandKind::DefineCalendar,
        CommandBody::SetCalendarDays { .. } => CommandKind::SetCalendarDays,
        CommandBody::RegisterMember { .. } => CommandKind::RegisterMember,
        CommandBody::AuthoriseInstitution { .. } => CommandKind::AuthoriseInstitution,
        CommandBody::AdoptRulebook { .. } => CommandKind::AdoptRulebook,
        CommandBody::OpenArrangement { .. } => CommandKind::OpenArrangement,
        CommandBody::Join { .. } => CommandKind::Join,
        CommandBody::Leave { .. } => CommandKind::Leave,
        CommandBody::SetLimit(_) => CommandKind::SetLimit,
        CommandBody::MovePrefunding { .. } => CommandKind::MovePrefunding,
        CommandBody::PublishRate { .. } => CommandKind::PublishRate,
        CommandBody::OpenDay { .. } => CommandKind::OpenDay,
        CommandBody::Submit(_) => CommandKind::Submit,
        CommandBody::ConfirmCollections { .. } => CommandKind::ConfirmCollections,
        CommandBody::Cancel { .. } => CommandKind::Cancel,
        CommandBody::ResolveHold { .. } => CommandKind::ResolveHold,
        CommandBody::GiveConformity { .. } => CommandKind::GiveConformity,
        CommandBody::ConfirmPayouts { .. } => CommandKind::ConfirmPayouts,
        CommandBody::FailPayout { .. } => CommandKind::FailPayout,
        CommandBody::Return { .. } => CommandKind::Return,
        CommandBody::OpenDispute { .. } => CommandKind::OpenDispute,
        CommandBody::EndDispute { .. } => CommandKind::EndDispute,
        CommandBody::ConfirmSettlement { .. } => CommandKind::ConfirmSettlement,
        CommandBody::ConfirmTransfer { .. } => CommandKind::ConfirmTransfer,
        CommandBody::Suspend { .. } => CommandKind::Suspend,
        CommandBody::Reinstate { .. } => CommandKind::Reinstate,
        CommandBody::ProposeRun(_) => CommandKind::ProposeRun,
        CommandBody::PublishUnitValue { .. } => CommandKind::PublishUnitValue,
        CommandBody::TransferAllocation { .. } => CommandKind::TransferAllocation,
        CommandBody::ReportPosition { .. } => CommandKind::ReportPosition,
        CommandBody::ExtendDay { .. } => CommandKind::ExtendDay,
        CommandBody::SetHoliday { .. } => CommandKind::SetHoliday,
        CommandBody::MovePayIn { .. } => CommandKind::MovePayIn,
        CommandBody::MoveRun { .. } => CommandKind::MoveRun,
        CommandBody::SetEntryConsent { .. } => CommandKind::SetEntryConsent,
        CommandBody::CompleteCycle { .. } => CommandKind::CompleteCycle,
        CommandBody::ConfirmArrears { .. } => CommandKind::ConfirmArrears,
        CommandBody::ResumeFacility { .. } => CommandKind::ResumeFacility,
        CommandBody::ConfirmFees { .. } => CommandKind::ConfirmFees,
        CommandBody::PublishIndex { .. } => CommandKind::PublishIndex,
        CommandBody::MoveFund { .. } => CommandKind::MoveFund,
        CommandBody::DrawReserve { .. } => CommandKind::DrawReserve,
        CommandBody::RenewDrawing { .. } => CommandKind::RenewDrawing,
        CommandBody::MoveDrawing { .. } => CommandKind::MoveDrawing,
        CommandBody::GiveNotice { .. } => CommandKind::GiveNotice,
        CommandBody::WithdrawNotice { .. } => CommandKind::WithdrawNotice,
        CommandBody::SetPurposes { .. } => CommandKind::SetPurposes,
        CommandBody::SetStage { .. } => CommandKind::SetStage,
    }
}
