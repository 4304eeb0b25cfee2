//! `caudal reconcile`: does an agent, or a national system, say of the house's account what the house's own books say?

use crate::failure::{Exit, Failure};
use crate::folder_check::{self, Sound};
use crate::reconciliation_report::{self as report, Reconciled};
use crate::{output, payment_way, values};
use audit::{Mirror, MirrorCause, MirrorPosting};
use clap::Args;
use domain::{ArrangementId, CurrencyId, Date};
use ledger::State;
use money::Currency;
use reconciliation::{Explanations, Format, MirrorEntry, Statement, StatementError, Terms};
use std::io::Read;
use std::path::{Path, PathBuf};

pub(crate) const EXAMPLE: &str = "\
Examples:
  caudal reconcile --data day --agent --statement agent.xml
  caudal reconcile --data day --member BRA --statement monday.txt --statement tuesday.txt
  caudal reconcile --data day --agent --statement a.csv --explanations reasons.csv --out b.csv

Exit codes:
  0 the day may close   1 an unexplained break above the tolerance remains   3 a file is wrong

Forms of statements, and what is matched with what: docs/reconciliation.md.";

/// Whose statements, and what goes for them.
#[derive(Args, Clone, Debug)]
#[command(group = clap::ArgGroup::new("keeper").required(true).args(["member", "agent"]))]
pub(crate) struct Arguments {
    /// Folder of the journal; it is only read
    #[arg(long, value_name = "DIR")]
    pub(crate) data: PathBuf,
    /// The statement is of the national system of this member
    #[arg(long, value_name = "CODE")]
    pub(crate) member: Option<String>,
    /// The statement is of the settlement agent
    #[arg(long)]
    pub(crate) agent: bool,
    /// The agent of this arrangement, where there are several
    #[arg(long, value_name = "N", conflicts_with = "member")]
    pub(crate) arrangement: Option<u16>,
    /// Statement; several that follow on each other, oldest first
    #[arg(long, value_name = "FILE", required = true)]
    pub(crate) statement: Vec<PathBuf>,
    /// Form of the statements; else what the file looks like
    #[arg(long, value_name = "FORM", value_parser = ["camt.053", "mt950", "csv"])]
    pub(crate) format: Option<String>,
    /// Account, where the files have several
    #[arg(long, value_name = "NAME")]
    pub(crate) account: Option<String>,
    /// Reasons for breaks: CSV with the columns reference and reason
    #[arg(long, value_name = "FILE")]
    pub(crate) explanations: Option<PathBuf>,
    /// Largest unexplained break over which a day closes, in minor units
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = values::seed())]
    pub(crate) tolerance: u64,
    /// Date to which the age of breaks is counted; else the last day of the statement
    #[arg(long, value_name = "DATE", value_parser = values::date)]
    pub(crate) as_of: Option<Date>,
    /// Writes the register of breaks as CSV
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Prints one JSON object instead of tables
    #[arg(long)]
    pub(crate) json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    let sound = folder_check::check(&arguments.data)?;
    let state = &sound.state;
    let (mirror, keeper) = keeper(arguments, &sound)?;
    let explanations = match &arguments.explanations {
        None => Explanations::default(),
        Some(path) => Explanations::read(&read(path)?).map_err(|error| wrong(path, &error))?,
    };
    let statement = statement(arguments, &currencies(state))?;
    let postings = postings(&arguments.data, mirror)?;
    let entries = entries(&postings, &statement, state, mirror);
    let terms = Terms {
        owner: &keeper,
        explanations: &explanations,
        tolerance_minor: arguments.tolerance,
        as_of: arguments.as_of,
    };
    let result = reconciliation::reconcile(&statement, &entries, &terms);
    let reconciled = Reconciled { keeper: &keeper, statement: &statement, result: &result };
    if let Some(path) = &arguments.out {
        report::write_register(path, &reconciled)?;
    }
    output::print(&if arguments.json { report::object(&reconciled) } else { report::page(&reconciled) })?;
    let hindrances = result.hindrances().count();
    if hindrances == 0 {
        return Ok(Exit::Done);
    }
    let message = format!(
        "{hindrances} breaks are unexplained and above the tolerance; account {} of {keeper}; settle them with {keeper}, \
         or give their reasons with --explanations",
        statement.account
    );
    Failure::new(Exit::CheckSaidNo, "BREAKS_UNEXPLAINED", message).report();
    Ok(Exit::CheckSaidNo)
}

/// The mirror, and who answers for what it mirrors.
fn keeper(arguments: &Arguments, sound: &Sound) -> Result<(Mirror, String), Failure> {
    if let Some(code) = &arguments.member {
        return Ok((Mirror::NationalSystem(sound.member(code, &arguments.data)?), code.clone()));
    }
    let all: Vec<ArrangementId> = sound.state.arrangement_ids().collect();
    let place = arguments.data.display();
    let arrangement = match (arguments.arrangement, &all[..]) {
        (Some(number), _) if all.contains(&ArrangementId(number)) => ArrangementId(number),
        (None, [only]) => *only,
        _ => {
            let message = format!("there are {} arrangements; {place}; name one: --arrangement N, from 0", all.len());
            return Err(Failure::wrong_use(message));
        }
    };
    Ok((Mirror::Agent(arrangement), format!("agent of arrangement {arrangement}")))
}

