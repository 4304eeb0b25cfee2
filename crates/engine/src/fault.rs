//! What can go wrong, each with a permanent code, a place and a remedy.

use crate::archive::ArchiveFault;
use domain::EventSeq;
use journal::JournalFault;
use std::fmt;

/// Why an engine accepts nothing more. What it had released stays; of the rest only the journal knows, once it is opened
/// again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Another writer has taken over the journal.
    Fenced {
        /// Its epoch.
        epoch: u64,
    },
    /// A block may or may not be in the journal.
    Unknown,
    /// The journal failed.
    Failed(JournalFault),
    /// The archive of payments that left memory could not answer: whether an identifier is new cannot be told.
    Archive(ArchiveFault),
}

impl Ended {
    /// The permanent code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Fenced { .. } => "ENGINE_FENCED",
            Self::Unknown => "ENGINE_OUTCOME_UNKNOWN",
            Self::Failed(fault) => fault.code(),
            Self::Archive(fault) => fault.code,
        }
    }
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fenced { epoch } => write!(
                f,
                "another process writes to the journal since epoch {epoch}; this one has ended; let only one process \
                 lead, and open the journal again if it should be this one"
            ),
            Self::Unknown => f.write_str(
                "it is not known whether the last block is in the journal; this process has ended; open the journal \
                 again and submit what was not answered under the same references",
            ),
            Self::Failed(fault) => fault.fmt(f),
            Self::Archive(fault) => fault.fmt(f),
        }
    }
}

impl std::error::Error for Ended {}

/// Why a batch was not taken: nothing of it was decided, and it consumed nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SubmitFault {
    /// The engine has ended.
    Ended(Ended),
    /// The journal has no room for a block. Things that were due before the batch may have happened.
    Full(JournalFault),
    /// Too many commands.
    TooManyCommands {
        /// How many.
        found: usize,
        /// [`crate::limits::BATCH_COMMANDS_MAX`].
        maximum: usize,
    },
    /// A command, or all of them together, carry too much.
    TooManyBytes {
        /// The command, counted from 0; none when it is the batch.
        command: Option<usize>,
        /// How much, as counted by [`crate::Machine::command_bytes`].
        found: usize,
        /// [`crate::limits::COMMAND_BYTES_MAX`] or [`crate::limits::BATCH_COMMAND_BYTES_MAX`].
        maximum: usize,
    },
    /// Too many batches wait to be handed back.
    Backlog {
        /// [`crate::limits::BATCHES_WAITING_MAX`].
        maximum: usize,
    },
}

impl SubmitFault {
    /// The permanent code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Ended(ended) => ended.code(),
            Self::Full(fault) => fault.code(),
            Self::TooManyCommands { .. } => "BATCH_TOO_MANY_COMMANDS",
            Self::TooManyBytes { .. } => "BATCH_TOO_LARGE",
            Self::Backlog { .. } => "ENGINE_BACKLOG",
        }
    }
}

impl fmt::Display for SubmitFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ended(ended) => ended.fmt(f),
            Self::Full(fault) => fault.fmt(f),
            Self::TooManyCommands { found, maximum } => {
                write!(f, "a batch of {found} commands; at the engine's door; send at most {maximum} at a time")
            }
            Self::TooManyBytes { command: Some(command), found, maximum } => write!(
                f,
                "a command carries about {found} bytes; command {command} of the batch; at most {maximum} may be: split it"
            ),
            Self::TooManyBytes { command: None, found, maximum } => write!(
                f,
                "the commands carry about {found} bytes together; at the engine's door; at most {maximum} may be: send \
                 fewer at a time"
            ),
            Self::Backlog { maximum } => write!(
                f,
                "{maximum} batches wait for their answers to be collected; at the engine's door; collect some first"
            ),
        }
    }
}

impl std::error::Error for SubmitFault {}

impl From<Ended> for SubmitFault {
    fn from(ended: Ended) -> Self {
        Self::Ended(ended)
    }
}

/// Why a journal could not be replayed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OpenFault {
    /// The journal could not be read, or is not what was written.
    Journal(JournalFault),
    /// An event is none that this program knows.
    EventUnreadable {
        /// Its number.
        seq: EventSeq,
        /// What is wrong with it.
        detail: String,
    },
    /// The state is not the one that an event names as the one before it.
    DigestMismatch {
        /// The event's number.
        seq: EventSeq,
        /// Digest that the event names.
        named: [u8; 32],
        /// Digest of the replayed state.
        found: [u8; 32],
    },
}

impl OpenFault {
    /// The permanent code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Journal(fault) => fault.code(),
            Self::EventUnreadable { .. } => "EVENT_UNREADABLE",
            Self::DigestMismatch { .. } => "DIGEST_MISMATCH",
        }
    }
}

impl fmt::Display for OpenFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Journal(fault) => fault.fmt(f),
            Self::EventUnreadable { seq, detail } => write!(
                f,
                "{detail}; event {seq} of the journal; open it with the version that wrote it, or a later one"
            ),
            Self::DigestMismatch { seq, named, found } => write!(
                f,
                "replay comes to state {} where the journal says {}; event {seq} of the journal; do not use this version \
                 on this journal, and report it: the two versions disagree about what happened",
                Hex(found),
                Hex(named)
            ),
        }
    }
}

impl std::error::Error for OpenFault {}

impl From<JournalFault> for OpenFault {
    fn from(fault: JournalFault) -> Self {
        Self::Journal(fault)
    }
}

/// Why a snapshot was not used. It is a cache: the one before is tried, then the journal is replayed as a whole, and nothing
/// is lost but time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SnapshotWarning {
    /// It is not what was written.
    Damaged {
        /// What is wrong.
        detail: String,
    },
    /// Another version of the program made it.
    OtherVersion {
        /// Which, as it calls itself.
        found: String,
    },
    /// It does not stand on a block of this journal: it is of another one, or of one that was longer.
    NotOfThisJournal {
        /// Height of the snapshot in events.
        height: EventSeq,
    },
    /// Its state has another digest than it says.
    DigestMismatch {
        /// Height of the snapshot in events.
        height: EventSeq,
    },
    /// The archive lacks payments that had left memory before it was made.
    ArchiveBehind {
        /// Height of the snapshot in events.
        height: EventSeq,
    },
}

impl SnapshotWarning {
    /// The permanent code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Damaged { .. } => "SNAPSHOT_DAMAGED",
            Self::OtherVersion { .. } => "SNAPSHOT_OTHER_VERSION",
            Self::NotOfThisJournal { .. } => "SNAPSHOT_FOREIGN",
            Self::DigestMismatch { .. } => "SNAPSHOT_DIGEST",
            Self::ArchiveBehind { .. } => "SNAPSHOT_WITHOUT_ARCHIVE",
        }
    }
}

impl fmt::Display for SnapshotWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Damaged { detail } => write!(f, "the snapshot is damaged ({detail})")?,
            Self::OtherVersion { found } => write!(f, "the snapshot was made by {found}")?,
            Self::NotOfThisJournal { height } => {
                write!(f, "the snapshot at height {height} stands on no block of this journal")?;
            }
            Self::DigestMismatch { height } => {
                write!(f, "the snapshot at height {height} does not have the state that it names")?;
            }
            Self::ArchiveBehind { height } => {
                write!(f, "the archive lacks payments that left memory before the snapshot at height {height}")?;
            }
        }
        f.write_str(
            "; beside the journal; nothing to do: the one before is tried, and without one that fits the state is rebuilt \
             from the journal",
        )
    }
}

struct Hex<'a>(&'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
