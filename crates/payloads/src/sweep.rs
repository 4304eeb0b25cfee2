//! Sweeping: payloads that no event names are removed, so that data nobody instructed is not kept.

use crate::ciphertexts::Meta;
use crate::fault::{PayloadFault, Problem, StoreFile};
use crate::row::Row;
use crate::slot::{Owner, Slot};
use crate::store::PayloadStore;
use domain::Commitment;

/// What sweeping came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Swept {
    /// Payloads that the journal names.
    pub kept: u64,
    /// Payloads that it does not name, removed.
    pub removed: u64,
}

impl PayloadStore {
    /// Removes payloads, put since the last sweep, whose commitments the journal does not name. To be called at the start,
    /// when the journal was replayed and nothing is in flight. What is removed may be put again.
    ///
    /// # Errors
    /// A payload that the journal names and whose key is missing or damaged; nothing is removed then. Faults of reading and
    /// writing.
    pub fn sweep(&mut self, is_in_journal: impl Fn(&Commitment) -> bool) -> Result<Swept, PayloadFault> {
        self.require_running()?;
        let meta = self.ciphertexts.meta();
        let mut found = Findings::default();
        self.look_through(meta.swept.min(self.keys.slots()), &is_in_journal, &mut found)?;
        for (number, commitment) in std::mem::take(&mut found.keyless_named) {
            // It may have been put again since, under a key of its own.
            if self.locate(Owner::Payment, &commitment.0)?.is_none_or(|(located, _)| located == number) {
                let what = format!("the journal names payload {number}, and its key is not there");
                return Err(PayloadFault::new(Problem::Damaged(StoreFile::Keys), self.keys.path(), what));
            }
            found.removed.push(number);
        }
        if let Some(number) = found.damaged_subject.filter(|_| found.kept > 0) {
            return Err(self.keys.damaged(number));
        }
        let swept = Swept { kept: found.kept, removed: u64::try_from(found.removed.len()).expect("a size in memory") };
        self.remove(&found, Meta { swept: self.keys.slots(), ..meta }).map_err(|fault| self.stop(fault))?;
        Ok(swept)
    }

    /// Slots that were compared with the journal by the last sweep: whoever notes what the sweep was compared with notes this
    /// beside it, and knows a store that was brought back from a copy.
    #[must_use]
    pub fn swept_slots(&self) -> u64 {
        self.ciphertexts.meta().swept
    }

    fn look_through(
        &self,
        first: u64,
        is_in_journal: &impl Fn(&Commitment) -> bool,
        found: &mut Findings,
    ) -> Result<(), PayloadFault> {
        self.keys.read_from(first, |number, slot| {
            match slot {
                Some(Slot::Live { owner: Owner::Payment, name, .. }) => {
                    if is_in_journal(&Commitment(name)) {
                        found.kept += 1;
                    } else {
                        found.removed.push(number);
                        found.voided.push((number, Slot::Void));
                    }
                }
                Some(Slot::Live { .. } | Slot::Destroyed { .. }) => {}
                slot => {
                    let was_void = slot.is_some();
                    match self.ciphertexts.row(number)? {
                        Some(row) => {
                            let commitment = self.commitment_of_row(number, &row)?;
                            if is_in_journal(&commitment) {
                                found.keyless_named.push((number, commitment));
                            } else {
                                found.removed.push(number);
                            }
                        }
                        None if was_void => return Ok(()),
                        None => found.damaged_subject = Some(number),
                    }
                    if !was_void {
                        found.voided.push((number, Slot::Void));
                    }
                }
            }
            Ok(())
        })
    }

    fn commitment_of_row(&self, number: u64, row: &[u8]) -> Result<Commitment, PayloadFault> {
        let row = Row::decode(row).map_err(|_| self.damaged_row(number, "is not as it was written"))?;
        Ok(row.commitment())
    }

    /// First the keys, so that a crash leaves nothing that could be read.
    fn remove(&mut self, found: &Findings, meta: Meta) -> Result<(), PayloadFault> {
        if !found.voided.is_empty() {
            self.keys.overwrite(&found.voided, None)?;
        }
        self.ciphertexts.change(meta, |rows| found.removed.iter().try_for_each(|number| rows.delete(*number)))?;
        if found.removed.is_empty() { Ok(()) } else { self.ciphertexts.checkpoint_and_empty() }
    }
}

#[derive(Default)]
struct Findings {
    kept: u64,
    /// Rows to delete.
    removed: Vec<u64>,
    /// Slots to overwrite.
    voided: Vec<(u64, Slot)>,
    /// Payloads that the journal names and that have no sound key at this number.
    keyless_named: Vec<(u64, Commitment)>,
    /// A slot that is not sound and has no payload: a subject's that was being written, or one that was damaged since.
    damaged_subject: Option<u64>,
}
