//! The vocabulary of the clearing house: identifiers, commands, events, refusals, the typed rules of an arrangement,
//! the states of a payment, the chart of accounts, and the canonical form of the state with its digest.
//!
//! `domain` knows no bytes of a journal, no rulebook file and no decision: it names things. Whatever decides is in
//! `ledger`, whatever is written is in `codec` and `journal`. The serde implementations serve snapshots only: those are
//! caches, and any release may change their form.
#![deny(clippy::float_arithmetic, clippy::print_stdout, clippy::print_stderr)]

pub mod account;
pub mod accumulator;
pub mod canonical;
pub mod command;
mod command_kind;
pub mod credit;
pub mod event;
mod event_parts;
pub mod ids;
pub mod limit;
pub mod membership;
pub mod original;
pub mod payment;
pub mod plan;
pub mod refusal;
mod refusal_explained;
pub mod refusal_text;
pub mod reserve;
pub mod run;
pub mod time;

pub use account::{AccountKey, AccountKind, BookId, Owner};
pub use command::{Command, CommandBody, Order, RunProposal, SubmitPayment};
pub use credit::{Holding, HoldingKind};
pub use event::{Event, EventBody};
pub use ids::*;
pub use original::PaymentOriginal;
pub use payment::{Amounts, Bucket, PaymentState};
pub use plan::Plan;
pub use refusal::Refusal;
pub use run::{RunInstance, RunItem, RunMethod, RunParticipant, RunProof};
pub use time::{Date, Timestamp};
