//! Deferral, obligatory credit, swaps, ceilings: worked examples of other arrangements.
#![expect(clippy::inconsistent_digit_grouping, reason = "amounts are written as units and cents")]

use credit::{Parts, Rule, Standing, SwapRequest, ceiling, decompose, equal_instalments, lenders_instalments};

fn net(net_minor: i128) -> Standing {
    Standing { net_minor, ..Standing::default() }
}

fn cash_and_credit(parts: &[Parts]) -> Vec<(i128, i128)> {
    parts.iter().map(|parts| (parts.cash_minor, parts.credit_minor)).collect()
}

/// CPCR, one period of four central banks: -40, +15, +40, -15 (millions); the Automatic Payment Programme defers in four.
#[test]
fn debtors_defer_in_four_instalments_and_creditors_lend_pro_rata() {
    let standings = [net(-4_000), net(1_500), net(4_000), net(-1_500)];
    let parts = decompose(&Rule::Instalments, &standings);
    assert_eq!(cash_and_credit(&parts), [(0, -4_000), (0, 1_500), (0, 4_000), (0, -1_500)]);
    assert_eq!(equal_instalments(4_000, 4), [1_000; 4], "10.00 each");
    assert_eq!(equal_instalments(1_500, 4), [375; 4], "3.75 each");
    assert_eq!(lenders_instalments(&[1_375; 4], &[1_500, 4_000]), vec![vec![375, 1_000]; 4]);
}

#[test]
fn a_member_that_may_not_defer_pays_and_creditors_lend_the_rest() {
    let barred = Standing { debt_minor: 1, debt_max_minor: Some(0), ..net(-1_500) };
    let parts = decompose(&Rule::Instalments, &[net(-4_000), net(1_500), net(4_000), barred]);
    assert_eq!(cash_and_credit(&parts), [(0, -4_000), (409, 1_091), (1_091, 2_909), (-1_500, 0)]);
}

#[test]
fn lenders_come_to_zero_with_the_last_instalment_whatever_the_remainders() {
    let due = equal_instalments(1_001, 7);
    let shares = lenders_instalments(&due, &[333, 667, 1]);
    for (due, shares) in due.iter().zip(&shares) {
        assert_eq!(shares.iter().sum::<u64>(), *due);
    }
    let back: Vec<u64> = (0..3).map(|lender| shares.iter().map(|shares| shares[lender]).sum()).collect();
    assert_eq!(back, [333, 667, 1]);
}

/// Central American Clearing House, thousands of dollars: 1,629.1, 4,709.9 and 4.5 owed to Honduras (ECA study).
#[test]
fn obligatory_credit_is_apportioned_by_largest_remainder() {
    let rule = Rule::Apportioned { amount_minor: 2_250, step_minor: 1 };
    let parts = decompose(&rule, &[net(16_291), net(47_099), net(45)]);
    assert_eq!(cash_and_credit(&parts), [(15_713, 578), (45_429, 1_670), (43, 2)]);
    assert_eq!(parts.iter().map(|parts| parts.cash_minor).sum::<i128>(), 61_185);
}

#[test]
fn steps_of_a_hundred_dollars_give_the_same_parts_in_cents() {
    let rule = Rule::Apportioned { amount_minor: 22_500_000, step_minor: 10_000 };
    let parts = decompose(&rule, &[net(162_910_000), net(470_990_000), net(450_000)]);
    let stays: Vec<i128> = parts.iter().map(|parts| parts.credit_minor).collect();
    assert_eq!(stays, [5_780_000, 16_700_000, 20_000]);
}

#[test]
fn obligatory_credit_is_carried_and_given_back_when_the_balance_falls() {
    let rule = Rule::Apportioned { amount_minor: 225, step_minor: 1 };
    let carried = |net_minor, claim_minor| Standing { claim_minor, ..net(net_minor) };
    // 200 stay of 200; then 100 more are owed: 225 stay; then 150 are given back.
    assert_eq!(cash_and_credit(&decompose(&rule, &[carried(200, 0)])), [(0, 200)]);
    assert_eq!(cash_and_credit(&decompose(&rule, &[carried(100, 200)])), [(75, 25)]);
    assert_eq!(cash_and_credit(&decompose(&rule, &[carried(-150, 225)])), [(0, -150)]);
}

