//! Published cases and instances whose optimum was proved elsewhere.

use crate::support::{account, bilateral, multilateral, plain, solved, solved_within, value};
use certify::queue::{Bundle, Currency, Instance, Order, Payment, Valuation};
use clearing::fifo::fifo_maximal;
use clearing::queue::Options;

/// Final balances of an answer.
fn balances(instance: &Instance, settled: &[u32]) -> Vec<i64> {
    let mut balances: Vec<i64> = instance.accounts.iter().map(|account| account.opening_balance).collect();
    for &at in settled {
        let payment = instance.payments[at as usize];
        balances[payment.payer as usize] -= payment.amount;
        balances[payment.payee as usize] += payment.amount;
    }
    balances
}

/// A gridlock case: balances, payments in entry order, and what settles in strict order and freely (numbers from 1).
struct Gridlock {
    name: &'static str,
    balances: &'static [i64],
    payments: &'static [(u32, u32, i64)],
    fifo: &'static [u32],
    bypass: &'static [u32],
}

/// Inputs: Monetary Authority of Singapore, Project Ubin phase 2, repository ubin-quorum, test scripts gridlock1, S2demoF63,
/// S3LSM1, S3LSM2 and LSM. Answers by enumeration of all prefixes and all subsets.
const UBIN: [Gridlock; 5] = [
    Gridlock {
        name: "gridlock1",
        balances: &[50, 60, 70],
        payments: &[(0, 1, 80), (1, 2, 70), (2, 0, 90), (0, 1, 200)],
        fifo: &[1, 2, 3],
        bypass: &[1, 2, 3],
    },
    Gridlock {
        name: "F6.3",
        balances: &[3000, 4000, 5000, 4000, 3000],
        payments: &[
            (0, 1, 5000),
            (1, 2, 6000),
            (1, 2, 30_000),
            (2, 3, 8000),
            (2, 4, 80_000),
            (3, 4, 7000),
            (0, 2, 6000),
            (4, 0, 8000),
            (4, 1, 100_000),
            (3, 0, 5000),
        ],
        fifo: &[1, 2, 4, 6, 7, 8, 10],
        bypass: &[1, 2, 4, 6, 7, 8, 10],
    },
    Gridlock {
        name: "S3LSM1",
        balances: &[3000, 4000, 5000, 8000, 3000],
        payments: &[(4, 0, 8000), (4, 3, 9000), (3, 4, 15_000), (0, 1, 14_000), (1, 2, 15_000), (2, 0, 10_000)],
        fifo: &[1, 2, 3, 4, 5, 6],
        bypass: &[1, 2, 3, 4, 5, 6],
    },
    Gridlock {
        name: "S3LSM2",
        balances: &[3000, 4000, 5000, 4000, 3000],
        payments: &[(0, 1, 30_000), (1, 2, 5000), (2, 0, 6000), (0, 4, 7000), (4, 3, 4000), (3, 0, 5000)],
        fifo: &[],
        bypass: &[4, 5, 6],
    },
    Gridlock {
        name: "LSM-deadlock",
        balances: &[1000, 2000, 3000, 4000, 5000, 6000],
        payments: &[(0, 1, 1200), (1, 5, 2200), (2, 3, 3200), (3, 4, 4200), (4, 1, 5200)],
        fifo: &[],
        bypass: &[],
    },
];

#[test]
fn the_gridlocks_of_project_ubin_resolve_in_strict_order_and_freely() {
    for case in &UBIN {
        let numbers = |settled: &[u32]| settled.iter().map(|payment| payment + 1).collect::<Vec<_>>();
        let mut instance = plain(case.balances, case.payments);
        let solution = solved(&instance);
        assert_eq!(numbers(&solution.proposal.settled), case.bypass, "{}", case.name);
        assert!(solution.claims.iter().all(|claim| claim.is_optimal()), "{}", case.name);
        instance.guard = true;
        assert_eq!(numbers(&solved(&instance).proposal.settled), case.bypass, "{} with guard", case.name);
        instance.order = Order::Fifo;
        let solution = solved(&instance);
        assert_eq!(numbers(&solution.proposal.settled), case.fifo, "{} in strict order", case.name);
        let left = balances(&instance, &solution.proposal.settled);
        assert!(left.iter().all(|&left| left >= 0), "{}: {left:?}", case.name);
    }
    let f63 = plain(UBIN[1].balances, UBIN[1].payments);
    assert_eq!(balances(&f63, &solved(&f63).proposal.settled), [5000, 3000, 9000, 0, 2000]);
}

/// 160 payments of 12 banks with limits; optimum proved by two independent solvers.
fn medium() -> Instance {
    let lines = include_str!("../data/queue-160-payments.csv").lines().skip(1);
    let payments: Vec<(u32, u32, i64)> = lines
        .map(|line| {
            let fields: Vec<&str> = line.split(',').collect();
            let bank = |name: &str| name[1..].parse::<u32>().expect("B and a number");
            (bank(fields[1]), bank(fields[2]), fields[3].parse().expect("an amount"))
        })
        .collect();
    let liquidity = [0, 0, 10_243, 0, 507_465, 42_450, 29_401, 198_486, 164_536, 0, 0, 0];
    let mut instance = plain(&liquidity, &payments);
    instance.bilateral_limits = vec![
        bilateral(4, 2, 6090),
        bilateral(4, 8, 22_356),
        bilateral(6, 4, 6531),
        bilateral(6, 9, 11_222),
        bilateral(9, 7, 215_638),
    ];
    instance.multilateral_limits = vec![multilateral(4, 210_267), multilateral(7, 563_018), multilateral(10, 18_113)];
    instance
}

