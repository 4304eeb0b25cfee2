//! What can go wrong with a journal, each with a permanent code, a place and a remedy.

use std::fmt;

/// A fault of the journal: the world failed, not a rule. Codes are permanent; texts may improve.
///
/// [`fmt::Display`] gives `what; where; what to do`, to stand after `error[CODE]: `.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum JournalFault {
    /// Acknowledged blocks are missing at the end.
    Truncated {
        /// The journal.
        place: String,
        /// Sequence number after the last event found.
        head_seq: u64,
        /// Sequence number after the last event acknowledged.
        mark_seq: u64,
    },
    /// At an acknowledged place stands another block than the acknowledged one.
    Forked {
        /// The journal.
        place: String,
        /// Sequence number at which the two histories part at the latest.
        seq: u64,
        /// What differs.
        detail: String,
    },
    /// Stored bytes are not what was written.
    Corrupt {
        /// The file.
        place: String,
        /// Sequence number at or after which it is.
        seq: u64,
        /// What was found.
        detail: String,
    },
    /// A setting under which an acknowledged block could be lost.
    NotDurable {
        /// The journal.
        place: String,
        /// Which setting.
        setting: String,
        /// Its value.
        found: String,
        /// What it has to be.
        required: String,
    },
    /// Another process has the journal open.
    InUse {
        /// The folder.
        place: String,
        /// The other process, if it left its number.
        pid: Option<u32>,
    },
    /// The folder lies on a file system whose locks or syncs cannot be relied on.
    Filesystem {
        /// The folder.
        place: String,
        /// The kind of file system.
        kind: String,
    },
    /// The folder is missing, or may not be read or written.
    Permission {
        /// The path.
        place: String,
        /// Owner, mode, and what was refused.
        detail: String,
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
    /// No space left to promise the block's durability; nothing of it was accepted.
    Full {
        /// The folder.
        place: String,
        /// Bytes wanted and available.
        detail: String,
    },
    /// Writing or syncing failed: what is on the medium is unknown until the journal is opened again.
    SyncFailed {
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
    /// The folder holds something else.
    NotAJournal {
        /// The folder.
        place: String,
        /// What was found.
        detail: String,
    },
    /// The journal has blocks but its high-water mark is gone.
    MarkMissing {
        /// The mark's file.
        place: String,
    },
    /// Both copies of the high-water mark are unreadable.
    MarkDamaged {
        /// The mark's file.
        place: String,
        /// What was found.
        detail: String,
    },
    /// Another writer took over.
    Fenced {
        /// The journal.
        place: String,
        /// Epoch of this writer.
        epoch: u64,
        /// Epoch of the one that took over.
        by_epoch: u64,
    },
    /// The outcome of an append is not known; the journal accepts nothing before it is opened again.
    OutcomeUnknown {
        /// The journal.
        place: String,
    },
    /// The folder that a backup or a restore would write to is not empty.
    TargetNotEmpty {
        /// The folder.
        place: String,
    },
    /// A file beside the journal, one that can be made anew, is damaged.
    AuxiliaryDamaged {
        /// The file.
        place: String,
        /// What was found.
        detail: String,
    },
}

impl JournalFault {
    /// The permanent code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            JournalFault::Truncated { .. } => "JOURNAL_TRUNCATED",
            JournalFault::Forked { .. } => "JOURNAL_FORKED",
            JournalFault::Corrupt { .. } => "JOURNAL_CORRUPT",
            JournalFault::NotDurable { .. } => "STORAGE_NOT_DURABLE",
            JournalFault::InUse { .. } => "DATA_IN_USE",
            JournalFault::Filesystem { .. } => "DATA_FILESYSTEM",
            JournalFault::Permission { .. } => "DATA_PERMISSION",
            JournalFault::SchemaNewer { .. } => "SCHEMA_NEWER",
            JournalFault::Full { .. } => "STORAGE_FULL",
            JournalFault::SyncFailed { .. } => "STORAGE_SYNC_FAILED",
            JournalFault::ReadFailed { .. } => "STORAGE_READ_FAILED",
            JournalFault::NotAJournal { .. } => "NOT_A_JOURNAL",
            JournalFault::MarkMissing { .. } => "MARK_MISSING",
            JournalFault::MarkDamaged { .. } => "MARK_DAMAGED",
            JournalFault::Fenced { .. } => "JOURNAL_FENCED",
            JournalFault::OutcomeUnknown { .. } => "OUTCOME_UNKNOWN",
            JournalFault::TargetNotEmpty { .. } => "TARGET_NOT_EMPTY",
            JournalFault::AuxiliaryDamaged { .. } => "AUXILIARY_DAMAGED",
        }
    }

    /// A corruption fault.
    #[must_use]
    pub fn corrupt(place: &str, seq: u64, detail: &str) -> JournalFault {
        JournalFault::Corrupt { place: place.to_owned(), seq, detail: detail.to_owned() }
    }

    /// What to do about it.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            JournalFault::Truncated { .. } => {
                "keep the folder as it is, and restore the newest backup that reaches the acknowledged number"
            }
            JournalFault::Forked { .. } => {
                "keep the folder as it is, find out who else wrote to it, and restore a backup of the acknowledged history"
            }
            JournalFault::Corrupt { .. } => {
                "keep the folder as it is, check the disk, and restore the newest backup into an empty folder"
            }
            JournalFault::NotDurable { .. } => "open the journal with the required setting",
            JournalFault::InUse { .. } => "stop the other process, or name another folder",
            JournalFault::Filesystem { .. } => "put the folder on a local disk (ext4, XFS, Btrfs)",
            JournalFault::Permission { .. } => {
                "create the folder, or give this user the right to read and write it and what is in it"
            }
            JournalFault::SchemaNewer { .. } => "use the version of the program that wrote it, or a later one",
            JournalFault::Full { .. } => "free space on that disk; nothing that was acknowledged is lost",
            JournalFault::SyncFailed { .. } => {
                "check the disk and start again: the start verifies the journal against what was acknowledged"
            }
            JournalFault::ReadFailed { .. } => "check the disk and the rights on the file, then start again",
            JournalFault::NotAJournal { .. } => "name a folder made by this program, or an empty or new one",
            JournalFault::MarkMissing { .. } => {
                "put the file high-water-mark back from where the folder came, or restore a backup, which carries one"
            }
            JournalFault::MarkDamaged { .. } => "check the disk and restore the newest backup into an empty folder",
            JournalFault::Fenced { .. } => "end this process; the other writer carries on",
            JournalFault::OutcomeUnknown { .. } => {
                "start again and submit the same payments with the same identifiers: none is carried out twice"
            }
            JournalFault::TargetNotEmpty { .. } => "name an empty or new folder",
            JournalFault::AuxiliaryDamaged { .. } => "delete the file; it is made anew from the journal",
        }
    }

    fn what(&self) -> String {
        match self {
            JournalFault::Truncated { head_seq, mark_seq, .. } => {
                format!("the journal ends before event {head_seq}, but events before {mark_seq} were acknowledged")
            }
            JournalFault::Forked { seq, detail, .. } => {
                format!("the journal is not the one that was acknowledged, at event {seq}: {detail}")
            }
            JournalFault::Corrupt { seq, detail, .. } => format!("damaged at or after event {seq}: {detail}"),
            JournalFault::NotDurable { setting, found, required, .. } => {
                format!("{setting} is {found} and must be {required}, else acknowledged payments could be lost")
            }
            JournalFault::InUse { pid: Some(pid), .. } => format!("process {pid} has it open"),
            JournalFault::InUse { pid: None, .. } => "another process has it open".to_owned(),
            JournalFault::Filesystem { kind, .. } => format!("a file system of kind {kind} is not safe for a journal"),
            JournalFault::Permission { detail, .. }
            | JournalFault::Full { detail, .. }
            | JournalFault::SyncFailed { detail, .. }
            | JournalFault::ReadFailed { detail, .. }
            | JournalFault::NotAJournal { detail, .. }
            | JournalFault::MarkDamaged { detail, .. }
            | JournalFault::AuxiliaryDamaged { detail, .. } => detail.clone(),
            JournalFault::SchemaNewer { found, known, .. } => {
                format!("written in format {found}; this program knows formats up to {known}")
            }
            JournalFault::MarkMissing { .. } => "the high-water mark of a journal with blocks is missing".to_owned(),
            JournalFault::Fenced { epoch, by_epoch, .. } => {
                format!("the writer of epoch {epoch} was replaced by that of epoch {by_epoch}")
            }
            JournalFault::OutcomeUnknown { .. } => "it is not known whether the last block was kept".to_owned(),
            JournalFault::TargetNotEmpty { .. } => "the folder to write to is not empty".to_owned(),
        }
    }

    /// Where it happened.
    #[must_use]
    pub fn place(&self) -> &str {
        match self {
            JournalFault::Truncated { place, .. }
            | JournalFault::Forked { place, .. }
            | JournalFault::Corrupt { place, .. }
            | JournalFault::NotDurable { place, .. }
            | JournalFault::InUse { place, .. }
            | JournalFault::Filesystem { place, .. }
            | JournalFault::Permission { place, .. }
            | JournalFault::SchemaNewer { place, .. }
            | JournalFault::Full { place, .. }
            | JournalFault::SyncFailed { place, .. }
            | JournalFault::ReadFailed { place, .. }
            | JournalFault::NotAJournal { place, .. }
            | JournalFault::MarkMissing { place }
            | JournalFault::MarkDamaged { place, .. }
            | JournalFault::Fenced { place, .. }
            | JournalFault::OutcomeUnknown { place }
            | JournalFault::TargetNotEmpty { place }
            | JournalFault::AuxiliaryDamaged { place, .. } => place,
        }
    }
}

impl fmt::Display for JournalFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}; {}", self.what(), self.place(), self.remedy())
    }
}

impl std::error::Error for JournalFault {}
