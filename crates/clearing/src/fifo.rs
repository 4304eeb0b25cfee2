//! The FIFO-maximal set: the longest beginning of every queue such that all of them settle together and every row holds.
//!
//! Beginnings that keep every row are closed under the longer of the two in each queue, so there is one largest choice, and
//! the order in which payments are taken away to find it does not matter: start with everything, and while a queue exceeds
//! a row of its own, take its last payment away (Bech and Soramäki, Gridlock resolution in interbank payment systems, Bank
//! of Finland Discussion Papers 9/2001). It needs one queue for all that a row binds, and no payee with a ceiling.

use crate::queue::problem::{Lists, Problem};
use crate::queue::valuation::Tests;
use crate::queue::{QueueError, well_formed};
use certify::queue::{Instance, Row};

/// The FIFO-maximal set and how it came about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FifoSet {
    /// Whether each payment is in it.
    pub settles: Vec<bool>,
    /// Payments in the order in which they were taken away: the proof.
    pub removals: Vec<u32>,
}

/// Finds the FIFO-maximal set in time linear in payments and the rows that each counts in.
///
/// # Errors
/// When the instance has none: an account with a ceiling, accounts that a group limit or a valuation binds together in
/// several queues, or amounts beyond what the solver adds up; or when it is not well formed.
pub fn fifo_maximal(instance: &Instance) -> Result<FifoSet, QueueError> {
    well_formed(instance)?;
    let needs_units = !instance.bundles.is_empty();
    of_problem(&if needs_units { Problem::of(instance)? } else { Problem::without_units(instance)? })
}

pub(crate) fn of_problem(problem: &Problem<'_>) -> Result<FifoSet, QueueError> {
    check_exists(problem)?;
    let mut removal = Removal::begin(problem);
    let mut queues: Vec<u32> = (0u32..).take(problem.instance.accounts.len()).collect();
    while let Some(queue) = queues.pop() {
        while removal.gives_way(queue as usize) {
            removal.take_last(queue as usize, &mut queues);
        }
    }
    Ok(FifoSet { settles: removal.is_in, removals: removal.removals })
}

/// Whether there is a largest set.
fn check_exists(problem: &Problem<'_>) -> Result<(), QueueError> {
    let instance = problem.instance;
    let queue_of = |account: &u32| instance.accounts[*account as usize].queue;
    if problem.rows.iter().any(|bounded| matches!(bounded.row, Row::Ceiling(_))) {
        return Err(QueueError::NoFifoSet { why: "an account has a ceiling" });
    }
    if instance.group_limits.iter().any(|limit| limit.of.iter().any(|of| queue_of(of) != queue_of(&limit.of[0]))) {
        return Err(QueueError::NoFifoSet { why: "a group limit binds accounts of several queues" });
    }
    let tests = Tests::of(instance);
    let is_split =
        |test: usize| tests.accounts(test).iter().any(|of| queue_of(of) != queue_of(&tests.accounts(test)[0]));
    if (0..tests.count()).any(is_split) {
        return Err(QueueError::NoFifoSet { why: "a valuation binds accounts of several queues" });
    }
    Ok(())
}

struct Removal<'p, 'i> {
    problem: &'p Problem<'i>,
    tests: Tests<'i>,
    tests_of_queue: Lists<u32>,
    /// Payments of each queue by class and entry; `kept` of them are left.
    order: Lists<u32>,
    kept: Vec<usize>,
    is_in: Vec<bool>,
    removals: Vec<u32>,
    /// What each row comes to.
    activity: Vec<i64>,
    /// By queue: how many of its rows are exceeded.
    exceeded: Vec<u32>,
    /// By queue: how many of its payments are left of bundles that are broken.
    broken: Vec<u32>,
}

