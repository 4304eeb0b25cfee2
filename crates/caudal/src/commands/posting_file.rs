//! `caudal posting-file`: what a member has to enter in its own books, entry by entry.

use crate::commands::trial_balance::{account_name, code, incomplete, is_of, read_chart};
use crate::failure::{Exit, Failure};
use crate::{folder_check, output, payment_way, values};
use audit::{AccountPosting, MirrorCause};
use clap::Args;
use domain::{BookId, Date, MemberId};
use ledger::State;
use money::format_minor;
use reconciliation::Chart;
use std::path::{Path, PathBuf};

pub(crate) const EXAMPLE: &str = "\
Examples:
  caudal posting-file --data day --member BRA --date 2024-03-05
  caudal posting-file --data day --member BRA --from 2024-03-01 --to 2024-03-31 --chart chart.csv --out march.csv

Columns, and the chart: docs/reconciliation.md.";

/// Columns of the file.
const COLUMNS: [&str; 11] =
    ["event", "time", "date", "what", "reference", "book", "account", "currency", "debit", "credit", "theirs"];

/// Whose entries, and of which days.
#[derive(Args, Clone, Debug)]
pub(crate) struct Arguments {
    /// Folder of the journal; it is only read
    #[arg(long, value_name = "DIR")]
    pub(crate) data: PathBuf,
    /// The member whose books are kept
    #[arg(long, value_name = "CODE")]
    pub(crate) member: String,
    /// One business date
    #[arg(long, value_name = "DATE", value_parser = values::date, conflicts_with_all = ["from", "to"])]
    pub(crate) date: Option<Date>,
    /// First business date; else the journal's
    #[arg(long, value_name = "DATE", value_parser = values::date)]
    pub(crate) from: Option<Date>,
    /// Last business date, included; else the journal's
    #[arg(long, value_name = "DATE", value_parser = values::date)]
    pub(crate) to: Option<Date>,
    /// The member's own chart: CSV with the columns ours and theirs
    #[arg(long, value_name = "FILE")]
    pub(crate) chart: Option<PathBuf>,
    /// Writes the file here; else it is printed
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    let chart = arguments.chart.as_deref().map(read_chart).transpose()?;
    let (from, to) = match arguments.date {
        Some(date) => (Some(date), Some(date)),
        None => (arguments.from, arguments.to),
    };
    if let (Some(from), Some(to)) = (from, to)
        && from > to
    {
        return Err(Failure::wrong_use(format!("{from} is after {to}; --from, --to; name the earlier day first")));
    }
    let sound = folder_check::check(&arguments.data)?;
    let state = &sound.state;
    let member = sound.member(&arguments.member, &arguments.data)?;
    let (mut postings, events) = postings(&arguments.data, member, state)?;
    postings.retain(|posting| from.is_none_or(|from| posting.date >= from) && to.is_none_or(|to| posting.date <= to));
    check_own_book(&postings, member);
    let theirs = theirs(&postings, chart.as_ref().zip(arguments.chart.as_deref()), state)?;
    let bytes = file(&postings, &theirs, &events, state);
    let Some(path) = &arguments.out else {
        output::print(std::str::from_utf8(&bytes).expect("bug: a file of text"))?;
        return Ok(Exit::Done);
    };
    std::fs::write(path, bytes).map_err(|error| {
        let message = format!("the file cannot be written: {error}; {}; name another file", path.display());
        Failure::new(Exit::Storage, "OUTPUT_FAILED", message)
    })?;
    output::print(&format!("{} entries of {}: {}\n", postings.len(), arguments.member, path.display()))?;
    Ok(Exit::Done)
}

/// Names of events, by their number in the journal.
type EventNames = Vec<&'static str>;

/// Every entry of the member's accounts, from a folder that was verified.
fn postings(dir: &Path, member: MemberId, state: &State) -> Result<(Vec<AccountPosting>, EventNames), Failure> {
    let (mut faults, mut names) = (Vec::new(), EventNames::new());
    let events = payment_way::events(dir, &mut faults)?;
    let named = events.inspect(|(_, _, event)| names.push(codec::event_type(&event.body).name));
    let postings = audit::postings(named, |key| is_of(key, member, state)).map_err(|finding| {
        Failure::new(Exit::Storage, finding.check.code(), format!("{finding}; {}; report it", dir.display()))
    })?;
    match faults.pop() {
        Some(fault) => Err(fault),
        None => Ok((postings, names)),
    }
}

/// The member's own book is whole: what an event enters in it sums to zero in each currency.
fn check_own_book(postings: &[AccountPosting], member: MemberId) {
    let own = postings.iter().filter(|posting| posting.account.book == BookId::Edge(member));
    let mut sums = std::collections::BTreeMap::new();
    for posting in own {
        *sums.entry((posting.seq, posting.account.currency)).or_insert(0_i128) += posting.amount_minor;
    }
    assert!(sums.values().all(|sum| *sum == 0), "bug: an event does not balance in a member's book");
}

/// The account of theirs for each entry; empty without a chart.
fn theirs(postings: &[AccountPosting], chart: Option<(&Chart, &Path)>, state: &State) -> Result<Vec<String>, Failure> {
    let Some((chart, path)) = chart else { return Ok(vec![String::new(); postings.len()]) };
    let mut unmapped = Vec::new();
    let mut found = Vec::with_capacity(postings.len());
    for posting in postings {
        let ours = account_name(&posting.account, state);
        match chart.theirs(&ours) {
            Some(theirs) => found.push(theirs.to_owned()),
            None => unmapped.push(ours),
        }
    }
    unmapped.sort_unstable();
    unmapped.dedup();
    if unmapped.is_empty() { Ok(found) } else { Err(incomplete(&unmapped, path)) }
}

fn file(postings: &[AccountPosting], theirs: &[String], events: &EventNames, state: &State) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let in_memory = "bug: a table in memory is written";
    writer.write_record(COLUMNS).expect(in_memory);
    for (posting, theirs) in postings.iter().zip(theirs) {
        let account = account_name(&posting.account, state);
        let book = account.split('/').next().unwrap_or_default().to_owned();
        let (currency, decimals) = code(state, posting.account.currency);
        let amount = format_minor(posting.amount_minor.abs(), decimals);
        // Positive: more is owed to the account's owner, which is a credit.
        let (debit, credit) = if posting.amount_minor > 0 { (String::new(), amount) } else { (amount, String::new()) };
        let what = usize::try_from(posting.seq.0).ok().and_then(|seq| events.get(seq)).copied().unwrap_or_default();
        let cells = [
            posting.seq.to_string(),
            posting.time.to_string(),
            posting.date.to_string(),
            what.to_owned(),
            reference(posting),
            book,
            account,
            currency,
            debit,
            credit,
            theirs.clone(),
        ];
        writer.write_record(&cells).expect(in_memory);
    }
    writer.into_inner().expect(in_memory)
}

/// What the entry comes from: the reference of a payment, the leg of a cycle.
fn reference(posting: &AccountPosting) -> String {
    match posting.cause {
        MirrorCause::Payment(_, uetr) => uetr.to_string(),
        MirrorCause::Settlement(cycle, leg, _) => format!("C{cycle}-L{leg}"),
        MirrorCause::Prefunding(_) | MirrorCause::Fees | MirrorCause::Other => format!("E{}", posting.seq),
    }
}
