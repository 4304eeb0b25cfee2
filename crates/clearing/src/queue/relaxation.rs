//! The network relaxation: payments may be split, everything that a tree of nodes can say is kept exactly.
//!
//! Each account hangs on the root by an arc that brings what it may draw and one that takes back what it does not need. A
//! row that counts what leaves or enters an account on some of its streams is a node between: its arc down carries at most
//! what the row allows, its arc up any amount. Rows whose streams lie within those of another hang below it; so a *laminar*
//! family of rows is a tree, and the multiplier of a row is the difference of two prices. Rows that cross others are left
//! out of the network and kept by the search.

use super::problem::{NONE, Problem, number};
use crate::network::Network;
use crate::network_simplex::{Hanging, NetworkSimplex};
use certify::queue::{Multipliers, Row};

/// The network of a problem; arcs are numbered as [`Relaxation::network`] has them.
pub(super) struct Relaxation {
    /// Row of each node but the root, and the node that it hangs on.
    nodes: Vec<(u32, u32)>,
    /// Arc down to and up from each node but the root.
    arcs: Vec<(u32, u32)>,
    /// Arc of each stream: its plain units. `NONE` if its two ends are one node.
    pub(super) stream_arc: Vec<u32>,
    /// Stream of each arc that carries plain units, else `NONE`.
    pub(super) stream_of_arc: Vec<u32>,
    /// Arc of each leg of each bundle, in the order of [`Problem::bundles`].
    pub(super) bundle_arcs: Vec<Vec<u32>>,
    /// Innermost node of each end of a stream: where it leaves its payer, where it enters its payee.
    innermost: Vec<u32>,
    /// Rows that are not in the network; ceilings are.
    pub(super) left_out: Vec<u32>,
    pub(super) network: Network,
}

/// Ends of streams: `2 s` where stream `s` leaves its payer, `2 s + 1` where it enters its payee.
fn ends_of_row(problem: &Problem<'_>, row: usize) -> Vec<u32> {
    let end = |&(stream, sign): &(u32, i8)| 2 * stream + u32::from(sign < 0);
    let mut ends: Vec<u32> = problem.streams_of_row.of(row).iter().map(end).collect();
    if let Row::GroupLimit(index) = problem.rows[row].row {
        // What the accounts of a group pay each other leaves and enters it: with both ends counted it cancels, and the rows
        // of each account can lie within the group's.
        let of = &problem.instance.group_limits[index].of;
        let is_of = |account: u32| of.binary_search(&account).is_ok();
        for (stream, content) in (0u32..).zip(&problem.streams) {
            if is_of(content.payer) && is_of(content.payee) {
                ends.extend([2 * stream, 2 * stream + 1]);
            }
        }
    }
    ends
}

impl Relaxation {
    pub(super) fn of(problem: &Problem<'_>) -> Relaxation {
        let mut relaxation = Relaxation {
            nodes: Vec::new(),
            arcs: Vec::new(),
            stream_arc: Vec::new(),
            stream_of_arc: Vec::new(),
            bundle_arcs: Vec::new(),
            innermost: Vec::new(),
            left_out: Vec::new(),
            network: Network::default(),
        };
        relaxation.innermost = relaxation.nest_rows(problem);
        relaxation.network = Network::new(number(relaxation.nodes.len() + 1));
        relaxation.push_rows(problem);
        relaxation.push_streams(problem);
        relaxation
    }

    /// Makes a node of each row that nests with the others; the innermost node of each end of a stream.
    fn nest_rows(&mut self, problem: &Problem<'_>) -> Vec<u32> {
        let mut innermost = vec![0u32; 2 * problem.streams.len()];
        let mut rows: Vec<(u32, Vec<u32>)> = (0..problem.rows.len())
            .filter(|&row| !matches!(problem.rows[row].row, Row::Ceiling(_)))
            .map(|row| (number(row), ends_of_row(problem, row)))
            .filter(|(_, ends)| !ends.is_empty())
            .collect();
        rows.sort_by_key(|(row, ends)| (std::cmp::Reverse(ends.len()), *row));
        for (row, ends) in rows {
            let outer = innermost[ends[0] as usize];
            if ends.iter().any(|&end| innermost[end as usize] != outer) {
                self.left_out.push(row);
                continue;
            }
            self.nodes.push((row, outer));
            ends.iter().for_each(|&end| innermost[end as usize] = number(self.nodes.len()));
        }
        innermost
    }

