//! What is known from before, read from the tables when they are opened for filling.

use super::Filler;
use super::house::{Arrangement, House, Institution, Rules};
use super::payment::{Payments, state_of_number};
use super::reserve::Drawing;
use super::running::{Account, Cycle, OpenRun, PairFigure, Position, Queue, Run, StateCount};
use super::shelf::Shelf;
use super::trouble::{Taken, sound};
use crate::cell::Cell;
use crate::names::{Named, PAR, book_of, fee_rule, owner_of, scope_of_cells};
use crate::schema::Table;
use crate::store::Store;
use domain::ids::Role;
use domain::plan::{Initiator, Netting, PositionCurrency};
use domain::reserve::SwapSide;
use domain::{
    AccountKey, AccountKind, Actor, ArrangementId, CurrencyId, CycleId, Date, DrawingId, InstitutionId, MemberId,
    PaymentId, RunId, Timestamp,
};
use money::{AmountMinor, CurrencyCode, Rate};
use std::collections::BTreeMap;

impl Filler {
    /// Goes on with what is in the file.
    pub(crate) fn load(store: Store) -> Taken<Filler> {
        let mut filler = Filler {
            store,
            house: House::default(),
            payments: Payments::default(),
            accounts: Shelf::default(),
            positions: Shelf::default(),
            pairs: Shelf::default(),
            queues: Shelf::default(),
            counts: Shelf::default(),
            cycles: Shelf::default(),
            runs: Shelf::default(),
            events: Vec::new(),
            seq: 0,
            time: Timestamp(i64::MIN),
        };
        filler.load_registry()?;
        filler.load_arrangements()?;
        filler.load_terms()?;
        filler.load_figures()?;
        filler.load_runs_under_way()?;
        filler.load_open_cycles()?;
        Ok(filler)
    }

    /// Gives up what is only in memory, and reads again what the file holds.
    pub(crate) fn reload(&mut self) -> Taken {
        self.store.load_contents()?;
        self.house = House::default();
        self.payments = Payments::default();
        self.accounts = Shelf::default();
        self.positions = Shelf::default();
        self.pairs = Shelf::default();
        self.queues = Shelf::default();
        self.counts = Shelf::default();
        self.cycles = Shelf::default();
        self.runs = Shelf::default();
        self.events.clear();
        self.load_registry()?;
        self.load_arrangements()?;
        self.load_terms()?;
        self.load_figures()?;
        self.load_runs_under_way()?;
        self.load_open_cycles()
    }

    fn load_registry(&mut self) -> Taken {
        let house = &mut self.house;
        each(&self.store, "currency", "SELECT code FROM currency ORDER BY currency", |row| {
            house.currencies.push(CurrencyCode::parse(row.text(0)?).ok()?);
            Some(())
        })?;
        each(&self.store, "member", "SELECT member FROM member ORDER BY member", |_| {
            house.members.push(None);
            Some(())
        })?;
        let sql = "SELECT member, currency, institution FROM institution ORDER BY institution";
        each(&self.store, "institution", sql, |row| {
            let (member, currency) = (MemberId(row.number(0)?), CurrencyId(row.number(1)?));
            house.members.get_mut(member.index())?.get_or_insert(InstitutionId(row.number(2)?));
            house.institutions.push(Institution { member, currency });
            Some(())
        })?;
        let sql = "SELECT initiator, price, position_currency, settlement_asset, netting, fees, unit_of_account FROM rulebook ORDER BY rulebook";
        each(&self.store, "rulebook", sql, |row| {
            house.rulebooks.push(Rules {
                initiator: Initiator::of_name(row.text(0)?)?,
                is_par: row.text(1)? == PAR,
                positions_in_asset: PositionCurrency::of_name(row.text(2)?)? == PositionCurrency::Asset,
                asset: CurrencyCode::parse(row.text(3)?).ok()?,
                unit: if row.is_null(6)? { None } else { Some(CurrencyCode::parse(row.text(6)?).ok()?) },
                gross: Netting::of_name(row.text(4)?)? == Netting::None,
                fees: if row.is_null(5)? { None } else { Some(fee_rule(row.text(5)?)?) },
            });
            Some(())
        })?;
        each(&self.store, "actor", "SELECT role, member, institution, person, actor FROM actor", |row| {
            let role = match row.text(0)? {
                "house" => Role::House,
                "operator" => Role::Operator,
                "agent" => Role::Agent,
                "member" => Role::Member(MemberId(row.number(1)?)),
                "institution" => Role::Institution(InstitutionId(row.number(2)?)),
                _ => return None,
            };
            house.actors.insert(Actor { role, person: row.number(3)? }, row.number(4)?);
            Some(())
        })?;
        let sql = "SELECT coalesce(max(payment) + 1, 0) FROM payment";
        each(&self.store, "payment", sql, |row| {
            house.payments = row.number(0)?;
            Some(())
        })
    }

