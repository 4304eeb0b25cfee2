//! Which of some amounts come nearest to a target from below.

/// Amounts looked at exactly, in two halves.
const EXACT_COUNT: usize = 22;

/// Picks from `amounts` (largest first) a subset of at most `target`, as near to it as can be found: largest first, then the
/// best of all subsets of a few of the smaller ones. Gives whether each is picked, and the sum.
pub(super) fn at_most(amounts: &[i64], target: i64) -> (Vec<bool>, i64) {
    let mut picked = vec![false; amounts.len()];
    let mut left = target.max(0);
    for (pick, &amount) in picked.iter_mut().zip(amounts) {
        if amount <= left {
            *pick = true;
            left -= amount;
        }
    }
    if left == 0 || picked.iter().all(|&pick| pick) {
        return (picked, target.max(0) - left);
    }
    // The last ones are the smallest: they make up best for what the large ones leave.
    let first_window = amounts.len().saturating_sub(EXACT_COUNT);
    for first in [first_window, first_window / 2, 0] {
        let window = first..(first + EXACT_COUNT).min(amounts.len());
        let inside: i64 = window.clone().filter(|&at| picked[at]).map(|at| amounts[at]).sum();
        let (choice, sum) = best_of_all(&amounts[window.clone()], inside + left);
        if sum > inside {
            left -= sum - inside;
            window.zip(choice).for_each(|(at, pick)| picked[at] = pick);
        }
        if left == 0 || first == 0 {
            break;
        }
    }
    (picked, target.max(0) - left)
}

/// The same with a sum of at least `target` and as little more as can be found; `None` if all together are less.
pub(super) fn at_least(amounts: &[i64], target: i64) -> Option<(Vec<bool>, i64)> {
    let total: i64 = amounts.iter().sum();
    if total < target {
        return None;
    }
    let (left_out, sum) = at_most(amounts, total - target);
    Some((left_out.into_iter().map(|out| !out).collect(), total - sum))
}

/// The subset with the greatest sum that is at most `target`, by meeting in the middle.
fn best_of_all(amounts: &[i64], target: i64) -> (Vec<bool>, i64) {
    let (low, high) = amounts.split_at(amounts.len() / 2);
    let (low_sums, high_sums) = (sums_ascending(low), sums_ascending(high));
    let (mut best, mut best_sets) = (0, (0u32, 0u32));
    let mut from_top = high_sums.len();
    for &(sum, set) in &low_sums {
        if sum > target {
            break;
        }
        while from_top > 0 && high_sums[from_top - 1].0 > target - sum {
            from_top -= 1;
        }
        // The empty subset always fits.
        let (other, other_set) = high_sums[from_top - 1];
        if sum + other > best {
            (best, best_sets) = (sum + other, (set, other_set));
        }
    }
    let picks = |set: u32, count: usize| (0..count).map(move |at| set >> at & 1 == 1);
    (picks(best_sets.0, low.len()).chain(picks(best_sets.1, high.len())).collect(), best)
}

/// Subsets of signed amounts, 64 at most, with a sum from `least` to `most`, by meeting in the middle: each as bits, with its
/// sum. No more than `count_max`.
pub(super) fn within(amounts: &[i64], least: i64, most: i64, count_max: usize) -> Vec<(u64, i64)> {
    let (low, high) = amounts.split_at(amounts.len() / 2);
    let (low_sums, high_sums) = (sums_ascending(low), sums_ascending(high));
    let mut found = Vec::new();
    // Of the sums of the upper half those that fit: both ends move down as the lower half's sum rises.
    let (mut from, mut to) = (high_sums.len(), high_sums.len());
    for &(sum, set) in &low_sums {
        while from > 0 && sum + high_sums[from - 1].0 >= least {
            from -= 1;
        }
        while to > 0 && sum + high_sums[to - 1].0 > most {
            to -= 1;
        }
        for &(other, other_set) in high_sums.get(from..to).unwrap_or_default() {
            if found.len() == count_max {
                return found;
            }
            found.push((u64::from(set) | u64::from(other_set) << low.len(), sum + other));
        }
    }
    found
}

