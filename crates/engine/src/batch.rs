//! What goes in and what comes out: batches of commands, and their answers when they are durable.

use domain::{EventSeq, Timestamp};
use std::ops::Range;

/// To whom an answer goes, when the commands of several clients travel in one batch. The engine only carries it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct ClientTag(pub u64);

/// Names a batch: the n-th that an engine took since it was opened.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct BatchId(pub u64);

/// A command with whoever waits for its answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry<C> {
    /// To whom its answer goes.
    pub client: ClientTag,
    /// The command.
    pub command: C,
}

/// Commands that become one block, decided in this order at one time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Batch<C = domain::Command> {
    /// The clock's time. The block's is the later of it and the last block's.
    pub given: Timestamp,
    /// Whatever the caller wants to find again in [`Released`].
    pub correlation: u64,
    /// The commands.
    pub entries: Vec<Entry<C>>,
}

impl<C> Batch<C> {
    /// A batch without commands: only what has become due happens.
    #[must_use]
    pub const fn pulse(given: Timestamp) -> Self {
        Self { given, correlation: 0, entries: Vec::new() }
    }

    /// Commands of one client.
    #[must_use]
    pub fn of(given: Timestamp, commands: impl IntoIterator<Item = C>) -> Self {
        let client = ClientTag::default();
        let entries = commands.into_iter().map(|command| Entry { client, command }).collect();
        Self { given, correlation: 0, entries }
    }

    /// The same batch, to be found again under a number of the caller's.
    #[must_use]
    pub fn correlated(self, correlation: u64) -> Self {
        Self { correlation, ..self }
    }

    /// Adds a command of a client.
    pub fn push(&mut self, client: ClientTag, command: C) {
        self.entries.push(Entry { client, command });
    }
}

/// An answer with whom it goes to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Answered<A> {
    /// The client of the command.
    pub client: ClientTag,
    /// The answer.
    pub answer: A,
}

/// A batch whose events are durable: from here on its answers may be told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Released<A = ledger::Answer> {
    /// The batch.
    pub batch: BatchId,
    /// The caller's number of it.
    pub correlation: u64,
    /// One answer a command, in the order of the commands.
    pub answers: Vec<Answered<A>>,
    /// Commands at the end of the batch that were not looked at, because the disk ran full in the middle of a batch too
    /// large for one block. They consumed nothing and may be submitted again.
    pub not_taken: usize,
    /// Its events, from the first to before the last; empty if nothing happened.
    pub events: Range<EventSeq>,
    /// Number of events that are durable.
    pub durable_height: EventSeq,
}
