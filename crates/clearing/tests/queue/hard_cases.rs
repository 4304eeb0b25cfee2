//! What breaks optimisers: gadgets, rings without money, giants at the head, nothing at all, very much.

use crate::support::{Numbers, bilateral, multilateral, plain, solved, solved_within, value};
use certify::queue::Row;
use certify::queue::{Instance, Order};
use clearing::fifo::fifo_maximal;
use clearing::queue::{Gain, Obstacle, Options, QueueError, Waiting, explain, solve};

#[test]
fn an_empty_queue_is_solved() {
    for instance in [plain(&[], &[]), plain(&[5, 0], &[])] {
        let solution = solved(&instance);
        assert_eq!((solution.proposal.settled.len(), solution.claims.len()), (0, 0));
    }
}

#[test]
fn a_knapsack_is_solved_exactly() {
    // One payer, one payee: the subset of amounts that comes nearest to the balance.
    let amounts = [4099, 4098, 4096, 4090, 4080, 4060, 4020, 3940, 3780, 3460, 2820, 1540, 1021];
    let payments: Vec<(u32, u32, i64)> = amounts.iter().map(|&amount| (0, 1, amount)).collect();
    for balance in [1, 1021, 5000, 12_345, 20_000, 33_333] {
        let best = (0..1u32 << amounts.len())
            .map(|set| (0..amounts.len()).filter(|at| set >> at & 1 == 1).map(|at| amounts[at]).sum::<i64>())
            .filter(|&sum| sum <= balance)
            .max()
            .expect("the empty set");
        let solution = solved(&plain(&[balance, 0], &payments));
        assert_eq!(solution.claims[0].value, i128::from(best), "balance {balance}");
        assert!(solution.claims[0].is_optimal(), "balance {balance}");
    }
}

#[test]
fn equal_knapsacks_side_by_side_multiply_no_work() {
    // Components that know nothing of each other; alike, so that ties abound.
    let mut payments = Vec::new();
    for pair in 0..12 {
        payments.extend([7, 7, 6, 5, 5, 3].map(|amount| (2 * pair, 2 * pair + 1, amount)));
    }
    let balances: Vec<i64> = (0..24).map(|account| if account % 2 == 0 { 16 } else { 0 }).collect();
    let solution = solved(&plain(&balances, &payments));
    assert_eq!((solution.claims[0].value, solution.claims[0].upper_bound), (16 * 12, 16 * 12));
}

#[test]
fn rings_without_any_money_settle_whole_or_not_at_all() {
    let ring = |length: u32, missing: i64| -> Instance {
        let payments: Vec<(u32, u32, i64)> =
            (0..length).map(|at| (at, (at + 1) % length, if at == 3 { 1000 + missing } else { 1000 })).collect();
        plain(&vec![0; length as usize], &payments)
    };
    for length in [5, 50, 2000] {
        assert_eq!(solved(&ring(length, 0)).proposal.settled.len(), length as usize);
        assert_eq!(solved(&ring(length, 1)).proposal.settled.len(), 0, "one unit is missing in a ring of {length}");
    }
}

#[test]
fn nested_rings_settle_where_one_more_unit_would_not() {
    // Two rings share bank 0, which has 10: either needs 10 of it, the larger is worth more.
    let payments = [(0, 1, 110), (1, 2, 100), (2, 0, 100), (0, 3, 90), (3, 0, 80)];
    let solution = solved(&plain(&[10, 0, 0, 0], &payments));
    assert_eq!(solution.claims[0].value, 310);
    assert!(solution.claims[0].is_optimal());
}

#[test]
fn a_giant_at_the_head_blocks_in_strict_order_and_nothing_where_it_may_be_passed() {
    let mut payments = vec![(0, 1, 1_000_000_000)];
    payments.extend((1..100).map(|amount| (0, 1, amount)));
    let mut instance = plain(&[4950, 0], &payments);
    assert_eq!(solved(&instance).claims[0].value, 4950);
    instance.order = Order::Bypass { strict_classes: 1 };
    assert_eq!(solved(&instance).claims[0].value, 0);
    instance.order = Order::Fifo;
    assert_eq!(solved(&instance).claims[0].value, 0);
}

