//! The one problem that every kernel solves: a circulation of greatest profit in a network with integer capacities.
//!
//! Debts, limits, reservations, credit lines and offered liquidity all become arcs (Ahuja, Magnanti, Orlin, *Network
//! Flows*, 1993, chapters 9 to 11). With integer capacities there is an optimum in integers, and node prices prove it.

use std::fmt;

/// A directed network with a capacity and a profit per unit on each arc. Parallel arcs are allowed; loops are not.
///
/// Arcs are numbered in the order of [`Network::push`], nodes from 0 to `node_count - 1`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Network {
    node_count: u32,
    tails: Vec<u32>,
    heads: Vec<u32>,
    capacities: Vec<i64>,
    profits: Vec<i64>,
}

/// Why an arc cannot be part of a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NetworkError {
    /// An end of the arc is not one of the network's nodes.
    UnknownNode(u32),
    /// The arc leads from a node to itself.
    Loop(u32),
    /// The capacity is below zero.
    NegativeCapacity(i64),
    /// The network has as many arcs as can be numbered.
    TooManyArcs,
}

impl fmt::Display for NetworkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownNode(node) => write!(f, "arc at node {node}, which the network does not have"),
            Self::Loop(node) => write!(f, "arc from node {node} to itself"),
            Self::NegativeCapacity(capacity) => write!(f, "arc with the negative capacity {capacity}"),
            Self::TooManyArcs => write!(f, "more than {} arcs", Network::MAX_ARCS),
        }
    }
}

impl std::error::Error for NetworkError {}

impl Network {
    /// Arcs beyond this could not be numbered, forwards and backwards, in 32 bits.
    pub const MAX_ARCS: usize = (u32::MAX / 4) as usize;

    /// A network with nodes and no arcs yet.
    #[must_use]
    pub fn new(node_count: u32) -> Self {
        Self { node_count, ..Self::default() }
    }

    /// A network with nodes and room for arcs.
    #[must_use]
    pub fn with_capacity(node_count: u32, arc_count: usize) -> Self {
        Self {
            node_count,
            tails: Vec::with_capacity(arc_count),
            heads: Vec::with_capacity(arc_count),
            capacities: Vec::with_capacity(arc_count),
            profits: Vec::with_capacity(arc_count),
        }
    }

    /// Adds an arc and gives its number.
    ///
    /// # Errors
    /// An end that is no node, a loop, a negative capacity, or one arc too many.
    pub fn push(&mut self, tail: u32, head: u32, capacity: i64, profit: i64) -> Result<usize, NetworkError> {
        if let Some(stranger) = [tail, head].into_iter().find(|&node| node >= self.node_count) {
            return Err(NetworkError::UnknownNode(stranger));
        }
        if tail == head {
            return Err(NetworkError::Loop(tail));
        }
        if capacity < 0 {
            return Err(NetworkError::NegativeCapacity(capacity));
        }
        if self.tails.len() >= Self::MAX_ARCS {
            return Err(NetworkError::TooManyArcs);
        }
        self.tails.push(tail);
        self.heads.push(head);
        self.capacities.push(capacity);
        self.profits.push(profit);
        Ok(self.tails.len() - 1)
    }

    /// How many nodes there are.
    #[must_use]
    pub fn node_count(&self) -> u32 {
        self.node_count
    }

    /// How many arcs there are.
    #[must_use]
    pub fn arc_count(&self) -> usize {
        self.tails.len()
    }

    /// Where each arc starts: the debtor's side.
    #[must_use]
    pub fn tails(&self) -> &[u32] {
        &self.tails
    }

    /// Where each arc ends: the creditor's side.
    #[must_use]
    pub fn heads(&self) -> &[u32] {
        &self.heads
    }

    /// The most that each arc can carry, never negative.
    #[must_use]
    pub fn capacities(&self) -> &[i64] {
        &self.capacities
    }

    /// What one unit on each arc is worth; negative where it costs.
    #[must_use]
    pub fn profits(&self) -> &[i64] {
        &self.profits
    }

