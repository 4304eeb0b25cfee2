//! What is refused, and what must not be.

use crate::support::{Draws, owes, random_debts, solved, solved_with, values};
use certify::Refused;
use certify::set_off::{Instance, MinimumPart};
use clearing::set_off::{Options, PARTICIPANT_MAX_MINOR, SetOffError, solve};

fn of(participants: u32, debts: &[(u32, u32, i64)]) -> Instance {
    let obligations = debts.iter().map(|&(debtor, creditor, amount)| owes(debtor, creditor, amount, 0)).collect();
    Instance { participants, obligations, ..Instance::default() }
}

fn refusal(instance: &Instance) -> SetOffError {
    solve(instance, &Options::default(), &mut |_| {}).expect_err("a bad instance")
}

fn malformed(part: &'static str, index: usize, rule: &'static str) -> SetOffError {
    SetOffError::Refused(Refused::Malformed { part, index, rule })
}

#[test]
fn debts_that_make_no_sense_are_refused_by_their_index() {
    let refused = |debt| refusal(&of(2, &[(0, 1, 5), debt]));
    assert_eq!(refused((1, 1, 5)), malformed("obligation", 1, "nobody owes to itself"));
    assert_eq!(refused((1, 0, 0)), malformed("obligation", 1, "the amount is at least 1"));
    assert_eq!(refused((1, 0, i64::MIN)), malformed("obligation", 1, "the amount is at least 1"));
    let rule = "debtor and creditor are below the number of participants";
    assert_eq!(refused((1, 2, 5)), malformed("obligation", 1, rule));
    assert_eq!(refused((u32::MAX, 0, 5)), malformed("obligation", 1, rule));
    let mut instance = of(2, &[(0, 1, 5), (1, 0, 5)]);
    instance.obligations[0].class = 64;
    assert_eq!(refusal(&instance), malformed("obligation", 0, "the class is at most 63"));
}

#[test]
fn liquidity_prices_and_minimum_parts_that_make_no_sense_are_refused() {
    let good = of(2, &[(0, 1, 5), (1, 0, 5)]);
    let refused = |change: &dyn Fn(&mut Instance)| {
        let mut instance = good.clone();
        change(&mut instance);
        refusal(&instance)
    };
    let expected = SetOffError::Refused(Refused::Length { list: "liquidity", expected: 2, found: 1 });
    assert_eq!(refused(&|instance| instance.liquidity = vec![1]), expected);
    let expected = malformed("liquidity of participant", 1, "at least 0");
    assert_eq!(refused(&|instance| instance.liquidity = vec![0, -1]), expected);
    let expected = malformed("price of liquidity", 0, "at least 0 and at most 2^60");
    assert_eq!(refused(&|instance| instance.price_of_liquidity = -1), expected);
    assert_eq!(refused(&|instance| instance.price_of_liquidity = i64::MAX), expected);
    let parts = |parts: &[(u32, i64)]| {
        let parts: Vec<_> = parts.iter().map(|&(obligation, amount)| MinimumPart { obligation, amount }).collect();
        refused(&|instance| instance.minimum_parts.clone_from(&parts))
    };
    let rule = "ascending, each of an obligation that there is";
    assert_eq!(parts(&[(2, 1)]), malformed("minimum part of obligation", 2, rule));
    assert_eq!(parts(&[(1, 1), (0, 1)]), malformed("minimum part of obligation", 0, rule));
    assert_eq!(parts(&[(1, 1), (1, 1)]), malformed("minimum part of obligation", 1, rule));
    assert_eq!(parts(&[(0, 6)]), malformed("minimum part of obligation", 0, "at least 1 and at most its amount"));
    assert_eq!(parts(&[(0, 0)]), malformed("minimum part of obligation", 0, "at least 1 and at most its amount"));
}

