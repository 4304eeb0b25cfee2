//! One payment, its steps, and where it stands in the digest.

use crate::books::Entry;
use crate::finding::{Check, Checked, Finding};
use crate::model::{Model, unknown_payment};
use domain::canonical::PaymentRow;
use domain::event::{DisputeOutcome, Payout};
use domain::payment::{LegCurrencies, LegState, PaymentState, Step, TRANSITIONS};
use domain::plan::Denomination;
use domain::{
    ArrangementId, ContentDigest, CycleId, Date, DocumentKey, InstitutionId, MemberId, PaymentId, PaymentKey,
    Timestamp, Uetr,
};

/// Room for the bytes of a payment's row.
const ROW_BYTES: usize = 192;

/// What the model remembers of a payment.
#[derive(Clone, Debug)]
pub(crate) struct Payment {
    pub(crate) arrangement: ArrangementId,
    pub(crate) return_of: Option<PaymentId>,
    pub(crate) payer: InstitutionId,
    pub(crate) payee: InstitutionId,
    pub(crate) payer_member: MemberId,
    pub(crate) payee_member: MemberId,
    pub(crate) uetr: Uetr,
    pub(crate) content: ContentDigest,
    /// None until the event that brings it has said what became of it.
    pub(crate) state: Option<PaymentState>,
    pub(crate) collection: LegState,
    pub(crate) payout: LegState,
    pub(crate) payout_when: Option<Payout>,
    /// 0 while the price is open.
    pub(crate) payer_minor: u64,
    pub(crate) position_minor: u64,
    pub(crate) payee_minor: u64,
    pub(crate) currencies: LegCurrencies,
    pub(crate) denomination: Denomination,
    pub(crate) urgent: bool,
    pub(crate) quote_until: Option<Timestamp>,
    pub(crate) value_date: Date,
    pub(crate) entered: Date,
    pub(crate) conformity_by: Option<Date>,
    pub(crate) cycle: Option<CycleId>,
    /// Given back so far: of leg 2, of leg 3 and of leg 1.
    pub(crate) returned_minor: u64,
    pub(crate) returned_payee_minor: u64,
    pub(crate) returned_payer_minor: u64,
    pub(crate) dispute: Option<(InstitutionId, Date, PaymentState)>,
    pub(crate) dispute_outcome: Option<DisputeOutcome>,
    pub(crate) held_by: Option<MemberId>,
    pub(crate) document: Option<DocumentKey>,
}

impl Payment {
    /// The payment as the canonical form has it.
    pub(crate) fn row(&self, payment: PaymentId) -> PaymentRow {
        PaymentRow {
            payment,
            arrangement: self.arrangement,
            return_of: self.return_of,
            payer: self.payer,
            payee: self.payee,
            uetr: self.uetr,
            content: self.content,
            state: self.state.expect("a payment has a state once its event is applied"),
            collection: self.collection,
            payout: self.payout,
            payout_when: self.payout_when,
            payer_minor: self.payer_minor,
            position_minor: self.position_minor,
            payee_minor: self.payee_minor,
            position_currency: self.currencies.position,
            urgent: self.urgent,
            quote_until: self.quote_until,
            value_date: self.value_date,
            entered: self.entered,
            conformity_by: self.conformity_by,
            cycle: self.cycle,
            returned_minor: self.returned_minor,
            dispute: self.dispute,
            dispute_outcome: self.dispute_outcome,
        }
    }

    /// Whether it has neither cleared nor ended.
    pub(crate) fn waits(&self) -> bool {
        matches!(
            self.state,
            Some(
                PaymentState::AwaitingRate
                    | PaymentState::AwaitingCollection
                    | PaymentState::Held
                    | PaymentState::Queued
                    | PaymentState::InCycle
            )
        )
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.state.is_some_and(PaymentState::is_closed)
    }

    pub(crate) fn is_open(&self) -> bool {
        self.state.is_some_and(|state| !state.is_closed())
    }

    fn folded(&self, payment: PaymentId) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(ROW_BYTES);
        self.row(payment).write(&mut bytes);
        bytes
    }
}

