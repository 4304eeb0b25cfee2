//! The life of a payment up to clearing: entered, priced, queued, cleared, ended; and returns.

use crate::payments::PaymentRecord;
use crate::state::{Arrangement, State, pair_side};
use domain::canonical::{document_words, identifier_words};
use domain::event::{Admitted, Disposition, EndReason, PaymentEntered, Payout, Released};
use domain::payment::{Amounts, LegState, PricedForPayee, PricedPayment, Step, may};
use domain::plan::{Denomination, Initiator, LimitKind};
use domain::{
    ArrangementId, ContentDigest, CurrencyId, Date, PaymentId, PaymentKey, PaymentState, Refusal, RunId, Timestamp,
    Uetr,
};
use money::AmountMinor;

impl State {
    pub(super) fn payment_entered(&mut self, entered: &PaymentEntered) {
        let arrangement = &mut self.arrangements[entered.arrangement.index()];
        let instructing = match arrangement.plan.initiator {
            Initiator::Payer => entered.payer,
            Initiator::Payee => entered.payee,
        };
        let (state, collection) = match entered.disposition {
            Disposition::Cleared(_) => (PaymentState::Cleared, LegState::None),
            Disposition::Queued => (PaymentState::Queued, LegState::None),
            Disposition::AwaitingRate => (PaymentState::AwaitingRate, LegState::None),
            Disposition::AwaitingCollection => (PaymentState::AwaitingCollection, LegState::Due),
            Disposition::Held(_) => (PaymentState::Held, LegState::None),
        };
        let (payer_minor, position_minor, payee_minor) = entered.amounts.legs_minor(entered.denomination);
        let record = PaymentRecord {
            uetr: entered.uetr,
            content: entered.content,
            document: entered.document,
            payer_minor,
            position_minor,
            payee_minor,
            returned_minor: 0,
            returned_payee_minor: 0,
            quote_until: entered.quote_until,
            return_of: None,
            instructing,
            payer: entered.payer,
            payee: entered.payee,
            value_date: entered.value_date,
            entered: arrangement.open_date().unwrap_or(entered.value_date),
            conformity_by: entered.conformity_by,
            cycle: None,
            arrangement: entered.arrangement,
            position_currency: entered.position_currency,
            refusal: None,
            state,
            collection: if entered.collected { LegState::Confirmed } else { collection },
            payout: LegState::None,
            payout_when: None,
            denomination: entered.denomination,
            urgent: entered.urgent,
            collected_first: entered.collected,
        };
        if let Some(document) = entered.document {
            arrangement.documents_folded.add_words(document_words(entered.arrangement, document));
            if !matches!(entered.disposition, Disposition::Cleared(_)) {
                arrangement.documents_waiting.insert(entered.payment, document);
            }
        }
        if entered.collected {
            let payer = arrangement.of(entered.payer);
            self.accounts.transfer(payer.institution_account, payer.collected_account, record.payer_minor);
        }
        let key = PaymentKey { institution: instructing, uetr: entered.uetr };
        self.identifiers.add_words(identifier_words(key, entered.content, entered.payment, None));
        self.payments.insert(entered.payment, record);
        match entered.disposition {
            Disposition::Cleared(payout) => {
                self.post_clearing(entered.payment, payout);
                self.assert_headroom(entered.payment);
            }
            Disposition::Queued => self.enqueue(entered.payment),
            Disposition::AwaitingRate => {
                self.arrangements[entered.arrangement.index()].awaiting_rate.insert(entered.payment);
            }
            Disposition::AwaitingCollection => {
                self.arrangements[entered.arrangement.index()].awaiting_collection.insert(entered.payment);
            }
            Disposition::Held(member) => {
                self.arrangements[entered.arrangement.index()].held.insert(entered.payment, member);
            }
        }
    }

