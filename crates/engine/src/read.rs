//! Reads: entries of the pipeline, shown when the point they saw is durable.

use crate::fault::Ended;

/// What a read saw, kept back until the point at which it looked is durable ([`crate::Engine::reveal`]).
///
/// The state runs ahead of the journal by the blocks in flight. What it says there may never have happened, so nothing of
/// it may be told.
#[derive(Clone, Debug)]
#[must_use = "a read that is not revealed told nobody anything"]
pub struct Held<R> {
    pub(crate) value: R,
    pub(crate) epoch: u64,
    pub(crate) blocks_needed: u64,
}

/// What became of a read.
#[derive(Clone, Debug)]
pub enum Revealed<R> {
    /// Its point is durable.
    Value(R),
    /// Not yet.
    NotYet(Held<R>),
    /// Its point will never be known to be durable: read again after the journal was opened again.
    Never(Ended),
}
