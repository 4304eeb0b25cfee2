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

/// All payments, by ordinal, and the table of keys.
#[derive(serde::Serialize, serde::Deserialize)]
pub(crate) struct Payments {
    records: Records,
    keys: KeyTable,
    pub(crate) disputes: BTreeMap<PaymentId, Dispute>,
    pub(crate) dispute_outcomes: BTreeMap<PaymentId, DisputeOutcome>,
}

impl Payments {
    pub(crate) fn new(table_key: u64) -> Self {
        Self {
            records: Records::default(),
            keys: KeyTable::new(table_key),
            disputes: BTreeMap::new(),
            dispute_outcomes: BTreeMap::new(),
        }
    }

    pub(crate) fn next_id(&self) -> PaymentId {
        PaymentId(self.records.count)
    }

    pub(crate) fn get(&self, payment: PaymentId) -> Option<&PaymentRecord> {
        self.records.get(payment.0)
    }

    /// The record of a payment that an event names.
    ///
    /// # Panics
    /// When there is none: events name payments that exist.
    pub(crate) fn of(&self, payment: PaymentId) -> &PaymentRecord {
        self.records.of(payment.0)
    }

    pub(crate) fn of_mut(&mut self, payment: PaymentId) -> &mut PaymentRecord {
        self.records.of_mut(payment.0)
    }

    pub(crate) fn find(&self, key: PaymentKey) -> Option<PaymentId> {
        self.keys.find(key, &self.records)
    }

    pub(crate) fn insert(&mut self, payment: PaymentId, record: PaymentRecord) {
        assert_eq!(payment, self.next_id(), "payment ordinals are dense");
        self.keys.insert(payment, record.key());
        self.records.push(record);
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

/// Records by ordinal, in pieces of one size: the millionth payment moves none of those before it, and memory grows by
/// what is added.
#[derive(Default, serde::Serialize, serde::Deserialize)]
struct Records {
    pieces: Vec<Vec<PaymentRecord>>,
    count: u64,
}

/// Records of a piece: a power of two, so that finding one is a shift and a mask.
const PIECE: u64 = 4_096;

impl Records {
    fn get(&self, ordinal: u64) -> Option<&PaymentRecord> {
        (ordinal < self.count).then(|| self.of(ordinal))
    }

    fn of(&self, ordinal: u64) -> &PaymentRecord {
        let (piece, place) = Self::place(ordinal);
        &self.pieces[piece][place]
    }

    fn of_mut(&mut self, ordinal: u64) -> &mut PaymentRecord {
        let (piece, place) = Self::place(ordinal);
        &mut self.pieces[piece][place]
    }

    fn push(&mut self, record: PaymentRecord) {
        let (piece, _) = Self::place(self.count);
        if piece == self.pieces.len() {
            self.pieces.push(Vec::with_capacity(Self::place(PIECE - 1).1 + 1));
        }
        self.pieces[piece].push(record);
        self.count += 1;
    }

    fn iter(&self) -> impl Iterator<Item = &PaymentRecord> + '_ {
        self.pieces.iter().flatten()
    }

    #[allow(clippy::cast_possible_truncation, reason = "usize is 64 bits wide on every supported target")]
    const fn place(ordinal: u64) -> (usize, usize) {
        ((ordinal / PIECE) as usize, (ordinal % PIECE) as usize)
    }
}

/// Look-up of payments by key: ordinals in an open-addressing table, each with the hash of its key, so that neither growing
/// the table nor looking for a new key touches a record. It is never iterated, so its order, which depends on a key given
/// from outside against flooding, cannot reach any result.
struct KeyTable {
    table: hashbrown::HashTable<KeyEntry>,
    table_key: u64,
}

#[derive(Clone, Copy)]
struct KeyEntry {
    hash: u32,
    ordinal: u32,
}

impl KeyTable {
    fn new(table_key: u64) -> Self {
        Self { table: hashbrown::HashTable::new(), table_key }
    }

    fn find(&self, key: PaymentKey, records: &Records) -> Option<PaymentId> {
        let hash = hash(self.table_key, key);
        let is_it = |entry: &KeyEntry| {
            entry.hash == hash && {
                let record = records.of(u64::from(entry.ordinal));
                record.uetr == key.uetr && record.instructing == key.institution
            }
        };
        self.table.find(spread(hash), is_it).map(|entry| PaymentId(u64::from(entry.ordinal)))
    }

    fn insert(&mut self, payment: PaymentId, key: PaymentKey) {
        let ordinal = u32::try_from(payment.0).expect("more payments in memory than the table can number");
        let hash = hash(self.table_key, key);
        self.table.insert_unique(spread(hash), KeyEntry { hash, ordinal }, |entry| spread(entry.hash));
    }
}

impl PaymentRecord {
    pub(crate) fn key(&self) -> PaymentKey {
        PaymentKey { institution: self.instructing, uetr: self.uetr }
    }
}

fn hash(table_key: u64, key: PaymentKey) -> u32 {
    let mut hasher = foldhash::quality::FixedState::with_seed(table_key).build_hasher();
    hasher.write_u128(u128::from_le_bytes(key.uetr.0));
    hasher.write_u32(key.institution.0);
    #[expect(clippy::cast_possible_truncation, reason = "thirty-two bits of it are enough to tell keys apart")]
    let hash = hasher.finish() as u32;
    hash
}

/// The table takes its place from the low bits and its tag from the high ones.
const fn spread(hash: u32) -> u64 {
    (hash as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15)
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
        self.keys.table.reserve(usize::try_from(self.records.count).unwrap_or(0), |entry| spread(entry.hash));
        for ordinal in 0..self.records.count {
            self.keys.insert(PaymentId(ordinal), self.records.of(ordinal).key());
        }
    }
}