#[test]
fn a_queue_of_160_payments_with_limits_is_solved_to_its_proven_optimum() {
    let mut instance = medium();
    let solution = solved_within(&instance, Options { ticks: 2_000_000_000, ..Options::default() });
    assert_eq!(solution.claims[0].value, 6_224_854);
    assert_eq!(solution.claims[0].upper_bound, 6_224_854);
    instance.order = Order::Fifo;
    let fifo = solved(&instance);
    assert_eq!(value(&instance, &fifo.proposal.settled), 1_632_097);
    assert_eq!(
        fifo_maximal(&instance).expect("it exists").removals,
        fifo.certificate.fifo_removals.expect("the proof")
    );
}

/// Twelve payment-versus-payment trades of four members in euros, dollars and yen; the tests are modelled on those of CLS.
/// Enumeration of all 4096 subsets finds one best.
fn pvp() -> Instance {
    const TRADES: [(u32, u32, u32, i64, u32, i64); 12] = [
        (0, 1, 2, 1_049_180, 0, 644_336),
        (1, 3, 1, 586_956, 0, 535_640),
        (1, 3, 1, 684_782, 0, 636_380),
        (0, 3, 2, 409_836, 1, 273_721),
        (3, 2, 2, 786_885, 0, 476_891),
        (3, 2, 1, 771_739, 0, 704_520),
        (3, 1, 2, 918_032, 0, 560_819),
        (2, 0, 1, 326_086, 0, 300_188),
        (3, 1, 1, 760_869, 0, 690_413),
        (3, 2, 0, 740_000, 2, 1_203_177),
        (0, 3, 2, 1_000_000, 0, 610_252),
        (2, 1, 1, 641_304, 0, 595_020),
    ];
    let balances = [[0, 300_000, 0], [100_000, 0, 300_000], [200_000, 200_000, 300_000], [0, 0, 300_000]];
    let short_limits = [
        [300_000, 500_000, 750_000],
        [800_000, 300_000, 1_200_000],
        [500_000, 500_000, 1_200_000],
        [300_000, 800_000, 450_000],
    ];
    let mut instance = plain(&[], &[]);
    instance.currencies = vec![
        Currency { unit_value: 10_000, haircut: 300 },
        Currency { unit_value: 9200, haircut: 400 },
        Currency { unit_value: 6100, haircut: 500 },
    ];
    for (member, (balances, limits)) in (0u32..).zip(balances.into_iter().zip(short_limits)) {
        for (currency, (balance, limit)) in (0u32..).zip(balances.into_iter().zip(limits)) {
            let mut of = account(3 * member + currency, balance);
            (of.participant, of.currency, of.queue, of.credit_line) = (member, currency, 3 * member, limit);
            instance.accounts.push(of);
        }
        let limit = if member == 0 { 6_000_000_000 } else { 4_000_000_000 };
        instance.valuations.push(Valuation {
            participant: member,
            aggregate_short_limit: Some(limit),
            haircut_value: true,
        });
    }
    for (one, other, paid_in, paid, bought_in, bought) in TRADES {
        let first = u32::try_from(instance.payments.len()).expect("few");
        for (payer, payee, currency, amount) in [(one, other, paid_in, paid), (other, one, bought_in, bought)] {
            let (payer, payee) = (3 * payer + currency, 3 * payee + currency);
            instance.payments.push(Payment { payer, payee, amount, class: 0 });
        }
        instance.bundles.push(Bundle { payments: vec![first, first + 1] });
    }
    instance
}

#[test]
fn twelve_trades_in_three_currencies_settle_at_their_proven_optimum() {
    let instance = pvp();
    let solution = solved(&instance);
    assert_eq!(solution.claims[0].value, 87_627_998_200);
    assert_eq!(solution.claims[0].upper_bound, 87_627_998_200);
    let trades: Vec<u32> = solution.proposal.settled.iter().step_by(2).map(|leg| leg / 2 + 1).collect();
    assert_eq!(trades, [2, 3, 5, 6, 9, 10, 12]);
}

/// The ordering problem of McMahon et al. (Management Science 70(10), 2024), seven payments: any order needs 97 of liquidity
/// or more; settled together they need what each bank owes net, 57.
#[test]
fn settled_together_seven_payments_need_less_than_in_any_order() {
    let payments = [(2, 1, 97), (1, 2, 39), (1, 0, 92), (1, 0, 19), (1, 2, 47), (0, 1, 26), (0, 1, 28)];
    let needs = [0, 46, 11];
    assert_eq!(needs.iter().sum::<i64>(), 57);
    let all: Vec<u32> = (0..7).collect();
    assert_eq!(solved(&plain(&needs, &payments)).proposal.settled, all);
    for short in [[0, 45, 11], [0, 46, 10]] {
        assert_ne!(solved(&plain(&short, &payments)).proposal.settled, all, "{short:?}");
    }
}
