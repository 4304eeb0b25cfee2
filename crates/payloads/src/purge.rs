//! Purging: ciphertexts under destroyed keys of subjects are deleted. Nobody can read them; then they are gone too.

use crate::commitment::PartKind;
use crate::fault::PayloadFault;
use crate::row::{Place, Row};
use crate::slot::{Owner, Slot};
use crate::store::PayloadStore;

/// Payloads looked at between two syncs.
const ROWS_A_TRANSACTION: u64 = 4096;

impl PayloadStore {
    /// Deletes the ciphertexts of erased subjects' parts; gives in how many payloads there were some. Goes through all
    /// payloads; `progress` is told how many keys were looked at.
    ///
    /// # Errors
    /// A damaged payload or key; faults of reading and writing. What was deleted until then stays deleted.
    pub fn purge(&mut self, mut progress: impl FnMut(u64)) -> Result<u64, PayloadFault> {
        self.require_running()?;
        let (mut first, mut purged) = (0, 0);
        while first < self.keys.slots() {
            let end = self.keys.slots().min(first + ROWS_A_TRANSACTION);
            let mut changed = Vec::new();
            for number in first..end {
                changed.extend(self.without_erased(number)?.map(|row| (number, row)));
            }
            if !changed.is_empty() {
                let change = self.ciphertexts.change(self.ciphertexts.meta(), |rows| {
                    changed.iter().try_for_each(|(number, row)| rows.replace(*number, row))
                });
                change.map_err(|fault| self.stop(fault))?;
            }
            purged += u64::try_from(changed.len()).expect("a small number");
            first = end;
            progress(end);
        }
        self.ciphertexts.checkpoint_and_empty().map_err(|fault| self.stop(fault))?;
        Ok(purged)
    }

    /// The row of a payment without the parts that no key opens; nothing if it has none of those.
    fn without_erased(&self, number: u64) -> Result<Option<Vec<u8>>, PayloadFault> {
        let slot = self.keys.read(number)?;
        if !matches!(slot, Slot::Live { owner: Owner::Payment, .. }) {
            return Ok(None);
        }
        let payment = self.keys.unwrap(number, &slot)?;
        let damaged = || self.damaged_row(number, "is not as it was written");
        let bytes = self.ciphertexts.row(number)?.ok_or_else(damaged)?;
        let row = Row::decode(&bytes).map_err(|_| damaged())?;
        let head = row.head(Place { store: self.keys.store(), number }, &payment).map_err(|_| damaged())?;
        let mut dropped = Vec::new();
        for (slot, kind) in [(head.debtor_slot, PartKind::Debtor), (head.creditor_slot, PartKind::Creditor)] {
            if matches!(self.keys.read(slot)?, Slot::Destroyed { .. }) {
                dropped.extend([kind, PartKind::Remittance]);
            }
        }
        let some = dropped.iter().any(|kind| row.has(*kind));
        Ok(some.then(|| row.without(&dropped)))
    }
}
