//! A folder that results are written to: whole, or as it was before.
//!
//! Everything is written and synced in a folder beside the one that was named, which then takes its place in one step. Until
//! then an earlier result is what it was; and nothing is put in the place of, or taken away with it, that is not known by the
//! earlier result's own digests.

use super::folder::{CERTIFICATE, DIGESTS, FORMAT_BEGINS, is_ours, names, sha256_of};
use crate::failure::{Exit, Failure};
use crate::json;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufWriter, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

/// Held by the run that writes; the lock goes when the process ends, however it ends.
const LOCK: &str = "lock";

/// A folder that results are written to.
pub(crate) struct ResultFolder {
    dir: PathBuf,
    /// Where everything is written first: beside the folder, under its name with something before and after.
    staging: PathBuf,
    staged: BTreeMap<&'static str, String>,
    /// What the folder held when the work began.
    earlier: BTreeMap<String, String>,
    /// Whether the new result stands where it shall.
    is_placed: bool,
    _lock: File,
}

impl ResultFolder {
    /// Makes the folder, before any work is done for it.
    ///
    /// # Errors
    /// If it is a file, holds anything but an earlier result as it was written, or cannot be written.
    pub(crate) fn prepare(dir: &Path) -> Result<ResultFolder, Failure> {
        let made = fs::create_dir_all(dir).and_then(|()| dir.canonicalize());
        let dir = made.map_err(|error| not_made(dir, &error))?;
        let is_within = std::env::current_dir().and_then(|current| current.canonicalize());
        let (Some(parent), Some(name)) = (dir.parent(), dir.file_name()) else {
            return Err(not_outside(&dir));
        };
        if is_within.is_ok_and(|current| current.starts_with(&dir)) {
            return Err(not_outside(&dir));
        }
        let staging = parent.join(beside(name, ".part"));
        restore(&dir, &parent.join(beside(name, ".earlier")))?;
        let earlier = earlier_result(&dir)?;
        let lock = begin_staging(&staging)?;
        Ok(ResultFolder { dir, staging, staged: BTreeMap::new(), earlier, is_placed: false, _lock: lock })
    }

    /// Writes a file where everything is written first.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) fn stage(
        &mut self,
        name: &'static str,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), Failure> {
        assert!(is_ours(name), "bug: {name} is not listed as a file of results");
        let path = self.staging.join(name);
        let digest = staged(&path, write).map_err(|error| not_written(&path, &error))?;
        self.staged.insert(name, digest);
        Ok(())
    }

    /// Digests of what was staged, by name.
    pub(crate) fn digests(&self) -> BTreeMap<String, String> {
        self.staged.iter().map(|(name, digest)| ((*name).to_owned(), digest.clone())).collect()
    }

    /// Puts the new result in the place of the folder.
    ///
    /// # Errors
    /// If it cannot be written, or somebody changed what the folder holds in the meantime: then it is as it was.
    pub(crate) fn publish(mut self) -> Result<(), Failure> {
        let lines: String = self.staged.iter().map(|(name, digest)| format!("{digest}  {name}\n")).collect();
        self.stage(DIGESTS, |file| file.write_all(lines.as_bytes()))?;
        if earlier_result(&self.dir)? != self.earlier {
            return Err(refused("the folder was changed while the result was computed", &self.dir));
        }
        let parent = self.dir.parent().expect("a folder that was prepared lies in another").to_owned();
        let placed = fs::remove_file(self.staging.join(LOCK))
            .and_then(|()| fs::set_permissions(&self.staging, fs::metadata(&self.dir)?.permissions()))
            .and_then(|()| synced(&self.staging))
            .and_then(|()| self.take_the_place());
        let replaced = placed.map_err(|error| not_written(&self.dir, &error))?;
        self.is_placed = true;
        let ended = synced(&parent).and_then(|()| replaced.map_or(Ok(()), |dir| remove_result(&dir, &self.earlier)));
        ended.map_err(|error| {
            let message = format!(
                "the result is written, but what was there before cannot be removed: {error}; {}; remove it yourself",
                parent.display()
            );
            Failure::new(Exit::Storage, "RESULT_NOT_WRITTEN", message)
        })
    }

    /// Exchanges the two folders, in one step where the system can; where the earlier result is now.
    fn take_the_place(&self) -> io::Result<Option<PathBuf>> {
        if self.earlier.is_empty() {
            // A folder takes the place of an empty one in one step, and of no other.
            return fs::rename(&self.staging, &self.dir).map(|()| None);
        }
        if exchange(&self.staging, &self.dir).is_ok() {
            return Ok(Some(self.staging.clone()));
        }
        // In two steps: whoever is stopped between them finds the earlier result beside, and the next run puts it back.
        let name = self.dir.file_name().expect("a folder that was prepared has a name");
        let beside = self.dir.with_file_name(beside(name, ".earlier"));
        fs::rename(&self.dir, &beside)?;
        if let Err(error) = fs::rename(&self.staging, &self.dir) {
            fs::rename(&beside, &self.dir)?;
            return Err(error);
        }
        Ok(Some(beside))
    }
}

impl Drop for ResultFolder {
    fn drop(&mut self) {
        // What was not published is of no use to anybody.
        if !self.is_placed {
            drop(clear_staging(&self.staging).and_then(|()| fs::remove_dir(&self.staging)));
        }
    }
}

/// The name of a folder that stands beside another.
fn beside(name: &std::ffi::OsStr, ending: &str) -> OsString {
    let mut beside = OsString::from(".");
    beside.push(name);
    beside.push(ending);
    beside
}

