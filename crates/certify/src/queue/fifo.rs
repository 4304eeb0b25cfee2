//! The FIFO-maximal set: everything, less what must give way.
//!
//! Each account has one queue, by class and then entry, and settles a beginning of it. If two choices of beginnings keep
//! every row, so does the longer of the two for each queue: what it sends is what it sent in one of them, and it
//! receives no less. So there is a largest one. It is reached from everything by taking out, again and again, the last
//! payment of a queue that exceeds a row: none of those can be in any choice. Hence the trace proves the set.

use super::problem::Problem;
use super::valuation;
use crate::Refused;

/// Checks the removals; whether each payment is in the FIFO-maximal set.
pub(super) fn check(problem: &Problem<'_>, removals: &[u32]) -> Result<Vec<bool>, Refused> {
    problem.check_fifo_exists()?;
    let mut trace = Trace::begin(problem);
    for (step, payment) in removals.iter().enumerate() {
        let payment = *payment as usize;
        trace.remove(payment).map_err(|why| Refused::Removal { step, why })?;
    }
    trace.check_end().map_err(|why| Refused::Removal { step: removals.len(), why })?;
    let totals = problem.totals(|payment| trace.is_in[payment]);
    problem.check_rows(&totals)?;
    Ok(trace.is_in)
}

/// The set on its way from everything to the FIFO-maximal set.
struct Trace<'a> {
    problem: &'a Problem<'a>,
    is_in: Vec<bool>,
    /// What each row comes to.
    activity: Vec<i128>,
    /// By queue: how many of its rows are exceeded.
    exceeded: Vec<u32>,
    /// By queue: how many of its payments belong to a broken bundle.
    broken: Vec<u32>,
    /// By queue: the last payment taken out, by class and entry.
    last_removed: Vec<Option<(u8, usize)>>,
    /// By queue: its accounts that are tested together. Empty if there are no valuations.
    accounts_of_queue: Vec<Vec<u32>>,
}

impl<'a> Trace<'a> {
    fn begin(problem: &'a Problem<'a>) -> Trace<'a> {
        let queues = problem.instance.accounts.len();
        let activity = problem.activity(&problem.totals(|_| true));
        let mut exceeded = vec![0; queues];
        for (row, found) in problem.rows.all.iter().zip(&activity) {
            exceeded[queue(row)] += u32::from(*found > row.most);
        }
        let mut accounts_of_queue = vec![Vec::new(); if problem.instance.valuations.is_empty() { 0 } else { queues }];
        for (account, number) in problem.instance.accounts.iter().zip(0..) {
            if valuation::of_participant(problem.instance, account.participant).is_some() {
                accounts_of_queue[account.queue as usize].push(number);
            }
        }
        let is_in = vec![true; problem.instance.payments.len()];
        let (broken, last_removed) = (vec![0; queues], vec![None; queues]);
        Trace { problem, is_in, activity, exceeded, broken, last_removed, accounts_of_queue }
    }

    fn remove(&mut self, payment: usize) -> Result<(), &'static str> {
        let problem = self.problem;
        let Some(is_in) = self.is_in.get_mut(payment) else { return Err("there is no such payment") };
        if !std::mem::replace(is_in, false) {
            return Err("the payment is out already");
        }
        let queue_of = problem.queue_of(payment);
        if !self.gives_way(queue_of) {
            return Err("its queue exceeds no row and holds no payment of a broken bundle");
        }
        let place = (problem.instance.payments[payment].class, payment);
        if self.last_removed[queue_of].replace(place).is_some_and(|last| last < place) {
            return Err("it was not the last of its queue");
        }
        self.break_bundle(payment);
        let amount = problem.amount(payment);
        for (number, sign) in problem.touched(problem.arc_of(payment)) {
            let (row, activity) = (&problem.rows.all[*number as usize], &mut self.activity[*number as usize]);
            let was = *activity > row.most;
            *activity -= sign.times(amount);
            let exceeded = &mut self.exceeded[queue(row)];
            *exceeded = *exceeded + u32::from(*activity > row.most) - u32::from(was);
        }
        Ok(())
    }

    /// Whether the last payment of a queue cannot stay.
    fn gives_way(&self, queue: usize) -> bool {
        self.exceeded[queue] > 0 || self.broken[queue] > 0 || self.fails_a_valuation(queue)
    }

    fn fails_a_valuation(&self, queue: usize) -> bool {
        let Some(accounts) = self.accounts_of_queue.get(queue) else { return false };
        let instance = self.problem.instance;
        let position = |account: usize| i128::from(instance.accounts[account].opening_balance) - self.activity[account];
        let participant = |account: &u32| instance.accounts[*account as usize].participant;
        let mut accounts = accounts.clone();
        accounts.sort_by_key(participant);
        accounts.chunk_by(|one, other| participant(one) == participant(other)).any(|accounts| {
            let index = valuation::of_participant(instance, participant(&accounts[0]));
            let index = index.expect("bug: an account that is not tested was listed");
            valuation::check_one(instance, index, accounts, position).is_err()
        })
    }

    fn break_bundle(&mut self, payment: usize) {
        let Some(bundle) = self.problem.bundle_of(payment) else { return };
        let (mut others_in, mut others_out) = (Vec::new(), false);
        for other in &self.problem.instance.bundles[bundle].payments {
            let other = *other as usize;
            if self.is_in[other] {
                others_in.push(other);
            } else {
                others_out |= other != payment;
            }
        }
        if others_out {
            self.broken[self.problem.queue_of(payment)] -= 1;
        } else {
            others_in.iter().for_each(|other| self.broken[self.problem.queue_of(*other)] += 1);
        }
    }

    /// Each queue lost an end of it, and no bundle is broken. Rows are checked by the caller.
    fn check_end(&self) -> Result<(), &'static str> {
        let payments = self.problem.instance.payments.iter().enumerate();
        for (payment, content) in payments.filter(|(payment, _)| self.is_in[*payment]) {
            let last = self.last_removed[self.problem.queue_of(payment)];
            if last.is_some_and(|last| last < (content.class, payment)) {
                return Err("a payment was taken out though a later one of its queue stayed");
            }
        }
        if self.broken.iter().any(|count| *count > 0) { Err("a bundle is in the set in part") } else { Ok(()) }
    }
}

fn queue(row: &super::rows::Bounded) -> usize {
    row.queue.expect("bug: rows without a queue were let pass") as usize
}
