//! The loop of the house: gather, pulse, decide, evolve, encode, append, release.
//!
//! An [`Engine`] takes batches of commands, turns each into a block of events, hands it to a [`journal::Journal`], and
//! gives the answers back when the block is durable. It opens no file, reads no clock and starts no thread: time comes
//! with the batch, and whatever waits for a disk is the journal's.
//!
//! * *Durable before visible*: [`Released`] answers and revealed reads ([`Held`]) are those of a durable point only.
//! * *No undo*: after a block that is fenced, unknown or failed, the engine has ended ([`Ended`]). Whoever runs it opens
//!   the journal again and replays; senders submit again under the same references.
//! * *Bounded*: every queue has a maximum in [`limits`].
#![deny(clippy::float_arithmetic, clippy::print_stdout, clippy::print_stderr)]

mod archive;
mod batch;
mod block;
mod engine;
mod fault;
mod ledger_machine;
pub mod limits;
mod machine;
mod open;
mod open_runs;
mod read;
mod replica;
mod snapshot;

pub use archive::{Archive, ArchiveFault, MemoryArchive};
pub use batch::{Answered, Batch, BatchId, ClientTag, Entry, Released};
pub use engine::{Closed, Engine};
pub use fault::{Ended, OpenFault, SnapshotWarning, SubmitFault};
pub use ledger_machine::{Decide, Evolve, LedgerMachine, Memory};
pub use machine::Machine;
pub use open::{Options, Replayed};
pub use read::{Held, Revealed};
pub use replica::Replica;
pub use snapshot::{MadeBy, SNAPSHOT_BEGINNING_BYTES, SNAPSHOT_VERSION, snapshot_made_by};
