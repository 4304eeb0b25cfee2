//! Capacities that can never be used, taken away before a search, and the prices that prove the same without that.
//!
//! No more can leave a node than enters it, nor enter than leaves: an arc need not carry more than all that enters its tail,
//! or leaves its head. Chains that lead nowhere vanish so altogether, and a search has less to send back.

use super::residual::{Residual, range};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// One capacity that was lowered.
#[derive(Clone, Copy)]
pub(super) struct Step {
    /// What it was before.
    before: i64,
    arc: u32,
    /// Lowered to what enters the tail; else to what leaves the head.
    by_tail: bool,
}

struct Sums {
    entering: Vec<i64>,
    leaving: Vec<i64>,
    /// Places to look at, those through which the least can pass first: what they lower is rarely lowered again. In the order
    /// in which they come, a ring of amounts 1, 2, 3, … would be lowered by one unit a round.
    waiting: BinaryHeap<Reverse<(i64, u32)>>,
    /// What could pass through each place when it was put there; nothing where it does not wait.
    waits_at: Vec<Option<i64>>,
}

impl Sums {
    fn wait(&mut self, place: usize) {
        let passes = self.entering[place].min(self.leaving[place]);
        if self.waits_at[place].is_none_or(|earlier| passes < earlier) {
            self.waits_at[place] = Some(passes);
            self.waiting.push(Reverse((passes, super::residual::index(place))));
        }
    }

    fn next(&mut self) -> Option<usize> {
        while let Some(Reverse((passes, place))) = self.waiting.pop() {
            let place = place as usize;
            if self.waits_at[place] == Some(passes) {
                self.waits_at[place] = None;
                return Some(place);
            }
        }
        None
    }
}

/// Lowers capacities, of a residual without flow, until none can be lowered or `steps_max` were.
pub(super) fn tighten(residual: &mut Residual, steps_max: usize, ticks: &mut u64) -> Vec<Step> {
    let places = residual.place_count();
    let mut sums = Sums {
        entering: vec![0; places],
        leaving: vec![0; places],
        waiting: BinaryHeap::new(),
        waits_at: vec![None; places],
    };
    for place in 0..places {
        for arc in range(&residual.first_out, place) {
            let capacity = residual.rooms[arc].ahead;
            sums.leaving[place] += capacity;
            sums.entering[residual.head(arc)] += capacity;
        }
    }
    for place in 0..places {
        if sums.entering[place] != sums.leaving[place] {
            sums.wait(place);
        }
    }
    let mut steps = Vec::new();
    while let Some(place) = sums.next() {
        if sums.leaving[place] > sums.entering[place] {
            let arcs = range(&residual.first_out, place);
            *ticks += arcs.len() as u64;
            for arc in arcs {
                lower(residual, &mut sums, arc, true, (place, residual.head(arc)), &mut steps);
            }
        }
        if sums.entering[place] > sums.leaving[place] {
            let entries = range(&residual.first_in, place);
            *ticks += entries.len() as u64;
            for entry in entries {
                let (arc, tail) =
                    (residual.arc_of[entry] as usize, super::residual::other_end(residual.in_words[entry]));
                lower(residual, &mut sums, arc, false, (tail, place), &mut steps);
            }
        }
        if steps.len() >= steps_max {
            break;
        }
    }
    steps
}

fn lower(
    residual: &mut Residual,
    sums: &mut Sums,
    arc: usize,
    by_tail: bool,
    (tail, head): (usize, usize),
    steps: &mut Vec<Step>,
) {
    let before = residual.rooms[arc].ahead;
    let enough = if by_tail { sums.entering[tail] } else { sums.leaving[head] };
    if before <= enough {
        return;
    }
    residual.set_ahead(arc, enough);
    steps.push(Step { before, arc: super::residual::index(arc), by_tail });
    sums.leaving[tail] -= before - enough;
    sums.entering[head] -= before - enough;
    // Less enters the head, so less can leave it; less leaves the tail, so less need enter it.
    sums.wait(head);
    sums.wait(tail);
}

/// Gives capacities back, the last lowered first, and changes labels so that they prove with them what they proved without.
///
/// Where an arc is as full as what enters its tail, all that enters there is full and nothing else leaves: the label of the
/// tail may be lowered until the arc promises nothing. At the head it is the same, the other way round.
pub(super) fn give_back(residual: &mut Residual, steps: &[Step], labels: &mut [i64], profit: impl Fn(usize) -> i64) {
    for step in steps.iter().rev() {
        let arc = step.arc as usize;
        let (tail, head) = (residual.tail(arc), residual.head(arc));
        let promise = profit(arc) + labels[tail] - labels[head];
        if promise > 0 {
            if step.by_tail {
                labels[tail] -= promise;
            } else {
                labels[head] += promise;
            }
        }
        let flow = residual.rooms[arc].back;
        residual.set_ahead(arc, step.before - flow);
    }
}