/// Payments by ordinal. An order that was refused has an ordinal and is none.
#[derive(Default)]
pub(crate) struct Payments {
    by_ordinal: Vec<Option<Payment>>,
}

impl Payments {
    pub(crate) fn get(&self, id: PaymentId) -> Option<&Payment> {
        self.by_ordinal.get(usize::try_from(id.0).ok()?)?.as_ref()
    }

    pub(crate) fn get_mut(&mut self, id: PaymentId) -> Option<&mut Payment> {
        self.by_ordinal.get_mut(usize::try_from(id.0).ok()?)?.as_mut()
    }

    /// Puts in the payment that has the last ordinal given.
    pub(crate) fn push(&mut self, id: PaymentId, payment: Payment) {
        let ordinal = usize::try_from(id.0).expect("ordinals are given one after the other");
        assert!(ordinal >= self.by_ordinal.len(), "payment {id} is put in twice");
        self.by_ordinal.resize(ordinal, None);
        self.by_ordinal.push(Some(payment));
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Payment> + '_ {
        self.by_ordinal.iter().flatten()
    }
}

impl std::ops::Index<PaymentId> for Payments {
    type Output = Payment;

    fn index(&self, id: PaymentId) -> &Payment {
        self.get(id).expect("what is kept beside the payments names payments")
    }
}

impl Model {
    /// The next ordinal of a payment, if it is the one given.
    pub(crate) fn take_payment_ordinal(&mut self, payment: PaymentId) -> Checked {
        crate::finding::equal(Check::Order, "the ordinal of a payment", PaymentId(self.payments_count), payment)?;
        self.payments_count += 1;
        Ok(())
    }

    /// Changes a payment, and keeps open and closed ones where the canonical form has them.
    pub(crate) fn change(&mut self, id: PaymentId, change: impl FnOnce(&mut Payment)) -> Checked {
        let payment = self.payments.get_mut(id).ok_or_else(|| unknown_payment(id))?;
        let was_open = payment.is_open();
        if payment.is_closed() {
            self.closed_payments.remove(&payment.folded(id));
        }
        change(payment);
        if payment.is_closed() {
            self.closed_payments.add(&payment.folded(id));
        }
        match (was_open, payment.is_open()) {
            (false, true) => assert!(self.open_payments.insert(id), "payment {id} opens once"),
            (true, false) => assert!(self.open_payments.remove(&id), "payment {id} was open"),
            (false, false) | (true, true) => {}
        }
        Ok(())
    }

    /// Moves a payment by a step, if the table has it.
    pub(crate) fn step(&mut self, id: PaymentId, step: Step, to: PaymentState) -> Checked {
        let from = self.payment(id)?.state;
        if !TRANSITIONS.contains(&(from, step, to)) {
            let found = format!("from {} to {}", from.map_or("received", PaymentState::name), to.name());
            let expected = format!("a row of the table for the step {}", step.name());
            return Err(Finding::new(Check::Transition, "the step of a payment", expected, found).about(id));
        }
        self.change(id, |payment| payment.state = Some(to))
    }

    /// Posts entries of a payment.
    pub(crate) fn post_for(&mut self, id: PaymentId, entries: &[Entry]) -> Checked {
        self.books.post(entries).map_err(|finding| finding.about(id))?;
        self.books.were_for(id, entries.len());
        if let Some((followed, log)) = &mut self.followed
            && *followed == id
        {
            log.extend_from_slice(entries);
        }
        Ok(())
    }

    /// What makes a payment unique for ever: its instructing institution and its reference.
    pub(crate) fn key_of(&self, payment: &Payment) -> Checked<PaymentKey> {
        let institution = match (payment.return_of, self.plan(payment.arrangement)?.initiator) {
            (Some(_), _) | (None, domain::plan::Initiator::Payer) => payment.payer,
            (None, domain::plan::Initiator::Payee) => payment.payee,
        };
        Ok(PaymentKey { institution, uetr: payment.uetr })
    }
}
