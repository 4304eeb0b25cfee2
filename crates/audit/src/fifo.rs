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

    /// Every vector of prefixes tried: the largest length of each queue in any of them that is feasible.
    fn by_trying(headroom: &[i128], queues: &[Vec<(u32, i128)>]) -> Vec<usize> {
        let mut best = vec![0; queues.len()];
        let mut lengths = vec![0; queues.len()];
        loop {
            let mut after = headroom.to_vec();
            for (payer, length) in lengths.iter().enumerate() {
                for (payee, amount) in &queues[payer][..*length] {
                    after[payer] -= amount;
                    after[usize::try_from(*payee).unwrap()] += amount;
                }
            }
            if after.iter().zip(&lengths).all(|(left, length)| *left >= 0 || *length == 0) {
                best.iter_mut().zip(&lengths).for_each(|(best, length)| *best = (*best).max(*length));
            }
            let Some(next) = (0..queues.len()).find(|payer| lengths[*payer] < queues[*payer].len()) else {
                return best;
            };
            lengths[next] += 1;
            lengths[..next].fill(0);
        }
    }

    proptest::proptest! {
        #[test]
        fn the_set_is_the_largest_of_all_prefixes_that_settle_together(
            headroom in proptest::collection::vec(-5_i128..30, 4),
            queues in proptest::collection::vec(proptest::collection::vec((1_u32..4, 1_i128..25), 0..4), 4),
        ) {
            // Payees counted from the payer, so that nobody pays itself.
            let queues: Vec<Vec<(u32, i128)>> = (0..4)
                .zip(queues)
                .map(|(payer, queue)| queue.into_iter().map(|(step, amount)| ((payer + step) % 4, amount)).collect())
                .collect();
            let slices: Vec<&[(u32, i128)]> = queues.iter().map(Vec::as_slice).collect();
            proptest::prop_assert_eq!(kept(&headroom, &slices), by_trying(&headroom, &queues));
        }
    }
}
