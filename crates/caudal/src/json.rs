//! Numbers in JSON with exactly the decimals that were promised: made from integers, never from a float.

use money::format_minor;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

/// Whole numbers up to here are exact for every reader of JSON (IEEE 754 doubles).
pub(crate) const WHOLE_MAX: u64 = 1 << 53;

/// A decimal number, `units` / 10^`decimals`, with all its decimals.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Exact {
    units: i128,
    decimals: u8,
}

impl Exact {
    /// An amount in minor units of a currency with so many decimals.
    pub(crate) const fn of(units: i128, decimals: u8) -> Exact {
        Exact { units, decimals }
    }

    /// Zero with the same decimals.
    pub(crate) const fn zero(self) -> Exact {
        Exact { units: 0, decimals: self.decimals }
    }

    /// The sum with one of the same decimals.
    pub(crate) fn plus(self, other: Exact) -> Exact {
        assert_eq!(self.decimals, other.decimals, "bug: amounts of different currencies are added");
        Exact { units: self.units + other.units, decimals: self.decimals }
    }

    /// Dollars with two decimals, from cents.
    pub(crate) const fn usd(cents: i128) -> Exact {
        Exact { units: cents, decimals: 2 }
    }

    /// A ratio with six decimals, from parts per million.
    pub(crate) const fn ratio(ppm: i128) -> Exact {
        Exact { units: ppm, decimals: 6 }
    }

    /// Seconds with three decimals.
    pub(crate) fn seconds(elapsed: std::time::Duration) -> Exact {
        Exact { units: i128::try_from(elapsed.as_millis()).unwrap_or(i128::MAX), decimals: 3 }
    }

    /// Seconds with six decimals: of what takes less than a millisecond.
    pub(crate) fn seconds_to_the_microsecond(elapsed: std::time::Duration) -> Exact {
        Exact { units: i128::try_from(elapsed.as_micros()).unwrap_or(i128::MAX), decimals: 6 }
    }
}

impl std::fmt::Display for Exact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&format_minor(self.units, self.decimals))
    }
}

impl Serialize for Exact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RawValue::from_string(self.to_string()).expect("bug: a decimal number is JSON").serialize(serializer)
    }
}

/// An object on one line.
pub(crate) fn text(object: &impl Serialize) -> String {
    serde_json::to_string(object).expect("bug: a result has a form in JSON")
}

/// A digest as 64 lower-case hexadecimal digits.
pub(crate) fn hex(digest: &[u8; 32]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_and_ratios_have_all_their_decimals_and_are_numbers() {
        for (exact, written) in [
            (Exact::usd(0), "0.00"),
            (Exact::usd(-5), "-0.05"),
            (Exact::usd(123_456_789_012_345_678), "1234567890123456.78"),
            (Exact::ratio(1_000_000), "1.000000"),
            (Exact::ratio(42), "0.000042"),
            (Exact::seconds(std::time::Duration::from_micros(1_234_567)), "1.234"),
            (Exact::seconds_to_the_microsecond(std::time::Duration::from_nanos(1_234_567)), "0.001234"),
        ] {
            assert_eq!(text(&exact), written);
        }
    }
}
