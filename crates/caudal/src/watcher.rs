//! Whoever watches a run: a bar for people, lines of JSON for programs; and a clock for what the optimiser takes.

use crate::output;
use crate::progress::Bar;
use domain::{EventSeq, RunId};
use lab::driver::{Observer, Phase, Progress};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// How long the solving of each optimisation run took, verified: of those that this process solved.
pub(crate) type SolveTimes = BTreeMap<RunId, Duration>;

/// Whoever watches.
pub(crate) struct Watcher {
    shows: Shows,
    solving_since: Option<Instant>,
    solved: SolveTimes,
}

/// What a run shows while it is under way.
enum Shows {
    /// A bar on a terminal.
    Bar(Bar),
    /// `{"durable_height":N}` for each block that may be relied on, with the last N.
    Json(u64),
}

impl Watcher {
    /// A bar over the payments of a run.
    pub(crate) fn bar(payments: u64) -> Watcher {
        Watcher::showing(Shows::Bar(Bar::new("setting up", payments, "payments")))
    }

    /// Lines of JSON on stderr.
    pub(crate) fn json() -> Watcher {
        Watcher::showing(Shows::Json(0))
    }

    fn showing(shows: Shows) -> Watcher {
        Watcher { shows, solving_since: None, solved: SolveTimes::new() }
    }

    /// What the solving took.
    pub(crate) fn solved(self) -> SolveTimes {
        self.solved
    }
}

impl Observer for Watcher {
    fn durable(&mut self, height: EventSeq) {
        if let Shows::Json(told) = &mut self.shows
            && height.0 > *told
        {
            *told = height.0;
            output::tell(&format!("{{\"durable_height\":{height}}}"));
        }
    }

    fn progress(&mut self, done: Progress) {
        let Shows::Bar(bar) = &self.shows else { return };
        bar.doing(match done.phase {
            Phase::SettingUp => "setting up",
            Phase::Entering => "running",
            Phase::Settling => "settling",
            Phase::Auditing => "auditing",
        });
        bar.at(done.tickets_submitted);
    }

    fn solving(&mut self, _run: RunId) {
        self.solving_since = Some(Instant::now());
    }

    fn solved(&mut self, run: RunId) {
        if let Some(since) = self.solving_since.take() {
            self.solved.insert(run, since.elapsed());
        }
    }
}
