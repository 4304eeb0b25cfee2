//! Figures of a run, from the model's own data; and the sums that must be zero at all times.

use crate::books::position;
use crate::finding::{Check, Checked, equal, holds};
use crate::model::Model;
use domain::payment::{Bucket, PaymentState};
use domain::{AccountKey, AccountKind, ArrangementId, BookId, CurrencyId, MemberId};
use std::collections::BTreeMap;

/// Figures of an arrangement. Amounts are in minor units of its settlement asset.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Figures {
    /// Orders, accepted and refused. Returns are not submissions.
    pub submitted: u64,
    /// Those orders by what has become of them; each is counted once.
    pub buckets: BTreeMap<Bucket, u64>,
    /// Returns.
    pub returns: u64,
    /// Pay-ins that the agent confirmed.
    pub pay_ins_minor: u128,
    /// Anticipated transfers that the agent confirmed.
    pub transfers_minor: u128,
    /// Prefunding deposited.
    pub prefunding_minor: i128,
    /// Cycles closed.
    pub cycles_closed: u64,
    /// Nets without their sign, summed over the members of each closed cycle, then over the cycles.
    pub nets_absolute_minor: u128,
}

impl Figures {
    /// Hard currency: confirmed pay-ins and anticipated transfers, each dollar once.
    #[must_use]
    pub const fn hard_currency_minor(&self) -> u128 {
        self.pay_ins_minor + self.transfers_minor
    }
}

/// Sums of a book in a currency, in minor units.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Balance {
    /// Sum of what owners of accounts are owed.
    pub owed_minor: i128,
    /// Sum of what they owe, as a positive number.
    pub owing_minor: i128,
    /// Number of accounts that are not at zero.
    pub accounts: u64,
}

impl Model {
    /// Figures of an arrangement; none where there is no such arrangement.
    #[must_use]
    pub fn figures(&self, arrangement: ArrangementId) -> Option<Figures> {
        let found = self.arrangements.get(&arrangement)?;
        let mut buckets: BTreeMap<Bucket, u64> = BTreeMap::new();
        let mut submitted = found.totals.orders_refused;
        let mut returns = 0;
        if submitted > 0 {
            buckets.insert(Bucket::Refused, submitted);
        }
        for payment in self.payments.iter().filter(|payment| payment.arrangement == arrangement) {
            if payment.return_of.is_some() {
                returns += 1;
                continue;
            }
            submitted += 1;
            let state = payment.state.expect("a payment in the model has a state");
            *buckets.entry(state.bucket()).or_default() += 1;
        }
        let of_members = |(key, balance): (AccountKey, i128)| {
            let counts = key.book == BookId::Arrangement(arrangement) && key.kind == AccountKind::Prefunding;
            if counts { balance } else { 0 }
        };
        Some(Figures {
            submitted,
            buckets,
            returns,
            pay_ins_minor: found.totals.pay_ins,
            transfers_minor: found.totals.transfers,
            prefunding_minor: self.books.iter().map(of_members).sum(),
            cycles_closed: found.totals.cycles_closed,
            nets_absolute_minor: found.totals.nets_absolute,
        })
    }

    /// Whether positions sum to zero in every arrangement and currency.
    #[must_use]
    pub fn positions_sum_to_zero(&self) -> bool {
        let mut sums: BTreeMap<(BookId, CurrencyId), i128> = BTreeMap::new();
        for (key, balance) in self.books.iter().filter(|(key, _)| key.kind == AccountKind::Position) {
            *sums.entry((key.book, key.currency)).or_default() += balance;
        }
        sums.values().all(|sum| *sum == 0)
    }

    /// Every account that is not at zero, by key.
    pub fn accounts(&self) -> impl Iterator<Item = (AccountKey, i128)> + '_ {
        self.books.iter()
    }

    /// Sums of every book and currency: what is owed and what is owing are the same.
    #[must_use]
    pub fn trial_balance(&self) -> BTreeMap<(BookId, CurrencyId), Balance> {
        let mut sums: BTreeMap<(BookId, CurrencyId), Balance> = BTreeMap::new();
        for (key, balance) in self.books.iter() {
            let sum = sums.entry((key.book, key.currency)).or_default();
            sum.accounts += 1;
            if balance > 0 {
                sum.owed_minor += balance;
            } else {
                sum.owing_minor -= balance;
            }
        }
        sums
    }

    /// State of a payment, if it was accepted.
    #[must_use]
    pub fn state_of(&self, payment: domain::PaymentId) -> Option<PaymentState> {
        self.payments.get(payment).and_then(|found| found.state)
    }

    /// What must hold whatever happened: sums at zero, and what is kept beside the payments equal to what they say.
    pub(crate) fn check_sums(&self) -> Checked {
        for (shelf, sum) in self.trial_balance() {
            holds(Check::Account, "the sum of a book in a currency", "zero", sum.owed_minor == sum.owing_minor, shelf)?;
        }
        holds(Check::Account, "the sum of the positions", "zero", self.positions_sum_to_zero(), "another sum")?;
        for id in self.arrangements.keys() {
            self.check_reservations(*id)?;
            self.check_pairs(*id)?;
        }
        Ok(())
    }

    fn check_reservations(&self, id: ArrangementId) -> Checked {
        let mut waiting: BTreeMap<(MemberId, MemberId), i128> = BTreeMap::new();
        for payment in self.open_payments.iter().map(|payment| &self.payments[*payment]) {
            let waits = matches!(payment.state, Some(PaymentState::Queued | PaymentState::InCycle));
            if payment.arrangement == id && waits {
                *waiting.entry((payment.payer_member, payment.payee_member)).or_default() +=
                    i128::from(payment.position_minor);
            }
        }
        let mut reserved = self.arrangement(id)?.reserved.clone();
        reserved.retain(|_, amount| *amount != 0);
        equal(Check::Limit, "what is reserved for queued payments", waiting, reserved)
    }

    /// Pair figures of a member add up to the positions of its institutions.
    fn check_pairs(&self, id: ArrangementId) -> Checked {
        let mut by_pairs: BTreeMap<(MemberId, CurrencyId), i128> = BTreeMap::new();
        for ((low, high, currency), owed) in &self.arrangement(id)?.pairs {
            *by_pairs.entry((*low, *currency)).or_default() -= owed;
            *by_pairs.entry((*high, *currency)).or_default() += owed;
        }
        let mut by_positions: BTreeMap<(MemberId, CurrencyId), i128> = BTreeMap::new();
        for (index, institution) in self.institutions.iter().enumerate() {
            for currency in (0..self.currencies.len()).map(CurrencyId::from_index) {
                let key = position(id, domain::InstitutionId::from_index(index), currency);
                *by_positions.entry((institution.member, currency)).or_default() += self.books.balance(key);
            }
        }
        by_pairs.retain(|_, sum| *sum != 0);
        by_positions.retain(|_, sum| *sum != 0);
        equal(Check::Account, "the pair figures of the members", by_positions, by_pairs)
    }
}
