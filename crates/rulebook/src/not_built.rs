//! What a rulebook asks for and the engine does not run yet.

use std::fmt;

/// One rule that nothing runs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Missing {
    /// What it is.
    pub feature: String,
    /// The article that asks for it.
    pub article: String,
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not built: {} (article: {})", self.feature, self.article)
    }
}

/// A rulebook is sound and cannot be used: these of its rules are not built.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NotBuilt {
    /// Name of the rulebook.
    pub rulebook: String,
    /// The rules, in the order of the schema; at least one.
    pub missing: Vec<Missing>,
}

impl fmt::Display for NotBuilt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the rulebook {} is well-formed, but cannot be used: ", self.rulebook)?;
        for (index, missing) in self.missing.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}{missing}")?;
        }
        Ok(())
    }
}

impl std::error::Error for NotBuilt {}
