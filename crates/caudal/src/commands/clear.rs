//! `caudal clear`: what can be set off among debts, from a file.

use crate::clearing_files::certificate::PROGRAM;
use crate::clearing_files::debts::{self, Debts};
use crate::clearing_files::figures::{GapText, LevelObject, Whole, proof};
use crate::clearing_files::folder::{CERTIFICATE, FORMAT};
use crate::clearing_files::result_folder::ResultFolder;
use crate::clearing_files::set_off_certificate::{LevelJson, SetOffCertificate, SetOffFigures};
use crate::clearing_files::telling::Telling;
use crate::clearing_files::{set_off_check, set_off_tables};
use crate::failure::{Exit, Failure};
use crate::json::{self, Exact};
use crate::output;
use crate::people::{Table, count};
use ::clearing::set_off::{Answer, Options, Progress, solve};
use certify::Claim;
use certify::set_off::{PRICE_MAX, Proposal};
use clap::Args;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

pub(crate) const EXAMPLE: &str = "\
Examples:
  caudal clear invoices.csv
  caudal clear invoices.csv --out result
  caudal clear invoices.csv --liquidity liquidity.csv --price-of-liquidity 1 --json
  caudal verify-clearing result

Amounts are whole minor units. What anybody owes less what it is owed stays as it was.
Columns and files: docs/clearing-files.md. The same rows in any order give the same result.";

/// Parts of the work that are told.
const PARTS: i128 = 1_000;
/// Rows of the table for people.
const ROWS_SHOWN: usize = 20;

/// Debts, and liquidity that may be used.
#[derive(Args, Clone, Debug)]
pub(crate) struct Arguments {
    /// Debts: debtor,creditor,amount; optional id, class (0 most urgent), due
    #[arg(value_name = "OBLIGATIONS.csv")]
    pub(crate) obligations: PathBuf,
    /// What participants may inject: participant,amount
    #[arg(long, value_name = "FILE")]
    pub(crate) liquidity: Option<PathBuf>,
    /// A unit is injected only if more than so many units are set off for it
    #[arg(long, value_name = "P", default_value_t = 0, allow_negative_numbers = true,
        value_parser = clap::value_parser!(i64).range(0..=PRICE_MAX))]
    pub(crate) price_of_liquidity: i64,
    /// Folder for tables and certificate; empty, new, or of an earlier result
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Prints the result as one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

/// Everything that is told of a run.
struct Report<'a> {
    debts: &'a Debts,
    proposal: &'a Proposal,
    figures: &'a SetOffFigures,
    read: Duration,
    solved: Duration,
    written: Duration,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    let folder = arguments.out.as_deref().map(ResultFolder::prepare).transpose()?;
    let started = Instant::now();
    let debts = debts::read(&arguments.obligations, arguments.liquidity.as_deref(), arguments.price_of_liquidity)?;
    let read = started.elapsed();

    let started = Instant::now();
    let answer = solved(&debts, &arguments.obligations)?;
    let solved = started.elapsed();

    let figures = proved(&debts, &answer);
    let started = Instant::now();
    if let Some(folder) = folder {
        write(folder, &debts, &answer, &figures)?;
    }
    let written = started.elapsed();
    let report = Report { debts: &debts, proposal: &answer.proposal, figures: &figures, read, solved, written };
    if arguments.json {
        output::print(&report.json())?;
    } else {
        output::print(&report.page(arguments.out.as_deref()))?;
    }
    Ok(Exit::Done)
}

fn solved(debts: &Debts, file: &Path) -> Result<Answer, Failure> {
    let mut telling = Telling::new("setting off", u64::try_from(PARTS).unwrap_or_default(), "parts");
    let mut most_left = 1_i128;
    let answer = solve(&debts.instance, &Options::default(), &mut |progress: Progress| {
        most_left = most_left.max(progress.left_minor);
        let of_level = PARTS - PARTS * progress.left_minor / most_left;
        let levels = i128::try_from(progress.level_count.max(1)).unwrap_or(1);
        let done = (PARTS * i128::try_from(progress.level).unwrap_or(0) + of_level) / levels;
        telling.at(u64::try_from(done.clamp(0, PARTS)).unwrap_or_default(), || {
            format!(", level {} of {levels}, {} left", progress.level + 1, progress.left_minor)
        });
    });
    answer.map_err(|error| {
        let message = format!("{error}; {}; correct the file", file.display());
        Failure::new(Exit::WrongData, "DEBTS_NOT_SOLVED", message)
    })
}

/// What the answer comes to, as the checker finds it: nothing of the solver is believed.
fn proved(debts: &Debts, answer: &Answer) -> SetOffFigures {
    let verified = certify::set_off::check(&debts.instance, answer.proposal.clone(), &answer.certificate);
    let verified = verified.unwrap_or_else(|why| panic!("an answer of this program is not proved: {why}"));
    set_off_check::figures(debts, &verified)
}

