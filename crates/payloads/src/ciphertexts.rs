//! The ciphertexts: a SQLite database with one row a payload, numbered by the slot of its payment's key.

use crate::crypto::{CHECKSUM_BYTES, checksum};
use crate::fault::{self, PayloadFault, Problem, StoreFile};
use crate::files;
use crate::key_file::StoreId;
use crate::limits::{CACHE_KIB, PAGE_BYTES, SQLITE_VERSION_MINIMUM};
use crate::row::ROW_BYTES_MAX;
use rusqlite::backup::{Backup, StepResult};
use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{Connection, OpenFlags, OptionalExtension, Transaction, TransactionBehavior};
use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// `CDLP` as a number: marks the file for this program and for file(1).
const APPLICATION_ID: u32 = 0x4344_4c50;
/// Version of the tables below.
const SCHEMA_VERSION: u32 = 1;
/// What SQLite's backup takes as the number of pages to copy them all in one go.
const ALL_PAGES: i32 = -1;
const META_BYTES: usize = 16 + 3 * 8;

const SCHEMA: [&str; 2] = [
    "CREATE TABLE payload (number INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT",
    "CREATE TABLE meta (one INTEGER PRIMARY KEY CHECK (one = 1), content BLOB NOT NULL) STRICT",
];

/// How far things are, in the database and changed in its transactions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Meta {
    pub(crate) store: StoreId,
    /// First slot of the last batch: what lies before it was acknowledged.
    pub(crate) batch_first: u64,
    /// Entries of the register that were carried out.
    pub(crate) erasures: u64,
    /// Slots before this one were compared with the journal.
    pub(crate) swept: u64,
}

impl Meta {
    fn encode(&self) -> Vec<u8> {
        let mut bytes = self.store.to_vec();
        for number in [self.batch_first, self.erasures, self.swept] {
            bytes.extend_from_slice(&number.to_be_bytes());
        }
        let sum = checksum(&[&bytes]);
        bytes.extend_from_slice(&sum);
        bytes
    }

    fn decode(bytes: &[u8]) -> Option<Meta> {
        let (bytes, sum) = bytes.split_last_chunk::<CHECKSUM_BYTES>()?;
        if bytes.len() != META_BYTES || *sum != checksum(&[bytes]) {
            return None;
        }
        let number = |index: usize| u64::from_be_bytes(bytes[16 + 8 * index..][..8].try_into().expect("eight bytes"));
        let store = bytes[..16].try_into().expect("16 bytes");
        Some(Meta { store, batch_first: number(0), erasures: number(1), swept: number(2) })
    }
}

/// The database, open.
pub(crate) struct Ciphertexts {
    connection: Connection,
    path: PathBuf,
    meta: Meta,
}

impl Ciphertexts {
    /// Whether there is a database whose creation was finished.
    pub(crate) fn is_there(path: &Path) -> Result<bool, PayloadFault> {
        if !files::exists(path)? {
            return Ok(false);
        }
        let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        has_tables(&connection).map_err(|error| fault::sqlite_reading(path, &error))
    }

    /// Creates the database, or completes one whose creation was interrupted at any point.
    pub(crate) fn create(path: &Path, store: &StoreId) -> Result<(), PayloadFault> {
        create_private(path)?;
        let mut connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        let meta = Meta { store: *store, batch_first: 0, erasures: 0, swept: 0 };
        let mut create = || {
            connection.pragma_update(None, "page_size", PAGE_BYTES)?;
            connection.pragma_update(None, "synchronous", "FULL")?;
            let mode = set_write_ahead(&connection)?;
            if has_tables(&connection)? {
                return Ok(mode);
            }
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            for table in SCHEMA {
                transaction.execute_batch(table)?;
            }
            transaction.execute("INSERT INTO meta (one, content) VALUES (1, ?1)", [meta.encode()])?;
            transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
            transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
            transaction.commit()?;
            Ok(mode)
        };
        let mode = create().map_err(|error| fault::sqlite_writing(path, &error))?;
        require(path, "journal_mode", &mode, "wal")?;
        drop(connection);
        files::sync_parent(path)
    }

