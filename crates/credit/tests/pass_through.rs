//! The pass-through of Caudal, rules 10 and 11.

use credit::{Parts, Rule, Schedule, Slice, Standing, decompose};

/// Half cash, half credit up to a quota.
fn half_and_half() -> Rule {
    Rule::PassThrough(Schedule::new(vec![Slice { up_to_ppm: 1_000_000, asset_ppm: 500_000 }], 1_000_000).unwrap())
}

fn member(net_minor: i128, claim_minor: u64, debt_minor: u64, quota_minor: u64) -> Standing {
    Standing { net_minor, claim_minor, debt_minor, quota_minor, ..Standing::default() }
}

fn cash_and_credit(standings: &[Standing]) -> Vec<(i128, i128)> {
    let parts = decompose(&half_and_half(), standings);
    parts.iter().map(|Parts { cash_minor, credit_minor }| (*cash_minor, *credit_minor)).collect()
}

#[test]
fn half_is_paid_and_creditors_share_the_cash_pro_rata() {
    let members = [member(-100, 0, 0, 200), member(75, 0, 0, 0), member(25, 0, 0, 0)];
    assert_eq!(cash_and_credit(&members), [(-50, -50), (37, 38), (13, 12)]);
}

#[test]
fn credit_ends_at_half_the_quota() {
    // The position that a debt of 90 stands for is 180; 20 more are within a quota of 200, 60 beyond it.
    let members = [member(-80, 0, 90, 200), member(80, 0, 0, 0), member(0, 90, 0, 0)];
    assert_eq!(cash_and_credit(&members), [(-70, -10), (70, 10), (0, 0)]);
}

#[test]
fn a_debtor_spends_its_claims_before_anything_else() {
    let members = [member(-30, 20, 0, 200), member(30, 0, 0, 0), member(0, 0, 20, 0)];
    assert_eq!(cash_and_credit(&members), [(-5, -25), (5, 25), (0, 0)]);
}

#[test]
fn a_surplus_repays_its_own_debt_first_and_the_cash_goes_to_whoever_is_owed() {
    // The first repays its whole debt of 40; the second pays half of its 40; holders of claims get those 20.
    let members = [member(40, 0, 40, 200), member(-40, 0, 0, 200), member(0, 30, 0, 0), member(0, 10, 0, 0)];
    assert_eq!(cash_and_credit(&members), [(0, 40), (-20, -20), (15, -15), (5, -5)]);
}

#[test]
fn a_claim_never_passes_the_cap_of_its_creditor_and_debtors_pay_the_rest() {
    let capped = |net_minor, claim_max| Standing { claim_max_minor: Some(claim_max), ..member(net_minor, 0, 0, 0) };
    let members = [member(-100, 0, 0, 200), capped(60, 10), capped(40, 40)];
    // 50 by right; 30 and 20 pro rata, but the first takes only 10, so the other takes 40: 50 are lent all the same.
    assert_eq!(cash_and_credit(&members), [(-50, -50), (50, 10), (0, 40)]);
    let members = [member(-100, 0, 0, 200), capped(60, 10), capped(40, 0)];
    assert_eq!(cash_and_credit(&members), [(-90, -10), (50, 10), (40, 0)], "who gives no credit is paid");
}

#[test]
fn without_credit_everything_is_cash() {
    let no_credit =
        |net_minor| Standing { debt_max_minor: Some(0), claim_max_minor: Some(0), ..member(net_minor, 0, 0, 0) };
    assert_eq!(cash_and_credit(&[no_credit(-10), no_credit(10)]), [(-10, 0), (10, 0)]);
}
