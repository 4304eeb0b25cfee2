//! Answers and events of a batch, one to one: every answer is about what is in the journal, and nothing is in the journal
//! that no command of the batch asked for.

use crate::breach::{Checked, Promise, holds};
use domain::command::CommandBody;
use domain::event::{EndReason, EventBody};
use domain::ids::Role;
use domain::{Command, Event, EventSeq, Refusal};
use ledger::Answer;
use std::collections::VecDeque;

/// Durable events of one batch that people brought about, in order.
pub(crate) struct BatchEvents {
    events: VecDeque<(EventSeq, Event)>,
    /// What the house did meanwhile.
    pub(crate) by_house: Vec<Event>,
}

impl BatchEvents {
    /// Takes the events of a batch. What the house does by itself stands before and after, and is kept apart.
    pub(crate) fn new(events: impl Iterator<Item = (EventSeq, Event)>) -> Self {
        let (by_house, events): (Vec<_>, Vec<_>) = events.partition(|(_, event)| event.actor.role == Role::House);
        Self { events: events.into(), by_house: by_house.into_iter().map(|(_, event)| event).collect() }
    }

    /// Matches a command's answer with its events.
    pub(crate) fn take(&mut self, command: &Command, answer: &Answer) -> Checked {
        if let CommandBody::ProposeRun(proposal) = &command.body {
            return self.take_proposal(proposal, answer);
        }
        match answer {
            Answer::Duplicate { .. } => Ok(()),
            Answer::Refused { .. } => self.take_refused(command, answer),
            Answer::Accepted { .. } => self.take_accepted(command, answer),
            Answer::Pending { .. } => self.take_pending(command, answer),
        }
    }

    /// Nothing may be left.
    pub(crate) fn finish(self) -> Checked {
        self.check_proposals()?;
        holds(Promise::AnswersAreTrue, self.events.is_empty(), || {
            format!("events that no command of the batch accounts for: {:?}", self.events)
        })
    }

    fn take_if(&mut self, command: &Command, test: impl FnOnce(&EventBody) -> bool) -> bool {
        let found = self.events.front().is_some_and(|(_, event)| {
            event.actor == command.actor && event.approvals == command.approvals && test(&event.body)
        });
        if found {
            self.events.pop_front();
        }
        found
    }

    fn require(&mut self, command: &Command, answer: &Answer, test: impl FnOnce(&EventBody) -> bool) -> Checked {
        let found = self.take_if(command, test);
        holds(Promise::AnswersAreTrue, found, || {
            format!("{command:?} was answered {answer:?}, and the next event is {:?}", self.events.front())
        })
    }

    /// A cancel that is pending is in the journal, once.
    fn take_pending(&mut self, command: &Command, answer: &Answer) -> Checked {
        let Answer::Pending { payment } = *answer else { return Ok(()) };
        let asked = matches!(command.body, CommandBody::Cancel { payment: of } if of == payment);
        holds(Promise::AnswersAreTrue, asked, || format!("{command:?} was answered {answer:?}"))?;
        // Nothing new where it was pending already; the auditor sees to it that it is pending once.
        self.take_if(command, |body| matches!(body, EventBody::CancelPending { payment: of } if *of == payment));
        Ok(())
    }

    fn take_refused(&mut self, command: &Command, answer: &Answer) -> Checked {
        let Answer::Refused { refusal, payment, .. } = *answer else { return Ok(()) };
        match (&command.body, refusal) {
            (CommandBody::Submit(_) | CommandBody::Return { .. }, Refusal::UetrReused) => {
                self.require(command, answer, |body| matches!(body, EventBody::IdentifierReused { .. }))
            }
            (CommandBody::Submit(submitted), _) => match payment {
                None => Ok(()),
                Some(payment) => {
                    self.require(command, answer, |body| {
                        matches!(body, EventBody::PaymentRefused { payment: found, content, refusal: why, .. }
                            if *found == payment && *content == submitted.content() && *why == refusal)
                    })?;
                    self.take_stop(command, refusal);
                    Ok(())
                }
            },
            // Whoever may not even ask is answered without an event.
            _ => {
                let kind = ledger::kind_of(&command.body);
                self.take_stop(command, refusal);
                self.take_if(command, |body| {
                    matches!(body, EventBody::CommandRefused { command: found, refusal: why, payment: about }
                        if *found == kind && *why == refusal && *about == payment)
                });
                Ok(())
            }
        }
    }

    /// An order that met the limit on all credit stops the facility, once.
    fn take_stop(&mut self, command: &Command, refusal: Refusal) {
        if refusal == Refusal::FacilityLimit {
            self.take_if(command, |body| matches!(body, EventBody::FacilityStopped { .. }));
        }
    }

