//! The network simplex method in integers: a basis is a spanning tree, a pivot changes one arc of it.
//!
//! *Primal* from scratch and after profits changed: strongly feasible trees (Cunningham, A network simplex method,
//! Mathematical Programming 11 (1976) 105-116), which cannot cycle, with a search for the entering arc in blocks (Kovács,
//! Minimum-cost flow algorithms: an experimental evaluation, Optimization Methods and Software 30 (2015) 94-127).
//! *Dual* after capacities changed: the tree stays, its prices stay a proof, and each pivot repairs one arc that carries
//! too much or too little. Both may be stopped at any pivot and continued; prices of an unfinished run still prove a bound.
//!
//! For graphs up to some ten thousand arcs, and wherever the last answer is near the next one.

mod tree;

use crate::network::{Circulation, Network};
use tree::Tree;

/// How a run ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Finish {
    /// The flow is an optimum and the prices prove it.
    Optimal,
    /// No flow keeps within the bounds of the arcs (dual runs only: bounds were raised above 0).
    Infeasible,
    /// The number of pivots allowed was used; run again to go on.
    Stopped,
}

/// Work for a step along a cycle.
const CYCLE_STEP_TICKS: u64 = 8;
/// Where the flow on an arc outside the tree stands: at its lower bound.
const AT_LOWER: i8 = 1;
/// At its upper bound.
const AT_UPPER: i8 = -1;
/// The arc is in the tree: its flow is what conservation makes it.
const IN_TREE: i8 = 0;

/// A spanning-tree solution of a network, kept between changes.
///
/// Maximises Σ profit · flow with lower ≤ flow ≤ upper on each arc and conservation at each node.
#[derive(Clone, Debug)]
pub struct NetworkSimplex {
    tails: Vec<u32>,
    heads: Vec<u32>,
    lower: Vec<i64>,
    upper: Vec<i64>,
    profits: Vec<i64>,
    flow: Vec<i64>,
    states: Vec<i8>,
    prices: Vec<i64>,
    tree: Tree,
    /// Arcs of the caller; those after are artificial and join each node with the root.
    own_arc_count: usize,
    own_node_count: usize,
    next_arc: usize,
    block_length: usize,
    ticks: u64,
}

/// What a node of a rooted network hangs on: arcs from and to its parent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Hanging {
    /// The parent; a node hangs on one with a smaller number.
    pub parent: u32,
    /// The arc from the node to its parent, whose flow may be 0 and has room.
    pub arc_to_parent: u32,
}

impl NetworkSimplex {
    /// Starts with every arc of positive profit full, which is near the optimum of most networks of debts; what does not
    /// balance is carried by artificial arcs until pivots have removed it.
    ///
    /// # Panics
    /// When a node has more than `i64::MAX / 4` to carry at once, or profits are beyond `i64::MAX / 8` for all nodes of a
    /// path together.
    #[must_use]
    pub fn new(network: &Network) -> NetworkSimplex {
        let (nodes, arcs) = (network.node_count() as usize, network.arc_count());
        let mut simplex = NetworkSimplex {
            tails: network.tails().to_vec(),
            heads: network.heads().to_vec(),
            lower: vec![0; arcs],
            upper: network.capacities().to_vec(),
            profits: network.profits().to_vec(),
            flow: vec![0; arcs],
            states: vec![AT_LOWER; arcs],
            prices: vec![0; nodes + 1],
            tree: Tree::star(nodes, arcs),
            own_arc_count: arcs,
            own_node_count: nodes,
            next_arc: 0,
            block_length: block_length(arcs),
            ticks: 0,
        };
        simplex.fill_profitable_arcs();
        simplex.hang_on_root(nodes);
        simplex
    }

