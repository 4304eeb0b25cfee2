//! Every single number of an answer, a certificate and a problem, altered: refused, or what is accepted is true all the same.

use crate::chance::Chance;
use crate::{queue_oracle, set_off_oracle};
use certify::queue::{self, Case, Multipliers, Order};
use certify::{Claim, set_off};
use std::collections::BTreeMap;

/// A number, wherever it is.
enum Number<'a> {
    Wide(&'a mut i128),
    Signed(&'a mut i64),
    Index(&'a mut u32),
    Class(&'a mut u8),
}

impl Number<'_> {
    fn alter(self, by: i64) {
        match self {
            Number::Wide(number) => *number += i128::from(by),
            Number::Signed(number) => *number += by,
            Number::Index(number) => *number = number.wrapping_add_signed(i32::try_from(by).expect("small")),
            Number::Class(number) => *number = number.wrapping_add_signed(i8::try_from(by).expect("small")),
        }
    }
}

type Visitor<'a> = &'a mut dyn FnMut(&'static str, Number<'_>);

/// Alters each number in turn, one at a time; what was altered with each altered whole.
fn each_altered<T: Clone>(whole: &T, visit: impl Fn(&mut T, Visitor<'_>)) -> Vec<(&'static str, T)> {
    let mut altered = Vec::new();
    for place in 0.. {
        for by in [-1, 1, 100] {
            let mut copy = whole.clone();
            let (mut at, mut name) = (0, None);
            visit(&mut copy, &mut |what, number| {
                if at == place {
                    number.alter(by);
                    name = Some(what);
                }
                at += 1;
            });
            let Some(name) = name else { return altered };
            altered.push((name, copy));
        }
    }
    altered
}

fn signed(list: &mut [i64], name: &'static str, visitor: Visitor<'_>) {
    list.iter_mut().for_each(|number| visitor(name, Number::Signed(number)));
}

fn indexes(list: &mut [u32], name: &'static str, visitor: Visitor<'_>) {
    list.iter_mut().for_each(|number| visitor(name, Number::Index(number)));
}

fn claim(claim: &mut Claim, visitor: Visitor<'_>) {
    visitor("value", Number::Wide(&mut claim.value));
    visitor("upper bound", Number::Wide(&mut claim.upper_bound));
}

type SetOff = (set_off::Proposal, set_off::Certificate);

fn set_off_numbers((proposal, certificate): &mut SetOff, visitor: Visitor<'_>) {
    signed(&mut proposal.set_off, "set-off", visitor);
    signed(&mut proposal.injected, "injected", visitor);
    signed(&mut proposal.returned, "returned", visitor);
    for level in certificate.levels.iter_mut().chain(&mut certificate.relaxation) {
        claim(&mut level.claim, visitor);
        visitor("scale", Number::Signed(&mut level.scale));
        signed(&mut level.prices, "price", visitor);
    }
    indexes(&mut certificate.dropped, "dropped", visitor);
}

fn set_off_problem_numbers(instance: &mut set_off::Instance, visitor: Visitor<'_>) {
    visitor("participants", Number::Index(&mut instance.participants));
    for obligation in &mut instance.obligations {
        visitor("debtor", Number::Index(&mut obligation.debtor));
        visitor("creditor", Number::Index(&mut obligation.creditor));
        visitor("amount", Number::Signed(&mut obligation.amount));
        visitor("class", Number::Class(&mut obligation.class));
    }
    for part in &mut instance.minimum_parts {
        visitor("obligation of a minimum part", Number::Index(&mut part.obligation));
        visitor("minimum part", Number::Signed(&mut part.amount));
    }
    signed(&mut instance.liquidity, "liquidity", visitor);
    visitor("price of liquidity", Number::Signed(&mut instance.price_of_liquidity));
}

/// How often a kind of number was altered, and how often the altered whole was accepted.
#[derive(Default)]
struct Tally(BTreeMap<&'static str, (u32, u32)>);

impl Tally {
    fn note(&mut self, name: &'static str, accepted: bool) {
        let (altered, taken) = self.0.entry(name).or_default();
        *altered += 1;
        *taken += u32::from(accepted);
    }

    /// Each of these was altered, and never accepted.
    fn never_accepted(&self, names: &[&str]) {
        for name in names {
            let (altered, accepted) = self.0.get(name).copied().unwrap_or_default();
            assert!(altered > 0 && accepted == 0, "{name}: {accepted} of {altered} accepted");
        }
    }

    /// Each of these was altered, and mostly refused: where not, what it proves is the same.
    fn mostly_refused(&self, names: &[&str]) {
        for name in names {
            let (altered, accepted) = self.0.get(name).copied().unwrap_or_default();
            assert!(altered > 0 && accepted * 2 < altered, "{name}: {accepted} of {altered} accepted");
        }
    }
}

#[test]
fn an_answer_or_certificate_of_a_set_off_with_one_number_altered_is_refused_or_still_true() {
    let mut tally = Tally::default();
    for seed in 0..300 {
        let instance = set_off_oracle::draw(&mut Chance(seed));
        let (proposal, certificate) = set_off_oracle::solve(&instance);
        let certificate = crate::set_off::with_proved_bounds(&instance, &proposal, certificate);
        let sound = set_off::check(&instance, proposal.clone(), &certificate).expect("accepted");
        for (name, (proposal, certificate)) in each_altered(&(proposal, certificate), set_off_numbers) {
            let altered = set_off::check(&instance, proposal, &certificate);
            tally.note(name, altered.is_ok());
            if let Ok(altered) = altered {
                assert_eq!(altered.claims(), sound.claims(), "seed {seed}, {name}");
            }
        }
    }
    tally.never_accepted(&["set-off", "injected", "returned", "value", "upper bound", "dropped"]);
    tally.mostly_refused(&["price"]);
    assert!(tally.0["scale"].0 > 0);
}

#[test]
fn a_set_off_of_another_problem_is_refused_or_still_true() {
    let mut tally = Tally::default();
    for seed in 0..300 {
        let instance = set_off_oracle::draw(&mut Chance(seed));
        let (proposal, certificate) = set_off_oracle::solve(&instance);
        let certificate = crate::set_off::with_proved_bounds(&instance, &proposal, certificate);
        for (name, other) in each_altered(&instance, set_off_problem_numbers) {
            let accepted = set_off::check(&other, proposal.clone(), &certificate);
            tally.note(name, accepted.is_ok());
            // Brute force over amounts beyond a hundred would take long.
            let is_small = other.obligations.iter().all(|obligation| obligation.amount < 10);
            if let Some(accepted) = accepted.ok().filter(|_| is_small) {
                let best = set_off_oracle::best(&other);
                let claimed = accepted.claims().iter().map(|claim| claim.upper_bound);
                assert!(claimed.zip(best).take(1).all(|(bound, best)| bound >= best), "seed {seed}, {name}");
            }
        }
    }
    tally.mostly_refused(&["participants", "class"]);
    // An obligation of which nothing is set off may be of any amount, and between any two who are so priced.
    for name in ["amount", "debtor", "creditor", "liquidity"] {
        let (altered, accepted) = tally.0[name];
        assert!(altered - accepted > 400, "{name}: {accepted} of {altered} accepted");
    }
}

type Queue = (queue::Proposal, queue::Certificate);

fn queue_numbers((proposal, certificate): &mut Queue, visitor: Visitor<'_>) {
    indexes(&mut proposal.settled, "settled", visitor);
    indexes(certificate.fifo_removals.as_deref_mut().unwrap_or_default(), "removal", visitor);
    indexes(&mut certificate.unfundable, "unfundable", visitor);
    for level in &mut certificate.levels {
        claim(&mut level.claim, visitor);
        level.multipliers.iter_mut().for_each(|multipliers| multipliers_numbers(multipliers, visitor));
        for case in &mut level.cases {
            match case {
                Case::Split { payment } => visitor("split", Number::Index(payment)),
                Case::Leaf { multipliers } => visitor("leaf", Number::Index(multipliers)),
            }
        }
    }
}

fn multipliers_numbers(multipliers: &mut Multipliers, visitor: Visitor<'_>) {
    visitor("scale", Number::Signed(&mut multipliers.scale));
    for list in [
        &mut multipliers.floors,
        &mut multipliers.ceilings,
        &mut multipliers.reservations,
        &mut multipliers.bilateral_limits,
        &mut multipliers.multilateral_limits,
        &mut multipliers.group_limits,
        &mut multipliers.aggregate_short,
        &mut multipliers.aggregate_short_slopes,
        &mut multipliers.haircut_value,
        &mut multipliers.haircut_value_slopes,
        &mut multipliers.earlier_levels,
    ] {
        signed(list, "multiplier", visitor);
    }
}

fn queue_problem_numbers(instance: &mut queue::Instance, visitor: Visitor<'_>) {
    visitor("unit denominator", Number::Signed(&mut instance.unit_denominator));
    for currency in &mut instance.currencies {
        visitor("unit value", Number::Signed(&mut currency.unit_value));
        visitor("haircut", Number::Signed(&mut currency.haircut));
    }
    for account in &mut instance.accounts {
        visitor("opening balance", Number::Signed(&mut account.opening_balance));
        visitor("credit line", Number::Signed(&mut account.credit_line));
        account.ceiling.iter_mut().for_each(|ceiling| visitor("ceiling", Number::Signed(ceiling)));
        visitor("queue", Number::Index(&mut account.queue));
    }
    for payment in &mut instance.payments {
        visitor("payer", Number::Index(&mut payment.payer));
        visitor("payee", Number::Index(&mut payment.payee));
        visitor("amount", Number::Signed(&mut payment.amount));
        visitor("class", Number::Class(&mut payment.class));
    }
    instance.bundles.iter_mut().for_each(|bundle| indexes(&mut bundle.payments, "leg", visitor));
    for reservation in &mut instance.reservations {
        visitor("reservation", Number::Signed(&mut reservation.amount));
    }
    for limit in &mut instance.bilateral_limits {
        visitor("towards", Number::Index(&mut limit.towards));
        visitor("limit", Number::Signed(&mut limit.amount));
    }
    instance.multilateral_limits.iter_mut().for_each(|limit| visitor("limit", Number::Signed(&mut limit.amount)));
    instance.group_limits.iter_mut().for_each(|limit| visitor("limit", Number::Signed(&mut limit.amount)));
    for valuation in &mut instance.valuations {
        let limit = valuation.aggregate_short_limit.iter_mut();
        limit.for_each(|limit| visitor("limit", Number::Signed(limit)));
    }
}

fn drawn_queue(seed: u64) -> Option<(queue::Instance, Queue, Vec<i128>)> {
    let mut instance = queue_oracle::draw(&mut Chance(seed));
    instance.payments.truncate(5);
    let known = |leg: &u32| (*leg as usize) < instance.payments.len();
    instance.bundles.retain(|bundle| bundle.payments.iter().all(known));
    if instance.payments.is_empty() || instance.order == Order::Fifo && !instance.guard {
        return None;
    }
    let best = queue_oracle::best(&instance);
    let certificate = queue_oracle::certificate_by_cases(&instance, &best);
    let values = queue_oracle::values(&instance, &best);
    Some((instance, (queue_oracle::proposal(&best), certificate), values))
}

#[test]
fn an_answer_or_certificate_of_a_queue_with_one_number_altered_is_refused_or_still_true() {
    let mut tally = Tally::default();
    for (instance, sound, values) in (0..150).filter_map(drawn_queue) {
        for (name, (proposal, certificate)) in each_altered(&sound, queue_numbers) {
            let altered = queue::check(&instance, proposal, &certificate);
            tally.note(name, altered.is_ok());
            if let Ok(altered) = altered {
                let claimed: Vec<i128> = altered.claims().iter().map(|claim| claim.upper_bound).collect();
                assert_eq!(claimed, values, "{name}: {instance:?}");
            }
        }
    }
    tally.never_accepted(&["removal", "value", "upper bound"]);
    tally.mostly_refused(&["settled", "split"]);
    assert!(tally.0["multiplier"].0 > 1_000 && tally.0["leaf"].0 > 1_000 && tally.0["scale"].0 > 1_000);
}

#[test]
fn a_settlement_of_another_queue_is_refused_or_still_true() {
    let mut tally = Tally::default();
    for (instance, (proposal, certificate), _) in (0..150).filter_map(drawn_queue) {
        for (name, other) in each_altered(&instance, queue_problem_numbers) {
            let accepted = queue::check(&other, proposal.clone(), &certificate);
            tally.note(name, accepted.is_ok());
            let Ok(accepted) = accepted else { continue };
            let best = queue_oracle::values(&other, &queue_oracle::best(&other));
            for (level, (claim, best)) in accepted.claims().iter().zip(best).enumerate() {
                assert!(claim.upper_bound >= best, "{name}, level {level}: {instance:?} became {other:?}");
            }
        }
    }
    assert!(tally.0.values().map(|(altered, _)| altered).sum::<u32>() > 5_000);
}
