//! Sharing pro rata, by largest remainder, also under caps.

use money::largest_remainder;

/// `total` pro rata to `weights`; zero for all where there is nothing to share.
///
/// # Panics
/// Where there is something to share and no weight: a bug of the caller.
pub(crate) fn pro_rata(total: u64, weights: &[u64]) -> Vec<u64> {
    largest_remainder(total, weights).expect("whoever shares has somebody to share among")
}

/// `total` pro rata to `weights`, nobody above its cap: what a cap cuts off goes to the others, pro rata again.
///
/// # Panics
/// Where the caps do not hold the total: a bug of the caller.
pub(crate) fn capped_pro_rata(total: u64, weights: &[u64], caps: &[u64]) -> Vec<u64> {
    let mut shares = vec![0; weights.len()];
    let mut free: Vec<bool> = weights.iter().zip(caps).map(|(weight, cap)| *weight > 0 && *cap > 0).collect();
    let mut left = total;
    loop {
        let open: Vec<u64> = weights.iter().zip(&free).map(|(weight, free)| if *free { *weight } else { 0 }).collect();
        let round = pro_rata(left, &open);
        let mut full = false;
        for index in 0..shares.len() {
            if free[index] && round[index] > caps[index] {
                (shares[index], free[index], full) = (caps[index], false, true);
            }
        }
        if !full {
            for index in (0..shares.len()).filter(|index| free[*index]) {
                shares[index] = round[index];
            }
            return shares;
        }
        let fixed: u64 = (0..shares.len()).filter(|index| !free[*index]).map(|index| shares[index]).sum();
        left = total - fixed;
    }
}

/// Lowers `amounts` so that they come to `cut` less, pro rata to them.
pub(crate) fn cut_pro_rata(amounts: &mut [u64], cut: u64) {
    let sum: u64 = amounts.iter().sum();
    let kept = pro_rata(sum - cut, amounts);
    amounts.copy_from_slice(&kept);
}
