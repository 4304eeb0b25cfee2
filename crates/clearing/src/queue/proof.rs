//! A search written down as a tree of cases, with what no leaf needs left out.

use super::problem::{NONE, Problem, number};
use super::relaxation::{Relaxation, multipliers};
use super::search::{End, Node, Search};
use super::state::{Reason, Step};
use super::valuation::{TestProof, Tests};
use certify::queue::{Case, Multipliers};
use std::collections::BTreeMap;

/// The tree of cases of a search, and the multipliers that its leaves name.
pub(super) fn write(search: &Search<'_, '_>, relaxation: &Relaxation) -> (Vec<Multipliers>, Vec<Case>) {
    let claim = search.bound();
    let total = total_value(search.problem);
    let mut writer = Writer { search, relaxation, claim, total, all: Vec::new(), by_reason: BTreeMap::new() };
    let needed = writer.needed_steps();
    let cases = writer.cases(&needed);
    (writer.all, cases)
}

struct Writer<'s, 'p, 'i> {
    search: &'s Search<'p, 'i>,
    relaxation: &'s Relaxation,
    /// What is to be proved: a node that its own prices bound by this needs none below it.
    claim: i128,
    /// What all payments together are worth.
    total: i128,
    all: Vec<Multipliers>,
    by_reason: BTreeMap<Reason, u32>,
}

/// The least and the most that a minor unit contributes in the leaves below, for each stream.
type Range = Vec<(i128, i128)>;

