//! Maxima of a rulebook file: a file beyond them is refused before it is read further.

/// Most bytes of a file. The longest of our own has about twelve thousand.
pub const FILE_BYTES_MAX: usize = 256 * 1024;

/// Most errors given at once: a file that is no rulebook at all would give one for each of its lines.
pub const ERRORS_MAX: usize = 50;

/// Most characters of a text that people read.
pub const TEXT_CHARACTERS_MAX: usize = 600;

/// Most characters of a found value that an error repeats.
pub const FOUND_CHARACTERS_MAX: usize = 60;

/// Most entries of a list.
pub const LIST_ENTRIES_MAX: usize = 100;
