//! The tables of a run as CSV files, with a page that describes their columns.

use crate::failure::{Exit, Failure};
use crate::json::{self, Exact};
use crate::run_report::{Report, citation, wait_article};
use crate::run_settling::ending;
use domain::refusal_text::{Language, explain};
use lab::outcome::Counted;
use std::path::{Path, PathBuf};

/// A folder that takes the files of a run.
pub(crate) struct CsvFolder {
    dir: PathBuf,
}

/// One file: its name, and each column with its meaning.
struct Form {
    file: &'static str,
    what: &'static str,
    columns: &'static [(&'static str, &'static str)],
}

const SUMMARY: Form = Form {
    file: "summary.csv",
    what: "The figures of the run.",
    columns: &[("name", "Name of the figure, as in the output of --json"), ("value", "Its value")],
};

const MEMBERS: Form = Form {
    file: "members.csv",
    what: "Every member of the run. Amounts in US dollars.",
    columns: &[
        ("member", "Code of the member"),
        ("name", "Its name"),
        ("sent_count", "Cleared payments of its institutions"),
        ("sent_usd", "Their value at entry"),
        ("received_count", "Cleared payments to its institutions"),
        ("received_usd", "Their value at entry"),
        ("net_usd", "Its nets, summed over the netting cycles; negative: it owed"),
        ("pay_in_usd", "Paid in to the agent, confirmed"),
        ("pay_out_usd", "Paid out by the agent, confirmed"),
        ("transfers_paid_usd", "Anticipated transfers paid, confirmed"),
        ("transfers_received_usd", "Anticipated transfers received, confirmed"),
        ("prefunding_usd", "Deposited with the agent"),
        ("waited_count", "Payments of its institutions that waited"),
        ("waited_usd", "Their value at entry"),
        ("expired_count", "Payments of its institutions that expired"),
        ("expired_usd", "Their value at entry"),
        ("refused_count", "Payments of its institutions, or for them where they pull, that were refused"),
        ("refused_usd", "Their value at entry"),
    ],
};

const DAYS: Form = Form {
    file: "days.csv",
    what: "Every day on which something happened. Amounts in US dollars.",
    columns: &[
        ("date", "The day, YYYY-MM-DD"),
        ("submitted_count", "Orders, refused ones included"),
        ("submitted_usd", "Their value"),
        ("cleared_count", "Payments that cleared on this day"),
        ("cleared_usd", "Their value at entry"),
        ("refused_count", "Orders of this day that were refused"),
        ("refused_usd", "Their value"),
        ("queued_count", "Payments that began to wait on this day"),
        ("queued_usd", "Their value at entry"),
        ("waiting_at_close_count", "Payments that waited when the day closed"),
        ("waiting_at_close_usd", "Their value at entry"),
        ("expired_count", "Payments that expired on this day"),
        ("expired_usd", "Their value at entry"),
        ("returned_count", "Payments that lapsed or were reversed on this day"),
        ("returned_usd", "Their value at entry"),
        ("run_count", "Optimisation runs"),
        ("net_usd", "Nets of the cycle that closed, without their sign, halved: what is to be paid"),
        ("pay_in_usd", "Pay-ins confirmed"),
        ("pay_out_usd", "Pay-outs confirmed"),
        ("transfers_usd", "Anticipated transfers confirmed"),
    ],
};

const REFUSALS: Form = Form {
    file: "refusals.csv",
    what: "Refused orders by reason.",
    columns: &[
        ("code", "Permanent code of the refusal"),
        ("count", "Orders"),
        ("usd", "Their value in US dollars"),
        ("why", "What was wrong and what to do, with the article of the rule, in the language of --language"),
    ],
};

const WAITS: Form = Form {
    file: "waits.csv",
    what: "Payments that waited, by reason.",
    columns: &[
        ("because", "Why they did not clear at once"),
        ("count", "Payments"),
        ("usd", "Their value at entry in US dollars"),
        ("article", "Article of the rule for which they waited"),
    ],
};

const ASSUMPTIONS: Form = Form {
    file: "assumptions.csv",
    what: "What decides every figure, and what was said about the data.",
    columns: &[
        ("kind", "assumption, or the permanent code of a notice"),
        ("text", "The assumption or notice as a sentence"),
    ],
};

