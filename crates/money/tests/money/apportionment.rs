use money::{ApportionError, largest_remainder, round_keeping_sum};
use proptest::prelude::*;

/// The Central American Clearing House's published week (vector TV-CACH-1, from the study of the Economic Commission for
/// Africa on an African clearing union), in units of 100 US dollars: Honduras is net creditor of Guatemala, El Salvador
/// and Nicaragua, and its automatic credit of 225,000 is apportioned to them.
#[test]
fn the_clearing_house_of_1961_apportions_its_credit_as_published() {
    let balances = [18_980 - 2_689, 53_889 - 6_790, 50 - 5];
    let credit = largest_remainder(2_250, &balances).unwrap();
    assert_eq!(credit, [578, 1_670, 2]);
    let payable: Vec<u64> = balances.iter().zip(&credit).map(|(balance, credit)| balance - credit).collect();
    assert_eq!(payable, [15_713, 45_429, 43]);
    assert_eq!(payable.iter().sum::<u64>(), 61_185);
}

/// Negative control: each share rounded on its own to the nearest makes 225,100 of 225,000.
#[test]
fn rounding_each_share_on_its_own_does_not_keep_the_sum() {
    let balances = [16_291_u64, 47_099, 45];
    let nearest = balances.map(|balance| (2_250 * balance + 63_435 / 2) / 63_435);
    assert_eq!(nearest, [578, 1_671, 2]);
    assert_eq!(nearest.iter().sum::<u64>(), 2_251);
}

#[test]
fn equal_fractions_go_to_the_lowest_index() {
    assert_eq!(largest_remainder(5, &[1, 1, 1]), Ok(vec![2, 2, 1]));
    assert_eq!(largest_remainder(1, &[0, 2, 2]), Ok(vec![0, 1, 0]));
    assert_eq!(largest_remainder(2, &[1, 3, 3, 1]), Ok(vec![0, 1, 1, 0]));
}

#[test]
fn dividing_nothing_or_among_nobody() {
    assert_eq!(largest_remainder(0, &[]), Ok(vec![]));
    assert_eq!(largest_remainder(0, &[0, 0]), Ok(vec![0, 0]));
    assert_eq!(largest_remainder(1, &[]), Err(ApportionError::NoWeight));
    assert_eq!(largest_remainder(1, &[0, 0]), Err(ApportionError::NoWeight));
    assert_eq!(largest_remainder(u64::MAX, &[u64::MAX; 3]), Ok(vec![u64::MAX / 3; 3]));
    assert_eq!(round_keeping_sum(&[], 7), Ok(vec![]));
}

/// Net positions in euro, dollars and yen converted to a unit of account (vector per-02): euro at 1, dollars at
/// 100000/108713, yen at 100000/161847, over one common denominator. Positions sum to zero before and after.
#[test]
fn positions_converted_to_the_unit_of_account_still_sum_to_zero() {
    const DOLLAR: i128 = 108_713;
    const YEN: i128 = 161_847;
    let positions = [
        [1_234_567, -7_654_321, 998_877],
        [-2_345_678, 4_444_444, -123_456],
        [111_111, 3_209_877, -875_422],
        [1_000_000, 0, 1],
    ];
    let exact = positions.map(|[euro, dollars, yen]| euro * DOLLAR * YEN + (dollars * YEN + yen * DOLLAR) * 100_000);
    let denominator = (DOLLAR * YEN).unsigned_abs();
    let floors = exact.map(|numerator| numerator.div_euclid(DOLLAR * YEN));
    assert_eq!(floors, [-5_189_111, 1_666_278, 2_522_831, 1_000_000]);
    assert_eq!(round_keeping_sum(&exact, denominator), Ok(vec![-5_189_111, 1_666_278, 2_522_832, 1_000_001]));
}

#[test]
fn balances_that_cannot_keep_their_sum_are_refused() {
    assert_eq!(round_keeping_sum(&[1, 1], 3), Err(ApportionError::SumNotWhole));
    assert_eq!(round_keeping_sum(&[1], 0), Err(ApportionError::Overflow));
    assert_eq!(round_keeping_sum(&[1], 1 << 127), Err(ApportionError::Overflow));
    assert_eq!(round_keeping_sum(&[i128::MAX, 1], 1), Err(ApportionError::Overflow));
    assert_eq!(round_keeping_sum(&[i128::MIN, i128::MAX, 1], 3), Ok(vec![i128::MIN / 3, i128::MAX / 3, 0]));
}

proptest! {
    #[test]
    fn shares_add_up_and_each_is_within_one_unit_of_its_proportion(
        total in any::<u64>(), weights in prop::collection::vec(prop_oneof![Just(0), any::<u64>(), 0..100_u64], 1..40),
    ) {
        let sum: u128 = weights.iter().map(|&weight| u128::from(weight)).sum();
        prop_assume!(sum > 0);
        let shares = largest_remainder(total, &weights).unwrap();
        prop_assert_eq!(shares.iter().map(|&share| u128::from(share)).sum::<u128>(), u128::from(total));
        for (&share, &weight) in shares.iter().zip(&weights) {
            let floor = u128::from(total) * u128::from(weight) / sum;
            prop_assert!(u128::from(share) == floor || u128::from(share) == floor + 1);
            prop_assert!(weight > 0 || share == 0);
        }
    }

    #[test]
    fn a_larger_weight_never_gets_less(total in any::<u64>(), weights in prop::collection::vec(1..1_000_u64, 2..20)) {
        let shares = largest_remainder(total, &weights).unwrap();
        for (left, right) in (0..weights.len()).flat_map(|left| (0..weights.len()).map(move |right| (left, right))) {
            prop_assert!(weights[left] <= weights[right] || shares[left] >= shares[right]);
        }
    }

    #[test]
    fn rounded_balances_keep_a_sum_of_zero(
        numerators in prop::collection::vec(any::<i64>(), 1..30), denominator in 1..1_000_000_u128,
    ) {
        let mut numerators: Vec<i128> = numerators.into_iter().map(i128::from).collect();
        numerators.push(-numerators.iter().sum::<i128>());
        let rounded = round_keeping_sum(&numerators, denominator).unwrap();
        prop_assert_eq!(rounded.iter().sum::<i128>(), 0);
        let denominator = i128::try_from(denominator).unwrap();
        for (&whole, &numerator) in rounded.iter().zip(&numerators) {
            prop_assert!((whole * denominator - numerator).abs() < denominator);
        }
    }

    /// Where both apply they are the same method.
    #[test]
    fn the_two_ways_of_apportioning_agree(total in any::<u32>(), weights in prop::collection::vec(1..1_000_u64, 1..20)) {
        let sum: u64 = weights.iter().sum();
        let exact: Vec<i128> = weights.iter().map(|&weight| i128::from(total) * i128::from(weight)).collect();
        let shares = largest_remainder(total.into(), &weights).unwrap();
        let rounded = round_keeping_sum(&exact, sum.into()).unwrap();
        prop_assert_eq!(shares.into_iter().map(i128::from).collect::<Vec<_>>(), rounded);
    }
}
