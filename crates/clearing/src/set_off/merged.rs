//! Parallel debts of one class as one arc, and back: what is set off of an arc goes to its debts, the oldest first.

use super::{PARTICIPANT_MAX_MINOR, SetOffError};
use certify::set_off::{CLASS_MAX, Instance, Proposal};

/// What a unit through an arc is worth on a level.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// Debts of the class of this rank: 1 from the level of that rank on.
    Debts { rank: u8 },
    /// Injected: minus the price of liquidity; on the last level minus 1.
    Injected,
    /// Returned: 0.
    Returned,
}

/// The network of an instance: arcs in the order of debtor, creditor and class, then injections, then returns. It does
/// not depend on the order of the obligations.
pub(super) struct Merged {
    /// Participants, and the source of liquidity as the last node.
    pub node_count: usize,
    pub tails: Vec<u32>,
    pub heads: Vec<u32>,
    /// As the checker has them, but for returns: these have no limit of their own, and no more can come back to a
    /// participant than comes to it.
    pub capacities: Vec<i64>,
    kinds: Vec<Kind>,
    /// Where the members of each arc of debts begin; one more at the end.
    first_members: Vec<u32>,
    /// Obligations by arc, in their order.
    members: Vec<u32>,
    class_count: usize,
    pub level_count: usize,
    price_of_liquidity: i64,
}

fn index(value: usize) -> u32 {
    u32::try_from(value).expect("bug: obligations and participants were counted")
}

impl Merged {
    pub fn of(instance: &Instance) -> Result<Merged, SetOffError> {
        let classes = instance.classes();
        let node_count = instance.participants as usize + 1;
        let means = means(instance, node_count)?;
        let mut merged = Merged {
            node_count,
            tails: Vec::new(),
            heads: Vec::new(),
            capacities: Vec::new(),
            kinds: Vec::new(),
            first_members: Vec::new(),
            members: Vec::new(),
            class_count: classes.len(),
            level_count: instance.level_count(),
            price_of_liquidity: instance.price_of_liquidity,
        };
        let mut ranks = [0_u8; CLASS_MAX as usize + 1];
        for (rank, &class) in (0_u8..).zip(&classes) {
            ranks[usize::from(class)] = rank;
        }
        merged.add_debts(instance, &ranks);
        merged.add_liquidity(instance, &means);
        Ok(merged)
    }

    fn add_debts(&mut self, instance: &Instance, ranks: &[u8; CLASS_MAX as usize + 1]) {
        let (mut members, ends) = by_debtor(instance, self.node_count - 1);
        let mut from = 0;
        for (debtor, &until) in (0_u32..).zip(&ends) {
            let of_debtor = &mut members[from..until as usize];
            let key = |member: u32| {
                let obligation = &instance.obligations[member as usize];
                (obligation.creditor, ranks[usize::from(obligation.class)])
            };
            of_debtor.sort_unstable_by_key(|&member| (key(member), member));
            let mut last = None;
            for (place, &member) in (from..).zip(of_debtor.iter()) {
                let (creditor, rank) = key(member);
                if last != Some((creditor, rank)) {
                    last = Some((creditor, rank));
                    self.first_members.push(index(place));
                    self.push(debtor, creditor, 0, Kind::Debts { rank });
                }
                *self.capacities.last_mut().expect("an arc") += instance.obligations[member as usize].amount;
            }
            from = until as usize;
        }
        self.first_members.push(index(members.len()));
        self.members = members;
    }

    fn add_liquidity(&mut self, instance: &Instance, means: &[i64]) {
        let source = instance.participants;
        if instance.liquidity.iter().all(|&amount| amount == 0) {
            return;
        }
        for (participant, &amount) in (0_u32..).zip(&instance.liquidity).filter(|&(_, &amount)| amount > 0) {
            self.push(source, participant, amount, Kind::Injected);
        }
        for (participant, &most) in (0..source).zip(means) {
            self.push(participant, source, most, Kind::Returned);
        }
    }

    fn push(&mut self, tail: u32, head: u32, capacity: i64, kind: Kind) {
        self.tails.push(tail);
        self.heads.push(head);
        self.capacities.push(capacity);
        self.kinds.push(kind);
    }

