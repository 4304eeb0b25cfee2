//! The pass-through: debtors use their claims, then credit by right; creditors repay their own debt, share the cash of the
//! day, and hold the rest as a claim. Cash in is cash out, and claims and debts sum to zero.

use crate::decompose::{Parts, Standing};
use crate::schedule::Schedule;
use crate::share::{capped_pro_rata, cut_pro_rata, pro_rata};

pub(crate) fn part(schedule: &Schedule, standings: &[Standing]) -> Vec<Parts> {
    let mut used = Vec::with_capacity(standings.len());
    let mut drawn = Vec::with_capacity(standings.len());
    let mut repaid = Vec::with_capacity(standings.len());
    let mut rest = Vec::with_capacity(standings.len());
    let mut capacity = Vec::with_capacity(standings.len());
    for standing in standings {
        let (deficit, surplus) = (standing.deficit_minor(), standing.surplus_minor());
        used.push(standing.claim_minor.min(deficit));
        let by_right =
            schedule.credit_after_debt_minor(standing.debt_minor, deficit - used[used.len() - 1], standing.quota_minor);
        drawn.push(by_right.min(standing.debt_room_minor()));
        repaid.push(standing.debt_minor.min(surplus));
        let left = surplus - repaid[repaid.len() - 1];
        rest.push(left);
        capacity.push(left.min(standing.claim_room_minor()));
    }
    let sum = |amounts: &[u64]| amounts.iter().copied().map(i128::from).sum::<i128>();
    // Credit beyond what creditors take is not given: new debt is cut first, then the use of claims.
    let mut over = sum(&used) + sum(&drawn) - sum(&repaid) - sum(&capacity);
    for amounts in [&mut drawn, &mut used] {
        let cut = over.clamp(0, sum(amounts));
        cut_pro_rata(amounts, u64::try_from(cut).expect("a part of a sum of amounts"));
        over -= cut;
    }
    let new_claims = sum(&used) + sum(&drawn) - sum(&repaid);
    let (claims, paid_back) = match u64::try_from(new_claims) {
        Ok(new_claims) => (capped_pro_rata(new_claims, &rest, &capacity), vec![0; standings.len()]),
        Err(_) => {
            // More debt is repaid than is drawn: the cash goes to those who hold claims.
            let held: Vec<u64> =
                standings.iter().zip(&used).map(|(standing, used)| standing.claim_minor - used).collect();
            let back = u64::try_from(-new_claims).expect("repaid debts fit an amount");
            (vec![0; standings.len()], pro_rata(back, &held))
        }
    };
    (0..standings.len())
        .map(|index| {
            let rises = i128::from(claims[index]) + i128::from(repaid[index]);
            let falls = i128::from(used[index]) + i128::from(drawn[index]) + i128::from(paid_back[index]);
            Parts::of(standings[index].net_minor, rises - falls)
        })
        .collect()
}
