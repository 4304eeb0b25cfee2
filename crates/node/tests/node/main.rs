//! A node in a real folder: what was promised stays, whatever happens to what is beside the journal.

mod caches;
mod house;
mod open_runs;
mod personal_data;
mod promises;
mod recovery;
mod years;
