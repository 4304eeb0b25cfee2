//! An answer near the relaxation's, where next to nothing may be left over: row after row is brought to what the relaxation
//! makes of it, to within what the row has left.
//!
//! Rounding leaves every account with a surplus or a deficit of about a payment. With liquidity for that it does not matter;
//! with next to none, each payment that is taken away for a deficit makes a larger one elsewhere, and nothing is left in the
//! end. Here accounts are finished one after another: a subset of the payments between an account and those not finished yet
//! is changed so that the account is left with as good as nothing, and then none of them is touched again. What is left over
//! adds up to all liquidity, whatever settles, so the last account comes out right by itself. Where no subset is near enough,
//! the account before tries its next one.
//!
//! Payments of streams with a reduced profit of 0 are changed first: by those nothing is lost.

mod begin;
mod frame;
mod order;

use super::answer::Answer;
use super::problem::Problem;
use super::search::Search;
use frame::Frame;

/// Part of the bound that all rows together may lose at first.
const LOSS_PARTS: i128 = 10_000_000;

/// What is to be done about a row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stage {
    /// It has more room than its payments need: it must hold, no more.
    Loose,
    /// It will be brought to its target.
    Later,
    /// It is where it shall stay.
    Done,
}

struct Balancing<'s, 'p, 'i> {
    search: &'s Search<'p, 'i>,
    problem: &'p Problem<'i>,
    answer: Answer<'p, 'i>,
    /// By row: what the relaxation makes of it, what a unit of it is worth, and what is to be done.
    targets: Vec<i64>,
    prices: Vec<i64>,
    stages: Vec<Stage>,
    /// By stream: whether the relaxation settles some of it and lets some wait.
    is_partly_settled: Vec<bool>,
    /// By account: which accounts it is connected with.
    component: Vec<u32>,
    /// By component: all that its accounts can be left with, less what finished ones are.
    pools: Vec<i128>,
    /// By component: accounts not finished.
    unfinished: Vec<usize>,
    /// What a row may lose at first.
    tolerance: i64,
    ticks: u64,
}

impl<'p, 'i> Search<'p, 'i> {
    /// Makes an answer of what the relaxation says, row by row. What holds several payments together is not looked at. Attempts
    /// begin from different optima. Whether one was found within the ticks, and the ticks used.
    pub(super) fn balance(&mut self, attempt: u32, ticks_max: u64) -> (bool, u64) {
        let problem = self.problem;
        let is_plain = problem.bundles.is_empty() && self.state.tests.count() == 0 && problem.strict_ranks == 0;
        // Getting ready alone looks at every payment some times.
        let least_ticks = 8 * problem.unit_count() as u64;
        if !is_plain || ticks_max < least_ticks {
            return (false, 0);
        }
        let mut balancing = Balancing::of(self, attempt);
        let succeeded = balancing.run(ticks_max - least_ticks);
        let (mut answer, mut ticks) = (balancing.answer, balancing.ticks + least_ticks);
        let succeeded = succeeded && answer.all_holds();
        if succeeded {
            let before = answer.ticks;
            answer.fill(self.order, ticks_max.saturating_sub(ticks));
            ticks += answer.ticks - before;
            self.offer(answer);
        }
        (succeeded, ticks)
    }
}

impl<'s, 'p, 'i> Balancing<'s, 'p, 'i> {
    fn of(search: &'s Search<'p, 'i>, attempt: u32) -> Balancing<'s, 'p, 'i> {
        let problem = search.problem;
        let (flows, ticks) = begin::spread(search, attempt);
        let answer = Answer::of(problem, search.state.tests, &begin::settled(search, &flows));
        let mut targets = vec![0i64; problem.rows.len()];
        for (stream, flow) in flows.iter().enumerate() {
            for touch in problem.touches.of(stream) {
                targets[touch.row as usize] += i64::from(touch.sign) * flow;
            }
        }
        for (target, bounded) in targets.iter_mut().zip(&problem.rows) {
            *target = (*target).min(bounded.most);
        }
        let (component, components) = begin::components(search);
        let is_partly_settled = flows.iter().enumerate().map(|(stream, &flow)| {
            let (lower, upper) = search.state.stream_bounds(stream);
            lower < flow && flow < upper
        });
        let is_partly_settled = is_partly_settled.collect();
        Balancing {
            search,
            problem,
            answer,
            targets,
            prices: search.relaxation.row_prices(problem, search.simplex.prices()),
            stages: vec![Stage::Loose; problem.rows.len()],
            is_partly_settled,
            component,
            pools: vec![0; components],
            unfinished: vec![0; components],
            tolerance: 0,
            ticks,
        }
    }

    /// Whether every row was brought to where it holds.
    fn run(&mut self, ticks_max: u64) -> bool {
        let (order, limit_count) = self.order();
        let bound = self.search.scaled_bound() / i128::from(self.search.objective.scale);
        let tolerance = bound / LOSS_PARTS / order.len().max(1) as i128;
        self.tolerance = i64::try_from(tolerance).unwrap_or(0).max(0);
        self.fill_pools();
        self.leave_the_rest_to_the_last(&order);
        let mut frames: Vec<Frame> = Vec::new();
        while frames.len() < order.len() {
            if frames.len() == limit_count {
                self.fill_pools();
            }
            let frame = self.frame(order[frames.len()]);
            frames.push(frame);
            while !self.advance(frames.last_mut().expect("just pushed")) {
                let frame = frames.pop().expect("there is one");
                self.flip(&frame.first);
                let Some(before) = frames.last_mut() else { return false };
                self.take_back(before);
            }
            if self.ticks > ticks_max {
                return false;
            }
        }
        true
    }

    /// Where all that can be left over is not worth keeping, no account shall be left with any of it before the last.
    fn leave_the_rest_to_the_last(&mut self, order: &[usize]) {
        let accounts = self.component.len();
        for &row in order.iter().filter(|&&row| row < accounts) {
            let component = self.component[row] as usize;
            if self.pools[component] <= i128::from(self.tolerance) * self.unfinished[component] as i128 {
                self.targets[row] = self.problem.rows[row].most;
            }
        }
    }

    /// What the accounts of each component can be left with, before the first of them is finished.
    fn fill_pools(&mut self) {
        self.pools.fill(0);
        for (account, &component) in self.component.iter().enumerate() {
            self.pools[component as usize] += i128::from(self.answer.room(account));
        }
    }

    fn flip(&mut self, units: &[u32]) {
        for &unit in units {
            self.answer.flip(unit);
        }
        self.ticks += 4 * units.len() as u64;
    }

    fn finish(&mut self, row: usize) {
        self.stages[row] = Stage::Done;
        if let Some(&component) = self.component.get(row) {
            self.pools[component as usize] -= i128::from(self.answer.room(row));
            self.unfinished[component as usize] -= 1;
        }
    }

    /// Takes the subset back that was tried last.
    fn take_back(&mut self, frame: &mut Frame) {
        self.stages[frame.row] = Stage::Later;
        if let Some(&component) = self.component.get(frame.row) {
            self.pools[component as usize] += i128::from(self.answer.room(frame.row));
            self.unfinished[component as usize] += 1;
        }
        let tried = frame.tried.take().expect("a finished row tries a subset");
        self.flip(&tried);
    }
}
