//! Which queued payments settle together: the best answer that a budget finds, and how good it is at least.
//!
//! Value counts by class, the most urgent first ([`certify::queue`] says what binds an answer and what proves a bound).
//! The way to it: what can never settle is held (`presolve.rs`); the FIFO-maximal set is the first answer and, with the guard
//! on, the part of every answer that is not questioned; a network relaxation bounds what any answer is worth
//! (`relaxation.rs`); branch and bound decides the payments that are large beside the means of their parties (`search.rs`);
//! rounding and exchanges find answers near the bound (`answer.rs`); the search is written down as cases that anybody can
//! check (`proof.rs`). Budgets are in ticks, arcs and payments looked at, so that the same input gives the same answer.

mod answer;
mod balance;
mod branching;
mod bundle_split;
mod explain;
mod neighbourhood;
mod presolve;
pub(crate) mod problem;
mod proof;
mod relaxation;
mod rounding;
mod search;
mod state;
mod subset_sum;
pub(crate) mod valuation;

pub use explain::{Explanation, Gain, Obstacle, Waiting, explain};

use crate::fifo::{self, FifoSet};
use answer::{Answer, Place};
use certify::Claim;
use certify::queue::{Certificate, Instance, Level, Order, Proposal};
use neighbourhood::{Draws, Neighbourhoods};
use problem::Problem;
use relaxation::Relaxation;
use search::{Limits, Objective, Search};
use std::fmt;
use valuation::Tests;

/// Why a queue cannot be optimised.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum QueueError {
    /// All amounts together are beyond what is added up in 64 bits with room to spare.
    TooLarge {
        /// The sum, in minor units.
        total_minor: i128,
    },
    /// There is no FIFO-maximal set where one is needed.
    NoFifoSet {
        /// What stands against it.
        why: &'static str,
    },
    /// The instance is not well formed; what the checker says of it.
    Refused(certify::Refused),
}

impl fmt::Display for QueueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { total_minor } => write!(f, "amounts add up to {total_minor}: split the queue by currency"),
            Self::NoFifoSet { why } => write!(f, "there is no FIFO-maximal set: {why}"),
            Self::Refused(refused) => write!(f, "the queue is not well formed: {refused}"),
        }
    }
}

impl std::error::Error for QueueError {}

/// How much work may be done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Options {
    /// Budget in ticks: arcs and payments looked at; some hundred million take a second.
    pub ticks: u64,
    /// Nodes of the search at most: memory.
    pub nodes_max: usize,
    /// Good enough: stop when the gap is proved to be at most this, in millionths.
    pub gap_ppm: u32,
}

impl Default for Options {
    fn default() -> Options {
        Options { ticks: 2_000_000_000, nodes_max: 200_000, gap_ppm: 0 }
    }
}

/// How far a run is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Progress {
    /// The level that is looked at.
    pub level: usize,
    /// Best value so far on that level, and what is proved.
    pub claim: Claim,
    /// Ticks used of the budget.
    pub ticks: u64,
}

/// The answer of a run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Solution {
    /// What settles.
    pub proposal: Proposal,
    /// Why that is as good as is claimed.
    pub certificate: Certificate,
    /// The FIFO-maximal set, if there is one.
    pub fifo: Option<FifoSet>,
    /// Value and bound of each level.
    pub claims: Vec<Claim>,
    /// Ticks used.
    pub ticks: u64,
}

/// Finds the best answer that the budget allows, and proves how good it is.
///
/// # Errors
/// See [`QueueError`].
pub fn solve(
    instance: &Instance,
    options: Options,
    progress: &mut dyn FnMut(Progress),
) -> Result<Solution, QueueError> {
    well_formed(instance)?;
    let problem = Problem::of(instance)?;
    let fifo = fifo::of_problem(&problem);
    let needs_fifo = instance.guard || instance.order == Order::Fifo;
    let fifo = if needs_fifo { Some(fifo?) } else { fifo.ok() };
    if instance.order == Order::Fifo {
        return Ok(fifo_solution(&problem, fifo.expect("asked for")));
    }
    let tests = Tests::of(instance);
    let prepared = Prepared::of(&problem, fifo.as_ref());
    let mut run = Run::begin(&problem, &tests, &prepared, options);
    for level in 0..problem.classes.len() {
        run.level(level, progress);
    }
    Ok(run.finish(fifo))
}

/// The checker knows what is well formed: of a well-formed instance it refuses the empty answer for its proof alone.
pub(crate) fn well_formed(instance: &Instance) -> Result<(), QueueError> {
    match certify::queue::check(instance, Proposal::default(), &Certificate::default()) {
        Err(refused @ certify::Refused::Malformed { .. }) => Err(QueueError::Refused(refused)),
        _ => Ok(()),
    }
}

