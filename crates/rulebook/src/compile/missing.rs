//! What a rulebook asks for and nothing runs yet.

use crate::not_built::Missing;
use crate::schema::Rulebook;

/// Every feature that is not built, in the order of the schema.
pub(super) fn features(_rulebook: &Rulebook) -> Vec<Missing> {
    Vec::new()
}
