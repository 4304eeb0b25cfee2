//! Files beside the journal that can be made anew from it, such as a snapshot of the state.
//!
//! Written as a whole or not at all, and with a checksum: content, then its SHA-256. A damaged one is reported, never
//! used; whoever needs it makes it anew.

use crate::{faults, folder};
use journal::{Hash, JournalFault};
use sha2::{Digest, Sha256};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

const CHECKSUM_BYTES: usize = 32;

/// Bytes written and synced at once beside a writer at work.
const GENTLE_PART_BYTES: usize = 1 << 20;

/// What a name of a file that is being written has after the name that it will have. Names with it are never listed.
const STAGED: &str = ".staged";

/// What a name has after it when the file was set aside, with a number. Names with it are never listed.
const SET_ASIDE: &str = ".unreadable-";

/// Files staged by this process so far: with the process's number, a name that no other writer has.
static STAGED_COUNT: AtomicU64 = AtomicU64::new(0);

/// Writes a file of this name, durably, in place of any earlier one. Several may write the same name at once: the last one
/// stays, whole.
///
/// # Errors
/// [`JournalFault::Full`], [`JournalFault::Permission`] or [`JournalFault::SyncFailed`]; the earlier file is then still
/// whole, and nothing of the new one is left.
///
/// # Panics
/// If the name has other characters than lower-case letters, digits, `-` and `.`, or begins with `.`.
pub fn write_auxiliary(dir: &Path, name: &str, content: &[u8]) -> Result<(), JournalFault> {
    write_in_parts(dir, name, content, content.len().max(1), &mut || ())
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
    write_in_parts(dir, name, content, GENTLE_PART_BYTES, breathe)
}

fn write_in_parts(
    dir: &Path,
    name: &str,
    content: &[u8],
    part_bytes: usize,
    breathe: &mut dyn FnMut(),
) -> Result<(), JournalFault> {
    let path = path_of(dir, name);
    let parent = dir.join(folder::SNAPSHOT_FOLDER);
    if !parent.is_dir() {
        match fs::create_dir(&parent) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists && parent.is_dir() => {}
            made => made.map_err(|error| faults::writing(&parent, &error))?,
        }
        folder::sync_folder(dir)?;
    }
    let number = STAGED_COUNT.fetch_add(1, Ordering::Relaxed);
    let staged = parent.join(format!("{name}{STAGED}-{}-{number}", std::process::id()));
    let written = write_staged(&staged, content, part_bytes, breathe).and_then(|_locked| fs::rename(&staged, &path));
    if let Err(error) = written {
        // The fault that is told is the one that came first. What cannot be removed, the next start removes.
        drop(fs::remove_file(&staged));
        return Err(faults::writing(&path, &error));
    }
    folder::sync_folder(&parent)
}

/// Writes and syncs a file that nobody else has. It stays locked while it is open: so is told from one that a process left
/// which is no more.
fn write_staged(staged: &Path, content: &[u8], part_bytes: usize, breathe: &mut dyn FnMut()) -> io::Result<File> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(staged)?;
    file.lock()?;
    let mut hasher = Sha256::new();
    let parts = content.chunks(part_bytes).count();
    for (place, part) in content.chunks(part_bytes).enumerate() {
        hasher.update(part);
        file.write_all(part)?;
        if place + 1 < parts {
            file.sync_data()?;
        }
        breathe();
    }
    file.write_all(&hasher.finalize())?;
    // Before the rename: else the name could be durable and the content not.
    file.sync_all()?;
    Ok(file)
}

/// Removes what processes that are no more were writing when they ended.
///
/// # Errors
/// [`JournalFault::Permission`] or [`JournalFault::SyncFailed`].
pub fn remove_left_over_auxiliaries(dir: &Path) -> Result<(), JournalFault> {
    for name in every_name(dir)?.into_iter().filter(|name| is_staged(name)) {
        let path = dir.join(folder::SNAPSHOT_FOLDER).join(name);
        let being_written = match File::open(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(error) => return Err(faults::reading(&path, &error)),
            Ok(file) => matches!(file.try_lock(), Err(TryLockError::WouldBlock)),
        };
        if !being_written {
            match fs::remove_file(&path) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(faults::writing(&path, &error)),
                _ => {}
            }
        }
    }
    Ok(())
}

/// Gives what lies at a path another name beside it, which nothing has yet and nobody reads, so that the name is free; gives
/// the new path.
///
/// # Errors
/// [`JournalFault::Permission`] or [`JournalFault::SyncFailed`].
///
/// # Panics
/// If the path has no name.
pub fn set_aside(path: &Path) -> Result<PathBuf, JournalFault> {
    let name = path.file_name().expect("a path with a name");
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let numbered = |number: u32| {
        let mut aside = name.to_owned();
        aside.push(format!("{SET_ASIDE}{number}"));
        parent.join(aside)
    };
    let free = (1..=u32::MAX).map(numbered).find(|path| fs::symlink_metadata(path).is_err());
    let aside = free.expect("not every number is taken");
    fs::rename(path, &aside).map_err(|error| faults::writing(path, &error))?;
    folder::sync_folder(parent)?;
    Ok(aside)
}

/// Names of the files that are there, in ascending order. Names that this program never gives are not listed, nor are files
/// being written and such as were set aside.
///
/// # Errors
/// [`JournalFault::Permission`] or [`JournalFault::ReadFailed`] if the folder cannot be read.
pub fn auxiliary_names(dir: &Path) -> Result<Vec<String>, JournalFault> {
    let mut names = every_name(dir)?;
    names.retain(|name| is_plain(name) && !is_staged(name) && !name.contains(SET_ASIDE));
    Ok(names)
}

fn every_name(dir: &Path) -> Result<Vec<String>, JournalFault> {
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

/// The first bytes of a file of this name, at most so many, unchecked: to tell what kind it is without reading all of it.
///
/// # Errors
/// [`JournalFault::Permission`] or [`JournalFault::ReadFailed`].
///
/// # Panics
/// As [`write_auxiliary`].
pub fn read_auxiliary_beginning(dir: &Path, name: &str, bytes_max: u64) -> Result<Vec<u8>, JournalFault> {
    let path = path_of(dir, name);
    let mut bytes = Vec::new();
    let read = File::open(&path).and_then(|file| file.take(bytes_max).read_to_end(&mut bytes));
    read.map_err(|error| faults::reading(&path, &error))?;
    Ok(bytes)
}

/// Reads a file of this name; nothing if there is none.
///
/// # Errors
/// [`JournalFault::AuxiliaryDamaged`] if its checksum does not fit; [`JournalFault::Permission`] or
/// [`JournalFault::ReadFailed`] if it cannot be read. Whoever asks goes on without it either way.
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
    assert!(is_plain(name), "not a name of a file: {name:?}");
    dir.join(folder::SNAPSHOT_FOLDER).join(name)
}

fn is_plain(name: &str) -> bool {
    let plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.');
    !name.is_empty() && !name.starts_with('.') && name.bytes().all(plain)
}

/// A staged file of this version, or of one that gave it no number of its own.
fn is_staged(name: &str) -> bool {
    let of_process = |rest: &str| rest.is_empty() || rest.starts_with('-');
    name.rsplit_once(STAGED).is_some_and(|(_, rest)| is_plain(name) && of_process(rest))
}
