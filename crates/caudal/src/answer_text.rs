//! An answer of the tables as text: for people, for programs, for spreadsheets.

use crate::json::{self, WHOLE_MAX};
use crate::run_csv::csv_text;
use ::tables::{Answer, Value};
use serde::Serialize;

/// How an answer is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Form {
    /// Columns side by side, numbers to the right.
    Table,
    /// `{"columns":[…],"rows":[[…],…]}`.
    Json,
    /// RFC 4180, with a header.
    Csv,
}

pub(crate) fn written(answer: &Answer, form: Form) -> String {
    match form {
        Form::Table => table(answer),
        Form::Json => json::text(&Object {
            columns: &answer.columns,
            rows: answer.rows.iter().map(|row| row.iter().map(json_value).collect()).collect(),
        }),
        Form::Csv => csv(answer),
    }
}

#[derive(Serialize)]
struct Object<'a> {
    columns: &'a [String],
    rows: Vec<Vec<serde_json::Value>>,
}

/// A number as long as every reader of JSON takes it exactly; else its digits as text.
fn json_value(value: &Value) -> serde_json::Value {
    match value {
        Value::Null => serde_json::Value::Null,
        Value::Integer(number) if number.unsigned_abs() <= WHOLE_MAX => (*number).into(),
        other => text(other).into(),
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Integer(number) => number.to_string(),
        Value::Text(text) => text.clone(),
        Value::Blob(bytes) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
    }
}

fn csv(answer: &Answer) -> String {
    let line = |cells: Vec<String>| format!("{}\n", cells.join(","));
    let header = line(answer.columns.iter().map(|column| csv_text(column)).collect());
    let cell = |value: &Value| match value {
        // A minus sign before digits is no formula.
        Value::Text(text) if is_number(text) => text.clone(),
        Value::Text(text) => csv_text(text),
        other => text(other),
    };
    answer.rows.iter().fold(header, |text, row| text + &line(row.iter().map(cell).collect()))
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    [whole, fraction].iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

fn table(answer: &Answer) -> String {
    let cells: Vec<Vec<String>> = answer.rows.iter().map(|row| row.iter().map(shown).collect()).collect();
    let columns: Vec<Column> =
        answer.columns.iter().enumerate().map(|(place, name)| Column::of(name, place, &cells)).collect();
    let mut page = String::new();
    let mut line = |of: &mut dyn FnMut(usize) -> String| {
        let parts: Vec<String> = columns.iter().enumerate().map(|(place, column)| column.padded(&of(place))).collect();
        page.push_str(parts.join("  ").trim_end());
        page.push('\n');
    };
    line(&mut |place| answer.columns[place].clone());
    line(&mut |place| "─".repeat(columns[place].width));
    cells.iter().for_each(|row| line(&mut |place| row[place].clone()));
    if cells.is_empty() {
        page.push_str("(nothing)\n");
    }
    page
}

/// A value within a line, whatever is in it.
fn shown(value: &Value) -> String {
    text(value).chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
}

struct Column {
    width: usize,
    /// Numbers are read from the right.
    right: bool,
}

impl Column {
    fn of(name: &str, place: usize, cells: &[Vec<String>]) -> Column {
        let values = || cells.iter().map(|row| row[place].as_str());
        let width = values().chain([name]).map(|text| text.chars().count()).max().unwrap_or(0);
        let right = values().all(|text| text.is_empty() || is_number(text)) && values().any(|text| !text.is_empty());
        Column { width, right }
    }

    fn padded(&self, text: &str) -> String {
        let width = self.width;
        if self.right { format!("{text:>width$}") } else { format!("{text:<width$}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer() -> Answer {
        let text = |text: &str| Value::Text(text.to_owned());
        Answer {
            columns: vec!["member".to_owned(), "net".to_owned(), "seq".to_owned(), "hash".to_owned()],
            rows: vec![
                vec![text("ARG"), text("-12.50"), Value::Integer(7), Value::Blob(vec![0, 255])],
                vec![text("=BRA, \"x\""), text("3.00"), Value::Integer(i64::MAX), Value::Null],
            ],
        }
    }

    #[test]
    fn numbers_stand_to_the_right_and_nothing_trails() {
        let page = written(&answer(), Form::Table);
        let expected = "member        net                  seq  hash\n\
                        ─────────  ──────  ───────────────────  ────\n\
                        ARG        -12.50                    7  00ff\n\
                        =BRA, \"x\"    3.00  9223372036854775807\n";
        assert_eq!(page, expected);
        let nothing = Answer { rows: Vec::new(), ..answer() };
        assert!(written(&nothing, Form::Table).ends_with("(nothing)\n"));
    }

    #[test]
    fn json_keeps_every_digit_and_csv_gives_no_formula() {
        let object = "{\"columns\":[\"member\",\"net\",\"seq\",\"hash\"],\"rows\":[[\"ARG\",\"-12.50\",7,\"00ff\"],\
                      [\"=BRA, \\\"x\\\"\",\"3.00\",\"9223372036854775807\",null]]}";
        assert_eq!(written(&answer(), Form::Json), object);
        let csv = "member,net,seq,hash\nARG,-12.50,7,00ff\n\"'=BRA, \"\"x\"\"\",3.00,9223372036854775807,\n";
        assert_eq!(written(&answer(), Form::Csv), csv);
    }
}
