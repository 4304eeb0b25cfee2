//! Divisible obligations: who owes whom is a network, and what can be set off is a circulation in it.
//!
//! Every obligation is an arc debtor → creditor. One more node is the source of liquidity: an arc source → participant
//! for what the participant may inject, an arc participant → source for what comes back to it. A set-off is right when
//! what enters each node leaves it again, so that nobody is worse off than before.
//!
//! **Levels.** The most urgent class comes first, then it and the next together, and so on; last, where there is
//! liquidity, as little as possible is injected. Level `k` maximises, among the answers that are best on the levels before
//! it, the set-off of classes up to the `k`-th less [`Instance::price_of_liquidity`] for each unit injected. The last
//! level maximises minus what is injected. [`Instance::level_count`] counts them.
//!
//! **Certificate of a level**: a price for each node. The reduced profit of an arc is its profit less the price of its
//! tail plus the price of its head; in a circulation the prices cancel, so capacity × positive reduced profit, summed,
//! bounds every answer. Where the bound is reached, every best answer has arcs of positive reduced profit full and
//! those of negative reduced profit empty: the checker fixes them there for the levels after it (the optimal face).
//! Where it is not reached nothing is fixed, and the levels after it are bounded without that help.

mod check;
mod levels;
mod oldest_first;

pub use check::{Verified, check};
pub use levels::PRICE_MAX;

/// Classes are numbered up to this.
pub const CLASS_MAX: u8 = 63;

/// An amount owed, of which any part may be set off.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Obligation {
    /// Index of the participant that owes.
    pub debtor: u32,
    /// Index of the participant that is owed; another one.
    pub creditor: u32,
    /// Minor units, at least 1.
    pub amount: i64,
    /// Urgency: 0 is the most urgent; at most [`CLASS_MAX`].
    pub class: u8,
}

/// An obligation that is set off for at least so much, or not at all.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MinimumPart {
    /// Index of the obligation.
    pub obligation: u32,
    /// Minor units: at least 1, at most its amount.
    pub amount: i64,
}

/// What is to be set off.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Instance {
    /// Number of participants; each is known by an index below it.
    pub participants: u32,
    /// In legal order, the oldest first: of two between the same participants and of one class the earlier is set off
    /// in full before the later is set off at all.
    pub obligations: Vec<Obligation>,
    /// Those with a minimum part, in ascending order of their obligations; most have none.
    pub minimum_parts: Vec<MinimumPart>,
    /// What each participant may inject: liquidity that it offers, or room under its line of mutual credit. Minor units,
    /// at least 0. One for each participant, or empty if nobody injects anything. Returns are not capped.
    pub liquidity: Vec<i64>,
    /// Inject a unit only if more than so many units are set off for it; at least 0.
    pub price_of_liquidity: i64,
}

/// An answer: what is set off.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Proposal {
    /// Of each obligation, between 0 and its amount.
    pub set_off: Vec<i64>,
    /// By each participant, between 0 and its liquidity; empty if [`Instance::liquidity`] is.
    pub injected: Vec<i64>,
    /// To each participant, at least 0; empty if [`Instance::liquidity`] is.
    pub returned: Vec<i64>,
}

/// Prices that prove one level.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Level {
    /// What they prove. Value and bound are exactly what the checker finds, or it refuses.
    pub claim: crate::Claim,
    /// Prices are in units of 1/scale of a minor unit of profit; at least 1. A level that is solved to its end has integer
    /// prices: 1. One that is stopped may have finer ones.
    pub scale: i64,
    /// One for each participant and, last, one for the source of liquidity (also where there is no liquidity).
    pub prices: Vec<i64>,
}

/// A proof that an answer is the best, or how far it is from it at most.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Certificate {
    /// One for each of [`Instance::level_count`], in their order. If obligations are dropped they speak of answers in
    /// which these are 0.
    pub levels: Vec<Level>,
    /// Obligations held at 0 because less than their minimum part would be set off; ascending. Only those that have one.
    pub dropped: Vec<u32>,
    /// Bounds of the whole problem if something is dropped, else empty: the same levels, on the network with all obligations
    /// and without minimum parts. Their distance from the value is the price of the minimum parts, at most.
    pub relaxation: Vec<Level>,
}

impl Instance {
    /// The classes that occur, ascending: a level each.
    #[must_use]
    pub fn classes(&self) -> Vec<u8> {
        let occurring =
            self.obligations.iter().fold(0_u64, |set, obligation| set | 1 << (obligation.class & CLASS_MAX));
        (0..=CLASS_MAX).filter(|class| occurring & 1 << class != 0).collect()
    }

    /// Levels of the objective: one for each class that occurs, and one more where there is liquidity.
    #[must_use]
    pub fn level_count(&self) -> usize {
        self.classes().len() + usize::from(!self.liquidity.is_empty())
    }
}
