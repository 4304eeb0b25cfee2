//! The optimiser from the outside.

mod runs;
