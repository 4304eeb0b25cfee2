//! The steps before the first business day: everything that is registered, adopted, deposited and allotted.

use domain::command::{Command, CommandBody};
use domain::event::Stage;
use domain::limit::{LimitSetting, Scope};
use domain::plan::LimitKind;
use domain::time::{DAY_US, SECOND_US};
use domain::{Actor, ArrangementId, CalendarId, Date, InstitutionId, MemberId, RulebookId, Timestamp};
use money::AmountMinor;

use crate::calendar::{Place, Window};
use crate::scenario::Scenario;

/// The arrangement of a run: the only one in its journal.
pub(crate) const ARRANGEMENT: ArrangementId = ArrangementId(0);

/// Days after the window for which calendars are declared: a period of a year that begins with its last day, and its
/// settlement.
pub(crate) const DAYS_AFTER_WINDOW: i32 = 800;

/// The operator's two pairs of eyes.
pub(crate) fn by_operator(body: CommandBody) -> Command {
    Command::approved(Actor::operator(1), Actor::operator(2), body)
}

/// A member by one person.
pub(crate) fn by_member(member: MemberId, body: CommandBody) -> Command {
    Command::by(Actor::member(member, 1), body)
}

/// A member by two persons.
pub(crate) fn by_member_approved(member: MemberId, body: CommandBody) -> Command {
    Command::approved(Actor::member(member, 1), Actor::member(member, 2), body)
}

/// The settlement agent.
pub(crate) fn by_agent(body: CommandBody) -> Command {
    Command::by(Actor::agent(1), body)
}

/// Before the first step of a run: the midnight before the window's first day begins, a day early, for a local day may
/// begin on the day before in UTC.
pub(crate) fn begins_at(window: Window) -> Timestamp {
    window.from().start().plus_us(-DAY_US)
}

/// The steps in order, a second apart.
pub(crate) fn steps(scenario: &Scenario) -> Vec<(Timestamp, Vec<Command>)> {
    let lists = [
        currencies(scenario),
        calendars(scenario),
        members(scenario),
        institutions(scenario),
        arrangement(scenario),
        joins(scenario),
        deposits(scenario),
        limits(scenario),
        credit(scenario),
    ];
    let begins = begins_at(scenario.traffic.window());
    let mut steps: Vec<(Timestamp, Vec<Command>)> = Vec::new();
    for commands in lists.into_iter().filter(|commands| !commands.is_empty()) {
        let at = steps.last().map_or(begins, |(at, _)| *at).plus_us(SECOND_US);
        steps.push((at, commands));
    }
    steps
}

fn currencies(scenario: &Scenario) -> Vec<Command> {
    let of_region = |index: &crate::region::CurrencyIndex| scenario.region.currencies[index.index()].currency;
    let register = |currency: money::Currency| CommandBody::RegisterCurrency {
        code: currency.code(),
        minor_decimals: currency.minor_decimals(),
    };
    // A unit of account is registered like a currency, after those of the region; a dollar of a ticket is taken for one.
    let unit = scenario.plan.additions.unit.as_ref().map(|unit| CommandBody::RegisterCurrency {
        code: unit.code,
        minor_decimals: scenario.region.currencies[scenario.asset.index()].currency.minor_decimals(),
    });
    scenario.enrolment.currencies.iter().map(of_region).map(register).chain(unit).map(by_operator).collect()
}

/// A calendar for each country, one for New York and one for the agent, which keeps New York's days. The days closed are
/// declared in the same step.
fn calendars(scenario: &Scenario) -> Vec<Command> {
    let window = scenario.traffic.window();
    let mut places: Vec<(String, Place)> = scenario
        .enrolment
        .countries
        .iter()
        .map(|&country| (scenario.region.countries[country.index()].code.to_string(), Place::Country(country)))
        .collect();
    places.push((scenario.region.new_york.name.clone(), Place::NewYork));
    places.push(("settlement agent".to_owned(), Place::NewYork));
    let mut commands = Vec::new();
    for (place, (name, at)) in places.into_iter().enumerate() {
        commands.push(by_operator(CommandBody::DefineCalendar { name }));
        let days = (window.from().0..=window.to().0 + DAYS_AFTER_WINDOW).map(Date);
        let closed = days.filter(|&day| !day.is_weekend() && !scenario.calendars.is_open(at, day)).collect::<Vec<_>>();
        if !closed.is_empty() {
            let (calendar, opened) = (CalendarId::from_index(place), Vec::new());
            commands.push(by_operator(CommandBody::SetCalendarDays { calendar, closed, opened }));
        }
    }
    commands
}

fn members(scenario: &Scenario) -> Vec<Command> {
    let register = |member: &crate::enrolment::EnrolledMember| {
        let of_region = &scenario.region.members[member.index.index()];
        CommandBody::RegisterMember { code: of_region.code.clone(), bic: of_region.bic.clone() }
    };
    scenario.enrolment.members.iter().map(register).map(by_operator).collect()
}

