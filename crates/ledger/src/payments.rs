//! Payments in memory: one compact record each, found by ordinal or by key.

use crate::look_up::OrdinalTable;
use domain::canonical::PaymentRow;
use domain::event::{DisputeOutcome, Payout};
use domain::payment::LegState;
use domain::{
    ArrangementId, Bucket, ContentDigest, CurrencyId, CycleId, Date, DocumentKey, InstitutionId, PaymentId, PaymentKey,
    PaymentOriginal, PaymentState, Refusal, Timestamp, Uetr,
};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// What is remembered of a payment. Kept small: a clearing house holds millions.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub(crate) struct PaymentRecord {
    pub(crate) uetr: Uetr,
    pub(crate) content: ContentDigest,
    /// Key of its trade document, whether or not the document still counts as used by it.
    pub(crate) document: Option<DocumentKey>,
    pub(crate) payer_minor: u64,
    pub(crate) position_minor: u64,
    pub(crate) payee_minor: u64,
    pub(crate) returned_minor: u64,
    /// What the payee's institution gave back so far, in minor units of its currency.
    pub(crate) returned_payee_minor: u64,
    pub(crate) quote_until: Option<Timestamp>,
    pub(crate) return_of: Option<PaymentId>,
    pub(crate) instructing: InstitutionId,
    pub(crate) payer: InstitutionId,
    pub(crate) payee: InstitutionId,
    pub(crate) value_date: Date,
    pub(crate) entered: Date,
    pub(crate) conformity_by: Option<Date>,
    pub(crate) cycle: Option<CycleId>,
    pub(crate) arrangement: ArrangementId,
    pub(crate) position_currency: CurrencyId,
    pub(crate) refusal: Option<Refusal>,
    pub(crate) state: PaymentState,
    pub(crate) collection: LegState,
    pub(crate) payout: LegState,
    pub(crate) payout_when: Option<Payout>,
    pub(crate) denomination: domain::plan::Denomination,
    pub(crate) urgent: bool,
    pub(crate) collected_first: bool,
}

/// A dispute of a payment, kept beside the record because few have one.
#[derive(Clone, Copy, Debug, serde::Serialize, serde::Deserialize)]
pub(crate) struct Dispute {
    pub(crate) carrier: InstitutionId,
    pub(crate) until: Date,
    pub(crate) before: PaymentState,
}

/// All payments in memory, by ordinal, and the tables of keys and of trade documents.
#[derive(serde::Serialize, serde::Deserialize)]
pub(crate) struct Payments {
    records: Records,
    keys: OrdinalTable,
    documents: OrdinalTable,
    pub(crate) disputes: BTreeMap<PaymentId, Dispute>,
    pub(crate) dispute_outcomes: BTreeMap<PaymentId, DisputeOutcome>,
    /// How many have left memory, by arrangement and figure; returns are not counted.
    pub(crate) gone: BTreeMap<(ArrangementId, Bucket), u64>,
}

impl Payments {
    pub(crate) fn new(table_key: u64) -> Self {
        Self {
            records: Records::default(),
            keys: OrdinalTable::new(table_key),
            documents: OrdinalTable::new(table_key),
            disputes: BTreeMap::new(),
            dispute_outcomes: BTreeMap::new(),
            gone: BTreeMap::new(),
        }
    }

    pub(crate) fn next_id(&self) -> PaymentId {
        PaymentId(self.records.count)
    }

    /// The first payment that is in memory whatever its state: of those before, only what is open or was recalled.
    pub(crate) const fn first_kept(&self) -> PaymentId {
        PaymentId(self.records.evicted_before)
    }

    pub(crate) fn get(&self, payment: PaymentId) -> Option<&PaymentRecord> {
        self.records.get(payment.0)
    }

    /// The record of a payment that an event names.
    ///
    /// # Panics
    /// When it is not in memory: events name payments that are.
    pub(crate) fn of(&self, payment: PaymentId) -> &PaymentRecord {
        self.records.of(payment.0)
    }

    pub(crate) fn of_mut(&mut self, payment: PaymentId) -> &mut PaymentRecord {
        self.records.of_mut(payment.0)
    }

    pub(crate) fn find(&self, key: PaymentKey) -> Option<PaymentId> {
        let found = self.keys.find(&key_bytes(key), |ordinal| self.records.of(ordinal).key() == key);
        found.map(PaymentId)
    }

