//! What holds for any nets and any history.

use credit::{Parts, Rule, Schedule, Slice, Standing, TrancheTerms, decompose, equal_instalments, lenders_instalments};
use proptest::prelude::*;

fn any_schedule() -> impl Strategy<Value = Schedule> {
    let ends = proptest::collection::btree_set(1_u32..3_000_000, 0..6);
    (ends, proptest::collection::vec(0_u32..=1_000_000, 6), 0_u32..=1_000_000).prop_map(|(ends, shares, beyond_ppm)| {
        let slices = ends.into_iter().zip(shares).map(|(up_to_ppm, asset_ppm)| Slice { up_to_ppm, asset_ppm });
        Schedule::new(slices.collect(), beyond_ppm).unwrap()
    })
}

/// Cash and credit of a path from zero.
fn walk(nets: &[i128], quotas: (u64, u64), debtor: &Schedule, creditor: &Schedule) -> (i128, i128) {
    let (mut cash, mut credit, mut cumulative_minor) = (0, 0, 0);
    for &net_minor in nets {
        let (debtor, creditor) = (debtor.clone(), creditor.clone());
        let tranches = Some(TrancheTerms { debtor, creditor, creditor_quota_minor: quotas.1 });
        let standing = Standing { net_minor, cumulative_minor, quota_minor: quotas.0, tranches, ..Standing::default() };
        let parts = decompose(&Rule::Tranches, &[standing])[0];
        assert_eq!(parts.cash_minor + parts.credit_minor, net_minor);
        (cash, credit, cumulative_minor) =
            (cash + parts.cash_minor, credit + parts.credit_minor, cumulative_minor + net_minor);
    }
    (cash, credit)
}

/// Members with claims and debts that sum to zero, and nets that do.
fn any_standings() -> impl Strategy<Value = Vec<Standing>> {
    let one = (-1_000_i128..1_000, 0_u64..500, any::<bool>(), 0_u64..2_000, 0_u64..800, 0_u64..800);
    proptest::collection::vec(one, 2..9).prop_map(|drawn| {
        let mut standings: Vec<Standing> = drawn
            .iter()
            .map(|&(net_minor, owed, holds, quota_minor, debt_room, claim_room)| Standing {
                net_minor,
                claim_minor: if holds { owed } else { 0 },
                debt_minor: if holds { 0 } else { owed },
                quota_minor,
                debt_max_minor: Some(debt_room),
                claim_max_minor: Some(claim_room),
                ..Standing::default()
            })
            .collect();
        // The last two make both sums zero.
        let nets: i128 = standings.iter().map(|standing| standing.net_minor).sum();
        let claims: u64 = standings.iter().map(|standing| standing.claim_minor).sum();
        let debts: u64 = standings.iter().map(|standing| standing.debt_minor).sum();
        let common = claims.min(debts);
        standings.push(Standing {
            net_minor: -nets,
            claim_minor: debts - common,
            debt_minor: claims - common,
            ..Standing::default()
        });
        standings
    })
}

