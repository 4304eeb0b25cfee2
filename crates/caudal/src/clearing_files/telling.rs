//! How far the work is: a bar where stderr is a terminal, a line each second where it is not.

use crate::output;
use crate::progress::Bar;
use std::io::IsTerminal;
use std::time::{Duration, Instant};

const BETWEEN_LINES: Duration = Duration::from_secs(1);

/// A piece of work that may take a while. Quick ones say nothing.
pub(crate) struct Telling {
    bar: Option<Bar>,
    doing: String,
    things: &'static str,
    total: u64,
    next_line: Instant,
}

impl Telling {
    /// `total` things, 0 where nobody knows how many.
    pub(crate) fn new(doing: &'static str, total: u64, things: &'static str) -> Telling {
        let bar = std::io::stderr().is_terminal().then(|| Bar::new(doing, total, things));
        Telling { bar, doing: doing.to_owned(), things, total, next_line: Instant::now() + BETWEEN_LINES }
    }

    /// How far it is; `more` is said where there is room for it.
    pub(crate) fn at(&mut self, position: u64, more: impl FnOnce() -> String) {
        if let Some(bar) = &self.bar {
            bar.at(position);
        } else if Instant::now() >= self.next_line {
            self.next_line = Instant::now() + BETWEEN_LINES;
            let of = if self.total > 0 { format!(" of {}", self.total) } else { String::new() };
            output::tell(&format!("progress: {}: {position}{of} {}{}", self.doing, self.things, more()));
        }
    }
}