/// Asian Clearing Union: gross payments of 900, 1,000 and 1,100 give a ceiling of 200 towards each other participant.
#[test]
fn a_swap_goes_up_to_a_fifth_of_three_years_average_and_no_further_than_the_deficit() {
    let average = ceiling::average_minor(&[900, 1_000, 1_100]);
    assert_eq!((average, ceiling::share_minor(average, 200_000)), (1_000, 200));
    assert_eq!((ceiling::room_for(200, &[], 200), ceiling::room_for(200, &[1], 200)), (Ok(200), Err(1)));
    let request = |counterparty| SwapRequest { drawer: 0, counterparty, amount_minor: 200 };
    let rule = Rule::Swap(vec![request(1), request(2)]);
    let parts = decompose(&rule, &[net(-500), net(500), net(0)]);
    assert_eq!(cash_and_credit(&parts), [(-100, -400), (300, 200), (-200, 200)]);
    let parts = decompose(&rule, &[net(-100), net(100), net(0)]);
    assert_eq!(cash_and_credit(&parts), [(0, -100), (50, 50), (-50, 50)], "no more than the deficit");
}

/// FLAR, access to credit: a ceiling over all lines of 2.5 times paid-in capital, 2.6 for Bolivia and Ecuador.
#[test]
fn a_reserve_fund_lends_up_to_a_multiple_of_capital_over_all_lines() {
    let ceiling = |multiple_ppm| ceiling::share_minor(250_00, multiple_ppm);
    assert_eq!((ceiling(2_500_000), ceiling(2_600_000)), (625_00, 650_00));
    assert_eq!(ceiling::room_for(625_00, &[400_00], 225_00), Ok(225_00));
    assert_eq!(ceiling::room_for(625_00, &[400_00], 250_00), Err(25_00), "25 over");
    assert_eq!(ceiling::room_for(650_00, &[400_00], 250_00), Ok(250_00));
}

/// Chiang Mai Initiative Multilateralisation: contribution times purchasing multiple (joint press release, March 2010).
#[test]
fn a_member_of_chiang_mai_draws_its_contribution_times_its_multiple() {
    let table = [
        ("China", 34_200, 500_000, 17_100),
        ("Japan", 38_400, 500_000, 19_200),
        ("Korea", 19_200, 1_000_000, 19_200),
        ("Indonesia, Thailand, Malaysia, Singapore", 4_770, 2_500_000, 11_925),
        ("Philippines", 3_680, 2_500_000, 9_200),
        ("Vietnam", 1_000, 5_000_000, 5_000),
        ("Cambodia", 120, 5_000_000, 600),
    ];
    for (member, contribution, multiple_ppm, most) in table {
        assert_eq!(ceiling::share_minor(contribution, multiple_ppm), most, "{member}");
    }
    // Three tenths of it without a programme of the International Monetary Fund (2014).
    assert_eq!(ceiling::share_minor(11_925, 300_000), 3_577);
}

/// Caudal, rule 9.
#[test]
fn a_quota_is_a_tenth_of_the_mean_within_its_bounds() {
    let rule = ceiling::QuotaRule {
        share_ppm: 100_000,
        factor_ppm: 1_000_000,
        minimum_minor: 2_000_000,
        maximum_minor: Some(30_000_000),
    };
    let mean = ceiling::average_minor(&[90_000_000, 100_000_000, 110_000_000]);
    assert_eq!(rule.quota_minor(mean), 10_000_000);
    assert_eq!(ceiling::QuotaRule { factor_ppm: 1_500_000, ..rule }.quota_minor(mean), 15_000_000, "an island");
    assert_eq!(rule.quota_minor(0), 2_000_000, "at least");
    assert_eq!(rule.quota_minor(1_000_000_000), 30_000_000, "a share of reserves");
    let poor = ceiling::QuotaRule { maximum_minor: Some(1_500_000), ..rule };
    assert_eq!(poor.quota_minor(0), 1_500_000, "never above what its reserves bear");
}
