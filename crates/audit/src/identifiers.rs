//! Identifiers: each used once, refusals included; and trade documents.

use crate::finding::{Check, Checked, Finding, holds};
use crate::model::{Identifier, Model};
use domain::canonical::{document_row, identifier_row};
use domain::{ArrangementId, ContentDigest, DocumentKey, PaymentId, PaymentKey, Refusal};
use std::collections::BTreeMap;

/// A map of what has an identifier of sixteen bytes, with a small map for each pair of first bytes: of ten million
/// identifiers a small one holds some hundred and fifty, where one large map would be six cache misses deep.
pub(crate) struct Shelves<K, V> {
    /// None before anything is put in.
    shelves: Vec<BTreeMap<K, V>>,
}

const SHELVES: usize = 1 << u16::BITS;

/// What is looked for by an identifier.
pub(crate) trait Shelved: Ord {
    /// The identifier.
    fn identifier(&self) -> &[u8; 16];
}

impl Shelved for PaymentKey {
    fn identifier(&self) -> &[u8; 16] {
        &self.uetr.0
    }
}

impl Shelved for DocumentKey {
    fn identifier(&self) -> &[u8; 16] {
        &self.0
    }
}

impl<K, V> Default for Shelves<K, V> {
    fn default() -> Self {
        Self { shelves: Vec::new() }
    }
}

impl<K: Shelved, V> Shelves<K, V> {
    fn shelf(key: &K) -> usize {
        let [first, second, ..] = *key.identifier();
        usize::from(u16::from_be_bytes([first, second]))
    }

    fn get(&self, key: &K) -> Option<&V> {
        self.shelves.get(Self::shelf(key))?.get(key)
    }

    /// Puts something in, and gives what was there under the key.
    fn insert(&mut self, key: K, value: V) -> Option<V> {
        self.shelves.resize_with(SHELVES, BTreeMap::new);
        self.shelves[Self::shelf(&key)].insert(key, value)
    }

    fn remove(&mut self, key: &K) {
        if let Some(shelf) = self.shelves.get_mut(Self::shelf(key)) {
            shelf.remove(key);
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.shelves.iter().all(BTreeMap::is_empty)
    }
}

impl Model {
    pub(crate) fn consume_identifier(
        &mut self,
        key: PaymentKey,
        content: ContentDigest,
        payment: PaymentId,
        refusal: Option<Refusal>,
    ) -> Checked {
        holds(Check::Identifier, "the reference of a payment", "a UUID of version 4", key.uetr.is_version_4(), key)?;
        if self.identifiers.insert(key, Identifier { content }).is_some() {
            return Err(Finding::new(Check::Identifier, "an identifier", "one that was not used", format!("{key:?}")));
        }
        self.identifiers_folded.add(&identifier_row(key, content, payment, refusal));
        Ok(())
    }

    pub(crate) fn identifier_reused(&self, key: PaymentKey, content: ContentDigest) -> Checked {
        let known = self.identifiers.get(&key).ok_or_else(|| {
            Finding::new(Check::Identifier, "an identifier that comes again", "one that was used", format!("{key:?}"))
        })?;
        let differs = known.content != content;
        holds(Check::Identifier, "an identifier that comes again", "with other content", differs, content)
    }

    pub(crate) fn use_document(&mut self, id: ArrangementId, document: DocumentKey) -> Checked {
        let is_new = self.arrangement_mut(id)?.documents.insert(document, ()).is_none();
        holds(Check::Identifier, "a trade document", "one that is not in use", is_new, document)?;
        self.documents_folded.add(&document_row(id, document));
        Ok(())
    }

    /// A payment that ends without clearing gives its document free.
    pub(crate) fn free_document(&mut self, payment: PaymentId) -> Checked {
        let found = self.payment(payment)?;
        let (id, document) = (found.arrangement, found.document);
        if let Some(document) = document {
            self.arrangement_mut(id)?.documents.remove(&document);
            self.documents_folded.remove(&document_row(id, document));
        }
        Ok(())
    }

    /// An order refused on entry: its identifier is consumed, and there is nothing else to remember.
    pub(crate) fn payment_refused(
        &mut self,
        payment: PaymentId,
        arrangement: ArrangementId,
        key: PaymentKey,
        content: ContentDigest,
        refusal: Refusal,
    ) -> Checked {
        self.take_payment_ordinal(payment)?;
        self.institution(key.institution)?;
        self.consume_identifier(key, content, payment, Some(refusal))?;
        self.check_refusal_is_plausible(arrangement, refusal)?;
        if let Some(found) = self.arrangements.get_mut(&arrangement) {
            found.totals.orders_refused += 1;
        }
        Ok(())
    }
}
