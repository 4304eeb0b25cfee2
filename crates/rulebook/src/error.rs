//! What is wrong with a rulebook file, where, and what to do about it.

use std::fmt;

/// Kind of error, with a permanent code for programs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum ErrorKind {
    /// The text is not TOML.
    Syntax,
    /// The file is larger than any rulebook.
    TooLarge,
    /// A key that the schema does not know, or not here.
    UnknownKey,
    /// A key that has to be there.
    MissingKey,
    /// A value of another form: text where a number is due.
    WrongForm,
    /// A value of the right form that is not among those allowed.
    NotAllowed,
    /// Two rules that cannot both hold.
    Contradiction,
}

impl ErrorKind {
    /// The permanent code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Syntax => "RULEBOOK_SYNTAX",
            Self::TooLarge => "RULEBOOK_TOO_LARGE",
            Self::UnknownKey => "RULEBOOK_UNKNOWN_KEY",
            Self::MissingKey => "RULEBOOK_MISSING_KEY",
            Self::WrongForm => "RULEBOOK_WRONG_FORM",
            Self::NotAllowed => "RULEBOOK_NOT_ALLOWED",
            Self::Contradiction => "RULEBOOK_CONTRADICTION",
        }
    }
}

/// One error of a rulebook file.
///
/// Its text is one line: place, key, what was found, what is allowed, the article that the file gives for the rule,
/// the section of the reference page, what to do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RulebookError {
    /// What kind of error it is.
    pub kind: ErrorKind,
    /// Name of the file, as given.
    pub file: String,
    /// Line, counted from 1.
    pub line: usize,
    /// Column in characters, counted from 1.
    pub column: usize,
    /// Key with the tables it stands in: `limits[2].refusal`, entries counted from 1. Empty for the file as a whole.
    pub key: String,
    /// What the file says.
    pub found: String,
    /// What it may say.
    pub allowed: String,
    /// The article that the file gives for this rule, where it gives one.
    pub article: Option<String>,
    /// Section of docs/rulebooks.md that describes the rule.
    pub section: &'static str,
    /// What to do.
    pub remedy: String,
}

impl fmt::Display for RulebookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: ", self.file, self.line, self.column)?;
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        write!(f, "found {}; allowed: {}", self.found, self.allowed)?;
        if let Some(article) = &self.article {
            write!(f, "; article: {article}")?;
        }
        write!(f, "; see docs/rulebooks.md#{}; {}", self.section, self.remedy)
    }
}

impl std::error::Error for RulebookError {}
