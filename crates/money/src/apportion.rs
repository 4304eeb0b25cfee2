//! Dividing among many so that the parts add up to the whole: the method of largest remainders.

use std::cmp::Reverse;
use std::fmt;

/// Divides `total` in proportion to `weights`; the shares add up to `total` exactly.
///
/// Each share is first rounded down; the units left over go one each to the largest fractions dropped, and among equal
/// ones to the lowest index (Hamilton's method). A weight of zero gets nothing. This is how the Central American
/// Clearing House apportioned a creditor's obligatory credit to its debtors.
///
/// ```
/// # use money::{largest_remainder, ApportionError};
/// assert_eq!(largest_remainder(100, &[1, 1, 1])?, [34, 33, 33]);
/// # Ok::<(), ApportionError>(())
/// ```
///
/// # Errors
/// [`ApportionError::NoWeight`] where there is something to divide and no weight above zero.
pub fn largest_remainder(total: u64, weights: &[u64]) -> Result<Vec<u64>, ApportionError> {
    let sum: u128 = weights.iter().map(|&weight| u128::from(weight)).sum();
    if total == 0 {
        return Ok(vec![0; weights.len()]);
    }
    if sum == 0 {
        return Err(ApportionError::NoWeight);
    }
    let mut shares = Vec::with_capacity(weights.len());
    let mut remainders = Vec::with_capacity(weights.len());
    let mut left = total;
    for &weight in weights {
        let exact = u128::from(total) * u128::from(weight);
        let share = u64::try_from(exact / sum).expect("bug: a share is no larger than the total");
        left -= share;
        shares.push(share);
        remainders.push(exact % sum);
    }
    let left = usize::try_from(left).expect("bug: less than one unit per weight is left");
    for index in largest_first(&remainders).into_iter().take(left) {
        shares[index] += 1;
    }
    Ok(shares)
}

/// Rounds balances, given as numerators over one `denominator`, to whole minor units that keep their exact sum.
///
/// Each is first rounded towards minus infinity; the units missing go one each to the largest fractions dropped, and
/// among equal ones to the lowest index. With positions that sum to zero the result does too, which is what a
/// conversion of every member's position into the unit of account needs.
///
/// ```
/// # use money::{round_keeping_sum, ApportionError};
/// // 1.25, -0.75 and -0.50 quarters of nothing lost.
/// assert_eq!(round_keeping_sum(&[5, -3, -2], 4)?, [1, -1, 0]);
/// # Ok::<(), ApportionError>(())
/// ```
///
/// # Errors
/// [`ApportionError::SumNotWhole`] where the exact sum is not a whole number of minor units;
/// [`ApportionError::Overflow`] where it does not fit in 128 bits, or the denominator is zero or above 2^127 - 1.
pub fn round_keeping_sum(numerators: &[i128], denominator: u128) -> Result<Vec<i128>, ApportionError> {
    let divisor = i128::try_from(denominator).ok().filter(|&divisor| divisor > 0).ok_or(ApportionError::Overflow)?;
    let mut sum = 0_i128;
    let mut floors = Vec::with_capacity(numerators.len());
    let mut remainders = Vec::with_capacity(numerators.len());
    for numerator in numerators {
        sum = sum.checked_add(*numerator).ok_or(ApportionError::Overflow)?;
        floors.push(numerator.div_euclid(divisor));
        remainders.push(numerator.rem_euclid(divisor).unsigned_abs());
    }
    if sum % divisor != 0 {
        return Err(ApportionError::SumNotWhole);
    }
    let missing = sum / divisor - floors.iter().sum::<i128>();
    let missing = usize::try_from(missing).expect("bug: less than one unit per balance is missing");
    for index in largest_first(&remainders).into_iter().take(missing) {
        floors[index] += 1;
    }
    Ok(floors)
}

/// Indices by descending remainder; equal ones in ascending order, which the stable sort keeps.
fn largest_first(remainders: &[u128]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..remainders.len()).collect();
    order.sort_by_key(|&index| Reverse(remainders[index]));
    order
}

/// Why something could not be divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ApportionError {
    /// There is something to divide, and nobody to give it to.
    NoWeight,
    /// The exact balances do not add up to a whole number of minor units.
    SumNotWhole,
    /// A sum does not fit in 128 bits, or the denominator is not a positive number below 2^127.
    Overflow,
}

impl fmt::Display for ApportionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ApportionError::NoWeight => "nothing to divide by: every weight is zero",
            ApportionError::SumNotWhole => "the exact balances do not add up to a whole number of minor units",
            ApportionError::Overflow => "the sum or the denominator does not fit in 128 bits",
        })
    }
}

impl std::error::Error for ApportionError {}
