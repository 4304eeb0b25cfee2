//! The block that a batch is becoming.

use crate::limits::TYPICAL_COMMAND_BYTES;
use crate::machine::Machine;
use domain::{EventSeq, Timestamp};
use journal::BlockDraft;
use journal::limits::{BLOCK_BYTES_MAX, BLOCK_EVENTS_MAX, EVENT_BYTES_MAX};

pub(crate) struct BlockInWork {
    draft: BlockDraft,
}

impl BlockInWork {
    /// An empty block with room for the straight path of so many commands.
    pub(crate) fn new(epoch: u64, first: EventSeq, now: Timestamp, commands: usize) -> Self {
        let mut draft = BlockDraft::new(epoch, first.0, now.0);
        if commands > 0 {
            draft.body.reserve(commands * TYPICAL_COMMAND_BYTES);
            draft.event_ends.reserve(commands);
        }
        Self { draft }
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp(self.draft.time_us)
    }

    pub(crate) fn epoch(&self) -> u64 {
        self.draft.epoch
    }

    pub(crate) fn events(&self) -> usize {
        self.draft.count()
    }

    pub(crate) fn bytes(&self) -> usize {
        self.draft.body.len()
    }

    pub(crate) fn into_draft(self) -> BlockDraft {
        self.draft
    }

    /// Appends events that belong together, all of them or, where they do not fit any more, none.
    ///
    /// # Panics
    /// If one event, or all of them in an empty block, pass the journal's maxima: commands are bounded at the door and
    /// steps by the ledger, so that is a bug, and found before anything evolved.
    pub(crate) fn append<M: Machine>(&mut self, machine: &M, events: &[M::Event]) -> bool {
        let (events_before, bytes_before) = (self.draft.event_ends.len(), self.draft.body.len());
        for event in events {
            let start = self.draft.body.len();
            machine.encode(event, &mut self.draft.body);
            let event_bytes = self.draft.body.len() - start;
            assert!(event_bytes <= EVENT_BYTES_MAX, "an event of {event_bytes} bytes was decided");
            if self.draft.event_ends.len() == BLOCK_EVENTS_MAX || self.draft.body.len() > BLOCK_BYTES_MAX {
                self.draft.body.truncate(bytes_before);
                self.draft.event_ends.truncate(events_before);
                assert!(events_before > 0, "one step decided {} events that no block can hold", events.len());
                return false;
            }
            self.draft.end_event();
        }
        true
    }
}
