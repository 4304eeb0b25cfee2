//! The journal: blocks of event bytes, chained by hash, and the promise that what was acknowledged stays.
//!
//! This crate knows bytes, order and outcome, and nothing of what an event means. [`Journal`] is the contract,
//! [`ChainVerifier`] the check that every reader makes, and [`MemoryJournal`] a journal in memory whose faults follow
//! a plan, for simulations. Stores on disk are crates of their own beside this one. The format of a block and its
//! reasons are in `docs/decisions/0004-block-format.md`.
#![deny(clippy::float_arithmetic, clippy::print_stdout, clippy::print_stderr)]

mod append;
mod block;
mod chain;
mod event_lengths;
mod fault;
mod header;
pub mod limits;
pub mod memory;
pub mod merkle;

pub use append::{Blocks, Journal, Outcome, SubmissionPoint, Ticket, barrier_after};
pub use block::{Block, BlockDraft, seal};
pub use chain::{ChainVerifier, Head, Mark, verify_chain};
pub use fault::JournalFault;
pub use header::{BLOCK_FORMAT, BLOCK_MAGIC, BlockHeader, HEADER_BYTES, Hash, NO_PREVIOUS};
pub use memory::{AppendFate, CrashSurvival, FaultPlan, MemoryDisk, MemoryJournal, NoFaults};
