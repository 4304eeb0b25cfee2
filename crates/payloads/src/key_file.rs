//! The keys: a header in two copies, a mark, then slots of 128 bytes, one a key, in the order in which they came to be.
//!
//! A key is in one place on the disk and nowhere else: it is appended, synced, and when it is to be destroyed it is
//! overwritten there. No write-ahead log and no free page remembers it, which is why this is not a database.
//!
//! The slots are also the list of what the store knows: the slot of a payment is written after its ciphertext, so its
//! presence says that the payload was put; its number is the number of the ciphertext.
//!
//! Header (4,096 bytes, twice): `CDLK`, format u32, store (16), id of the house key (8), nonce (24), the three keys of the
//! store wrapped under the house key (96 + 16), zeros, checksum (8). Mark (4,096 bytes): how many entries of the register
//! were carried out u64, checksum (8), zeros; so that keys brought back from an older time are seen to be, and those erased
//! since are destroyed again. Numbers are big-endian.

use crate::crypto::{CHECKSUM_BYTES, KEY_BYTES, Key, MacKey, NONCE_BYTES, TAG_BYTES, checksum, unwrap, wrap};
use crate::fault::{self, PayloadFault, Problem, StoreFile};
use crate::files;
use crate::house_key::HouseKey;
use crate::payload::Subject;
use crate::randomness::{self, Randomness};
use crate::slot::{SLOT_BYTES, Slot};
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

const MAGIC: [u8; 4] = *b"CDLK";
const FORMAT: u32 = 1;
const HEADER_BYTES: usize = 4096;
const HEADERS: usize = 2;
const MARK_BYTES: usize = 4096;
const SLOTS_AT: usize = HEADERS * HEADER_BYTES + MARK_BYTES;
const SECRETS_BYTES: usize = 3 * KEY_BYTES;
const NONCE_AT: usize = 32;
const SECRETS_AT: usize = NONCE_AT + NONCE_BYTES;
const TAG_AT: usize = SECRETS_AT + SECRETS_BYTES;
const CHECKSUM_AT: usize = HEADER_BYTES - CHECKSUM_BYTES;
/// Slots read at a time when many are.
const SLOTS_READ: u64 = 2048;

/// Names a store, so that files of two are never mixed.
pub(crate) type StoreId = [u8; 16];

/// The keys of the store itself, kept in the header.
pub(crate) struct StoreKeys {
    /// Wraps the keys in slots.
    pub(crate) wrapping: Key,
    /// Turns a subject into its tag. Stays the same for ever.
    pub(crate) tagging: Key,
    /// Authenticates the register of erasures. Stays the same for ever.
    pub(crate) register: Key,
}

/// The file, open.
pub(crate) struct KeyFile {
    file: File,
    path: PathBuf,
    store: StoreId,
    keys: StoreKeys,
    tagging: MacKey,
    slots: u64,
}

/// What opening found.
pub(crate) struct OpenedKeys {
    pub(crate) keys: KeyFile,
    pub(crate) one_header_damaged: bool,
}

impl KeyFile {
    /// Creates the file of a new store, without slots.
    pub(crate) fn create(path: &Path, house: &HouseKey, source: &mut dyn Randomness) -> Result<(), PayloadFault> {
        let store = randomness::draw(source)?;
        let keys = StoreKeys {
            wrapping: Zeroizing::new(randomness::draw(source)?),
            tagging: Zeroizing::new(randomness::draw(source)?),
            register: Zeroizing::new(randomness::draw(source)?),
        };
        let header = encode_header(&store, &keys, house, source)?;
        files::replace_file(path, |file| {
            let start = [header.repeat(HEADERS), encode_mark(&store, 0)].concat();
            file.write_all(&start).map_err(|error| fault::writing(path, &error))
        })
    }

