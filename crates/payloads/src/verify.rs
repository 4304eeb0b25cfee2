//! Is what is kept whole, and what was erased gone?

use crate::fault::{PayloadFault, Problem, StoreFile};
use crate::register::ErasedName;
use crate::slot::{Owner, Slot};
use crate::store::{PayloadStore, erased_name};
use domain::Commitment;

/// Findings told; more than these are only counted.
const FINDINGS_MAX: usize = 100;

/// What verification found.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Verified {
    /// Payloads that are kept, each held against its commitment.
    pub payloads: u64,
    /// Of these, payloads of which a subject's parts are erased.
    pub partly_erased: u64,
    /// Subjects of which data may be kept.
    pub subjects: u64,
    /// Entries of the register, each held against what was erased.
    pub erasures: u64,
    /// Payloads without a key that were not swept yet: never acknowledged, as far as the store knows.
    pub unswept: u64,
    /// What is wrong: nothing in a sound store. At most a hundred are told.
    pub findings: Vec<PayloadFault>,
    /// How many things are wrong.
    pub findings_count: u64,
}

impl Verified {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.findings_count == 0
    }

    fn find(&mut self, fault: PayloadFault) {
        self.findings_count += 1;
        if self.findings.len() < FINDINGS_MAX {
            self.findings.push(fault);
        }
    }
}

impl PayloadStore {
    /// Reads everything: every ciphertext is decrypted and held against its commitment, every erasure has its entry and no
    /// key and no ciphertext, every entry has its erasure. `progress` is told how many keys were looked at, and of how many.
    ///
    /// # Errors
    /// Faults of reading. What is damaged is among the findings.
    pub fn verify(&mut self, mut progress: impl FnMut(u64, u64)) -> Result<Verified, PayloadFault> {
        let mut verified = Verified { erasures: self.register.count(), ..Verified::default() };
        let mut carried_out = vec![false; usize::try_from(self.register.count()).expect("a size in memory")];
        damage(&mut verified, self.register.check_all(drop))?;
        damage(&mut verified, self.ciphertexts.check_pages())?;
        let slots = self.keys.slots();
        for number in 0..slots {
            if number % 1024 == 0 {
                progress(number, slots);
            }
            let checked = self.check_slot(number, &mut verified, &mut carried_out);
            damage(&mut verified, checked)?;
        }
        progress(slots, slots);
        for number in (0_u64..).zip(&carried_out).filter(|(_, done)| !**done).map(|(number, _)| number) {
            let what = format!("entry {number} of the register was not carried out");
            verified.find(PayloadFault::new(Problem::Damaged(StoreFile::Register), self.register.path(), what));
        }
        let count = self.ciphertexts.count();
        if let Some(rows) = damage(&mut verified, count)? {
            let known = verified.payloads + verified.unswept;
            if rows > known && verified.is_sound() {
                let what = format!("there are {rows} payloads, and keys for {known}");
                let problem = Problem::Damaged(StoreFile::Payloads);
                verified.find(PayloadFault::new(problem, self.ciphertexts.path(), what));
            }
        }
        Ok(verified)
    }

    fn check_slot(
        &mut self,
        number: u64,
        verified: &mut Verified,
        carried_out: &mut [bool],
    ) -> Result<(), PayloadFault> {
        let slot = self.keys.read(number)?;
        match &slot {
            Slot::Void => {
                verified.unswept += u64::from(self.ciphertexts.has_row(number)?);
                return Ok(());
            }
            Slot::Live { owner: Owner::Payment, name, .. } => {
                let revealed = self.reveal(number, &slot, &Commitment(*name))?;
                verified.payloads += 1;
                let whole = revealed.debtor.held().is_some() && revealed.creditor.held().is_some();
                verified.partly_erased += u64::from(!whole);
            }
            Slot::Live { owner: Owner::Subject, .. } => {
                self.keys.unwrap(number, &slot)?;
                verified.subjects += 1;
            }
            Slot::Destroyed { owner, name, erasure, .. } => {
                self.tombstone(*erasure, erased_name(*owner, *name))?;
                if let Some(done) = usize::try_from(*erasure).ok().and_then(|at| carried_out.get_mut(at)) {
                    *done = true;
                }
                if *owner == Owner::Payment && self.ciphertexts.has_row(number)? {
                    return Err(self.damaged_row(number, "was erased and its ciphertext is there"));
                }
            }
        }
        let (owner, name) = slot.owner_and_name().expect("it is not void");
        self.check_name(number, owner, &name)
    }

    /// A name has at most one key, and none that is older than its erasure; the index finds it.
    fn check_name(&mut self, number: u64, owner: Owner, name: &[u8; 32]) -> Result<(), PayloadFault> {
        let mut found = self.candidates(name)?;
        if !found.contains(&number) {
            self.rebuild_index()?;
            found = self.candidates(name)?;
        }
        let mut newest = true;
        for other in found {
            let slot = self.keys.read(other)?;
            if slot.owner_and_name() != Some((owner, *name)) {
                continue;
            }
            if slot.has_key() && !newest {
                let what = match erased_name(owner, *name) {
                    ErasedName::Payment(_) => format!("key {other} is of a payment that was erased or has another key"),
                    ErasedName::Subject(_) => format!("key {other} is of a subject that was erased or has another key"),
                };
                return Err(PayloadFault::new(Problem::Damaged(StoreFile::Keys), self.keys.path(), what));
            }
            newest = false;
        }
        Ok(())
    }
}

/// Takes a fault of content as a finding; any other one ends the verification.
fn damage<T>(verified: &mut Verified, result: Result<T, PayloadFault>) -> Result<Option<T>, PayloadFault> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(fault) => match fault.problem {
            Problem::Damaged(_) | Problem::Truncated(_) | Problem::Missing(_) => {
                verified.find(fault);
                Ok(None)
            }
            _ => Err(fault),
        },
    }
}
