//! Lines that expect something.

use super::Reading;
use super::instructions::{different, in_asset, in_currency, line_against, pair};
use crate::error::{ErrorKind, Wrong};
use crate::names::Party;
use crate::pattern::Found;
use crate::script::{Act, DrawingFigure, Expectation, LimitFigure, Settlement};
use crate::slot::Money;
use domain::credit::Holding;
use domain::limit::Scope;
use domain::plan::{LimitKind, Netting, OnLimit, Price};
use domain::{CurrencyId, Date, InstitutionId, MemberId};

type Built = Result<Option<Act>, Wrong>;

fn expected(expectation: Expectation) -> Built {
    Ok(Some(Act::Expect(expectation)))
}

fn cannot(what: impl Into<String>, remedy: impl Into<String>) -> Wrong {
    Wrong::new(ErrorKind::CannotBe, what, remedy)
}

/// Positions are kept in the asset, or in the currencies of members.
fn in_position_currency(reading: &Reading<'_>, money: Money) -> Result<Money, Wrong> {
    match reading.plan().position_currency {
        domain::plan::PositionCurrency::Asset => {
            in_asset(reading, money)?;
        }
        domain::plan::PositionCurrency::Denominated => {}
    }
    Ok(money)
}

pub(crate) fn position(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    let party = found.party().expect("bug: a position of the house");
    let money = in_position_currency(reading, found.money())?;
    expected(Expectation::Position { party, money })
}

pub(crate) fn owes(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    let (debtor, creditor) = (found.member(), found.member());
    different(debtor, creditor)?;
    let money = in_position_currency(reading, found.money())?;
    expected(Expectation::Owes { debtor, creditor, money })
}

pub(crate) fn net(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    let (member, money) = (found.member(), found.money());
    in_asset(reading, money)?;
    let closed = found.clause("closed").map(|mut clause| clause.date());
    expected(Expectation::Net { member, money, closed })
}

pub(crate) fn pays(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    settlement(reading, found, "to", true)
}

pub(crate) fn receives(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    settlement(reading, found, "from", false)
}

fn settlement(reading: &Reading<'_>, found: &mut Found, other: &str, pay_in: bool) -> Built {
    let member = found.member();
    let minor = in_asset(reading, found.money())?;
    let counterparty = found.clause(other).map(|mut clause| clause.member());
    if counterparty.is_some() && reading.plan().cycle.netting == Netting::Multilateral {
        let what = "under multilateral netting a member pays to all, and is paid by all";
        return Err(cannot(what, format!("leave out '{other}'")));
    }
    let on = found.clause("due").map(|mut clause| clause.date());
    let confirmed = match (found.says("confirmed"), found.says("open")) {
        (true, true) => return Err(cannot("a leg is confirmed or open", "choose one of them")),
        (false, false) => None,
        (confirmed, _) => Some(confirmed),
    };
    expected(Expectation::Settlement(Settlement { member, counterparty, pay_in, minor, on, confirmed }))
}

pub(crate) fn no_settlement(_: &mut Reading<'_>, _: &mut Found) -> Built {
    expected(Expectation::NoSettlement)
}

pub(crate) fn pay_ins(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    let money = found.money();
    in_asset(reading, money)?;
    expected(Expectation::PayIns { money, closed: found.clause("closed").map(|mut clause| clause.date()) })
}

pub(crate) fn gross(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    let money = in_position_currency(reading, found.money())?;
    expected(Expectation::Gross(money))
}

pub(crate) fn interest(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    let (debtor, creditor) = (found.member(), found.member());
    different(debtor, creditor)?;
    if reading.plan().interest.is_none() {
        return Err(cannot("the rulebook has no interest between members", "take the line out"));
    }
    let minor = in_asset(reading, found.money())?;
    let closed = found.clause("closed").map(|mut clause| clause.date());
    expected(Expectation::Interest { debtor, creditor, minor, closed })
}

pub(crate) fn result(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    let (member, money) = (found.member(), found.money());
    if reading.plan().settlement.conversion.is_none() {
        return Err(cannot("the rulebook converts no positions: nobody has an FX result", "take the line out"));
    }
    expected(Expectation::FxResult { member, money })
}

