//! Optimisation runs in a report: order of entry, offset pairs and the optimum beside each other; why payments wait on, and
//! who gains what.

use crate::json::Exact;
use crate::people::{Table, count, list, percent, usd};
use crate::run_report::share;
use crate::watcher::SolveTimes;
use lab::outcome::{InstitutionGain, Obstacle, Outcome, RunEnding, RunOutcome, WaitingPayment};
use serde::Serialize;
use std::time::Duration;

/// Runs on the page.
const RUNS_SHOWN: usize = 5;

/// Keys of these objects are never renamed: scripts rely on them.
#[derive(Serialize)]
pub(crate) struct Settling {
    totals: Totals,
    runs: Vec<Run>,
    gains: Vec<Gain>,
}

#[derive(Serialize)]
struct Totals {
    runs: u64,
    optimised: u64,
    proved_optimal: u64,
    frozen_usd: Exact,
    fifo_usd: Exact,
    bilateral_usd: Exact,
    settled_usd: Exact,
    upper_bound_usd: Exact,
    largest_gap: Exact,
    ticks: u64,
    seconds: Exact,
    longest_seconds: Exact,
}

#[derive(Serialize)]
struct Run {
    run: u32,
    at: String,
    ending: &'static str,
    frozen: u64,
    frozen_usd: Exact,
    fifo_usd: Exact,
    bilateral_usd: Exact,
    settled: u64,
    settled_usd: Exact,
    upper_bound_usd: Option<Exact>,
    gap: Option<Exact>,
    ticks: Option<u64>,
    seconds: Option<Exact>,
    waiting: Vec<Waiting>,
}

#[derive(Serialize)]
struct Waiting {
    payment: u64,
    payer: String,
    payee: String,
    usd: Exact,
    urgent: bool,
    obstacles: Vec<Said>,
}

#[derive(Serialize)]
struct Said {
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    missing_usd: Option<Exact>,
    #[serde(skip_serializing_if = "Option::is_none")]
    whatever_comes_in: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment: Option<u64>,
    text: String,
}

#[derive(Serialize)]
struct Gain {
    institution: String,
    sent_usd: Exact,
    received_usd: Exact,
    headroom_used_usd: Exact,
    headroom_saved_usd: Exact,
}

impl Settling {
    pub(crate) fn of(outcome: &Outcome, solved: &SolveTimes) -> Settling {
        let totals = outcome.run_totals();
        Settling {
            totals: Totals {
                runs: totals.run_count,
                optimised: totals.optimised_count,
                proved_optimal: totals.proved_count,
                frozen_usd: Exact::usd(totals.frozen_usd_cents),
                fifo_usd: Exact::usd(totals.fifo_usd_cents),
                bilateral_usd: Exact::usd(totals.bilateral_usd_cents),
                settled_usd: Exact::usd(totals.value_usd_cents),
                upper_bound_usd: Exact::usd(totals.upper_bound_usd_cents),
                largest_gap: Exact::ratio(totals.largest_gap_ppm),
                ticks: totals.ticks,
                seconds: Exact::seconds(solved.values().sum()),
                longest_seconds: Exact::seconds(longest(solved)),
            },
            runs: outcome.runs.iter().map(|run| Run::of(run, solved)).collect(),
            gains: outcome.gains.iter().map(Gain::of).collect(),
        }
    }
}

impl Run {
    fn of(run: &RunOutcome, solved: &SolveTimes) -> Run {
        Run {
            run: run.run.0,
            at: run.at.to_string(),
            ending: ending(run.ending),
            frozen: run.frozen_count,
            frozen_usd: Exact::usd(run.frozen_usd_cents),
            fifo_usd: Exact::usd(run.fifo_usd_cents),
            bilateral_usd: Exact::usd(run.bilateral_usd_cents),
            settled: run.settled_count,
            settled_usd: Exact::usd(run.value_usd_cents),
            upper_bound_usd: run.upper_bound_usd_cents.map(Exact::usd),
            gap: run.gap_ppm().map(Exact::ratio),
            ticks: run.ticks,
            seconds: solved.get(&run.run).copied().map(Exact::seconds),
            waiting: run.waiting.iter().map(Waiting::of).collect(),
        }
    }
}

impl Waiting {
    fn of(waiting: &WaitingPayment) -> Waiting {
        Waiting {
            payment: waiting.payment.0,
            payer: waiting.payer.clone(),
            payee: waiting.payee.clone(),
            usd: Exact::usd(waiting.usd_cents),
            urgent: waiting.urgent,
            obstacles: waiting.obstacles.iter().map(|obstacle| said(obstacle, &waiting.payer)).collect(),
        }
    }
}

impl Gain {
    fn of(gain: &InstitutionGain) -> Gain {
        Gain {
            institution: gain.institution.clone(),
            sent_usd: Exact::usd(gain.sent_usd_cents),
            received_usd: Exact::usd(gain.received_usd_cents),
            headroom_used_usd: Exact::usd(gain.used_usd_cents),
            headroom_saved_usd: Exact::usd(gain.saved_usd_cents()),
        }
    }
}

