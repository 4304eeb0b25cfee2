//! The folder of a journal: what lies in it, who owns it, where it lies.

use crate::faults;
use crate::limits::{SPACE_MINIMUM_BYTES, WRITES_PER_BYTE};
use journal::JournalFault;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// The database.
pub const DATABASE_FILE: &str = "journal.db";
/// How far the journal was acknowledged, outside the database.
pub const MARK_FILE: &str = "high-water-mark";
/// Held by the process that writes; contains its number.
pub const LOCK_FILE: &str = "lock";
/// Files that can be made anew from the journal.
pub const SNAPSHOT_FOLDER: &str = "snapshots";

/// Path of the database in a folder.
pub(crate) fn database(dir: &Path) -> PathBuf {
    dir.join(DATABASE_FILE)
}

/// Path of SQLite's write-ahead log in a folder.
pub(crate) fn log(dir: &Path) -> PathBuf {
    dir.join(format!("{DATABASE_FILE}-wal"))
}

/// Path of the index of the write-ahead log, which SQLite makes anew whenever nobody uses it.
pub(crate) fn log_index(dir: &Path) -> PathBuf {
    dir.join(format!("{DATABASE_FILE}-shm"))
}

/// Path of the mark in a folder.
pub(crate) fn mark(dir: &Path) -> PathBuf {
    dir.join(MARK_FILE)
}

/// What a folder is, as far as names tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Contents {
    /// There is no such folder.
    Missing,
    /// Empty, or with no more than a lock.
    Fresh,
    /// With a database or a mark.
    Journal,
}

/// Looks at a folder without changing anything.
///
/// # Errors
/// [`JournalFault::NotAJournal`] if it is a file or holds something else, [`JournalFault::Permission`] if it may not be
/// read, [`JournalFault::Filesystem`] if it lies where a journal is not safe.
pub(crate) fn look(dir: &Path) -> Result<Contents, JournalFault> {
    let not_a_journal = |detail: String| JournalFault::NotAJournal { place: faults::place(dir), detail };
    match fs::metadata(dir) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Contents::Missing),
        Err(error) => return Err(faults::reading(dir, &error)),
        Ok(meta) if !meta.is_dir() => return Err(not_a_journal("this is a file, not a folder".to_owned())),
        Ok(_) => check_file_system(dir)?,
    }
    let mut stranger = None;
    let mut journal = false;
    for entry in fs::read_dir(dir).map_err(|error| faults::reading(dir, &error))? {
        let name = entry.map_err(|error| faults::reading(dir, &error))?.file_name();
        match name.to_str() {
            Some(LOCK_FILE) => {}
            Some(DATABASE_FILE | MARK_FILE) => journal = true,
            _ => stranger = Some(name),
        }
    }
    match stranger {
        _ if journal => Ok(Contents::Journal),
        None => Ok(Contents::Fresh),
        Some(name) => Err(not_a_journal(format!("the folder holds {} but no {DATABASE_FILE}", name.display()))),
    }
}

/// Creates a folder and makes its name durable in its parent.
pub(crate) fn create(dir: &Path) -> Result<(), JournalFault> {
    fs::create_dir_all(dir).map_err(|error| faults::writing(dir, &error))?;
    check_file_system(dir)?;
    match dir.canonicalize().map_err(|error| faults::reading(dir, &error))?.parent() {
        Some(parent) => sync_folder(parent),
        None => Ok(()),
    }
}

/// Makes names in a folder durable.
pub(crate) fn sync_folder(dir: &Path) -> Result<(), JournalFault> {
    File::open(dir).and_then(|folder| folder.sync_all()).map_err(|error| faults::writing(dir, &error))
}

/// Replaces a file as a whole: after a crash the old or the new content is there, never a mixture.
pub(crate) fn replace_file(path: &Path, content: &[&[u8]]) -> Result<(), JournalFault> {
    let dir = path.parent().expect("a file in a journal's folder");
    let staged = path.with_extension("staged");
    let write = || {
        let mut file = File::create(&staged)?;
        content.iter().try_for_each(|part| file.write_all(part))?;
        // Before the rename: else the name could be durable and the content not.
        file.sync_all()?;
        fs::rename(&staged, path)
    };
    write().map_err(|error| faults::writing(path, &error))?;
    sync_folder(dir)
}

