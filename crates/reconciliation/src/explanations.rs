//! Reasons that somebody gave for breaks.

use crate::csv_form::rows;
use crate::error::{Problem, StatementError, line_of, wrong};
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
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let at = error.valid_up_to();
            wrong(Problem::Text, format!("byte {at} is not UTF-8"), line_of(bytes, at), "save it as UTF-8")
        })?;
        let mut reasons = BTreeMap::new();
        for (line, cells) in rows(text.strip_prefix('\u{feff}').unwrap_or(text), &["reference", "reason"])? {
            let place = || format!("line {line}");
            let [reference, reason] = &cells[..] else { continue };
            if reference.is_empty() || reason.is_empty() {
                let what = "an explanation without its reference or its reason";
                return Err(wrong(Problem::Missing, what, place(), "write both"));
            }
            if reasons.insert(normal(reference), (reference.clone(), reason.clone())).is_some() {
                let what = format!("the reference {reference} is explained twice");
                return Err(wrong(Problem::Form, what, place(), "keep one of them"));
            }
        }
        Ok(Explanations { reasons })
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