#[test]
fn a_limit_of_0_lets_only_what_comes_back_through() {
    let payments = [(0, 1, 50), (1, 0, 30), (0, 1, 20), (0, 2, 5)];
    let mut instance = plain(&[1000, 1000, 0], &payments);
    instance.bilateral_limits = vec![bilateral(0, 1, 0)];
    assert_eq!(solved(&instance).claims[0].value, 30 + 20 + 5);
    instance.multilateral_limits = vec![multilateral(0, 0)];
    assert_eq!(solved(&instance).claims[0].value, 30 + 20);
}

#[test]
fn amounts_beyond_what_is_added_up_are_refused_and_large_ones_are_not() {
    let payments = [(0, 1, i64::MAX), (1, 0, 5)];
    let refused = solve(&plain(&[10, 10], &payments), Options::default(), &mut |_| ());
    assert_eq!(refused, Err(QueueError::TooLarge { total_minor: i128::from(i64::MAX) + 5 }));
    let large = 1 << 57;
    let payments = [(0, 1, large), (1, 0, large - 1), (0, 1, large)];
    assert_eq!(solved(&plain(&[1, 0], &payments)).claims[0].value, i128::from(2 * large - 1));
}

/// Banks of unequal size and amounts with a heavy tail, from integers alone.
fn interbank(banks: u32, payments: usize, seed: u64) -> Instance {
    let mut numbers = Numbers(seed);
    let mut net = vec![0i64; banks as usize];
    let list: Vec<(u32, u32, i64)> = std::iter::repeat_with(|| {
        let small = |numbers: &mut Numbers| {
            let (one, other) = (numbers.index(banks as usize), numbers.index(banks as usize));
            one.min(other)
        };
        let (payer, payee) = (small(&mut numbers), small(&mut numbers));
        let doublings = (0..8).filter(|_| numbers.one_in(2)).count();
        (payer, payee, numbers.amount(1000) << doublings)
    })
    .filter(|&(payer, payee, _)| payer != payee)
    .take(payments)
    .collect();
    for &(payer, payee, amount) in &list {
        net[payer as usize] += amount;
        net[payee as usize] -= amount;
    }
    let balances: Vec<i64> = net.iter().map(|&net| net.max(0) / 2).collect();
    plain(&balances, &list)
}

#[test]
fn an_answer_is_never_worth_less_than_the_fifo_set_whatever_the_budget() {
    for seed in 0..8 {
        let mut instance = interbank(20, 600, seed);
        instance.guard = seed % 2 == 0;
        let fifo = fifo_maximal(&instance).expect("it exists");
        let settled: Vec<u32> =
            (0u32..).zip(&fifo.settles).filter(|&(_, &settles)| settles).map(|(payment, _)| payment).collect();
        for ticks in [0, 10_000, 1_000_000] {
            let solution = solved_within(&instance, Options { ticks, ..Options::default() });
            assert!(solution.claims[0].value >= value(&instance, &settled), "seed {seed}, {ticks} ticks");
        }
    }
}

#[test]
fn a_larger_budget_is_never_worse_and_its_bound_never_weaker() {
    let instance = interbank(20, 400, 77);
    let claims: Vec<_> = [0, 200_000, 5_000_000, 50_000_000]
        .map(|ticks| solved_within(&instance, Options { ticks, ..Options::default() }).claims[0])
        .to_vec();
    for two in claims.windows(2) {
        assert!(two[0].value <= two[1].value && two[0].upper_bound >= two[1].upper_bound, "{claims:?}");
    }
    let last = claims[3];
    assert!((last.upper_bound - last.value) * 100 <= last.upper_bound, "within a hundredth: {last:?}");
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let instance = interbank(15, 500, 3);
    let options = Options { ticks: 20_000_000, ..Options::default() };
    assert_eq!(solved_within(&instance, options), solved_within(&instance, options));
}

