//! What a run came to: one object for programs, one page for people.

use crate::json::{self, Exact};
use crate::people::{Table, count, list, percent, usd};
use crate::run_settling::{self, Settling};
use crate::watcher::SolveTimes;
use domain::plan::{Article, LimitKind, Plan, RuleKey};
use domain::refusal_text::{Language, explain};
use lab::notice::Notices;
use lab::outcome::{Counted, MemberOutcome, Outcome, WaitReason};
use lab::scenario::Scenario;
use serde::Serialize;
use std::fmt::Write;
use std::time::Duration;

/// Debtors and creditors on the page.
const MEMBERS_SHOWN: usize = 5;

/// A run that has ended.
pub(crate) struct Report<'a> {
    pub(crate) scenario: &'a Scenario,
    pub(crate) notices: &'a Notices,
    pub(crate) outcome: &'a Outcome,
    pub(crate) solved: &'a SolveTimes,
    pub(crate) elapsed: Duration,
}

/// Keys of this object are never renamed: scripts rely on them.
#[derive(Serialize)]
struct Object {
    seed: u64,
    state_digest: String,
    journal_height: u64,
    payments: Payments,
    gross_usd: Exact,
    cleared_usd: Exact,
    hard_currency_usd: Exact,
    prefunding_usd: Exact,
    netting_ratio: Exact,
    /// Where the rulebook gives credit.
    #[serde(skip_serializing_if = "Option::is_none")]
    credit: Option<Credit>,
    positions_sum_to_zero: bool,
    seconds: Exact,
    rulebook: String,
    rulebook_version: u32,
    from: String,
    to: String,
    business_days: u64,
    netting_cycles: u64,
    assumptions: Vec<String>,
    notices: Vec<Said>,
    /// Only where runs are optimised.
    #[serde(skip_serializing_if = "Option::is_none")]
    optimisation: Option<Settling>,
}

#[derive(Serialize)]
struct Payments {
    submitted: u64,
    cleared: u64,
    queued: u64,
    refused: u64,
    expired: u64,
    cancelled: u64,
    returned: u64,
    awaiting: u64,
}

#[derive(Serialize)]
struct Credit {
    taken_usd: Exact,
    most_owed_usd: Exact,
    owed_usd: Exact,
    interest_paid_usd: Exact,
    fund_usd: Exact,
    debtors: u64,
}

impl Credit {
    fn of(outcome: lab::outcome::CreditOutcome) -> Self {
        Self {
            taken_usd: Exact::usd(signed(outcome.taken_usd_cents)),
            most_owed_usd: Exact::usd(signed(outcome.most_owed_usd_cents)),
            owed_usd: Exact::usd(signed(outcome.owed_usd_cents)),
            interest_paid_usd: Exact::usd(signed(outcome.interest_paid_usd_cents)),
            fund_usd: Exact::usd(signed(outcome.fund_usd_cents)),
            debtors: outcome.debtor_count,
        }
    }
}

#[derive(Serialize)]
struct Said {
    code: &'static str,
    text: String,
}

