//! `caudal queue`: which queued payments settle together, from files.

use crate::clearing_files::certificate::PROGRAM;
use crate::clearing_files::figures::{GapText, LevelObject, proof};
use crate::clearing_files::folder::{CERTIFICATE, FORMAT};
use crate::clearing_files::queue::{self, Queue, QueueFiles};
use crate::clearing_files::queue_certificate::{LevelJson, OrderJson, QueueCertificate, QueueFigures};
use crate::clearing_files::queue_check;
use crate::clearing_files::queue_tables::{self, Part};
use crate::clearing_files::result_folder::ResultFolder;
use crate::clearing_files::telling::Telling;
use crate::clearing_files::waiting::{self, Waits};
use crate::failure::{Exit, Failure};
use crate::json::{self, Exact};
use crate::output;
use crate::people::{Table, count};
use ::clearing::queue::{Options, Solution, solve};
use certify::Claim;
use clap::{Args, ValueEnum};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

pub(crate) const EXAMPLE: &str = "\
Examples:
  caudal queue payments.csv --liquidity liquidity.csv
  caudal queue payments.csv --liquidity liquidity.csv --bilateral-limits limits.csv --out result
  caudal queue payments.csv --liquidity liquidity.csv --order fifo --json
  caudal verify-clearing result

Amounts are whole minor units. A participant that the liquidity file does not name has 0.
Columns and files: docs/clearing-files.md. The same input gives the same answer.";

/// Good enough: a millionth.
const GAP_PPM: u32 = 1;
/// Rows of the tables for people.
const ROWS_SHOWN: usize = 20;

