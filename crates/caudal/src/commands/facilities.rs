//! `caudal facilities`: who can draw what, where, today.

use crate::commands::trial_balance::code;
use crate::failure::{Exit, Failure};
use crate::folder_check;
use crate::json::{self, Exact};
use crate::output;
use crate::people::Table;
use clap::Args;
use domain::credit::RungAction;
use domain::{ArrangementId, MemberId};
use ledger::State;
use ledger::facilities::{Condition, Facility, FacilityKind};
use money::format_minor;
use serde::Serialize;
use std::path::PathBuf;

pub(crate) const EXAMPLE: &str = "\
Examples:
  caudal facilities --data day
  caudal facilities --data day --member BRA --json

What each is, and what may stand in the way: docs/facilities.md.";

/// Of which house, and whose.
#[derive(Args, Clone, Debug)]
pub(crate) struct Arguments {
    /// Folder of the journal; it is only read
    #[arg(long, value_name = "DIR")]
    pub(crate) data: PathBuf,
    /// What this member may draw; else everybody
    #[arg(long, value_name = "CODE")]
    pub(crate) member: Option<String>,
    /// In this arrangement only, from 0; else in all
    #[arg(long, value_name = "N")]
    pub(crate) arrangement: Option<u16>,
    /// Prints one JSON object instead of tables
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Serialize)]
struct Object {
    journal_height: u64,
    state_digest: String,
    arrangements: Vec<OfArrangement>,
}

#[derive(Serialize)]
struct OfArrangement {
    arrangement: u16,
    rulebook: String,
    /// None where no day was opened yet.
    date: Option<String>,
    currency: String,
    facilities: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    member: String,
    what: &'static str,
    /// Who grants it, or which line of the reserve fund it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    of: Option<String>,
    /// None where nothing limits it.
    limit: Option<Exact>,
    drawn: Exact,
    room: Option<Exact>,
    maturity: Option<String>,
    conditions: Vec<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    let sound = folder_check::check(&arguments.data)?;
    let state = &sound.state;
    let place = arguments.data.display();
    let member = arguments.member.as_deref().map(|code| sound.member(code, &arguments.data)).transpose()?;
    let all: Vec<ArrangementId> = state.arrangement_ids().collect();
    let wanted: Vec<ArrangementId> = match arguments.arrangement {
        None => all,
        Some(number) if all.contains(&ArrangementId(number)) => vec![ArrangementId(number)],
        Some(number) => {
            let message = format!("there is no arrangement {number}, but {}; {place}; count them from 0", all.len());
            return Err(Failure::wrong_use(message));
        }
    };
    let object = Object {
        journal_height: sound.journal_height,
        state_digest: json::hex(&sound.state_digest),
        arrangements: wanted.into_iter().map(|arrangement| of_arrangement(state, arrangement, member)).collect(),
    };
    output::print(&if arguments.json { json::text(&object) } else { page(&object) })?;
    Ok(Exit::Done)
}

fn of_arrangement(state: &State, arrangement: ArrangementId, member: Option<MemberId>) -> OfArrangement {
    let (open, closed) = state.business_dates(arrangement);
    let plan = state.plan(arrangement).expect("bug: an arrangement without a plan");
    let (currency, decimals) = state
        .currency(plan.settlement_asset)
        .map_or_else(|| (plan.settlement_asset.to_string(), 0), |currency| code(state, currency));
    let found = state.facilities(arrangement).into_iter();
    let wanted = found.filter(|facility| member.is_none_or(|member| facility.member == member));
    OfArrangement {
        arrangement: arrangement.0,
        rulebook: plan.name.clone(),
        date: open.or(closed).map(|date| date.to_string()),
        currency,
        facilities: wanted.map(|facility| line(&facility, plan, state, decimals)).collect(),
    }
}

