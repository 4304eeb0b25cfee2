//! Capacities that can never be used, taken away before a search, and the prices that prove the same without that.
//!
//! No more can leave a node than enters it, nor enter than leaves: an arc need not carry more than all that enters its tail,
//! or leaves its head. Chains that lead nowhere vanish so altogether, and a search has less to send back.

use super::residual::{Residual, range};
use std::collections::VecDeque;

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
    waiting: VecDeque<u32>,
    is_waiting: Vec<bool>,
}

impl Sums {
    fn wait(&mut self, place: usize) {
        if !std::mem::replace(&mut self.is_waiting[place], true) {
            self.waiting.push_back(super::residual::index(place));
        }
    }
}

/// Lowers capacities, of a residual without flow, until none can be lowered or `steps_max` were.
pub(super) fn tighten(residual: &mut Residual, steps_max: usize, ticks: &mut u64) -> Vec<Step> {
    let places = residual.place_count();
    let mut sums = Sums {
        entering: vec![0; places],
        leaving: vec![0; places],
        waiting: (0..super::residual::index(places)).collect(),
        is_waiting: vec![true; places],
    };
    for place in 0..places {
        for arc in range(&residual.first_out, place) {
            let capacity = residual.rooms[arc].ahead;
            sums.leaving[place] += capacity;
            sums.entering[residual.head(arc)] += capacity;
        }
    }
    let mut steps = Vec::new();
    while let Some(place) = sums.waiting.pop_front() {
        let place = place as usize;
        sums.is_waiting[place] = false;
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
