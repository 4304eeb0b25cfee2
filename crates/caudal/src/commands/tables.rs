//! `caudal tables`: the journal as SQL tables, and questions to them.

use crate::answer_text::{self, Form};
use crate::failure::{Exit, Failure};
use crate::people::count;
use crate::progress::Bar;
use crate::{output, warnings};
use ::tables::{Flow, Pace, QUESTIONS, QueryFault, Reader, Source, TABLES_FILE, Tables, TablesFault, WrongQuestion};
use clap::Args;
use journal::{Blocks, Head, JournalFault};
use journal_sqlite::ReadOnlyJournal;
use std::path::{Path, PathBuf};

pub(crate) const EXAMPLE: &str = "\
Examples:
  caudal tables --data day                                  makes day/tables.sqlite, or goes on with it
  caudal tables --list                                      ten questions an auditor asks
  caudal tables --data day --query longest-waits --param count=3
  caudal tables --data day --sql 'SELECT count(*) FROM payment' --json
  caudal tables --data day --rebuild --out copy.sqlite      for any tool that reads SQLite

Tables, columns and questions: docs/read-tables.md. The journal is only read, and is enough to make
the tables anew at any time.";

/// What to fill, and what to ask.
#[derive(Args, Clone, Debug)]
pub(crate) struct Arguments {
    /// Folder of the journal; a process may be writing to it
    #[arg(long, value_name = "DIR", required_unless_present = "list")]
    pub(crate) data: Option<PathBuf>,
    /// File of the tables; else tables.sqlite beside the journal
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Makes the tables anew from the whole journal
    #[arg(long)]
    pub(crate) rebuild: bool,
    /// Checks every row and every sum of the tables
    #[arg(long)]
    pub(crate) check: bool,
    /// Lists the questions with their parameters
    #[arg(long, conflicts_with_all = ["rebuild", "check", "query", "sql", "json", "csv"])]
    pub(crate) list: bool,
    /// Asks a question of the list
    #[arg(long, value_name = "NAME", conflicts_with = "sql")]
    pub(crate) query: Option<String>,
    /// Parameter of the question, as in date=2024-03-05; may be given several times
    #[arg(long, value_name = "NAME=VALUE", requires = "query", value_parser = parameter)]
    pub(crate) param: Vec<(String, String)>,
    /// Asks in SQL: one statement that reads
    #[arg(long, value_name = "TEXT")]
    pub(crate) sql: Option<String>,
    /// Prints the result as one JSON object
    #[arg(long, conflicts_with = "csv")]
    pub(crate) json: bool,
    /// Prints the answer as CSV
    #[arg(long)]
    pub(crate) csv: bool,
}

fn parameter(text: &str) -> Result<(String, String), String> {
    let split = text.split_once('=').filter(|(name, _)| !name.is_empty());
    let (name, value) = split.ok_or_else(|| "expected NAME=VALUE, as in date=2024-03-05".to_owned())?;
    Ok((name.to_owned(), value.to_owned()))
}

impl Arguments {
    fn form(&self) -> Form {
        match (self.json, self.csv) {
            (true, _) => Form::Json,
            (_, true) => Form::Csv,
            _ => Form::Table,
        }
    }

