//! The house as seen from outside: what anybody who reads the durable events knows. The simulated people act on it.

use crate::breach::{Checked, Found, Promise, holds};
use domain::event::{
    Admitted, CycleClosed, Disposition, DisputeOutcome, EndReason, PaymentEntered, SettlementLeg, Stage,
};
use domain::limit::Scope;
use domain::payment::{Step, may};
use domain::{
    ArrangementId, CalendarId, ContentDigest, CurrencyId, CycleId, Date, DrawingId, Event, EventBody, EventSeq,
    InstitutionId, MemberId, PaymentId, PaymentKey, PaymentState, Refusal, Timestamp,
};
use std::collections::{BTreeMap, BTreeSet};

/// What the events so far say.
#[derive(Default)]
pub(crate) struct Mirror {
    pub(crate) events: u64,
    pub(crate) now: Timestamp,
    pub(crate) currencies: usize,
    pub(crate) calendars: Vec<BTreeSet<Date>>,
    pub(crate) members: usize,
    pub(crate) institutions: Vec<MemberId>,
    pub(crate) rulebooks: usize,
    pub(crate) arrangements: Vec<ArrangementView>,
    pub(crate) payments: Vec<PaymentSeen>,
    pub(crate) keys: BTreeMap<PaymentKey, PaymentId>,
    pub(crate) days_closed: u64,
}

#[derive(Default)]
pub(crate) struct ArrangementView {
    pub(crate) open_date: Option<Date>,
    pub(crate) closed_date: Option<Date>,
    pub(crate) members: BTreeMap<MemberId, MembershipView>,
    pub(crate) limits: BTreeMap<Scope, u64>,
    pub(crate) prefunding_minor: BTreeMap<MemberId, i128>,
    pub(crate) rates: BTreeSet<(MemberId, CurrencyId)>,
    /// Days on which the operator has closed it.
    pub(crate) holidays: BTreeSet<Date>,
    pub(crate) cycles: BTreeMap<CycleId, CycleView>,
    /// Pay-ins of completed cycles that are missing.
    pub(crate) arrears_minor: BTreeMap<(CycleId, MemberId, Option<MemberId>), u64>,
    pub(crate) transfers_minor: BTreeMap<(MemberId, MemberId), u64>,
    /// What the fund lacks for the close of the cycle, where it is stopped.
    pub(crate) missing_minor: Option<u64>,
    pub(crate) drawings: BTreeMap<DrawingId, DrawingSeen>,
}

/// A drawing from a reserve fund.
#[derive(Clone, Copy)]
pub(crate) struct DrawingSeen {
    pub(crate) member: MemberId,
    pub(crate) line: u8,
    pub(crate) owed_minor: u64,
    pub(crate) paid_out: bool,
}

#[derive(Clone, Copy)]
pub(crate) struct MembershipView {
    pub(crate) stage: Stage,
    pub(crate) suspended: bool,
}

pub(crate) struct CycleView {
    pub(crate) legs: Vec<(SettlementLeg, bool)>,
    pub(crate) settled: bool,
}

/// A payment as its events tell it.
#[derive(Clone, Debug)]
pub(crate) struct PaymentSeen {
    pub(crate) arrangement: ArrangementId,
    pub(crate) key: PaymentKey,
    pub(crate) content: ContentDigest,
    pub(crate) payer: InstitutionId,
    pub(crate) payee: InstitutionId,
    pub(crate) state: PaymentState,
    pub(crate) before_dispute: Option<PaymentState>,
    pub(crate) collected: bool,
    pub(crate) awaits_conformity: bool,
    pub(crate) position_minor: u64,
    pub(crate) payee_minor: u64,
    pub(crate) returned_minor: u64,
    pub(crate) return_of: Option<PaymentId>,
    pub(crate) refusal: Option<Refusal>,
}

impl ArrangementView {
    /// Whether everything that was closed is settled and no transfer is owed.
    pub(crate) fn is_settled(&self) -> bool {
        let confirmed = |cycle: &CycleView| cycle.settled && cycle.legs.iter().all(|(_, confirmed)| *confirmed);
        self.transfers_minor.is_empty() && self.cycles.values().all(confirmed)
    }
}

impl PaymentSeen {
    /// Whether the house still expects something to happen to it.
    pub(crate) fn is_open(&self) -> bool {
        match self.state {
            PaymentState::PaidOut => !self.collected && self.refusal.is_none() && self.return_of.is_none(),
            PaymentState::PartlyReturned => false,
            state => !state.is_closed(),
        }
    }
}

