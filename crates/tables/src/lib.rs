//! Read tables: an SQLite file beside the journal, filled from its durable blocks, for whoever wants to ask in SQL.
//!
//! Payments, legs, positions, nets, settlement legs, limits with their history, refusals, and what makes them readable,
//! every row with the number of the events that made it (docs/read-tables.md). The tables are a reading of the journal
//! and nothing else: this crate knows no decision, only what events say and what docs/accounts.md says that they post.
//!
//! * *Exactly once*: rows and the height that they stand for are written in one transaction; a block that is repeated,
//!   missing, or of another journal is refused by name.
//! * *Anew at any time*: whatever is wrong with the file, [`rebuild`] makes it again from the journal.
//!
//! | for | see |
//! | --- | --- |
//! | filling | [`Tables`], [`rebuild`], [`Pace`] |
//! | asking | [`Reader`], [`QUESTIONS`] |
//! | is the file as it was written | [`Tables::check`], [`Reader::check`] |
//! | what can go wrong | [`TablesFault`] |
//! | the tables and views in SQL | [`TABLES_SQL`], [`VIEWS_SQL`] |
#![deny(clippy::float_arithmetic, clippy::print_stdout, clippy::print_stderr)]

mod cell;
mod check;
mod constants;
mod decoded;
mod fault;
mod file;
mod fill;
mod head;
mod names;
mod pace;
mod questions;
mod reader;
mod rebuild;
mod schema;
mod store;
mod tables;

pub use check::Checked;
pub use fault::TablesFault;
pub use pace::{Flow, Pace};
pub use questions::{Kind, Parameter, QUESTIONS, Question, WrongQuestion, question};
pub use reader::{Answer, QueryFault, Reader, Value};
pub use rebuild::rebuild;
pub use schema::{TABLES_SQL, VIEWS_SQL};
pub use tables::{Source, Tables};

/// Name of the file beside the journal.
pub const TABLES_FILE: &str = "tables.sqlite";
