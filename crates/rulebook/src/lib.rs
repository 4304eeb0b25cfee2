//! Rulebooks: a TOML file of rules, each with its article, read, checked and compiled to a [`domain::Plan`].
//!
//! Two steps. [`parse`] reads the whole schema and reports everything that is wrong, each error with its place and its
//! remedy; it does so for schemes that nothing can run yet. [`Rulebook::compile`] gives the plan that the ledger runs, or
//! names what is not built. The reference page is docs/rulebooks.md.
//!
//! Text in, plan out: no file is opened here. The rulebooks that come with the program are in it ([`list`], [`source`]).
#![deny(clippy::float_arithmetic, clippy::print_stdout, clippy::print_stderr)]

mod check;
mod compile;
mod error;
mod library;
mod limits;
mod not_built;
mod parse;
mod reader;
mod reference;
mod rules_table;
pub mod schema;
mod section;
mod suggest;
mod value;
mod zone;

pub use error::{ErrorKind, RulebookError};
pub use library::{QuotasByAverage, list, source, title};
pub use not_built::{Missing, NotBuilt};
pub use parse::{parse, parse_bytes};
pub use reference::{reference, sections};
pub use rules_table::rules_table;
pub use schema::Rulebook;
pub use section::{Assumed, KeySchema, Need, SectionSchema, Source};
pub use suggest::nearest;
pub use value::{
    Amount, AmountByMember, Decimal, Entries, List, MemberCode, MemberPair, Name, Percent, RefusalCode, Tables, Text,
    TimeOfDay, UnitCode, Whole,
};
pub use zone::Zone;
