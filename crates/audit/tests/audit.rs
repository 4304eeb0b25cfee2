//! The auditor against event sequences written by hand: one of each shape of arrangement, the published examples, and a
//! table of sequences in which one thing was altered.

mod acceptance;
mod journals;
mod plans;
mod published;
mod pull;
mod push_fixed;
mod push_open;
mod story;
mod tampers;
