//! `caudal play SCRIPT`: a worked example as plain text, played on the real engine.

use crate::failure::{Exit, Failure};
use crate::json::{self, Exact};
use crate::output;
use crate::people::Table;
use clap::Args;
use domain::plan::{DayRule, DayStep};
use domain::{Date, Timestamp};
use lab::{LocalTimes, time_zone_version};
use scripts::{DateReport, Expected, PlayFault, Report, Row, ScriptError, Surroundings, money_text};
use serde::Serialize;
use std::io::Read;
use std::path::{Path, PathBuf};

pub(crate) const EXAMPLE: &str = "\
Examples:
  caudal play scripts/sml-ar-br-day.txt
  caudal play scripts/cpcr-period.txt --json

Exit codes:
  0 every expectation holds   1 one does not: its line, what was expected, what was found
  3 the script is wrong: its line, what to do

docs/scripts.md has every sentence that a script may have.";

/// Arguments of `play`.
#[derive(Args, Debug)]
pub(crate) struct Arguments {
    /// The script: plain text, a sentence a line (docs/scripts.md)
    #[arg(value_name = "SCRIPT")]
    script: PathBuf,
    /// Print one JSON object instead of tables
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    let name = arguments.script.display().to_string();
    let bytes = read(&arguments.script, scripts::limits::SCRIPT_BYTES_MAX).map_err(|why| {
        let message = format!("the script cannot be read: {why}; {name}; name a script that may be read");
        Failure::new(Exit::WrongData, "FILE_READ", message)
    })?;
    let beside = Beside { folder: arguments.script.parent().unwrap_or(Path::new("")).to_owned() };
    let script = match scripts::read(&name, &bytes, &beside) {
        Ok(script) => script,
        Err(errors) => {
            errors.iter().map(Failure::from).for_each(|failure| failure.report());
            return Ok(Exit::WrongData);
        }
    };
    let report = scripts::play(&script, &beside)?;
    if arguments.json {
        output::print(&json::text(&Object::of(&report)))?;
    } else {
        output::print(&page(&report))?;
    }
    for failure in &report.failures {
        Failure::new(Exit::CheckSaidNo, failure.code, failure).report();
    }
    Ok(if report.failures.is_empty() { Exit::Done } else { Exit::CheckSaidNo })
}

impl From<&ScriptError> for Failure {
    fn from(error: &ScriptError) -> Failure {
        Failure::new(Exit::WrongData, error.kind.code(), error)
    }
}

impl From<PlayFault> for Failure {
    fn from(fault: PlayFault) -> Failure {
        let exit = match fault {
            PlayFault::LocalTime { .. } => Exit::WrongData,
            PlayFault::House { .. } => Exit::Bug,
        };
        Failure::new(exit, fault.code(), &fault)
    }
}

/// The folder of a script: rulebook files are named from there.
struct Beside {
    folder: PathBuf,
}

impl Surroundings for Beside {
    fn rulebook_file(&self, path: &str) -> Result<Vec<u8>, String> {
        // More than a rulebook may have: beyond it, `rulebook` says that it is too large.
        read(&self.folder.join(path), 1024 * 1024)
    }

    fn local_times(&self, day: &DayRule, date: Date) -> Result<Vec<(DayStep, Timestamp)>, String> {
        Ok(LocalTimes::of(day).map_err(|error| error.to_string())?.on(date))
    }

    fn time_zone_version(&self) -> String {
        time_zone_version().to_owned()
    }
}

/// Bytes of a file; of one that is too large, enough to see that it is.
fn read(path: &Path, enough_bytes: usize) -> Result<Vec<u8>, String> {
    let enough = u64::try_from(enough_bytes).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    let opened = std::fs::File::open(path);
    let read = opened.and_then(|opened| opened.take(enough).read_to_end(&mut bytes));
    read.map(|_| bytes).map_err(|error| error.to_string())
}

