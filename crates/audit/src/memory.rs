//! Payments that leave the house's memory and come back. The model keeps all of them, and so can tell whether what comes
//! back is what left.

use crate::finding::{Check, Checked, equal, holds};
use crate::model::Model;
use domain::{PaymentId, PaymentOriginal};

impl Model {
    /// Only the border moves: the canonical state stays the same.
    pub(crate) fn payments_evicted(&mut self, before: PaymentId) -> Checked {
        let may = Some(before) > self.evicted_before && before.0 <= self.payments_count;
        holds(Check::Order, "the border of what left memory", "later than before, and among payments", may, before)?;
        self.evicted_before = Some(before);
        Ok(())
    }

    /// A payment comes back exactly as it left: closed, with every amount and date.
    pub(crate) fn payment_recalled(&self, original: &PaymentOriginal) -> Checked {
        let payment = self.payment(original.payment)?;
        let left = Some(original.payment) < self.evicted_before && payment.is_closed();
        holds(Check::Reference, "a recalled payment", "one that had left memory", left, original.payment)?;
        equal(Check::Reference, "a recalled payment", payment.row(original.payment), original.row())?;
        let document = payment.document.filter(|_| payment.cycle.is_some());
        equal(Check::Identifier, "the trade document of a recalled payment", document, original.document)?;
        equal(Check::Return, "what was given back", payment.returned_payee_minor, original.returned_payee_minor)?;
        equal(Check::OrderForm, "its denomination", payment.denomination, original.denomination)
    }
}
