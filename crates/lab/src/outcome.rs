//! What a run came to, in exact integers: for machines, for tables, for files.

use std::collections::BTreeMap;

use domain::plan::LimitKind;
use domain::{Date, PaymentId, Refusal, RunId, Timestamp};
use money::format_minor;

use crate::random::Seed;

/// One million: ratios are in parts of it.
const PPM: i128 = 1_000_000;

/// A number of payments and their value at entry.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counted {
    /// How many.
    pub count: u64,
    /// Their value at entry, in cents of the dollar.
    pub usd_cents: u64,
}

impl Counted {
    /// One more.
    pub(crate) fn add(&mut self, usd_cents: u64) {
        self.count += 1;
        self.usd_cents += usd_cents;
    }

    /// One fewer.
    pub(crate) fn take(&mut self, usd_cents: u64) {
        self.count -= 1;
        self.usd_cents -= usd_cents;
    }
}

/// Payments by what became of them; each is counted once (docs/payment-states.md).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PaymentCounts {
    /// All of them: the sum of the others.
    pub submitted: u64,
    /// Final.
    pub cleared: u64,
    /// Waiting for headroom.
    pub queued: u64,
    /// Refused by a rule.
    pub refused: u64,
    /// Their time was over.
    pub expired: u64,
    /// Withdrawn before clearing.
    pub cancelled: u64,
    /// Given back in full, lapsed or reversed.
    pub returned: u64,
    /// Waiting for a rate, for collection, or held.
    pub awaiting: u64,
}

/// Why a payment did not clear at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum WaitReason {
    /// Its institution's own share of its member's cap was exhausted.
    OwnShare,
    /// It stood behind an earlier item of its institution.
    BehindEarlier,
    /// Its price had run out before its first leg was confirmed: it waits to be priced again.
    QuoteRanOut,
    /// It would have passed another limit that makes payments wait; none where the rulebook has several.
    OtherLimit(Option<LimitKind>),
}

impl WaitReason {
    /// The reason in words.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            WaitReason::OwnShare => "its institution's own share was exhausted",
            WaitReason::BehindEarlier => "it stood behind an earlier payment of its institution",
            WaitReason::QuoteRanOut => "its price had run out",
            WaitReason::OtherLimit(Some(LimitKind::Pair)) => "the line between the two members was used up",
            WaitReason::OtherLimit(Some(LimitKind::CreditorExposure)) => "the payee's member would take no more claims",
            WaitReason::OtherLimit(Some(LimitKind::PerPayment)) => "it was larger than its member lets pass at once",
            WaitReason::OtherLimit(_) => "a limit was used up",
        }
    }
}

/// Payments that waited, and how long.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Waits {
    /// Those that waited, by why.
    pub by_reason: BTreeMap<WaitReason, Counted>,
    /// Those that then cleared.
    pub then_cleared: Counted,
    /// Of these, released by an optimisation run.
    pub released_by_runs: u64,
    /// Of these, released by a receipt.
    pub released_by_receipts: u64,
    /// The longest wait of one that cleared, in microseconds.
    pub longest_us: u64,
    /// All their waits together, in microseconds.
    pub total_us: u128,
}

impl Waits {
    /// Those that waited.
    #[must_use]
    pub fn waited(&self) -> Counted {
        self.by_reason.values().fold(Counted::default(), |sum, part| Counted {
            count: sum.count + part.count,
            usd_cents: sum.usd_cents + part.usd_cents,
        })
    }

    /// The mean wait of those that cleared, in microseconds; none where none did.
    #[must_use]
    pub fn mean_us(&self) -> Option<u64> {
        let mean = self.total_us.checked_div(u128::from(self.then_cleared.count))?;
        Some(u64::try_from(mean).expect("a mean is no longer than the longest"))
    }
}

