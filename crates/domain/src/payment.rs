//! States of a payment and of its legs. The transition table is docs/payment-states.md; [`TRANSITIONS`] is the same
//! table, and a test holds the two together.

use crate::ids::{CurrencyId, PaymentId};
use crate::plan::Denomination;
use money::AmountMinor;

/// State of a payment as a whole.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
#[repr(u8)]
pub enum PaymentState {
    /// A rule said no.
    Refused = 1,
    /// The price is open until the next fixing.
    AwaitingRate = 2,
    /// Leg 1 is not confirmed.
    AwaitingCollection = 3,
    /// Held by a member's own sanctions or money-laundering list.
    Held = 4,
    /// Waits for headroom.
    Queued = 5,
    /// Frozen in an optimisation run.
    InCycle = 6,
    /// Leg 2 is posted.
    Cleared = 7,
    /// Leg 3 is confirmed.
    PaidOut = 8,
    /// Withdrawn before clearing.
    Cancelled = 9,
    /// Its time in the queue, or for collection, is over.
    Expired = 10,
    /// Given back in full; or its quote lapsed; or its debit was reversed.
    Returned = 11,
    /// Given back in part.
    PartlyReturned = 12,
    /// Disputed after clearing: has a deadline, a carrier and outcomes.
    Disputed = 13,
}

impl PaymentState {
    /// Every state, in order of its number.
    pub const ALL: &'static [Self] = &[
        Self::Refused,
        Self::AwaitingRate,
        Self::AwaitingCollection,
        Self::Held,
        Self::Queued,
        Self::InCycle,
        Self::Cleared,
        Self::PaidOut,
        Self::Cancelled,
        Self::Expired,
        Self::Returned,
        Self::PartlyReturned,
        Self::Disputed,
    ];

    /// The state's name as it is printed and documented.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::AwaitingRate => "awaiting rate",
            Self::AwaitingCollection => "awaiting collection",
            Self::Held => "held",
            Self::Queued => "queued",
            Self::InCycle => "in cycle",
            Self::Cleared => "cleared",
            Self::PaidOut => "paid out",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
            Self::Returned => "returned",
            Self::PartlyReturned => "partly returned",
            Self::Disputed => "disputed",
        }
    }

    /// In which figure of a summary a payment in this state is counted; each payment is counted once.
    #[must_use]
    pub const fn bucket(self) -> Bucket {
        match self {
            Self::Refused => Bucket::Refused,
            Self::AwaitingRate | Self::AwaitingCollection | Self::Held => Bucket::Awaiting,
            Self::Queued | Self::InCycle => Bucket::Queued,
            Self::Cleared | Self::PaidOut | Self::PartlyReturned | Self::Disputed => Bucket::Cleared,
            Self::Cancelled => Bucket::Cancelled,
            Self::Expired => Bucket::Expired,
            Self::Returned => Bucket::Returned,
        }
    }

    /// Whether it stands in its institution's queue, frozen or not.
    #[must_use]
    pub const fn is_in_queue(self) -> bool {
        matches!(self, Self::Queued | Self::InCycle)
    }

    /// Whether nothing more is expected to happen to it: such payments leave the rows of the canonical form.
    #[must_use]
    pub const fn is_closed(self) -> bool {
        matches!(self, Self::Refused | Self::PaidOut | Self::Cancelled | Self::Expired | Self::Returned)
    }
}

/// Figure of a summary.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
#[allow(missing_docs, reason = "the names are those of the machine-readable summary")]
pub enum Bucket {
    Cleared,
    Queued,
    Refused,
    Expired,
    Cancelled,
    Returned,
    Awaiting,
}

/// What moves a payment from one state to another.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
pub enum Step {
    /// A rule says no.
    Refuse,
    /// Accepted with an open price.
    AwaitRate,
    /// Accepted, or priced, or released; leg 1 is not confirmed.
    AwaitCollection,
    /// A member's own list holds it.
    Hold,
    /// No headroom, or others before it.
    Queue,
    /// Leg 2 posts.
    Clear,
    /// An optimisation run freezes it.
    Freeze,
    /// The run ends without it.
    Unfreeze,
    /// Leg 3 is confirmed.
    PayOut,
    /// Its sender, the operator or a suspension withdraws it.
    Cancel,
    /// Its time is over.
    Expire,
    /// Its quote ran out and the new price is beyond the tolerance.
    Lapse,
    /// The debited member refuses its conformity: reversed at the original value date.
    Extorno,
    /// A part is given back.
    ReturnPart,
    /// The rest is given back.
    ReturnWhole,
    /// Payer's or payee's side disputes it.
    Dispute,
    /// The dispute ends: back to the state before it.
    EndDispute,
}

