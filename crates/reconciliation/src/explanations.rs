//! Reasons that somebody gave for breaks.

use crate::error::StatementError;
use crate::pairs;
use std::collections::BTreeMap;

/// Reasons by reference.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Explanations {
    reasons: BTreeMap<String, (String, String)>,
}

impl Explanations {
    /// Reads a table with the columns `reference` and `reason`.
    ///
    /// # Errors
    /// If it is none, if a cell is empty, or if a reference is there twice.
    pub fn read(bytes: &[u8]) -> Result<Explanations, StatementError> {
        Ok(Explanations { reasons: pairs::read(bytes, ["reference", "reason"], normal)? })
    }

    /// The reason for a break of a reference.
    #[must_use]
    pub fn reason(&self, reference: &str) -> Option<&str> {
        self.reasons.get(&normal(reference)).map(|(_, reason)| reason.as_str())
    }

    /// References explained that none of these breaks has, as they were written, in order.
    pub(crate) fn unused<'a>(&'a self, used: impl Fn(&str) -> bool + 'a) -> impl Iterator<Item = &'a str> + 'a {
        self.reasons.iter().filter(move |(key, _)| !used(key)).map(|(_, (written, _))| written.as_str())
    }
}

/// A reference as it is compared: networks change the case of letters and add space around.
pub(crate) fn normal(reference: &str) -> String {
    reference.trim().to_ascii_lowercase()
}
