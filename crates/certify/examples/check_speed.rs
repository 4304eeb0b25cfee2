//! What the checks cost: nanoseconds per obligation or payment, on one core. Generated with a fixed seed.
//!
//! `cargo run --release -p certify --example check_speed`
#![expect(clippy::disallowed_types, clippy::disallowed_methods, reason = "a measurement needs a clock")]
#![expect(clippy::print_stdout, reason = "its output is its purpose")]

use certify::queue::{
    Account, BilateralLimit, Case, Currency, Level as QueueLevel, MultilateralLimit, Multipliers, Order, Payment,
};
use certify::set_off::{Level, Obligation};
use certify::{Claim, Refused, queue, set_off};
use std::time::Instant;

const ROUNDS: usize = 15;

/// Numbers that look random and are the same on every run (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }

    fn index(&mut self, bound: u32) -> u32 {
        u32::try_from(self.below(bound.into())).unwrap_or_default()
    }

    fn amount(&mut self) -> i64 {
        1 + i64::try_from(self.below(1_000_000)).unwrap_or_default()
    }
}

/// Rings of four, of which so much is set off that each comes round; prices that prove a bound, not a good one.
fn set_off_of(
    participants: u32,
    obligations: usize,
    classes: u64,
) -> (set_off::Instance, set_off::Proposal, set_off::Certificate) {
    let mut numbers = Numbers(2_008);
    let (mut owed, mut set_off) = (Vec::new(), Vec::new());
    while owed.len() < obligations {
        let mut ring: Vec<u32> = (0..4).map(|_| numbers.index(participants)).collect();
        ring.sort_unstable();
        ring.dedup();
        let flow = numbers.amount();
        for place in 0..ring.len().min(obligations - owed.len()) {
            let (debtor, creditor) = (ring[place], ring[(place + 1) % ring.len()]);
            let class = u8::try_from(numbers.below(classes)).unwrap_or_default();
            let whole = ring.len() > 1 && owed.len() + ring.len() - place <= obligations;
            if debtor != creditor {
                owed.push(Obligation { debtor, creditor, amount: flow + numbers.amount(), class });
                set_off.push(if whole { flow } else { 0 });
            }
        }
    }
    oldest_first(&owed, &mut set_off);
    let instance = set_off::Instance { participants, obligations: owed, ..set_off::Instance::default() };
    let proposal = set_off::Proposal { set_off, ..set_off::Proposal::default() };
    let prices: Vec<i64> = (0..=participants).map(|_| -i64::from(numbers.index(5))).collect();
    let level = Level { claim: Claim::default(), scale: 1, prices };
    let levels = vec![level; instance.level_count()];
    let mut certificate = set_off::Certificate { levels, ..set_off::Certificate::default() };
    while let Err(refused) = set_off::check(&instance, proposal.clone(), &certificate) {
        match refused {
            Refused::Value { level, found, .. } => certificate.levels[level].claim.value = found,
            Refused::Bound { level, found, .. } => certificate.levels[level].claim.upper_bound = found,
            other => panic!("the example is wrong: {other}"),
        }
    }
    (instance, proposal, certificate)
}

/// Brings what is set off among parallel obligations into their legal order.
fn oldest_first(owed: &[Obligation], set_off: &mut [i64]) {
    let key = |index: &usize| (owed[*index].debtor, owed[*index].creditor, owed[*index].class);
    let mut indexes: Vec<usize> = (0..owed.len()).collect();
    indexes.sort_by_key(key);
    for parallel in indexes.chunk_by(|one, other| key(one) == key(other)) {
        let mut left: i64 = parallel.iter().map(|index| set_off[*index]).sum();
        for index in parallel {
            set_off[*index] = left.min(owed[*index].amount);
            left -= set_off[*index];
        }
    }
}

