//! What the tests of `clear`, `queue` and `verify-clearing` share: files, runs, and folders that are altered.

use crate::program::{Ended, copy_folder, run, text};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};

/// A folder of inputs.
pub struct Inputs {
    pub dir: tempfile::TempDir,
}

impl Inputs {
    pub fn of(files: &[(&str, &str)]) -> Inputs {
        let inputs = Inputs { dir: tempfile::tempdir().expect("a folder") };
        files.iter().for_each(|(name, content)| fs::write(inputs.path(name), content).expect("written"));
        inputs
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Runs the program; a word that is a file of the folder stands for its path.
    pub fn run(&self, line: &str) -> Ended {
        let word = |word: &str| {
            let path = self.path(word);
            if word.contains('.') || word == "out" { text(&path).to_owned() } else { word.to_owned() }
        };
        run(&line.split_whitespace().map(word).collect::<Vec<String>>())
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("a file")
    }
}

pub fn verify(dir: &Path) -> Ended {
    run(&["verify-clearing", text(dir)])
}

/// The files of a folder of results, by name.
pub fn files_of(dir: &Path) -> Vec<(String, String)> {
    let entries = fs::read_dir(dir).expect("a folder").map(|entry| entry.expect("an entry").file_name());
    let mut names: Vec<String> = entries.map(|name| name.into_string().expect("a name")).collect();
    names.sort();
    let content = |name: &String| fs::read_to_string(dir.join(name)).expect("a file");
    names.iter().map(|name| (name.clone(), content(name))).collect()
}

/// Where the numbers of a text are: runs of digits, and of hexadecimal digits in digests.
pub fn numbers(content: &str) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::new();
    let mut start = None;
    for (index, byte) in content.bytes().enumerate().chain([(content.len(), b' ')]) {
        match (byte.is_ascii_digit(), start) {
            (true, None) => start = Some(index),
            (false, Some(from)) => {
                found.push(from..index);
                start = None;
            }
            _ => {}
        }
    }
    found
}

/// A number other than the one there: its last digit is one more, or 8 for 9.
pub fn altered(content: &str, number: &std::ops::Range<usize>) -> String {
    let last = number.end - 1;
    let digit = if content.as_bytes()[last] == b'9' { '8' } else { char::from(content.as_bytes()[last] + 1) };
    format!("{}{digit}{}", &content[..last], &content[number.end..])
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Copies a folder, replaces a file in it, and makes every digest right again, as somebody would who means to deceive.
pub fn forged(dir: &Path, into: &Path, name: &str, content: &str) {
    copy_folder(dir, into);
    let old = sha256(&fs::read(into.join(name)).expect("a file"));
    fs::write(into.join(name), content).expect("written");
    let certificate = into.join("certificate.json");
    let text = fs::read_to_string(&certificate).expect("a certificate");
    fs::write(&certificate, text.replace(&old, &sha256(content.as_bytes()))).expect("written");
    let sums: Vec<String> = files_of(into)
        .into_iter()
        .filter(|(name, _)| name != "SHA256SUMS")
        .map(|(name, content)| format!("{}  {name}\n", sha256(content.as_bytes())))
        .collect();
    fs::write(into.join("SHA256SUMS"), sums.concat()).expect("written");
}
