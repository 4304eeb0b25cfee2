//! The FIFO-maximal set, found the plain way: start with everything, and as long as some payer is short, take away the
//! last of its payments (clearing by prefixes; the answer does not depend on who is taken first).

use domain::{InstitutionId, PaymentId};
use std::collections::BTreeMap;

/// A queue's item: who is paid how much.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Item {
    pub(crate) payment: PaymentId,
    pub(crate) payee: InstitutionId,
    pub(crate) amount: i128,
}

/// What of each queue settles together. A payer without headroom in the map is not limited.
pub(crate) fn maximal(
    headroom: &BTreeMap<InstitutionId, i128>,
    queues: &BTreeMap<InstitutionId, Vec<Item>>,
) -> BTreeMap<InstitutionId, Vec<Item>> {
    let mut kept = queues.clone();
    let mut after = headroom.clone();
    for (payer, queue) in queues {
        for item in queue {
            add(&mut after, *payer, -item.amount);
            add(&mut after, item.payee, item.amount);
        }
    }
    loop {
        // A payer that sends nothing is not at fault for what it owed before.
        let short =
            kept.iter().find(|(payer, queue)| !queue.is_empty() && after.get(payer).is_some_and(|left| *left < 0));
        let Some(payer) = short.map(|(payer, _)| *payer) else { return kept };
        let queue = kept.get_mut(&payer).expect("it was just found");
        let last = queue.pop().expect("the queue is not empty");
        add(&mut after, payer, last.amount);
        add(&mut after, last.payee, -last.amount);
    }
}

fn add(after: &mut BTreeMap<InstitutionId, i128>, institution: InstitutionId, amount: i128) {
    if let Some(left) = after.get_mut(&institution) {
        *left += amount;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(headroom: &[i128], queues: &[&[(u32, i128)]]) -> Vec<usize> {
        let institution = |index: usize| InstitutionId::from_index(index);
        let headroom = headroom.iter().enumerate().map(|(index, left)| (institution(index), *left)).collect();
        let queues = queues
            .iter()
            .enumerate()
            .map(|(index, queue)| {
                let item = |(payee, amount): &(u32, i128)| Item {
                    payment: PaymentId(0),
                    payee: InstitutionId(*payee),
                    amount: *amount,
                };
                (institution(index), queue.iter().map(item).collect())
            })
            .collect();
        maximal(&headroom, &queues).values().map(Vec::len).collect()
    }

    #[test]
    fn three_that_wait_for_each_other_settle_together_or_not_at_all() {
        assert_eq!(kept(&[0, 0, 0], &[&[(1, 10)], &[(2, 10)], &[(0, 10)]]), [1, 1, 1]);
        assert_eq!(kept(&[0, 0, 0], &[&[(1, 11)], &[(2, 10)], &[(0, 10)]]), [0, 0, 0]);
    }

    #[test]
    fn a_small_item_does_not_pass_the_large_one_before_it() {
        assert_eq!(kept(&[5, 0], &[&[(1, 9), (1, 5)], &[]]), [0, 0]);
        assert_eq!(kept(&[14, 0], &[&[(1, 9), (1, 5)], &[(0, 14)]]), [2, 1]);
    }

    #[test]
    fn who_was_short_before_and_sends_nothing_hinders_nobody() {
        assert_eq!(kept(&[-3, 5], &[&[(1, 1)], &[(0, 2)]]), [0, 1]);
    }
}
