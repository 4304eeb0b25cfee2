//! What can be set off among divisible debts: the most, exactly, in whole minor units, with a proof.
//!
//! Debts are arcs of a network and what is set off is a circulation in it (Fleischman and Dini, Mathematical foundations
//! for balancing the payment system in the trade credit market, Journal of Risk and Financial Management 14 (2021) 452);
//! [`certify::set_off`] has the problem, its levels, and what proves an answer. The way to it: parallel debts of one class
//! become one arc (`merged.rs`); a circulation of greatest profit is found, level by level, each on the face of the best
//! answers of the levels before (`levels.rs`); debts of which less than their minimum part would be set off are dropped and
//! the rest is solved again (`minimum_parts.rs`); what was set off of an arc goes to its debts, the oldest first.
//!
//! The same instance gives the same answer. Debts in another order give the same answer for each debt as long as parallel
//! ones keep theirs and no minimum part is missed; [`debts::in_canonical_order`] brings rows with identifiers, in
//! whatever order they come, into one order.

pub mod debts;
mod levels;
mod merged;
mod minimum_parts;

use certify::set_off::{CLASS_MAX, Certificate, Instance, PRICE_MAX, Proposal};
use certify::{Claim, Refused};
use std::fmt;

/// Debts, claims and liquidity of one participant together may come to this much, in minor units; where there is liquidity,
/// also all claims and liquidity.
pub const PARTICIPANT_MAX_MINOR: i64 = i64::MAX / 16;
/// Participants are numbered below this.
pub const PARTICIPANTS_MAX: u32 = 1 << 29;

/// Why nothing is set off.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SetOffError {
    /// The instance is not well formed, or its price of liquidity beyond what a certificate can carry.
    Refused(Refused),
    /// Debts, claims and liquidity of a participant are beyond [`PARTICIPANT_MAX_MINOR`]; or, where there is liquidity, all
    /// claims and liquidity together, counted at the index after the last participant.
    TooLarge {
        /// Which participant.
        participant: usize,
        /// What they come to, in minor units.
        total_minor: i128,
    },
    /// More participants than [`PARTICIPANTS_MAX`], or more arcs than can be numbered.
    TooMany {
        /// Participants or arcs.
        count: usize,
    },
    /// [`Options::start_prices`] are of another number of participants.
    StartPrices {
        /// Participants and one more.
        expected: usize,
        /// Prices given.
        found: usize,
    },
}

impl fmt::Display for SetOffError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refused) => write!(f, "the debts are not well formed: {refused}"),
            Self::TooLarge { participant, total_minor } => write!(
                f,
                "debts, claims and liquidity of participant {participant} come to {total_minor}, at most \
                 {PARTICIPANT_MAX_MINOR} can be added up: use larger units or split the debts"
            ),
            Self::TooMany { count } => write!(f, "{count} participants or arcs are more than can be numbered"),
            Self::StartPrices { expected, found } => {
                write!(f, "{found} prices to start from, {expected} are needed: one for each participant and one more")
            }
        }
    }
}

impl std::error::Error for SetOffError {}

/// How much work may be done, and what is known already.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Options {
    /// Budget in ticks: arcs looked at; some hundred million take a second. A run that is stopped gives what it found, with
    /// an honest bound. Looked at between two passes over the network.
    pub ticks: u64,
    /// Prices that were good for a similar instance ([`Answer::prices`] of the last cycle), or empty. They save work and
    /// never change the value; among answers of equal value another may be found.
    pub start_prices: Vec<i64>,
    /// How circulations are found. Every method finds the same values.
    pub method: Method,
}

/// How circulations are found.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Method {
    /// Cost-scaling push-relabel: fast at every size, may be stopped, starts from prices.
    #[default]
    PushRelabel,
    /// The network simplex: another method to compare with, slow on large networks; always runs to its end.
    NetworkSimplex,
}

impl Default for Options {
    fn default() -> Options {
        Options { ticks: u64::MAX, start_prices: Vec::new(), method: Method::default() }
    }
}