#[test]
fn sums_that_do_not_fit_are_refused_and_the_largest_that_do_are_set_off() {
    let half = PARTICIPANT_MAX_MINOR / 2;
    let ring = of(3, &[(0, 1, half), (1, 2, half), (2, 0, half)]);
    assert_eq!(values(&solved(&ring)), [3 * i128::from(half)]);
    let mut more = ring.clone();
    more.obligations.push(owes(0, 2, 2, 0));
    let total_minor = 2 * i128::from(half) + 2;
    assert_eq!(refusal(&more), SetOffError::TooLarge { participant: 0, total_minor });
    let huge = of(2, &[(0, 1, i64::MAX), (0, 1, i64::MAX), (0, 1, i64::MAX)]);
    let total_minor = 3 * i128::from(i64::MAX);
    assert_eq!(refusal(&huge), SetOffError::TooLarge { participant: 0, total_minor });
    // Liquidity that no participant has too much of, but all together.
    let mut rich = of(20, &[(0, 1, 1)]);
    rich.liquidity = vec![half; 20];
    let total_minor = 20 * i128::from(half) + 1;
    assert_eq!(refusal(&rich), SetOffError::TooLarge { participant: 20, total_minor });
    rich.liquidity = vec![PARTICIPANT_MAX_MINOR / 20 - 1; 20];
    assert_eq!(values(&solved(&rich)), [1, -1]);
}

#[test]
fn nothing_owed_is_nothing_set_off() {
    assert!(solved(&Instance::default()).claims.is_empty());
    let mut instance = of(3, &[]);
    instance.liquidity = vec![1, 0, 2];
    assert_eq!(values(&solved(&instance)), [0]);
    assert_eq!(values(&solved(&of(3, &[(0, 1, 5), (1, 2, 5)]))), [0]);
    let mut instance = of(2, &[(0, 1, 5)]);
    instance.liquidity = vec![0, 0];
    assert_eq!(values(&solved(&instance)), [0, 0]);
    instance.liquidity = vec![9, 0];
    let answer = solved(&instance);
    assert_eq!((answer.proposal.injected, answer.proposal.returned), (vec![5, 0], vec![0, 5]));
}

#[test]
fn of_parallel_debts_the_oldest_is_set_off_first_and_the_more_urgent_class_before() {
    let mut instance = of(2, &[(0, 1, 3), (0, 1, 4), (0, 1, 5), (1, 0, 9)]);
    assert_eq!(solved(&instance).proposal.set_off, [3, 4, 2, 9]);
    instance.obligations[2].class = 0;
    instance.obligations[0].class = 1;
    instance.obligations[1].class = 1;
    assert_eq!(solved(&instance).proposal.set_off, [3, 1, 5, 9]);
}

#[test]
fn a_debt_below_its_minimum_part_makes_way_for_a_later_one_at_no_loss() {
    let mut instance = of(2, &[(0, 1, 5), (0, 1, 5), (0, 1, 5), (1, 0, 7)]);
    instance.minimum_parts = vec![MinimumPart { obligation: 1, amount: 4 }];
    let answer = solved(&instance);
    assert_eq!(answer.proposal.set_off, [5, 0, 2, 7]);
    assert!(answer.is_optimal());
    assert_eq!(answer.certificate.dropped, [1]);
}

#[test]
fn rings_of_equal_profit_are_decided_the_same_way_each_time() {
    // Participant 0 owes and is owed 10 by each of four rings, but has room for two of them.
    let mut debts = vec![(0, 1, 20), (9, 0, 20)];
    for ring in 0..4 {
        let (from, to) = (1, 9);
        debts.extend([(from, 2 + ring, 10), (2 + ring, to, 10)]);
    }
    let instance = of(10, &debts);
    let answer = solved(&instance);
    assert_eq!(values(&answer), [80]);
    assert_eq!(answer, solved(&instance));
    let mut turned = instance.clone();
    turned.obligations.reverse();
    let mut again = solved(&turned).proposal.set_off;
    again.reverse();
    assert_eq!(again, answer.proposal.set_off);
}

#[test]
fn a_ring_with_one_unit_missing_clears_all_but_that_unit_and_a_chain_nothing() {
    let mut debts: Vec<_> = (0..1_000).map(|firm| (firm, (firm + 1) % 1_000, 50)).collect();
    debts[333].2 = 49;
    assert_eq!(values(&solved(&of(1_000, &debts))), [49_000]);
    debts.pop();
    assert_eq!(values(&solved(&of(1_000, &debts))), [0]);
}

