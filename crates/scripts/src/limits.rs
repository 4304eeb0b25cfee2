//! The maxima of a script: beyond them it is refused, so that no file can keep the program busy for ever.

/// Bytes of a script.
pub const SCRIPT_BYTES_MAX: usize = 1024 * 1024;

/// Lines of a script.
pub const LINES_MAX: usize = 20_000;

/// Errors reported of one script; what comes after is cut off.
pub const ERRORS_MAX: usize = 50;

/// Calendar days from the first date to the last: every business day between is opened and closed.
pub const DAYS_MAX: i32 = 366 * 20;

/// Members, and institutions, of a script.
pub const PARTIES_MAX: usize = 200;

/// Letters of a name.
pub const NAME_LETTERS_MAX: usize = 32;

/// Rounds of "everybody confirms what is due": a confirmation may make another thing due.
pub(crate) const ROUNDS_MAX: usize = 16;
