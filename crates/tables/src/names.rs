//! Names in the tables of what events number: plain English words, the same in every version of the tables.

use crate::cell::Cell;
use domain::event::{CommandKind, DisputeOutcome, EndReason, Payout, Stage};
use domain::limit::Scope;
use domain::plan::{Counterparty, DayStep, Denomination, Initiator, LimitKind, Netting, PositionCurrency, Purpose};
use domain::plan::{FeeRule, FeeTo, Price, RuleKey};
use domain::{AccountKind, BookId, Owner, RunMethod};
use money::AmountMinor;
use std::fmt::Debug;

/// Something with a name in the tables, and found by it when they are opened again.
pub(crate) trait Named: Sized {
    fn name(&self) -> &'static str;
    fn of_name(name: &str) -> Option<Self>;

    fn of_cell(cell: &Cell<'_>) -> Option<Self> {
        if let Cell::Text(name) = cell { Self::of_name(name) } else { None }
    }
}

macro_rules! named {
    ($($type:ty { $($variant:path = $name:literal),+ $(,)? })+) => {
        $(impl Named for $type {
            fn name(&self) -> &'static str {
                match self { $($variant => $name),+ }
            }

            fn of_name(name: &str) -> Option<Self> {
                match name { $($name => Some($variant),)+ _ => None }
            }
        })+
    };
}

/// Why a payment waited.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum QueuedBecause {
    /// Its amounts were good no more: it waits to be priced again.
    PriceRanOut,
    /// Others of its institution were waiting before it.
    BehindEarlier,
    /// It would have passed a limit that makes payments wait.
    Limit,
}

/// The debited member's answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Conformity {
    Given,
    GivenBySilence,
    Refused,
    RefusedBySilence,
}

impl Conformity {
    /// Whether the debit was reversed by it.
    pub(crate) const fn is_reversal(self) -> bool {
        matches!(self, Self::Refused | Self::RefusedBySilence)
    }
}

/// How a payment ended that did not clear.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum EndedBecause {
    Cancelled,
    Suspended,
    Void,
    Expired,
    QuoteLapsed,
    MemberLeaving,
    Refused,
}

impl From<EndReason> for EndedBecause {
    fn from(reason: EndReason) -> Self {
        match reason {
            EndReason::Cancelled => Self::Cancelled,
            EndReason::Suspended => Self::Suspended,
            EndReason::Void => Self::Void,
            EndReason::Expired => Self::Expired,
            EndReason::QuoteLapsed => Self::QuoteLapsed,
            EndReason::MemberLeaving => Self::MemberLeaving,
        }
    }
}

named! {
    QueuedBecause {
        QueuedBecause::PriceRanOut = "price ran out",
        QueuedBecause::BehindEarlier = "behind earlier",
        QueuedBecause::Limit = "limit",
    }
    Conformity {
        Conformity::Given = "given",
        Conformity::GivenBySilence = "given by silence",
        Conformity::Refused = "refused",
        Conformity::RefusedBySilence = "refused by silence",
    }
    EndedBecause {
        EndedBecause::Cancelled = "cancelled",
        EndedBecause::Suspended = "suspended",
        EndedBecause::Void = "void",
        EndedBecause::Expired = "expired",
        EndedBecause::QuoteLapsed = "quote lapsed",
        EndedBecause::MemberLeaving = "member leaving",
        EndedBecause::Refused = "refused",
    }
    Purpose {
        Purpose::Goods = "goods",
        Purpose::Services = "services",
        Purpose::Remittance = "remittance",
        Purpose::Pension = "pension",
        Purpose::PublicProgramme = "public programme",
        Purpose::Investment = "investment",
    }
    Denomination {
        Denomination::Payee = "payee",
        Denomination::Payer = "payer",
        Denomination::Asset = "asset",
    }
    Payout {
        Payout::AtClearing = "at clearing",
        Payout::AfterSettlement = "after settlement",
        Payout::AtConformity = "at conformity",
    }
    DisputeOutcome {
        DisputeOutcome::Upheld = "upheld",
        DisputeOutcome::Rejected = "rejected",
        DisputeOutcome::Lapsed = "lapsed",
    }
    Stage {
        Stage::Observer = "observer",
        Stage::Shadow = "shadow",
        Stage::Prefunded = "prefunded",
        Stage::Net = "net",
    }
    RunMethod {
        RunMethod::Optimal = "optimal",
        RunMethod::Fifo = "fifo",
        RunMethod::Unfrozen = "unfrozen",
    }
    Initiator { Initiator::Payer = "payer", Initiator::Payee = "payee" }
    Counterparty { Counterparty::House = "house", Counterparty::Pair = "pair" }
    PositionCurrency { PositionCurrency::Asset = "asset", PositionCurrency::Denominated = "denominated" }
    Netting { Netting::Bilateral = "bilateral", Netting::Multilateral = "multilateral", Netting::None = "none" }
    LimitKind {
        LimitKind::InstitutionShare = "institution share",
        LimitKind::Pair = "pair",
        LimitKind::CreditorExposure = "creditor exposure",
        LimitKind::PerPayment = "per payment",
        LimitKind::Prefinancing = "prefinancing",
        LimitKind::MemberTowardsAll = "member towards all",
        LimitKind::Facility = "facility",
        LimitKind::PrefundedBalance = "prefunded balance",
        LimitKind::Quota = "quota",
        LimitKind::Claims = "claims",
        LimitKind::Debts = "debts",
        LimitKind::Allocation = "allocation",
    }
    AccountKind {
        AccountKind::Institution = "institution",
        AccountKind::Collected = "collected",
        AccountKind::Counterpart = "counterpart",
        AccountKind::PayoutDue = "payout due",
        AccountKind::FxResult = "FX result",
        AccountKind::SettledCounterpart = "settled counterpart",
        AccountKind::Position = "position",
        AccountKind::NetDue = "net due",
        AccountKind::Prefunding = "prefunding",
        AccountKind::Agent = "agent",
        AccountKind::Interest = "interest",
        AccountKind::Fee = "fee",
        AccountKind::Credit = "credit",
        AccountKind::Fund = "fund",
        AccountKind::Reserve = "reserve",
        AccountKind::ReserveDue = "reserve due",
        AccountKind::SwapHeld = "swap held",
    }
    FeeTo {
        FeeTo::House = "house",
        FeeTo::PayerMember = "payer's member",
        FeeTo::PayeeMember = "payee's member",
    }
}

