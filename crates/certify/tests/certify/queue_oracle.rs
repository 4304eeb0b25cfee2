//! A queue the slow way: every set of payments tried against the rows as their documentation words them, and
//! certificates made by distinguishing every case.

use crate::chance::Chance;
use certify::Claim;
use certify::queue::{
    Account, BilateralLimit, Bundle, Case, Certificate, Currency, GroupLimit, Instance, Level, MultilateralLimit,
    Multipliers, Order, Payment, Proposal, Reservation, Row, Valuation,
};

/// Accounts with nothing but a balance, each its own queue, in one currency worth 1.
pub fn accounts(opening_balances: &[i64]) -> Vec<Account> {
    let account = |(balance, index): (&i64, u32)| Account {
        participant: index,
        currency: 0,
        queue: index,
        opening_balance: *balance,
        credit_line: 0,
        ceiling: None,
    };
    opening_balances.iter().zip(0..).map(account).collect()
}

/// A queue without limits, in which payments may pass each other.
pub fn free_queue(opening_balances: &[i64], payments: &[(u32, u32, i64)]) -> Instance {
    let payment =
        |(payer, payee, amount): &(u32, u32, i64)| Payment { payer: *payer, payee: *payee, amount: *amount, class: 0 };
    Instance {
        currencies: vec![Currency { unit_value: 1, haircut: 0 }],
        unit_denominator: 1,
        accounts: accounts(opening_balances),
        payments: payments.iter().map(payment).collect(),
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

/// A small problem with a bit of everything.
pub fn draw(chance: &mut Chance) -> Instance {
    let participants = 2 + chance.index(3);
    let currencies = 1 + chance.index(2);
    let with_valuations = chance.once_in(3);
    let needs_fifo = chance.once_in(2);
    let one_queue_each = needs_fifo && with_valuations;
    let mut instance = free_queue(&[], &[]);
    instance.unit_denominator = chance.amount(1, 2);
    instance.currencies = (0..currencies)
        .map(|_| Currency { unit_value: chance.amount(1, 3), haircut: chance.amount(0, 9) * 500 })
        .collect();
    for participant in 0..participants {
        for currency in 0..currencies {
            let number = participant * currencies + currency;
            let credit_line = if chance.once_in(2) { chance.amount(0, 4) } else { 0 };
            let least = if with_valuations { 0 } else { -credit_line };
            instance.accounts.push(Account {
                participant,
                currency,
                queue: if one_queue_each { participant * currencies } else { number },
                opening_balance: chance.amount(least, 4),
                credit_line,
                ceiling: None,
            });
        }
    }
    draw_payments(chance, &mut instance, participants, currencies);
    draw_limits(chance, &mut instance, needs_fifo);
    if with_valuations {
        let valuation = |participant| Valuation {
            participant,
            aggregate_short_limit: chance.once_in(2).then(|| chance.amount(0, 6)),
            haircut_value: chance.once_in(2),
        };
        instance.valuations = (0..participants).map(valuation).collect();
    }
    instance.order = match chance.below(3) {
        0 if needs_fifo => Order::Fifo,
        1 => Order::Bypass { strict_classes: chance.below(4) },
        _ => Order::Bypass { strict_classes: 0 },
    };
    instance.guard = needs_fifo;
    instance
}

fn draw_payments(chance: &mut Chance, instance: &mut Instance, participants: u32, currencies: u32) {
    for _ in 0..chance.below(8) {
        let (payer, payee) = (chance.index(participants as usize), 1 + chance.index(participants as usize - 1));
        let currency = chance.index(currencies as usize);
        instance.payments.push(Payment {
            payer: payer * currencies + currency,
            payee: (payer + payee) % participants * currencies + currency,
            amount: chance.amount(1, 8),
            class: u8::try_from(chance.below(2)).expect("small"),
        });
    }
    let mut single: Vec<u32> = (0..u32::try_from(instance.payments.len()).expect("small")).collect();
    while single.len() >= 2 && chance.once_in(3) {
        let mut legs = [
            single.swap_remove(chance.index(single.len()) as usize),
            single.swap_remove(chance.index(single.len()) as usize),
        ];
        legs.sort_unstable();
        let class = instance.payments[legs[0] as usize].class;
        instance.payments[legs[1] as usize].class = class;
        instance.bundles.push(Bundle { payments: legs.to_vec() });
    }
}

fn draw_limits(chance: &mut Chance, instance: &mut Instance, needs_fifo: bool) {
    let accounts = u32::try_from(instance.accounts.len()).expect("small");
    for account in 0..accounts {
        let means =
            instance.accounts[account as usize].opening_balance + instance.accounts[account as usize].credit_line;
        if chance.once_in(4) {
            instance.reservations.push(Reservation { account, class: 0, amount: chance.amount(0, means) });
        }
        if chance.once_in(4) {
            instance.multilateral_limits.push(MultilateralLimit { of: account, amount: chance.amount(0, 6) });
        }
        for towards in (0..accounts).filter(|towards| *towards != account) {
            if chance.once_in(6) {
                instance.bilateral_limits.push(BilateralLimit { of: account, towards, amount: chance.amount(0, 6) });
            }
        }
        if !needs_fifo && chance.once_in(5) {
            let account = &mut instance.accounts[account as usize];
            account.ceiling = Some(account.opening_balance + chance.amount(0, 5));
        }
    }
    if chance.once_in(3) {
        let one = chance.index(accounts as usize);
        let of = if needs_fifo { vec![one] } else { (0..accounts).filter(|account| *account % 2 == one % 2).collect() };
        let towards = (0..accounts).filter(|account| !of.contains(account)).collect();
        instance.group_limits.push(GroupLimit { of, towards, amount: chance.amount(0, 6) });
    }
}

type Set = Vec<bool>;

/// Every row with what a set comes to in it and what it may come to at most, as the documentation words it.
pub fn rows(instance: &Instance, set: &[bool]) -> Vec<(Row, i128, i128)> {
    let sent = |counts: &dyn Fn(&Payment) -> bool| -> i128 {
        let settled = instance.payments.iter().zip(set).filter(|(payment, settles)| **settles && counts(payment));
        settled.map(|(payment, _)| i128::from(payment.amount)).sum()
    };
    let mut rows = Vec::new();
    let positions = positions(instance, set);
    for (index, account) in instance.accounts.iter().enumerate() {
        rows.push((Row::Floor(index), -positions[index], i128::from(account.credit_line)));
        if let Some(ceiling) = account.ceiling {
            rows.push((Row::Ceiling(index), positions[index], i128::from(ceiling)));
        }
    }
    for (index, reservation) in instance.reservations.iter().enumerate() {
        let account = &instance.accounts[reservation.account as usize];
        let less_urgent = sent(&|payment| payment.payer == reservation.account && payment.class > reservation.class);
        let received = sent(&|payment| payment.payee == reservation.account);
        let most = account.opening_balance + account.credit_line - reservation.amount;
        rows.push((Row::Reservation(index), less_urgent - received, most.into()));
    }
    let net = |is_of: &dyn Fn(u32) -> bool, is_towards: &dyn Fn(u32) -> bool| {
        sent(&|payment| is_of(payment.payer) && is_towards(payment.payee))
            - sent(&|payment| is_of(payment.payee) && is_towards(payment.payer))
    };
    for (index, limit) in instance.bilateral_limits.iter().enumerate() {
        let net = net(&|account| account == limit.of, &|account| account == limit.towards);
        rows.push((Row::BilateralLimit(index), net, limit.amount.into()));
    }
    for (index, limit) in instance.multilateral_limits.iter().enumerate() {
        let has =
            |towards| instance.bilateral_limits.iter().any(|other| (other.of, other.towards) == (limit.of, towards));
        rows.push((
            Row::MultilateralLimit(index),
            net(&|account| account == limit.of, &|account| !has(account)),
            limit.amount.into(),
        ));
    }
    for (index, limit) in instance.group_limits.iter().enumerate() {
        let net = net(&|account| limit.of.contains(&account), &|account| limit.towards.contains(&account));
        rows.push((Row::GroupLimit(index), net, limit.amount.into()));
    }
    rows.extend(valuation_rows(instance, &positions));
    rows
}

fn valuation_rows(instance: &Instance, positions: &[i128]) -> Vec<(Row, i128, i128)> {
    let mut rows = Vec::new();
    for (index, valuation) in instance.valuations.iter().enumerate() {
        let own =
            instance.accounts.iter().zip(positions).filter(|(account, _)| account.participant == valuation.participant);
        let worth = own.map(|(account, position)| {
            let currency = instance.currencies[account.currency as usize];
            (position * i128::from(currency.unit_value), i128::from(currency.haircut))
        });
        let worth: Vec<(i128, i128)> = worth.collect();
        if let Some(limit) = valuation.aggregate_short_limit {
            let short: i128 = worth.iter().map(|(worth, _)| (-worth).max(0)).sum();
            rows.push((Row::AggregateShort(index), short, i128::from(limit) * i128::from(instance.unit_denominator)));
        }
        if valuation.haircut_value {
            let after = |(worth, haircut): &(i128, i128)| worth * (10_000 - haircut * worth.signum());
            rows.push((Row::HaircutValue(index), -worth.iter().map(after).sum::<i128>(), 0));
        }
    }
    rows
}

/// What each account holds after a set.
pub fn positions(instance: &Instance, set: &[bool]) -> Vec<i128> {
    let mut positions: Vec<i128> = instance.accounts.iter().map(|account| account.opening_balance.into()).collect();
    for (payment, _) in instance.payments.iter().zip(set).filter(|(_, settles)| **settles) {
        positions[payment.payer as usize] -= i128::from(payment.amount);
        positions[payment.payee as usize] += i128::from(payment.amount);
    }
    positions
}

fn queue_of(instance: &Instance, payment: usize) -> u32 {
    instance.accounts[instance.payments[payment].payer as usize].queue
}

fn keeps_rows_and_bundles(instance: &Instance, set: &[bool]) -> bool {
    let whole =
        |bundle: &Bundle| bundle.payments.iter().all(|leg| set[*leg as usize] == set[bundle.payments[0] as usize]);
    instance.bundles.iter().all(whole) && rows(instance, set).iter().all(|(_, found, most)| found <= most)
}

/// Whether none settles before one of its queue for which `before` holds.
fn keeps_order(instance: &Instance, set: &[bool], before: impl Fn(usize, usize) -> bool) -> bool {
    let indexes = 0..set.len();
    indexes.clone().all(|later| {
        let same_queue = |earlier: &usize| queue_of(instance, *earlier) == queue_of(instance, later);
        !set[later] || indexes.clone().filter(same_queue).all(|earlier| set[earlier] || !before(earlier, later))
    })
}

fn keeps_fifo(instance: &Instance, set: &[bool]) -> bool {
    let place = |payment: usize| (instance.payments[payment].class, payment);
    keeps_order(instance, set, |earlier, later| place(earlier) < place(later))
}

fn keeps_strict_classes(instance: &Instance, set: &[bool]) -> bool {
    let Order::Bypass { strict_classes } = instance.order else { return keeps_fifo(instance, set) };
    let class = |payment: usize| instance.payments[payment].class;
    keeps_order(instance, set, |earlier, later| {
        class(earlier) == class(later) && strict_classes & 1 << class(later) != 0 && earlier < later
    })
}

fn sets(instance: &Instance) -> impl Iterator<Item = Set> {
    let count = instance.payments.len();
    (0_u32..1 << count).map(move |bits| (0..count).map(|payment| bits & 1 << payment != 0).collect())
}

/// The union of all FIFO choices that keep every row; it must be one itself.
pub fn fifo_set(instance: &Instance) -> Set {
    let mut union = vec![false; instance.payments.len()];
    for set in sets(instance).filter(|set| keeps_fifo(instance, set) && keeps_rows_and_bundles(instance, set)) {
        union.iter_mut().zip(set).for_each(|(in_union, settles)| *in_union |= settles);
    }
    assert!(keeps_fifo(instance, &union) && keeps_rows_and_bundles(instance, &union), "no largest set: {instance:?}");
    union
}

pub fn values(instance: &Instance, set: &[bool]) -> Vec<i128> {
    let worth = |payment: &Payment| {
        let currency = instance.accounts[payment.payer as usize].currency as usize;
        i128::from(payment.amount) * i128::from(instance.currencies[currency].unit_value)
    };
    let up_to = |class: u8| {
        let settled =
            instance.payments.iter().zip(set).filter(|(payment, settles)| **settles && payment.class <= class);
        settled.map(|(payment, _)| worth(payment)).sum()
    };
    instance.classes().into_iter().map(up_to).collect()
}

/// The best answer: the largest in the order of levels.
pub fn best(instance: &Instance) -> Set {
    let guarded = if instance.guard { fifo_set(instance) } else { vec![false; instance.payments.len()] };
    let is_answer = |set: &Set| {
        set.iter().zip(&guarded).all(|(settles, guarded)| *settles || !guarded)
            && keeps_strict_classes(instance, set)
            && keeps_rows_and_bundles(instance, set)
    };
    sets(instance).filter(is_answer).max_by_key(|set| values(instance, set)).expect("nothing settled is an answer")
}

pub fn proposal(set: &[bool]) -> Proposal {
    Proposal { settled: (0..).zip(set).filter(|(_, settles)| **settles).map(|(payment, _)| payment).collect() }
}

/// How everything becomes the FIFO-maximal set.
pub fn removals(instance: &Instance) -> Vec<u32> {
    let mut set = vec![true; instance.payments.len()];
    let mut removals = Vec::new();
    loop {
        let exceeded = rows(instance, &set).into_iter().find(|(_, found, most)| found > most);
        let queue =
            exceeded.map(|(row, _, _)| queue_of_row(instance, row)).or_else(|| queue_of_broken_bundle(instance, &set));
        let Some(queue) = queue else { return removals };
        let standing = (0..set.len()).filter(|payment| set[*payment] && queue_of(instance, *payment) == queue);
        let last = standing.max_by_key(|payment| (instance.payments[*payment].class, *payment));
        let last = last.expect("a queue that exceeds a row has payments");
        set[last] = false;
        removals.push(u32::try_from(last).expect("small"));
    }
}

fn queue_of_row(instance: &Instance, row: Row) -> u32 {
    let account = match row {
        Row::Floor(index) | Row::Ceiling(index) => index,
        Row::Reservation(index) => instance.reservations[index].account as usize,
        Row::BilateralLimit(index) => instance.bilateral_limits[index].of as usize,
        Row::MultilateralLimit(index) => instance.multilateral_limits[index].of as usize,
        Row::GroupLimit(index) => instance.group_limits[index].of[0] as usize,
        Row::AggregateShort(index) | Row::HaircutValue(index) => {
            let of = |account: &Account| account.participant == instance.valuations[index].participant;
            instance.accounts.iter().position(of).expect("an account")
        }
    };
    instance.accounts[account].queue
}

fn queue_of_broken_bundle(instance: &Instance, set: &[bool]) -> Option<u32> {
    let is_in = |leg: &&u32| set[**leg as usize];
    let broken = instance.bundles.iter().find(|bundle| {
        bundle.payments.iter().any(|leg| is_in(&leg)) && !bundle.payments.iter().all(|leg| is_in(&leg))
    })?;
    broken.payments.iter().find(is_in).map(|leg| queue_of(instance, *leg as usize))
}

/// A certificate that distinguishes every case: it proves the best value of every level.
pub fn certificate_by_cases(instance: &Instance, answer: &[bool]) -> Certificate {
    let fifo_removals = instance.guard.then(|| removals(instance));
    if instance.order == Order::Fifo {
        return Certificate { fifo_removals, ..Certificate::default() };
    }
    let values = values(instance, answer);
    let level = |level: usize| {
        let claim = Claim { value: values[level], upper_bound: values[level] };
        let mut proof = Level { claim, multipliers: Vec::new(), cases: Vec::new() };
        let fixed = if instance.guard { fifo_set(instance) } else { vec![false; answer.len()] };
        distinguish(instance, &values[..level], fixed.iter().map(|fixed| fixed.then_some(true)).collect(), &mut proof);
        proof
    };
    Certificate { fifo_removals, unfundable: Vec::new(), levels: (0..values.len()).map(level).collect() }
}

fn distinguish(instance: &Instance, earlier: &[i128], decided: Vec<Option<bool>>, proof: &mut Level) {
    let Some(payment) = decided.iter().position(Option::is_none) else {
        let set: Set = decided.into_iter().flatten().collect();
        proof.cases.push(Case::Leaf { multipliers: u32::try_from(proof.multipliers.len()).expect("small") });
        proof.multipliers.push(multipliers_for(instance, earlier, &set));
        return;
    };
    let number = u32::try_from(payment).expect("small");
    proof.cases.push(Case::Split { payment: number });
    let legs =
        instance.bundles.iter().find(|bundle| bundle.payments.contains(&number)).map(|bundle| &bundle.payments[..]);
    for settles in [false, true] {
        let mut decided = decided.clone();
        legs.unwrap_or(&[number]).iter().for_each(|leg| decided[*leg as usize] = Some(settles));
        distinguish(instance, earlier, decided, proof);
    }
}

const LARGE: i64 = 1_000_000;

/// Multipliers that close a case in which everything is decided.
fn multipliers_for(instance: &Instance, earlier: &[i128], set: &[bool]) -> Multipliers {
    let mut multipliers = Multipliers::zero();
    let values = values(instance, set);
    if let Some(level) = earlier.iter().zip(&values).position(|(achieved, value)| value < achieved) {
        multipliers.earlier_levels = vec![0; earlier.len()];
        multipliers.earlier_levels[level] = LARGE;
    }
    let Some((row, _, _)) = rows(instance, set).into_iter().find(|(_, found, most)| found > most) else {
        return multipliers;
    };
    let at = |index: usize, length: usize| (0..length).map(|other| if other == index { LARGE } else { 0 }).collect();
    let accounts = instance.accounts.len();
    match row {
        Row::Floor(index) => multipliers.floors = at(index, accounts),
        Row::Ceiling(index) => multipliers.ceilings = at(index, accounts),
        Row::Reservation(index) => multipliers.reservations = at(index, instance.reservations.len()),
        Row::BilateralLimit(index) => multipliers.bilateral_limits = at(index, instance.bilateral_limits.len()),
        Row::MultilateralLimit(index) => {
            multipliers.multilateral_limits = at(index, instance.multilateral_limits.len())
        }
        Row::GroupLimit(index) => multipliers.group_limits = at(index, instance.group_limits.len()),
        Row::AggregateShort(index) => {
            multipliers.aggregate_short = at(index, instance.valuations.len());
            multipliers.aggregate_short_slopes = slopes(instance, set, index, |_, is_short| i64::from(is_short));
        }
        Row::HaircutValue(index) => {
            multipliers.haircut_value = at(index, instance.valuations.len());
            let slope = |haircut: i64, is_short: bool| if is_short { 10_000 + haircut } else { 10_000 - haircut };
            multipliers.haircut_value_slopes = slopes(instance, set, index, slope);
        }
    }
    multipliers
}

fn slopes(instance: &Instance, set: &[bool], index: usize, slope: impl Fn(i64, bool) -> i64) -> Vec<i64> {
    let of = |(account, position): (&Account, i128)| {
        let currency = instance.currencies[account.currency as usize];
        let is_tested = account.participant == instance.valuations[index].participant;
        if is_tested { LARGE * currency.unit_value * slope(currency.haircut, position < 0) } else { 0 }
    };
    instance.accounts.iter().zip(positions(instance, set)).map(of).collect()
}