/// One member of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberOutcome {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Cleared payments of its institutions.
    pub sent: Counted,
    /// Cleared payments to its institutions.
    pub received: Counted,
    /// Its nets, summed over the netting cycles, in cents of the dollar: below zero it owed.
    pub net_usd_cents: i128,
    /// What it paid in to the agent, in cents.
    pub pay_in_usd_cents: u128,
    /// What the agent paid out to it, in cents.
    pub pay_out_usd_cents: u128,
    /// Anticipated transfers that it paid, in cents.
    pub transfers_paid_usd_cents: u128,
    /// Anticipated transfers that it received, in cents.
    pub transfers_received_usd_cents: u128,
    /// Deposited with the agent, in cents.
    pub prefunding_usd_cents: u128,
    /// Payments of its institutions that waited.
    pub waited: Counted,
    /// Payments of its institutions that expired.
    pub expired: Counted,
    /// Payments of its institutions, or for them where they pull, that were refused.
    pub refused: Counted,
}

/// Credit by right in a run, in cents of the dollar.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CreditOutcome {
    /// The most that debtors owed together after the close of a cycle.
    pub most_owed_usd_cents: u128,
    /// What they owe at the end.
    pub owed_usd_cents: u128,
    /// Of the nets of debtors, what was not paid in but owed.
    pub taken_usd_cents: u128,
    /// Interest that debtors paid.
    pub interest_paid_usd_cents: u128,
    /// Paid into the fund, by members and from outside.
    pub fund_usd_cents: u128,
    /// How many members owed some at some time.
    pub debtor_count: u64,
}

/// One business day, or a day between two on which something was settled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DayOutcome {
    /// Entered, refused ones included.
    pub submitted: Counted,
    /// Cleared on this day.
    pub cleared: Counted,
    /// Of the entered ones, refused.
    pub refused: Counted,
    /// Began to wait in a queue on this day.
    pub queued: Counted,
    /// Waiting in queues when the day closed.
    pub waiting_at_close: Counted,
    /// Expired on this day.
    pub expired: Counted,
    /// Lapsed or reversed on this day.
    pub returned: Counted,
    /// Optimisation runs.
    pub run_count: u64,
    /// Nets without their sign of the cycle that closed, halved: what is to be paid, in cents.
    pub net_usd_cents: u128,
    /// Pay-ins confirmed, in cents.
    pub pay_in_usd_cents: u128,
    /// Pay-outs confirmed, in cents.
    pub pay_out_usd_cents: u128,
    /// Anticipated transfers confirmed, in cents.
    pub transfers_usd_cents: u128,
}

/// How an optimisation run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunEnding {
    /// At its freeze: what settles in order of entry left nothing to choose from.
    AtOnce,
    /// By a proposal of the optimiser, verified and posted.
    Optimised,
    /// In order of entry, for want of a proposal that held.
    WithoutProposal,
}

/// What keeps a payment, beside what a run settled, from settling too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obstacle {
    /// Its payer has too little: with this much more it would settle.
    Liquidity {
        /// How much is missing, in cents.
        missing_usd_cents: i128,
        /// Whether even all that waits for the payer, were it to come in, would not be enough.
        whatever_comes_in: bool,
    },
    /// Its payer is beyond its share already: nothing that it sends settles in the run.
    PayerShort {
        /// By how much, in cents.
        short_usd_cents: i128,
    },
    /// An urgent payment of the payer that came before it waits.
    Behind {
        /// That payment.
        payment: PaymentId,
    },
}

/// A payment that waits on after a run, and what would release it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingPayment {
    /// The payment.
    pub payment: PaymentId,
    /// Code of the institution that pays.
    pub payer: String,
    /// Code of the institution that is paid.
    pub payee: String,
    /// Its value in the run, in cents.
    pub usd_cents: i128,
    /// Whether it is urgent.
    pub urgent: bool,
    /// All that stands in its way: each must go. None: only the order of entry, or something that settled in its stead.
    pub obstacles: Vec<Obstacle>,
}

