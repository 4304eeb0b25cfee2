//! Next to no liquidity beside thousands of payments: what settles must come out even at every account, almost to the unit.

use crate::support::{Numbers, bilateral, plain, solved_within};
use certify::Claim;
use certify::queue::Instance;
use clearing::queue::Options;

/// Payments between banks drawn evenly, with amounts up to 1,000,000,000; each bank has `liquidity_minor`.
fn even(banks: u32, payments: usize, liquidity_minor: i64, seed: u64) -> Instance {
    let mut numbers = Numbers(seed);
    let list: Vec<(u32, u32, i64)> = (0..payments)
        .map(|_| {
            let payer = numbers.index(banks as usize);
            let payee = (payer + 1 + numbers.index(banks as usize - 1)) % banks;
            (payer, payee, numbers.amount(1_000_000_000))
        })
        .collect();
    plain(&vec![liquidity_minor; banks as usize], &list)
}

fn claims(instance: &Instance, ticks: u64) -> Vec<Claim> {
    solved_within(instance, Options { ticks, gap_ppm: 1, ..Options::default() }).claims
}

/// Asserts that what is open of a bound is at most one part in so many.
fn assert_within(claim: Claim, parts: i128) {
    assert!((claim.upper_bound - claim.value) * parts <= claim.upper_bound, "within a {parts}th: {claim:?}");
}

#[test]
fn few_banks_with_thousands_of_payments_come_out_even() {
    for (banks, liquidity_minor) in [(2, 1000), (2, 0), (3, 10), (5, 1000), (5, 0), (8, 1000)] {
        for seed in 0..3 {
            let claim = claims(&even(banks, 10_000, liquidity_minor, seed), 100_000_000)[0];
            assert_within(claim, 100_000);
        }
    }
}

#[test]
fn many_banks_come_within_a_hundredth_where_pairs_have_few_payments_and_closer_where_they_have_more() {
    assert_within(claims(&even(33, 10_000, 1000, 2), 100_000_000)[0], 100);
    assert_within(claims(&even(33, 60_000, 1000, 2), 400_000_000)[0], 100_000);
}

#[test]
fn payments_of_equal_amount_come_out_even() {
    let mut instance = even(5, 10_000, 0, 1);
    instance.payments.iter_mut().for_each(|payment| payment.amount = 777);
    assert_within(claims(&instance, 20_000_000)[0], 1_000_000);
}

#[test]
fn limits_of_next_to_nothing_are_kept_and_used() {
    let mut numbers = Numbers(4);
    let mut instance = even(5, 10_000, 1000, 1);
    for of in 0..5u32 {
        for towards in (0..5u32).filter(|&towards| towards != of) {
            if numbers.one_in(4) {
                instance.bilateral_limits.push(bilateral(of, towards, numbers.amount(2000)));
            }
        }
    }
    assert!(instance.bilateral_limits.len() > 2, "limits are tried");
    assert_within(claims(&instance, 200_000_000)[0], 10_000);
}

#[test]
fn classes_are_all_served_at_once_where_they_can_be() {
    let mut numbers = Numbers(5);
    let mut instance = even(5, 10_000, 1000, 1);
    for payment in &mut instance.payments {
        payment.class = u8::try_from(numbers.below(3)).expect("three classes");
    }
    let claims = claims(&instance, 200_000_000);
    assert_eq!(claims.len(), 3);
    claims.into_iter().for_each(|claim| assert_within(claim, 1_000_000));
}

#[test]
fn what_strict_order_settles_stays_where_it_is_guarded() {
    // Every bank can pay something small first; the rest must come out even around that.
    let mut instance = even(4, 4000, 1000, 6);
    for (payer, payment) in (0u32..).zip(instance.payments.iter_mut().take(4)) {
        (payment.payer, payment.payee, payment.amount) = (payer, (payer + 1) % 4, 900);
    }
    instance.guard = true;
    let options = Options { ticks: 100_000_000, gap_ppm: 1, ..Options::default() };
    let solution = solved_within(&instance, options);
    assert!((0..4).all(|payment| solution.proposal.settled.contains(&payment)), "the first of each bank settles");
    assert_within(solution.claims[0], 1_000_000);
}

#[test]
fn a_million_payments_between_two_banks_come_out_even() {
    assert_within(claims(&even(2, 1_000_000, 1000, 3), 200_000_000)[0], 1_000_000);
}

#[test]
fn a_budget_of_nothing_is_kept_and_still_gives_an_answer_and_a_bound() {
    for (banks, payments) in [(2, 100_000), (33, 100_000), (3000, 100_000)] {
        let instance = even(banks, payments, 1000, 9);
        let solution = solved_within(&instance, Options { ticks: 1, ..Options::default() });
        let (total, claim) =
            (instance.payments.iter().map(|payment| i128::from(payment.amount)).sum(), solution.claims[0]);
        assert!(claim.upper_bound <= total && claim.value <= claim.upper_bound, "{claim:?}");
        // Looks at every payment, and some at every arc: no search.
        assert!(solution.ticks < 400 * payments as u64, "{} ticks with {banks} banks", solution.ticks);
    }
}
