//! Fees: what each payment that cleared cost, and what was paid of it.

use crate::books::{Entry, agent};
use crate::finding::{Check, Checked, equal, holds};
use crate::model::Model;
use crate::payment::Payment;
use domain::plan::{FeeRule, FeeTo};
use domain::{AccountKey, AccountKind, ArrangementId, BookId, Owner, PaymentId};
use money::AmountMinor;

impl Model {
    fn fee_account(&self, id: ArrangementId, owner: Owner) -> Checked<AccountKey> {
        let currency = self.arrangement(id)?.asset;
        Ok(AccountKey { book: BookId::Arrangement(id), owner, currency, kind: AccountKind::Fee })
    }

    /// The fees of a payment that clears: an order's, not those of giving one back.
    pub(crate) fn charge(&mut self, id: PaymentId, payment: &Payment) -> Checked {
        let Some(rule) = self.plan(payment.arrangement)?.additions.fees.clone() else { return Ok(()) };
        if payment.return_of.is_some() {
            return Ok(());
        }
        let shares: Vec<(FeeTo, i128)> = match rule {
            FeeRule::Flat { amount_minor } => vec![(FeeTo::House, amount_minor.as_balance())],
            FeeRule::Percent { parts } => {
                // Twice the exact share and one, halved: a half goes up.
                let share = |ppm: u32| {
                    (2 * i128::from(payment.position_minor) * i128::from(ppm) + 1_000_000).div_euclid(2_000_000)
                };
                parts.into_iter().map(|(to, ppm)| (to, share(ppm))).collect()
            }
        };
        let mut entries: Vec<Entry> = Vec::new();
        let total: i128 = shares.iter().map(|(_, share)| share).sum();
        entries.push((self.fee_account(payment.arrangement, Owner::Institution(payment.payer))?, -total));
        for (to, share) in shares {
            let owner = match to {
                FeeTo::House => Owner::House,
                FeeTo::PayerMember => Owner::Member(payment.payer_member),
                FeeTo::PayeeMember => Owner::Member(payment.payee_member),
            };
            entries.push((self.fee_account(payment.arrangement, owner)?, share));
        }
        self.post_for(id, &entries)
    }

    pub(crate) fn fees_confirmed(&mut self, id: ArrangementId, owner: Owner, amount: AmountMinor) -> Checked {
        let account = self.fee_account(id, owner)?;
        let balance = self.books.balance(account);
        equal(Check::Account, "the fees that are paid", balance.abs(), amount.as_balance())?;
        let came_in: i128 = self
            .books
            .iter()
            .filter(|(key, _)| key.book == account.book && key.kind == AccountKind::Fee)
            .map(|(_, balance)| balance)
            .sum();
        holds(Check::Account, "fees that are paid out", "paid in before", balance <= came_in, balance)?;
        let asset = self.arrangement(id)?.asset;
        self.books.post(&[(agent(id, asset), balance), (account, -balance)])
    }
}
