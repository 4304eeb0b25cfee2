//! The maximum circulation by cost-scaling push-relabel, made for profits that are small integers.
//!
//! Goldberg and Tarjan, *Finding minimum-cost circulations by successive approximation*, Mathematics of Operations
//! Research 15 (1990) 430-466. All arcs of positive profit start full; what a node then receives too much is sent, arc
//! by arc, along residual arcs towards where too little is received, guided by node labels (prices, times a scale).
//! Where profits are 1, prices are a dozen small integers, so there is nothing to approximate first: one run at the
//! finest scale, its labels often found anew for all nodes at once, is the whole method. The scale is coarser than the
//! theory asks for (nodes + 1); whether the end is an optimum is seen by finding integer prices, and if it is not, a
//! second run starts there at the scale of the theory.

mod bucket_queue;
mod label;
mod residual;
mod search;
mod tightened;

use crate::network::{Circulation, Network};
use label::{Costs, Each, Label, Uniform};
pub(crate) use residual::ArcState;
use residual::{IN, Residual, index, other_end, range};
use search::{Ended, Search};
use std::collections::VecDeque;
use std::fmt;
use tightened::{give_back, tighten};

/// The scale of a first run: finer ones did not change the work, coarser ones sometimes miss the optimum.
const USUAL_SCALE: i64 = 1024;

/// A network with a flow that is conserved, up to what the caller holds fixed outside it.
pub(crate) struct Task<'a, A> {
    pub node_count: usize,
    pub arc_count: usize,
    /// Arc of each number below `arc_count`.
    pub arc: A,
    /// Prices that were good for a similar network, or none.
    pub start_prices: Option<&'a [i64]>,
    /// Entries that may be read before the run is stopped.
    pub most_ticks: u64,
}

/// A circulation with prices.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The flow of each arc, conserved as the one at the start.
    pub flows: Vec<i64>,
    /// The price of each node: a proof if `is_optimal`, else a bound.
    pub prices: Vec<i64>,
    /// Entries read.
    pub ticks: u64,
    /// Not stopped before its end.
    pub is_optimal: bool,
}

/// Profits times path lengths do not fit in 64 bits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct ProfitsTooLarge;

/// Solves; `report` hears the ticks used and the amount left to send, now and then.
pub(crate) fn solve<A: Fn(usize) -> ArcState>(
    task: &Task<'_, A>,
    report: &mut dyn FnMut(u64, i128),
) -> Result<Answer, ProfitsTooLarge> {
    let mut ticks = 0;
    if let Some(answer) = solve_with_labels::<i32, A>(task, &mut ticks, report) {
        return Ok(answer);
    }
    solve_with_labels::<i64, A>(task, &mut ticks, report).ok_or(ProfitsTooLarge)
}

/// Solves with labels of a type; none if they do not fit in it.
fn solve_with_labels<L: Label, A: Fn(usize) -> ArcState>(
    task: &Task<'_, A>,
    ticks: &mut u64,
    report: &mut dyn FnMut(u64, i128),
) -> Option<Answer> {
    let enough = i64::try_from(task.node_count).ok()? + 1;
    let mut scale = enough.min(USUAL_SCALE);
    let mut residual = Residual::new(task.node_count, task.arc_count, &task.arc);
    let profits = Profits::of(task, &residual);
    let has_flow = residual.rooms.iter().any(|room| room.back > 0);
    let steps = if has_flow { Vec::new() } else { tighten(&mut residual, 2 * task.arc_count, ticks) };
    let mut labels = start_labels::<L>(&residual, task.start_prices, scale)?;
    // A flow that is conserved, to fall back to: what moves along from here need not find its way back.
    let may_stop = task.most_ticks < u64::MAX;
    let mut fall_back = (may_stop && has_flow).then(|| residual.flows());
    loop {
        make_nearly_optimal(&mut residual, &labels, &profits, scale)?;
        let run = Run { most_ticks: task.most_ticks, ticks, report };
        let ended = run.with_costs(&mut residual, &mut labels, &profits, scale)?;
        let mut rounded: Vec<i64> = labels.iter().map(|label| label.get().div_euclid(scale)).collect();
        if ended == Ended::OutOfTicks {
            let prices = prices_of(&residual, &rounded);
            let flows = fall_back.unwrap_or_else(|| taken_back(residual, ticks));
            return Some(Answer { flows, prices, ticks: *ticks, is_optimal: false });
        }
        if make_exact(&residual, &mut rounded, &profits, scale == enough, ticks) {
            give_back(&mut residual, &steps, &mut rounded, |arc| profits.of_arc(arc));
            let prices = prices_of(&residual, &rounded);
            return Some(Answer { flows: residual.flows(), prices, ticks: *ticks, is_optimal: true });
        }
        fall_back = may_stop.then(|| residual.flows());
        for label in &mut labels {
            *label = L::new((label.get() / scale).checked_mul(enough)?)?;
        }
        scale = enough;
    }
}

