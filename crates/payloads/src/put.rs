//! Putting payloads: ciphertexts are synced, then keys; then they are acknowledged.
//!
//! A crash before the keys are synced leaves ciphertexts that nobody can read and nobody was promised. A crash after leaves
//! payloads that no event names, if their block was not submitted; sweeping removes both. That a key is there says that
//! its payload must be.

use crate::ciphertexts::Meta;
use crate::commitment::SealedPayload;
use crate::crypto::{Key, NONCE_BYTES};
use crate::fault::PayloadFault;
use crate::files;
use crate::key_file::StoreId;
use crate::limits::{BATCH_PAYLOADS_MAX, CHECKPOINT_BYTES, PAGE_BYTES, PAYLOADS_A_THREAD_MIN};
use crate::randomness::{self, DrawnAhead};
use crate::refusal::PayloadRefusal;
use crate::register::ErasedName;
use crate::row::{self, Place};
use crate::slot::{Owner, SLOT_BYTES, Slot};
use crate::store::PayloadStore;
use crate::subject_keys::SubjectKey;
use domain::Commitment;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use zeroize::Zeroizing;

/// What a batch came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Put {
    /// Payloads that were put.
    pub stored: usize,
    /// Payloads that were there already: putting one again changes nothing.
    pub already_held: usize,
}

/// Why a batch was not put; nothing of it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotPut {
    /// A rule said no.
    Refused {
        /// Which payload of the batch.
        index: usize,
        /// Why.
        refusal: PayloadRefusal,
    },
    /// The world failed.
    Fault(PayloadFault),
}

impl fmt::Display for NotPut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotPut::Refused { index, refusal } => write!(f, "payload {index} of the batch: {refusal}"),
            NotPut::Fault(fault) => fault.fmt(f),
        }
    }
}

impl std::error::Error for NotPut {}

impl From<PayloadFault> for NotPut {
    fn from(fault: PayloadFault) -> NotPut {
        NotPut::Fault(fault)
    }
}

/// What is to be written, in numbers that follow each other: new subjects, then payments.
struct Plan {
    /// Places in the batch of payloads that are not there yet.
    new: Vec<usize>,
    /// Slots and keys of both subjects of each of them.
    subjects: Vec<[SubjectKey; 2]>,
    /// New subjects in the order of their slots.
    new_subjects: Vec<([u8; 32], Key)>,
}

impl PayloadStore {
    /// Puts payloads, each under its commitment. When this returns they are synced: the block that names the commitments may
    /// be submitted. All or nothing.
    ///
    /// # Errors
    /// [`NotPut::Refused`]: the commitment is not that of the payload; the payload was erased; too many at once.
    /// [`NotPut::Fault`]: no space, or a failed write, after which the store accepts nothing until it is opened again.
    pub fn put_batch(&mut self, batch: &[(Commitment, SealedPayload)]) -> Result<Put, NotPut> {
        self.require_running()?;
        if batch.len() > BATCH_PAYLOADS_MAX {
            let refusal = PayloadRefusal::BatchTooLarge { found: batch.len(), allowed: BATCH_PAYLOADS_MAX };
            return Err(NotPut::Refused { index: BATCH_PAYLOADS_MAX, refusal });
        }
        let plan = self.plan(batch)?;
        if plan.new.is_empty() {
            return Ok(Put { stored: 0, already_held: batch.len() });
        }
        let bytes = batch.iter().map(|(_, sealed)| sealed.padded_bytes() + 2 * SLOT_BYTES).sum();
        files::check_space(&self.dir, bytes)?;
        let stored = plan.new.len();
        self.write(batch, plan).map_err(|fault| self.stop(fault))?;
        Ok(Put { stored, already_held: batch.len() - stored })
    }

