//! What others may read of credit by right: claims and debts, cumulative positions, a close that is stopped.

use crate::state::State;
use domain::credit::Holding;
use domain::{ArrangementId, MemberId};

impl State {
    /// Claims (+) and debts (−) from credit, each of its own kind; zeros are left out.
    pub fn credit_holdings(&self, arrangement: ArrangementId) -> impl Iterator<Item = (Holding, i128)> + '_ {
        let found = self.arrangement(arrangement).into_iter();
        found.flat_map(|found| found.credit.holdings.iter().map(|(holding, balance)| (*holding, *balance)))
    }

    /// The cumulative position of a member, where nets are parted by it.
    #[must_use]
    pub fn cumulative_position_minor(&self, arrangement: ArrangementId, member: MemberId) -> i128 {
        let found = self.arrangement(arrangement).and_then(|found| found.credit.cumulative.get(&member));
        found.copied().unwrap_or(0)
    }

    /// What is missing for the close of a cycle, where it is stopped.
    #[must_use]
    pub fn missing_for_close_minor(&self, arrangement: ArrangementId) -> Option<u64> {
        self.arrangement(arrangement)?.credit.stopped_minor
    }
}
