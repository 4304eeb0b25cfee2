//! Reading a payload: decrypted, held against its commitment, with what was erased of it named.

use crate::canonical::{read_party, read_remittance};
use crate::commitment::{PartDigest, PartKind, Salt, commitment_of, part_digest, unpad};
use crate::crypto::Key;
use crate::fault::{PayloadFault, Problem, StoreFile};
use crate::payload::{Party, PartyFields, Remittance};
use crate::register::{ErasedName, ErasureRecord};
use crate::row::{Damaged, Head, Place, Row, SubjectKeys};
use crate::slot::{Owner, Slot};
use crate::store::PayloadStore;
use domain::Commitment;

/// What the store has under a commitment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Got {
    /// A payload, perhaps without parts that were erased.
    Found(Box<Revealed>),
    /// It was erased as a whole.
    Erased(ErasureRecord),
    /// There is and was none.
    Unknown,
}

/// A payload as far as it is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revealed {
    /// Who pays.
    pub debtor: Part<Party>,
    /// Who is paid.
    pub creditor: Part<Party>,
    /// What for. Erased with the first of the two subjects.
    pub remittance: Part<Remittance>,
    /// Digests of debtor, creditor and remittance: with [`commitment_of`] they lead to the commitment, whatever was erased.
    pub digests: [PartDigest; 3],
}

/// A part of a payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part<T> {
    /// It is there.
    Held {
        /// The content.
        content: T,
        /// The salt with which [`part_digest`] gives the digest, to prove the content to somebody else.
        salt: Salt,
    },
    /// It was erased with its subject.
    Erased(ErasureRecord),
}

impl<T> Part<T> {
    /// The content, if it is there.
    #[must_use]
    pub fn held(&self) -> Option<&T> {
        match self {
            Part::Held { content, .. } => Some(content),
            Part::Erased(_) => None,
        }
    }
}

/// The key of a subject, or how it was destroyed.
enum SubjectState {
    Key(Key),
    Destroyed(ErasureRecord),
}

impl SubjectState {
    fn key(&self) -> Option<&Key> {
        match self {
            SubjectState::Key(key) => Some(key),
            SubjectState::Destroyed(_) => None,
        }
    }

    fn record(&self) -> Option<&ErasureRecord> {
        match self {
            SubjectState::Key(_) => None,
            SubjectState::Destroyed(record) => Some(record),
        }
    }
}

impl PayloadStore {
    /// The payload of a commitment. What is given was held against the commitment: it is what was put, or nothing.
    ///
    /// # Errors
    /// A fault that names what is damaged.
    pub fn get(&mut self, commitment: &Commitment) -> Result<Got, PayloadFault> {
        match self.locate(Owner::Payment, &commitment.0)? {
            None => Ok(Got::Unknown),
            Some((_, Slot::Destroyed { erasure, .. })) => {
                self.tombstone(erasure, ErasedName::Payment(*commitment)).map(Got::Erased)
            }
            Some((number, slot)) => self.reveal(number, &slot, commitment).map(|found| Got::Found(Box::new(found))),
        }
    }

    /// Decrypts and checks the payload of a slot.
    pub(crate) fn reveal(&self, number: u64, slot: &Slot, commitment: &Commitment) -> Result<Revealed, PayloadFault> {
        let payment = self.keys.unwrap(number, slot)?;
        let bytes = self.ciphertexts.row(number)?.ok_or_else(|| self.damaged_row(number, "is not there"))?;
        let damaged = |Damaged| self.damaged_row(number, "is not as it was written");
        let row = Row::decode(&bytes).map_err(damaged)?;
        let place = Place { store: self.keys.store(), number };
        let head = row.head(place, &payment).map_err(damaged)?;
        if row.commitment() != *commitment || commitment_of(&head.digests) != *commitment {
            return Err(self.damaged_row(number, "does not lead to its commitment"));
        }
        let (debtor, debtor_tag) = self.subject_state(head.debtor_slot)?;
        let (creditor, creditor_tag) = self.subject_state(head.creditor_slot)?;
        let keys = SubjectKeys { debtor: debtor.key(), creditor: creditor.key() };
        let part = |kind| -> Result<Option<(Salt, Vec<u8>)>, PayloadFault> {
            let Some(plain) = row.part(place, kind, &payment, &keys).map_err(damaged)? else { return Ok(None) };
            let (salt, canonical) = unpad(&plain).ok_or_else(|| damaged(Damaged))?;
            if part_digest(kind, &salt, canonical) == digest_of(&head, kind) {
                return Ok(Some((salt, canonical.to_vec())));
            }
            Err(self.damaged_row(number, "does not lead to its commitment"))
        };
        let unreadable = |_| self.damaged_row(number, "has another form than it was put in");
        let party = |kind, fields, state: &SubjectState, tag| match (part(kind)?, state) {
            (Some((salt, canonical)), _) => {
                let content = read_party(&canonical, fields).map_err(unreadable)?;
                if self.keys.tag(&content.subject()) != tag {
                    return Err(self.damaged_row(number, "is under the key of another subject"));
                }
                Ok(Part::Held { content, salt })
            }
            (None, SubjectState::Destroyed(record)) => Ok(Part::Erased(record.clone())),
            (None, SubjectState::Key(_)) => Err(damaged(Damaged)),
        };
        let first_erasure = || {
            let records = [debtor.record(), creditor.record()].into_iter().flatten();
            records.min_by_key(|record| record.number).cloned().ok_or_else(|| damaged(Damaged))
        };
        Ok(Revealed {
            debtor: party(PartKind::Debtor, &PartyFields::DEBTOR, &debtor, debtor_tag)?,
            creditor: party(PartKind::Creditor, &PartyFields::CREDITOR, &creditor, creditor_tag)?,
            remittance: match part(PartKind::Remittance)? {
                Some((salt, canonical)) => {
                    Part::Held { content: read_remittance(&canonical).map_err(unreadable)?, salt }
                }
                None => Part::Erased(first_erasure()?),
            },
            digests: head.digests,
        })
    }

    fn subject_state(&self, number: u64) -> Result<(SubjectState, [u8; 32]), PayloadFault> {
        if number >= self.keys.slots() {
            return Err(self.keys.damaged(number));
        }
        let slot = self.keys.read(number)?;
        match &slot {
            Slot::Live { owner: Owner::Subject, name, .. } => {
                Ok((SubjectState::Key(self.keys.unwrap(number, &slot)?), *name))
            }
            Slot::Destroyed { owner: Owner::Subject, name, erasure, .. } => {
                let record = self.tombstone(*erasure, ErasedName::Subject(*name))?;
                Ok((SubjectState::Destroyed(record), *name))
            }
            _ => Err(self.keys.damaged(number)),
        }
    }

    pub(crate) fn damaged_row(&self, number: u64, how: &str) -> PayloadFault {
        let problem = Problem::Damaged(StoreFile::Payloads);
        PayloadFault::new(problem, self.ciphertexts.path(), format!("payload {number} {how}"))
    }
}

fn digest_of(head: &Head, kind: PartKind) -> PartDigest {
    head.digests[usize::from(kind.number()) - 1]
}
