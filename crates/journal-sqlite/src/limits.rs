//! Sizes that this store chose, each with its reason. The maxima of queues and blocks are in [`journal::limits`].

/// Bytes of a page of the database. A block of thousands of events is cheaper to write in larger pages, a block of one
/// event in smaller ones; `docs/decisions/0009-sqlite-or-segments.md` has the measurements.
pub const PAGE_BYTES: u32 = 16_384;

/// Bytes appended to the write-ahead log after which the writer copies it into the database. Larger makes the copying
/// rarer and each pause longer.
pub const CHECKPOINT_BYTES: u64 = 16 * 1024 * 1024;

/// Bytes that must be free on the disk for a block to be accepted, beyond the block itself: enough to finish the blocks
/// in flight and to copy a full write-ahead log into the database, so that what was accepted can be completed.
pub const SPACE_MINIMUM_BYTES: u64 = 64 * 1024 * 1024;

/// How often a block's bytes may be written: into the write-ahead log and into the database.
pub const WRITES_PER_BYTE: u64 = 2;

/// Rows that a reader takes from the database at a time.
pub const READ_BATCH_ROWS: usize = 256;

/// Bytes of events after which a reader takes no further row in the same batch.
pub const READ_BATCH_BYTES: usize = 4 * 1024 * 1024;

/// Oldest SQLite that may be used: below it, a checkpoint racing with a second connection can lose commits.
pub const SQLITE_VERSION_MINIMUM: i32 = 3_051_003;
