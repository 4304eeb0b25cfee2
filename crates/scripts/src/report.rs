//! What came of a script: date by date what stood, what was refused, and which expectations held.

use domain::Date;
use money::format_minor;

/// What came of a script.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Report {
    /// Name of the script, as given.
    pub script: String,
    /// Name of its rulebook.
    pub rulebook: String,
    /// Version of its rulebook.
    pub version: u32,
    /// Where its figures come from.
    pub sources: Vec<String>,
    /// Its dates in order; before them, where something happened before the first, an entry without a date.
    pub dates: Vec<DateReport>,
    /// What was not as expected, in the order of the lines.
    pub failures: Vec<Failure>,
}

impl Report {
    /// Number of expectations, and of those that held.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        let all = || self.dates.iter().flat_map(|date| &date.expectations);
        (all().count(), all().filter(|expected| expected.holds).count())
    }
}

/// A date of a script.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct DateReport {
    /// The date; none for what came before the first one.
    pub date: Option<Date>,
    /// What stood at the last line of the date, after what happened on the way to it.
    pub rows: Vec<Row>,
    /// What was expected.
    pub expectations: Vec<Expected>,
}

/// Something that stands, or happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    /// What it is: `position`, `owes`, `net`, `pays`, `receives`, `rate`, `refused`, or a kind of account.
    pub what: String,
    /// Whose it is, or for a refusal the line.
    pub who: String,
    /// The other side, where there is one.
    pub other: Option<String>,
    /// Minor units, decimals and code of the currency.
    pub amount: Option<(i128, u8, String)>,
    /// What else is to be said: a date, an article.
    pub note: String,
}

/// An expectation, with what was found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Expected {
    /// Its line.
    pub line: usize,
    /// As written.
    pub text: String,
    /// What was found in its stead.
    pub found: String,
    /// Whether it held.
    pub holds: bool,
}

/// Something that was not as expected. Its text is one line: what; where; what to do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failure {
    /// A permanent code: `EXPECTATION`, or `REFUSED` for a command whose refusal nobody expected.
    pub code: &'static str,
    /// Name of the script.
    pub script: String,
    /// Its line.
    pub line: usize,
    /// What was expected.
    pub expected: String,
    /// What was found.
    pub found: String,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Failure { code, script, line, expected, found } = self;
        let remedy = match *code {
            "REFUSED" => "put `expect refusal` right after it, or change what stands before",
            _ => "correct the script, or find out why the house says otherwise",
        };
        write!(f, "expected: {expected}; found: {found}; {script}:{line}; {remedy}")
    }
}

/// An amount as scripts write it: `-10,715.85 USD`.
#[must_use]
pub fn money_text(minor: i128, decimals: u8, code: &str) -> String {
    let plain = format_minor(minor, decimals);
    let (sign, digits) = plain.strip_prefix('-').map_or(("", plain.as_str()), |digits| ("-", digits));
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(whole, rest)| (whole, Some(rest)));
    let mut text = sign.to_owned();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if let Some(fraction) = fraction {
        text.push('.');
        text.push_str(fraction);
    }
    format!("{text} {code}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_grouped_by_thousands() {
        for (minor, decimals, text) in [
            (0, 2, "0.00 USD"),
            (-5, 2, "-0.05 USD"),
            (1_071_585, 2, "10,715.85 USD"),
            (-123_456_789_012, 0, "-123,456,789,012 USD"),
        ] {
            assert_eq!(money_text(minor, decimals, "USD"), text);
        }
    }
}