impl Mirror {
    pub(crate) fn payment(&self, payment: PaymentId) -> Option<&PaymentSeen> {
        self.payments.get(payment.index())
    }

    pub(crate) fn payments_where(&self, test: impl Fn(&PaymentSeen) -> bool) -> Vec<PaymentId> {
        let found = self.payments.iter().enumerate().filter(|(_, payment)| test(payment));
        found.map(|(index, _)| PaymentId(u64::try_from(index).expect("64 bits"))).collect()
    }

    /// Takes the next durable event.
    pub(crate) fn apply(&mut self, seq: EventSeq, now: Timestamp, event: &Event) -> Checked {
        holds(Promise::AcknowledgedStays, seq.0 == self.events, || {
            format!("event {seq} after {} events", self.events)
        })?;
        holds(Promise::AuditorAgrees, self.now <= now, || format!("event {seq} at {now}, before {}", self.now))?;
        self.events += 1;
        self.now = now;
        match &event.body {
            EventBody::CurrencyRegistered { .. } => self.currencies += 1,
            EventBody::CalendarDefined { .. } => self.calendars.push(BTreeSet::new()),
            EventBody::CalendarDaysSet { calendar, closed, opened } => self.set_days(*calendar, closed, opened),
            EventBody::MemberRegistered { .. } => self.members += 1,
            EventBody::InstitutionAuthorised { member, .. } => self.institutions.push(*member),
            EventBody::RulebookAdopted { .. } => self.rulebooks += 1,
            EventBody::ArrangementOpened { .. } => self.arrangements.push(ArrangementView::default()),
            _ => return self.apply_to_arrangement(&event.body),
        }
        Ok(())
    }

    fn set_days(&mut self, calendar: CalendarId, closed: &[Date], opened: &[Date]) {
        let days = &mut self.calendars[calendar.index()];
        days.extend(closed);
        opened.iter().for_each(|day| {
            days.remove(day);
        });
    }

    fn cycle_closed(&mut self, closed: &CycleClosed) {
        let legs = closed.legs.iter().map(|leg| (*leg, false)).collect();
        let view = self.of(closed.arrangement);
        view.cycles.insert(closed.cycle, CycleView { legs, settled: false });
        // What was to be transferred in advance is in the net now.
        view.transfers_minor.clear();
        view.missing_minor = None;
    }

    fn of(&mut self, arrangement: ArrangementId) -> &mut ArrangementView {
        &mut self.arrangements[arrangement.index()]
    }