proptest! {
    #[test]
    fn what_was_paid_depends_on_where_a_position_is_and_not_on_how_it_came_there(
        nets in proptest::collection::vec(-1_000_000_i128..1_000_000, 1..20),
        quotas in (0_u64..1_000_000, 0_u64..1_000_000),
        debtor in any_schedule(),
        creditor in any_schedule(),
    ) {
        let there = nets.iter().sum::<i128>();
        prop_assert_eq!(walk(&nets, quotas, &debtor, &creditor), walk(&[there], quotas, &debtor, &creditor));
        let mut and_back = nets.clone();
        and_back.push(-there);
        prop_assert_eq!(walk(&and_back, quotas, &debtor, &creditor), (0, 0), "back at zero nothing is paid and owed");
    }

    #[test]
    fn the_asset_rises_with_the_position_and_never_faster(
        schedule in any_schedule(), quota in 0_u64..1_000_000, position in 0_u128..3_000_000,
    ) {
        let step = schedule.asset_minor(position + 1, quota) - schedule.asset_minor(position, quota);
        prop_assert!((0..=1).contains(&step));
    }

    /// Credit is drawn in small steps as in one: never more, and at most one unit less for each step.
    #[test]
    fn credit_after_a_debt_is_read_where_the_debt_stands(
        schedule in any_schedule(), quota in 0_u64..100_000, first in 0_u64..200_000, second in 0_u64..200_000,
    ) {
        let begun = schedule.credit_after_debt_minor(0, first, quota);
        let together = schedule.credit_after_debt_minor(0, first + second, quota);
        let then = schedule.credit_after_debt_minor(begun, second, quota);
        prop_assert!(begun <= first && then <= second);
        let exact = i128::from(first) - schedule.asset_minor(u128::from(first), quota);
        prop_assert!((0..=1).contains(&(exact - i128::from(begun))), "{exact} {begun}");
        prop_assert!(begun + then <= together + second, "{begun} {then} {together}");
    }

    #[test]
    fn a_pass_through_sums_to_zero_and_keeps_every_cap(standings in any_standings(), schedule in any_schedule()) {
        let parts = decompose(&Rule::PassThrough(schedule), &standings);
        prop_assert_eq!(parts.iter().map(|part| part.cash_minor).sum::<i128>(), 0, "cash in is cash out");
        prop_assert_eq!(parts.iter().map(|part| part.credit_minor).sum::<i128>(), 0, "claims and debts sum to zero");
        for (standing, Parts { cash_minor, credit_minor }) in standings.iter().zip(&parts) {
            prop_assert_eq!(cash_minor + credit_minor, standing.net_minor);
            let before = i128::from(standing.claim_minor) - i128::from(standing.debt_minor);
            let after = before + credit_minor;
            let (claim, debt) = (after.max(0), (-after).max(0));
            let claim_cap = i128::from(standing.claim_max_minor.unwrap_or(u64::MAX).max(standing.claim_minor));
            let debt_cap = i128::from(standing.debt_max_minor.unwrap_or(u64::MAX).max(standing.debt_minor));
            prop_assert!(claim <= claim_cap && debt <= debt_cap, "{standing:?} {after}");
            let paid_by_creditor = standing.net_minor > 0 && *cash_minor < 0;
            let paid_to_debtor = standing.net_minor < 0 && *cash_minor > 0 && standing.claim_minor == 0;
            prop_assert!(!paid_by_creditor && !paid_to_debtor);
            prop_assert!(standing.net_minor <= 0 || *credit_minor <= standing.net_minor);
        }
    }

    #[test]
    fn what_is_deferred_is_lent_and_comes_back(
        nets in proptest::collection::vec(-1_000_000_i128..1_000_000, 1..8), count in 1_usize..13,
    ) {
        let mut nets = nets;
        nets.push(-nets.iter().sum::<i128>());
        let standings: Vec<Standing> =
            nets.iter().map(|&net_minor| Standing { net_minor, ..Standing::default() }).collect();
        let parts = decompose(&Rule::Instalments, &standings);
        prop_assert!(parts.iter().all(|part| part.cash_minor == 0), "nobody pays when everybody defers");
        let amount = |minor: i128| u64::try_from(minor.max(0)).unwrap();
        let lent: Vec<u64> = parts.iter().map(|part| amount(part.credit_minor)).collect();
        let mut due = vec![0; count];
        for part in &parts {
            let instalments = equal_instalments(amount(-part.credit_minor), count);
            due.iter_mut().zip(instalments).for_each(|(due, instalment)| *due += instalment);
        }
        let back = lenders_instalments(&due, &lent);
        for (index, lent) in lent.iter().enumerate() {
            prop_assert_eq!(back.iter().map(|shares| shares[index]).sum::<u64>(), *lent);
        }
    }

    #[test]
    fn obligatory_credit_is_whole_and_no_more_than_is_owed(
        balances in proptest::collection::vec(0_u64..1_000_000, 1..8), amount in 0_u64..1_000_000, step in 1_u64..500,
    ) {
        let standings: Vec<Standing> =
            balances.iter().map(|&owed| Standing { net_minor: i128::from(owed), ..Standing::default() }).collect();
        let parts = decompose(&Rule::Apportioned { amount_minor: amount, step_minor: step }, &standings);
        for (owed, part) in balances.iter().zip(&parts) {
            prop_assert!(part.credit_minor >= 0 && part.credit_minor <= i128::from(*owed));
            prop_assert_eq!(part.cash_minor + part.credit_minor, i128::from(*owed));
        }
        let credit = parts.iter().map(|part| part.credit_minor).sum::<i128>();
        let owed: u64 = balances.iter().sum();
        prop_assert!(credit <= i128::from(amount.min(owed)));
        prop_assert!(step != 1 || credit == i128::from(amount.min(owed)));
    }
}