fn institutions(scenario: &Scenario) -> Vec<Command> {
    let authorise = |institution: &crate::enrolment::EnrolledInstitution| {
        let body = CommandBody::AuthoriseInstitution {
            member: institution.member,
            code: institution.code.clone(),
            jurisdiction: scenario.region.countries[institution.country.index()].code.to_string(),
            calendar: scenario.enrolment.calendar(institution.country),
            currency: scenario.enrolment.currency(institution.currency),
        };
        by_member(institution.member, body)
    };
    scenario.enrolment.institutions.iter().map(authorise).collect()
}

fn arrangement(scenario: &Scenario) -> Vec<Command> {
    let adopt = CommandBody::AdoptRulebook {
        source: scenario.source.as_bytes().to_vec(),
        plan: Box::new(scenario.plan.clone()),
    };
    let open = CommandBody::OpenArrangement {
        rulebook: RulebookId(0),
        agent_calendar: scenario.enrolment.agent_calendar(),
        asset_calendar: scenario.enrolment.asset_calendar(),
    };
    vec![by_operator(adopt), by_operator(open)]
}

/// Nobody pays out before the net has settled: that is each member's own choice, and nothing is known of it.
fn joins(scenario: &Scenario) -> Vec<Command> {
    let prefunded = !scenario.funding.prefunding.is_empty();
    let stage = if prefunded { Stage::Prefunded } else { Stage::Net };
    let join = |member| CommandBody::Join { arrangement: ARRANGEMENT, member, stage, payout_at_clearing: false };
    member_ids(scenario).map(|member| by_member(member, join(member))).collect()
}

fn deposits(scenario: &Scenario) -> Vec<Command> {
    let deposit = |(member, &usd_cents): (MemberId, &u64)| {
        let amount = AmountMinor::new(usd_cents).ok()?;
        Some(by_agent(CommandBody::MovePrefunding { arrangement: ARRANGEMENT, member, amount, deposit: true }))
    };
    member_ids(scenario).zip(&scenario.funding.prefunding).filter_map(deposit).collect()
}

/// Shares by the members whose caps they part, lines by the creditors that grant them, largest payments by the payers'.
fn limits(scenario: &Scenario) -> Vec<Command> {
    let effective = scenario.traffic.window().from();
    let shares = scenario.funding.shares.iter().enumerate().filter(|(_, share)| **share > 0).map(|(place, &share)| {
        let institution = InstitutionId::from_index(place);
        let member = scenario.enrolment.institutions[place].member;
        set_limit(member, Scope::InstitutionShare(institution), share, effective)
    });
    let lines = scenario
        .funding
        .lines
        .iter()
        .map(|(&(debtor, creditor), &line)| set_limit(creditor, Scope::Pair { debtor, creditor }, line, effective));
    let largest = scenario.funding.largest_payment.into_iter().flat_map(|largest| {
        member_ids(scenario).map(move |member| set_limit(member, Scope::PerPayment(member), largest, effective))
    });
    let towards_all = member_ids(scenario).zip(&scenario.funding.lines_towards_all).map(|(member, &line)| {
        let scope = match scenario.plan.limit(LimitKind::Allocation) {
            Some(_) => Scope::Allocation(member),
            None => Scope::MemberTowardsAll(member),
        };
        let setting = LimitSetting { arrangement: ARRANGEMENT, scope, maximum_minor: line, effective };
        by_operator(CommandBody::SetLimit(setting))
    });
    shares.chain(lines).chain(towards_all).chain(largest).collect()
}

/// Quotas by the operator, what members opt in to, and what is paid into the fund.
fn credit(scenario: &Scenario) -> Vec<Command> {
    let (terms, effective) = (&scenario.funding.credit, scenario.traffic.window().from());
    let quotas = member_ids(scenario).zip(&terms.entered).map(|(member, &maximum_minor)| {
        let scope = Scope::Quota(member);
        let setting = LimitSetting { arrangement: ARRANGEMENT, scope, maximum_minor, effective };
        by_operator(CommandBody::SetLimit(setting))
    });
    let known = |kind| scenario.plan.limit(kind).is_some();
    let opted_in = member_ids(scenario).zip(&terms.opted_in).flat_map(|(member, &most)| {
        let debts = known(LimitKind::Debts).then(|| set_limit(member, Scope::Debts(member), most, effective));
        let claims = known(LimitKind::Claims).then(|| set_limit(member, Scope::Claims(member), most, effective));
        debts.into_iter().chain(claims)
    });
    let paid_in =
        |member, amount| by_agent(CommandBody::MoveFund { arrangement: ARRANGEMENT, member, amount, deposit: true });
    let contributions = terms.contributions().map(|(member, amount)| paid_in(Some(member), amount));
    let capital = AmountMinor::new(terms.capital).ok().map(|amount| paid_in(None, amount));
    quotas.chain(opted_in).chain(contributions).chain(capital).collect()
}

/// A limit set by a member.
pub(crate) fn set_limit(owner: MemberId, scope: Scope, maximum_minor: u64, effective: Date) -> Command {
    let setting = LimitSetting { arrangement: ARRANGEMENT, scope, maximum_minor, effective };
    by_member(owner, CommandBody::SetLimit(setting))
}

pub(crate) fn member_ids(scenario: &Scenario) -> impl Iterator<Item = MemberId> + use<> {
    (0..scenario.enrolment.members.len()).map(MemberId::from_index)
}
