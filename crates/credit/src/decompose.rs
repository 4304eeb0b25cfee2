//! The one interface: nets, and how whose nets they are stand, give parts.

use crate::pass_through;
use crate::schedule::Schedule;
use crate::share::{cut_pro_rata, pro_rata};

/// How one member, or one balance between two, stands at a close.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Standing {
    /// Its net of the cycle: positive when it is owed.
    pub net_minor: i128,
    /// Sum of its nets of all cycles before.
    pub cumulative_minor: i128,
    /// What it is owed from credit.
    pub claim_minor: u64,
    /// What it owes from credit.
    pub debt_minor: u64,
    /// Its quota as a debtor.
    pub quota_minor: u64,
    /// Most that it may owe from credit; none where nothing but the rule limits it.
    pub debt_max_minor: Option<u64>,
    /// Most that it may be owed from credit; none where nothing limits it.
    pub claim_max_minor: Option<u64>,
    /// Where the rule is by tranches: its own.
    pub tranches: Option<TrancheTerms>,
}

/// Tranches of one member: each side has a schedule and a quota of its own.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TrancheTerms {
    /// While its cumulative position is a debt.
    pub debtor: Schedule,
    /// While its cumulative position is a surplus.
    pub creditor: Schedule,
    /// Quota as a creditor; as a debtor it is that of the standing.
    pub creditor_quota_minor: u64,
}

/// How nets are parted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Rule {
    /// They are paid.
    Identity,
    /// By the schedules of each standing, read at its cumulative position before and after.
    Tranches,
    /// A debtor's net is deferred up to the most that it may owe; the creditors lend it pro rata to their nets.
    Instalments,
    /// The standings are one creditor's balances with its debtors: net of the cycle, and what is carried (`claim_minor`).
    /// Of all that they owe together `amount_minor` stays as credit, apportioned pro rata in whole steps.
    Apportioned {
        /// Most that stays.
        amount_minor: u64,
        /// The smallest step of a part; at least one minor unit.
        step_minor: u64,
    },
    /// Net debtors draw what they asked for.
    Swap(Vec<SwapRequest>),
    /// Claims first, then credit by the schedule; cash of the day to creditors pro rata, the rest is their claim.
    PassThrough(Schedule),
}

/// What a member asked to swap with another, before the close.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SwapRequest {
    /// Who draws: its place among the standings.
    pub drawer: usize,
    /// From whom.
    pub counterparty: usize,
    /// How much at most.
    pub amount_minor: u64,
}

/// A net in its parts: `cash_minor + credit_minor` is the net.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Parts {
    /// Paid now: positive when the member is paid.
    pub cash_minor: i128,
    /// Change of what it is owed from credit: positive when its claims rise or its debts fall.
    pub credit_minor: i128,
}

impl Parts {
    pub(crate) fn of(net_minor: i128, credit_minor: i128) -> Self {
        Self { cash_minor: net_minor - credit_minor, credit_minor }
    }
}

impl Standing {
    pub(crate) fn deficit_minor(&self) -> u64 {
        u64::try_from((-self.net_minor).max(0)).expect("a net fits an amount")
    }

    pub(crate) fn surplus_minor(&self) -> u64 {
        u64::try_from(self.net_minor.max(0)).expect("a net fits an amount")
    }

    pub(crate) fn debt_room_minor(&self) -> u64 {
        self.debt_max_minor.map_or(u64::MAX, |most| most.saturating_sub(self.debt_minor))
    }

    pub(crate) fn claim_room_minor(&self) -> u64 {
        self.claim_max_minor.map_or(u64::MAX, |most| most.saturating_sub(self.claim_minor))
    }

    /// What was settled in the asset up to a cumulative position; signed like it.
    fn asset_at_minor(&self, cumulative_minor: i128) -> i128 {
        let Some(terms) = &self.tranches else { return cumulative_minor };
        let size = cumulative_minor.unsigned_abs();
        if cumulative_minor < 0 {
            -terms.debtor.asset_minor(size, self.quota_minor)
        } else {
            terms.creditor.asset_minor(size, terms.creditor_quota_minor)
        }
    }
}