pub(crate) fn balance(_: &mut Reading<'_>, found: &mut Found) -> Built {
    let (kind, owner, money) = (found.account(), found.party(), found.money());
    expected(Expectation::Balance { kind, owner, money })
}

pub(crate) fn rate(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    let (of, per, rate) = (found.currency(), found.currency(), found.rate());
    if !matches!(reading.plan().price, Price::Open { .. }) {
        return Err(cannot("the rulebook has no fixing, and no rate of the day", "expect what a leg comes to"));
    }
    if of == per || [of, per].contains(&reading.rules().asset) {
        return Err(cannot("a rate of the day is between two members' currencies", "name two of them"));
    }
    expected(Expectation::Rate { of, per, rate, on: found.clause("on").map(|mut clause| clause.date()) })
}

pub(crate) fn leg_one(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    let payment = found.payment();
    let institution = reading.names.payments[payment].payer;
    leg(reading, found, 1, payment, Some(institution))
}

pub(crate) fn leg_two(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    let payment = found.payment();
    leg(reading, found, 2, payment, None)
}

pub(crate) fn leg_three(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    let payment = found.payment();
    let institution = reading.names.payments[payment].payee;
    leg(reading, found, 3, payment, Some(institution))
}

/// Legs 1 and 3 are in the currency of an institution; leg 2 in one of positions.
fn leg(reading: &Reading<'_>, found: &mut Found, leg: u8, payment: usize, institution: Option<InstitutionId>) -> Built {
    let money = found.money();
    match institution {
        Some(institution) => {
            in_currency(reading, money, edge_currency(reading, institution))?;
        }
        None => {
            in_position_currency(reading, money)?;
        }
    }
    let state = found.clause("is").map(|mut clause| clause.leg_state());
    expected(Expectation::Leg { leg, payment, money: Some(money), state })
}

fn edge_currency(reading: &Reading<'_>, institution: InstitutionId) -> CurrencyId {
    match reading.plan().price {
        Price::Par => reading.rules().asset,
        Price::Fixed { .. } | Price::Open { .. } => reading.names.institutions[institution.index()].currency,
    }
}

pub(crate) fn payment(_: &mut Reading<'_>, found: &mut Found) -> Built {
    expected(Expectation::Payment { payment: found.payment(), state: found.state() })
}

pub(crate) fn refused(_: &mut Reading<'_>, found: &mut Found) -> Built {
    let refusal = found.refusal();
    let payment = found.clause("of").map(|mut clause| clause.payment());
    let article = found.clause("by article").map(|mut clause| clause.text());
    if article.is_some() && refusal.rule().is_none() {
        let what = format!("{} comes from the house itself, not from an article", refusal.code());
        return Err(cannot(what, "leave the article out"));
    }
    expected(Expectation::Refused { refusal, payment, article })
}

pub(crate) fn queue(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    let count = found.count();
    if reading.plan().queue.is_none() {
        return Err(cannot("the rulebook has no queue", "take the line out"));
    }
    expected(Expectation::Queued { count, at: found.clause("of").map(|mut clause| clause.institution()) })
}

pub(crate) fn transfer(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    let (debtor, creditor) = (found.member(), found.member());
    different(debtor, creditor)?;
    let pays_excess = |rule: &domain::plan::LimitRule| matches!(rule.on_limit, OnLimit::PayExcess { .. });
    if !reading.plan().limit(LimitKind::Pair).is_some_and(pays_excess) {
        return Err(cannot("under this rulebook nobody pays the excess over a line", "take the line out"));
    }
    let minor = in_asset(reading, found.money())?;
    let by = found.clause("due").map(|mut clause| clause.date());
    expected(Expectation::TransferDue { debtor, creditor, minor, by })
}

pub(crate) fn use_of_pair(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    let scope = pair(found)?;
    limit(reading, found, scope, LimitFigure::Use)
}

pub(crate) fn room_of_pair(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    let scope = pair(found)?;
    limit(reading, found, scope, LimitFigure::Room)
}

pub(crate) fn use_of_share(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    let scope = Scope::InstitutionShare(found.institution());
    limit(reading, found, scope, LimitFigure::Use)
}

pub(crate) fn room_of_share(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    let scope = Scope::InstitutionShare(found.institution());
    limit(reading, found, scope, LimitFigure::Room)
}