fn line(facility: &Facility, plan: &domain::plan::Plan, state: &State, decimals: u8) -> Line {
    let name = |member: MemberId| state.member_code(member).unwrap_or("?").to_owned();
    let (what, of) = match facility.kind {
        FacilityKind::Cap => ("cap", None),
        FacilityKind::PairLine { creditor } => ("line", Some(name(creditor))),
        FacilityKind::Prefinancing => ("prefinancing", None),
        FacilityKind::Credit => ("credit", None),
        FacilityKind::ObligatoryCredit { creditor } => ("obligatory_credit", Some(name(creditor))),
        FacilityKind::CreditGiven => ("credit_given", None),
        FacilityKind::FundContribution => ("fund_contribution", None),
        FacilityKind::Reserve => ("reserve", None),
        FacilityKind::ReserveLine { line } => ("reserve_line", Some(name_of_line(plan, line))),
    };
    let exact = |minor: u64| Exact::of(i128::from(minor), decimals);
    Line {
        member: name(facility.member),
        what,
        of,
        limit: facility.limit_minor.map(exact),
        drawn: exact(facility.drawn_minor),
        room: facility.room_minor.map(exact),
        maturity: facility.maturity.map(|date| date.to_string()),
        conditions: facility.conditions.iter().map(|condition| said(*condition, decimals)).collect(),
    }
}

fn name_of_line(plan: &domain::plan::Plan, line: u8) -> String {
    let lines = plan.additions.reserve.as_ref().map(|rule| &rule.lines);
    let found = lines.and_then(|lines| lines.get(usize::from(line)));
    found.map_or_else(|| format!("line {line}"), |line| line.name.clone())
}

/// A condition in words.
fn said(condition: Condition, decimals: u8) -> String {
    let amount = |minor: u64| format_minor(i128::from(minor), decimals);
    match condition {
        Condition::Suspended => "suspended".to_owned(),
        Condition::StageTooEarly => "its stage is too early".to_owned(),
        Condition::NotOptedIn => "not opted in: its own limit is not set".to_owned(),
        Condition::DeferralUnpaid => "a deferral is unpaid".to_owned(),
        Condition::NotContributing => "no contribution".to_owned(),
        Condition::DrawingOverdue { since } => format!("overdue since {since}"),
        Condition::ByDecision => "by decision".to_owned(),
        Condition::AgainstOwnCurrency => "against its own currency".to_owned(),
        Condition::FundHolds { minor } => format!("the fund holds {}", amount(minor)),
        Condition::TransferDue { by } => format!("a transfer is due by {by}"),
        Condition::AssetShare { ppm } => format!("beside it {} % in the asset", share(ppm)),
        Condition::OthersTake { minor } => format!("others take {}", amount(minor)),
        Condition::Rung { at_ppm, action } => format!("at {} %: {}", share(at_ppm), rung(action)),
    }
}

fn share(ppm: u32) -> String {
    let decimal = format_minor(i128::from(ppm), 4);
    decimal.trim_end_matches('0').trim_end_matches('.').to_owned()
}

const fn rung(action: RungAction) -> &'static str {
    match action {
        RungAction::Notice => "notice",
        RungAction::Consult => "consult",
        RungAction::NoNewCredit => "no new credit",
        RungAction::Referral => "referral",
    }
}

fn page(object: &Object) -> String {
    let mut page = String::new();
    for arrangement in &object.arrangements {
        let date = arrangement.date.as_deref().unwrap_or("no day was opened");
        let (number, rulebook, currency) = (arrangement.arrangement, &arrangement.rulebook, &arrangement.currency);
        page.push_str(&format!("arrangement {number}, {rulebook}, {date}, in {currency}\n\n"));
        let columns = ["member", "what", "of", "limit", "drawn", "room", "due", "to be known"];
        let mut table = Table::new(&columns).align_right(3).align_right(4).align_right(5);
        for line in &arrangement.facilities {
            let text = |amount: &Option<Exact>| amount.as_ref().map_or_else(|| "none".to_owned(), ToString::to_string);
            table.row([
                line.member.clone(),
                line.what.replace('_', " "),
                line.of.clone().unwrap_or_default(),
                text(&line.limit),
                line.drawn.to_string(),
                text(&line.room),
                line.maturity.clone().unwrap_or_default(),
                line.conditions.join("; "),
            ]);
        }
        page.push_str(&format!("{table}\n"));
    }
    page.push_str(&format!("after {} events; state digest {}\n", object.journal_height, object.state_digest));
    page
}