/// What a unit through each arc of a residual is worth.
enum Profits {
    Same(i64),
    Each(Vec<i64>),
}

impl Profits {
    fn of<A: Fn(usize) -> ArcState>(task: &Task<'_, A>, residual: &Residual) -> Profits {
        let first = if task.arc_count == 0 { 0 } else { (task.arc)(0).profit };
        if (0..task.arc_count).all(|arc| (task.arc)(arc).profit == first) {
            return Profits::Same(first);
        }
        Profits::Each(residual.number_of.iter().map(|&number| (task.arc)(number as usize).profit).collect())
    }

    /// Of the arc of an entry at its head.
    #[inline]
    fn of_entry(&self, residual: &Residual, entry: usize) -> i64 {
        match self {
            Profits::Same(profit) => *profit,
            Profits::Each(profits) => profits[residual.arc_of[entry] as usize],
        }
    }

    #[inline]
    fn of_arc(&self, arc: usize) -> i64 {
        match self {
            Profits::Same(profit) => *profit,
            Profits::Each(profits) => profits[arc],
        }
    }
}

/// Labels at the start: those of the prices given, lowest 0.
fn start_labels<L: Label>(residual: &Residual, prices: Option<&[i64]>, scale: i64) -> Option<Vec<L>> {
    let mut labels = vec![L::ZERO; residual.place_count()];
    let Some(prices) = prices else { return Some(labels) };
    let highest = prices.iter().copied().max().unwrap_or(0);
    for (&place, &price) in residual.place_of.iter().zip(prices) {
        let label = highest.checked_sub(price).and_then(|label| label.checked_mul(scale)).and_then(L::new);
        // Prices that do not fit were no good: what starts at 0 ends as well, only later.
        let Some(label) = label else { return Some(vec![L::ZERO; residual.place_count()]) };
        labels[place as usize] = label;
    }
    Some(labels)
}

/// Fills what the labels say is worth filling and empties what is not, so that no arc is wrong at them.
fn make_nearly_optimal<L: Label>(residual: &mut Residual, labels: &[L], profits: &Profits, scale: i64) -> Option<()> {
    for arc in 0..residual.arc_count() {
        let (tail, head) = (residual.tail(arc), residual.head(arc));
        let cost = profits.of_arc(arc).checked_mul(scale).and_then(i64::checked_neg).and_then(L::new)?;
        let reduced = cost - labels[tail] + labels[head];
        let moved = match reduced.cmp(&L::ZERO) {
            std::cmp::Ordering::Less => residual.send_ahead(arc, residual.rooms[arc].ahead),
            std::cmp::Ordering::Equal => 0,
            std::cmp::Ordering::Greater => {
                -residual.send_back(residual.entry_of[arc] as usize, residual.rooms[arc].back)
            }
        };
        residual.excess[tail] -= moved;
        residual.excess[head] += moved;
    }
    Some(())
}

struct Run<'a> {
    most_ticks: u64,
    ticks: &'a mut u64,
    report: &'a mut dyn FnMut(u64, i128),
}

impl Run<'_> {
    /// Runs with costs in the form that is read fastest. None if labels do not fit in their type.
    fn with_costs<L: Label>(
        self,
        residual: &mut Residual,
        labels: &mut Vec<L>,
        profits: &Profits,
        scale: i64,
    ) -> Option<Ended> {
        let scaled = |arc| L::new(profits.of_arc(arc) * scale);
        if let Profits::Same(profit) = profits {
            return self.search(residual, labels, &Uniform(L::new(profit * scale)?));
        }
        let mut costs = Each { ahead: vec![L::ZERO; residual.arc_count()], back: vec![L::ZERO; residual.arc_count()] };
        for (arc, &entry) in residual.entry_of.iter().enumerate() {
            let profit = scaled(arc)?;
            costs.ahead[arc] = -profit;
            costs.back[entry as usize] = profit;
        }
        self.search(residual, labels, &costs)
    }

    fn search<L: Label, C: Costs<L>>(self, residual: &mut Residual, labels: &mut Vec<L>, costs: &C) -> Option<Ended> {
        let before = *self.ticks;
        let mut search = Search::new(residual, labels, costs);
        let report = self.report;
        let ended = search.run(self.most_ticks.saturating_sub(before), &mut |ticks, left| report(before + ticks, left));
        *self.ticks += search.ticks;
        Some(ended).filter(|ended| *ended != Ended::LabelTooLarge)
    }
}