/// A rule of fees as a text: `flat 500`, or `house 2000, payer's member 500` in parts per million.
pub(crate) fn fee_text(rule: &FeeRule) -> String {
    match rule {
        FeeRule::Flat { amount_minor } => format!("{FLAT}{}", amount_minor.get()),
        FeeRule::Percent { parts } => {
            parts.iter().map(|(to, ppm)| format!("{} {ppm}", to.name())).collect::<Vec<_>>().join(", ")
        }
    }
}

/// The rule of such a text.
pub(crate) fn fee_rule(text: &str) -> Option<FeeRule> {
    if let Some(minor) = text.strip_prefix(FLAT) {
        return Some(FeeRule::Flat { amount_minor: AmountMinor::new(minor.parse().ok()?).ok()? });
    }
    let part = |part: &str| {
        let (to, ppm) = part.rsplit_once(' ')?;
        Some((FeeTo::of_name(to)?, ppm.parse().ok()?))
    };
    Some(FeeRule::Percent { parts: text.split(", ").map(part).collect::<Option<_>>()? })
}

const FLAT: &str = "flat ";

/// How a run ended that did not stay open.
pub(crate) const AT_ONCE: &str = "at once";

/// The name of a kind of price.
pub(crate) const fn price(price: Price) -> &'static str {
    match price {
        Price::Fixed { .. } => "fixed",
        Price::Open { .. } => "open",
        Price::Par => PAR,
    }
}

/// The name of [`Price::Par`].
pub(crate) const PAR: &str = "par";

/// The name of a step of the day.
pub(crate) fn day_step(step: DayStep) -> String {
    words(&step)
}

/// The name of a kind of command.
pub(crate) fn command(kind: CommandKind) -> String {
    words(&kind)
}

/// The name of a rule of a rulebook: that of its section, and for a limit its kind too.
pub(crate) fn rule(key: RuleKey) -> String {
    match key {
        RuleKey::Limit(kind) => format!("limit: {}", kind.name()),
        other => words(&other),
    }
}

/// The name of an enumerator in words: `SettlementAsset` is "settlement asset".
fn words(enumerator: &impl Debug) -> String {
    let debug = format!("{enumerator:?}");
    let mut words = String::with_capacity(debug.len() + 4);
    for (index, character) in debug.char_indices() {
        if index > 0 && character.is_ascii_uppercase() {
            words.push(' ');
        }
        words.push(character.to_ascii_lowercase());
    }
    words
}

/// The columns that say whose use a limit limits: kind, institution, debtor, member.
pub(crate) fn scope_cells(scope: Scope) -> [Cell<'static>; 4] {
    let kind = Cell::from(scope.kind().map_or(COMMITTED_LINE, |kind| kind.name()));
    match scope {
        Scope::InstitutionShare(institution) => [kind, institution.into(), Cell::Null, Cell::Null],
        Scope::Pair { debtor, creditor } => [kind, Cell::Null, debtor.into(), creditor.into()],
        Scope::CreditorExposure(member)
        | Scope::PerPayment(member)
        | Scope::Prefinancing(member)
        | Scope::MemberTowardsAll(member)
        | Scope::PrefundedBalance(member)
        | Scope::Allocation(member)
        | Scope::CommittedLine(member)
        | Scope::Quota(member)
        | Scope::Claims(member)
        | Scope::Debts(member) => [kind, Cell::Null, Cell::Null, member.into()],
        Scope::Facility => [kind, Cell::Null, Cell::Null, Cell::Null],
    }
}

