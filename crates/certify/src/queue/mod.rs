//! Indivisible payments in a queue: which of them settle together, so that nobody is overdrawn and no limit is exceeded.
//!
//! All settle at one instant, so only what is left in the end counts: of an account its opening balance plus what comes
//! in less what goes out.
//!
//! **Rows.** `net` is what an account sends less what it receives.
//!
//! | row | says |
//! | --- | --- |
//! | floor of each account | net ≤ opening balance + credit line |
//! | ceiling | −net ≤ ceiling − opening balance |
//! | reservation | what it sends of less urgent classes − all it receives ≤ opening balance + credit line − reserve |
//! | bilateral limit | net towards one account ≤ amount |
//! | multilateral limit | net towards all accounts to which it set no bilateral limit ≤ amount |
//! | group limit | net of some accounts towards some others ≤ amount |
//! | aggregate short limit | all that a participant is short, in the unit of account, ≤ amount |
//! | haircut value | what a participant has, long at less and short at more than its worth, ≥ 0 |
//!
//! **Levels**: value of the most urgent class, then of it and the next together, and so on: one for each class that occurs.
//! Level `k` is bounded over the answers that are worth at least as much as this one on the levels before.
//!
//! **Certificate of a level**: multipliers of the rows prove a bound by weak duality; cases (this payment settles, it does
//! not) make it tight where payments are large: a tree whose leaves have multipliers each. Together the leaves cover
//! all cases because the tree says how it splits. A leaf that nobody came to close is a leaf as any other: it proves
//! what its multipliers prove.

mod bound;
mod check;
mod fifo;
mod problem;
mod rows;
mod shape;
mod unfundable;
mod valuation;

pub use check::{Verified, check};
pub use rows::Row;

use crate::Claim;

/// Classes are numbered up to this.
pub const CLASS_MAX: u8 = 63;
/// Haircuts are counted in parts of this.
pub const HAIRCUT_WHOLE: i64 = 10_000;

/// A currency of the instance.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Currency {
    /// What a minor unit is worth, in units of account ÷ [`Instance::unit_denominator`]; at least 1. The weight of the
    /// currency in the objective; 1 where there is one currency.
    pub unit_value: i64,
    /// For the test of the haircut value: what a position may lose, in ten-thousandths; at most [`HAIRCUT_WHOLE`].
    pub haircut: i64,
}

/// An account of a participant in a currency.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Account {
    /// Index of the participant, for tests over all its accounts.
    pub participant: u32,
    /// Index into [`Instance::currencies`].
    pub currency: u32,
    /// The queue in which its payments stand, by class and then entry: its own, or one that it shares. Below the number of
    /// accounts. Accounts that one group limit or one test of a participant binds together must share one where there is
    /// a FIFO-maximal set: else there is no largest.
    pub queue: u32,
    /// Minor units, negative when drawn. With the credit line at least 0: nothing settled is always an answer.
    pub opening_balance: i64,
    /// How far below 0 it may go: credit line, or short limit; at least 0.
    pub credit_line: i64,
    /// What it may hold at most; at least the opening balance. Not together with a FIFO-maximal set.
    pub ceiling: Option<i64>,
}

/// A payment: it settles as a whole or not at all.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Payment {
    /// Index of the account that pays.
    pub payer: u32,
    /// Index of the account that is paid: another one, in the same currency.
    pub payee: u32,
    /// Minor units, at least 1.
    pub amount: i64,
    /// Urgency: 0 is the most urgent; at most [`CLASS_MAX`].
    pub class: u8,
}

/// Means of an account that classes less urgent than one must leave.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reservation {
    /// Index of the account.
    pub account: u32,
    /// Reserved for classes up to this one.
    pub class: u8,
    /// Minor units, from 0 to opening balance + credit line (who reserves more than it has reserves what it has).
    pub amount: i64,
}

/// What an account may send to another at most, less what it receives from it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BilateralLimit {
    /// Index of the account that set it.
    pub of: u32,
    /// Index of the other account.
    pub towards: u32,
    /// Minor units, at least 0. What was used of it before is already taken off.
    pub amount: i64,
}

/// What an account may send at most, less what it receives, to and from all to which it set no bilateral limit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MultilateralLimit {
    /// Index of the account that set it.
    pub of: u32,
    /// Minor units, at least 0.
    pub amount: i64,
}

/// What some accounts may send to some others at most, less what they receive from them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct GroupLimit {
    /// Indexes of the accounts, ascending.
    pub of: Vec<u32>,
    /// Indexes of the others, ascending; none of those in `of`.
    pub towards: Vec<u32>,
    /// Minor units, at least 0.
    pub amount: i64,
}

/// Payments that settle together or not at all: the legs of a payment versus payment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Bundle {
    /// Indexes of the payments, ascending; at least two, of one class, each in one bundle at most.
    pub payments: Vec<u32>,
}

/// Tests over all accounts of a participant, in the unit of account. `None`: not tested.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Valuation {
    /// Index of the participant. One valuation each, ascending.
    pub participant: u32,
    /// All that it is short may be worth at most this: units of account (not divided by the denominator), at least 0.
    pub aggregate_short_limit: Option<i64>,
    /// Whether its positions must be worth at least 0 after haircuts.
    pub haircut_value: bool,
}

/// In which order payments may settle.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Order {
    /// None before one that stands before it in its queue (by class, then entry). The answer is the FIFO-maximal set.
    Fifo,
    /// Of the classes in this set (bit `k`: class `k`) none before an earlier one of its queue and class; all other payments
    /// may pass each other. 0: all may.
    Bypass {
        /// The classes in strict order.
        strict_classes: u64,
    },
}

