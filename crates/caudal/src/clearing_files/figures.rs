//! Figures as they are printed and written: whole numbers of any size, and the gap as an exact decimal.

use certify::Claim;
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;
use std::fmt;

/// Decimals of a gap.
const GAP_DECIMALS: u32 = 12;
/// Whole numbers up to here are exact for every reader of JSON (IEEE 754 doubles).
const EXACT_MAX: i128 = 1 << 53;

/// (upper bound − value) ÷ max(1, upper bound), with twelve decimals; rounded up, so that only 0 is shown as 0.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct GapText(String);

impl GapText {
    pub(crate) fn of(claim: Claim) -> GapText {
        // Claims of a forged certificate may be of any size: they are shown roughly, and nothing overflows.
        let (mut denominator, mut numerator) =
            (claim.upper_bound.max(1), claim.upper_bound.saturating_sub(claim.value));
        while denominator > i128::MAX / 16 {
            (denominator, numerator) = (denominator / 2, numerator / 2 + numerator % 2);
        }
        let (mut units, mut rest) = (numerator / denominator, numerator % denominator);
        for _ in 0..GAP_DECIMALS {
            rest *= 10;
            units = units.saturating_mul(10).saturating_add(rest / denominator);
            rest %= denominator;
        }
        units = units.saturating_add(i128::from(rest > 0));
        GapText(money::format_minor(units, u8::try_from(GAP_DECIMALS).expect("twelve")))
    }

    /// As a percentage for people.
    pub(crate) fn percent(&self) -> String {
        let digits: String = self.0.chars().filter(char::is_ascii_digit).collect();
        let units: i128 = digits.parse().expect("bug: a gap is a decimal number");
        format!("{} %", money::format_minor(units, 10).trim_end_matches('0').trim_end_matches('.'))
    }
}

/// What is proved, for people: an answer is the best only if it is so class by class, the most urgent first.
pub(crate) fn proof(levels: impl IntoIterator<Item = (String, Claim)>, whole: Claim) -> String {
    let open: Vec<String> = levels
        .into_iter()
        .filter(|(_, claim)| claim.value != claim.upper_bound)
        .map(|(class, claim)| {
            let gap = GapText::of(claim).percent();
            format!("\nup to class {class}: {} of at most {}; gap {gap}", claim.value, claim.upper_bound)
        })
        .collect();
    let gap = GapText::of(whole).percent();
    if open.is_empty() && whole.value == whole.upper_bound {
        return format!("{gap} (proved to be the best)");
    }
    format!("{gap} (not proved to be the best){}", open.concat())
}

impl Serialize for GapText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(self.0.clone()).expect("bug: a decimal number is JSON").serialize(serializer)
    }
}

/// Value, bound and gap of a level in `--json`.
#[derive(Serialize)]
pub(crate) struct LevelObject {
    value: i128,
    upper_bound: i128,
    gap: GapText,
}

impl From<Claim> for LevelObject {
    fn from(claim: Claim) -> LevelObject {
        LevelObject { value: claim.value, upper_bound: claim.upper_bound, gap: GapText::of(claim) }
    }
}

/// A whole number in a certificate: a number up to 2^53, decimal digits in quotes beyond, so that every reader has it exactly.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Whole(pub(crate) i128);

impl From<i64> for Whole {
    fn from(number: i64) -> Whole {
        Whole(number.into())
    }
}

impl Serialize for Whole {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match i64::try_from(self.0) {
            Ok(number) if (-EXACT_MAX..=EXACT_MAX).contains(&self.0) => serializer.serialize_i64(number),
            _ => serializer.collect_str(&self.0),
        }
    }
}

impl<'de> Deserialize<'de> for Whole {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Whole, D::Error> {
        struct Number;
        impl Visitor<'_> for Number {
            type Value = Whole;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number, or one in quotes")
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<Whole, E> {
                Ok(Whole(number.into()))
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Whole, E> {
                Ok(Whole(number.into()))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Whole, E> {
                text.parse().map(Whole).map_err(|_| E::custom("not a whole number of at most 128 bits"))
            }
        }
        deserializer.deserialize_any(Number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gap(value: i128, upper_bound: i128) -> String {
        GapText::of(Claim { value, upper_bound }).0
    }

    #[test]
    fn a_gap_has_twelve_decimals_and_is_never_shown_smaller_than_it_is() {
        assert_eq!(gap(0, 0), "0.000000000000");
        assert_eq!(gap(3, 3), "0.000000000000");
        assert_eq!(gap(0, 7), "1.000000000000");
        assert_eq!(gap(1, 3), "0.666666666667");
        assert_eq!(gap(i128::from(i64::MAX) - 1, i64::MAX.into()), "0.000000000001");
        assert_eq!(gap(-5, 0), "5.000000000000");
        assert_eq!(gap(i128::MAX - 1, i128::MAX), "0.000000000001");
        assert!(!gap(i128::MIN, i128::MAX).is_empty());
        assert_eq!(GapText::of(Claim { value: 3, upper_bound: 4 }).percent(), "25 %");
        assert_eq!(GapText::of(Claim { value: 4, upper_bound: 4 }).percent(), "0 %");
    }

    #[test]
    fn an_answer_is_the_best_only_if_it_is_so_in_each_class() {
        let best = Claim { value: 3, upper_bound: 3 };
        let worse = Claim { value: 3, upper_bound: 4 };
        let levels = |urgent| [("0".to_owned(), urgent), ("1".to_owned(), best)];
        assert_eq!(proof(levels(best), best), "0 % (proved to be the best)");
        assert_eq!(
            proof(levels(worse), best),
            "0 % (not proved to be the best)\nup to class 0: 3 of at most 4; gap 25 %"
        );
        assert_eq!(proof([], worse), "25 % (not proved to be the best)");
    }

    #[test]
    fn whole_numbers_are_exact_for_every_reader_and_read_back_as_they_were() {
        for number in [0, -5, 1 << 53, (1 << 53) + 1, -(1 << 53) - 1, i128::MAX, i128::MIN] {
            let text = serde_json::to_string(&Whole(number)).expect("JSON");
            assert_eq!(text.starts_with('"'), number.abs_diff(0) > 1 << 53, "{text}");
            assert_eq!(serde_json::from_str::<Whole>(&text).expect("a number"), Whole(number));
        }
        for text in ["1.5", "\"x\"", "null", "1e3"] {
            assert!(serde_json::from_str::<Whole>(text).is_err(), "{text}");
        }
    }
}
