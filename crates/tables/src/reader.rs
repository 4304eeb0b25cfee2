//! Reading the tables: opened so that nothing can be written, whatever is asked.

use crate::cell::Cell;
use crate::check::{self, Checked};
use crate::fault::TablesFault;
use crate::file::{self, of_sqlite};
use crate::head;
use crate::store::Store;
use journal::Head;
use rusqlite::ErrorCode;
use rusqlite::types::ValueRef;
use std::fmt;
use std::path::{Path, PathBuf};

/// A value of an answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Value {
    /// Nothing.
    Null,
    /// A whole number.
    Integer(i64),
    /// A text; a floating number that an expression of the asker made comes as SQLite writes it.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
}

/// What a query came to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answer {
    /// Names of the columns.
    pub columns: Vec<String>,
    /// The rows, in the order of the query.
    pub rows: Vec<Vec<Value>>,
}

/// Why a query has no answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum QueryFault {
    /// The text is no query that SQLite understands, or it fails on these rows.
    Wrong {
        /// What SQLite said.
        detail: String,
    },
    /// The text would write something, or is more than one statement.
    NotReading {
        /// What it would do.
        detail: String,
    },
    /// The tables cannot be read.
    Tables(TablesFault),
}

impl fmt::Display for QueryFault {
    /// `what; where; what to do`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            QueryFault::Wrong { detail } => write!(
                f,
                "the query cannot be answered: {detail}; the SQL given; docs/read-tables.md names tables and columns"
            ),
            QueryFault::NotReading { detail } => {
                write!(f, "the statement does not run here: {detail}; the SQL given; give one SELECT")
            }
            QueryFault::Tables(fault) => fault.fmt(f),
        }
    }
}

impl std::error::Error for QueryFault {}

/// Tables open for reading.
pub struct Reader {
    path: PathBuf,
    store: Store,
}

impl Reader {
    /// Opens tables for reading; another process may be filling them.
    ///
    /// # Errors
    /// [`TablesFault`]: no file, another file, another version, damaged.
    pub fn open(path: &Path) -> Result<Reader, TablesFault> {
        let connection = file::open_for_reading(path)?;
        let store = Store::new(connection).map_err(|error| of_sqlite(path, &error))?;
        let query_only = store.connection.pragma_update(None, "query_only", "ON");
        query_only.map_err(|error| of_sqlite(path, &error))?;
        Ok(Reader { path: path.to_owned(), store })
    }

    /// Up to where the journal is in the tables.
    ///
    /// # Errors
    /// [`TablesFault::Damaged`]; faults of reading.
    pub fn head(&self) -> Result<Head, TablesFault> {
        head::read(&self.store.connection, &self.path).map(|filled| filled.head)
    }

    /// Checks the file against itself: see [`Checked`]. `told` hears how many of how many rows were read.
    ///
    /// # Errors
    /// [`TablesFault::Damaged`] with the first thing found; faults of reading.
    pub fn check(&self, told: &mut dyn FnMut(u64, u64)) -> Result<Checked, TablesFault> {
        check::check(&self.store, &self.path, told)
    }

    /// Asks in SQL. The file is open for reading only, other files cannot be reached, and whatever is not one statement
    /// that reads is refused before it runs.
    ///
    /// # Errors
    /// [`QueryFault`].
    pub fn query(&self, sql: &str, parameters: &[(&str, Value)]) -> Result<Answer, QueryFault> {
        let mut statement = self.store.connection.prepare(sql).map_err(|error| self.wrong(&error))?;
        if !statement.readonly() || statement.column_count() == 0 {
            let detail = "it is no statement that only reads".to_owned();
            return Err(QueryFault::NotReading { detail });
        }
        for (name, value) in parameters {
            let index = statement.parameter_index(name).map_err(|error| self.wrong(&error))?;
            if let Some(index) = index {
                let bound = statement.raw_bind_parameter(index, value.cell());
                bound.map_err(|error| self.wrong(&error))?;
            }
        }
        let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
        let mut rows = Vec::new();
        let mut found = statement.raw_query();
        while let Some(row) = found.next().map_err(|error| self.wrong(&error))? {
            let values = (0..columns.len()).map(|column| row.get_ref(column).map(Value::of));
            rows.push(values.collect::<Result<Vec<_>, _>>().map_err(|error| self.wrong(&error))?);
        }
        Ok(Answer { columns, rows })
    }

    fn wrong(&self, error: &rusqlite::Error) -> QueryFault {
        match error.sqlite_error_code() {
            Some(
                ErrorCode::DatabaseCorrupt
                | ErrorCode::NotADatabase
                | ErrorCode::SystemIoFailure
                | ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked
                | ErrorCode::CannotOpen,
            ) => QueryFault::Tables(of_sqlite(&self.path, error)),
            None if *error == rusqlite::Error::MultipleStatement => {
                QueryFault::NotReading { detail: "it is more than one statement".to_owned() }
            }
            Some(ErrorCode::ReadOnly) => QueryFault::NotReading { detail: error.to_string() },
            _ => QueryFault::Wrong { detail: error.to_string() },
        }
    }
}

impl Value {
    fn of(value: ValueRef<'_>) -> Value {
        match value {
            ValueRef::Null => Value::Null,
            ValueRef::Integer(number) => Value::Integer(number),
            ValueRef::Real(number) => Value::Text(number.to_string()),
            ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
            ValueRef::Blob(bytes) => Value::Blob(bytes.to_owned()),
        }
    }

    fn cell(&self) -> Cell<'_> {
        match self {
            Value::Null => Cell::Null,
            Value::Integer(number) => Cell::Integer(*number),
            Value::Text(text) => text.as_str().into(),
            Value::Blob(bytes) => bytes.as_slice().into(),
        }
    }
}
