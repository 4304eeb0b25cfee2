//! What can go wrong with the store, each with a permanent code, a place and a remedy.

use rusqlite::ErrorCode;
use std::fmt;
use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// Which of the store's files a problem is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreFile {
    /// The ciphertexts.
    Payloads,
    /// The keys.
    Keys,
    /// The register of erasures.
    Register,
}

/// The kind of a [`PayloadFault`]: its permanent code and its remedy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// One of the three files is not there, and the others say that it was.
    Missing(StoreFile),
    /// A file ends before what was acknowledged.
    Truncated(StoreFile),
    /// Stored bytes are not what was written.
    Damaged(StoreFile),
    /// A file belongs to another store.
    OtherStore(StoreFile),
    /// The keys are wrapped under another house key.
    HouseKeyWrong,
    /// The file of the house key cannot be used.
    HouseKeyFile,
    /// Others than its owner may read the file of the house key.
    HouseKeyInsecure,
    /// Two registers of erasures contradict each other.
    RegisterForked,
    /// The copy of the keys was made before the copy of the ciphertexts.
    KeysOlder,
    /// A setting under which an acknowledged payload could be lost.
    NotDurable,
    /// Another process has the store open.
    InUse,
    /// The folder is missing, or may not be read or written.
    Permission,
    /// Written by a newer version.
    SchemaNewer,
    /// No space left.
    Full,
    /// Writing or syncing failed: what is on the medium is unknown until the store is opened again.
    SyncFailed,
    /// Reading failed.
    ReadFailed,
    /// The folder holds something else.
    NotAStore,
    /// The folder or file that would be written is there already.
    TargetNotEmpty,
    /// The operating system gave no random bytes.
    Randomness,
}

impl Problem {
    /// The permanent code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        use StoreFile::{Keys, Payloads, Register};
        match self {
            Problem::Missing(Payloads) => "PAYLOADS_MISSING",
            Problem::Missing(Keys) => "KEYS_MISSING",
            Problem::Missing(Register) => "REGISTER_MISSING",
            Problem::Truncated(Payloads) => "PAYLOADS_TRUNCATED",
            Problem::Truncated(Keys) => "KEYS_TRUNCATED",
            Problem::Truncated(Register) => "REGISTER_TRUNCATED",
            Problem::Damaged(Payloads) => "PAYLOADS_DAMAGED",
            Problem::Damaged(Keys) => "KEYS_DAMAGED",
            Problem::Damaged(Register) => "REGISTER_DAMAGED",
            Problem::OtherStore(Payloads) => "PAYLOADS_OTHER_STORE",
            Problem::OtherStore(Keys) => "KEYS_OTHER_STORE",
            Problem::OtherStore(Register) => "REGISTER_OTHER_STORE",
            Problem::HouseKeyWrong => "HOUSE_KEY_WRONG",
            Problem::HouseKeyFile => "HOUSE_KEY_FILE",
            Problem::HouseKeyInsecure => "HOUSE_KEY_INSECURE",
            Problem::RegisterForked => "REGISTER_FORKED",
            Problem::KeysOlder => "KEYS_OLDER",
            Problem::NotDurable => "STORAGE_NOT_DURABLE",
            Problem::InUse => "DATA_IN_USE",
            Problem::Permission => "DATA_PERMISSION",
            Problem::SchemaNewer => "SCHEMA_NEWER",
            Problem::Full => "STORAGE_FULL",
            Problem::SyncFailed => "STORAGE_SYNC_FAILED",
            Problem::ReadFailed => "STORAGE_READ_FAILED",
            Problem::NotAStore => "NOT_A_PAYLOAD_STORE",
            Problem::TargetNotEmpty => "TARGET_NOT_EMPTY",
            Problem::Randomness => "RANDOMNESS_FAILED",
        }
    }

    /// What to do about it.
    #[must_use]
    pub const fn remedy(self) -> &'static str {
        use StoreFile::{Keys, Payloads, Register};
        match self {
            Problem::Missing(Payloads) | Problem::Truncated(Payloads) | Problem::Damaged(Payloads) => {
                "keep the folder as it is, check the disk, and restore the newest backup of payloads with the newest keys \
                 and the newest register of erasures"
            }
            Problem::Missing(Keys) | Problem::Truncated(Keys) | Problem::Damaged(Keys) => {
                "keep the folder as it is and restore from the newest copy of the keys with the newest register of \
                 erasures; what was put after that copy cannot be read again"
            }
            Problem::Missing(Register) | Problem::Truncated(Register) | Problem::Damaged(Register) => {
                "put back the newest export of the register: without it erased data could come back from a backup"
            }
            Problem::OtherStore(_) => "put back the file that belongs to this store",
            Problem::HouseKeyWrong => "give the house key under which this store was created, or last given a new one",
            Problem::HouseKeyFile => "name a file made by HouseKey::create_file, or make one",
            Problem::HouseKeyInsecure => "give the file mode 0600 and to the user that runs this program",
            Problem::RegisterForked => "find out which of the two is the register of this store, and keep both",
            Problem::KeysOlder => "give a copy of the keys that was made after the copy of the payloads",
            Problem::NotDurable => "open the store with the required setting",
            Problem::InUse => "stop the other process, or ask it",
            Problem::Permission => {
                "create the folder, or give this user the right to read and write it and what is in it"
            }
            Problem::SchemaNewer => "use the version of the program that wrote it, or a later one",
            Problem::Full => "free space on that disk; nothing that was acknowledged is lost",
            Problem::SyncFailed => "check the disk and open the store again: opening settles what was being written",
            Problem::ReadFailed => "check the disk and the rights on the file, then try again",
            Problem::NotAStore => "name a folder made by this program, or an empty or new one",
            Problem::TargetNotEmpty => "name an empty or new folder, or a new file",
            Problem::Randomness => "check the operating system's random number generator",
        }
    }
}