pub(crate) fn use_of_exposure(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    let scope = Scope::CreditorExposure(found.member());
    limit(reading, found, scope, LimitFigure::Use)
}

pub(crate) fn room_of_exposure(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    let scope = Scope::CreditorExposure(found.member());
    limit(reading, found, scope, LimitFigure::Room)
}

pub(crate) fn use_of_towards_all(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    let scope = Scope::MemberTowardsAll(found.member());
    limit(reading, found, scope, LimitFigure::Use)
}

pub(crate) fn room_of_towards_all(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    let scope = Scope::MemberTowardsAll(found.member());
    limit(reading, found, scope, LimitFigure::Room)
}

pub(crate) fn use_of_facility(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    limit(reading, found, Scope::Facility, LimitFigure::Use)
}

pub(crate) fn room_of_facility(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    limit(reading, found, Scope::Facility, LimitFigure::Room)
}

fn limit(reading: &Reading<'_>, found: &mut Found, scope: Scope, of: LimitFigure) -> Built {
    let known = scope.kind().is_some_and(|kind| reading.plan().limit(kind).is_some());
    if !known {
        return Err(cannot("the rulebook has no such limit", "take the line out"));
    }
    let minor = in_asset(reading, found.money())?;
    expected(Expectation::Limit { scope, of, minor })
}

pub(crate) fn settled(_: &mut Reading<'_>, found: &mut Found) -> Built {
    expected(Expectation::Cycle { closed: found.date(), settled: true })
}

pub(crate) fn unsettled(_: &mut Reading<'_>, found: &mut Found) -> Built {
    expected(Expectation::Cycle { closed: found.date(), settled: false })
}

fn with_credit(reading: &Reading<'_>) -> Result<(), Wrong> {
    match reading.plan().additions.credit {
        Some(_) => Ok(()),
        None => Err(cannot("the rulebook has no credit", "take the line out")),
    }
}

pub(crate) fn parts(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    with_credit(reading)?;
    let (member, cash, credit) = (found.member(), found.money(), found.money());
    in_asset(reading, cash)?;
    in_asset(reading, credit)?;
    let closed = found.clause("closed").map(|mut clause| clause.date());
    expected(Expectation::Parts { member, cash, credit, closed })
}

pub(crate) fn cumulative(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    with_credit(reading)?;
    let (member, money) = (found.member(), found.money());
    in_asset(reading, money)?;
    expected(Expectation::Cumulative { member, money })
}

fn holding(reading: &Reading<'_>, found: &mut Found, holding: Holding) -> Built {
    with_credit(reading)?;
    let money = found.money();
    in_asset(reading, money)?;
    expected(Expectation::Holding { holding, money })
}

pub(crate) fn undated(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    let of = Holding::undated(found.member());
    holding(reading, found, of)
}

pub(crate) fn towards(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    let (member, other) = (found.member(), found.member());
    different(member, other)?;
    holding(reading, found, Holding::pair(member, other))
}

pub(crate) fn lot(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    let of = Holding::lot(found.member(), found.date());
    holding(reading, found, of)
}

pub(crate) fn instalment(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    let of = Holding::instalment(found.member(), found.date());
    holding(reading, found, of)
}

pub(crate) fn credit_interest(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    with_credit(reading)?;
    let (member, money) = (found.member(), found.money());
    in_asset(reading, money)?;
    let from = found.clause("from").map(|mut clause| clause.date());
    let to = found.clause("to").map(|mut clause| clause.date());
    expected(Expectation::CreditInterest { member, money, from, to })
}

pub(crate) fn missing(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    with_credit(reading)?;
    let money = found.money();
    in_asset(reading, money)?;
    expected(Expectation::Missing(money))
}

fn drawing(found: &mut Found, of: DrawingFigure, reading: &Reading<'_>) -> Built {
    let drawing = found.drawing();
    let of = if matches!(of, DrawingFigure::Due(_)) { DrawingFigure::Due(found.date()) } else { of };
    let money = found.money();
    if of != DrawingFigure::Held {
        in_asset(reading, money)?;
    }
    expected(Expectation::Drawing { drawing, of, money })
}

