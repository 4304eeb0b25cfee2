//! A member's own chart of accounts.

use crate::error::StatementError;
use crate::pairs;
use std::collections::BTreeMap;

/// Accounts of a member's own chart by those of the house.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Chart {
    accounts: BTreeMap<String, (String, String)>,
}

impl Chart {
    /// Reads a table with the columns `ours` and `theirs`; several of ours may be one of theirs.
    ///
    /// # Errors
    /// If it is none, if a cell is empty, or if one of ours is there twice.
    pub fn read(bytes: &[u8]) -> Result<Chart, StatementError> {
        Ok(Chart { accounts: pairs::read(bytes, ["ours", "theirs"], str::to_owned)? })
    }

    /// The account of theirs.
    #[must_use]
    pub fn theirs(&self, ours: &str) -> Option<&str> {
        self.accounts.get(ours).map(|(_, theirs)| theirs.as_str())
    }
}