    pub fn arc_count(&self) -> usize {
        self.tails.len()
    }

    /// Arcs of returns.
    pub fn returns(&self) -> impl Iterator<Item = usize> {
        (self.first_members.len() - 1..self.arc_count()).filter(|&arc| self.kinds[arc] == Kind::Returned)
    }

    /// What a unit through an arc is worth on a level.
    #[inline]
    pub fn profit(&self, arc: usize, level: usize) -> i64 {
        match self.kinds[arc] {
            Kind::Debts { rank } => i64::from(level >= usize::from(rank) && level < self.class_count),
            Kind::Injected if level < self.class_count => -self.price_of_liquidity,
            Kind::Injected => -1,
            Kind::Returned => 0,
        }
    }

    /// Arcs of debts, with their members in legal order.
    pub fn arcs_of_debts(&self) -> impl Iterator<Item = (usize, &[u32])> {
        self.first_members
            .windows(2)
            .enumerate()
            .map(|(arc, ends)| (arc, &self.members[ends[0] as usize..ends[1] as usize]))
    }

    /// What is set off of each obligation; dropped ones get nothing.
    pub fn split(&self, instance: &Instance, flow: &[i64], dropped: &[bool]) -> Proposal {
        let mut set_off = vec![0; instance.obligations.len()];
        for (arc, members) in self.arcs_of_debts() {
            let mut left = flow[arc];
            for &member in members {
                if left == 0 {
                    break;
                }
                if dropped.get(member as usize).is_some_and(|&is_dropped| is_dropped) {
                    continue;
                }
                let amount = left.min(instance.obligations[member as usize].amount);
                set_off[member as usize] = amount;
                left -= amount;
            }
            assert_eq!(left, 0, "bug: more is set off of arc {arc} than is owed");
        }
        let mut injected = vec![0; instance.liquidity.len()];
        let mut returned = injected.clone();
        for arc in self.first_members.len() - 1..self.arc_count() {
            match self.kinds[arc] {
                Kind::Injected => injected[self.heads[arc] as usize] = flow[arc],
                _ => returned[self.tails[arc] as usize] = flow[arc],
            }
        }
        Proposal { set_off, injected, returned }
    }
}

/// Obligations by debtor, in their order, and where those of each debtor end.
fn by_debtor(instance: &Instance, participants: usize) -> (Vec<u32>, Vec<u32>) {
    let mut places = vec![0_u32; participants];
    instance.obligations.iter().for_each(|obligation| places[obligation.debtor as usize] += 1);
    let mut before = 0;
    for place in &mut places {
        before += std::mem::replace(place, before);
    }
    let mut members = vec![0_u32; instance.obligations.len()];
    for (member, obligation) in (0_u32..).zip(&instance.obligations) {
        let place = &mut places[obligation.debtor as usize];
        members[*place as usize] = member;
        *place += 1;
    }
    (members, places)
}

/// What can come to each participant: its claims and its liquidity. Checks that everything that is added up later fits, with
/// room to spare.
fn means(instance: &Instance, node_count: usize) -> Result<Vec<i64>, SetOffError> {
    let (mut debts, mut means) = (vec![0_i128; node_count], vec![0_i128; node_count - 1]);
    for obligation in &instance.obligations {
        debts[obligation.debtor as usize] += i128::from(obligation.amount);
        means[obligation.creditor as usize] += i128::from(obligation.amount);
    }
    for (participant, &amount) in instance.liquidity.iter().enumerate() {
        means[participant] += i128::from(amount);
    }
    if instance.liquidity.iter().any(|&amount| amount > 0) {
        debts[node_count - 1] = means.iter().sum();
    }
    let totals = debts.iter().zip(means.iter().chain([&0])).map(|(debts, means)| debts + means);
    match totals.enumerate().find(|&(_, total)| total > PARTICIPANT_MAX_MINOR.into()) {
        Some((participant, total_minor)) => Err(SetOffError::TooLarge { participant, total_minor }),
        None => Ok(means.iter().map(|&means| i64::try_from(means).expect("bug: it was checked")).collect()),
    }
}
