//! Errors of the system and of SQLite as faults with a code, a place and a remedy.

use journal::JournalFault;
use rusqlite::ErrorCode;
use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// A path as written in faults.
pub(crate) fn place(path: &Path) -> String {
    path.display().to_string()
}

/// What a failed read says.
pub(crate) fn reading(path: &Path, error: &io::Error) -> JournalFault {
    access(path, error)
        .unwrap_or_else(|| JournalFault::ReadFailed { place: place(path), detail: format!("reading failed: {error}") })
}

/// What a failed write or sync says.
pub(crate) fn writing(path: &Path, error: &io::Error) -> JournalFault {
    access(path, error).unwrap_or_else(|| JournalFault::SyncFailed {
        place: place(path),
        detail: format!("writing or syncing failed: {error}"),
    })
}

fn access(path: &Path, error: &io::Error) -> Option<JournalFault> {
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            Some(permission(path, &error.to_string()))
        }
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            Some(JournalFault::Full { place: place(path), detail: format!("no space left: {error}") })
        }
        _ => None,
    }
}

/// A refused access, with owner and mode of what was refused as far as they can be seen.
pub(crate) fn permission(path: &Path, reason: &str) -> JournalFault {
    let owner = std::fs::metadata(path).map_or_else(
        |_| "not there or not visible".to_owned(),
        |meta| format!("owner {}, mode {:04o}", meta.uid(), meta.mode() & 0o7777),
    );
    JournalFault::Permission { place: place(path), detail: format!("{reason} ({owner})") }
}

/// What SQLite says while the journal is read; `seq` is the event up to which it was sound.
pub(crate) fn sqlite_reading(path: &Path, seq: u64, error: &rusqlite::Error) -> JournalFault {
    let detail = format!("SQLite reports: {error}");
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::TooBig | ErrorCode::TypeMismatch) | None => {
            JournalFault::corrupt(&place(path), seq, &detail)
        }
        Some(ErrorCode::NotADatabase) => JournalFault::NotAJournal { place: place(path), detail },
        Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied | ErrorCode::ReadOnly) => permission(path, &detail),
        Some(_) => JournalFault::ReadFailed { place: place(path), detail },
    }
}

/// What SQLite says while the journal is written.
pub(crate) fn sqlite_writing(path: &Path, seq: u64, error: &rusqlite::Error) -> JournalFault {
    let detail = format!("SQLite reports: {error}");
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => JournalFault::Full { place: place(path), detail },
        Some(ErrorCode::ConstraintViolation) => JournalFault::Forked { place: place(path), seq, detail },
        Some(ErrorCode::SystemIoFailure | ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            JournalFault::SyncFailed { place: place(path), detail }
        }
        _ => sqlite_reading(path, seq, error),
    }
}
