//! Instances in few words, answers through the checker, and the slow way to the right answer.

use certify::queue::{Account, BilateralLimit, Currency, Instance, MultilateralLimit, Order, Payment};
use clearing::queue::{Options, Solution, solve};

/// Numbers that are the same in every run.
pub struct Numbers(pub u64);

impl Numbers {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to `below` − 1.
    pub fn below(&mut self, below: u64) -> u64 {
        self.next() % below
    }

    pub fn amount(&mut self, most: u64) -> i64 {
        i64::try_from(1 + self.below(most)).expect("small")
    }

    /// One in `of`.
    pub fn one_in(&mut self, of: u64) -> bool {
        self.below(of) == 0
    }

    pub fn index(&mut self, below: usize) -> u32 {
        u32::try_from(self.below(below as u64)).expect("small")
    }
}

pub fn account(index: u32, opening_balance: i64) -> Account {
    Account { participant: index, currency: 0, queue: index, opening_balance, credit_line: 0, ceiling: None }
}

/// A queue in one currency in which everything may pass everything.
pub fn plain(balances: &[i64], payments: &[(u32, u32, i64)]) -> Instance {
    Instance {
        currencies: vec![Currency { unit_value: 1, haircut: 0 }],
        unit_denominator: 1,
        accounts: (0u32..).zip(balances).map(|(index, &balance)| account(index, balance)).collect(),
        payments: payments.iter().map(|&(payer, payee, amount)| Payment { payer, payee, amount, class: 0 }).collect(),
        bundles: Vec::new(),
        reservations: Vec::new(),
        bilateral_limits: Vec::new(),
        multilateral_limits: Vec::new(),
        group_limits: Vec::new(),
        valuations: Vec::new(),
        order: Order::Bypass { strict_classes: 0 },
        guard: false,
    }
}

pub fn bilateral(of: u32, towards: u32, amount: i64) -> BilateralLimit {
    BilateralLimit { of, towards, amount }
}

pub fn multilateral(of: u32, amount: i64) -> MultilateralLimit {
    MultilateralLimit { of, amount }
}

/// Solves and lets the checker judge.
pub fn solved(instance: &Instance) -> Solution {
    solved_within(instance, Options { ticks: 300_000_000, ..Options::default() })
}

pub fn solved_within(instance: &Instance, options: Options) -> Solution {
    let solution = solve(instance, options, &mut |_| ()).expect("an instance that can be solved");
    let verified = certify::queue::check(instance, solution.proposal.clone(), &solution.certificate);
    let verified = verified.expect("the checker accepts");
    assert_eq!(verified.claims(), &solution.claims[..], "claims are those that the checker found");
    solution
}

pub fn value(instance: &Instance, settled: &[u32]) -> i128 {
    settled.iter().map(|&payment| i128::from(instance.payments[payment as usize].amount)).sum()
}

pub fn values_by_level(instance: &Instance, settles: &dyn Fn(usize) -> bool) -> Vec<i128> {
    let worth = |payment: &Payment| {
        let currency = instance.accounts[payment.payer as usize].currency;
        i128::from(payment.amount) * i128::from(instance.currencies[currency as usize].unit_value)
    };
    let of_level = |class: u8| {
        let counted = instance.payments.iter().enumerate();
        counted.filter(|&(at, payment)| payment.class <= class && settles(at)).map(|(_, payment)| worth(payment)).sum()
    };
    instance.classes().into_iter().map(of_level).collect()
}
