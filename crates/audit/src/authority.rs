//! Who may bring about what, and which acts take two persons.

use crate::finding::{Check, Checked, holds};
use crate::model::Model;
use domain::event::{DisputeOutcome, EndReason};
use domain::ids::Role;
use domain::limit::Scope;
use domain::plan::Initiator;
use domain::reserve::ReserveGrant;
use domain::{ArrangementId, Event, EventBody, InstitutionId, PaymentId};

impl Model {
    pub(crate) fn check_authority(&self, event: &Event) -> Checked {
        let (expected, may) = match &event.body {
            EventBody::CurrencyRegistered { .. }
            | EventBody::CalendarDefined { .. }
            | EventBody::CalendarDaysSet { .. }
            | EventBody::MemberRegistered { .. }
            | EventBody::RulebookAdopted { .. }
            | EventBody::ArrangementOpened { .. }
            | EventBody::MemberSuspended { .. }
            | EventBody::FacilityResumed { .. }
            | EventBody::IndexPublished { .. }
            | EventBody::UnitValuePublished { .. }
            | EventBody::DayExtended { .. }
            | EventBody::HolidaySet { .. }
            | EventBody::PayInMoved { .. }
            | EventBody::RunMoved { .. }
            | EventBody::CycleCompleted { .. }
            | EventBody::MemberReinstated { .. } => ("two persons of the operator", by_two_operators(event)),
            EventBody::InstitutionAuthorised { member, .. }
            | EventBody::NoticeGiven { member, .. }
            | EventBody::NoticeWithdrawn { member, .. }
            | EventBody::PurposesSet { member, .. }
            | EventBody::StageSet { member, .. }
            | EventBody::EntryConsentSet { member, .. }
            | EventBody::RatePublished { member, .. } => ("the member", by(event, Role::Member(*member))),
            EventBody::AllocationGiven { giver, taker, .. } => {
                let takes = event.approvals.iter().any(|approver| approver.role == Role::Member(*taker));
                ("the giver, and the taker with it", by(event, Role::Member(*giver)) && takes)
            }
            EventBody::AllocationTaken { taker, .. } => {
                let takes = event.approvals.iter().any(|approver| approver.role == Role::Member(*taker));
                ("the taker by its approval", takes)
            }
            EventBody::PositionReported { debtor, .. } => ("the debtor", by(event, Role::Member(*debtor))),
            EventBody::MemberJoined { member, .. } | EventBody::MemberLeft { member, .. } => {
                ("the member, or the house on its word", by(event, Role::Member(*member)) || by(event, Role::House))
            }
            EventBody::LimitSet(setting) => ("the owner of the limit", self.owns_limit(event, setting.scope)?),
            EventBody::PrefundingMoved { .. }
            | EventBody::FeesConfirmed { .. }
            | EventBody::FundMoved { .. }
            | EventBody::DrawingPaidOut { .. }
            | EventBody::DrawingRepaid { .. }
            | EventBody::SettlementConfirmed { .. }
            | EventBody::ArrearsPaid { .. }
            | EventBody::TransferConfirmed { .. } => ("the agent", by(event, Role::Agent)),
            EventBody::CycleSettled { .. } => {
                ("the agent or the house", by(event, Role::Agent) || by(event, Role::House))
            }
            EventBody::ReserveDrawn(_) | EventBody::DrawingRenewed { .. } => match self.granted_by(&event.body)? {
                (ReserveGrant::Right, member) => ("the member", by(event, Role::Member(member))),
                (ReserveGrant::Decision, _) => ("two persons of the operator", by_two_operators(event)),
            },
            EventBody::DayOpened { .. } => ("the operator", by(event, Role::Operator)),
            EventBody::DayClosed { .. }
            | EventBody::MemberLeaving { .. }
            | EventBody::FixingMade { .. }
            | EventBody::PaymentsPriced { .. }
            | EventBody::PaymentsPricedForPayees { .. }
            | EventBody::RunFrozen { .. }
            | EventBody::QueueReleased { .. }
            | EventBody::RunEnded { .. }
            | EventBody::RunOpened { .. }
            | EventBody::RunConcluded { .. }
            | EventBody::PaymentsEvicted { .. }
            | EventBody::PaymentRecalled(_)
            | EventBody::PaymentRequoted { .. }
            | EventBody::CycleClosed(_)
            | EventBody::CycleClosedWithCredit(_)
            | EventBody::CloseStopped { .. } => ("the house", by(event, Role::House)),
            EventBody::CommandRefused { .. } | EventBody::TransferDue { .. } | EventBody::FacilityStopped { .. } => {
                return Ok(());
            }
            _ => self.may_act_on_payment(event)?,
        };
        holds(Check::Authority, "who acts", expected, may, (event.actor, &event.approvals))
    }

