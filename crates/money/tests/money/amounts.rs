use money::{AmountError, AmountMinor, BalanceMinor};
use proptest::prelude::*;

#[test]
fn an_amount_is_from_one_to_eighteen_nines() {
    assert_eq!(AmountMinor::new(0), Err(AmountError::Zero));
    assert_eq!(AmountMinor::new(1).map(AmountMinor::get), Ok(1));
    assert_eq!(AmountMinor::new(999_999_999_999_999_999), Ok(AmountMinor::MAX));
    assert_eq!(AmountMinor::new(1_000_000_000_000_000_000), Err(AmountError::TooLarge));
    assert_eq!(AmountMinor::new(u64::MAX), Err(AmountError::TooLarge));
    assert_eq!(AmountMinor::MAX.get().to_string().len(), 18);
}

#[test]
fn an_optional_amount_takes_no_more_room_than_an_amount() {
    assert_eq!(size_of::<AmountMinor>(), 8);
    assert_eq!(size_of::<Option<AmountMinor>>(), 8);
}

#[test]
fn a_balance_goes_below_zero_and_comes_back() {
    let amount = AmountMinor::new(250).unwrap();
    let owing = BalanceMinor::ZERO.minus(amount);
    assert_eq!(owing, BalanceMinor::new(-250));
    assert_eq!(owing.to_string(), "-250");
    assert_eq!(owing.plus(amount), BalanceMinor::ZERO);
    assert!(owing < BalanceMinor::ZERO);
}

#[test]
fn checked_sums_of_balances_end_at_the_edge_of_128_bits() {
    let (highest, lowest, one) = (BalanceMinor::new(i128::MAX), BalanceMinor::new(i128::MIN), BalanceMinor::new(1));
    assert_eq!(highest.checked_add(one), None);
    assert_eq!(lowest.checked_sub(one), None);
    assert_eq!(highest.checked_sub(one), Some(BalanceMinor::new(i128::MAX - 1)));
    assert_eq!(lowest.checked_add(one), Some(BalanceMinor::new(i128::MIN + 1)));
}

#[test]
#[should_panic(
    expected = "bug: balance 170141183460469231731687303715884105727 + 1 minor units does not fit in 128 bits"
)]
fn a_balance_that_cannot_take_more_stops_the_process() {
    let _ = BalanceMinor::new(i128::MAX).plus(AmountMinor::new(1).unwrap());
}

#[test]
#[should_panic(
    expected = "bug: balance -170141183460469231731687303715884105728 - 1 minor units does not fit in 128 bits"
)]
fn a_balance_that_cannot_give_more_stops_the_process() {
    let _ = BalanceMinor::new(i128::MIN).minus(AmountMinor::new(1).unwrap());
}

proptest! {
    #[test]
    fn what_one_side_pays_the_other_receives(start in any::<i64>(), minor in 1..=AmountMinor::MAX.get()) {
        let amount = AmountMinor::new(minor).unwrap();
        let (payer, payee) = (BalanceMinor::new(start.into()), BalanceMinor::new(-i128::from(start)));
        prop_assert_eq!(payer.minus(amount).checked_add(payee.plus(amount)), Some(BalanceMinor::ZERO));
        prop_assert_eq!(payer.plus(amount).get(), i128::from(start) + amount.as_balance());
    }
}
