//! The queue's optimiser on interbank queues with heavy tails: value, bound and gap beside FIFO and bilateral offset.
//!
//! 33 banks whose sizes fall as 1, 1/2, 1/3, …; amounts are log-normal with σ = 1.8; each bank has κ times what it owes net,
//! so that not everything can settle. In family *count* a large bank has more payments, in family *amount* larger ones.
//! In family *even* banks and amounts up to 10⁹ are drawn evenly and each bank has 1,000: next to nothing.

use crate::meter::{grouped, measure};
use certify::queue::{Account, Currency, Instance, Order, Payment};
use clearing::queue::{Options, solve};

const BANKS: usize = 33;
const SEED: u64 = 20_260_101;
const SIGMA: f64 = 1.8;
/// About ten seconds of one core.
const TICKS: u64 = 1_200_000_000;

/// SplitMix64, and what is drawn from it.
struct Draws(u64);

impl Draws {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn unit(&mut self) -> f64 {
        ((self.next() >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        (-2.0 * self.unit().ln()).sqrt() * (std::f64::consts::TAU * self.unit()).cos()
    }

    fn by_weight(&mut self, weights: &[f64]) -> usize {
        let mut left = self.unit() * weights.iter().sum::<f64>();
        for (index, weight) in weights.iter().enumerate() {
            left -= weight;
            if left <= 0.0 {
                return index;
            }
        }
        weights.len() - 1
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Family {
    Count,
    Amount,
}

/// A queue of about `count` payments: those of a bank to itself are left out.
#[expect(clippy::cast_possible_truncation, reason = "amounts are drawn as floats and cut to whole minor units")]
fn interbank(family: Family, count: usize, kappa: f64) -> Instance {
    let mut draws = Draws(SEED ^ (BANKS as u64 * 1_000_003 + count as u64));
    let weights: Vec<f64> = (1..=BANKS).map(|place| 1.0 / place as f64).collect();
    let even = vec![1.0; BANKS];
    let mut payments = Vec::new();
    let mut net_minor = vec![0i64; BANKS];
    for _ in 0..count {
        let of = if family == Family::Count { &weights } else { &even };
        let (payer, payee) = (draws.by_weight(of), draws.by_weight(of));
        if payer == payee {
            continue;
        }
        let size = match family {
            Family::Count => 1.0,
            Family::Amount => (weights[payer] * weights[payee]).sqrt() * BANKS as f64,
        };
        let amount = ((100_000_f64.ln() + SIGMA * draws.normal()).exp() * size).max(1.0) as i64;
        net_minor[payer] += amount;
        net_minor[payee] -= amount;
        let number = |bank: usize| u32::try_from(bank).expect("33 banks");
        payments.push(Payment { payer: number(payer), payee: number(payee), amount, class: 0 });
    }
    let balance = |net: &i64| (kappa * (*net).max(0) as f64) as i64;
    instance(&net_minor.iter().map(balance).collect::<Vec<i64>>(), payments)
}

/// Banks that have next to nothing beside what they owe each other.
fn even(banks: usize, count: usize) -> Instance {
    let mut draws = Draws(SEED ^ (banks as u64 * 1_000_003 + count as u64));
    let mut below = |below: u64| draws.next() % below;
    let (count_of_banks, mut payments) = (banks as u64, Vec::new());
    for _ in 0..count {
        let payer = below(count_of_banks);
        let payee = (payer + 1 + below(count_of_banks - 1)) % count_of_banks;
        let number = |bank: u64| u32::try_from(bank).expect("few banks");
        let amount = i64::try_from(1 + below(1_000_000_000)).expect("small");
        payments.push(Payment { payer: number(payer), payee: number(payee), amount, class: 0 });
    }
    instance(&vec![1000; banks], payments)
}

fn instance(balances_minor: &[i64], payments: Vec<Payment>) -> Instance {
    let account = |(bank, &opening_balance): (u32, &i64)| Account {
        participant: bank,
        currency: 0,
        queue: bank,
        opening_balance,
        credit_line: 0,
        ceiling: None,
    };
    Instance {
        currencies: vec![Currency { unit_value: 1, haircut: 0 }],
        unit_denominator: 1,
        accounts: (0u32..).zip(balances_minor).map(account).collect(),
        payments,
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

/// What bilateral offset settles: the head of a queue alone if it fits, else together with the first payment that comes back
/// from its payee, until nothing changes.
fn bilateral_offset(instance: &Instance) -> i128 {
    let mut balance: Vec<i64> = instance.accounts.iter().map(|account| account.opening_balance).collect();
    let mut queues: Vec<std::collections::VecDeque<(usize, i64)>> =
        vec![std::collections::VecDeque::new(); balance.len()];
    for payment in &instance.payments {
        queues[payment.payer as usize].push_back((payment.payee as usize, payment.amount));
    }
    let mut value = 0i128;
    let mut changed = true;
    while std::mem::take(&mut changed) {
        for payer in 0..balance.len() {
            while let Some(&(payee, amount)) = queues[payer].front() {
                let back = queues[payee].iter().position(|&(to, _)| to == payer);
                let returned = if amount <= balance[payer] { Some(0) } else { back.map(|at| queues[payee][at].1) };
                let fits = |returned: &i64| balance[payer] + returned >= amount && balance[payee] + amount >= *returned;
                let Some(returned) = returned.filter(fits) else { break };
                queues[payer].pop_front();
                if returned > 0 {
                    queues[payee].remove(back.expect("what comes back"));
                }
                balance[payer] += returned - amount;
                balance[payee] += amount - returned;
                value += i128::from(amount) + i128::from(returned);
                changed = true;
            }
        }
    }
    value
}

/// Prints a table of its own.
pub fn run() {
    println!(
        "\n| queue | κ or liquidity | FIFO | bilateral offset | found | bound | gap | million ticks | CPU s | cases | check ms |"
    );
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    for (family, name) in [(Family::Count, "count"), (Family::Amount, "amount")] {
        for count in [1_000, 10_000, 100_000, 1_000_000] {
            for kappa in [0.3, 0.5, 0.8] {
                row(name, &interbank(family, count, kappa), &kappa.to_string());
            }
        }
    }
    for (banks, count) in
        [(2, 10_000), (2, 1_000_000), (5, 300), (5, 10_000), (5, 1_000_000), (33, 10_000), (33, 100_000)]
    {
        row(&format!("even, {banks} banks,"), &even(banks, count), "1,000 each");
    }
}

fn row(name: &str, instance: &Instance, liquidity: &str) {
    let total: i128 = instance.payments.iter().map(|payment| i128::from(payment.amount)).sum();
    let options = Options { ticks: TICKS, gap_ppm: 1, ..Options::default() };
    let (solution, took) = measure(|| solve(instance, options, &mut |_| ()).expect("a queue of this size is solved"));
    let verify = || certify::queue::check(instance, solution.proposal.clone(), &solution.certificate);
    let (verified, checking) = measure(verify);
    verified.expect("the checker accepts");
    let fifo = solution.fifo.as_ref().expect("no ceilings");
    let in_fifo = fifo.settles.iter().zip(&instance.payments).filter(|&(&settles, _)| settles);
    let fifo: i128 = in_fifo.map(|(_, payment)| i128::from(payment.amount)).sum();
    let claim = solution.claims[0];
    let share = |value: i128| format!("{:.5}", value as f64 / total as f64);
    println!(
        "| {name} {} | {liquidity} | {} | {} | {} | {} | {:.5} % | {} | {:.2} | {} | {:.1} |",
        grouped(instance.payments.len() as f64),
        share(fifo),
        share(bilateral_offset(instance)),
        share(claim.value),
        share(claim.upper_bound),
        100.0 * (claim.upper_bound - claim.value) as f64 / claim.upper_bound as f64,
        solution.ticks / 1_000_000,
        took.cpu.as_secs_f64(),
        solution.certificate.levels[0].cases.len(),
        checking.cpu.as_secs_f64() * 1e3,
    );
}
