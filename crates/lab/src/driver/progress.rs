//! How far a run is, for whoever watches.

use domain::{Date, EventSeq, RunId};

/// Which part of a run is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Everything before the first day.
    SettingUp,
    /// The days of the window.
    Entering,
    /// After the window: what is open settles.
    Settling,
    /// The auditor has the rest of the blocks to check.
    Auditing,
}

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Which part is under way.
    pub phase: Phase,
    /// The date, once there is one.
    pub date: Option<Date>,
    /// The business day of the window that is under way, from 1; 0 before the first.
    pub business_day: u64,
    /// How many there are.
    pub business_days: u64,
    /// Tickets submitted so far, those of before a restart included.
    pub tickets_submitted: u64,
    /// How many there are.
    pub tickets: u64,
}

/// Somebody who watches a run.
pub trait Observer {
    /// Everything before this event is durable: told after each block that became so, rising.
    fn durable(&mut self, height: EventSeq);

    /// How far the run is: told after each step.
    fn progress(&mut self, done: Progress);

    /// The optimiser begins to solve a run: for whoever has a clock.
    fn solving(&mut self, _run: RunId) {}

    /// The optimiser has solved that run, and its answer is verified; or there is none.
    fn solved(&mut self, _run: RunId) {}
}

/// Nobody watches.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unobserved;

impl Observer for Unobserved {
    fn durable(&mut self, _height: EventSeq) {}

    fn progress(&mut self, _done: Progress) {}
}
