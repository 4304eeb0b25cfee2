//! The store, open: what its parts share, and looking names up.

use crate::ciphertexts::Ciphertexts;
use crate::fault::PayloadFault;
use crate::files::{self, FolderLock};
use crate::house_key::HouseKey;
use crate::index::Index;
use crate::key_file::KeyFile;
use crate::payload::Subject;
use crate::randomness::Randomness;
use crate::register::{ErasedName, ErasureRecord, Register};
use crate::slot::{Owner, Slot};
use crate::subject_keys::SubjectKeys;
use domain::Commitment;
use std::path::{Path, PathBuf};

/// A folder of payloads, open. One process, one thread at a time.
///
/// After a failed write the store accepts nothing more until it is opened again, which settles what was being written;
/// reading goes on.
pub struct PayloadStore {
    pub(crate) dir: PathBuf,
    pub(crate) ciphertexts: Ciphertexts,
    pub(crate) keys: KeyFile,
    pub(crate) register: Register,
    pub(crate) index: Index,
    pub(crate) subjects: SubjectKeys,
    pub(crate) randomness: Box<dyn Randomness + Send>,
    pub(crate) threads: usize,
    /// Bytes written since the write-ahead log was last copied.
    pub(crate) bytes_logged: u64,
    pub(crate) stopped: Option<PayloadFault>,
    // Dropped last: the files are used until all above is gone.
    pub(crate) _lock: FolderLock,
}

impl std::fmt::Debug for PayloadStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PayloadStore").field("dir", &self.dir).finish_non_exhaustive()
    }
}

/// What the store knows of a commitment, without decrypting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// Its payload is kept.
    Held,
    /// Its payload was erased.
    Erased,
    /// Nothing.
    Unknown,
}

/// Sizes, for an operator's screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Figures {
    /// Keys that there are or were: one a payment, one a subject, and what was swept.
    pub slots: u64,
    /// Entries of the register of erasures.
    pub erasures: u64,
    /// Bytes of ciphertexts on disk, with the write-ahead log.
    pub payload_bytes: u64,
    /// Bytes of the keys file.
    pub key_bytes: u64,
    /// Runs of the index.
    pub index_runs: usize,
    /// Bytes of memory for names in runs.
    pub index_memory_bytes: usize,
    /// Names in runs.
    pub index_entries: u64,
    /// Names that are in memory until there are enough for a run.
    pub index_tail_entries: usize,
}

impl PayloadStore {
    /// The folder.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// What is known of a commitment.
    ///
    /// # Errors
    /// Faults of reading.
    pub fn presence(&mut self, commitment: &Commitment) -> Result<Presence, PayloadFault> {
        Ok(match self.locate(Owner::Payment, &commitment.0)? {
            None => Presence::Unknown,
            Some((_, Slot::Destroyed { .. })) => Presence::Erased,
            Some(_) => Presence::Held,
        })
    }

    /// The number under which a subject is known to the register: a keyed hash.
    #[must_use]
    pub fn subject_tag(&self, subject: &Subject) -> [u8; 32] {
        self.keys.tag(subject)
    }

    /// The register of erasures, every entry checked.
    ///
    /// # Errors
    /// [`crate::Problem::Damaged`] at the first entry that is not as it was written.
    pub fn register(&self) -> Result<Vec<ErasureRecord>, PayloadFault> {
        let mut records = Vec::new();
        self.register.check_all(|record| records.push(record))?;
        Ok(records)
    }

    /// Writes the register to a new file, to be kept where backups are kept, and given to [`crate::restore`].
    ///
    /// # Errors
    /// As [`PayloadStore::register`]; [`crate::Problem::TargetNotEmpty`] if there is such a file; faults of writing.
    pub fn export_register(&self, target: &Path) -> Result<u64, PayloadFault> {
        if files::exists(target)? {
            return Err(PayloadFault::new(crate::Problem::TargetNotEmpty, target, "there is a file of this name"));
        }
        self.register.check_all(drop)?;
        self.register.copy_to(target)?;
        Ok(self.register.count())
    }

    /// Sizes.
    #[must_use]
    pub fn figures(&self) -> Figures {
        let length = |path: &Path| std::fs::metadata(path).map_or(0, |meta| meta.len());
        let mut log = self.ciphertexts.path().as_os_str().to_owned();
        log.push("-wal");
        let (index_memory_bytes, index_entries) = self.index.memory();
        Figures {
            slots: self.keys.slots(),
            erasures: self.register.count(),
            payload_bytes: length(self.ciphertexts.path()) + length(Path::new(&log)),
            key_bytes: length(self.keys.path()),
            index_runs: self.index.runs(),
            index_memory_bytes,
            index_entries,
            index_tail_entries: self.index.tail_entries(),
        }
    }