impl Step {
    /// The step's name as it is documented.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Refuse => "refuse",
            Self::AwaitRate => "await rate",
            Self::AwaitCollection => "await collection",
            Self::Hold => "hold",
            Self::Queue => "queue",
            Self::Clear => "clear",
            Self::Freeze => "freeze",
            Self::Unfreeze => "unfreeze",
            Self::PayOut => "pay out",
            Self::Cancel => "cancel",
            Self::Expire => "expire",
            Self::Lapse => "lapse",
            Self::Extorno => "extorno",
            Self::ReturnPart => "return part",
            Self::ReturnWhole => "return whole",
            Self::Dispute => "dispute",
            Self::EndDispute => "end dispute",
        }
    }
}

/// The whole transition table: from (`None`: received), step, to.
pub const TRANSITIONS: &[(Option<PaymentState>, Step, PaymentState)] = {
    use PaymentState as S;
    use Step as T;
    &[
        (None, T::Refuse, S::Refused),
        (None, T::AwaitRate, S::AwaitingRate),
        (None, T::AwaitCollection, S::AwaitingCollection),
        (None, T::Hold, S::Held),
        (None, T::Queue, S::Queued),
        (None, T::Clear, S::Cleared),
        (Some(S::Held), T::Refuse, S::Refused),
        (Some(S::Held), T::AwaitRate, S::AwaitingRate),
        (Some(S::Held), T::AwaitCollection, S::AwaitingCollection),
        (Some(S::Held), T::Queue, S::Queued),
        (Some(S::Held), T::Clear, S::Cleared),
        (Some(S::Held), T::Cancel, S::Cancelled),
        (Some(S::Held), T::Expire, S::Expired),
        (Some(S::AwaitingRate), T::AwaitCollection, S::AwaitingCollection),
        (Some(S::AwaitingRate), T::Cancel, S::Cancelled),
        (Some(S::AwaitingRate), T::Expire, S::Expired),
        (Some(S::AwaitingCollection), T::Queue, S::Queued),
        (Some(S::AwaitingCollection), T::Clear, S::Cleared),
        (Some(S::AwaitingCollection), T::Cancel, S::Cancelled),
        (Some(S::AwaitingCollection), T::Expire, S::Expired),
        (Some(S::Queued), T::Freeze, S::InCycle),
        (Some(S::Queued), T::Clear, S::Cleared),
        (Some(S::Queued), T::Cancel, S::Cancelled),
        (Some(S::Queued), T::Expire, S::Expired),
        (Some(S::Queued), T::Lapse, S::Returned),
        (Some(S::InCycle), T::Clear, S::Cleared),
        (Some(S::InCycle), T::Cancel, S::Cancelled),
        (Some(S::InCycle), T::Unfreeze, S::Queued),
        (Some(S::InCycle), T::Lapse, S::Returned),
        (Some(S::Cleared), T::PayOut, S::PaidOut),
        (Some(S::Cleared), T::Extorno, S::Returned),
        (Some(S::Cleared), T::Dispute, S::Disputed),
        (Some(S::PaidOut), T::ReturnPart, S::PartlyReturned),
        (Some(S::PaidOut), T::ReturnWhole, S::Returned),
        (Some(S::PaidOut), T::Dispute, S::Disputed),
        (Some(S::PartlyReturned), T::ReturnPart, S::PartlyReturned),
        (Some(S::PartlyReturned), T::ReturnWhole, S::Returned),
        (Some(S::PartlyReturned), T::Dispute, S::Disputed),
        (Some(S::Disputed), T::EndDispute, S::Cleared),
        (Some(S::Disputed), T::EndDispute, S::PaidOut),
        (Some(S::Disputed), T::EndDispute, S::PartlyReturned),
    ]
};

/// Whether the table has a row from `from` by `step` to `to`.
#[must_use]
pub fn may(from: Option<PaymentState>, step: Step, to: PaymentState) -> bool {
    TRANSITIONS.contains(&(from, step, to))
}

