//! Every maximum of the journal, by name, in one place.
//!
//! A queue without a maximum is an outage that waits for its load; a length without one is a way to be made to allocate.

/// Blocks submitted whose outcome is not known yet. Two are enough to keep the disk busy while the next block is
/// being decided; a third would only lengthen what a crash leaves unanswered.
pub const IN_FLIGHT_MAX: usize = 2;

/// Events in one block.
pub const BLOCK_EVENTS_MAX: usize = 65_536;

/// Bytes of all events of one block together.
pub const BLOCK_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Bytes of one event.
pub const EVENT_BYTES_MAX: usize = 1024 * 1024;

/// Verified blocks that a reader prepares ahead of its consumer.
pub const READ_AHEAD_BLOCKS_MAX: usize = 2;

/// Bytes that the event lengths of one block take at most: five bytes an event, the longest `u32` in LEB128.
pub const BLOCK_LENGTHS_BYTES_MAX: usize = BLOCK_EVENTS_MAX * 5;
