//! The optimiser from the outside.

mod reasons;
mod runs;
