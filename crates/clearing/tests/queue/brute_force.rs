//! Thousands of small instances against all their subsets, with a model of the rules written anew.

use crate::support::{Numbers, plain, solved, values_by_level};
use certify::queue::{
    BilateralLimit, Bundle, Currency, GroupLimit, Instance, MultilateralLimit, Order, Reservation, Valuation,
};

/// Whether a set of payments (bit `i`: payment `i`) breaks no rule. Written from the definitions, without rows.
fn is_answer(instance: &Instance, set: u32) -> bool {
    let settles = |at: usize| set >> at & 1 == 1;
    keeps_accounts(instance, &settles)
        && keeps_limits(instance, &settles)
        && keeps_valuations(instance, &settles)
        && instance.bundles.iter().all(|bundle| {
            let together = bundle.payments.iter().filter(|&&payment| settles(payment as usize)).count();
            together == 0 || together == bundle.payments.len()
        })
        && keeps_order(instance, &settles)
}

fn position(instance: &Instance, settles: &dyn Fn(usize) -> bool, account: usize) -> i64 {
    let mut position = instance.accounts[account].opening_balance;
    for (_, payment) in instance.payments.iter().enumerate().filter(|&(at, _)| settles(at)) {
        position -= if payment.payer as usize == account { payment.amount } else { 0 };
        position += if payment.payee as usize == account { payment.amount } else { 0 };
    }
    position
}

fn keeps_accounts(instance: &Instance, settles: &dyn Fn(usize) -> bool) -> bool {
    let floors_and_ceilings = (0..instance.accounts.len()).all(|account| {
        let of = instance.accounts[account];
        let position = position(instance, settles, account);
        position >= -of.credit_line && of.ceiling.is_none_or(|ceiling| position <= ceiling)
    });
    floors_and_ceilings
        && instance.reservations.iter().all(|reservation| {
            let of = instance.accounts[reservation.account as usize];
            let mut left = of.opening_balance + of.credit_line;
            for (_, payment) in instance.payments.iter().enumerate().filter(|&(at, _)| settles(at)) {
                if payment.payer == reservation.account && payment.class > reservation.class {
                    left -= payment.amount;
                }
                left += if payment.payee == reservation.account { payment.amount } else { 0 };
            }
            left >= reservation.amount
        })
}

/// What some send to some others, less what they receive.
fn net(
    instance: &Instance,
    settles: &dyn Fn(usize) -> bool,
    of: &dyn Fn(u32) -> bool,
    towards: &dyn Fn(u32) -> bool,
) -> i64 {
    let settled = instance.payments.iter().enumerate().filter(|&(at, _)| settles(at)).map(|(_, payment)| payment);
    settled.fold(0, |net, payment| {
        let sends = of(payment.payer) && towards(payment.payee);
        let receives = of(payment.payee) && towards(payment.payer);
        net + if sends { payment.amount } else { 0 } - if receives { payment.amount } else { 0 }
    })
}

fn keeps_limits(instance: &Instance, settles: &dyn Fn(usize) -> bool) -> bool {
    let has_limit = |of: u32, towards: u32| {
        instance.bilateral_limits.iter().any(|limit| limit.of == of && limit.towards == towards)
    };
    let bilateral = instance.bilateral_limits.iter().all(|limit| {
        net(instance, settles, &|account| account == limit.of, &|account| account == limit.towards) <= limit.amount
    });
    let multilateral = instance.multilateral_limits.iter().all(|limit| {
        net(instance, settles, &|account| account == limit.of, &|account| !has_limit(limit.of, account)) <= limit.amount
    });
    let groups = instance.group_limits.iter().all(|limit| {
        let (of, towards) = (|account| limit.of.contains(&account), |account| limit.towards.contains(&account));
        net(instance, settles, &of, &towards) <= limit.amount
    });
    bilateral && multilateral && groups
}

