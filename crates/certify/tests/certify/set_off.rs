//! Set-off: what is accepted is what brute force says; no bound that is accepted is below the best.

use crate::chance::Chance;
use crate::set_off_oracle::{best, draw, solve};
use certify::set_off::{Certificate, Instance, Level, MinimumPart, Obligation, Proposal, check};
use certify::{Claim, Refused};

pub fn owes(debtor: u32, creditor: u32, amount: i64, class: u8) -> Obligation {
    Obligation { debtor, creditor, amount, class }
}

/// Writes into a certificate what its prices prove, level by level, as the checker says it.
pub fn with_proved_bounds(instance: &Instance, proposal: &Proposal, mut certificate: Certificate) -> Certificate {
    for _ in 0..20 {
        match check(instance, proposal.clone(), &certificate) {
            Err(Refused::Bound { list, level, found, .. }) => {
                list_of(&mut certificate, list)[level].claim.upper_bound = found
            }
            Err(Refused::Value { list, level, found, .. }) => {
                list_of(&mut certificate, list)[level].claim.value = found
            }
            _ => return certificate,
        }
    }
    certificate
}

fn list_of<'a>(certificate: &'a mut Certificate, list: &str) -> &'a mut Vec<Level> {
    if list == "levels" { &mut certificate.levels } else { &mut certificate.relaxation }
}

#[test]
fn optimal_answers_of_small_problems_are_accepted_with_the_value_that_brute_force_finds() {
    let mut dropped_count = 0;
    for seed in 0..4_000 {
        let instance = draw(&mut Chance(seed));
        let (proposal, certificate) = solve(&instance);
        let certificate = with_proved_bounds(&instance, &proposal, certificate);
        let verified =
            check(&instance, proposal.clone(), &certificate).unwrap_or_else(|why| panic!("seed {seed}: {why}"));
        let best = best(&instance);
        assert_eq!(verified.proposal(), &proposal);
        assert!(verified.claims_given_dropped().iter().all(|claim| claim.is_optimal()), "seed {seed}");
        if certificate.dropped.is_empty() {
            let values: Vec<i128> = verified.claims().iter().map(|claim| claim.value).collect();
            assert_eq!(values, best, "seed {seed}: {instance:?}");
        } else {
            dropped_count += 1;
            assert!(verified.claims()[0].upper_bound >= best[0], "seed {seed}");
        }
    }
    assert!(dropped_count > 100, "problems in which something is dropped: {dropped_count}");
}

/// Prices that are nobody's idea of good ones, scales, answers that are not the best.
#[test]
fn no_bound_that_is_accepted_is_below_the_best() {
    let (mut accepted, mut with_gap) = (0, 0);
    for seed in 0..6_000 {
        let chance = &mut Chance(seed);
        let instance = draw(chance);
        let (mut proposal, mut certificate) = solve(&instance);
        if chance.once_in(3) {
            proposal.set_off.fill(0);
            proposal.injected.fill(0);
            proposal.returned.fill(0);
        }
        for level in certificate.levels.iter_mut().chain(&mut certificate.relaxation) {
            if chance.once_in(2) {
                level.scale = chance.amount(1, 3);
            }
            for price in &mut level.prices {
                *price = if chance.once_in(2) { *price * level.scale } else { chance.amount(-4, 4) };
            }
        }
        let certificate = with_proved_bounds(&instance, &proposal, certificate);
        let Ok(verified) = check(&instance, proposal, &certificate) else { continue };
        accepted += 1;
        let best = best(&instance);
        for (level, claim) in verified.claims().iter().enumerate() {
            assert!(claim.upper_bound >= best[level], "seed {seed}, level {level}: {claim:?}");
            assert!(claim.upper_bound >= claim.value, "seed {seed}, level {level}: {claim:?}");
            with_gap += i32::from(!claim.is_optimal());
            if !claim.is_optimal() {
                // What follows is bounded over more answers than the best on this level.
                break;
            }
        }
    }
    assert!(accepted > 5_000 && with_gap > 1_000, "{accepted} accepted, {with_gap} with a gap");
}

