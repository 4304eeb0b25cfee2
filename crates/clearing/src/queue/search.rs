//! Branch and bound: payments large enough to matter are decided one by one, the rest is left to the network.
//!
//! A node of the search is a set of decisions. What follows from them for single rows (this one needs more than all that is
//! left can bring; without that one the row cannot hold) is decided too; then the relaxation gives a bound, and what would
//! fall below the best answer is decided by its reduced profit. Every decision keeps its reason, so that the whole search
//! can be written down as a tree of cases whose leaves anybody can check ([`super::proof`]).
//!
//! Nodes hold the decisions that they add to their parent's, and the basis of the relaxation there: going from one to
//! another undoes and applies the difference, and repairs the flow by dual pivots.

use super::answer::{Answer, Place};
use super::problem::{NONE, Problem, number};
use super::relaxation::Relaxation;
use super::state::{Reason, State, Step};
use super::valuation::{TestProof, Tests};
use crate::network_simplex::{Basis, Finish, NetworkSimplex};
use std::collections::BinaryHeap;
use std::rc::Rc;

/// What one level asks for: a value to make great, and values of earlier levels to keep.
#[derive(Clone, Debug)]
pub(super) struct Objective {
    /// Place of the level; classes with this rank or a smaller one count.
    pub(super) level: usize,
    /// Multipliers are in units of 1/scale.
    pub(super) scale: i64,
    /// What the answer is worth on the levels before.
    pub(super) earlier: Vec<i128>,
    /// Multipliers of the rows "worth at least that".
    pub(super) earlier_prices: Vec<i64>,
}

impl Objective {
    /// Profit of a minor unit of a class with the given rank, in units of account × scale.
    pub(super) fn weight(&self, rank: usize) -> i64 {
        let own = if rank <= self.level { self.scale } else { 0 };
        own + self
            .earlier_prices
            .iter()
            .enumerate()
            .filter(|&(level, _)| rank <= level)
            .map(|(_, price)| price)
            .sum::<i64>()
    }
}

/// How a node of the search ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum End {
    /// Nobody has come to it yet: its parent's prices bound it.
    Open,
    /// Closed by this reason.
    Closed(Reason),
    /// Split into two cases: held and settled.
    Split { unit: u32, held: u32, settled: u32 },
}

pub(super) struct Node {
    parent: u32,
    pub(super) steps: Vec<Step>,
    basis: Option<Rc<Basis>>,
    /// No answer here is worth more.
    pub(super) bound: i128,
    /// The prices that prove the bound.
    pub(super) prices: u32,
    pub(super) end: End,
}

/// How far a search may go.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) ticks: u64,
    pub(super) nodes: usize,
    /// Stop when the bound is within this many millionths of the best answer.
    pub(super) gap_ppm: i128,
}

pub(super) struct Search<'p, 'i> {
    pub(super) problem: &'p Problem<'i>,
    pub(super) relaxation: &'p Relaxation,
    pub(super) objective: Objective,
    pub(super) simplex: NetworkSimplex,
    /// Profit of a minor unit on the arc of each leg of each bundle; empty until the root was looked at.
    pub(super) split: Vec<Vec<i64>>,
    pub(super) state: State<'p, 'i>,
    pub(super) nodes: Vec<Node>,
    /// Nodes from the root to where the state is, with the steps before each.
    pub(super) path: Vec<(u32, usize)>,
    pub(super) open: BinaryHeap<(i128, std::cmp::Reverse<u32>)>,
    /// Prices of nodes, by number.
    pub(super) prices: Vec<Vec<i64>>,
    pub(super) best: Answer<'p, 'i>,
    pub(super) best_value: i128,
    pub(super) order: &'p [u32],
    pub(super) places: Vec<Place>,
    pub(super) ticks: u64,
    pub(super) pivots_max: u64,
    /// What may be used in all, whatever the turns.
    pub(super) ticks_max: u64,
    balance_ticks: u64,
    balance_failures: u32,
    gap_ppm: i128,
}

