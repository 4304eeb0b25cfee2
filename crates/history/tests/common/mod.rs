//! What the tests of this archive share: evictions that follow from their number, and a plain model of what must be found.

#![allow(dead_code, reason = "each test file uses its own part of this")]

use domain::event::{DisputeOutcome, Payout};
use domain::payment::LegState;
use domain::plan::Denomination;
use domain::{
    ArrangementId, ContentDigest, CurrencyId, CycleId, Date, DocumentKey, EventSeq, InstitutionId, PaymentId,
    PaymentKey, PaymentOriginal, PaymentState, Refusal, Timestamp, Uetr,
};
use history::{Disk, History, HistoryFault, Options, Stamp, Warning};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

pub const HOUSE: [u8; 32] = [7; 32];

/// Numbers that are the same for the same seed.
pub struct Chance(pub u64);

impl Chance {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    pub fn index(&mut self, bound: usize) -> usize {
        usize::try_from(self.below(bound as u64)).expect("below a length")
    }

    pub fn one_in(&mut self, count: u64) -> bool {
        self.below(count) == 0
    }

    fn bytes(&mut self) -> [u8; 16] {
        (u128::from(self.next()) << 64 | u128::from(self.next())).to_le_bytes()
    }

    fn maybe<T>(&mut self, one_in: u64, value: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.one_in(one_in).then(|| value(self))
    }
}

/// The original of a payment when it is evicted for the n-th time, from 0. What identifies it stays the same; a document
/// that it uses may become free.
pub fn original(payment: u64, eviction: u64) -> PaymentOriginal {
    let mut fixed = Chance(payment.wrapping_mul(0x1234_5678_9abc_def1));
    let instructing = InstitutionId(u32::try_from(fixed.below(300)).unwrap());
    let other = InstitutionId(u32::try_from(fixed.below(300)).unwrap());
    let (uetr, content) = (Uetr(fixed.bytes()), ContentDigest(fixed.bytes()));
    let arrangement = ArrangementId(u16::try_from(fixed.below(3)).unwrap());
    // A document now and then has two users, one after the other.
    let document = fixed.maybe(2, |chance| DocumentKey((u128::from(chance.below(3_000)) + 1).to_be_bytes()));
    let entered = Date(19_000 + i32::try_from(payment / 1_000).unwrap());
    let mut now = Chance(payment << 8 | eviction);
    PaymentOriginal {
        payment: PaymentId(payment),
        arrangement,
        return_of: now.maybe(20, |chance| PaymentId(chance.below(payment + 1))),
        instructing,
        payer: if now.one_in(10) { other } else { instructing },
        payee: if now.one_in(10) { instructing } else { other },
        uetr,
        content,
        document: document.filter(|_| eviction == 0 && !now.one_in(8)),
        state: PaymentState::ALL[now.index(PaymentState::ALL.len())],
        refusal: now.maybe(6, |chance| Refusal::ALL[chance.index(Refusal::ALL.len())]),
        collection: LegState::ALL[now.index(LegState::ALL.len())],
        payout: LegState::ALL[now.index(LegState::ALL.len())],
        payout_when: now
            .maybe(2, |chance| [Payout::AtClearing, Payout::AfterSettlement, Payout::AtConformity][chance.index(3)]),
        payer_minor: now.below(100_000_000),
        position_minor: now.below(10_000_000),
        payee_minor: now.below(100_000_000),
        returned_minor: if eviction > 0 { now.below(10_000) } else { 0 },
        returned_payee_minor: if eviction > 0 { now.below(10_000) } else { 0 },
        position_currency: CurrencyId(u16::try_from(now.below(40)).unwrap()),
        denomination: [Denomination::Payee, Denomination::Payer, Denomination::Asset][now.index(3)],
        urgent: now.one_in(5),
        collected_first: now.one_in(5),
        quote_until: now
            .maybe(3, |chance| Timestamp(entered.start().0 + i64::try_from(chance.below(1 << 37)).unwrap())),
        value_date: entered.plus_days(i32::try_from(now.below(5)).unwrap() - 1),
        entered,
        conformity_by: now.maybe(9, |_| entered.plus_days(3)),
        cycle: now.maybe(2, |chance| CycleId(u32::try_from(chance.below(4_000)).unwrap())),
        dispute_outcome: now.maybe(50, |chance| {
            [DisputeOutcome::Upheld, DisputeOutcome::Rejected, DisputeOutcome::Lapsed][chance.index(3)]
        }),
    }
}

