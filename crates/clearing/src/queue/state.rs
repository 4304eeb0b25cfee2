//! What is decided at a node of the search, and what follows from it for single rows.

use super::answer::Place;
use super::problem::{Problem, number};
use super::search::Objective;
use super::valuation::{TestProof, Tests};

/// Why a unit is decided, or a node closed: what proves that the other side holds no better answer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Reason {
    /// It is one of two cases that are both looked at.
    Split,
    /// It follows from the decision before by the order of payments.
    Order,
    /// The row cannot hold otherwise.
    Row(u32),
    /// A test cannot hold otherwise: the proof with this number.
    Test(u32),
    /// An earlier level could not be worth what it must be.
    Earlier(u32),
    /// The prices with this number.
    Prices(u32),
}

/// A decision.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Step {
    pub(super) unit: u32,
    pub(super) settles: bool,
    pub(super) reason: Reason,
}

pub(super) struct State<'p, 'i> {
    problem: &'p Problem<'i>,
    pub(super) tests: &'p Tests<'i>,
    places: Vec<Place>,
    guarded: Vec<bool>,
    /// The least that each row can still come to: all that is free relieves and nothing of it uses.
    least: Vec<i64>,
    /// Sum of settled plain units of each stream, and of those not held.
    settled: Vec<i64>,
    possible: Vec<i64>,
    /// The most that each earlier level can still be worth, and what it must be.
    most_worth: Vec<i128>,
    earlier: Vec<i128>,
    trail: Vec<Step>,
    dirty: Vec<u32>,
    is_dirty: Vec<bool>,
    dirty_tests: bool,
    pub(super) changed_streams: Vec<u32>,
    pub(super) changed_bundles: Vec<u32>,
    /// The largest value of a unit that counts on each earlier level.
    largest: Vec<i128>,
    pub(super) test_proofs: Vec<TestProof>,
    /// Units that count in each test, where there are tests.
    units_of_test: Vec<Vec<u32>>,
    pub(super) ticks: u64,
}

impl<'p, 'i> State<'p, 'i> {
    pub(super) fn new(
        problem: &'p Problem<'i>,
        tests: &'p Tests<'i>,
        objective: &Objective,
        places: &[Place],
    ) -> State<'p, 'i> {
        let levels = objective.earlier.len();
        let mut state = State {
            problem,
            tests,
            places: places.to_vec(),
            guarded: places.iter().map(|&place| place == Place::Settled).collect(),
            least: vec![0; problem.rows.len()],
            settled: vec![0; problem.streams.len()],
            possible: vec![0; problem.streams.len()],
            most_worth: vec![0; levels],
            earlier: objective.earlier.clone(),
            trail: Vec::new(),
            dirty: Vec::new(),
            is_dirty: vec![false; problem.rows.len()],
            dirty_tests: tests.count() > 0,
            changed_streams: Vec::new(),
            changed_bundles: Vec::new(),
            largest: (0..levels).map(|level| largest_value(problem, level)).collect(),
            test_proofs: Vec::new(),
            units_of_test: vec![Vec::new(); tests.count()],
            ticks: 0,
        };
        for unit in (0u32..).take(places.len()) {
            state.count_in(unit);
        }
        state
    }

    /// Counts a unit as it is placed at the start.
    fn count_in(&mut self, unit: u32) {
        let (problem, place) = (self.problem, self.places[unit as usize]);
        if place == Place::Held {
            return;
        }
        for (row, count) in problem.counts(unit) {
            self.least[row] += if place == Place::Settled { count } else { count.min(0) };
        }
        if let [leg] = problem.legs(unit) {
            self.possible[leg.stream as usize] += leg.amount;
            self.settled[leg.stream as usize] += if place == Place::Settled { leg.amount } else { 0 };
        }
        let rank = problem.rank(unit);
        for (level, most) in self.most_worth.iter_mut().enumerate() {
            *most += if rank <= level { problem.value(unit) } else { 0 };
        }
        if self.tests.count() > 0 && place == Place::Free {
            for leg in problem.legs(unit) {
                let stream = problem.streams[leg.stream as usize];
                for account in [stream.payer, stream.payee] {
                    if let Some(test) = self.tests.of_account(account)
                        && self.units_of_test[test].last() != Some(&unit)
                    {
                        self.units_of_test[test].push(unit);
                    }
                }
            }
        }
    }

