//! Small instances, every answer of which is tried.

use crate::support::{Draws, owes, solved, values};
use certify::set_off::{Instance, MinimumPart};

fn draw(draws: &mut Draws) -> Instance {
    let participants = 2 + draws.index(4);
    let classes = 1 + draws.below(3);
    let obligations: Vec<_> = (0..draws.below(8))
        .map(|_| {
            let debtor = draws.index(participants);
            let creditor = (debtor + 1 + draws.index(participants - 1)) % participants;
            owes(debtor, creditor, draws.amount(1, 3), u8::try_from(draws.below(classes) * 9).expect("a class"))
        })
        .collect();
    let has = |draws: &mut Draws| draws.below(2) == 0;
    let liquidity = if has(draws) { (0..participants).map(|_| draws.amount(0, 2)).collect() } else { Vec::new() };
    let mut minimum_parts = Vec::new();
    if has(draws) {
        for (obligation, debt) in (0_u32..).zip(&obligations) {
            if has(draws) {
                minimum_parts.push(MinimumPart { obligation, amount: draws.amount(1, debt.amount) });
            }
        }
    }
    Instance { participants, obligations, minimum_parts, liquidity, price_of_liquidity: draws.amount(0, 3) }
}

/// What an answer is worth on each level, if it is one: each injects what it is short of.
fn worth(instance: &Instance, set_off: &[i64]) -> Option<Vec<i128>> {
    let mut net = vec![0_i64; instance.participants as usize];
    for (obligation, amount) in instance.obligations.iter().zip(set_off) {
        net[obligation.debtor as usize] -= amount;
        net[obligation.creditor as usize] += amount;
    }
    let part_is_kept = |part: &MinimumPart| {
        let amount = set_off[part.obligation as usize];
        amount == 0 || amount >= part.amount
    };
    let mut injected = 0;
    for (participant, net) in net.iter().enumerate() {
        let needed = (-net).max(0);
        if needed > instance.liquidity.get(participant).copied().unwrap_or(0) {
            return None;
        }
        injected += i128::from(needed);
    }
    if !instance.minimum_parts.iter().all(part_is_kept) {
        return None;
    }
    let of_class = |class: u8| {
        let debts = instance.obligations.iter().zip(set_off).filter(move |(debt, _)| debt.class <= class);
        let sum: i128 = debts.map(|(_, &amount)| i128::from(amount)).sum();
        sum - i128::from(instance.price_of_liquidity) * injected
    };
    let mut worth: Vec<i128> = instance.classes().into_iter().map(of_class).collect();
    worth.extend((!instance.liquidity.is_empty()).then_some(-injected));
    Some(worth)
}

fn best(instance: &Instance) -> Vec<i128> {
    let mut set_off = vec![0; instance.obligations.len()];
    let mut best = worth(instance, &set_off).expect("nothing is an answer");
    while let Some(place) = (0..set_off.len()).find(|&place| set_off[place] < instance.obligations[place].amount) {
        set_off[place] += 1;
        set_off[..place].fill(0);
        best = best.max(worth(instance, &set_off).unwrap_or_default());
    }
    best
}

#[test]
fn small_instances_reach_the_best_level_by_level_and_what_a_minimum_part_costs_is_bounded() {
    let (mut dropped, mut below_the_best) = (0, 0);
    for seed in 0..8_000 {
        let instance = draw(&mut Draws(seed));
        let answer = solved(&instance);
        let best = best(&instance);
        if answer.certificate.dropped.is_empty() {
            assert_eq!(values(&answer), best, "seed {seed}: {instance:?}");
            assert!(answer.is_optimal());
            continue;
        }
        dropped += 1;
        assert!(values(&answer) <= best, "seed {seed}");
        below_the_best += i32::from(values(&answer) < best);
        assert!(answer.claims[0].upper_bound >= best[0], "seed {seed}");
        assert!(answer.certificate.levels.iter().all(|level| level.claim.is_optimal()), "seed {seed}");
    }
    assert!(dropped > 200, "instances in which something is dropped: {dropped}");
    assert!(below_the_best * 4 < dropped, "{below_the_best} of {dropped} with minimum parts are not the best");
}