    /// Opens an existing database for writing, and checks that it is this store's.
    pub(crate) fn open(path: &Path, store: &StoreId) -> Result<Ciphertexts, PayloadFault> {
        if !files::exists(path)? {
            let what = "the database of payloads is missing";
            return Err(PayloadFault::new(Problem::Missing(StoreFile::Payloads), path, what));
        }
        let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        if !has_tables(&connection).map_err(|error| fault::sqlite_reading(path, &error))? {
            let what = "the database of payloads is empty";
            return Err(PayloadFault::new(Problem::Truncated(StoreFile::Payloads), path, what));
        }
        check_identity(&connection, path)?;
        let settings = || {
            connection.pragma_update(None, "synchronous", "FULL")?;
            connection.pragma_update(None, "wal_autocheckpoint", 0)?;
            connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
            connection.pragma_query_value(None, "journal_mode", |row| row.get::<_, String>(0))
        };
        let mode = settings().map_err(|error| fault::sqlite_reading(path, &error))?;
        require(path, "journal_mode", &mode, "wal")?;
        for (setting, wanted) in [("synchronous", 2), ("secure_delete", 1), ("cell_size_check", 1)] {
            let found = pragma(&connection, path, setting)?;
            require(path, setting, &found.to_string(), &wanted.to_string())?;
        }
        let meta = read_meta(&connection, path)?;
        if meta.store != *store {
            let what = "the payloads and the keys are of two different stores";
            return Err(PayloadFault::new(Problem::OtherStore(StoreFile::Payloads), path, what));
        }
        Ok(Ciphertexts { connection, path: path.to_owned(), meta })
    }

    pub(crate) fn meta(&self) -> Meta {
        self.meta
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    fn reading<T>(&self, result: rusqlite::Result<T>) -> Result<T, PayloadFault> {
        result.map_err(|error| fault::sqlite_reading(&self.path, &error))
    }

    /// The row of a number.
    pub(crate) fn row(&self, number: u64) -> Result<Option<Vec<u8>>, PayloadFault> {
        let read = || {
            let mut statement = self.connection.prepare_cached("SELECT body FROM payload WHERE number = ?1")?;
            statement.query_row([row_number(number)], |row| row.get(0)).optional()
        };
        self.reading(read())
    }

    /// Whether there is a row of a number.
    pub(crate) fn has_row(&self, number: u64) -> Result<bool, PayloadFault> {
        let read = || {
            let mut statement = self.connection.prepare_cached("SELECT 1 FROM payload WHERE number = ?1")?;
            statement.exists([row_number(number)])
        };
        self.reading(read())
    }

    /// The number after that of the last row.
    pub(crate) fn rows_end(&self) -> Result<u64, PayloadFault> {
        let last = self.connection.query_row("SELECT max(number) FROM payload", [], |row| row.get::<_, Option<i64>>(0));
        match self.reading(last)? {
            None => Ok(0),
            Some(last) => u64::try_from(last).map(|last| last + 1).map_err(|_| {
                let what = "a payload has a negative number";
                PayloadFault::new(Problem::Damaged(StoreFile::Payloads), &self.path, what)
            }),
        }
    }

    /// Numbers of rows from one on, in order.
    pub(crate) fn numbers_from(&self, first: u64) -> Result<Vec<u64>, PayloadFault> {
        let read = || {
            let select = "SELECT number FROM payload WHERE number >= ?1 ORDER BY number";
            let mut statement = self.connection.prepare_cached(select)?;
            let rows = statement.query_map([row_number(first)], |row| row.get::<_, i64>(0))?;
            rows.map(|number| number.map(i64::cast_unsigned)).collect::<rusqlite::Result<Vec<u64>>>()
        };
        self.reading(read())
    }

    /// How many rows there are. Reads all pages of the table.
    pub(crate) fn count(&self) -> Result<u64, PayloadFault> {
        let count = self.connection.query_row("SELECT count(*) FROM payload", [], |row| row.get::<_, i64>(0));
        Ok(self.reading(count)?.cast_unsigned())
    }

    /// Changes rows and [`Meta`] in one transaction that is synced when this returns.
    pub(crate) fn change(
        &mut self,
        meta: Meta,
        change: impl FnOnce(&mut Rows<'_>) -> Result<(), PayloadFault>,
    ) -> Result<(), PayloadFault> {
        let path = self.path.clone();
        let writing = |error: rusqlite::Error| fault::sqlite_writing(&path, &error);
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(writing)?;
        change(&mut Rows { transaction: &transaction, path: &path })?;
        transaction.execute("UPDATE meta SET content = ?1", [meta.encode()]).map_err(writing)?;
        transaction.commit().map_err(writing)?;
        self.meta = meta;
        Ok(())
    }

    /// Copies the write-ahead log into the database as far as no reader needs it.
    pub(crate) fn checkpoint(&self) -> Result<(), PayloadFault> {
        self.run_checkpoint("PASSIVE")
    }

    /// Copies the whole log and empties it, so that no deleted row is left in it, unless a reader holds it.
    pub(crate) fn checkpoint_and_empty(&self) -> Result<(), PayloadFault> {
        self.run_checkpoint("TRUNCATE")
    }

    fn run_checkpoint(&self, mode: &str) -> Result<(), PayloadFault> {
        let run = self.connection.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |_| Ok(()));
        run.map_err(|error| fault::sqlite_writing(&self.path, &error))
    }

    /// Closes it so that the database file alone holds everything.
    pub(crate) fn close(self) -> Result<(), PayloadFault> {
        self.checkpoint_and_empty()?;
        let closed = self.connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false).map(drop);
        let closed = closed.and_then(|()| self.connection.close().map_err(|(_, error)| error));
        closed.map_err(|error| fault::sqlite_writing(&self.path, &error))
    }

