//! Queues: what is accepted is what brute force says; no bound that is accepted is below the best.

use crate::chance::Chance;
use crate::queue_oracle::{
    best, certificate_by_cases, draw, fifo_set, free_queue, positions, proposal, removals, values,
};
use certify::queue::{
    BilateralLimit, Bundle, Case, Certificate, Instance, Level, Multipliers, Order, Proposal, Row, check,
};
use certify::{Claim, Refused};

/// Writes into a certificate what it proves, level by level, as the checker says it.
pub fn with_proved_bounds(instance: &Instance, proposal: &Proposal, mut certificate: Certificate) -> Certificate {
    loop {
        match check(instance, proposal.clone(), &certificate) {
            Err(Refused::Bound { level, found, .. }) => certificate.levels[level].claim.upper_bound = found,
            Err(Refused::Value { level, found, .. }) => certificate.levels[level].claim.value = found,
            _ => return certificate,
        }
    }
}

#[test]
fn the_best_set_of_small_queues_is_accepted_with_every_case_as_its_proof() {
    let mut settled_count = 0;
    for seed in 0..3_000 {
        let instance = draw(&mut Chance(seed));
        let best = best(&instance);
        let certificate = certificate_by_cases(&instance, &best);
        let verified = check(&instance, proposal(&best), &certificate);
        let verified = verified.unwrap_or_else(|why| panic!("seed {seed}: {why}: {instance:?}"));
        let claims: Vec<Claim> =
            values(&instance, &best).into_iter().map(|value| Claim { value, upper_bound: value }).collect();
        assert_eq!(verified.claims(), claims, "seed {seed}");
        assert_eq!(verified.positions(), positions(&instance, &best), "seed {seed}");
        let fifo = instance.guard.then(|| values(&instance, &fifo_set(&instance)));
        assert_eq!(verified.fifo_values(), fifo.as_deref(), "seed {seed}");
        settled_count += verified.proposal().settled.len();
    }
    assert!(settled_count > 3_000, "{settled_count}");
}

/// Draws multipliers for a level, good and bad ones, of rows of every kind.
fn draw_multipliers(chance: &mut Chance, instance: &Instance, level: usize) -> Multipliers {
    let scale = chance.amount(1, 4);
    let mut list = |length: usize| -> Vec<i64> {
        if chance.once_in(3) {
            Vec::new()
        } else {
            (0..length).map(|_| chance.amount(0, 2) * chance.amount(0, scale)).collect()
        }
    };
    let accounts = instance.accounts.len();
    let mut multipliers = Multipliers {
        scale,
        floors: list(accounts),
        ceilings: list(accounts),
        reservations: list(instance.reservations.len()),
        bilateral_limits: list(instance.bilateral_limits.len()),
        multilateral_limits: list(instance.multilateral_limits.len()),
        group_limits: list(instance.group_limits.len()),
        aggregate_short: list(instance.valuations.len()),
        haircut_value: list(instance.valuations.len()),
        earlier_levels: list(level),
        ..Multipliers::zero()
    };
    for (index, valuation) in instance.valuations.iter().enumerate() {
        let lists = [
            (&mut multipliers.aggregate_short, valuation.aggregate_short_limit.is_some()),
            (&mut multipliers.haircut_value, valuation.haircut_value),
        ];
        for (list, is_tested) in lists {
            list.get_mut(index).into_iter().filter(|_| !is_tested).for_each(|multiplier| *multiplier = 0);
        }
    }
    draw_slopes(chance, instance, &mut multipliers);
    multipliers
}

fn draw_slopes(chance: &mut Chance, instance: &Instance, multipliers: &mut Multipliers) {
    for account in &instance.accounts {
        let index = instance.valuations.iter().position(|valuation| valuation.participant == account.participant);
        let of = |list: &[i64]| index.and_then(|index| list.get(index)).copied().unwrap_or(0);
        let currency = instance.currencies[account.currency as usize];
        let short = of(&multipliers.aggregate_short) * currency.unit_value;
        multipliers.aggregate_short_slopes.push(chance.amount(0, short));
        let worth = of(&multipliers.haircut_value) * currency.unit_value;
        let slope = chance.amount(worth * (10_000 - currency.haircut), worth * (10_000 + currency.haircut));
        multipliers.haircut_value_slopes.push(slope);
    }
}

