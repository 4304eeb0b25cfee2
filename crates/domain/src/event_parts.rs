//! What events are made of: an accepted order, how it was admitted and why it ended, stages, quotes, the close of a cycle.

use crate::ids::{
    ArrangementId, Commitment, ContentDigest, CurrencyId, CycleId, DocumentKey, InstitutionId, MemberId, PaymentId,
    Uetr,
};
use crate::payment::Amounts;
use crate::plan::{Denomination, Purpose};
use crate::time::{Date, Timestamp};
use money::{AmountMinor, Rate};

/// An accepted order.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct PaymentEntered {
    /// Its ordinal.
    pub payment: PaymentId,
    /// The arrangement.
    pub arrangement: ArrangementId,
    /// Its reference.
    pub uetr: Uetr,
    /// The payer's institution.
    pub payer: InstitutionId,
    /// The payee's institution.
    pub payee: InstitutionId,
    /// Digest of its content.
    pub content: ContentDigest,
    /// Salted commitment to its documents.
    pub commitment: Commitment,
    /// Key of its trade document.
    pub document: Option<DocumentKey>,
    /// Digits of its instrument reference.
    pub instrument: Option<Box<str>>,
    /// What it is for.
    pub purpose: Purpose,
    /// Whether it goes before the institution's ordinary items.
    pub urgent: bool,
    /// Currency in which it was ordered.
    pub denomination: Denomination,
    /// Currency of leg 2.
    pub position_currency: CurrencyId,
    /// Its amounts.
    pub amounts: Amounts,
    /// Until when they are good; none where they do not expire.
    pub quote_until: Option<Timestamp>,
    /// Value date of leg 2.
    pub value_date: Date,
    /// Whether leg 1 was confirmed within the submission.
    pub collected: bool,
    /// Business date by which the debited member answers, where conformity is required.
    pub conformity_by: Option<Date>,
    /// What became of it.
    pub disposition: Disposition,
}

/// What became of an order at acceptance, or of a held one at release.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub enum Disposition {
    /// Leg 2 is posted.
    Cleared(Payout),
    /// It waits in its institution's queue.
    Queued,
    /// It waits for the next fixing.
    AwaitingRate,
    /// It waits for leg 1.
    AwaitingCollection,
    /// A member's own list holds it.
    Held(MemberId),
}

/// What became of a payment whose leg 1 was confirmed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub enum Admitted {
    /// Leg 2 is posted.
    Cleared(Payout),
    /// It waits in its institution's queue.
    Queued,
    /// Leg 2 had posted before: only leg 1 was missing.
    AlreadyCleared,
}

/// When leg 3 of a cleared payment is due.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub enum Payout {
    /// At once, from the member's own means.
    AtClearing,
    /// When the net has settled.
    AfterSettlement,
    /// When the debit is conforming.
    AtConformity,
}

/// A payment released from a queue.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct Released {
    /// The payment.
    pub payment: PaymentId,
    /// When its leg 3 is due.
    pub payout: Payout,
}

/// Why payments ended without clearing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
pub enum EndReason {
    /// Its sender, its member or the operator withdrew it.
    Cancelled,
    /// A member of it was suspended.
    Suspended,
    /// Its price was open when a member of it was suspended.
    Void,
    /// Its life in the queue, or its time for collection or release, is over.
    Expired,
    /// Its quote ran out and the new price is beyond the tolerance, or there is none.
    QuoteLapsed,
    /// A member of it is leaving.
    MemberLeaving,
}

/// How a dispute ends.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
pub enum DisputeOutcome {
    /// For its carrier: the parties make a return.
    Upheld,
    /// Against its carrier.
    Rejected,
    /// Nobody decided in time.
    Lapsed,
}

/// Stage of membership: the way adoption goes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
#[repr(u8)]
pub enum Stage {
    /// Sees.
    Observer = 1,
    /// Real flows copied, no money moves.
    Shadow = 2,
    /// Within its prefunding.
    Prefunded = 3,
    /// Within its prefunding and committed line.
    Net = 4,
}

/// Rate of a currency against the settlement asset: units of the currency per unit of the asset.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub enum Quote {
    /// The member buys the asset at the lower and sells it at the higher.
    TwoSided {
        /// Units of the currency it gives for a unit of the asset.
        buy: Rate,
        /// Units of the currency it takes for a unit of the asset.
        sell: Rate,
    },
    /// A published reference.
    Reference(Rate),
}

/// Net of a cycle at its close.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct CycleClosed {
    /// The arrangement.
    pub arrangement: ArrangementId,
    /// The cycle.
    pub cycle: CycleId,
    /// Business date of the close.
    pub date: Date,
    /// Positions closed: institution, currency, balance in minor units; in that order, zeros left out.
    pub positions: Vec<(InstitutionId, CurrencyId, i128)>,
    /// Interest between members: who owes, who is owed, amount in minor units of the settlement asset.
    pub interest: Vec<(MemberId, MemberId, AmountMinor)>,
    /// Net of each member in minor units of the settlement asset, interest included; by member, zeros left out; sums to 0.
    pub nets: Vec<(MemberId, i128)>,
    /// Result of each member from pricing at one rate and settling at another, where positions are converted.
    pub fx_results: Vec<FxResult>,
    /// Settlement legs, pay-in first.
    pub legs: Vec<SettlementLeg>,
    /// Date on which they are due.
    pub settle_on: Date,
}

/// A member's FX result of a cycle in one of its currencies.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct FxResult {
    /// The member.
    pub member: MemberId,
    /// Its currency.
    pub currency: CurrencyId,
    /// National-currency side of the positions closed (collected less payable), in minor units.
    pub counterpart_minor: i128,
    /// The same at the rate of settlement, in minor units.
    pub settled_minor: i128,
}

/// One movement of the settlement asset to or from the agent.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct SettlementLeg {
    /// Who pays or is paid.
    pub member: MemberId,
    /// Where netting is bilateral: who is paid or pays on the other side.
    pub counterparty: Option<MemberId>,
    /// Whether the member pays.
    pub pay_in: bool,
    /// Amount in minor units of the settlement asset.
    pub amount: AmountMinor,
}
