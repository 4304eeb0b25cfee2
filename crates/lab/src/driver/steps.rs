//! What members and agent do when it is due, read off the state. Nobody is late, and nobody refuses.

use std::collections::BTreeMap;

use domain::command::{Command, CommandBody};
use domain::event::Quote;
use domain::limit::Scope;
use domain::plan::{CycleLength, Price};
use domain::{AccountKind, Actor, Date, MemberId, PaymentId};
use ledger::State;
use money::Rate;

use super::quotes::two_sided;
use super::schedule::time_zone_version;
use super::setup::{ARRANGEMENT, by_agent, by_member, by_member_approved, set_limit};
use crate::order_amounts::DayRates;
use crate::region::CurrencyIndex;
use crate::scenario::Scenario;

/// Payments that one command may name.
const PAYMENTS_OF_COMMAND: usize = ledger::limits::COMMAND_PAYMENTS_MAX;

/// Commands of a batch at most.
pub(crate) const COMMANDS_OF_BATCH: usize = 4_096;

/// Payments that the commands of a batch may name together.
const PAYMENTS_OF_BATCH: usize = 16 * PAYMENTS_OF_COMMAND;

/// The business day, with its steps resolved to instants.
pub(crate) fn open_day(scenario: &Scenario, date: Date) -> Vec<Command> {
    let body = CommandBody::OpenDay {
        arrangement: ARRANGEMENT,
        date,
        schedule: scenario.local_times.on(date),
        time_zone_version: time_zone_version().to_owned(),
    };
    vec![Command::by(Actor::operator(1), body)]
}

/// Each member's quotes of the currency it uses on the day; and where that is a new one, its shares move over to the
/// institutions that keep accounts in it.
pub(crate) fn quote(scenario: &Scenario, date: Date, before: Option<Date>) -> Vec<Command> {
    let rates = DayRates::new(&scenario.region, &scenario.rates, date);
    let Price::Fixed { spread_max_ppm, .. } = scenario.plan.price else { return Vec::new() };
    let mut commands = move_shares(scenario, date, before);
    for (place, member) in scenario.enrolment.members.iter().enumerate() {
        let in_use = member.currencies.iter().rev().find(|(from, _)| *from <= date).or(member.currencies.first());
        let Some(&(_, currency)) = in_use.filter(|(_, currency)| *currency != scenario.asset) else { continue };
        let Some(rate) = rates.of(currency) else { continue };
        let spread_ppm = if rates.is_by_definition(currency) { 0 } else { spread_max_ppm };
        let (buy, sell) = two_sided(rate, spread_ppm);
        let member = MemberId::from_index(place);
        commands.push(by_member(member, publish(scenario, member, currency, Quote::TwoSided { buy, sell })));
    }
    commands
}

fn publish(scenario: &Scenario, member: MemberId, currency: CurrencyIndex, quote: Quote) -> CommandBody {
    let currency = scenario.enrolment.currency(currency);
    CommandBody::PublishRate { arrangement: ARRANGEMENT, member, currency, quote }
}

fn move_shares(scenario: &Scenario, date: Date, before: Option<Date>) -> Vec<Command> {
    if scenario.funding.shares.is_empty() {
        return Vec::new();
    }
    let mut commands = Vec::new();
    let begins = |from: Date| from <= date && before.is_none_or(|before| from > before);
    for of_index in scenario.enrolment.successive() {
        let share = scenario.funding.shares[of_index[0].index()];
        for pair in of_index.windows(2) {
            let to = &scenario.enrolment.institutions[pair[1].index()];
            if share > 0 && begins(to.from) {
                commands.push(set_limit(to.member, Scope::InstitutionShare(pair[0]), 0, date));
                commands.push(set_limit(to.member, Scope::InstitutionShare(pair[1]), share, date));
            }
        }
    }
    commands
}