    fn load_arrangements(&mut self) -> Taken {
        let house = &mut self.house;
        let sql = "SELECT rulebook, asset FROM arrangement ORDER BY arrangement";
        each(&self.store, "arrangement", sql, |row| {
            let rules = house.rulebooks.get(row.number::<usize>(0)?)?.clone();
            let settlement = CurrencyId(row.number(1)?);
            let asset = match rules.unit {
                Some(unit) => house.currency_of(unit).ok()?,
                None => settlement,
            };
            house.arrangements.push(Arrangement {
                rules,
                asset,
                settlement,
                open_day: None,
                cycle: CycleId(0),
                run: None,
                failed: Vec::new(),
            });
            Some(())
        })?;
        let sql = "SELECT arrangement, day FROM day WHERE closed_seq IS NULL";
        each(&self.store, "day", sql, |row| {
            house.arrangements.get_mut(row.number::<usize>(0)?)?.open_day = Some(Date(row.number(1)?));
            Some(())
        })?;
        let sql = "SELECT arrangement, max(cycle) FROM cycle GROUP BY arrangement";
        each(&self.store, "cycle", sql, |row| {
            house.arrangements.get_mut(row.number::<usize>(0)?)?.cycle = CycleId(row.number(1)?);
            Some(())
        })?;
        // Those of a day that is open still: by its close they have aged or have been made.
        let sql = "SELECT failure.arrangement, failure.payment
            FROM payout_failure failure
            JOIN payment ON payment.payment = failure.payment
            WHERE failure.aged_seq IS NULL AND payment.payout_confirmed_seq IS NULL
            ORDER BY failure.failed_seq";
        each(&self.store, "payout_failure", sql, |row| {
            let arrangement = house.arrangements.get_mut(row.number::<usize>(0)?)?;
            arrangement.failed.push(PaymentId(row.number(1)?));
            Some(())
        })
    }

    /// Memberships, limits, transfers.
    fn load_terms(&mut self) -> Taken {
        let house = &mut self.house;
        let sql = "SELECT arrangement, member, change FROM membership_change ORDER BY seq";
        each(&self.store, "membership_change", sql, |row| {
            let key = (ArrangementId(row.number(0)?), MemberId(row.number(1)?));
            match row.text(2)? {
                "left" => house.memberships.remove(&key),
                _ => house.memberships.insert(key),
            };
            Some(())
        })?;
        let sql = "SELECT arrangement, kind, institution, debtor, member, effective_day, seq, in_force_seq
            FROM limit_setting WHERE ended_seq IS NULL";
        each(&self.store, "limit_setting", sql, |row| {
            let (arrangement, scope) = (ArrangementId(row.number(0)?), scope_of_cells(row.0.get(1..5)?)?);
            let (effective, seq) = (Date(row.number(5)?), row.number(6)?);
            if row.0.get(7)? == &Cell::Null {
                house.limits_ahead.insert((arrangement, scope, effective), seq);
            } else {
                house.limits.insert((arrangement, scope), seq);
            }
            Some(())
        })?;
        let sql = "SELECT arrangement, debtor, creditor, due_seq FROM transfer
            WHERE confirmed_seq IS NULL AND netted_seq IS NULL ORDER BY due_seq";
        each(&self.store, "transfer", sql, |row| {
            let key = (ArrangementId(row.number(0)?), MemberId(row.number(1)?), MemberId(row.number(2)?));
            house.transfers.entry(key).or_default().push(row.number(3)?);
            Some(())
        })?;
        let sql = "SELECT arrangement, drawing, member, amount_minor, owed_minor, interest_paid_minor, renewals,
            swap_currency, swap_rate, swap_minor FROM drawing WHERE owed_minor > 0";
        each(&self.store, "drawing", sql, |row| {
            let swap = match row.optional(7)? {
                None => None,
                Some(currency) => Some(SwapSide {
                    currency: CurrencyId(currency),
                    rate: Rate::parse(row.text(8)?).ok()?,
                    amount: AmountMinor::new(row.number(9)?).ok()?,
                }),
            };
            let drawing = Drawing {
                member: MemberId(row.number(2)?),
                amount_minor: row.number(3)?,
                owed_minor: row.number(4)?,
                interest_paid_minor: row.number(5)?,
                renewals: row.number(6)?,
                swap,
            };
            house.drawings.insert((ArrangementId(row.number(0)?), DrawingId(row.number(1)?)), drawing);
            Some(())
        })
    }

