//! Rules that contradict each other.

mod credit;
mod default;
mod legs;
mod limits;
mod money_rules;
mod parties;
mod reserve;
mod time;

use crate::error::{ErrorKind, RulebookError};
use crate::limits::ERRORS_MAX;
use crate::reader::{Place, line_and_column};
use crate::schema::Rulebook;
use std::collections::BTreeMap;

/// Every contradiction, in the order of the file.
pub(crate) fn contradictions(
    file: &str,
    text: &str,
    rulebook: &Rulebook,
    places: &BTreeMap<String, Place>,
) -> Vec<RulebookError> {
    let mut check = Check { file, text, places, errors: Vec::new() };
    parties::check(rulebook, &mut check);
    legs::check(rulebook, &mut check);
    money_rules::check(rulebook, &mut check);
    limits::check(rulebook, &mut check);
    time::check(rulebook, &mut check);
    credit::check(rulebook, &mut check);
    reserve::check(rulebook, &mut check);
    default::check(rulebook, &mut check);
    check.errors.sort_by_key(|error| (error.line, error.column));
    check.errors.truncate(ERRORS_MAX);
    check.errors
}

/// Gathers contradictions.
struct Check<'t> {
    file: &'t str,
    text: &'t str,
    places: &'t BTreeMap<String, Place>,
    errors: Vec<RulebookError>,
}

impl Check<'_> {
    /// Reports a key whose value cannot stand beside the others; a key that is not there is reported at the table where
    /// it belongs.
    fn contradiction(&mut self, key: &str, allowed: impl Into<String>, remedy: impl Into<String>) {
        self.contradiction_at(key, key, allowed, remedy);
    }

    /// Reports a key that is not there, at the key that asks for it.
    fn contradiction_at(&mut self, key: &str, at: &str, allowed: impl Into<String>, remedy: impl Into<String>) {
        let (path, place) = self.nearest_place(at);
        let (line, column) = line_and_column(self.text, place.map_or(0, |place| place.at));
        // The article of a table stands inside it, that of a key beside it.
        let inside = self.places.get(&format!("{path}.article"));
        let article = inside.and_then(|inside| inside.article.clone());
        self.errors.push(RulebookError {
            kind: ErrorKind::Contradiction,
            file: self.file.to_owned(),
            line,
            column,
            key: key.to_owned(),
            found: self.places.get(key).map_or_else(|| "nothing".to_owned(), |place| place.found.clone()),
            allowed: allowed.into(),
            article: article.or_else(|| place.and_then(|place| place.article.clone())),
            section: section(key),
            remedy: remedy.into(),
        });
    }

    fn contradiction_if(&mut self, holds: bool, key: &str, allowed: impl Into<String>, remedy: impl Into<String>) {
        if holds {
            self.contradiction(key, allowed, remedy);
        }
    }

    /// Path and place of a key, or of the table around it.
    fn nearest_place<'k>(&self, key: &'k str) -> (&'k str, Option<&Place>) {
        let mut path = key;
        loop {
            if let Some(place) = self.places.get(path) {
                return (path, Some(place));
            }
            match path.rfind(['.', '[']) {
                Some(end) => path = &path[..end],
                None => return (path, None),
            }
        }
    }
}

/// Section of the reference page that describes a key.
fn section(key: &str) -> &'static str {
    let first = key.split(['.', '[']).next().unwrap_or_default();
    Rulebook::SCHEMA.names().find(|name| *name == first).unwrap_or("file")
}
