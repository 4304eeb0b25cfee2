//! Set-off the slow way: every answer tried, and certificates made by cancelling cycles.

use crate::chance::Chance;
use certify::Claim;
use certify::set_off::{Certificate, Instance, Level, MinimumPart, Obligation, Proposal};

/// A small problem.
pub fn draw(chance: &mut Chance) -> Instance {
    let participants = 2 + chance.index(4);
    let count = chance.below(7);
    let classes = 1 + chance.below(3);
    let obligations: Vec<Obligation> = (0..count)
        .map(|_| {
            let debtor = chance.index(participants as usize);
            let creditor = (debtor + 1 + chance.index(participants as usize - 1)) % participants;
            let class = u8::try_from(chance.below(classes) * 7).expect("small");
            Obligation { debtor, creditor, amount: chance.amount(1, 3), class }
        })
        .collect();
    let liquidity =
        if chance.once_in(2) { (0..participants).map(|_| chance.amount(0, 2)).collect() } else { Vec::new() };
    let minimum_parts = if chance.once_in(3) { draw_minimum_parts(chance, &obligations) } else { Vec::new() };
    Instance { participants, obligations, minimum_parts, liquidity, price_of_liquidity: chance.amount(0, 2) }
}

fn draw_minimum_parts(chance: &mut Chance, obligations: &[Obligation]) -> Vec<MinimumPart> {
    let mut drawn = Vec::new();
    for (obligation, index) in obligations.iter().zip(0..) {
        if chance.once_in(2) {
            drawn.push(MinimumPart { obligation: index, amount: chance.amount(1, obligation.amount) });
        }
    }
    drawn
}

/// The value of an answer on every level, as the documentation defines it; `None` if it is no answer. Injects what is
/// needed and no more, which no level likes less.
fn values(instance: &Instance, set_off: &[i64]) -> Option<Vec<i128>> {
    let mut net = vec![0; instance.participants as usize];
    for (obligation, amount) in instance.obligations.iter().zip(set_off) {
        net[obligation.debtor as usize] -= amount;
        net[obligation.creditor as usize] += amount;
    }
    let keeps_minimum = |part: &MinimumPart| {
        let amount = set_off[part.obligation as usize];
        amount == 0 || amount >= part.amount
    };
    let injected: Vec<i64> = net.iter().map(|net: &i64| (-net).max(0)).collect();
    let may = |participant: usize| instance.liquidity.get(participant).copied().unwrap_or(0);
    if !instance.minimum_parts.iter().all(keeps_minimum) || (0..net.len()).any(|index| injected[index] > may(index)) {
        return None;
    }
    let injected = i128::from(injected.iter().sum::<i64>());
    let mut values: Vec<i128> = Vec::new();
    for class in instance.classes() {
        let up_to = instance.obligations.iter().zip(set_off).filter(|(obligation, _)| obligation.class <= class);
        values.push(
            up_to.map(|(_, amount)| i128::from(*amount)).sum::<i128>()
                - i128::from(instance.price_of_liquidity) * injected,
        );
    }
    if !instance.liquidity.is_empty() {
        values.push(-injected);
    }
    Some(values)
}

/// The best values, level by level, of all answers.
pub fn best(instance: &Instance) -> Vec<i128> {
    let mut best = values(instance, &vec![0; instance.obligations.len()]).expect("nothing is an answer");
    let mut set_off = vec![0; instance.obligations.len()];
    loop {
        let Some(place) = (0..set_off.len()).find(|place| set_off[*place] < instance.obligations[*place].amount) else {
            return best;
        };
        set_off[place] += 1;
        set_off[..place].fill(0);
        if let Some(values) = values(instance, &set_off) {
            best = best.max(values);
        }
    }
}

struct Arc {
    tail: usize,
    head: usize,
    capacity: i64,
    flow: i64,
    profits: Vec<i64>,
    /// On the levels to come: it keeps the flow that it has.
    is_fixed: bool,
}

/// An answer with its certificate.
pub fn solve(instance: &Instance) -> (Proposal, Certificate) {
    let mut dropped = Vec::new();
    loop {
        let (set_off, injected, returned, levels) = solve_levels(instance, &dropped);
        let short = instance.minimum_parts.iter().find(|part| {
            let amount = set_off[part.obligation as usize];
            amount != 0 && amount < part.amount
        });
        if let Some(part) = short {
            dropped.push(part.obligation);
            dropped.sort_unstable();
            continue;
        }
        let mut relaxation = if dropped.is_empty() { Vec::new() } else { solve_levels(instance, &[]).3 };
        // Bounds of the whole problem stand beside the values of this answer; beyond the first that is not reached no arc is
        // fixed, so the prices found on a narrower network prove something weaker. The checker says what.
        let answer = values(instance, &set_off).expect("an answer");
        relaxation.iter_mut().zip(&answer).for_each(|(level, value)| level.claim.value = *value);
        let liquid = !instance.liquidity.is_empty();
        let of = |amounts: Vec<i64>| if liquid { amounts } else { Vec::new() };
        let proposal = Proposal { set_off, injected: of(injected), returned: of(returned) };
        return (proposal, Certificate { levels, dropped, relaxation });
    }
}

type Solved = (Vec<i64>, Vec<i64>, Vec<i64>, Vec<Level>);

