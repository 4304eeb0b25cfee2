//! The clearing house as a state machine: [`decide`] reads the state and gives events, [`evolve`] alone changes it.
//!
//! Live and in replay the same events give the same state, bit for bit. There is no I/O, no clock, no randomness and no
//! failure here: time comes with the block, what disk holds is [`needs`]-ed and gathered before, a rule that says no is
//! an event, and what cannot be is an assertion that stays on in release.
//!
//! | for | see |
//! | --- | --- |
//! | one command, from checks to events | `decide/`, a file per kind of command |
//! | limits and reservations | `admission.rs` |
//! | prices | `pricing.rs` |
//! | what falls due by time | `pulse/`: fixing, run, close, receipts |
//! | the FIFO-maximal set | `fifo.rs` |
//! | what an open run holds frozen, and whether a proposal may post | `frozen.rs` |
//! | nets, interest, conversion, settlement legs | `netting.rs` |
//! | nets parted into cash and credit, claims and debts, interest on them | `credit.rs` |
//! | who can draw what today | `facilities.rs` |
//! | who is paid what when a pay-in is missing | `completion.rs` |
//! | how an event changes the state | `evolve/` |
//! | what leaves memory and comes back | `memory.rs` |
//! | payments, their table of keys | `payments.rs`, `look_up.rs`, `look_ahead.rs` |
//! | what others may read | `view.rs` |
//! | the canonical form | `digest.rs` |
#![deny(clippy::float_arithmetic, clippy::print_stdout, clippy::print_stderr)]

mod accounts;
mod admission;
mod calendar;
mod completion;
mod credit;
mod decide;
mod digest;
mod evolve;
pub mod facilities;
mod fifo;
mod frozen;
pub mod limits;
mod look_ahead;
mod look_up;
mod member_limits;
mod memory;
mod netting;
mod payments;
mod pricing;
mod pulse;
mod reserve;
mod state;
mod unit;
pub mod view;
mod view_credit;
mod view_limits;
pub mod view_reserve;

pub use decide::{Answer, Gathered, KnownPayment, Needs, decide, iso7064_mod_11_10, kind_of};
pub use evolve::evolve;
pub use look_ahead::{LOOK_AHEAD, look_ahead_of_command, look_ahead_of_event};
pub use memory::{EVICTION_STEP_PAYMENTS, eviction, needs};
pub use pulse::{RunBudget, pulse, release};
pub use state::State;