impl Writer<'_, '_, '_> {
    /// How a node ends in the proof: nothing below it is needed where its own prices are enough.
    fn end(&self, node: &Node) -> End {
        match node.end {
            End::Closed(reason) => End::Closed(reason),
            _ if node.bound <= self.claim => End::Closed(Reason::Prices(node.prices)),
            end => end,
        }
    }

    /// Whether each node is part of the proof.
    fn reached(&self) -> Vec<bool> {
        let mut is_reached = vec![false; self.search.nodes.len()];
        is_reached[0] = true;
        for (at, node) in self.search.nodes.iter().enumerate() {
            if let End::Split { held, settled, .. } = self.end(node)
                && is_reached[at]
            {
                (is_reached[held as usize], is_reached[settled as usize]) = (true, true);
            }
        }
        is_reached
    }

    /// For each node, whether each of its steps changes the bound of a leaf below.
    fn needed_steps(&self) -> Vec<Vec<bool>> {
        let nodes = &self.search.nodes;
        let mut ranges: Vec<Option<Range>> = vec![None; nodes.len()];
        let mut needed = vec![Vec::new(); nodes.len()];
        let is_reached = self.reached();
        for (at, node) in nodes.iter().enumerate().rev().filter(|&(at, _)| is_reached[at]) {
            let mut range = match self.end(node) {
                End::Open => self.contributions(Reason::Prices(node.prices)),
                End::Closed(reason) => self.contributions(reason),
                End::Split { held, settled, .. } => {
                    let mut take =
                        |child: u32| ranges[child as usize].take().expect("children come after their parent");
                    let mut range = take(held);
                    widen(&mut range, &take(settled));
                    range
                }
            };
            let mut is_needed = vec![false; node.steps.len()];
            for (from, to) in groups(&node.steps).into_iter().rev() {
                let leader = node.steps[from];
                let group = node.steps[from..to].iter().zip(&mut is_needed[from..to]);
                let matters = group.fold(false, |any, (step, needed)| {
                    *needed = self.matters(step, &range);
                    any | *needed
                });
                is_needed[from] = matters;
                if matters {
                    // What follows by order from a leg of a bundle is seen only beside the bundle.
                    let is_bundle = |step: &Step| self.search.problem.legs(step.unit).len() > 1;
                    let followers = node.steps[from + 1..to].iter().zip(&mut is_needed[from + 1..to]);
                    followers.for_each(|(step, needed)| *needed |= is_bundle(step));
                }
                if matters && leader.reason != Reason::Split {
                    widen(&mut range, &self.contributions(leader.reason));
                }
            }
            (ranges[at], needed[at]) = (Some(range), is_needed);
        }
        needed
    }

    /// Whether a leaf with contributions in this range sees the step.
    fn matters(&self, step: &Step, range: &Range) -> bool {
        let legs = self.search.problem.legs(step.unit).iter();
        if step.settles {
            legs.map(|leg| range[leg.stream as usize].0 * i128::from(leg.amount)).sum::<i128>() < 0
        } else {
            legs.map(|leg| range[leg.stream as usize].1 * i128::from(leg.amount)).sum::<i128>() > 0
        }
    }

    fn contributions(&self, reason: Reason) -> Range {
        let problem = self.search.problem;
        let weight = |stream: usize, scaled: bool| {
            let rank = usize::from(problem.streams[stream].rank);
            let weight = if scaled {
                self.search.objective.weight(rank)
            } else {
                i64::from(rank <= self.search.objective.level)
            };
            i128::from(weight) * i128::from(problem.unit_value(stream))
        };
        let steep = i128::from(self.steepness());
        let of = |stream: usize| match reason {
            Reason::Prices(NONE) => weight(stream, true),
            Reason::Prices(prices) => {
                let prices = &self.search.prices[prices as usize];
                let price = |node: u32| i128::from(prices[node as usize]);
                let (tail, head) = self.relaxation.ends_of_stream(stream);
                weight(stream, true) - price(tail) + price(head)
            }
            Reason::Row(row) => {
                let touch = problem.touches.of(stream).iter().find(|touch| touch.row == row);
                weight(stream, false) - touch.map_or(0, |touch| i128::from(touch.sign)) * steep
            }
            Reason::Earlier(level) => {
                let counts = usize::from(problem.streams[stream].rank) <= level as usize;
                weight(stream, false) + if counts { steep * i128::from(problem.unit_value(stream)) } else { 0 }
            }
            Reason::Test(proof) => {
                let proof = self.search.test_proof(proof);
                let slope = |account: u32| {
                    let found = proof.slopes.iter().find(|&&(of, _)| of == account);
                    found.map_or(0, |&(_, slope)| slope * self.test_steepness(proof))
                };
                weight(stream, false) - slope(problem.streams[stream].payer) + slope(problem.streams[stream].payee)
            }
            Reason::Split | Reason::Order => unreachable!("no leaf is closed by a case or by order"),
        };
        (0..problem.streams.len()).map(|stream| (of(stream), of(stream))).collect()
    }

    /// A multiplier with which a row that cannot hold outweighs all that could be won.
    fn steepness(&self) -> i64 {
        i64::try_from(self.total + 1).expect("a total value within 63 bits")
    }

    fn test_steepness(&self, proof: &TestProof) -> i128 {
        (self.total + proof.by) / proof.by.max(1)
    }

    fn cases(&mut self, needed: &[Vec<bool>]) -> Vec<Case> {
        enum Work {
            Node(u32),
            Steps(u32, usize),
            Leaf(Reason),
        }
        let mut cases = Vec::new();
        let mut stack = vec![Work::Node(0)];
        while let Some(work) = stack.pop() {
            let (at, from) = match work {
                Work::Leaf(reason) => {
                    cases.push(self.leaf(reason));
                    continue;
                }
                Work::Node(at) => (at, 0),
                Work::Steps(at, from) => (at, from),
            };
            let node = &self.search.nodes[at as usize];
            let next = (from..node.steps.len())
                .find(|&step| needed[at as usize][step] && node.steps[step].reason != Reason::Split);
            if let Some(next) = next {
                let step = node.steps[next];
                cases.push(self.split(step.unit));
                if step.settles {
                    cases.push(self.leaf(step.reason));
                    stack.push(Work::Steps(at, next + 1));
                } else {
                    stack.push(Work::Leaf(step.reason));
                    stack.push(Work::Steps(at, next + 1));
                }
                continue;
            }
            match self.end(node) {
                End::Open => cases.push(self.leaf(Reason::Prices(node.prices))),
                End::Closed(reason) => cases.push(self.leaf(reason)),
                End::Split { unit, held, settled } => {
                    cases.push(self.split(unit));
                    stack.push(Work::Node(settled));
                    stack.push(Work::Node(held));
                }
            }
        }
        cases
    }

    fn split(&self, unit: u32) -> Case {
        Case::Split { payment: self.search.problem.first_payment[unit as usize] }
    }

    fn leaf(&mut self, reason: Reason) -> Case {
        // A case against the order of payments holds no answer: the checker asks nothing of its multipliers.
        let reason = if reason == Reason::Order { Reason::Prices(NONE) } else { reason };
        if let Some(&known) = self.by_reason.get(&reason) {
            return Case::Leaf { multipliers: known };
        }
        let next = number(self.all.len());
        let multipliers = self.multipliers(reason);
        self.all.push(multipliers);
        self.by_reason.insert(reason, next);
        Case::Leaf { multipliers: next }
    }

    fn multipliers(&self, reason: Reason) -> Multipliers {
        let (problem, objective) = (self.search.problem, &self.search.objective);
        let none = || vec![0; problem.rows.len()];
        let no_levels = || vec![0; objective.earlier.len()];
        match reason {
            Reason::Prices(NONE) => multipliers(problem, objective.scale, &none(), &objective.earlier_prices),
            Reason::Prices(prices) => {
                let of_rows = self.relaxation.row_prices(problem, &self.search.prices[prices as usize]);
                multipliers(problem, objective.scale, &of_rows, &objective.earlier_prices)
            }
            Reason::Row(row) => {
                let mut of_rows = none();
                of_rows[row as usize] = self.steepness();
                multipliers(problem, 1, &of_rows, &no_levels())
            }
            Reason::Earlier(level) => {
                let mut of_levels = no_levels();
                of_levels[level as usize] = self.steepness();
                multipliers(problem, 1, &none(), &of_levels)
            }
            Reason::Test(proof) => {
                let proof = self.search.test_proof(proof);
                of_test(problem, self.search.tests(), proof, self.test_steepness(proof), &no_levels())
            }
            Reason::Split | Reason::Order => unreachable!("no leaf is closed by a case or by order"),
        }
    }
}

