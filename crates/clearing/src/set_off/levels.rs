//! One level after another, each on the face of the best answers of those before it.

use super::merged::Merged;
use super::{Method, Options, Progress};
use crate::network::Network;
use crate::network_simplex;
use crate::push_relabel::{self, ArcState, Task};
use certify::Claim;
use certify::set_off::Level;
use std::cmp::Ordering;

/// Where an arc is in every answer that is best on the levels before.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Place {
    Free,
    Full,
    Empty,
}

/// A network that is solved level by level.
struct Levels<'a> {
    merged: &'a Merged,
    /// Those of the network, less what is dropped.
    capacities: &'a [i64],
    options: &'a Options,
    /// Of each arc; empty before the first level is solved, when all are free.
    places: Vec<Place>,
    /// Of each arc; empty before the first level is solved, when it is 0.
    flow: Vec<i64>,
    levels: Vec<Level>,
    ticks: u64,
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
        options,
        places: Vec::new(),
        flow: Vec::new(),
        levels: Vec::with_capacity(merged.level_count),
        ticks: ticks_before,
    };
    for level in 0..merged.level_count {
        levels.solve_level(level, values.map(|values| values[level]), progress);
    }
    let flow = if levels.flow.is_empty() { vec![0; merged.arc_count()] } else { levels.flow };
    Solved { flow, levels: levels.levels, ticks: levels.ticks }
}

