//! Copies of the store, and bringing them back without bringing back what was erased.
//!
//! Ciphertexts and register are one copy, keys another, made after it and kept apart: neither alone can be read. What is
//! erased later is still in both. So a restore takes the newest register and erases again, and whoever
//! gives the house another key and destroys the old one makes the older copies of the keys useless.

use crate::ciphertexts::{self, Ciphertexts};
use crate::fault::{self, PayloadFault, Problem, StoreFile};
use crate::files::{self, FolderLock, KEYS_FILE, PAYLOADS_FILE, REGISTER_FILE};
use crate::house_key::HouseKey;
use crate::key_file::KeyFile;
use crate::open::{StoreOptions, Warning};
use crate::register::{ErasureRecord, Register};
use crate::slot::{Owner, Slot};
use crate::store::{PayloadStore, erased_name};
use crate::verify::Verified;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

/// Copies ciphertexts and register of the store in `dir`, which may be in use, to the empty or new folder `target`. Takes no
/// lock and needs no key.
///
/// # Errors
/// [`Problem::TargetNotEmpty`]; any fault of the store or of the copy.
pub fn backup(dir: &Path, target: &Path) -> Result<(), PayloadFault> {
    require_empty(target)?;
    let payloads = dir.join(PAYLOADS_FILE);
    let bytes = length(&payloads, StoreFile::Payloads)?;
    // What is always kept free is not kept for a copy; but a copy that does not fit is refused before it begins.
    files::check_space(target, usize::try_from(bytes).unwrap_or(usize::MAX) / 2)?;
    // The register after the payloads: what was erased between is erased again when the copy is opened. The other way
    // about, the payloads would know of erasures that the register lacks.
    ciphertexts::copy(&payloads, &target.join(PAYLOADS_FILE))?;
    copy_file(&dir.join(REGISTER_FILE), &target.join(REGISTER_FILE), StoreFile::Register)
}

/// Copies the keys of a store, which may be in use, to a new file, still wrapped under the house key. To be made after the
/// copy of the payloads, and kept apart from it.
///
/// # Errors
/// [`Problem::TargetNotEmpty`] if there is such a file; faults of reading and writing.
pub fn backup_keys(keys: &Path, target: &Path) -> Result<(), PayloadFault> {
    if files::exists(target)? {
        return Err(PayloadFault::new(Problem::TargetNotEmpty, target, "there is a file of this name"));
    }
    copy_file(keys, target, StoreFile::Keys)
}

impl PayloadStore {
    /// [`backup`] of this store.
    ///
    /// # Errors
    /// As [`backup`].
    pub fn backup_to(&self, target: &Path) -> Result<(), PayloadFault> {
        backup(self.dir(), target)
    }

    /// [`backup_keys`] of this store.
    ///
    /// # Errors
    /// As [`backup_keys`].
    pub fn backup_keys_to(&self, target: &Path) -> Result<(), PayloadFault> {
        backup_keys(self.keys.path(), target)
    }
}

/// What to restore from.
#[derive(Clone, Debug)]
pub struct RestoreSource {
    /// A folder made by [`backup`].
    pub payloads: PathBuf,
    /// A file made by [`backup_keys`] after it.
    pub keys: PathBuf,
    /// The newest register that was exported, by [`PayloadStore::export_register`] or taken from the lost folder. Without
    /// it, what was erased after the backup comes back.
    pub register: Option<PathBuf>,
}

/// What a restore brought back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// What verification found: nothing wrong.
    pub verified: Verified,
    /// Erasures that a newer register, or the keys, told of beyond the register beside the payloads: carried out.
    pub erasures_applied: u64,
    /// Keys of payloads that were put after the backup of the payloads: destroyed, for they open nothing here.
    pub keys_without_payload: u64,
    /// What else to know.
    pub warnings: Vec<Warning>,
}

