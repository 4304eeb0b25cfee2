//! The personal data of a simulated house: put and synced before the order is submitted, swept of what no payment names when
//! a process starts, and erased for good when the law says so. What is not synced is lost with the process.

use crate::breach::{Checked, Promise, holds};
use crate::random::Random;
use domain::{Commitment, EventBody};
use std::collections::{BTreeMap, BTreeSet};

/// Something that no store may do: to see that it is noticed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PayloadFault {
    /// It syncs when the answer is there, and not before the order is submitted.
    SyncsLate,
    /// What was erased is back when the order is repeated.
    ForgetsErasure,
    /// What no payment names stays.
    NeverSweeps,
}

/// What the store holds of a commitment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kept {
    Readable,
    Erased,
}

/// A store over something like a disk, and what the house promises of it.
#[derive(Debug)]
pub(crate) struct PersonalData {
    fault: Option<PayloadFault>,
    /// Of its own, so that whether payloads are kept changes nothing else in a seed.
    random: Random,
    synced: BTreeMap<Commitment, Kept>,
    unsynced: BTreeSet<Commitment>,
    /// Commitments of payments that the journal has.
    named: BTreeSet<Commitment>,
    /// Those whose erasure was acknowledged.
    erased: BTreeSet<Commitment>,
}

impl PersonalData {
    pub(crate) fn new(seed: u64, fault: Option<PayloadFault>) -> Self {
        Self {
            fault,
            random: Random::from_seed(seed ^ 0x9E5A_17A1_DA7A_0000),
            synced: BTreeMap::new(),
            unsynced: BTreeSet::new(),
            named: BTreeSet::new(),
            erased: BTreeSet::new(),
        }
    }

    /// Puts the payloads of a batch and syncs them: only then is it submitted. Gives whether the process outlives it, which
    /// it does but for `crash_ppm`.
    pub(crate) fn put(&mut self, commitments: impl Iterator<Item = Commitment>, crash_ppm: u32) -> bool {
        for commitment in commitments {
            let erased = self.synced.get(&commitment) == Some(&Kept::Erased);
            if !erased || self.fault == Some(PayloadFault::ForgetsErasure) {
                self.unsynced.insert(commitment);
            }
        }
        let before_the_sync = self.random.chance(crash_ppm / 4);
        if !before_the_sync && self.fault != Some(PayloadFault::SyncsLate) {
            self.sync();
        }
        !before_the_sync && !self.random.chance(crash_ppm / 4)
    }

    pub(crate) fn sync(&mut self) {
        let put = std::mem::take(&mut self.unsynced);
        self.synced.extend(put.into_iter().map(|commitment| (commitment, Kept::Readable)));
    }

    /// A durable event.
    pub(crate) fn take(&mut self, event: &EventBody) {
        if let EventBody::PaymentEntered(entered) = event {
            self.named.insert(entered.commitment);
        }
    }

    /// The process ended: what was not synced is gone, or part of it came to the disk.
    pub(crate) fn crash(&mut self) {
        let unsynced = std::mem::take(&mut self.unsynced);
        for commitment in unsynced {
            if self.fault != Some(PayloadFault::SyncsLate) && self.random.chance(500_000) {
                self.synced.insert(commitment, Kept::Readable);
            }
        }
    }

    /// A process starts, with nothing under way: what no payment names goes.
    pub(crate) fn sweep(&mut self) -> Checked {
        if self.fault != Some(PayloadFault::NeverSweeps) {
            self.synced.retain(|commitment, kept| *kept == Kept::Erased || self.named.contains(commitment));
        }
        self.check()
    }

    /// The data of somebody are erased, now and then; the erasure is synced before it is acknowledged.
    pub(crate) fn maybe_erase(&mut self) {
        if self.random.chance(30_000)
            && let Some(place) = self.named.len().checked_sub(1).map(|last| self.random.size(0, last))
            && let Some(commitment) = self.named.iter().nth(place).copied()
        {
            self.synced.insert(commitment, Kept::Erased);
            self.erased.insert(commitment);
        }
    }

    /// With nothing under way: every payment's data are readable or erased, what was erased stays so, and what no payment
    /// names is gone.
    pub(crate) fn check(&self) -> Checked {
        for commitment in &self.named {
            let expected = if self.erased.contains(commitment) { Kept::Erased } else { Kept::Readable };
            let found = self.synced.get(commitment);
            holds(Promise::PersonalData, found == Some(&expected), || {
                format!("the data of a payment are {found:?} and should be {expected:?}: {commitment:?}")
            })?;
        }
        let unnamed = self.synced.keys().find(|commitment| !self.named.contains(commitment));
        holds(Promise::PersonalData, unnamed.is_none(), || format!("data that no payment names are kept: {unnamed:?}"))
    }
}
