//! What ends a run before its end: each with its permanent code and the exit code of the command.

use domain::{Date, EventSeq, Refusal, Timestamp};
use engine::{Ended, SubmitFault};
use journal::JournalFault;

/// A run that did not come to its end. What was durable stays, and the run can be taken up from there.
///
/// [`std::fmt::Display`] gives *what; where; what to do*, to stand after `error[CODE]: `.
#[derive(Debug, thiserror::Error)]
pub enum RunFault {
    /// The engine took a batch no more.
    #[error(transparent)]
    Submit(#[from] SubmitFault),
    /// The engine has ended.
    #[error(transparent)]
    Ended(#[from] Ended),
    /// The journal could not be read.
    #[error(transparent)]
    Journal(JournalFault),
    /// Bytes of the journal are no event that this program knows.
    #[error(
        "event {seq}: {error}; the journal of the run; use the version of the program that wrote it, or a later one"
    )]
    Undecodable {
        /// The event.
        seq: EventSeq,
        /// What is wrong with its bytes.
        error: codec::DecodeError,
    },
    /// The auditor found an event that a rule does not allow.
    #[error("{0}; the journal of the run; keep it as it is, and report it: the rules were not kept")]
    Finding(Box<audit::Finding>),
    /// Ledger and auditor came to different states.
    #[error("ledger and auditor disagree about {what}; the end of the run; keep the journal as it is, and report it")]
    Disagreement {
        /// What about.
        what: &'static str,
    },
    /// The journal is that of another run.
    #[error(
        "the journal is that of another run ({detail}); the folder given; use an empty folder, or the options with which \
         the run was begun"
    )]
    OtherRun {
        /// What shows it.
        detail: String,
    },
    /// The journal is ahead of the run's time.
    #[error(
        "the journal was opened at {found}, and the run begins at {begins}; the opening of the journal; open it at the \
         time that the scenario names"
    )]
    ClockAhead {
        /// Its time.
        found: Timestamp,
        /// When the run begins.
        begins: Timestamp,
    },
    /// A rule refused what the run needs.
    #[error(
        "the rulebook refuses a step of the run with {}; {action} at {at}; choose another rulebook, or change it",
        .refusal.code()
    )]
    Refused {
        /// What was to be done.
        action: &'static str,
        /// When.
        at: Timestamp,
        /// Why not.
        refusal: Refusal,
    },
    /// There is no end: something stays unsettled.
    #[error(
        "the run does not come to its end by {date}; the rulebook or the holidays; look at which days the arrangement is \
         open and on which it settles"
    )]
    NoEnd {
        /// How far it went.
        date: Date,
    },
}

impl RunFault {
    /// The permanent code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            RunFault::Submit(fault) => fault.code(),
            RunFault::Ended(ended) => ended.code(),
            RunFault::Journal(fault) => fault.code(),
            RunFault::Undecodable { error, .. } => error.code(),
            RunFault::Finding(finding) => finding.check.code(),
            RunFault::Disagreement { .. } => "RUN_DISAGREEMENT",
            RunFault::OtherRun { .. } => "RUN_OTHER",
            RunFault::ClockAhead { .. } => "RUN_CLOCK_AHEAD",
            RunFault::Refused { .. } => "RUN_REFUSED",
            RunFault::NoEnd { .. } => "RUN_NO_END",
        }
    }

    /// The exit code of a command that stops over it: 2 for a wrong use, 3 for wrong data, 5 for storage and integrity.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            RunFault::OtherRun { .. } | RunFault::ClockAhead { .. } => 2,
            RunFault::Refused { .. } | RunFault::NoEnd { .. } => 3,
            RunFault::Submit(_)
            | RunFault::Ended(_)
            | RunFault::Journal(_)
            | RunFault::Undecodable { .. }
            | RunFault::Finding(_)
            | RunFault::Disagreement { .. } => 5,
        }
    }
}
