//! A disk in memory that fails on demand and loses power: for simulations and tests.

use crate::disk::{Disk, NewFile, StoredFile};
use crate::key_hash::spread;
use std::collections::BTreeMap;
use std::io::{self, ErrorKind};
use std::sync::{Arc, Mutex, MutexGuard};

/// Files in memory, with what of them is durable.
///
/// Each append, sync, creation, renaming and removal is an *operation*, numbered from 0. One of them can be made to fail,
/// or the power to go at it; after that, [`MemoryDisk::after_power_cut`] is a disk as it may be found.
#[derive(Clone, Default)]
pub struct MemoryDisk {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Clone, Default)]
struct Inner {
    names: BTreeMap<String, usize>,
    durable_names: BTreeMap<String, usize>,
    /// Changes of names that are not durable yet, in order.
    pending: Vec<Change>,
    files: Vec<File>,
    operations: u64,
    fails_at: Option<(u64, ErrorKind)>,
    power_goes_at: Option<u64>,
    free_bytes: Option<u64>,
}

#[derive(Clone, Default)]
struct File {
    bytes: Vec<u8>,
    durable_bytes: usize,
}

/// A change of names: what no longer is, what now is.
#[derive(Clone)]
struct Change {
    gone: Option<String>,
    come: Option<(String, usize)>,
}

impl MemoryDisk {
    /// An empty disk that does not fail.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Operations so far.
    #[must_use]
    pub fn operations(&self) -> u64 {
        self.inner().operations
    }

    /// Makes the operation of this number fail, once.
    pub fn fail_at(&self, operation: u64, kind: ErrorKind) {
        self.inner().fails_at = Some((operation, kind));
    }

    /// Makes the power go at the operation of this number: it and all after it fail.
    pub fn cut_power_at(&self, operation: u64) {
        self.inner().power_goes_at = Some(operation);
    }

    /// Limits what may still be written, as [`Disk::free_bytes`] tells it.
    pub fn limit_free_bytes(&self, free_bytes: Option<u64>) {
        self.inner().free_bytes = free_bytes;
    }

    /// A disk as it may be after a power cut now: of what was not synced, `seed` decides how much survived. Of changes of
    /// names, the first few; of a file, its beginning, perhaps with zeros behind it.
    #[must_use]
    pub fn after_power_cut(&self, seed: u64) -> Self {
        let inner = self.inner();
        let mut chance = Chance(seed);
        let mut names = inner.durable_names.clone();
        let survived = chance.up_to(inner.pending.len());
        for change in &inner.pending[..survived] {
            change.apply(&mut names);
        }
        let files = inner.files.iter().map(|file| file.after_power_cut(&mut chance)).collect();
        let durable_names = names.clone();
        let inner = Inner { names, durable_names, files, ..Inner::default() };
        Self { inner: Arc::new(Mutex::new(inner)) }
    }

    /// The bytes of a file.
    #[must_use]
    pub fn file(&self, name: &str) -> Option<Vec<u8>> {
        let inner = self.inner();
        inner.names.get(name).map(|&file| inner.files[file].bytes.clone())
    }

    /// Puts a file there, durably, or takes it away.
    pub fn put_file(&self, name: &str, bytes: Option<Vec<u8>>) {
        let mut inner = self.inner();
        let number = inner.files.len();
        if let Some(bytes) = bytes {
            inner.files.push(File { durable_bytes: bytes.len(), bytes });
            inner.names.insert(name.to_owned(), number);
            inner.durable_names.insert(name.to_owned(), number);
        } else {
            inner.names.remove(name);
            inner.durable_names.remove(name);
        }
    }

    /// A copy that shares nothing with this disk and does not fail.
    #[must_use]
    pub fn copy(&self) -> Self {
        let inner = self.inner().clone();
        let inner = Inner { fails_at: None, power_goes_at: None, free_bytes: None, ..inner };
        Self { inner: Arc::new(Mutex::new(inner)) }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().expect("nobody panicked while changing the disk")
    }
}

impl Inner {
    fn operation(&mut self) -> io::Result<()> {
        let number = self.operations;
        self.operations += 1;
        if self.power_goes_at.is_some_and(|goes| number >= goes) {
            return Err(io::Error::other("the power is gone"));
        }
        match self.fails_at {
            Some((at, kind)) if at == number => Err(kind.into()),
            _ => Ok(()),
        }
    }