const RUNS: Form = Form {
    file: "runs.csv",
    what: "Optimisation runs that had something to choose from, where runs are optimised (--optimise); else none. Amounts in US \
           dollars, at the prices of the run.",
    columns: &[
        ("run", "Number of the run"),
        ("at", "When it froze the queue, UTC"),
        (
            "ending",
            "at_once: order of entry left nothing to choose from; optimised; or without_proposal: in order of entry",
        ),
        ("frozen_count", "Payments that waited"),
        ("frozen_usd", "Their value"),
        ("fifo_usd", "What settles in order of entry"),
        ("bilateral_usd", "What offsetting pairs of institutions alone would have settled"),
        ("settled_count", "Payments that the run settled"),
        ("settled_usd", "Their value"),
        ("upper_bound_usd", "What no choice exceeds, proved; empty where nobody proved a bound"),
        ("gap", "(bound - settled) / bound, a fraction rounded up; 0: proved to be the most"),
        ("ticks", "Work of the optimiser; empty where nothing was left to it"),
    ],
};

const FORMS: [&Form; 7] = [&SUMMARY, &MEMBERS, &DAYS, &REFUSALS, &WAITS, &RUNS, &ASSUMPTIONS];
const DESCRIPTION: &str = "README.md";

impl CsvFolder {
    /// Makes the folder and the description in it, so that a folder that cannot be written is refused before the run.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) fn prepare(dir: &Path) -> Result<CsvFolder, Failure> {
        std::fs::create_dir_all(dir).map_err(|error| not_written(dir, &error))?;
        let folder = CsvFolder { dir: dir.to_owned() };
        folder.replace(DESCRIPTION, &description())?;
        Ok(folder)
    }

    /// Writes every table.
    ///
    /// # Errors
    /// If one cannot be written; those before it are whole.
    pub(crate) fn write(&self, report: &Report<'_>, language: Language) -> Result<(), Failure> {
        self.replace(SUMMARY.file, &file(&SUMMARY, summary(report)))?;
        self.replace(MEMBERS.file, &file(&MEMBERS, members(report)))?;
        self.replace(DAYS.file, &file(&DAYS, days(report)))?;
        self.replace(REFUSALS.file, &file(&REFUSALS, refusals(report, language)))?;
        self.replace(WAITS.file, &file(&WAITS, waits(report)))?;
        self.replace(RUNS.file, &file(&RUNS, runs(report)))?;
        self.replace(ASSUMPTIONS.file, &file(&ASSUMPTIONS, assumptions(report)))
    }

    /// Replaces a file as a whole.
    fn replace(&self, name: &str, content: &str) -> Result<(), Failure> {
        let path = self.dir.join(name);
        let staged = self.dir.join(format!("{name}.part"));
        let written = std::fs::write(&staged, content).and_then(|()| std::fs::rename(&staged, &path));
        written.map_err(|error| not_written(&path, &error))
    }
}

fn not_written(path: &Path, error: &std::io::Error) -> Failure {
    let message = format!("the file cannot be written: {error}; {}; name a folder that may be written", path.display());
    Failure::new(Exit::Storage, "CSV_NOT_WRITTEN", message)
}

fn description() -> String {
    let mut page =
        "# Tables of a run of `caudal simulate`\n\nUTF-8, comma, one header line. Amounts have two decimals and no \
                    thousands separator. Text that a spreadsheet would take for a formula begins with an apostrophe.\n"
            .to_owned();
    for form in FORMS {
        page.push_str(&format!("\n## {}\n\n{}\n\n| column | meaning |\n| --- | --- |\n", form.file, form.what));
        for (column, meaning) in form.columns {
            page.push_str(&format!("| {column} | {meaning} |\n"));
        }
    }
    page
}

/// A cell: a number as it is, a text so that no spreadsheet runs it.
enum Cell {
    Number(String),
    Text(String),
}

impl Cell {
    fn count(count: u64) -> Cell {
        Cell::Number(count.to_string())
    }

    fn usd(cents: i128) -> Cell {
        Cell::Number(Exact::usd(cents).to_string())
    }

    fn usd_of(cents: u128) -> Cell {
        Cell::usd(i128::try_from(cents).expect("bug: more than all money"))
    }