/// The right to write to a folder, held until dropped.
#[derive(Debug)]
pub(crate) struct FolderLock {
    _file: File,
}

impl FolderLock {
    /// Takes the lock and leaves this process's number in it.
    ///
    /// # Errors
    /// [`JournalFault::InUse`] if another process, or another journal in this one, holds it.
    pub(crate) fn take(dir: &Path) -> Result<FolderLock, JournalFault> {
        let path = dir.join(LOCK_FILE);
        let opened = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
        let mut file = opened.map_err(|error| faults::writing(dir, &error))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(JournalFault::InUse { place: faults::place(dir), pid: process_named_in(&mut file) });
            }
            Err(TryLockError::Error(error)) => return Err(faults::writing(&path, &error)),
        }
        let pid = std::process::id().to_string();
        let noted =
            file.set_len(0).and_then(|()| file.seek(SeekFrom::Start(0))).and_then(|_| file.write_all(pid.as_bytes()));
        noted.map_err(|error| faults::writing(&path, &error))?;
        Ok(FolderLock { _file: file })
    }
}

fn process_named_in(lock: &mut File) -> Option<u32> {
    let mut text = String::new();
    lock.take(16).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

/// Checks that a block of `block_bytes` can be promised: room for it and for what is always kept free.
///
/// # Errors
/// [`JournalFault::Full`] with the bytes wanted and available.
pub(crate) fn check_space(dir: &Path, block_bytes: usize) -> Result<(), JournalFault> {
    let stat = rustix::fs::statvfs(dir).map_err(|error| faults::reading(dir, &error.into()))?;
    let available = stat.f_bavail.saturating_mul(stat.f_frsize);
    let block_bytes = u64::try_from(block_bytes).unwrap_or(u64::MAX);
    let wanted = SPACE_MINIMUM_BYTES.saturating_add(block_bytes.saturating_mul(WRITES_PER_BYTE));
    if available >= wanted {
        return Ok(());
    }
    let detail = format!("{available} bytes are free and {wanted} are kept for blocks already accepted");
    Err(JournalFault::Full { place: faults::place(dir), detail })
}

#[cfg(target_os = "linux")]
fn check_file_system(dir: &Path) -> Result<(), JournalFault> {
    let stat = rustix::fs::statfs(dir).map_err(|error| faults::reading(dir, &error.into()))?;
    // The kernel's numbers have 32 bits; some architectures give them with a sign.
    let magic = u32::try_from(i128::from(stat.f_type) & 0xffff_ffff).expect("masked to 32 bits");
    match unsafe_file_system(magic) {
        Some(kind) => Err(JournalFault::Filesystem { place: faults::place(dir), kind: kind.to_owned() }),
        None => Ok(()),
    }
}

/// Only Linux says what a file system is in a form that this program knows.
#[cfg(not(target_os = "linux"))]
fn check_file_system(_dir: &Path) -> Result<(), JournalFault> {
    Ok(())
}

/// File systems reached over a network, or shared between machines, or (FUSE) of which neither can be excluded. Their
/// locks or syncs do not promise what a local disk's do. Numbers as in Linux's statfs(2).
#[cfg(target_os = "linux")]
fn unsafe_file_system(magic: u32) -> Option<&'static str> {
    Some(match magic {
        0x0000_6969 => "NFS",
        0x0000_517b => "SMB",
        0xff53_4d42 => "CIFS",
        0xfe53_4d42 => "SMB2",
        0x6573_5546 => "FUSE",
        0x0102_1997 => "9P",
        0x00c3_6400 => "Ceph",
        0x5346_414f => "AFS",
        0x7375_7245 => "Coda",
        0x7461_636f => "OCFS2",
        0x0116_1970 => "GFS2",
        0x0bd0_0bd0 => "Lustre",
        0x4750_4653 => "GPFS",
        0x0000_564c => "NCP",
        _ => return None,
    })
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn network_file_systems_are_refused_and_local_ones_are_not() {
        for (magic, refused) in [
            (0x6969, Some("NFS")),
            (0xff53_4d42, Some("CIFS")),
            (0x0102_1997, Some("9P")),
            (0xef53, None),
            (0x5846_5342, None),
            (0x9123_683e, None),
            (0x0102_1994, None),
            (0x794c_7630, None),
        ] {
            assert_eq!(unsafe_file_system(magic), refused, "{magic:#x}");
        }
    }
}
