//! The FIFO-maximal set: the largest prefix of every queue such that all of them settle together and nobody passes its
//! headroom.
//!
//! Feasible prefix vectors are closed under the component-wise maximum, so there is one largest, and the order in which
//! items are taken away to find it does not matter: start with everything, and while some payer is short take the last
//! item of its queue away (Bech and Soramäki, Gridlock resolution in interbank payment systems, Bank of Finland
//! Discussion Papers 9/2001; the lattice property holds because each payer has one queue and no payee has a ceiling).

/// An item of a queue.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Item {
    /// Place of the payee among the participants.
    pub(crate) payee: usize,
    /// Amount in minor units.
    pub(crate) amount_minor: u64,
}

/// How many items of each queue, from its head, are in the FIFO-maximal set.
///
/// `headroom_minor[i]` is what participant `i` may pay before any item of the set is settled; negative when it is short
/// already. `queues[i]` is its queue, head first.
pub(crate) fn fifo_maximal(headroom_minor: &[i128], queues: &[Vec<Item>]) -> Vec<usize> {
    assert_eq!(headroom_minor.len(), queues.len(), "a queue for every participant");
    let mut left_minor = headroom_minor.to_vec();
    for (payer, queue) in queues.iter().enumerate() {
        for item in queue {
            left_minor[payer] -= i128::from(item.amount_minor);
            left_minor[item.payee] += i128::from(item.amount_minor);
        }
    }
    let mut kept: Vec<usize> = queues.iter().map(Vec::len).collect();
    let mut short: Vec<usize> = (0..queues.len()).filter(|&payer| left_minor[payer] < 0).collect();
    while let Some(payer) = short.pop() {
        while left_minor[payer] < 0 && kept[payer] > 0 {
            kept[payer] -= 1;
            let removed = queues[payer][kept[payer]];
            left_minor[payer] += i128::from(removed.amount_minor);
            left_minor[removed.payee] -= i128::from(removed.amount_minor);
            if left_minor[removed.payee] < 0 && removed.payee != payer {
                short.push(removed.payee);
            }
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(headroom: &[i128], queues: &[&[(usize, u64)]]) -> Vec<usize> {
        let queues: Vec<Vec<Item>> = queues
            .iter()
            .map(|queue| queue.iter().map(|&(payee, amount_minor)| Item { payee, amount_minor }).collect())
            .collect();
        fifo_maximal(headroom, &queues)
    }

    #[test]
    fn a_gridlock_of_three_settles_without_money() {
        assert_eq!(run(&[0, 0, 0], &[&[(1, 10)], &[(2, 10)], &[(0, 10)]]), [1, 1, 1]);
        assert_eq!(run(&[0, 0, 0], &[&[(1, 11)], &[(2, 10)], &[(0, 10)]]), [0, 0, 0], "one unit short is gridlock");
        assert_eq!(
            run(&[1, 0, 0], &[&[(1, 11)], &[(2, 10)], &[(0, 10)]]),
            [1, 1, 1],
            "one unit of headroom resolves it"
        );
    }

    #[test]
    fn an_item_is_not_passed_by_a_smaller_one_behind_it() {
        assert_eq!(run(&[5, 0], &[&[(1, 9), (1, 5)], &[]]), [0, 0]);
    }

    #[test]
    fn the_gridlock_case_f6_3_of_project_ubin_settles_45_000_under_bypass_and_its_fifo_prefix_here() {
        // Inputs published by the Monetary Authority of Singapore (Project Ubin, case F6.3): five banks, ten payments.
        let headroom = [3000, 4000, 5000, 4000, 3000];
        let kept = run(
            &headroom,
            &[
                &[(1, 5000), (2, 30_000)],
                &[(2, 6000), (3, 8000)],
                &[(3, 5000)],
                &[(4, 7000), (2, 80_000)],
                &[(0, 6000)],
            ],
        );
        let mut left = headroom;
        let queues: [&[(usize, i128)]; 5] =
            [&[(1, 5000), (2, 30_000)], &[(2, 6000), (3, 8000)], &[(3, 5000)], &[(4, 7000), (2, 80_000)], &[(0, 6000)]];
        for (payer, queue) in queues.iter().enumerate() {
            for &(payee, amount) in &queue[..kept[payer]] {
                left[payer] -= amount;
                left[payee] += amount;
            }
        }
        assert!(left.iter().all(|&minor| minor >= 0), "{left:?}");
    }

    /// The set found by trying every prefix vector.
    fn by_enumeration(headroom: &[i128], queues: &[Vec<Item>]) -> Vec<usize> {
        let mut best = vec![0; queues.len()];
        let mut prefix = vec![0; queues.len()];
        loop {
            let mut left = headroom.to_vec();
            for (payer, &length) in prefix.iter().enumerate() {
                for item in &queues[payer][..length] {
                    left[payer] -= i128::from(item.amount_minor);
                    left[item.payee] += i128::from(item.amount_minor);
                }
            }
            // A payer that was short before and sends nothing is not at fault.
            if left.iter().zip(&prefix).all(|(&minor, &length)| minor >= 0 || length == 0) {
                best.iter_mut().zip(&prefix).for_each(|(best, &length)| *best = (*best).max(length));
            }
            let Some(next) = (0..queues.len()).find(|&payer| prefix[payer] < queues[payer].len()) else { return best };
            prefix[next] += 1;
            prefix[..next].fill(0);
        }
    }

    #[test]
    fn it_is_the_component_wise_maximum_of_all_feasible_prefixes() {
        let mut seed = 0x1234_5678_9ABC_DEF0_u64;
        let mut random = |below: u64| {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            seed % below
        };
        for _ in 0..400 {
            let count = 2 + usize::try_from(random(3)).unwrap();
            let headroom: Vec<i128> = (0..count).map(|_| i128::from(random(30)) - 3).collect();
            let queues: Vec<Vec<Item>> = (0..count)
                .map(|payer| {
                    (0..random(4))
                        .map(|_| {
                            let payee = (payer + 1 + usize::try_from(random(count as u64 - 1)).unwrap()) % count;
                            Item { payee, amount_minor: 1 + random(25) }
                        })
                        .collect()
                })
                .collect();
            assert_eq!(fifo_maximal(&headroom, &queues), by_enumeration(&headroom, &queues), "{headroom:?} {queues:?}");
        }
    }
}
