//! Erasing: the register first, synced; then the key, overwritten where it stands; then the ciphertext.
//!
//! A crash after the register is completed at the next opening, so an acknowledged erasure never comes back, and one that
//! was not acknowledged is complete or has not begun.

use crate::ciphertexts::Meta;
use crate::fault::PayloadFault;
use crate::limits::BATCH_ERASURES_MAX;
use crate::payload::Subject;
use crate::refusal::PayloadRefusal;
use crate::register::{ErasedName, ErasureOrder, ErasureRecord};
use crate::slot::{Owner, Slot};
use crate::store::{PayloadStore, erased_name};
use domain::Commitment;
use std::collections::BTreeMap;
use std::fmt;

/// What to erase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// The whole payload of one payment.
    Payment(Commitment),
    /// The data of one subject, in every payload: its parts, and the remittance texts of its payments. The other party's
    /// parts stay.
    Subject(Subject),
}

/// What an erasure came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erasure {
    /// The entry in the register: this erasure's, or the first one's.
    pub record: ErasureRecord,
    /// Whether it had been erased before, and nothing was done now.
    pub already: bool,
}

/// Why nothing was erased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotErased {
    /// A rule said no.
    Refused {
        /// Which of the targets.
        index: usize,
        /// Why.
        refusal: PayloadRefusal,
    },
    /// The world failed. What stands in the register by now is carried out at the next opening.
    Fault(PayloadFault),
}

impl fmt::Display for NotErased {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotErased::Refused { refusal, .. } => refusal.fmt(f),
            NotErased::Fault(fault) => fault.fmt(f),
        }
    }
}

impl std::error::Error for NotErased {}

impl From<PayloadFault> for NotErased {
    fn from(fault: PayloadFault) -> NotErased {
        NotErased::Fault(fault)
    }
}

impl PayloadStore {
    /// Erases the payload of one payment.
    ///
    /// # Errors
    /// As [`PayloadStore::erase_all`].
    pub fn erase_payment(&mut self, commitment: &Commitment, order: &ErasureOrder) -> Result<Erasure, NotErased> {
        self.erase_one(Target::Payment(*commitment), order)
    }

    /// Erases one subject everywhere. Takes the time of one key, however many payments there are; the ciphertexts that
    /// nobody can read any more are deleted by [`PayloadStore::purge`].
    ///
    /// # Errors
    /// As [`PayloadStore::erase_all`].
    pub fn erase_subject(&mut self, subject: &Subject, order: &ErasureOrder) -> Result<Erasure, NotErased> {
        self.erase_one(Target::Subject(subject.clone()), order)
    }

    fn erase_one(&mut self, target: Target, order: &ErasureOrder) -> Result<Erasure, NotErased> {
        let mut erased = self.erase_all(&[target], order)?;
        Ok(erased.pop().expect("one target, one erasure"))
    }

    /// Erases several targets with one sync of each file. What was erased before is told with its first entry.
    ///
    /// # Errors
    /// [`NotErased::Refused`]: the store has nothing of a target, or there are too many; nothing was erased then.
    /// [`NotErased::Fault`]: a failed read or write.
    pub fn erase_all(&mut self, targets: &[Target], order: &ErasureOrder) -> Result<Vec<Erasure>, NotErased> {
        self.require_running()?;
        if targets.len() > BATCH_ERASURES_MAX {
            let refusal = PayloadRefusal::BatchTooLarge { found: targets.len(), allowed: BATCH_ERASURES_MAX };
            return Err(NotErased::Refused { index: BATCH_ERASURES_MAX, refusal });
        }
        // Everything is found before anything is erased.
        let mut new = Vec::new();
        let mut places = BTreeMap::new();
        let mut found = Vec::with_capacity(targets.len());
        for (index, target) in targets.iter().enumerate() {
            found.push(match self.find(target)? {
                Ok(Standing::Kept(name)) => {
                    let again = places.contains_key(&name);
                    let place = *places.entry(name).or_insert_with(|| {
                        new.push(name);
                        new.len() - 1
                    });
                    Found::New { place, again }
                }
                Ok(Standing::Erased(record)) => Found::Before(record),
                Err(refusal) => return Err(NotErased::Refused { index, refusal }),
            });
        }
        let records = self.register.append(&new, order).map_err(|fault| self.stop(fault))?;
        if !records.is_empty() {
            self.carry_out(&records).map_err(|fault| self.stop(fault))?;
        }
        let told = found.into_iter().map(|found| match found {
            Found::New { place, again } => Erasure { record: records[place].clone(), already: again },
            Found::Before(record) => Erasure { record, already: true },
        });
        Ok(told.collect())
    }