    /// Wraps every key anew under another house key. When the old house key and what was wrapped under it elsewhere are
    /// destroyed, copies of the keys made before can open nothing: neither what is kept nor what was erased since.
    ///
    /// # Errors
    /// A damaged key; faults of writing. The old keys are then still in place.
    pub fn change_house_key(&mut self, new: &HouseKey, progress: impl FnMut(u64)) -> Result<(), PayloadFault> {
        self.require_running()?;
        let changed = self.keys.rewrap(new, self.randomness.as_mut(), progress);
        changed.map_err(|fault| self.stop(fault))
    }

    /// Closes the store so that opening it again is quick, and the database file alone holds all ciphertexts.
    ///
    /// # Errors
    /// Faults of writing. What was acknowledged stays.
    pub fn close(mut self) -> Result<(), PayloadFault> {
        if let Some(fault) = self.stopped.take() {
            return Err(fault);
        }
        self.index.write_tail()?;
        self.ciphertexts.close()
    }

    pub(crate) fn require_running(&self) -> Result<(), PayloadFault> {
        self.stopped.clone().map_or(Ok(()), Err)
    }

    /// Accepts nothing more, because of a fault.
    pub(crate) fn stop(&mut self, fault: PayloadFault) -> PayloadFault {
        self.stopped.get_or_insert(fault).clone()
    }

    /// The newest slot with a key of this name; if there is none, the newest where one was destroyed.
    pub(crate) fn locate(&mut self, owner: Owner, name: &[u8; 32]) -> Result<Option<(u64, Slot)>, PayloadFault> {
        let mut destroyed = None;
        for number in self.candidates(name)? {
            let slot = self.keys.read(number)?;
            if slot.owner_and_name() != Some((owner, *name)) {
                continue;
            }
            if slot.has_key() {
                return Ok(Some((number, slot)));
            }
            destroyed = destroyed.or(Some((number, slot)));
        }
        Ok(destroyed)
    }

    /// Slots that may have a name, the newest first; from an index made anew if it is damaged.
    pub(crate) fn candidates(&mut self, name: &[u8; 32]) -> Result<Vec<u64>, PayloadFault> {
        if let Ok(found) = self.index.candidates(name) {
            return Ok(found);
        }
        self.rebuild_index()?;
        let found = self.index.candidates(name);
        found.map_err(|_| {
            let what = "the index was made anew and cannot be read";
            PayloadFault::new(crate::Problem::ReadFailed, &self.dir.join(crate::INDEX_FOLDER), what)
        })
    }

    /// Makes the index anew from the keys.
    pub(crate) fn rebuild_index(&mut self) -> Result<(), PayloadFault> {
        self.index.clear()?;
        self.complete_index()
    }

    /// Adds to the index what it does not have yet.
    pub(crate) fn complete_index(&mut self) -> Result<(), PayloadFault> {
        let (index, ciphertexts) = (&mut self.index, &self.ciphertexts);
        self.keys.read_from(index.next(), |number, slot| {
            let name = match slot {
                Some(slot) => slot.owner_and_name().map(|(_, name)| name),
                // A damaged slot still has its payload, which knows its commitment: so it is found, and found damaged.
                None => ciphertexts.row(number)?.and_then(|row| row.first_chunk().copied()),
            };
            index.add(number, name.as_ref());
            index.settle()
        })
    }

    /// The entry by which something was erased.
    pub(crate) fn tombstone(&self, erasure: u64, erased: ErasedName) -> Result<ErasureRecord, PayloadFault> {
        let record = self.register.read(erasure)?;
        if record.erased == erased {
            return Ok(record);
        }
        let what = format!("entry {erasure} of the register is of something else than the key that it destroyed");
        let problem = crate::Problem::Damaged(crate::StoreFile::Register);
        Err(PayloadFault::new(problem, self.register.path(), what))
    }
}

/// What a slot's owner and name are in the register.
pub(crate) fn erased_name(owner: Owner, name: [u8; 32]) -> ErasedName {
    match owner {
        Owner::Payment => ErasedName::Payment(Commitment(name)),
        Owner::Subject => ErasedName::Subject(name),
    }
}