impl<'p, 'i> Search<'p, 'i> {
    /// `places` are decided for the whole search; `order` is the order in which units are tried to fill an answer.
    pub(super) fn new(
        problem: &'p Problem<'i>,
        tests: &'p Tests<'i>,
        relaxation: &'p Relaxation,
        objective: Objective,
        places: &[Place],
        order: &'p [u32],
        best: Answer<'p, 'i>,
    ) -> Search<'p, 'i> {
        let best_value = best.worth()[objective.level];
        let state = State::new(problem, tests, &objective, places);
        Search {
            problem,
            relaxation,
            objective,
            simplex: relaxation.simplex(),
            split: Vec::new(),
            state,
            nodes: Vec::new(),
            path: Vec::new(),
            open: BinaryHeap::new(),
            prices: Vec::new(),
            best,
            best_value,
            order,
            places: places.to_vec(),
            ticks: problem.unit_count() as u64,
            pivots_max: 20_000,
            ticks_max: 0,
            balance_ticks: 0,
            balance_failures: 0,
            gap_ppm: 0,
        }
    }

    pub(super) fn ticks(&self) -> u64 {
        self.ticks + self.simplex.ticks() + self.state.ticks
    }

    pub(super) fn test_proof(&self, proof: u32) -> &TestProof {
        &self.state.test_proofs[proof as usize]
    }

