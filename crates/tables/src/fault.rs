//! What can go wrong with the tables, each with a permanent code, a place and a remedy.

use journal::JournalFault;
use std::fmt;

/// A fault of the tables. Nothing is lost by any of them: the journal alone is enough to make the tables anew.
///
/// [`fmt::Display`] gives `what; where; what to do`, to stand after `error[CODE]: `. Codes are permanent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TablesFault {
    /// There is no such file.
    Missing {
        /// The file.
        place: String,
    },
    /// The file is something else.
    NotTables {
        /// The file.
        place: String,
        /// What was found.
        detail: String,
    },
    /// Made by another version of the program, older or newer: tables are made anew, never converted.
    OtherVersion {
        /// The file.
        place: String,
        /// Version found.
        found: i64,
        /// Version of this program.
        known: i64,
    },
    /// What is in the file is not what was written.
    Damaged {
        /// The file.
        place: String,
        /// What was found.
        detail: String,
    },
    /// Another process fills these tables.
    InUse {
        /// The file.
        place: String,
    },
    /// Some program holds a lock on the file and did not let go of it in time.
    Locked {
        /// The file.
        place: String,
    },
    /// Filled from another journal.
    OtherJournal {
        /// The file.
        place: String,
        /// What differs.
        detail: String,
    },
    /// Filled further than the journal goes: the journal was brought back from a backup.
    AheadOfJournal {
        /// The file.
        place: String,
        /// Blocks in the tables.
        tables_blocks: u64,
        /// Blocks in the journal.
        journal_blocks: u64,
    },
    /// A block that is in the tables already.
    BlockRepeated {
        /// The file.
        place: String,
        /// Its first event.
        first_seq: u64,
        /// The next event of the tables.
        next_seq: u64,
    },
    /// Blocks between the tables and this one are missing.
    BlockGap {
        /// The file.
        place: String,
        /// Its first event.
        first_seq: u64,
        /// The next event of the tables.
        next_seq: u64,
    },
    /// A block with the right number that does not follow the last one.
    BlockForeign {
        /// The file.
        place: String,
        /// Its first event.
        first_seq: u64,
    },
    /// An event that this program cannot read.
    EventUnreadable {
        /// The event.
        seq: u64,
        /// Code of the reason.
        code: &'static str,
        /// The reason.
        detail: String,
    },
    /// What an event says does not fit what the tables hold.
    Disagree {
        /// The file.
        place: String,
        /// The event.
        seq: u64,
        /// What differs.
        detail: String,
    },
    /// No space left.
    Full {
        /// The file.
        place: String,
        /// What the system said.
        detail: String,
    },
    /// The file or its folder may not be read or written.
    Permission {
        /// The file.
        place: String,
        /// What the system said.
        detail: String,
    },
    /// Reading or writing failed.
    Io {
        /// The file.
        place: String,
        /// What the system said.
        detail: String,
    },
    /// The journal could not be read.
    Journal(JournalFault),
}

/// Words of a remedy that several faults share.
const MAKE_ANEW: &str = "make the tables anew from the journal: caudal tables --rebuild";