#[test]
fn numbers_of_accounts_and_order_of_entry_do_not_change_what_is_optimal() {
    for seed in 0..20 {
        let instance = interbank(6, 40, seed);
        let best = solved(&instance).claims[0];
        assert!(best.is_optimal(), "seed {seed}");
        let mut turned = instance.clone();
        turned.payments.reverse();
        turned.accounts.reverse();
        let last = u32::try_from(turned.accounts.len() - 1).expect("few");
        for (index, account) in (0u32..).zip(&mut turned.accounts) {
            (account.participant, account.queue) = (index, index);
        }
        for payment in &mut turned.payments {
            (payment.payer, payment.payee) = (last - payment.payer, last - payment.payee);
        }
        assert_eq!(solved(&turned).claims[0], best, "seed {seed}");
    }
}

#[test]
fn ten_thousand_payments_come_within_a_thousandth() {
    let instance = interbank(33, 10_000, 5);
    let claim = solved_within(&instance, Options { ticks: 20_000_000, ..Options::default() }).claims[0];
    assert!((claim.upper_bound - claim.value) * 1000 <= claim.upper_bound, "{claim:?}");
}

#[test]
fn a_million_payments_are_ordered_and_optimised() {
    let mut instance = interbank(33, 1_000_000, 9);
    let claim = solved_within(&instance, Options { ticks: 0, ..Options::default() }).claims[0];
    assert!((claim.upper_bound - claim.value) * 100 <= claim.upper_bound, "{claim:?}");
    instance.order = Order::Fifo;
    assert!(solved(&instance).claims[0].value <= claim.value);
}

#[test]
fn who_waits_is_told_what_is_missing_and_who_settles_what_it_saves() {
    // 0 pays 1 and gets it back; its 500 can never be paid; 1's 40 towards 2 lacks 10, and passes a limit of 35 by 5.
    let payments = [(0, 1, 100), (1, 0, 90), (0, 1, 500), (1, 2, 40), (1, 2, 1)];
    let mut instance = plain(&[10, 20, 0], &payments);
    instance.bilateral_limits = vec![bilateral(1, 2, 35)];
    instance.order = Order::Bypass { strict_classes: 1 };
    instance.payments[4].class = 0;
    let explanation = explain(&instance, &[0, 1]).expect("well formed");
    let obstacle = |row, missing_minor, whatever_comes_in| Obstacle::Row { row, missing_minor, whatever_comes_in };
    assert_eq!(
        explanation.waiting,
        [
            Waiting { payment: 2, obstacles: vec![obstacle(Row::Floor(0), 500, true)] },
            Waiting {
                payment: 3,
                obstacles: vec![obstacle(Row::Floor(1), 10, false), obstacle(Row::BilateralLimit(0), 5, true)]
            },
            Waiting { payment: 4, obstacles: vec![Obstacle::Behind { payment: 3 }] },
        ]
    );
    let gain = |sent_minor, received_minor, used_minor, saved_minor| Gain {
        sent_minor,
        received_minor,
        used_minor,
        saved_minor,
    };
    assert_eq!(explanation.gains, [gain(100, 90, 10, 90), gain(90, 100, 0, 90), gain(0, 0, 0, 0)]);
}

#[test]
fn what_is_not_well_formed_is_refused_by_name() {
    let unknown = plain(&[1, 1], &[(0, 7, 5)]);
    let zero = plain(&[1, 1], &[(0, 1, 0)]);
    let own = plain(&[1, 1], &[(1, 1, 5)]);
    for instance in [unknown, zero, own] {
        let refused = solve(&instance, Options::default(), &mut |_| ());
        assert!(matches!(refused, Err(QueueError::Refused(_))), "{refused:?}");
        assert!(matches!(fifo_maximal(&instance), Err(QueueError::Refused(_))));
    }
}
