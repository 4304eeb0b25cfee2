//! `caudal trial-balance`: every account with its balance, by book and currency, and by a member's own chart.

use crate::failure::{Exit, Failure};
use crate::json::{self, Exact};
use crate::people::Table;
use crate::{folder_check, output, payment_way};
use clap::Args;
use domain::{AccountKey, BookId, MemberId, Owner};
use ledger::State;
use reconciliation::Chart;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub(crate) const EXAMPLE: &str = "\
Examples:
  caudal trial-balance --data day                     every book; each sums to zero
  caudal trial-balance --data day --member BRA        its own book, and its part of others
  caudal trial-balance --data day --member BRA --chart chart.csv --json

chart.csv has the columns ours and theirs: docs/reconciliation.md.";

/// Whose accounts, and by which chart.
#[derive(Args, Clone, Debug)]
pub(crate) struct Arguments {
    /// Folder of the journal; it is only read
    #[arg(long, value_name = "DIR")]
    pub(crate) data: PathBuf,
    /// Accounts of this member and of its institutions
    #[arg(long, value_name = "CODE")]
    pub(crate) member: Option<String>,
    /// The member's own chart: CSV with the columns ours and theirs
    #[arg(long, value_name = "FILE")]
    pub(crate) chart: Option<PathBuf>,
    /// Prints one JSON object instead of tables
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Serialize)]
struct Object {
    member: Option<String>,
    journal_height: u64,
    state_digest: String,
    accounts: Vec<Account>,
    books: Vec<Sum>,
    #[serde(skip_serializing_if = "Option::is_none")]
    chart: Option<Vec<Theirs>>,
}

/// An account.
#[derive(Serialize)]
struct Account {
    account: String,
    book: String,
    currency: String,
    kind: &'static str,
    owner: String,
    balance: Exact,
    #[serde(skip_serializing_if = "Option::is_none")]
    theirs: Option<String>,
}

/// A book in a currency.
#[derive(Serialize)]
struct Sum {
    book: String,
    currency: String,
    sum: Exact,
    /// All accounts of the book are in it, so that the sum is zero.
    whole: bool,
}

/// An account of the member's own chart.
#[derive(Serialize)]
struct Theirs {
    theirs: String,
    currency: String,
    balance: Exact,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    let chart = arguments.chart.as_deref().map(read_chart).transpose()?;
    let sound = folder_check::check(&arguments.data)?;
    let state = &sound.state;
    let member = match &arguments.member {
        None => None,
        Some(code) => Some(state.member_of_code(code).ok_or_else(|| {
            let place = arguments.data.display();
            Failure::wrong_use(format!(
                "there is no member {code}; {place}; leave --member out: the accounts name them"
            ))
        })?),
    };
    let mut object = object(state, member);
    if let (Some(chart), Some(path)) = (&chart, &arguments.chart) {
        map(&mut object, chart, path)?;
    }
    object.journal_height = sound.journal_height;
    object.state_digest = json::hex(&sound.state_digest);
    object.member.clone_from(&arguments.member);
    output::print(&if arguments.json { json::text(&object) } else { page(&object) })?;
    Ok(Exit::Done)
}

pub(crate) fn read_chart(path: &Path) -> Result<Chart, Failure> {
    let bytes = std::fs::read(path).map_err(|error| {
        let message = format!("the file cannot be read: {error}; {}; name a file that may be read", path.display());
        Failure::new(Exit::WrongData, "FILE_READ", message)
    })?;
    Chart::read(&bytes).map_err(|error| {
        let message = format!("{}; {}: {}; {}", error.what, path.display(), error.place, error.remedy);
        Failure::new(Exit::WrongData, error.problem.code(), message)
    })
}

/// Whether an account is a member's: of its own book, or owned by it or its institutions elsewhere.
pub(crate) fn is_of(key: &AccountKey, member: MemberId, state: &State) -> bool {
    let owned = match key.owner {
        Owner::Member(owner) => owner == member,
        Owner::Institution(institution) => state.member_of_institution(institution) == Some(member),
        Owner::House | Owner::Arrangement(_) => false,
    };
    owned || key.book == BookId::Edge(member)
}

