use super::*;
use proptest::prelude::*;

/// Best value by trying every integer flow: for networks of a few small arcs.
fn by_enumeration(network: &Network) -> i128 {
    fn go(network: &Network, arc: usize, surplus: &mut [i64], value: i128, best: &mut i128) {
        if arc == network.arc_count() {
            if surplus.iter().all(|&left| left == 0) {
                *best = (*best).max(value);
            }
            return;
        }
        let (tail, head) = (network.tails()[arc] as usize, network.heads()[arc] as usize);
        for flow in 0..=network.capacities()[arc] {
            surplus[tail] -= flow;
            surplus[head] += flow;
            go(network, arc + 1, surplus, value + i128::from(flow) * i128::from(network.profits()[arc]), best);
            surplus[tail] += flow;
            surplus[head] -= flow;
        }
    }
    let mut best = 0;
    go(network, 0, &mut vec![0; network.node_count() as usize], 0, &mut best);
    best
}

fn networks(nodes: u32, arcs: usize, capacity: i64, profit: i64) -> impl Strategy<Value = Network> {
    let arc = (0..nodes, 1..nodes, 0..=capacity, -profit..=profit);
    prop::collection::vec(arc, 0..=arcs).prop_map(move |arcs| {
        let mut network = Network::new(nodes);
        for (tail, step, capacity, profit) in arcs {
            network.push(tail, (tail + step) % nodes, capacity, profit).expect("an arc between two nodes");
        }
        network
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn it_finds_what_enumeration_finds(network in networks(4, 6, 3, 4)) {
        prop_assert_eq!(solve(&network).check(&network), Ok(by_enumeration(&network)));
    }

    #[test]
    fn every_answer_proves_itself(network in networks(30, 300, 1_000_000, 5)) {
        let value = solve(&network).check(&network);
        prop_assert!(value.is_ok(), "{:?}", value);
    }

    #[test]
    fn ties_of_equal_profits_and_empty_arcs_do_not_cycle(network in networks(12, 120, 1, 1)) {
        prop_assert!(solve(&network).check(&network).is_ok());
    }

    #[test]
    fn going_on_after_changed_capacities_finds_what_a_fresh_start_finds(
        network in networks(15, 100, 1000, 3),
        changes in prop::collection::vec((0..100_usize, 0..1000_i64), 1..20),
    ) {
        let mut simplex = NetworkSimplex::new(&network);
        prop_assert_eq!(simplex.optimise(u64::MAX), Finish::Optimal);
        let mut changed = network.clone();
        for (arc, capacity) in changes {
            if arc < network.arc_count() {
                changed.set_capacity(arc, capacity);
                simplex.set_bounds(arc, 0, capacity);
            }
        }
        let basis = simplex.basis();
        prop_assert_eq!(simplex.reoptimise(u64::MAX), Finish::Optimal);
        let value = simplex.circulation().check(&changed);
        prop_assert_eq!(value, solve(&changed).check(&changed));
        // The basis from before the repair leads to the same value again.
        simplex.restore(&basis);
        prop_assert_eq!(simplex.reoptimise(u64::MAX), Finish::Optimal);
        prop_assert_eq!(simplex.circulation().check(&changed), value);
    }

    #[test]
    fn going_on_after_changed_profits_finds_what_a_fresh_start_finds(
        network in networks(15, 100, 1000, 3),
        changes in prop::collection::vec((0..100_usize, -3..4_i64), 1..20),
    ) {
        let mut simplex = NetworkSimplex::new(&network);
        prop_assert_eq!(simplex.optimise(u64::MAX), Finish::Optimal);
        let mut changed = network.clone();
        for (arc, profit) in changes {
            if arc < network.arc_count() {
                changed.set_profit(arc, profit);
                simplex.set_profit(arc, profit);
            }
        }
        prop_assert_eq!(simplex.optimise(u64::MAX), Finish::Optimal);
        prop_assert_eq!(simplex.circulation().check(&changed), solve(&changed).check(&changed));
    }

    #[test]
    fn lower_bounds_are_kept_or_refused(
        network in networks(5, 9, 4, 3),
        which in any::<prop::sample::Index>(),
        much in 0..3_i64,
    ) {
        let open: Vec<usize> = (0..network.arc_count()).filter(|&arc| network.capacities()[arc] > 0).collect();
        if open.is_empty() {
            return Ok(());
        }
        let arc = open[which.index(open.len())];
        let least = 1 + much % network.capacities()[arc];
        let mut simplex = NetworkSimplex::new(&network);
        prop_assert_eq!(simplex.optimise(u64::MAX), Finish::Optimal);
        simplex.set_bounds(arc, least, network.capacities()[arc]);
        let finish = simplex.reoptimise(u64::MAX);
        // A profit that outweighs all others forces the flow if it can be forced at all.
        let mut forced = network.clone();
        forced.set_capacity(arc, least);
        forced.set_profit(arc, 1_000_000);
        let possible = by_enumeration(&forced) >= i128::from(least) * 1_000_000 - 1_000;
        prop_assert_eq!(finish == Finish::Optimal, possible);
        if possible {
            prop_assert!(simplex.flow()[arc] >= least);
        }
    }
}

#[test]
fn a_network_without_arcs_is_its_own_answer() {
    let network = Network::new(3);
    assert_eq!(solve(&network).check(&network), Ok(0));
    let network = Network::new(0);
    assert_eq!(solve(&network).check(&network), Ok(0));
}

#[test]
fn a_run_may_be_stopped_at_any_pivot_and_continued() {
    let mut network = Network::new(50);
    for step in 0..400_u32 {
        let (tail, head) = ((step * 7) % 50, (step * 13 + 1) % 50);
        if tail != head {
            network.push(tail, head, i64::from(step % 17) * 100, 1).expect("an arc between two nodes");
        }
    }
    let mut simplex = NetworkSimplex::new(&network);
    let mut stops = 0;
    while simplex.optimise(1) != Finish::Optimal {
        stops += 1;
    }
    assert!(stops > 10, "{stops}");
    assert_eq!(simplex.circulation().check(&network), solve(&network).check(&network));
}

#[test]
fn a_rooted_network_needs_no_artificial_arcs() {
    // Two accounts hang on the root: they may draw 10 and 0, and pay each other 30 and 25.
    let mut network = Network::new(3);
    let arcs =
        [(0, 1, 10, 0), (0, 2, 0, 0), (1, 0, i64::MAX / 4, 0), (2, 0, i64::MAX / 4, 0), (1, 2, 30, 1), (2, 1, 25, 1)];
    for (tail, head, capacity, profit) in arcs {
        network.push(tail, head, capacity, profit).expect("an arc between two of three nodes");
    }
    let hanging = [Hanging { parent: 0, arc_to_parent: 2 }, Hanging { parent: 0, arc_to_parent: 3 }];
    let mut simplex = NetworkSimplex::rooted(&network, &hanging);
    assert_eq!(simplex.optimise(u64::MAX), Finish::Optimal);
    assert_eq!(simplex.circulation().check(&network), Ok(55));
    // Without the second payment, 10 is all that can be paid.
    simplex.set_bounds(5, 0, 0);
    assert_eq!(simplex.reoptimise(u64::MAX), Finish::Optimal);
    assert_eq!(simplex.flow()[4], 10);
}
