//! Is the file as it was written, and do its figures agree with each other?

use crate::cell::Cell;
use crate::fault::TablesFault;
use crate::file::{of_sqlite, place};
use crate::head;
use crate::schema::Table;
use crate::store::Store;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::Path;

/// What was checked and found good.
///
/// * The file's own structure, as SQLite checks it.
/// * Every row of every table: their number, and the sum of their hashes, are those noted when they were written. A flipped
///   bit in any value is found by this.
/// * As many events as the height says, and as many payments as were numbered.
/// * Sums: each book balances in each currency; positions sum to zero in each cycle and currency, nets in each cycle; pair
///   figures add up to positions; payments by state are those counted.
/// * Every account is the sum of the postings that the other tables lead to (view `posting`).
///
/// Not whether the journal says the same: only making the tables anew shows that.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Checked {
    /// Rows read.
    pub rows: u64,
    /// Postings added up.
    pub postings: u64,
}

/// Rows after which progress is told.
const ROWS_PER_REPORT: u64 = 16_384;

/// Checks the file behind a store. `told` hears how many of how many rows were read.
pub(crate) fn check(store: &Store, path: &Path, told: &mut dyn FnMut(u64, u64)) -> Result<Checked, TablesFault> {
    let check = Check { store, path };
    check.structure()?;
    let rows = check.rows(told)?;
    check.heights()?;
    check.sums()?;
    let postings = check.postings()?;
    Ok(Checked { rows, postings })
}

/// Hash over the number and the sum of the rows of every table.
pub(crate) fn content_hash(store: &Store) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for table in Table::ALL {
        let content = store.content(*table);
        hasher.update([table.number()]);
        hasher.update(content.rows.to_le_bytes());
        hasher.update(content.sum.to_le_bytes());
    }
    hasher.finalize().into()
}

struct Check<'a> {
    store: &'a Store,
    path: &'a Path,
}