/// A queue of members that hold little, with limits; a third of it is out of the FIFO-maximal set, whose trace is checked.
fn queue_of(members: u32, payments: usize, classes: u64) -> (queue::Instance, queue::Proposal, queue::Certificate) {
    let mut numbers = Numbers(2_008);
    let pay = |numbers: &mut Numbers| {
        let (payer, next) = (numbers.index(members), 1 + numbers.index(members - 1));
        let class = u8::try_from(numbers.below(classes)).unwrap_or_default();
        Payment { payer, payee: (payer + next) % members, amount: numbers.amount(), class }
    };
    let account = |index| Account {
        participant: index,
        currency: 0,
        queue: index,
        opening_balance: 5_000_000,
        credit_line: 0,
        ceiling: None,
    };
    let limit = |of: u32| BilateralLimit { of, towards: (of + 1) % members, amount: 50_000_000 };
    let instance = queue::Instance {
        currencies: vec![Currency { unit_value: 1, haircut: 0 }],
        unit_denominator: 1,
        accounts: (0..members).map(account).collect(),
        payments: (0..payments).map(|_| pay(&mut numbers)).collect(),
        bundles: Vec::new(),
        reservations: Vec::new(),
        bilateral_limits: (0..members).map(limit).collect(),
        multilateral_limits: (0..members).map(|of| MultilateralLimit { of, amount: 100_000_000 }).collect(),
        group_limits: Vec::new(),
        valuations: Vec::new(),
        order: Order::Bypass { strict_classes: 0 },
        guard: true,
    };
    let removals = removals_of(&instance);
    let mut settles = vec![true; payments];
    removals.iter().for_each(|payment| settles[*payment as usize] = false);
    let settled = (0..).zip(&settles).filter(|(_, settles)| **settles).map(|(payment, _)| payment).collect();
    let floors = (0..members).map(|_| i64::from(numbers.index(2))).collect();
    let multipliers = vec![Multipliers { floors, ..Multipliers::zero() }];
    let level = QueueLevel { claim: Claim::default(), multipliers, cases: vec![Case::Leaf { multipliers: 0 }] };
    let levels = vec![level; instance.classes().len()];
    let mut certificate = queue::Certificate { fifo_removals: Some(removals), unfundable: Vec::new(), levels };
    let proposal = queue::Proposal { settled };
    while let Err(refused) = queue::check(&instance, proposal.clone(), &certificate) {
        match refused {
            Refused::Value { level, found, .. } => certificate.levels[level].claim.value = found,
            Refused::Bound { level, found, .. } => certificate.levels[level].claim.upper_bound = found,
            other => panic!("the example is wrong: {other}"),
        }
    }
    (instance, proposal, certificate)
}

/// Takes out the last payment of whoever is short or beyond a limit, until nobody is.
fn removals_of(instance: &queue::Instance) -> Vec<u32> {
    let members = instance.accounts.len();
    let mut pairs = vec![vec![0_i64; members]; members];
    let mut queues: Vec<Vec<u32>> = vec![Vec::new(); members];
    for (payment, index) in instance.payments.iter().zip(0..) {
        pairs[payment.payer as usize][payment.payee as usize] += payment.amount;
        queues[payment.payer as usize].push(index);
    }
    queues.iter_mut().for_each(|queue| queue.sort_by_key(|index| instance.payments[*index as usize].class));
    let mut removals = Vec::new();
    let exceeds = |pairs: &[Vec<i64>], payer: usize| {
        let net = |payee: usize| pairs[payer][payee] - pairs[payee][payer];
        let towards = (payer + 1) % members;
        let all: i64 = (0..members).map(net).sum();
        all > 5_000_000 || net(towards) > 50_000_000 || all - net(towards) > 100_000_000
    };
    while let Some(payer) = (0..members).find(|payer| exceeds(&pairs, *payer)) {
        let last = queues[payer].pop().expect("a payment");
        pairs[payer][instance.payments[last as usize].payee as usize] -= instance.payments[last as usize].amount;
        removals.push(last);
    }
    removals
}

/// The median of some rounds.
fn nanoseconds(mut round: impl FnMut()) -> u128 {
    let mut rounds: Vec<u128> = (0..ROUNDS)
        .map(|_| {
            let started = Instant::now();
            round();
            started.elapsed().as_nanos()
        })
        .collect();
    rounds.sort_unstable();
    rounds[ROUNDS / 2]
}

fn tell(what: &str, items: usize, nanoseconds: u128) {
    let each = nanoseconds / items as u128;
    println!("{what:<44} {:>12.3} ms {each:>6} ns each", nanoseconds as f64 / 1e6);
}

fn main() {
    println!("set-off: participants, obligations, classes");
    for (participants, obligations, classes) in
        [(33, 1_000, 1), (1_000, 20_000, 1), (10_000, 200_000, 1), (100_000, 1_000_000, 1), (100_000, 1_000_000, 3)]
    {
        let (instance, proposal, certificate) = set_off_of(participants, obligations, classes);
        let spent = nanoseconds(|| {
            let verified = set_off::check(&instance, proposal.clone(), &certificate);
            assert!(verified.is_ok());
        });
        tell(&format!("{participants:>8} {obligations:>10} {classes:>3}"), obligations, spent);
    }
    println!("queue: members, payments, classes");
    for (members, payments, classes) in
        [(33, 1_000, 1), (33, 10_000, 1), (33, 100_000, 1), (33, 1_000_000, 1), (33, 1_000_000, 3)]
    {
        let (instance, proposal, certificate) = queue_of(members, payments, classes);
        let held = payments - proposal.settled.len();
        let spent = nanoseconds(|| {
            let verified = queue::check(&instance, proposal.clone(), &certificate);
            assert!(verified.is_ok());
        });
        tell(&format!("{members:>8} {payments:>10} {classes:>3}  ({held} out)"), payments, spent);
    }
}
