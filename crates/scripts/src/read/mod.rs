//! From text to a checked script: line by line, every name and amount against what came before, every error at once.

pub(crate) mod declarations;
pub(crate) mod expectations;
pub(crate) mod instructions;
pub(crate) mod membership;
mod possible;

use crate::error::{ErrorKind, ScriptError, Wrong};
use crate::grammar::{matched, patterns};
use crate::limits::{DAYS_MAX, ERRORS_MAX, LINES_MAX, SCRIPT_BYTES_MAX};
use crate::names::Names;
use crate::script::{Line, Script};
use crate::surroundings::Surroundings;
use crate::token::tokens;
use domain::plan::Plan;
use domain::{CurrencyId, Date};

/// A script while it is read.
pub(crate) struct Reading<'a> {
    pub(crate) surroundings: &'a dyn Surroundings,
    pub(crate) names: Names,
    pub(crate) rulebook: Option<Rules>,
    pub(crate) sources: Vec<String>,
    /// The first date, and the last one so far with the time of day.
    pub(crate) begins: Option<Date>,
    pub(crate) reached: Option<(Date, u32)>,
}

/// The rulebook of a script.
pub(crate) struct Rules {
    pub(crate) source: Vec<u8>,
    pub(crate) plan: Plan,
    pub(crate) asset: CurrencyId,
}

impl Reading<'_> {
    /// The rules; every sentence that asks for them comes after they were named.
    pub(crate) fn rules(&self) -> &Rules {
        self.rulebook.as_ref().expect("bug: a sentence that needs a rulebook was read before it")
    }

    pub(crate) fn plan(&self) -> &Plan {
        &self.rules().plan
    }

    pub(crate) fn begun(&self) -> bool {
        self.begins.is_some()
    }
}

/// Reads and checks a script; `name` is what errors call it.
///
/// # Errors
/// Everything that is wrong, in the order of its lines.
pub fn read(name: &str, bytes: &[u8], surroundings: &dyn Surroundings) -> Result<Script, Vec<ScriptError>> {
    let at = |line: usize, column: usize, wrong: Wrong| {
        let Wrong { kind, what, remedy } = wrong;
        ScriptError { kind, script: name.to_owned(), line, column, what, remedy }
    };
    let text = text_of(bytes).map_err(|(line, wrong)| vec![at(line, 1, wrong)])?;
    let patterns = patterns();
    let mut reading = Reading {
        surroundings,
        names: Names::default(),
        rulebook: None,
        sources: Vec::new(),
        begins: None,
        reached: None,
    };
    let mut lines: Vec<Line> = Vec::new();
    let mut errors: Vec<ScriptError> = Vec::new();
    for (place, text) in text.lines().enumerate() {
        let number = place + 1;
        if number > LINES_MAX {
            let what = format!("a script has at most {LINES_MAX} lines");
            errors.push(at(number, 1, Wrong::new(ErrorKind::Text, what, "make two of it")));
            break;
        }
        let words = match tokens(text) {
            Ok(words) if words.is_empty() => continue,
            Ok(words) => words,
            Err((column, wrong)) => {
                errors.push(at(number, column, wrong));
                continue;
            }
        };
        let verb = words[0].text.as_str();
        if reading.rulebook.is_none() && !["source", "rulebook"].contains(&verb) {
            let known = patterns.iter().any(|(pattern, _)| pattern.first() == verb);
            if known && errors.is_empty() {
                let wrong = Wrong::new(
                    ErrorKind::Rulebook,
                    "the script has named no rulebook yet",
                    "begin with: rulebook NAME",
                );
                errors.push(at(number, 1, wrong));
                break;
            }
            // Without rules no other line can be judged: the first error says why.
            if known {
                break;
            }
        }
        let plan = reading.rulebook.as_ref().map(|rules| rules.plan.clone());
        let read = matched(&patterns, &words, &mut reading.names, plan.as_ref())
            .map_err(|(word, wrong)| (column_of(&words, word, text), wrong))
            .and_then(|(sentence, mut found)| (sentence.build)(&mut reading, &mut found).map_err(|wrong| (1, wrong)));
        match read {
            Ok(None) => {}
            Ok(Some(act)) => lines.push(Line { number, text: shown(&words), act }),
            Err((column, wrong)) => errors.push(at(number, column, wrong)),
        }
        if errors.len() >= ERRORS_MAX {
            return Err(errors);
        }
    }
    finish(name, reading, lines, errors)
}

/// What can be judged only when all lines are known.
fn finish(
    name: &str,
    mut reading: Reading<'_>,
    lines: Vec<Line>,
    mut errors: Vec<ScriptError>,
) -> Result<Script, Vec<ScriptError>> {
    let at = |line: usize, wrong: Wrong| {
        let Wrong { kind, what, remedy } = wrong;
        ScriptError { kind, script: name.to_owned(), line, column: 1, what, remedy }
    };
    let last = lines.last().map_or(1, |line| line.number);
    if errors.is_empty() {
        errors.extend(possible::impossible(&reading, &lines).into_iter().map(|(line, wrong)| at(line, wrong)));
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let Some(rules) = reading.rulebook.take() else {
        let wrong = Wrong::new(ErrorKind::Rulebook, "the script names no rulebook", "begin with: rulebook NAME");
        return Err(vec![at(1, wrong)]);
    };
    let (Some(begins), Some((ends, _))) = (reading.begins, reading.reached) else {
        let wrong =
            Wrong::new(ErrorKind::Date, "the script has no date", "write when something happens: on 2022-03-11");
        return Err(vec![at(last, wrong)]);
    };
    if ends.0 - begins.0 > DAYS_MAX {
        let what = format!("from {begins} to {ends} are more than {DAYS_MAX} days");
        return Err(vec![at(last, Wrong::new(ErrorKind::Date, what, "make two scripts of it"))]);
    }
    if reading.names.members.is_empty() {
        let wrong = Wrong::new(ErrorKind::Name, "the script has no member", "declare some: member CODE using CURRENCY");
        return Err(vec![at(1, wrong)]);
    }
    for place in 0..reading.names.members.len() {
        let member = domain::MemberId::from_index(place);
        if !reading.names.has_institution(member) {
            reading.names.only_institution_of(member).map_err(|wrong| vec![at(last, wrong)])?;
        }
    }
    let Rules { source, plan, asset } = rules;
    let (names, sources) = (reading.names, reading.sources);
    Ok(Script { name: name.to_owned(), source, plan, sources, names, asset, begins, lines })
}

fn text_of(bytes: &[u8]) -> Result<&str, (usize, Wrong)> {
    if bytes.len() > SCRIPT_BYTES_MAX {
        let what = format!("a script of {} bytes", bytes.len());
        return Err((1, Wrong::new(ErrorKind::Text, what, format!("keep to {SCRIPT_BYTES_MAX} bytes"))));
    }
    std::str::from_utf8(bytes).map_err(|error| {
        let line = bytes[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count() + 1;
        (line, Wrong::new(ErrorKind::Text, "the script is no text in UTF-8", "save it as UTF-8"))
    })
}

fn column_of(words: &[crate::token::Token], word: usize, text: &str) -> usize {
    words.get(word).map_or_else(|| text.trim_end().chars().count() + 1, |token| token.column)
}

/// A line as it is shown beside its result.
fn shown(words: &[crate::token::Token]) -> String {
    let word = |token: &crate::token::Token| {
        let quotes = if token.quoted { "\"" } else { "" };
        let comma = if token.comma { "," } else { "" };
        format!("{quotes}{}{quotes}{comma}", token.text)
    };
    words.iter().map(word).collect::<Vec<_>>().join(" ")
}
