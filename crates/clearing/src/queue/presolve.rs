//! Payments that no answer settles: each needs more than all that can still come in, or stands behind such a one.

use super::answer::Place;
use super::problem::Problem;

/// Holds what cannot settle, in `places`; the payments in an order in which each follows from those before.
pub(super) fn unfundable(problem: &Problem<'_>, places: &mut [Place]) -> Vec<u32> {
    let mut least = least(problem, places);
    let mut list = Vec::new();
    let mut rows: Vec<usize> = (0..problem.rows.len()).collect();
    let mut waits = vec![true; problem.rows.len()];
    // Of each stream so many of the largest are held already: rows only become narrower.
    let mut held_of_stream = vec![0usize; problem.streams.len()];
    let mut held: Vec<u32> = Vec::new();
    while let Some(row) = rows.pop() {
        waits[row] = false;
        let slack = problem.rows[row].most - least[row];
        for &(stream, _) in problem.streams_of_row.of(row).iter().filter(|&&(_, sign)| sign > 0) {
            let from = &mut held_of_stream[stream as usize];
            let left = &problem.plain.of(stream as usize)[*from..];
            let count = left.iter().take_while(|unit| problem.legs(**unit)[0].amount > slack).count();
            held.extend(&left[..count]);
            *from += count;
        }
        for &unit in problem.bundles_of_row.of(row) {
            if problem.counts(unit).any(|(of, count)| of == row && count > slack) {
                held.push(unit);
            }
        }
        while let Some(unit) = held.pop() {
            if places[unit as usize] != Place::Free {
                continue;
            }
            places[unit as usize] = Place::Held;
            put_on_list(problem, unit, row, &least, &mut list);
            for (of, count) in problem.counts(unit).filter(|&(_, count)| count < 0) {
                least[of] -= count;
                if !std::mem::replace(&mut waits[of], true) {
                    rows.push(of);
                }
            }
            held.extend(problem.after.of(unit as usize));
        }
    }
    list
}

/// The least that each row can come to: everything that may settle relieves it, only what must uses it.
pub(super) fn least(problem: &Problem<'_>, places: &[Place]) -> Vec<i64> {
    let mut least = vec![0i64; problem.rows.len()];
    for unit in (0u32..).take(problem.unit_count()) {
        for (row, count) in problem.counts(unit) {
            match places[unit as usize] {
                Place::Held => {}
                Place::Free => least[row] += count.min(0),
                Place::Settled => least[row] += count,
            }
        }
    }
    least
}

/// The payments of a unit, that which shows that it cannot settle first.
fn put_on_list(problem: &Problem<'_>, unit: u32, row: usize, least: &[i64], list: &mut Vec<u32>) {
    let payments = problem.payments_of(unit);
    let exceeds = |payment: &&u32| {
        let stream = problem.stream_of_payment[**payment as usize];
        let amount = problem.instance.payments[**payment as usize].amount;
        let uses = problem.touches.of(stream as usize).iter().any(|touch| touch.row as usize == row && touch.sign > 0);
        uses && least[row] + amount > problem.rows[row].most
    };
    // Behind a payment that is held: the checker sees that from the payment in the same queue and class.
    let behind = |payment: &&u32| is_behind_held(problem, **payment, list);
    let first = payments.iter().find(exceeds).or_else(|| payments.iter().find(behind)).copied();
    list.extend(first);
    list.extend(payments.iter().filter(|&&payment| Some(payment) != first));
}

fn is_behind_held(problem: &Problem<'_>, payment: u32, list: &[u32]) -> bool {
    let chain = |payment: u32| {
        let content = problem.instance.payments[payment as usize];
        (problem.instance.accounts[content.payer as usize].queue, content.class)
    };
    list.iter().any(|&other| other < payment && chain(other) == chain(payment))
}
