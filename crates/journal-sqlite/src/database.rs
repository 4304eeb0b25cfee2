//! The database: how it is opened, with which settings, and what a row is.

use crate::limits::{PAGE_BYTES, SQLITE_VERSION_MINIMUM};
use crate::{faults, folder};
use journal::limits::{BLOCK_BYTES_MAX, BLOCK_LENGTHS_BYTES_MAX};
use journal::{Block, BlockHeader, HEADER_BYTES, Head, JournalFault};
use rusqlite::backup::{Backup, StepResult};
use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{Connection, OpenFlags, OptionalExtension, Row, TransactionBehavior};
use std::path::{Path, PathBuf};

/// `CDLB` as a number: marks the file as a journal, for this program and for file(1).
const APPLICATION_ID: u32 = 0x4344_4c42;
/// Version of the tables below.
const SCHEMA_VERSION: u32 = 1;

/// What SQLite's backup takes as the number of pages to copy them all in one go.
const ALL_PAGES: i32 = -1;

/// The tables as created, and as compared at every opening.
const SCHEMA: [&str; 2] = [
    "CREATE TABLE block (number INTEGER PRIMARY KEY, header BLOB NOT NULL, lengths BLOB NOT NULL, body BLOB NOT NULL) STRICT",
    "CREATE TABLE writer (one INTEGER PRIMARY KEY CHECK (one = 1), epoch INTEGER NOT NULL) STRICT",
];

/// How SQLite syncs: only the two that sync at every commit are accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Synchronous {
    /// Never: refused.
    Off,
    /// At checkpoints only: refused, a power cut would lose acknowledged blocks.
    Normal,
    /// At every commit.
    Full,
    /// At every commit, and the folder too.
    Extra,
}

impl Synchronous {
    fn number(self) -> i64 {
        match self {
            Synchronous::Off => 0,
            Synchronous::Normal => 1,
            Synchronous::Full => 2,
            Synchronous::Extra => 3,
        }
    }
}

/// A connection and the path that faults name.
#[derive(Debug)]
pub(crate) struct Database {
    connection: Connection,
    path: PathBuf,
}

impl Database {
    /// Opens an existing database for writing. Nothing is checked yet, and nothing is changed in it: even closing it
    /// copies no write-ahead log until [`Database::close_clean`] asks for it.
    pub(crate) fn open_for_writing(dir: &Path) -> Result<Database, JournalFault> {
        Database::open(dir, OpenFlags::SQLITE_OPEN_READ_WRITE)
    }

    /// Opens an existing database for reading; sees what is in the write-ahead log, and changes neither.
    pub(crate) fn open_for_reading(dir: &Path) -> Result<Database, JournalFault> {
        let opened = Database::open(dir, OpenFlags::SQLITE_OPEN_READ_ONLY);
        let readable = opened.and_then(|database| database.probe().map(|()| database));
        match readable {
            // On a medium that may not be written, SQLite cannot make the index of a write-ahead log. Without a log
            // there is nothing to index, and the database alone is the whole journal.
            Err(JournalFault::Permission { .. }) if !has_log(dir) => {
                let uri = format!("file:{}?immutable=1", uri_path(&folder::database(dir)));
                Database::open_named(dir, &uri, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI)
            }
            readable => readable,
        }
    }

