//! The optimiser beside the writer: takes what an open run froze, finds what settles together, has it proved, and gives the
//! command that proposes it.
//!
//! The solver is large and clever, so nobody believes it. [`solve`] gives a proposal and a certificate that is worth nothing
//! yet; only [`verify`], which asks `certify` and nothing else, makes a [`Verified`]; and only a [`Verified`] gives the
//! command. What the command says is checked once more by the writer, row by row, against what is so by then.
//!
//! Budgets are in ticks, so that a proposal follows from the instance alone: the same on any machine, on any day. A node runs
//! an [`Optimiser`] on a thread of its own; a simulation calls [`propose`].
//!
//! | for | see |
//! | --- | --- |
//! | an open run as a problem of `certify` | [`instance_of`] |
//! | the solver, and the only way from it to a command | [`solve`], [`verify`], [`Verified::command`] |
//! | a certificate in bytes, and its digest | `certificate.rs` |
//! | the thread of a node | [`Optimiser`] |
//! | why an item waits, and who gains what | [`explain`] |
//! | what offsetting pairs alone would settle, to compare with | [`bilateral_offset_minor`] |
#![deny(clippy::float_arithmetic, clippy::print_stdout, clippy::print_stderr)]

mod bilateral;
mod certificate;
mod explanation;
mod instance;
mod proposal;
mod worker;

pub use bilateral::bilateral_offset_minor;
pub use certificate::certificate_bytes;
pub use explanation::{Explanation, Gain, Obstacle, Waiting, explain};
pub use instance::instance_of;
pub use proposal::{Budget, NoProposal, Solved, Verified, propose, solve, verify};
pub use worker::{Optimiser, Outcome};