/// The report for people: a table for each date, and what was expected on it.
fn page(report: &Report) -> String {
    let (all, held) = report.counts();
    let mut page = format!("{}: {} version {}\n", report.script, report.rulebook, report.version);
    for source in &report.sources {
        page.push_str(&format!("source: {source}\n"));
    }
    for date in &report.dates {
        page.push_str(&format!("\n{}\n\n", title(date)));
        if !date.rows.is_empty() {
            let mut table = Table::new(&["what", "who", "other", "amount", "note"]).align_right(3);
            for row in &date.rows {
                let amount = row.amount.as_ref().map_or_else(String::new, |(m, d, c)| money_text(*m, *d, c));
                let other = row.other.clone().unwrap_or_default();
                table.row([row.what.replace('_', " "), row.who.clone(), other, amount, row.note.clone()]);
            }
            page.push_str(&table.to_string());
        }
        if !date.rows.is_empty() && !date.expectations.is_empty() {
            page.push('\n');
        }
        for Expected { line, text, found, holds } in &date.expectations {
            let text = text.strip_prefix("expect ").unwrap_or(text);
            match holds {
                true => page.push_str(&format!("  line {line}: {text}: holds\n")),
                false => page.push_str(&format!("  line {line}: {text}: FOUND {found}\n")),
            }
        }
    }
    let verdict = if report.failures.is_empty() { "as expected" } else { "NOT as expected" };
    page.push_str(&format!("\n{held} of {all} expectations hold: {verdict}\n"));
    page
}

fn title(date: &DateReport) -> String {
    const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
    date.date.map_or_else(
        || "Before the first date".to_owned(),
        |date| format!("{date}, {}", DAYS[usize::from(date.weekday())]),
    )
}

/// The report for programs.
#[derive(Serialize)]
struct Object<'a> {
    schema: u32,
    ok: bool,
    script: &'a str,
    rulebook: &'a str,
    rulebook_version: u32,
    sources: &'a [String],
    expectations: usize,
    expectations_held: usize,
    dates: Vec<DateObject<'a>>,
    failures: Vec<FailureObject<'a>>,
}

#[derive(Serialize)]
struct DateObject<'a> {
    date: Option<String>,
    rows: Vec<RowObject<'a>>,
    expectations: Vec<ExpectedObject<'a>>,
}

#[derive(Serialize)]
struct RowObject<'a> {
    what: &'a str,
    who: &'a str,
    other: Option<&'a str>,
    amount: Option<Exact>,
    currency: Option<&'a str>,
    note: &'a str,
}

#[derive(Serialize)]
struct ExpectedObject<'a> {
    line: usize,
    expected: &'a str,
    found: &'a str,
    holds: bool,
}

#[derive(Serialize)]
struct FailureObject<'a> {
    code: &'a str,
    line: usize,
    expected: &'a str,
    found: &'a str,
}

impl<'a> Object<'a> {
    fn of(report: &'a Report) -> Object<'a> {
        let (expectations, expectations_held) = report.counts();
        let failure = |failure: &'a scripts::Failure| FailureObject {
            code: failure.code,
            line: failure.line,
            expected: &failure.expected,
            found: &failure.found,
        };
        Object {
            schema: 1,
            ok: report.failures.is_empty(),
            script: &report.script,
            rulebook: &report.rulebook,
            rulebook_version: report.version,
            sources: &report.sources,
            expectations,
            expectations_held,
            dates: report.dates.iter().map(DateObject::of).collect(),
            failures: report.failures.iter().map(failure).collect(),
        }
    }
}

impl<'a> DateObject<'a> {
    fn of(date: &'a DateReport) -> DateObject<'a> {
        let row = |row: &'a Row| RowObject {
            what: &row.what,
            who: &row.who,
            other: row.other.as_deref(),
            amount: row.amount.as_ref().map(|(minor, decimals, _)| Exact::of(*minor, *decimals)),
            currency: row.amount.as_ref().map(|(.., code)| code.as_str()),
            note: &row.note,
        };
        let expected = |expected: &'a Expected| ExpectedObject {
            line: expected.line,
            expected: &expected.text,
            found: &expected.found,
            holds: expected.holds,
        };
        DateObject {
            date: date.date.map(|date| date.to_string()),
            rows: date.rows.iter().map(row).collect(),
            expectations: date.expectations.iter().map(expected).collect(),
        }
    }
}
