//! The key of the ledger's hash tables: drawn by each process, and in no event and no digest.

use std::hash::{BuildHasher, Hasher, RandomState};

/// A number that nobody outside can foresee, so that nobody can choose identifiers that crowd one place of a table.
pub(crate) fn draw() -> u64 {
    RandomState::new().build_hasher().finish()
}