    fn apply_to_arrangement(&mut self, body: &EventBody) -> Checked {
        match body {
            EventBody::MemberJoined { arrangement, member, stage, .. } => {
                let suspended = self.of(*arrangement).members.get(member).is_some_and(|found| found.suspended);
                self.of(*arrangement).members.insert(*member, MembershipView { stage: *stage, suspended });
            }
            EventBody::MemberLeft { arrangement, member } => {
                self.of(*arrangement).members.remove(member);
            }
            EventBody::MemberSuspended { arrangement, member } => self.suspend(*arrangement, *member, true),
            EventBody::MemberReinstated { arrangement, member } => self.suspend(*arrangement, *member, false),
            EventBody::LimitSet(setting) => {
                self.of(setting.arrangement).limits.insert(setting.scope, setting.maximum_minor);
            }
            EventBody::PrefundingMoved { arrangement, member, amount, deposit } => {
                let change = if *deposit { amount.as_balance() } else { -amount.as_balance() };
                *self.of(*arrangement).prefunding_minor.entry(*member).or_default() += change;
            }
            EventBody::RatePublished { arrangement, member, currency, .. } => {
                self.of(*arrangement).rates.insert((*member, *currency));
            }
            EventBody::DayOpened { arrangement, date, .. } => self.of(*arrangement).open_date = Some(*date),
            EventBody::DayClosed { arrangement, date, .. } => {
                self.days_closed += 1;
                let view = self.of(*arrangement);
                (view.open_date, view.closed_date) = (None, Some(*date));
            }
            EventBody::CycleClosed(closed) => self.cycle_closed(closed),
            EventBody::CloseStopped { arrangement, missing, .. } => {
                self.of(*arrangement).missing_minor = Some(missing.get());
            }
            EventBody::CycleClosedWithCredit(close) => self.cycle_closed(&close.closed),
            EventBody::ReserveDrawn(drawn) => {
                let (member, line, owed_minor) = (drawn.member, drawn.line, drawn.amount.get());
                let seen = DrawingSeen { member, line, owed_minor, paid_out: false };
                self.of(drawn.arrangement).drawings.insert(drawn.drawing, seen);
            }
            EventBody::DrawingPaidOut { arrangement, drawing } => {
                self.of(*arrangement).drawings.entry(*drawing).and_modify(|seen| seen.paid_out = true);
            }
            EventBody::DrawingRepaid { arrangement, drawing, principal_minor, .. } => {
                let drawings = &mut self.of(*arrangement).drawings;
                drawings.entry(*drawing).and_modify(|seen| seen.owed_minor -= principal_minor);
                drawings.retain(|_, seen| seen.owed_minor > 0);
            }
            EventBody::SettlementConfirmed { arrangement, cycle, leg } => {
                self.of(*arrangement).confirm_leg(*cycle, *leg)?;
            }
            EventBody::HolidaySet { arrangement, date, closed, .. } => {
                let holidays = &mut self.of(*arrangement).holidays;
                if *closed {
                    holidays.insert(*date)
                } else {
                    holidays.remove(date)
                };
            }
            EventBody::CycleCompleted { arrangement, cycle, pay_ins, pay_outs, .. } => {
                let view = self.of(*arrangement);
                for (leg, covered) in pay_ins {
                    let found = view.cycle(*cycle)?.legs[*leg as usize].0;
                    let member = found.member;
                    view.confirm_leg(*cycle, *leg)?;
                    let missing = found.amount.get() - covered;
                    if missing > 0 {
                        view.arrears_minor.insert((*cycle, member, found.counterparty), missing);
                    }
                    *view.prefunding_minor.entry(member).or_default() -= i128::from(*covered);
                }
                for (leg, paid) in pay_outs {
                    let found = &mut view.cycle(*cycle)?.legs[*leg as usize];
                    match money::AmountMinor::new(*paid) {
                        Ok(amount) => found.0.amount = amount,
                        Err(_) => found.1 = true,
                    }
                }
            }
            EventBody::ArrearsPaid { arrangement, cycle, member, counterparty, amount, .. } => {
                let arrears = &mut self.of(*arrangement).arrears_minor;
                let key = (*cycle, *member, *counterparty);
                let left = arrears.get(&key).copied().unwrap_or(0).saturating_sub(amount.get());
                if left > 0 {
                    arrears.insert(key, left)
                } else {
                    arrears.remove(&key)
                };
            }
            EventBody::CycleSettled { arrangement, cycle } => {
                self.of(*arrangement).cycle(*cycle)?.settled = true;
            }
            EventBody::TransferDue { arrangement, debtor, creditor, amount, .. } => {
                *self.of(*arrangement).transfers_minor.entry((*debtor, *creditor)).or_default() += amount.get();
            }
            EventBody::TransferConfirmed { arrangement, debtor, creditor, .. } => {
                self.of(*arrangement).transfers_minor.remove(&(*debtor, *creditor));
            }
            _ => return self.apply_to_payments(body),
        }
        Ok(())
    }

    fn suspend(&mut self, arrangement: ArrangementId, member: MemberId, suspended: bool) {
        if let Some(membership) = self.of(arrangement).members.get_mut(&member) {
            membership.suspended = suspended;
        }
    }