/// How far a run is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Progress {
    /// The level that is solved, from 0.
    pub level: usize,
    /// Levels there are.
    pub level_count: usize,
    /// Ticks used so far.
    pub ticks: u64,
    /// What must still find its way on this level, in minor units; 0 when the level is solved. It falls, not evenly.
    pub left_minor: i128,
}

/// What is set off, and why that is the most.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answer {
    /// What is set off of each obligation, and the liquidity used.
    pub proposal: Proposal,
    /// The proof.
    pub certificate: Certificate,
    /// Value and bound of each level over all answers: those of the relaxation if something is dropped.
    pub claims: Vec<Claim>,
    /// Ticks used.
    pub ticks: u64,
}

impl Answer {
    /// Prices to start the next cycle from ([`Options::start_prices`]).
    #[must_use]
    pub fn prices(&self) -> &[i64] {
        self.certificate.levels.first().map_or(&[], |level| &level.prices)
    }

    /// Whether every level is proved to be the best.
    #[must_use]
    pub fn is_optimal(&self) -> bool {
        self.claims.iter().all(|claim| claim.is_optimal())
    }
}

/// Finds what can be set off at most, level by level, and the prices that prove it.
///
/// `progress` hears how far the run is: at least once for each level.
///
/// # Errors
/// See [`SetOffError`]. Nothing that is well formed and fits is refused.
pub fn solve(
    instance: &Instance,
    options: &Options,
    progress: &mut dyn FnMut(Progress),
) -> Result<Answer, SetOffError> {
    well_formed(instance)?;
    let nodes = instance.participants as usize + 1;
    if !options.start_prices.is_empty() && options.start_prices.len() != nodes {
        return Err(SetOffError::StartPrices { expected: nodes, found: options.start_prices.len() });
    }
    minimum_parts::solve(instance, options, progress)
}

fn well_formed(instance: &Instance) -> Result<(), SetOffError> {
    let malformed = |part: &'static str, index: usize, rule: &'static str| {
        SetOffError::Refused(Refused::Malformed { part, index, rule })
    };
    if instance.participants > PARTICIPANTS_MAX {
        return Err(SetOffError::TooMany { count: instance.participants as usize });
    }
    if instance.obligations.len() > u32::MAX as usize / 4 {
        return Err(SetOffError::TooMany { count: instance.obligations.len() });
    }
    let (expected, found) = (instance.participants as usize, instance.liquidity.len());
    if found != 0 && found != expected {
        return Err(SetOffError::Refused(Refused::Length { list: "liquidity", expected, found }));
    }
    if let Some(index) = instance.liquidity.iter().position(|&amount| amount < 0) {
        return Err(malformed("liquidity of participant", index, "at least 0"));
    }
    if !(0..=PRICE_MAX).contains(&instance.price_of_liquidity) {
        return Err(malformed("price of liquidity", 0, "at least 0 and at most 2^60"));
    }
    for (index, obligation) in instance.obligations.iter().enumerate() {
        let rule = if obligation.debtor >= instance.participants || obligation.creditor >= instance.participants {
            "debtor and creditor are below the number of participants"
        } else if obligation.debtor == obligation.creditor {
            "nobody owes to itself"
        } else if obligation.amount < 1 {
            "the amount is at least 1"
        } else if obligation.class > CLASS_MAX {
            "the class is at most 63"
        } else {
            continue;
        };
        return Err(malformed("obligation", index, rule));
    }
    let mut last = None;
    for part in &instance.minimum_parts {
        let index = part.obligation as usize;
        let Some(obligation) = instance.obligations.get(index).filter(|_| last < Some(part.obligation)) else {
            return Err(malformed(
                "minimum part of obligation",
                index,
                "ascending, each of an obligation that there is",
            ));
        };
        if !(1..=obligation.amount).contains(&part.amount) {
            return Err(malformed("minimum part of obligation", index, "at least 1 and at most its amount"));
        }
        last = Some(part.obligation);
    }
    Ok(())
}
