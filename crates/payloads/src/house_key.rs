//! The house key: the one secret outside the store. Whoever has it and the keys file can read what was not erased.

use crate::crypto::{KEY_BYTES, Key, mac};
use crate::fault::{self, PayloadFault, Problem};
use crate::files;
use crate::randomness::{self, Randomness};
use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;
use zeroize::{Zeroize, Zeroizing};

const FIRST_LINE: &str = "caudal house key 1";
/// More than a file of a house key has.
const FILE_BYTES_MAX: u64 = 256;

/// Key under which the keys file is wrapped. Given by the caller: from a hardware module, or from a file of mode 0600.
#[derive(Clone)]
pub struct HouseKey(pub(crate) Key);

impl fmt::Debug for HouseKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HouseKey(withheld)")
    }
}

impl HouseKey {
    /// From 32 bytes that nobody else knows. The caller's copy is overwritten.
    #[must_use]
    pub fn from_bytes(bytes: &mut [u8; KEY_BYTES]) -> HouseKey {
        let key = HouseKey(Zeroizing::new(*bytes));
        bytes.zeroize();
        key
    }

    /// Reads a file made by [`HouseKey::create_file`].
    ///
    /// # Errors
    /// [`Problem::HouseKeyInsecure`] if others than this user may read it, or it is another user's;
    /// [`Problem::HouseKeyFile`] if it is missing or holds something else; [`Problem::Permission`].
    pub fn from_file(path: &Path) -> Result<HouseKey, PayloadFault> {
        let unusable = |what: String| PayloadFault::new(Problem::HouseKeyFile, path, what);
        let file = File::open(path).map_err(|error| unusable(format!("the house key cannot be read: {error}")))?;
        let meta = file.metadata().map_err(|error| fault::reading(path, &error))?;
        if !meta.is_file() {
            return Err(unusable("this is not a file".to_owned()));
        }
        let (mode, user) = (meta.mode() & 0o7777, rustix::process::geteuid().as_raw());
        if mode & 0o077 != 0 || meta.uid() != user {
            let what = format!("the house key has mode {mode:04o} and owner {}, this user is {user}", meta.uid());
            return Err(PayloadFault::new(Problem::HouseKeyInsecure, path, what));
        }
        let mut text = Zeroizing::new(Vec::new());
        file.take(FILE_BYTES_MAX).read_to_end(&mut text).map_err(|error| fault::reading(path, &error))?;
        parse(&text).ok_or_else(|| unusable("the file does not hold a house key".to_owned()))
    }

    /// Draws a key and writes it to a new file of mode 0600.
    ///
    /// # Errors
    /// [`Problem::TargetNotEmpty`] if there is such a file; faults of writing; [`Problem::Randomness`].
    pub fn create_file(path: &Path, source: &mut dyn Randomness) -> Result<HouseKey, PayloadFault> {
        let key = HouseKey(Zeroizing::new(randomness::draw(source)?));
        let created = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
        let mut file = match created {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                return Err(PayloadFault::new(Problem::TargetNotEmpty, path, "there is a file of this name"));
            }
            created => created.map_err(|error| fault::writing(path, &error))?,
        };
        let mut text = Zeroizing::new(format!("{FIRST_LINE}\n"));
        key.0.iter().for_each(|byte| {
            for nibble in [byte >> 4, byte & 15] {
                text.push(char::from_digit(u32::from(nibble), 16).expect("a digit"));
            }
        });
        text.push('\n');
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(|error| fault::writing(path, &error))?;
        files::sync_parent(path)?;
        Ok(key)
    }

    /// Eight bytes that tell keys apart and nothing else.
    #[must_use]
    pub fn id(&self) -> [u8; 8] {
        *mac(&self.0, &[b"caudal house key id"]).first_chunk().expect("32 bytes")
    }
}

fn parse(text: &[u8]) -> Option<HouseKey> {
    let digits = text.strip_prefix(FIRST_LINE.as_bytes())?.strip_prefix(b"\n")?;
    let digits = digits.strip_suffix(b"\n").unwrap_or(digits);
    if digits.len() != 2 * KEY_BYTES {
        return None;
    }
    let mut key = Zeroizing::new([0; KEY_BYTES]);
    for (byte, pair) in key.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = nibble(pair[0])? << 4 | nibble(pair[1])?;
    }
    Some(HouseKey(key))
}

const fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}