    /// Starts with no flow on a network whose nodes already hang on node 0 by arcs of their own, from which any of them can
    /// be rid of what it receives: no artificial arcs are needed. `hanging[v - 1]` is of node `v`.
    ///
    /// # Panics
    /// When a node does not hang on one with a smaller number, or profit is on an arc that it hangs by.
    #[must_use]
    pub fn rooted(network: &Network, hanging: &[Hanging]) -> NetworkSimplex {
        let (nodes, arcs) = (network.node_count() as usize, network.arc_count());
        assert_eq!(hanging.len() + 1, nodes, "every node but the root hangs on another");
        let mut states = vec![AT_LOWER; arcs];
        for (node, hang) in (1u32..).zip(hanging) {
            let arc = hang.arc_to_parent as usize;
            assert!(hang.parent < node, "node {node} hangs on {}", hang.parent);
            assert_eq!((network.tails()[arc], network.heads()[arc]), (node, hang.parent), "ends of arc {arc}");
            assert_eq!(network.profits()[arc], 0, "arc {arc} must be free to use");
            states[arc] = IN_TREE;
        }
        let ends: Vec<_> = (1u32..).zip(hanging).map(|(node, hang)| (node, hang.parent, hang.arc_to_parent)).collect();
        NetworkSimplex {
            tails: network.tails().to_vec(),
            heads: network.heads().to_vec(),
            lower: vec![0; arcs],
            upper: network.capacities().to_vec(),
            profits: network.profits().to_vec(),
            flow: vec![0; arcs],
            states,
            prices: vec![0; nodes],
            tree: Tree::of_top_down(nodes, 0, &ends),
            own_arc_count: arcs,
            own_node_count: nodes,
            next_arc: 0,
            block_length: block_length(arcs),
            ticks: 0,
        }
    }

    fn fill_profitable_arcs(&mut self) {
        for arc in 0..self.own_arc_count {
            if self.profits[arc] > 0 {
                self.flow[arc] = self.upper[arc];
                self.states[arc] = AT_UPPER;
            }
        }
    }

    /// An artificial arc from each node to the root or back, in the direction in which it has something to carry, at a
    /// loss that no path of other arcs can make good.
    fn hang_on_root(&mut self, nodes: usize) {
        let mut surplus = vec![0i64; nodes];
        for arc in 0..self.own_arc_count {
            let (tail, head) = (self.tails[arc] as usize, self.heads[arc] as usize);
            surplus[tail] = surplus[tail].checked_sub(self.flow[arc]).expect("debts of a node within 64 bits");
            surplus[head] = surplus[head].checked_add(self.flow[arc]).expect("claims of a node within 64 bits");
        }
        let steepest = self.profits.iter().map(|profit| profit.unsigned_abs()).max().unwrap_or(0);
        let loss = (i128::from(steepest) + 1) * (nodes as i128 + 1);
        let loss =
            i64::try_from(loss).ok().filter(|&loss| loss <= i64::MAX / 8).expect("profits within 61 bits on a path");
        let root = u32::try_from(nodes).expect("nodes are numbered in 32 bits");
        for (node, &left) in (0u32..).zip(&surplus) {
            // A node with nothing left hangs by an arc that leads up: the tree is strongly feasible.
            let (tail, head) = if left >= 0 { (node, root) } else { (root, node) };
            self.tails.push(tail);
            self.heads.push(head);
            self.lower.push(0);
            self.upper.push(i64::MAX / 4);
            self.profits.push(-loss);
            self.flow
                .push(left.checked_abs().filter(|&left| left < i64::MAX / 4).expect("a net position within 61 bits"));
            self.states.push(IN_TREE);
            self.prices[node as usize] = if left >= 0 { -loss } else { loss };
        }
    }

    /// How many arcs were looked at since the start.
    #[must_use]
    pub fn ticks(&self) -> u64 {
        self.ticks
    }

    /// The arcs' flows and the nodes' prices as they are now.
    ///
    /// # Panics
    /// When an artificial arc still carries flow: the run was not finished.
    #[must_use]
    pub fn circulation(&self) -> Circulation {
        assert!(self.flow[self.own_arc_count..].iter().all(|&flow| flow == 0), "an unfinished flow does not balance");
        Circulation {
            flow: self.flow[..self.own_arc_count].to_vec(),
            prices: self.prices[..self.own_node_count].to_vec(),
        }
    }

    /// Flow of each arc, as it is now.
    #[must_use]
    pub fn flow(&self) -> &[i64] {
        &self.flow[..self.own_arc_count]
    }