fn write(mut folder: ResultFolder, debts: &Debts, answer: &Answer, figures: &SetOffFigures) -> Result<(), Failure> {
    for name in set_off_tables::INPUTS {
        folder.stage(name, |out| set_off_tables::write_input(name, debts, out))?;
    }
    folder.stage("notices.csv", |out| set_off_tables::write_notices(debts, &answer.proposal, out))?;
    folder.stage("participants.csv", |out| set_off_tables::write_participants(debts, &answer.proposal, out))?;
    let certificate = SetOffCertificate {
        format: FORMAT.to_owned(),
        kind: set_off_check::KIND.to_owned(),
        program: PROGRAM.to_owned(),
        files: folder.digests(),
        price_of_liquidity: Whole(debts.instance.price_of_liquidity.into()),
        ticks: answer.ticks,
        figures: figures.clone(),
        levels: answer.certificate.levels.iter().map(LevelJson::of).collect(),
    };
    folder.stage(CERTIFICATE, |out| {
        serde_json::to_writer(&mut *out, &certificate)?;
        out.write_all(b"\n")
    })?;
    folder.publish()
}

#[derive(Serialize)]
struct Object<'a> {
    obligations: u64,
    participants: u64,
    total_debt: i128,
    net_internal_debt: i128,
    cleared: i128,
    value: i128,
    upper_bound: i128,
    gap: GapText,
    cleared_by_class: BTreeMap<&'a str, i128>,
    levels: BTreeMap<&'a str, LevelObject>,
    liquidity_used: i128,
    liquidity_used_by_participant: BTreeMap<&'a str, i64>,
    liquidity_returned_by_participant: BTreeMap<&'a str, i64>,
    seconds: Exact,
    read_seconds: Exact,
    write_seconds: Exact,
}

impl Report<'_> {
    fn json(&self) -> String {
        let figures = self.figures;
        let by_participant = |amounts: &[i64]| {
            let names = self.debts.participants.texts.iter().map(AsRef::as_ref);
            names.zip(amounts.iter().copied()).filter(|(_, amount)| *amount > 0).collect()
        };
        let levels = figures.levels.iter();
        json::text(&Object {
            obligations: figures.obligations,
            participants: figures.participants,
            total_debt: figures.total_debt.0,
            net_internal_debt: figures.net_internal_debt.0,
            cleared: figures.cleared.0,
            value: figures.value.0,
            upper_bound: figures.upper_bound.0,
            gap: GapText::of(figures.claim()),
            cleared_by_class: figures.cleared_by_class.iter().map(|(class, sum)| (class.as_str(), sum.0)).collect(),
            levels: levels.map(|(class, claim)| (class.as_str(), Claim::from(*claim).into())).collect(),
            liquidity_used: figures.liquidity_used.0,
            liquidity_used_by_participant: by_participant(&self.proposal.injected),
            liquidity_returned_by_participant: by_participant(&self.proposal.returned),
            seconds: Exact::seconds_to_the_microsecond(self.solved),
            read_seconds: Exact::seconds_to_the_microsecond(self.read),
            write_seconds: Exact::seconds_to_the_microsecond(self.written),
        })
    }

    fn page(&self, out: Option<&Path>) -> String {
        let figures = self.figures;
        let mut page = format!(
            "{} of {} is set off ({} debts, {} participants)\n",
            figures.cleared.0,
            figures.total_debt.0,
            count(figures.obligations),
            count(figures.participants),
        );
        if figures.liquidity_used.0 > 0 {
            page.push_str(&format!(
                "{} of liquidity is used; value less its price {}\n",
                figures.liquidity_used.0, figures.value.0
            ));
        }
        page.push_str(&format!(
            "at most {} could be; gap {}\nnet internal debt {}: so much liquidity would clear everything\n",
            figures.upper_bound.0,
            proof(figures.claims(), figures.claim()),
            figures.net_internal_debt.0,
        ));
        page.push_str(&self.gains_table());
        page.push_str(&format!(
            "\nread in {} s, solved in {} s, written in {} s\n",
            Exact::seconds(self.read),
            Exact::seconds_to_the_microsecond(self.solved),
            Exact::seconds(self.written)
        ));
        if let Some(out) = out {
            page.push_str(&format!("caudal verify-clearing {}     checks notices and certificate\n", out.display()));
        }
        page
    }

    /// Who gains what: those relieved of most first.
    fn gains_table(&self) -> String {
        let parts = set_off_tables::parts(self.debts, self.proposal);
        let mut rows: Vec<_> = self.debts.participants.texts.iter().zip(parts).collect();
        rows.retain(|(_, part)| part.set_off_as_debtor > 0 || part.set_off_as_creditor > 0);
        rows.sort_by_key(|(_, part)| std::cmp::Reverse(part.set_off_as_debtor + part.set_off_as_creditor));
        if rows.is_empty() {
            return String::new();
        }
        let header = ["participant", "owed", "set off", "still owes", "was owed", "set off", "is still owed"];
        let mut table = Table::new(&header);
        for (name, part) in rows.iter().take(ROWS_SHOWN) {
            let figures = [
                part.debts,
                part.set_off_as_debtor,
                part.debts - part.set_off_as_debtor,
                part.claims,
                part.set_off_as_creditor,
                part.claims - part.set_off_as_creditor,
            ];
            let figures = figures.iter().map(ToString::to_string);
            table.row(std::iter::once(name.to_string()).chain(figures));
        }
        let table = (1..header.len()).fold(table, Table::align_right);
        let more = rows.len().saturating_sub(ROWS_SHOWN);
        let more = if more == 0 { String::new() } else { format!("and {more} more: --out has them all\n") };
        format!("\nWho is relieved of what\n{table}{more}")
    }
}