/// A key that no payment has.
pub fn unknown_key(number: u64) -> PaymentKey {
    let mut chance = Chance(number ^ 0x5555_0000_5555_0000);
    PaymentKey { institution: InstitutionId(u32::try_from(chance.below(300)).unwrap()), uetr: Uetr(chance.bytes()) }
}

/// One eviction.
#[derive(Clone, Debug)]
pub struct Eviction {
    pub at: EventSeq,
    pub originals: Vec<PaymentOriginal>,
}

/// Evictions that follow from a seed: mostly new payments in the order of their ordinals, some that come a second or third
/// time. Events are 3 apart.
pub fn evictions(seed: u64, count: u64, most_payments: u64) -> Vec<Eviction> {
    let mut chance = Chance(seed);
    let mut evicted: BTreeMap<u64, u64> = BTreeMap::new();
    let mut next_payment = 0;
    let mut all = Vec::new();
    for number in 0..count {
        let mut payments = BTreeMap::new();
        for _ in 0..chance.below(most_payments + 1) {
            next_payment += 1 + u64::from(chance.one_in(4));
            payments.insert(next_payment, 0);
        }
        for _ in 0..chance.below(most_payments / 8 + 1) {
            let again = chance.below(next_payment + 1);
            if let Some(times) = evicted.get(&again) {
                payments.insert(again, times + 1);
            }
        }
        evicted.extend(&payments);
        let originals = payments.into_iter().map(|(payment, eviction)| original(payment, eviction)).collect();
        all.push(Eviction { at: EventSeq(number * 3 + 2), originals });
    }
    all
}

pub fn stamp(height: u64) -> Stamp {
    let mut hash = [3; 32];
    hash[..8].copy_from_slice(&height.to_le_bytes());
    Stamp { height, hash }
}

/// The journal has this event.
pub fn durable_to(history: &History, at: EventSeq) {
    history.durable(stamp(at.0 + 1));
}

/// Trade documents in use.
type Used = BTreeSet<(ArrangementId, DocumentKey)>;

/// What must be found.
#[derive(Clone, Default)]
pub struct Model {
    newest: BTreeMap<PaymentId, PaymentOriginal>,
    keys: BTreeMap<PaymentKey, PaymentId>,
}