    fn take_accepted(&mut self, command: &Command, answer: &Answer) -> Checked {
        let Answer::Accepted { payment, disposition } = *answer else { return Ok(()) };
        match &command.body {
            CommandBody::Submit(submitted) => {
                self.require(command, answer, |body| {
                    matches!(body, EventBody::PaymentEntered(entered) if Some(entered.payment) == payment
                        && Some(entered.disposition) == disposition && entered.content == submitted.content())
                })?;
                self.take_if(command, |body| matches!(body, EventBody::TransferDue { .. }));
                Ok(())
            }
            CommandBody::ConfirmPayouts { institution, .. } => {
                while self.take_if(
                    command,
                    |body| matches!(body, EventBody::PayoutsConfirmed { institution: found, .. } if found == institution),
                ) {}
                Ok(())
            }
            CommandBody::Suspend { .. } => {
                self.require(command, answer, |body| matches!(body, EventBody::MemberSuspended { .. }))?;
                let follows = |body: &EventBody| {
                    let ended =
                        matches!(body, EventBody::PaymentsEnded { reason: EndReason::Suspended | EndReason::Void, .. });
                    ended || matches!(body, EventBody::CycleSettled { .. })
                };
                while self.take_if(command, follows) {}
                Ok(())
            }
            CommandBody::CompleteCycle { .. } => {
                self.require(command, answer, |body| matches!(body, EventBody::CycleCompleted { .. }))?;
                // Those of a member that is suspended with it; a cancel of the operator's may stand next.
                let follows = |body: &EventBody| {
                    matches!(body, EventBody::PaymentsEnded { reason: EndReason::Suspended | EndReason::Void, .. })
                };
                while self.take_if(command, follows) {}
                Ok(())
            }
            CommandBody::SetHoliday { reason, .. } => {
                self.require(command, answer, |body| matches!(body, EventBody::HolidaySet { .. }))?;
                let follows =
                    |body: &EventBody| matches!(body, EventBody::PayInMoved { reason: why, .. } if why == reason);
                while self.take_if(command, follows) {}
                Ok(())
            }
            CommandBody::ConfirmSettlement { .. } => {
                self.require(command, answer, |body| matches!(body, EventBody::SettlementConfirmed { .. }))?;
                self.take_if(command, |body| matches!(body, EventBody::CycleSettled { .. }));
                Ok(())
            }
            CommandBody::TransferAllocation { giver, taker, amount, .. } => {
                self.require(command, answer, |body| {
                    matches!(body, EventBody::AllocationGiven { giver: by, amount: so, .. } if by == giver && so == amount)
                })?;
                self.require(command, answer, |body| {
                    matches!(body, EventBody::AllocationTaken { taker: by, amount: so, .. } if by == taker && so == amount)
                })
            }
            body => {
                self.require(command, answer, |event| tells_of(body, event, answer))?;
                // A payment that clears may pass a pair line: the excess is due at once.
                while self.take_if(command, |body| matches!(body, EventBody::TransferDue { .. })) {}
                Ok(())
            }
        }
    }
}

