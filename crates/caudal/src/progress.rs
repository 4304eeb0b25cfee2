//! Progress bars: on stderr, and only where it is a terminal.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar that is gone when dropped.
pub(crate) struct Bar(ProgressBar);

impl Bar {
    /// A bar of `total` things, with what is being done before it.
    pub(crate) fn new(doing: &'static str, total: u64, things: &str) -> Bar {
        // Hidden by itself where stderr is no terminal.
        let shown = if total > 0 { ProgressDrawTarget::stderr_with_hz(8) } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(total), shown);
        let template = format!("{{msg}} {{bar:40}} {{human_pos}} of {{human_len}} {things}, {{eta}} left");
        bar.set_style(ProgressStyle::with_template(&template).expect("bug: the form of a progress bar"));
        bar.set_message(doing);
        Bar(bar)
    }

    /// How far it is, of how much, where that was not known before.
    pub(crate) fn of(&self, position: u64, total: u64) {
        self.0.set_length(total);
        self.0.set_position(position);
    }

    /// How far it is.
    pub(crate) fn at(&self, position: u64) {
        self.0.set_position(position);
    }

    /// What is being done.
    pub(crate) fn doing(&self, doing: &'static str) {
        self.0.set_message(doing);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
