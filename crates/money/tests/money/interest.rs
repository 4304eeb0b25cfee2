use money::{Accrual, BalanceMinor, CumulativeInterest, DayCount, InterestError, Rounding, interest_minor};
use proptest::prelude::*;

fn accrual(stretches: &[(i128, u32)]) -> Accrual {
    let mut accrual = Accrual::ZERO;
    for &(balance_minor, days) in stretches {
        accrual = accrual.plus(BalanceMinor::new(balance_minor), days).unwrap();
    }
    accrual
}

/// Daily balances of a four-month period under the reciprocal payments agreement (vector TV-CPCR-2): 797,000,000
/// number-days of dollars at 5.5 %, actual/360.
#[test]
fn a_period_of_daily_balances_earns_121_763_89() {
    let number_days = accrual(&[(2_000_000_000, 10), (3_500_000_000, 15), (1_200_000_000, 6)]);
    assert_eq!(number_days.minor_days(), 797_000_000 * 100);
    assert_eq!(interest_minor(number_days, 55_000, DayCount::Actual360, Rounding::HalfUp), Ok(12_176_389));
    assert_eq!(interest_minor(number_days, 55_000, DayCount::Actual360, Rounding::Floor), Ok(12_176_388));
    // 79,700,000,000 * 0.055 / 365 = 12,009,589.04…
    assert_eq!(interest_minor(number_days, 55_000, DayCount::Actual365, Rounding::HalfUp), Ok(12_009_589));
    assert_eq!((DayCount::Actual360.year_days(), DayCount::Actual365.year_days()), (360, 365));
}

#[test]
fn a_debt_and_a_claim_of_one_size_round_to_one_size_by_the_half_rules() {
    // Half a minor unit and one and a half: 180 and 540 units of a balance for one day at 100 %.
    let interest = |balance_minor, rounding| {
        interest_minor(accrual(&[(balance_minor, 1)]), 1_000_000, DayCount::Actual360, rounding).unwrap()
    };
    let table = [
        (180, [0, 1, 1, 0]),
        (-180, [-1, 0, -1, 0]),
        (540, [1, 2, 2, 2]),
        (-540, [-2, -1, -2, -2]),
        (90, [0, 1, 0, 0]),
        (-90, [-1, 0, 0, 0]),
        (-270, [-1, 0, -1, -1]),
        (-360, [-1, -1, -1, -1]),
    ];
    for (balance_minor, expected) in table {
        let roundings = [Rounding::Floor, Rounding::Ceiling, Rounding::HalfUp, Rounding::HalfEven];
        assert_eq!(roundings.map(|rounding| interest(balance_minor, rounding)), expected, "{balance_minor}");
    }
}

