//! Which payment to decide next: one that the relaxation splits, and whose two sides both cost most.

use super::answer::{Answer, Place};
use super::problem::NONE;
use super::search::Search;
use crate::network_simplex::{Basis, Finish};
use std::rc::Rc;

/// A decision that may be asked for, with what its two sides lose at first sight.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate {
    pub(super) unit: u32,
    score: i128,
    /// Whether the relaxation settles more than half of it.
    pub(super) leans_to_settle: bool,
}

/// Candidates whose sides are tried out.
const STRONG_COUNT: usize = 8;
/// Arcs for all of them together: each is looked at for every pivot.
const STRONG_ARCS: usize = 12_000;
/// Pivots for each side of a candidate.
const STRONG_PIVOTS: u64 = 40;

impl Search<'_, '_> {
    /// The unit to decide next: of those that the relaxation splits, the one whose two sides lose most.
    pub(super) fn choose(&mut self, basis: &Rc<Basis>) -> Option<Candidate> {
        let (mut sharp, blunt) = self.candidates();
        if sharp.is_empty() {
            return blunt.or_else(|| self.conflict());
        }
        sharp.sort_by_key(|candidate| (std::cmp::Reverse(candidate.score), candidate.unit));
        sharp.truncate((STRONG_ARCS / self.simplex.flow().len().max(1)).clamp(2, STRONG_COUNT));
        if sharp.len() == 1 {
            return sharp.pop();
        }
        self.try_out(&sharp, basis)
    }

    /// Candidates whose two sides both move the relaxation, and the best of those that do not.
    fn candidates(&self) -> (Vec<Candidate>, Option<Candidate>) {
        let (mut sharp, mut blunt) = (Vec::new(), None::<Candidate>);
        for (_, arc) in self.simplex.bottom_up() {
            let stream = self.relaxation.stream_of_arc[arc as usize];
            let (lower, upper) = self.simplex.bounds(arc as usize);
            let flow = self.simplex.flow()[arc as usize];
            if stream == NONE || flow <= lower || flow >= upper {
                continue;
            }
            let (candidate, is_sharp) = self.candidate_of(stream, flow - lower, upper - lower);
            let Some(candidate) = candidate else { continue };
            if is_sharp {
                sharp.push(candidate);
            } else if blunt.is_none_or(|best| candidate.score > best.score) {
                blunt = Some(candidate);
            }
        }
        for (&unit, arcs) in self.problem.bundles.iter().zip(&self.relaxation.bundle_arcs) {
            if self.state.place(unit) == Place::Free {
                sharp.extend(self.candidate_of_bundle(unit, arcs));
            }
        }
        (sharp, blunt)
    }

    /// The payment of a stream that is split when `flow` of the `total` that is free settles, largest first.
    fn candidate_of(&self, stream: u32, flow: i64, total: i64) -> (Option<Candidate>, bool) {
        let mut left = flow;
        for (&unit, is_first) in self
            .problem
            .plain
            .of(stream as usize)
            .iter()
            .filter(|&&unit| self.state.place(unit) == Place::Free)
            .zip(std::iter::once(true).chain(std::iter::repeat(false)))
        {
            let amount = self.problem.legs(unit)[0].amount;
            if is_first && (flow < amount || total - flow < amount) {
                let part = if flow < amount { flow } else { amount - (total - flow) };
                let score = i128::from(part.min(amount - part));
                return (Some(Candidate { unit, score, leans_to_settle: 2 * part >= amount }), true);
            }
            if amount <= left {
                left -= amount;
                if left == 0 {
                    return (None, false);
                }
            } else {
                let score = i128::from(left.min(amount - left));
                return (Some(Candidate { unit, score, leans_to_settle: 2 * left >= amount }), false);
            }
        }
        (None, false)
    }

    /// A bundle whose legs the relaxation splits, or settles differently.
    fn candidate_of_bundle(&self, unit: u32, arcs: &[u32]) -> Option<Candidate> {
        let mut score = 0;
        let (mut settled, mut held) = (0i128, 0i128);
        for (leg, &arc) in self.problem.legs(unit).iter().zip(arcs).filter(|&(_, &arc)| arc != NONE) {
            let value = i128::from(self.problem.unit_value(leg.stream as usize));
            let flow = i128::from(self.simplex.flow()[arc as usize]);
            settled += value * flow;
            held += value * (i128::from(leg.amount) - flow);
        }
        score += settled.min(held);
        (score > 0).then_some(Candidate { unit, score, leans_to_settle: settled >= held })
    }

    /// The relaxation splits nothing: its answer, if everything holds; else a free unit of what does not.
    fn conflict(&mut self) -> Option<Candidate> {
        let settles = self.rounded();
        let answer = Answer::of(self.problem, self.state.tests, &settles);
        if answer.all_holds() {
            self.offer(answer);
        }
        let bound = self.path.last().map(|&(node, _)| self.nodes[node as usize].bound);
        if bound.is_some_and(|bound| bound <= self.best_value) {
            return None;
        }
        // The largest comes first: it decides most.
        let unit = *self.order.iter().find(|&&unit| self.state.place(unit) == Place::Free)?;
        Some(Candidate { unit, score: 0, leans_to_settle: settles[unit as usize] })
    }

    /// Bounds both sides of each candidate by a few pivots and takes the one that loses most on both.
    fn try_out(&mut self, candidates: &[Candidate], basis: &Rc<Basis>) -> Option<Candidate> {
        let before = self.simplex.proved_bound();
        let mut best: Option<(i128, Candidate)> = None;
        for &candidate in candidates {
            let mut losses = [0i128; 2];
            for (settles, loss) in [false, true].into_iter().zip(&mut losses) {
                self.set_tried_bounds(candidate.unit, Some(settles));
                let finish = self.simplex.reoptimise(STRONG_PIVOTS);
                *loss = if finish == Finish::Infeasible { before / 4 } else { before - self.simplex.proved_bound() };
                self.set_tried_bounds(candidate.unit, None);
                self.simplex.restore(basis);
            }
            let small = losses[0].min(losses[1]).max(0);
            let large = losses[0].max(losses[1]).max(0);
            let score = small.saturating_mul(8).saturating_add(large);
            if best.is_none_or(|(most, _)| score > most) {
                best = Some((score, candidate));
            }
        }
        self.simplex.reoptimise(self.pivots_max);
        best.map(|(_, candidate)| candidate)
    }

    /// Sets the bounds of the arcs of a unit as if it were decided, or back.
    fn set_tried_bounds(&mut self, unit: u32, settles: Option<bool>) {
        if let Some(index) = self.problem.place_of_bundle(unit) {
            let place = match settles {
                None => self.state.place(unit),
                Some(true) => Place::Settled,
                Some(false) => Place::Held,
            };
            self.set_bundle_bounds_as(index, place);
            return;
        }
        let leg = self.problem.legs(unit)[0];
        let (lower, upper) = self.state.stream_bounds(leg.stream as usize);
        let (lower, upper) = match settles {
            None => (lower, upper),
            Some(true) => (lower + leg.amount, upper),
            Some(false) => (lower, upper - leg.amount),
        };
        let arc = self.relaxation.stream_arc[leg.stream as usize];
        if arc != NONE {
            self.simplex.set_bounds(arc as usize, lower, upper);
        }
    }
}