    fn push_rows(&mut self, problem: &Problem<'_>) {
        let mut room = vec![2 * problem.total + 1; problem.instance.accounts.len()];
        for bounded in &problem.rows {
            if let Row::Ceiling(account) = bounded.row {
                room[account] = bounded.most;
            }
        }
        for (node, &(row, outer)) in (1u32..).zip(&self.nodes) {
            let bounded = problem.rows[row as usize];
            let up = if let Row::Floor(account) = bounded.row { room[account] } else { 2 * problem.total + 1 };
            let mut push = |tail, head, capacity| {
                let arc = self.network.push(tail, head, capacity, 0).expect("nodes hang on others");
                self.stream_of_arc.push(NONE);
                number(arc)
            };
            self.arcs.push((push(outer, node, bounded.most), push(node, outer, up)));
        }
        // A floor that was left out leaves its ceiling out too.
        let floors: Vec<u32> = self.left_out.clone();
        for (row, bounded) in (0u32..).zip(&problem.rows) {
            if let Row::Ceiling(account) = bounded.row
                && floors.contains(&number(account))
            {
                self.left_out.push(row);
            }
        }
    }

    /// The nodes that a stream leads from and to.
    pub(super) fn ends_of_stream(&self, stream: usize) -> (u32, u32) {
        (self.innermost[2 * stream], self.innermost[2 * stream + 1])
    }

    fn push_streams(&mut self, problem: &Problem<'_>) {
        let innermost = &self.innermost;
        let mut push = |stream: usize| {
            let (tail, head) = (innermost[2 * stream], innermost[2 * stream + 1]);
            if tail == head {
                return NONE;
            }
            number(self.network.push(tail, head, 0, 0).expect("two nodes"))
        };
        for stream in 0..problem.streams.len() {
            let arc = push(stream);
            self.stream_arc.push(arc);
            if arc != NONE {
                self.stream_of_arc.push(number(stream));
            }
        }
        for &unit in &problem.bundles {
            let arcs: Vec<u32> = problem.legs(unit).iter().map(|leg| push(leg.stream as usize)).collect();
            self.stream_of_arc.extend(arcs.iter().filter(|&&arc| arc != NONE).map(|_| NONE));
            self.bundle_arcs.push(arcs);
        }
    }

    pub(super) fn simplex(&self) -> NetworkSimplex {
        let hanging = self.nodes.iter().zip(&self.arcs);
        let hanging: Vec<Hanging> =
            hanging.map(|(&(_, parent), &(_, up))| Hanging { parent, arc_to_parent: up }).collect();
        NetworkSimplex::rooted(&self.network, &hanging)
    }

    /// The multiplier of each row that these prices are; rows left out have none.
    pub(super) fn row_prices(&self, problem: &Problem<'_>, prices: &[i64]) -> Vec<i64> {
        let mut of_rows = vec![0; problem.rows.len()];
        let ceiling_of = |account: usize| {
            problem
                .rows
                .iter()
                .position(|bounded| bounded.row == Row::Ceiling(account))
                .expect("a price below 0 is a ceiling's")
        };
        for (node, &(row, outer)) in self.nodes.iter().enumerate() {
            let price = prices[node + 1] - prices[outer as usize];
            if price >= 0 {
                of_rows[row as usize] = price;
            } else if let Row::Floor(account) = problem.rows[row as usize].row {
                of_rows[ceiling_of(account)] = -price;
            }
        }
        of_rows
    }
}

/// Multipliers as the checker reads them.
pub(super) fn multipliers(problem: &Problem<'_>, scale: i64, of_rows: &[i64], earlier_levels: &[i64]) -> Multipliers {
    let instance = problem.instance;
    let mut multipliers = Multipliers { scale, earlier_levels: earlier_levels.to_vec(), ..Multipliers::zero() };
    let put = |list: &mut Vec<i64>, length: usize, index: usize, price: i64| {
        list.resize(length, 0);
        list[index] = price;
    };
    for (bounded, &price) in problem.rows.iter().zip(of_rows).filter(|&(_, &price)| price != 0) {
        match bounded.row {
            Row::Floor(index) => put(&mut multipliers.floors, instance.accounts.len(), index, price),
            Row::Ceiling(index) => put(&mut multipliers.ceilings, instance.accounts.len(), index, price),
            Row::Reservation(index) => put(&mut multipliers.reservations, instance.reservations.len(), index, price),
            Row::BilateralLimit(index) => {
                put(&mut multipliers.bilateral_limits, instance.bilateral_limits.len(), index, price);
            }
            Row::MultilateralLimit(index) => {
                put(&mut multipliers.multilateral_limits, instance.multilateral_limits.len(), index, price);
            }
            Row::GroupLimit(index) => put(&mut multipliers.group_limits, instance.group_limits.len(), index, price),
            Row::AggregateShort(_) | Row::HaircutValue(_) => unreachable!("no sum of payments"),
        }
    }
    multipliers
}
