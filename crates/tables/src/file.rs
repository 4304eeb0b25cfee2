//! The file: made, opened, locked, and what SQLite says about it as faults.

use crate::fault::TablesFault;
use crate::fill::Trouble;
use crate::schema::{self, APPLICATION_ID, VERSION};
use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{Connection, Error, ErrorCode, OpenFlags, ffi};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long SQLite waits for another program's lock.
const LOCK_WAIT: Duration = Duration::from_secs(5);

/// How often the right to fill is asked for, and the pause in between: a process that starts another one has for a moment
/// a twin that holds whatever it holds, so that one answer says little.
const LOCK_ATTEMPTS: u32 = 10;
const LOCK_PAUSE: Duration = Duration::from_millis(20);

/// The longest value: the source of a rulebook is the longest, and an event is no longer than this.
const VALUE_BYTES_MAX: i32 = 2 * 1024 * 1024;

/// Bytes of a page: small, because a transaction of the follower writes whole pages for a few rows.
const PAGE_BYTES: u32 = 4096;

/// Pages that SQLite may keep in memory, as its negative number of KiB.
const CACHE_KIB: i64 = -32_768;

/// A path as written in faults.
pub(crate) fn place(path: &Path) -> String {
    path.display().to_string()
}

/// The path with something after its name.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(suffix);
    path.with_file_name(name)
}

/// The right to fill the tables of a path, held until dropped.
#[derive(Debug)]
pub(crate) struct FillLock {
    _file: File,
}

impl FillLock {
    /// # Errors
    /// [`TablesFault::InUse`] if another process, or another follower in this one, has it.
    pub(crate) fn take(path: &Path) -> Result<FillLock, TablesFault> {
        let lock = beside(path, ".lock");
        let opened = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&lock);
        let file = opened.map_err(|error| of_io(&lock, &error))?;
        for attempt in 0..LOCK_ATTEMPTS {
            match file.try_lock() {
                Ok(()) => return Ok(FillLock { _file: file }),
                Err(TryLockError::WouldBlock) if attempt + 1 < LOCK_ATTEMPTS => std::thread::sleep(LOCK_PAUSE),
                Err(TryLockError::WouldBlock) => break,
                Err(TryLockError::Error(error)) => return Err(of_io(&lock, &error)),
            }
        }
        Err(TablesFault::InUse { place: place(path) })
    }
}

/// Makes a new file with empty tables for a rebuild: nothing of it need survive a crash before it is done.
pub(crate) fn make(path: &Path) -> Result<Connection, TablesFault> {
    remove_with_log(path)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
    let connection = connect(path, flags)?;
    let made = || {
        // Such a file may be written without a log, which SQLite else takes for an attack.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, false)?;
        connection.pragma_update(None, "page_size", PAGE_BYTES)?;
        connection.query_row("PRAGMA journal_mode = OFF", [], |_| Ok(()))?;
        connection.pragma_update(None, "synchronous", "OFF")?;
        connection.query_row("PRAGMA locking_mode = EXCLUSIVE", [], |_| Ok(()))?;
        connection.pragma_update(None, "application_id", APPLICATION_ID)?;
        connection.pragma_update(None, "user_version", VERSION)?;
        schema::objects().try_for_each(|(_, sql)| connection.execute_batch(&sql))
    };
    made().map_err(|error| of_sqlite(path, &error))?;
    Ok(connection)
}

/// Opens tables for filling: readers read on beside it, and a commit does not wait for the disk (a crash may take the
/// last ones, with the height that names them).
pub(crate) fn open_for_filling(path: &Path) -> Result<Connection, TablesFault> {
    require_there(path)?;
    let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    check_identity(path, &connection)?;
    let mut mode = String::new();
    let chosen = connection.query_row("PRAGMA journal_mode = WAL", [], |row| {
        mode = row.get(0)?;
        Ok(())
    });
    chosen
        .and_then(|()| connection.pragma_update(None, "synchronous", "NORMAL"))
        .map_err(|error| of_sqlite(path, &error))?;
    if mode == "wal" {
        return Ok(connection);
    }
    Err(TablesFault::Io { place: place(path), detail: format!("SQLite keeps its log in mode {mode}, not wal") })
}

