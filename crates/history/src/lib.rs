//! The archive of payments that left memory.
//!
//! A clearing house keeps closed payments in memory for a while only. At a journaled event (`PaymentsEvicted`) the ledger
//! drops them and hands the originals over. This crate keeps them for ever, in sorted immutable files, behind fingerprints
//! of about one byte a payment: an identifier that was never used is recognised as new without touching the disk, and one
//! that was used ten years ago is found in two reads.
//!
//! It is a cache of the journal: whatever of it is lost or damaged, the journal fills it again. It must never give a wrong
//! answer; what is not as it was written is a named fault.
//!
//! # Life of an original
//!
//! ```text
//! take ──▶ layer in memory ──durable, full──▶ run ──merge──▶ larger run ──▶ …
//!          found from here on                 fingerprints and indexes in memory, the rest on disk
//! ```
//!
//! * [`History::take`] puts it into a *layer*: a table in memory.
//! * When the journal has its event ([`History::durable`]) and the layer is full, the writer's thread turns the layer into a
//!   *run*: an immutable file of records by ordinal, keys by hash, trade documents by hash (layout: `layout.rs`).
//! * A *manifest*, replaced as a whole, names the runs. What it does not name is removed at the next opening.
//! * Runs are merged, newest first, so that few exist (`schedule.rs`). Merging rests most of the time, syncs often, and
//!   steps aside for layers (`writer.rs`).
//! * A payment may come back to memory, change, and be evicted again: the newest original wins, in look-ups and in merges.
//!
//! # What the files are protected against
//!
//! Every block has a checksum over its bytes, its place and its run, checked at every read. Indexes and fingerprints have a
//! digest, checked at opening. The manifest has the digests of the runs. A flipped bit, a cut, a missing file, a file of
//! another house, another run under a run's name: [`HistoryFault`]. An older manifest together with its runs is a sound
//! archive that is complete to an earlier event, which [`History::complete_to`] tells the caller. Whoever can change files
//! *and* manifest consistently is not found here; the journal shows it.
//!
//! Format and alternatives: `docs/decisions/0014-history-index.md`.

mod backup;
mod block;
mod cursor;
mod disk;
mod fault;
mod fingerprints;
mod history;
mod key_hash;
mod layer;
mod layout;
pub mod limits;
mod manifest;
mod memory_disk;
mod merge;
mod open;
mod packed;
mod run;
mod run_writer;
mod schedule;
mod shared;
mod verify;
mod writer;

pub use backup::Backup;
pub use disk::{Disk, NewFile, StoredFile};
pub use fault::{HistoryFault, Warning};
pub use history::{Figures, History};
pub use memory_disk::MemoryDisk;
pub use verify::Verified;

/// What tells one house, that is one journal, from every other: for instance the hash of its first block.
pub type House = [u8; 32];

/// A head of the journal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stamp {
    /// Number of events in the journal: the sequence number that follows the last.
    pub height: u64,
    /// Hash of the last block.
    pub hash: [u8; 32],
}

/// How an archive works.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Options {
    /// Whose archive it is.
    pub house: House,
    /// Originals that make a layer full.
    pub layer_payments: usize,
    /// Share of one core that merging may use, in per cent, 1 to 100.
    pub merge_share_percent: u32,
    /// Bytes that writing leaves free on the disk.
    pub space_reserve_bytes: u64,
    /// Whether writing and merging have a thread of their own. Without one they happen within the calls, which makes the
    /// same calls write the same bytes: for simulations and tests.
    pub background: bool,
}

impl Options {
    /// What a clearing house wants.
    #[must_use]
    pub const fn of_house(house: House) -> Self {
        Self {
            house,
            layer_payments: limits::LAYER_PAYMENTS,
            merge_share_percent: limits::MERGE_SHARE_PERCENT,
            space_reserve_bytes: limits::SPACE_RESERVE_BYTES,
            background: true,
        }
    }
}