/// Draws a tree that splits some of the payments, among them some that are decided already.
fn draw_cases(chance: &mut Chance, undecided: &[u32], multipliers: u64, cases: &mut Vec<Case>) {
    if undecided.is_empty() || chance.once_in(3) {
        cases.push(Case::Leaf { multipliers: u32::try_from(chance.below(multipliers)).expect("small") });
        return;
    }
    let at = chance.index(undecided.len()) as usize;
    cases.push(Case::Split { payment: undecided[at] });
    let rest = [&undecided[..at], &undecided[at + 1..]].concat();
    draw_cases(chance, &rest, multipliers, cases);
    draw_cases(chance, &rest, multipliers, cases);
}

/// Every payment that the checker lets us call unfundable, found by asking it.
fn unfundable(instance: &Instance, answer: &Proposal, certificate: &Certificate) -> Vec<u32> {
    let mut certificate = certificate.clone();
    loop {
        let before = certificate.unfundable.len();
        for payment in (0..).take(instance.payments.len()) {
            if certificate.unfundable.contains(&payment) {
                continue;
            }
            certificate.unfundable.push(payment);
            if matches!(check(instance, answer.clone(), &certificate), Err(Refused::NotUnfundable { .. })) {
                certificate.unfundable.pop();
            }
        }
        if certificate.unfundable.len() == before {
            return certificate.unfundable;
        }
    }
}

#[test]
fn no_bound_that_is_accepted_is_below_the_best() {
    let (mut accepted, mut tight, mut unfundable_count) = (0, 0, 0);
    for seed in 10_000..16_000 {
        let chance = &mut Chance(seed);
        let instance = draw(chance);
        if instance.order == Order::Fifo {
            continue;
        }
        let best_set = best(&instance);
        let answer = if instance.guard && chance.once_in(2) { fifo_set(&instance) } else { best_set.clone() };
        let answer = proposal(&answer);
        let mut certificate = certificate_by_cases(&instance, &best_set);
        if chance.once_in(4) {
            certificate.unfundable = unfundable(&instance, &answer, &certificate);
            unfundable_count += certificate.unfundable.len();
        }
        let held = |payment: &u32| !certificate.unfundable.contains(payment);
        let undecided: Vec<u32> = (0..).take(instance.payments.len()).filter(held).collect();
        for (level, proof) in certificate.levels.iter_mut().enumerate() {
            let count = 1 + chance.below(3);
            proof.multipliers = (0..count).map(|_| draw_multipliers(chance, &instance, level)).collect();
            proof.cases.clear();
            let split: &[u32] = if chance.once_in(2) { &[] } else { &undecided };
            draw_cases(chance, split, count, &mut proof.cases);
        }
        let certificate = with_proved_bounds(&instance, &answer, certificate);
        let Ok(verified) = check(&instance, answer, &certificate) else { continue };
        accepted += 1;
        for (claim, best) in verified.claims().iter().zip(values(&instance, &best_set)) {
            assert!(claim.upper_bound >= best, "seed {seed}: {claim:?}, best {best}: {instance:?}");
            tight += i32::from(claim.upper_bound == best);
        }
    }
    assert!(accepted > 1_500 && tight > 200 && unfundable_count > 200, "{accepted}, {tight}, {unfundable_count}");
}

#[test]
fn what_is_called_unfundable_is_settled_by_no_best_answer() {
    let mut count = 0;
    for seed in 20_000..21_500 {
        let instance = draw(&mut Chance(seed));
        if instance.order == Order::Fifo {
            continue;
        }
        let best_set = best(&instance);
        let answer = proposal(&best_set);
        let certificate = certificate_by_cases(&instance, &best_set);
        for payment in unfundable(&instance, &answer, &certificate) {
            count += 1;
            assert!(!best_set[payment as usize], "seed {seed}, payment {payment}");
        }
    }
    assert!(count > 300, "{count}");
}

