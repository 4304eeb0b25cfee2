//! What members say of their own membership, what the operator does with a reason, and what is expected of either.

use domain::event::Stage;
use domain::plan::{DayStep, Purpose};
use domain::{Date, MemberId};
use money::AmountMinor;

/// A member's word about itself, before the engine's own numbers are known.
#[derive(Clone, Debug)]
pub(crate) enum MemberWord {
    Notice { member: MemberId, from: Date },
    NoticeWithdrawn(MemberId),
    Purposes { member: MemberId, purposes: Vec<Purpose>, from: Option<Date> },
    Stage { member: MemberId, stage: Stage, payout_at_clearing: bool, from: Date },
    EntryConsent { member: MemberId, given: bool },
}

/// An act of the operator.
#[derive(Clone, Debug)]
pub(crate) enum OperatorAct {
    Extend {
        step: DayStep,
        by_s: u32,
    },
    Holiday {
        date: Date,
        closed: bool,
    },
    /// Of the cycle that closed on a date.
    MoveSettlement {
        closed: Date,
        to: Date,
    },
    Run {
        now: bool,
    },
    /// Of the cycle that closed on a date.
    Complete {
        closed: Date,
    },
}

/// Part of a settlement that was completed without all pay-ins.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rest {
    pub(crate) member: MemberId,
    pub(crate) counterparty: Option<MemberId>,
    pub(crate) closed: Option<Date>,
}

/// Arrears that come in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ArrearsIn {
    pub(crate) of: Rest,
    pub(crate) amount: AmountMinor,
}

/// What is expected of members.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Membership {
    Arrears { of: Rest, minor: i128 },
    RestClaim { of: Rest, minor: i128 },
    Notice { member: MemberId, from: Option<Date> },
    Leaving(MemberId),
    Out(MemberId),
    Stage { member: MemberId, stage: Stage },
}

impl Membership {
    pub(crate) fn members(self) -> impl Iterator<Item = MemberId> {
        let (member, other) = match self {
            Self::Arrears { of, .. } | Self::RestClaim { of, .. } => (of.member, of.counterparty),
            Self::Notice { member, .. } | Self::Stage { member, .. } => (member, None),
            Self::Leaving(member) | Self::Out(member) => (member, None),
        };
        [Some(member), other].into_iter().flatten()
    }
}
