//! Fees: entries of their own beside leg 2, never out of the principal.

use crate::state::State;
use domain::plan::{FeeRule, FeeTo};
use domain::{AccountKey, AccountKind, ArrangementId, BookId, CurrencyId, Owner, PaymentId};
use money::AmountMinor;

/// The account of an owner for fees in an arrangement.
pub(crate) fn fee_key(arrangement: ArrangementId, owner: Owner, asset: CurrencyId) -> AccountKey {
    AccountKey { book: BookId::Arrangement(arrangement), owner, currency: asset, kind: AccountKind::Fee }
}

/// What each gets of a fee on a position amount; a share is rounded half up.
fn parts(rule: &FeeRule, position_minor: u64) -> Vec<(FeeTo, u64)> {
    match rule {
        FeeRule::Flat { amount_minor } => vec![(FeeTo::House, amount_minor.get())],
        FeeRule::Percent { parts } => parts
            .iter()
            .map(|&(to, ppm)| {
                let exact = u128::from(position_minor) * u128::from(ppm);
                let minor = (exact + 500_000) / 1_000_000;
                (to, u64::try_from(minor).expect("a share is no more than the whole"))
            })
            .collect(),
    }
}

impl State {
    /// What a payment that has just cleared costs its payer's institution.
    pub(super) fn post_fees(&mut self, payment: PaymentId) {
        let record = self.payments.of(payment);
        let arrangement = &self.arrangements[record.arrangement.index()];
        let Some(rule) = &arrangement.plan.additions.fees else { return };
        // Giving money back is free of charge.
        if record.return_of.is_some() {
            return;
        }
        let (id, asset) = (arrangement.id, arrangement.asset);
        let (payer, payee) = (arrangement.of(record.payer).member, arrangement.of(record.payee).member);
        let from = fee_key(id, Owner::Institution(record.payer), asset);
        let parts = parts(rule, record.position_minor);
        for (to, minor) in parts.into_iter().filter(|(_, minor)| *minor > 0) {
            let owner = match to {
                FeeTo::House => Owner::House,
                FeeTo::PayerMember => Owner::Member(payer),
                FeeTo::PayeeMember => Owner::Member(payee),
            };
            let (from, to) = (self.accounts.open(from), self.accounts.open(fee_key(id, owner, asset)));
            self.accounts.transfer(from, to, minor);
        }
    }

    /// Fees were paid to the agent, or out by it.
    pub(super) fn fees_confirmed(&mut self, id: ArrangementId, owner: Owner, amount: AmountMinor) {
        let arrangement = &self.arrangements[id.index()];
        let (agent, account) = (arrangement.agent_account, self.accounts.open(fee_key(id, owner, arrangement.asset)));
        let balance = self.accounts.balance_minor(account);
        assert_eq!(balance.unsigned_abs(), u128::from(amount.get()), "fees are confirmed whole");
        self.accounts.shift(agent, account, -balance);
    }
}
