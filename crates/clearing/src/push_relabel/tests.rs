//! The kernel against the simplest method there is.
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "small numbers"
)]
#![expect(clippy::needless_range_loop, reason = "an arc is a number in several lists")]

use super::*;
use crate::network_simplex::{Finish, NetworkSimplex};

/// A network from a seed: nodes, arcs, greatest capacity, least and greatest profit.
fn random_network(seed: u64, nodes: u32, arcs: usize, capacity: u64, profits: (i64, i64)) -> Network {
    let mut state = seed;
    let mut below = move |bound: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % bound
    };
    let mut network = Network::new(nodes);
    while network.arc_count() < arcs {
        let (tail, head) = (below(nodes.into()) as u32, below(nodes.into()) as u32);
        if tail != head {
            let profit = profits.0 + below((profits.1 - profits.0 + 1) as u64) as i64;
            network.push(tail, head, below(capacity + 1) as i64, profit).expect("an arc between two nodes");
        }
    }
    network
}

/// Klein's method (1967): as long as there is a cycle worth sending along, send along it. The oracle.
fn by_cancelling_cycles(network: &Network) -> i128 {
    let (nodes, arcs) = (network.node_count() as usize, network.arc_count());
    let mut flow = vec![0_i64; arcs];
    loop {
        // Bellman-Ford for the longest walks; a way that is still improved after `nodes` rounds hangs on a cycle.
        let (mut gain, mut came_by) = (vec![0_i128; nodes], vec![None; nodes]);
        let mut improved = None;
        for _ in 0..=nodes {
            improved = None;
            for arc in 0..arcs {
                let (tail, head) = (network.tails()[arc] as usize, network.heads()[arc] as usize);
                let profit = i128::from(network.profits()[arc]);
                if flow[arc] < network.capacities()[arc] && gain[tail] + profit > gain[head] {
                    (gain[head], came_by[head], improved) = (gain[tail] + profit, Some((arc, tail)), Some(head));
                }
                if flow[arc] > 0 && gain[head] - profit > gain[tail] {
                    (gain[tail], came_by[tail], improved) = (gain[head] - profit, Some((arc, head)), Some(tail));
                }
            }
        }
        let Some(mut node) = improved else { break };
        for _ in 0..nodes {
            node = came_by[node].expect("a way to what was improved").1;
        }
        let (start, mut cycle) = (node, Vec::new());
        loop {
            let (arc, from) = came_by[node].expect("a way round the cycle");
            cycle.push((arc, network.tails()[arc] as usize == from));
            node = from;
            if node == start {
                break;
            }
        }
        let room =
            |&(arc, ahead): &(usize, bool)| if ahead { network.capacities()[arc] - flow[arc] } else { flow[arc] };
        let amount = cycle.iter().map(room).min().expect("a cycle has arcs");
        for (arc, ahead) in cycle {
            flow[arc] += if ahead { amount } else { -amount };
        }
    }
    Circulation { flow, prices: vec![0; nodes] }.value(network)
}

#[test]
fn small_networks_have_the_value_that_cancelling_cycles_finds_and_prices_that_prove_it() {
    for seed in 0..4_000_u64 {
        let nodes = 2 + (seed % 7) as u32;
        let profits = [(1, 1), (0, 1), (-3, 5), (-1_000, 1_000_000)][(seed / 7 % 4) as usize];
        let network = random_network(seed, nodes, (seed % 23) as usize, 1 + seed % 5 * 10, profits);
        let circulation = maximum_circulation(&network).expect("small numbers");
        assert_eq!(circulation.check(&network), Ok(by_cancelling_cycles(&network)), "seed {seed}");
    }
}

#[test]
fn larger_networks_have_the_value_that_the_network_simplex_finds() {
    for seed in 0..40_u64 {
        let profits = [(1, 1), (0, 1), (-3, 5), (-1_000_000, 1_000_000_000)][(seed % 4) as usize];
        let network = random_network(seed, 20 + seed as u32 * 10, 2_000, 1_000_000, profits);
        let mut simplex = NetworkSimplex::new(&network);
        assert_eq!(simplex.optimise(u64::MAX), Finish::Optimal, "seed {seed}");
        let circulation = maximum_circulation(&network).expect("numbers of a million");
        assert_eq!(circulation.check(&network), simplex.circulation().check(&network), "seed {seed}");
    }
}