fn keeps_valuations(instance: &Instance, settles: &dyn Fn(usize) -> bool) -> bool {
    instance.valuations.iter().all(|valuation| {
        let (mut short, mut worth) = (0, 0);
        for (index, account) in instance.accounts.iter().enumerate() {
            if account.participant != valuation.participant {
                continue;
            }
            let currency = instance.currencies[account.currency as usize];
            let position = position(instance, settles, index);
            short += (-position).max(0) * currency.unit_value;
            let part = if position > 0 { 10_000 - currency.haircut } else { 10_000 + currency.haircut };
            worth += position * currency.unit_value * part;
        }
        let most = valuation.aggregate_short_limit.map(|limit| limit * instance.unit_denominator);
        most.is_none_or(|most| short <= most) && (!valuation.haircut_value || worth >= 0)
    })
}

fn keeps_order(instance: &Instance, settles: &dyn Fn(usize) -> bool) -> bool {
    let Order::Bypass { strict_classes } = instance.order else { panic!("the FIFO-maximal set has a test of its own") };
    let queue = |at: usize| instance.accounts[instance.payments[at].payer as usize].queue;
    let class = |at: usize| instance.payments[at].class;
    (0..instance.payments.len()).filter(|&later| settles(later) && strict_classes >> class(later) & 1 == 1).all(
        |later| {
            (0..later)
                .all(|earlier| queue(earlier) != queue(later) || class(earlier) != class(later) || settles(earlier))
        },
    )
}

/// The best of all subsets, by level; those that leave out one of `required` do not count.
fn best_of_all(instance: &Instance, required: u32) -> Vec<i128> {
    let sets = 0..1u32 << instance.payments.len();
    let answers = sets.filter(|&set| set & required == required && is_answer(instance, set));
    answers.map(|set| values_by_level(instance, &|at| set >> at & 1 == 1)).max().expect("at least what is required")
}

/// The union of all choices of beginnings that keep every rule.
fn fifo_by_enumeration(instance: &Instance) -> u32 {
    let key =
        |at: usize| (instance.accounts[instance.payments[at].payer as usize].queue, instance.payments[at].class, at);
    let is_beginning = |set: u32| {
        let pairs =
            (0..instance.payments.len()).flat_map(|one| (0..instance.payments.len()).map(move |other| (one, other)));
        let mut pairs = pairs.filter(|&(one, other)| key(one).0 == key(other).0 && key(one) < key(other));
        pairs.all(|(earlier, later)| set >> later & 1 == 0 || set >> earlier & 1 == 1)
    };
    let free = Instance { order: Order::Bypass { strict_classes: 0 }, ..instance.clone() };
    (0..1u32 << instance.payments.len())
        .filter(|&set| is_beginning(set) && is_answer(&free, set))
        .fold(0, |union, set| union | set)
}

/// Checks one instance against all its subsets, with the guard as it is.
fn check(instance: &Instance) {
    let required = if instance.guard { fifo_by_enumeration(instance) } else { 0 };
    let solution = solved(instance);
    let found: Vec<i128> = solution.claims.iter().map(|claim| claim.value).collect();
    assert_eq!(found, best_of_all(instance, required), "{instance:?}");
    assert!(solution.claims.iter().all(|claim| claim.is_optimal()), "small instances are proved: {instance:?}");
    if let Some(fifo) = &solution.fifo {
        let set = (0u32..).zip(&fifo.settles).fold(0u32, |set, (at, &settles)| set | u32::from(settles) << at);
        assert_eq!(set, fifo_by_enumeration(instance), "{instance:?}");
    }
}

struct Shape {
    accounts: usize,
    payments: usize,
    classes: u64,
    amounts: u64,
}

