//! What the auditor found: an event that a rule does not allow, with what should have stood there.

use domain::{EventSeq, PaymentId};
use std::fmt::{self, Debug, Display};

/// Which rule an event breaks.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Check {
    /// Numbers of events, ordinals and times: dense, rising, never back.
    Order,
    /// Everything named is known.
    Reference,
    /// Whoever acts may act so, with a second person where one is needed.
    Authority,
    /// A payment's step is a row of the transition table.
    Transition,
    /// A leg's state follows the table.
    Leg,
    /// A posting balances in its book and currency, and an account keeps its sign.
    Account,
    /// Identifiers and trade documents are used once.
    Identifier,
    /// The form of an order: denomination, purpose, instrument, document, dates.
    OrderForm,
    /// An amount is what the rates make it.
    Amount,
    /// A rate is one that the rulebook uses.
    Rate,
    /// A limit is kept.
    Limit,
    /// Queues keep their order, and a run releases the FIFO-maximal set.
    Queue,
    /// Business days, their steps and deadlines.
    Day,
    /// What a netting cycle closes with.
    Cycle,
    /// Interest between members.
    Interest,
    /// Conversion of positions to the settlement asset.
    Conversion,
    /// Settlement legs and their confirmation.
    Settlement,
    /// Anticipated transfers.
    Transfer,
    /// Acceptance of debits.
    Conformity,
    /// Returns.
    Return,
    /// Disputes.
    Dispute,
    /// Joining, leaving, stages.
    Membership,
    /// Suspension of a member.
    Suspension,
    /// The digest of the state.
    Digest,
    /// Credit by right: parts of nets, claims and debts, the fund.
    Credit,
    /// A reserve fund: drawings, their ceilings, repayment.
    Reserve,
    /// What the rulebook asks for is not built.
    NotBuilt,
}

impl Check {
    /// The permanent code that programs compare.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Order => "AUDIT_ORDER",
            Self::Reference => "AUDIT_REFERENCE",
            Self::Authority => "AUDIT_AUTHORITY",
            Self::Transition => "AUDIT_TRANSITION",
            Self::Leg => "AUDIT_LEG",
            Self::Account => "AUDIT_ACCOUNT",
            Self::Identifier => "AUDIT_IDENTIFIER",
            Self::OrderForm => "AUDIT_ORDER_FORM",
            Self::Amount => "AUDIT_AMOUNT",
            Self::Rate => "AUDIT_RATE",
            Self::Limit => "AUDIT_LIMIT",
            Self::Queue => "AUDIT_QUEUE",
            Self::Day => "AUDIT_DAY",
            Self::Cycle => "AUDIT_CYCLE",
            Self::Interest => "AUDIT_INTEREST",
            Self::Conversion => "AUDIT_CONVERSION",
            Self::Settlement => "AUDIT_SETTLEMENT",
            Self::Transfer => "AUDIT_TRANSFER",
            Self::Conformity => "AUDIT_CONFORMITY",
            Self::Return => "AUDIT_RETURN",
            Self::Dispute => "AUDIT_DISPUTE",
            Self::Membership => "AUDIT_MEMBERSHIP",
            Self::Suspension => "AUDIT_SUSPENSION",
            Self::Digest => "AUDIT_DIGEST",
            Self::Credit => "AUDIT_CREDIT",
            Self::Reserve => "AUDIT_RESERVE",
            Self::NotBuilt => "AUDIT_NOT_BUILT",
        }
    }
}

/// An event that a rule does not allow.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// The event.
    pub seq: EventSeq,
    /// The payment it is about, where it is about one.
    pub payment: Option<PaymentId>,
    /// Which rule.
    pub check: Check,
    /// What is wrong.
    pub what: String,
    /// What the rule makes it.
    pub expected: String,
    /// What the event says.
    pub found: String,
}

/// The result of a check.
pub(crate) type Checked<T = ()> = Result<T, Finding>;

impl Finding {
    /// A finding whose event is filled in by whoever applies it.
    pub(crate) fn new(check: Check, what: &str, expected: impl Display, found: impl Display) -> Self {
        Self {
            seq: EventSeq(0),
            payment: None,
            check,
            what: what.to_owned(),
            expected: expected.to_string(),
            found: found.to_string(),
        }
    }

    pub(crate) fn at(self, seq: EventSeq) -> Self {
        Self { seq, ..self }
    }

    pub(crate) fn about(self, payment: PaymentId) -> Self {
        Self { payment: Some(payment), ..self }
    }
}

impl Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "event {}", self.seq)?;
        if let Some(payment) = self.payment {
            write!(f, ", payment {payment}")?;
        }
        write!(f, ": {}: expected {}, found {}", self.what, self.expected, self.found)
    }
}

impl std::error::Error for Finding {}

/// Nothing is wrong if the two are equal.
pub(crate) fn equal<T: PartialEq + Debug>(check: Check, what: &str, expected: T, found: T) -> Checked {
    if expected == found {
        return Ok(());
    }
    Err(Finding::new(check, what, format!("{expected:?}"), format!("{found:?}")))
}

/// Nothing is wrong if the condition, which says in words what is expected, holds.
pub(crate) fn holds(check: Check, what: &str, expected: &str, condition: bool, found: impl Debug) -> Checked {
    if condition { Ok(()) } else { Err(Finding::new(check, what, expected, format!("{found:?}"))) }
}
