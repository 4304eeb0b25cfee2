//! Clearing: what can be set off or settled together, found exactly and with a proof that anybody can check.
//!
//! Everything here is integers and every order is fixed: the same input gives the same bytes, whatever the number of
//! threads. Nothing here is believed: what is proposed carries prices, and the checker that the house runs is another
//! crate, which knows no solver.
//!
//! | for | see |
//! | --- | --- |
//! | debts that are set off in any part | [`set_off::solve`] |
//! | queued payments that settle whole | [`queue::solve`] |
//! | the kernels, each on its own | [`push_relabel::maximum_circulation`], [`network_simplex::solve`] |
//! | the network that every problem becomes | [`Network`], [`Circulation`] |

#![deny(clippy::float_arithmetic, clippy::print_stdout, clippy::print_stderr)]

pub mod fifo;
mod network;
pub mod network_simplex;
pub mod push_relabel;
pub mod queue;
pub mod set_off;

pub use network::{Circulation, Network, NetworkError, SlacknessError};