impl TablesFault {
    /// The permanent code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            TablesFault::Missing { .. } => "TABLES_MISSING",
            TablesFault::NotTables { .. } => "NOT_TABLES",
            TablesFault::OtherVersion { .. } => "TABLES_OTHER_VERSION",
            TablesFault::Damaged { .. } => "TABLES_DAMAGED",
            TablesFault::InUse { .. } => "TABLES_IN_USE",
            TablesFault::Locked { .. } => "TABLES_LOCKED",
            TablesFault::OtherJournal { .. } => "TABLES_OTHER_JOURNAL",
            TablesFault::AheadOfJournal { .. } => "TABLES_AHEAD",
            TablesFault::BlockRepeated { .. } => "TABLES_BLOCK_REPEATED",
            TablesFault::BlockGap { .. } => "TABLES_BLOCK_GAP",
            TablesFault::BlockForeign { .. } => "TABLES_BLOCK_FOREIGN",
            TablesFault::EventUnreadable { code, .. } => code,
            TablesFault::Disagree { .. } => "TABLES_DISAGREE",
            TablesFault::Full { .. } => "STORAGE_FULL",
            TablesFault::Permission { .. } => "DATA_PERMISSION",
            TablesFault::Io { .. } => "STORAGE_IO_FAILED",
            TablesFault::Journal(fault) => fault.code(),
        }
    }

    /// Whether making the tables anew is the remedy: whoever keeps them without a person beside may do so.
    #[must_use]
    pub const fn needs_rebuild(&self) -> bool {
        matches!(
            self,
            TablesFault::Missing { .. }
                | TablesFault::OtherVersion { .. }
                | TablesFault::Damaged { .. }
                | TablesFault::OtherJournal { .. }
                | TablesFault::AheadOfJournal { .. }
                | TablesFault::BlockForeign { .. }
                | TablesFault::Disagree { .. }
        )
    }

    fn what(&self) -> String {
        match self {
            TablesFault::Missing { .. } => "there are no tables yet".to_owned(),
            TablesFault::NotTables { detail, .. } => format!("the file holds no read tables: {detail}"),
            TablesFault::OtherVersion { found, known, .. } => {
                format!("the tables are of version {found}, and this program makes version {known}")
            }
            TablesFault::Damaged { detail, .. } => format!("the tables are damaged: {detail}"),
            TablesFault::InUse { .. } => "another process is filling these tables".to_owned(),
            TablesFault::Locked { .. } => "another program holds a lock on the tables".to_owned(),
            TablesFault::OtherJournal { detail, .. } => format!("the tables are of another journal: {detail}"),
            TablesFault::AheadOfJournal { tables_blocks, journal_blocks, .. } => format!(
                "the tables hold {tables_blocks} blocks and the journal only {journal_blocks}: it was brought back from \
                 an earlier copy"
            ),
            TablesFault::BlockRepeated { first_seq, next_seq, .. } => {
                format!("the block of event {first_seq} is in the tables, which go up to event {next_seq}")
            }
            TablesFault::BlockGap { first_seq, next_seq, .. } => {
                format!("the block begins with event {first_seq}, and the tables miss what comes from {next_seq} on")
            }
            TablesFault::BlockForeign { first_seq, .. } => {
                format!("the block of event {first_seq} does not follow the last block of the tables")
            }
            TablesFault::EventUnreadable { seq, detail, .. } => format!("event {seq} cannot be read: {detail}"),
            TablesFault::Disagree { seq, detail, .. } => format!("event {seq} does not fit the tables: {detail}"),
            TablesFault::Full { detail, .. } => format!("no space left for the tables: {detail}"),
            TablesFault::Permission { detail, .. } | TablesFault::Io { detail, .. } => detail.clone(),
            TablesFault::Journal(fault) => fault.to_string(),
        }
    }

    fn place(&self) -> &str {
        match self {
            TablesFault::Missing { place }
            | TablesFault::NotTables { place, .. }
            | TablesFault::OtherVersion { place, .. }
            | TablesFault::Damaged { place, .. }
            | TablesFault::InUse { place }
            | TablesFault::Locked { place }
            | TablesFault::OtherJournal { place, .. }
            | TablesFault::AheadOfJournal { place, .. }
            | TablesFault::BlockRepeated { place, .. }
            | TablesFault::BlockGap { place, .. }
            | TablesFault::BlockForeign { place, .. }
            | TablesFault::Disagree { place, .. }
            | TablesFault::Full { place, .. }
            | TablesFault::Permission { place, .. }
            | TablesFault::Io { place, .. } => place,
            TablesFault::EventUnreadable { .. } | TablesFault::Journal(_) => "the journal",
        }
    }

    fn remedy(&self) -> &'static str {
        match self {
            TablesFault::Missing { .. }
            | TablesFault::OtherVersion { .. }
            | TablesFault::Damaged { .. }
            | TablesFault::OtherJournal { .. }
            | TablesFault::AheadOfJournal { .. } => MAKE_ANEW,
            TablesFault::Disagree { .. } => {
                "make the tables anew from the journal (caudal tables --rebuild); if that says the same, verify the \
                 journal and report it"
            }
            TablesFault::NotTables { .. } => "name another file with --out; this one is left as it is",
            TablesFault::InUse { .. } => "query them as they are, or end that process first",
            TablesFault::Locked { .. } => "close the program that reads them, or wait until it is done",
            TablesFault::BlockRepeated { .. } | TablesFault::BlockGap { .. } => {
                "read the journal from the head of the tables on"
            }
            TablesFault::BlockForeign { .. } => MAKE_ANEW,
            TablesFault::EventUnreadable { .. } => {
                "use the version of the program that wrote the journal, or verify it"
            }
            TablesFault::Full { .. } => "free space, and do the same again: nothing is lost",
            TablesFault::Permission { .. } => "correct owner and mode, or name another file with --out",
            TablesFault::Io { .. } => "look at the medium, and do the same again: nothing is lost",
            TablesFault::Journal(_) => "see there",
        }
    }
}

impl fmt::Display for TablesFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let TablesFault::Journal(fault) = self {
            return fault.fmt(f);
        }
        write!(f, "{}; {}; {}", self.what(), self.place(), self.remedy())
    }
}

impl std::error::Error for TablesFault {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        if let TablesFault::Journal(fault) = self { Some(fault) } else { None }
    }
}

impl From<JournalFault> for TablesFault {
    fn from(fault: JournalFault) -> Self {
        TablesFault::Journal(fault)
    }
}
