//! Tests over all accounts of a participant, in the unit of account: exact, multiplied by the denominators.

use super::problem::{Lists, number};
use certify::queue::{HAIRCUT_WHOLE, Instance, Valuation};

/// Which accounts are tested together.
pub(crate) struct Tests<'a> {
    instance: &'a Instance,
    /// Accounts of each valuation.
    accounts: Lists<u32>,
    /// Valuation of each account, if it has one; empty if nothing is tested.
    of_account: Vec<Option<u32>>,
}

impl<'a> Tests<'a> {
    pub(crate) fn of(instance: &'a Instance) -> Tests<'a> {
        let of_participant = |participant: u32| {
            let found = instance.valuations.binary_search_by_key(&participant, |valuation| valuation.participant);
            found.ok().map(number)
        };
        let of_account: Vec<Option<u32>> = match instance.valuations.len() {
            0 => Vec::new(),
            _ => instance.accounts.iter().map(|account| of_participant(account.participant)).collect(),
        };
        let pairs = (0u32..).zip(&of_account).filter_map(|(account, test)| test.map(|test| (test, account)));
        let accounts = Lists::group(instance.valuations.len(), pairs);
        Tests { instance, accounts, of_account }
    }

    pub(crate) fn count(&self) -> usize {
        self.instance.valuations.len()
    }

    pub(crate) fn of_account(&self, account: u32) -> Option<usize> {
        self.of_account.get(account as usize).copied().flatten().map(|test| test as usize)
    }

    pub(crate) fn accounts(&self, test: usize) -> &[u32] {
        self.accounts.of(test)
    }

    pub(crate) fn valuation(&self, test: usize) -> Valuation {
        self.instance.valuations[test]
    }

    pub(crate) fn unit_value(&self, account: u32) -> i128 {
        let currency = self.instance.accounts[account as usize].currency;
        i128::from(self.instance.currencies[currency as usize].unit_value)
    }

    /// What a position counts per minor unit for the haircut value, long or short.
    pub(crate) fn haircut_weight(&self, account: u32, is_short: bool) -> i128 {
        let currency = self.instance.currencies[self.instance.accounts[account as usize].currency as usize];
        let part = if is_short { HAIRCUT_WHOLE + currency.haircut } else { HAIRCUT_WHOLE - currency.haircut };
        i128::from(currency.unit_value) * i128::from(part)
    }

    /// Which of its two parts a participant with these positions fails: (aggregate short limit, haircut value).
    pub(crate) fn failed(&self, test: usize, position: impl Fn(u32) -> i128) -> (bool, bool) {
        let valuation = self.valuation(test);
        let (mut short, mut value) = (0i128, 0i128);
        for &account in self.accounts(test) {
            let position = position(account);
            short += self.unit_value(account) * (-position).max(0);
            value += self.haircut_weight(account, position < 0) * position;
        }
        let limit = valuation.aggregate_short_limit;
        let most = limit.map(|limit| i128::from(limit) * i128::from(self.instance.unit_denominator));
        (most.is_some_and(|most| short > most), valuation.haircut_value && value < 0)
    }

    /// Why a test that fails even with these positions, the best that can still be, fails in every case.
    pub(crate) fn proof(&self, test: usize, position: impl Fn(u32) -> i128) -> TestProof {
        let of_value = !self.failed(test, &position).0;
        let (mut by, mut slopes) = (0i128, Vec::new());
        for &account in self.accounts(test) {
            let position = position(account);
            let slope = match (of_value, position < 0) {
                (true, is_short) => self.haircut_weight(account, is_short),
                (false, true) => self.unit_value(account),
                (false, false) => 0,
            };
            by -= slope * position;
            slopes.push((account, slope));
        }
        if !of_value {
            let limit = self.valuation(test).aggregate_short_limit.expect("the part that fails is tested");
            by -= i128::from(limit) * i128::from(self.instance.unit_denominator);
        }
        TestProof { test: number(test), of_value, slopes, by }
    }

    pub(crate) fn holds(&self, test: usize, position: impl Fn(u32) -> i128) -> bool {
        self.failed(test, position) == (false, false)
    }
}

/// A line under a test at which it fails: with these slopes of positions, what must be at least 0 is `-by`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct TestProof {
    pub(crate) test: u32,
    /// It is the haircut value that fails, else the aggregate short limit.
    pub(crate) of_value: bool,
    /// Slope for each account of the test.
    pub(crate) slopes: Vec<(u32, i128)>,
    /// How much is missing.
    pub(crate) by: i128,
}