    /// Whether a payment in memory uses a trade document.
    pub(crate) fn uses(&self, arrangement: ArrangementId, document: DocumentKey) -> bool {
        let is_it = |ordinal| {
            let record = self.records.of(ordinal);
            record.document == Some(document) && record.arrangement == arrangement
        };
        self.documents.find(&document_bytes(arrangement, document), is_it).is_some()
    }

    /// Reads where a payment with this key and this trade document would be found, and waits for neither.
    pub(crate) fn look_ahead(&self, key: PaymentKey, document: Option<(ArrangementId, DocumentKey)>) {
        self.keys.look_ahead(&key_bytes(key));
        if let Some((arrangement, document)) = document {
            self.documents.look_ahead(&document_bytes(arrangement, document));
        }
    }

    /// Takes a payment in; a trade document that it names counts as used from now on.
    pub(crate) fn insert(&mut self, payment: PaymentId, record: PaymentRecord) {
        assert_eq!(payment, self.next_id(), "payment ordinals are dense");
        self.enter_in_tables(payment, &record);
        self.records.push(record);
    }

    fn enter_in_tables(&mut self, payment: PaymentId, record: &PaymentRecord) {
        self.keys.insert(&key_bytes(record.key()), payment.0);
        if let Some(document) = record.document {
            self.documents.insert(&document_bytes(record.arrangement, document), payment.0);
        }
    }

    /// A payment ended without clearing: its trade document may be used by another.
    pub(crate) fn free_document(&mut self, payment: PaymentId, document: DocumentKey) {
        let arrangement = self.of(payment).arrangement;
        let removed = self.documents.remove(&document_bytes(arrangement, document), payment.0);
        assert!(removed, "a waiting document is in use");
    }