    /// Asks SQLite whether its pages are sound.
    pub(crate) fn check_pages(&self) -> Result<(), PayloadFault> {
        let found = self.connection.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0));
        let found = self.reading(found)?;
        if found == "ok" {
            return Ok(());
        }
        let what = format!("SQLite finds: {}", found.lines().next().unwrap_or_default());
        Err(PayloadFault::new(Problem::Damaged(StoreFile::Payloads), &self.path, what))
    }
}

/// Rows within a transaction.
pub(crate) struct Rows<'a> {
    transaction: &'a Transaction<'a>,
    path: &'a Path,
}

impl Rows<'_> {
    /// Inserts a row.
    pub(crate) fn insert(&mut self, number: u64, body: &[u8]) -> Result<(), PayloadFault> {
        self.run("INSERT INTO payload (number, body) VALUES (?1, ?2)", number, Some(body))
    }

    /// Puts another body into a row.
    pub(crate) fn replace(&mut self, number: u64, body: &[u8]) -> Result<(), PayloadFault> {
        self.run("UPDATE payload SET body = ?2 WHERE number = ?1", number, Some(body))
    }

    /// Deletes a row, if there is one; its bytes are overwritten.
    pub(crate) fn delete(&mut self, number: u64) -> Result<(), PayloadFault> {
        self.run("DELETE FROM payload WHERE number = ?1", number, None)
    }

    fn run(&mut self, sql: &str, number: u64, body: Option<&[u8]>) -> Result<(), PayloadFault> {
        let run = || {
            let mut statement = self.transaction.prepare_cached(sql)?;
            match body {
                Some(body) => statement.execute((row_number(number), body)),
                None => statement.execute([row_number(number)]),
            }
        };
        run().map(drop).map_err(|error| fault::sqlite_writing(self.path, &error))
    }
}

/// Copies a database, with what its log holds at this moment, into a new file; the copy is synced.
pub(crate) fn copy(source: &Path, target: &Path) -> Result<(), PayloadFault> {
    let from = connect_for_reading(source)?;
    check_identity(&from, source)?;
    create_private(target)?;
    let copy = || {
        let mut to = Connection::open_with_flags(target, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        to.pragma_update(None, "synchronous", "FULL")?;
        let step = Backup::new(&from, &mut to)?.step(ALL_PAGES)?;
        to.close().map_err(|(_, error)| error)?;
        Ok(step)
    };
    let step = copy().map_err(|error| fault::sqlite_writing(target, &error))?;
    if step != StepResult::Done {
        let what = "SQLite could not copy the database in one piece: it is locked";
        return Err(PayloadFault::new(Problem::ReadFailed, source, what));
    }
    files::sync_parent(target)
}

/// An empty file that only this user may read. SQLite gives the log and its index the same rights.
fn create_private(path: &Path) -> Result<(), PayloadFault> {
    let created = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path);
    created.map(drop).map_err(|error| fault::writing(path, &error))
}

