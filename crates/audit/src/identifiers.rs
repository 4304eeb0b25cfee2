//! Identifiers: each used once, refusals included; and trade documents.

use crate::finding::{Check, Checked, Finding, holds};
use crate::model::{Identifier, Model};
use domain::canonical::{document_row, identifier_row};
use domain::{ArrangementId, ContentDigest, DocumentKey, PaymentId, PaymentKey, Refusal};

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
        let is_new = self.arrangement_mut(id)?.documents.insert(document);
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