/// Reference rates of all currencies, each by the first member that uses it. One that is not in use any more, or not yet,
/// keeps the value of the nearest day on which it is.
pub(crate) fn publish_references(scenario: &Scenario, date: Date) -> Vec<Command> {
    let mut published: BTreeMap<CurrencyIndex, (MemberId, Rate)> = BTreeMap::new();
    for (place, member) in scenario.enrolment.members.iter().enumerate() {
        for (span, &(from, currency)) in member.currencies.iter().enumerate() {
            let next = member.currencies.get(span + 1).map(|(from, _)| from.plus_days(-1));
            let first = if span == 0 { date } else { from };
            let on = date.max(first).min(next.unwrap_or(date.max(first)));
            let rate = scenario.rates.per_usd(currency, on);
            if let Some((rate, _)) = rate.filter(|_| currency != scenario.asset) {
                published.entry(currency).or_insert((MemberId::from_index(place), rate));
            }
        }
    }
    let command = |(currency, (member, rate))| {
        by_member_approved(member, publish(scenario, member, currency, Quote::Reference(rate)))
    };
    published.into_iter().map(command).collect()
}

/// Debits of earlier days are conforming.
pub(crate) fn conform(state: &State, date: Date, block: usize) -> Vec<Command> {
    let entered_before = |payment: &PaymentId| state.payment(*payment).is_some_and(|found| found.entered < date);
    let waiting = state.awaiting_conformity(ARRANGEMENT).into_iter().map(|(payment, _)| payment);
    let due = part_of_block(waiting.filter(entered_before).collect(), block);
    by_payers_member(state, &due, |payments| CommandBody::GiveConformity {
        arrangement: ARRANGEMENT,
        payments,
        conforming: true,
    })
}

/// Leg 1 is confirmed from its date on.
pub(crate) fn collect(state: &State, date: Date, block: usize) -> Vec<Command> {
    let waiting = state.awaiting_collection(ARRANGEMENT).into_iter();
    let due = waiting.filter(|(_, from)| *from <= date).map(|(payment, _)| payment).collect();
    let due = part_of_block(due, block);
    by_payers_member(state, &due, |payments| CommandBody::ConfirmCollections { arrangement: ARRANGEMENT, payments })
}

/// What of a list the n-th block of an entry takes: the first one so many that the rest fills whole blocks, each later
/// one as many as a block takes. So what a block does follows from its number and from what is left, and from nothing
/// that only the process before a crash knew.
fn part_of_block(mut due: Vec<PaymentId>, block: usize) -> Vec<PaymentId> {
    let most = PAYMENTS_OF_BATCH;
    due.sort_unstable();
    let take = match (block, due.len()) {
        (0, 0) => 0,
        (0, count) => (count - 1) % most + 1,
        (_, count) if count >= most => most,
        _ => 0,
    };
    due.truncate(take);
    due
}

fn by_payers_member(
    state: &State,
    payments: &[PaymentId],
    body: impl Fn(Vec<PaymentId>) -> CommandBody,
) -> Vec<Command> {
    let mut by_member: BTreeMap<MemberId, Vec<PaymentId>> = BTreeMap::new();
    for &payment in payments {
        let payer = state.payment(payment).expect("bug: a payment that waits is not there").payer;
        let member = state.member_of_institution(payer).expect("bug: a payer that is not there");
        by_member.entry(member).or_default().push(payment);
    }
    let commands = |(member, payments): (MemberId, Vec<PaymentId>)| {
        let parts: Vec<Vec<PaymentId>> = payments.chunks(PAYMENTS_OF_COMMAND).map(<[PaymentId]>::to_vec).collect();
        let body = &body;
        parts.into_iter().map(move |payments| self::by_member(member, body(payments)))
    };
    by_member.into_iter().flat_map(commands).collect()
}

/// Anticipated transfers on the day by which they are due.
pub(crate) fn transfer(state: &State, date: Date) -> Vec<Command> {
    let due = state.transfers_due(ARRANGEMENT).into_iter().filter(|(.., by)| *by <= date);
    let command = |(debtor, creditor, amount_minor, _)| {
        let amount = money::AmountMinor::new(amount_minor).expect("bug: a transfer of nothing is due");
        by_agent(CommandBody::ConfirmTransfer { arrangement: ARRANGEMENT, debtor, creditor, amount })
    };
    due.map(command).collect()
}

