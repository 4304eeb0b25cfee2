//! Files beside the journal that can be made anew from it, such as a snapshot of the state.
//!
//! Written as a whole or not at all, and with a checksum: content, then its SHA-256. A damaged one is reported, never
//! used; whoever needs it makes it anew.

use crate::{faults, folder};
use journal::{Hash, JournalFault};
use sha2::{Digest, Sha256};
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

const CHECKSUM_BYTES: usize = 32;

/// Bytes written and synced at once beside a writer at work.
const GENTLE_PART_BYTES: usize = 1 << 20;

/// Writes a file of this name, durably, in place of any earlier one.
///
/// # Errors
/// [`JournalFault::Full`], [`JournalFault::Permission`] or [`JournalFault::SyncFailed`]; the earlier file is then still
/// whole.
///
/// # Panics
/// If the name has other characters than lower-case letters, digits, `-` and `.`, or begins with `.`.
pub fn write_auxiliary(dir: &Path, name: &str, content: &[u8]) -> Result<(), JournalFault> {
    let path = path_of(dir, name);
    let parent = dir.join(folder::SNAPSHOT_FOLDER);
    if !parent.is_dir() {
        fs::create_dir(&parent).map_err(|error| faults::writing(&parent, &error))?;
        folder::sync_folder(dir)?;
    }
    let checksum: Hash = Sha256::digest(content).into();
    folder::replace_file(&path, &[content, &checksum])
}

/// As [`write_auxiliary`], for large files beside a writer at work: written and synced in parts, with `breathe` called after
/// each, so that no sync of the journal waits behind all of it.
///
/// # Errors
/// As [`write_auxiliary`].
///
/// # Panics
/// As [`write_auxiliary`].
pub fn write_auxiliary_gently(
    dir: &Path,
    name: &str,
    content: &[u8],
    breathe: &mut dyn FnMut(),
) -> Result<(), JournalFault> {
    let path = path_of(dir, name);
    let parent = dir.join(folder::SNAPSHOT_FOLDER);
    if !parent.is_dir() {
        fs::create_dir(&parent).map_err(|error| faults::writing(&parent, &error))?;
        folder::sync_folder(dir)?;
    }
    let staged = path.with_extension("staged");
    let mut hasher = Sha256::new();
    let mut write = || {
        let mut file = fs::File::create(&staged)?;
        for part in content.chunks(GENTLE_PART_BYTES) {
            hasher.update(part);
            file.write_all(part)?;
            file.sync_data()?;
            breathe();
        }
        file.write_all(&std::mem::take(&mut hasher).finalize())?;
        file.sync_all()?;
        fs::rename(&staged, &path)
    };
    write().map_err(|error| faults::writing(&path, &error))?;
    folder::sync_folder(&parent)
}

/// Names of the files that are there, in ascending order.
///
/// # Errors
/// [`JournalFault::Permission`] if the folder cannot be read.
pub fn auxiliary_names(dir: &Path) -> Result<Vec<String>, JournalFault> {
    let parent = dir.join(folder::SNAPSHOT_FOLDER);
    let entries = match fs::read_dir(&parent) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        read => read.map_err(|error| faults::reading(&parent, &error))?,
    };
    let mut names = Vec::new();
    for entry in entries {
        let name = entry.map_err(|error| faults::reading(&parent, &error))?.file_name();
        // A name that is not text is none of ours.
        names.extend(name.into_string());
    }
    names.sort_unstable();
    Ok(names)
}

/// Reads a file of this name; nothing if there is none.
///
/// # Errors
/// [`JournalFault::AuxiliaryDamaged`] if its checksum does not fit.
///
/// # Panics
/// As [`write_auxiliary`].
pub fn read_auxiliary(dir: &Path, name: &str) -> Result<Option<Vec<u8>>, JournalFault> {
    let path = path_of(dir, name);
    let mut bytes = match fs::read(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        read => read.map_err(|error| faults::reading(&path, &error))?,
    };
    let damaged =
        |detail: &str| JournalFault::AuxiliaryDamaged { place: faults::place(&path), detail: detail.to_owned() };
    let content_bytes =
        bytes.len().checked_sub(CHECKSUM_BYTES).ok_or_else(|| damaged("the file is shorter than its checksum"))?;
    let checksum: Hash = Sha256::digest(&bytes[..content_bytes]).into();
    if bytes[content_bytes..] != checksum {
        return Err(damaged("the content does not fit its checksum"));
    }
    bytes.truncate(content_bytes);
    Ok(Some(bytes))
}

/// Removes a file of this name, if there is one.
///
/// # Errors
/// [`JournalFault::Permission`] or [`JournalFault::SyncFailed`].
///
/// # Panics
/// As [`write_auxiliary`].
pub fn remove_auxiliary(dir: &Path, name: &str) -> Result<(), JournalFault> {
    let path = path_of(dir, name);
    match fs::remove_file(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        removed => removed.map_err(|error| faults::writing(&path, &error)),
    }
}

fn path_of(dir: &Path, name: &str) -> PathBuf {
    let plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.');
    assert!(!name.is_empty() && !name.starts_with('.') && name.bytes().all(plain), "not a name of a file: {name:?}");
    dir.join(folder::SNAPSHOT_FOLDER).join(name)
}