pub fn closed_by(value: i128, multipliers: Multipliers) -> Level {
    let cases = vec![Case::Leaf { multipliers: 0 }];
    Level { claim: Claim { value, upper_bound: value }, multipliers: vec![multipliers], cases }
}

/// Two who owe each other 5 and hold nothing, and a third payment that nobody can fund.
fn pair() -> (Instance, Proposal, Certificate) {
    let instance = free_queue(&[0, 0], &[(0, 1, 5), (1, 0, 5), (0, 1, 100)]);
    let certificate =
        Certificate { fifo_removals: None, unfundable: vec![2], levels: vec![closed_by(10, Multipliers::zero())] };
    (instance, Proposal { settled: vec![0, 1] }, certificate)
}

#[test]
fn what_cannot_be_funded_need_not_be_bounded() {
    let (instance, proposal, mut certificate) = pair();
    assert!(check(&instance, proposal.clone(), &certificate).is_ok());
    certificate.unfundable = vec![];
    let refused = check(&instance, proposal.clone(), &certificate);
    assert_eq!(refused, Err(Refused::Bound { list: "levels", level: 0, claimed: 10, found: 110 }));
    certificate.unfundable = vec![0];
    assert_eq!(check(&instance, proposal, &certificate), Err(Refused::NotUnfundable { step: 0, payment: 0 }));
}

#[test]
fn somebody_overdrawn_is_refused_with_the_number() {
    let (instance, _, certificate) = pair();
    let refused = check(&instance, Proposal { settled: vec![0] }, &certificate);
    assert_eq!(refused, Err(Refused::RowExceeded { row: Row::Floor(0), found: 5, most: 0 }));
}

#[test]
fn a_limit_exceeded_is_refused_though_everybody_could_pay() {
    let (mut instance, proposal, certificate) = pair();
    instance.accounts[0].credit_line = 100;
    instance.payments[0].amount = 7;
    instance.bilateral_limits = vec![BilateralLimit { of: 0, towards: 1, amount: 1 }];
    let refused = check(&instance, proposal, &certificate);
    assert_eq!(refused, Err(Refused::RowExceeded { row: Row::BilateralLimit(0), found: 2, most: 1 }));
}

#[test]
fn half_a_bundle_is_refused() {
    let mut instance = free_queue(&[9, 9], &[(0, 1, 5), (1, 0, 5)]);
    instance.bundles = vec![Bundle { payments: vec![0, 1] }];
    let certificate = Certificate { levels: vec![closed_by(5, Multipliers::zero())], ..Certificate::default() };
    let refused = check(&instance, Proposal { settled: vec![0] }, &certificate);
    assert_eq!(refused, Err(Refused::BundleBroken { bundle: 0 }));
}

/// A large payment at the head of a queue: FIFO settles it, the value would rather have the two behind it.
fn guarded() -> (Instance, Certificate) {
    let mut instance = free_queue(&[10, 0], &[(0, 1, 7), (0, 1, 5), (0, 1, 5)]);
    instance.guard = true;
    let closed = Level { claim: Claim { value: 7, upper_bound: 7 }, ..closed_by(0, Multipliers::zero()) };
    let fifo_removals = Some(removals(&instance));
    (instance, Certificate { fifo_removals, unfundable: vec![1, 2], levels: vec![closed] })
}

#[test]
fn the_guard_keeps_what_fifo_settles() {
    let (instance, certificate) = guarded();
    assert_eq!(certificate.fifo_removals.as_deref(), Some(&[2, 1][..]));
    let verified = check(&instance, Proposal { settled: vec![0] }, &certificate).expect("accepted");
    assert_eq!(verified.fifo_values(), Some(&[7][..]));
    let refused = check(&instance, Proposal { settled: vec![1, 2] }, &certificate);
    assert_eq!(refused, Err(Refused::GuardBroken { payment: 0 }));
}

