//! Rows in the file: put, changed, read; with the sum of their hashes kept per table.

use crate::cell::{Cell, row_hash};
use crate::schema::Table;
use rusqlite::{CachedStatement, Connection, OptionalExtension, Row};

/// Statements kept prepared: one to put and one to read for each table, and room for others.
const STATEMENTS_KEPT: usize = 128;

/// What is known of the rows of a table without reading them: how many there are, and the sum of their hashes.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Content {
    pub(crate) rows: u64,
    pub(crate) sum: u128,
}

impl Content {
    pub(crate) fn add(&mut self, hash: u128) {
        self.rows += 1;
        self.sum = self.sum.wrapping_add(hash);
    }

    fn replace(&mut self, old: u128, new: u128) {
        self.sum = self.sum.wrapping_sub(old).wrapping_add(new);
    }
}

/// Columns of a table, and how many of them are its key.
#[derive(Debug)]
struct Form {
    columns: Vec<String>,
    key_columns: usize,
    insert: String,
    replace: String,
    select: String,
}

/// The rows of the file.
#[derive(Debug)]
pub(crate) struct Store {
    pub(crate) connection: Connection,
    forms: Vec<Form>,
    contents: Vec<Content>,
    /// Tables whose content is not as in the file.
    touched: Vec<bool>,
    scratch: Vec<u8>,
}

impl Store {
    /// The rows behind a connection to a file that has the tables.
    pub(crate) fn new(connection: Connection) -> rusqlite::Result<Store> {
        connection.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
        let forms: Vec<Form> =
            Table::ALL.iter().map(|table| Form::read(&connection, table.name())).collect::<Result<_, _>>()?;
        let contents = vec![Content::default(); forms.len()];
        let touched = vec![false; forms.len()];
        let mut store = Store { connection, forms, contents, touched, scratch: Vec::new() };
        store.load_contents()?;
        Ok(store)
    }

    /// Takes contents as they are in the file.
    pub(crate) fn load_contents(&mut self) -> rusqlite::Result<()> {
        self.touched.fill(false);
        self.contents =
            Table::ALL.iter().map(|table| stored_content(&self.connection, *table)).collect::<Result<_, _>>()?;
        Ok(())
    }

    /// Writes contents that changed.
    pub(crate) fn write_contents(&mut self) -> rusqlite::Result<()> {
        let mut statement = self.connection.prepare_cached("INSERT OR REPLACE INTO content VALUES (?1, ?2, ?3)")?;
        for table in Table::ALL {
            if std::mem::take(&mut self.touched[table.index()]) {
                let content = self.contents[table.index()];
                statement.execute((table.name(), Cell::from(content.rows), &content.sum.to_le_bytes()[..]))?;
            }
        }
        Ok(())
    }

    /// The content of a table, rows put since the last commit included.
    pub(crate) fn content(&self, table: Table) -> Content {
        self.contents[table.index()]
    }

