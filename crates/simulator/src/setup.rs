//! How the house of a seed comes into being: commands in order, each sent again until its event is durable.

use crate::mirror::Mirror;
use crate::moves::by_operator;
use crate::shape::{ArrangementShape, Shape};
use domain::limit::{LimitSetting, Scope};
use domain::{Actor, ArrangementId, Command, CommandBody, MemberId, RulebookId};

/// A command of the beginning, and how to see that it was done.
pub(crate) struct Step {
    pub(crate) command: Command,
    done: Done,
}

/// What the events must show.
enum Done {
    Currencies(usize),
    Calendars(usize),
    Members(usize),
    Institutions(usize),
    Rulebooks(usize),
    Arrangements(usize),
    Joined(ArrangementId, MemberId),
    Prefunded(ArrangementId, MemberId),
    Limit(ArrangementId, Scope),
}

impl Step {
    /// Whether the events show that it was done.
    pub(crate) fn is_done(&self, mirror: &Mirror) -> bool {
        let of = |arrangement: ArrangementId| mirror.arrangements.get(arrangement.index());
        match self.done {
            Done::Currencies(count) => mirror.currencies >= count,
            Done::Calendars(count) => mirror.calendars.len() >= count,
            Done::Members(count) => mirror.members >= count,
            Done::Institutions(count) => mirror.institutions.len() >= count,
            Done::Rulebooks(count) => mirror.rulebooks >= count,
            Done::Arrangements(count) => mirror.arrangements.len() >= count,
            Done::Joined(arrangement, member) => of(arrangement).is_some_and(|view| view.members.contains_key(&member)),
            Done::Prefunded(arrangement, member) => {
                of(arrangement).is_some_and(|view| view.prefunding_minor.contains_key(&member))
            }
            Done::Limit(arrangement, scope) => of(arrangement).is_some_and(|view| view.limits.contains_key(&scope)),
        }
    }
}

/// All steps, in an order in which each can be done.
pub(crate) fn steps(shape: &Shape) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut add = |command, done| steps.push(Step { command, done });
    for (index, currency) in shape.currencies.iter().enumerate() {
        let body = CommandBody::RegisterCurrency { code: currency.code, minor_decimals: currency.minor_decimals };
        add(by_operator(body), Done::Currencies(index + 1));
    }
    for (index, name) in shape.calendars.iter().enumerate() {
        add(by_operator(CommandBody::DefineCalendar { name: name.clone() }), Done::Calendars(index + 1));
    }
    for (index, member) in shape.members.iter().enumerate() {
        let body = CommandBody::RegisterMember { code: member.code.clone(), bic: member.bic.clone() };
        add(by_operator(body), Done::Members(index + 1));
    }
    for (id, institution) in shape.institution_ids() {
        let member = shape.member(institution.member);
        let body = CommandBody::AuthoriseInstitution {
            member: institution.member,
            code: institution.code.clone(),
            jurisdiction: member.code.clone(),
            calendar: member.calendar,
            currency: member.currency,
        };
        add(Command::by(Actor::member(institution.member, 1), body), Done::Institutions(id.index() + 1));
    }
    for (index, arrangement) in shape.arrangements.iter().enumerate() {
        let source = arrangement.source.as_bytes().to_vec();
        let body = CommandBody::AdoptRulebook { source, plan: Box::new(arrangement.plan.clone()) };
        add(by_operator(body), Done::Rulebooks(index + 1));
        let body = CommandBody::OpenArrangement {
            rulebook: RulebookId::from_index(index),
            agent_calendar: shape.agent_calendar(),
            asset_calendar: shape.asset_calendar(),
        };
        add(by_operator(body), Done::Arrangements(index + 1));
    }
    for (index, arrangement) in shape.arrangements.iter().enumerate() {
        members_of(shape, ArrangementId::from_index(index), arrangement, &mut add);
    }
    steps
}

fn members_of(shape: &Shape, id: ArrangementId, arrangement: &ArrangementShape, add: &mut dyn FnMut(Command, Done)) {
    for &(member, stage, payout_at_clearing) in &arrangement.joins {
        let body = CommandBody::Join { arrangement: id, member, stage, payout_at_clearing };
        add(Command::by(Actor::member(member, 1), body), Done::Joined(id, member));
    }
    for &(member, amount) in &arrangement.prefunding_minor {
        let body = CommandBody::MovePrefunding { arrangement: id, member, amount, deposit: true };
        add(Command::by(Actor::agent(1), body), Done::Prefunded(id, member));
    }
    let shares = arrangement.shares_minor.iter().map(|&(institution, maximum)| {
        (shape.institutions[institution.index()].member, Scope::InstitutionShare(institution), maximum)
    });
    let lines = arrangement
        .lines_minor
        .iter()
        .map(|&(debtor, creditor, maximum)| (creditor, Scope::Pair { debtor, creditor }, maximum));
    let prefinancing =
        arrangement.prefinancing_minor.iter().map(|&(member, maximum)| (member, Scope::Prefinancing(member), maximum));
    let towards_all =
        arrangement.towards_all_minor.iter().map(|(member, most)| (Scope::MemberTowardsAll(*member), *most));
    let allocations = arrangement.allocations_minor.iter().map(|(member, most)| (Scope::Allocation(*member), *most));
    for (scope, maximum_minor) in towards_all.chain(allocations) {
        let setting = LimitSetting { arrangement: id, scope, maximum_minor, effective: shape.start };
        add(by_operator(CommandBody::SetLimit(setting)), Done::Limit(id, scope));
    }
    for (owner, scope, maximum_minor) in shares.chain(lines).chain(prefinancing) {
        let setting = LimitSetting { arrangement: id, scope, maximum_minor, effective: shape.start };
        add(Command::by(Actor::member(owner, 1), CommandBody::SetLimit(setting)), Done::Limit(id, scope));
    }
}