/// Vector per-02: balances from their date until replaced, debtors at 2.75 % and creditors at 2.00 %, actual/360,
/// cumulative floor; January, February and March 2027. Remainders there are over 3,600,000.
#[test]
fn three_months_are_posted_as_differences_and_carry_their_remainders() {
    struct Member {
        rate_ppm: u32,
        months: [&'static [(i128, u32)]; 3],
        posted: [i128; 3],
        carried: [i128; 3],
    }
    let members = [
        Member {
            rate_ppm: 27_500,
            months: [
                &[(-125_000_017, 11), (-91_666_684, 20)],
                &[(-91_666_684, 4), (-50_000_001, 24)],
                &[(-50_000_001, 31)],
            ],
            posted: [-245_082, -119_675, -118_403],
            carried: [3_386_575, 27_575, 819_050],
        },
        Member {
            rate_ppm: 20_000,
            months: [&[(80_000_011, 11), (46_666_678, 20)], &[(46_666_678, 19), (12_345_678, 9)], &[(12_345_678, 31)]],
            posted: [100_740, 55_432, 21_262],
            carried: [2_736_200, 3_133_000, 3_136_600],
        },
        Member {
            rate_ppm: 20_000,
            months: [&[(45_000_006, 31)], &[(45_000_006, 28)], &[(45_000_006, 31)]],
            posted: [77_500, 70_000, 77_500],
            carried: [37_200, 70_800, 108_000],
        },
    ];
    let mut union_account = [0; 3];
    for member in &members {
        let mut interest = CumulativeInterest::new(DayCount::Actual360);
        for (month, stretches) in member.months.into_iter().enumerate() {
            interest.accrue(accrual(stretches), member.rate_ppm).unwrap();
            let posted = interest.post(Rounding::Floor).unwrap();
            assert_eq!(posted, member.posted[month]);
            union_account[month] -= posted;
            // Parts per million instead of basis points: a hundred times the vector's numerator and denominator.
            let carried = interest.unposted().unwrap();
            assert_eq!((carried.numerator(), carried.denominator()), (member.carried[month] * 100, 360_000_000));
        }
        assert_eq!(interest.posted_minor(), member.posted.iter().sum::<i128>());
    }
    assert_eq!(union_account, [66_842, -5_757, 19_641]);
}

/// Negative control: a month rounded on its own is another figure than the difference of cumulative ones.
#[test]
fn months_rounded_each_on_its_own_drift_away() {
    let month = accrual(&[(1_000, 1)]);
    let alone: i128 =
        (0..10).map(|_| interest_minor(month, 50_000, DayCount::Actual360, Rounding::HalfUp).unwrap()).sum();
    let mut interest = CumulativeInterest::new(DayCount::Actual360);
    let mut together = 0;
    for _ in 0..10 {
        interest.accrue(month, 50_000).unwrap();
        together += interest.post(Rounding::HalfUp).unwrap();
    }
    // Ten times 0.1388… of a minor unit.
    assert_eq!((alone, together), (0, 1));
}

#[test]
fn a_back_valued_posting_ends_where_a_timely_one_would_have() {
    // A balance of 1,000 for 30 days; on day 30 a debit of 400 arrives with the value date of day 10.
    let late = accrual(&[(1_000, 30), (-400, 20)]);
    assert_eq!(late, accrual(&[(1_000, 10), (600, 20)]));
}

#[test]
fn an_overflow_is_an_error_and_changes_nothing() {
    let huge = Accrual::new(i128::MAX);
    assert_eq!(huge.plus(BalanceMinor::new(1), 1), Err(InterestError::Overflow));
    assert_eq!(Accrual::ZERO.plus(BalanceMinor::new(i128::MAX), 2), Err(InterestError::Overflow));
    assert_eq!(interest_minor(huge, 2, DayCount::Actual360, Rounding::Floor), Err(InterestError::Overflow));
    let mut interest = CumulativeInterest::new(DayCount::Actual360);
    interest.accrue(huge, 1).unwrap();
    let before = interest;
    assert_eq!(interest.accrue(Accrual::new(1), 1), Err(InterestError::Overflow));
    assert_eq!(interest, before);
    assert!(interest.post(Rounding::Ceiling).is_ok());
}

proptest! {
    #[test]
    fn postings_add_up_to_the_exact_total_rounded_once_however_many_there_are(
        periods in prop::collection::vec((any::<i64>(), 0..400_u32, 0..200_000_u32), 1..30),
        basis in prop::sample::select(vec![DayCount::Actual360, DayCount::Actual365]),
        rounding in prop::sample::select(vec![Rounding::Floor, Rounding::Ceiling, Rounding::HalfUp, Rounding::HalfEven]),
    ) {
        let mut often = CumulativeInterest::new(basis);
        let mut once = CumulativeInterest::new(basis);
        let mut total = 0;
        for (balance_minor, days, rate_ppm) in periods {
            let accrual = accrual(&[(balance_minor.into(), days)]);
            often.accrue(accrual, rate_ppm).unwrap();
            once.accrue(accrual, rate_ppm).unwrap();
            total += often.post(rounding).unwrap();
            prop_assert_eq!(often.post(rounding), Ok(0));
            let carried = often.unposted().unwrap();
            prop_assert!(carried.numerator().unsigned_abs() < carried.denominator());
        }
        prop_assert_eq!(once.post(rounding), Ok(total));
        prop_assert_eq!(often, once);
    }

    #[test]
    fn interest_counted_day_by_day_is_interest_counted_by_stretches(
        stretches in prop::collection::vec((any::<i64>(), 0..40_u32), 0..12),
    ) {
        let stretches: Vec<(i128, u32)> = stretches.into_iter().map(|(balance, days)| (balance.into(), days)).collect();
        let days: Vec<(i128, u32)> =
            stretches.iter().flat_map(|&(balance, days)| std::iter::repeat_n((balance, 1), usize::try_from(days).unwrap())).collect();
        prop_assert_eq!(accrual(&stretches), accrual(&days));
    }
}
