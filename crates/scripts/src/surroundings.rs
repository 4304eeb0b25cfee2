//! What a script needs of the world outside: files of rulebooks, and local times.

use domain::plan::{DayRule, DayStep};
use domain::{Date, Timestamp};

/// What a script needs of the world outside.
pub trait Surroundings {
    /// The bytes of a rulebook file that a script names, relative to the script.
    ///
    /// # Errors
    /// Why it cannot be read, as a sentence.
    fn rulebook_file(&self, path: &str) -> Result<Vec<u8>, String>;

    /// The steps of a business day as instants.
    ///
    /// # Errors
    /// Why not, as a sentence: a zone that nobody knows.
    fn local_times(&self, day: &DayRule, date: Date) -> Result<Vec<(DayStep, Timestamp)>, String>;

    /// Version of the time-zone data by which they were resolved.
    fn time_zone_version(&self) -> String;
}