/// Brings a backup back into the empty or new folder `dir`, erases what the newer register says, and verifies everything.
///
/// # Errors
/// [`Problem::TargetNotEmpty`], [`Problem::KeysOlder`], [`Problem::RegisterForked`]; any fault of the backup. What is in
/// `dir` then is not a store to be used.
pub fn restore(
    source: &RestoreSource,
    dir: &Path,
    house: &HouseKey,
    options: StoreOptions,
    progress: impl FnMut(u64, u64),
) -> Result<Restored, PayloadFault> {
    let keys_path = options.keys.clone().unwrap_or_else(|| dir.join(KEYS_FILE));
    require_empty(dir)?;
    if files::exists(&keys_path)? {
        return Err(PayloadFault::new(Problem::TargetNotEmpty, &keys_path, "there are keys already"));
    }
    let lock = FolderLock::take(dir)?;
    copy_file(&source.keys, &keys_path, StoreFile::Keys)?;
    let keys = KeyFile::open(&keys_path, house)?.keys;
    let register_path = dir.join(REGISTER_FILE);
    let secret = &keys.keys().register;
    copy_file(&source.payloads.join(REGISTER_FILE), &register_path, StoreFile::Register)?;
    drop(Register::open_export(&register_path, keys.store(), secret)?);
    let mut register = Register::open(&register_path, keys.store(), secret, 0)?.register;
    let before = register.count();
    if let Some(newer) = &source.register {
        register.extend_from(&Register::open_export(newer, keys.store(), secret)?)?;
    }
    extend_from_keys(&mut register, &keys)?;
    let erasures_applied = register.count() - before;
    drop(register);
    // The database last: with it the folder is a store.
    copy_file(&source.payloads.join(PAYLOADS_FILE), &dir.join(PAYLOADS_FILE), StoreFile::Payloads)?;
    let keys_without_payload = match_keys(dir, &keys)?;
    drop((keys, lock));
    let (mut store, warnings) = PayloadStore::open(dir, house, StoreOptions { create: false, ..options })?;
    let verified = store.verify(progress)?;
    if let Some(finding) = verified.findings.first() {
        return Err(finding.clone());
    }
    store.close()?;
    Ok(Restored { verified, erasures_applied, keys_without_payload, warnings })
}

/// Keys that were copied later than every register at hand tell themselves what was erased meanwhile.
fn extend_from_keys(register: &mut Register, keys: &KeyFile) -> Result<(), PayloadFault> {
    let mut told = BTreeMap::new();
    keys.read_from(0, |_, slot| {
        if let Some(Slot::Destroyed { owner, name, erasure, facts }) = slot
            && erasure >= register.count()
        {
            told.insert(erasure, ErasureRecord::from_facts(erasure, erased_name(owner, name), &facts));
        }
        Ok(())
    })?;
    let numbers = register.count()..;
    let records: Option<Vec<ErasureRecord>> =
        numbers.zip(told).map(|(number, (erasure, record))| record.filter(|_| erasure == number)).collect();
    let lacking = || {
        let what = "the keys tell of erasures that follow on others, which neither they nor the register have";
        PayloadFault::new(Problem::Truncated(StoreFile::Register), register.path(), what)
    };
    register.append_records(&records.ok_or_else(lacking)?)
}

/// Destroys keys whose payloads the backup does not have yet.
fn match_keys(dir: &Path, keys: &KeyFile) -> Result<u64, PayloadFault> {
    let ciphertexts = Ciphertexts::open(&dir.join(PAYLOADS_FILE), keys.store())?;
    // Beyond the last batch: one that was being put while it was copied is left to the sweep.
    if ciphertexts.meta().batch_first > keys.slots() {
        let what = format!("there are {} keys, and payloads up to {}", keys.slots(), ciphertexts.rows_end()?);
        return Err(PayloadFault::new(Problem::KeysOlder, keys.path(), what));
    }
    let mut voided = Vec::new();
    keys.read_from(0, |number, slot| {
        if matches!(slot, Some(Slot::Live { owner: Owner::Payment, .. })) && !ciphertexts.has_row(number)? {
            voided.push((number, Slot::Void));
        }
        Ok(())
    })?;
    keys.overwrite(&voided, None)?;
    Ok(u64::try_from(voided.len()).expect("a size in memory"))
}

fn require_empty(dir: &Path) -> Result<(), PayloadFault> {
    match files::is_in_use(dir) {
        Ok(false) if files::exists(dir)? => Ok(()),
        Ok(false) => files::create_folder(dir),
        Ok(true) => {
            // Whoever has it open is the more useful thing to say.
            if files::exists(&dir.join(PAYLOADS_FILE))? {
                drop(FolderLock::take(dir)?);
            }
            Err(PayloadFault::new(Problem::TargetNotEmpty, dir, "the folder to write to is not empty"))
        }
        Err(fault) if fault.problem == Problem::NotAStore => {
            Err(PayloadFault::new(Problem::TargetNotEmpty, dir, "there is a file of this name"))
        }
        Err(fault) => Err(fault),
    }
}

fn length(path: &Path, kind: StoreFile) -> Result<u64, PayloadFault> {
    match std::fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            Err(PayloadFault::new(Problem::Missing(kind), path, "the file is missing"))
        }
        found => found.map(|meta| meta.len()).map_err(|error| fault::reading(path, &error)),
    }
}

/// Copies a file as long as it is now, and syncs the copy.
fn copy_file(source: &Path, target: &Path, kind: StoreFile) -> Result<(), PayloadFault> {
    let bytes = length(source, kind)?;
    let opened = File::open(source).map_err(|error| fault::reading(source, &error))?;
    files::replace_file(target, |copy| {
        let copied = std::io::copy(&mut opened.take(bytes), copy).map_err(|error| fault::writing(target, &error))?;
        if copied == bytes {
            return Ok(());
        }
        Err(PayloadFault::new(Problem::ReadFailed, source, "the file became shorter while it was copied"))
    })
}