impl Report<'_> {
    /// The object.
    pub(crate) fn json(&self) -> String {
        let (outcome, assumptions) = (self.outcome, self.scenario.assumptions());
        json::text(&Object {
            seed: outcome.seed.get(),
            state_digest: json::hex(&outcome.state_digest),
            journal_height: outcome.journal_height,
            payments: self.payments(),
            gross_usd: Exact::usd(outcome.gross_usd_cents.into()),
            cleared_usd: Exact::usd(outcome.cleared_usd_cents.into()),
            hard_currency_usd: Exact::usd(signed(outcome.hard_currency_usd_cents)),
            prefunding_usd: Exact::usd(signed(outcome.prefunding_usd_cents)),
            netting_ratio: Exact::ratio(outcome.netting_ratio_ppm()),
            credit: outcome.credit.map(Credit::of),
            positions_sum_to_zero: outcome.positions_sum_to_zero,
            seconds: Exact::seconds(self.elapsed),
            rulebook: assumptions.rulebook.clone(),
            rulebook_version: assumptions.rulebook_version,
            from: assumptions.window.from().to_string(),
            to: assumptions.window.to().to_string(),
            business_days: assumptions.business_days,
            netting_cycles: outcome.cycles_closed,
            assumptions: assumptions.sentences(),
            notices: self.notices.iter().map(|said| Said { code: said.code(), text: said.to_string() }).collect(),
            optimisation: self.scenario.has_optimiser().then(|| Settling::of(outcome, self.solved)),
        })
    }

    fn payments(&self) -> Payments {
        let lab::outcome::PaymentCounts { submitted, cleared, queued, refused, expired, cancelled, returned, awaiting } =
            self.outcome.payments;
        assert_eq!(
            submitted,
            cleared + queued + refused + expired + cancelled + returned + awaiting,
            "bug: payments that are in no figure, or in two"
        );
        Payments { submitted, cleared, queued, refused, expired, cancelled, returned, awaiting }
    }

    /// The page; `next` says where to look from there.
    pub(crate) fn page(&self, language: Language, next: &[String]) -> String {
        let outcome = self.outcome;
        let mut page = format!("\n{}\n\n{}", self.headline(), self.money());
        let mut section = |title: &str, content: &str| write!(page, "\n{title}\n{content}").expect("text");
        section("Who owes, and who is owed", &self.members());
        section("Refused", &self.refused(language));
        section("Waited", &self.waited());
        if self.scenario.has_optimiser() {
            section("Optimisation runs", &run_settling::page(outcome, self.solved));
        }
        section("What decides these figures", &list(&self.scenario.assumptions().sentences()));
        section("Where to look next", &list(next));
        page.push_str(&self.signature());
        page
    }

    fn headline(&self) -> String {
        let assumptions = self.scenario.assumptions();
        let window = assumptions.window;
        let days = match assumptions.business_days {
            1 => format!("One business day, {}", window.from()),
            days => format!("{} business days, {} to {}", count(days), window.from(), window.to()),
        };
        let members = assumptions.members.len();
        format!(
            "{days}: {members} members under the rulebook {}, version {}",
            assumptions.rulebook, assumptions.rulebook_version
        )
    }

    fn money(&self) -> String {
        let (outcome, payments) = (self.outcome, &self.outcome.payments);
        let (gross, cleared) = (i128::from(outcome.gross_usd_cents), i128::from(outcome.cleared_usd_cents));
        let hard = signed(outcome.hard_currency_usd_cents);
        let netted = cleared - signed(outcome.nets_usd_cents) / 2;
        let netting = percent(outcome.netting_ratio_ppm());
        let one_by_one = self.scenario.plan().settles_gross();
        let paid = if one_by_one { "moved payment by payment" } else { "paid in to settle" };
        let mut rows = vec![
            ("value in", gross, count(payments.submitted), "ordered by customers, at the rate of entry".to_owned()),
            ("cleared", cleared, count(payments.cleared), format!("final: {} of the value in", share(cleared, gross))),
            ("netted", netted, String::new(), format!("set off against each other: {netting} of what cleared")),
            ("hard currency", hard, String::new(), format!("{paid}: {} of what cleared", share(hard, cleared))),
        ];
        if let Some(credit) = outcome.credit {
            let (taken, most) = (signed(credit.taken_usd_cents), signed(credit.most_owed_usd_cents));
            let debtors = count(credit.debtor_count);
            rows.push(("on credit", taken, String::new(), format!("owed instead of paid in, by {debtors} members")));
            rows.push(("credit at most", most, String::new(), "outstanding after the close of a cycle".to_owned()));
            let interest = signed(credit.interest_paid_usd_cents);
            rows.push(("interest", interest, String::new(), "paid by debtors".to_owned()));
            let fund = signed(credit.fund_usd_cents);
            rows.push(("fund", fund, String::new(), "paid in beforehand, and still there".to_owned()));
        }
        if outcome.prefunding_usd_cents > 0 {
            let stays = "deposited beforehand as a guarantee, and still there".to_owned();
            rows.push(("prefunding", signed(outcome.prefunding_usd_cents), String::new(), stays));
        }
        let mut table = Table::new(&["", "USD", "payments", ""]).align_right(1).align_right(2);
        for (name, cents, number, said) in rows {
            table.row([name.to_owned(), usd(cents), number, said]);
        }
        table.to_string()
    }

    fn members(&self) -> String {
        let (debtors, creditors) =
            (self.outcome.largest_debtors(usize::MAX), self.outcome.largest_creditors(usize::MAX));
        let mut table = Table::new(&["member", "net USD", "paid in", "sent", "received"]);
        for column in 1..=4 {
            table = table.align_right(column);
        }
        let mut shown = |members: &[&MemberOutcome], what: &str| {
            members.iter().take(MEMBERS_SHOWN).for_each(|member| table.row(member_row(member)));
            let others = &members[members.len().min(MEMBERS_SHOWN)..];
            if !others.is_empty() {
                let net = others.iter().map(|member| member.net_usd_cents).sum();
                let name = format!("{} other {what}", others.len());
                table.row([name, usd(net), String::new(), String::new(), String::new()]);
            }
        };
        shown(&debtors, "debtors");
        shown(&creditors, "creditors");
        table.to_string()
    }

    fn refused(&self, language: Language) -> String {
        if self.outcome.refused.is_empty() {
            return "  nothing: no order broke a rule\n".to_owned();
        }
        let mut table = Table::new(&["payments", "USD", "code", "why"]).align_right(0).align_right(1);
        for (refusal, counted) in &self.outcome.refused {
            let article = refusal.rule().and_then(|rule| self.scenario.plan().article(rule));
            let why = explain(*refusal, None, article, language);
            table.row([count(counted.count), usd(counted.usd_cents.into()), refusal.code().to_owned(), why]);
        }
        table.to_string()
    }

    fn waited(&self) -> String {
        let waits = &self.outcome.waits;
        if waits.by_reason.is_empty() {
            return "  nothing: every payment cleared or was refused at once\n".to_owned();
        }
        let mut table = Table::new(&["payments", "USD", "because", "article"]).align_right(0).align_right(1);
        for (reason, counted) in &waits.by_reason {
            let article = wait_article(self.scenario.plan(), *reason).map_or_else(String::new, citation);
            table.row([count(counted.count), usd(counted.usd_cents.into()), reason.text().to_owned(), article]);
        }
        let mut said = vec![format!("of these {} then cleared", payments(waits.then_cleared))];
        if let Some(mean_us) = waits.mean_us() {
            let (mean, longest) = (duration(mean_us), duration(waits.longest_us));
            said.push(format!("  after {mean} on average and {longest} at most"));
            let (runs, receipts) = (count(waits.released_by_runs), count(waits.released_by_receipts));
            said.push(format!("  {runs} released by optimisation runs, {receipts} by receipts"));
        }
        let ends = [(self.outcome.expired, "expired"), (self.outcome.lapsed, "lapsed: their price had moved too far")];
        said.extend(
            ends.iter().filter(|(ended, _)| ended.count > 0).map(|(ended, how)| format!("{} {how}", payments(*ended))),
        );
        format!("{table}{}", list(&said))
    }

    fn signature(&self) -> String {
        let outcome = self.outcome;
        let audited =
            if outcome.positions_sum_to_zero { "all positions sum to zero" } else { "POSITIONS DO NOT SUM TO ZERO" };
        format!(
            "\n{} events, audited: {audited}. Seed {}, {} seconds.\nstate digest {}\n",
            count(outcome.journal_height),
            outcome.seed.get(),
            Exact::seconds(self.elapsed),
            json::hex(&outcome.state_digest)
        )
    }
}