    /// Adds a row.
    pub(crate) fn insert(&mut self, table: Table, cells: &[Cell<'_>]) -> rusqlite::Result<()> {
        let form = &self.forms[table.index()];
        debug_assert_eq!(cells.len(), form.columns.len(), "a row of {}", table.name());
        bind_and_run(&mut self.connection.prepare_cached(&form.insert)?, cells)?;
        let hash = row_hash(table.number(), cells, &mut self.scratch);
        self.contents[table.index()].add(hash);
        self.touched[table.index()] = true;
        Ok(())
    }

    /// Puts many rows, each with the hash of the one that it replaces if there is one; tells the hash of each.
    pub(crate) fn put_all<'a, const N: usize>(
        &mut self,
        table: Table,
        rows: impl Iterator<Item = ([Cell<'a>; N], Option<u128>)>,
        mut put: impl FnMut(usize, u128),
    ) -> rusqlite::Result<()> {
        let form = &self.forms[table.index()];
        debug_assert_eq!(N, form.columns.len(), "a row of {}", table.name());
        let mut statement = self.connection.prepare_cached(&form.replace)?;
        let content = &mut self.contents[table.index()];
        let mut null = [false; N];
        for (index, (cells, old)) in rows.enumerate() {
            bind_changes(&mut statement, &cells, &mut null)?;
            statement.raw_execute()?;
            let hash = row_hash(table.number(), &cells, &mut self.scratch);
            match old {
                None => content.add(hash),
                Some(old) => content.replace(old, hash),
            }
            self.touched[table.index()] = true;
            put(index, hash);
        }
        Ok(())
    }

    /// The row of a key.
    pub(crate) fn get(&self, table: Table, key: &[Cell<'_>]) -> rusqlite::Result<Option<Vec<Cell<'static>>>> {
        let form = &self.forms[table.index()];
        debug_assert_eq!(key.len(), form.key_columns, "a key of {}", table.name());
        let mut statement = self.connection.prepare_cached(&form.select)?;
        bind(&mut statement, key)?;
        let mut rows = statement.raw_query();
        rows.next()?.map(|row| cells_of(row, form.columns.len())).transpose()
    }

    /// Changes columns of a row by name; `false` if there is no row of that key.
    pub(crate) fn change(
        &mut self,
        table: Table,
        key: &[Cell<'_>],
        edits: &[(&str, Cell<'_>)],
    ) -> rusqlite::Result<bool> {
        let Some(mut cells) = self.get(table, key)? else { return Ok(false) };
        let old = row_hash(table.number(), &cells, &mut self.scratch);
        let form = &self.forms[table.index()];
        for (name, value) in edits {
            let column =
                form.columns.iter().position(|column| column == name).expect("bug: a column that is not there");
            cells[column] = value.clone().into_owned();
        }
        bind_and_run(&mut self.connection.prepare_cached(&form.replace)?, &cells)?;
        let new = row_hash(table.number(), &cells, &mut self.scratch);
        self.contents[table.index()].replace(old, new);
        self.touched[table.index()] = true;
        Ok(true)
    }

    /// The value of a column in a row that [`Store::get`] gave.
    pub(crate) fn column<'c>(&self, table: Table, cells: &'c [Cell<'static>], name: &str) -> &'c Cell<'static> {
        let columns = &self.forms[table.index()].columns;
        &cells[columns.iter().position(|column| column == name).expect("bug: a column that is not there")]
    }

    /// Reads every row of a table in the order of its key, and counts and sums them.
    pub(crate) fn recount(&self, table: Table, told: &mut dyn FnMut(u64)) -> rusqlite::Result<Content> {
        let form = &self.forms[table.index()];
        let mut statement = self.connection.prepare(&format!("SELECT * FROM {}", table.name()))?;
        let mut rows = statement.raw_query();
        let mut content = Content::default();
        let mut scratch = Vec::new();
        while let Some(row) = rows.next()? {
            let cells = (0..form.columns.len()).map(|column| Cell::of_row(row, column));
            let cells: Vec<Cell<'_>> = cells.collect::<Result<_, _>>()?;
            content.add(row_hash(table.number(), &cells, &mut scratch));
            told(content.rows);
        }
        Ok(content)
    }

    /// Hash of a row as it was read.
    pub(crate) fn hash_of(&mut self, table: Table, cells: &[Cell<'_>]) -> u128 {
        row_hash(table.number(), cells, &mut self.scratch)
    }
}

impl Form {
    fn read(connection: &Connection, table: &str) -> rusqlite::Result<Form> {
        let mut statement = connection.prepare("SELECT name, pk FROM pragma_table_info(?1) ORDER BY cid")?;
        let columns: Vec<(String, i64)> =
            statement.query_map([table], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
        let key: Vec<&str> = columns.iter().filter(|(_, pk)| *pk > 0).map(|(name, _)| name.as_str()).collect();
        let places = (1..=columns.len()).map(|place| format!("?{place}")).collect::<Vec<_>>().join(", ");
        let compared: Vec<String> =
            key.iter().enumerate().map(|(index, name)| format!("{name} = ?{}", index + 1)).collect();
        Ok(Form {
            key_columns: key.len(),
            insert: format!("INSERT INTO {table} VALUES ({places})"),
            replace: format!("INSERT OR REPLACE INTO {table} VALUES ({places})"),
            select: format!("SELECT * FROM {table} WHERE {}", compared.join(" AND ")),
            columns: columns.into_iter().map(|(name, _)| name).collect(),
        })
    }
}

/// The content of a table as the file says it.
fn stored_content(connection: &Connection, table: Table) -> rusqlite::Result<Content> {
    let mut statement = connection.prepare_cached("SELECT row_count, row_sum FROM content WHERE table_name = ?1")?;
    let found = statement.query_row([table.name()], |row| {
        let (rows, sum): (i64, [u8; 16]) = (row.get(0)?, row.get(1)?);
        let rows = u64::try_from(rows).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(0, rows))?;
        Ok(Content { rows, sum: u128::from_le_bytes(sum) })
    });
    Ok(found.optional()?.unwrap_or_default())
}

fn cells_of(row: &Row<'_>, columns: usize) -> rusqlite::Result<Vec<Cell<'static>>> {
    (0..columns).map(|column| Cell::of_row(row, column).map(Cell::into_owned)).collect()
}

fn bind(statement: &mut CachedStatement<'_>, cells: &[Cell<'_>]) -> rusqlite::Result<()> {
    cells.iter().enumerate().try_for_each(|(index, cell)| statement.raw_bind_parameter(index + 1, cell))
}

/// Binds cells where the row before, whose bindings stay, had nothing in the same place: half of a payment is nothing.
fn bind_changes<const N: usize>(
    statement: &mut CachedStatement<'_>,
    cells: &[Cell<'_>; N],
    null: &mut [bool; N],
) -> rusqlite::Result<()> {
    for (index, (cell, null)) in cells.iter().zip(null).enumerate() {
        let was_null = std::mem::replace(null, *cell == Cell::Null);
        if !(was_null && *null) {
            statement.raw_bind_parameter(index + 1, cell)?;
        }
    }
    Ok(())
}

fn bind_and_run(statement: &mut CachedStatement<'_>, cells: &[Cell<'_>]) -> rusqlite::Result<()> {
    bind(statement, cells)?;
    statement.raw_execute().map(drop)
}
