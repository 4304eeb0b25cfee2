//! A set of units with what it makes of every row, and how to make it better one unit at a time.

use super::problem::Problem;
use super::valuation::Tests;

/// What may be done to a unit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Place {
    /// It may settle or not.
    Free,
    /// It settles in every answer that is looked for.
    Settled,
    /// It settles in none.
    Held,
}

#[derive(Clone)]
pub(super) struct Answer<'p, 'i> {
    problem: &'p Problem<'i>,
    tests: &'p Tests<'i>,
    pub(super) settles: Vec<bool>,
    /// What each row comes to.
    activity: Vec<i64>,
    /// Value by rank of class.
    by_rank: Vec<i128>,
    /// Units looked at.
    pub(super) ticks: u64,
}

/// Units that are tried without a look at the ticks.
const FILL_PART: usize = 1024;

/// An answer's worth, most urgent class first; each level counts the classes before it too.
pub(super) type Worth = Vec<i128>;

impl<'p, 'i> Answer<'p, 'i> {
    pub(super) fn none(problem: &'p Problem<'i>, tests: &'p Tests<'i>) -> Answer<'p, 'i> {
        Answer {
            problem,
            tests,
            settles: vec![false; problem.unit_count()],
            activity: vec![0; problem.rows.len()],
            by_rank: vec![0; problem.classes.len()],
            ticks: 0,
        }
    }

    pub(super) fn of(problem: &'p Problem<'i>, tests: &'p Tests<'i>, settles: &[bool]) -> Answer<'p, 'i> {
        let mut answer = Answer::none(problem, tests);
        for (unit, _) in (0u32..).zip(settles).filter(|&(_, &settles)| settles) {
            answer.put(unit, true);
        }
        answer
    }

    pub(super) fn worth(&self) -> Worth {
        let sum = |level: usize| self.by_rank[..=level].iter().sum();
        (0..self.by_rank.len()).map(sum).collect()
    }

    /// Changes a unit whatever it does to the rows.
    fn put(&mut self, unit: u32, settles: bool) {
        assert_ne!(self.settles[unit as usize], settles, "unit {unit} changes");
        self.settles[unit as usize] = settles;
        let factor = if settles { 1 } else { -1 };
        for (row, count) in self.problem.counts(unit) {
            self.activity[row] += factor * count;
        }
        self.by_rank[self.problem.rank(unit)] += i128::from(factor) * self.problem.value(unit);
    }

    /// Settles a unit that does not, or the other way, whatever it does to the rows.
    pub(super) fn flip(&mut self, unit: u32) {
        self.put(unit, !self.settles[unit as usize]);
    }

    /// What a row comes to.
    pub(super) fn activity(&self, row: usize) -> i64 {
        self.activity[row]
    }

    fn position(&self, account: u32) -> i128 {
        let opening = self.problem.instance.accounts[account as usize].opening_balance;
        i128::from(opening) - i128::from(self.activity[account as usize])
    }

    fn is_exceeded(&self, row: usize) -> bool {
        self.activity[row] > self.problem.rows[row].most
    }

    /// What a row has left.
    pub(super) fn room(&self, row: usize) -> i64 {
        self.problem.rows[row].most - self.activity[row]
    }

    /// The tests that would fail with a waiting unit on top.
    pub(super) fn failing_tests_with(&mut self, unit: u32) -> Vec<usize> {
        if self.tests.count() == 0 {
            return Vec::new();
        }
        self.put(unit, true);
        let mut failing: Vec<usize> = self.tests_of(unit).collect();
        failing.sort_unstable();
        failing.dedup();
        failing.retain(|&test| !self.tests.holds(test, |account| self.position(account)));
        self.put(unit, false);
        failing
    }

    /// Whether every row and test of a unit holds.
    fn holds_around(&self, unit: u32) -> bool {
        self.problem.counts(unit).all(|(row, _)| !self.is_exceeded(row)) && self.tests_hold_around(unit)
    }

    fn tests_hold_around(&self, unit: u32) -> bool {
        if self.tests.count() == 0 {
            return true;
        }
        self.tests_of(unit).all(|test| self.tests.holds(test, |account| self.position(account)))
    }

