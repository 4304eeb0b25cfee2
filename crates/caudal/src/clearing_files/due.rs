//! When a debt is due: a date, or a whole number of anybody's own clock.

use std::fmt::Write;

/// How a file gives due dates: all rows in one way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum DueForm {
    /// YYYY-MM-DD.
    Date,
    /// Digits.
    Number,
}

/// No due date: after all others.
pub(crate) const NEVER: i64 = i64::MAX;

/// A number that sorts like time, and the form in which it was given. `None` if it is neither.
pub(crate) fn parse(text: &str) -> Option<(i64, DueForm)> {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().ok().filter(|number| *number < NEVER).map(|number| (number, DueForm::Number));
    }
    let date = domain::Date::parse(text)?;
    // Its digits, read as one number, sort like the date.
    let digits: String = date.to_string().chars().filter(char::is_ascii_digit).collect();
    Some((digits.parse().ok()?, DueForm::Date))
}

/// The text that was given.
pub(crate) fn text(due: i64, form: Option<DueForm>) -> String {
    let mut text = String::new();
    let written = match form {
        _ if due == NEVER => Ok(()),
        Some(DueForm::Date) => write!(text, "{:04}-{:02}-{:02}", due / 10_000, due / 100 % 100, due % 100),
        _ => write!(text, "{due}"),
    };
    written.expect("bug: text in memory cannot be written");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_numbers_sort_like_time_and_are_written_as_they_were() {
        for given in ["2026-01-31", "0999-12-01", "0", "17", "9223372036854775806"] {
            let (due, form) = parse(given).expect("a due date");
            assert_eq!(text(due, Some(form)), given);
        }
        assert!(parse("2025-12-31").map(|due| due.0) < parse("2026-01-01").map(|due| due.0));
        for wrong in ["2026-02-30", "31.01.2026", "-1", "9223372036854775807", "soon", "1.5"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
        assert_eq!(text(NEVER, None), "");
    }
}