    pub(super) fn place(&self, unit: u32) -> Place {
        self.places[unit as usize]
    }

    /// Whether a unit was settled before the search began.
    pub(super) fn guarded(&self, unit: u32) -> bool {
        self.guarded[unit as usize]
    }

    pub(super) fn settled_units(&self) -> Vec<bool> {
        self.places.iter().map(|&place| place == Place::Settled).collect()
    }

    /// What of the plain units of a stream settles at least and at most.
    pub(super) fn stream_bounds(&self, stream: usize) -> (i64, i64) {
        (self.settled[stream], self.possible[stream])
    }

    pub(super) fn has_no_free(&self, stream: usize) -> bool {
        self.settled[stream] == self.possible[stream]
    }

    pub(super) fn trail_length(&self) -> usize {
        self.trail.len()
    }

    pub(super) fn steps_since(&self, from: usize) -> &[Step] {
        &self.trail[from..]
    }

    /// Everything is to be looked at by [`State::propagate`].
    pub(super) fn touch_all(&mut self) {
        self.dirty = (0u32..).take(self.least.len()).collect();
        self.is_dirty.fill(true);
        self.dirty_tests = self.tests.count() > 0;
    }

    /// Decides a free unit and what must settle before it or wait after it.
    pub(super) fn fix(&mut self, unit: u32, settles: bool, reason: Reason) {
        self.apply(Step { unit, settles, reason });
        let mut from = self.trail.len() - 1;
        while from < self.trail.len() {
            let unit = self.trail[from].unit as usize;
            let list = if settles { &self.problem.before } else { &self.problem.after };
            for &other in list.of(unit) {
                if self.places[other as usize] == Place::Free {
                    self.apply(Step { unit: other, settles, reason: Reason::Order });
                }
            }
            from += 1;
        }
    }

    /// Decides exactly one unit.
    pub(super) fn apply(&mut self, step: Step) {
        assert_eq!(self.places[step.unit as usize], Place::Free, "unit {} is decided once", step.unit);
        self.places[step.unit as usize] = if step.settles { Place::Settled } else { Place::Held };
        self.trail.push(step);
        self.change(step, 1);
    }

    pub(super) fn undo_to(&mut self, length: usize) {
        while self.trail.len() > length {
            let step = self.trail.pop().expect("longer");
            self.places[step.unit as usize] = Place::Free;
            self.change(step, -1);
        }
        self.clear_dirty();
    }

    fn clear_dirty(&mut self) {
        while let Some(row) = self.dirty.pop() {
            self.is_dirty[row as usize] = false;
        }
        self.dirty_tests = false;
    }

    /// Counts a decision in, or out again (`factor` −1).
    fn change(&mut self, step: Step, factor: i64) {
        let problem = self.problem;
        for (row, count) in problem.counts(step.unit) {
            // Settled, what it uses counts; held, what it would have relieved no longer does.
            let more = if step.settles { count.max(0) } else { -count.min(0) };
            if more > 0 {
                self.least[row] += factor * more;
                if !std::mem::replace(&mut self.is_dirty[row], true) {
                    self.dirty.push(number(row));
                }
            }
        }
        self.dirty_tests |= self.tests.count() > 0;
        match problem.legs(step.unit) {
            [leg] => {
                if step.settles {
                    self.settled[leg.stream as usize] += factor * leg.amount;
                } else {
                    self.possible[leg.stream as usize] -= factor * leg.amount;
                }
                self.changed_streams.push(leg.stream);
            }
            _ => self.changed_bundles.push(step.unit),
        }
        if !step.settles && !self.most_worth.is_empty() {
            let (rank, value) = (problem.rank(step.unit), problem.value(step.unit));
            for (level, most) in self.most_worth.iter_mut().enumerate() {
                *most -= if rank <= level { i128::from(factor) * value } else { 0 };
            }
        }
    }

    /// Decides all that single rows and tests force.
    ///
    /// # Errors
    /// The row or test that cannot hold any more.
    pub(super) fn propagate(&mut self) -> Result<(), Reason> {
        loop {
            while let Some(row) = self.dirty.pop() {
                self.is_dirty[row as usize] = false;
                self.propagate_row(row)?;
            }
            self.propagate_earlier()?;
            if self.dirty.is_empty() && std::mem::take(&mut self.dirty_tests) {
                for test in 0..self.tests.count() {
                    self.propagate_test(test)?;
                }
            }
            if self.dirty.is_empty() && !self.dirty_tests {
                return Ok(());
            }
        }
    }

