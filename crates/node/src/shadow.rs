//! The shadow: a replica of durable blocks in a thread of its own. It compares its state with every digest that the journal
//! names, and writes the snapshots that the next start uses; the writer never stops for one.

use crate::archive;
use crate::follower::{Follow, Stopped};
use crate::snapshots::{self, LettingGo};
use crate::throttle::Throttle;
use engine::{LedgerMachine, Replica};
use history::History;
use journal::{Block, Head};
use std::path::PathBuf;
use std::sync::Arc;

/// A replica of the house in a folder.
pub(crate) struct Shadow {
    replica: Replica<LedgerMachine>,
    history: Arc<History>,
    dir: PathBuf,
    /// Events after which a new snapshot is worth its bytes.
    snapshot_every_events: u64,
    /// Height of the last snapshot.
    snapshot_at: u64,
}

impl Shadow {
    pub(crate) fn new(
        replica: Replica<LedgerMachine>,
        history: Arc<History>,
        dir: PathBuf,
        snapshot_every_events: u64,
    ) -> Self {
        let snapshot_at = replica.head().next_seq;
        Self { replica, history, dir, snapshot_every_events: snapshot_every_events.max(1), snapshot_at }
    }

    fn is_worth_a_snapshot(&self) -> bool {
        self.replica.head().next_seq - self.snapshot_at >= self.snapshot_every_events
    }
}

impl Follow for Shadow {
    const NAME: &'static str = "shadow";

    fn head(&self) -> Head {
        self.replica.head()
    }

    fn take(&mut self, block: &Block) -> Result<(), Stopped> {
        match self.replica.take(block) {
            Ok(_) => Ok(()),
            Err(fault) => Err(Stopped { for_good: true, code: fault.code(), message: fault.to_string() }),
        }
    }

    fn caught_up(&mut self, throttle: &mut Throttle) -> Result<(), Stopped> {
        if !self.is_worth_a_snapshot() {
            return Ok(());
        }
        // A snapshot is of no use without what had left memory before it: that first, and durably.
        if self.replica.state().last_eviction() > self.history.complete_to() {
            match self.history.flush() {
                Ok(()) => {}
                // The next start makes it anew; until then no snapshot is of use.
                Err(fault) if archive::note_damage(&self.dir, &fault) => return Ok(()),
                Err(fault) => {
                    return Err(Stopped { for_good: false, code: fault.code(), message: fault.to_string() });
                }
            }
            if self.replica.state().last_eviction() > self.history.complete_to() {
                // The writer has not heard yet that it is durable: at the next look.
                return Ok(());
            }
        }
        let snapshot = self.replica.snapshot();
        let height = self.replica.head().next_seq;
        throttle.begin();
        snapshots::write(&self.dir, height, &snapshot, LettingGo::OfAnyVersion, &mut || throttle.breathe())?;
        self.snapshot_at = height;
        Ok(())
    }
}
