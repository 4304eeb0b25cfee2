use money::{AmountMinor, Conversion, Rate, Residue, Rounding, convert};
use proptest::prelude::*;

/// What is left of `minor` hundredths at `rate`, rounded down.
fn residue(minor: u64, rate: &str) -> Residue {
    let rate = Rate::parse(rate).unwrap();
    convert(AmountMinor::new(minor).unwrap(), 2, 2, rate, Conversion::Multiply, Rounding::Floor).unwrap().1
}

#[test]
fn equal_fractions_are_equal_whatever_their_terms() {
    assert_eq!(residue(101, "1.5"), residue(3, "1.50"));
    assert_ne!(residue(2, "1.25"), residue(1, "1.25"), "a half and a quarter");
    assert_ne!(residue(3, "1.25"), residue(1, "1.25"), "three quarters and one");
    assert_eq!(residue(100, "1.50"), Residue::ZERO);
    assert_eq!(residue(3, "1.50").reduced().denominator(), 2);
    assert_eq!(residue(3, "1.50").to_string(), "1/2");
}

#[test]
fn residues_gather_until_whole_units_can_be_booked() {
    let third = {
        let three = Rate::parse("3").unwrap();
        convert(AmountMinor::new(100).unwrap(), 2, 2, three, Conversion::Divide, Rounding::Floor).unwrap().1
    };
    let gathered = (0..7).try_fold(Residue::ZERO, |sum, _| sum.checked_add(third)).unwrap();
    assert_eq!(gathered.to_string(), "7/3");
    let (whole, left) = gathered.split_whole();
    assert_eq!((whole, left), (2, third));
    let mixed = gathered.checked_add(residue(3, "1.50")).unwrap();
    assert_eq!(mixed.to_string(), "17/6");
}

#[test]
fn what_was_rounded_up_is_a_negative_residue() {
    let rate = Rate::parse("1.50").unwrap();
    let up = convert(AmountMinor::new(3).unwrap(), 2, 2, rate, Conversion::Multiply, Rounding::HalfUp).unwrap();
    assert_eq!((up.0.get(), up.1.to_string()), (5, "-1/2".to_owned()));
    assert_eq!(up.1.checked_add(residue(3, "1.50")), Some(Residue::ZERO));
    let (whole, left) = up.1.checked_add(up.1).and_then(|sum| sum.checked_add(up.1)).unwrap().split_whole();
    assert_eq!((whole, left), (-1, up.1));
}

#[test]
fn a_sum_whose_denominator_does_not_fit_is_refused() {
    // One unit over the divisor leaves 1/divisor; these two divisors, of 64 bits each, have no common factor.
    let one_over = |divisor: u64| {
        let (minor, rate) = (AmountMinor::new(divisor.div_ceil(100)).unwrap(), Rate::new(divisor, 0).unwrap());
        convert(minor, 0, 2, rate, Conversion::Divide, Rounding::Floor).unwrap().1
    };
    let (left, right) = (one_over(18_446_744_073_709_551_599), one_over(18_446_744_073_709_551_499));
    assert_eq!(left.to_string(), "1/18446744073709551599");
    assert_eq!(left.checked_add(right), None);
    assert_eq!(one_over(99).checked_add(one_over(199)).map(|sum| sum.to_string()), Some("298/19701".to_owned()));
}

proptest! {
    #[test]
    fn the_order_of_gathering_does_not_matter(
        minors in prop::collection::vec(1..1_000_000_u64, 1..20), decimals in 0..=12_u8, mantissa in 1..1_000_000_u64,
    ) {
        let rate = Rate::new(mantissa, decimals).unwrap();
        let residues: Vec<Residue> = minors
            .iter()
            .filter_map(|&minor| {
                convert(AmountMinor::new(minor).unwrap(), 2, 2, rate, Conversion::Multiply, Rounding::HalfEven).ok()
            })
            .map(|(_, residue)| residue)
            .collect();
        let sum = |residues: &[Residue]| residues.iter().try_fold(Residue::ZERO, |sum, &next| sum.checked_add(next));
        let backwards: Vec<Residue> = residues.iter().rev().copied().collect();
        prop_assert_eq!(sum(&residues), sum(&backwards));
    }
}
