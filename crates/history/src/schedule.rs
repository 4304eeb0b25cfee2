//! Which runs to merge: a question of numbers only.

use crate::limits::{MERGE_RATIO, MERGE_RATIO_HURRIED, RUNS_MAX};
use std::ops::Range;

/// The runs to merge into one, of runs with so many payments each, oldest first; nothing if they are few enough.
///
/// Always the newest ones: so the oldest and largest is written again only when what came after it has grown to a share
/// of it, and the number of runs grows with the logarithm of the payments.
pub(crate) fn choose(payments: &[u64]) -> Option<Range<usize>> {
    let ratio = if payments.len() > RUNS_MAX { MERGE_RATIO_HURRIED } else { MERGE_RATIO };
    let newer_than = |index: usize| payments[index + 1..].iter().sum::<u64>();
    let outgrown = |index: &usize| payments[*index] < newer_than(*index).saturating_mul(ratio);
    (0..payments.len()).find(outgrown).map(|first| first..payments.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Adds runs of one payment, merging at once where due: most runs at any time, and payments written again.
    fn grow(layers: u64) -> (usize, u64) {
        let (mut runs, mut most, mut rewritten) = (Vec::new(), 0, 0);
        for _ in 0..layers {
            runs.push(1);
            while let Some(range) = choose(&runs) {
                let merged = runs[range.clone()].iter().sum();
                runs.splice(range, [merged]);
                rewritten += merged;
            }
            most = most.max(runs.len());
        }
        assert_eq!(runs.iter().sum::<u64>(), layers, "no payment is lost");
        (most, rewritten)
    }

    #[test]
    fn five_runs_hold_ten_million_payments_and_seven_hold_a_hundred_million() {
        // In layers of 32,768 payments.
        let (most, rewritten) = grow(306);
        assert!(most <= 5, "{most} runs");
        assert!(rewritten < 306 * 25, "each payment was written {} times", rewritten / 306);
        let (most, rewritten) = grow(3_052);
        assert!(most <= 7, "{most} runs");
        assert!(rewritten < 3_052 * 33, "each payment was written {} times", rewritten / 3_052);
    }

    #[test]
    fn few_runs_of_falling_size_are_left_alone() {
        assert_eq!(choose(&[]), None);
        assert_eq!(choose(&[1]), None);
        assert_eq!(choose(&[90, 20, 5]), None);
        assert_eq!(choose(&[90, 20, 5, 5]), Some(1..4));
        assert_eq!(choose(&[90, 20, 10, 5]), Some(0..4));
    }

    #[test]
    fn too_many_runs_are_merged_without_touching_one_larger_than_all_of_them() {
        let mut runs = vec![1; RUNS_MAX];
        runs.insert(0, 100);
        assert_eq!(choose(&runs), Some(1..RUNS_MAX + 1));
        runs[0] = 10;
        assert_eq!(choose(&runs), Some(0..RUNS_MAX + 1));
    }
}
