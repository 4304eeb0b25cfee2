//! What a user of the queue's optimiser relies on. Every answer goes through the checker, which knows no solver.

mod brute_force;
mod hard_cases;
mod published;
mod scarce_liquidity;
mod support;
