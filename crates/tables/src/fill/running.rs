//! The running figures: accounts, positions, pair figures, queues, counts, open cycles.

use super::shelf::{Shelved, pack};
use super::trouble::{Taken, disagree};
use crate::cell::Cell;
use crate::names::{Named, book_cells, owner_cells};
use crate::schema::Table;
use domain::{
    AccountKey, ArrangementId, BookId, CurrencyId, CycleId, Date, InstitutionId, MemberId, Owner, PaymentState, RunId,
    RunProof, Timestamp,
};
use std::borrow::Cow;

/// Adds to a sum that stays far within 128 bits.
pub(crate) fn add(sum: &mut i128, amount: i128) -> Taken {
    match sum.checked_add(amount) {
        Some(total) => *sum = total,
        None => return disagree("a sum beyond 128 bits"),
    }
    Ok(())
}

/// The balance of an account.
pub(crate) struct Account {
    pub(crate) balance_minor: i128,
    pub(crate) first_seq: u64,
    pub(crate) last_seq: u64,
}

impl Shelved<9> for Account {
    type Key = AccountKey;
    const TABLE: Table = Table::Account;

    fn packed(key: &AccountKey) -> u128 {
        let book = match key.book {
            BookId::Edge(member) => u64::from(member.0),
            BookId::Arrangement(arrangement) => 1 << 16 | u64::from(arrangement.0),
        };
        let owner = match key.owner {
            Owner::House => 0,
            Owner::Member(member) => 1 << 32 | u64::from(member.0),
            Owner::Institution(institution) => 2 << 32 | u64::from(institution.0),
            Owner::Arrangement(arrangement) => 3 << 32 | u64::from(arrangement.0),
        };
        pack(&[(book, 17), (owner, 34), (u64::from(key.currency.0), 16), (u64::from(key.kind as u8), 8)])
    }

    fn cells(&self, key: &AccountKey) -> [Cell<'static>; 9] {
        let ([book, book_number], [owner, owner_number]) = (book_cells(key.book), owner_cells(key.owner));
        [
            book,
            book_number,
            owner,
            owner_number,
            key.currency.into(),
            key.kind.name().into(),
            Cell::whole(self.balance_minor),
            self.first_seq.into(),
            self.last_seq.into(),
        ]
    }
}

/// The position of an institution in a cycle.
pub(crate) struct Position {
    pub(crate) paid_minor: i128,
    pub(crate) received_minor: i128,
    pub(crate) first_seq: u64,
    pub(crate) last_seq: u64,
    pub(crate) closed_seq: Option<u64>,
}

impl Position {
    /// What the owner is owed.
    pub(crate) const fn balance_minor(&self) -> i128 {
        self.received_minor - self.paid_minor
    }
}

impl Shelved<10> for Position {
    type Key = (ArrangementId, CycleId, InstitutionId, CurrencyId);
    const TABLE: Table = Table::Position;

    fn packed(key: &Self::Key) -> u128 {
        let (arrangement, cycle, institution, currency) = *key;
        let (arrangement, currency) = (u64::from(arrangement.0), u64::from(currency.0));
        pack(&[(arrangement, 16), (u64::from(cycle.0), 32), (u64::from(institution.0), 32), (currency, 16)])
    }

    fn cells(&self, key: &Self::Key) -> [Cell<'static>; 10] {
        [
            key.0.into(),
            key.1.into(),
            key.2.into(),
            key.3.into(),
            Cell::whole(self.paid_minor),
            Cell::whole(self.received_minor),
            Cell::whole(self.balance_minor()),
            self.first_seq.into(),
            self.last_seq.into(),
            self.closed_seq.into(),
        ]
    }
}

/// What one member owes another in a cycle.
pub(crate) struct PairFigure {
    pub(crate) low_owes_minor: i128,
    pub(crate) first_seq: u64,
    pub(crate) last_seq: u64,
    pub(crate) closed_seq: Option<u64>,
}

impl Shelved<9> for PairFigure {
    type Key = (ArrangementId, CycleId, MemberId, MemberId, CurrencyId);
    const TABLE: Table = Table::PairFigure;

    fn packed(key: &Self::Key) -> u128 {
        let (arrangement, cycle, low, high, currency) = *key;
        let (low, high, currency) = (u64::from(low.0), u64::from(high.0), u64::from(currency.0));
        pack(&[(u64::from(arrangement.0), 16), (u64::from(cycle.0), 32), (low, 16), (high, 16), (currency, 16)])
    }

    fn cells(&self, key: &Self::Key) -> [Cell<'static>; 9] {
        [
            key.0.into(),
            key.1.into(),
            key.2.into(),
            key.3.into(),
            key.4.into(),
            Cell::whole(self.low_owes_minor),
            self.first_seq.into(),
            self.last_seq.into(),
            self.closed_seq.into(),
        ]
    }
}