    fn asks(&self) -> bool {
        self.query.is_some() || self.sql.is_some()
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    let Some(data) = arguments.data.as_deref().filter(|_| !arguments.list) else {
        output::print(&list())?;
        return Ok(Exit::Done);
    };
    if arguments.csv && !arguments.asks() {
        return Err(Failure::wrong_use("there is nothing to print as CSV; --csv; add --query NAME or --sql TEXT"));
    }
    // Before any work: a name that is wrong is told at once.
    let question = arguments.query.as_deref().map(::tables::question).transpose()?;
    let path = arguments.out.clone().unwrap_or_else(|| data.join(TABLES_FILE));
    fill(arguments, data, &path)?;
    let reader = Reader::open(&path)?;
    if arguments.check {
        check(&reader)?;
    }
    let answer = match (question, &arguments.sql) {
        (Some(question), _) => question.ask(&reader, &arguments.param)?,
        (None, Some(sql)) => reader.query(sql, &[])?,
        (None, None) => {
            output::print(&summary(arguments, &path, &reader)?)?;
            return Ok(Exit::Done);
        }
    };
    output::print(&answer_text::written(&answer, arguments.form()))?;
    Ok(Exit::Done)
}

/// Brings the tables to where the journal is.
fn fill(arguments: &Arguments, data: &Path, path: &Path) -> Result<(), Failure> {
    let journal = Folder(journal_sqlite::open_read_only(data)?);
    journal.0.warnings().iter().for_each(|warning| warnings::warn("MARK_DAMAGED", warning));
    let events = journal.0.mark().next_seq;
    // A file that somebody named may be anything, and then nothing is left beside it; that beside the journal is ours whatever
    // became of it.
    if arguments.out.is_some()
        && let Err(fault @ TablesFault::NotTables { .. }) = Reader::open(path)
    {
        return Err(fault.into());
    }
    let opened = if arguments.rebuild { None } else { Some(Tables::open(path)) };
    let mut tables = match opened {
        None | Some(Err(TablesFault::Missing { .. })) => return make_anew(&journal, path, events),
        Some(Err(fault @ TablesFault::InUse { .. })) if arguments.asks() => {
            warnings::note(format!("{fault}; they are read as they are"));
            return Ok(());
        }
        Some(tables) => tables?,
    };
    let bar = Bar::new("filling tables", events.saturating_sub(tables.head().next_seq), "events");
    let begun = tables.head().next_seq;
    tables.catch_up(&journal, Pace::FAST, &mut |head| {
        bar.at(head.next_seq - begun);
        Flow::GoOn
    })?;
    Ok(())
}

fn make_anew(journal: &Folder, path: &Path, events: u64) -> Result<(), Failure> {
    let bar = Bar::new("making tables", events, "events");
    ::tables::rebuild(path, journal, &mut |head| bar.at(head.next_seq))?;
    Ok(())
}

fn check(reader: &Reader) -> Result<(), Failure> {
    let rows = std::cell::OnceCell::new();
    reader.check(&mut |read, total| rows.get_or_init(|| Bar::new("checking tables", total, "rows")).at(read))?;
    Ok(())
}

/// What there is now, and what to do with it.
fn summary(arguments: &Arguments, path: &Path, reader: &Reader) -> Result<String, Failure> {
    let head = reader.head()?;
    let counts = reader.query("SELECT (SELECT count(*) FROM payment), sum(row_count) FROM content", &[])?;
    let count_at = |place: usize| match counts.rows.first().and_then(|row| row.get(place)) {
        Some(::tables::Value::Integer(number)) => u64::try_from(*number).unwrap_or(0),
        _ => 0,
    };
    let (payments, rows) = (count_at(0), count_at(1));
    if arguments.json {
        let object = serde_json::json!({
            "file": path.display().to_string(),
            "journal_height": head.next_seq,
            "blocks": head.blocks,
            "payments": payments,
            "rows": rows,
            "checked": arguments.check,
        });
        return Ok(object.to_string());
    }
    let checked = if arguments.check {
        "\nchecked: every row is as it was written, every sum is what it has to be, every account is the sum\n\
         of its postings"
    } else {
        ""
    };
    let data = arguments.data.as_deref().unwrap_or(Path::new("")).display();
    let out = arguments.out.as_deref().map_or_else(String::new, |out| format!(" --out {}", out.display()));
    Ok(format!(
        "{}: {} events of {} blocks, {} payments, {} rows{checked}\n\n\
         caudal tables --data {data}{out} --query trial-balance     a question; --list names the others\n\
         caudal tables --data {data}{out} --sql 'SELECT …'          any other; docs/read-tables.md names the tables",
        path.display(),
        count(head.next_seq),
        count(head.blocks),
        count(payments),
        count(rows),
    ))
}

/// The questions, each with its parameters.
fn list() -> String {
    let mut text = String::new();
    for question in QUESTIONS {
        text.push_str(&format!("{}\n    {}\n", question.name, question.asks));
        for parameter in question.parameters {
            text.push_str(&format!("      {:<12} {} ({})\n", parameter.name, parameter.meaning, parameter.kind.form()));
        }
    }
    text.push_str("\ncaudal tables --data DIR --query NAME --param name=value\n");
    text
}

/// A folder that is only read, as where blocks come from.
struct Folder(ReadOnlyJournal);

impl Source for Folder {
    fn blocks_after(&self, head: &Head) -> Result<Blocks, JournalFault> {
        self.0.blocks_after(head)
    }

    fn acknowledged_blocks(&self) -> u64 {
        self.0.mark().blocks
    }
}

impl From<TablesFault> for Failure {
    fn from(fault: TablesFault) -> Failure {
        match fault {
            TablesFault::Journal(fault) => fault.into(),
            fault => Failure::new(Exit::Storage, fault.code(), &fault),
        }
    }
}

impl From<QueryFault> for Failure {
    fn from(fault: QueryFault) -> Failure {
        match fault {
            QueryFault::Tables(fault) => fault.into(),
            fault => Failure::new(Exit::WrongUse, "QUERY_WRONG", &fault),
        }
    }
}

impl From<WrongQuestion> for Failure {
    fn from(wrong: WrongQuestion) -> Failure {
        match wrong {
            WrongQuestion::Query(fault) => fault.into(),
            wrong => Failure::new(Exit::WrongUse, "QUESTION_WRONG", &wrong),
        }
    }
}
