//! Values of options: what is read, and how one that cannot be read is explained.

use crate::json;
use domain::Date;
use domain::refusal_text::Language;
use lab::options::MOST_PREFUNDING_PPM;

/// A decimal in parts per million of the unit that it is given in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Parts {
    pub(crate) ppm: u64,
}

pub(crate) fn seed() -> clap::builder::RangedU64ValueParser {
    clap::value_parser!(u64).range(0..=json::WHOLE_MAX)
}

/// An exact number of payments.
pub(crate) fn payments() -> clap::builder::RangedU64ValueParser {
    clap::value_parser!(u64).range(1..=json::WHOLE_MAX)
}

/// A budget of the optimiser.
pub(crate) fn ticks() -> clap::builder::RangedU64ValueParser {
    clap::value_parser!(u64).range(1..=json::WHOLE_MAX)
}

pub(crate) fn language(text: &str) -> Result<Language, String> {
    Language::from_code(text).ok_or_else(|| "expected one of es, pt, en, fr".to_owned())
}

pub(crate) fn date(text: &str) -> Result<Date, String> {
    Date::parse(text).ok_or_else(|| "expected a day of the calendar as YYYY-MM-DD, as in 2024-03-31".to_owned())
}

/// A percentage as parts per million of the whole.
pub(crate) fn take_up(text: &str) -> Result<Parts, String> {
    let wrong = || "expected a percentage above 0 and up to 100, with at most four decimals, as in 5 or 2.5".to_owned();
    let ppm = decimal(text, 4).ok_or_else(wrong)?;
    if (1..=1_000_000).contains(&ppm) { Ok(Parts { ppm }) } else { Err(wrong()) }
}

pub(crate) fn prefunding(text: &str) -> Result<Parts, String> {
    let wrong = || "expected a multiple from 0 to 10000, with at most six decimals, as in 2 or 0.5".to_owned();
    let ppm = decimal(text, 6).ok_or_else(wrong)?;
    if ppm <= MOST_PREFUNDING_PPM { Ok(Parts { ppm }) } else { Err(wrong()) }
}

/// Digits with at most one dot between digits, in units of the last of `decimals` decimals.
fn decimal(text: &str, decimals: usize) -> Option<u64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || fraction.len() > decimals.max(1) {
        return None;
    }
    format!("{whole}{fraction:0<decimals$}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_read_exactly_or_not_at_all() {
        for (text, decimals, read) in [
            ("5", 4, Some(50_000)),
            ("2.5", 4, Some(25_000)),
            ("0.0001", 4, Some(1)),
            ("100", 4, Some(1_000_000)),
            ("0.00001", 4, None),
            ("1e3", 4, None),
            ("-1", 4, None),
            ("+1", 4, None),
            ("1.", 4, None),
            (".5", 4, None),
            ("", 4, None),
            ("1,5", 4, None),
            ("99999999999999999999", 4, None),
            ("٥", 4, None),
        ] {
            assert_eq!(decimal(text, decimals), read, "{text}");
        }
    }
}