    /// Accounts, queues, counts.
    fn load_figures(&mut self) -> Taken {
        let mut accounts = BTreeMap::new();
        each(&self.store, "account", "SELECT * FROM account", |row| {
            let key = AccountKey {
                book: book_of(row.text(0)?, row.number(1)?)?,
                owner: owner_of(row.text(2)?, row.number(3)?)?,
                currency: CurrencyId(row.number(4)?),
                kind: AccountKind::of_name(row.text(5)?)?,
            };
            let (first_seq, last_seq) = (row.number(7)?, row.number(8)?);
            accounts.insert(key, (Account { balance_minor: row.whole(6)?, first_seq, last_seq }, row.owned()));
            Some(())
        })?;
        for (key, (account, cells)) in accounts {
            let hash = self.store.hash_of(Table::Account, &cells);
            self.accounts.load(key, account, hash);
        }
        let mut queues = BTreeMap::new();
        each(&self.store, "queue", "SELECT * FROM queue", |row| {
            let key = (ArrangementId(row.number(0)?), InstitutionId(row.number(1)?), row.flag(2)?);
            let queue = Queue { waiting: row.number(3)?, first_seq: row.number(4)?, last_seq: row.number(5)? };
            queues.insert(key, (queue, row.owned()));
            Some(())
        })?;
        for (key, (queue, cells)) in queues {
            let hash = self.store.hash_of(Table::Queue, &cells);
            self.queues.load(key, queue, hash);
        }
        let mut counts = BTreeMap::new();
        each(&self.store, "state_count", "SELECT * FROM state_count", |row| {
            let key = (ArrangementId(row.number(0)?), row.flag(1)?, state_of_number(row.number(2)?)?);
            counts.insert(key, (StateCount { payments: row.number(3)?, last_seq: row.number(4)? }, row.owned()));
            Some(())
        })?;
        for (key, (count, cells)) in counts {
            let hash = self.store.hash_of(Table::StateCount, &cells);
            self.counts.load(key, count, hash);
        }
        Ok(())
    }

    fn load_runs_under_way(&mut self) -> Taken {
        let mut runs = Vec::new();
        each(&self.store, "run", "SELECT * FROM run WHERE ended_seq IS NULL", |row| {
            let key = (ArrangementId(row.number(0)?), RunId(row.number(1)?));
            let items = u64::try_from(row.whole(3)?).ok()?;
            let open = match row.optional(6)? {
                Some(seq) => Some(OpenRun {
                    seq,
                    items: u64::try_from(row.whole(7)?).ok()?,
                    instance: row.digest(8)?,
                    until: Timestamp(row.number(9)?),
                }),
                None => None,
            };
            let (frozen_seq, released) = (row.number(2)?, row.number(4)?);
            let run = Run { frozen_seq, items, released, released_minor: row.whole(5)?, open, ended: None };
            runs.push((key, run, row.owned()));
            Some(())
        })?;
        for (key, run, cells) in runs {
            self.house.arrangement_mut(key.0)?.run = Some(key.1);
            let hash = self.store.hash_of(Table::Run, &cells);
            self.runs.load(key, run, hash);
        }
        Ok(())
    }

    fn load_open_cycles(&mut self) -> Taken {
        let open: Vec<(ArrangementId, CycleId)> = (0_usize..)
            .zip(&self.house.arrangements)
            .map(|(index, arrangement)| (ArrangementId::from_index(index), arrangement.cycle))
            .collect();
        for (arrangement, cycle) in open {
            self.load_open_cycle(arrangement, cycle)?;
        }
        Ok(())
    }