    /// Price of each node, as it is now.
    #[must_use]
    pub fn prices(&self) -> &[i64] {
        &self.prices[..self.own_node_count]
    }

    /// Whether an arc is in the tree.
    #[must_use]
    pub fn is_in_tree(&self, arc: usize) -> bool {
        self.states[arc] == IN_TREE
    }

    /// The nodes from the root down, each after its parent, with the arc to its parent.
    pub fn top_down(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.tree.top_down()
    }

    /// The same, children first.
    pub fn bottom_up(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.tree.bottom_up()
    }

    /// Tail and head of an arc.
    #[must_use]
    pub fn ends(&self, arc: usize) -> (u32, u32) {
        (self.tails[arc], self.heads[arc])
    }

    /// What the prices prove, finished or not: no flow within the bounds is worth more.
    #[must_use]
    pub fn proved_bound(&self) -> i128 {
        let term = |arc: usize| {
            let reduced = self.reduced_profit(arc);
            i128::from(reduced) * i128::from(if reduced > 0 { self.upper[arc] } else { self.lower[arc] })
        };
        (0..self.own_arc_count).map(term).sum()
    }

    /// What prices of the caller prove: no flow within the bounds is worth more.
    ///
    /// # Panics
    /// When there is not a price for each node.
    #[must_use]
    pub fn bound_by(&self, prices: &[i64]) -> i128 {
        assert_eq!(prices.len(), self.own_node_count, "a price for each node");
        let term = |arc: usize| {
            let price = |node: u32| i128::from(prices[node as usize]);
            let reduced = i128::from(self.profits[arc]) - price(self.tails[arc]) + price(self.heads[arc]);
            reduced * i128::from(if reduced > 0 { self.upper[arc] } else { self.lower[arc] })
        };
        (0..self.own_arc_count).map(term).sum()
    }

    /// After [`Finish::Infeasible`]: moves the prices so far along the contradiction that they prove at most `target`.
    pub fn steepen_to_proof(&mut self, target: i128) {
        let Some(out) = self.leaving_node() else { return };
        let arc = self.tree.arc(out) as usize;
        let excess = i128::from((self.lower[arc] - self.flow[arc]).max(self.flow[arc] - self.upper[arc]));
        let missing = self.proved_bound() - target;
        let steps = if missing > 0 { (missing + excess - 1) / excess } else { 0 };
        let steps = i64::try_from(steps).unwrap_or(i64::MAX / 16).min(i64::MAX / 16);
        let shift = if self.sends_too_much(out) { -steps } else { steps };
        for node in self.tree.subtree(out) {
            self.prices[node as usize] += shift;
        }
    }

    /// What a unit more on an arc is worth beside what it is worth elsewhere: profit − price of tail + price of head.
    #[must_use]
    pub fn reduced_profit(&self, arc: usize) -> i64 {
        self.profits[arc] - self.prices[self.tails[arc] as usize] + self.prices[self.heads[arc] as usize]
    }

    /// Changes the bounds of an arc; call [`NetworkSimplex::reoptimise`] after the last change.
    ///
    /// # Panics
    /// When the bounds cross.
    pub fn set_bounds(&mut self, arc: usize, lower: i64, upper: i64) {
        assert!(lower <= upper, "bounds {lower}..{upper} of arc {arc} cross");
        self.lower[arc] = lower;
        self.upper[arc] = upper;
    }

    /// Lower and upper bound of an arc.
    #[must_use]
    pub fn bounds(&self, arc: usize) -> (i64, i64) {
        (self.lower[arc], self.upper[arc])
    }

    /// Changes the profit of an arc; call [`NetworkSimplex::optimise`] after the last change.
    pub fn set_profit(&mut self, arc: usize, profit: i64) {
        self.profits[arc] = profit;
    }

    /// Prices from the profits of the tree's arcs.
    fn refresh_prices(&mut self) {
        for (node, arc) in self.tree.top_down() {
            let (node, arc) = (node as usize, arc as usize);
            let (tail, head) = (self.tails[arc] as usize, self.heads[arc] as usize);
            self.prices[node] = if tail == node {
                self.prices[head] + self.profits[arc]
            } else {
                self.prices[tail] - self.profits[arc]
            };
        }
    }