#[test]
fn a_guard_that_is_too_small_is_refused() {
    let (instance, mut certificate) = guarded();
    for (trace, why) in [
        (vec![2, 1, 0], "its queue exceeds no row and holds no payment of a broken bundle"),
        (vec![1, 2], "it was not the last of its queue"),
        (vec![1], "a payment was taken out though a later one of its queue stayed"),
        (vec![2, 2], "the payment is out already"),
        (vec![3], "there is no such payment"),
    ] {
        certificate.fifo_removals = Some(trace.clone());
        match check(&instance, Proposal { settled: vec![0] }, &certificate) {
            Err(Refused::Removal { why: found, .. }) => assert_eq!(found, why, "{trace:?}"),
            other => panic!("{trace:?}: {other:?}"),
        }
    }
    certificate.fifo_removals = Some(vec![2]);
    let refused = check(&instance, Proposal { settled: vec![0] }, &certificate);
    assert_eq!(refused, Err(Refused::RowExceeded { row: Row::Floor(0), found: 12, most: 10 }), "a set too large");
    certificate.fifo_removals = None;
    let refused = check(&instance, Proposal { settled: vec![0] }, &certificate);
    assert!(matches!(refused, Err(Refused::Removal { why: "the removals are missing", .. })), "{refused:?}");
}

#[test]
fn strict_fifo_settles_the_fifo_set_and_nothing_else() {
    let (mut instance, certificate) = guarded();
    instance.order = Order::Fifo;
    let certificate = Certificate { fifo_removals: certificate.fifo_removals, ..Certificate::default() };
    let verified = check(&instance, Proposal { settled: vec![0] }, &certificate).expect("accepted");
    assert_eq!(verified.claims(), [Claim { value: 7, upper_bound: 7 }]);
    let refused = check(&instance, Proposal { settled: vec![1, 2] }, &certificate);
    assert_eq!(refused, Err(Refused::NotTheFifoSet { payment: 0 }));
}

#[test]
fn one_that_passes_an_earlier_one_of_a_strict_class_is_refused() {
    let (mut instance, _) = guarded();
    (instance.guard, instance.order) = (false, Order::Bypass { strict_classes: 1 });
    let certificate = Certificate { levels: vec![closed_by(10, Multipliers::zero())], ..Certificate::default() };
    let refused = check(&instance, Proposal { settled: vec![1, 2] }, &certificate);
    assert_eq!(refused, Err(Refused::OutOfOrder { earlier: 0, later: 1 }));
}

#[test]
fn there_is_no_fifo_set_where_receipts_can_hurt_or_queues_would_have_to_agree() {
    let (mut instance, certificate) = guarded();
    instance.accounts[1].ceiling = Some(3);
    let refused = check(&instance, Proposal { settled: vec![] }, &certificate);
    assert_eq!(refused, Err(Refused::NoLargestFifoSet { row: Row::Ceiling(1) }));
}

#[test]
fn a_tree_that_leaves_a_case_out_is_refused() {
    let (instance, proposal, certificate) = pair();
    let split = |payment| Case::Split { payment };
    let leaf = Case::Leaf { multipliers: 0 };
    for (cases, why) in [
        (vec![], "a case is missing"),
        (vec![split(0), leaf], "a case is missing"),
        (vec![leaf, leaf], "the tree ends before it"),
        (vec![split(0), leaf, leaf, leaf], "the tree ends before it"),
        (vec![split(0), split(0), leaf, leaf, leaf], "the payment is decided already"),
        (vec![split(2), leaf, leaf], "the payment is decided in every case"),
        (vec![split(3), leaf, leaf], "there is no such payment"),
        (vec![Case::Leaf { multipliers: 1 }], "there are no such multipliers"),
    ] {
        let mut certificate = certificate.clone();
        certificate.levels[0].cases = cases.clone();
        match check(&instance, proposal.clone(), &certificate) {
            Err(Refused::Cases { why: found, .. }) => assert_eq!(found, why, "{cases:?}"),
            other => panic!("{cases:?}: {other:?}"),
        }
    }
}
