//! What a run came to, in exact integers: for machines, for tables, for files.

use std::collections::BTreeMap;

use domain::plan::LimitKind;
use domain::{Date, Refusal};
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
    /// Confirmed pay-ins and anticipated transfers, each dollar once, in cents.
    pub hard_currency_usd_cents: u128,
    /// Deposited with the agent, in cents.
    pub prefunding_usd_cents: u128,
    /// Nets without their sign, summed over the members of each netting cycle, then over the cycles, in cents.
    pub nets_usd_cents: u128,
    /// Whether the auditor found all positions to sum to zero.
    pub positions_sum_to_zero: bool,
    /// Netting cycles closed.
    pub cycles_closed: u64,
    /// Optimisation runs.
    pub run_count: u64,
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
