//! One level after another, each on the face of the best answers of those before it.

use super::merged::{Kind, Merged};
use super::{Options, Progress};
use crate::network::Network;
use crate::network_simplex;
use certify::Claim;
use certify::set_off::Level;

/// Where an arc is in every answer that is best on the levels before.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Place {
    Free,
    Full,
    Empty,
}

/// A network that is solved level by level.
pub(super) struct Levels<'a> {
    merged: &'a Merged,
    /// Those of the network, less what is dropped.
    capacities: &'a [i64],
    places: Vec<Place>,
    flow: Vec<i64>,
    levels: Vec<Level>,
    pub ticks: u64,
}

/// What was found on all levels.
pub(super) struct Solved {
    /// Of each arc.
    pub flow: Vec<i64>,
    pub levels: Vec<Level>,
    pub ticks: u64,
}

/// Solves all levels. With `values` the levels are those of a relaxation: they say how much more than these values could be,
/// and hold what follows on the best answers only where the values are the best.
pub(super) fn solve(
    merged: &Merged,
    capacities: &[i64],
    values: Option<&[i128]>,
    options: &Options,
    ticks_before: u64,
    progress: &mut dyn FnMut(Progress),
) -> Solved {
    let mut levels = Levels {
        merged,
        capacities,
        places: vec![Place::Free; merged.arc_count()],
        flow: vec![0; merged.arc_count()],
        levels: Vec::with_capacity(merged.level_count),
        ticks: ticks_before,
    };
    for level in 0..merged.level_count {
        levels.solve_level(level, values.map(|values| values[level]), options, progress);
    }
    Solved { flow: levels.flow, levels: levels.levels, ticks: levels.ticks }
}

impl Levels<'_> {
    fn solve_level(
        &mut self,
        level: usize,
        value: Option<i128>,
        options: &Options,
        progress: &mut dyn FnMut(Progress),
    ) {
        let _ = &options.start_prices;
        let prices = self.by_network_simplex(level);
        let value = value.unwrap_or_else(|| self.value(level));
        let claim = Claim { value, upper_bound: self.bound(level, &prices) };
        assert!(value <= claim.upper_bound, "bug: an answer exceeds a bound of level {level}: {claim:?}");
        if claim.is_optimal() {
            self.keep_to_the_face(level, &prices);
        }
        self.levels.push(Level { claim, scale: 1, prices });
        progress(Progress { level, level_count: self.merged.level_count, ticks: self.ticks, left_minor: 0 });
    }

    fn value(&self, level: usize) -> i128 {
        let product = |arc: usize| i128::from(self.merged.profit(arc, level)) * i128::from(self.flow[arc]);
        (0..self.merged.arc_count()).map(product).sum()
    }

    fn reduced_profit(&self, arc: usize, level: usize, prices: &[i64]) -> i64 {
        let (tail, head) = (self.merged.tails[arc] as usize, self.merged.heads[arc] as usize);
        self.merged.profit(arc, level) - prices[tail] + prices[head]
    }

    /// What the prices prove, as the checker counts it.
    fn bound(&self, level: usize, prices: &[i64]) -> i128 {
        let term = |arc: usize| {
            let reduced = self.reduced_profit(arc, level, prices);
            let counts = match self.places[arc] {
                Place::Full => true,
                Place::Free => reduced > 0,
                Place::Empty => false,
            };
            assert!(
                !counts || reduced <= 0 || self.merged.kind(arc) != Kind::Returned,
                "bug: prices that want more than all liquidity returned"
            );
            if counts { i128::from(self.capacities[arc]) * i128::from(reduced) } else { 0 }
        };
        (0..self.merged.arc_count()).map(term).sum()
    }

    /// In every best answer arcs with a reduced profit are full, those with a reduced loss empty.
    fn keep_to_the_face(&mut self, level: usize, prices: &[i64]) {
        for arc in 0..self.merged.arc_count() {
            if self.places[arc] == Place::Free {
                self.places[arc] = match self.reduced_profit(arc, level, prices) {
                    0 => Place::Free,
                    1.. => Place::Full,
                    _ => Place::Empty,
                };
            }
        }
    }

    /// Betters the flow on the arcs that are free: what can be added and what can be taken back are arcs each.
    fn by_network_simplex(&mut self, level: usize) -> Vec<i64> {
        let nodes = u32::try_from(self.merged.node_count).expect("participants were counted");
        let mut network = Network::new(nodes);
        let mut steps = Vec::new();
        let longest_path = i64::from(nodes);
        for arc in (0..self.merged.arc_count()).filter(|&arc| self.places[arc] == Place::Free) {
            let (tail, head) = (self.merged.tails[arc], self.merged.heads[arc]);
            // Nobody pays more for a unit of liquidity than it can set off on its way.
            let profit = self.merged.profit(arc, level).max(-longest_path);
            let room = self.capacities[arc] - self.flow[arc];
            if room > 0 {
                network.push(tail, head, room, profit).expect("an arc between two nodes");
                steps.push((arc, 1));
            }
            if self.flow[arc] > 0 {
                network.push(head, tail, self.flow[arc], -profit).expect("an arc between two nodes");
                steps.push((arc, -1));
            }
        }
        let circulation = network_simplex::solve(&network);
        for (&(arc, sign), flow) in steps.iter().zip(&circulation.flow) {
            self.flow[arc] += sign * flow;
        }
        self.ticks += network.arc_count() as u64;
        circulation.prices
    }
}