/// The scope of such columns.
pub(crate) fn scope_of_cells(cells: &[Cell<'_>]) -> Option<Scope> {
    let [kind, institution, debtor, member] = cells else { return None };
    let member = || u16::try_from(member.as_integer()?).ok().map(domain::MemberId);
    if *kind == Cell::from(COMMITTED_LINE) {
        return member().map(Scope::CommittedLine);
    }
    match LimitKind::of_cell(kind)? {
        LimitKind::InstitutionShare => {
            let institution = u32::try_from(institution.as_integer()?).ok()?;
            Some(Scope::InstitutionShare(domain::InstitutionId(institution)))
        }
        LimitKind::Pair => {
            let debtor = u16::try_from(debtor.as_integer()?).ok().map(domain::MemberId)?;
            Some(Scope::Pair { debtor, creditor: member()? })
        }
        LimitKind::CreditorExposure => member().map(Scope::CreditorExposure),
        LimitKind::PerPayment => member().map(Scope::PerPayment),
        LimitKind::Prefinancing => member().map(Scope::Prefinancing),
        LimitKind::MemberTowardsAll => member().map(Scope::MemberTowardsAll),
        LimitKind::Facility => Some(Scope::Facility),
        LimitKind::Allocation => member().map(Scope::Allocation),
        LimitKind::PrefundedBalance => member().map(Scope::PrefundedBalance),
        LimitKind::Quota => member().map(Scope::Quota),
        LimitKind::Claims => member().map(Scope::Claims),
        LimitKind::Debts => member().map(Scope::Debts),
    }
}

const COMMITTED_LINE: &str = "committed line";

/// The columns that name a book: what it is, and its number.
pub(crate) fn book_cells(book: BookId) -> [Cell<'static>; 2] {
    match book {
        BookId::Edge(member) => ["edge".into(), member.into()],
        BookId::Arrangement(arrangement) => ["arrangement".into(), arrangement.into()],
    }
}

/// The columns that name an owner.
pub(crate) fn owner_cells(owner: Owner) -> [Cell<'static>; 2] {
    match owner {
        Owner::House => ["house".into(), Cell::Integer(0)],
        Owner::Member(member) => ["member".into(), member.into()],
        Owner::Institution(institution) => ["institution".into(), institution.into()],
        Owner::Arrangement(arrangement) => ["arrangement".into(), arrangement.into()],
    }
}

/// The book of such columns.
pub(crate) fn book_of(name: &str, number: i64) -> Option<BookId> {
    let number = u16::try_from(number).ok()?;
    match name {
        "edge" => Some(BookId::Edge(domain::MemberId(number))),
        "arrangement" => Some(BookId::Arrangement(domain::ArrangementId(number))),
        _ => None,
    }
}

/// The owner of such columns.
pub(crate) fn owner_of(name: &str, number: i64) -> Option<Owner> {
    match name {
        "house" => Some(Owner::House),
        "member" => u16::try_from(number).ok().map(|number| Owner::Member(domain::MemberId(number))),
        "institution" => u32::try_from(number).ok().map(|number| Owner::Institution(domain::InstitutionId(number))),
        "arrangement" => u16::try_from(number).ok().map(|number| Owner::Arrangement(domain::ArrangementId(number))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{ArrangementId, InstitutionId, MemberId};

    #[test]
    fn enumerators_have_names_of_plain_words() {
        assert_eq!(day_step(DayStep::EntryCutOff), "entry cut off");
        assert_eq!(command(CommandKind::ConfirmSettlement), "confirm settlement");
        assert_eq!(rule(RuleKey::SettlementAsset), "settlement asset");
        assert_eq!(rule(RuleKey::Limit(LimitKind::CreditorExposure)), "limit: creditor exposure");
    }

    #[test]
    fn names_lead_back_to_what_they_name() {
        for kind in AccountKind::ALL {
            assert_eq!(AccountKind::of_name(kind.name()), Some(*kind));
        }
        assert_eq!(AccountKind::of_name("fx result"), None);
        let member = MemberId(3);
        for scope in [
            Scope::InstitutionShare(InstitutionId(70_000)),
            Scope::Pair { debtor: MemberId(1), creditor: MemberId(2) },
            Scope::CreditorExposure(member),
            Scope::PerPayment(member),
            Scope::Prefinancing(member),
            Scope::CommittedLine(member),
            Scope::Quota(member),
            Scope::Claims(member),
            Scope::Debts(member),
        ] {
            assert_eq!(scope_of_cells(&scope_cells(scope)), Some(scope));
        }
        for owner in [
            Owner::House,
            Owner::Member(member),
            Owner::Institution(InstitutionId(9)),
            Owner::Arrangement(ArrangementId(1)),
        ] {
            let [name, number] = owner_cells(owner);
            let Cell::Text(name) = name else { panic!("a name is a text") };
            assert_eq!(owner_of(&name, number.as_integer().unwrap()), Some(owner));
        }
        assert_eq!(book_of("edge", 65_536), None);
        assert_eq!(owner_of("bank", 1), None);
    }
}
