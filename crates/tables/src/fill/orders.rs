//! An order from its entry to clearing, or to its end without.

use super::payment::Payment;
use super::running::{Queue, StateCount};
use super::trouble::{Taken, disagree};
use super::{About, Filler};
use crate::cell::Cell;
use crate::names::{EndedBecause, QueuedBecause, command, scope_cells};
use crate::schema::Table;
use domain::event::{Admitted, CommandKind, Disposition, EndReason, EventBody, PaymentEntered, Payout};
use domain::limit::Scope;
use domain::payment::{Amounts, Step, may};
use domain::plan::{Denomination, Initiator};
use domain::{
    ArrangementId, ContentDigest, Date, MemberId, PaymentId, PaymentKey, PaymentState, Refusal, RunId, Timestamp,
};
use money::AmountMinor;

impl Filler {
    pub(super) fn take_order(&mut self, body: &EventBody) -> Taken<About> {
        match body {
            EventBody::PaymentEntered(entered) => {
                self.payment_entered(entered)?;
                Ok(About { arrangement: Some(entered.arrangement), payment: Some(entered.payment) })
            }
            EventBody::PaymentRefused { payment, arrangement, key, content, refusal, scope } => {
                self.payment_refused(*payment, *arrangement, *key, *content, (*refusal, *scope))?;
                Ok(About { arrangement: Some(*arrangement), payment: Some(*payment) })
            }
            EventBody::IdentifierReused { key, content } => self.identifier_reused(*key, *content),
            EventBody::CommandRefused { command, refusal, payment } => {
                self.command_refused(*command, *refusal, *payment)
            }
            EventBody::PaymentsPriced { arrangement, collect_on, payments, .. } => {
                for priced in payments {
                    self.payment_priced(priced.payment, priced.payer, *collect_on)?;
                }
                Ok(About::arrangement(*arrangement))
            }
            EventBody::PaymentsPricedForPayees { arrangement, collect_on, payments, .. } => {
                for priced in payments {
                    self.payment_priced_for_payee(priced.payment, priced.payee, *collect_on)?;
                }
                Ok(About::arrangement(*arrangement))
            }
            EventBody::CollectionsConfirmed { arrangement, payments } => {
                for (payment, admitted) in payments {
                    self.collection_confirmed(*payment, *admitted)?;
                }
                Ok(About::arrangement(*arrangement))
            }
            EventBody::QueueReleased { arrangement, run, payments } => {
                let mut minor = Vec::with_capacity(payments.len());
                for released in payments {
                    minor.push(self.released(released.payment, *run, released.payout)?);
                }
                self.count_released(*arrangement, *run, &minor)?;
                Ok(About::arrangement(*arrangement))
            }
            EventBody::PaymentsEnded { arrangement, reason, payments } => {
                payments.iter().try_for_each(|payment| self.payment_ended(*payment, *reason))?;
                Ok(About::arrangement(*arrangement))
            }
            _ => self.take_price_or_hold(body),
        }
    }

    fn take_price_or_hold(&mut self, body: &EventBody) -> Taken<About> {
        let mut payment = match body {
            EventBody::PaymentRequoted { payment, amounts, quote_until } => {
                let mut payment = self.payments.read(&mut self.store, *payment)?;
                self.reprice(&mut payment, *amounts, Some(*quote_until), "requote")?;
                payment
            }
            EventBody::HoldReleased { payment, disposition, amounts, quote_until } => {
                let mut payment = self.payments.read(&mut self.store, *payment)?;
                self.reprice(&mut payment, *amounts, *quote_until, "release")?;
                self.end_hold(payment.payment, "released")?;
                self.dispose(&mut payment, *disposition)?;
                payment
            }
            EventBody::HoldRefused { payment } => {
                let mut payment = self.payments.read(&mut self.store, *payment)?;
                self.hold_refused(&mut payment)?;
                payment
            }
            other => return disagree(format!("{other:?} is of no order")),
        };
        let about = About { arrangement: Some(payment.arrangement), payment: Some(payment.payment) };
        payment.last_seq = self.seq;
        self.payments.write(payment);
        Ok(about)
    }