    pub(super) fn payment_refused(
        &mut self,
        payment: PaymentId,
        arrangement: ArrangementId,
        key: PaymentKey,
        content: ContentDigest,
        refusal: Refusal,
    ) {
        self.identifiers.add_words(identifier_words(key, content, payment, Some(refusal)));
        let record = PaymentRecord {
            uetr: key.uetr,
            content,
            document: None,
            payer_minor: 0,
            position_minor: 0,
            payee_minor: 0,
            returned_minor: 0,
            returned_payee_minor: 0,
            quote_until: None,
            return_of: None,
            instructing: key.institution,
            payer: key.institution,
            payee: key.institution,
            value_date: Date(0),
            entered: Date(0),
            conformity_by: None,
            cycle: None,
            arrangement,
            position_currency: CurrencyId(0),
            refusal: Some(refusal),
            state: PaymentState::Refused,
            collection: LegState::None,
            payout: LegState::None,
            payout_when: None,
            denomination: Denomination::Asset,
            urgent: false,
            collected_first: false,
        };
        // A refused order is in the accumulator of identifiers, and not in that of closed payments: it never was one.
        self.payments.insert(payment, record);
    }

    pub(super) fn payments_priced(&mut self, id: ArrangementId, collect_on: Date, payments: &[PricedPayment]) {
        for priced in payments {
            self.priced(id, collect_on, priced.payment).payer_minor = priced.payer.get();
        }
    }

    pub(super) fn payments_priced_for_payees(
        &mut self,
        id: ArrangementId,
        collect_on: Date,
        payments: &[PricedForPayee],
    ) {
        for priced in payments {
            self.priced(id, collect_on, priced.payment).payee_minor = priced.payee.get();
        }
    }

    /// A payment that awaited a rate has one: leg 1 is due.
    fn priced(&mut self, id: ArrangementId, collect_on: Date, payment: PaymentId) -> &mut PaymentRecord {
        let arrangement = &mut self.arrangements[id.index()];
        assert!(arrangement.awaiting_rate.remove(&payment), "only what awaits a rate is priced");
        arrangement.awaiting_collection.insert(payment);
        let record = self.payments.of_mut(payment);
        step(record, Step::AwaitCollection, PaymentState::AwaitingCollection);
        record.value_date = collect_on;
        record.collection = LegState::Due;
        record
    }

    pub(super) fn collections_confirmed(&mut self, id: ArrangementId, payments: &[(PaymentId, Admitted)]) {
        for &(payment, admitted) in payments {
            let arrangement = &mut self.arrangements[id.index()];
            assert!(arrangement.awaiting_collection.remove(&payment), "only what awaits collection is collected");
            let record = self.payments.of(payment);
            let payer = arrangement.of(record.payer);
            if admitted == Admitted::AlreadyCleared {
                self.accounts.transfer(payer.institution_account, payer.counterpart_account, record.payer_minor);
                self.change(payment, |record| record.collection = LegState::Confirmed);
                continue;
            }
            self.accounts.transfer(payer.institution_account, payer.collected_account, record.payer_minor);
            let record = self.payments.of_mut(payment);
            record.collection = LegState::Confirmed;
            match admitted {
                Admitted::Cleared(payout) => {
                    step(record, Step::Clear, PaymentState::Cleared);
                    self.post_clearing(payment, payout);
                }
                Admitted::Queued | Admitted::AlreadyCleared => {
                    step(record, Step::Queue, PaymentState::Queued);
                    self.enqueue(payment);
                }
            }
        }
        for &(payment, _) in payments {
            self.assert_headroom(payment);
        }
    }

    pub(super) fn queue_released(&mut self, id: ArrangementId, run: Option<RunId>, payments: &[Released]) {
        for released in payments {
            if run.is_some() {
                self.released_by_run(id, released.payment);
            }
            self.dequeue(released.payment);
            step(self.payments.of_mut(released.payment), Step::Clear, PaymentState::Cleared);
            self.post_clearing(released.payment, released.payout);
        }
    }

