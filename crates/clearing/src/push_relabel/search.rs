//! One run: sends what is too much to where there is too little, along ways that cost the least.

use super::bucket_queue::BucketQueue;
use super::label::{Costs, Label};
use super::residual::{IN, OUT, Residual, index, other_end, range};
use std::collections::VecDeque;

/// Labels and queues of a run. For each entry with room, label(place) ≤ label(other end) + cost + 1: the flow is as good
/// as 1 unit of label to the arc.
pub(super) struct Search<'a, L, C> {
    pub residual: &'a mut Residual,
    pub labels: &'a mut Vec<L>,
    costs: &'a C,
    /// How many entries of each place, first those of arcs that leave it, are of no use at its label.
    passed: Vec<u32>,
    active: VecDeque<u32>,
    is_active: Vec<bool>,
    /// Labels as the search from the deficits finds them.
    found: Vec<L>,
    queue: BucketQueue,
    /// Entries of a place that lead to a better label.
    hits: Vec<u32>,
    /// Entries read.
    pub ticks: u64,
}

/// How a run ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Ended {
    /// Nothing is left over anywhere.
    Balanced,
    /// The ticks allowed were used.
    OutOfTicks,
    /// A label came near the end of its type.
    LabelTooLarge,
}

impl<'a, L: Label, C: Costs<L>> Search<'a, L, C> {
    pub fn new(residual: &'a mut Residual, labels: &'a mut Vec<L>, costs: &'a C) -> Search<'a, L, C> {
        let places = residual.place_count();
        let degree = |place| range(&residual.first_out, place).len().max(range(&residual.first_in, place).len());
        let hits = vec![0; (0..places).map(degree).max().unwrap_or(0) + 1];
        Search {
            residual,
            labels,
            costs,
            passed: vec![0; places],
            active: VecDeque::new(),
            is_active: vec![false; places],
            found: vec![L::INFINITE; places],
            queue: BucketQueue::default(),
            hits,
            ticks: 0,
        }
    }

    /// Runs until all is balanced, at most until `most_ticks` are used. `report` hears ticks and what is left to send,
    /// now and then.
    pub fn run(&mut self, most_ticks: u64, report: &mut dyn FnMut(u64, i128)) -> Ended {
        let a_pass = 2 * self.residual.arc_count() as u64;
        loop {
            let left_to_send = self.left_to_send();
            report(self.ticks, left_to_send);
            if left_to_send == 0 {
                return Ended::Balanced;
            }
            if self.ticks >= most_ticks {
                return Ended::OutOfTicks;
            }
            if !self.relabel_all() {
                return Ended::LabelTooLarge;
            }
            // Labels found by discharging grow stale; finding them anew costs a pass, so it is worth one in a pass's work.
            let until = self.ticks.saturating_add(a_pass);
            while self.ticks < until {
                let Some(place) = self.active.pop_front() else { break };
                self.is_active[place as usize] = false;
                if !self.discharge(place as usize) {
                    return Ended::LabelTooLarge;
                }
            }
        }
    }

    fn left_to_send(&self) -> i128 {
        self.residual.excess.iter().filter(|&&excess| excess > 0).map(|&excess| i128::from(excess)).sum()
    }

    /// Sends a place's excess on, raising its label where no way leads on.
    fn discharge(&mut self, place: usize) -> bool {
        let (leaving, entering) = (range(&self.residual.first_out, place), range(&self.residual.first_in, place));
        let mut at = self.passed[place] as usize;
        let mut excess = self.residual.excess[place];
        let mut label = self.labels[place];
        loop {
            let began = at;
            while at < leaving.len() {
                let arc = leaving.start + at;
                let word = self.residual.out_words[arc];
                let end = other_end(word);
                // One branch, seldom taken, instead of two that are not predictable.
                if (word & OUT != 0) & (label > self.labels[end] + self.costs.ahead(arc)) {
                    let sent = self.residual.send_ahead(arc, excess);
                    excess -= sent;
                    self.receive(end, sent);
                    if excess == 0 {
                        break;
                    }
                }
                at += 1;
            }
            while excess > 0 && at < leaving.len() + entering.len() {
                let entry = entering.start + at - leaving.len();
                let word = self.residual.in_words[entry];
                let end = other_end(word);
                if (word & OUT != 0) & (label > self.labels[end] + self.costs.back(entry)) {
                    let sent = self.residual.send_back(entry, excess);
                    excess -= sent;
                    self.receive(end, sent);
                    if excess == 0 {
                        break;
                    }
                }
                at += 1;
            }
            self.ticks += (at - began) as u64;
            if excess == 0 {
                break;
            }
            (label, at) = self.lowest_way(label, leaving.clone(), entering.clone());
            if label > L::LIMIT {
                return false;
            }
        }
        self.residual.excess[place] = 0;
        self.labels[place] = label;
        self.passed[place] = index(at);
        true
    }

    #[inline]
    fn receive(&mut self, place: usize, amount: i64) {
        let excess = &mut self.residual.excess[place];
        *excess += amount;
        if *excess > 0 && !self.is_active[place] {
            self.is_active[place] = true;
            self.active.push_back(index(place));
        }
    }

    /// The lowest label at which an entry with room leads on, and the first such entry. None leads on at the label that the
    /// place has, so an entry that does one above it ends the search.
    fn lowest_way(
        &mut self,
        label: L,
        leaving: std::ops::Range<usize>,
        entering: std::ops::Range<usize>,
    ) -> (L, usize) {
        let (mut lowest, mut at) = (L::INFINITE, 0);
        for arc in leaving.clone() {
            let word = self.residual.out_words[arc];
            let other = self.labels[other_end(word)] + self.costs.ahead(arc);
            if (word & OUT != 0) & (other < lowest) {
                (lowest, at) = (other, arc - leaving.start);
                if lowest <= label {
                    self.ticks += at as u64;
                    return (lowest + L::ONE, at);
                }
            }
        }
        for entry in entering.clone() {
            let word = self.residual.in_words[entry];
            let other = self.labels[other_end(word)] + self.costs.back(entry);
            if (word & OUT != 0) & (other < lowest) {
                (lowest, at) = (other, leaving.len() + entry - entering.start);
                if lowest <= label {
                    self.ticks += at as u64;
                    return (lowest + L::ONE, at);
                }
            }
        }
        assert!(lowest < L::INFINITE, "bug: what came to a place can go back the way it came");
        self.ticks += (leaving.len() + entering.len()) as u64;
        (lowest + L::ONE, at)
    }

    /// Finds the label of every place anew: its distance from where there is too little, over entries with room, where
    /// each costs 1 more than its cost (Goldberg, An efficient implementation of a scaling minimum-cost flow algorithm,
    /// Journal of Algorithms 22 (1997) 1-29: global price updates; Dial's buckets).
    fn relabel_all(&mut self) -> bool {
        self.queue.clear();
        self.found.fill(L::INFINITE);
        let mut unreached = 0_usize;
        for (place, &excess) in self.residual.excess.iter().enumerate() {
            if excess < 0 {
                self.found[place] = self.labels[place];
                self.queue.push(0, index(place));
            }
            unreached += usize::from(excess > 0);
        }
        let mut farthest = 0;
        while unreached > 0 {
            let (distance, place) = self.queue.pop().expect("bug: a way back leads from any excess to a deficit");
            let place = place as usize;
            if (self.found[place] - self.labels[place]).get() != distance {
                continue;
            }
            farthest = distance;
            unreached -= usize::from(self.residual.excess[place] > 0);
            self.reach_from(place);
        }
        self.take_labels(farthest)
    }

    /// Labels of the places from which this one can be reached directly.
    ///
    /// First the entries that better something are gathered, without a branch; few do, and which is not predictable.
    #[inline]
    fn reach_from(&mut self, place: usize) {
        let here = self.found[place] + L::ONE;
        let arcs = range(&self.residual.first_out, place);
        let entries = range(&self.residual.first_in, place);
        self.ticks += (arcs.len() + entries.len()) as u64;
        let mut count = 0;
        // From the other end an arc that leaves this place is one that is sent back along: its cost is the opposite.
        for (arc, &word) in arcs.clone().zip(&self.residual.out_words[arcs]) {
            let better = here - self.costs.ahead(arc) < self.found[other_end(word)];
            self.hits[count] = index(arc);
            count += usize::from((word & IN != 0) & better);
        }
        for hit in 0..count {
            let arc = self.hits[hit] as usize;
            self.reach(self.residual.head(arc), here - self.costs.ahead(arc));
        }
        count = 0;
        for (entry, &word) in entries.clone().zip(&self.residual.in_words[entries]) {
            let better = here - self.costs.back(entry) < self.found[other_end(word)];
            self.hits[count] = index(entry);
            count += usize::from((word & IN != 0) & better);
        }
        for hit in 0..count {
            let entry = self.hits[hit] as usize;
            self.reach(other_end(self.residual.in_words[entry]), here - self.costs.back(entry));
        }
    }

    #[inline]
    fn reach(&mut self, end: usize, label: L) {
        if label < self.found[end] {
            self.found[end] = label;
            self.queue.push((label - self.labels[end]).get(), index(end));
        }
    }

    /// Places beyond the farthest that was needed rise by as much as it did: more is not known of them.
    fn take_labels(&mut self, farthest: i64) -> bool {
        let Some(rise) = L::new(farthest) else { return false };
        let mut highest = L::ZERO;
        self.active.clear();
        for place in 0..self.labels.len() {
            let label = self.found[place].min(self.labels[place] + rise);
            self.labels[place] = label;
            highest = highest.max(label);
            let is_active = self.residual.excess[place] > 0;
            self.is_active[place] = is_active;
            if is_active {
                self.active.push_back(index(place));
            }
        }
        self.passed.fill(0);
        highest <= L::LIMIT
    }
}