fn of_test(
    problem: &Problem<'_>,
    tests: &Tests<'_>,
    proof: &TestProof,
    steepness: i128,
    earlier_levels: &[i64],
) -> Multipliers {
    let mut of_test = multipliers(problem, 1, &vec![0; problem.rows.len()], earlier_levels);
    let narrow = |wide: i128| i64::try_from(wide).expect("slopes within 64 bits");
    let mut slopes = vec![0i64; problem.instance.accounts.len()];
    for &(account, slope) in &proof.slopes {
        slopes[account as usize] = narrow(slope * steepness);
    }
    let mut of = vec![0i64; tests.count()];
    of[proof.test as usize] = narrow(steepness);
    if proof.of_value {
        (of_test.haircut_value, of_test.haircut_value_slopes) = (of, slopes);
    } else {
        (of_test.aggregate_short, of_test.aggregate_short_slopes) = (of, slopes);
    }
    of_test
}

/// Each decision with those that follow from it by order.
fn groups(steps: &[Step]) -> Vec<(usize, usize)> {
    let mut starts: Vec<usize> = (0..steps.len()).filter(|&at| steps[at].reason != Reason::Order).collect();
    starts.push(steps.len());
    starts.windows(2).map(|two| (two[0], two[1])).collect()
}

fn widen(range: &mut Range, other: &Range) {
    for (one, other) in range.iter_mut().zip(other) {
        *one = (one.0.min(other.0), one.1.max(other.1));
    }
}

/// What all payments together are worth.
pub(super) fn total_value(problem: &Problem<'_>) -> i128 {
    (0u32..).take(problem.unit_count()).map(|unit| problem.value(unit)).sum()
}