fn fifo_solution(problem: &Problem<'_>, fifo: FifoSet) -> Solution {
    let settled: Vec<u32> =
        (0u32..).zip(&fifo.settles).filter(|&(_, &settles)| settles).map(|(payment, _)| payment).collect();
    let mut by_rank = vec![0i128; problem.classes.len()];
    for &payment in &settled {
        let stream = problem.stream_of_payment[payment as usize] as usize;
        let value =
            i128::from(problem.instance.payments[payment as usize].amount) * i128::from(problem.unit_value(stream));
        by_rank[usize::from(problem.streams[stream].rank)] += value;
    }
    let claims = (0..by_rank.len()).map(|level| {
        let value = by_rank[..=level].iter().sum();
        Claim { value, upper_bound: value }
    });
    Solution {
        proposal: Proposal { settled },
        certificate: Certificate {
            fifo_removals: Some(fifo.removals.clone()),
            unfundable: Vec::new(),
            levels: Vec::new(),
        },
        claims: claims.collect(),
        ticks: problem.instance.payments.len() as u64,
        fifo: Some(fifo),
    }
}

/// What is known before the first level.
struct Prepared {
    places: Vec<Place>,
    unfundable: Vec<u32>,
    /// Units of the FIFO-maximal set.
    fifo: Vec<bool>,
    /// Free units by class, then value, largest first.
    order: Vec<u32>,
    relaxation: Relaxation,
}

impl Prepared {
    fn of(problem: &Problem<'_>, fifo: Option<&FifoSet>) -> Prepared {
        let mut places = vec![Place::Free; problem.unit_count()];
        let mut in_fifo = vec![false; problem.unit_count()];
        for (payment, _) in
            fifo.iter().flat_map(|fifo| fifo.settles.iter().enumerate()).filter(|&(_, &settles)| settles)
        {
            let unit = problem.unit_of_payment[payment] as usize;
            in_fifo[unit] = true;
            if problem.instance.guard {
                places[unit] = Place::Settled;
            }
        }
        let unfundable = presolve::unfundable(problem, &mut places);
        let mut order: Vec<u32> = (0u32..).take(problem.unit_count()).collect();
        order.retain(|&unit| places[unit as usize] == Place::Free);
        order.sort_by_cached_key(|&unit| (problem.rank(unit), std::cmp::Reverse(problem.value(unit)), unit));
        Prepared { places, unfundable, fifo: in_fifo, order, relaxation: Relaxation::of(problem) }
    }
}

/// Parts of a unit of value, where bundles are split among their legs.
const SPLIT_SCALE: i64 = 1024;
/// How much more a class counts than all less urgent ones, where all are looked at together.
const CLASS_WEIGHT: i64 = 64;
/// Ticks of the search before the first look around its best answer.
const FIRST_TURN_TICKS: u64 = 10_000_000;

/// A run over the levels.
struct Run<'p, 'i> {
    problem: &'p Problem<'i>,
    tests: &'p Tests<'i>,
    prepared: &'p Prepared,
    options: Options,
    around: Neighbourhoods<'p, 'i>,
    best: Answer<'p, 'i>,
    levels: Vec<Level>,
    ticks: u64,
}

impl<'p, 'i> Run<'p, 'i> {
    fn begin(problem: &'p Problem<'i>, tests: &'p Tests<'i>, prepared: &'p Prepared, options: Options) -> Run<'p, 'i> {
        let units = problem.unit_count() as u64;
        // No step takes a part of the budget, only less than what is left of it: so that a larger budget begins as a smaller one
        // did. One look at what fits on top is always affordable.
        let enough = rounding::enough(problem);
        let mut best = Answer::of(problem, tests, &prepared.fifo);
        best.fill(&prepared.order, options.ticks.max(units).min(enough));
        let mut rings = best.clone();
        let rings_ticks = options.ticks.saturating_sub(rings.ticks).min(enough);
        if rings_ticks > 0 {
            let is_more = rings.add_rings(&prepared.places, rings_ticks);
            best.ticks = rings.ticks;
            if is_more && rings.all_holds() && rings.worth() > best.worth() {
                rings.fill(&prepared.order, options.ticks.saturating_sub(rings.ticks).min(enough));
                best = rings;
            }
        }
        let ticks = best.ticks + units;
        let around = Neighbourhoods {
            problem,
            tests,
            relaxation: &prepared.relaxation,
            places: &prepared.places,
            order: &prepared.order,
            draws: Draws::of(problem),
        };
        let mut run = Run { problem, tests, prepared, options, around, best, levels: Vec::new(), ticks };
        if problem.classes.len() > 1 {
            run.begin_with_all_classes();
        }
        run
    }

