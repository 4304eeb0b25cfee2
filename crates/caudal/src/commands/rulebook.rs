//! `caudal rulebook list | show NAME | check FILE`.

use crate::failure::{Exit, Failure};
use crate::output;
use crate::people::Table;
use crate::values;
use clap::Subcommand;
use domain::refusal_text::Language;
use std::path::Path;
use std::path::PathBuf;

pub(crate) const EXAMPLE: &str = "\
Examples:
  caudal rulebook list
  caudal rulebook show caudal > mine.toml
  caudal rulebook check mine.toml
  caudal simulate --arrangement mine.toml --from 2024-03-04 --to 2024-03-15";

/// Rulebooks.
#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Lists the rulebooks that come with the program, and whether they run
    #[command(after_help = "Example:\n  caudal rulebook list --language es")]
    List {
        /// Language of titles: es, pt, en or fr
        #[arg(long, value_name = "CODE", default_value = "en", value_parser = values::language)]
        language: Language,
    },
    /// Prints a rulebook as it is read, to be looked at or changed
    #[command(after_help = "Examples:\n  caudal rulebook show cpcr\n  caudal rulebook show caudal > mine.toml")]
    Show {
        /// A name of `caudal rulebook list`
        #[arg(value_name = "NAME")]
        name: String,
        /// Its rules as a Markdown table: each as configured, with its article
        #[arg(long)]
        markdown: bool,
    },
    /// Checks a rulebook file: every error with its line, what was found, what is allowed, and its article
    #[command(after_help = "Example:\n  caudal rulebook check mine.toml      exit code 1 if something is wrong")]
    Check {
        /// The file
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}

pub(crate) fn run(command: Command) -> Result<Exit, Failure> {
    match command {
        Command::List { language } => list(language),
        Command::Show { name, markdown } => show(&name, markdown),
        Command::Check { file } => check(&file),
    }
}

fn list(language: Language) -> Result<Exit, Failure> {
    let mut table = Table::new(&["rulebook", "title", "runs"]);
    for name in rulebook::list() {
        let title = rulebook::title(name, language).expect("bug: a rulebook of our own is wrong");
        let runs = if built_in(name)?.compile().is_ok() { "yes" } else { "not yet" };
        table.row([name.to_owned(), title, runs.to_owned()]);
    }
    output::print(&table.to_string())?;
    Ok(Exit::Done)
}

/// A rulebook that comes with the program.
pub(crate) fn built_in(name: &str) -> Result<rulebook::Rulebook, Failure> {
    let source = rulebook::source(name).ok_or_else(|| unknown(name))?;
    Ok(rulebook::parse(name, source).expect("bug: a rulebook of our own is wrong"))
}

/// What to say of a name that no rulebook has.
pub(crate) fn unknown(name: &str) -> Failure {
    let known: Vec<&str> = rulebook::list().collect();
    let name: String = name.chars().take(60).collect();
    Failure::wrong_use(format!(
        "no rulebook is called '{name}'; caudal rulebook list; name one of {}",
        known.join(", ")
    ))
}

fn show(name: &str, markdown: bool) -> Result<Exit, Failure> {
    let source = rulebook::source(name).ok_or_else(|| unknown(name))?;
    if markdown {
        output::print(&rulebook::rules_table(source).expect("bug: a rulebook of our own is no TOML"))?;
    } else {
        output::print(source)?;
    }
    Ok(Exit::Done)
}

fn check(file: &Path) -> Result<Exit, Failure> {
    let bytes = read(file)?;
    let name = file.display().to_string();
    let rulebook = match rulebook::parse_bytes(&name, &bytes) {
        Ok(rulebook) => rulebook,
        Err(errors) => {
            for error in &errors {
                Failure::new(Exit::CheckSaidNo, error.kind.code(), error).report();
            }
            return Ok(Exit::CheckSaidNo);
        }
    };
    let title = rulebook.title_in(Language::En);
    let mut verdict =
        format!("{name}: a sound rulebook, {} version {}: {title}\n", rulebook.name.0, rulebook.version.get());
    match rulebook.compile() {
        Ok(_) => verdict.push_str("It runs: every rule in it is built.\n"),
        Err(not_built) => {
            verdict.push_str("It cannot be run yet:\n");
            not_built.missing.iter().for_each(|missing| verdict.push_str(&format!("  {missing}\n")));
        }
    }
    output::print(&verdict)?;
    Ok(Exit::Done)
}

/// Bytes of a rulebook file; of one that is too large, enough to see that it is.
pub(crate) fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    use std::io::Read;
    /// More than a rulebook may have: beyond it, `rulebook` says that it is too large.
    const ENOUGH_BYTES: u64 = 1024 * 1024;
    let mut bytes = Vec::new();
    let opened = std::fs::File::open(file);
    let read = opened.and_then(|opened| opened.take(ENOUGH_BYTES).read_to_end(&mut bytes));
    read.map_err(|error| {
        let remedy = "name a rulebook file that may be read";
        let message = format!("the file cannot be read: {error}; {}; {remedy}", file.display());
        Failure::new(Exit::WrongData, "FILE_READ", message)
    })?;
    Ok(bytes)
}
