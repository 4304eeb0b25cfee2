//! What is wrong with a script: what, where, what to do.

use std::fmt;

/// Kind of error, with a permanent code for programs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum ErrorKind {
    /// Not text, a line that never ends, more lines than a script may have.
    Text,
    /// A word that no sentence has at its place.
    Word,
    /// A name that nobody has, that is taken, or that is no name.
    Name,
    /// A date or time that does not exist, or goes back.
    Date,
    /// An amount or a rate that is none, or has too many decimals.
    Amount,
    /// Something that cannot be under the rulebook, or with the members, of the script.
    CannotBe,
    /// A rulebook that is unknown, missing or wrong.
    Rulebook,
    /// A rulebook that is sound and cannot be used yet.
    NotBuilt,
}

impl ErrorKind {
    /// The permanent code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Text => "SCRIPT_TEXT",
            Self::Word => "SCRIPT_WORD",
            Self::Name => "SCRIPT_NAME",
            Self::Date => "SCRIPT_DATE",
            Self::Amount => "SCRIPT_AMOUNT",
            Self::CannotBe => "SCRIPT_CANNOT_BE",
            Self::Rulebook => "SCRIPT_RULEBOOK",
            Self::NotBuilt => "SCRIPT_NOT_BUILT",
        }
    }
}

/// One error of a script. Its text is one line: what; where; what to do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ScriptError {
    /// What kind of error it is.
    pub kind: ErrorKind,
    /// Name of the script, as given.
    pub script: String,
    /// Line, counted from 1.
    pub line: usize,
    /// Column in characters, counted from 1.
    pub column: usize,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub remedy: String,
}

impl fmt::Display for ScriptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}:{}:{}; {}", self.what, self.script, self.line, self.column, self.remedy)
    }
}

impl std::error::Error for ScriptError {}

/// An error before its place is known.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Wrong {
    pub(crate) kind: ErrorKind,
    pub(crate) what: String,
    pub(crate) remedy: String,
}

impl Wrong {
    pub(crate) fn new(kind: ErrorKind, what: impl Into<String>, remedy: impl Into<String>) -> Wrong {
        Wrong { kind, what: what.into(), remedy: remedy.into() }
    }
}