/// Parts the nets of a cycle: for each standing, in order, what is paid and what is owed.
///
/// # Panics
/// Where a net does not fit an amount, or nets that are to be passed on do not sum to zero: bugs of the caller.
#[must_use]
pub fn decompose(rule: &Rule, standings: &[Standing]) -> Vec<Parts> {
    match rule {
        Rule::Identity => standings.iter().map(|standing| Parts::of(standing.net_minor, 0)).collect(),
        Rule::Tranches => standings.iter().map(by_tranches).collect(),
        Rule::Instalments => deferred(standings),
        Rule::Apportioned { amount_minor, step_minor } => apportioned(*amount_minor, *step_minor, standings),
        Rule::Swap(requests) => swapped(requests, standings),
        Rule::PassThrough(schedule) => {
            assert_sum_is_zero(standings);
            pass_through::part(schedule, standings)
        }
    }
}

fn assert_sum_is_zero(standings: &[Standing]) {
    let sum: i128 = standings.iter().map(|standing| standing.net_minor).sum();
    assert_eq!(sum, 0, "nets that are passed on sum to zero");
}

/// The asset settled so far is the floor of the schedule at the cumulative position: what is paid is the difference of two
/// floors, and a position that falls runs back down the same schedule.
fn by_tranches(standing: &Standing) -> Parts {
    let after = standing.cumulative_minor + standing.net_minor;
    let cash_minor = standing.asset_at_minor(after) - standing.asset_at_minor(standing.cumulative_minor);
    Parts { cash_minor, credit_minor: standing.net_minor - cash_minor }
}

fn deferred(standings: &[Standing]) -> Vec<Parts> {
    assert_sum_is_zero(standings);
    let deferred: Vec<u64> =
        standings.iter().map(|standing| standing.deficit_minor().min(standing.debt_room_minor())).collect();
    let surplus: Vec<u64> = standings.iter().map(Standing::surplus_minor).collect();
    let lent = pro_rata(deferred.iter().sum(), &surplus);
    standings
        .iter()
        .zip(deferred.iter().zip(&lent))
        .map(|(standing, (deferred, lent))| Parts::of(standing.net_minor, i128::from(*lent) - i128::from(*deferred)))
        .collect()
}

/// What a debtor owes is what was carried and the net of the cycle; of the sum of them the obligatory credit stays.
fn apportioned(amount_minor: u64, step_minor: u64, standings: &[Standing]) -> Vec<Parts> {
    let balances: Vec<u64> = standings
        .iter()
        .map(|standing| {
            let balance = i128::from(standing.claim_minor) + standing.net_minor;
            u64::try_from(balance).expect("a balance with a debtor is owed by it, and fits an amount")
        })
        .collect();
    let owed: u64 = balances.iter().sum();
    let step = step_minor.max(1);
    let stays: Vec<u64> = if owed <= amount_minor {
        balances
    } else {
        // In whole steps, and never more than a debtor owes: what a step would give beyond that goes to the others.
        let caps: Vec<u64> = balances.iter().map(|balance| balance.div_ceil(step)).collect();
        let steps = crate::share::capped_pro_rata(amount_minor / step, &balances, &caps);
        steps.iter().zip(&balances).map(|(steps, balance)| (steps * step).min(*balance)).collect()
    };
    standings
        .iter()
        .zip(stays)
        .map(|(standing, stays)| Parts::of(standing.net_minor, i128::from(stays) - i128::from(standing.claim_minor)))
        .collect()
}

/// Requests beyond a drawer's deficit are cut pro rata.
fn swapped(requests: &[SwapRequest], standings: &[Standing]) -> Vec<Parts> {
    let mut credit = vec![0_i128; standings.len()];
    for (drawer, standing) in standings.iter().enumerate() {
        let own: Vec<&SwapRequest> = requests.iter().filter(|request| request.drawer == drawer).collect();
        let mut amounts: Vec<u64> = own.iter().map(|request| request.amount_minor).collect();
        let asked: u64 = amounts.iter().sum();
        cut_pro_rata(&mut amounts, asked.saturating_sub(standing.deficit_minor()));
        for (request, amount) in own.iter().zip(amounts) {
            credit[drawer] -= i128::from(amount);
            credit[request.counterparty] += i128::from(amount);
        }
    }
    standings.iter().zip(credit).map(|(standing, credit)| Parts::of(standing.net_minor, credit)).collect()
}
