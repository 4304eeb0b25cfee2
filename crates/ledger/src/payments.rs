//! Payments in memory: one compact record each, found by ordinal or by key.

use domain::canonical::PaymentRow;
use domain::event::{DisputeOutcome, Payout};
use domain::payment::LegState;
use domain::{
    ArrangementId, ContentDigest, CurrencyId, CycleId, Date, InstitutionId, PaymentId, PaymentKey, PaymentState,
    Refusal, Timestamp, Uetr,
};
use std::collections::BTreeMap;
use std::hash::{BuildHasher, Hasher};

/// What is remembered of a payment. Kept small: a clearing house holds millions.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub(crate) struct PaymentRecord {
    pub(crate) uetr: Uetr,
    pub(crate) content: ContentDigest,
    pub(crate) payer_minor: u64,
    pub(crate) position_minor: u64,
    pub(crate) payee_minor: u64,
    pub(crate) returned_minor: u64,
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

/// All payments, by ordinal, and the table of keys.
#[derive(serde::Serialize, serde::Deserialize)]
pub(crate) struct Payments {
    records: Vec<PaymentRecord>,
    keys: KeyTable,
    pub(crate) disputes: BTreeMap<PaymentId, Dispute>,
    pub(crate) dispute_outcomes: BTreeMap<PaymentId, DisputeOutcome>,
}

impl Payments {
    pub(crate) fn new(table_key: u64) -> Self {
        Self {
            records: Vec::new(),
            keys: KeyTable::new(table_key),
            disputes: BTreeMap::new(),
            dispute_outcomes: BTreeMap::new(),
        }
    }

    pub(crate) fn next_id(&self) -> PaymentId {
        PaymentId(self.records.len() as u64)
    }

    pub(crate) fn get(&self, payment: PaymentId) -> Option<&PaymentRecord> {
        self.records.get(payment.index())
    }

    /// The record of a payment that an event names.
    ///
    /// # Panics
    /// When there is none: events name payments that exist.
    pub(crate) fn of(&self, payment: PaymentId) -> &PaymentRecord {
        &self.records[payment.index()]
    }

    pub(crate) fn of_mut(&mut self, payment: PaymentId) -> &mut PaymentRecord {
        &mut self.records[payment.index()]
    }

    pub(crate) fn find(&self, key: PaymentKey) -> Option<PaymentId> {
        self.keys.find(key, &self.records)
    }

    pub(crate) fn insert(&mut self, payment: PaymentId, record: PaymentRecord) {
        assert_eq!(payment, self.next_id(), "payment ordinals are dense");
        self.records.push(record);
        self.keys.insert(payment, &self.records);
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (PaymentId, &PaymentRecord)> + '_ {
        self.records.iter().enumerate().map(|(index, record)| (PaymentId(index as u64), record))
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

/// Look-up of payments by key: ordinals in an open-addressing table, keys compared in the records. It is never iterated,
/// so its order, which depends on a key given from outside against flooding, cannot reach any result.
struct KeyTable {
    table: hashbrown::HashTable<u32>,
    table_key: u64,
}

impl KeyTable {
    fn new(table_key: u64) -> Self {
        Self { table: hashbrown::HashTable::new(), table_key }
    }

    fn find(&self, key: PaymentKey, records: &[PaymentRecord]) -> Option<PaymentId> {
        self.table
            .find(self.hash(key), |&ordinal| {
                let record = &records[ordinal as usize];
                record.uetr == key.uetr && record.instructing == key.institution
            })
            .map(|&ordinal| PaymentId(u64::from(ordinal)))
    }

    fn insert(&mut self, payment: PaymentId, records: &[PaymentRecord]) {
        let ordinal = u32::try_from(payment.0).expect("more payments in memory than the table can number");
        let table_key = self.table_key;
        let hash_of = |&ordinal: &u32| hash(table_key, records[ordinal as usize].key());
        self.table.insert_unique(hash_of(&ordinal), ordinal, hash_of);
    }

    fn hash(&self, key: PaymentKey) -> u64 {
        hash(self.table_key, key)
    }
}

impl PaymentRecord {
    pub(crate) fn key(&self) -> PaymentKey {
        PaymentKey { institution: self.instructing, uetr: self.uetr }
    }
}

fn hash(table_key: u64, key: PaymentKey) -> u64 {
    let mut hasher = foldhash::quality::FixedState::with_seed(table_key).build_hasher();
    hasher.write_u128(u128::from_le_bytes(key.uetr.0));
    hasher.write_u32(key.institution.0);
    hasher.finish()
}

// The table is rebuilt from the records when a snapshot is read.
impl serde::Serialize for KeyTable {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.table_key.serialize(serializer)
    }
}

impl<'de> serde::Deserialize<'de> for KeyTable {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::new(serde::Deserialize::deserialize(deserializer)?))
    }
}

impl Payments {
    /// Fills the table of keys after the records were read back.
    pub(crate) fn rebuild_keys(&mut self) {
        self.keys.table.clear();
        self.keys.table.reserve(self.records.len(), |_| 0);
        for index in 0..self.records.len() {
            self.keys.insert(PaymentId(index as u64), &self.records);
        }
    }
}