pub(crate) fn drawing_owed(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    drawing(found, DrawingFigure::Owed, reading)
}

pub(crate) fn drawing_held(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    drawing(found, DrawingFigure::Held, reading)
}

pub(crate) fn drawing_interest(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    drawing(found, DrawingFigure::Interest, reading)
}

pub(crate) fn drawing_instalment(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    drawing(found, DrawingFigure::Due(Date(0)), reading)
}

fn access(reading: &Reading<'_>, found: &mut Found, of: LimitFigure) -> Built {
    with_reserve(reading)?;
    let (member, money) = (found.member(), found.money());
    in_asset(reading, money)?;
    let line = match of {
        LimitFigure::Room => Some(found.text()),
        LimitFigure::Use | LimitFigure::Maximum => found.clause("on").map(|mut clause| clause.text()),
    };
    if let Some(line) = &line {
        line_against(reading, line)?;
    }
    expected(Expectation::Access { member, line, of, money })
}

pub(crate) fn may_draw(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    access(reading, found, LimitFigure::Room)
}

pub(crate) fn has_drawn(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    access(reading, found, LimitFigure::Use)
}

pub(crate) fn ceiling(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    access(reading, found, LimitFigure::Maximum)
}

fn with_reserve(reading: &Reading<'_>) -> Result<(), Wrong> {
    match reading.plan().additions.reserve {
        Some(_) => Ok(()),
        None => Err(cannot("the rulebook has no reserve fund", "take the line out")),
    }
}

pub(crate) fn overdue(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    with_reserve(reading)?;
    expected(Expectation::Overdue { member: found.member(), since: Some(found.date()) })
}

pub(crate) fn not_overdue(reading: &mut Reading<'_>, found: &mut Found) -> Built {
    with_reserve(reading)?;
    expected(Expectation::Overdue { member: found.member(), since: None })
}

/// The members that an expectation is about.
pub(crate) fn members_of(expectation: &Expectation, reading: &Reading<'_>) -> Vec<MemberId> {
    let of_institution = |institution: InstitutionId| reading.names.institutions[institution.index()].member;
    let of_party = |party: Party| match party {
        Party::Member(member) => member,
        Party::Institution(institution) => of_institution(institution),
    };
    match expectation {
        Expectation::Position { party, .. } => vec![of_party(*party)],
        Expectation::Balance { owner, .. } => owner.map(of_party).into_iter().collect(),
        Expectation::Owes { debtor, creditor, .. }
        | Expectation::Interest { debtor, creditor, .. }
        | Expectation::TransferDue { debtor, creditor, .. } => vec![*debtor, *creditor],
        Expectation::Net { member, .. }
        | Expectation::FxResult { member, .. }
        | Expectation::Parts { member, .. }
        | Expectation::Cumulative { member, .. }
        | Expectation::Access { member, .. }
        | Expectation::Overdue { member, .. }
        | Expectation::CreditInterest { member, .. } => vec![*member],
        Expectation::Holding { holding, .. } => {
            [Some(holding.member), holding.counterparty].into_iter().flatten().collect()
        }
        Expectation::Settlement(Settlement { member, counterparty, .. }) => {
            [Some(*member), *counterparty].into_iter().flatten().collect()
        }
        Expectation::Membership(membership) => membership.members().collect(),
        Expectation::Queued { at, .. } => at.map(of_institution).into_iter().collect(),
        Expectation::Limit { scope, .. } => match *scope {
            Scope::InstitutionShare(institution) => vec![of_institution(institution)],
            Scope::Pair { debtor, creditor } => vec![debtor, creditor],
            Scope::CreditorExposure(member) | Scope::MemberTowardsAll(member) => vec![member],
            // Of others nothing can be expected.
            _ => Vec::new(),
        },
        Expectation::NoSettlement
        | Expectation::PayIns { .. }
        | Expectation::Gross(_)
        | Expectation::Rate { .. }
        | Expectation::Leg { .. }
        | Expectation::Payment { .. }
        | Expectation::Refused { .. }
        | Expectation::Cycle { .. }
        | Expectation::Missing(_) => Vec::new(),
        Expectation::Drawing { drawing, .. } => vec![reading.names.drawings[*drawing].member],
    }
}