/// Opens tables for reading only.
pub(crate) fn open_for_reading(path: &Path) -> Result<Connection, TablesFault> {
    require_there(path)?;
    let opened = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY).and_then(|connection| {
        check_identity(path, &connection)?;
        Ok(connection)
    });
    match opened {
        // On a medium that may not be written, SQLite cannot make the index of a write-ahead log. Without a log there is
        // nothing to index, and the file alone is the tables.
        Err(TablesFault::Permission { .. }) if !has_log(path) => {
            let uri = PathBuf::from(format!("file:{}?immutable=1", uri_path(path)));
            let connection = connect_named(path, &uri, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI)?;
            check_identity(path, &connection)?;
            Ok(connection)
        }
        opened => opened,
    }
}

/// Puts a finished file in the place of an earlier one. A crash leaves the one or the other.
pub(crate) fn put_in_place(finished: &Path, path: &Path) -> Result<(), TablesFault> {
    File::open(finished).and_then(|file| file.sync_all()).map_err(|error| of_io(finished, &error))?;
    // The log of the earlier file must not meet the new one: first everything in it goes into the earlier file.
    if path.exists() {
        retire_log(path)?;
    }
    fs::rename(finished, path).map_err(|error| of_io(path, &error))?;
    let folder = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(|error| of_io(folder, &error))
}

fn retire_log(path: &Path) -> Result<(), TablesFault> {
    if has_log(path) {
        let busy = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE).and_then(|connection| {
            let busy = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0));
            busy.map_err(|error| of_sqlite(path, &error))
        });
        match busy {
            Ok(0) => {}
            Ok(_) => return Err(TablesFault::Locked { place: place(path) }),
            Err(fault @ (TablesFault::Locked { .. } | TablesFault::Permission { .. })) => return Err(fault),
            // A file that cannot be read has nothing to keep.
            Err(_) => {}
        }
    }
    remove_log(path)
}

/// Removes a file of tables with its log, if it is there.
pub(crate) fn remove_with_log(path: &Path) -> Result<(), TablesFault> {
    remove(path)?;
    remove_log(path)
}

fn remove_log(path: &Path) -> Result<(), TablesFault> {
    ["-wal", "-shm", "-journal"].iter().try_for_each(|suffix| remove(&beside(path, suffix)))
}

fn remove(path: &Path) -> Result<(), TablesFault> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        removed => removed.map_err(|error| of_io(path, &error)),
    }
}

fn require_there(path: &Path) -> Result<(), TablesFault> {
    match fs::metadata(path) {
        Ok(meta) if meta.is_file() => Ok(()),
        Ok(_) => Err(TablesFault::NotTables { place: place(path), detail: "it is no file".to_owned() }),
        Err(error) if error.kind() == ErrorKind::NotFound => Err(TablesFault::Missing { place: place(path) }),
        Err(error) => Err(of_io(path, &error)),
    }
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, TablesFault> {
    connect_named(path, path, flags)
}

fn connect_named(path: &Path, name: &Path, flags: OpenFlags) -> Result<Connection, TablesFault> {
    let opened = Connection::open_with_flags(name, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX);
    let connection = opened.map_err(|error| of_sqlite(path, &error))?;
    let configure = || {
        connection.busy_timeout(LOCK_WAIT)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        // A damaged length must not make SQLite allocate a gigabyte; and no other file is to be reached from here.
        connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, VALUE_BYTES_MAX)?;
        connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
        connection.pragma_update(None, "cell_size_check", "ON")?;
        connection.pragma_update(None, "trusted_schema", "OFF")?;
        connection.pragma_update(None, "cache_size", CACHE_KIB)
    };
    configure().map_err(|error| of_sqlite(path, &error))?;
    Ok(connection)
}