    fn tests_of(&self, unit: u32) -> impl Iterator<Item = usize> + '_ {
        self.problem.legs(unit).iter().flat_map(|leg| {
            let stream = self.problem.streams[leg.stream as usize];
            [stream.payer, stream.payee].into_iter().filter_map(|account| self.tests.of_account(account))
        })
    }

    pub(super) fn all_holds(&self) -> bool {
        (0..self.activity.len()).all(|row| !self.is_exceeded(row))
            && (0..self.tests.count()).all(|test| self.tests.holds(test, |account| self.position(account)))
            && (0..self.problem.unit_count()).all(|unit| !self.settles[unit] || self.in_order(unit))
    }

    fn in_order(&self, unit: usize) -> bool {
        self.problem.before.of(unit).iter().all(|&earlier| self.settles[earlier as usize])
    }

    /// Settles a unit if everything still holds.
    pub(super) fn try_add(&mut self, unit: u32) -> bool {
        self.ticks += 1;
        if self.settles[unit as usize] || !self.in_order(unit as usize) {
            return false;
        }
        if let [leg] = self.problem.legs(unit)
            && self.tests.count() == 0
        {
            let touches = self.problem.touches.of(leg.stream as usize);
            if touches.iter().any(|touch| touch.sign > 0 && self.room(touch.row as usize) < leg.amount) {
                return false;
            }
            self.put(unit, true);
            return true;
        }
        self.put(unit, true);
        if self.holds_around(unit) {
            return true;
        }
        self.put(unit, false);
        false
    }

    /// Settles all that fits, in the order given, until nothing more does or the ticks are used up.
    pub(super) fn fill(&mut self, order: &[u32], ticks_max: u64) {
        let until = self.ticks.saturating_add(ticks_max);
        // A part at a time, so that the end is not overrun by much where there are very many.
        let mut added = 1;
        while added > 0 {
            added = 0;
            for part in order.chunks(FILL_PART) {
                if self.ticks + part.len() as u64 > until {
                    return;
                }
                added += part.iter().filter(|&&unit| self.try_add(unit)).count();
            }
        }
    }

    /// Takes away units that are not locked until every row holds or the ticks are used up; of bundles those first that are
    /// worth least, by `worth`, for what they relieve.
    pub(super) fn repair(&mut self, is_locked: &dyn Fn(u32) -> bool, worth: &dyn Fn(u32) -> i128, ticks_max: u64) {
        let until = self.ticks.saturating_add(ticks_max);
        let mut rows: Vec<usize> = (0..self.activity.len()).filter(|&row| self.is_exceeded(row)).collect();
        loop {
            while let Some(row) = rows.pop() {
                if self.ticks > until {
                    return;
                }
                self.relieve(row, is_locked, worth, &mut rows);
            }
            let failed =
                (0..self.tests.count()).find(|&test| !self.tests.holds(test, |account| self.position(account)));
            let Some(test) = failed else { return };
            if self.ticks > until {
                return;
            }
            let Some(unit) = self.unit_of_test(test, is_locked) else { return };
            self.ticks += self.settles.len() as u64;
            self.take(unit, &mut rows);
        }
    }

    /// Takes a unit away with all that may only settle after it.
    fn take(&mut self, unit: u32, rows: &mut Vec<usize>) {
        let mut units = vec![unit];
        while let Some(unit) = units.pop() {
            if !self.settles[unit as usize] {
                continue;
            }
            self.ticks += 1;
            self.put(unit, false);
            rows.extend(self.problem.counts(unit).filter(|&(row, _)| self.is_exceeded(row)).map(|(row, _)| row));
            units.extend(self.problem.after.of(unit as usize));
        }
    }

    /// Takes away what a row is exceeded by, as nearly as may be: large plain units as long as they are not more than is
    /// still too much, then the smallest that is enough; bundles only where plain units are not enough.
    fn relieve(
        &mut self,
        row: usize,
        is_locked: &dyn Fn(u32) -> bool,
        worth: &dyn Fn(u32) -> i128,
        rows: &mut Vec<usize>,
    ) {
        if !self.is_exceeded(row) {
            return;
        }
        let mut amounts = self.removable(row, is_locked);
        self.ticks += 8 * amounts.len() as u64;
        amounts.sort_unstable_by_key(|&(amount, unit)| (std::cmp::Reverse(amount), unit));
        for &(amount, unit) in &amounts {
            if self.settles[unit as usize] && amount <= -self.room(row) {
                self.take(unit, rows);
            }
        }
        while self.is_exceeded(row) {
            self.ticks += amounts.len() as u64;
            let is_enough = |&&(amount, unit): &&(i64, u32)| self.settles[unit as usize] && amount >= -self.room(row);
            let enough = amounts.iter().rev().find(is_enough).map(|&(_, unit)| unit);
            let Some(unit) = enough.or_else(|| self.bundle_to_take(row, is_locked, worth)) else { return };
            self.take(unit, rows);
        }
    }

    /// Settled plain units that use a row and are not locked, with their amounts.
    fn removable(&mut self, row: usize, is_locked: &dyn Fn(u32) -> bool) -> Vec<(i64, u32)> {
        let problem = self.problem;
        let mut found = Vec::new();
        for &(stream, _) in problem.streams_of_row.of(row).iter().filter(|&&(_, sign)| sign > 0) {
            let units = problem.plain.of(stream as usize);
            self.ticks += 4 * units.len() as u64;
            let settled = units.iter().filter(|&&unit| self.settles[unit as usize] && !is_locked(unit));
            found.extend(settled.map(|&unit| (problem.legs(unit)[0].amount, unit)));
        }
        found
    }

    /// The bundle that is worth least for what it relieves of a row.
    fn bundle_to_take(
        &mut self,
        row: usize,
        is_locked: &dyn Fn(u32) -> bool,
        worth: &dyn Fn(u32) -> i128,
    ) -> Option<u32> {
        let (problem, deficit) = (self.problem, -self.room(row));
        let mut cheapest = None::<(i128, i128, u32)>;
        for &unit in problem.bundles_of_row.of(row) {
            self.ticks += 1;
            let counts = problem.counts(unit).filter(|&(of, _)| of == row).map(|(_, count)| count).sum::<i64>();
            if counts <= 0 || !self.settles[unit as usize] || is_locked(unit) {
                continue;
            }
            let (worth, relief) = (worth(unit), i128::from(counts.min(deficit)));
            if cheapest.is_none_or(|(least, by, _)| worth * by < least * relief) {
                cheapest = Some((worth, relief, unit));
            }
        }
        cheapest.map(|(_, _, unit)| unit)
    }

    /// The unit of least value that pays from an account of a test.
    fn unit_of_test(&self, test: usize, is_locked: &dyn Fn(u32) -> bool) -> Option<u32> {
        let pays = |unit: u32| {
            self.problem.legs(unit).iter().any(|leg| {
                let payer = self.problem.streams[leg.stream as usize].payer;
                self.tests.of_account(payer) == Some(test)
            })
        };
        let units = (0u32..).take(self.settles.len());
        units
            .filter(|&unit| self.settles[unit as usize] && !is_locked(unit) && pays(unit))
            .min_by_key(|&unit| (self.problem.value(unit), unit))
    }

    /// Puts everything that may settle on top and takes away what does not hold, leaving what settles already: resolves
    /// rings of payments that wait for each other.
    pub(super) fn add_rings(&mut self, places: &[Place], ticks_max: u64) -> bool {
        let before = self.settles.clone();
        let count_before = before.iter().filter(|&&settles| settles).count();
        for unit in (0u32..).take(places.len()) {
            if places[unit as usize] == Place::Free && !self.settles[unit as usize] {
                self.put(unit, true);
            }
        }
        self.ticks += places.len() as u64;
        self.drop_out_of_order();
        let problem = self.problem;
        self.repair(&|unit| before[unit as usize], &|unit| problem.value(unit), ticks_max);
        self.settles.iter().filter(|&&settles| settles).count() > count_before
    }

    fn drop_out_of_order(&mut self) {
        if self.problem.strict_ranks == 0 {
            return;
        }
        let mut rows = Vec::new();
        for unit in (0u32..).take(self.settles.len()) {
            if self.settles[unit as usize] && !self.in_order(unit as usize) {
                self.take(unit, &mut rows);
            }
        }
    }
}
