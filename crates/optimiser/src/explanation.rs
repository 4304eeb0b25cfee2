//! Why an item waits, what would release it, and who gains what by settling together.

use crate::instance::instance_of;
use crate::proposal::NoProposal;
use clearing::queue::QueueError;
use domain::{InstitutionId, PaymentId, RunInstance, RunItem};
use std::collections::{BTreeMap, BTreeSet};

/// What keeps an item, beside what a run released, from settling too.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Obstacle {
    /// Its payer has too little: with this much more (prefunding, a larger share, or receipts) it would settle.
    Liquidity {
        /// How much is missing, in minor units of the position currency.
        missing_minor: i128,
        /// Whether even all that waits for the payer, were it to come in, would not be enough.
        whatever_comes_in: bool,
    },
    /// Its payer is beyond its share already: nothing that it sends settles in the run.
    PayerShort {
        /// By how much, in minor units of the position currency.
        short_minor: i128,
    },
    /// An urgent item of the payer that came before it waits.
    Behind {
        /// That item.
        payment: PaymentId,
    },
}

/// An item that waits, and all that stands in its way.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Waiting {
    /// The item.
    pub item: RunItem,
    /// Each must go for it to settle. None: nothing but the order of entry keeps it, or something that settles would have to
    /// give way.
    pub obstacles: Vec<Obstacle>,
}

/// What an institution gains by settling together with all others.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Gain {
    /// What it pays, in minor units of the position currency.
    pub sent_minor: i128,
    /// What it receives.
    pub received_minor: i128,
}

impl Gain {
    /// Headroom that it uses: what it pays beyond what it receives, in minor units.
    #[must_use]
    pub fn used_minor(&self) -> i128 {
        (self.sent_minor - self.received_minor).max(0)
    }

    /// Headroom that it would need beyond that if it paid before it received, in minor units.
    #[must_use]
    pub fn saved_minor(&self) -> i128 {
        self.sent_minor - self.used_minor()
    }
}

/// A run in figures for people.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Explanation {
    /// Items that wait, in order of entry.
    pub waiting: Vec<Waiting>,
    /// What each institution that pays or is paid gains, ascending.
    pub gains: BTreeMap<InstitutionId, Gain>,
}

/// Explains a run that froze these items under this headroom and released some of them (`settled`; others are ignored).
///
/// # Errors
/// [`NoProposal::TooLarge`], [`NoProposal::Unsolved`]: the amounts are beyond what is added up.
pub fn explain(run: &RunInstance, settled: &[PaymentId]) -> Result<Explanation, NoProposal> {
    let settled: BTreeSet<PaymentId> = settled.iter().copied().collect();
    let mut gains: BTreeMap<InstitutionId, Gain> = BTreeMap::new();
    for item in run.items.iter().filter(|item| settled.contains(&item.payment)) {
        gains.entry(item.payer).or_default().sent_minor += item.amount.as_balance();
        gains.entry(item.payee).or_default().received_minor += item.amount.as_balance();
    }
    let mut after = run.clone();
    for participant in &mut after.participants {
        let gain = gains.get(&participant.institution).copied().unwrap_or_default();
        participant.headroom_minor += gain.received_minor - gain.sent_minor;
    }
    after.items.retain(|item| !settled.contains(&item.payment));
    Ok(Explanation { waiting: waiting(after)?, gains })
}

/// What keeps each item of a run of which nothing more settles.
fn waiting(mut run: RunInstance) -> Result<Vec<Waiting>, NoProposal> {
    let short_minor: BTreeMap<InstitutionId, i128> = run
        .participants
        .iter()
        .filter(|participant| participant.headroom_minor < 0)
        .map(|participant| (participant.institution, -participant.headroom_minor))
        .collect();
    let of_short = |item: &RunItem| {
        let short_minor = *short_minor.get(&item.payer)?;
        Some(Waiting { item: *item, obstacles: vec![Obstacle::PayerShort { short_minor }] })
    };
    let mut waiting: Vec<Waiting> = run.items.iter().filter_map(of_short).collect();
    run.items.retain(|item| !short_minor.contains_key(&item.payer));
    let instance = instance_of(&run).ok_or(NoProposal::TooLarge)?;
    let explained = clearing::queue::explain(&instance, &[]).map_err(|error| match error {
        QueueError::TooLarge { .. } => NoProposal::TooLarge,
        error => NoProposal::Unsolved(error),
    })?;
    let item = |index: u32| run.items[usize::try_from(index).expect("32 bits fit in a place")];
    for found in explained.waiting {
        let obstacle = |obstacle: &clearing::queue::Obstacle| match *obstacle {
            clearing::queue::Obstacle::Row { missing_minor, whatever_comes_in, .. } => {
                Obstacle::Liquidity { missing_minor: i128::from(missing_minor), whatever_comes_in }
            }
            clearing::queue::Obstacle::Behind { payment } => Obstacle::Behind { payment: item(payment).payment },
            clearing::queue::Obstacle::Leg { .. } | clearing::queue::Obstacle::Valuation { .. } => {
                unreachable!("a run has neither bundles nor valuations")
            }
        };
        let obstacles = found.obstacles.iter().map(obstacle).collect();
        waiting.push(Waiting { item: item(found.payment), obstacles });
    }
    waiting.sort_unstable_by_key(|waiting| waiting.item.payment);
    Ok(waiting)
}