impl Check<'_> {
    fn damaged(&self, detail: impl Into<String>) -> TablesFault {
        TablesFault::Damaged { place: place(self.path), detail: detail.into() }
    }

    fn sqlite<T>(&self, result: rusqlite::Result<T>) -> Result<T, TablesFault> {
        result.map_err(|error| of_sqlite(self.path, &error))
    }

    fn structure(&self) -> Result<(), TablesFault> {
        let said = self.store.connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get::<_, String>(0));
        let said = self.sqlite(said)?;
        if said == "ok" { Ok(()) } else { Err(self.damaged(said)) }
    }

    fn rows(&self, told: &mut dyn FnMut(u64, u64)) -> Result<u64, TablesFault> {
        let total = Table::ALL.iter().map(|table| self.store.content(*table).rows).sum();
        let mut before = 0;
        for table in Table::ALL {
            let noted = self.store.content(*table);
            let found = self.store.recount(*table, &mut |rows| {
                if rows.is_multiple_of(ROWS_PER_REPORT) {
                    told(before + rows, total);
                }
            });
            let found = self.sqlite(found)?;
            if found.rows != noted.rows {
                let (name, noted, found) = (table.name(), noted.rows, found.rows);
                return Err(self.damaged(format!("{name} has {found} rows, and {noted} were written")));
            }
            if found.sum != noted.sum {
                return Err(self.damaged(format!("a row of {} is not as it was written", table.name())));
            }
            before += found.rows;
        }
        Ok(before)
    }

    fn heights(&self) -> Result<(), TablesFault> {
        let head = head::read(&self.store.connection, self.path)?.head;
        let events = self.store.content(Table::Event).rows;
        if events != head.next_seq {
            return Err(self.damaged(format!("{events} events are there, and they go up to {}", head.next_seq)));
        }
        self.require_nothing(
            "the numbers of events have no gap",
            "SELECT 1 FROM (SELECT max(seq) AS last, min(seq) AS first, count(*) AS rows FROM event)
            WHERE last + 1 <> rows OR first <> 0",
        )?;
        self.require_nothing(
            "the numbers of payments have no gap",
            "SELECT 1 FROM (SELECT max(payment) AS last, min(payment) AS first, count(*) AS rows FROM payment)
            WHERE last + 1 <> rows OR first <> 0",
        )
    }

    fn sums(&self) -> Result<(), TablesFault> {
        let zero = [
            (
                "books balance",
                "SELECT book || ' ' || book_number || ' in currency ' || currency, balance_minor FROM account",
            ),
            (
                "positions sum to zero",
                "SELECT 'cycle ' || cycle || ' of ' || arrangement || ' in currency ' || currency, balance_minor FROM position",
            ),
            ("nets sum to zero", "SELECT 'cycle ' || cycle || ' of arrangement ' || arrangement, net_minor FROM net"),
        ];
        for (what, sql) in zero {
            self.require_zero(what, sql)?;
        }
        self.pairs()?;
        self.require_nothing(
            "an open position is the balance of its account",
            "SELECT 1 FROM position LEFT JOIN account ON account.book = 'arrangement'
                AND account.book_number = position.arrangement AND account.owner = 'institution'
                AND account.owner_number = position.institution AND account.currency = position.currency
                AND account.kind = 'position'
            WHERE position.closed_seq IS NULL AND position.balance_minor IS NOT account.balance_minor LIMIT 1",
        )?;
        self.require_nothing(
            "payments by state are those counted",
            "SELECT arrangement, original IS NOT NULL, state, count(*) FROM payment GROUP BY 1, 2, 3
            EXCEPT SELECT arrangement, returns, state, payments FROM state_count LIMIT 1",
        )?;
        self.require_nothing(
            "payments counted by state are there",
            "SELECT arrangement, returns, state, payments FROM state_count WHERE payments > 0
            EXCEPT SELECT arrangement, original IS NOT NULL, state, count(*) FROM payment GROUP BY 1, 2, 3 LIMIT 1",
        )
    }

    /// What a member is owed by the others, pair by pair, is the position of its institutions.
    fn pairs(&self) -> Result<(), TablesFault> {
        let key = "' of cycle ' || cycle || ' of ' || arrangement || ' in currency ' || currency";
        let of_positions = self.added(&format!(
            "SELECT 'member ' || member || {}, balance_minor FROM position JOIN institution USING (institution)",
            key.replace("currency)", "currency").replace("|| currency", "|| position.currency")
        ))?;
        let mut of_pairs: BTreeMap<String, i128> = BTreeMap::new();
        for (member, sign) in [("low", -1), ("high", 1)] {
            let sums =
                self.added(&format!("SELECT 'member ' || {member} || {key}, low_owes_minor FROM pair_figure"))?;
            for (of, sum) in sums {
                *of_pairs.entry(of).or_default() += sign * sum;
            }
        }
        of_pairs.retain(|_, sum| *sum != 0);
        let differs =
            of_positions.iter().filter(|(_, sum)| **sum != 0).find(|(of, sum)| of_pairs.get(*of) != Some(sum));
        let differs = differs.map(|(of, _)| of).or_else(|| of_pairs.keys().find(|of| !of_positions.contains_key(*of)));
        match differs {
            None => Ok(()),
            Some(of) => Err(self.damaged(format!("the pair figures of {of} are not its position"))),
        }
    }

    /// Every account is the sum of its postings.
    fn postings(&self) -> Result<u64, TablesFault> {
        let account =
            "book || ' ' || book_number || ' ' || owner || ' ' || owner_number || ' ' || currency || ' ' || kind";
        let mut postings = 0;
        let sums = self.added_counting(&format!("SELECT {account}, amount_minor FROM posting"), &mut postings)?;
        let accounts = self.added(&format!("SELECT {account}, balance_minor FROM account"))?;
        let differs = accounts.iter().find(|(of, sum)| sums.get(*of).copied().unwrap_or(0) != **sum);
        let differs = differs.map(|(of, _)| of).or_else(|| sums.keys().find(|of| !accounts.contains_key(*of)));
        match differs {
            None => Ok(postings),
            Some(of) => Err(self.damaged(format!("account {of} is not the sum of its postings"))),
        }
    }

    fn require_zero(&self, what: &str, sql: &str) -> Result<(), TablesFault> {
        match self.added(sql)?.into_iter().find(|(_, sum)| *sum != 0) {
            None => Ok(()),
            Some((of, sum)) => Err(self.damaged(format!("not true that {what}: {of} comes to {sum}"))),
        }
    }

    fn require_nothing(&self, what: &str, sql: &str) -> Result<(), TablesFault> {
        let found = self.store.connection.prepare(sql).and_then(|mut statement| statement.exists([]));
        if self.sqlite(found)? { Err(self.damaged(format!("not true that {what}"))) } else { Ok(()) }
    }

    /// Sums of the second column by the first, exact whatever their size.
    fn added(&self, sql: &str) -> Result<BTreeMap<String, i128>, TablesFault> {
        self.added_counting(sql, &mut 0)
    }

    fn added_counting(&self, sql: &str, rows_read: &mut u64) -> Result<BTreeMap<String, i128>, TablesFault> {
        let mut sums: BTreeMap<String, i128> = BTreeMap::new();
        let mut statement = self.sqlite(self.store.connection.prepare(sql))?;
        let mut rows = statement.raw_query();
        while let Some(row) = self.sqlite(rows.next())? {
            let amount = self.sqlite(Cell::of_row(row, 1).map(|cell| cell.as_whole()))?;
            let amount = amount.ok_or_else(|| self.damaged("an amount is no whole number"))?;
            let of = self.sqlite(row.get_ref(0).and_then(|value| Ok(value.as_str().map(str::to_owned)?)))?;
            let sum = sums.entry(of).or_default();
            *sum = sum.checked_add(amount).ok_or_else(|| self.damaged("a sum beyond 128 bits"))?;
            *rows_read += 1;
        }
        Ok(sums)
    }
}
