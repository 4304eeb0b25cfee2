//! The clearing house as a state machine. (Skeleton of signatures; see the crate's history.)
#![deny(clippy::float_arithmetic, clippy::print_stdout, clippy::print_stderr)]
