//! The state machine that an engine drives, and how its events become bytes.

use crate::archive::ArchiveFault;
use domain::{EventSeq, Timestamp};
use journal::Head;

/// A deterministic state machine with its encoding. [`crate::LedgerMachine`] is the clearing house; tests of the engine
/// use a smaller one.
///
/// Every function but [`Machine::evolve`] only reads. None of them may use a clock, chance, input or output.
pub trait Machine {
    /// What the machine remembers.
    type State;
    /// What somebody asks.
    type Command;
    /// What happened.
    type Event;
    /// What the sender of a command is told.
    type Answer;
    /// What a command needs from outside memory.
    type Needs;
    /// What was fetched.
    type Gathered;

    /// The state before the first event.
    fn genesis(&self) -> Self::State;

    /// Number of the next event.
    fn next_seq(&self, state: &Self::State) -> EventSeq;

    /// Time of the last event.
    fn now(&self, state: &Self::State) -> Timestamp;

    /// Digest of the canonical form of the state.
    fn digest(&self, state: &Self::State) -> [u8; 32];

    /// How much a command carries: an upper bound of the bytes of an event that tells of it, overhead aside.
    fn command_bytes(&self, command: &Self::Command) -> usize;

    /// How many commands or events to look ahead of at a time; see [`Machine::look_ahead_of_command`].
    const LOOK_AHEAD: usize = 1;

    /// Told of each command of a few before the first of them is decided, so that waiting for memory overlaps. It reads,
    /// and changes nothing.
    fn look_ahead_of_command(&self, _state: &Self::State, _command: &Self::Command) {}

    /// The same for events that are taken into the state.
    fn look_ahead_of_event(&self, _state: &Self::State, _event: &Self::Event) {}

    /// What must be fetched before the command is decided.
    fn needs(&self, state: &Self::State, command: &Self::Command) -> Self::Needs;

    /// Fetches it.
    ///
    /// # Errors
    /// [`ArchiveFault`]: it cannot be told, and nothing is decided on a guess.
    fn gather(&self, needs: Self::Needs) -> Result<Self::Gathered, ArchiveFault>;

    /// Fetches for several commands at once, before the first of them is decided: one entry a command, `None` where what
    /// it needs may change with those before it, so that it is fetched in its turn.
    ///
    /// # Errors
    /// [`ArchiveFault`].
    fn gather_ahead(&self, needs: Vec<Self::Needs>) -> Result<Vec<Option<Self::Gathered>>, ArchiveFault> {
        Ok(needs.iter().map(|_| None).collect())
    }

    /// Everything up to `head` is durable.
    fn durable(&self, _head: &Head) {}

    /// Whether what the state no longer holds is where it can be gathered from: a snapshot is of no use otherwise.
    fn has_what_left(&self, _state: &Self::State) -> bool {
        true
    }

    /// The next thing due at `now` and nothing more, as events; `false` if nothing is due.
    fn pulse(&self, state: &Self::State, now: Timestamp, out: &mut Vec<Self::Event>) -> bool;

    /// Decides a command.
    fn decide(
        &self,
        state: &Self::State,
        now: Timestamp,
        command: &Self::Command,
        gathered: &Self::Gathered,
        out: &mut Vec<Self::Event>,
    ) -> Self::Answer;

    /// The next release that receipts of this batch allow, as events; `false` if there is none.
    fn release(&self, state: &Self::State, now: Timestamp, out: &mut Vec<Self::Event>) -> bool;

    /// Takes an event into the state; `at` is its number, the one that [`Machine::next_seq`] gave.
    fn evolve(&self, state: &mut Self::State, at: EventSeq, now: Timestamp, event: &Self::Event);

    /// Appends the bytes of an event.
    fn encode(&self, event: &Self::Event, out: &mut Vec<u8>);

    /// Reads the bytes of exactly one event.
    ///
    /// # Errors
    /// What is wrong with the bytes.
    fn decode(&self, bytes: &[u8]) -> Result<Self::Event, String>;

    /// Digest of the state just before the event, where the event names it.
    fn digest_named_by(&self, event: &Self::Event) -> Option<[u8; 32]>;

    /// The state as bytes, for a snapshot.
    fn save(&self, state: &Self::State) -> Vec<u8>;

    /// A state from the bytes of a snapshot that this very program made.
    ///
    /// # Errors
    /// What is wrong with the bytes.
    fn restore(&self, bytes: &[u8]) -> Result<Self::State, String>;
}
