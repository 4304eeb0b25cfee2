//! Opening: what a folder must be, and settling what a crash interrupted.

use crate::ciphertexts::Ciphertexts;
use crate::fault::{PayloadFault, Problem, StoreFile};
use crate::files::{self, FolderLock, INDEX_FOLDER, KEYS_FILE, PAYLOADS_FILE, REGISTER_FILE};
use crate::house_key::HouseKey;
use crate::index::Index;
use crate::key_file::KeyFile;
use crate::limits::{BATCH_ERASURES_MAX, THREADS_MAX};
use crate::randomness::{OsRandomness, Randomness};
use crate::register::{ErasedName, Register};
use crate::slot::{Owner, Slot};
use crate::store::PayloadStore;
use crate::subject_keys::SubjectKeys;
use std::collections::BTreeSet;
use std::fmt;
use std::num::NonZero;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// How to open a store.
pub struct StoreOptions {
    /// The keys file, if it lies elsewhere than in the folder: on a disk of its own, so that no copy of the folder has both.
    pub keys: Option<PathBuf>,
    /// Where keys and nonces come from.
    pub randomness: Box<dyn Randomness + Send>,
    /// Whether a missing or empty folder becomes a new store.
    pub create: bool,
    /// Threads that encrypt a large batch. What is written does not depend on it.
    pub threads: usize,
}

impl Default for StoreOptions {
    fn default() -> StoreOptions {
        let threads = std::thread::available_parallelism().map_or(1, NonZero::get).min(THREADS_MAX);
        StoreOptions { keys: None, randomness: Box::new(OsRandomness), create: true, threads }
    }
}

impl fmt::Debug for StoreOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreOptions").field("keys", &self.keys).field("create", &self.create).finish_non_exhaustive()
    }
}

/// What an operator should know though the store is sound. [`fmt::Display`] gives `what; where; what to do`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// The permanent code.
    pub code: &'static str,
    /// What, where, what to do.
    pub message: String,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl PayloadStore {
    /// Opens a folder, or makes a new store of a missing or empty one. Settles what a crash interrupted: erasures that stand
    /// in the register are carried out, keys that were half written are left out.
    ///
    /// # Errors
    /// A fault for each way in which the files are not those of one sound store under this house key.
    pub fn open(
        dir: &Path,
        house: &HouseKey,
        mut options: StoreOptions,
    ) -> Result<(PayloadStore, Vec<Warning>), PayloadFault> {
        let keys_path = options.keys.clone().unwrap_or_else(|| dir.join(KEYS_FILE));
        let (payloads_path, register_path) = (dir.join(PAYLOADS_FILE), dir.join(REGISTER_FILE));
        if !files::exists(dir)? {
            if !options.create {
                return Err(crate::fault::permission(dir, "the folder does not exist"));
            }
            files::create_folder(dir)?;
        }
        require_store_or_empty(dir, &options)?;
        let lock = FolderLock::take(dir)?;
        let mut warnings = Warnings::default();
        if options.create {
            create(&payloads_path, &keys_path, &register_path, house, options.randomness.as_mut())?;
        }
        // Left by a change of the house key that was interrupted: keys are in one place only.
        files::remove_overwritten(&files::staged(&keys_path))?;
        let opened = KeyFile::open(&keys_path, house)?;
        let keys = opened.keys;
        if opened.one_header_damaged {
            keys.repair_headers(house, options.randomness.as_mut())?;
            warnings.add(
                "KEYS_HEADER_DAMAGED",
                &keys_path,
                "one of two copies of the header was damaged and is repaired",
                CHECK_DISK,
            );
        }
        let ciphertexts = Ciphertexts::open(&payloads_path, keys.store())?;
        let acknowledged = ciphertexts.meta().erasures;
        let opened = Register::open(&register_path, keys.store(), &keys.keys().register, acknowledged)?;
        if opened.torn {
            warnings.add(
                "REGISTER_TORN",
                &register_path,
                "an erasure that was never acknowledged was cut off",
                ASK_AGAIN,
            );
        }
        let (index, left_out) = Index::open(&dir.join(INDEX_FOLDER), keys.store(), keys.slots())?;
        if left_out {
            warnings.add(
                "INDEX_REBUILT",
                &dir.join(INDEX_FOLDER),
                "a part of the index was unusable and is made anew",
                CHECK_DISK,
            );
        }
        let mut store = PayloadStore {
            dir: dir.to_owned(),
            ciphertexts,
            keys,
            register: opened.register,
            index,
            subjects: SubjectKeys::default(),
            randomness: options.randomness,
            threads: options.threads.clamp(1, THREADS_MAX),
            bytes_logged: 0,
            stopped: None,
            _lock: lock,
        };
        store.settle_last_batch(&mut warnings)?;
        store.complete_index()?;
        store.complete_erasures(&mut warnings)?;
        Ok((store, warnings.all))
    }

    /// Compares keys with ciphertexts where a crash, or a log that recovery cut short, can have left them apart.
    fn settle_last_batch(&mut self, warnings: &mut Warnings) -> Result<(), PayloadFault> {
        let meta = self.ciphertexts.meta();
        let (slots, rows_end, batch_first) = (self.keys.slots(), self.ciphertexts.rows_end()?, meta.batch_first);
        // What was swept was there, synced, and compared with the journal.
        let acknowledged = batch_first.max(meta.swept);
        if slots < acknowledged {
            let what = format!("there are {slots} keys, and {acknowledged} were acknowledged");
            return Err(PayloadFault::new(Problem::Truncated(StoreFile::Keys), self.keys.path(), what));
        }
        let (ciphertexts, being_erased) = (&self.ciphertexts, self.payments_being_erased()?);
        self.keys.read_from(batch_first, |number, slot| match slot {
            Some(Slot::Live { owner: Owner::Payment, name, .. })
                if !being_erased.contains(&name) && !ciphertexts.has_row(number)? =>
            {
                let what = format!("payload {number} was acknowledged and is not there");
                Err(PayloadFault::new(Problem::Truncated(StoreFile::Payloads), ciphertexts.path(), what))
            }
            _ => Ok(()),
        })?;
        let without_key = ciphertexts.numbers_from(slots)?.len();
        if without_key > 0 {
            let what = format!("{without_key} payloads have no key; they were being put when the process ended");
            warnings.add("PAYLOADS_WITHOUT_KEY", ciphertexts.path(), &what, "sweep the store against the journal");
            // So that no later key takes the number of one of them.
            let gap: Vec<u8> =
                (slots..rows_end).flat_map(|number| Slot::Void.encode(self.keys.store(), number)).collect();
            self.keys.append(&gap)?;
        }
        Ok(())
    }

    /// Entries of the register that were not carried out, as far as keys or payloads tell: either may be from an older
    /// time, and carrying out once more changes nothing.
    fn pending_erasures(&self) -> Result<Range<u64>, PayloadFault> {
        Ok(self.ciphertexts.meta().erasures.min(self.keys.erasures()?)..self.register.count())
    }

    fn payments_being_erased(&self) -> Result<BTreeSet<[u8; 32]>, PayloadFault> {
        let mut names = BTreeSet::new();
        for number in self.pending_erasures()? {
            if let ErasedName::Payment(commitment) = self.register.read(number)?.erased {
                names.insert(commitment.0);
            }
        }
        Ok(names)
    }

    /// Carries out what stands in the register and was not carried out.
    fn complete_erasures(&mut self, warnings: &mut Warnings) -> Result<(), PayloadFault> {
        let Range { start: from, end: to } = self.pending_erasures()?;
        if from >= to {
            return Ok(());
        }
        let mut number = from;
        while number < to {
            let until = to.min(number + u64::try_from(BATCH_ERASURES_MAX).expect("a small number"));
            let records = (number..until).map(|number| self.register.read(number)).collect::<Result<Vec<_>, _>>()?;
            self.carry_out(&records)?;
            number = until;
        }
        let what = format!("{} erasures that stand in the register were carried out now", to - from);
        warnings.add("ERASURES_COMPLETED", self.register.path(), &what, "nothing: they are complete");
        Ok(())
    }
}