impl Model {
    pub fn of<'a>(evictions: impl IntoIterator<Item = &'a Eviction>) -> Self {
        let mut model = Self::default();
        evictions.into_iter().for_each(|eviction| model.take(eviction));
        model
    }

    /// As it is after the event that the archive is complete to.
    pub fn complete_to(evictions: &[Eviction], at: Option<EventSeq>) -> Self {
        Self::of(evictions.iter().filter(|eviction| Some(eviction.at) <= at))
    }

    pub fn take(&mut self, eviction: &Eviction) {
        for original in &eviction.originals {
            self.keys.insert(original.key(), original.payment);
            self.newest.insert(original.payment, original.clone());
        }
    }

    pub fn payments(&self) -> usize {
        self.newest.len()
    }

    /// Asks for everything that there is, and for as many things that there are not. The first difference or fault.
    pub fn compare(&self, history: &History) -> Result<(), Difference> {
        self.compare_some(history, 1)
    }

    /// Asks for one payment in so many.
    pub fn compare_some(&self, history: &History, one_in: usize) -> Result<(), Difference> {
        let used: Used = self.newest.values().filter_map(|it| Some((it.arrangement, it.document?))).collect();
        for (payment, expected) in self.newest.iter().step_by(one_in) {
            same(&history.payment(*payment)?.as_ref(), &Some(expected), "by ordinal", payment)?;
            same(&history.payment_of_key(expected.key())?.as_ref(), &Some(expected), "by key", payment)?;
            // Also the document of the first eviction, which may have become free.
            for document in [expected.document, original(payment.0, 0).document].into_iter().flatten() {
                let found = history.uses_document(expected.arrangement, document)?;
                same(&found, &used.contains(&(expected.arrangement, document)), "by document", payment)?;
            }
            let missing = PaymentId(payment.0 + 1);
            same(&history.payment(missing)?.as_ref(), &self.newest.get(&missing), "after it", payment)?;
            let unknown = unknown_key(payment.0);
            same(&history.payment_of_key(unknown)?, &None, "unknown key", payment)?;
            let foreign = PaymentKey { institution: InstitutionId(999), ..expected.key() };
            same(&history.payment_of_key(foreign)?, &None, "key of another institution", payment)?;
            same(&history.uses_document(ArrangementId(9), DocumentKey(unknown.uetr.0))?, &false, "document", payment)?;
        }
        self.compare_many(history, &used, one_in)?;
        same(&history.payment(PaymentId(u64::MAX))?, &None, "beyond", &PaymentId(u64::MAX))
    }

    /// The same by questions for many at once.
    fn compare_many(&self, history: &History, used: &Used, one_in: usize) -> Result<(), Difference> {
        let some = || self.newest.values().step_by(one_in);
        // Known and unknown in turns.
        let keys: Vec<PaymentKey> = some().flat_map(|it| [unknown_key(it.payment.0), it.key()]).collect();
        let expected: Vec<_> = some().enumerate().map(|(index, it)| (index * 2 + 1, it.clone())).collect();
        same(&history.payments_of_keys(&keys)?, &expected, "many keys", &PaymentId(0))?;
        let documents: Vec<_> =
            some().filter_map(|it| Some((it.arrangement, original(it.payment.0, 0).document?))).collect();
        let expected: Vec<usize> = (0..documents.len()).filter(|&index| used.contains(&documents[index])).collect();
        same(&history.uses_documents(&documents)?, &expected, "many documents", &PaymentId(0))
    }

    /// Everything is found as it must be.
    pub fn require(&self, history: &History, what: &str) {
        if let Err(difference) = self.compare(history) {
            panic!("{what}: {difference:?}");
        }
    }

    /// Makes the model wrong about one payment, to see that the comparison would notice.
    pub fn falsify(&mut self) {
        let original = self.newest.values_mut().next().expect("a payment");
        original.payee_minor += 1;
    }
}

/// How an archive differs from the model.
#[derive(Debug)]
pub enum Difference {
    Answer(String),
    Fault(HistoryFault),
}

impl From<HistoryFault> for Difference {
    fn from(fault: HistoryFault) -> Self {
        Self::Fault(fault)
    }
}

fn same<T: PartialEq + std::fmt::Debug>(
    found: &T,
    expected: &T,
    how: &str,
    payment: &PaymentId,
) -> Result<(), Difference> {
    if found == expected {
        return Ok(());
    }
    Err(Difference::Answer(format!("payment {payment} {how}: found {found:?}, expected {expected:?}")))
}

/// Small layers, no thread of its own.
pub fn in_hand() -> Options {
    Options { layer_payments: 40, background: false, ..Options::of_house(HOUSE) }
}

/// Small layers, and a thread that does not rest.
pub fn in_background() -> Options {
    Options { layer_payments: 40, merge_share_percent: 100, ..Options::of_house(HOUSE) }
}

pub fn open(folder: &Path, options: Options) -> Result<(History, Vec<Warning>), HistoryFault> {
    History::open(folder, options)
}

pub fn open_on(disk: &history::MemoryDisk, options: Options) -> Result<History, HistoryFault> {
    let disk: Arc<dyn Disk> = Arc::new(disk.clone());
    History::open_on(disk, options).map(|(history, _)| history)
}

/// Takes evictions and tells that the journal has them.
pub fn feed(history: &History, evictions: &[Eviction]) {
    for eviction in evictions {
        history.take(eviction.at, eviction.originals.clone());
        durable_to(history, eviction.at);
    }
}

pub fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("readable") {
        let entry = entry.expect("readable");
        std::fs::copy(entry.path(), to.join(entry.file_name())).expect("copied");
    }
}
