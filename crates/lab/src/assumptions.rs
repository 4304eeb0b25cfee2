//! What a run's figures rest on, to be said with them: they decide every figure.

use money::format_minor;

use crate::calendar::Window;
use crate::flows::LeftOut;

/// Prefunding of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PrefundingRule {
    /// The multiple of each member's mean daily debits, in parts per million.
    pub multiple_ppm: u64,
    /// What all members deposit, in cents of the dollar.
    pub total_usd_cents: u128,
}

/// Quotas by the rulebook's rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuotaRule {
    /// What they add up to, in cents of the dollar.
    pub total_usd_cents: u128,
    /// Whether the rulebook also bounds them by members' reserves, which a run does not know.
    pub bounded_by_reserves: bool,
}

/// Lines between pairs of members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PairLines {
    /// How many lines are set.
    pub count: u64,
    /// What they add up to, in cents of the dollar.
    pub total_usd_cents: u128,
    /// The period whose mean debits they are, in words.
    pub period: String,
}

/// What is not in a run, and why.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NotInRun {
    /// Codes that the rulebook enrols and the region does not have.
    pub unknown_members: Vec<String>,
    /// Members left out for want of a rate on some business day.
    pub members_without_rate: Vec<String>,
    /// Flows of those members: their number and annual value.
    pub flows_without_rate: LeftOut,
    /// Flows that the arrangement cannot carry, for it has not enrolled both ends: their number and annual value.
    pub flows_not_carried: LeftOut,
}

/// What a run's figures rest on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assumptions {
    /// Name of the rulebook.
    pub rulebook: String,
    /// Its version.
    pub rulebook_version: u32,
    /// The days.
    pub window: Window,
    /// Business days of the arrangement among them.
    pub business_days: u64,
    /// The share of trade that is paid through the clearing house, in parts per million.
    pub take_up_ppm: u32,
    /// How many payments.
    pub ticket_count: u64,
    /// Their value at entry, in cents of the dollar.
    pub gross_usd_cents: u64,
    /// Codes of the members enrolled.
    pub members: Vec<String>,
    /// Institutions, three to a country.
    pub institution_count: u64,
    /// Prefunding, where the rulebook limits what institutions owe.
    pub prefunding: Option<PrefundingRule>,
    /// Lines between pairs, where the rulebook lets nothing pass without one.
    pub pair_lines: Option<PairLines>,
    /// Quotas, where they are a share of what members trade.
    pub quotas: Option<QuotaRule>,
    /// What each member lets pass in one payment, where it sets such a limit, in cents of the dollar.
    pub largest_payment_usd_cents: Option<u64>,
    /// Whether the flows are the gravity model's, with what it leaves unexplained drawn from the seed.
    pub drawn_flows: bool,
    /// Ticks that the optimiser may take in a run; none where runs settle in order of entry.
    pub optimiser_ticks: Option<u64>,
    /// How far apart members quote buying and selling, in parts per million, where they quote.
    pub spread_ppm: Option<u32>,
    /// What is not in the run.
    pub not_in_run: NotInRun,
}

impl Assumptions {
    /// Each assumption as a sentence.
    #[must_use]
    pub fn sentences(&self) -> Vec<String> {
        let mut said = vec![
            format!(
                "{} of USD {} together on {} from {} to {}: {} % of trade",
                counted(self.ticket_count, "payment"),
                usd(self.gross_usd_cents),
                counted(self.business_days, "business day"),
                self.window.from(),
                self.window.to(),
                percent(u64::from(self.take_up_ppm)),
            ),
            format!("{} members, {} institutions (three to a country)", self.members.len(), self.institution_count),
        ];
        if self.drawn_flows {
            let said_of_flows = "no trade file: who pays whom follows a gravity model and, where that is silent, the \
                                 seed; not the region's own trade";
            said.push(said_of_flows.to_owned());
        }
        if let Some(rule) = self.prefunding {
            let multiple = trimmed(format_minor(i128::from(rule.multiple_ppm), 6));
            let total = usd_total(rule.total_usd_cents);
            said.push(format!("prefunding: {multiple} times each member's mean daily debits, USD {total} in all"));
        }
        if let Some(lines) = &self.pair_lines {
            let (count, period, total) = (lines.count, &lines.period, usd_total(lines.total_usd_cents));
            let lines = counted(count, "line");
            said.push(format!("{lines} between pairs: the mean debits of {period}, USD {total} in all"));
        }
        if let Some(quotas) = self.quotas {
            let total = usd_total(quotas.total_usd_cents);
            let unbounded = if quotas.bounded_by_reserves { ", not bounded by reserves" } else { "" };
            said.push(format!(
                "quotas by the rulebook's rule on one year at this pace, USD {total} in all{unbounded}; every member opts in \
                 to all of its own, and pays its share into the fund"
            ));
        }
        if let Some(largest) = self.largest_payment_usd_cents {
            said.push(format!("each member lets at most USD {} pass in one payment", usd(largest)));
        }
        if let Some(spread_ppm) = self.spread_ppm {
            let spread = percent(u64::from(spread_ppm));
            said.push(format!("members quote buying and selling {spread} % apart around the day's rate"));
        }
        if let Some(ticks) = self.optimiser_ticks {
            said.push(format!(
                "optimisation runs settle the most that {ticks} ticks of search find, beyond what settles in order of entry"
            ));
        }
        said.push("leg 1 is collected and debits are conformed to when they are due; nobody pays late".to_owned());
        said.extend(self.not_in_run.sentences());
        said
    }
}

impl NotInRun {
    fn sentences(&self) -> Vec<String> {
        let mut said = Vec::new();
        if !self.unknown_members.is_empty() {
            said.push(format!("left out, not in the region: {}", self.unknown_members.join(" ")));
        }
        if !self.members_without_rate.is_empty() {
            let members = self.members_without_rate.join(" ");
            said.push(format!("left out for want of a rate: {members}, with {}", flows(self.flows_without_rate)));
        }
        if self.flows_not_carried.flow_count > 0 {
            said.push(format!("left out, not carried by the arrangement: {}", flows(self.flows_not_carried)));
        }
        said
    }
}

fn flows(left_out: LeftOut) -> String {
    format!("{} of USD {} a year", counted(left_out.flow_count, "flow"), usd(left_out.usd_cents))
}

/// A number of things, in the singular where there is one.
fn counted(count: u64, thing: &str) -> String {
    if count == 1 { format!("1 {thing}") } else { format!("{count} {thing}s") }
}

fn usd(cents: u64) -> String {
    format_minor(i128::from(cents), 2)
}

fn usd_total(cents: u128) -> String {
    format_minor(i128::try_from(cents).expect("bug: a total beyond all money"), 2)
}

/// Parts per million as a percentage without trailing zeros.
fn percent(ppm: u64) -> String {
    trimmed(format_minor(i128::from(ppm), 4))
}

fn trimmed(decimal: String) -> String {
    if decimal.contains('.') { decimal.trim_end_matches('0').trim_end_matches('.').to_owned() } else { decimal }
}