/// A fault of the store: the world failed, not a rule. [`fmt::Display`] gives `what; where; what to do`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayloadFault {
    /// Its kind.
    pub problem: Problem,
    /// The file or folder.
    pub place: String,
    /// What was found. Never personal data, never a key.
    pub what: String,
}

impl PayloadFault {
    pub(crate) fn new(problem: Problem, place: &Path, what: impl Into<String>) -> PayloadFault {
        PayloadFault { problem, place: place.display().to_string(), what: what.into() }
    }

    /// The permanent code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.problem.code()
    }
}

impl fmt::Display for PayloadFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}; {}", self.what, self.place, self.problem.remedy())
    }
}

impl std::error::Error for PayloadFault {}

/// What a failed read says.
pub(crate) fn reading(path: &Path, error: &io::Error) -> PayloadFault {
    access(path, error)
        .unwrap_or_else(|| PayloadFault::new(Problem::ReadFailed, path, format!("reading failed: {error}")))
}

/// What a failed write or sync says.
pub(crate) fn writing(path: &Path, error: &io::Error) -> PayloadFault {
    access(path, error)
        .unwrap_or_else(|| PayloadFault::new(Problem::SyncFailed, path, format!("writing or syncing failed: {error}")))
}

fn access(path: &Path, error: &io::Error) -> Option<PayloadFault> {
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            Some(permission(path, &error.to_string()))
        }
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            Some(PayloadFault::new(Problem::Full, path, format!("no space left: {error}")))
        }
        _ => None,
    }
}

/// A refused access, with owner and mode of what was refused as far as they can be seen.
pub(crate) fn permission(path: &Path, reason: &str) -> PayloadFault {
    let owner = std::fs::metadata(path).map_or_else(
        |_| "not there or not visible".to_owned(),
        |meta| format!("owner {}, mode {:04o}", meta.uid(), meta.mode() & 0o7777),
    );
    PayloadFault::new(Problem::Permission, path, format!("{reason} ({owner})"))
}

/// What SQLite says while ciphertexts are read.
pub(crate) fn sqlite_reading(path: &Path, error: &rusqlite::Error) -> PayloadFault {
    let what = format!("SQLite reports: {error}");
    let problem = match error.sqlite_error_code() {
        Some(
            ErrorCode::DatabaseCorrupt | ErrorCode::TooBig | ErrorCode::TypeMismatch | ErrorCode::ConstraintViolation,
        )
        | None => Problem::Damaged(StoreFile::Payloads),
        Some(ErrorCode::NotADatabase) => Problem::NotAStore,
        Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied | ErrorCode::ReadOnly) => {
            return permission(path, &what);
        }
        Some(_) => Problem::ReadFailed,
    };
    PayloadFault::new(problem, path, what)
}

/// What SQLite says while ciphertexts are written.
pub(crate) fn sqlite_writing(path: &Path, error: &rusqlite::Error) -> PayloadFault {
    let what = format!("SQLite reports: {error}");
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => PayloadFault::new(Problem::Full, path, what),
        Some(ErrorCode::SystemIoFailure | ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            PayloadFault::new(Problem::SyncFailed, path, what)
        }
        _ => sqlite_reading(path, error),
    }
}