    /// Looks for an answer that is good on all levels at once, by weights: level by level, what one leaves as it is may leave
    /// the next no way to make up for what is left over.
    fn begin_with_all_classes(&mut self) {
        let last = self.problem.classes.len() - 1;
        let objective =
            Objective { level: last, scale: 1, earlier: vec![0; last], earlier_prices: vec![CLASS_WEIGHT; last] };
        let (problem, tests, prepared) = (self.problem, self.tests, self.prepared);
        let none = Answer::of(problem, tests, &prepared.fifo);
        let mut search =
            Search::new(problem, tests, &prepared.relaxation, objective, &prepared.places, &prepared.order, none);
        search.begin(self.options.ticks.saturating_sub(self.ticks).min(search.balance_ticks_max(i128::MAX >> 8)), 0);
        self.ticks += search.ticks();
        if search.best.worth() > self.best.worth() {
            self.best = search.best;
        }
    }

    /// Makes one level as good as its share of the budget allows.
    fn level(&mut self, level: usize, progress: &mut dyn FnMut(Progress)) {
        let earlier: Vec<i128> = self.best.worth()[..level].to_vec();
        let scale = if self.problem.bundles.is_empty() { 1 } else { SPLIT_SCALE };
        let objective = Objective { level, scale, earlier_prices: vec![0; level], earlier };
        let share = self.options.ticks.saturating_sub(self.ticks) / (self.problem.classes.len() - level) as u64;
        let mut around_ticks = 0;
        if level > 0 {
            let (best, used) =
                self.around.improve_last_class(&objective, self.best.clone(), share / 4, self.options.gap_ppm);
            (self.best, around_ticks) = (best, used);
        }
        let mut search = Search::new(
            self.problem,
            self.tests,
            &self.prepared.relaxation,
            objective,
            &self.prepared.places,
            &self.prepared.order,
            self.best.clone(),
        );
        search.begin(share.saturating_sub(around_ticks), i128::from(self.options.gap_ppm));
        let nodes = self.options.nodes_max;
        let limits = |ticks: u64| Limits { ticks, nodes, gap_ppm: i128::from(self.options.gap_ppm) };
        let before = self.ticks;
        let mut report = |value, upper_bound, ticks| {
            progress(Progress { level, claim: Claim { value, upper_bound }, ticks: before + ticks });
        };
        // By turns: the search, then around its best answer, for twice as long each time. A run with a larger budget begins
        // as one with a smaller budget did, so it is never worse.
        let mut turn = FIRST_TURN_TICKS;
        loop {
            let until = (search.ticks() + turn).min(share.saturating_sub(around_ticks));
            let is_done = search.run(limits(until), &mut report);
            let left = share.saturating_sub(search.ticks() + around_ticks);
            if is_done || left == 0 || search.is_good_enough(&limits(share)) {
                break;
            }
            let (best, enough) = (search.best.clone(), search.bound());
            let (best, used) =
                self.around.improve(&search.objective, &search.split, best, (turn / 2).min(left), enough);
            search.offer(best);
            around_ticks += used;
            turn *= 2;
        }
        self.ticks += search.ticks() + around_ticks;
        let claim = Claim { value: 0, upper_bound: search.bound() };
        let (multipliers, cases) = proof::write(&search, &self.prepared.relaxation);
        self.best = search.best;
        self.levels.push(Level { claim, multipliers, cases });
    }

    fn finish(self, fifo: Option<FifoSet>) -> Solution {
        let worth = self.best.worth();
        let settles = |payment: &u32| self.best.settles[self.problem.unit_of_payment[*payment as usize] as usize];
        let settled: Vec<u32> =
            (0u32..).take(self.problem.instance.payments.len()).filter(|payment| settles(payment)).collect();
        let mut levels = self.levels;
        for (level, value) in levels.iter_mut().zip(worth) {
            level.claim.value = value;
        }
        let certificate = Certificate {
            fifo_removals: fifo.as_ref().map(|fifo| fifo.removals.clone()),
            unfundable: self.prepared.unfundable.clone(),
            levels,
        };
        let proposal = Proposal { settled };
        let certificate = claimed_as_proved(self.problem.instance, &proposal, certificate);
        let claims = certificate.levels.iter().map(|level| level.claim).collect();
        Solution { proposal, certificate, fifo, claims, ticks: self.ticks }
    }
}

/// Claims what the checker finds proved: it accepts neither more nor less.
fn claimed_as_proved(instance: &Instance, proposal: &Proposal, mut certificate: Certificate) -> Certificate {
    for _ in 0..=certificate.levels.len() {
        match certify::queue::check(instance, proposal.clone(), &certificate) {
            Err(certify::Refused::Bound { level, found, .. }) => certificate.levels[level].claim.upper_bound = found,
            Ok(_) => break,
            Err(refused) => panic!("an answer of this solver was refused: {refused}"),
        }
    }
    certificate
}
