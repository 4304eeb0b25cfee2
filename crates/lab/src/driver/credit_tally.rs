//! Figures of credit, counted from the closes of cycles.

use std::collections::{BTreeMap, BTreeSet};

use domain::MemberId;
use domain::credit::{CycleClosedWithCredit, Holding};
use money::AmountMinor;

use crate::outcome::CreditOutcome;

/// Counts closes as they come.
#[derive(Default)]
pub(crate) struct CreditTally {
    holdings: BTreeMap<Holding, i128>,
    debtors: BTreeSet<MemberId>,
    so_far: CreditOutcome,
}

impl CreditTally {
    pub(crate) fn take(&mut self, close: &CycleClosedWithCredit) {
        for (holding, change) in &close.changes {
            *self.holdings.entry(*holding).or_default() += change;
        }
        self.holdings.retain(|_, balance| *balance != 0);
        // What a member is owed and owes at once is not set off here: the rulebook did that where it wants it.
        let debts = self.holdings.iter().filter(|(_, balance)| **balance < 0);
        self.debtors.extend(debts.clone().map(|(holding, _)| holding.member));
        let owed: u128 = debts.map(|(_, balance)| balance.unsigned_abs()).sum();
        self.so_far.owed_usd_cents = owed;
        self.so_far.most_owed_usd_cents = self.so_far.most_owed_usd_cents.max(owed);
        let below_zero = |amount: &i128| (*amount < 0).then(|| amount.unsigned_abs());
        let taken = close.parts.iter().filter_map(|part| below_zero(&part.credit_minor));
        self.so_far.taken_usd_cents += taken.sum::<u128>();
        let interest = close.interest.iter().filter_map(|(_, paid)| below_zero(paid));
        self.so_far.interest_paid_usd_cents += interest.sum::<u128>();
    }

    pub(crate) fn fund_paid_into(&mut self, amount: AmountMinor) {
        self.so_far.fund_usd_cents += u128::from(amount.get());
    }

    pub(crate) fn outcome(&self) -> CreditOutcome {
        let debtor_count = u64::try_from(self.debtors.len()).expect("a number of members fits");
        CreditOutcome { debtor_count, ..self.so_far }
    }
}