/// Why a payment waits, and what would release it.
fn said(obstacle: &Obstacle, payer: &str) -> Said {
    let none = Said { kind: "", missing_usd: None, whatever_comes_in: None, payment: None, text: String::new() };
    match *obstacle {
        Obstacle::Liquidity { missing_usd_cents, whatever_comes_in } => {
            let missing_usd = Exact::usd(missing_usd_cents);
            let rest = if whatever_comes_in { ", more than all that waits for it would bring" } else { "" };
            let text = format!("{payer} lacks USD {missing_usd}{rest}");
            let whatever_comes_in = Some(whatever_comes_in);
            Said { kind: "liquidity", missing_usd: Some(missing_usd), whatever_comes_in, text, ..none }
        }
        Obstacle::PayerShort { short_usd_cents } => {
            let short_usd = Exact::usd(short_usd_cents);
            let text = format!("{payer} is USD {short_usd} beyond its share: nothing that it sends settles");
            Said { kind: "payer_short", missing_usd: Some(short_usd), text, ..none }
        }
        Obstacle::Behind { payment } => {
            let text = format!("it stands behind urgent payment {payment} of {payer}");
            Said { kind: "behind", payment: Some(payment.0), text, ..none }
        }
    }
}

/// The name of an ending.
pub(crate) fn ending(ending: RunEnding) -> &'static str {
    match ending {
        RunEnding::AtOnce => "at_once",
        RunEnding::Optimised => "optimised",
        RunEnding::WithoutProposal => "without_proposal",
    }
}

fn longest(solved: &SolveTimes) -> Duration {
    solved.values().copied().max().unwrap_or_default()
}

/// The section of the page.
pub(crate) fn page(outcome: &Outcome, solved: &SolveTimes) -> String {
    let totals = outcome.run_totals();
    if totals.run_count == 0 {
        return "  nothing: no payment waited when a run began\n".to_owned();
    }
    let mut table = Table::new(&["all runs together", "USD", "of the bound"]).align_right(1).align_right(2);
    for (way, cents) in [
        ("in order of entry (FIFO)", totals.fifo_usd_cents),
        ("pairs offset (bilateral)", totals.bilateral_usd_cents),
        ("optimised: settled", totals.value_usd_cents),
        ("no choice exceeds (proved)", totals.upper_bound_usd_cents),
    ] {
        table.row([way.to_owned(), usd(cents), share(cents, totals.upper_bound_usd_cents)]);
    }
    let mut facts = vec![
        format!(
            "{} runs, {} of them optimised, {} proved to settle the most; the largest gap is {}",
            count(totals.run_count),
            count(totals.optimised_count),
            count(totals.proved_count),
            percent(totals.largest_gap_ppm)
        ),
        format!("{} ticks of solving, {} at most in one run", count(totals.ticks), count(totals.most_ticks)),
    ];
    facts.push(format!(
        "{} seconds of solving, {} at most in one run",
        Exact::seconds(solved.values().sum()),
        Exact::seconds(longest(solved))
    ));
    facts.push("FIFO and pairs: what each would have settled of the queues that these runs froze".to_owned());
    format!("{table}{}{}", list(&facts), most_gained(outcome))
}

/// The runs that gained most over order of entry, and the largest payment that each leaves.
fn most_gained(outcome: &Outcome) -> String {
    let gained = outcome.most_gained(RUNS_SHOWN);
    if gained.is_empty() {
        return "  no run settled more than in order of entry\n".to_owned();
    }
    let header = ["run that gained most", "waited USD", "FIFO", "pairs", "settled", "bound", "gap", "ticks"];
    let mut table = Table::new(&header);
    for column in 1..header.len() {
        table = table.align_right(column);
    }
    for run in &gained {
        table.row([
            run.at.to_string().chars().take(16).collect::<String>().replace('T', " "),
            usd(run.frozen_usd_cents),
            usd(run.fifo_usd_cents),
            usd(run.bilateral_usd_cents),
            usd(run.value_usd_cents),
            run.upper_bound_usd_cents.map_or_else(String::new, usd),
            run.gap_ppm().map_or_else(String::new, percent),
            run.ticks.map_or_else(String::new, count),
        ]);
    }
    let left =
        gained.iter().filter_map(|run| run.waiting.first()).max_by_key(|waiting| waiting.usd_cents).map(|waiting| {
            let whys: Vec<String> =
                waiting.obstacles.iter().map(|obstacle| said(obstacle, &waiting.payer).text).collect();
            let why = if whys.is_empty() { "what settled left no room for it".to_owned() } else { whys.join("; ") };
            let (payer, payee, amount) = (&waiting.payer, &waiting.payee, usd(waiting.usd_cents));
            format!(
                "the largest that these leave, payment {} of USD {amount} from {payer} to {payee}: {why}",
                waiting.payment
            )
        });
    format!("{table}{}", list(&left.into_iter().collect::<Vec<_>>()))
}