    pub(super) fn payment_requoted(&mut self, payment: PaymentId, amounts: Amounts, quote_until: Option<Timestamp>) {
        let record = self.payments.of(payment);
        let arrangement = &mut self.arrangements[record.arrangement.index()];
        let payer = arrangement.of(record.payer);
        let (payer_minor, position_minor, payee_minor) = amounts.legs_minor(record.denomination);
        if record.collection == LegState::Confirmed {
            let more = i128::from(payer_minor) - i128::from(record.payer_minor);
            self.accounts.shift(payer.institution_account, payer.collected_account, more);
        }
        if record.state.is_in_queue() {
            arrangement.reserve(record, -i128::from(record.position_minor));
        }
        let record = self.payments.of_mut(payment);
        record.payer_minor = payer_minor;
        record.position_minor = position_minor;
        record.payee_minor = payee_minor;
        record.quote_until = quote_until;
        if record.state.is_in_queue() {
            arrangement.reserve(record, i128::from(record.position_minor));
        }
    }

    pub(super) fn payments_ended(&mut self, id: ArrangementId, reason: EndReason, payments: &[PaymentId]) {
        let (how, to) = match reason {
            EndReason::Cancelled | EndReason::Suspended | EndReason::Void | EndReason::MemberLeaving => {
                (Step::Cancel, PaymentState::Cancelled)
            }
            EndReason::Expired => (Step::Expire, PaymentState::Expired),
            EndReason::QuoteLapsed => (Step::Lapse, PaymentState::Returned),
        };
        for &payment in payments {
            self.end(id, payment, how, to);
        }
    }

    /// Ends a payment that has not cleared: out of wherever it waits, its collection given back, its document free.
    fn end(&mut self, id: ArrangementId, payment: PaymentId, how: Step, to: PaymentState) {
        let state = self.payments.of(payment).state;
        let arrangement = &mut self.arrangements[id.index()];
        let waited = match state {
            PaymentState::Queued | PaymentState::InCycle => true,
            PaymentState::AwaitingRate => arrangement.awaiting_rate.remove(&payment),
            PaymentState::AwaitingCollection => arrangement.awaiting_collection.remove(&payment),
            PaymentState::Held => arrangement.held.remove(&payment).is_some(),
            _ => false,
        };
        assert!(waited, "payment {payment} in state {state:?} cannot end without clearing");
        if let Some(document) = arrangement.documents_waiting.remove(&payment) {
            arrangement.documents_folded.remove_words(document_words(id, document));
            self.payments.free_document(payment, document);
        }
        if state.is_in_queue() {
            self.dequeue(payment);
        }
        let record = self.payments.of_mut(payment);
        step(record, how, to);
        if record.collection == LegState::Confirmed {
            let payer = self.arrangements[id.index()].of(record.payer);
            self.accounts.transfer(payer.collected_account, payer.institution_account, record.payer_minor);
        }
        self.fold(payment);
    }

    pub(super) fn hold_released(
        &mut self,
        payment: PaymentId,
        disposition: Disposition,
        amounts: Amounts,
        quote_until: Option<Timestamp>,
    ) {
        self.payment_requoted(payment, amounts, quote_until);
        let record = self.payments.of_mut(payment);
        let arrangement = &mut self.arrangements[record.arrangement.index()];
        assert!(arrangement.held.remove(&payment).is_some(), "only what is held is released");
        match disposition {
            Disposition::Cleared(payout) => {
                step(record, Step::Clear, PaymentState::Cleared);
                self.post_clearing(payment, payout);
                self.assert_headroom(payment);
            }
            Disposition::Queued => {
                step(record, Step::Queue, PaymentState::Queued);
                self.enqueue(payment);
            }
            Disposition::AwaitingRate => {
                step(record, Step::AwaitRate, PaymentState::AwaitingRate);
                arrangement.awaiting_rate.insert(payment);
            }
            Disposition::AwaitingCollection => {
                step(record, Step::AwaitCollection, PaymentState::AwaitingCollection);
                record.collection = LegState::Due;
                arrangement.awaiting_collection.insert(payment);
            }
            Disposition::Held(_) => unreachable!("a released payment is not held again"),
        }
    }