#[test]
fn a_run_that_is_stopped_leaves_a_circulation_and_a_bound() {
    let network = random_network(7, 200, 4_000, 1_000_000, (1, 1));
    let best = maximum_circulation(&network).expect("numbers of a million").value(&network);
    let arc = |arc: usize| ArcState {
        tail: network.tails()[arc],
        head: network.heads()[arc],
        capacity: network.capacities()[arc],
        flow: 0,
        profit: 1,
    };
    let mut values = Vec::new();
    for most_ticks in [0, 1, 20_000, 60_000, u64::MAX] {
        let task = Task { node_count: 200, arc_count: network.arc_count(), arc, start_prices: None, most_ticks };
        let answer = solve(&task, &mut |_, _| {}).expect("profits of 1");
        let circulation = Circulation { flow: answer.flows, prices: answer.prices };
        let value = match circulation.check(&network) {
            Ok(value) => value,
            Err(crate::SlacknessError::NotProved { value, bound }) => {
                assert!(value <= best && best <= bound, "{value} {best} {bound}");
                value
            }
            Err(other) => panic!("{other}"),
        };
        assert_eq!(answer.is_optimal, most_ticks == u64::MAX);
        values.push(value);
    }
    assert_eq!(values.last(), Some(&best));
}

#[test]
fn good_prices_at_the_start_give_the_same_value_with_less_work() {
    let network = random_network(11, 300, 6_000, 1_000_000, (1, 1));
    let arc = |arc: usize| ArcState {
        tail: network.tails()[arc],
        head: network.heads()[arc],
        capacity: network.capacities()[arc],
        flow: 0,
        profit: 1,
    };
    let task = Task { node_count: 300, arc_count: 6_000, arc, start_prices: None, most_ticks: u64::MAX };
    let cold = solve(&task, &mut |_, _| {}).expect("profits of 1");
    let warm = solve(&Task { start_prices: Some(&cold.prices), ..task }, &mut |_, _| {}).expect("profits of 1");
    let value = |flows: &[i64]| flows.iter().map(|&flow| i128::from(flow)).sum::<i128>();
    assert_eq!(value(&cold.flows), value(&warm.flows));
    assert!(warm.ticks < cold.ticks, "{} after {}", warm.ticks, cold.ticks);
}

#[test]
fn absurd_prices_at_the_start_do_no_harm() {
    let network = random_network(5, 30, 200, 100, (0, 1));
    let arc = |arc: usize| ArcState {
        tail: network.tails()[arc],
        head: network.heads()[arc],
        capacity: network.capacities()[arc],
        flow: 0,
        profit: network.profits()[arc],
    };
    let best = maximum_circulation(&network).expect("small numbers").value(&network);
    for prices in
        [vec![i64::MIN; 30], (0..30).map(|node| node * 1_000_003 % 17).collect(), (0..30).map(|n| n << 55).collect()]
    {
        let task = Task { node_count: 30, arc_count: 200, arc, start_prices: Some(&prices), most_ticks: u64::MAX };
        let answer = solve(&task, &mut |_, _| {}).expect("small numbers");
        let circulation = Circulation { flow: answer.flows, prices: answer.prices };
        assert_eq!(circulation.check(&network), Ok(best));
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let mut network = Network::new(3);
    network.push(0, 1, i64::MAX, 1).expect("an arc");
    network.push(1, 2, i64::MAX, 1).expect("an arc");
    network.push(2, 0, i64::MAX, 1).expect("an arc");
    assert_eq!(maximum_circulation(&network).map(|found| found.value(&network)), Ok(3 * i128::from(i64::MAX)));
    network.push(0, 2, 1, 1).expect("an arc");
    assert_eq!(maximum_circulation(&network), Err(TooLarge::Node(0)));
    let mut network = Network::new(2);
    network.push(0, 1, 1, i64::MAX).expect("an arc");
    network.push(1, 0, 1, 1).expect("an arc");
    assert_eq!(maximum_circulation(&network), Err(TooLarge::Profits));
}

#[test]
fn a_run_that_begins_with_a_flow_and_is_stopped_leaves_a_circulation() {
    let network = random_network(9, 200, 4_000, 1_000_000, (-3, 5));
    let begun = maximum_circulation(&network).expect("numbers of a million");
    let absurd: Vec<i64> = (0..200).map(|node| node * 7 % 11).collect();
    for (most_ticks, start_prices) in [(0, &begun.prices), (0, &absurd), (20_000, &absurd), (60_000, &absurd)] {
        let arc = |arc: usize| ArcState {
            tail: network.tails()[arc],
            head: network.heads()[arc],
            capacity: network.capacities()[arc],
            flow: begun.flow[arc],
            profit: -network.profits()[arc],
        };
        let start_prices = Some(start_prices.as_slice());
        let task = Task { node_count: 200, arc_count: network.arc_count(), arc, start_prices, most_ticks };
        let answer = solve(&task, &mut |_, _| {}).expect("small profits");
        let found = Circulation { flow: answer.flows, prices: answer.prices }.check(&network);
        assert!(matches!(found, Ok(_) | Err(crate::SlacknessError::NotProved { .. })), "{found:?}");
    }
}