fn random(numbers: &mut Numbers, shape: &Shape) -> Instance {
    let balances: Vec<i64> =
        (0..shape.accounts).map(|_| if numbers.one_in(3) { 0 } else { numbers.amount(shape.amounts) }).collect();
    let payments: Vec<(u32, u32, i64)> = (0..shape.payments)
        .map(|_| {
            let payer = numbers.index(shape.accounts);
            let payee = (payer + 1 + numbers.index(shape.accounts - 1)) % u32::try_from(shape.accounts).expect("small");
            let most = if numbers.one_in(4) { shape.amounts * 3 } else { shape.amounts };
            (payer, payee, numbers.amount(most))
        })
        .collect();
    let mut instance = plain(&balances, &payments);
    for payment in &mut instance.payments {
        payment.class = u8::try_from(numbers.below(shape.classes) * 3).expect("small");
    }
    instance.guard = numbers.one_in(2);
    instance
}

fn with_limits(numbers: &mut Numbers, instance: &mut Instance) {
    let accounts = u32::try_from(instance.accounts.len()).expect("small");
    for of in 0..accounts {
        for towards in (0..accounts).filter(|&towards| towards != of) {
            if numbers.one_in(4) {
                instance.bilateral_limits.push(BilateralLimit { of, towards, amount: numbers.amount(20) - 1 });
            }
        }
        if numbers.one_in(3) {
            instance.multilateral_limits.push(MultilateralLimit { of, amount: numbers.amount(25) - 1 });
        }
    }
}

fn with_reservations(numbers: &mut Numbers, instance: &mut Instance) {
    for account in 0..instance.accounts.len() {
        let means = instance.accounts[account].opening_balance;
        for class in [0, 3] {
            if means > 0 && numbers.one_in(2) {
                let amount = numbers.amount(u64::try_from(means).expect("positive"));
                instance.reservations.push(Reservation {
                    account: u32::try_from(account).expect("small"),
                    class,
                    amount,
                });
            }
        }
    }
}

#[test]
fn free_bypass_finds_the_best_of_all_subsets() {
    let mut numbers = Numbers(1);
    for round in 0..1500 {
        let shape = Shape { accounts: 2 + round % 4, payments: round % 12, classes: 1, amounts: 12 };
        check(&random(&mut numbers, &shape));
    }
}

#[test]
fn classes_are_served_the_most_urgent_first() {
    let mut numbers = Numbers(2);
    for round in 0..1000 {
        let shape = Shape { accounts: 2 + round % 4, payments: 2 + round % 10, classes: 3, amounts: 12 };
        check(&random(&mut numbers, &shape));
    }
}

#[test]
fn limits_towards_one_and_towards_all_others_are_kept() {
    let mut numbers = Numbers(3);
    for round in 0..1000 {
        let shape =
            Shape { accounts: 2 + round % 4, payments: 3 + round % 9, classes: 1 + round as u64 % 2, amounts: 12 };
        let mut instance = random(&mut numbers, &shape);
        with_limits(&mut numbers, &mut instance);
        check(&instance);
    }
}

#[test]
fn reservations_are_left_to_the_urgent_alone_and_beside_limits() {
    let mut numbers = Numbers(4);
    for round in 0..1000 {
        let shape = Shape { accounts: 2 + round % 4, payments: 3 + round % 9, classes: 3, amounts: 12 };
        let mut instance = random(&mut numbers, &shape);
        with_reservations(&mut numbers, &mut instance);
        if round % 2 == 0 {
            with_limits(&mut numbers, &mut instance);
        }
        check(&instance);
    }
}

#[test]
fn limits_of_groups_are_kept_whether_they_nest_or_cross() {
    let mut numbers = Numbers(5);
    for round in 0..1000 {
        let shape = Shape { accounts: 4, payments: 3 + round % 9, classes: 1, amounts: 12 };
        let mut instance = random(&mut numbers, &shape);
        // Accounts of a group share a queue: else there is no FIFO-maximal set.
        let groups: [(&[u32], &[u32]); 4] = [(&[0, 1], &[2, 3]), (&[0], &[1, 2]), (&[0], &[2, 3]), (&[2], &[0, 1, 3])];
        for (of, towards) in groups {
            if numbers.one_in(2) {
                let amount = numbers.amount(20) - 1;
                instance.group_limits.push(GroupLimit { of: of.to_vec(), towards: towards.to_vec(), amount });
            }
        }
        instance.accounts[1].queue = 0;
        if round % 2 == 0 {
            with_limits(&mut numbers, &mut instance);
        }
        check(&instance);
    }
}