/// Checks that this is a file of tables of this version, as it was made. Indexes and views that somebody added are theirs.
fn check_identity(path: &Path, connection: &Connection) -> Result<(), TablesFault> {
    let reading = |error: Error| of_sqlite(path, &error);
    let pragma = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).map_err(reading);
    let application = pragma("application_id")?;
    if application != APPLICATION_ID {
        let detail = format!("this database belongs to another application (id {application})");
        return Err(TablesFault::NotTables { place: place(path), detail });
    }
    let found = pragma("user_version")?;
    if found != VERSION {
        return Err(TablesFault::OtherVersion { place: place(path), found, known: VERSION });
    }
    let damaged = |detail: String| Err(TablesFault::Damaged { place: place(path), detail });
    let read = || {
        let mut statement = connection.prepare("SELECT type, name, sql FROM sqlite_schema")?;
        let rows = statement.query_map([], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, Option<String>>(2)?))
        })?;
        rows.collect::<rusqlite::Result<Vec<_>>>()
    };
    let found = read().map_err(reading)?;
    for (name, sql) in schema::objects() {
        if !found.iter().any(|(_, of, as_made)| of == name && as_made.as_deref() == Some(sql.as_str())) {
            return damaged(format!("{name} is not as it was made"));
        }
    }
    match found.iter().find(|(kind, ..)| kind == "trigger") {
        Some((_, name, _)) => damaged(format!("a trigger {name} changes what is written")),
        None => Ok(()),
    }
}

fn has_log(path: &Path) -> bool {
    fs::metadata(beside(path, "-wal")).is_ok_and(|meta| meta.len() > 0)
}

/// A path inside a URI: the three characters that would end or change it are escaped.
fn uri_path(path: &Path) -> String {
    path.display().to_string().replace('%', "%25").replace('?', "%3f").replace('#', "%23")
}

/// What the system says about a file.
pub(crate) fn of_io(path: &Path, error: &std::io::Error) -> TablesFault {
    let (place, detail) = (place(path), error.to_string());
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            TablesFault::Permission { place, detail: format!("the file cannot be reached: {detail}") }
        }
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => TablesFault::Full { place, detail },
        _ => TablesFault::Io { place, detail: format!("reading or writing failed: {detail}") },
    }
}

/// What SQLite says about a file.
pub(crate) fn of_sqlite(path: &Path, error: &Error) -> TablesFault {
    let (place, detail) = (place(path), format!("SQLite reports: {error}"));
    // The index of the log is a file of its own, and SQLite has no name for its disk being full but this.
    if error.sqlite_error().is_some_and(|error| error.extended_code == ffi::SQLITE_IOERR_SHMSIZE) {
        return TablesFault::Full { place, detail };
    }
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => TablesFault::Full { place, detail },
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => TablesFault::Locked { place },
        Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied | ErrorCode::ReadOnly) => {
            TablesFault::Permission { place, detail }
        }
        Some(ErrorCode::NotADatabase) => TablesFault::NotTables { place, detail },
        Some(ErrorCode::SystemIoFailure | ErrorCode::OutOfMemory | ErrorCode::OperationInterrupted) => {
            TablesFault::Io { place, detail }
        }
        _ => TablesFault::Damaged { place, detail },
    }
}

/// Why an event could not be taken in, with place and event.
pub(crate) fn of_trouble(path: &Path, seq: u64, trouble: Trouble) -> TablesFault {
    match trouble {
        Trouble::Sqlite(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {
            TablesFault::Disagree { place: place(path), seq, detail: format!("a row is there already ({error})") }
        }
        Trouble::Sqlite(error) => of_sqlite(path, &error),
        Trouble::Disagree(detail) => TablesFault::Disagree { place: place(path), seq, detail },
        Trouble::Damaged(detail) => TablesFault::Damaged { place: place(path), detail },
    }
}
