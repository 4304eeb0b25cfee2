//! A payment as it leaves memory: all that is remembered of it, so that it can come back exactly as it was.

use crate::canonical::PaymentRow;
use crate::event::{DisputeOutcome, Payout};
use crate::ids::{
    ArrangementId, ContentDigest, CurrencyId, CycleId, DocumentKey, InstitutionId, PaymentId, PaymentKey, Uetr,
};
use crate::payment::{LegState, PaymentState};
use crate::plan::Denomination;
use crate::refusal::Refusal;
use crate::time::{Date, Timestamp};

/// The original of a closed payment, as an archive keeps it and as `PaymentRecalled` brings it back.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct PaymentOriginal {
    /// Its ordinal.
    pub payment: PaymentId,
    /// The arrangement.
    pub arrangement: ArrangementId,
    /// The payment that it gives back, where it is a return.
    pub return_of: Option<PaymentId>,
    /// The institution that sent the order: its reference is unique under it.
    pub instructing: InstitutionId,
    /// The payer's institution.
    pub payer: InstitutionId,
    /// The payee's institution.
    pub payee: InstitutionId,
    /// Its reference.
    pub uetr: Uetr,
    /// Digest of its content.
    pub content: ContentDigest,
    /// Key of its trade document, while the document counts as used by it.
    pub document: Option<DocumentKey>,
    /// Its state.
    pub state: PaymentState,
    /// Why it was refused, if it was.
    pub refusal: Option<Refusal>,
    /// State of leg 1.
    pub collection: LegState,
    /// State of leg 3.
    pub payout: LegState,
    /// When leg 3 was due.
    pub payout_when: Option<Payout>,
    /// Amount collected from the payer, in minor units of its currency.
    pub payer_minor: u64,
    /// Amount of leg 2, in minor units of its currency.
    pub position_minor: u64,
    /// Amount for the payee, in minor units of its currency.
    pub payee_minor: u64,
    /// Part of leg 2 that returns gave back, in minor units.
    pub returned_minor: u64,
    /// What the payee's institution gave back, in minor units of its currency.
    pub returned_payee_minor: u64,
    /// Currency of leg 2.
    pub position_currency: CurrencyId,
    /// Currency in which it was ordered.
    pub denomination: Denomination,
    /// Whether it went before ordinary items.
    pub urgent: bool,
    /// Whether leg 1 was confirmed before leg 2.
    pub collected_first: bool,
    /// Until when its price was good.
    pub quote_until: Option<Timestamp>,
    /// Value date of leg 2.
    pub value_date: Date,
    /// Business date of entry.
    pub entered: Date,
    /// Business date by which the debited member was to answer.
    pub conformity_by: Option<Date>,
    /// The netting cycle in which it cleared.
    pub cycle: Option<CycleId>,
    /// How its last dispute ended.
    pub dispute_outcome: Option<DisputeOutcome>,
}

impl PaymentOriginal {
    /// The key under which its reference is used for ever.
    #[must_use]
    pub const fn key(&self) -> PaymentKey {
        PaymentKey { institution: self.instructing, uetr: self.uetr }
    }

    /// The payment as the canonical form has it.
    #[must_use]
    pub const fn row(&self) -> PaymentRow {
        PaymentRow {
            payment: self.payment,
            arrangement: self.arrangement,
            return_of: self.return_of,
            payer: self.payer,
            payee: self.payee,
            uetr: self.uetr,
            content: self.content,
            state: self.state,
            collection: self.collection,
            payout: self.payout,
            payout_when: self.payout_when,
            payer_minor: self.payer_minor,
            position_minor: self.position_minor,
            payee_minor: self.payee_minor,
            position_currency: self.position_currency,
            urgent: self.urgent,
            quote_until: self.quote_until,
            value_date: self.value_date,
            entered: self.entered,
            conformity_by: self.conformity_by,
            cycle: self.cycle,
            returned_minor: self.returned_minor,
            dispute: None,
            dispute_outcome: self.dispute_outcome,
        }
    }
}