/// A ring of three and one obligation across it.
fn ring() -> (Instance, Proposal, Certificate) {
    let obligations = vec![owes(0, 1, 5, 0), owes(1, 2, 5, 0), owes(2, 0, 5, 0), owes(0, 2, 4, 0)];
    let instance = Instance { participants: 3, obligations, ..Instance::default() };
    let (proposal, certificate) = solve(&instance);
    (instance, proposal, certificate)
}

#[test]
fn a_finer_scale_proves_what_whole_prices_prove() {
    let (instance, proposal, mut certificate) = ring();
    certificate.levels[0].scale = 1_000;
    certificate.levels[0].prices.iter_mut().for_each(|price| *price *= 1_000);
    let verified = check(&instance, proposal, &certificate).expect("accepted");
    assert_eq!(verified.claims(), [Claim { value: 15, upper_bound: 15 }]);
}

#[test]
fn what_one_gives_without_receiving_is_refused() {
    let (instance, mut proposal, certificate) = ring();
    proposal.set_off[0] -= 1;
    let refused = check(&instance, proposal, &certificate);
    assert_eq!(refused, Err(Refused::NotConserved { participant: 0, net_received: 1 }));
}

#[test]
fn a_better_value_than_the_answers_is_refused() {
    let (instance, proposal, mut certificate) = ring();
    certificate.levels[0].claim.value += 1;
    let refused = check(&instance, proposal, &certificate);
    assert_eq!(refused, Err(Refused::Value { list: "levels", level: 0, claimed: 16, found: 15 }));
}

#[test]
fn a_later_obligation_before_an_older_one_of_the_same_two_is_refused() {
    let obligations = vec![owes(0, 1, 3, 0), owes(0, 1, 3, 0), owes(1, 0, 4, 0)];
    let instance = Instance { participants: 2, obligations, ..Instance::default() };
    let (mut proposal, certificate) = solve(&instance);
    assert_eq!(proposal.set_off, [3, 1, 4]);
    assert!(check(&instance, proposal.clone(), &certificate).is_ok());
    proposal.set_off = vec![2, 2, 4];
    assert_eq!(check(&instance, proposal, &certificate), Err(Refused::NotOldestFirst { earlier: 0, later: 1 }));
}

#[test]
fn the_legal_order_holds_within_a_class_and_steps_over_what_is_dropped() {
    // The older one of the same class would be set off for less than its minimum part; the urgent one is another chain.
    let obligations = vec![owes(0, 1, 9, 1), owes(0, 1, 4, 1), owes(1, 0, 4, 1)];
    let minimum_parts = vec![MinimumPart { obligation: 0, amount: 5 }];
    let instance = Instance { participants: 2, obligations, minimum_parts, ..Instance::default() };
    let (proposal, certificate) = solve(&instance);
    assert_eq!((proposal.set_off.as_slice(), certificate.dropped.as_slice()), (&[0, 4, 4][..], &[0][..]));
    let verified = check(&instance, proposal, &certificate).expect("accepted");
    assert_eq!(verified.claims(), [Claim { value: 8, upper_bound: 8 }]);
}

#[test]
fn less_than_a_minimum_part_is_refused() {
    let obligations = vec![owes(0, 1, 9, 0), owes(1, 0, 4, 0)];
    let mut instance = Instance { participants: 2, obligations, ..Instance::default() };
    let (proposal, certificate) = solve(&instance);
    instance.minimum_parts = vec![MinimumPart { obligation: 0, amount: 5 }];
    let refused = check(&instance, proposal, &certificate);
    assert_eq!(refused, Err(Refused::BelowMinimumPart { obligation: 0, amount: 4, minimum: 5 }));
}
