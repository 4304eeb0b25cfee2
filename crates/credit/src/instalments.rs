//! Instalments: what is deferred comes due in equal parts.

use crate::share::pro_rata;

/// An amount in so many equal instalments; the minor units that are left over go one each to the first of them.
///
/// ```
/// assert_eq!(credit::equal_instalments(1_000, 3), [334, 333, 333]);
/// ```
///
/// # Panics
/// Where there is no instalment.
#[must_use]
pub fn equal_instalments(amount_minor: u64, count: usize) -> Vec<u64> {
    assert!(count > 0, "what is deferred has an instalment");
    pro_rata(amount_minor, &vec![1; count])
}

/// What lenders get back with each instalment. `due_minor` is what debtors pay instalment by instalment; `lent_minor`, what
/// each lender lent. Every instalment is shared pro rata to what a lender is still owed, by largest remainder, so that each
/// pays out what it brings in and the last one brings everybody to zero.
///
/// # Panics
/// Where what was lent is not what is due: a bug of the caller.
#[must_use]
pub fn lenders_instalments(due_minor: &[u64], lent_minor: &[u64]) -> Vec<Vec<u64>> {
    let sum = |amounts: &[u64]| amounts.iter().copied().map(u128::from).sum::<u128>();
    assert_eq!(sum(due_minor), sum(lent_minor), "what is lent is what comes due");
    let mut owed = lent_minor.to_vec();
    due_minor
        .iter()
        .map(|&due| {
            let shares = pro_rata(due, &owed);
            owed.iter_mut().zip(&shares).for_each(|(owed, share)| *owed -= share);
            shares
        })
        .collect()
}