/// Every subset's sum, ascending, by merging: no sorting.
fn sums_ascending(amounts: &[i64]) -> Vec<(i64, u32)> {
    let mut sums = vec![(0i64, 0u32)];
    for (at, &amount) in amounts.iter().enumerate() {
        let with: Vec<(i64, u32)> = sums.iter().map(|&(sum, set)| (sum + amount, set | 1 << at)).collect();
        let mut merged = Vec::with_capacity(sums.len() * 2);
        let (mut one, mut other) = (sums.iter().peekable(), with.iter().peekable());
        while let (Some(&&left), Some(&&right)) = (one.peek(), other.peek()) {
            if left <= right {
                merged.push(left);
                one.next();
            } else {
                merged.push(right);
                other.next();
            }
        }
        merged.extend(one.chain(other));
        sums = merged;
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn by_enumeration(amounts: &[i64], target: i64) -> i64 {
        let sum = |set: u32| -> i64 { (0..amounts.len()).filter(|at| set >> at & 1 == 1).map(|at| amounts[at]).sum() };
        (0..1u32 << amounts.len()).map(sum).filter(|&sum| sum <= target).max().expect("the empty subset")
    }

    proptest! {
        #[test]
        fn subsets_within_bounds_are_all_found_once(
            amounts in prop::collection::vec(-1000..1000_i64, 0..11),
            least in -2000..2000_i64,
            width in 0..500_i64,
        ) {
            let sum = |set: u64| -> i64 { (0..amounts.len()).filter(|at| set >> at & 1 == 1).map(|at| amounts[at]).sum() };
            let all = (0..1u64 << amounts.len()).map(|set| (set, sum(set)));
            let expected: Vec<_> = all.filter(|&(_, sum)| least <= sum && sum <= least + width).collect();
            let mut found = within(&amounts, least, least + width, usize::MAX);
            found.sort_unstable();
            prop_assert_eq!(&found, &expected);
            prop_assert_eq!(within(&amounts, least, least + width, 3).len(), expected.len().min(3));
        }

        #[test]
        fn few_amounts_are_exact(mut amounts in prop::collection::vec(1..1000_i64, 0..12), target in 0..6000_i64) {
            amounts.sort_by_key(|&amount| std::cmp::Reverse(amount));
            let (picked, sum) = at_most(&amounts, target);
            let found: i64 = amounts.iter().zip(&picked).filter(|&(_, &pick)| pick).map(|(amount, _)| amount).sum();
            prop_assert_eq!(found, sum);
            prop_assert_eq!(sum, by_enumeration(&amounts, target));
            let total: i64 = amounts.iter().sum();
            prop_assert_eq!(
                at_least(&amounts, target).map(|(_, sum)| sum),
                (target <= total).then(|| total - by_enumeration(&amounts, total - target))
            );
        }

        #[test]
        fn many_amounts_stay_below_and_nothing_more_fits(
            mut amounts in prop::collection::vec(1..100_000_i64, 60..200),
            part in 10..90_i64,
        ) {
            amounts.sort_by_key(|&amount| std::cmp::Reverse(amount));
            let target = amounts.iter().sum::<i64>() * part / 100;
            let (picked, sum) = at_most(&amounts, target);
            let found: i64 = amounts.iter().zip(&picked).filter(|&(_, &pick)| pick).map(|(amount, _)| amount).sum();
            prop_assert_eq!(found, sum);
            let smallest_left = amounts.iter().zip(&picked).filter(|&(_, &pick)| !pick).map(|(&amount, _)| amount).min();
            prop_assert!(sum <= target && smallest_left.is_none_or(|amount| amount > target - sum));
        }
    }
}