/// Payments that wait, and what binds them.
#[derive(Args, Clone, Debug)]
pub(crate) struct Arguments {
    /// Payments in order of entry: id,payer,payee,amount; optional class (0 most urgent)
    #[arg(value_name = "PAYMENTS.csv")]
    pub(crate) payments: PathBuf,
    /// What each participant has: participant,amount
    #[arg(long, value_name = "FILE")]
    pub(crate) liquidity: PathBuf,
    /// What one may send another at most, less what it receives from it: of,towards,amount
    #[arg(long, value_name = "FILE")]
    pub(crate) bilateral_limits: Option<PathBuf>,
    /// What one may send all to whom it set no bilateral limit: of,amount
    #[arg(long, value_name = "FILE")]
    pub(crate) multilateral_limits: Option<PathBuf>,
    /// fifo: none passes one before it in its queue; bypass: all may
    #[arg(long, value_name = "ORDER", value_enum, default_value_t = OrderOption::Bypass)]
    pub(crate) order: OrderOption,
    /// on: what fifo settles settles in any case; off: whatever is worth most
    #[arg(long, value_name = "on|off", value_enum, default_value_t = Guard::On)]
    pub(crate) guard: Guard,
    /// Work to be done at most: arcs and payments looked at; some hundred million take a second
    #[arg(long, value_name = "N", default_value_t = Options::default().ticks, allow_negative_numbers = true)]
    pub(crate) ticks: u64,
    /// Folder for tables and certificate; empty, new, or of an earlier result
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Prints the result as one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum OrderOption {
    Fifo,
    Bypass,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Guard {
    On,
    Off,
}

impl From<OrderOption> for OrderJson {
    fn from(order: OrderOption) -> OrderJson {
        match order {
            OrderOption::Fifo => OrderJson::Fifo,
            OrderOption::Bypass => OrderJson::Bypass,
        }
    }
}

/// Everything that is told of a run.
struct Report<'a> {
    queue: &'a Queue,
    figures: &'a QueueFigures,
    settles: &'a [bool],
    waits: &'a [Waits],
    parts: Vec<Part>,
    ticks: u64,
    read: Duration,
    solved: Duration,
    written: Duration,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    let folder = arguments.out.as_deref().map(ResultFolder::prepare).transpose()?;
    let started = Instant::now();
    let order = OrderJson::from(arguments.order);
    let queue = queue::read(&files(arguments), order.into(), arguments.guard == Guard::On)?;
    let read = started.elapsed();

    let started = Instant::now();
    let solution = solved(&queue, arguments)?;
    let solved = started.elapsed();

    let (settles, figures) = proved(&queue, &solution);
    let waits = waiting::explain(&queue, &settles);
    let started = Instant::now();
    if let Some(folder) = folder {
        write(folder, &queue, &solution, &settles, &waits, &figures, order)?;
    }
    let report = Report {
        queue: &queue,
        figures: &figures,
        settles: &settles,
        waits: &waits,
        parts: queue_tables::parts(&queue, &settles),
        ticks: solution.ticks,
        read,
        solved,
        written: started.elapsed(),
    };
    if arguments.json {
        output::print(&report.json())?;
    } else {
        output::print(&report.page(arguments.out.as_deref()))?;
    }
    Ok(Exit::Done)
}

fn files(arguments: &Arguments) -> QueueFiles {
    QueueFiles {
        payments: arguments.payments.clone(),
        liquidity: arguments.liquidity.clone(),
        bilateral_limits: arguments.bilateral_limits.clone(),
        multilateral_limits: arguments.multilateral_limits.clone(),
    }
}

fn solved(queue: &Queue, arguments: &Arguments) -> Result<Solution, Failure> {
    let options = Options { ticks: arguments.ticks, gap_ppm: GAP_PPM, ..Options::default() };
    let mut telling = Telling::new("settling", options.ticks, "ticks");
    let classes = queue.instance.classes();
    let solution = solve(&queue.instance, options, &mut |progress| {
        telling.at(progress.ticks, || {
            let class = classes.get(progress.level).copied().unwrap_or_default();
            let Claim { value, upper_bound } = progress.claim;
            format!(", up to class {class}: value {value}, bound {upper_bound}")
        });
    });
    solution.map_err(|error| {
        let message = format!("{error}; {}; correct the files", arguments.payments.display());
        Failure::new(Exit::WrongData, "QUEUE_NOT_SOLVED", message)
    })
}

/// What settles and what it comes to, as the checker finds it: nothing of the solver is believed.
fn proved(queue: &Queue, solution: &Solution) -> (Vec<bool>, QueueFigures) {
    let mut settles = vec![false; queue.instance.payments.len()];
    solution.proposal.settled.iter().for_each(|row| settles[*row as usize] = true);
    let verified = certify::queue::check(&queue.instance, solution.proposal.clone(), &solution.certificate);
    let verified = verified.unwrap_or_else(|why| panic!("an answer of this program is not proved: {why}"));
    let figures =
        queue_check::figures(queue, &settles, &verified).expect("bug: an answer without the FIFO-maximal set");
    (settles, figures)
}

fn write(
    mut folder: ResultFolder,
    queue: &Queue,
    solution: &Solution,
    settles: &[bool],
    waits: &[Waits],
    figures: &QueueFigures,
    order: OrderJson,
) -> Result<(), Failure> {
    for name in queue_tables::INPUTS {
        folder.stage(name, |out| queue_tables::write_input(name, queue, out))?;
    }
    folder.stage("settled.csv", |out| queue_tables::write_payments(queue, |row| settles[row], out))?;
    folder.stage("waiting.csv", |out| queue_tables::write_waiting(queue, waits, out))?;
    folder.stage("participants.csv", |out| queue_tables::write_participants(queue, settles, out))?;
    let certificate = QueueCertificate {
        format: FORMAT.to_owned(),
        kind: queue_check::KIND.to_owned(),
        program: PROGRAM.to_owned(),
        files: folder.digests(),
        order,
        guard: queue.instance.guard,
        ticks: solution.ticks,
        figures: figures.clone(),
        fifo_removals: solution.certificate.fifo_removals.clone(),
        unfundable: solution.certificate.unfundable.clone(),
        levels: solution.certificate.levels.iter().map(LevelJson::of).collect(),
    };
    folder.stage(CERTIFICATE, |out| {
        serde_json::to_writer(&mut *out, &certificate)?;
        out.write_all(b"\n")
    })?;
    folder.publish()
}

#[derive(Serialize)]
struct Object<'a> {
    payments: u64,
    participants: u64,
    settled_count: u64,
    settled_value: i128,
    settled_value_by_class: BTreeMap<&'a str, i128>,
    fifo_value: i128,
    upper_bound: i128,
    gap: GapText,
    settled_ids: Vec<String>,
    final_balances: BTreeMap<&'a str, i128>,
    levels: BTreeMap<&'a str, LevelObject>,
    explanations: Vec<ExplanationObject<'a>>,
    gains: BTreeMap<&'a str, GainObject>,
    ticks: u64,
    seconds: Exact,
    read_seconds: Exact,
    write_seconds: Exact,
}

#[derive(Serialize)]
struct ExplanationObject<'a> {
    id: String,
    payer: &'a str,
    payee: &'a str,
    amount: i64,
    class: u8,
    obstacles: Vec<ObstacleObject>,
}

#[derive(Serialize)]
struct ObstacleObject {
    kind: &'static str,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    missing: Option<i128>,
    #[serde(skip_serializing_if = "Option::is_none")]
    behind: Option<String>,
}

#[derive(Serialize)]
struct GainObject {
    sent: i128,
    received: i128,
    liquidity_used: i128,
    liquidity_saved: i128,
}

