//! Names of the store's files, who holds its folder, and writing files as a whole.

use crate::fault::{self, PayloadFault, Problem};
use crate::limits::{SPACE_MINIMUM_BYTES, WRITES_PER_BYTE};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The ciphertexts: a SQLite database.
pub const PAYLOADS_FILE: &str = "payloads.db";
/// The keys, wrapped under the house key, unless they were given another place.
pub const KEYS_FILE: &str = "keys";
/// The register of erasures.
pub const REGISTER_FILE: &str = "erasures";
/// Held by the process that has the store open; contains its number.
pub const LOCK_FILE: &str = "lock";
/// The index, made anew whenever it is lost.
pub const INDEX_FOLDER: &str = "index";

/// Whether there is such a file.
pub(crate) fn exists(path: &Path) -> Result<bool, PayloadFault> {
    match fs::metadata(path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(fault::reading(path, &error)),
    }
}

/// Whether a folder is there with something in it, other than a lock.
///
/// # Errors
/// [`Problem::NotAStore`] if it is a file.
pub(crate) fn is_in_use(dir: &Path) -> Result<bool, PayloadFault> {
    match fs::read_dir(dir) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) if error.kind() == ErrorKind::NotADirectory => {
            Err(PayloadFault::new(Problem::NotAStore, dir, "this is a file, not a folder"))
        }
        Err(error) => Err(fault::reading(dir, &error)),
        Ok(entries) => {
            for entry in entries {
                if entry.map_err(|error| fault::reading(dir, &error))?.file_name() != LOCK_FILE {
                    return Ok(true);
                }
            }
            Ok(false)
        }
    }
}

/// Creates a folder that only this user may enter, and makes its name durable in its parent.
pub(crate) fn create_folder(dir: &Path) -> Result<(), PayloadFault> {
    use std::os::unix::fs::DirBuilderExt;
    let created = fs::DirBuilder::new().recursive(true).mode(0o700).create(dir);
    created.map_err(|error| fault::writing(dir, &error))?;
    sync_parent(dir)
}

/// Makes names in a folder durable.
pub(crate) fn sync_folder(dir: &Path) -> Result<(), PayloadFault> {
    File::open(dir).and_then(|folder| folder.sync_all()).map_err(|error| fault::writing(dir, &error))
}

/// Makes the name of a file or folder durable.
pub(crate) fn sync_parent(path: &Path) -> Result<(), PayloadFault> {
    let whole = path.canonicalize().map_err(|error| fault::reading(path, &error))?;
    whole.parent().map_or(Ok(()), sync_folder)
}

/// Replaces a file as a whole: after a crash the old or the new content is there, never a mixture. Only this user may
/// read it.
pub(crate) fn replace_file(
    path: &Path,
    write: impl FnOnce(&mut File) -> Result<(), PayloadFault>,
) -> Result<(), PayloadFault> {
    let staged = staged(path);
    let replaced = stage(path, &staged, write);
    if replaced.is_err() {
        // What failed first is the more useful thing to say.
        drop(remove_overwritten(&staged));
    }
    replaced?;
    sync_parent(path)
}

fn stage(
    path: &Path,
    staged: &Path,
    write: impl FnOnce(&mut File) -> Result<(), PayloadFault>,
) -> Result<(), PayloadFault> {
    let opened = OpenOptions::new().read(true).write(true).create(true).truncate(true).mode(0o600).open(staged);
    let mut file = opened.map_err(|error| fault::writing(path, &error))?;
    write(&mut file)?;
    // Before the rename: else the name could be durable and the content not.
    file.sync_all().and_then(|()| fs::rename(staged, path)).map_err(|error| fault::writing(path, &error))
}

/// Removes a file that may hold keys, if there is one: its bytes first.
pub(crate) fn remove_overwritten(path: &Path) -> Result<(), PayloadFault> {
    match OpenOptions::new().write(true).open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        opened => opened.and_then(|file| overwrite_whole(&file)).map_err(|error| fault::writing(path, &error))?,
    }
    remove_if_there(path)
}

/// Overwrites a file from its beginning to its end, and syncs.
pub(crate) fn overwrite_whole(file: &File) -> std::io::Result<()> {
    let blank = vec![0; 1024 * 1024];
    let (mut at, end) = (0, file.metadata()?.len());
    while at < end {
        let count = usize::try_from(end - at).map_or(blank.len(), |left| left.min(blank.len()));
        file.write_all_at(&blank[..count], at)?;
        at += u64::try_from(count).expect("a size in memory");
    }
    file.sync_all()
}

/// Where the new content of a file stands until it is whole.
pub(crate) fn staged(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".staged");
    PathBuf::from(name)
}

/// Removes a file, if there is one.
pub(crate) fn remove_if_there(path: &Path) -> Result<(), PayloadFault> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        removed => removed.map_err(|error| fault::writing(path, &error)),
    }
}

/// The right to the folder, held until dropped.
#[derive(Debug)]
pub(crate) struct FolderLock {
    _file: File,
}

impl FolderLock {
    /// Takes the lock and leaves this process's number in it.
    ///
    /// # Errors
    /// [`Problem::InUse`] if another process, or another store in this one, holds it.
    pub(crate) fn take(dir: &Path) -> Result<FolderLock, PayloadFault> {
        let path = dir.join(LOCK_FILE);
        let opened = OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(&path);
        let mut file = opened.map_err(|error| fault::writing(dir, &error))?;
        match try_for_a_moment(&file) {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut text = String::new();
                let holder = match (&mut file).take(16).read_to_string(&mut text) {
                    Ok(_) if !text.trim().is_empty() => format!("process {}", text.trim()),
                    _ => "another process".to_owned(),
                };
                return Err(PayloadFault::new(Problem::InUse, dir, format!("{holder} has it open")));
            }
            Err(TryLockError::Error(error)) => return Err(fault::writing(&path, &error)),
        }
        let pid = std::process::id().to_string();
        let noted =
            file.set_len(0).and_then(|()| file.seek(SeekFrom::Start(0))).and_then(|_| file.write_all(pid.as_bytes()));
        noted.map_err(|error| fault::writing(&path, &error))?;
        Ok(FolderLock { _file: file })
    }
}

/// Tries to lock, again for a tenth of a second: a process that this one is just starting shares its open files, and with
/// them a lock that was given back meanwhile, until it runs its own program.
fn try_for_a_moment(file: &File) -> Result<(), TryLockError> {
    for _ in 0..20 {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(5)),
            tried => return tried,
        }
    }
    file.try_lock()
}

/// Checks that a batch of `batch_bytes` can be kept: room for it and for what is always kept free.
///
/// # Errors
/// [`Problem::Full`] with the bytes wanted and available.
pub(crate) fn check_space(dir: &Path, batch_bytes: usize) -> Result<(), PayloadFault> {
    let stat = rustix::fs::statvfs(dir).map_err(|error| fault::reading(dir, &error.into()))?;
    let available = stat.f_bavail.saturating_mul(stat.f_frsize);
    let batch_bytes = u64::try_from(batch_bytes).unwrap_or(u64::MAX);
    let wanted = SPACE_MINIMUM_BYTES.saturating_add(batch_bytes.saturating_mul(WRITES_PER_BYTE));
    if available >= wanted {
        return Ok(());
    }
    let what = format!("{available} bytes are free and {wanted} are kept for payloads");
    Err(PayloadFault::new(Problem::Full, dir, what))
}