const CHECK_DISK: &str = "check the disk";
const ASK_AGAIN: &str = "erase again what was not answered";

#[derive(Default)]
struct Warnings {
    all: Vec<Warning>,
}

impl Warnings {
    fn add(&mut self, code: &'static str, place: &Path, what: &str, remedy: &str) {
        self.all.push(Warning { code, message: format!("{what}; {}; {remedy}", place.display()) });
    }
}

/// A folder with other things in it does not become a store.
fn require_store_or_empty(dir: &Path, options: &StoreOptions) -> Result<(), PayloadFault> {
    let not_a_store = |what: &str| Err(PayloadFault::new(Problem::NotAStore, dir, what));
    if !files::is_in_use(dir)? {
        return if options.create { Ok(()) } else { not_a_store("the folder is empty") };
    }
    for name in [PAYLOADS_FILE, KEYS_FILE, REGISTER_FILE] {
        if files::exists(&dir.join(name))? || files::exists(&files::staged(&dir.join(name)))? {
            return Ok(());
        }
    }
    not_a_store("the folder holds other things")
}

/// Makes a new store, or finishes making one, if there is none. The database comes last: with it the store is there.
fn create(
    payloads: &Path,
    keys: &Path,
    register: &Path,
    house: &HouseKey,
    randomness: &mut dyn Randomness,
) -> Result<(), PayloadFault> {
    if Ciphertexts::is_there(payloads)? {
        return Ok(());
    }
    let dir = payloads.parent().expect("a file in the store's folder");
    if !files::exists(keys)? {
        if files::exists(register)? {
            // A store that was there has lost its keys and its payloads.
            return Ok(());
        }
        files::check_space(dir, 0)?;
        KeyFile::create(keys, house, randomness)?;
    }
    let opened = KeyFile::open(keys, house)?.keys;
    if opened.slots() > 0 {
        return Ok(());
    }
    if !files::exists(register)? {
        Register::create(register, opened.store(), &opened.keys().register)?;
    }
    Ciphertexts::create(payloads, opened.store())
}
