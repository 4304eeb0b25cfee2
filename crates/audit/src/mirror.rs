//! Mirrors: what the house has with others, entry by entry, as postings made it.

use crate::books::Entry;
use crate::finding::Finding;
use crate::model::Model;
use domain::{
    AccountKey, AccountKind, ArrangementId, BookId, CurrencyId, CycleId, Date, Event, EventBody, EventSeq, MemberId,
    Owner, PaymentId, Timestamp, Uetr,
};

/// An account of the house with somebody else, whose mirror the books have.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mirror {
    /// With the agent of an arrangement: accounts of the kind agent.
    Agent(ArrangementId),
    /// In a member's national system: accounts of the kind institution, all institutions of the member together.
    NationalSystem(MemberId),
}

/// What an entry of a mirror comes from.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum MirrorCause {
    /// A payment: its ordinal and reference.
    Payment(PaymentId, Uetr),
    /// A settlement leg: its cycle, its number from 0, its member.
    Settlement(CycleId, u32, MemberId),
    /// Prefunding of a member.
    Prefunding(MemberId),
    /// Fees.
    Fees,
    /// Something else that an event posted.
    Other,
}

/// An entry of a mirror.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MirrorPosting {
    /// The event that posted it.
    pub seq: EventSeq,
    /// Business date open in the arrangement of the event; the UTC date of the event, where none was open.
    pub date: Date,
    /// The currency.
    pub currency: CurrencyId,
    /// Minor units: positive where what the house has there rose.
    pub amount_minor: i128,
    /// What it comes from.
    pub cause: MirrorCause,
}

impl Mirror {
    /// Whether an account is the mirror, or a part of it.
    #[must_use]
    pub fn has(self, key: &AccountKey) -> bool {
        match self {
            Mirror::Agent(arrangement) => {
                key.kind == AccountKind::Agent && key.book == BookId::Arrangement(arrangement)
            }
            Mirror::NationalSystem(member) => key.kind == AccountKind::Institution && key.book == BookId::Edge(member),
        }
    }
}

/// An entry of an account, as an event posted it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AccountPosting {
    /// The event that posted it.
    pub seq: EventSeq,
    /// Its time.
    pub time: Timestamp,
    /// Business date open in the arrangement of the event; the UTC date of the event, where none was open.
    pub date: Date,
    /// The account.
    pub account: AccountKey,
    /// Minor units: positive where more is owed to the account's owner.
    pub amount_minor: i128,
    /// What it comes from.
    pub cause: MirrorCause,
}

/// Every entry of a mirror, from events read from the beginning of a journal, in their order.
///
/// The accounts say what is owed to the other side; a mirror says what the house has there, with the opposite sign.
///
/// # Errors
/// The first event that breaks a rule.
pub fn mirror(
    events: impl IntoIterator<Item = (EventSeq, Timestamp, Event)>,
    of: Mirror,
) -> Result<Vec<MirrorPosting>, Finding> {
    let posted = postings(events, |key| of.has(key))?.into_iter();
    let mirrored = posted.map(|AccountPosting { seq, date, account, amount_minor, cause, .. }| MirrorPosting {
        seq,
        date,
        currency: account.currency,
        amount_minor: -amount_minor,
        cause,
    });
    Ok(mirrored.collect())
}

/// Every entry of the accounts that are asked for, from events read from the beginning of a journal, in their order.
///
/// # Errors
/// The first event that breaks a rule.
pub fn postings(
    events: impl IntoIterator<Item = (EventSeq, Timestamp, Event)>,
    asked_for: impl Fn(&AccountKey) -> bool,
) -> Result<Vec<AccountPosting>, Finding> {
    let mut model = Model::new();
    let mut postings = Vec::new();
    for (seq, time, event) in events {
        model.books.noted = Some(Vec::new());
        model.apply(seq, time, &event)?;
        let noted = model.books.noted.take().unwrap_or_default();
        let nets = noted.iter().filter(|(_, (key, _))| key.kind == AccountKind::NetDue);
        let net_of = nets.map(|(_, (key, _))| key.owner).next();
        let wanted = noted.iter().copied().filter(|(_, (key, minor))| asked_for(key) && *minor != 0);
        for (payment, (account, amount_minor)) in wanted {
            let (date, cause) = model.booked(payment, &account, time, (&event.body, net_of));
            postings.push(AccountPosting { seq, time, date, account, amount_minor, cause });
        }
    }
    Ok(postings)
}

/// An entry, and the payment that it was posted for.
pub(crate) type Noted = (Option<PaymentId>, Entry);

impl Model {
    /// The date and the cause of an entry.
    fn booked(
        &self,
        payment: Option<PaymentId>,
        key: &AccountKey,
        time: Timestamp,
        (body, net_of): (&EventBody, Option<Owner>),
    ) -> (Date, MirrorCause) {
        let found = payment.and_then(|id| Some((id, self.payments.get(id)?)));
        let arrangement = match (&found, key.book) {
            (Some((_, payment)), _) => Some(payment.arrangement),
            (None, BookId::Arrangement(arrangement)) => Some(arrangement),
            (None, BookId::Edge(_)) => None,
        };
        let open = arrangement.and_then(|id| self.arrangements.get(&id)?.open.as_ref());
        let date = open.map_or_else(|| time.date(), |day| day.date);
        let cause = match (found, body, net_of) {
            (Some((id, payment)), ..) => MirrorCause::Payment(id, payment.uetr),
            (None, EventBody::PrefundingMoved { member, .. }, _) => MirrorCause::Prefunding(*member),
            (None, EventBody::FeesConfirmed { .. }, _) => MirrorCause::Fees,
            (None, EventBody::SettlementConfirmed { cycle, leg, .. }, Some(Owner::Member(member))) => {
                MirrorCause::Settlement(*cycle, *leg, member)
            }
            (None, ..) => MirrorCause::Other,
        };
        (date, cause)
    }
}
