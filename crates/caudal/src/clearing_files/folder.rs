//! A folder of results: tables, the input that they are of, a certificate, and the digest of each.
//!
//! Files are staged beside their places and renamed: the certificate first, so that the folder is known as one of ours
//! whenever the work ends, and the digests last, so that a folder that is not whole is not accepted.

use crate::failure::{Exit, Failure};
use crate::json;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

/// What certificates say of themselves.
pub(crate) const FORMAT: &str = "caudal-clearing/1";
const FORMAT_BEGINS: &str = "caudal-clearing/";
/// The certificate.
pub(crate) const CERTIFICATE: &str = "certificate.json";
/// Digests of all other files, as `sha256sum --check` reads them.
const DIGESTS: &str = "SHA256SUMS";
/// All files that a folder of results may hold.
const FILES: [&str; 11] = [
    CERTIFICATE,
    DIGESTS,
    "obligations.csv",
    "notices.csv",
    "payments.csv",
    "settled.csv",
    "waiting.csv",
    "liquidity.csv",
    "bilateral-limits.csv",
    "multilateral-limits.csv",
    "participants.csv",
];

fn is_ours(name: &str) -> bool {
    FILES.contains(&name)
}

/// A folder that results are written to.
pub(crate) struct ResultFolder {
    dir: PathBuf,
    staged: BTreeMap<&'static str, String>,
}

impl ResultFolder {
    /// Makes the folder, before any work is done for it.
    ///
    /// # Errors
    /// If it holds anything but an earlier result, or cannot be written.
    pub(crate) fn prepare(dir: &Path) -> Result<ResultFolder, Failure> {
        fs::create_dir_all(dir).map_err(|error| not_written(dir, &error))?;
        let folder = ResultFolder { dir: dir.to_owned(), staged: BTreeMap::new() };
        folder.require_ours()?;
        Ok(folder)
    }

    /// Writes a file beside its place; its digest.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) fn stage(
        &mut self,
        name: &'static str,
        write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>,
    ) -> Result<(), Failure> {
        assert!(is_ours(name), "bug: {name} is not listed as a file of results");
        let path = self.dir.join(format!("{name}.part"));
        let digest = staged(&path, write).map_err(|error| not_written(&path, &error))?;
        self.staged.insert(name, digest);
        Ok(())
    }

    /// Digests of what was staged, by name.
    pub(crate) fn digests(&self) -> BTreeMap<String, String> {
        self.staged.iter().map(|(name, digest)| ((*name).to_owned(), digest.clone())).collect()
    }

    /// Puts everything in its place.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) fn publish(mut self) -> Result<(), Failure> {
        let lines: String = self.staged.iter().map(|(name, digest)| format!("{digest}  {name}\n")).collect();
        self.stage(DIGESTS, |file| file.write_all(lines.as_bytes()))?;
        let rest = self.staged.keys().copied().filter(|name| ![CERTIFICATE, DIGESTS].contains(name));
        for name in [CERTIFICATE].into_iter().chain(rest).chain([DIGESTS]) {
            let place = self.dir.join(name);
            fs::rename(self.dir.join(format!("{name}.part")), &place).map_err(|error| not_written(&place, &error))?;
        }
        // What an earlier result left that this one has no place for.
        for name in self.names()?.iter().filter(|name| !self.staged.contains_key(name.as_str())) {
            let path = self.dir.join(name);
            fs::remove_file(&path).map_err(|error| not_written(&path, &error))?;
        }
        Ok(())
    }

    fn names(&self) -> Result<Vec<String>, Failure> {
        let failed = |error| not_written(&self.dir, &error);
        let entries = fs::read_dir(&self.dir).map_err(failed)?;
        entries.map(|entry| Ok(entry.map_err(failed)?.file_name().to_string_lossy().into_owned())).collect()
    }

    fn require_ours(&self) -> Result<(), Failure> {
        let names = self.names()?;
        let is_staged = |name: &String| name.strip_suffix(".part").is_some_and(is_ours);
        let foreign = names.iter().find(|name| !is_ours(name) && !is_staged(name));
        let marked = names.iter().all(is_staged) || begins_as_ours(&self.dir.join(CERTIFICATE));
        if foreign.is_none() && marked {
            return Ok(());
        }
        let found = foreign.or_else(|| names.iter().find(|name| !is_staged(name))).map_or("", String::as_str);
        let message = format!(
            "the folder holds something else than an earlier result ({found}); {}; name a folder that is empty or not \
             there",
            self.dir.display()
        );
        Err(Failure::new(Exit::WrongUse, "OUT_NOT_EMPTY", message))
    }
}