    /// Changes what an arc can carry; an arc of capacity 0 is as good as absent.
    ///
    /// # Panics
    /// When the arc is unknown or the capacity negative.
    pub fn set_capacity(&mut self, arc: usize, capacity: i64) {
        assert!(capacity >= 0, "capacity {capacity} of arc {arc} is negative");
        self.capacities[arc] = capacity;
    }

    /// Changes what a unit on an arc is worth.
    ///
    /// # Panics
    /// When the arc is unknown.
    pub fn set_profit(&mut self, arc: usize, profit: i64) {
        self.profits[arc] = profit;
    }
}

/// A solved network: what flows, and the node prices that prove that no circulation is worth more.
///
/// The proof (linear programming duality): a circulation enters each node as often as it leaves it, so prices cancel,
/// and Σ profit · flow = Σ (profit − price of tail + price of head) · flow ≤ Σ capacity · max(0, profit − price of
/// tail + price of head). Where both sides are equal, the circulation is an optimum.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Circulation {
    /// Units on each arc, in the order of the network's arcs.
    pub flow: Vec<i64>,
    /// Price of each node.
    pub prices: Vec<i64>,
}

/// What is wrong with a circulation or with its proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlacknessError {
    /// There are not as many flows as arcs or not as many prices as nodes.
    Shape,
    /// The flow on this arc is below zero or above its capacity.
    OutOfBounds {
        /// The arc's number.
        arc: usize,
    },
    /// More enters this node than leaves it, or less.
    NotConserved {
        /// The node's number.
        node: usize,
    },
    /// The prices allow more value than the flow has.
    NotProved {
        /// Σ profit · flow.
        value: i128,
        /// What the prices prove: no circulation is worth more.
        bound: i128,
    },
    /// A sum left 128 bits.
    Overflow,
}

impl fmt::Display for SlacknessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shape => write!(f, "flows or prices do not fit the network"),
            Self::OutOfBounds { arc } => write!(f, "the flow on arc {arc} is outside its capacity"),
            Self::NotConserved { node } => write!(f, "what enters node {node} is not what leaves it"),
            Self::NotProved { value, bound } => write!(f, "value {value} is below the proved bound {bound}"),
            Self::Overflow => write!(f, "a sum left 128 bits"),
        }
    }
}

impl std::error::Error for SlacknessError {}

impl Circulation {
    /// Nothing flows and nothing has a price.
    #[must_use]
    pub fn zero(network: &Network) -> Self {
        Self { flow: vec![0; network.arc_count()], prices: vec![0; network.node_count() as usize] }
    }

    /// Σ profit · flow.
    ///
    /// # Panics
    /// When there are not as many flows as arcs, or the sum leaves 128 bits.
    #[must_use]
    pub fn value(&self, network: &Network) -> i128 {
        assert_eq!(self.flow.len(), network.arc_count(), "flows and arcs");
        let products = self.flow.iter().zip(network.profits()).map(|(&flow, &profit)| product(flow, profit));
        products.fold(0i128, |sum, term| sum.checked_add(term).expect("a value within 128 bits"))
    }

    /// What the prices prove: Σ capacity · max(0, profit − price of tail + price of head). Any prices prove something.
    ///
    /// # Errors
    /// [`SlacknessError::Shape`] when there are not as many prices as nodes, [`SlacknessError::Overflow`] when the sum
    /// leaves 128 bits.
    pub fn bound(&self, network: &Network) -> Result<i128, SlacknessError> {
        bound_of(network, &self.prices)
    }

