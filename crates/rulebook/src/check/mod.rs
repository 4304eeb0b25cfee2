//! Rules that contradict each other.

mod credit;
mod default;
mod legs;
mod limits;
mod money_rules;
mod parties;
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
        let found = self.places.get(key).map(|place| place.found.clone());
        let place = self.nearest_place(key);
        let (line, column) = line_and_column(self.text, place.map_or(0, |place| place.at));
        self.errors.push(RulebookError {
            kind: ErrorKind::Contradiction,
            file: self.file.to_owned(),
            line,
            column,
            key: key.to_owned(),
            found: found.unwrap_or_else(|| "nothing".to_owned()),
            allowed: allowed.into(),
            article: place.and_then(|place| self.article(key, place)),
            section: place.map_or("file", |place| place.section),
            remedy: remedy.into(),
        });
    }

    fn contradiction_if(&mut self, holds: bool, key: &str, allowed: impl Into<String>, remedy: impl Into<String>) {
        if holds {
            self.contradiction(key, allowed, remedy);
        }
    }

    /// Place of a key, or of the table around it.
    fn nearest_place(&self, key: &str) -> Option<&Place> {
        let mut path = key;
        loop {
            if let Some(place) = self.places.get(path) {
                return Some(place);
            }
            path = &path[..path.rfind(['.', '['])?];
        }
    }

    /// The article of a table stands inside it, that of a key beside it.
    fn article(&self, key: &str, place: &Place) -> Option<String> {
        let own = self.places.get(&format!("{key}.article"));
        own.and_then(|own| own.article.clone()).or_else(|| place.article.clone())
    }
}
