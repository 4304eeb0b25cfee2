//! The rows of a problem: what may not be exceeded, and how a payment counts in it.

use super::Instance;
use std::fmt;

/// A row, by what it is of.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Row {
    /// The floor of the account with this index.
    Floor(usize),
    /// The ceiling of the account with this index.
    Ceiling(usize),
    /// The reservation with this index.
    Reservation(usize),
    /// The bilateral limit with this index.
    BilateralLimit(usize),
    /// The multilateral limit with this index.
    MultilateralLimit(usize),
    /// The group limit with this index.
    GroupLimit(usize),
    /// The aggregate short limit of the valuation with this index.
    AggregateShort(usize),
    /// The haircut value of the valuation with this index.
    HaircutValue(usize),
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, index) = match *self {
            Row::Floor(index) => ("the floor of account", index),
            Row::Ceiling(index) => ("the ceiling of account", index),
            Row::Reservation(index) => ("reservation", index),
            Row::BilateralLimit(index) => ("bilateral limit", index),
            Row::MultilateralLimit(index) => ("multilateral limit", index),
            Row::GroupLimit(index) => ("group limit", index),
            Row::AggregateShort(index) => ("the aggregate short limit of valuation", index),
            Row::HaircutValue(index) => ("the haircut value of valuation", index),
        };
        write!(f, "{name} {index}")
    }
}

/// How a payment counts in a row.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Sign {
    /// With its amount.
    Uses,
    /// With minus its amount.
    Relieves,
}

impl Sign {
    pub(super) const fn times(self, amount: i128) -> i128 {
        match self {
            Sign::Uses => amount,
            Sign::Relieves => -amount,
        }
    }
}

/// A row that is a sum of payments. The tests in the unit of account are none: see `valuation.rs`.
pub(super) struct Bounded {
    pub row: Row,
    /// What it may come to at most.
    pub most: i128,
    /// The queue that gives way when it is exceeded; `None` if there is no one such queue.
    pub queue: Option<u32>,
}

/// The rows that are sums of payments, numbered: floors first, in the order of accounts.
pub(super) struct Rows<'a> {
    instance: &'a Instance,
    pub all: Vec<Bounded>,
    first_bilateral: usize,
    /// For each account the numbers of rows in which it may count, other than floors and bilateral limits.
    touching: Vec<Vec<u32>>,
}

impl<'a> Rows<'a> {
    /// The rows of an instance whose shape was checked.
    pub(super) fn of(instance: &'a Instance) -> Rows<'a> {
        let touching = vec![Vec::new(); instance.accounts.len()];
        let mut rows = Rows { instance, all: Vec::new(), first_bilateral: 0, touching };
        let queue_of = |account: u32| Some(instance.accounts[account as usize].queue);
        for (index, account) in instance.accounts.iter().enumerate() {
            rows.push(Row::Floor(index), account.means(), Some(account.queue), &[]);
        }
        rows.first_bilateral = rows.all.len();
        for (index, limit) in instance.bilateral_limits.iter().enumerate() {
            rows.push(Row::BilateralLimit(index), limit.amount.into(), queue_of(limit.of), &[]);
        }
        for ((number, account), index) in instance.accounts.iter().enumerate().zip(0_u32..) {
            if let Some(ceiling) = account.ceiling {
                let most = i128::from(ceiling) - i128::from(account.opening_balance);
                rows.push(Row::Ceiling(number), most, None, &[index]);
            }
        }
        for (index, reservation) in instance.reservations.iter().enumerate() {
            let most = instance.accounts[reservation.account as usize].means() - i128::from(reservation.amount);
            rows.push(Row::Reservation(index), most, queue_of(reservation.account), &[reservation.account]);
        }
        for (index, limit) in instance.multilateral_limits.iter().enumerate() {
            rows.push(Row::MultilateralLimit(index), limit.amount.into(), queue_of(limit.of), &[limit.of]);
        }
        for (index, limit) in instance.group_limits.iter().enumerate() {
            let shared = limit.of.iter().all(|account| queue_of(*account) == queue_of(limit.of[0]));
            let queue = queue_of(limit.of[0]).filter(|_| shared);
            // Each payment that counts has an end on this side.
            rows.push(Row::GroupLimit(index), limit.amount.into(), queue, &limit.of);
        }
        rows
    }

    fn push(&mut self, row: Row, most: i128, queue: Option<u32>, touches: &[u32]) {
        let number = u32::try_from(self.all.len()).expect("bug: a shape with 2^32 rows was let pass");
        touches.iter().for_each(|account| self.touching[*account as usize].push(number));
        self.all.push(Bounded { row, most, queue });
    }

    /// Every row in which a payment counts, with how it counts.
    pub(super) fn touched_by(&self, payer: u32, payee: u32, class: u8, mut touched: impl FnMut(u32, Sign)) {
        touched(payer, Sign::Uses);
        touched(payee, Sign::Relieves);
        for (of, towards, sign) in [(payer, payee, Sign::Uses), (payee, payer, Sign::Relieves)] {
            if let Some(index) = self.bilateral(of, towards) {
                touched(u32::try_from(self.first_bilateral + index).expect("bug: rows were numbered"), sign);
            }
        }
        for account in [payer, payee] {
            for number in &self.touching[account as usize] {
                let row = self.all[*number as usize].row;
                if let Some(sign) = self.sign(row, payer, payee, class, account) {
                    touched(*number, sign);
                }
            }
        }
    }

    fn bilateral(&self, of: u32, towards: u32) -> Option<usize> {
        self.instance.bilateral_limits.binary_search_by_key(&(of, towards), |limit| (limit.of, limit.towards)).ok()
    }

    /// How a payment counts in a row by what it does to one account, one of its two.
    fn sign(&self, row: Row, payer: u32, payee: u32, class: u8, account: u32) -> Option<Sign> {
        let (pays, other) = if account == payer { (true, payee) } else { (false, payer) };
        let sign = if pays { Sign::Uses } else { Sign::Relieves };
        let counts = match row {
            Row::Ceiling(_) => return Some(if pays { Sign::Relieves } else { Sign::Uses }),
            Row::Reservation(index) => !pays || class > self.instance.reservations[index].class,
            Row::MultilateralLimit(_) => self.bilateral(account, other).is_none(),
            Row::GroupLimit(index) => self.instance.group_limits[index].towards.binary_search(&other).is_ok(),
            Row::Floor(_) | Row::BilateralLimit(_) | Row::AggregateShort(_) | Row::HaircutValue(_) => {
                unreachable!("bug: a row that is not listed by account")
            }
        };
        counts.then_some(sign)
    }
}
