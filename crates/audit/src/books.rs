//! Accounts: a map from key to balance, and the two things that are asked of every posting.

use crate::finding::{Check, Checked, Finding, holds};
use crate::mirror::Noted;
use domain::{AccountKey, AccountKind, ArrangementId, BookId, CurrencyId, InstitutionId, MemberId, Owner, PaymentId};
use std::collections::BTreeMap;

/// One entry of a posting.
pub(crate) type Entry = (AccountKey, i128);

/// Where amounts add up to zero: a book in one currency.
type Shelf = (BookId, CurrencyId);

/// All accounts of all books.
#[derive(Default)]
pub(crate) struct Books {
    balances: BTreeMap<AccountKey, i128>,
    /// Entries posted, where somebody follows mirrors.
    pub(crate) noted: Option<Vec<Noted>>,
}

impl Books {
    pub(crate) fn balance(&self, key: AccountKey) -> i128 {
        self.balances.get(&key).copied().unwrap_or(0)
    }

    /// Every account that is not at zero.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (AccountKey, i128)> + '_ {
        self.balances.iter().map(|(key, balance)| (*key, *balance)).filter(|(_, balance)| *balance != 0)
    }

    /// Writes a posting.
    pub(crate) fn post(&mut self, entries: &[Entry]) -> Checked {
        // Few postings touch more than two books.
        let mut sums: Vec<(Shelf, i128)> = Vec::with_capacity(2);
        for (key, amount) in entries {
            let shelf = (key.book, key.currency);
            match sums.iter_mut().find(|(known, _)| *known == shelf) {
                Some((_, sum)) => *sum += amount,
                None => sums.push((shelf, *amount)),
            }
        }
        for (shelf, sum) in sums {
            holds(Check::Account, "a posting in its book and currency", "a sum of zero", sum == 0, (shelf, sum))?;
        }
        for (key, amount) in entries {
            let balance = self.balances.entry(*key).or_default();
            *balance = balance.checked_add(*amount).ok_or_else(|| {
                Finding::new(Check::Account, "a balance", "no more than 128 bits", format!("{key:?} plus {amount}"))
            })?;
        }
        if let Some(noted) = &mut self.noted {
            noted.extend(entries.iter().map(|entry| (None, *entry)));
        }
        entries.iter().try_for_each(|(key, _)| self.check_sign(*key))
    }

    /// Says of the last entries posted which payment they were for.
    pub(crate) fn were_for(&mut self, payment: PaymentId, entries: usize) {
        let noted = self.noted.iter_mut().flat_map(|noted| noted.iter_mut().rev().take(entries));
        noted.for_each(|(of, _)| *of = Some(payment));
    }

    /// Accounts that have one sign only.
    fn check_sign(&self, key: AccountKey) -> Checked {
        match key.kind {
            AccountKind::Collected | AccountKind::PayoutDue | AccountKind::Prefunding => {
                let balance = self.balance(key);
                holds(Check::Account, "the balance of an account", "zero or more", balance >= 0, (key, balance))
            }
            AccountKind::Agent => {
                let balance = self.balance(key);
                holds(Check::Account, "what the agent holds", "zero or more", balance <= 0, (key, balance))
            }
            _ => Ok(()),
        }
    }
}

/// An institution's account at its member's edge.
pub(crate) fn at_edge(
    member: MemberId,
    institution: InstitutionId,
    currency: CurrencyId,
    kind: AccountKind,
) -> AccountKey {
    AccountKey { book: BookId::Edge(member), owner: Owner::Institution(institution), currency, kind }
}

/// A member's own account at its edge.
pub(crate) fn of_member_at_edge(
    member: MemberId,
    arrangement: ArrangementId,
    currency: CurrencyId,
    kind: AccountKind,
) -> AccountKey {
    AccountKey { book: BookId::Edge(member), owner: Owner::Arrangement(arrangement), currency, kind }
}

/// An institution's position.
pub(crate) fn position(arrangement: ArrangementId, institution: InstitutionId, currency: CurrencyId) -> AccountKey {
    let owner = Owner::Institution(institution);
    AccountKey { book: BookId::Arrangement(arrangement), owner, currency, kind: AccountKind::Position }
}

/// A member's account in an arrangement.
pub(crate) fn of_member(
    arrangement: ArrangementId,
    member: MemberId,
    currency: CurrencyId,
    kind: AccountKind,
) -> AccountKey {
    AccountKey { book: BookId::Arrangement(arrangement), owner: Owner::Member(member), currency, kind }
}

/// The mirror of what the agent holds.
pub(crate) fn agent(arrangement: ArrangementId, currency: CurrencyId) -> AccountKey {
    AccountKey { book: BookId::Arrangement(arrangement), owner: Owner::House, currency, kind: AccountKind::Agent }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: ArrangementId = ArrangementId(0);
    const USD: CurrencyId = CurrencyId(0);

    #[test]
    fn a_posting_that_does_not_balance_in_each_book_and_currency_is_found() {
        let (one, other) = (position(A, InstitutionId(0), USD), position(A, InstitutionId(1), USD));
        let elsewhere = position(ArrangementId(1), InstitutionId(1), USD);
        let foreign = position(A, InstitutionId(1), CurrencyId(1));
        assert!(Books::default().post(&[(one, -5), (other, 5)]).is_ok());
        for wrong in [[(one, -5), (other, 4)], [(one, -5), (elsewhere, 5)], [(one, -5), (foreign, 5)]] {
            assert_eq!(Books::default().post(&wrong).unwrap_err().check, Check::Account);
        }
    }

    #[test]
    fn collected_money_and_prefunding_never_fall_below_zero() {
        let member = MemberId(0);
        let institution = at_edge(member, InstitutionId(0), USD, AccountKind::Institution);
        let collected = at_edge(member, InstitutionId(0), USD, AccountKind::Collected);
        assert!(Books::default().post(&[(institution, 5), (collected, -5)]).is_err());
        let prefunding = of_member(A, member, USD, AccountKind::Prefunding);
        let mut books = Books::default();
        assert!(books.post(&[(agent(A, USD), -9), (prefunding, 9)]).is_ok());
        assert!(books.post(&[(agent(A, USD), 10), (prefunding, -10)]).is_err());
    }
}
