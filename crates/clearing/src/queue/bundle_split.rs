//! How the value of a bundle is split among its legs, so that the relaxation settles all of them or none.
//!
//! The relaxation has an arc for each leg, in the network of its currency; nothing there ties them together. The value of a
//! bundle may be split among them in any way: multipliers of "the legs settle alike", found by subgradient steps in integers
//! (Held, Wolfe, Crowder, Validation of subgradient optimization, Mathematical Programming 6 (1974) 62-88). What the
//! resulting prices prove is reckoned for the bundle as a whole, so that no split can be wrong.

use super::answer::Place;
use super::problem::NONE;
use super::search::{Search, bounds_of, stream_profit};

/// Steps at the root.
const STEPS: usize = 80;
/// Parts of a leg that settles, as a whole number.
const WHOLE: i64 = 1024;

impl Search<'_, '_> {
    /// What each bundle contributes under the prices, as a whole: × scale.
    pub(super) fn bundle_contribution(&self, unit: u32) -> i128 {
        let of_leg = |stream: usize| {
            let (tail, head) = self.relaxation.ends_of_stream(stream);
            let prices = self.simplex.prices();
            let profit = stream_profit(self.problem, &self.objective, stream);
            i128::from(profit) - i128::from(prices[tail as usize]) + i128::from(prices[head as usize])
        };
        let legs = self.problem.legs(unit).iter();
        legs.map(|leg| of_leg(leg.stream as usize) * i128::from(leg.amount)).sum()
    }

    /// What the bound of single arcs must be changed by for bundles to count as wholes.
    pub(super) fn bundle_correction(&self) -> i128 {
        let mut correction = 0;
        for (&unit, arcs) in self.problem.bundles.iter().zip(&self.relaxation.bundle_arcs) {
            for &arc in arcs.iter().filter(|&&arc| arc != NONE) {
                let reduced = self.simplex.reduced_profit(arc as usize);
                let (lower, upper) = self.simplex.bounds(arc as usize);
                correction -= i128::from(reduced) * i128::from(if reduced > 0 { upper } else { lower });
            }
            let whole = self.bundle_contribution(unit);
            correction += match self.state.place(unit) {
                Place::Held => 0,
                Place::Settled => whole,
                Place::Free => whole.max(0),
            };
        }
        correction
    }

    /// Profit of a minor unit on the arc of each leg, as the objective has it.
    pub(super) fn unsplit(&self) -> Vec<Vec<i64>> {
        let profit = |stream: u32| stream_profit(self.problem, &self.objective, stream as usize);
        let bundles = self.problem.bundles.iter();
        bundles.map(|&unit| self.problem.legs(unit).iter().map(|leg| profit(leg.stream)).collect()).collect()
    }

    /// Splits the value of bundles so that the relaxation proves as much as a number of steps can make it.
    pub(super) fn split_bundles(&mut self) {
        let (mut best, mut best_bound) = (self.split.clone(), self.scaled_bound());
        let (mut damping, mut without_gain) = (1i128, 0);
        for _ in 0..STEPS {
            let room = self.scaled_bound() - self.best_value_scaled();
            if room <= 0 || !self.step_split(room, damping) {
                break;
            }
            self.set_profits();
            self.simplex.optimise(self.pivots_max);
            let bound = self.scaled_bound();
            if bound < best_bound {
                (best, best_bound, without_gain) = (self.split.clone(), bound, 0);
            } else {
                without_gain += 1;
                if without_gain == 4 {
                    (damping, without_gain) = (damping * 2, 0);
                    self.split.clone_from(&best);
                }
            }
        }
        self.split = best;
        self.set_profits();
        self.simplex.optimise(self.pivots_max);
    }

    /// One step from where legs of a bundle settle differently. Whether there is any.
    fn step_split(&mut self, room: i128, damping: i128) -> bool {
        let mut lean: Vec<Vec<i64>> = Vec::with_capacity(self.problem.bundles.len());
        let mut squares = 0i128;
        for (&unit, arcs) in self.problem.bundles.iter().zip(&self.relaxation.bundle_arcs) {
            let free = self.state.place(unit) == Place::Free && arcs.iter().all(|&arc| arc != NONE);
            let part = |(leg, &arc): (&super::problem::Leg, &u32)| {
                let part = i128::from(self.simplex.flow()[arc as usize]) * i128::from(WHOLE) / i128::from(leg.amount);
                i64::try_from(part).expect("a part of a whole")
            };
            let parts: Vec<i64> =
                if free { self.problem.legs(unit).iter().zip(arcs).map(part).collect() } else { Vec::new() };
            let mean = parts.iter().sum::<i64>() / i64::try_from(parts.len().max(1)).expect("few legs");
            lean.push(parts.iter().map(|part| part - mean).collect());
            squares += parts.iter().map(|part| i128::from((part - mean) * (part - mean))).sum::<i128>();
        }
        if squares == 0 {
            return false;
        }
        for (place, &unit) in self.problem.bundles.iter().enumerate() {
            for ((leg, profit), &lean) in self.problem.legs(unit).iter().zip(&mut self.split[place]).zip(&lean[place]) {
                // Room × lean ÷ Σ lean²: a step that would close the room if the bound were linear.
                let shift = room * i128::from(lean) * i128::from(WHOLE) / (squares * damping * i128::from(leg.amount));
                *profit = i64::try_from(i128::from(*profit) - shift).unwrap_or(*profit);
            }
        }
        true
    }

    /// Decides bundles that lose more than the gap against the prices. Whether any was decided.
    pub(super) fn fix_bundles_by_reduced_profit(&mut self, room: i128, proof: u32) -> bool {
        let mut any = false;
        for place in 0..self.problem.bundles.len() {
            let unit = self.problem.bundles[place];
            if self.state.place(unit) != Place::Free {
                continue;
            }
            let whole = self.bundle_contribution(unit);
            if whole.abs() > room {
                self.state.fix(unit, whole > 0, super::state::Reason::Prices(proof));
                any = true;
            }
        }
        any
    }

    /// Free bundles, those first that contribute most under the prices.
    pub(super) fn bundles_by_contribution(&self) -> Vec<u32> {
        let free = self.problem.bundles.iter().filter(|&&unit| self.state.place(unit) == Place::Free);
        let mut order: Vec<(i128, u32)> = free.map(|&unit| (-self.bundle_contribution(unit), unit)).collect();
        order.sort_unstable();
        order.into_iter().map(|(_, unit)| unit).collect()
    }

    pub(super) fn set_bundle_profits(&mut self) {
        for (place, arcs) in self.relaxation.bundle_arcs.iter().enumerate() {
            for (&profit, &arc) in self.split[place].iter().zip(arcs).filter(|&(_, &arc)| arc != NONE) {
                self.simplex.set_profit(arc as usize, profit);
            }
        }
    }

    /// Sets the bounds of a bundle's arcs as if it were in this place.
    pub(super) fn set_bundle_bounds_as(&mut self, index: usize, place: Place) {
        let unit = self.problem.bundles[index];
        for (leg, &arc) in self.problem.legs(unit).iter().zip(&self.relaxation.bundle_arcs[index]) {
            if arc != NONE {
                let (lower, upper) = bounds_of(place, leg.amount);
                self.simplex.set_bounds(arc as usize, lower, upper);
            }
        }
    }
}
