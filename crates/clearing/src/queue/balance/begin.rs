//! Where the accounts begin: near an optimum of the relaxation with as much as may be to change in either direction.

use super::super::answer::Place;
use super::super::problem::{NONE, number};
use super::super::search::Search;
use crate::network_simplex::NetworkSimplex;

/// Optima of the relaxation whose mean is taken.
const OPTIMA: u32 = 8;

/// What the relaxation settles of each stream, and the ticks used. Of many optima, all worth the same, the one that the simplex
/// method finds settles as many streams as it can wholly or not at all. Here several are found that differ as much as may be,
/// and their mean is taken: so that there is something to change later in either direction.
pub(super) fn spread(search: &Search<'_, '_>, attempt: u32) -> (Vec<i64>, u64) {
    let flows = |simplex: &NetworkSimplex| {
        let flow = |(stream, &arc): (usize, &u32)| match arc {
            NONE => search.state.stream_bounds(stream).1,
            arc => simplex.flow()[arc as usize],
        };
        search.relaxation.stream_arc.iter().enumerate().map(flow).collect::<Vec<i64>>()
    };
    let mut simplex = search.simplex.clone();
    // What would lose something stays as it is: whatever is found is worth the same.
    for (arc, &flow) in search.simplex.flow().iter().enumerate() {
        simplex.set_profit(arc, 0);
        if search.simplex.reduced_profit(arc) != 0 {
            simplex.set_bounds(arc, flow, flow);
        }
    }
    let mut sums: Vec<i128> = vec![0; search.problem.streams.len()];
    for optimum in 0..OPTIMA {
        for (stream, &arc) in (0u32..).zip(&search.relaxation.stream_arc).filter(|&(_, &arc)| arc != NONE) {
            // Half of the streams, of a choice of their own for each pair of optima, and the opposite.
            let drawn = (stream + 1).wrapping_mul(0x9E37_79B1).wrapping_mul(2 * attempt + 1);
            let is_chosen = (drawn >> (31 - optimum / 2)) & 1 == optimum & 1;
            simplex.set_profit(arc as usize, if is_chosen { 1 } else { -1 });
        }
        simplex.optimise(search.pivots_max);
        sums.iter_mut().zip(flows(&simplex)).for_each(|(sum, flow)| *sum += i128::from(flow));
    }
    let mean = |sum: i128| i64::try_from(sum / i128::from(OPTIMA)).expect("between two flows");
    let ticks = simplex.ticks() - search.simplex.ticks() + u64::from(OPTIMA) * sums.len() as u64;
    (sums.into_iter().map(mean).collect(), ticks)
}

/// What settles to begin with: of each stream the largest that fit into what the relaxation settles of it.
pub(super) fn settled(search: &Search<'_, '_>, flows: &[i64]) -> Vec<bool> {
    let mut settles = search.state.settled_units();
    for (stream, flow) in flows.iter().enumerate() {
        let mut left = flow - search.state.stream_bounds(stream).0;
        for &unit in search.problem.plain.of(stream) {
            let amount = search.problem.legs(unit)[0].amount;
            if amount <= left && search.state.place(unit) == Place::Free {
                settles[unit as usize] = true;
                left -= amount;
            }
        }
    }
    settles
}

/// Which accounts are connected by payments that may settle or not, and how many components there are.
pub(super) fn components(search: &Search<'_, '_>) -> (Vec<u32>, usize) {
    let problem = search.problem;
    let mut parent: Vec<u32> = (0u32..).take(problem.instance.accounts.len()).collect();
    fn root(parent: &mut [u32], mut of: u32) -> u32 {
        while parent[of as usize] != of {
            parent[of as usize] = parent[parent[of as usize] as usize];
            of = parent[of as usize];
        }
        of
    }
    let is_open = |&(at, _): &(usize, &_)| !search.state.has_no_free(at);
    for (_, stream) in problem.streams.iter().enumerate().filter(is_open) {
        let (one, other) = (root(&mut parent, stream.payer), root(&mut parent, stream.payee));
        parent[one.max(other) as usize] = one.min(other);
    }
    let mut count = 0;
    let mut numbers = vec![NONE; parent.len()];
    for account in 0..parent.len() {
        let root = root(&mut parent, number(account)) as usize;
        if numbers[root] == NONE {
            numbers[root] = number(count);
            count += 1;
        }
        numbers[account] = numbers[root];
    }
    (numbers, count)
}