    /// Opens the file with the house key.
    ///
    /// # Errors
    /// [`Problem::Missing`], [`Problem::HouseKeyWrong`], [`Problem::Damaged`], [`Problem::Truncated`].
    pub(crate) fn open(path: &Path, house: &HouseKey) -> Result<OpenedKeys, PayloadFault> {
        let file = match OpenOptions::new().read(true).write(true).open(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Err(PayloadFault::new(Problem::Missing(StoreFile::Keys), path, "the keys are missing"));
            }
            opened => opened.map_err(|error| fault::writing(path, &error))?,
        };
        let bytes = file.metadata().map_err(|error| fault::reading(path, &error))?.len();
        let Some(slot_bytes) = bytes.checked_sub(u64_of(SLOTS_AT)) else {
            let what = format!("the keys have {bytes} bytes, fewer than their beginning");
            return Err(PayloadFault::new(Problem::Truncated(StoreFile::Keys), path, what));
        };
        let mut headers = vec![0; HEADERS * HEADER_BYTES];
        file.read_exact_at(&mut headers, 0).map_err(|error| fault::reading(path, &error))?;
        let (headers, _) = headers.as_chunks::<HEADER_BYTES>();
        let sound: Vec<&[u8; HEADER_BYTES]> = headers.iter().filter(|header| is_sound(header)).collect();
        let Some(header) = sound.first() else {
            let what = "neither copy of the header of the keys can be read";
            return Err(PayloadFault::new(Problem::Damaged(StoreFile::Keys), path, what));
        };
        let (store, keys) = decode_header(header, path, house)?;
        // A slot that was being written when a process ended has no end: the next one is written over it.
        let slots = slot_bytes / u64_of(SLOT_BYTES);
        let one_header_damaged = sound.len() < HEADERS;
        let tagging = MacKey::new(&keys.tagging);
        Ok(OpenedKeys {
            keys: KeyFile { file, path: path.to_owned(), store, keys, tagging, slots },
            one_header_damaged,
        })
    }

    pub(crate) fn store(&self) -> &StoreId {
        &self.store
    }

    pub(crate) fn keys(&self) -> &StoreKeys {
        &self.keys
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// How many entries of the register were carried out here. None, as far as a damaged mark tells: carrying them out once
    /// more changes nothing.
    pub(crate) fn erasures(&self) -> Result<u64, PayloadFault> {
        let mut mark = [0; MARK_BYTES];
        let read = self.file.read_exact_at(&mut mark, u64_of(HEADERS * HEADER_BYTES));
        read.map_err(|error| fault::reading(&self.path, &error))?;
        let erasures = u64::from_be_bytes(*mark.first_chunk().expect("eight bytes"));
        Ok(if mark[..] == encode_mark(&self.store, erasures) { erasures } else { 0 })
    }

    /// How many slots there are.
    pub(crate) fn slots(&self) -> u64 {
        self.slots
    }

    /// The name under which a subject's key is kept: a keyed hash, no personal data to whoever lacks the keys.
    pub(crate) fn tag(&self, subject: &Subject) -> [u8; 32] {
        self.tagging.mac(&[b"subject", &subject.institution.0.to_be_bytes(), subject.account.as_bytes()])
    }

    /// Reads a slot.
    ///
    /// # Errors
    /// [`Problem::Damaged`] if its checksum does not fit.
    pub(crate) fn read(&self, number: u64) -> Result<Slot, PayloadFault> {
        let mut bytes = [0; SLOT_BYTES];
        self.file.read_exact_at(&mut bytes, offset(number)).map_err(|error| fault::reading(&self.path, &error))?;
        Slot::decode(&bytes, &self.store, number).ok_or_else(|| self.damaged(number))
    }

    /// Reads slots in order from a number on; `None` for one that is damaged.
    pub(crate) fn read_from(
        &self,
        first: u64,
        mut each: impl FnMut(u64, Option<Slot>) -> Result<(), PayloadFault>,
    ) -> Result<(), PayloadFault> {
        let mut number = first;
        while number < self.slots {
            let count = (self.slots - number).min(SLOTS_READ);
            let mut bytes = vec![0; usize::try_from(count).expect("a small number") * SLOT_BYTES];
            self.file.read_exact_at(&mut bytes, offset(number)).map_err(|error| fault::reading(&self.path, &error))?;
            for slot in bytes.as_chunks::<SLOT_BYTES>().0 {
                each(number, Slot::decode(slot, &self.store, number))?;
                number += 1;
            }
        }
        Ok(())
    }

    pub(crate) fn damaged(&self, number: u64) -> PayloadFault {
        PayloadFault::new(
            Problem::Damaged(StoreFile::Keys),
            &self.path,
            format!("key {number} is not as it was written"),
        )
    }

    /// The key of a slot that has one.
    ///
    /// # Errors
    /// [`Problem::Damaged`] if it does not unwrap.
    pub(crate) fn unwrap(&self, number: u64, slot: &Slot) -> Result<Key, PayloadFault> {
        slot.unwrap(&self.keys.wrapping, &self.store, number).ok_or_else(|| self.damaged(number))
    }

    /// Appends slots, as encoded one after the other, and syncs.
    pub(crate) fn append(&mut self, encoded: &[u8]) -> Result<(), PayloadFault> {
        debug_assert!(encoded.len().is_multiple_of(SLOT_BYTES));
        let written = self.file.write_all_at(encoded, offset(self.slots)).and_then(|()| self.file.sync_data());
        written.map_err(|error| fault::writing(&self.path, &error))?;
        self.slots += u64_of(encoded.len() / SLOT_BYTES);
        Ok(())
    }

    /// Overwrites slots in place and syncs: the keys that were there exist no more. With `erasures`, notes how many entries of
    /// the register are carried out with it.
    pub(crate) fn overwrite(&self, slots: &[(u64, Slot)], erasures: Option<u64>) -> Result<(), PayloadFault> {
        for (number, slot) in slots {
            assert!(*number < self.slots && !slot.has_key(), "bug: overwriting is for destroying");
            let written = self.file.write_all_at(&slot.encode(&self.store, *number), offset(*number));
            written.map_err(|error| fault::writing(&self.path, &error))?;
        }
        if let Some(erasures) = erasures {
            let mark = encode_mark(&self.store, erasures);
            let written = self.file.write_all_at(&mark, u64_of(HEADERS * HEADER_BYTES));
            written.map_err(|error| fault::writing(&self.path, &error))?;
        }
        self.file.sync_data().map_err(|error| fault::writing(&self.path, &error))
    }

    /// Writes both headers again, so that a damaged one is whole.
    pub(crate) fn repair_headers(&self, house: &HouseKey, source: &mut dyn Randomness) -> Result<(), PayloadFault> {
        let header = encode_header(&self.store, &self.keys, house, source)?;
        for copy in 0..HEADERS {
            // One after the other is synced: a crash between leaves one whole.
            let written =
                self.file.write_all_at(&header, u64_of(copy * HEADER_BYTES)).and_then(|()| self.file.sync_data());
            written.map_err(|error| fault::writing(&self.path, &error))?;
        }
        Ok(())
    }

    /// Wraps every key anew, under a new wrapping key under `house`, in a file that takes the place of this one; the old
    /// file is overwritten. Copies of the old file stay readable under the old house key until that is destroyed.
    pub(crate) fn rewrap(
        &mut self,
        house: &HouseKey,
        source: &mut dyn Randomness,
        mut progress: impl FnMut(u64),
    ) -> Result<(), PayloadFault> {
        let keys = StoreKeys {
            wrapping: Zeroizing::new(randomness::draw(source)?),
            tagging: self.keys.tagging.clone(),
            register: self.keys.register.clone(),
        };
        let header = encode_header(&self.store, &keys, house, source)?;
        let mark = encode_mark(&self.store, self.erasures()?);
        files::replace_file(&self.path, |file| {
            let failed = |error: std::io::Error| fault::writing(&self.path, &error);
            file.write_all(&[header.repeat(HEADERS), mark].concat()).map_err(failed)?;
            let mut out = std::io::BufWriter::new(file);
            self.read_from(0, |number, slot| {
                let slot = slot.ok_or_else(|| self.damaged(number))?;
                let slot = if slot.has_key() {
                    let key = self.unwrap(number, &slot)?;
                    slot.wrapped_anew(&key, &keys.wrapping, &self.store, number, randomness::draw(source)?)
                } else {
                    slot
                };
                progress(number);
                out.write_all(&slot.encode(&self.store, number)).map_err(failed)
            })?;
            out.flush().map_err(failed)
        })?;
        let old = std::mem::replace(
            &mut self.file,
            OpenOptions::new()
                .read(true)
                .write(true)
                .open(&self.path)
                .map_err(|error| fault::writing(&self.path, &error))?,
        );
        self.keys = keys;
        // It has no name any more.
        files::overwrite_whole(&old).map_err(|error| fault::writing(&self.path, &error))
    }
}