    /// The next ordinal of a payment, if it is the one given.
    pub(super) fn take_ordinal(&mut self, payment: PaymentId) -> Taken {
        if payment.0 != self.house.payments {
            return disagree(format!("payment {payment} comes where {} is the next", self.house.payments));
        }
        self.house.payments += 1;
        Ok(())
    }

    fn payment_entered(&mut self, entered: &PaymentEntered) -> Taken {
        self.take_ordinal(entered.payment)?;
        let id = entered.arrangement;
        let arrangement = self.house.arrangement(id)?;
        let open_day = arrangement.open_day;
        let instructing = match arrangement.rules.initiator {
            Initiator::Payer => entered.payer,
            Initiator::Payee => entered.payee,
        };
        let reference = (entered.uetr, entered.content);
        let state = disposed(entered.disposition).1;
        let mut payment = Payment::new(entered.payment, self.seq, id, instructing, reference, state);
        payment.payer = Some(entered.payer);
        payment.payee = Some(entered.payee);
        payment.commitment = Some(entered.commitment);
        payment.document = entered.document;
        payment.instrument.clone_from(&entered.instrument);
        payment.purpose = Some(entered.purpose);
        payment.denomination = Some(entered.denomination);
        payment.urgent = entered.urgent;
        payment.payer_currency = Some(self.house.edge_currency(id, entered.payer)?);
        let (payer, _, payee) = known_legs(entered.amounts, Some(entered.denomination));
        payment.payer_minor = payer;
        payment.position_currency = Some(entered.position_currency);
        payment.position_minor = Some(entered.amounts.position.get());
        payment.payee_currency = Some(self.house.edge_currency(id, entered.payee)?);
        payment.payee_minor = payee;
        payment.quote_until = entered.quote_until;
        payment.value_day = Some(entered.value_date);
        payment.entered_day = Some(open_day.unwrap_or(entered.value_date));
        payment.conformity_by = entered.conformity_by;
        if entered.collected {
            payment.collection_confirmed_seq = Some(self.seq);
            let ends = payment.ends()?;
            self.post_collected(ends, ends.payer_minor)?;
        }
        self.count(id, false, state, 1)?;
        self.follow(&mut payment, entered.disposition)?;
        self.payments.write(payment);
        Ok(())
    }

    /// What a disposition brings beside the state.
    fn follow(&mut self, payment: &mut Payment, disposition: Disposition) -> Taken {
        match disposition {
            Disposition::Cleared(payout) => self.clear(payment, payout),
            Disposition::Queued => self.queue(payment),
            Disposition::AwaitingRate => Ok(()),
            Disposition::AwaitingCollection => {
                payment.collection_due_seq = Some(self.seq);
                Ok(())
            }
            Disposition::Held(member) => self.hold(payment.payment, member),
        }
    }

    /// A held payment goes where it would have gone on entry.
    fn dispose(&mut self, payment: &mut Payment, disposition: Disposition) -> Taken {
        let (step, state) = disposed(disposition);
        self.step(payment, step, state)?;
        self.follow(payment, disposition)
    }

    fn payment_refused(
        &mut self,
        payment: PaymentId,
        arrangement: ArrangementId,
        key: PaymentKey,
        content: ContentDigest,
        (refusal, scope): (Refusal, Option<Scope>),
    ) -> Taken {
        self.take_ordinal(payment)?;
        let reference = (key.uetr, content);
        let mut row = Payment::new(payment, self.seq, arrangement, key.institution, reference, PaymentState::Refused);
        row.ended_seq = Some(self.seq);
        row.ended_because = Some(EndedBecause::Refused);
        self.payments.write(row);
        self.count(arrangement, false, PaymentState::Refused, 1)?;
        let [kind, institution, debtor, member] = scope.map_or([const { Cell::Null }; 4], scope_cells);
        let row = [
            self.seq.into(),
            "order".into(),
            Cell::Null,
            arrangement.into(),
            key.institution.into(),
            payment.into(),
            Cell::from(&key.uetr.0),
            Cell::from(&content.0),
            refusal.number().into(),
            kind,
            institution,
            debtor,
            member,
        ];
        self.store.insert(Table::Refusal, &row)?;
        Ok(())
    }

