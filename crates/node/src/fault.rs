//! What can go wrong with a node: the faults of its parts, each with its own code, place and remedy.

use crate::follower::Stopped;
use engine::{Ended, OpenFault, SubmitFault};
use history::HistoryFault;
use journal::JournalFault;
use payloads::{NotPut, PayloadFault};
use std::fmt;

/// Why a node does not open, or ended.
#[derive(Clone, Debug)]
pub enum NodeFault {
    /// The journal, or replaying it.
    Open(OpenFault),
    /// The archive of old payments.
    History(HistoryFault),
    /// The engine has ended.
    Ended(Ended),
    /// A thread beside the writer.
    Follower(Stopped),
    /// No thread for the optimiser: the operating system's reason.
    NoOptimiser(String),
    /// The store of personal data.
    Payloads(PayloadFault),
    /// A payload was not put, and the batch that names it not taken.
    NotPut(NotPut),
    /// The batch was not taken.
    NotTaken(SubmitFault),
}

impl NodeFault {
    /// The permanent code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Open(fault) => fault.code(),
            Self::History(fault) => fault.code(),
            Self::Ended(ended) => ended.code(),
            Self::Follower(stopped) => stopped.code,
            Self::NoOptimiser(_) => "OPTIMISER_NOT_STARTED",
            Self::Payloads(fault) | Self::NotPut(NotPut::Fault(fault)) => fault.code(),
            Self::NotPut(NotPut::Refused { refusal, .. }) => refusal.code(),
            Self::NotTaken(fault) => fault.code(),
        }
    }
}

impl fmt::Display for NodeFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open(fault) => fault.fmt(f),
            Self::History(fault) => fault.fmt(f),
            Self::Ended(ended) => ended.fmt(f),
            Self::Follower(stopped) => stopped.fmt(f),
            Self::NoOptimiser(error) => {
                write!(f, "no thread can be started ({error}); the optimiser of open runs; allow more threads")
            }
            Self::Payloads(fault) => fault.fmt(f),
            Self::NotPut(refused) => refused.fmt(f),
            Self::NotTaken(fault) => fault.fmt(f),
        }
    }
}

impl std::error::Error for NodeFault {}

impl From<OpenFault> for NodeFault {
    fn from(fault: OpenFault) -> Self {
        Self::Open(fault)
    }
}

impl From<JournalFault> for NodeFault {
    fn from(fault: JournalFault) -> Self {
        Self::Open(fault.into())
    }
}

impl From<HistoryFault> for NodeFault {
    fn from(fault: HistoryFault) -> Self {
        Self::History(fault)
    }
}

impl From<PayloadFault> for NodeFault {
    fn from(fault: PayloadFault) -> Self {
        Self::Payloads(fault)
    }
}

impl From<NotPut> for NodeFault {
    fn from(refused: NotPut) -> Self {
        Self::NotPut(refused)
    }
}

impl From<SubmitFault> for NodeFault {
    fn from(fault: SubmitFault) -> Self {
        Self::NotTaken(fault)
    }
}

impl From<Ended> for NodeFault {
    fn from(ended: Ended) -> Self {
        Self::Ended(ended)
    }
}

/// What an operator should know though the house opens.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Warning {
    /// The permanent code.
    pub code: &'static str,
    /// What was found, where, and what was done about it.
    pub message: String,
}

impl Warning {
    pub(crate) fn new(code: &'static str, message: impl fmt::Display) -> Self {
        Self { code, message: message.to_string() }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
