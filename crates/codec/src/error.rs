//! Why bytes are not an event.

use std::fmt;

/// Why bytes are not an event that this program can read. Codes are permanent.
///
/// Positions are bytes from the start of the input.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DecodeError {
    /// A type of event that this program does not know: it was written by a newer one. A program that meets it in a
    /// journal refuses to start.
    UnknownType {
        /// The type's number.
        number: u64,
    },
    /// A version of an event type, or of the plan in it, that this program does not know: it was written by a newer one.
    /// A program that meets it in a journal refuses to start.
    UnknownVersion {
        /// Name of the type.
        name: &'static str,
        /// The version found.
        version: u64,
    },
    /// Not CBOR, not the items that the type has, or cut short.
    Malformed {
        /// Where.
        at: usize,
        /// What should stand there.
        expected: &'static str,
    },
    /// The right item in another than its shortest form: CBOR, but not deterministic.
    NotShortest {
        /// Where.
        at: usize,
    },
    /// A number that no value has, or a text that is none.
    OutOfRange {
        /// Where.
        at: usize,
        /// What should stand there.
        expected: &'static str,
    },
    /// One event, and bytes after it where there may be none.
    TrailingBytes {
        /// Where the event ends.
        at: usize,
    },
}

impl DecodeError {
    /// The permanent code that programs compare.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::UnknownType { .. } => "EVENT_TYPE_UNKNOWN",
            Self::UnknownVersion { .. } => "EVENT_VERSION_UNKNOWN",
            Self::Malformed { .. } => "EVENT_MALFORMED",
            Self::NotShortest { .. } => "EVENT_NOT_SHORTEST",
            Self::OutOfRange { .. } => "EVENT_VALUE_OUT_OF_RANGE",
            Self::TrailingBytes { .. } => "EVENT_TRAILING_BYTES",
        }
    }

    /// Whether the bytes may be good and the program too old for them.
    #[must_use]
    pub const fn needs_newer_program(self) -> bool {
        matches!(self, Self::UnknownType { .. } | Self::UnknownVersion { .. })
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownType { number } => {
                write!(f, "event type {number} is not known: written by a newer version of the program; use that one")
            }
            Self::UnknownVersion { name, version } => write!(
                f,
                "version {version} of {name} is not known: written by a newer version of the program; use that one"
            ),
            Self::Malformed { at, expected } => write!(f, "byte {at} of the event: {expected} expected"),
            Self::NotShortest { at } => write!(f, "byte {at} of the event: not in its shortest form"),
            Self::OutOfRange { at, expected } => {
                write!(f, "byte {at} of the event: the value is out of range, {expected} expected")
            }
            Self::TrailingBytes { at } => write!(f, "the event ends at byte {at}, and bytes follow"),
        }
    }
}

impl std::error::Error for DecodeError {}