/// An optimisation run of a run with an optimiser, beside what it would have come to in other ways. Amounts are those at the
/// prices of the run, in cents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunOutcome {
    /// Which run.
    pub run: RunId,
    /// When it froze the queue.
    pub at: Timestamp,
    /// How it ended.
    pub ending: RunEnding,
    /// Payments frozen, without those whose quotes lapsed.
    pub frozen_count: u64,
    /// Their value, in cents.
    pub frozen_usd_cents: i128,
    /// Payments that the run settled.
    pub settled_count: u64,
    /// What settles in order of entry, in cents: the FIFO-maximal set, which is part of what settled.
    pub fifo_usd_cents: i128,
    /// What offsetting pairs of institutions alone would have settled, in cents.
    pub bilateral_usd_cents: i128,
    /// What the run settled, in cents.
    pub value_usd_cents: i128,
    /// What no choice exceeds that keeps the rules, settles what settles in order of entry, and as much of the urgent payments,
    /// in cents; none where nobody proved one.
    pub upper_bound_usd_cents: Option<i128>,
    /// Work of the optimiser, in its ticks; none where nothing was left to it.
    pub ticks: Option<u64>,
    /// The largest payments that wait on.
    pub waiting: Vec<WaitingPayment>,
}

impl RunOutcome {
    /// (bound − value) ÷ max(1, bound), in parts per million, rounded up; none where there is no bound.
    #[must_use]
    pub fn gap_ppm(&self) -> Option<i128> {
        let bound = self.upper_bound_usd_cents?;
        let over = (bound - self.value_usd_cents) * PPM;
        Some((over + bound.max(1) - 1) / bound.max(1))
    }

    /// What it settled beyond what settles in order of entry, in cents.
    #[must_use]
    pub const fn gained_usd_cents(&self) -> i128 {
        self.value_usd_cents - self.fifo_usd_cents
    }
}

/// What an institution gained by settling together with all others, in all runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstitutionGain {
    /// Its code.
    pub institution: String,
    /// What runs settled of its payments, in cents.
    pub sent_usd_cents: i128,
    /// What runs settled of payments to it, in cents.
    pub received_usd_cents: i128,
    /// Headroom that it used: what it sent in each run beyond what it received there, in cents.
    pub used_usd_cents: i128,
}

impl InstitutionGain {
    /// Headroom that it would have needed beyond that if it had paid before it received, in cents.
    #[must_use]
    pub const fn saved_usd_cents(&self) -> i128 {
        self.sent_usd_cents - self.used_usd_cents
    }
}

/// All optimisation runs together, each way of settling beside the others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RunTotals {
    /// Runs that had something to choose from.
    pub run_count: u64,
    /// Runs in which something was left to the optimiser.
    pub optimised_count: u64,
    /// Runs that are proved to have settled the most that could be.
    pub proved_count: u64,
    /// Value frozen, in cents: what waits through several runs is counted in each.
    pub frozen_usd_cents: i128,
    /// What settles in order of entry, in cents.
    pub fifo_usd_cents: i128,
    /// What offsetting pairs alone would have settled, in cents.
    pub bilateral_usd_cents: i128,
    /// What the runs settled, in cents.
    pub value_usd_cents: i128,
    /// What no choice exceeds, in cents: where nobody proved a bound, all that was frozen.
    pub upper_bound_usd_cents: i128,
    /// Work of the optimiser, in its ticks.
    pub ticks: u64,
    /// The most that one run took.
    pub most_ticks: u64,
    /// The largest gap of a run that has one, in parts per million.
    pub largest_gap_ppm: i128,
}

/// What a run came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The seed.
    pub seed: Seed,
    /// Digest of the canonical state at the end.
    pub state_digest: [u8; 32],
    /// Number of events in the journal.
    pub journal_height: u64,
    /// Payments by what became of them.
    pub payments: PaymentCounts,
    /// What was submitted, at entry, in cents of the dollar.
    pub gross_usd_cents: u64,
    /// What of it cleared.
    pub cleared_usd_cents: u64,
    /// Confirmed pay-ins and anticipated transfers, each dollar once, and what settled payment by payment, in cents.
    pub hard_currency_usd_cents: u128,
    /// Deposited with the agent, in cents.
    pub prefunding_usd_cents: u128,
    /// Nets without their sign, summed over the members of each netting cycle, then over the cycles, in cents; a payment that
    /// settles by itself is a net of its own.
    pub nets_usd_cents: u128,
    /// Whether the auditor found all positions to sum to zero.
    pub positions_sum_to_zero: bool,
    /// Netting cycles closed.
    pub cycles_closed: u64,
    /// Optimisation runs.
    pub run_count: u64,
    /// Each of them that had something to choose from, where the run had an optimiser.
    pub runs: Vec<RunOutcome>,
    /// What institutions gained in those runs, in the order of their enrolment.
    pub gains: Vec<InstitutionGain>,
    /// Credit, where the rulebook gives any.
    pub credit: Option<CreditOutcome>,
    /// Each member.
    pub members: Vec<MemberOutcome>,
    /// Refused payments by why.
    pub refused: BTreeMap<Refusal, Counted>,
    /// Payments that waited.
    pub waits: Waits,
    /// Payments whose time in the queue was over.
    pub expired: Counted,
    /// Payments that lapsed because their price moved beyond the payer's tolerance.
    pub lapsed: Counted,
    /// Each day with an event.
    pub days: BTreeMap<Date, DayOutcome>,
}

