//! Opening: from a journal to a state, by replay or from a snapshot and the rest by replay.

use crate::engine::Engine;
use crate::fault::{OpenFault, SnapshotWarning};
use crate::ledger_machine::LedgerMachine;
use crate::limits::REPLAY_EVENTS_PER_REPORT;
use crate::machine::Machine;
use crate::snapshot::{self, Snapshot};
use domain::{EventSeq, Timestamp};
use journal::{Block, Head, Journal, JournalFault};

/// How to open.
#[derive(Clone)]
pub struct Options<M = LedgerMachine> {
    /// The state machine.
    pub machine: M,
    /// Whether replay recomputes each digest that the journal names and compares. Costs what the digests cost.
    pub check_digests: bool,
}

impl Options {
    /// The clearing house, with digests checked.
    #[must_use]
    pub fn ledger(table_key: u64) -> Self {
        Self { machine: LedgerMachine::new(table_key), check_digests: true }
    }
}

/// How far replay has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Replayed {
    /// Events in the state.
    pub height: EventSeq,
    /// Events in the journal.
    pub of: EventSeq,
}

impl<J: Journal, M: Machine> Engine<J, M> {
    /// Replays everything durable. `progress` is told now and then, and at the end.
    ///
    /// # Errors
    /// [`OpenFault`].
    pub fn open(journal: J, options: Options<M>, progress: &mut dyn FnMut(Replayed)) -> Result<Self, OpenFault> {
        let state = options.machine.genesis();
        let state = Replay { options: &options, progress }.run(&journal, &Head::EMPTY, state)?;
        Ok(Self::at(journal, options.machine, state))
    }

    /// As [`Engine::open_from_snapshots`], with one snapshot to begin with.
    ///
    /// # Errors
    /// [`OpenFault`].
    pub fn open_from_snapshot(
        journal: J,
        snapshot: &[u8],
        options: Options<M>,
        progress: &mut dyn FnMut(Replayed),
    ) -> Result<(Self, Option<SnapshotWarning>), OpenFault> {
        let (mut only, mut warning) = (Some(snapshot.to_vec()), None);
        let mut next = || only.take();
        let engine =
            Self::open_from_snapshots(journal, &mut next, options, &mut |found| warning = Some(found), progress)?;
        Ok((engine, warning))
    }

    /// Begins with the first snapshot of those that `next` gives that fits, and replays what came after it. One that does not
    /// fit (damaged, of another version, of another journal, of one that was longer, without what had left memory before
    /// it) is told of, and the next one is tried; when there is none any more, everything is replayed. So a snapshot that
    /// does not fit costs time and nothing else.
    ///
    /// # Errors
    /// [`OpenFault`].
    pub fn open_from_snapshots(
        journal: J,
        next: &mut dyn FnMut() -> Option<Vec<u8>>,
        options: Options<M>,
        warn: &mut dyn FnMut(SnapshotWarning),
        progress: &mut dyn FnMut(Replayed),
    ) -> Result<Self, OpenFault> {
        while let Some(bytes) = next() {
            let decoded = snapshot::decode(&options.machine, &bytes);
            drop(bytes);
            let (head, state) = match decoded {
                Err(warning) => {
                    warn(warning);
                    continue;
                }
                Ok(Snapshot { head, state }) => (head, state),
            };
            let height = EventSeq(head.next_seq);
            if !options.machine.has_what_left(&state) {
                warn(SnapshotWarning::ArchiveBehind { height });
                continue;
            }
            match (Replay { options: &options, progress }).run(&journal, &head, state) {
                Ok(state) => return Ok(Self::at(journal, options.machine, state)),
                // Also where the journal itself is at fault: replaying it from the start will say so.
                Err(OpenFault::Journal(JournalFault::Forked { .. })) => {
                    warn(SnapshotWarning::NotOfThisJournal { height });
                }
                Err(fault) => return Err(fault),
            }
        }
        Self::open(journal, options, progress)
    }
}

struct Replay<'a, M> {
    options: &'a Options<M>,
    progress: &'a mut dyn FnMut(Replayed),
}

impl<M: Machine> Replay<'_, M> {
    fn run<J: Journal>(&mut self, journal: &J, after: &Head, mut state: M::State) -> Result<M::State, OpenFault> {
        let of = EventSeq(journal.head().next_seq);
        let mut reported = after.next_seq;
        for block in journal.read_after(after)? {
            take_block(&self.options.machine, &block?, &mut state, self.options.check_digests)?;
            let height = self.options.machine.next_seq(&state);
            if height.0 - reported >= REPLAY_EVENTS_PER_REPORT {
                reported = height.0;
                (self.progress)(Replayed { height, of });
            }
        }
        (self.progress)(Replayed { height: self.options.machine.next_seq(&state), of });
        Ok(state)
    }
}

/// Takes the events of a block into a state; gives how many digests that they name were compared. The first fault in the
/// order of the events counts.
pub(crate) fn take_block<M: Machine>(
    machine: &M,
    block: &Block,
    state: &mut M::State,
    check_digests: bool,
) -> Result<u64, OpenFault> {
    let now = Timestamp(block.header().time_us);
    let mut events = block.events().map(|(seq, bytes)| (EventSeq(seq), machine.decode(bytes)));
    let mut ahead = Vec::with_capacity(M::LOOK_AHEAD);
    let mut compared = 0;
    loop {
        ahead.extend(events.by_ref().take(M::LOOK_AHEAD));
        if ahead.is_empty() {
            return Ok(compared);
        }
        for event in ahead.iter().filter_map(|(_, event)| event.as_ref().ok()) {
            machine.look_ahead_of_event(state, event);
        }
        for (seq, event) in ahead.drain(..) {
            let event = event.map_err(|detail| OpenFault::EventUnreadable { seq, detail })?;
            if check_digests && let Some(named) = machine.digest_named_by(&event) {
                let found = machine.digest(state);
                if found != named {
                    return Err(OpenFault::DigestMismatch { seq, named, found });
                }
                compared += 1;
            }
            machine.evolve(state, seq, now, &event);
        }
    }
}