    fn identifier_reused(&mut self, key: PaymentKey, content: ContentDigest) -> Taken<About> {
        let mut row = [const { Cell::Null }; 13];
        row[0] = self.seq.into();
        row[1] = "reference reused".into();
        row[4] = key.institution.into();
        row[6] = Cell::from(&key.uetr.0);
        row[7] = Cell::from(&content.0);
        row[8] = Refusal::UetrReused.number().into();
        self.store.insert(Table::Refusal, &row)?;
        Ok(About::default())
    }

    fn command_refused(&mut self, kind: CommandKind, refusal: Refusal, payment: Option<PaymentId>) -> Taken<About> {
        let mut about = About { arrangement: None, payment };
        // The payment that a refused command names may be one that never was.
        if let Some(payment) = payment.filter(|payment| payment.0 < self.house.payments) {
            about.arrangement = Some(self.payments.read(&mut self.store, payment)?.arrangement);
        }
        let mut row = [const { Cell::Null }; 13];
        row[0] = self.seq.into();
        row[1] = "command".into();
        row[2] = command(kind).into();
        row[3] = about.arrangement.into();
        row[5] = payment.into();
        row[8] = refusal.number().into();
        self.store.insert(Table::Refusal, &row)?;
        Ok(about)
    }

    fn payment_priced(&mut self, payment: PaymentId, payer: AmountMinor, collect_on: Date) -> Taken {
        let mut payment = self.payments.read(&mut self.store, payment)?;
        let before = payment.payer_minor;
        payment.payer_minor = Some(payer.get());
        self.priced(payment, before, collect_on)
    }

    fn payment_priced_for_payee(&mut self, payment: PaymentId, payee: AmountMinor, collect_on: Date) -> Taken {
        let mut payment = self.payments.read(&mut self.store, payment)?;
        let before = payment.payer_minor;
        payment.payee_minor = Some(payee.get());
        self.priced(payment, before, collect_on)
    }

    /// A fixing turned an open price into an amount: leg 1 is due.
    fn priced(&mut self, mut payment: Payment, before: Option<u64>, collect_on: Date) -> Taken {
        self.step(&mut payment, Step::AwaitCollection, PaymentState::AwaitingCollection)?;
        payment.value_day = Some(collect_on);
        payment.collection_due_seq = Some(self.seq);
        payment.last_seq = self.seq;
        self.note_price(&payment, "fixing", before)?;
        self.payments.write(payment);
        Ok(())
    }

    fn collection_confirmed(&mut self, payment: PaymentId, admitted: Admitted) -> Taken {
        let mut payment = self.payments.read(&mut self.store, payment)?;
        let ends = payment.ends()?;
        match admitted {
            Admitted::AlreadyCleared => self.post_collected_late(payment.arrangement, ends)?,
            Admitted::Cleared(_) | Admitted::Queued => self.post_collected(ends, ends.payer_minor)?,
        }
        payment.collection_confirmed_seq = Some(self.seq);
        match admitted {
            Admitted::AlreadyCleared => {}
            Admitted::Cleared(payout) => {
                self.step(&mut payment, Step::Clear, PaymentState::Cleared)?;
                self.clear(&mut payment, payout)?;
            }
            Admitted::Queued => {
                self.step(&mut payment, Step::Queue, PaymentState::Queued)?;
                self.queue(&mut payment)?;
            }
        }
        payment.last_seq = self.seq;
        self.payments.write(payment);
        Ok(())
    }

    /// A payment leaves its queue and clears; tells the amount of leg 2.
    fn released(&mut self, payment: PaymentId, run: Option<RunId>, payout: Payout) -> Taken<i128> {
        let mut payment = self.payments.read(&mut self.store, payment)?;
        self.leave_queue(&payment)?;
        payment.released_run = run;
        self.step(&mut payment, Step::Clear, PaymentState::Cleared)?;
        self.clear(&mut payment, payout)?;
        payment.last_seq = self.seq;
        let minor = payment.ends()?.position_minor;
        self.payments.write(payment);
        Ok(minor)
    }