    /// Moves arcs outside the tree to the bound that the prices ask for: one that was fixed may stand at the other.
    fn follow_prices(&mut self) {
        for arc in 0..self.tails.len() {
            let promise = i64::from(self.states[arc]) * self.reduced_profit(arc);
            if promise > 0 && self.lower[arc] < self.upper[arc] {
                self.states[arc] = -self.states[arc];
            }
        }
    }

    /// Flow of the arcs outside the tree from their bounds, of those within from conservation.
    fn refresh_flow(&mut self) {
        self.ticks += self.tails.len() as u64;
        let mut surplus = vec![0i64; self.prices.len()];
        for arc in 0..self.tails.len() {
            match self.states[arc] {
                AT_LOWER => self.flow[arc] = self.lower[arc],
                AT_UPPER => self.flow[arc] = self.upper[arc],
                _ => continue,
            }
            surplus[self.tails[arc] as usize] -= self.flow[arc];
            surplus[self.heads[arc] as usize] += self.flow[arc];
        }
        for (node, arc) in self.tree.bottom_up() {
            let (node, arc) = (node as usize, arc as usize);
            let left = surplus[node];
            if self.tails[arc] as usize == node {
                self.flow[arc] = left;
                surplus[self.heads[arc] as usize] += left;
            } else {
                self.flow[arc] = -left;
                surplus[self.tails[arc] as usize] += left;
            }
        }
    }

    /// Pivots until no arc promises more. The flow must be within its bounds, as it is after construction, after
    /// [`Finish::Optimal`], and after profits alone changed.
    pub fn optimise(&mut self, pivots_max: u64) -> Finish {
        self.let_artificial_arcs_carry(i64::MAX / 4);
        self.refresh_prices();
        self.refresh_flow();
        for _ in 0..pivots_max {
            let Some(entering) = self.entering_arc() else { return Finish::Optimal };
            self.pivot(entering);
        }
        Finish::Stopped
    }

    /// Repairs the flow after bounds changed, keeping the prices a proof; after [`Finish::Optimal`] of any run.
    pub fn reoptimise(&mut self, pivots_max: u64) -> Finish {
        self.let_artificial_arcs_carry(0);
        self.refresh_prices();
        self.follow_prices();
        self.refresh_flow();
        for _ in 0..pivots_max {
            let Some(leaving_node) = self.leaving_node() else { return Finish::Optimal };
            let Some(entering) = self.dual_entering_arc(leaving_node) else { return Finish::Infeasible };
            self.dual_pivot(leaving_node, entering);
        }
        if self.leaving_node().is_none() { Finish::Optimal } else { Finish::Stopped }
    }

    /// A primal run begins with flow on them that it removes; for a dual run they are arcs like others that must stay empty.
    fn let_artificial_arcs_carry(&mut self, upper: i64) {
        self.upper[self.own_arc_count..].fill(upper);
    }

    /// The basis, to come back to it later: cheaper than a clone.
    #[must_use]
    pub fn basis(&self) -> Basis {
        let mut upper = vec![0u64; self.states.len().div_ceil(64)];
        for (arc, _) in self.states.iter().enumerate().filter(|&(_, &state)| state == AT_UPPER) {
            upper[arc / 64] |= 1 << (arc % 64);
        }
        Basis { tree_arcs: self.tree.top_down().collect(), upper }
    }

    /// Takes a basis of this network up again, for [`NetworkSimplex::reoptimise`]; bounds are those set now.
    pub fn restore(&mut self, basis: &Basis) {
        for (arc, state) in self.states.iter_mut().enumerate() {
            *state = if basis.upper[arc / 64] >> (arc % 64) & 1 == 1 { AT_UPPER } else { AT_LOWER };
        }
        let root = self.tree.root();
        let ends = basis.tree_arcs.iter().map(|&(node, arc)| {
            self.states[arc as usize] = IN_TREE;
            let (tail, head) = (self.tails[arc as usize], self.heads[arc as usize]);
            (node, if tail == node { head } else { tail }, arc)
        });
        let ends: Vec<_> = ends.collect();
        self.tree = Tree::of_top_down(self.prices.len(), root, &ends);
    }

