//! Accounts and postings: balances in a dense table, and the check that every posting balances in its book.

use domain::{AccountKey, BookId, CurrencyId};
use std::collections::BTreeMap;

/// Place of an account in the table of balances.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
pub(crate) struct AccountId(u32);

/// All accounts of all books.
#[derive(Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct Accounts {
    keys: Vec<AccountKey>,
    balances_minor: Vec<i128>,
    index: BTreeMap<AccountKey, AccountId>,
}

impl Accounts {
    /// The account of a key; opened at zero when it is new.
    pub(crate) fn open(&mut self, key: AccountKey) -> AccountId {
        *self.index.entry(key).or_insert_with(|| {
            assert_eq!(
                key.kind.is_edge(),
                matches!(key.book, BookId::Edge(_)),
                "an account of kind {:?} does not belong in {:?}",
                key.kind,
                key.book
            );
            let id = AccountId(u32::try_from(self.keys.len()).expect("more accounts than can be numbered"));
            self.keys.push(key);
            self.balances_minor.push(0);
            id
        })
    }

    /// Moves `amount_minor` from one account to another of the same book and currency: the sum of the book cannot change.
    pub(crate) fn transfer(&mut self, from: AccountId, to: AccountId, amount_minor: u64) {
        self.shift(from, to, i128::from(amount_minor));
    }

    /// The same with an amount of either sign.
    pub(crate) fn shift(&mut self, from: AccountId, to: AccountId, amount_minor: i128) {
        assert!(
            self.shelf(from) == self.shelf(to),
            "a posting from {:?} to {:?} would not balance in its book and currency",
            self.keys[from.index()],
            self.keys[to.index()]
        );
        let from_minor = &mut self.balances_minor[from.index()];
        *from_minor = from_minor.checked_sub(amount_minor).expect("balance out of range");
        let to_minor = &mut self.balances_minor[to.index()];
        *to_minor = to_minor.checked_add(amount_minor).expect("balance out of range");
    }

    pub(crate) fn balance_minor(&self, account: AccountId) -> i128 {
        self.balances_minor[account.index()]
    }

    /// Balance of a key, zero when there is no such account.
    pub(crate) fn balance_of(&self, key: &AccountKey) -> i128 {
        self.index.get(key).map_or(0, |id| self.balances_minor[id.index()])
    }

    /// Every account with its balance, by key.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (AccountKey, i128)> + '_ {
        self.index.iter().map(|(key, id)| (*key, self.balances_minor[id.index()]))
    }

    fn shelf(&self, account: AccountId) -> (BookId, CurrencyId) {
        let key = &self.keys[account.index()];
        (key.book, key.currency)
    }
}

impl AccountId {
    fn index(self) -> usize {
        self.0 as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{AccountKind, ArrangementId, InstitutionId, MemberId, Owner};

    fn position(accounts: &mut Accounts, arrangement: u16, institution: u32, currency: u16) -> AccountId {
        accounts.open(AccountKey {
            book: BookId::Arrangement(ArrangementId(arrangement)),
            owner: Owner::Institution(InstitutionId(institution)),
            currency: CurrencyId(currency),
            kind: AccountKind::Position,
        })
    }

    #[test]
    fn a_transfer_leaves_the_sum_of_its_book_at_zero() {
        let mut accounts = Accounts::default();
        let (a, b) = (position(&mut accounts, 0, 0, 0), position(&mut accounts, 0, 1, 0));
        accounts.transfer(a, b, 70);
        accounts.shift(a, b, -20);
        assert_eq!((accounts.balance_minor(a), accounts.balance_minor(b)), (-50, 50));
        assert_eq!(position(&mut accounts, 0, 0, 0), a, "a key opens one account");
    }

    #[test]
    #[should_panic(expected = "would not balance")]
    fn a_posting_between_two_books_is_a_bug() {
        let mut accounts = Accounts::default();
        let (a, b) = (position(&mut accounts, 0, 0, 0), position(&mut accounts, 1, 1, 0));
        accounts.transfer(a, b, 1);
    }

    #[test]
    #[should_panic(expected = "would not balance")]
    fn a_posting_between_two_currencies_is_a_bug() {
        let mut accounts = Accounts::default();
        let (a, b) = (position(&mut accounts, 0, 0, 0), position(&mut accounts, 0, 1, 1));
        accounts.transfer(a, b, 1);
    }

    #[test]
    #[should_panic(expected = "does not belong")]
    fn an_edge_account_in_an_arrangement_is_a_bug() {
        Accounts::default().open(AccountKey {
            book: BookId::Edge(MemberId(0)),
            owner: Owner::Institution(InstitutionId(0)),
            currency: CurrencyId(0),
            kind: AccountKind::Position,
        });
    }
}