    /// Leg 2 posts.
    pub(super) fn clear(&mut self, payment: &mut Payment, payout: Payout) -> Taken {
        payment.cleared_seq = Some(self.seq);
        payment.cycle = Some(self.house.arrangement(payment.arrangement)?.cycle);
        payment.payout_when = Some(payout);
        let ends = payment.ends()?;
        self.post_cleared(payment, ends)
    }

    fn queue(&mut self, payment: &mut Payment) -> Taken {
        let ends = payment.ends()?;
        let waiting =
            |urgent| self.queues.get(&(payment.arrangement, ends.payer, urgent)).map_or(0, |queue| queue.waiting);
        // Urgent items go before ordinary ones.
        let behind = waiting(true) + if payment.urgent { 0 } else { waiting(false) };
        payment.queued_seq = Some(self.seq);
        payment.queued_behind = Some(behind);
        payment.queued_because = Some(match payment.quote_until {
            Some(until) if until < self.time => QueuedBecause::PriceRanOut,
            _ if behind > 0 => QueuedBecause::BehindEarlier,
            _ => QueuedBecause::Limit,
        });
        self.change_queue(payment, 1)
    }

    fn leave_queue(&mut self, payment: &Payment) -> Taken {
        self.change_queue(payment, -1)
    }

    fn change_queue(&mut self, payment: &Payment, by: i64) -> Taken {
        let ends = payment.ends()?;
        let seq = self.seq;
        let key = (payment.arrangement, ends.payer, payment.urgent);
        let queue = self.queues.change(key, || Queue { waiting: 0, first_seq: seq, last_seq: seq });
        queue.last_seq = seq;
        match queue.waiting.checked_add_signed(by) {
            Some(waiting) => queue.waiting = waiting,
            None => return disagree(format!("payment {} leaves an empty queue", payment.payment)),
        }
        Ok(())
    }

    fn payment_ended(&mut self, payment: PaymentId, reason: EndReason) -> Taken {
        let (step, to) = match reason {
            EndReason::Cancelled | EndReason::Suspended | EndReason::Void | EndReason::MemberLeaving => {
                (Step::Cancel, PaymentState::Cancelled)
            }
            EndReason::Expired => (Step::Expire, PaymentState::Expired),
            EndReason::QuoteLapsed => (Step::Lapse, PaymentState::Returned),
        };
        let mut payment = self.payments.read(&mut self.store, payment)?;
        if payment.state == PaymentState::Held {
            self.end_hold(payment.payment, "ended")?;
        }
        self.end(&mut payment, step, to, reason.into())?;
        payment.last_seq = self.seq;
        self.payments.write(payment);
        Ok(())
    }

    /// Ends a payment that has not cleared; what was collected goes back.
    fn end(&mut self, payment: &mut Payment, step: Step, to: PaymentState, because: EndedBecause) -> Taken {
        if payment.state == PaymentState::Queued {
            self.leave_queue(payment)?;
        }
        self.step(payment, step, to)?;
        if payment.collection_confirmed_seq.is_some() {
            let ends = payment.ends()?;
            self.post_collected(ends, -ends.payer_minor)?;
        }
        payment.ended_seq = Some(self.seq);
        payment.ended_because = Some(because);
        Ok(())
    }

    /// New amounts of a payment that has not cleared.
    fn reprice(
        &mut self,
        payment: &mut Payment,
        amounts: Amounts,
        quote_until: Option<Timestamp>,
        cause: &'static str,
    ) -> Taken {
        let before = payment.payer_minor;
        let (now, position, payee) = known_legs(amounts, payment.denomination);
        if payment.collection_confirmed_seq.is_some() {
            let more = now.map_or(0, i128::from) - before.map_or(0, i128::from);
            self.post_collected(payment.ends()?, more)?;
        }
        payment.payer_minor = now;
        payment.position_minor = position;
        payment.payee_minor = payee;
        payment.quote_until = quote_until;
        self.note_price(payment, cause, before)
    }