    /// The arc outside the tree that promises most per unit within the next block that has any; lowest number first.
    fn entering_arc(&mut self) -> Option<usize> {
        let arcs = self.tails.len();
        let (mut from, mut looked_at) = (self.next_arc, 0);
        while looked_at < arcs {
            let to = (from + self.block_length.min(arcs - looked_at)).min(arcs);
            looked_at += to - from;
            let best = self.best_within(from..to);
            from = if to == arcs { 0 } else { to };
            if best.is_some() {
                self.next_arc = from;
                self.ticks += looked_at as u64;
                return best;
            }
        }
        self.ticks += arcs as u64;
        None
    }

    fn best_within(&self, arcs: std::ops::Range<usize>) -> Option<usize> {
        let (mut best, mut best_promise) = (None, 0);
        let ends = self.tails[arcs.clone()].iter().zip(&self.heads[arcs.clone()]);
        let worth = self.states[arcs.clone()].iter().zip(&self.profits[arcs.clone()]);
        for (arc, ((&tail, &head), (&state, &profit))) in arcs.zip(ends.zip(worth)) {
            let reduced = profit - self.prices[tail as usize] + self.prices[head as usize];
            let promise = i64::from(state) * reduced;
            if promise > best_promise && self.lower[arc] < self.upper[arc] {
                (best, best_promise) = (Some(arc), promise);
            }
        }
        best
    }

    /// Brings an arc into the tree: pushes along its cycle what the cycle can take, and the arc that ends it leaves.
    fn pivot(&mut self, entering: usize) {
        let (tail, head) = (self.tails[entering], self.heads[entering]);
        let forwards = self.states[entering] == AT_LOWER;
        let (first, second) = if forwards { (tail, head) } else { (head, tail) };
        let apex = self.tree.apex(first, second);
        let mut room = self.upper[entering] - self.lower[entering];
        let mut leaving = None;
        // The last arc that blocks, seen from the apex along the push, keeps the tree strongly feasible.
        let mut node = first;
        let mut steps = 0;
        while node != apex {
            steps += 1;
            let here = self.room_towards(node, false);
            if here < room {
                (room, leaving) = (here, Some((node, true)));
            }
            node = self.tree.parent(node);
        }
        node = second;
        while node != apex {
            steps += 1;
            let here = self.room_towards(node, true);
            if here <= room {
                (room, leaving) = (here, Some((node, false)));
            }
            node = self.tree.parent(node);
        }
        // A step of the cycle is looked for in memory twice or more; where trees are deep that is most of the work.
        self.ticks += CYCLE_STEP_TICKS * steps;
        self.push_along_cycle(entering, first, second, apex, room);
        match leaving {
            None => self.states[entering] = -self.states[entering],
            Some((out, on_first_side)) => {
                let inner = if on_first_side { first } else { second };
                self.exchange(entering, inner, out);
            }
        }
    }

    /// How much more the arc between a node and its parent can carry upwards or downwards.
    fn room_towards(&self, node: u32, upwards: bool) -> i64 {
        let arc = self.tree.arc(node) as usize;
        if (self.tails[arc] == node) == upwards {
            self.upper[arc] - self.flow[arc]
        } else {
            self.flow[arc] - self.lower[arc]
        }
    }

    fn push_along_cycle(&mut self, entering: usize, first: u32, second: u32, apex: u32, amount: i64) {
        if amount == 0 {
            return;
        }
        self.flow[entering] += if self.tails[entering] == first { amount } else { -amount };
        for (mut node, upwards) in [(first, false), (second, true)] {
            while node != apex {
                let arc = self.tree.arc(node) as usize;
                self.flow[arc] += if (self.tails[arc] == node) == upwards { amount } else { -amount };
                node = self.tree.parent(node);
            }
        }
    }