impl Outcome {
    /// 1 − Σ|net| / 2 ÷ cleared, in parts per million, rounded half away from zero; 0 where nothing cleared.
    #[must_use]
    pub fn netting_ratio_ppm(&self) -> i128 {
        let cleared = i128::from(self.cleared_usd_cents);
        if cleared == 0 {
            return 0;
        }
        let nets = i128::try_from(self.nets_usd_cents).expect("bug: nets beyond all money");
        let numerator = (2 * cleared - nets) * PPM;
        let denominator = 2 * cleared;
        let half = if numerator < 0 { -cleared } else { cleared };
        (numerator + half) / denominator
    }

    /// All optimisation runs together.
    #[must_use]
    pub fn run_totals(&self) -> RunTotals {
        self.runs.iter().fold(RunTotals::default(), |sum, run| RunTotals {
            run_count: sum.run_count + 1,
            optimised_count: sum.optimised_count + u64::from(run.ending == RunEnding::Optimised),
            proved_count: sum.proved_count + u64::from(run.gap_ppm() == Some(0)),
            frozen_usd_cents: sum.frozen_usd_cents + run.frozen_usd_cents,
            fifo_usd_cents: sum.fifo_usd_cents + run.fifo_usd_cents,
            bilateral_usd_cents: sum.bilateral_usd_cents + run.bilateral_usd_cents,
            value_usd_cents: sum.value_usd_cents + run.value_usd_cents,
            upper_bound_usd_cents: sum.upper_bound_usd_cents
                + run.upper_bound_usd_cents.unwrap_or(run.frozen_usd_cents),
            ticks: sum.ticks + run.ticks.unwrap_or(0),
            most_ticks: sum.most_ticks.max(run.ticks.unwrap_or(0)),
            largest_gap_ppm: sum.largest_gap_ppm.max(run.gap_ppm().unwrap_or(0)),
        })
    }

    /// Runs by what they settled beyond what settles in order of entry, the most first, at most `most` of them.
    #[must_use]
    pub fn most_gained(&self, most: usize) -> Vec<&RunOutcome> {
        let mut gained: Vec<&RunOutcome> = self.runs.iter().filter(|run| run.gained_usd_cents() > 0).collect();
        gained.sort_by_key(|run| (std::cmp::Reverse(run.gained_usd_cents()), run.run));
        gained.truncate(most);
        gained
    }

    /// The ratio with six decimals.
    #[must_use]
    pub fn netting_ratio_text(&self) -> String {
        format_minor(self.netting_ratio_ppm(), 6)
    }

    /// Members by what they owed, the largest first, at most `most` of them.
    #[must_use]
    pub fn largest_debtors(&self, most: usize) -> Vec<&MemberOutcome> {
        let mut debtors: Vec<&MemberOutcome> = self.members.iter().filter(|member| member.net_usd_cents < 0).collect();
        debtors.sort_by_key(|member| member.net_usd_cents);
        debtors.truncate(most);
        debtors
    }

    /// Members by what they were owed, the largest first, at most `most` of them.
    #[must_use]
    pub fn largest_creditors(&self, most: usize) -> Vec<&MemberOutcome> {
        let mut creditors: Vec<&MemberOutcome> =
            self.members.iter().filter(|member| member.net_usd_cents > 0).collect();
        creditors.sort_by_key(|member| std::cmp::Reverse(member.net_usd_cents));
        creditors.truncate(most);
        creditors
    }
}
