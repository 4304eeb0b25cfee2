//! Certificates of clearing: what a solver proposes, and the proof without which nobody accepts it.
//!
//! This crate solves nothing and depends on nothing. It takes a problem, an answer and a certificate, goes over them once
//! in exact integers, and either gives a `Verified` that nothing else can make, or says what is not proved. Whoever
//! wrote the certificate, in whatever language and with whatever arithmetic, need not be trusted.
//!
//! One theorem carries it all (weak duality). For rows `A x ≤ b`, boxes `0 ≤ x ≤ u`, profits `w` and any `λ ≥ 0`,
//! `Σ λᵢbᵢ + Σ uⱼ·max(0, wⱼ − Σ λᵢAᵢⱼ)` bounds every solution, integer or not. The multipliers need not be good: bad
//! ones prove a weak bound.
//!
//! | for | see |
//! | --- | --- |
//! | divisible obligations: multilateral set-off, with liquidity | [`set_off`] |
//! | indivisible payments in a queue, under limits | [`queue`] |
//! | value, bound and gap | [`Claim`], [`Gap`] |
//! | why something is not accepted | [`Refused`] |

#![deny(clippy::float_arithmetic, clippy::print_stdout, clippy::print_stderr)]

mod claim;
pub mod queue;
mod refused;
pub mod set_off;

pub use claim::{Claim, Gap};
pub use refused::Refused;
