//! What the simulator found: a promise that was broken.

use std::fmt;

/// Which promise.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Promise {
    /// What was acknowledged stays, through crashes too (I3, I9).
    AcknowledgedStays,
    /// Nothing is in the journal that nobody asked for, and every answer is about what is in the journal (I4, I20).
    AnswersAreTrue,
    /// A reference has one effect, and a repetition gets the first answer (I5, I6).
    OneEffect,
    /// Nothing is seen before it is durable, and reads never go back (I15).
    DurableBeforeVisible,
    /// Replay, snapshot and the live state agree (I10).
    ReplayAgrees,
    /// The auditor's own model agrees with every event and with the digest (I1, I2, I7, I12 to I14, I17, I19).
    AuditorAgrees,
    /// A payment's steps are rows of the table (I7).
    TableOfStates,
    /// A journal that was damaged where it was acknowledged does not open; any other opens.
    DamageIsFound,
    /// Everything comes to an end: no payment stays where it cannot stay.
    Liveness,
    /// Personal data are there as long as a payment names them and nobody erased them, and no longer.
    PersonalData,
    /// No assertion of the program fails.
    NoBug,
}

/// A broken promise, with where it was found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Breach {
    /// Which promise.
    pub promise: Promise,
    /// The step of the run.
    pub step: u64,
    /// What was found.
    pub what: String,
    /// The last durable events before it.
    pub before: Vec<String>,
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "step {}: {:?}: {}", self.step, self.promise, self.what)
    }
}

impl std::error::Error for Breach {}

/// What a check gives.
pub(crate) type Checked<T = ()> = Result<T, Found>;

/// A broken promise before the step is known.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Found {
    pub(crate) promise: Promise,
    pub(crate) what: String,
}

impl Found {
    pub(crate) fn new(promise: Promise, what: impl Into<String>) -> Self {
        Self { promise, what: what.into() }
    }
}

/// Nothing is found if the condition holds.
pub(crate) fn holds(promise: Promise, condition: bool, what: impl FnOnce() -> String) -> Checked {
    if condition { Ok(()) } else { Err(Found::new(promise, what())) }
}