#[test]
fn ceilings_hold_where_there_is_no_fifo_set() {
    let mut numbers = Numbers(6);
    for round in 0..800 {
        let shape = Shape { accounts: 2 + round % 4, payments: 3 + round % 9, classes: 1, amounts: 12 };
        let mut instance = random(&mut numbers, &shape);
        instance.guard = false;
        for account in &mut instance.accounts {
            if numbers.one_in(2) {
                account.ceiling = Some(account.opening_balance + numbers.amount(10) - 1);
            }
        }
        check(&instance);
    }
}

#[test]
fn strict_classes_keep_their_order_and_others_pass() {
    let mut numbers = Numbers(7);
    for round in 0..1000 {
        let shape = Shape { accounts: 2 + round % 4, payments: 3 + round % 9, classes: 2, amounts: 12 };
        let mut instance = random(&mut numbers, &shape);
        instance.order = Order::Bypass { strict_classes: 1 + numbers.below(2) * 8 };
        if round % 3 == 0 {
            with_limits(&mut numbers, &mut instance);
        }
        check(&instance);
    }
}

/// Two currencies; every second payment of one has a counterpart in the other.
fn with_bundles(numbers: &mut Numbers, pairs: usize, singles: usize) -> Instance {
    let mut instance = plain(&[0; 6], &[]);
    instance.currencies = vec![Currency { unit_value: 2, haircut: 300 }, Currency { unit_value: 3, haircut: 500 }];
    instance.unit_denominator = 1 + i64::try_from(numbers.below(3)).expect("small");
    for (index, account) in (0u32..).zip(&mut instance.accounts) {
        (account.participant, account.currency) = (index / 2, index % 2);
        account.queue = index - index % 2;
        account.opening_balance = numbers.amount(12) - 1;
        account.credit_line = numbers.amount(12) - 1;
    }
    let mut push = |payer: u32, payee: u32, currency: u32, amount: i64| {
        let class = 0;
        instance.payments.push(certify::queue::Payment {
            payer: 2 * payer + currency,
            payee: 2 * payee + currency,
            amount,
            class,
        });
        u32::try_from(instance.payments.len() - 1).expect("small")
    };
    let mut bundles = Vec::new();
    for at in 0..pairs + singles {
        let payer = numbers.index(3);
        let payee = (payer + 1 + numbers.index(2)) % 3;
        let currency = numbers.index(2);
        let one = push(payer, payee, currency, numbers.amount(20));
        if at < pairs {
            let back = if numbers.one_in(5) { (payer, payee) } else { (payee, payer) };
            let other = push(back.0, back.1, 1 - currency, numbers.amount(20));
            bundles.push(Bundle { payments: vec![one, other] });
        }
    }
    instance.bundles = bundles;
    instance.guard = numbers.one_in(2);
    instance
}

#[test]
fn legs_settle_together_or_not_at_all() {
    let mut numbers = Numbers(8);
    for round in 0..600 {
        let mut instance = with_bundles(&mut numbers, 1 + round % 4, round % 4);
        if round % 3 == 0 {
            instance.order = Order::Bypass { strict_classes: 1 };
        }
        check(&instance);
    }
}

#[test]
fn tests_over_all_currencies_of_a_participant_are_kept() {
    let mut numbers = Numbers(9);
    for round in 0..800 {
        let mut instance = with_bundles(&mut numbers, 1 + round % 4, round % 4);
        for participant in 0..3 {
            if numbers.one_in(4) {
                continue;
            }
            let opens_short = instance.accounts.iter().any(|account| account.opening_balance < 0);
            assert!(!opens_short, "nothing settled is an answer");
            instance.valuations.push(Valuation {
                participant,
                aggregate_short_limit: numbers.one_in(2).then(|| numbers.amount(40) - 1),
                haircut_value: numbers.one_in(2),
            });
        }
        check(&instance);
    }
}