    fn apply_to_payments(&mut self, body: &EventBody) -> Checked {
        match body {
            EventBody::PaymentEntered(entered) => self.enter(entered),
            EventBody::PaymentRefused { payment, arrangement, key, content, refusal, .. } => {
                self.refuse(*payment, *arrangement, *key, *content, *refusal)
            }
            EventBody::PaymentsPriced { payments, .. } => payments.iter().try_for_each(|priced| {
                self.step(priced.payment, Step::AwaitCollection, PaymentState::AwaitingCollection)
            }),
            EventBody::PaymentsPricedForPayees { payments, .. } => payments.iter().try_for_each(|priced| {
                self.seen(priced.payment)?.payee_minor = priced.payee.get();
                self.step(priced.payment, Step::AwaitCollection, PaymentState::AwaitingCollection)
            }),
            EventBody::CollectionsConfirmed { payments, .. } => {
                payments.iter().try_for_each(|(payment, admitted)| self.collect(*payment, *admitted))
            }
            EventBody::QueueReleased { payments, .. } => {
                payments.iter().try_for_each(|released| self.step(released.payment, Step::Clear, PaymentState::Cleared))
            }
            EventBody::PaymentRequoted { payment, amounts, .. } => {
                let seen = self.seen(*payment)?;
                (seen.position_minor, seen.payee_minor) = (amounts.position.get(), amounts.payee.get());
                Ok(())
            }
            EventBody::PaymentsEnded { reason, payments, .. } => {
                let (step, state) = match reason {
                    EndReason::Cancelled | EndReason::Suspended | EndReason::Void | EndReason::MemberLeaving => {
                        (Step::Cancel, PaymentState::Cancelled)
                    }
                    EndReason::Expired => (Step::Expire, PaymentState::Expired),
                    EndReason::QuoteLapsed => (Step::Lapse, PaymentState::Returned),
                };
                payments.iter().try_for_each(|payment| self.step(*payment, step, state))
            }
            EventBody::HoldReleased { payment, disposition, amounts, .. } => {
                let (step, state) = disposed(*disposition);
                let seen = self.seen(*payment)?;
                (seen.position_minor, seen.payee_minor) = (amounts.position.get(), amounts.payee.get());
                self.step(*payment, step, state)
            }
            EventBody::HoldRefused { payment } => self.step(*payment, Step::Refuse, PaymentState::Refused),
            EventBody::ConformityGiven { payments, .. } => payments.iter().try_for_each(|payment| {
                self.seen(*payment)?.awaits_conformity = false;
                Ok(())
            }),
            EventBody::Extorno { payments, .. } => payments.iter().try_for_each(|payment| {
                self.seen(*payment)?.awaits_conformity = false;
                self.step(*payment, Step::Extorno, PaymentState::Returned)
            }),
            EventBody::PayoutsConfirmed { payments, .. } => {
                payments.iter().try_for_each(|payment| self.pay_out(*payment))
            }
            EventBody::PaymentReturned { .. } => self.give_back(body),
            EventBody::DisputeOpened { payment, .. } => {
                let seen = self.seen(*payment)?;
                seen.before_dispute = Some(seen.state);
                self.step(*payment, Step::Dispute, PaymentState::Disputed)
            }
            EventBody::DisputeEnded { payment, outcome } => self.end_dispute(*payment, *outcome),
            _ => Ok(()),
        }
    }

    fn seen(&mut self, payment: PaymentId) -> Checked<&mut PaymentSeen> {
        let unknown =
            || Found::new(Promise::TableOfStates, format!("an event names payment {payment}, which is not there"));
        self.payments.get_mut(payment.index()).ok_or_else(unknown)
    }

    fn step(&mut self, payment: PaymentId, step: Step, to: PaymentState) -> Checked {
        let seen = self.seen(payment)?;
        let from = seen.state;
        seen.state = to;
        holds(Promise::TableOfStates, may(Some(from), step, to), || {
            format!("payment {payment} went by '{}' from {} to {}", step.name(), from.name(), to.name())
        })
    }

    /// Records a payment under its key, once and for ever.
    fn record(&mut self, payment: PaymentId, seen: PaymentSeen) -> Checked {
        holds(Promise::OneEffect, payment.index() == self.payments.len(), || {
            format!("payment {payment} is recorded as the {}th", self.payments.len())
        })?;
        let before = self.keys.insert(seen.key, payment);
        holds(Promise::OneEffect, before.is_none(), || {
            format!("{} of institution {} is recorded again, as {payment}", seen.key.uetr, seen.key.institution)
        })?;
        self.payments.push(seen);
        Ok(())
    }

    fn enter(&mut self, entered: &PaymentEntered) -> Checked {
        let (step, state) = disposed(entered.disposition);
        holds(Promise::TableOfStates, may(None, step, state), || format!("payment {} entered", entered.payment))?;
        // Who instructs is not said: the pull of a payee is known by the conformity that it needs.
        let institution = if entered.conformity_by.is_some() { entered.payee } else { entered.payer };
        self.record(
            entered.payment,
            PaymentSeen {
                arrangement: entered.arrangement,
                key: PaymentKey { institution, uetr: entered.uetr },
                content: entered.content,
                payer: entered.payer,
                payee: entered.payee,
                state,
                before_dispute: None,
                collected: entered.collected,
                awaits_conformity: entered.conformity_by.is_some(),
                position_minor: entered.amounts.position.get(),
                payee_minor: entered.amounts.payee.get(),
                returned_minor: 0,
                return_of: None,
                refusal: None,
            },
        )
    }