fn begins_as_ours(certificate: &Path) -> bool {
    let mut begin = Vec::new();
    let read = File::open(certificate).and_then(|file| file.take(200).read_to_end(&mut begin));
    read.is_ok() && String::from_utf8_lossy(&begin).contains(FORMAT_BEGINS)
}

fn staged(path: &Path, write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> std::io::Result<String> {
    let mut hashing = Hashing { file: BufWriter::with_capacity(1 << 16, File::create(path)?), hash: Sha256::new() };
    write(&mut hashing)?;
    let file = hashing.file.into_inner().map_err(std::io::IntoInnerError::into_error)?;
    file.sync_all()?;
    Ok(json::hex(&hashing.hash.finalize().into()))
}

fn not_written(path: &Path, error: &std::io::Error) -> Failure {
    let message =
        format!("the result cannot be written: {error}; {}; name a folder that may be written", path.display());
    Failure::new(Exit::Storage, "RESULT_NOT_WRITTEN", message)
}

struct Hashing {
    file: BufWriter<File>,
    hash: Sha256,
}

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.file.write_all(bytes)?;
        self.hash.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

/// What every certificate begins with.
#[derive(Deserialize, Debug)]
pub(crate) struct Head {
    pub(crate) format: String,
    pub(crate) kind: String,
    pub(crate) files: BTreeMap<String, String>,
}

/// A folder of results that is read.
pub(crate) struct ReadFolder {
    pub(crate) dir: PathBuf,
    pub(crate) head: Head,
    text: String,
}

/// The answer is not what is claimed, or not proved, or a file is not what was written.
pub(crate) fn refused(why: &str, place: &Path) -> Failure {
    let message = format!("{why}; {}; ask for the folder again, or clear again", place.display());
    Failure::new(Exit::CheckSaidNo, "CERTIFICATE_REFUSED", message)
}

/// A folder of ours with content that is wrong was altered.
pub(crate) fn content_refused(failure: Failure) -> Failure {
    Failure::new(Exit::CheckSaidNo, "CERTIFICATE_REFUSED", &failure.message)
}

impl ReadFolder {
    /// Opens a folder that `clear` or `queue` wrote.
    ///
    /// # Errors
    /// If it is none, or a file cannot be read.
    pub(crate) fn open(dir: &Path) -> Result<ReadFolder, Failure> {
        let path = dir.join(CERTIFICATE);
        let text = fs::read_to_string(&path).map_err(|error| not_read(&path, &error))?;
        let head = serde_json::from_str::<Head>(&text).ok().filter(|head| head.format.starts_with(FORMAT_BEGINS));
        let Some(head) = head else {
            return Err(not_ours(&path, "the file is no certificate of clear or queue"));
        };
        if head.format != FORMAT {
            return Err(refused(
                &format!("the certificate is in format {}, {FORMAT} is known here", head.format),
                &path,
            ));
        }
        let folder = ReadFolder { dir: dir.to_owned(), head, text };
        for name in folder.head.files.keys().map(String::as_str).chain([DIGESTS]) {
            if !is_ours(name) {
                return Err(refused(&format!("the certificate names a file that no result has: {name}"), &path));
            }
            let path = dir.join(name);
            File::open(&path).and_then(|mut file| file.read(&mut [0])).map_err(|error| not_read(&path, &error))?;
        }
        Ok(folder)
    }

    /// The certificate, as one of its kind.
    ///
    /// # Errors
    /// If it has not its form.
    pub(crate) fn certificate<'a, T: Deserialize<'a>>(&'a self) -> Result<T, Failure> {
        serde_json::from_str(&self.text)
            .map_err(|error| refused(&format!("the certificate has not its form: {error}"), &self.path(CERTIFICATE)))
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// Checks that the certificate names exactly these files, and that those of the input are those that it is of.
    ///
    /// # Errors
    /// If not.
    pub(crate) fn check_files(&self, inputs: &[&str], answers: &[&str]) -> Result<(), Failure> {
        let named: Vec<&str> = self.head.files.keys().map(String::as_str).collect();
        let mut expected: Vec<&str> = inputs.iter().chain(answers).copied().collect();
        expected.sort_unstable();
        if named != expected {
            let why = format!("the certificate names the files {}, not {}", named.join(", "), expected.join(", "));
            return Err(refused(&why, &self.path(CERTIFICATE)));
        }
        inputs.iter().try_for_each(|name| {
            let path = self.path(name);
            if digest_of(&path)? == self.head.files[*name] {
                return Ok(());
            }
            Err(refused("this is not the input that the certificate is of (its SHA-256 is another one)", &path))
        })
    }

    /// Checks every digest: that every byte is the one that was written.
    ///
    /// # Errors
    /// If not.
    pub(crate) fn check_digests(&self) -> Result<(), Failure> {
        for (name, digest) in &self.head.files {
            let path = self.path(name);
            if digest_of(&path)? != *digest {
                return Err(refused(
                    "the file is not the one that the certificate names (its SHA-256 is another one)",
                    &path,
                ));
            }
        }
        let path = self.path(DIGESTS);
        let found = fs::read(&path).map_err(|error| not_read(&path, &error))?;
        let mut digests = self.head.files.clone();
        digests.insert(CERTIFICATE.to_owned(), digest_of(&self.path(CERTIFICATE))?);
        let lines: String = digests.iter().map(|(name, digest)| format!("{digest}  {name}\n")).collect();
        if found == lines.as_bytes() {
            return Ok(());
        }
        Err(refused("the digests are not those of the files: certificate or digests were altered", &path))
    }

    /// Checks that a file is exactly what `write` makes.
    ///
    /// # Errors
    /// With the line of the first difference, if not.
    pub(crate) fn check_table(
        &self,
        name: &str,
        write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>,
    ) -> Result<(), Failure> {
        let path = self.path(name);
        let file = File::open(&path).map_err(|error| not_read(&path, &error))?;
        let mut comparing = Comparing { file: BufReader::with_capacity(1 << 16, file), line: 1, differs: false };
        let written = write(&mut comparing);
        let line = comparing.line;
        let at_end = comparing.file.fill_buf().map_err(|error| not_read(&path, &error))?.is_empty();
        if comparing.differs || !at_end {
            return Err(refused(&format!("line {line} is not what the input and the answer come to"), &path));
        }
        written.map_err(|error| not_read(&path, &error))
    }
}

/// What is written to it must be what the file holds.
struct Comparing {
    file: BufReader<File>,
    line: u64,
    differs: bool,
}

impl Write for Comparing {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let mut left = bytes;
        while !left.is_empty() && !self.differs {
            let held = self.file.fill_buf()?;
            let count = held.len().min(left.len());
            let same = held[..count].iter().zip(left).take_while(|(one, other)| one == other).count();
            self.line += left[..same].iter().filter(|byte| **byte == b'\n').count() as u64;
            self.differs = same < count || count == 0;
            self.file.consume(count);
            left = &left[count..];
        }
        if self.differs { Err(std::io::Error::other("differs")) } else { Ok(bytes.len()) }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn digest_of(path: &Path) -> Result<String, Failure> {
    let mut hash = Sha256::new();
    let mut file = File::open(path).map_err(|error| not_read(path, &error))?;
    let mut buffer = vec![0; 1 << 16];
    loop {
        let count = file.read(&mut buffer).map_err(|error| not_read(path, &error))?;
        if count == 0 {
            return Ok(json::hex(&hash.finalize().into()));
        }
        hash.update(&buffer[..count]);
    }
}

fn not_read(path: &Path, error: &std::io::Error) -> Failure {
    let what = format!("the file cannot be read: {error}");
    if error.kind() == std::io::ErrorKind::NotFound { not_ours(path, &what) } else { not_a_result(path, &what) }
}

/// A folder that holds a certificate or digests is of a result, whole or not, and is refused; any other is wrong data.
fn not_ours(path: &Path, what: &str) -> Failure {
    let is_of_a_result = path.parent().is_some_and(|dir| dir.join(CERTIFICATE).exists() || dir.join(DIGESTS).exists());
    if is_of_a_result { refused(what, path) } else { not_a_result(path, what) }
}

fn not_a_result(path: &Path, what: &str) -> Failure {
    let message =
        format!("{what}; {}; name a folder that caudal clear or caudal queue wrote with --out", path.display());
    Failure::new(Exit::WrongData, "NOT_A_RESULT", message)
}