fn u64_of(count: usize) -> u64 {
    u64::try_from(count).expect("a size in memory")
}

fn offset(slot: u64) -> u64 {
    u64_of(SLOTS_AT) + slot * u64_of(SLOT_BYTES)
}

fn encode_mark(store: &StoreId, erasures: u64) -> Vec<u8> {
    let mut mark = erasures.to_be_bytes().to_vec();
    mark.extend_from_slice(&checksum(&[store, &erasures.to_be_bytes()]));
    mark.resize(MARK_BYTES, 0);
    mark
}

fn encode_header(
    store: &StoreId,
    keys: &StoreKeys,
    house: &HouseKey,
    source: &mut dyn Randomness,
) -> Result<Vec<u8>, PayloadFault> {
    let nonce: [u8; NONCE_BYTES] = randomness::draw(source)?;
    let mut header = vec![0; HEADER_BYTES];
    header[..4].copy_from_slice(&MAGIC);
    header[4..8].copy_from_slice(&FORMAT.to_be_bytes());
    header[8..24].copy_from_slice(store);
    header[24..NONCE_AT].copy_from_slice(&house.id());
    header[NONCE_AT..SECRETS_AT].copy_from_slice(&nonce);
    for (index, key) in [&keys.wrapping, &keys.tagging, &keys.register].into_iter().enumerate() {
        header[SECRETS_AT + index * KEY_BYTES..][..KEY_BYTES].copy_from_slice(&**key);
    }
    let (context, rest) = header.split_at_mut(SECRETS_AT);
    let tag = wrap(&house.0, &nonce, context, &mut rest[..SECRETS_BYTES]);
    header[TAG_AT..TAG_AT + TAG_BYTES].copy_from_slice(&tag);
    let sum = checksum(&[&header[..CHECKSUM_AT]]);
    header[CHECKSUM_AT..].copy_from_slice(&sum);
    Ok(header)
}

