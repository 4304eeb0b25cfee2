//! Originals in memory that are not on the disk yet.

use crate::block::Entry;
use crate::key_hash::{KeyHash, spread};
use crate::merge::used_document;
use crate::packed::{self, PACKED_BYTES_MAX};
use crate::run_writer::{Content, Halt, PutEntry, PutRecord};
use domain::{ArrangementId, DocumentKey, EventSeq, PaymentId, PaymentKey, PaymentOriginal};
use hashbrown::HashTable;
use std::sync::Arc;

/// What one event evicted.
pub(crate) struct Batch {
    pub(crate) at: EventSeq,
    pub(crate) originals: Vec<PaymentOriginal>,
}

/// Where an original is: which batch, which of its originals.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Place {
    batch: u32,
    index: u32,
}

/// Batches, oldest first, with tables of where each key, payment and document is. The tables are never iterated.
pub(crate) struct Layer {
    hash: KeyHash,
    batches: Vec<Arc<Batch>>,
    originals: usize,
    /// The newest original of each payment.
    payments: HashTable<Place>,
    /// The newest original of each key.
    keys: HashTable<Place>,
    /// Every original that uses a document, newest of its payment or not.
    documents: HashTable<Place>,
}

impl Layer {
    pub(crate) fn new(hash: KeyHash) -> Self {
        let [payments, keys, documents] = [HashTable::new(), HashTable::new(), HashTable::new()];
        Self { hash, batches: Vec::new(), originals: 0, payments, keys, documents }
    }

    /// A layer of the same archive without anything.
    pub(crate) fn emptied(&self) -> Self {
        Self::new(self.hash)
    }

    pub(crate) fn add(&mut self, batch: Arc<Batch>) {
        let number = u32::try_from(self.batches.len()).expect("a layer is written long before that many events");
        let Self { hash, batches, payments, keys, documents, originals } = self;
        *originals += batch.originals.len();
        batches.push(batch);
        let at = |place: &Place| original_at(batches, *place);
        for (index, original) in batches[batches.len() - 1].originals.iter().enumerate() {
            let index = u32::try_from(index).expect("an event evicts fewer payments than that");
            let place = Place { batch: number, index };
            let same = |other: &Place| at(other).payment == original.payment;
            let payment_hash = |place: &Place| spread(at(place).payment.0);
            put_newest(payments, spread(original.payment.0), place, same, payment_hash);
            let same = |other: &Place| at(other).key() == original.key();
            put_newest(keys, hash.key(original.key()), place, same, |place| hash.key(at(place).key()));
            let document_hash =
                |original: &PaymentOriginal| used_document(hash, original).map_or(0, |entry| entry.hash);
            if original.document.is_some() {
                documents.insert_unique(document_hash(original), place, |place| document_hash(at(place)));
            }
        }
    }

    pub(crate) const fn originals(&self) -> usize {
        self.originals
    }

    /// First and last event; nothing if there is none.
    pub(crate) fn events(&self) -> Option<(EventSeq, EventSeq)> {
        Some((self.batches.first()?.at, self.batches.last()?.at))
    }

    /// The same batches as two layers: those of events before `height`, and the rest.
    pub(crate) fn split_at(&self, height: u64) -> (Self, Self) {
        let mut parts = (Self::new(self.hash), Self::new(self.hash));
        for batch in &self.batches {
            let part = if batch.at.0 < height { &mut parts.0 } else { &mut parts.1 };
            part.add(Arc::clone(batch));
        }
        parts
    }

    pub(crate) fn of_key(&self, hash: u64, key: PaymentKey) -> Option<&PaymentOriginal> {
        let place = self.keys.find(hash, |place| original_at(&self.batches, *place).key() == key)?;
        Some(original_at(&self.batches, *place))
    }

    pub(crate) fn original(&self, payment: PaymentId) -> Option<&PaymentOriginal> {
        self.place_of(payment).map(|place| original_at(&self.batches, place))
    }

    fn place_of(&self, payment: PaymentId) -> Option<Place> {
        let is_it = |place: &Place| original_at(&self.batches, *place).payment == payment;
        self.payments.find(spread(payment.0), is_it).copied()
    }

    /// Payments that used a document; a newer original, here or elsewhere, may say that they no longer do.
    pub(crate) fn payments_with(&self, hash: u64, arrangement: ArrangementId, document: DocumentKey) -> Vec<PaymentId> {
        let originals = self.documents.iter_hash(hash).map(|place| original_at(&self.batches, *place));
        let with = originals.filter(|it| it.document == Some(document) && it.arrangement == arrangement);
        with.map(|original| original.payment).collect()
    }

    /// The newest original of each payment, by ordinal.
    fn newest(&self) -> Vec<&PaymentOriginal> {
        let mut newest = Vec::with_capacity(self.originals);
        for (number, batch) in (0_u32..).zip(&self.batches) {
            for (index, original) in (0_u32..).zip(&batch.originals) {
                if self.place_of(original.payment) == Some(Place { batch: number, index }) {
                    newest.push(original);
                }
            }
        }
        newest.sort_unstable_by_key(|original| original.payment);
        newest
    }
}

fn original_at(batches: &[Arc<Batch>], place: Place) -> &PaymentOriginal {
    let index = |number: u32| usize::try_from(number).expect("64-bit addresses");
    &batches[index(place.batch)].originals[index(place.index)]
}

fn put_newest(
    table: &mut HashTable<Place>,
    hash: u64,
    place: Place,
    same: impl FnMut(&Place) -> bool,
    hash_of: impl Fn(&Place) -> u64,
) {
    match table.find_mut(hash, same) {
        Some(older) => *older = place,
        None => {
            table.insert_unique(hash, place, hash_of);
        }
    }
}

/// A layer in the order of a run.
pub(crate) struct LayerContent<'a> {
    hash: KeyHash,
    originals: Vec<&'a PaymentOriginal>,
}

impl<'a> LayerContent<'a> {
    pub(crate) fn of(layer: &'a Layer) -> Self {
        Self { hash: layer.hash, originals: layer.newest() }
    }
}

impl Content for LayerContent<'_> {
    fn records(&mut self, put: PutRecord<'_>) -> Result<(), Halt> {
        let mut bytes = Vec::with_capacity(PACKED_BYTES_MAX);
        for original in &self.originals {
            bytes.clear();
            packed::pack(original, &mut bytes);
            put(original.payment.0, &bytes)?;
        }
        Ok(())
    }

    fn keys(&mut self, put: PutEntry<'_>) -> Result<(), Halt> {
        let entry =
            |original: &&PaymentOriginal| Entry { hash: self.hash.key(original.key()), payment: original.payment.0 };
        sorted(self.originals.iter().map(entry)).into_iter().try_for_each(put)
    }

    fn documents(&mut self, put: PutEntry<'_>) -> Result<(), Halt> {
        let entries = self.originals.iter().filter_map(|original| used_document(&self.hash, original));
        sorted(entries).into_iter().try_for_each(put)
    }
}

fn sorted(entries: impl Iterator<Item = Entry>) -> Vec<Entry> {
    let mut entries: Vec<Entry> = entries.collect();
    entries.sort_unstable();
    entries
}