    /// The arc above `out` leaves the tree, `entering` joins it at its end `inner`, which lies below `out`; the prices below
    /// follow.
    fn exchange(&mut self, entering: usize, inner: u32, out: u32) {
        let leaving = self.tree.arc(out) as usize;
        self.states[leaving] = if self.flow[leaving] == self.upper[leaving] && self.flow[leaving] != self.lower[leaving]
        {
            AT_UPPER
        } else {
            AT_LOWER
        };
        let reduced = self.reduced_profit(entering);
        let (tail, head) = (self.tails[entering], self.heads[entering]);
        let (outer, shift) = if tail == inner { (head, reduced) } else { (tail, -reduced) };
        self.states[entering] = IN_TREE;
        let arc = u32::try_from(entering).expect("arcs are numbered in 32 bits");
        self.tree.exchange(out, inner, outer, arc);
        if shift != 0 {
            for node in self.tree.subtree(inner) {
                self.prices[node as usize] += shift;
                self.ticks += 1;
            }
        }
    }

    /// The node whose arc to its parent is furthest out of its bounds; lowest number first.
    fn leaving_node(&mut self) -> Option<u32> {
        let (mut worst, mut worst_by) = (None, 0);
        let root = self.tree.root();
        self.ticks += self.prices.len() as u64;
        for node in (0u32..).take(self.prices.len()) {
            if node == root {
                continue;
            }
            let arc = self.tree.arc(node) as usize;
            let by = (self.lower[arc] - self.flow[arc]).max(self.flow[arc] - self.upper[arc]);
            if by > worst_by {
                (worst, worst_by) = (Some(node), by);
            }
        }
        worst
    }

    /// Whether what lies below a node sends too much to the rest (or gets too little from it) over the arc above it.
    fn sends_too_much(&self, node: u32) -> bool {
        let arc = self.tree.arc(node) as usize;
        (self.flow[arc] > self.upper[arc]) == (self.tails[arc] == node)
    }

    /// The arc that can replace the one above `out` at the least loss of the prices' proof.
    fn dual_entering_arc(&mut self, out: u32) -> Option<usize> {
        let more_out = self.sends_too_much(out);
        self.tree.mark_subtree(out);
        let (mut best, mut least) = (None, i64::MAX);
        self.ticks += self.tails.len() as u64;
        for arc in 0..self.tails.len() {
            let (tail, head) = (self.tails[arc], self.heads[arc]);
            let leaves = self.tree.is_marked(tail);
            if leaves == self.tree.is_marked(head) || self.states[arc] == IN_TREE || self.lower[arc] == self.upper[arc]
            {
                continue;
            }
            if (self.states[arc] == AT_LOWER) == (leaves == more_out) {
                let loss = self.reduced_profit(arc).abs();
                if loss < least {
                    (best, least) = (Some(arc), loss);
                }
            }
        }
        best
    }

    fn dual_pivot(&mut self, out: u32, entering: usize) {
        let leaving = self.tree.arc(out) as usize;
        let target = self.flow[leaving].clamp(self.lower[leaving], self.upper[leaving]);
        let amount = (self.flow[leaving] - target).abs();
        let (tail, head) = (self.tails[entering], self.heads[entering]);
        let (first, second) = if self.states[entering] == AT_LOWER { (tail, head) } else { (head, tail) };
        let inner = if self.tree.is_marked(tail) { tail } else { head };
        let apex = self.tree.apex(first, second);
        let to_upper = self.flow[leaving] > self.upper[leaving];
        self.push_along_cycle(entering, first, second, apex, amount);
        self.exchange(entering, inner, out);
        self.states[leaving] = if to_upper { AT_UPPER } else { AT_LOWER };
    }
}

/// Which arcs are in the tree and which of the others stand at their upper bound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Basis {
    tree_arcs: Vec<(u32, u32)>,
    /// A bit for each arc.
    upper: Vec<u64>,
}

/// Long enough to find a good arc, short enough not to look at all of them for each pivot.
fn block_length(arcs: usize) -> usize {
    arcs.isqrt().max(20)
}

/// Solves a network from scratch.
///
/// # Panics
/// See [`NetworkSimplex::new`].
#[must_use]
pub fn solve(network: &Network) -> Circulation {
    let mut simplex = NetworkSimplex::new(network);
    while simplex.optimise(u64::MAX) != Finish::Optimal {}
    simplex.circulation()
}

#[cfg(test)]
mod tests;