fn solve_levels(instance: &Instance, dropped: &[u32]) -> Solved {
    let mut arcs = network(instance, dropped);
    let nodes = instance.participants as usize + 1;
    let mut levels = Vec::new();
    for level in 0..instance.level_count() {
        while let Some(cycle) = better_cycle(&arcs, nodes, level).err() {
            let room = |(arc, forward): &(usize, bool)| {
                let arc: &Arc = &arcs[*arc];
                if *forward { arc.capacity - arc.flow } else { arc.flow }
            };
            let most = cycle.iter().map(room).min().expect("a cycle has arcs");
            cycle.iter().for_each(|(arc, forward)| arcs[*arc].flow += if *forward { most } else { -most });
        }
        let prices = better_cycle(&arcs, nodes, level).expect("no better cycle is left");
        let value = arcs.iter().map(|arc| i128::from(arc.profits[level]) * i128::from(arc.flow)).sum();
        for arc in &mut arcs {
            arc.is_fixed |= arc.profits[level] - prices[arc.tail] + prices[arc.head] != 0;
        }
        levels.push(Level { claim: Claim { value, upper_bound: value }, scale: 1, prices });
    }
    oldest_first(instance, dropped, &mut arcs);
    let count = instance.obligations.len();
    let flows = |from: usize, step: usize| arcs[from..].iter().step_by(step).map(|arc| arc.flow).collect::<Vec<_>>();
    (arcs[..count].iter().map(|arc| arc.flow).collect(), flows(count, 2), flows((count + 1).min(arcs.len()), 2), levels)
}

fn network(instance: &Instance, dropped: &[u32]) -> Vec<Arc> {
    let classes = instance.classes();
    let levels = instance.level_count();
    let mut arcs = Vec::new();
    for (obligation, index) in instance.obligations.iter().zip(0_u32..) {
        let counts = |level: usize| i64::from(classes.get(level).is_some_and(|class| obligation.class <= *class));
        let is_dropped = dropped.contains(&index);
        arcs.push(Arc {
            tail: obligation.debtor as usize,
            head: obligation.creditor as usize,
            capacity: if is_dropped { 0 } else { obligation.amount },
            flow: 0,
            profits: (0..levels).map(counts).collect(),
            is_fixed: is_dropped,
        });
    }
    let source = instance.participants as usize;
    let all: i64 = instance.liquidity.iter().sum();
    for (participant, liquidity) in instance.liquidity.iter().enumerate() {
        let price = |level: usize| if level < classes.len() { -instance.price_of_liquidity } else { -1 };
        let profits = (0..levels).map(price).collect();
        arcs.push(Arc { tail: source, head: participant, capacity: *liquidity, flow: 0, profits, is_fixed: false });
        let profits = vec![0; levels];
        arcs.push(Arc { tail: participant, head: source, capacity: all, flow: 0, profits, is_fixed: false });
    }
    arcs
}

/// Prices of the nodes if the flow is the best (Bellman and Ford), else a cycle along which it can be bettered.
fn better_cycle(arcs: &[Arc], nodes: usize, level: usize) -> Result<Vec<i64>, Vec<(usize, bool)>> {
    let mut price = vec![0; nodes];
    let mut by = vec![None; nodes];
    for round in 0..=nodes {
        let mut changed = None;
        for (index, arc) in arcs.iter().enumerate().filter(|(_, arc)| !arc.is_fixed) {
            let steps = [
                (arc.flow < arc.capacity, arc.tail, arc.head, -arc.profits[level], true),
                (arc.flow > 0, arc.head, arc.tail, arc.profits[level], false),
            ];
            for (open, from, to, cost, forward) in steps {
                if open && price[from] + cost < price[to] {
                    price[to] = price[from] + cost;
                    by[to] = Some((index, forward, from));
                    changed = Some(to);
                }
            }
        }
        match changed {
            None => return Ok(price),
            Some(node) if round == nodes => return Err(cycle_through(&by, node)),
            Some(_) => {}
        }
    }
    unreachable!("the last round returns")
}

fn cycle_through(by: &[Option<(usize, bool, usize)>], mut node: usize) -> Vec<(usize, bool)> {
    for _ in 0..by.len() {
        node = by[node].expect("a node that was bettered").2;
    }
    let (first, mut cycle) = (node, Vec::new());
    loop {
        let (arc, forward, from) = by[node].expect("a node of a cycle");
        cycle.push((arc, forward));
        node = from;
        if node == first {
            return cycle;
        }
    }
}

/// Brings what is set off among parallel obligations into their legal order.
fn oldest_first(instance: &Instance, dropped: &[u32], arcs: &mut [Arc]) {
    let key = |index: usize| {
        let obligation = &instance.obligations[index];
        (obligation.debtor, obligation.creditor, obligation.class)
    };
    for index in 0..instance.obligations.len() {
        let parallel: Vec<usize> =
            (index..instance.obligations.len()).filter(|other| key(*other) == key(index)).collect();
        let mut left: i64 = parallel.iter().map(|other| arcs[*other].flow).sum();
        for other in parallel {
            let is_dropped = dropped.iter().any(|dropped| *dropped as usize == other);
            arcs[other].flow = if is_dropped { 0 } else { left.min(arcs[other].capacity) };
            left -= arcs[other].flow;
        }
    }
}
