//! What can go wrong with the archive, each with a permanent code, a place and a remedy.

use std::fmt;
use std::io::{self, ErrorKind};

/// A fault of the archive: the world failed, not a rule. Codes are permanent; texts may improve.
///
/// None of them loses a payment: whatever the archive holds, the journal has. [`fmt::Display`] gives
/// `what; where; what to do`, to stand after `error[CODE]: `.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HistoryFault {
    /// A file is missing, or its bytes are not what was written.
    Damaged {
        /// The file.
        place: String,
        /// What was found.
        detail: String,
    },
    /// A file belongs to the archive of another house.
    Foreign {
        /// The file.
        place: String,
    },
    /// Written by a newer version.
    SchemaNewer {
        /// The file.
        place: String,
        /// The version found.
        found: u64,
        /// The newest version that this program reads.
        known: u64,
    },
    /// The folder holds something else.
    NotAHistory {
        /// The folder.
        place: String,
        /// What was found.
        detail: String,
    },
    /// Another process has the archive open.
    InUse {
        /// The folder.
        place: String,
    },
    /// A folder or file is missing, or may not be read or written.
    Permission {
        /// The path.
        place: String,
        /// What was refused.
        detail: String,
    },
    /// No space left to write.
    Full {
        /// The file.
        place: String,
        /// Bytes wanted and free, or what the system said.
        detail: String,
    },
    /// Writing or syncing failed.
    WriteFailed {
        /// The file.
        place: String,
        /// What the system said.
        detail: String,
    },
    /// Reading failed.
    ReadFailed {
        /// The file.
        place: String,
        /// What the system said.
        detail: String,
    },
    /// The folder that a backup would write to is not empty.
    TargetNotEmpty {
        /// The folder.
        place: String,
    },
    /// The archive's thread could not be started, or has ended.
    Stopped {
        /// The archive.
        place: String,
        /// What is known about it.
        detail: String,
    },
}

impl HistoryFault {
    /// The permanent code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Damaged { .. } => "HISTORY_DAMAGED",
            Self::Foreign { .. } => "HISTORY_FOREIGN",
            Self::SchemaNewer { .. } => "SCHEMA_NEWER",
            Self::NotAHistory { .. } => "NOT_A_HISTORY",
            Self::InUse { .. } => "DATA_IN_USE",
            Self::Permission { .. } => "DATA_PERMISSION",
            Self::Full { .. } => "STORAGE_FULL",
            Self::WriteFailed { .. } => "STORAGE_SYNC_FAILED",
            Self::ReadFailed { .. } => "STORAGE_READ_FAILED",
            Self::TargetNotEmpty { .. } => "TARGET_NOT_EMPTY",
            Self::Stopped { .. } => "HISTORY_STOPPED",
        }
    }

    /// Whether emptying the archive and filling it again from the journal mends it.
    #[must_use]
    pub const fn rebuild_mends(&self) -> bool {
        matches!(self, Self::Damaged { .. } | Self::Foreign { .. } | Self::SchemaNewer { .. })
    }

    /// What to do about it.
    #[must_use]
    pub const fn remedy(&self) -> &'static str {
        match self {
            Self::Damaged { .. } => {
                "check the disk and let the archive be rebuilt from the journal, which has all of it"
            }
            Self::Foreign { .. } => "put the right folder back, or let the archive be rebuilt from the journal",
            Self::SchemaNewer { .. } => {
                "use the version of the program that wrote it or a later one, or let the archive be rebuilt from the journal"
            }
            Self::NotAHistory { .. } => "name a folder made by this program, or an empty or new one",
            Self::InUse { .. } => "stop the other process, or name another folder",
            Self::Permission { .. } => "give this user the right to read and write the folder and what is in it",
            Self::Full { .. } => "free space on that disk and start again; nothing is lost, the journal has all of it",
            Self::WriteFailed { .. } => "check the disk and start again; nothing is lost, the journal has all of it",
            Self::ReadFailed { .. } => "check the disk and the rights on the file, then start again",
            Self::TargetNotEmpty { .. } => "name an empty or new folder",
            Self::Stopped { .. } => "start again",
        }
    }

    /// Where it happened.
    #[must_use]
    pub fn place(&self) -> &str {
        match self {
            Self::Damaged { place, .. }
            | Self::Foreign { place }
            | Self::SchemaNewer { place, .. }
            | Self::NotAHistory { place, .. }
            | Self::InUse { place }
            | Self::Permission { place, .. }
            | Self::Full { place, .. }
            | Self::WriteFailed { place, .. }
            | Self::ReadFailed { place, .. }
            | Self::TargetNotEmpty { place }
            | Self::Stopped { place, .. } => place,
        }
    }

    fn what(&self) -> String {
        match self {
            Self::Damaged { detail, .. } => format!("the archive of old payments is damaged: {detail}"),
            Self::Foreign { .. } => "this is of the archive of another house".to_owned(),
            Self::SchemaNewer { found, known, .. } => {
                format!("written in format {found}; this program knows formats up to {known}")
            }
            Self::InUse { .. } => "another process has it open".to_owned(),
            Self::TargetNotEmpty { .. } => "the folder to write to is not empty".to_owned(),
            Self::NotAHistory { detail, .. }
            | Self::Permission { detail, .. }
            | Self::Full { detail, .. }
            | Self::WriteFailed { detail, .. }
            | Self::ReadFailed { detail, .. }
            | Self::Stopped { detail, .. } => detail.clone(),
        }
    }

    pub(crate) fn damaged(place: &str, detail: impl Into<String>) -> Self {
        Self::Damaged { place: place.to_owned(), detail: detail.into() }
    }

    /// What a failed read of a file that must be there says.
    pub(crate) fn reading(place: &str, error: &io::Error) -> Self {
        match error.kind() {
            ErrorKind::NotFound => Self::damaged(place, "the file is missing"),
            ErrorKind::UnexpectedEof => Self::damaged(place, "the file is too short"),
            ErrorKind::PermissionDenied => Self::permission(place, error),
            _ => Self::ReadFailed { place: place.to_owned(), detail: format!("reading failed: {error}") },
        }
    }

    /// What a failed write or sync says.
    pub(crate) fn writing(place: &str, error: &io::Error) -> Self {
        match error.kind() {
            ErrorKind::NotFound | ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
                Self::permission(place, error)
            }
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
                Self::Full { place: place.to_owned(), detail: format!("no space left: {error}") }
            }
            _ => Self::WriteFailed { place: place.to_owned(), detail: format!("writing or syncing failed: {error}") },
        }
    }

    fn permission(place: &str, error: &io::Error) -> Self {
        Self::Permission { place: place.to_owned(), detail: format!("access was refused: {error}") }
    }
}

impl fmt::Display for HistoryFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}; {}", self.what(), self.place(), self.remedy())
    }
}

impl std::error::Error for HistoryFault {}

/// What an operator may want to know although the archive is sound.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// A file that the manifest does not name was removed: its writing, or the removal of what it replaced, was cut off.
    LeftOverRemoved {
        /// The file.
        place: String,
    },
    /// The folder holds a file that no archive has; it was left alone.
    Stranger {
        /// The file.
        place: String,
    },
}

impl Warning {
    /// The permanent code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::LeftOverRemoved { .. } => "HISTORY_LEFT_OVER",
            Self::Stranger { .. } => "HISTORY_STRANGER",
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LeftOverRemoved { place } => {
                write!(f, "a file that was being written when the process ended was removed; {place}; nothing to do")
            }
            Self::Stranger { place } => {
                write!(f, "this file is not part of the archive of old payments; {place}; move it elsewhere")
            }
        }
    }
}
