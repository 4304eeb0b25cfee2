//! What a problem must look like before anything can be said of it.

use super::{Account, CLASS_MAX, HAIRCUT_WHOLE, Instance, Payment, valuation};
use crate::Refused;

impl Account {
    /// What it may send more than it receives.
    pub(super) fn means(&self) -> i128 {
        i128::from(self.opening_balance) + i128::from(self.credit_line)
    }
}

/// The first part of a list that breaks a rule.
fn all<T>(part: &'static str, list: &[T], broken: impl Fn(usize, &T) -> Option<&'static str>) -> Result<(), Refused> {
    let found = list.iter().enumerate().find_map(|(index, item)| Some((index, broken(index, item)?)));
    found.map_or(Ok(()), |(index, rule)| Err(Refused::Malformed { part, index, rule }))
}

/// The first rule that does not hold.
fn first_broken<const N: usize>(rules: [(bool, &'static str); N]) -> Option<&'static str> {
    rules.into_iter().find(|(holds, _)| !holds).map(|(_, rule)| rule)
}

fn ascending(list: &[u32]) -> bool {
    list.windows(2).all(|two| two[0] < two[1])
}

impl Instance {
    /// Checks everything that the documentation of the types demands.
    pub(super) fn check_shape(&self) -> Result<(), Refused> {
        self.check_accounts()?;
        all("payment", &self.payments, |_, payment| self.broken_by_payment(payment))?;
        self.check_limits()?;
        self.check_bundles()?;
        all("valuation", &self.valuations, |index, valuation| {
            let before = index.checked_sub(1).map(|before| self.valuations[before].participant);
            first_broken([
                (before.is_none_or(|before| before < valuation.participant), "one for a participant, ascending"),
                (valuation.aggregate_short_limit.is_none_or(|limit| limit >= 0), "the limit is at least 0"),
            ])
        })?;
        // Nothing settled is an answer.
        valuation::check(self, |account| i128::from(self.accounts[account].opening_balance))
    }

    fn check_accounts(&self) -> Result<(), Refused> {
        if self.unit_denominator < 1 {
            return Err(Refused::Malformed { part: "unit denominator", index: 0, rule: "at least 1" });
        }
        all("currency", &self.currencies, |_, currency| {
            first_broken([
                (currency.unit_value >= 1, "the unit value is at least 1"),
                ((0..=HAIRCUT_WHOLE).contains(&currency.haircut), "the haircut is between 0 and 10000"),
            ])
        })?;
        all("account", &self.accounts, |_, account| {
            first_broken([
                ((account.currency as usize) < self.currencies.len(), "its currency is one of those listed"),
                ((account.queue as usize) < self.accounts.len(), "its queue is below the number of accounts"),
                (account.credit_line >= 0, "the credit line is at least 0"),
                (account.means() >= 0, "opening balance + credit line are at least 0"),
                (
                    account.ceiling.is_none_or(|ceiling| ceiling >= account.opening_balance),
                    "the ceiling is at least the opening balance",
                ),
            ])
        })
    }

    fn broken_by_payment(&self, payment: &Payment) -> Option<&'static str> {
        let accounts = self.accounts.len();
        if payment.payer as usize >= accounts || payment.payee as usize >= accounts {
            return Some("payer and payee are below the number of accounts");
        }
        let currency = |account: u32| self.accounts[account as usize].currency;
        first_broken([
            (payment.payer != payment.payee, "nobody pays itself"),
            (currency(payment.payer) == currency(payment.payee), "payer and payee have accounts in one currency"),
            (payment.amount >= 1, "the amount is at least 1"),
            (payment.class <= CLASS_MAX, "the class is at most 63"),
        ])
    }

    fn check_limits(&self) -> Result<(), Refused> {
        let known = |account: u32| (account as usize) < self.accounts.len();
        all("reservation", &self.reservations, |index, reservation| {
            let key = |at: usize| (self.reservations[at].account, self.reservations[at].class);
            first_broken([
                (known(reservation.account), "its account is one of those listed"),
                (index == 0 || key(index - 1) < key(index), "ascending by account, then class"),
                (reservation.amount >= 0, "the amount is at least 0"),
                (
                    !known(reservation.account)
                        || i128::from(reservation.amount) <= self.accounts[reservation.account as usize].means(),
                    "it is at most opening balance + credit line",
                ),
            ])
        })?;
        all("bilateral limit", &self.bilateral_limits, |index, limit| {
            let key = |at: usize| (self.bilateral_limits[at].of, self.bilateral_limits[at].towards);
            first_broken([
                (known(limit.of) && known(limit.towards), "its accounts are among those listed"),
                (limit.of != limit.towards, "nobody limits itself"),
                (index == 0 || key(index - 1) < key(index), "ascending by of, then towards"),
                (limit.amount >= 0, "the amount is at least 0"),
            ])
        })?;
        all("multilateral limit", &self.multilateral_limits, |index, limit| {
            first_broken([
                (known(limit.of), "its account is one of those listed"),
                (index == 0 || self.multilateral_limits[index - 1].of < limit.of, "ascending"),
                (limit.amount >= 0, "the amount is at least 0"),
            ])
        })?;
        all("group limit", &self.group_limits, |_, limit| {
            first_broken([
                (!limit.of.is_empty(), "it is of somebody"),
                (ascending(&limit.of) && ascending(&limit.towards), "its lists are ascending"),
                (
                    limit.of.iter().chain(&limit.towards).all(|account| known(*account)),
                    "its accounts are among those listed",
                ),
                (
                    limit.of.iter().all(|account| limit.towards.binary_search(account).is_err()),
                    "its two sides share no account",
                ),
                (limit.amount >= 0, "the amount is at least 0"),
            ])
        })
    }

    fn check_bundles(&self) -> Result<(), Refused> {
        let payments = self.payments.len();
        all("bundle", &self.bundles, |_, bundle| {
            if !bundle.payments.iter().all(|payment| (*payment as usize) < payments) {
                return Some("its payments are among those listed");
            }
            let class = |payment: u32| self.payments[payment as usize].class;
            first_broken([
                (bundle.payments.len() >= 2, "it has two payments or more"),
                (ascending(&bundle.payments), "its payments are ascending"),
                (
                    bundle.payments.iter().all(|payment| class(*payment) == class(bundle.payments[0])),
                    "its payments are of one class",
                ),
            ])
        })
    }
}