    /// Is this a circulation, and do its prices prove that it is an optimum? Gives its value.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn check(&self, network: &Network) -> Result<i128, SlacknessError> {
        if self.flow.len() != network.arc_count() {
            return Err(SlacknessError::Shape);
        }
        let mut surplus = vec![0i128; network.node_count() as usize];
        for (arc, (&flow, &capacity)) in self.flow.iter().zip(network.capacities()).enumerate() {
            if !(0..=capacity).contains(&flow) {
                return Err(SlacknessError::OutOfBounds { arc });
            }
            surplus[network.tails()[arc] as usize] -= i128::from(flow);
            surplus[network.heads()[arc] as usize] += i128::from(flow);
        }
        if let Some(node) = surplus.iter().position(|&left| left != 0) {
            return Err(SlacknessError::NotConserved { node });
        }
        let (value, bound) = (self.value(network), self.bound(network)?);
        if value == bound { Ok(value) } else { Err(SlacknessError::NotProved { value, bound }) }
    }
}

fn product(flow: i64, profit: i64) -> i128 {
    i128::from(flow) * i128::from(profit)
}

/// What `prices` prove about every circulation of `network`; see [`Circulation::bound`].
fn bound_of(network: &Network, prices: &[i64]) -> Result<i128, SlacknessError> {
    if prices.len() != network.node_count() as usize {
        return Err(SlacknessError::Shape);
    }
    let mut bound = 0i128;
    for arc in 0..network.arc_count() {
        let (tail, head) = (network.tails()[arc] as usize, network.heads()[arc] as usize);
        let reduced = i128::from(network.profits()[arc]) - i128::from(prices[tail]) + i128::from(prices[head]);
        if reduced > 0 {
            let term = reduced.checked_mul(i128::from(network.capacities()[arc])).ok_or(SlacknessError::Overflow)?;
            bound = bound.checked_add(term).ok_or(SlacknessError::Overflow)?;
        }
    }
    Ok(bound)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A debt of 10 each way round a triangle, one of them also owed the other way: pairs first would give 20.
    fn triangle() -> Network {
        let mut network = Network::new(3);
        for (tail, head) in [(0, 1), (1, 2), (2, 0), (1, 0)] {
            network.push(tail, head, 10, 1).expect("an arc between two of three nodes");
        }
        network
    }

    #[test]
    fn prices_prove_the_optimum_and_no_other_flow() {
        let network = triangle();
        let optimum = Circulation { flow: vec![10, 10, 10, 0], prices: vec![-1, 0, 0] };
        assert_eq!(optimum.check(&network), Ok(30));
        let pair = Circulation { flow: vec![10, 0, 0, 10], prices: vec![-1, 0, 0] };
        assert_eq!(pair.check(&network), Err(SlacknessError::NotProved { value: 20, bound: 30 }));
        let leak = Circulation { flow: vec![10, 10, 9, 0], prices: vec![-1, 0, 0] };
        assert_eq!(leak.check(&network), Err(SlacknessError::NotConserved { node: 0 }));
        let too_much = Circulation { flow: vec![11, 11, 11, 0], prices: vec![-1, 0, 0] };
        assert_eq!(too_much.check(&network), Err(SlacknessError::OutOfBounds { arc: 0 }));
        let short = Circulation { flow: vec![0; 4], prices: vec![0; 2] };
        assert_eq!(short.check(&network), Err(SlacknessError::Shape));
    }

    #[test]
    fn any_prices_prove_a_bound() {
        let network = triangle();
        for prices in [[0, 0, 0], [5, -3, 2], [i64::MAX, i64::MIN, 0]] {
            let bound = Circulation { flow: vec![0; 4], prices: prices.to_vec() }.bound(&network);
            assert!(bound.expect("within 128 bits") >= 30, "{prices:?}");
        }
    }

    #[test]
    fn arcs_that_make_no_sense_are_refused() {
        let mut network = Network::new(2);
        assert_eq!(network.push(0, 2, 1, 1), Err(NetworkError::UnknownNode(2)));
        assert_eq!(network.push(1, 1, 1, 1), Err(NetworkError::Loop(1)));
        assert_eq!(network.push(0, 1, -1, 1), Err(NetworkError::NegativeCapacity(-1)));
        assert_eq!(network.arc_count(), 0);
    }
}