    pub(super) fn tests(&self) -> &Tests<'i> {
        self.state.tests
    }

    /// No answer is worth more than this.
    pub(super) fn bound(&self) -> i128 {
        self.open.peek().map_or(self.best_value, |&(bound, _)| bound.max(self.best_value))
    }

    /// Looks at the root: the relaxation of the whole. Where the ticks are used up by that, the root stays open with what is
    /// proved so far.
    pub(super) fn begin(&mut self, ticks_max: u64, gap_ppm: i128) {
        self.ticks_max = ticks_max;
        self.gap_ppm = gap_ppm;
        // From no flow at all, which is within bounds as long as nothing must settle; then what must.
        for (stream, &arc) in self.relaxation.stream_arc.iter().enumerate().filter(|&(_, &arc)| arc != NONE) {
            self.simplex.set_bounds(arc as usize, 0, self.state.stream_bounds(stream).1);
        }
        for index in 0..self.problem.bundles.len() {
            let place = self.state.place(self.problem.bundles[index]);
            self.set_bundle_bounds_as(index, if place == Place::Held { Place::Held } else { Place::Free });
        }
        let is_first = self.split.is_empty();
        if is_first {
            self.split = self.unsplit();
        }
        self.set_profits();
        let unfinished = self.solve_root();
        self.set_all_bounds();
        self.nodes.push(Node {
            parent: NONE,
            steps: Vec::new(),
            basis: None,
            bound: i128::MAX,
            prices: NONE,
            end: End::Open,
        });
        if let Some(prices) = unfinished {
            self.leave_root_open(prices);
            return;
        }
        self.simplex.reoptimise(self.pivots_left());
        if is_first && !self.problem.bundles.is_empty() {
            self.split_bundles();
        }
        if self.objective.earlier_prices.iter().all(|&price| price == 0) {
            self.price_earlier_levels();
        }
        self.path.push((0, 0));
        self.state.touch_all();
        if self.look(0) {
            self.open.push((self.nodes[0].bound, std::cmp::Reverse(0)));
        }
    }

    /// Dual pivots that the ticks allow: each looks at all arcs.
    fn pivots_left(&self) -> u64 {
        let arcs = self.simplex.flow().len() as u64 + 1;
        (self.ticks_max.saturating_sub(self.ticks()) / arcs).clamp(PIVOTS_MIN, self.pivots_max)
    }

    /// Solves the relaxation from nothing; the best prices so far where the ticks are used up before.
    fn solve_root(&mut self) -> Option<Vec<i64>> {
        let mut best: Option<(i128, Vec<i64>)> = None;
        while self.simplex.optimise(ROOT_PIVOTS) != Finish::Optimal {
            let bound = self.simplex.proved_bound();
            if best.as_ref().is_none_or(|&(least, _)| bound < least) {
                best = Some((bound, self.simplex.prices().to_vec()));
            }
            if self.ticks() >= self.ticks_max && self.problem.bundles.is_empty() {
                return best.map(|(_, prices)| prices);
            }
        }
        None
    }

    /// Bounds the root by prices of an unfinished run, or by none where those prove more.
    fn leave_root_open(&mut self, prices: Vec<i64>) {
        let scale = i128::from(self.objective.scale);
        let by_nothing = self.bound_by(&vec![0; prices.len()]).div_euclid(scale);
        let bound = self.bound_by(&prices).div_euclid(scale);
        let root = &mut self.nodes[0];
        root.bound = bound.min(by_nothing);
        if bound < by_nothing {
            root.prices = number(self.prices.len());
            self.prices.push(prices);
        }
        self.open.push((root.bound, std::cmp::Reverse(0)));
    }

    pub(super) fn set_profits(&mut self) {
        for (stream, &arc) in self.relaxation.stream_arc.iter().enumerate().filter(|&(_, &arc)| arc != NONE) {
            self.simplex.set_profit(arc as usize, stream_profit(self.problem, &self.objective, stream));
        }
        self.set_bundle_profits();
    }

    /// Finds multipliers of the rows "worth at least that" under which the relaxation proves most: the bound is convex in
    /// each, so it is enough to go up while it falls.
    fn price_earlier_levels(&mut self) {
        for level in (0..self.objective.earlier.len()).rev() {
            let mut least = self.scaled_bound();
            let mut price = 1;
            while price <= EARLIER_PRICE_MAX {
                let before = std::mem::replace(&mut self.objective.earlier_prices[level], price);
                self.set_profits();
                self.simplex.optimise(self.pivots_max);
                let bound = self.scaled_bound();
                if bound >= least {
                    self.objective.earlier_prices[level] = before;
                    break;
                }
                least = bound;
                price *= 2;
            }
            self.set_profits();
            self.simplex.optimise(self.pivots_max);
        }
    }

    /// Goes on until all is closed or a limit is met. Whether all is closed.
    pub(super) fn run(&mut self, limits: Limits, progress: &mut dyn FnMut(i128, i128, u64)) -> bool {
        let mut dive: Option<u32> = None;
        loop {
            let bound = dive.map_or(i128::MIN, |node| self.nodes[node as usize].bound).max(self.bound());
            progress(self.best_value, bound, self.ticks());
            if self.is_within(bound, &limits) || self.ticks() >= limits.ticks || self.nodes.len() >= limits.nodes {
                if let Some(node) = dive {
                    self.open.push((self.nodes[node as usize].bound, std::cmp::Reverse(node)));
                }
                return bound <= self.best_value;
            }
            let node = match dive.take() {
                Some(node) => node,
                None => match self.open.pop() {
                    Some((_, std::cmp::Reverse(node))) => node,
                    None => return true,
                },
            };
            if self.nodes[node as usize].bound <= self.best_value {
                self.close(node, Reason::Prices(self.nodes[node as usize].prices));
                continue;
            }
            self.go_to(node);
            dive = self.look_and_split(node);
        }
    }

    /// Whether what is left to find is not worth looking for, or cannot be remembered.
    pub(super) fn is_good_enough(&self, limits: &Limits) -> bool {
        self.is_within(self.bound(), limits) || self.nodes.len() >= limits.nodes
    }

    fn is_within(&self, bound: i128, limits: &Limits) -> bool {
        bound > self.best_value && self.is_near(bound, limits.gap_ppm)
    }

    fn is_near(&self, bound: i128, gap_ppm: i128) -> bool {
        (bound - self.best_value) * 1_000_000 <= gap_ppm * bound
    }

    fn close(&mut self, node: u32, reason: Reason) {
        self.nodes[node as usize].end = End::Closed(reason);
        self.nodes[node as usize].basis = None;
    }

    /// Looks at a node where the state is now; where to go on below it.
    fn look_and_split(&mut self, node: u32) -> Option<u32> {
        if !self.look(node) {
            return None;
        }
        let basis = Rc::new(self.simplex.basis());
        let Some(candidate) = self.choose(&basis) else {
            self.close(node, Reason::Prices(self.nodes[node as usize].prices));
            return None;
        };
        let (bound, prices) = (self.nodes[node as usize].bound, self.nodes[node as usize].prices);
        let mut child = |settles: bool| {
            let step = Step { unit: candidate.unit, settles, reason: Reason::Split };
            let child = number(self.nodes.len());
            let basis = Some(Rc::clone(&basis));
            self.nodes.push(Node { parent: node, steps: vec![step], basis, bound, prices, end: End::Open });
            child
        };
        let (held, settled) = (child(false), child(true));
        self.nodes[node as usize].end = End::Split { unit: candidate.unit, held, settled };
        let (next, other) = if candidate.leans_to_settle { (settled, held) } else { (held, settled) };
        self.open.push((bound, std::cmp::Reverse(other)));
        self.descend(next);
        Some(next)
    }

    /// Goes to a child of where the state is; the simplex has its parent's basis already.
    fn descend(&mut self, node: u32) {
        self.path.push((node, self.state.trail_length()));
        self.apply_first_step(node);
    }

    fn apply_first_step(&mut self, node: u32) {
        let Step { unit, settles, .. } = self.nodes[node as usize].steps[0];
        self.state.fix(unit, settles, Reason::Split);
    }

    /// Undoes and applies decisions until the state is at `node`, which was not looked at yet.
    fn go_to(&mut self, node: u32) {
        if self.path.last().is_some_and(|&(at, _)| at == node) {
            return;
        }
        let mut ancestors = vec![node];
        while self.nodes[ancestors[ancestors.len() - 1] as usize].parent != NONE {
            ancestors.push(self.nodes[ancestors[ancestors.len() - 1] as usize].parent);
        }
        ancestors.reverse();
        let common = self.path.iter().zip(&ancestors).take_while(|((at, _), ancestor)| at == *ancestor).count();
        if common < self.path.len() {
            self.state.undo_to(self.path[common].1);
            self.path.truncate(common);
        }
        for &ancestor in &ancestors[common..] {
            self.path.push((ancestor, self.state.trail_length()));
            if ancestor == node {
                self.apply_first_step(node);
            } else {
                let steps = std::mem::take(&mut self.nodes[ancestor as usize].steps);
                steps.iter().for_each(|&step| self.state.apply(step));
                self.nodes[ancestor as usize].steps = steps;
            }
        }
        if let Some(basis) = self.nodes[node as usize].basis.clone() {
            self.set_changed_bounds();
            self.simplex.restore(&basis);
        }
    }

    fn set_all_bounds(&mut self) {
        self.state.changed_streams.clear();
        for stream in 0..self.problem.streams.len() {
            self.set_stream_bounds(stream);
        }
        for index in 0..self.problem.bundles.len() {
            self.set_bundle_bounds(index);
        }
        self.state.changed_bundles.clear();
    }

    fn set_changed_bounds(&mut self) {
        while let Some(stream) = self.state.changed_streams.pop() {
            self.set_stream_bounds(stream as usize);
        }
        while let Some(unit) = self.state.changed_bundles.pop() {
            self.set_bundle_bounds(self.problem.place_of_bundle(unit).expect("a bundle was decided"));
        }
    }

    fn set_stream_bounds(&mut self, stream: usize) {
        let arc = self.relaxation.stream_arc[stream];
        if arc != NONE {
            let (lower, upper) = self.state.stream_bounds(stream);
            self.simplex.set_bounds(arc as usize, lower, upper);
        }
    }

    fn set_bundle_bounds(&mut self, index: usize) {
        self.set_bundle_bounds_as(index, self.state.place(self.problem.bundles[index]));
    }

    /// Decides what follows at a node and bounds it. Whether it stays open.
    fn look(&mut self, node: u32) -> bool {
        let from = self.path.last().expect("the state is at the node").1;
        let mut is_first = true;
        loop {
            if let Err(reason) = self.state.propagate() {
                self.keep_steps(node, from);
                self.close(node, reason);
                return false;
            }
            if !is_first && self.state.changed_streams.is_empty() && self.state.changed_bundles.is_empty() {
                break;
            }
            is_first = false;
            self.set_changed_bounds();
            let finish = self.simplex.reoptimise(self.pivots_left());
            let infeasible = finish == Finish::Infeasible;
            if infeasible {
                self.simplex.steepen_to_proof(self.best_value_scaled());
            }
            let prices = self.simplex.prices().to_vec();
            let scaled = self.scaled_bound();
            self.prices.push(prices);
            let proof = number(self.prices.len() - 1);
            let bound = scaled.div_euclid(i128::from(self.objective.scale));
            if bound < self.nodes[node as usize].bound || self.nodes[node as usize].prices == NONE {
                (self.nodes[node as usize].bound, self.nodes[node as usize].prices) = (bound, proof);
            }
            if bound <= self.best_value {
                self.keep_steps(node, from);
                self.close(node, Reason::Prices(proof));
                return false;
            }
            // What is good enough is left as it is: an answer that is a little better may be worse in less urgent classes.
            let could_improve = !infeasible && self.should_round(node) && !self.is_near(bound, self.gap_ppm);
            if could_improve {
                self.round();
                if finish == Finish::Optimal {
                    self.balance_by_turns(node, bound);
                }
            }
            if !self.fix_by_reduced_profit(scaled, proof) {
                break;
            }
        }
        self.keep_steps(node, from);
        if self.nodes[node as usize].bound <= self.best_value {
            self.close(node, Reason::Prices(self.nodes[node as usize].prices));
            return false;
        }
        true
    }

    /// Makes answers row by row: at the root several, later one, as long as there is something to win and most of the work so
    /// far was something else.
    fn balance_by_turns(&mut self, node: u32, bound: i128) {
        for attempt in 0..if node == 0 { ROOT_ATTEMPTS } else { 1 } {
            let is_worth_it = (bound - self.best_value) * BALANCED_PARTS > bound && !self.is_near(bound, self.gap_ppm);
            let is_much = node > 0 && BALANCE_PART * self.balance_ticks > self.ticks();
            if !is_worth_it || is_much || self.balance_failures >= BALANCE_FAILURES {
                return;
            }
            let left = self.ticks_max.saturating_sub(self.ticks());
            let (found, used) = self.balance(attempt, left.min(self.balance_ticks_max(bound)));
            self.balance_failures = if found { 0 } else { self.balance_failures + 1 };
            self.ticks += used;
            self.balance_ticks += used;
        }
    }

    /// Ticks after which an answer that is made row by row is given up: more where the best so far is far below what may be.
    pub(super) fn balance_ticks_max(&self, bound: i128) -> u64 {
        let is_far = (bound - self.best_value) * FAR_PARTS > bound;
        BALANCE_LOOKS * self.problem.unit_count() as u64 + if is_far { FAR_BALANCE_TICKS } else { BALANCE_TICKS }
    }

    fn keep_steps(&mut self, node: u32, from: usize) {
        self.nodes[node as usize].steps = self.state.steps_since(from).to_vec();
    }

    /// What the rows of earlier levels ask for at their multipliers.
    fn kept_scaled(&self) -> i128 {
        let levels = self.objective.earlier.iter().zip(&self.objective.earlier_prices);
        levels.map(|(value, &price)| value * i128::from(price)).sum()
    }

    pub(super) fn best_value_scaled(&self) -> i128 {
        let kept = self.kept_scaled();
        self.best_value * i128::from(self.objective.scale) + kept
    }

    /// What the prices prove, × scale.
    pub(super) fn scaled_bound(&self) -> i128 {
        let kept = self.kept_scaled();
        self.with_what_has_no_arc(self.simplex.proved_bound() - kept)
    }

    /// What any prices prove, × scale.
    fn bound_by(&self, prices: &[i64]) -> i128 {
        let kept = self.kept_scaled();
        self.with_what_has_no_arc(self.simplex.bound_by(prices) - kept)
    }

    fn with_what_has_no_arc(&self, mut bound: i128) -> i128 {
        for (stream, &arc) in self.relaxation.stream_arc.iter().enumerate() {
            if arc == NONE {
                let profit = stream_profit(self.problem, &self.objective, stream);
                bound += i128::from(profit) * i128::from(self.state.stream_bounds(stream).1);
            }
        }
        bound + self.bundle_correction()
    }

    /// Decides units that lose more than the gap against the prices. Whether any was decided.
    fn fix_by_reduced_profit(&mut self, scaled: i128, proof: u32) -> bool {
        let room = scaled - (self.best_value + 1) * i128::from(self.objective.scale);
        let mut any = self.fix_bundles_by_reduced_profit(room, proof);
        for stream in 0..self.problem.streams.len() {
            let arc = self.relaxation.stream_arc[stream];
            if arc == NONE {
                continue;
            }
            let reduced = self.simplex.reduced_profit(arc as usize);
            if reduced == 0 || self.state.has_no_free(stream) {
                continue;
            }
            for &unit in self.problem.plain.of(stream) {
                let amount = self.problem.legs(unit)[0].amount;
                if i128::from(reduced.unsigned_abs()) * i128::from(amount) <= room {
                    break;
                }
                if self.state.place(unit) == Place::Free {
                    self.state.fix(unit, reduced > 0, Reason::Prices(proof));
                    any = true;
                }
            }
        }
        any
    }

    /// Keeps an answer if it is better and everything holds.
    pub(super) fn offer(&mut self, answer: Answer<'p, 'i>) -> bool {
        let worth = answer.worth();
        let level = self.objective.level;
        let keeps = self.objective.earlier.iter().zip(&worth).all(|(least, value)| value >= least);
        let places_hold = || {
            let pairs = self.places.iter().zip(&answer.settles);
            pairs.into_iter().all(|(&place, &settles)| place == Place::Free || (place == Place::Settled) == settles)
        };
        // Among equals, that which is worth more on the levels to come.
        if !keeps || worth[level..] <= self.best.worth()[level..] || !answer.all_holds() || !places_hold() {
            return false;
        }
        self.best_value = worth[level];
        self.best = answer;
        true
    }
}