    fn note_price(&mut self, payment: &Payment, cause: &'static str, before: Option<u64>) -> Taken {
        let row = [
            payment.payment.into(),
            self.seq.into(),
            cause.into(),
            before.into(),
            payment.payer_minor.into(),
            payment.position_minor.into(),
            payment.payee_minor.into(),
            payment.quote_until.into(),
        ];
        self.store.insert(Table::PaymentPrice, &row)?;
        Ok(())
    }

    fn hold(&mut self, payment: PaymentId, member: MemberId) -> Taken {
        let row = [payment.into(), member.into(), self.seq.into(), Cell::Null, Cell::Null];
        self.store.insert(Table::PaymentHold, &row)?;
        Ok(())
    }

    fn end_hold(&mut self, payment: PaymentId, outcome: &'static str) -> Taken {
        let edits = [("ended_seq", self.seq.into()), ("outcome", outcome.into())];
        self.change(Table::PaymentHold, &[payment.into()], &edits)
    }

    fn hold_refused(&mut self, payment: &mut Payment) -> Taken {
        self.end_hold(payment.payment, "refused")?;
        self.end(payment, Step::Refuse, PaymentState::Refused, EndedBecause::Refused)?;
        let mut row = [const { Cell::Null }; 13];
        row[0] = self.seq.into();
        row[1] = "hold".into();
        row[3] = payment.arrangement.into();
        row[4] = payment.instructing.into();
        row[5] = payment.payment.into();
        row[6] = Cell::from(&payment.uetr.0);
        row[7] = Cell::from(&payment.content.0);
        row[8] = Refusal::Screened.number().into();
        self.store.insert(Table::Refusal, &row)?;
        Ok(())
    }

    /// Moves a payment by a row of the table of states.
    pub(super) fn step(&mut self, payment: &mut Payment, step: Step, to: PaymentState) -> Taken {
        if !may(Some(payment.state), step, to) {
            let from = payment.state.name();
            let (id, step, to) = (payment.payment, step.name(), to.name());
            return disagree(format!("payment {id} is {from}, and no step \"{step}\" leads from there to {to}"));
        }
        let is_return = payment.original.is_some();
        self.count(payment.arrangement, is_return, payment.state, -1)?;
        self.count(payment.arrangement, is_return, to, 1)?;
        payment.state = to;
        Ok(())
    }

    /// One payment more in a state, or one less.
    pub(super) fn count(&mut self, arrangement: ArrangementId, returns: bool, state: PaymentState, by: i64) -> Taken {
        let seq = self.seq;
        let key = (arrangement, returns, state);
        let count = self.counts.change(key, || StateCount { payments: 0, last_seq: seq });
        count.last_seq = seq;
        match count.payments.checked_add_signed(by) {
            Some(payments) => count.payments = payments,
            None => return disagree(format!("more payments leave the state {} than were in it", state.name())),
        }
        Ok(())
    }
}

/// The step by which a disposition is reached, and its state.
const fn disposed(disposition: Disposition) -> (Step, PaymentState) {
    match disposition {
        Disposition::Cleared(_) => (Step::Clear, PaymentState::Cleared),
        Disposition::Queued => (Step::Queue, PaymentState::Queued),
        Disposition::AwaitingRate => (Step::AwaitRate, PaymentState::AwaitingRate),
        Disposition::AwaitingCollection => (Step::AwaitCollection, PaymentState::AwaitingCollection),
        Disposition::Held(_) => (Step::Hold, PaymentState::Held),
    }
}

/// Minor units of the three legs, none where an open price leaves a leg open.
fn known_legs(amounts: Amounts, denomination: Option<Denomination>) -> (Option<u64>, Option<u64>, Option<u64>) {
    let (payer, position, payee) = amounts.legs_minor(denomination.unwrap_or(Denomination::Payee));
    let known = |minor: u64| (minor > 0).then_some(minor);
    (known(payer), known(position), known(payee))
}