    /// Creates the database, or completes one whose creation was interrupted at any point.
    pub(crate) fn create(dir: &Path) -> Result<(), JournalFault> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let mut database = Database::open(dir, flags)?;
        let writing = |error| faults::sqlite_writing(&folder::database(dir), 0, &error);
        let mode = database.choose_form().map_err(writing)?;
        database.require("journal_mode", &mode, "wal", mode == "wal")?;
        if !database.has_tables()? {
            database.create_tables().map_err(writing)?;
        }
        drop(database);
        folder::sync_folder(dir)
    }

    /// Whether creation got as far as the tables.
    pub(crate) fn has_tables(&self) -> Result<bool, JournalFault> {
        let count = self.connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0));
        Ok(self.reading(0, count)? > 0)
    }

    fn open(dir: &Path, flags: OpenFlags) -> Result<Database, JournalFault> {
        let path = folder::database(dir);
        let name = path.clone();
        Database::open_named(dir, &name, flags)
    }

    fn open_named(dir: &Path, name: impl AsRef<Path>, flags: OpenFlags) -> Result<Database, JournalFault> {
        check_version()?;
        let path = folder::database(dir);
        let opened = Connection::open_with_flags(name, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX);
        let connection = opened.map_err(|error| faults::sqlite_reading(&path, 0, &error))?;
        let longest = HEADER_BYTES + BLOCK_LENGTHS_BYTES_MAX + BLOCK_BYTES_MAX + 1024;
        let configure = || {
            connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
            connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
            // A damaged length must not make SQLite allocate a gigabyte.
            connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, i32::try_from(longest).unwrap_or(i32::MAX))?;
            connection.busy_timeout(std::time::Duration::from_secs(5))?;
            connection
                .execute_batch("PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF; PRAGMA foreign_keys = ON;")
        };
        configure().map_err(|error| faults::sqlite_reading(&path, 0, &error))?;
        Ok(Database { connection, path })
    }

    fn probe(&self) -> Result<(), JournalFault> {
        self.has_tables().map(drop)
    }

    fn choose_form(&self) -> rusqlite::Result<String> {
        self.connection.pragma_update(None, "page_size", PAGE_BYTES)?;
        self.connection.pragma_update(None, "synchronous", "FULL")?;
        let mut statement = self.connection.prepare("PRAGMA journal_mode = WAL")?;
        let mut rows = statement.query([])?;
        let mut mode = String::new();
        // To its end: SQLite answers with the new mode first and writes it after.
        while let Some(row) = rows.next()? {
            mode = row.get(0)?;
        }
        Ok(mode)
    }

    fn create_tables(&mut self) -> rusqlite::Result<()> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for table in SCHEMA {
            transaction.execute_batch(table)?;
        }
        transaction.execute("INSERT INTO writer (one, epoch) VALUES (1, 0)", [])?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
        transaction.commit()
    }

    /// Chooses the settings for writing and reads them back: what counts is what SQLite will do, not what it was told.
    ///
    /// # Errors
    /// [`JournalFault::NotDurable`] if a commit could be lost.
    pub(crate) fn require_durable(&self, synchronous: Synchronous) -> Result<(), JournalFault> {
        let set = self.connection.pragma_update(None, "synchronous", synchronous.number());
        let set = set.and_then(|()| self.connection.pragma_update(None, "wal_autocheckpoint", 0));
        self.reading(0, set)?;
        let mode: String =
            self.reading(0, self.connection.pragma_query_value(None, "journal_mode", |row| row.get(0)))?;
        self.require("journal_mode", &mode, "wal", mode == "wal")?;
        let level = self.pragma("synchronous")?;
        let names = ["OFF", "NORMAL", "FULL", "EXTRA"];
        let name = usize::try_from(level).ok().and_then(|level| names.get(level)).copied().unwrap_or("unknown");
        self.require("synchronous", name, "FULL", level == 2 || level == 3)?;
        for (setting, required) in [("cell_size_check", 1), ("trusted_schema", 0), ("foreign_keys", 1)] {
            let found = self.pragma(setting)?;
            self.require(setting, &found.to_string(), &required.to_string(), found == required)?;
        }
        Ok(())
    }

    fn require(&self, setting: &str, found: &str, required: &str, holds: bool) -> Result<(), JournalFault> {
        if holds {
            return Ok(());
        }
        Err(JournalFault::NotDurable {
            place: faults::place(&self.path),
            setting: setting.to_owned(),
            found: found.to_owned(),
            required: required.to_owned(),
        })
    }

    fn pragma(&self, name: &str) -> Result<i64, JournalFault> {
        self.reading(0, self.connection.pragma_query_value(None, name, |row| row.get(0)))
    }

    /// Checks that this is a journal of a version known here, with the tables as created.
    ///
    /// # Errors
    /// [`JournalFault::NotAJournal`], [`JournalFault::SchemaNewer`], or [`JournalFault::Corrupt`].
    pub(crate) fn check_identity(&self) -> Result<(), JournalFault> {
        let place = || faults::place(&self.path);
        let application = self.pragma("application_id")?;
        if application != i64::from(APPLICATION_ID) {
            let detail = format!("this database belongs to another application (id {application})");
            return Err(JournalFault::NotAJournal { place: place(), detail });
        }
        let version = self.pragma("user_version")?;
        if version != i64::from(SCHEMA_VERSION) {
            let found = u64::try_from(version).unwrap_or(0);
            return if found > u64::from(SCHEMA_VERSION) {
                Err(JournalFault::SchemaNewer { place: place(), found, known: u64::from(SCHEMA_VERSION) })
            } else {
                let detail = format!("the version of the tables is {version}, which never was");
                Err(JournalFault::NotAJournal { place: place(), detail })
            };
        }
        let tables = || {
            let mut statement = self.connection.prepare("SELECT sql FROM sqlite_schema ORDER BY rowid")?;
            let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
            rows.collect::<rusqlite::Result<Vec<String>>>()
        };
        if self.reading(0, tables())? != SCHEMA {
            return Err(JournalFault::corrupt(&place(), 0, "the tables are not as they were created"));
        }
        // Rows are never deleted. A free page would be one that a damaged header gives away although it is in use.
        if self.pragma("freelist_count")? != 0 {
            return Err(JournalFault::corrupt(&place(), 0, "the database claims to have free pages"));
        }
        Ok(())
    }

    /// Number of blocks, by the number of the last one.
    pub(crate) fn block_count(&self) -> Result<u64, JournalFault> {
        let last = self.connection.query_row("SELECT max(number) FROM block", [], |row| row.get::<_, Option<i64>>(0));
        match self.reading(0, last)? {
            None => Ok(0),
            Some(last) => u64::try_from(last)
                .map(|last| last + 1)
                .map_err(|_| JournalFault::corrupt(&faults::place(&self.path), 0, "a block has a negative number")),
        }
    }

    /// Epoch of the writer in charge.
    pub(crate) fn writer_epoch(&self) -> Result<u64, JournalFault> {
        self.reading(0, writer_epoch(&self.connection))
    }

    /// Head after the block with this number, by its header alone; nothing if there is no such block.
    pub(crate) fn head_at(&self, number: u64) -> Result<Option<Head>, JournalFault> {
        let header = || {
            let mut statement = self.connection.prepare_cached("SELECT header FROM block WHERE number = ?1")?;
            statement.query_row([row_number(number)], |row| row.get::<_, Vec<u8>>(0)).optional()
        };
        let Some(bytes) = self.reading(0, header())? else { return Ok(None) };
        let header = BlockHeader::decode(&bytes, &faults::place(&self.path))?;
        let head = Head {
            blocks: number + 1,
            next_seq: header.next_seq(),
            epoch: header.epoch,
            time_us: header.time_us,
            hash: header.hash(),
        };
        Ok(Some(head))
    }

    /// Blocks from a number on in order, with their numbers, until `take` says that it has enough.
    pub(crate) fn blocks_from(
        &self,
        number: u64,
        seq: u64,
        mut take: impl FnMut(u64, Block) -> Result<Continue, JournalFault>,
    ) -> Result<(), JournalFault> {
        let place = faults::place(&self.path);
        let select = "SELECT number, header, lengths, body FROM block WHERE number >= ?1 ORDER BY number";
        let mut statement = self.reading(seq, self.connection.prepare_cached(select))?;
        let mut rows = self.reading(seq, statement.query([row_number(number)]))?;
        while let Some(row) = self.reading(seq, rows.next())? {
            let (number, block) = self.reading(seq, block_of_row(row, &place))?;
            if take(number, block?)? == Continue::No {
                break;
            }
        }
        Ok(())
    }

    /// Appends a block in the writer's epoch, in one transaction that is synced when this returns. A block of a higher
    /// epoch than `epoch` is a barrier and takes the writer's place.
    pub(crate) fn append(&mut self, number: u64, block: &Block, epoch: u64) -> Result<Append, JournalFault> {
        let seq = block.header().first_seq;
        self.append_row(number, block, epoch).map_err(|error| faults::sqlite_writing(&self.path, seq, &error))
    }

    fn append_row(&mut self, number: u64, block: &Block, epoch: u64) -> rusqlite::Result<Append> {
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // The fence: read in the transaction that writes, so that no writer can slip between check and write.
        let in_charge = writer_epoch(&transaction)?;
        if in_charge != epoch {
            return Ok(Append::Fenced { epoch: in_charge });
        }
        {
            let insert = "INSERT INTO block (number, header, lengths, body) VALUES (?1, ?2, ?3, ?4)";
            let mut statement = transaction.prepare_cached(insert)?;
            statement.execute((row_number(number), block.header_bytes(), block.length_bytes(), block.body()))?;
        }
        if block.header().epoch != epoch {
            transaction.execute("UPDATE writer SET epoch = ?1", [row_number(block.header().epoch)])?;
        }
        transaction.commit()?;
        Ok(Append::Committed)
    }

    /// Copies the write-ahead log into the database as far as no reader needs it. The next commit then begins the log
    /// anew instead of lengthening it.
    pub(crate) fn checkpoint(&self, seq: u64) -> Result<Checkpoint, JournalFault> {
        self.run_checkpoint("PASSIVE", seq)
    }

    fn run_checkpoint(&self, mode: &str, seq: u64) -> Result<Checkpoint, JournalFault> {
        let sql = format!("PRAGMA wal_checkpoint({mode})");
        let counts = self
            .connection
            .query_row(&sql, [], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?)));
        let (busy, logged, copied) = counts.map_err(|error| faults::sqlite_writing(&self.path, seq, &error))?;
        Ok(if busy == 0 && logged == copied { Checkpoint::Complete } else { Checkpoint::Partial })
    }

    /// Copies the whole write-ahead log into the database and closes it, so that the database file alone is the journal.
    pub(crate) fn close_clean(self, seq: u64) -> Result<(), JournalFault> {
        self.run_checkpoint("TRUNCATE", seq)?;
        let closed = self.connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false).map(drop);
        let closed = closed.and_then(|()| self.connection.close().map_err(|(_, error)| error));
        closed.map_err(|error| faults::sqlite_writing(&self.path, seq, &error))
    }

    /// Copies this database, with what its write-ahead log holds, into a new file by SQLite's online backup; the copy is
    /// synced.
    pub(crate) fn copy_to(&self, target: &Path) -> Result<(), JournalFault> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let target_path = folder::database(target);
        let copy = || {
            let mut copy = Connection::open_with_flags(&target_path, flags)?;
            copy.pragma_update(None, "synchronous", "FULL")?;
            let step = Backup::new(&self.connection, &mut copy)?.step(ALL_PAGES)?;
            copy.close().map_err(|(_, error)| error)?;
            Ok(step)
        };
        let step = copy().map_err(|error| faults::sqlite_writing(&target_path, 0, &error))?;
        if step == StepResult::Done {
            return Ok(());
        }
        let detail = "SQLite could not copy the database in one piece: it is locked".to_owned();
        Err(JournalFault::ReadFailed { place: faults::place(&self.path), detail })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    fn reading<T>(&self, seq: u64, result: rusqlite::Result<T>) -> Result<T, JournalFault> {
        result.map_err(|error| faults::sqlite_reading(&self.path, seq, &error))
    }
}