    pub(super) fn hold_refused(&mut self, payment: PaymentId) {
        let arrangement = self.payments.of(payment).arrangement;
        self.payments.of_mut(payment).refusal = Some(Refusal::Screened);
        self.end(arrangement, payment, Step::Refuse, PaymentState::Refused);
    }

    #[expect(clippy::too_many_arguments, reason = "the fields of one event")]
    pub(super) fn payment_returned(
        &mut self,
        payment: PaymentId,
        original: PaymentId,
        (uetr, content): (Uetr, ContentDigest),
        amounts: Amounts,
        of_original: AmountMinor,
        value_date: Date,
        payout: Payout,
    ) {
        let first = self.payments.of(original).clone();
        let arrangement = &self.arrangements[first.arrangement.index()];
        let record = PaymentRecord {
            uetr,
            content,
            document: None,
            payer_minor: amounts.payer.map_or(0, AmountMinor::get),
            position_minor: amounts.position.get(),
            payee_minor: amounts.payee.get(),
            returned_minor: 0,
            returned_payee_minor: 0,
            quote_until: None,
            return_of: Some(original),
            instructing: first.payee,
            payer: first.payee,
            payee: first.payer,
            value_date,
            entered: arrangement.open_date().unwrap_or(value_date),
            conformity_by: None,
            cycle: None,
            arrangement: first.arrangement,
            position_currency: first.position_currency,
            refusal: None,
            state: PaymentState::Cleared,
            collection: LegState::Confirmed,
            payout: LegState::None,
            payout_when: None,
            denomination: Denomination::Payer,
            urgent: true,
            collected_first: true,
        };
        let giver = arrangement.of(first.payee);
        self.accounts.transfer(giver.institution_account, giver.collected_account, record.payer_minor);
        let key = PaymentKey { institution: first.payee, uetr };
        self.identifiers.add_words(identifier_words(key, content, payment, None));
        self.payments.insert(payment, record);
        self.post_clearing(payment, payout);
        self.change(original, |record| {
            record.returned_minor += of_original.get();
            record.returned_payee_minor += amounts.payer.map_or(0, AmountMinor::get);
            assert!(record.returned_minor <= record.position_minor, "more was returned than was paid");
            if record.returned_minor == record.position_minor {
                step(record, Step::ReturnWhole, PaymentState::Returned);
            } else {
                step(record, Step::ReturnPart, PaymentState::PartlyReturned);
            }
        });
        let part = &mut self.arrangements[first.arrangement.index()].partly_returned;
        if self.payments.of(original).state == PaymentState::PartlyReturned {
            part.insert(original);
        } else {
            part.remove(&original);
        }
    }

