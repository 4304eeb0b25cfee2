//! A replica: a state that follows durable blocks and decides nothing. It checks what the journal says of the state, and is
//! where snapshots come from, so that the writer never stops for one.

use crate::fault::{OpenFault, SnapshotWarning};
use crate::machine::Machine;
use crate::open::{Options, take_block};
use crate::snapshot::{self, Snapshot};
use journal::{Block, Head};

/// A state at a point of the journal.
pub struct Replica<M: Machine> {
    options: Options<M>,
    state: M::State,
    head: Head,
}

impl<M: Machine> Replica<M> {
    /// Before the first block.
    #[must_use]
    pub fn new(options: Options<M>) -> Self {
        let state = options.machine.genesis();
        Self { options, state, head: Head::EMPTY }
    }

    /// At the point of a snapshot. Whether that is a point of the journal shows when the next block is read.
    ///
    /// # Errors
    /// Why the snapshot is of no use, with the options back.
    pub fn from_snapshot(options: Options<M>, bytes: &[u8]) -> Result<Self, (Options<M>, SnapshotWarning)> {
        match snapshot::decode(&options.machine, bytes) {
            Ok(Snapshot { head, state }) => Ok(Self { options, state, head }),
            Err(warning) => Err((options, warning)),
        }
    }

    /// The options back, of a replica that is of no use.
    #[must_use]
    pub fn into_options(self) -> Options<M> {
        self.options
    }

    /// Where it stands.
    #[must_use]
    pub const fn head(&self) -> Head {
        self.head
    }

    /// The state there.
    pub const fn state(&self) -> &M::State {
        &self.state
    }

    /// Takes the next block in; gives how many digests that the journal names were compared.
    ///
    /// # Errors
    /// [`OpenFault`]: an event cannot be read, or the journal names another state. The replica is of no use then.
    ///
    /// # Panics
    /// If the block is not the next one, and on events that contradict the state.
    pub fn take(&mut self, block: &Block) -> Result<u64, OpenFault> {
        assert_eq!(block.header().first_seq, self.head.next_seq, "a replica takes one block after the other");
        let compared = take_block(&self.options.machine, block, &mut self.state, true)?;
        self.head = self.head.after(block);
        Ok(compared)
    }

    /// The state as bytes, for a quick start from here ([`crate::Engine::open_from_snapshot`]).
    #[must_use]
    pub fn snapshot(&self) -> Vec<u8> {
        snapshot::encode(&self.options.machine, &self.state, &self.head)
    }
}
