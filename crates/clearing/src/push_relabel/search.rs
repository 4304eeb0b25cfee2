//! One run: sends what is too much to where there is too little, along ways that cost the least.

use super::bucket_queue::BucketQueue;
use super::label::{Costs, Label};
use super::residual::{IN, OUT, Residual, other_end};
use std::collections::VecDeque;

/// Labels and queues of a run. For each entry with room, label(place) ≤ label(other end) + cost + 1: the flow is as good
/// as 1 unit of label to the arc.
pub(super) struct Search<'a, L, C> {
    pub residual: &'a mut Residual,
    pub labels: &'a mut Vec<L>,
    costs: &'a C,
    /// The first entry of each place that may be of use at its label.
    current: Vec<u32>,
    active: VecDeque<u32>,
    is_active: Vec<bool>,
    /// Labels as the search from the deficits finds them.
    found: Vec<L>,
    queue: BucketQueue,
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
        let current = residual.first[..places].to_vec();
        Search {
            residual,
            labels,
            costs,
            current,
            active: VecDeque::new(),
            is_active: vec![false; places],
            found: vec![L::INFINITE; places],
            queue: BucketQueue::default(),
            ticks: 0,
        }
    }

    /// Runs until all is balanced, at most until `most_ticks` are used. `report` hears ticks and what is left to send,
    /// now and then.
    pub fn run(&mut self, most_ticks: u64, report: &mut dyn FnMut(u64, i128)) -> Ended {
        let a_pass = self.residual.entry_count() as u64;
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
        let (leaving, entering) = self.residual.entries(place);
        let mut entry = self.current[place] as usize;
        let mut excess = self.residual.excess[place];
        let mut label = self.labels[place];
        loop {
            let began = entry;
            while entry < leaving.end {
                let word = self.residual.words[entry];
                let end = other_end(word);
                // One branch, seldom taken, instead of two that are not predictable.
                if (word & OUT != 0) & (label > self.labels[end] + self.costs.forward(entry)) {
                    let sent = self.residual.send_ahead(entry, excess);
                    excess -= sent;
                    self.receive(end, sent);
                    if excess == 0 {
                        break;
                    }
                }
                entry += 1;
            }
            while excess > 0 && entry < entering.end {
                let word = self.residual.words[entry];
                let end = other_end(word);
                if (word & OUT != 0) & (label > self.labels[end] + self.costs.backward(entry)) {
                    let sent = self.residual.send_back(entry, excess);
                    excess -= sent;
                    self.receive(end, sent);
                    if excess == 0 {
                        break;
                    }
                }
                entry += 1;
            }
            self.ticks += (entry - began) as u64;
            if excess == 0 {
                break;
            }
            (label, entry) = self.lowest_way(leaving.clone(), entering.clone());
            if label > L::LIMIT {
                return false;
            }
        }
        self.residual.excess[place] = 0;
        self.labels[place] = label;
        self.current[place] = u32::try_from(entry).expect("bug: entries fit in 32 bits");
        true
    }

    #[inline]
    fn receive(&mut self, place: usize, amount: i64) {
        let excess = &mut self.residual.excess[place];
        *excess += amount;
        if *excess > 0 && !self.is_active[place] {
            self.is_active[place] = true;
            self.active.push_back(u32::try_from(place).expect("bug: places fit in 32 bits"));
        }
    }

    /// The lowest label at which an entry with room leads on, and the first such entry.
    fn lowest_way(&mut self, leaving: std::ops::Range<usize>, entering: std::ops::Range<usize>) -> (L, usize) {
        let (mut lowest, mut at) = (L::INFINITE, leaving.start);
        self.ticks += (entering.end - leaving.start) as u64;
        for entry in leaving {
            let word = self.residual.words[entry];
            let label = self.labels[other_end(word)] + self.costs.forward(entry);
            if (word & OUT != 0) & (label < lowest) {
                (lowest, at) = (label, entry);
            }
        }
        for entry in entering {
            let word = self.residual.words[entry];
            let label = self.labels[other_end(word)] + self.costs.backward(entry);
            if (word & OUT != 0) & (label < lowest) {
                (lowest, at) = (label, entry);
            }
        }
        assert!(lowest < L::INFINITE, "bug: what came to a place can go back the way it came");
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
                self.queue.push(0, u32::try_from(place).expect("bug: places fit in 32 bits"));
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
    #[inline]
    fn reach_from(&mut self, place: usize) {
        let (leaving, entering) = self.residual.entries(place);
        self.ticks += (entering.end - leaving.start) as u64;
        let here = self.found[place] + L::ONE;
        for entry in leaving {
            // From the other end this arc is one that enters it: its cost is the opposite of what it is from here.
            self.reach(entry, here - self.costs.forward(entry));
        }
        for entry in entering {
            self.reach(entry, here - self.costs.backward(entry));
        }
    }

    #[inline]
    fn reach(&mut self, entry: usize, label: L) {
        let word = self.residual.words[entry];
        let end = other_end(word);
        if (word & IN != 0) & (label < self.found[end]) {
            self.found[end] = label;
            self.queue.push((label - self.labels[end]).get(), word >> 2);
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
                self.active.push_back(u32::try_from(place).expect("bug: places fit in 32 bits"));
            }
        }
        let places = self.labels.len();
        self.current.copy_from_slice(&self.residual.first[..places]);
        highest <= L::LIMIT
    }
}