/// What waits, and what binds it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Instance {
    /// At least one.
    pub currencies: Vec<Currency>,
    /// Denominator of [`Currency::unit_value`]; at least 1.
    pub unit_denominator: i64,
    /// Known by their index.
    pub accounts: Vec<Account>,
    /// In order of entry.
    pub payments: Vec<Payment>,
    /// Conditional settlement; empty if there is none.
    pub bundles: Vec<Bundle>,
    /// At most one for an account and class.
    pub reservations: Vec<Reservation>,
    /// Ascending by `of`, then `towards`; one for each pair.
    pub bilateral_limits: Vec<BilateralLimit>,
    /// Ascending by `of`; one for each account.
    pub multilateral_limits: Vec<MultilateralLimit>,
    /// Any family: laminar ones are those that a network can represent.
    pub group_limits: Vec<GroupLimit>,
    /// Tests in the unit of account.
    pub valuations: Vec<Valuation>,
    /// Order of settlement.
    pub order: Order,
    /// Whether everything in the FIFO-maximal set must settle, so that nobody loses a place that it was entitled to.
    pub guard: bool,
}

/// An answer: what settles.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Proposal {
    /// Indexes of the payments, ascending.
    pub settled: Vec<u32>,
}

/// A multiplier for each row, at least 0. An empty list is all zeros; else it is as long as what it is of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Multipliers {
    /// Multipliers are in units of 1/scale; at least 1.
    pub scale: i64,
    /// Of the floor of each account.
    pub floors: Vec<i64>,
    /// Of the ceiling of each account; 0 where it has none.
    pub ceilings: Vec<i64>,
    /// Of each of [`Instance::reservations`].
    pub reservations: Vec<i64>,
    /// Of each of [`Instance::bilateral_limits`].
    pub bilateral_limits: Vec<i64>,
    /// Of each of [`Instance::multilateral_limits`].
    pub multilateral_limits: Vec<i64>,
    /// Of each of [`Instance::group_limits`].
    pub group_limits: Vec<i64>,
    /// Of the aggregate short limit of each of [`Instance::valuations`].
    pub aggregate_short: Vec<i64>,
    /// Of each account: the slope at which its shortness counts in that row, from 0 (an account that is long) to multiplier ×
    /// unit value (one that is short).
    pub aggregate_short_slopes: Vec<i64>,
    /// Of the haircut value of each of [`Instance::valuations`].
    pub haircut_value: Vec<i64>,
    /// Of each account: the slope at which its position counts in that row, from multiplier × unit value × (10,000 −
    /// haircut) (long) to multiplier × unit value × (10,000 + haircut) (short).
    pub haircut_value_slopes: Vec<i64>,
    /// Of the row "worth at least the value claimed" of each level before this one.
    pub earlier_levels: Vec<i64>,
}

/// A step of a tree of cases, written depth first: a split is followed by all of the case in which its payment is held,
/// and then by all of the case in which it settles.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Case {
    /// Two cases: this payment (and its bundle) is held, or settles.
    Split {
        /// Index of the payment.
        payment: u32,
    },
    /// A case that multipliers close.
    Leaf {
        /// Index into [`Level::multipliers`].
        multipliers: u32,
    },
}

/// Cases and multipliers that prove one level.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Level {
    /// What they prove. Value and bound are exactly what the checker finds, or it refuses.
    pub claim: Claim,
    /// Used by the leaves.
    pub multipliers: Vec<Multipliers>,
    /// One tree; a single leaf is the bound of the relaxation. A leaf of a case that contradicts a strict order counts for
    /// nothing.
    pub cases: Vec<Case>,
}

/// A proof that an answer is the best, or how far it is from it at most.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Certificate {
    /// How the FIFO-maximal set comes about: payments in the order in which they are taken out of the set of all. Each is
    /// then the last of its queue, and its queue exceeds a row of its own or holds a payment whose bundle is broken.
    /// `None` if neither order nor guard needs it; then it may still be there, and is checked.
    pub fifo_removals: Option<Vec<u32>>,
    /// Payments that no answer settles, in an order in which each follows from those before: it needs more than all that is
    /// still alive can bring, or an earlier one of its strict class is held, or its bundle is. The bounds rely on them.
    pub unfundable: Vec<u32>,
    /// One for each class that occurs, ascending. Empty if the order is FIFO: there the removals prove everything.
    pub levels: Vec<Level>,
}

impl Instance {
    /// The classes that occur, ascending: a level each.
    #[must_use]
    pub fn classes(&self) -> Vec<u8> {
        let occurring = self.payments.iter().fold(0_u64, |set, payment| set | 1 << (payment.class & CLASS_MAX));
        (0..=CLASS_MAX).filter(|class| occurring & 1 << class != 0).collect()
    }
}

impl Multipliers {
    /// All zero: what they prove is that no more can settle than waits.
    #[must_use]
    pub const fn zero() -> Multipliers {
        Multipliers {
            scale: 1,
            floors: Vec::new(),
            ceilings: Vec::new(),
            reservations: Vec::new(),
            bilateral_limits: Vec::new(),
            multilateral_limits: Vec::new(),
            group_limits: Vec::new(),
            aggregate_short: Vec::new(),
            aggregate_short_slopes: Vec::new(),
            haircut_value: Vec::new(),
            haircut_value_slopes: Vec::new(),
            earlier_levels: Vec::new(),
        }
    }
}
