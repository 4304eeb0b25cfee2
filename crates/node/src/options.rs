//! How a node is run.

use optimiser::Budget;
use payloads::HouseKey;
use std::sync::Arc;

/// Payments that stay in memory when they are closed: a day's returns and repetitions of a large house find them there.
pub const PAYMENTS_IN_MEMORY: u64 = 1_000_000;

/// Events between two snapshots.
pub const SNAPSHOT_EVERY_EVENTS: u64 = 500_000;

/// Share of the time that a thread beside the writer works, in parts per million.
pub const WORK_SHARE_PPM: u32 = 250_000;

/// How long a run stays open for the optimiser, in microseconds: far less than from one run to the next.
pub const OPEN_US: i64 = 60_000_000;

/// How a node is run.
#[derive(Clone)]
pub struct Options {
    /// Key of the ledger's hash tables, drawn by each process.
    pub table_key: u64,
    /// Payments in memory before the oldest closed ones leave it; none: all stay.
    pub payments_in_memory: Option<u64>,
    /// The shadow replica; none: snapshots are written at a clean close only.
    pub shadowing: Option<Shadowing>,
    /// The optimiser of open runs; none: runs end at once, in order of entry.
    pub optimising: Option<Optimising>,
    /// Key of the house for personal data; none: the node keeps none.
    pub house_key: Option<Arc<HouseKey>>,
}

/// How the shadow works.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Shadowing {
    /// Events after which it writes a snapshot.
    pub snapshot_every_events: u64,
    /// Share of the time that it works, in parts per million.
    pub work_share_ppm: u32,
}

/// How open runs are optimised.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Optimising {
    /// How long a run stays open at most, in microseconds; less where the next run or the close comes before.
    pub open_us: i64,
    /// What the optimiser may do in a run.
    pub budget: Budget,
}

impl Default for Optimising {
    fn default() -> Self {
        Self { open_us: OPEN_US, budget: Budget::default() }
    }
}

impl Default for Shadowing {
    fn default() -> Self {
        Self { snapshot_every_events: SNAPSHOT_EVERY_EVENTS, work_share_ppm: WORK_SHARE_PPM }
    }
}

impl Options {
    /// A house with everything on.
    #[must_use]
    pub fn new(table_key: u64) -> Self {
        Self {
            table_key,
            payments_in_memory: Some(PAYMENTS_IN_MEMORY),
            shadowing: Some(Shadowing::default()),
            optimising: Some(Optimising::default()),
            house_key: None,
        }
    }
}
