//! A folder of results as it is read: tables, the input that they are of, a certificate, and the digest of each.

use super::unique_keys::UniqueKeys;
use crate::failure::{Exit, Failure};
use crate::json;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};

/// What certificates say of themselves.
pub(crate) const FORMAT: &str = "caudal-clearing/1";
pub(super) const FORMAT_BEGINS: &str = "caudal-clearing/";
/// The certificate.
pub(crate) const CERTIFICATE: &str = "certificate.json";
/// Digests of all other files, as `sha256sum --check` reads them.
pub(super) const DIGESTS: &str = "SHA256SUMS";
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

pub(super) fn is_ours(name: &str) -> bool {
    FILES.contains(&name)
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
        // Of a key that occurs twice one reader would take this value, another that one.
        if let Err(error) = serde_json::from_str::<UniqueKeys>(&text)
            && error.is_data()
        {
            return Err(refused(&format!("the certificate has not its form: {error}"), &path));
        }
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

    /// What lies in the folder and is no part of the result: nothing was asked of it.
    ///
    /// # Errors
    /// If the folder cannot be listed.
    pub(crate) fn foreign(&self) -> Result<Vec<String>, Failure> {
        let names = names(&self.dir).map_err(|error| not_read(&self.dir, &error))?;
        let is_part =
            |name: &String| [CERTIFICATE, DIGESTS].contains(&name.as_str()) || self.head.files.contains_key(name);
        Ok(names.into_iter().filter(|name| !is_part(name)).collect())
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

/// Names of what a folder holds, in their order.
pub(super) fn names(dir: &Path) -> std::io::Result<Vec<String>> {
    let entries = fs::read_dir(dir)?;
    let mut names: Vec<String> =
        entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect::<std::io::Result<_>>()?;
    names.sort_unstable();
    Ok(names)
}

fn digest_of(path: &Path) -> Result<String, Failure> {
    sha256_of(path).map_err(|error| not_read(path, &error))
}

/// SHA-256 of a file, in hexadecimal digits.
pub(super) fn sha256_of(path: &Path) -> std::io::Result<String> {
    let mut hash = Sha256::new();
    let mut file = File::open(path)?;
    let mut buffer = vec![0; 1 << 16];
    loop {
        let count = file.read(&mut buffer)?;
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