impl Report<'_> {
    fn json(&self) -> String {
        let names = || self.queue.participants.texts.iter().map(AsRef::as_ref);
        let (figures, parts) = (self.figures, &self.parts);
        let balances = self.queue.instance.accounts.iter().zip(parts);
        let balances = balances.map(|(account, part)| i128::from(account.opening_balance) + part.received - part.sent);
        let settled_rows = (0_u32..).zip(self.settles).filter(|(_, settles)| **settles);
        json::text(&Object {
            payments: figures.payments,
            participants: figures.participants,
            settled_count: figures.settled_count,
            settled_value: figures.settled_value.0,
            settled_value_by_class: figures
                .settled_value_by_class
                .iter()
                .map(|(class, value)| (class.as_str(), value.0))
                .collect(),
            fifo_value: figures.fifo_value.0,
            upper_bound: figures.upper_bound.0,
            gap: GapText::of(figures.claim()),
            settled_ids: settled_rows.map(|(row, _)| self.queue.ids.of(row).into_owned()).collect(),
            final_balances: names().zip(balances).collect(),
            levels: self.levels(),
            explanations: self.waits.iter().map(|waits| self.explanation(waits)).collect(),
            gains: names().zip(parts.iter().map(|part| gain(*part))).collect(),
            ticks: self.ticks,
            seconds: Exact::seconds_to_the_microsecond(self.solved),
            read_seconds: Exact::seconds_to_the_microsecond(self.read),
            write_seconds: Exact::seconds_to_the_microsecond(self.written),
        })
    }

    fn levels(&self) -> BTreeMap<&str, LevelObject> {
        let levels = self.figures.levels.iter();
        levels.map(|(class, claim)| (class.as_str(), Claim::from(*claim).into())).collect()
    }

    fn explanation(&self, waits: &Waits) -> ExplanationObject<'_> {
        let payment = self.queue.instance.payments[waits.payment as usize];
        let (payer, payee) = (self.queue.name(payment.payer), self.queue.name(payment.payee));
        let obstacles = waits.rows().iter().map(|obstacle| ObstacleObject {
            kind: obstacle.kind(),
            text: obstacle.sentence(self.queue, payer, payee),
            missing: obstacle.missing(),
            behind: obstacle.behind().map(|row| self.queue.ids.of(row).into_owned()),
        });
        ExplanationObject {
            id: self.queue.ids.of(waits.payment).into_owned(),
            payer,
            payee,
            amount: payment.amount,
            class: payment.class,
            obstacles: obstacles.collect(),
        }
    }

    fn page(&self, out: Option<&Path>) -> String {
        let figures = self.figures;
        let gap = proof(figures.claims(), figures.claim());
        let mut page = format!(
            "{} of {} payments settle together, worth {}\nat most {} could; gap {}\nstrict FIFO settles {}\n",
            count(figures.settled_count),
            count(figures.payments),
            figures.settled_value.0,
            figures.upper_bound.0,
            gap,
            figures.fifo_value.0,
        );
        page.push_str(&self.gains_table());
        page.push_str(&self.waiting_table());
        page.push_str(&format!(
            "\nread in {} s, solved in {} s, written in {} s\n",
            Exact::seconds(self.read),
            Exact::seconds_to_the_microsecond(self.solved),
            Exact::seconds(self.written)
        ));
        if let Some(out) = out {
            page.push_str(&format!("caudal verify-clearing {}     checks tables and certificate\n", out.display()));
        }
        page
    }

    /// Who gains what: those who save most first.
    fn gains_table(&self) -> String {
        let mut rows: Vec<(&str, Part, i64)> = (self.queue.participants.texts.iter().zip(&self.parts))
            .zip(&self.queue.instance.accounts)
            .map(|((name, part), account)| (name.as_ref(), *part, account.opening_balance))
            .filter(|(_, part, _)| part.sent > 0 || part.received > 0)
            .collect();
        rows.sort_by_key(|(_, part, _)| std::cmp::Reverse(part.liquidity_saved()));
        if rows.is_empty() {
            return String::new();
        }
        let mut table = Table::new(&["participant", "pays", "receives", "of its own", "saves", "balance after"]);
        for (name, part, opening) in rows.iter().take(ROWS_SHOWN) {
            let after = i128::from(*opening) + part.received - part.sent;
            let figures = [part.sent, part.received, part.liquidity_used(), part.liquidity_saved(), after];
            let figures = figures.iter().map(ToString::to_string);
            table.row(std::iter::once((*name).to_owned()).chain(figures));
        }
        let table = (1..6).fold(table, Table::align_right);
        format!("\nWho gains what from settling at once\n{table}{}", and_more(rows.len()))
    }

    /// Why payments wait: the largest first.
    fn waiting_table(&self) -> String {
        if self.waits.is_empty() {
            return String::new();
        }
        let amount = |waits: &&Waits| self.queue.instance.payments[waits.payment as usize].amount;
        let mut largest: Vec<&Waits> = self.waits.iter().collect();
        largest.sort_by_key(|waits| std::cmp::Reverse(amount(waits)));
        let mut table = Table::new(&["payment", "from", "to", "amount", "it waits because"]);
        for waits in largest.iter().take(ROWS_SHOWN) {
            let told = self.explanation(waits);
            let because: Vec<&str> = told.obstacles.iter().map(|obstacle| obstacle.text.as_str()).collect();
            table.row([&told.id, told.payer, told.payee, &told.amount.to_string(), &because.join("; ")]);
        }
        format!("\nWhy payments wait\n{}{}", table.align_right(3), and_more(largest.len()))
    }
}

fn gain(part: Part) -> GainObject {
    GainObject {
        sent: part.sent,
        received: part.received,
        liquidity_used: part.liquidity_used(),
        liquidity_saved: part.liquidity_saved(),
    }
}

fn and_more(rows: usize) -> String {
    let more = rows.saturating_sub(ROWS_SHOWN);
    if more == 0 { String::new() } else { format!("and {more} more: --json and --out have them all\n") }
}
