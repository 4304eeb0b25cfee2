//! Tables of two columns: a key, once, and what it stands for.

use crate::csv_form::rows;
use crate::error::{Problem, StatementError, line_of, wrong};
use std::collections::BTreeMap;

/// By key as `compared` has it: the key as written, and the other cell.
pub(crate) fn read(
    bytes: &[u8],
    columns: [&str; 2],
    compared: fn(&str) -> String,
) -> Result<BTreeMap<String, (String, String)>, StatementError> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        wrong(Problem::Text, format!("byte {at} is not UTF-8"), line_of(bytes, at), "save it as UTF-8")
    })?;
    let [key, value] = columns;
    let mut pairs = BTreeMap::new();
    for (line, cells) in rows(text.strip_prefix('\u{feff}').unwrap_or(text), &columns)? {
        let place = || format!("line {line}");
        let (of, what) = (cells[0].clone(), cells[1].clone());
        if of.is_empty() || what.is_empty() {
            return Err(wrong(
                Problem::Missing,
                format!("a row without its {key} or its {value}"),
                place(),
                "write both",
            ));
        }
        if let Some((before, _)) = pairs.insert(compared(&of), (of, what)) {
            let text = format!("the {key} {before} is there twice");
            return Err(wrong(Problem::Form, text, place(), "keep one of the rows"));
        }
    }
    Ok(pairs)
}