/// Whether an event is the one that tells of an accepted command of one event.
fn tells_of(command: &CommandBody, event: &EventBody, answer: &Answer) -> bool {
    use {CommandBody as C, EventBody as E};
    match (command, event) {
        (C::RegisterCurrency { code, .. }, E::CurrencyRegistered { code: found, .. }) => code == found,
        (C::DefineCalendar { name }, E::CalendarDefined { name: found, .. }) => name == found,
        (C::SetCalendarDays { calendar, .. }, E::CalendarDaysSet { calendar: found, .. }) => calendar == found,
        (C::RegisterMember { code, .. }, E::MemberRegistered { code: found, .. })
        | (C::AuthoriseInstitution { code, .. }, E::InstitutionAuthorised { code: found, .. }) => code == found,
        (C::AdoptRulebook { source, plan }, E::RulebookAdopted { source: found, plan: compiled, .. }) => {
            source == found && plan == compiled
        }
        (C::OpenArrangement { rulebook, .. }, E::ArrangementOpened { rulebook: found, .. }) => rulebook == found,
        (C::Join { member, stage, .. }, E::MemberJoined { member: found, stage: at, .. }) => {
            member == found && stage == at
        }
        (C::ConfirmArrears { cycle, member, .. }, E::ArrearsPaid { cycle: of, member: found, .. }) => {
            cycle == of && member == found
        }
        (C::MoveFund { amount, deposit, .. }, E::FundMoved { amount: moved, deposit: how, .. }) => {
            amount == moved && deposit == how
        }
        (C::PublishIndex { index, .. }, E::IndexPublished { index: found, .. }) => index == found,
        (C::ExtendDay { .. }, E::DayExtended { .. }) | (C::MoveRun { .. }, E::RunMoved { .. }) => true,
        (C::MovePayIn { cycle, .. }, E::PayInMoved { cycle: found, .. }) => cycle == found,
        (C::SetEntryConsent { member, given, .. }, E::EntryConsentSet { member: found, given: is, .. }) => {
            member == found && given == is
        }
        (C::GiveNotice { member, .. }, E::NoticeGiven { member: found, .. })
        | (C::WithdrawNotice { member, .. }, E::NoticeWithdrawn { member: found, .. })
        | (C::SetPurposes { member, .. }, E::PurposesSet { member: found, .. })
        | (C::SetStage { member, .. }, E::StageSet { member: found, .. })
        | (C::Leave { member, .. }, E::MemberLeft { member: found, .. })
        | (C::Reinstate { member, .. }, E::MemberReinstated { member: found, .. }) => member == found,
        (C::SetLimit(setting), E::LimitSet(found)) => setting == found,
        (
            C::MovePrefunding { member, amount, deposit, .. },
            E::PrefundingMoved { member: of, amount: moved, deposit: how, .. },
        ) => (member, amount, deposit) == (of, moved, how),
        (C::PublishRate { member, quote, .. }, E::RatePublished { member: found, quote: rate, .. }) => {
            member == found && quote == rate
        }
        (C::OpenDay { arrangement, date, .. }, E::DayOpened { arrangement: of, date: found, .. }) => {
            arrangement == of && date == found
        }
        (C::ConfirmCollections { payments, .. }, E::CollectionsConfirmed { payments: found, .. }) => {
            payments.iter().eq(found.iter().map(|(payment, _)| payment))
        }
        (C::Cancel { payment }, E::PaymentsEnded { reason: EndReason::Cancelled, payments, .. }) => {
            payments == &[*payment]
        }
        (C::ResolveHold { payment, release: true }, E::HoldReleased { payment: found, disposition, .. }) => {
            let told = matches!(answer, Answer::Accepted { disposition: Some(told), .. } if told == disposition);
            payment == found && told
        }
        (C::ResolveHold { payment, release: false }, E::HoldRefused { payment: found })
        | (C::FailPayout { payment }, E::PayoutFailed { payment: found })
        | (C::OpenDispute { payment }, E::DisputeOpened { payment: found, .. }) => payment == found,
        (C::EndDispute { payment, outcome }, E::DisputeEnded { payment: found, outcome: how }) => {
            payment == found && outcome == how
        }
        (
            C::GiveConformity { payments, conforming: true, .. },
            E::ConformityGiven { payments: found, by_silence, .. },
        )
        | (C::GiveConformity { payments, conforming: false, .. }, E::Extorno { payments: found, by_silence, .. }) => {
            payments == found && !by_silence
        }
        (C::Return { original, uetr, .. }, E::PaymentReturned { original: of, uetr: under, payment, .. }) => {
            let told = matches!(answer, Answer::Accepted { payment: Some(told), .. } if told == payment);
            original == of && uetr == under && told
        }
        (
            C::ConfirmTransfer { debtor, creditor, amount, .. },
            E::TransferConfirmed { debtor: from, creditor: to, amount: moved, .. },
        ) => (debtor, creditor, amount) == (from, to, moved),
        (C::PublishUnitValue { from, value, .. }, E::UnitValuePublished { from: since, value: worth, .. }) => {
            from == since && value == worth
        }
        (
            C::ReportPosition { debtor, creditor, amount, .. },
            E::PositionReported { debtor: of, creditor: to, amount: so, .. },
        ) => (debtor, creditor, amount) == (of, to, so),
        (C::ResumeFacility { arrangement }, E::FacilityResumed { arrangement: of }) => arrangement == of,
        (C::DrawReserve { member, amount, .. }, E::ReserveDrawn(drawn)) => {
            (*member, *amount) == (drawn.member, drawn.amount)
        }
        (C::RenewDrawing { drawing, .. }, E::DrawingRenewed { drawing: found, .. })
        | (C::MoveDrawing { drawing, repaid: false, .. }, E::DrawingPaidOut { drawing: found, .. }) => drawing == found,
        (
            C::MoveDrawing { drawing, amount, repaid: true, .. },
            E::DrawingRepaid { drawing: found, principal_minor, interest_minor, .. },
        ) => drawing == found && amount.get() == principal_minor + interest_minor,
        (C::ConfirmFees { owner, amount, .. }, E::FeesConfirmed { owner: of, amount: paid, .. }) => {
            owner == of && amount == paid
        }
        _ => false,
    }
}