/// The currencies that the journal registers.
fn currencies(state: &State) -> Vec<Currency> {
    let registered = (0..=u16::MAX).map_while(|number| state.currency_code(CurrencyId(number)));
    registered.filter_map(|(code, decimals)| Currency::new(code, decimals).ok()).collect()
}

/// The one statement that the files make.
fn statement(arguments: &Arguments, currencies: &[Currency]) -> Result<Statement, Failure> {
    let mut statements = Vec::new();
    for path in &arguments.statement {
        let bytes = read(path)?;
        let format = match arguments.format.as_deref() {
            Some("camt.053") => Format::Camt053,
            Some("mt950") => Format::Mt950,
            Some(_) => Format::Csv,
            None => Format::detect(&bytes),
        };
        let mut read = reconciliation::read(format, &bytes, currencies).map_err(|error| wrong(path, &error))?;
        for statement in &mut read {
            statement.place = format!("{}: {}", path.display(), statement.place);
        }
        statements.extend(read);
    }
    if let Some(account) = &arguments.account {
        statements.retain(|statement| statement.account == *account);
    }
    let code = |error: StatementError| Failure::new(Exit::WrongData, error.problem.code(), &error);
    let mut joined = reconciliation::join(statements).map_err(code)?;
    match (joined.pop(), joined.is_empty()) {
        (Some(only), true) => Ok(only),
        (found, _) => {
            joined.extend(found);
            let names: Vec<String> = joined
                .iter()
                .map(|statement| format!("{} in {}", statement.account, statement.currency.code()))
                .collect();
            let files: Vec<String> = arguments.statement.iter().map(|path| path.display().to_string()).collect();
            let what = if names.is_empty() { "no account of this name".to_owned() } else { names.join(", ") };
            let message = format!(
                "one account is needed and there are {}: {what}; {}; name one with --account, \
                 or give files of one currency",
                names.len(),
                files.join(", ")
            );
            Err(Failure::new(Exit::WrongData, "STATEMENT_ACCOUNT", message))
        }
    }
}

fn wrong(path: &Path, error: &StatementError) -> Failure {
    let message = format!("{}; {}: {}; {}", error.what, path.display(), error.place, error.remedy);
    Failure::new(Exit::WrongData, error.problem.code(), message)
}

/// Bytes of a file; of one that is too large, enough to see that it is.
fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let enough = u64::try_from(reconciliation::FILE_MAX_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    let read = std::fs::File::open(path).and_then(|file| file.take(enough).read_to_end(&mut bytes));
    read.map(|_| bytes).map_err(|error| {
        let message = format!("the file cannot be read: {error}; {}; name a file that may be read", path.display());
        Failure::new(Exit::WrongData, "FILE_READ", message)
    })
}

/// The mirror's postings, from a folder that was verified.
fn postings(dir: &Path, mirror: Mirror) -> Result<Vec<MirrorPosting>, Failure> {
    let mut faults = Vec::new();
    let postings = audit::mirror(payment_way::events(dir, &mut faults)?, mirror).map_err(|finding| {
        Failure::new(Exit::Storage, finding.check.code(), format!("{finding}; {}; report it", dir.display()))
    })?;
    match faults.pop() {
        Some(fault) => Err(fault),
        None => Ok(postings),
    }
}

/// Postings of the statement's currency as entries, with the references that a keeper may quote.
fn entries(postings: &[MirrorPosting], statement: &Statement, state: &State, mirror: Mirror) -> Vec<MirrorEntry> {
    let currency = state.currency(statement.currency.code());
    let of_currency = postings.iter().filter(|posting| Some(posting.currency) == currency);
    of_currency.map(|posting| entry(posting, state, mirror)).collect()
}

fn entry(posting: &MirrorPosting, state: &State, mirror: Mirror) -> MirrorEntry {
    let book = match mirror {
        Mirror::Agent(arrangement) => format!("A{arrangement}-"),
        Mirror::NationalSystem(_) => String::new(),
    };
    let of = |member| state.member_code(member).unwrap_or("?").to_owned();
    let rose = posting.amount_minor > 0;
    let event = format!("{book}E{}", posting.seq);
    let (references, what) = match posting.cause {
        MirrorCause::Payment(payment, uetr) => {
            let direction = if rose { "in" } else { "out" };
            (vec![format!("P{payment}"), uetr.to_string()], format!("payment {payment}, {direction}"))
        }
        MirrorCause::Settlement(cycle, leg, member) => {
            let direction = if rose { "pay-in" } else { "pay-out" };
            (vec![format!("{book}C{cycle}-L{leg}"), event], format!("{direction} of {}, cycle {cycle}", of(member)))
        }
        MirrorCause::Prefunding(member) => {
            let direction = if rose { "deposited" } else { "withdrawn" };
            (vec![event], format!("prefunding of {} {direction}", of(member)))
        }
        MirrorCause::Fees => (vec![event], "fees".to_owned()),
        MirrorCause::Other => (vec![event], format!("event {}", posting.seq)),
    };
    MirrorEntry { amount_minor: posting.amount_minor, date: posting.date, references, what }
}