    fn plan(&mut self, batch: &[(Commitment, SealedPayload)]) -> Result<Plan, NotPut> {
        let mut plan = Plan { new: Vec::with_capacity(batch.len()), subjects: Vec::new(), new_subjects: Vec::new() };
        let mut seen = BTreeSet::new();
        for (index, (commitment, sealed)) in batch.iter().enumerate() {
            let refused = |refusal| NotPut::Refused { index, refusal };
            if *commitment != sealed.commitment() {
                return Err(refused(PayloadRefusal::CommitmentMismatch));
            }
            match self.locate(Owner::Payment, &commitment.0)? {
                None => {}
                Some((_, Slot::Destroyed { erasure, .. })) => {
                    let record = self.tombstone(erasure, ErasedName::Payment(*commitment))?;
                    return Err(refused(PayloadRefusal::Erased(record)));
                }
                Some(_) => continue,
            }
            if seen.insert(*commitment) {
                plan.new.push(index);
            }
        }
        let mut pending = BTreeMap::new();
        for &index in &plan.new {
            let [debtor, creditor] = batch[index].1.subjects();
            let debtor = self.keys.tag(debtor);
            let creditor = self.keys.tag(creditor);
            let keys = [
                self.subject_key(debtor, &mut pending, &mut plan.new_subjects)?,
                self.subject_key(creditor, &mut pending, &mut plan.new_subjects)?,
            ];
            plan.subjects.push(keys);
        }
        Ok(plan)
    }

    /// The key of a subject: one that there is, or a new one.
    fn subject_key(
        &mut self,
        tag: [u8; 32],
        pending: &mut BTreeMap<[u8; 32], SubjectKey>,
        new: &mut Vec<([u8; 32], Key)>,
    ) -> Result<SubjectKey, PayloadFault> {
        if let Some(known) = self.subjects.get(&tag).or_else(|| pending.get(&tag).cloned()) {
            return Ok(known);
        }
        if let Some((number, slot @ Slot::Live { .. })) = self.locate(Owner::Subject, &tag)? {
            let known = (number, self.keys.unwrap(number, &slot)?);
            self.subjects.insert(tag, known.clone());
            return Ok(known);
        }
        let key: Key = Zeroizing::new(randomness::draw(self.randomness.as_mut())?);
        let number = self.keys.slots() + u64::try_from(new.len()).expect("a small number");
        new.push((tag, key.clone()));
        pending.insert(tag, (number, key.clone()));
        Ok((number, key))
    }

    fn write(&mut self, batch: &[(Commitment, SealedPayload)], plan: Plan) -> Result<(), PayloadFault> {
        let first_subject = self.keys.slots();
        let first_payment = first_subject + u64::try_from(plan.new_subjects.len()).expect("a small number");
        let mut random = DrawnAhead::new(self.randomness.as_mut());
        let wrapper = Wrapper { store: self.keys.store(), wrapping: &self.keys.keys().wrapping };
        let mut slots = Vec::with_capacity((plan.new_subjects.len() + plan.new.len()) * SLOT_BYTES);
        for (number, (tag, key)) in (first_subject..).zip(&plan.new_subjects) {
            slots.extend_from_slice(&wrapper.slot(Owner::Subject, *tag, key, number, random.draw()?));
        }
        let mut jobs = Vec::with_capacity(plan.new.len());
        for ((number, &index), subjects) in (first_payment..).zip(&plan.new).zip(&plan.subjects) {
            let (key, nonce) = (Zeroizing::new(random.draw()?), random.draw()?);
            jobs.push(Job { number, sealed: &batch[index].1, subjects, key, nonce });
        }
        let encrypted = encrypt_all(&wrapper, &jobs, self.threads);
        let meta = Meta { batch_first: first_subject, ..self.ciphertexts.meta() };
        self.ciphertexts.change(meta, |rows| {
            encrypted.iter().flat_map(|part| &part.rows).try_for_each(|(number, row)| rows.insert(*number, row))
        })?;
        encrypted.iter().for_each(|part| slots.extend_from_slice(&part.slots));
        self.keys.append(&slots)?;
        self.acknowledge(batch, plan, first_subject, first_payment)?;
        let bytes: usize = encrypted.iter().flat_map(|part| &part.rows).map(|(_, row)| row.len()).sum();
        self.bytes_logged += bytes_in_log(bytes);
        if self.bytes_logged >= CHECKPOINT_BYTES {
            self.ciphertexts.checkpoint()?;
            self.bytes_logged = 0;
        }
        Ok(())
    }

