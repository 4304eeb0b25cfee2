//! Whoever watches a run: a bar for people, lines of JSON for programs.

use crate::output;
use crate::progress::Bar;
use domain::EventSeq;
use lab::driver::{Observer, Phase, Progress};

/// What a run shows while it is under way.
pub(crate) enum Watcher {
    /// A bar on a terminal.
    Bar(Bar),
    /// `{"durable_height":N}` for each block that may be relied on, with the last N.
    Json(u64),
}

impl Watcher {
    /// A bar over the payments of a run.
    pub(crate) fn bar(payments: u64) -> Watcher {
        Watcher::Bar(Bar::new("setting up", payments, "payments"))
    }
}

impl Observer for Watcher {
    fn durable(&mut self, height: EventSeq) {
        if let Watcher::Json(told) = self
            && height.0 > *told
        {
            *told = height.0;
            output::tell(&format!("{{\"durable_height\":{height}}}"));
        }
    }

    fn progress(&mut self, done: Progress) {
        let Watcher::Bar(bar) = self else { return };
        bar.doing(match done.phase {
            Phase::SettingUp => "setting up",
            Phase::Entering => "running",
            Phase::Settling => "settling",
            Phase::Auditing => "auditing",
        });
        bar.at(done.tickets_submitted);
    }
}
