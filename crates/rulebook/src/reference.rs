//! The schema as a page for people.

use crate::schema::Rulebook;
use crate::section::{KeySchema, Need, SectionSchema};
use crate::value::Value;
use std::fmt::Write as _;

/// Every table of the schema, those below another after it.
#[must_use]
pub fn sections() -> Vec<&'static SectionSchema> {
    let mut sections = Vec::new();
    Rulebook::below(&mut sections);
    sections
}

/// The reference of the schema in Markdown, as docs/rulebooks.md has it.
#[must_use]
pub fn reference() -> String {
    let mut page = String::new();
    let mut last_heading = "";
    let mut listed = Vec::new();
    for section in sections() {
        if section.anchor() != last_heading {
            last_heading = section.anchor();
            let _ = write!(page, "### {last_heading}\n\n");
        }
        table(&mut page, section, &mut listed);
    }
    page.trim_end().to_owned() + "\n"
}

/// Words listed before, and where.
type Listed = Vec<(&'static [(&'static str, &'static str)], String)>;

fn table(page: &mut String, section: &'static SectionSchema, listed: &mut Listed) {
    let rule = if section.is_rule { ", a rule" } else { "" };
    let name = heading(section.path);
    let what = section.what.trim();
    let _ = if name.is_empty() { write!(page, "{what}\n\n") } else { write!(page, "`{name}`{rule}. {what}\n\n") };
    page.push_str("| key | | may be | means |\n| --- | --- | --- | --- |\n");
    let own = section.keys.iter().filter(|key| !(section.is_rule && is_of_every_rule(key.name)));
    for key in own.clone() {
        let _ = writeln!(page, "| `{}` | {} | {} | {} |", key.name, need(key), form(key), key.meaning.trim());
    }
    page.push('\n');
    for key in own {
        let words = (key.words)();
        if words.is_empty() {
            continue;
        }
        if let Some((_, before)) = listed.iter().find(|(known, _)| *known == words) {
            let _ = writeln!(page, "`{}`: the words of {before}.\n", key.name);
            continue;
        }
        let _ = writeln!(page, "`{}`:\n", key.name);
        for (word, sense) in words {
            let _ = writeln!(page, "* `{word}`: {}", sense.trim());
        }
        page.push('\n');
        listed.push((words, format!("`{}` in `{name}`", key.name)));
    }
}

/// A table as its heading in a file: `[queue]`, `[[limits]]`; a path with a wildcard stands for several.
fn heading(path: &str) -> String {
    match path.strip_suffix("[]") {
        _ if path.is_empty() => String::new(),
        _ if path.contains('*') => path.to_owned(),
        Some(list) => format!("[[{}]]", list.replace("[]", "")),
        None => format!("[{path}]"),
    }
}

fn is_of_every_rule(name: &str) -> bool {
    matches!(name, "article" | "assumed")
}

fn need(key: &KeySchema) -> String {
    let with = |with: &str, values: &[&str]| {
        let values: Vec<String> = values.iter().map(|value| format!("`{value}`")).collect();
        format!("`{with}` = {}", values.join(" or "))
    };
    match key.need {
        Need::ByType if (key.may_be_absent)() => "may".to_owned(),
        Need::ByType => "must".to_owned(),
        Need::Required { with: key, values } => format!("must with {}", with(key, values)),
        Need::Admitted { with: key, values } => format!("may with {}", with(key, values)),
    }
}

fn form(key: &KeySchema) -> String {
    let mut below = Vec::new();
    (key.below)(&mut below);
    let allowed = (key.allowed)();
    match (below.is_empty(), (key.words)().is_empty()) {
        (false, _) if allowed.starts_with("a list") => "a list of tables".to_owned(),
        (false, _) => "a table".to_owned(),
        (true, false) if allowed.starts_with("a list") => "a list of words, each once".to_owned(),
        (true, false) => "a word".to_owned(),
        (true, true) => allowed.replace('|', "\\|"),
    }
}