/// Dual pivots that are made in any case.
const PIVOTS_MIN: u64 = 50;
/// Pivots between two looks at the ticks.
const ROOT_PIVOTS: u64 = 10_000;
/// Looks at each payment for one of them, and ticks on top.
const BALANCE_LOOKS: u64 = 1500;
const BALANCE_TICKS: u64 = 2_000_000;
const FAR_BALANCE_TICKS: u64 = 60_000_000;
/// The best answer is far below what may be if it misses more than this part of that.
const FAR_PARTS: i128 = 20;
/// Attempts in a row after which no more are made, and the part of all ticks that they may take.
const BALANCE_FAILURES: u32 = 4;
const BALANCE_PART: u64 = 4;
/// Answers that are made row by row at the root.
const ROOT_ATTEMPTS: u32 = 6;
/// Answers are made row by row as long as the best is more than this part below what may be.
const BALANCED_PARTS: i128 = 10_000_000;
/// The steepest multiplier of an earlier level that is tried.
const EARLIER_PRICE_MAX: i64 = 1 << 20;
/// Profit of a minor unit in a stream under an objective.
pub(super) fn stream_profit(problem: &Problem<'_>, objective: &Objective, stream: usize) -> i64 {
    objective.weight(usize::from(problem.streams[stream].rank)) * problem.unit_value(stream)
}

pub(super) fn bounds_of(place: Place, amount: i64) -> (i64, i64) {
    match place {
        Place::Free => (0, amount),
        Place::Settled => (amount, amount),
        Place::Held => (0, 0),
    }
}