fn member_row(member: &MemberOutcome) -> [String; 5] {
    [
        format!("{} {}", member.code, member.name),
        usd(member.net_usd_cents),
        usd(signed(member.pay_in_usd_cents + member.transfers_paid_usd_cents)),
        usd(member.sent.usd_cents.into()),
        usd(member.received.usd_cents.into()),
    ]
}

fn payments(counted: Counted) -> String {
    let payments = if counted.count == 1 { "payment" } else { "payments" };
    format!("{} {payments} of USD {}", count(counted.count), usd(counted.usd_cents.into()))
}

/// The article of the rule for which a payment waits.
pub(crate) fn wait_article(plan: &Plan, reason: WaitReason) -> Option<&Article> {
    plan.article(match reason {
        WaitReason::OwnShare => RuleKey::Limit(LimitKind::InstitutionShare),
        WaitReason::BehindEarlier => RuleKey::Queue,
        WaitReason::QuoteRanOut => RuleKey::Price,
        WaitReason::OtherLimit(kind) => RuleKey::Limit(kind?),
    })
}

/// An article as it is cited.
pub(crate) fn citation(article: &Article) -> String {
    let assumed = if article.assumed { " (assumed)" } else { "" };
    format!("{}{assumed}", article.citation)
}

/// A part of a whole as a percentage.
pub(crate) fn share(part: i128, whole: i128) -> String {
    if whole == 0 { percent(0) } else { percent(part * 1_000_000 / whole) }
}

/// Microseconds as hours, minutes and seconds.
fn duration(us: u64) -> String {
    let seconds = us / 1_000_000;
    match (seconds / 3_600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, _) => format!("{minutes} min"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}

fn signed(cents: u128) -> i128 {
    i128::try_from(cents).expect("bug: more than all money")
}