    /// What is synced becomes visible.
    fn acknowledge(
        &mut self,
        batch: &[(Commitment, SealedPayload)],
        plan: Plan,
        first_subject: u64,
        first_payment: u64,
    ) -> Result<(), PayloadFault> {
        for (number, (tag, key)) in (first_subject..).zip(plan.new_subjects) {
            self.index.add(number, Some(&tag));
            self.subjects.insert(tag, (number, key));
        }
        for (number, index) in (first_payment..).zip(plan.new) {
            self.index.add(number, Some(&batch[index].0.0));
        }
        self.index.settle()
    }
}

/// What rows add to the write-ahead log: their own pages, the one that they share with those before, the one of the tree
/// above, and that of [`Meta`].
fn bytes_in_log(row_bytes: usize) -> u64 {
    let page = u64::from(PAGE_BYTES);
    (u64::try_from(row_bytes).expect("a size in memory").div_ceil(page) + 3) * page
}

/// What keys of this store are wrapped with.
struct Wrapper<'a> {
    store: &'a StoreId,
    wrapping: &'a Key,
}

impl Wrapper<'_> {
    fn slot(&self, owner: Owner, name: [u8; 32], key: &Key, number: u64, nonce: [u8; NONCE_BYTES]) -> [u8; SLOT_BYTES] {
        Slot::with_key(owner, name, key, self.wrapping, self.store, number, nonce).encode(self.store, number)
    }
}

/// One payload to encrypt, with all that is random about it.
struct Job<'a> {
    number: u64,
    sealed: &'a SealedPayload,
    subjects: &'a [SubjectKey; 2],
    key: Key,
    nonce: [u8; NONCE_BYTES],
}

/// Some payloads encrypted, in the order of their numbers.
struct Encrypted {
    rows: Vec<(u64, Vec<u8>)>,
    slots: Vec<u8>,
}

/// Encrypts payloads in as many threads as there are and it is worth. The bytes do not depend on how many.
fn encrypt_all(wrapper: &Wrapper<'_>, jobs: &[Job<'_>], threads: usize) -> Vec<Encrypted> {
    let share = jobs.len().div_ceil(threads).max(PAYLOADS_A_THREAD_MIN);
    let (own, others) = jobs.split_at(share.min(jobs.len()));
    std::thread::scope(|scope| {
        let others: Vec<_> =
            others.chunks(share).map(|jobs| scope.spawn(move || encrypt_some(wrapper, jobs))).collect();
        let mut all = vec![encrypt_some(wrapper, own)];
        all.extend(others.into_iter().map(|thread| thread.join().expect("bug: encrypting panicked")));
        all
    })
}

fn encrypt_some(wrapper: &Wrapper<'_>, jobs: &[Job<'_>]) -> Encrypted {
    let mut encrypted = Encrypted { rows: Vec::new(), slots: Vec::with_capacity(jobs.len() * SLOT_BYTES) };
    encrypted.rows.extend(jobs.iter().map(|job| {
        let [(debtor_slot, debtor), (creditor_slot, creditor)] = job.subjects;
        let place = Place { store: wrapper.store, number: job.number };
        let row = row::encode(place, job.sealed, &job.key, [*debtor_slot, *creditor_slot], [debtor, creditor]);
        (job.number, row)
    }));
    for job in jobs {
        let name = job.sealed.commitment().0;
        encrypted.slots.extend_from_slice(&wrapper.slot(Owner::Payment, name, &job.key, job.number, job.nonce));
    }
    encrypted
}