    fn counted(counted: Counted) -> [Cell; 2] {
        [Cell::count(counted.count), Cell::usd(counted.usd_cents.into())]
    }

    fn text(text: &str) -> Cell {
        Cell::Text(text.to_owned())
    }

    fn written(&self) -> String {
        match self {
            Cell::Number(number) => number.clone(),
            Cell::Text(text) => csv_text(text),
        }
    }
}

/// A text as a cell of CSV.
pub(crate) fn csv_text(text: &str) -> String {
    quoted(&harmless(text))
}

/// A text that a spreadsheet does not take for a formula.
fn harmless(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if formula { format!("'{text}") } else { text.to_owned() }
}

/// RFC 4180.
fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

fn file(form: &Form, rows: Vec<Vec<Cell>>) -> String {
    let header: Vec<&str> = form.columns.iter().map(|(column, _)| *column).collect();
    let mut text = format!("{}\n", header.join(","));
    for row in rows {
        assert_eq!(row.len(), header.len(), "bug: a row of {} that has other columns", form.file);
        let cells: Vec<String> = row.iter().map(Cell::written).collect();
        text.push_str(&format!("{}\n", cells.join(",")));
    }
    text
}

fn summary(report: &Report<'_>) -> Vec<Vec<Cell>> {
    let (outcome, assumed) = (report.outcome, report.scenario.assumptions());
    let payments = outcome.payments;
    let rows = [
        ("seed", Cell::count(outcome.seed.get())),
        ("state_digest", Cell::Text(json::hex(&outcome.state_digest))),
        ("journal_height", Cell::count(outcome.journal_height)),
        ("submitted", Cell::count(payments.submitted)),
        ("cleared", Cell::count(payments.cleared)),
        ("queued", Cell::count(payments.queued)),
        ("refused", Cell::count(payments.refused)),
        ("expired", Cell::count(payments.expired)),
        ("cancelled", Cell::count(payments.cancelled)),
        ("returned", Cell::count(payments.returned)),
        ("awaiting", Cell::count(payments.awaiting)),
        ("gross_usd", Cell::usd(outcome.gross_usd_cents.into())),
        ("cleared_usd", Cell::usd(outcome.cleared_usd_cents.into())),
        ("hard_currency_usd", Cell::usd_of(outcome.hard_currency_usd_cents)),
        ("prefunding_usd", Cell::usd_of(outcome.prefunding_usd_cents)),
        ("netting_ratio", Cell::Number(outcome.netting_ratio_text())),
        ("positions_sum_to_zero", Cell::Text(outcome.positions_sum_to_zero.to_string())),
        ("rulebook", Cell::text(&assumed.rulebook)),
        ("rulebook_version", Cell::count(assumed.rulebook_version.into())),
        ("from", Cell::Text(assumed.window.from().to_string())),
        ("to", Cell::Text(assumed.window.to().to_string())),
        ("business_days", Cell::count(assumed.business_days)),
        ("netting_cycles", Cell::count(outcome.cycles_closed)),
    ];
    let of_credit = outcome.credit.map(|credit| {
        [
            ("credit.taken_usd", Cell::usd_of(credit.taken_usd_cents)),
            ("credit.most_owed_usd", Cell::usd_of(credit.most_owed_usd_cents)),
            ("credit.owed_usd", Cell::usd_of(credit.owed_usd_cents)),
            ("credit.interest_paid_usd", Cell::usd_of(credit.interest_paid_usd_cents)),
            ("credit.fund_usd", Cell::usd_of(credit.fund_usd_cents)),
        ]
    });
    let rows = rows.into_iter().chain(of_credit.into_iter().flatten());
    rows.map(|(name, value)| vec![Cell::text(name), value]).collect()
}