/// Mends labels, in units of profit, until nothing with room is worth sending. Whether that is so: if such labels might not
/// `exist`, they are given up when they are not found soon.
///
/// Rounding is wrong at few places by 1; each is mended by a few steps, unless a cycle could still be improved.
fn make_exact(residual: &Residual, labels: &mut [i64], profits: &Profits, exist: bool, ticks: &mut u64) -> bool {
    let mut patience = if exist { u64::MAX } else { 32 * residual.arc_count() as u64 };
    let mut waiting: VecDeque<u32> = (0..index(labels.len())).collect();
    let mut is_waiting = vec![true; labels.len()];
    while let Some(place) = waiting.pop_front() {
        let place = place as usize;
        is_waiting[place] = false;
        let (arcs, entries) = (range(&residual.first_out, place), range(&residual.first_in, place));
        let work = (arcs.len() + entries.len()) as u64;
        *ticks += work;
        let Some(left) = patience.checked_sub(work) else { return false };
        patience = left;
        let here = labels[place];
        let mut lower = |word: u32, label: i64| {
            let end = other_end(word);
            if (word & IN != 0) & (label < labels[end]) {
                labels[end] = label;
                if !std::mem::replace(&mut is_waiting[end], true) {
                    waiting.push_back(word >> 2);
                }
            }
        };
        for (arc, &word) in arcs.clone().zip(&residual.out_words[arcs]) {
            lower(word, here + profits.of_arc(arc));
        }
        for (entry, &word) in entries.clone().zip(&residual.in_words[entries]) {
            lower(word, here - profits.of_entry(residual, entry));
        }
    }
    true
}

/// Prices of nodes from labels of places.
fn prices_of(residual: &Residual, labels: &[i64]) -> Vec<i64> {
    residual.place_of.iter().map(|&place| -labels[place as usize]).collect()
}

/// The flow of a run that began with none and was stopped: what was sent and did not arrive is taken back.
fn taken_back(mut residual: Residual, ticks: &mut u64) -> Vec<i64> {
    for arc in 0..residual.arc_count() {
        residual.set_ahead(arc, 0);
    }
    let mut labels = vec![0_i64; residual.place_count()];
    let run = Run { most_ticks: u64::MAX, ticks, report: &mut |_, _| {} };
    let ended = run.search(&mut residual, &mut labels, &Uniform(0_i64));
    assert_eq!(ended, Some(Ended::Balanced), "bug: what was sent can always be taken back");
    residual.flows()
}

/// A circulation of greatest profit, with the prices that prove it.
///
/// # Errors
/// When a node's arcs, or profits along a path, do not fit in 64 bits.
pub fn maximum_circulation(network: &Network) -> Result<Circulation, TooLarge> {
    check_sizes(network)?;
    let arc = |arc: usize| ArcState {
        tail: network.tails()[arc],
        head: network.heads()[arc],
        capacity: network.capacities()[arc],
        flow: 0,
        profit: network.profits()[arc],
    };
    let node_count = network.node_count() as usize;
    let task = Task { node_count, arc_count: network.arc_count(), arc, start_prices: None, most_ticks: u64::MAX };
    let answer = solve(&task, &mut |_, _| {}).map_err(|ProfitsTooLarge| TooLarge::Profits)?;
    Ok(Circulation { flow: answer.flows, prices: answer.prices })
}

/// What cannot be solved in 64 bits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TooLarge {
    /// The arcs at this node can carry more than 64 bits together.
    Node(u32),
    /// Profits times the length of a path.
    Profits,
}

impl fmt::Display for TooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Node(node) => write!(f, "the arcs at node {node} can carry more than {} together", i64::MAX),
            Self::Profits => write!(f, "profits along a path may add up to more than 64 bits"),
        }
    }
}

impl std::error::Error for TooLarge {}

fn check_sizes(network: &Network) -> Result<(), TooLarge> {
    for ends in [network.tails(), network.heads()] {
        let mut sums = vec![0_i64; network.node_count() as usize];
        for (&node, &capacity) in ends.iter().zip(network.capacities()) {
            let sum = &mut sums[node as usize];
            *sum = sum.checked_add(capacity).ok_or(TooLarge::Node(node))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