/// The queue of an institution: urgent items (`true`) or ordinary ones.
pub(crate) struct Queue {
    pub(crate) waiting: u64,
    pub(crate) first_seq: u64,
    pub(crate) last_seq: u64,
}

impl Shelved<6> for Queue {
    type Key = (ArrangementId, InstitutionId, bool);
    const TABLE: Table = Table::Queue;

    fn packed(key: &Self::Key) -> u128 {
        let (arrangement, institution, urgent) = *key;
        pack(&[(u64::from(arrangement.0), 16), (u64::from(institution.0), 32), (u64::from(urgent), 1)])
    }

    fn cells(&self, key: &Self::Key) -> [Cell<'static>; 6] {
        [key.0.into(), key.1.into(), key.2.into(), self.waiting.into(), self.first_seq.into(), self.last_seq.into()]
    }
}

/// How many payments are in a state; returns (`true`) apart from orders.
pub(crate) struct StateCount {
    pub(crate) payments: u64,
    pub(crate) last_seq: u64,
}

impl Shelved<5> for StateCount {
    type Key = (ArrangementId, bool, PaymentState);
    const TABLE: Table = Table::StateCount;

    fn packed(key: &Self::Key) -> u128 {
        let (arrangement, returns, state) = *key;
        pack(&[(u64::from(arrangement.0), 16), (u64::from(returns), 1), (u64::from(state as u8), 8)])
    }

    fn cells(&self, key: &Self::Key) -> [Cell<'static>; 5] {
        [key.0.into(), key.1.into(), (key.2 as u8).into(), self.payments.into(), self.last_seq.into()]
    }
}

/// An optimisation run.
pub(crate) struct Run {
    pub(crate) frozen_seq: u64,
    pub(crate) items: u64,
    pub(crate) released: u64,
    pub(crate) released_minor: i128,
    pub(crate) open: Option<OpenRun>,
    pub(crate) ended: Option<EndedRun>,
}

/// That what a run left stayed frozen.
#[derive(Clone, Copy)]
pub(crate) struct OpenRun {
    pub(crate) seq: u64,
    pub(crate) items: u64,
    pub(crate) instance: [u8; 32],
    pub(crate) until: Timestamp,
}

/// How a run ended.
#[derive(Clone, Copy)]
pub(crate) struct EndedRun {
    pub(crate) seq: u64,
    pub(crate) method: &'static str,
    pub(crate) proof: Option<RunProof>,
}

impl Shelved<14> for Run {
    type Key = (ArrangementId, RunId);
    const TABLE: Table = Table::Run;

    fn packed((arrangement, run): &Self::Key) -> u128 {
        pack(&[(u64::from(arrangement.0), 16), (u64::from(run.0), 32)])
    }

    fn cells(&self, key: &Self::Key) -> [Cell<'static>; 14] {
        let digest = |digest: [u8; 32]| Cell::Blob(Cow::Owned(digest.to_vec()));
        let (open, ended) = (self.open, self.ended);
        let proof = ended.and_then(|ended| ended.proof);
        [
            key.0.into(),
            key.1.into(),
            self.frozen_seq.into(),
            self.items.into(),
            self.released.into(),
            Cell::whole(self.released_minor),
            open.map(|open| open.seq).into(),
            open.map(|open| open.items).into(),
            open.map_or(Cell::Null, |open| digest(open.instance)),
            open.map(|open| open.until).into(),
            ended.map(|ended| ended.seq).into(),
            ended.map(|ended| ended.method).into(),
            proof.map_or(Cell::Null, |proof| Cell::whole(proof.upper_bound_minor)),
            proof.map_or(Cell::Null, |proof| digest(proof.certificate)),
        ]
    }
}

/// A netting cycle: open, or being closed.
#[derive(Default)]
pub(crate) struct Cycle {
    /// Lowest and highest payment with leg 2, or its reversal, in the cycle.
    pub(crate) payments: Option<(u64, u64)>,
    pub(crate) closed_seq: Option<u64>,
    pub(crate) day: Option<Date>,
    pub(crate) settle_on: Option<Date>,
}

impl Shelved<8> for Cycle {
    type Key = (ArrangementId, CycleId);
    const TABLE: Table = Table::Cycle;

    fn packed((arrangement, cycle): &Self::Key) -> u128 {
        pack(&[(u64::from(arrangement.0), 16), (u64::from(cycle.0), 32)])
    }

    fn cells(&self, key: &Self::Key) -> [Cell<'static>; 8] {
        [
            key.0.into(),
            key.1.into(),
            self.payments.map(|(first, _)| first).into(),
            self.payments.map(|(_, last)| last).into(),
            self.closed_seq.into(),
            self.day.into(),
            self.settle_on.into(),
            // Set in the file alone, after the close.
            Cell::Null,
        ]
    }
}