impl<'p, 'i> Removal<'p, 'i> {
    fn begin(problem: &'p Problem<'i>) -> Removal<'p, 'i> {
        let instance = problem.instance;
        let queues = instance.accounts.len();
        let mut totals = vec![0i64; problem.streams.len()];
        for (payment, &stream) in instance.payments.iter().zip(&problem.stream_of_payment) {
            totals[stream as usize] += payment.amount;
        }
        let mut activity = vec![0i64; problem.rows.len()];
        for (stream, total) in totals.iter().enumerate() {
            for touch in problem.touches.of(stream) {
                activity[touch.row as usize] += i64::from(touch.sign) * total;
            }
        }
        let mut exceeded = vec![0; queues];
        for (bounded, &found) in problem.rows.iter().zip(&activity) {
            exceeded[bounded.queue as usize] += u32::from(found > bounded.most);
        }
        let order = order_of(problem);
        let tests = Tests::of(instance);
        let test_queues = (0u32..).take(tests.count()).filter_map(|test| {
            let first = tests.accounts(test as usize).first()?;
            Some((instance.accounts[*first as usize].queue, test))
        });
        Removal {
            problem,
            tests_of_queue: Lists::group(queues, test_queues),
            tests,
            kept: (0..queues).map(|queue| order.of(queue).len()).collect(),
            order,
            is_in: vec![true; instance.payments.len()],
            removals: Vec::new(),
            activity,
            exceeded,
            broken: vec![0; queues],
        }
    }

    fn gives_way(&self, queue: usize) -> bool {
        let position = |account: u32| {
            i128::from(self.problem.instance.accounts[account as usize].opening_balance)
                - i128::from(self.activity[account as usize])
        };
        self.exceeded[queue] > 0
            || self.broken[queue] > 0
            || self.tests_of_queue.of(queue).iter().any(|&test| !self.tests.holds(test as usize, position))
    }

    fn take_last(&mut self, queue: usize, queues: &mut Vec<u32>) {
        let instance = self.problem.instance;
        self.kept[queue] = self.kept[queue].checked_sub(1).expect("a queue that sends nothing exceeds nothing");
        let payment = self.order.of(queue)[self.kept[queue]];
        let content = instance.payments[payment as usize];
        self.is_in[payment as usize] = false;
        self.removals.push(payment);
        for touch in self.problem.touches.of(self.problem.stream_of_payment[payment as usize] as usize) {
            let (bounded, activity) = (self.problem.rows[touch.row as usize], &mut self.activity[touch.row as usize]);
            let was = *activity > bounded.most;
            *activity -= i64::from(touch.sign) * content.amount;
            let is = *activity > bounded.most;
            let exceeded = &mut self.exceeded[bounded.queue as usize];
            *exceeded = *exceeded + u32::from(is) - u32::from(was);
            if is && !was {
                queues.push(bounded.queue);
            }
        }
        if self.tests.of_account(content.payee).is_some() {
            queues.push(instance.accounts[content.payee as usize].queue);
        }
        if !instance.bundles.is_empty() {
            self.break_bundle(payment, queues);
        }
    }

    /// What is left of the bundle of a payment that was taken away cannot stay.
    fn break_bundle(&mut self, payment: u32, queues: &mut Vec<u32>) {
        let problem = self.problem;
        let unit = problem.unit_of_payment[payment as usize];
        let queue_of = |payment: u32| {
            let payer = problem.instance.payments[payment as usize].payer;
            problem.instance.accounts[payer as usize].queue
        };
        let together = problem.payments_of(unit);
        let left = together.iter().filter(|&&other| self.is_in[other as usize]);
        if left.clone().count() + 1 == together.len() {
            for &other in left {
                self.broken[queue_of(other) as usize] += 1;
                queues.push(queue_of(other));
            }
        } else {
            self.broken[queue_of(payment) as usize] -= 1;
        }
    }
}

/// Payments of each queue by class and entry.
fn order_of(problem: &Problem<'_>) -> Lists<u32> {
    let instance = problem.instance;
    let queue_of = |payment: usize| instance.accounts[instance.payments[payment].payer as usize].queue;
    let rank_of = |payment: usize| problem.streams[problem.stream_of_payment[payment] as usize].rank;
    let by_rank = |rank: u8| (0..instance.payments.len()).filter(move |&payment| rank_of(payment) == rank);
    match problem.classes.len() {
        // Entry order is the order of payments: one pass is enough.
        0 | 1 => Lists::group(
            instance.accounts.len(),
            (0u32..).take(instance.payments.len()).map(|payment| (queue_of(payment as usize), payment)),
        ),
        ranks => {
            let mut sorted: Vec<u32> = Vec::with_capacity(instance.payments.len());
            let ranks = u8::try_from(ranks).expect("classes are below 64");
            for rank in 0..ranks {
                sorted.extend(by_rank(rank).map(crate::queue::problem::number));
            }
            Lists::group(instance.accounts.len(), sorted.iter().map(|&payment| (queue_of(payment as usize), payment)))
        }
    }
}