    fn find(&self, name: &str) -> io::Result<usize> {
        self.names.get(name).copied().ok_or_else(|| ErrorKind::NotFound.into())
    }

    fn change(&mut self, change: Change) {
        change.apply(&mut self.names);
        self.pending.push(change);
    }
}

impl Change {
    fn apply(&self, names: &mut BTreeMap<String, usize>) {
        if let Some(gone) = &self.gone {
            names.remove(gone);
        }
        if let Some((name, file)) = &self.come {
            names.insert(name.clone(), *file);
        }
    }
}

impl File {
    fn after_power_cut(&self, chance: &mut Chance) -> Self {
        let survived = self.durable_bytes + chance.up_to(self.bytes.len() - self.durable_bytes);
        let mut bytes = self.bytes[..survived].to_vec();
        if chance.up_to(3) == 0 {
            // The length reached the disk, the bytes did not.
            bytes.resize(self.bytes.len(), 0);
        }
        Self { durable_bytes: bytes.len(), bytes }
    }
}

/// Chance that is the same for the same seed.
struct Chance(u64);

impl Chance {
    /// A number from 0 to `most`.
    fn up_to(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let numbers = most as u64 + 1;
        usize::try_from(spread(self.0) % numbers).expect("64-bit addresses")
    }
}

impl Disk for MemoryDisk {
    fn place(&self, name: &str) -> String {
        format!("memory/{name}")
    }

    fn names(&self) -> io::Result<Vec<String>> {
        Ok(self.inner().names.keys().cloned().collect())
    }

    fn open(&self, name: &str) -> io::Result<Box<dyn StoredFile>> {
        let file = self.inner().find(name)?;
        Ok(Box::new(Opened { disk: self.clone(), file }))
    }

    fn create(&self, name: &str) -> io::Result<Box<dyn NewFile>> {
        let mut inner = self.inner();
        inner.operation()?;
        let file = inner.files.len();
        inner.files.push(File::default());
        inner.change(Change { gone: None, come: Some((name.to_owned(), file)) });
        drop(inner);
        Ok(Box::new(Opened { disk: self.clone(), file }))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut inner = self.inner();
        inner.operation()?;
        let file = inner.find(from)?;
        inner.change(Change { gone: Some(from.to_owned()), come: Some((to.to_owned(), file)) });
        Ok(())
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        let mut inner = self.inner();
        inner.operation()?;
        inner.find(name)?;
        inner.change(Change { gone: Some(name.to_owned()), come: None });
        Ok(())
    }

    fn sync_names(&self) -> io::Result<()> {
        let mut inner = self.inner();
        inner.operation()?;
        inner.durable_names = inner.names.clone();
        inner.pending.clear();
        Ok(())
    }

    fn free_bytes(&self) -> io::Result<u64> {
        Ok(self.inner().free_bytes.unwrap_or(u64::MAX))
    }
}

struct Opened {
    disk: MemoryDisk,
    file: usize,
}

impl StoredFile for Opened {
    fn length(&self) -> io::Result<u64> {
        Ok(self.disk.inner().files[self.file].bytes.len() as u64)
    }

    fn read_exact_at(&self, to: &mut [u8], offset: u64) -> io::Result<()> {
        let inner = self.disk.inner();
        let bytes = &inner.files[self.file].bytes;
        let start = usize::try_from(offset).ok();
        let end = start.and_then(|start| start.checked_add(to.len()));
        let found = start.zip(end).and_then(|(start, end)| bytes.get(start..end));
        to.copy_from_slice(found.ok_or(ErrorKind::UnexpectedEof)?);
        Ok(())
    }
}

impl NewFile for Opened {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut inner = self.disk.inner();
        let written = inner.operation();
        let file = &mut inner.files[self.file].bytes;
        // What fails may have been done in part.
        file.extend_from_slice(if written.is_ok() { bytes } else { &bytes[..bytes.len() / 2] });
        written
    }

    fn sync(&mut self) -> io::Result<()> {
        let mut inner = self.disk.inner();
        inner.operation()?;
        let file = &mut inner.files[self.file];
        file.durable_bytes = file.bytes.len();
        Ok(())
    }
}
