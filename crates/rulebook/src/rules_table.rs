//! The rules of a rulebook as a table for people: each as it is configured, with its article and with what of it is
//! assumed. Read off the file itself, so that a page cannot say another thing.

use std::fmt::Write as _;
use toml_edit::{Document, Item, TableLike, Value};

/// The rules of a rulebook file in Markdown, in the order of the file; none where the text is no TOML.
#[must_use]
pub fn rules_table(text: &str) -> Option<String> {
    let document = Document::parse(text).ok()?;
    let mut table = "| rule | as configured | article |\n| --- | --- | --- |\n".to_owned();
    rules_below("", document.as_table(), &mut table);
    Some(table)
}

/// Rows of a table and of those below it.
fn rules_below(path: &str, table: &dyn TableLike, rows: &mut String) {
    if table.contains_key("article") {
        row(path, table, rows);
    }
    for (key, item) in table.iter() {
        let below = if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
        match item {
            Item::Table(found) => rules_below(&below, found, rows),
            Item::ArrayOfTables(found) => found.iter().for_each(|table| rules_below(&below, table, rows)),
            Item::None | Item::Value(_) => {}
        }
    }
}

fn row(path: &str, table: &dyn TableLike, rows: &mut String) {
    let assumed = table.get("assumed").and_then(Item::as_value);
    let all = assumed.is_some_and(|value| value.as_bool() == Some(true));
    let is_assumed = |key: &str| {
        let keys = assumed.and_then(Value::as_array);
        keys.is_some_and(|keys| keys.iter().any(|named| named.as_str() == Some(key)))
    };
    let mut configured: Vec<String> = Vec::new();
    for (key, item) in table.iter().filter(|(key, _)| !matches!(*key, "article" | "assumed")) {
        let mark = if is_assumed(key) { " *(assumed)*" } else { "" };
        match item {
            Item::Value(value) => configured.push(format!("`{key}` = {}{mark}", shown(value))),
            // Parts of the rule that stand in a table of their own, without an article of their own.
            Item::Table(part) if !part.contains_key("article") => {
                let parts: Vec<String> = part
                    .iter()
                    .filter_map(|(name, item)| Some(format!("{name} {}", shown(item.as_value()?))))
                    .collect();
                configured.push(format!("`{key}`: {}{mark}", parts.join(", ")));
            }
            Item::Table(_) | Item::ArrayOfTables(_) | Item::None => {}
        }
    }
    let article = table.get("article").and_then(Item::as_str).unwrap_or_default();
    let mark = if all { " *(all assumed)*" } else { "" };
    let configured = configured.join("; ").replace('|', "\\|");
    let _ = writeln!(rows, "| {path} | {configured}{mark} | {} |", article.replace('|', "\\|"));
}

/// A value without quotes and on one line.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.value().clone(),
        Value::Integer(number) => number.value().to_string(),
        Value::Float(number) => number.value().to_string(),
        Value::Boolean(truth) => (if *truth.value() { "yes" } else { "no" }).to_owned(),
        Value::Datetime(date) => date.value().to_string(),
        Value::Array(list) => list.iter().map(shown).collect::<Vec<_>>().join(", "),
        Value::InlineTable(table) => {
            let parts: Vec<String> = table
                .iter()
                .filter(|(key, _)| *key != "article")
                .map(|(key, value)| format!("{key} {}", shown(value)))
                .collect();
            format!("({})", parts.join(", "))
        }
    }
}