    /// Posts leg 2 of a payment whose state is *cleared* from now on, and what follows from it on both edges.
    pub(super) fn post_clearing(&mut self, payment: PaymentId, payout: Payout) {
        let record = self.payments.of_mut(payment);
        let arrangement = &mut self.arrangements[record.arrangement.index()];
        let today = arrangement.business_date().unwrap_or(record.value_date);
        record.cycle = Some(arrangement.cycle);
        record.payout_when = Some(payout);
        record.payout = if payout == Payout::AtClearing { LegState::Instructed } else { LegState::Due };
        arrangement.documents_waiting.remove(&payment);

        let (payer, payee) = (arrangement.of(record.payer), arrangement.of(record.payee));
        if record.collection == LegState::Confirmed {
            self.accounts.transfer(payer.collected_account, payer.counterpart_account, record.payer_minor);
        }
        self.accounts.transfer(payee.counterpart_account, payee.payout_due_account, record.payee_minor);
        let gross = arrangement.plan.settles_gross();
        let (from, to) = if gross {
            let held = |member| arrangement.membership(member).expect("a member").prefunding_account;
            (held(payer.member), held(payee.member))
        } else if record.position_currency == arrangement.asset {
            (payer.position_account, payee.position_account)
        } else {
            let key = |institution| arrangement.position_key(institution, record.position_currency);
            (self.accounts.open(key(record.payer)), self.accounts.open(key(record.payee)))
        };
        self.accounts.transfer(from, to, record.position_minor);
        if gross {
            assert!(self.accounts.balance_minor(from) >= 0, "payment {payment} took more than is held with the agent");
        } else {
            arrangement.book_pair(record, today, i128::from(record.position_minor));
        }

        let payee_id = record.payee;
        match payout {
            Payout::AtClearing => {
                let member = arrangement.of(payee_id).member;
                arrangement.of_mut(payee_id).payouts.insert(payment);
                if arrangement.plan.triggers.payout_at_clearing_by_choice {
                    arrangement.membership_mut(member).prefinanced_minor += u128::from(record.position_minor);
                    *arrangement.cycle_prefinanced.entry(member).or_default() += u128::from(record.position_minor);
                }
            }
            Payout::AfterSettlement => arrangement.cycle_payments.push(payment),
            Payout::AtConformity => {
                let by = record.conformity_by.expect("a payment that waits for conformity has a date for it");
                arrangement.awaiting_conformity.insert((by, payment));
            }
        }
        if arrangement.of(payee_id).queue_len() > 0 {
            arrangement.credited.insert(payee_id);
        }
        self.post_fees(payment);
    }

    fn enqueue(&mut self, payment: PaymentId) {
        let record = self.payments.of(payment);
        let arrangement = &mut self.arrangements[record.arrangement.index()];
        if arrangement.queued_count == 0 {
            let next = arrangement.next_run_after(self.now);
            if let Some(day) = &mut arrangement.day {
                day.next_run_at = next;
            }
        }
        arrangement.queued_count += 1;
        arrangement.reserve(record, i128::from(record.position_minor));
        let payer = arrangement.of_mut(record.payer);
        let queue = if record.urgent { &mut payer.urgent } else { &mut payer.ordinary };
        match queue.binary_search(&payment) {
            Ok(_) => panic!("payment {payment} is queued twice"),
            Err(place) => queue.insert(place, payment),
        }
    }

    fn dequeue(&mut self, payment: PaymentId) {
        let record = self.payments.of(payment);
        assert!(record.state.is_in_queue(), "payment {payment} is not queued");
        let arrangement = &mut self.arrangements[record.arrangement.index()];
        if record.state == PaymentState::InCycle
            && let Some(run) = &mut arrangement.open_run
        {
            run.cancels.remove(&payment);
            arrangement.of_mut(record.payer).frozen_minor -= u128::from(record.position_minor);
        }
        arrangement.queued_count -= 1;
        arrangement.reserve(record, -i128::from(record.position_minor));
        let payer = arrangement.of_mut(record.payer);
        let queue = if record.urgent { &mut payer.urgent } else { &mut payer.ordinary };
        let place = queue.binary_search(&payment).expect("a queued payment is in its queue");
        queue.remove(place);
    }

    /// Changes a record; where it is closed before or after, the accumulator of closed payments follows.
    pub(super) fn change(&mut self, payment: PaymentId, change: impl FnOnce(&mut PaymentRecord)) {
        if self.payments.of(payment).state.is_closed() {
            let mut row = Vec::with_capacity(160);
            self.payments.row(payment).write(&mut row);
            self.closed_payments.remove(&row);
        }
        change(self.payments.of_mut(payment));
        if self.payments.of(payment).state.is_closed() {
            self.fold(payment);
        }
    }