    fn propagate_row(&mut self, row: u32) -> Result<(), Reason> {
        let (problem, reason) = (self.problem, Reason::Row(row));
        let slack = problem.rows[row as usize].most - self.least[row as usize];
        if slack < 0 {
            self.clear_dirty();
            return Err(reason);
        }
        for &(stream, sign) in problem.streams_of_row.of(row as usize) {
            self.ticks += 1;
            if self.has_no_free(stream as usize) {
                continue;
            }
            for &unit in problem.plain.of(stream as usize) {
                self.ticks += 1;
                if problem.legs(unit)[0].amount <= slack {
                    break;
                }
                if self.places[unit as usize] == Place::Free {
                    self.fix(unit, sign < 0, reason);
                }
            }
        }
        for &unit in problem.bundles_of_row.of(row as usize) {
            if self.places[unit as usize] != Place::Free {
                continue;
            }
            let counts = problem.counts(unit).filter(|&(of, _)| of == row as usize).map(|(_, count)| count);
            let (uses, relieves) =
                counts.fold((0, 0), |(uses, relieves), count: i64| (uses + count.max(0), relieves - count.min(0)));
            if uses > slack {
                self.fix(unit, false, reason);
            } else if relieves > slack {
                self.fix(unit, true, reason);
            }
        }
        // What follows by order may have changed this row too.
        Ok(())
    }

    fn propagate_earlier(&mut self) -> Result<(), Reason> {
        for level in 0..self.earlier.len() {
            let room = self.most_worth[level] - self.earlier[level];
            if room < 0 {
                self.clear_dirty();
                return Err(Reason::Earlier(number(level)));
            }
            if room < self.largest[level] {
                for unit in (0u32..).take(self.places.len()) {
                    let counts = self.places[unit as usize] == Place::Free && self.problem.rank(unit) <= level;
                    if counts && self.problem.value(unit) > self.most_worth[level] - self.earlier[level] {
                        self.fix(unit, true, Reason::Earlier(number(level)));
                    }
                }
            }
        }
        Ok(())
    }

    /// The most that an account can still hold.
    fn most_held(&self, account: u32) -> i128 {
        let opening = self.problem.instance.accounts[account as usize].opening_balance;
        i128::from(opening) - i128::from(self.least[account as usize])
    }

    /// The most that an account can hold once a unit is decided.
    fn most_held_if(&self, account: u32, unit: u32, settles: bool) -> i128 {
        let counts = self.problem.counts(unit).filter(|&(row, _)| row == account as usize);
        let more: i64 = counts.map(|(_, count)| if settles { count.max(0) } else { -count.min(0) }).sum();
        self.most_held(account) - i128::from(more)
    }

    fn propagate_test(&mut self, test: usize) -> Result<(), Reason> {
        if !self.tests.holds(test, |account| self.most_held(account)) {
            let proof = self.tests.proof(test, |account| self.most_held(account));
            self.test_proofs.push(proof);
            self.clear_dirty();
            return Err(Reason::Test(number(self.test_proofs.len() - 1)));
        }
        for at in 0..self.units_of_test[test].len() {
            let unit = self.units_of_test[test][at];
            if self.places[unit as usize] != Place::Free {
                continue;
            }
            self.ticks += 1;
            let failing = [true, false]
                .into_iter()
                .find(|&settles| !self.tests.holds(test, |account| self.most_held_if(account, unit, settles)));
            if let Some(settles) = failing {
                let proof = self.tests.proof(test, |account| self.most_held_if(account, unit, settles));
                self.test_proofs.push(proof);
                self.fix(unit, !settles, Reason::Test(number(self.test_proofs.len() - 1)));
            }
        }
        Ok(())
    }
}

fn largest_value(problem: &Problem<'_>, level: usize) -> i128 {
    let units = (0u32..).take(problem.unit_count()).filter(|&unit| problem.rank(unit) <= level);
    units.map(|unit| problem.value(unit)).max().unwrap_or(0)
}