impl Levels<'_> {
    fn solve_level(&mut self, level: usize, value: Option<i128>, progress: &mut dyn FnMut(Progress)) {
        let is_stopped = value.is_none() && self.levels.last().is_some_and(|level| !level.claim.is_optimal());
        let (mut prices, is_to_its_end) = if is_stopped {
            // What is worth most on this level was not asked: the prices of the last one bound it, too.
            (self.levels.last().expect("a level before").prices.clone(), false)
        } else {
            self.better_flow(level, progress)
        };
        self.let_returns_promise_nothing(level, &mut prices);
        let found = self.value(level);
        let upper_bound = self.bound(level, &prices);
        assert!(!is_to_its_end || found == upper_bound, "bug: {found} found and {upper_bound} proved on level {level}");
        let claim = Claim { value: value.unwrap_or(found), upper_bound };
        assert!(claim.value <= claim.upper_bound, "bug: an answer exceeds a bound of level {level}: {claim:?}");
        if claim.is_optimal() && level + 1 < self.merged.level_count {
            self.keep_to_the_face(level, &prices);
        }
        self.levels.push(Level { claim, scale: 1, prices });
        progress(Progress { level, level_count: self.merged.level_count, ticks: self.ticks, left_minor: 0 });
    }

    fn place(&self, arc: usize) -> Place {
        self.places.get(arc).copied().unwrap_or(Place::Free)
    }

    fn flow(&self, arc: usize) -> i64 {
        self.flow.get(arc).copied().unwrap_or(0)
    }

    fn value(&self, level: usize) -> i128 {
        let product = |arc: usize| i128::from(self.merged.profit(arc, level)) * i128::from(self.flow(arc));
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
            let counts = match self.place(arc) {
                Place::Full => true,
                Place::Free => reduced > 0,
                Place::Empty => false,
            };
            if counts { i128::from(self.capacities[arc]) * i128::from(reduced) } else { 0 }
        };
        (0..self.merged.arc_count()).map(term).sum()
    }

    /// Where all that comes to a participant is returned, a unit more would be worth something if it could come; the checker
    /// knows no limit of returns. So the participant's price rises to where a return promises nothing: all that comes to it
    /// is full and nothing else leaves it.
    fn let_returns_promise_nothing(&self, level: usize, prices: &mut [i64]) {
        for arc in self.merged.returns().filter(|&arc| self.place(arc) == Place::Free) {
            let promise = self.reduced_profit(arc, level, prices);
            prices[self.merged.tails[arc] as usize] += promise.max(0);
        }
    }

    /// In every best answer arcs with a reduced profit are full, those with a reduced loss empty.
    fn keep_to_the_face(&mut self, level: usize, prices: &[i64]) {
        let on_face = |arc| match (self.place(arc), self.reduced_profit(arc, level, prices).cmp(&0)) {
            (Place::Free, Ordering::Greater) => Place::Full,
            (Place::Free, Ordering::Less) => Place::Empty,
            (place, _) => place,
        };
        self.places = (0..self.merged.arc_count()).map(on_face).collect();
    }

    /// Betters the flow on the arcs that are free, as far as it can be bettered; prices, and whether
    /// they prove it.
    fn better_flow(&mut self, level: usize, progress: &mut dyn FnMut(Progress)) -> (Vec<i64>, bool) {
        let is_free = |&arc: &u32| self.place(arc as usize) == Place::Free;
        let free: Option<Vec<u32>> =
            if self.places.is_empty() { None } else { Some((0..).take(self.places.len()).filter(is_free).collect()) };
        match self.options.method {
            Method::NetworkSimplex => (self.by_network_simplex(level, free), true),
            Method::PushRelabel => self.by_push_relabel(level, free, progress),
        }
    }

    /// An arc as it is, and what a unit through it is worth.
    fn state(&self, arc: usize, level: usize) -> ArcState {
        // Nobody gives more for a unit of liquidity than it can set off on its way.
        let longest_path = i64::try_from(self.merged.node_count).expect("participants were counted");
        ArcState {
            tail: self.merged.tails[arc],
            head: self.merged.heads[arc],
            capacity: self.capacities[arc],
            flow: self.flow(arc),
            profit: self.merged.profit(arc, level).max(-longest_path),
        }
    }

    fn by_push_relabel(
        &mut self,
        level: usize,
        free: Option<Vec<u32>>,
        progress: &mut dyn FnMut(Progress),
    ) -> (Vec<i64>, bool) {
        let start_prices = match self.levels.last() {
            Some(before) => Some(before.prices.clone()),
            None => Some(self.start_prices()).filter(|prices| !prices.is_empty()),
        };
        let number = |arc: usize| free.as_ref().map_or(arc, |free| free[arc] as usize);
        let ticks_before = self.ticks;
        let task = Task {
            node_count: self.merged.node_count,
            arc_count: free.as_ref().map_or(self.merged.arc_count(), Vec::len),
            arc: |arc: usize| self.state(number(arc), level),
            start_prices: start_prices.as_deref(),
            most_ticks: self.options.ticks.saturating_sub(ticks_before),
        };
        let level_count = self.merged.level_count;
        let found = push_relabel::solve(&task, &mut |ticks, left_minor| {
            progress(Progress { level, level_count, ticks: ticks_before + ticks, left_minor });
        });
        let found = found.expect("bug: profits are at most the number of participants");
        self.ticks += found.ticks;
        match free {
            None => self.flow = found.flows,
            Some(free) => {
                for (arc, flow) in free.into_iter().zip(found.flows) {
                    self.flow[arc as usize] = flow;
                }
            }
        }
        (found.prices, found.is_optimal)
    }

    /// Prices to start from, changed so that no return promises anything: else all returns would be tried in full.
    fn start_prices(&self) -> Vec<i64> {
        let mut prices = self.options.start_prices.clone();
        if let Some(&source) = prices.last() {
            self.merged.returns().for_each(|arc| {
                let price = &mut prices[self.merged.tails[arc] as usize];
                *price = source.max(*price);
            });
        }
        prices
    }

    /// What can be added and what can be taken back are arcs each.
    fn by_network_simplex(&mut self, level: usize, free: Option<Vec<u32>>) -> Vec<i64> {
        let mut network = Network::new(u32::try_from(self.merged.node_count).expect("participants were counted"));
        let mut steps = Vec::new();
        let free = free.unwrap_or_else(|| (0..).take(self.merged.arc_count()).collect());
        for number in free {
            let arc = self.state(number as usize, level);
            if arc.flow < arc.capacity {
                let added = network.push(arc.tail, arc.head, arc.capacity - arc.flow, arc.profit);
                added.expect("an arc between two nodes");
                steps.push((number as usize, 1));
            }
            if arc.flow > 0 {
                network.push(arc.head, arc.tail, arc.flow, -arc.profit).expect("an arc between two nodes");
                steps.push((number as usize, -1));
            }
        }
        let circulation = network_simplex::solve(&network);
        self.flow.resize(self.merged.arc_count(), 0);
        for (&(arc, sign), flow) in steps.iter().zip(&circulation.flow) {
            self.flow[arc] += sign * flow;
        }
        self.ticks += network.arc_count() as u64;
        circulation.prices
    }
}
