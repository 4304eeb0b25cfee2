//! In which order rows are brought to their targets.

use super::{Balancing, Stage};
use std::collections::BinaryHeap;

/// How much more the payments of a stream count for the order of accounts where some of them settle and some wait.
const PARTLY_SETTLED_FACTOR: usize = 16;

impl Balancing<'_, '_, '_> {
    /// Rows to be brought to their targets: limits first, each beside those of the same payments, then accounts. How many of them
    /// are limits.
    pub(super) fn order(&mut self) -> (Vec<usize>, usize) {
        let problem = self.problem;
        let accounts = problem.instance.accounts.len();
        let mut limits: Vec<(usize, u32, usize)> = Vec::new();
        for row in 0..problem.rows.len() {
            let streams = problem.streams_of_row.of(row);
            let open = streams.iter().filter(|&&(stream, _)| !self.search.state.has_no_free(stream as usize));
            let largest = open.map(|&(stream, _)| problem.legs(problem.plain.of(stream as usize)[0])[0].amount).max();
            if largest.is_none_or(|largest| problem.rows[row].most - self.targets[row] > 2 * largest) {
                continue;
            }
            self.stages[row] = Stage::Later;
            if row >= accounts {
                limits.push((streams.len(), streams[0].0, row));
            }
        }
        limits.sort_unstable();
        let mut order: Vec<usize> = limits.into_iter().map(|(_, _, row)| row).collect();
        let count = order.len();
        order.extend(self.order_of_accounts());
        (order, count)
    }

    /// Accounts so that each has, when its turn comes, as many payments as may be that are still open with those after it: a tree
    /// is grown from those that need nothing done, or from where most payments are, and taken in the opposite order.
    fn order_of_accounts(&mut self) -> Vec<usize> {
        let problem = self.problem;
        let weights: Vec<usize> = (0..problem.streams.len()).map(|stream| self.weight_in_tree(stream)).collect();
        let accounts = problem.instance.accounts.len();
        let degree = |account: usize| -> usize {
            problem.streams_of_row.of(account).iter().map(|&(stream, _)| weights[stream as usize]).sum()
        };
        let mut starts: Vec<usize> = (0..accounts).collect();
        starts.sort_by_key(|&account| (self.stages[account] == Stage::Later, std::cmp::Reverse(degree(account))));
        let loose_count = starts.partition_point(|&account| self.stages[account] == Stage::Loose);
        let mut grown = Vec::new();
        let mut is_grown = vec![false; accounts];
        let mut attached = vec![0usize; accounts];
        let mut next: BinaryHeap<(usize, std::cmp::Reverse<usize>)> = BinaryHeap::new();
        for (at, &start) in starts.iter().enumerate() {
            next.push((0, std::cmp::Reverse(start)));
            // What needs nothing done is there from the beginning.
            if at + 1 < loose_count {
                continue;
            }
            while let Some((_, std::cmp::Reverse(account))) = next.pop() {
                if std::mem::replace(&mut is_grown[account], true) {
                    continue;
                }
                grown.push(account);
                for &(stream, sign) in problem.streams_of_row.of(account) {
                    let ends = problem.streams[stream as usize];
                    let other = if sign > 0 { ends.payee } else { ends.payer } as usize;
                    if weights[stream as usize] > 0 && !is_grown[other] {
                        attached[other] += weights[stream as usize];
                        next.push((attached[other], std::cmp::Reverse(other)));
                    }
                }
            }
        }
        self.ticks += 8 * problem.streams.len() as u64;
        let mut order: Vec<usize> = grown.into_iter().filter(|&account| self.stages[account] == Stage::Later).collect();
        order.reverse();
        for &account in &order {
            self.unfinished[self.component[account] as usize] += 1;
        }
        order
    }

    /// How many payments of a stream are still open once all limits are done.
    fn weight_in_tree(&self, stream: usize) -> usize {
        let accounts = self.problem.instance.accounts.len();
        let is_limited = |row: usize| row >= accounts && self.stages[row] == Stage::Later;
        let is_closed = self.problem.touches.of(stream).iter().any(|touch| is_limited(touch.row as usize));
        if is_closed || self.search.state.has_no_free(stream) {
            return 0;
        }
        let units = self.problem.plain.of(stream).len();
        if self.is_partly_settled[stream] { PARTLY_SETTLED_FACTOR * units } else { units }
    }
}