    fn may_act_on_payment(&self, event: &Event) -> Checked<(&'static str, bool)> {
        Ok(match &event.body {
            EventBody::PaymentEntered(entered) => {
                let instructing = match self.plan(entered.arrangement)?.initiator {
                    Initiator::Payer => entered.payer,
                    Initiator::Payee => entered.payee,
                };
                let may =
                    instructs(event, instructing) && self.may_enter_for(entered.arrangement, instructing, event)?;
                ("the instructing institution, or the operator by its member's consent", may)
            }
            EventBody::PaymentRefused { key, .. } | EventBody::IdentifierReused { key, .. } => {
                ("the instructing institution", instructs(event, key.institution))
            }
            EventBody::CollectionsConfirmed { payments, .. } => {
                ("the payer's member", self.all_of_payer(event, payments.iter().map(|(payment, _)| *payment))?)
            }
            EventBody::ConformityGiven { payments, by_silence, .. }
            | EventBody::Extorno { payments, by_silence, .. } => {
                if *by_silence {
                    ("the house", by(event, Role::House))
                } else {
                    ("the debited member", self.all_of_payer(event, payments.iter().copied())?)
                }
            }
            EventBody::PaymentsEnded { arrangement, reason, payments } => {
                ("who may end a payment", self.may_end(event, *arrangement, *reason, payments)?)
            }
            EventBody::CancelPending { payment } => ("who may withdraw it", self.may_withdraw(event, *payment)?),
            EventBody::HoldReleased { payment, .. } | EventBody::HoldRefused { payment } => {
                let held_by = self.payment(*payment)?.held_by;
                ("the member that holds it", held_by.is_some_and(|member| by(event, Role::Member(member))))
            }
            EventBody::PayoutsConfirmed { institution, .. } => {
                ("the payee's member", by(event, Role::Member(self.member_of(*institution)?)))
            }
            EventBody::PayoutFailed { payment } => {
                ("the payee's member", by(event, Role::Member(self.payment(*payment)?.payee_member)))
            }
            EventBody::PaymentReturned { original, .. } => {
                ("the payee's institution", by(event, Role::Institution(self.payment(*original)?.payee)))
            }
            EventBody::DisputeOpened { carrier, .. } => ("its carrier", by(event, Role::Institution(*carrier))),
            EventBody::DisputeEnded { outcome: DisputeOutcome::Lapsed, .. } => ("the house", by(event, Role::House)),
            EventBody::DisputeEnded { .. } => ("two persons of the operator", by_two_operators(event)),
            _ => ("nobody", false),
        })
    }

    fn owns_limit(&self, event: &Event, scope: Scope) -> Checked<bool> {
        Ok(match scope {
            Scope::InstitutionShare(institution) => by(event, Role::Member(self.member_of(institution)?)),
            Scope::Pair { creditor, .. } => by(event, Role::Member(creditor)),
            Scope::CreditorExposure(member)
            | Scope::PerPayment(member)
            | Scope::Prefinancing(member)
            | Scope::Claims(member)
            | Scope::Debts(member) => by(event, Role::Member(member)),
            Scope::CommittedLine(_)
            | Scope::Quota(_)
            | Scope::MemberTowardsAll(_)
            | Scope::Allocation(_)
            | Scope::Facility => by_two_operators(event),
            Scope::PrefundedBalance(_) => false,
        })
    }

    fn all_of_payer(&self, event: &Event, payments: impl Iterator<Item = PaymentId>) -> Checked<bool> {
        let mut all = true;
        for payment in payments {
            all &= by(event, Role::Member(self.payment(payment)?.payer_member));
        }
        Ok(all)
    }

    fn may_end(&self, event: &Event, id: ArrangementId, reason: EndReason, payments: &[PaymentId]) -> Checked<bool> {
        match reason {
            EndReason::Suspended | EndReason::Void => Ok(by_two_operators(event)),
            EndReason::Expired | EndReason::QuoteLapsed | EndReason::MemberLeaving => Ok(by(event, Role::House)),
            EndReason::Cancelled => {
                for payment in payments {
                    self.payment_in(id, *payment)?;
                    // Who asked for a cancel that was pending is in the event that said so.
                    let may = match self.is_cancel_pending(id, *payment) {
                        true => by(event, Role::House),
                        false => self.may_withdraw(event, *payment)?,
                    };
                    if !may {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
        }
    }

    fn may_withdraw(&self, event: &Event, payment: PaymentId) -> Checked<bool> {
        let instructing = self.key_of(self.payment(payment)?)?.institution;
        let member = self.member_of(instructing)?;
        Ok(instructs(event, instructing) || by(event, Role::Member(member)))
    }
}

fn by(event: &Event, role: Role) -> bool {
    event.actor.role == role
}

fn by_two_operators(event: &Event) -> bool {
    let second = |approver: &domain::Actor| approver.role == Role::Operator && approver.person != event.actor.person;
    by(event, Role::Operator) && event.approvals.iter().any(second)
}

/// The institution itself, or two persons of the operator when its line is down.
fn instructs(event: &Event, institution: InstitutionId) -> bool {
    by(event, Role::Institution(institution)) || by_two_operators(event)
}