    fn load_open_cycle(&mut self, arrangement: ArrangementId, cycle: CycleId) -> Taken {
        let of_cycle = format!("WHERE arrangement = {arrangement} AND cycle = {cycle}");
        let mut rows = Vec::new();
        each(&self.store, "cycle", &format!("SELECT * FROM cycle {of_cycle} AND closed_seq IS NULL"), |row| {
            let payments = match (row.optional(2)?, row.optional(3)?) {
                (Some(first), Some(last)) => Some((first, last)),
                (None, None) => None,
                _ => return None,
            };
            rows.push((Cycle { payments, ..Cycle::default() }, row.owned()));
            Some(())
        })?;
        for (row, cells) in rows {
            let hash = self.store.hash_of(Table::Cycle, &cells);
            self.cycles.load((arrangement, cycle), row, hash);
        }
        let mut rows = Vec::new();
        each(&self.store, "position", &format!("SELECT * FROM position {of_cycle}"), |row| {
            let key = (arrangement, cycle, InstitutionId(row.number(2)?), CurrencyId(row.number(3)?));
            let position = Position {
                paid_minor: row.whole(4)?,
                received_minor: row.whole(5)?,
                first_seq: row.number(7)?,
                last_seq: row.number(8)?,
                closed_seq: None,
            };
            rows.push((key, position, row.owned()));
            Some(())
        })?;
        for (key, position, cells) in rows {
            let hash = self.store.hash_of(Table::Position, &cells);
            self.positions.load(key, position, hash);
        }
        let mut rows = Vec::new();
        each(&self.store, "pair_figure", &format!("SELECT * FROM pair_figure {of_cycle}"), |row| {
            let (low, high) = (MemberId(row.number(2)?), MemberId(row.number(3)?));
            let key = (arrangement, cycle, low, high, CurrencyId(row.number(4)?));
            let (first_seq, last_seq) = (row.number(6)?, row.number(7)?);
            rows.push((
                key,
                PairFigure { low_owes_minor: row.whole(5)?, first_seq, last_seq, closed_seq: None },
                row.owned(),
            ));
            Some(())
        })?;
        for (key, pair, cells) in rows {
            let hash = self.store.hash_of(Table::PairFigure, &cells);
            self.pairs.load(key, pair, hash);
        }
        Ok(())
    }
}

/// A row that was read.
struct Loaded<'a>(&'a [Cell<'a>]);

impl Loaded<'_> {
    fn number<T: TryFrom<i64>>(&self, column: usize) -> Option<T> {
        T::try_from(self.0.get(column)?.as_integer()?).ok()
    }

    fn optional<T: TryFrom<i64>>(&self, column: usize) -> Option<Option<T>> {
        if self.0.get(column)? == &Cell::Null { Some(None) } else { self.number(column).map(Some) }
    }

    fn is_null(&self, column: usize) -> Option<bool> {
        Some(self.0.get(column)? == &Cell::Null)
    }

    fn flag(&self, column: usize) -> Option<bool> {
        match self.0.get(column)? {
            Cell::Integer(0) => Some(false),
            Cell::Integer(1) => Some(true),
            _ => None,
        }
    }

    fn digest(&self, column: usize) -> Option<[u8; 32]> {
        if let Cell::Blob(bytes) = self.0.get(column)? { bytes.as_ref().try_into().ok() } else { None }
    }

    fn whole(&self, column: usize) -> Option<i128> {
        self.0.get(column)?.as_whole()
    }

    fn text(&self, column: usize) -> Option<&str> {
        if let Cell::Text(text) = self.0.get(column)? { Some(text.as_ref()) } else { None }
    }

    fn owned(&self) -> Vec<Cell<'static>> {
        self.0.iter().cloned().map(Cell::into_owned).collect()
    }
}

/// Reads rows; one that `take` does not understand is damaged.
fn each(store: &Store, table: &str, sql: &str, mut take: impl FnMut(&Loaded<'_>) -> Option<()>) -> Taken {
    let mut statement = store.connection.prepare_cached(sql)?;
    let columns = statement.column_count();
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next()? {
        let cells: Vec<Cell<'_>> = (0..columns).map(|column| Cell::of_row(row, column)).collect::<Result<_, _>>()?;
        sound(take(&Loaded(&cells)), table)?;
    }
    Ok(())
}
