//! Why an event could not be taken in.

use std::fmt;

/// What stops the filling, before place and event are known to it.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// SQLite said no.
    Sqlite(rusqlite::Error),
    /// What the event says does not fit what the tables hold.
    Disagree(String),
    /// A row that was read is not one that was ever written.
    Damaged(String),
}

pub(crate) type Taken<T = ()> = Result<T, Trouble>;

impl From<rusqlite::Error> for Trouble {
    fn from(error: rusqlite::Error) -> Self {
        Trouble::Sqlite(error)
    }
}

/// The event does not fit.
pub(crate) fn disagree<T>(detail: impl fmt::Display) -> Taken<T> {
    Err(Trouble::Disagree(detail.to_string()))
}

/// What an event refers to, or that it is not there.
pub(crate) fn known<T>(found: Option<T>, what: &str, id: impl fmt::Display) -> Taken<T> {
    found.ok_or_else(|| Trouble::Disagree(format!("there is no {what} {id}")))
}

/// What a row must hold, or that it is damaged.
pub(crate) fn sound<T>(found: Option<T>, table: &str) -> Taken<T> {
    found.ok_or_else(|| Trouble::Damaged(format!("a row of {table} holds what was never written there")))
}
