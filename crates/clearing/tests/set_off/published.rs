//! Examples whose answers others have computed. The figures are those of the project's clearing vectors.

use crate::support::{owes, solved, values};
use certify::set_off::Instance;

fn instance(participants: u32, debts: &[(u32, u32, i64, u8)]) -> Instance {
    let obligations = debts.iter().map(|&(debtor, creditor, amount, class)| owes(debtor, creditor, amount, class));
    Instance { participants, obligations: obligations.collect(), ..Instance::default() }
}

/// mtcs-rs (Informal Systems), data/micro.csv, after Fleischman and Dini 2021.
#[test]
fn div_01_the_ring_of_three_clears_300_of_500() {
    let instance = instance(4, &[(0, 1, 100, 0), (1, 2, 100, 0), (2, 0, 200, 0), (3, 2, 100, 0)]);
    let answer = solved(&instance);
    assert_eq!(answer.proposal.set_off, [100, 100, 100, 0]);
    assert!(answer.is_optimal());
}

/// Computed: vector div-03.
#[test]
fn div_03_setting_pairs_off_first_would_lose_a_third() {
    let instance = instance(3, &[(0, 1, 10, 0), (1, 2, 10, 0), (2, 0, 10, 0), (1, 0, 10, 0)]);
    assert_eq!(solved(&instance).proposal.set_off, [10, 10, 10, 0]);
}

/// Computed by three solvers: vector div-04.
#[test]
fn div_04_liquidity_is_injected_as_long_as_it_clears_more_than_its_price() {
    let debts = [
        (0, 1, 9000, 0),
        (1, 2, 7500, 0),
        (2, 0, 4000, 0),
        (2, 3, 6000, 0),
        (3, 4, 5000, 0),
        (4, 5, 5500, 0),
        (5, 2, 2500, 0),
        (5, 6, 3000, 0),
        (6, 7, 8000, 0),
        (7, 4, 1000, 0),
        (0, 3, 2000, 0),
        (1, 6, 1500, 0),
        (7, 0, 2500, 0),
    ];
    let mut instance = instance(8, &debts);
    assert_eq!(values(&solved(&instance)), [44_000]);
    instance.liquidity = vec![3_000, 0, 0, 0, 0, 0, 4_000, 0];
    for (price, objective) in [(0, 56_000), (1, 49_500), (2, 47_000), (3, 44_500), (4, 44_000), (1 << 60, 44_000)] {
        instance.price_of_liquidity = price;
        let answer = solved(&instance);
        assert_eq!(answer.claims[0].value, objective, "at a price of {price}");
        let injected: i64 = answer.proposal.injected.iter().sum();
        let cleared: i64 = answer.proposal.set_off.iter().sum();
        assert_eq!(i128::from(cleared) - i128::from(price) * i128::from(injected), objective);
        assert!(answer.is_optimal());
    }
    // 56 000 clears with 6 500; what is offered beyond that stays where it is.
    instance.price_of_liquidity = 0;
    assert_eq!(solved(&instance).proposal.injected.iter().sum::<i64>(), 6_500);
    // Each budget of the frontier, offered where it is worth most.
    for (budget, cleared) in [(500, 46_000), (1_000, 47_500), (2_000, 50_500), (3_000, 52_500), (4_000, 53_500)] {
        let best = (0..=budget.min(3_000)).step_by(500).filter(|at_first| budget - at_first <= 4_000).map(|at_first| {
            instance.liquidity[0] = at_first;
            instance.liquidity[6] = budget - at_first;
            solved(&instance).claims[0].value
        });
        assert_eq!(best.max(), Some(cleared), "with a budget of {budget}");
    }
}

/// Computed by two methods: vector div-05.
#[test]
fn div_05_the_urgent_class_comes_first_then_the_total() {
    let debts = [
        (5, 0, 225, 1),
        (5, 3, 250, 0),
        (4, 1, 675, 0),
        (0, 4, 350, 0),
        (4, 0, 625, 1),
        (0, 2, 100, 1),
        (4, 0, 650, 1),
        (1, 0, 700, 0),
        (2, 5, 975, 1),
        (3, 2, 600, 0),
        (1, 5, 475, 0),
        (4, 5, 825, 1),
        (4, 6, 375, 1),
        (0, 4, 400, 1),
        (6, 2, 850, 0),
        (6, 1, 600, 1),
        (5, 3, 300, 0),
        (5, 0, 550, 0),
    ];
    let mut instance = instance(7, &debts);
    let answer = solved(&instance);
    assert_eq!(values(&answer), [3_425, 4_825]);
    assert!(answer.is_optimal());
    instance.obligations.iter_mut().for_each(|obligation| obligation.class = 1);
    assert_eq!(values(&solved(&instance)), [5_250]);
}
