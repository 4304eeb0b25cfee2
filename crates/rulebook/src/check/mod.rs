//! Rules that contradict each other.

use crate::error::RulebookError;
use crate::reader::Place;
use crate::schema::Rulebook;
use std::collections::BTreeMap;

/// Every contradiction, in the order of the file.
pub(crate) fn contradictions(
    _file: &str,
    _text: &str,
    _rulebook: &Rulebook,
    _places: &BTreeMap<String, Place>,
) -> Vec<RulebookError> {
    Vec::new()
}
