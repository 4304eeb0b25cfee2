//! The auditor against event sequences written by hand: one of each shape of arrangement with the published examples,
//! and tables of sequences in which one thing was altered.

mod flips;
mod journals;
mod open_run;
mod plans;
mod pull;
mod push_fixed;
mod push_open;
mod story;
mod tampers;
