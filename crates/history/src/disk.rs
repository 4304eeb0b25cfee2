//! Where the files of an archive lie: a folder, or memory that fails on demand.

use crate::fault::HistoryFault;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// A flat folder of files, each written once from its beginning to its end and then only read.
pub trait Disk: Send + Sync {
    /// A file as it is written in faults.
    fn place(&self, name: &str) -> String;

    /// Names of all files, in order.
    ///
    /// # Errors
    /// What the system said.
    fn names(&self) -> io::Result<Vec<String>>;

    /// Opens a file for reading. What was opened stays readable after the file was removed.
    ///
    /// # Errors
    /// What the system said.
    fn open(&self, name: &str) -> io::Result<Box<dyn StoredFile>>;

    /// Makes a new empty file, in place of any earlier one.
    ///
    /// # Errors
    /// What the system said.
    fn create(&self, name: &str) -> io::Result<Box<dyn NewFile>>;

    /// Gives a file another name, in place of any file of that name: at once or not at all.
    ///
    /// # Errors
    /// What the system said.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;

    /// Removes a file.
    ///
    /// # Errors
    /// What the system said.
    fn remove(&self, name: &str) -> io::Result<()>;

    /// Makes durable which names there are.
    ///
    /// # Errors
    /// What the system said.
    fn sync_names(&self) -> io::Result<()>;

    /// Bytes that may still be written.
    ///
    /// # Errors
    /// What the system said.
    fn free_bytes(&self) -> io::Result<u64>;
}

/// A file open for reading.
pub trait StoredFile: Send + Sync {
    /// Its length in bytes.
    ///
    /// # Errors
    /// What the system said.
    fn length(&self) -> io::Result<u64>;

    /// Fills `to` with the bytes from `offset`.
    ///
    /// # Errors
    /// [`io::ErrorKind::UnexpectedEof`] beyond the end; what the system said.
    fn read_exact_at(&self, to: &mut [u8], offset: u64) -> io::Result<()>;
}

/// A file being written.
pub trait NewFile: Send {
    /// Appends bytes.
    ///
    /// # Errors
    /// What the system said.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Makes durable what was appended.
    ///
    /// # Errors
    /// What the system said.
    fn sync(&mut self) -> io::Result<()>;
}

/// Held by the process that has the archive open.
const LOCK_FILE: &str = "lock";

/// A folder of the file system, locked while this exists.
pub(crate) struct Folder {
    path: PathBuf,
    _lock: File,
}

impl Folder {
    /// Opens a folder, or makes it.
    ///
    /// # Errors
    /// [`HistoryFault::InUse`], [`HistoryFault::Permission`], [`HistoryFault::NotAHistory`] for a file.
    pub(crate) fn open_or_create(path: &Path) -> Result<Self, HistoryFault> {
        let place = path.display().to_string();
        if path.exists() && !path.is_dir() {
            return Err(HistoryFault::NotAHistory { place, detail: "this is a file, not a folder".to_owned() });
        }
        if !path.exists() {
            let made = fs::create_dir_all(path).and_then(|()| sync_parent(path));
            made.map_err(|error| HistoryFault::writing(&place, &error))?;
        }
        let lock = OpenOptions::new().write(true).create(true).truncate(false).open(path.join(LOCK_FILE));
        let lock = lock.map_err(|error| HistoryFault::writing(&place, &error))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path: path.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(HistoryFault::InUse { place }),
            Err(TryLockError::Error(error)) => Err(HistoryFault::writing(&place, &error)),
        }
    }
}

fn sync_parent(path: &Path) -> io::Result<()> {
    path.canonicalize()?.parent().map_or(Ok(()), |parent| File::open(parent)?.sync_all())
}

impl Disk for Folder {
    fn place(&self, name: &str) -> String {
        self.path.join(name).display().to_string()
    }

    fn names(&self) -> io::Result<Vec<String>> {
        let entries: Vec<fs::DirEntry> = fs::read_dir(&self.path)?.collect::<io::Result<_>>()?;
        let names = entries.iter().map(|entry| entry.file_name().to_string_lossy().into_owned());
        let mut names: Vec<String> = names.filter(|name| name != LOCK_FILE).collect();
        names.sort();
        Ok(names)
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn StoredFile>> {
        let file = File::open(self.path.join(name))?;
        Ok(Box::new(Stored { file }))
    }

    fn create(&self, name: &str) -> io::Result<Box<dyn NewFile>> {
        let file = File::create(self.path.join(name))?;
        Ok(Box::new(New { file }))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.path.join(from), self.path.join(to))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        fs::remove_file(self.path.join(name))
    }

    fn sync_names(&self) -> io::Result<()> {
        File::open(&self.path)?.sync_all()
    }

    fn free_bytes(&self) -> io::Result<u64> {
        let stat = rustix::fs::statvfs(&self.path)?;
        Ok(stat.f_bavail.saturating_mul(stat.f_frsize))
    }
}

struct Stored {
    file: File,
}

impl StoredFile for Stored {
    fn length(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    fn read_exact_at(&self, to: &mut [u8], offset: u64) -> io::Result<()> {
        self.file.read_exact_at(to, offset)
    }
}

struct New {
    file: File,
}

impl NewFile for New {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.file.sync_all()
    }
}
