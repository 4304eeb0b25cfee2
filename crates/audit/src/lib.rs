//! The auditor: a plain model of the clearing house with its own logic, and the verification of a journal by it.
//!
//! It reads events only, believes nothing that a rule determines, and recomputes it: amounts from published rates, the
//! set that an optimisation run releases, positions, interest, nets, settlement legs, and the digest of the state. It
//! shares the vocabulary (`domain`) with the ledger and none of its logic; everything is a plain struct in a plain map,
//! slow and obvious.
//!
//! | for | see |
//! | --- | --- |
//! | one event after the other | [`Model::apply`] |
//! | the state in 32 bytes, or row by row | [`Model::digest`], [`Model::rows`] |
//! | figures of a run | [`Model::figures`], [`Model::positions_sum_to_zero`], [`Model::trial_balance`] |
//! | a whole journal | [`verify`] |
//! | one payment's events and postings | [`walk()`] |
#![deny(clippy::float_arithmetic, clippy::print_stdout, clippy::print_stderr)]

mod acts;
mod arithmetic;
mod arrears;
mod authority;
mod books;
mod calendar;
mod canonical_rows;
mod clearing;
mod conformity;
mod conversion;
mod credit;
mod cycle;
mod day;
mod entry;
mod exit;
mod fees;
mod fifo;
mod finding;
mod identifiers;
mod limits;
mod member_limits;
mod membership;
mod memory;
mod mirror;
mod model;
mod open_run;
mod order_form;
mod payment;
mod payout;
mod pricing;
mod queue;
mod registry;
mod reserve;
mod returns;
mod settlement;
mod summary;
mod transfers;
mod unit;
mod verify;
mod walk;

pub use finding::{Check, Finding};
pub use mirror::{AccountPosting, Mirror, MirrorCause, MirrorPosting, mirror, postings};
pub use model::Model;
pub use summary::{Balance, Figures};
pub use verify::{Verified, Verifier, VerifyFault, verify};
pub use walk::{Footprint, walk};