#[test]
fn a_long_ring_takes_work_in_proportion_to_its_length_whichever_way_its_amounts_go() {
    const FIRMS: u32 = 20_000;
    let up = |firm: u32| i64::from(firm) + 1;
    let down = |firm: u32| i64::from(FIRMS - firm);
    for amount in [&up as &dyn Fn(u32) -> i64, &down] {
        let debts: Vec<_> = (0..FIRMS).map(|firm| (firm, (firm + 1) % FIRMS, amount(firm))).collect();
        let answer = solved(&of(FIRMS, &debts));
        assert_eq!(values(&answer), [i128::from(FIRMS)]);
        assert!(answer.ticks < 100 * u64::from(FIRMS), "{} ticks", answer.ticks);
    }
}

#[test]
fn many_parallel_debts_are_as_good_as_one() {
    let mut debts = vec![(0, 1, 1); 200_000];
    debts.push((1, 0, 150_000));
    let answer = solved(&of(2, &debts));
    assert_eq!(values(&answer), [300_000]);
    assert!(answer.proposal.set_off[..150_000].iter().all(|&amount| amount == 1));
    assert!(answer.proposal.set_off[150_000..200_000].iter().all(|&amount| amount == 0));
}

#[test]
fn prices_of_another_cycle_change_nothing_of_the_value_whatever_they_are() {
    for seed in 0..40 {
        let mut draws = Draws(seed);
        let obligations = random_debts(&mut draws, 40, 400, 2, 1_000);
        let liquidity = (0..40).map(|_| draws.amount(0, 100)).collect();
        let instance =
            Instance { participants: 40, obligations, liquidity, price_of_liquidity: 2, ..Instance::default() };
        let cold = solved(&instance);
        for start_prices in [
            cold.prices().to_vec(),
            (0..41).map(|_| draws.amount(-9, 9)).collect(),
            (0..41).map(|_| draws.amount(i64::MIN / 4, i64::MAX / 4)).collect(),
            vec![i64::MIN; 41],
        ] {
            let warm = solved_with(&instance, &Options { start_prices, ..Options::default() });
            assert_eq!(values(&warm), values(&cold), "seed {seed}");
        }
        let refused = solve(&instance, &Options { start_prices: vec![0; 40], ..Options::default() }, &mut |_| {});
        assert_eq!(refused, Err(SetOffError::StartPrices { expected: 41, found: 40 }));
    }
}

#[test]
fn a_run_that_is_stopped_gives_an_answer_and_an_honest_bound_on_every_level() {
    let mut draws = Draws(5);
    let obligations = random_debts(&mut draws, 300, 6_000, 3, 1_000_000);
    let liquidity = (0..300).map(|_| draws.amount(0, 1_000)).collect();
    let instance = Instance { participants: 300, obligations, liquidity, price_of_liquidity: 1, ..Instance::default() };
    let best = solved(&instance);
    let mut stopped = 0;
    for ticks in [0, 1, 20_000, 50_000, 100_000, 200_000, 400_000, 800_000] {
        let answer = solved_with(&instance, &Options { ticks, ..Options::default() });
        stopped += i32::from(!answer.is_optimal());
        let (first, optimum) = (answer.claims[0], best.claims[0].value);
        assert!(first.value <= optimum && optimum <= first.upper_bound, "{first:?} after {ticks} ticks");
    }
    assert!(stopped >= 3, "only {stopped} runs were stopped");
}

#[test]
fn progress_is_heard_on_every_level_and_ends_with_nothing_left() {
    let mut draws = Draws(8);
    let obligations = random_debts(&mut draws, 100, 2_000, 3, 1_000);
    let instance = Instance { participants: 100, obligations, ..Instance::default() };
    let mut heard = Vec::new();
    solve(&instance, &Options::default(), &mut |progress| heard.push(progress)).expect("good debts");
    assert!(heard.is_sorted_by_key(|progress| (progress.level, progress.ticks)), "{heard:?}");
    for level in 0..3 {
        let last = heard.iter().rfind(|progress| progress.level == level).expect("heard on each level");
        assert_eq!((last.left_minor, last.level_count), (0, 3));
    }
}