    /// Every payment in memory, by ordinal.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (PaymentId, &PaymentRecord)> + '_ {
        self.records.iter().map(|(ordinal, record)| (PaymentId(ordinal), record))
    }

    /// What leaves memory when everything closed before an ordinal does.
    pub(crate) fn closed_before(&self, before: PaymentId) -> impl Iterator<Item = (PaymentId, &PaymentRecord)> + '_ {
        self.records.finished_before(before.0).map(|(ordinal, record)| (PaymentId(ordinal), record))
    }

    /// Lets go of everything closed before an ordinal. What is open stays, and what was recalled goes with the rest.
    pub(crate) fn evict(&mut self, before: PaymentId) {
        assert!(
            before >= self.first_kept() && before <= self.next_id(),
            "eviction goes forward, to payments there are"
        );
        let gone: Vec<PaymentId> = self.closed_before(before).map(|(payment, _)| payment).collect();
        for payment in gone {
            let record = self.records.of(payment.0);
            let (key, document) = (key_bytes(record.key()), record.document);
            assert!(self.keys.remove(&key, payment.0), "a payment in memory is in the table of keys");
            if let Some(document) = document {
                // Not there where the payment ended without clearing.
                self.documents.remove(&document_bytes(record.arrangement, document), payment.0);
            }
            self.dispute_outcomes.remove(&payment);
            if record.return_of.is_none() {
                *self.gone.entry((record.arrangement, record.state.bucket())).or_default() += 1;
            }
        }
        self.records.evict(before.0);
    }

    /// Takes a payment back that had left memory.
    pub(crate) fn recall(&mut self, original: &PaymentOriginal) {
        let payment = original.payment;
        assert!(payment < self.first_kept() && self.get(payment).is_none(), "only what left memory is recalled");
        let record = PaymentRecord::from(original);
        self.enter_in_tables(payment, &record);
        if record.return_of.is_none() {
            let gone = self.gone.get_mut(&(record.arrangement, record.state.bucket()));
            *gone.expect("what is recalled had left") -= 1;
        }
        if let Some(outcome) = original.dispute_outcome {
            self.dispute_outcomes.insert(payment, outcome);
        }
        self.records.keep(payment.0, record);
    }

    /// A payment as an archive keeps it.
    pub(crate) fn original(&self, payment: PaymentId) -> PaymentOriginal {
        let record = self.of(payment);
        let document = record.document.filter(|document| {
            let is_it = |ordinal| ordinal == payment.0;
            self.documents.find(&document_bytes(record.arrangement, *document), is_it).is_some()
        });
        PaymentOriginal {
            payment,
            arrangement: record.arrangement,
            return_of: record.return_of,
            instructing: record.instructing,
            payer: record.payer,
            payee: record.payee,
            uetr: record.uetr,
            content: record.content,
            document,
            state: record.state,
            refusal: record.refusal,
            collection: record.collection,
            payout: record.payout,
            payout_when: record.payout_when,
            payer_minor: record.payer_minor,
            position_minor: record.position_minor,
            payee_minor: record.payee_minor,
            returned_minor: record.returned_minor,
            returned_payee_minor: record.returned_payee_minor,
            position_currency: record.position_currency,
            denomination: record.denomination,
            urgent: record.urgent,
            collected_first: record.collected_first,
            quote_until: record.quote_until,
            value_date: record.value_date,
            entered: record.entered,
            conformity_by: record.conformity_by,
            cycle: record.cycle,
            dispute_outcome: self.dispute_outcomes.get(&payment).copied(),
        }
    }

    /// Fills the tables after the records were read back; documents of payments that ended without clearing are free.
    pub(crate) fn rebuild_tables(&mut self) {
        let entries: Vec<(PaymentId, PaymentKey, ArrangementId, Option<DocumentKey>)> = self
            .iter()
            .map(|(payment, record)| {
                let used = record.document.filter(|_| !record.ended_without_clearing());
                (payment, record.key(), record.arrangement, used)
            })
            .collect();
        self.keys.clear(entries.len());
        self.documents.clear(entries.len());
        for (payment, key, arrangement, document) in entries {
            self.keys.insert(&key_bytes(key), payment.0);
            if let Some(document) = document {
                self.documents.insert(&document_bytes(arrangement, document), payment.0);
            }
        }
    }

    /// The payment as the canonical form has it.
    pub(crate) fn row(&self, payment: PaymentId) -> PaymentRow {
        let record = self.of(payment);
        PaymentRow {
            payment,
            arrangement: record.arrangement,
            return_of: record.return_of,
            payer: record.payer,
            payee: record.payee,
            uetr: record.uetr,
            content: record.content,
            state: record.state,
            collection: record.collection,
            payout: record.payout,
            payout_when: record.payout_when,
            payer_minor: record.payer_minor,
            position_minor: record.position_minor,
            payee_minor: record.payee_minor,
            position_currency: record.position_currency,
            urgent: record.urgent,
            quote_until: record.quote_until,
            value_date: record.value_date,
            entered: record.entered,
            conformity_by: record.conformity_by,
            cycle: record.cycle,
            returned_minor: record.returned_minor,
            dispute: self.disputes.get(&payment).map(|d| (d.carrier, d.until, d.before)),
            dispute_outcome: self.dispute_outcomes.get(&payment).copied(),
        }
    }
}

/// Records by ordinal, in pieces of one size: the millionth payment moves none of those before it, and memory grows by
/// what is added. Below `evicted_before` only some are left, and they are kept apart.
#[derive(Default, serde::Serialize, serde::Deserialize)]
struct Records {
    pieces: VecDeque<Vec<PaymentRecord>>,
    /// Pieces that were there before the first of these.
    pieces_gone: u64,
    count: u64,
    evicted_before: u64,
    kept: BTreeMap<u64, PaymentRecord>,
    /// Of those kept, the ones that something happened to since the last eviction: no other can have become finished, and
    /// a day's open payments are not looked through at each step.
    kept_and_touched: BTreeSet<u64>,
}

/// Records of a piece: a power of two, so that finding one is a shift and a mask.
const PIECE: u64 = 4_096;

impl Records {
    fn get(&self, ordinal: u64) -> Option<&PaymentRecord> {
        if ordinal < self.evicted_before {
            return self.kept.get(&ordinal);
        }
        (ordinal < self.count).then(|| self.of(ordinal))
    }

    fn of(&self, ordinal: u64) -> &PaymentRecord {
        if ordinal < self.evicted_before {
            return self.kept.get(&ordinal).expect("a payment that an event names is in memory");
        }
        let (piece, place) = self.place(ordinal);
        &self.pieces[piece][place]
    }

    fn of_mut(&mut self, ordinal: u64) -> &mut PaymentRecord {
        if ordinal < self.evicted_before {
            self.kept_and_touched.insert(ordinal);
            return self.kept.get_mut(&ordinal).expect("a payment that an event names is in memory");
        }
        let (piece, place) = self.place(ordinal);
        &mut self.pieces[piece][place]
    }