    fn refuse(
        &mut self,
        payment: PaymentId,
        arrangement: ArrangementId,
        key: PaymentKey,
        content: ContentDigest,
        refusal: Refusal,
    ) -> Checked {
        self.record(
            payment,
            PaymentSeen {
                arrangement,
                key,
                content,
                payer: key.institution,
                payee: key.institution,
                state: PaymentState::Refused,
                before_dispute: None,
                collected: false,
                awaits_conformity: false,
                position_minor: 0,
                payee_minor: 0,
                returned_minor: 0,
                return_of: None,
                refusal: Some(refusal),
            },
        )
    }

    fn collect(&mut self, payment: PaymentId, admitted: Admitted) -> Checked {
        self.seen(payment)?.collected = true;
        match admitted {
            Admitted::Cleared(_) => self.step(payment, Step::Clear, PaymentState::Cleared),
            Admitted::Queued => self.step(payment, Step::Queue, PaymentState::Queued),
            Admitted::AlreadyCleared => Ok(()),
        }
    }

    fn pay_out(&mut self, payment: PaymentId) -> Checked {
        let seen = self.seen(payment)?;
        if seen.state == PaymentState::Disputed {
            // Leg 3 is confirmed while the dispute lasts: the state before it is now another.
            seen.before_dispute = Some(PaymentState::PaidOut);
            return Ok(());
        }
        self.step(payment, Step::PayOut, PaymentState::PaidOut)
    }

    fn give_back(&mut self, body: &EventBody) -> Checked {
        let EventBody::PaymentReturned { payment, original, uetr, content, amounts, of_original, .. } = body else {
            return Ok(());
        };
        let seen = self.seen(*original)?;
        seen.returned_minor += of_original.get();
        let whole = seen.returned_minor == seen.position_minor;
        let returned = PaymentSeen {
            key: PaymentKey { institution: seen.payee, uetr: *uetr },
            content: *content,
            payer: seen.payee,
            payee: seen.payer,
            state: PaymentState::Cleared,
            before_dispute: None,
            collected: true,
            awaits_conformity: false,
            position_minor: amounts.position.get(),
            payee_minor: amounts.payee.get(),
            returned_minor: 0,
            return_of: Some(*original),
            refusal: None,
            ..seen.clone()
        };
        let (step, state) = if whole {
            (Step::ReturnWhole, PaymentState::Returned)
        } else {
            (Step::ReturnPart, PaymentState::PartlyReturned)
        };
        self.step(*original, step, state)?;
        self.record(*payment, returned)
    }

    fn end_dispute(&mut self, payment: PaymentId, _outcome: DisputeOutcome) -> Checked {
        let seen = self.seen(payment)?;
        let before = seen.before_dispute.take().unwrap_or(PaymentState::Disputed);
        self.step(payment, Step::EndDispute, before)
    }
}

impl ArrangementView {
    fn cycle(&mut self, cycle: CycleId) -> Checked<&mut CycleView> {
        let unknown = || Found::new(Promise::AuditorAgrees, format!("cycle {cycle} was never closed"));
        self.cycles.get_mut(&cycle).ok_or_else(unknown)
    }

    fn confirm_leg(&mut self, cycle: CycleId, leg: u32) -> Checked {
        let legs = &mut self.cycle(cycle)?.legs;
        let found = usize::try_from(leg).ok().and_then(|leg| legs.get_mut(leg));
        let (_, confirmed) =
            found.ok_or_else(|| Found::new(Promise::AuditorAgrees, format!("cycle {cycle} has no leg {leg}")))?;
        let before = std::mem::replace(confirmed, true);
        holds(Promise::AuditorAgrees, !before, || format!("leg {leg} of cycle {cycle} was confirmed twice"))
    }
}

fn disposed(disposition: Disposition) -> (Step, PaymentState) {
    match disposition {
        Disposition::Cleared(_) => (Step::Clear, PaymentState::Cleared),
        Disposition::Queued => (Step::Queue, PaymentState::Queued),
        Disposition::AwaitingRate => (Step::AwaitRate, PaymentState::AwaitingRate),
        Disposition::AwaitingCollection => (Step::AwaitCollection, PaymentState::AwaitingCollection),
        Disposition::Held(_) => (Step::Hold, PaymentState::Held),
    }
}