    fn find(&mut self, target: &Target) -> Result<Result<Standing, PayloadRefusal>, PayloadFault> {
        let (owner, name, unknown) = match target {
            Target::Payment(commitment) => (Owner::Payment, commitment.0, PayloadRefusal::CommitmentUnknown),
            Target::Subject(subject) => (Owner::Subject, self.keys.tag(subject), PayloadRefusal::SubjectUnknown),
        };
        Ok(match self.locate(owner, &name)? {
            None => Err(unknown),
            Some((_, Slot::Destroyed { .. })) => Ok(Standing::Erased(self.first_tombstone(owner, &name)?)),
            Some(_) => Ok(Standing::Kept(erased_name(owner, name))),
        })
    }

    /// The first entry by which a name was erased: a subject may have been erased, paid again, and been erased again.
    fn first_tombstone(&mut self, owner: Owner, name: &[u8; 32]) -> Result<ErasureRecord, PayloadFault> {
        let mut first = None;
        for number in self.candidates(name)? {
            if let Slot::Destroyed { owner: found, name: named, erasure, .. } = self.keys.read(number)?
                && (found, named) == (owner, *name)
            {
                first = Some(first.map_or(erasure, |first: u64| first.min(erasure)));
            }
        }
        let erasure = first.expect("bug: a destroyed key was found, and then none");
        self.tombstone(erasure, erased_name(owner, *name))
    }

    /// Carries out entries of the register that follow each other, as often as need be: destroys their keys and deletes
    /// what was under them.
    pub(crate) fn carry_out(&mut self, records: &[ErasureRecord]) -> Result<(), PayloadFault> {
        let mut destroyed: BTreeMap<u64, Slot> = BTreeMap::new();
        let mut unknown = Vec::new();
        for record in records {
            let (owner, name) = match record.erased {
                ErasedName::Payment(commitment) => (Owner::Payment, commitment.0),
                ErasedName::Subject(tag) => (Owner::Subject, tag),
            };
            self.subjects.remove(&name);
            let tombstone = Slot::Destroyed { owner, name, erasure: record.number, facts: record.facts() };
            let mut slots = self.slots_to_destroy(owner, &name, record.number)?;
            // A subject that was erased, paid again and was erased again: in a copy from before, the first entry takes its key,
            // and the second has a tombstone of its own.
            slots.retain(|number| !destroyed.contains_key(number));
            if slots.is_empty() {
                unknown.push((name, tombstone));
            } else {
                destroyed.extend(slots.into_iter().map(|number| (number, tombstone.clone())));
            }
        }
        let destroyed: Vec<(u64, Slot)> = destroyed.into_iter().collect();
        let done = records.last().expect("at least one entry").number + 1;
        // Before the keys' mark: else a crash between would leave it without them.
        self.add_tombstones(&unknown)?;
        self.keys.overwrite(&destroyed, Some(done))?;
        let meta = self.ciphertexts.meta();
        self.ciphertexts.change(Meta { erasures: done.max(meta.erasures), ..meta }, |rows| {
            destroyed.iter().try_for_each(|(number, _)| rows.delete(*number))
        })?;
        // What was deleted must not stay in the log.
        self.bytes_logged = 0;
        self.ciphertexts.checkpoint_and_empty()
    }

    /// Slots whose keys an entry destroys: those of its name that have one, or that were being overwritten for it when a
    /// process ended. None if the store never heard of the name, or nothing of it is left.
    fn slots_to_destroy(&mut self, owner: Owner, name: &[u8; 32], erasure: u64) -> Result<Vec<u64>, PayloadFault> {
        let mut slots = Vec::new();
        // The newest first: what stands before a slot that this entry destroyed came after it, and stays.
        for number in self.candidates(name)? {
            let slot = self.keys.read(number)?;
            if slot.owner_and_name() != Some((owner, *name)) {
                continue;
            }
            match slot {
                Slot::Destroyed { erasure: by, .. } if by == erasure => slots = vec![number],
                Slot::Destroyed { .. } => {}
                _ => slots.push(number),
            }
        }
        Ok(slots)
    }

    /// Appends slots without a key for names that came with another register: so they are erased here too.
    fn add_tombstones(&mut self, unknown: &[([u8; 32], Slot)]) -> Result<(), PayloadFault> {
        if unknown.is_empty() {
            return Ok(());
        }
        let first = self.keys.slots();
        let encoded: Vec<u8> =
            (first..).zip(unknown).flat_map(|(number, (_, slot))| slot.encode(self.keys.store(), number)).collect();
        self.keys.append(&encoded)?;
        for (number, (name, _)) in (first..).zip(unknown) {
            self.index.add(number, Some(name));
        }
        self.index.settle()
    }
}

enum Standing {
    Kept(ErasedName),
    Erased(ErasureRecord),
}

enum Found {
    New { place: usize, again: bool },
    Before(ErasureRecord),
}