    fn push(&mut self, record: PaymentRecord) {
        let (piece, _) = self.place(self.count);
        if piece == self.pieces.len() {
            self.pieces.push_back(Vec::with_capacity(index(PIECE)));
        }
        self.pieces[piece].push(record);
        self.count += 1;
    }

    fn keep(&mut self, ordinal: u64, record: PaymentRecord) {
        self.kept_and_touched.insert(ordinal);
        self.kept.insert(ordinal, record);
    }

    /// What is finished before an ordinal, in order.
    fn finished_before(&self, before: u64) -> impl Iterator<Item = (u64, &PaymentRecord)> + '_ {
        let touched = self.kept_and_touched.iter().map(|ordinal| (*ordinal, self.of(*ordinal)));
        let in_pieces = (self.evicted_before..before).map(|ordinal| (ordinal, self.of(ordinal)));
        touched.chain(in_pieces).filter(|(_, record)| record.is_finished())
    }

    /// Sets what is open before an ordinal aside, and lets go of the rest and of the pieces that are empty then.
    fn evict(&mut self, before: u64) {
        for ordinal in std::mem::take(&mut self.kept_and_touched) {
            if self.of(ordinal).is_finished() {
                self.kept.remove(&ordinal);
            }
        }
        for ordinal in self.evicted_before..before {
            let (piece, place) = self.place(ordinal);
            let record = &self.pieces[piece][place];
            if !record.is_finished() {
                let record = record.clone();
                self.kept.insert(ordinal, record);
            }
        }
        self.evicted_before = before;
        while self.pieces_gone < before / PIECE {
            self.pieces.pop_front();
            self.pieces_gone += 1;
        }
    }

    fn iter(&self) -> impl Iterator<Item = (u64, &PaymentRecord)> + '_ {
        let kept = self.kept.iter().map(|(ordinal, record)| (*ordinal, record));
        let in_pieces = (self.pieces_gone * PIECE..).zip(self.pieces.iter().flatten());
        kept.chain(in_pieces.skip(index(self.evicted_before - self.pieces_gone * PIECE)))
    }

    const fn place(&self, ordinal: u64) -> (usize, usize) {
        (index(ordinal / PIECE - self.pieces_gone), index(ordinal % PIECE))
    }
}

#[allow(clippy::cast_possible_truncation, reason = "usize is 64 bits wide on every supported target")]
const fn index(number: u64) -> usize {
    number as usize
}

impl PaymentRecord {
    pub(crate) fn key(&self) -> PaymentKey {
        PaymentKey { institution: self.instructing, uetr: self.uetr }
    }

    /// Whether nothing more is expected to happen to it: neither to the payment, nor to one of its legs by itself.
    fn is_finished(&self) -> bool {
        let still = |leg| matches!(leg, LegState::None | LegState::Confirmed);
        self.state.is_closed() && still(self.collection) && still(self.payout)
    }

    /// Whether it never came to leg 2.
    fn ended_without_clearing(&self) -> bool {
        self.state.is_closed() && self.cycle.is_none()
    }
}

impl From<&PaymentOriginal> for PaymentRecord {
    fn from(original: &PaymentOriginal) -> Self {
        Self {
            uetr: original.uetr,
            content: original.content,
            document: original.document,
            payer_minor: original.payer_minor,
            position_minor: original.position_minor,
            payee_minor: original.payee_minor,
            returned_minor: original.returned_minor,
            returned_payee_minor: original.returned_payee_minor,
            quote_until: original.quote_until,
            return_of: original.return_of,
            instructing: original.instructing,
            payer: original.payer,
            payee: original.payee,
            value_date: original.value_date,
            entered: original.entered,
            conformity_by: original.conformity_by,
            cycle: original.cycle,
            arrangement: original.arrangement,
            position_currency: original.position_currency,
            refusal: original.refusal,
            state: original.state,
            collection: original.collection,
            payout: original.payout,
            payout_when: original.payout_when,
            denomination: original.denomination,
            urgent: original.urgent,
            collected_first: original.collected_first,
        }
    }
}

fn key_bytes(key: PaymentKey) -> (u128, u32) {
    (u128::from_le_bytes(key.uetr.0), key.institution.0)
}

fn document_bytes(arrangement: ArrangementId, document: DocumentKey) -> (u128, u32) {
    (u128::from_le_bytes(document.0), u32::from(arrangement.0))
}