fn is_sound(header: &[u8; HEADER_BYTES]) -> bool {
    header[..4] == MAGIC && header[CHECKSUM_AT..] == checksum(&[&header[..CHECKSUM_AT]])
}

fn decode_header(
    header: &[u8; HEADER_BYTES],
    path: &Path,
    house: &HouseKey,
) -> Result<(StoreId, StoreKeys), PayloadFault> {
    let format = u32::from_be_bytes(header[4..8].try_into().expect("four bytes"));
    if format != FORMAT {
        let what = format!("keys in format {format}; this program knows format {FORMAT}");
        return Err(PayloadFault::new(Problem::SchemaNewer, path, what));
    }
    let nonce = header[NONCE_AT..SECRETS_AT].try_into().expect("24 bytes");
    let tag = header[TAG_AT..TAG_AT + TAG_BYTES].try_into().expect("16 bytes");
    let mut secrets = Zeroizing::new([0; SECRETS_BYTES]);
    secrets.copy_from_slice(&header[SECRETS_AT..TAG_AT]);
    if !unwrap(&house.0, &nonce, &header[..SECRETS_AT], &mut secrets[..], &tag) {
        let (given, wanted) = (hex(&house.id()), hex(&header[24..NONCE_AT]));
        let what = format!("the keys are under house key {wanted}, and {given} was given");
        return Err(PayloadFault::new(Problem::HouseKeyWrong, path, what));
    }
    let key = |index: usize| {
        let mut key = Zeroizing::new([0; KEY_BYTES]);
        key.copy_from_slice(&secrets[index * KEY_BYTES..][..KEY_BYTES]);
        key
    };
    let store = header[8..24].try_into().expect("16 bytes");
    Ok((store, StoreKeys { wrapping: key(0), tagging: key(1), register: key(2) }))
}

/// Bytes as lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes everything");
        text
    })
}
