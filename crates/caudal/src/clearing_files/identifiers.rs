//! Identifiers of rows: those that the file gives, else the number of the row.

use std::borrow::Cow;
use std::cmp::Ordering;

/// One for each row, in one piece of memory.
#[derive(Default)]
pub(crate) struct Identifiers {
    /// All that were given, one after the other.
    texts: String,
    /// Where each ends; empty if the file gives none.
    ends: Vec<usize>,
    count: u32,
    /// Line of the first row, and of each whose distance to the row before is not one line.
    lines: Vec<(u32, u64)>,
}

impl Identifiers {
    /// Adds the next row. `given`: its identifier, empty for the number of the row; `None` if the file has no such column.
    pub(crate) fn push(&mut self, given: Option<&str>, line: u64) {
        if let Some(text) = given {
            if text.is_empty() {
                self.texts.push_str(&(u64::from(self.count) + 1).to_string());
            } else {
                self.texts.push_str(text);
            }
            self.ends.push(self.texts.len());
        }
        let expected = self.lines.last().map(|(row, line)| line + u64::from(self.count - row));
        if expected != Some(line) {
            self.lines.push((self.count, line));
        }
        self.count += 1;
    }

    /// Rows.
    pub(crate) fn len(&self) -> u32 {
        self.count
    }

    /// The identifier of a row, counted from 0.
    pub(crate) fn of(&self, row: u32) -> Cow<'_, str> {
        if self.ends.is_empty() { Cow::Owned((u64::from(row) + 1).to_string()) } else { Cow::Borrowed(self.given(row)) }
    }

    /// The line where a row begins.
    pub(crate) fn line_of(&self, row: u32) -> u64 {
        let after = self.lines.partition_point(|(first, _)| *first <= row);
        self.lines[..after].last().map_or(0, |(first, line)| line + u64::from(row - first))
    }

    /// Which of two rows comes first.
    pub(crate) fn compare(&self, one: u32, other: u32) -> Ordering {
        if self.ends.is_empty() { one.cmp(&other) } else { compare(self.given(one), self.given(other)) }
    }

    /// Of the identifiers that stand twice the one whose second row is the first such row: its two rows.
    pub(crate) fn first_duplicate(&self) -> Option<(u32, u32)> {
        if self.ends.is_empty() || (1..self.count).all(|row| self.compare(row - 1, row) == Ordering::Less) {
            return None;
        }
        let mut rows: Vec<u32> = (0..self.count).collect();
        rows.sort_by(|one, other| self.given(*one).cmp(self.given(*other)));
        let same = |two: &&[u32]| self.given(two[0]) == self.given(two[1]);
        rows.windows(2).filter(same).map(|two| (two[0], two[1])).min_by_key(|(_, second)| *second)
    }

    fn given(&self, row: u32) -> &str {
        let row = row as usize;
        let start = if row == 0 { 0 } else { self.ends[row - 1] };
        &self.texts[start..self.ends[row]]
    }
}

/// The order of identifiers: numbers first, by their value; then all others, by their bytes.
pub(crate) fn compare(one: &str, other: &str) -> Ordering {
    let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match (number(one), number(other)) {
        (true, true) => {
            let (short_one, short_other) = (one.trim_start_matches('0'), other.trim_start_matches('0'));
            short_one
                .len()
                .cmp(&short_other.len())
                .then_with(|| short_one.cmp(short_other))
                .then_with(|| one.cmp(other))
        }
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
        (false, false) => one.cmp(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_first_by_value_and_texts_after_them_by_their_bytes() {
        let mut ids = ["b", "10", "9", "", "a", "010", "99999999999999999999999", "-1", "A"];
        ids.sort_by(|one, other| compare(one, other));
        assert_eq!(ids, ["9", "010", "10", "99999999999999999999999", "", "-1", "A", "a", "b"]);
    }

    #[test]
    fn rows_without_an_identifier_have_their_number_and_one_that_stands_twice_is_found() {
        let mut ids = Identifiers::default();
        for (given, line) in [("x", 2), ("", 3), ("2", 4), ("", 7), ("x", 8)] {
            ids.push(Some(given), line);
        }
        assert_eq!((0..5).map(|row| ids.of(row).into_owned()).collect::<Vec<_>>(), ["x", "2", "2", "4", "x"]);
        assert_eq!(ids.first_duplicate(), Some((1, 2)));
        assert_eq!((0..5).map(|row| ids.line_of(row)).collect::<Vec<_>>(), [2, 3, 4, 7, 8]);
        let mut none = Identifiers::default();
        (0..3).for_each(|row| none.push(None, row + 2));
        assert_eq!((none.of(2).as_ref(), none.first_duplicate(), none.len()), ("3", None, 3));
    }
}