/// Whether a reader wants more rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Continue {
    Yes,
    No,
}

/// What an append did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Append {
    Committed,
    Fenced { epoch: u64 },
}

/// How far a checkpoint got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Checkpoint {
    Complete,
    Partial,
}

fn check_version() -> Result<(), JournalFault> {
    if rusqlite::version_number() >= SQLITE_VERSION_MINIMUM {
        return Ok(());
    }
    Err(JournalFault::NotDurable {
        place: "SQLite".to_owned(),
        setting: "its version".to_owned(),
        found: rusqlite::version().to_owned(),
        required: "3.51.3 or later".to_owned(),
    })
}

fn writer_epoch(connection: &Connection) -> rusqlite::Result<u64> {
    let mut statement = connection.prepare_cached("SELECT epoch FROM writer WHERE one = 1")?;
    let epoch: i64 = statement.query_row([], |row| row.get(0))?;
    u64::try_from(epoch).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(0, epoch))
}

fn block_of_row(row: &Row<'_>, place: &str) -> rusqlite::Result<(u64, Result<Block, JournalFault>)> {
    let number: i64 = row.get(0)?;
    let number = u64::try_from(number).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(0, number))?;
    let header = row.get_ref(1)?.as_blob()?;
    let lengths = row.get_ref(2)?.as_blob()?;
    Ok((number, Block::from_stored(header, lengths, row.get(3)?, place)))
}

fn row_number(number: u64) -> i64 {
    i64::try_from(number).expect("a block number or epoch below 2^63")
}

fn has_log(dir: &Path) -> bool {
    std::fs::metadata(folder::log(dir)).is_ok_and(|meta| meta.len() > 0)
}

/// A path inside a URI: the three characters that would end or change it are escaped.
fn uri_path(path: &Path) -> String {
    path.display().to_string().replace('%', "%25").replace('?', "%3f").replace('#', "%23")
}