fn connect_for_reading(path: &Path) -> Result<Connection, PayloadFault> {
    let opened = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY);
    let readable = opened.and_then(|connection| {
        has_tables(&connection).map_err(|error| fault::sqlite_reading(path, &error))?;
        Ok(connection)
    });
    match readable {
        // On a medium that may not be written, SQLite cannot make the index of a write-ahead log. Without a log there is
        // nothing to index, and the database alone holds everything.
        Err(fault) if fault.problem == Problem::Permission && !has_log(path) => {
            let escaped = path.display().to_string().replace('%', "%25").replace('?', "%3f").replace('#', "%23");
            let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
            connect(Path::new(&format!("file:{escaped}?immutable=1")), flags)
        }
        readable => readable,
    }
}

fn has_log(path: &Path) -> bool {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    std::fs::metadata(log).is_ok_and(|meta| meta.len() > 0)
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, PayloadFault> {
    if rusqlite::version_number() < SQLITE_VERSION_MINIMUM {
        return Err(not_durable(path, "SQLite's version", rusqlite::version(), "3.51.3 or later"));
    }
    let connect = || {
        let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        // A damaged length must not make SQLite allocate a gigabyte.
        connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, i32::try_from(2 * ROW_BYTES_MAX).unwrap_or(i32::MAX))?;
        connection.busy_timeout(Duration::from_secs(5))?;
        connection
            .execute_batch("PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF; PRAGMA secure_delete = ON;")?;
        Ok(connection)
    };
    connect().map_err(|error| fault::sqlite_reading(path, &error))
}

fn set_write_ahead(connection: &Connection) -> rusqlite::Result<String> {
    let mut statement = connection.prepare("PRAGMA journal_mode = WAL")?;
    let mut rows = statement.query([])?;
    let mut mode = String::new();
    // To its end: SQLite answers with the new mode first and writes it after.
    while let Some(row) = rows.next()? {
        mode = row.get(0)?;
    }
    Ok(mode)
}

fn has_tables(connection: &Connection) -> rusqlite::Result<bool> {
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0)).map(|count| count > 0)
}

fn pragma(connection: &Connection, path: &Path, name: &str) -> Result<i64, PayloadFault> {
    connection.pragma_query_value(None, name, |row| row.get(0)).map_err(|error| fault::sqlite_reading(path, &error))
}

fn require(path: &Path, setting: &str, found: &str, wanted: &str) -> Result<(), PayloadFault> {
    if found == wanted { Ok(()) } else { Err(not_durable(path, setting, found, wanted)) }
}

fn not_durable(path: &Path, setting: &str, found: &str, wanted: &str) -> PayloadFault {
    let what = format!("{setting} is {found} and must be {wanted}, else acknowledged payloads could be lost");
    PayloadFault::new(Problem::NotDurable, path, what)
}

fn check_identity(connection: &Connection, path: &Path) -> Result<(), PayloadFault> {
    let application = pragma(connection, path, "application_id")?;
    if application != i64::from(APPLICATION_ID) {
        let what = format!("this database belongs to another application (id {application})");
        return Err(PayloadFault::new(Problem::NotAStore, path, what));
    }
    let version = pragma(connection, path, "user_version")?;
    if version != i64::from(SCHEMA_VERSION) {
        let what = format!("payloads in format {version}; this program knows format {SCHEMA_VERSION}");
        return Err(PayloadFault::new(Problem::SchemaNewer, path, what));
    }
    let tables = || {
        let mut statement = connection.prepare("SELECT sql FROM sqlite_schema ORDER BY rowid")?;
        let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
        rows.collect::<rusqlite::Result<Vec<String>>>()
    };
    if tables().map_err(|error| fault::sqlite_reading(path, &error))? == SCHEMA {
        return Ok(());
    }
    let what = "the tables are not as they were created";
    Err(PayloadFault::new(Problem::Damaged(StoreFile::Payloads), path, what))
}

fn read_meta(connection: &Connection, path: &Path) -> Result<Meta, PayloadFault> {
    let content = connection.query_row("SELECT content FROM meta WHERE one = 1", [], |row| row.get::<_, Vec<u8>>(0));
    let content = content.optional().map_err(|error| fault::sqlite_reading(path, &error))?;
    content.as_deref().and_then(Meta::decode).ok_or_else(|| {
        let what = "how far the store is cannot be read";
        PayloadFault::new(Problem::Damaged(StoreFile::Payloads), path, what)
    })
}

fn row_number(number: u64) -> i64 {
    i64::try_from(number).expect("a number of a slot is below 2^63")
}
