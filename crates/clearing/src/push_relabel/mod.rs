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

use crate::network::{Circulation, Network};
use label::{Costs, Label, PerEntry, Uniform};
pub(crate) use residual::ArcState;
use residual::{IN, Residual, other_end};
use search::{Ended, Search};
use std::collections::VecDeque;
use std::fmt;

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
    let mut labels = start_labels::<L>(&residual, task.start_prices, scale)?;
    loop {
        make_nearly_optimal(&mut residual, &labels, |arc| (task.arc)(arc).profit, scale)?;
        let run = Run { most_ticks: task.most_ticks, ticks, report };
        let ended = run.with_costs(&mut residual, &mut labels, |arc| (task.arc)(arc).profit, scale)?;
        let rounded: Vec<i64> = labels.iter().map(|label| label.get().div_euclid(scale)).collect();
        if ended == Ended::OutOfTicks {
            return Some(stopped(residual, &rounded, *ticks));
        }
        let is_surely_optimal = scale == enough;
        if let Some(exact) = exact_labels(&residual, rounded, |arc| (task.arc)(arc).profit, is_surely_optimal, ticks) {
            let prices = prices_of(&residual, &exact);
            return Some(Answer { flows: residual.flows(), prices, ticks: *ticks, is_optimal: true });
        }
        for label in &mut labels {
            *label = L::new(label.get() / scale * enough)?;
        }
        scale = enough;
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
fn make_nearly_optimal<L: Label>(
    residual: &mut Residual,
    labels: &[L],
    profit: impl Fn(usize) -> i64,
    scale: i64,
) -> Option<()> {
    for arc in 0..residual.rooms.len() {
        let room = residual.rooms[arc];
        let head = other_end(residual.words[room.tail_entry as usize]);
        let tail = other_end(residual.words[room.head_entry as usize]);
        let cost = profit(arc).checked_mul(scale).and_then(i64::checked_neg).and_then(L::new)?;
        let reduced = cost - labels[tail] + labels[head];
        let moved = match reduced.cmp(&L::ZERO) {
            std::cmp::Ordering::Less => residual.send_ahead(room.tail_entry as usize, room.ahead),
            std::cmp::Ordering::Equal => 0,
            std::cmp::Ordering::Greater => -residual.send_back(room.head_entry as usize, room.back),
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
        profit: impl Fn(usize) -> i64,
        scale: i64,
    ) -> Option<Ended> {
        let scaled = |arc| L::new(profit(arc) * scale);
        let first = if residual.rooms.is_empty() { 0 } else { profit(0) };
        if (1..residual.rooms.len()).all(|arc| profit(arc) == first) {
            return self.search(residual, labels, &Uniform(L::new(first * scale)?));
        }
        let mut costs = vec![L::ZERO; residual.entry_count()];
        for (arc, room) in residual.rooms.iter().enumerate() {
            let cost = scaled(arc)?;
            costs[room.tail_entry as usize] = -cost;
            costs[room.head_entry as usize] = cost;
        }
        self.search(residual, labels, &PerEntry(costs))
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

/// Labels in units of profit under which nothing with room is worth sending; none if there are none, or if they are not
/// found soon and might not exist.
fn exact_labels(
    residual: &Residual,
    mut labels: Vec<i64>,
    profit: impl Fn(usize) -> i64,
    exist: bool,
    ticks: &mut u64,
) -> Option<Vec<i64>> {
    let places = labels.len();
    // Rounding is wrong at few places by 1; each is mended by a few steps, unless a cycle could still be improved.
    let mut patience = if exist { u64::MAX } else { 16 * residual.entry_count() as u64 };
    let mut is_waiting = vec![true; places];
    let mut waiting: VecDeque<u32> = (0..).take(places).collect();
    while let Some(place) = waiting.pop_front() {
        let place = place as usize;
        is_waiting[place] = false;
        let (leaving, entering) = residual.entries(place);
        let work = (entering.end - leaving.start) as u64;
        *ticks += work;
        patience = patience.checked_sub(work)?;
        let (here, middle) = (labels[place], leaving.end);
        for entry in leaving.start..entering.end {
            let word = residual.words[entry];
            let gain = profit(residual.arc_of[entry] as usize);
            let label = if entry < middle { here + gain } else { here - gain };
            let end = other_end(word);
            if (word & IN != 0) & (label < labels[end]) {
                labels[end] = label;
                if !is_waiting[end] {
                    is_waiting[end] = true;
                    waiting.push_back(word >> 2);
                }
            }
        }
    }
    Some(labels)
}

/// Prices of nodes from labels of places.
fn prices_of(residual: &Residual, labels: &[i64]) -> Vec<i64> {
    residual.place_of.iter().map(|&place| -labels[place as usize]).collect()
}

/// An answer from a run that was stopped: what was sent and did not arrive is taken back.
fn stopped(mut residual: Residual, rounded: &[i64], mut ticks: u64) -> Answer {
    let prices = prices_of(&residual, rounded);
    residual.close_ahead();
    let mut labels = vec![0_i64; residual.place_count()];
    let ended = Run { most_ticks: u64::MAX, ticks: &mut ticks, report: &mut |_, _| {} }.search(
        &mut residual,
        &mut labels,
        &Uniform(0_i64),
    );
    assert_eq!(ended, Some(Ended::Balanced), "bug: what was sent can always be taken back");
    Answer { flows: residual.flows(), prices, ticks, is_optimal: false }
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
