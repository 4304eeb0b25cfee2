//! A journal in a folder, kept by SQLite: one row a block, synced at every commit, and a high-water mark outside it.
//!
//! | file | what it is |
//! | --- | --- |
//! | `journal.db` | the blocks, readable by any SQLite tool |
//! | `journal.db-wal`, `journal.db-shm` | SQLite's write-ahead log and its index, while the journal is open or after a crash |
//! | `high-water-mark` | how far the journal was acknowledged |
//! | `lock` | held by the process that writes |
//! | `snapshots/` | files that can be made anew from the journal |
//!
//! An append here is durable, fenced or failed; that its outcome is unknown happens only to stores behind a network. After
//! a failure the process ends, and the next opening settles what is in the journal.
//!
//! What someone able to change each file could do: a changed block breaks the chain of hashes; a shortened or replaced
//! journal contradicts the mark; a removed mark is refused. Whoever changes the journal *and* the mark consistently can
//! rewrite history as far as this folder tells; only copies elsewhere (backups, published checkpoints) show it.

mod auxiliary;
mod backup;
mod database;
mod faults;
mod folder;
pub mod limits;
mod mark_file;
mod open;
mod reader;
mod sqlite_journal;
mod verify;
mod writer;

pub use auxiliary::{
    auxiliary_names, read_auxiliary, read_auxiliary_beginning, remove_auxiliary, remove_left_over_auxiliaries,
    set_aside, write_auxiliary, write_auxiliary_gently,
};
pub use backup::{Restored, backup, backup_with, restore};
pub use database::Synchronous;
pub use folder::{DATABASE_FILE, LOCK_FILE, MARK_FILE, SNAPSHOT_FOLDER};
pub use sqlite_journal::{SqliteJournal, StoreOptions};
pub use verify::{ReadOnlyJournal, open_read_only, verify_files};