fn members(report: &Report<'_>) -> Vec<Vec<Cell>> {
    let row = |member: &lab::outcome::MemberOutcome| {
        let mut row = vec![Cell::text(&member.code), Cell::text(&member.name)];
        row.extend(Cell::counted(member.sent));
        row.extend(Cell::counted(member.received));
        row.push(Cell::usd(member.net_usd_cents));
        row.push(Cell::usd_of(member.pay_in_usd_cents));
        row.push(Cell::usd_of(member.pay_out_usd_cents));
        row.push(Cell::usd_of(member.transfers_paid_usd_cents));
        row.push(Cell::usd_of(member.transfers_received_usd_cents));
        row.push(Cell::usd_of(member.prefunding_usd_cents));
        row.extend(Cell::counted(member.waited));
        row.extend(Cell::counted(member.expired));
        row.extend(Cell::counted(member.refused));
        row
    };
    report.outcome.members.iter().map(row).collect()
}

fn days(report: &Report<'_>) -> Vec<Vec<Cell>> {
    let row = |(date, day): (&domain::Date, &lab::outcome::DayOutcome)| {
        let mut row = vec![Cell::Text(date.to_string())];
        let counted =
            [day.submitted, day.cleared, day.refused, day.queued, day.waiting_at_close, day.expired, day.returned];
        row.extend(counted.into_iter().flat_map(Cell::counted));
        row.push(Cell::count(day.run_count));
        row.push(Cell::usd_of(day.net_usd_cents));
        row.push(Cell::usd_of(day.pay_in_usd_cents));
        row.push(Cell::usd_of(day.pay_out_usd_cents));
        row.push(Cell::usd_of(day.transfers_usd_cents));
        row
    };
    report.outcome.days.iter().map(row).collect()
}

fn refusals(report: &Report<'_>, language: Language) -> Vec<Vec<Cell>> {
    let row = |(refusal, counted): (&domain::Refusal, &Counted)| {
        let article = refusal.rule().and_then(|rule| report.scenario.plan().article(rule));
        let [count, usd] = Cell::counted(*counted);
        vec![Cell::text(refusal.code()), count, usd, Cell::Text(explain(*refusal, None, article, language))]
    };
    report.outcome.refused.iter().map(row).collect()
}

fn waits(report: &Report<'_>) -> Vec<Vec<Cell>> {
    let row = |(reason, counted): (&lab::outcome::WaitReason, &Counted)| {
        let article = wait_article(report.scenario.plan(), *reason).map_or_else(String::new, citation);
        let [count, usd] = Cell::counted(*counted);
        vec![Cell::text(reason.text()), count, usd, Cell::Text(article)]
    };
    report.outcome.waits.by_reason.iter().map(row).collect()
}

fn runs(report: &Report<'_>) -> Vec<Vec<Cell>> {
    let row = |run: &lab::outcome::RunOutcome| {
        let none = || Cell::Number(String::new());
        vec![
            Cell::count(run.run.0.into()),
            Cell::Text(run.at.to_string()),
            Cell::text(ending(run.ending)),
            Cell::count(run.frozen_count),
            Cell::usd(run.frozen_usd_cents),
            Cell::usd(run.fifo_usd_cents),
            Cell::usd(run.bilateral_usd_cents),
            Cell::count(run.settled_count),
            Cell::usd(run.value_usd_cents),
            run.upper_bound_usd_cents.map_or_else(none, Cell::usd),
            run.gap_ppm().map_or_else(none, |ppm| Cell::Number(Exact::ratio(ppm).to_string())),
            run.ticks.map_or_else(none, Cell::count),
        ]
    };
    report.outcome.runs.iter().map(row).collect()
}

fn assumptions(report: &Report<'_>) -> Vec<Vec<Cell>> {
    let assumed = report.scenario.assumptions().sentences().into_iter().map(|text| ("assumption", text));
    let said = report.notices.iter().map(|notice| (notice.code(), notice.to_string()));
    assumed.chain(said).map(|(kind, text)| vec![Cell::text(kind), Cell::Text(text)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_quoted_as_csv_and_never_a_formula() {
        for (text, written) in [
            ("ARG", "ARG"),
            ("", ""),
            ("=1+1", "'=1+1"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@sum", "'@sum"),
            ("a,b", "\"a,b\""),
            ("=\"x\"", "\"'=\"\"x\"\"\""),
            ("two\nlines", "\"two\nlines\""),
            ("3-2", "3-2"),
        ] {
            assert_eq!(Cell::text(text).written(), written, "{text}");
        }
        assert_eq!(Cell::usd(-5).written(), "-0.05", "numbers stay numbers");
    }
}