/// State of one leg.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
#[repr(u8)]
pub enum LegState {
    /// Not due.
    None = 0,
    /// Its trigger has come.
    Due = 1,
    /// Told to whoever moves the money.
    Instructed = 2,
    /// Moved.
    Confirmed = 3,
    /// Could not be moved; will be tried again.
    Failed = 4,
    /// Not moved in time; stays due to its addressee.
    Aged = 5,
}

impl LegState {
    /// Every state of a leg, in order of its number.
    pub const ALL: &'static [Self] =
        &[Self::None, Self::Due, Self::Instructed, Self::Confirmed, Self::Failed, Self::Aged];
}

/// Amounts of the three legs; an amount that depends on an open price is not there yet.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct Amounts {
    /// Leg 1, in minor units of the payer's edge currency; none while the price is open.
    pub payer: Option<AmountMinor>,
    /// Leg 2, in minor units of the position currency.
    pub position: AmountMinor,
    /// Leg 3, in minor units of the payee's edge currency. While the price of an order in the payer's currency is open, it
    /// repeats the amount ordered and says nothing of leg 3: see [`Amounts::legs_minor`].
    pub payee: AmountMinor,
}

impl Amounts {
    /// Minor units of legs 1, 2 and 3 of an order in a denomination; 0 for the leg whose amount an open price leaves open:
    /// leg 3 of an order in the payer's currency, leg 1 of any other.
    #[must_use]
    pub fn legs_minor(&self, denomination: Denomination) -> (u64, u64, u64) {
        let position = self.position.get();
        match (self.payer, denomination) {
            (Some(payer), _) => (payer.get(), position, self.payee.get()),
            (None, Denomination::Payer) => (position, position, 0),
            (None, Denomination::Payee | Denomination::Asset) => (0, position, self.payee.get()),
        }
    }
}

/// Currencies of the three legs.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct LegCurrencies {
    /// Leg 1.
    pub payer: CurrencyId,
    /// Leg 2.
    pub position: CurrencyId,
    /// Leg 3.
    pub payee: CurrencyId,
}

/// A payment named in a list of an event, with the amount that its payee now gets.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct PricedForPayee {
    /// The payment.
    pub payment: PaymentId,
    /// Leg 3, in minor units of the payee's edge currency.
    pub payee: AmountMinor,
}

/// A payment named in a list of an event, with the amount it now costs its payer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct PricedPayment {
    /// The payment.
    pub payment: PaymentId,
    /// Leg 1, in minor units of the payer's edge currency.
    pub payer: AmountMinor,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_in_the_documentation_is_the_table_in_the_code() {
        let page = include_str!("../../../docs/payment-states.md");
        let mut documented: Vec<(String, String, String)> = page
            .lines()
            .skip_while(|line| !line.starts_with("| From | Step | To |"))
            .skip(2)
            .take_while(|line| line.starts_with('|'))
            .map(|line| {
                let cells: Vec<_> = line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect();
                (cells[0].clone(), cells[1].clone(), cells[2].clone())
            })
            .collect();
        let mut coded: Vec<_> = TRANSITIONS
            .iter()
            .map(|(from, step, to)| {
                let from = from.map_or("received", PaymentState::name);
                (from.to_owned(), step.name().to_owned(), to.name().to_owned())
            })
            .collect();
        documented.sort();
        coded.sort();
        assert_eq!(documented, coded);
    }

    #[test]
    fn every_state_has_the_documented_bucket() {
        let page = include_str!("../../../docs/payment-states.md");
        for state in PaymentState::ALL {
            let row = format!("| {} | {:?} |", state.name(), state.bucket()).to_lowercase();
            assert!(page.to_lowercase().contains(&row), "docs/payment-states.md lacks the row {row}");
        }
    }

    #[test]
    fn what_is_refused_cancelled_expired_or_returned_never_moves_again() {
        for dead in [PaymentState::Refused, PaymentState::Cancelled, PaymentState::Expired, PaymentState::Returned] {
            assert!(TRANSITIONS.iter().all(|(from, _, _)| *from != Some(dead)), "{dead:?}");
        }
    }

    #[test]
    fn every_state_can_be_reached() {
        for state in PaymentState::ALL {
            assert!(TRANSITIONS.iter().any(|(_, _, to)| to == state), "{state:?}");
        }
    }
}