/// Puts an earlier result back whose place was empty when a run was stopped.
fn restore(dir: &Path, beside: &Path) -> Result<(), Failure> {
    if beside.is_dir() && names(dir).is_ok_and(|names| names.is_empty()) {
        fs::rename(beside, dir).map_err(|error| not_written(dir, &error))?;
    }
    Ok(())
}

/// Makes the folder that everything is written in first, or takes one over that a run left which was stopped.
fn begin_staging(staging: &Path) -> Result<File, Failure> {
    let failed = |error: io::Error| not_written(staging, &error);
    match fs::create_dir(staging) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(failed(error)),
        _ => {}
    }
    if let Some(foreign) = names(staging).map_err(failed)?.iter().find(|name| !is_ours(name) && *name != LOCK) {
        return Err(refused(
            &format!("what is written goes here first, and here is something else ({foreign})"),
            staging,
        ));
    }
    let lock = File::create(staging.join(LOCK)).map_err(failed)?;
    if lock.try_lock().is_err() {
        return Err(refused("another run is writing this result", staging));
    }
    for name in names(staging).map_err(failed)?.iter().filter(|name| *name != LOCK) {
        fs::remove_file(staging.join(name)).map_err(failed)?;
    }
    Ok(lock)
}

fn clear_staging(staging: &Path) -> io::Result<()> {
    let names = names(staging)?;
    names.iter().filter(|name| is_ours(name) || *name == LOCK).try_for_each(|name| fs::remove_file(staging.join(name)))
}

/// Digests of the earlier result that a folder holds; none of an empty one.
///
/// # Errors
/// If it holds a file that no result has, or one that is not as it was written.
fn earlier_result(dir: &Path) -> Result<BTreeMap<String, String>, Failure> {
    let failed = |error: io::Error| not_written(dir, &error);
    let names = names(dir).map_err(failed)?;
    let Some(first) = names.first() else { return Ok(BTreeMap::new()) };
    let not_ours =
        |name: &str| refused(&format!("the folder holds something else than an earlier result ({name})"), dir);
    if let Some(foreign) = names.iter().find(|name| !is_ours(name)) {
        return Err(not_ours(foreign));
    }
    let written = fs::read_to_string(dir.join(DIGESTS)).map_err(|_| not_ours(first))?;
    if !begins_as_ours(&dir.join(CERTIFICATE)) {
        return Err(not_ours(first));
    }
    let written: BTreeMap<&str, &str> =
        written.lines().filter_map(|line| line.split_once("  ").map(|(digest, name)| (name, digest))).collect();
    let mut found = BTreeMap::new();
    for name in names {
        let digest = sha256_of(&dir.join(&name)).map_err(failed)?;
        if name != DIGESTS && written.get(name.as_str()) != Some(&digest.as_str()) {
            let message = format!("{name} is not the file that the earlier result was written with (see {DIGESTS})");
            return Err(refused(&message, dir));
        }
        found.insert(name, digest);
    }
    Ok(found)
}

fn begins_as_ours(certificate: &Path) -> bool {
    let mut begin = Vec::new();
    let read = File::open(certificate).and_then(|file| file.take(200).read_to_end(&mut begin));
    read.is_ok() && String::from_utf8_lossy(&begin).contains(FORMAT_BEGINS)
}

/// Removes a result, file by file: what somebody put beside it at the last moment keeps the folder from being removed.
fn remove_result(dir: &Path, files: &BTreeMap<String, String>) -> io::Result<()> {
    files.keys().try_for_each(|name| fs::remove_file(dir.join(name)))?;
    fs::remove_dir(dir)
}

/// Exchanges two folders in one step, where the system can.
#[cfg(target_os = "linux")]
fn exchange(one: &Path, other: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE)?)
}

#[cfg(not(target_os = "linux"))]
fn exchange(_: &Path, _: &Path) -> io::Result<()> {
    Err(ErrorKind::Unsupported.into())
}

/// Names of a folder on the disk, and not only in memory.
fn synced(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

fn staged(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<String> {
    let mut hashing = Hashing { file: BufWriter::with_capacity(1 << 16, File::create(path)?), hash: Sha256::new() };
    write(&mut hashing)?;
    let file = hashing.file.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.sync_all()?;
    Ok(json::hex(&hashing.hash.finalize().into()))
}

fn refused(why: &str, dir: &Path) -> Failure {
    let message = format!("{why}; {}; name a folder that is empty or not there", dir.display());
    Failure::new(Exit::WrongUse, "OUT_NOT_EMPTY", message)
}

fn not_outside(dir: &Path) -> Failure {
    let message = format!(
        "the result takes the place of the whole folder, and this one is in use; {}; name one from outside of it",
        dir.display()
    );
    Failure::wrong_use(message)
}

/// A file where a folder should be is a slip of whoever typed it, not of the disk.
fn not_made(dir: &Path, error: &io::Error) -> Failure {
    let is_file = |path: &Path| path.metadata().is_ok_and(|metadata| !metadata.is_dir());
    match dir.ancestors().find(|path| is_file(path)) {
        Some(file) => {
            Failure::wrong_use(format!("--out names a file, not a folder; {}; name a folder", file.display()))
        }
        None => not_written(dir, error),
    }
}

fn not_written(path: &Path, error: &io::Error) -> Failure {
    let message =
        format!("the result cannot be written: {error}; {}; name a folder that may be written", path.display());
    Failure::new(Exit::Storage, "RESULT_NOT_WRITTEN", message)
}

struct Hashing {
    file: BufWriter<File>,
    hash: Sha256,
}

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write_all(bytes)?;
        self.hash.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
