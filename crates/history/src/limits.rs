//! Sizes that this archive chose, each with its reason.

/// Bytes of a block: what one look-up reads and checks. One page of the operating system, so that a look-up of a cold
/// file is one request to the device.
pub const BLOCK_BYTES: usize = 4_096;

/// Originals that gather in memory before they become a run: some eight megabytes. More makes fewer, larger runs, and
/// more to replay when the process ends before they are written.
pub const LAYER_PAYMENTS: usize = 32_768;

/// Full layers that may wait to be written although the journal has them. Beyond it `take` waits.
pub const LAYERS_WAITING_MAX: usize = 4;

/// A run is merged with all newer ones when these together have more than one `MERGE_RATIO`-th of its payments. So the
/// n-th run from the newest holds at least 3·4ⁿ⁻² times the newest: five runs reach from a layer to ten million payments.
pub const MERGE_RATIO: u64 = 3;

/// Runs beyond which merging comes before writing layers and no longer rests: each run costs an open file and a look into
/// its fingerprints. Only a flood of evictions comes so far, such as a rebuild from the journal.
pub const RUNS_MAX: usize = 64;

/// The same as [`MERGE_RATIO`] while there are too many runs: fewer payments are written again for each run saved.
pub const MERGE_RATIO_HURRIED: u64 = 1;

/// Share of one core that merging may use, in per cent: it works, then rests three times as long.
pub const MERGE_SHARE_PERCENT: u32 = 25;

/// The longest rest between two pieces of merging, in milliseconds: after a piece that a slow device held up, waiting
/// longer helps nobody.
pub const MERGE_REST_MAX_MS: u64 = 50;

/// Bytes of a piece of merging, and of a request to write.
pub const WRITE_BYTES: usize = 128 * 1024;

/// Bytes after which a file being written is synced. A sync of the journal may have to wait for all that is unsynced on
/// the same file system, so that is kept small.
pub const SYNC_BYTES: usize = 4 * 1024 * 1024;

/// Blocks that a merge reads from one run at a time.
pub const READ_AHEAD_BLOCKS: usize = 32;

/// Most keys of one partition of fingerprints. Larger ones need fewer bits a key; building one takes some 30 bytes a key.
pub const PARTITION_KEYS_MAX: u64 = 1 << 18;

/// Bytes that writing a layer leaves free on the disk, so that the journal can go on; merging, which can wait, leaves
/// four times as many.
pub const SPACE_RESERVE_BYTES: u64 = 64 * 1024 * 1024;
