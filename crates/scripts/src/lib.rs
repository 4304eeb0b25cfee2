//! Scripts: a scheme's worked example as plain text, played on the real engine.
//!
//! A script names a rulebook, members, limits, rates, dated commands and what is to be expected of them, a sentence a line
//! (docs/scripts.md). [`read`] checks the whole text against the rulebook before anything happens; [`play`] drives the
//! engine over a journal in memory and says, date by date, what stood and which expectations held. There is no second
//! model: what is expected is compared with the engine's own state and with the events of its journal, and the auditor
//! looks at each of them.
//!
//! Text in, report out: files, time zones and printing are the caller's ([`Surroundings`]).
//!
//! | for | see |
//! | --- | --- |
//! | every sentence that there is | `grammar.rs` |
//! | how a line is matched with one | `pattern.rs`, `slot.rs` |
//! | what a line means | `script.rs`, `read/` |
//! | what cannot be expected | `read/possible.rs` |
//! | days that open and close while time passes | `play/time.rs` |
//! | commands given, expectations looked up | `play/commands.rs`, `play/observe.rs` |
#![deny(clippy::float_arithmetic, clippy::print_stdout, clippy::print_stderr)]

mod error;
mod grammar;
pub mod limits;
mod membership;
mod names;
mod pattern;
mod play;
mod read;
mod report;
mod script;
mod slot;
mod surroundings;
mod token;
mod words;

pub use error::{ErrorKind, ScriptError};
pub use grammar::{reference, sentences};
pub use play::{PlayFault, play};
pub use read::read;
pub use report::{DateReport, Expected, Failure, Report, Row, money_text};
pub use script::Script;
pub use surroundings::Surroundings;