    fn fold(&mut self, payment: PaymentId) {
        let mut row = Vec::with_capacity(160);
        self.payments.row(payment).write(&mut row);
        self.closed_payments.add(&row);
    }

    /// What was cleared under a share stayed within it.
    fn assert_headroom(&self, payment: PaymentId) {
        let record = self.payments.of(payment);
        let arrangement = &self.arrangements[record.arrangement.index()];
        if record.state == PaymentState::Cleared && arrangement.plan.limit(LimitKind::InstitutionShare).is_some() {
            let headroom = arrangement.of(record.payer).free_headroom_minor(&self.accounts);
            assert!(headroom >= 0, "payment {payment} took institution {} beyond its share", record.payer);
        }
    }
}

impl Arrangement {
    /// Reserves (or frees, when negative) the amount of a queued payment under the limits that several queues share.
    fn reserve(&mut self, record: &PaymentRecord, amount_minor: i128) {
        let (debtor, creditor) = (self.of(record.payer).member, self.of(record.payee).member);
        let add = |reserved: &mut u128| {
            let sum = reserved.checked_add_signed(amount_minor);
            *reserved = sum.expect("a reservation is never negative");
        };
        add(&mut self.membership_mut(creditor).reserved_in_minor);
        add(&mut self.pair_mut(debtor, creditor).reserved_minor[pair_side(debtor, creditor)]);
    }

    /// Books what the payer's member owes the payee's, `amount_minor` more (or less) from the payment's value date on.
    pub(super) fn book_pair(&mut self, record: &PaymentRecord, today: Date, amount_minor: i128) {
        let (debtor, creditor) = (self.of(record.payer).member, self.of(record.payee).member);
        let low_owes = if debtor < creditor { amount_minor } else { -amount_minor };
        if record.position_currency != self.asset {
            let (low, high) = (debtor.min(creditor), debtor.max(creditor));
            *self.foreign_pairs.entry((low, high, record.position_currency)).or_default() += low_owes;
            return;
        }
        self.membership_mut(debtor).position_minor -= amount_minor;
        self.membership_mut(creditor).position_minor += amount_minor;
        let interest = self.plan.interest.is_some();
        let value_date = record.value_date;
        let pair = self.pair_mut(debtor, creditor);
        if interest {
            pair.accrue_to(today);
            // Less than nothing when it is valued on the next business day: its balance counts from then.
            pair.number_days += low_owes * i128::from(today.0 - value_date.0);
        }
        pair.low_owes_minor += low_owes;
    }

    /// The first instant after `now` on the grid of optimisation runs, or the last run of the day.
    pub(crate) fn next_run_after(&self, now: Timestamp) -> Option<Timestamp> {
        use domain::plan::DayStep;
        let every_us = i64::from(self.plan.queue?.run_every_s.max(1)) * domain::time::SECOND_US;
        let last_run = self.step_at(DayStep::LastRun);
        let last_run = last_run.filter(|at| *at > now);
        let (Some(from), Some(to)) = (self.step_at(DayStep::RunsFrom), self.step_at(DayStep::RunsTo)) else {
            return last_run;
        };
        let next = if now < from {
            from
        } else {
            let passed = (now.0 - from.0).div_euclid(every_us) + 1;
            from.plus_us(passed * every_us)
        };
        if next <= to { Some(next) } else { last_run }
    }
}

impl crate::state::Pair {
    /// Counts the days of the balance up to a date.
    pub(super) fn accrue_to(&mut self, today: Date) {
        self.number_days = self.number_days_on(today);
        self.as_of = self.as_of.max(today);
    }
}

/// Moves a payment by a row of the transition table.
pub(super) fn step(record: &mut PaymentRecord, step: Step, to: PaymentState) {
    assert!(may(Some(record.state), step, to), "no row from {:?} by {step:?} to {to:?}", record.state);
    record.state = to;
}
