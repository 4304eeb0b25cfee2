//! What someone should know although the command goes on: `warning[CODE]: …` and `note: …` on stderr.

use crate::failure::one_line;
use crate::output;
use std::fmt::Display;

/// Something is not as it should be, and nothing is lost by it.
pub(crate) fn warn(code: &str, message: impl Display) {
    output::tell(&format!("warning[{code}]: {}", one_line(&message.to_string())));
}

/// Something that a figure rests on.
pub(crate) fn note(message: impl Display) {
    output::tell(&format!("note: {}", one_line(&message.to_string())));
}
