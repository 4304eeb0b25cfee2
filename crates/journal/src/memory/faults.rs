//! The plan of faults, and what a crash leaves.

use std::collections::VecDeque;

/// What is to happen to one append.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppendFate {
    /// It becomes durable, after `polls` calls of `poll` found it unfinished. `wait` skips the delay.
    Durable {
        /// Calls of `poll` answered with nothing first.
        polls: u32,
    },
    /// The disk has no room: refused by `admit`, or by `submit` where nobody asked first; nothing accepted, and the next
    /// question asks the plan anew.
    DiskFull,
    /// The sync fails. The block may be on the medium all the same.
    SyncFailed {
        /// Whether it is.
        kept: bool,
    },
    /// The answer is lost.
    Unknown {
        /// Whether the block is in the journal.
        kept: bool,
    },
    /// Just before, another writer takes the next `epochs` epochs (at least one).
    Fenced {
        /// How many.
        epochs: u32,
    },
}

/// Decides the fate of each append, in order of submission.
pub trait FaultPlan: Send {
    /// Fate of the append of the block with this ordinal.
    fn fate(&mut self, block_number: u64) -> AppendFate;
}

/// Every append becomes durable at the first poll.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoFaults;

impl FaultPlan for NoFaults {
    fn fate(&mut self, _block_number: u64) -> AppendFate {
        AppendFate::Durable { polls: 0 }
    }
}

/// A queue of fates, one an append; durable at once when it has run out.
impl FaultPlan for VecDeque<AppendFate> {
    fn fate(&mut self, _block_number: u64) -> AppendFate {
        self.pop_front().unwrap_or(AppendFate::Durable { polls: 0 })
    }
}

/// What of the blocks in flight a crash leaves on the medium. What was reported durable always stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CrashSurvival {
    /// How many of the blocks in flight are there whole, from the oldest on.
    pub blocks_kept: usize,
    /// How many bytes of the next one are there, if it was torn.
    pub torn_bytes: Option<usize>,
    /// Whether the high-water mark already names the kept blocks. They were not acknowledged either way.
    pub mark_follows: bool,
}

impl CrashSurvival {
    /// Nothing in flight survives.
    pub const NOTHING: CrashSurvival = CrashSurvival { blocks_kept: 0, torn_bytes: None, mark_follows: false };

    /// Everything in flight survives, though nobody was told.
    pub const EVERYTHING: CrashSurvival =
        CrashSurvival { blocks_kept: usize::MAX, torn_bytes: None, mark_follows: false };
}
