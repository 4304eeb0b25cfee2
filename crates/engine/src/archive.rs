//! Where closed payments go that leave memory, and where they are found again.

use domain::{ArrangementId, DocumentKey, EventSeq, PaymentId, PaymentKey, PaymentOriginal};
use journal::Head;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// An archive of payments that left memory. It is a cache of the journal: replay fills it again.
///
/// What is stored is found at once, whether or not it is written yet. Of two originals of one payment the later one
/// stands: it was recalled and changed in between.
pub trait Archive: Send + Sync {
    /// Takes what event `at` evicted. What is there already, of an event before, is taken again in replay and changes
    /// nothing.
    fn store(&self, at: EventSeq, originals: Vec<PaymentOriginal>);

    /// The journal is durable up to `head`: what was stored up to there may be written.
    fn durable(&self, head: &Head);

    /// The last eviction that it holds whole, with all before it.
    fn complete_to(&self) -> Option<EventSeq>;

    /// The payment of a key.
    ///
    /// # Errors
    /// [`ArchiveFault`].
    fn payment_of_key(&self, key: PaymentKey) -> Result<Option<PaymentOriginal>, ArchiveFault>;

    /// A payment by its ordinal.
    ///
    /// # Errors
    /// [`ArchiveFault`].
    fn payment(&self, payment: PaymentId) -> Result<Option<PaymentOriginal>, ArchiveFault>;

    /// Whether a payment that left memory uses a trade document.
    ///
    /// # Errors
    /// [`ArchiveFault`].
    fn uses_document(&self, arrangement: ArrangementId, document: DocumentKey) -> Result<bool, ArchiveFault>;

    /// The payments of many keys: which of them are known, by place, each with its payment. An archive for which many
    /// look-ups at once are cheaper overrides it.
    ///
    /// # Errors
    /// [`ArchiveFault`].
    fn payments_of_keys(&self, keys: &[PaymentKey]) -> Result<Vec<(usize, PaymentOriginal)>, ArchiveFault> {
        let mut found = Vec::new();
        for (place, key) in keys.iter().enumerate() {
            found.extend(self.payment_of_key(*key)?.map(|original| (place, original)));
        }
        Ok(found)
    }

    /// Which of many trade documents are used, by place.
    ///
    /// # Errors
    /// [`ArchiveFault`].
    fn uses_documents(&self, documents: &[(ArrangementId, DocumentKey)]) -> Result<Vec<usize>, ArchiveFault> {
        let mut used = Vec::new();
        for (place, (arrangement, document)) in documents.iter().enumerate() {
            if self.uses_document(*arrangement, *document)? {
                used.push(place);
            }
        }
        Ok(used)
    }
}

/// Why an archive could not answer: what, where and what to do, in its own words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ArchiveFault {
    /// The permanent code.
    pub code: &'static str,
    /// What is wrong, where, and what to do.
    pub message: String,
}

impl fmt::Display for ArchiveFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ArchiveFault {}

/// An archive in memory: for tests, simulators, and replays that end with the process.
#[derive(Default)]
pub struct MemoryArchive {
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    payments: BTreeMap<PaymentId, PaymentOriginal>,
    keys: BTreeMap<PaymentKey, PaymentId>,
    documents: BTreeSet<(ArrangementId, DocumentKey)>,
    complete_to: Option<EventSeq>,
}

impl MemoryArchive {
    /// How many payments it holds.
    #[must_use]
    pub fn payments_count(&self) -> usize {
        self.held().payments.len()
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        // What a panicking thread left is whole: every change is a single insertion.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Archive for MemoryArchive {
    fn store(&self, at: EventSeq, originals: Vec<PaymentOriginal>) {
        let mut held = self.held();
        if held.complete_to.is_some_and(|complete| at <= complete) {
            return;
        }
        for original in originals {
            held.keys.insert(original.key(), original.payment);
            if let Some(document) = original.document {
                held.documents.insert((original.arrangement, document));
            }
            held.payments.insert(original.payment, original);
        }
        held.complete_to = Some(at);
    }

    fn durable(&self, _head: &Head) {}

    fn complete_to(&self) -> Option<EventSeq> {
        self.held().complete_to
    }

    fn payment_of_key(&self, key: PaymentKey) -> Result<Option<PaymentOriginal>, ArchiveFault> {
        let held = self.held();
        Ok(held.keys.get(&key).and_then(|payment| held.payments.get(payment)).cloned())
    }

    fn payment(&self, payment: PaymentId) -> Result<Option<PaymentOriginal>, ArchiveFault> {
        Ok(self.held().payments.get(&payment).cloned())
    }

    fn uses_document(&self, arrangement: ArrangementId, document: DocumentKey) -> Result<bool, ArchiveFault> {
        Ok(self.held().documents.contains(&(arrangement, document)))
    }
}