/// Settlement legs that are due: pay-ins, or pay-outs.
pub(crate) fn settle(state: &State, date: Date, pay_in: bool) -> Vec<Command> {
    let legs = state.settlement_legs(ARRANGEMENT).into_iter();
    let due = legs.filter(|found| !found.confirmed && found.settle_on <= date && found.leg.pay_in == pay_in);
    let command = |found: ledger::view::LegView| {
        let domain::event::SettlementLeg { member, counterparty, amount, .. } = found.leg;
        let (arrangement, cycle) = (ARRANGEMENT, found.cycle);
        by_agent(CommandBody::ConfirmSettlement { arrangement, cycle, member, counterparty, amount })
    };
    due.map(command).collect()
}

/// Every institution that is to be paid now, is.
pub(crate) fn pay_institutions(state: &State) -> Vec<Command> {
    let due = state.participants_of(ARRANGEMENT).into_iter().filter(|found| found.payouts_due > 0);
    let command = |found: ledger::view::ParticipantView| {
        let body = CommandBody::ConfirmPayouts { arrangement: ARRANGEMENT, institution: found.institution };
        by_member(found.member, body)
    };
    due.map(command).collect()
}

/// Whether nothing is left to do from a date on: no day is open, nobody waits, every net is settled, everybody is paid,
/// and the netting cycle in which the window ended has closed.
pub(crate) fn is_finished(scenario: &Scenario, state: &State, date: Date) -> bool {
    let (held, unpriced) = state.held_and_unpriced(ARRANGEMENT);
    state.business_dates(ARRANGEMENT).0.is_none()
        && state.queued_count(ARRANGEMENT) == 0
        && held.is_empty()
        && unpriced.is_empty()
        && state.awaiting_collection(ARRANGEMENT).is_empty()
        && state.awaiting_conformity(ARRANGEMENT).is_empty()
        && state.settlement_legs(ARRANGEMENT).is_empty()
        && state.trial_balance().all(|(key, balance)| balance == 0 || !is_passing(key.kind))
        && date > last_day_of_cycle(scenario)
}

/// Accounts that come back to zero when everything is done.
fn is_passing(kind: AccountKind) -> bool {
    match kind {
        AccountKind::Collected
        | AccountKind::PayoutDue
        | AccountKind::Position
        | AccountKind::NetDue
        | AccountKind::ReserveDue => true,
        AccountKind::Institution
        | AccountKind::Counterpart
        | AccountKind::FxResult
        | AccountKind::SettledCounterpart
        | AccountKind::Prefunding
        | AccountKind::Agent
        | AccountKind::Fee
        | AccountKind::Interest
        | AccountKind::Credit
        | AccountKind::Fund
        | AccountKind::Reserve
        | AccountKind::SwapHeld => false,
    }
}

/// The last calendar day of the netting cycle in which the last day of the window lies.
fn last_day_of_cycle(scenario: &Scenario) -> Date {
    let to = scenario.traffic.window().to();
    match scenario.plan.cycle.length {
        CycleLength::Day | CycleLength::Continuous => to,
        CycleLength::Week(_) => to.plus_days(6),
        CycleLength::Months(months) => {
            let months = u32::from(months.max(1));
            let (year, month, _) = to.ymd();
            let last_month = (month - 1) / months * months + months;
            let (year, month) = if last_month < 12 { (year, last_month + 1) } else { (year + 1, last_month - 11) };
            Date::from_ymd(year, month, 1).expect("bug: a run beyond the last year").plus_days(-1)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_of_a_list_take_all_of_it_and_are_full_but_for_the_first() {
        for count in [0, 1, PAYMENTS_OF_BATCH, PAYMENTS_OF_BATCH + 1, 3 * PAYMENTS_OF_BATCH - 1] {
            let mut left: Vec<PaymentId> = (0..count).map(PaymentId::from_index).collect();
            let mut sizes = Vec::new();
            for block in 0.. {
                let part = part_of_block(left.clone(), block);
                if part.is_empty() {
                    break;
                }
                sizes.push(part.len());
                left.retain(|payment| part.binary_search(payment).is_err());
            }
            assert!(left.is_empty(), "{count}");
            assert!(sizes.iter().skip(1).all(|size| *size == PAYMENTS_OF_BATCH), "{count}: {sizes:?}");
        }
        // What the first block left is none of the later ones' where it is less than a block.
        assert!(part_of_block(vec![PaymentId(7)], 1).is_empty());
    }
}
