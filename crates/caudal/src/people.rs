//! Tables and numbers for people.

use comfy_table::{CellAlignment, ContentArrangement, LineStyle, TableStyle};
use std::fmt::Display;

/// Columns of a page of output.
const COLUMNS: u16 = 100;

/// A line under the header and nothing else: what is copied out of it stays readable.
const STYLE: TableStyle = TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));

/// A table with a header.
pub(crate) struct Table(comfy_table::Table);

impl Table {
    pub(crate) fn new(header: &[&str]) -> Table {
        let mut table = comfy_table::Table::new();
        table.load_style(STYLE).set_content_arrangement(ContentArrangement::Dynamic);
        // The same on every terminal: what is shown in a page or a bug report looks like what the reader has.
        table.set_width(COLUMNS).set_header(header);
        Table(table)
    }

    /// Numbers are read from the right.
    pub(crate) fn align_right(mut self, column: usize) -> Table {
        if let Some(column) = self.0.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        self
    }

    pub(crate) fn row<T: Display>(&mut self, cells: impl IntoIterator<Item = T>) {
        self.0.add_row(cells.into_iter().map(|cell| cell.to_string()));
    }
}

impl Display for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.lines().try_for_each(|line| writeln!(f, "{}", line.trim_end()))
    }
}

/// Sentences, each indented, broken between words where it is longer than the page is wide.
pub(crate) fn list(sentences: &[String]) -> String {
    let mut text = String::new();
    for sentence in sentences {
        let mut line = "  ".to_owned();
        for word in sentence.split(' ') {
            if line.chars().count() + 1 + word.chars().count() > usize::from(COLUMNS) && !line.trim().is_empty() {
                text.push_str(&format!("{}\n", line.trim_end()));
                line = "    ".to_owned();
            }
            line.push_str(&format!("{word} "));
        }
        text.push_str(&format!("{}\n", line.trim_end()));
    }
    text
}

/// A count with a comma between groups of three digits.
pub(crate) fn count(number: u64) -> String {
    grouped(&number.to_string())
}

/// Cents as whole dollars with groups of three digits, rounded half away from zero: for tables, where cents are noise.
pub(crate) fn usd(cents: i128) -> String {
    let dollars = (cents.unsigned_abs() + 50) / 100;
    let sign = if cents < 0 && dollars > 0 { "-" } else { "" };
    format!("{sign}{}", grouped(&dollars.to_string()))
}

/// Parts per million as a percentage with one decimal.
pub(crate) fn percent(ppm: i128) -> String {
    let tenths = (ppm.unsigned_abs() + 500) / 1_000;
    let sign = if ppm < 0 && tenths > 0 { "-" } else { "" };
    format!("{sign}{}.{} %", tenths / 10, tenths % 10)
}

fn grouped(digits: &str) -> String {
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_broken_between_words_and_keeps_its_spaces() {
        let long = vec!["word ".repeat(30), "caudal demo     the same".to_owned()];
        let text = list(&long);
        assert!(text.lines().all(|line| line.chars().count() <= usize::from(COLUMNS)), "{text}");
        assert_eq!(text.split_whitespace().filter(|word| *word == "word").count(), 30);
        assert!(text.ends_with("\n  caudal demo     the same\n"), "{text}");
    }

    #[test]
    fn numbers_for_people_are_grouped_and_rounded() {
        for (cents, text) in [(0, "0"), (49, "0"), (-49, "0"), (50, "1"), (-150, "-2"), (12_345_678_900, "123,456,789")]
        {
            assert_eq!(usd(cents), text, "{cents}");
        }
        for (number, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (u64::MAX, "18,446,744,073,709,551,615")] {
            assert_eq!(count(number), text);
        }
        for (ppm, text) in [(0, "0.0 %"), (-1, "0.0 %"), (123_456, "12.3 %"), (-999_999, "-100.0 %")] {
            assert_eq!(percent(ppm), text);
        }
    }
}
