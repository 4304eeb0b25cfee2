//! How fast the tables are filled: how much at once, and how long to rest after it.

use std::time::{Duration, Instant};

/// How much is written in one transaction, and how much of the time is left to others.
///
/// A transaction holds whole blocks: it ends with the block that reaches the number of events.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pace {
    /// Events after which a transaction ends.
    pub events_per_transaction: u32,
    /// Rest after a transaction, in percent of the time that it took. 300 leaves three quarters of the time of one core.
    pub rest_percent: u32,
}

impl Pace {
    /// As fast as it goes: for a command whose user waits.
    pub const FAST: Pace = Pace { events_per_transaction: 65_536, rest_percent: 0 };

    /// Beside a writer on the same machine: small transactions, at most a quarter of one core.
    pub const BESIDE_WRITER: Pace = Pace { events_per_transaction: 4_096, rest_percent: 300 };
}

/// Whether to go on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Flow {
    /// Go on.
    GoOn,
    /// Stop here, with everything told so far in the tables.
    Stop,
}

/// One transaction's worth.
pub(crate) struct Stretch {
    pace: Pace,
    began: Instant,
    events: u32,
}

impl Stretch {
    pub(crate) fn begin(pace: Pace) -> Stretch {
        Stretch { pace, began: Instant::now(), events: 0 }
    }

    pub(crate) fn has_room(&self) -> bool {
        self.events < self.pace.events_per_transaction.max(1)
    }

    pub(crate) fn took(&mut self, events: u32) {
        // A barrier counts too, so that a journal of barriers alone does not fill one transaction without end.
        self.events = self.events.saturating_add(events.max(1));
    }

    /// Leaves the machine to others for as long as the pace says.
    pub(crate) fn rest(&self) {
        let worked = self.began.elapsed();
        let rest = worked.saturating_mul(self.pace.rest_percent) / 100;
        if rest > Duration::ZERO {
            std::thread::sleep(rest);
        }
    }
}
