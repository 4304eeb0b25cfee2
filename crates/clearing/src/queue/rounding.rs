//! From a relaxation that splits payments to an answer that does not.

use super::answer::{Answer, Place};
use super::problem::{NONE, Problem};
use super::search::Search;

/// Looks at each payment that making one answer whole may take, and ticks on top: where it takes more, each payment that is taken
/// away makes others give way, and little is left in the end.
const ROUNDING_LOOKS: u64 = 32;
const ROUNDING_TICKS: u64 = 1_000_000;

/// Ticks that are enough to make one answer whole.
pub(super) fn enough(problem: &Problem<'_>) -> u64 {
    ROUNDING_LOOKS * problem.unit_count() as u64 + ROUNDING_TICKS
}

impl Search<'_, '_> {
    pub(super) fn should_round(&self, node: u32) -> bool {
        node < 32 || node.is_multiple_of(32)
    }

    /// Which units the relaxation settles, rounded to whole ones from the leaves of the tree to its root: what a choice of
    /// whole payments leaves over or needs more is passed on to where there is room.
    pub(super) fn rounded(&mut self) -> Vec<bool> {
        let mut settles: Vec<bool> = self.state.settled_units();
        let mut surplus = vec![0i64; self.simplex.prices().len()];
        let arcs = self.simplex.flow().len();
        for arc in (0..arcs).filter(|&arc| !self.simplex.is_in_tree(arc)) {
            let flow = self.simplex.flow()[arc];
            let (tail, head) = self.simplex.ends(arc);
            surplus[tail as usize] -= flow;
            surplus[head as usize] += flow;
            let stream = self.relaxation.stream_of_arc[arc];
            if stream != NONE && flow == self.simplex.bounds(arc).1 {
                self.for_free(stream, |unit| settles[unit as usize] = true);
            }
        }
        let bottom_up: Vec<(u32, u32)> = self.simplex.bottom_up().collect();
        for (node, arc) in bottom_up {
            let (tail, head) = self.simplex.ends(arc as usize);
            let (lower, upper) = self.simplex.bounds(arc as usize);
            let left = surplus[node as usize];
            let pays = tail == node;
            let wanted = (if pays { left } else { -left }).clamp(lower, upper);
            let stream = self.relaxation.stream_of_arc[arc as usize];
            let flow =
                if stream == NONE { wanted } else { lower + self.pick(stream, wanted - lower, pays, &mut settles) };
            surplus[tail as usize] -= flow;
            surplus[head as usize] += flow;
        }
        for (&unit, arcs) in self.problem.bundles.iter().zip(&self.relaxation.bundle_arcs) {
            let legs = self.problem.legs(unit).iter().zip(arcs);
            settles[unit as usize] |=
                legs.into_iter().all(|(leg, &arc)| arc == NONE || self.simplex.flow()[arc as usize] * 2 > leg.amount)
                    && self.state.place(unit) == Place::Free;
        }
        self.ticks += settles.len() as u64 / 4;
        settles
    }

    fn for_free(&self, stream: u32, mut each: impl FnMut(u32)) {
        for &unit in self.problem.plain.of(stream as usize) {
            if self.state.place(unit) == Place::Free {
                each(unit);
            }
        }
    }

    /// Picks free units of a stream: at most `wanted` if its payer asks, at least that if its payee does. Their sum.
    fn pick(&mut self, stream: u32, wanted: i64, pays: bool, settles: &mut [bool]) -> i64 {
        let mut units = Vec::new();
        self.for_free(stream, |unit| units.push(unit));
        let amounts: Vec<i64> = units.iter().map(|&unit| self.problem.legs(unit)[0].amount).collect();
        self.ticks += 2000 + amounts.len() as u64;
        let (picked, sum) = if pays {
            super::subset_sum::at_most(&amounts, wanted)
        } else {
            super::subset_sum::at_least(&amounts, wanted)
                .unwrap_or_else(|| (vec![true; amounts.len()], amounts.iter().sum()))
        };
        for (&unit, _) in units.iter().zip(&picked).filter(|&(_, &pick)| pick) {
            settles[unit as usize] = true;
        }
        sum
    }

    /// Ticks that rounding and filling may use.
    fn ticks_left(&self) -> u64 {
        self.ticks_max.saturating_sub(self.ticks()).min(enough(self.problem))
    }

    /// Makes an answer of what the relaxation says, and keeps it if it is the best.
    pub(super) fn round(&mut self) {
        let settles = self.rounded();
        let mut answer = Answer::of(self.problem, self.state.tests, &settles);
        let state = &self.state;
        let is_locked = |unit: u32| state.guarded(unit);
        let ticks_max = self.ticks_left();
        answer.repair(&is_locked, &|unit| self.problem.value(unit), ticks_max);
        answer.fill(self.order, ticks_max.saturating_sub(answer.ticks));
        self.ticks += answer.ticks + 4 * settles.len() as u64;
        if !self.problem.bundles.is_empty() {
            self.prune();
        }
        self.offer(answer);
    }

    /// Makes an answer of all bundles that the prices would settle, or might, by taking away what contributes least.
    ///
    /// Bundles open each other's way in several currencies: added one by one, most would never fit.
    fn prune(&mut self) {
        let mut contributions = vec![0i128; self.problem.unit_count()];
        for &unit in &self.problem.bundles {
            contributions[unit as usize] = self.bundle_contribution(unit);
        }
        let order = self.bundles_by_contribution();
        for only_gains in [true, false] {
            let mut settles = self.state.settled_units();
            for &unit in &order {
                settles[unit as usize] |= !only_gains || contributions[unit as usize] >= 0;
            }
            let mut answer = Answer::of(self.problem, self.state.tests, &settles);
            let least = contributions.iter().copied().min().unwrap_or(0);
            let ticks_max = self.ticks_left();
            answer.repair(
                &|unit| self.state.guarded(unit),
                &|unit| contributions[unit as usize] - least + 1,
                ticks_max,
            );
            answer.fill(&order, ticks_max.saturating_sub(answer.ticks));
            answer.fill(self.order, ticks_max.saturating_sub(answer.ticks));
            self.ticks += answer.ticks + 4 * settles.len() as u64;
            self.offer(answer);
        }
    }
}
