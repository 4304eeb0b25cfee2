//! Every maximum of the engine, by name, in one place.
//!
//! A queue without a maximum is an outage that waits for its load.

use journal::limits::{BLOCK_BYTES_MAX, BLOCK_EVENTS_MAX};

/// Commands in one batch.
pub const BATCH_COMMANDS_MAX: usize = 8_192;

/// Bytes of one command, as counted by [`crate::Machine::command_bytes`]. Half of what an event may take, so that the event
/// that tells of it fits.
pub const COMMAND_BYTES_MAX: usize = 512 * 1024;

/// Bytes of all commands of one batch, counted alike: what they become fits into one block beside what was due.
pub const BATCH_COMMAND_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Steps of the pulse in one block. A clock that jumped, or a quiet week, is caught up in several blocks.
pub const PULSE_STEPS_MAX: usize = 1_024;

/// Events of the pulse in a block that also takes commands; after more of them the commands begin a block of their own.
pub const PULSE_EVENTS_BESIDE_COMMANDS_MAX: usize = 256;

/// The same in bytes.
pub const PULSE_BYTES_BESIDE_COMMANDS_MAX: usize = 2 * 1024 * 1024;

/// Steps of the release of queue heads at the end of a batch; what they leave waits for the next optimisation run.
pub const RELEASE_STEPS_MAX: usize = 256;

/// Batches taken and not yet handed back by [`crate::Engine::poll`] or [`crate::Engine::wait`].
pub const BATCHES_WAITING_MAX: usize = 64;

/// Events replayed between two reports of progress.
pub const REPLAY_EVENTS_PER_REPORT: u64 = 65_536;

/// Emptied lists of answers that are kept for the next batches.
pub const ANSWER_LISTS_KEPT_MAX: usize = 4;

/// Room for the body that a block is given at its start, in bytes a command: the straight path of a payment.
pub const TYPICAL_COMMAND_BYTES: usize = 224;

// A batch whose commands bring about one event each, the straight path, is never split: a crash then finds all of it
// or nothing.
const _: () = assert!(BATCH_COMMANDS_MAX + PULSE_EVENTS_BESIDE_COMMANDS_MAX + RELEASE_STEPS_MAX < BLOCK_EVENTS_MAX);
const _: () = assert!(PULSE_BYTES_BESIDE_COMMANDS_MAX + 2 * BATCH_COMMAND_BYTES_MAX < BLOCK_BYTES_MAX);
const _: () = assert!(2 * COMMAND_BYTES_MAX <= journal::limits::EVENT_BYTES_MAX);