/// Accounts in order of their keys, and sums of books.
fn object(state: &State, member: Option<MemberId>) -> Object {
    let mut accounts: Vec<(AccountKey, i128)> =
        state.trial_balance().filter(|(key, _)| member.is_none_or(|member| is_of(key, member, state))).collect();
    accounts.sort_by_key(|(key, _)| (key.book, key.currency, key.kind, key.owner));
    let mut sums = BTreeMap::new();
    for (key, balance) in &accounts {
        *sums.entry((key.book, key.currency)).or_insert(0_i128) += balance;
    }
    let books = sums.into_iter().map(|((book, currency), sum)| {
        let whole = member.is_none() || matches!(book, BookId::Edge(_));
        assert!(!whole || sum == 0, "bug: a book does not balance");
        let (code, decimals) = code(state, currency);
        Sum { book: book_name(book, state), currency: code, sum: Exact::of(sum, decimals), whole }
    });
    Object {
        member: None,
        journal_height: 0,
        state_digest: String::new(),
        books: books.collect(),
        accounts: accounts.iter().map(|(key, balance)| account(key, *balance, state)).collect(),
        chart: None,
    }
}

pub(crate) fn code(state: &State, currency: domain::CurrencyId) -> (String, u8) {
    state.currency_code(currency).map_or_else(|| ("?".to_owned(), 0), |(code, decimals)| (code.to_string(), decimals))
}

fn book_name(book: BookId, state: &State) -> String {
    match book {
        BookId::Edge(member) => format!("edge {}", state.member_code(member).unwrap_or("?")),
        BookId::Arrangement(arrangement) => format!("arrangement {arrangement}"),
    }
}

/// `book/currency/kind/owner`, as a chart names it.
pub(crate) fn account_name(key: &AccountKey, state: &State) -> String {
    let (book, currency) = (book_name(key.book, state), code(state, key.currency).0);
    let (kind, owner) = (payment_way::kind(key.kind), payment_way::owner(key.owner, state));
    format!("{book}/{currency}/{kind}/{owner}").replace(' ', "-")
}

fn account(key: &AccountKey, balance: i128, state: &State) -> Account {
    let (currency, decimals) = code(state, key.currency);
    let (book, kind, owner) =
        (book_name(key.book, state), payment_way::kind(key.kind), payment_way::owner(key.owner, state));
    Account {
        account: account_name(key, state),
        book,
        currency,
        kind,
        owner,
        balance: Exact::of(balance, decimals),
        theirs: None,
    }
}

/// Gives each account the one of the member's chart, and sums by these.
fn map(object: &mut Object, chart: &Chart, path: &Path) -> Result<(), Failure> {
    let mut sums: BTreeMap<(String, String), Exact> = BTreeMap::new();
    let mut unmapped = Vec::new();
    for account in &mut object.accounts {
        let Some(theirs) = chart.theirs(&account.account) else {
            unmapped.push(account.account.clone());
            continue;
        };
        account.theirs = Some(theirs.to_owned());
        let sum = sums.entry((theirs.to_owned(), account.currency.clone())).or_insert(account.balance.zero());
        *sum = sum.plus(account.balance);
    }
    if !unmapped.is_empty() {
        return Err(incomplete(&unmapped, path));
    }
    let theirs = sums.into_iter().map(|((theirs, currency), balance)| Theirs { theirs, currency, balance });
    object.chart = Some(theirs.collect());
    Ok(())
}

/// Accounts that a chart lacks.
pub(crate) fn incomplete(unmapped: &[String], path: &Path) -> Failure {
    let message = format!(
        "{} accounts are in no row of the chart: {}; {}; add a row for each, ours and theirs",
        unmapped.len(),
        unmapped.join(", "),
        path.display()
    );
    Failure::new(Exit::WrongData, "CHART_INCOMPLETE", message)
}

fn page(object: &Object) -> String {
    let mut page = String::new();
    for book in &object.books {
        let in_book = object.accounts.iter().filter(|of| of.book == book.book && of.currency == book.currency);
        page.push_str(&format!("{}, {}\n\n", book.book, book.currency));
        let mut table = Table::new(&["kind", "owner", "balance", "theirs"]).align_right(2);
        for account in in_book {
            let theirs = account.theirs.clone().unwrap_or_default();
            table.row([account.kind.to_owned(), account.owner.clone(), account.balance.to_string(), theirs]);
        }
        let what = if book.whole { "sum" } else { "sum of these accounts" };
        table.row([what.to_owned(), String::new(), book.sum.to_string(), String::new()]);
        page.push_str(&format!("{table}\n"));
    }
    if let Some(chart) = &object.chart {
        page.push_str("by the member's own chart\n\n");
        let mut table = Table::new(&["theirs", "currency", "balance"]).align_right(2);
        for theirs in chart {
            table.row([theirs.theirs.clone(), theirs.currency.clone(), theirs.balance.to_string()]);
        }
        page.push_str(&format!("{table}\n"));
    }
    page.push_str(&format!("after {} events; state digest {}\n", object.journal_height, object.state_digest));
    page
}
