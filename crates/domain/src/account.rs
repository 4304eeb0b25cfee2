//! The chart of accounts (docs/accounts.md): a closed list of kinds, within books that balance each by itself.

use crate::ids::{ArrangementId, CurrencyId, InstitutionId, MemberId};

/// A book: every posting balances to zero within its book and currency.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
pub enum BookId {
    /// A member's national system.
    Edge(MemberId),
    /// One arrangement.
    Arrangement(ArrangementId),
}

/// Whose account it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
pub enum Owner {
    /// The house.
    House,
    /// A member.
    Member(MemberId),
    /// An institution.
    Institution(InstitutionId),
    /// An arrangement: the member's business with it, in the member's own book.
    Arrangement(ArrangementId),
}

/// What an account stands for. Positive: the owner is owed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
#[repr(u8)]
pub enum AccountKind {
    /// Edge: what an institution received from (+) or paid to (−) its member's system through the house.
    Institution = 1,
    /// Edge: collected from the payer's institution and not yet cleared; owed back to it until then.
    Collected = 2,
    /// Edge, by arrangement: the national-currency side of a member's position: what it collected (+) or owes to pay out (−)
    /// against it.
    Counterpart = 3,
    /// Edge: due to the payee's institution: cleared and not yet paid out.
    PayoutDue = 4,
    /// Edge, by arrangement: result of a member from pricing at one rate and settling at another.
    FxResult = 5,
    /// Edge, by arrangement: national-currency value of net positions settled.
    SettledCounterpart = 6,
    /// Arrangement: position of an institution, the sub-position of its member, in the open cycle.
    Position = 20,
    /// Arrangement: closed nets of a member that are not yet settled, interest included.
    NetDue = 21,
    /// Arrangement: deposited with the agent as guarantee.
    Prefunding = 22,
    /// Arrangement: mirror of what the agent holds (negative: the agent owes it).
    Agent = 23,
    /// Arrangement: interest of closed cycles: what it cost (+) or brought (−) a member so far.
    Interest = 24,
    /// Arrangement: fees of payments that cleared: what an institution owes (−), what the house or a member gets (+).
    Fee = 40,
    /// Arrangement: what a member is owed (+) or owes (−) from credit.
    Credit = 25,
    /// Arrangement: paid into the fund by a member, or, the house's, capital from outside.
    Fund = 26,
    /// Arrangement: what a member owes the fund from drawings (−).
    Reserve = 27,
    /// Arrangement: drawn by a member and not yet paid out to it by the agent.
    ReserveDue = 28,
    /// Arrangement, in a member's currency: what the fund holds of it against swaps (+, the house's; −, the member's).
    SwapHeld = 29,
}

impl AccountKind {
    /// Every kind, in order of its number.
    pub const ALL: &'static [Self] = &[
        Self::Institution,
        Self::Collected,
        Self::Counterpart,
        Self::PayoutDue,
        Self::FxResult,
        Self::SettledCounterpart,
        Self::Position,
        Self::NetDue,
        Self::Prefunding,
        Self::Agent,
        Self::Interest,
        Self::Fee,
        Self::Credit,
        Self::Fund,
        Self::Reserve,
        Self::ReserveDue,
        Self::SwapHeld,
    ];

    /// Whether accounts of this kind stand in members' edge books (else in an arrangement's).
    #[must_use]
    pub const fn is_edge(self) -> bool {
        (self as u8) < 20
    }
}

/// What makes an account one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
pub struct AccountKey {
    /// Its book.
    pub book: BookId,
    /// Its owner.
    pub owner: Owner,
    /// Its currency.
    pub currency: CurrencyId,
    /// What it stands for.
    pub kind: AccountKind,
}
