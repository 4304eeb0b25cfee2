//! Scripts from the outside: text in, report or errors out.
//!
//! | for | see |
//! | --- | --- |
//! | every worked example of the repository, and every sentence | `examples.rs` |
//! | what is told of a wrong script, and of one whose expectations fail | `told.rs` |
//! | nothing that anybody writes makes it panic | `fuzz.rs` |
#![expect(
    clippy::disallowed_methods,
    reason = "reads the scripts of the repository: which there are is what is tested"
)]

mod examples;
mod fuzz;
mod told;

use domain::plan::{DayRule, DayStep};
use domain::{Date, Timestamp};
use lab::{LocalTimes, time_zone_version};
use scripts::{Report, ScriptError, Surroundings};
use std::path::PathBuf;

/// A folder with rulebook files.
pub struct Folder(pub PathBuf);

impl Surroundings for Folder {
    fn rulebook_file(&self, path: &str) -> Result<Vec<u8>, String> {
        std::fs::read(self.0.join(path)).map_err(|error| error.to_string())
    }

    fn local_times(&self, day: &DayRule, date: Date) -> Result<Vec<(DayStep, Timestamp)>, String> {
        Ok(LocalTimes::of(day).map_err(|error| error.to_string())?.on(date))
    }

    fn time_zone_version(&self) -> String {
        time_zone_version().to_owned()
    }
}

/// The scripts of the repository.
pub fn folder() -> Folder {
    Folder(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../scripts"))
}

/// Reads and plays a text.
pub fn played(text: &str) -> Result<Report, Vec<ScriptError>> {
    let script = scripts::read("test", text.as_bytes(), &folder())?;
    Ok(scripts::play(&script, &folder()).expect("the house goes on"))
}

/// What a report or a list of errors says, a line each.
pub fn told(text: &str) -> String {
    match played(text) {
        Ok(report) => report.failures.iter().map(|failure| format!("{}: {failure}\n", failure.code)).collect(),
        Err(errors) => errors.iter().map(|error| format!("{}: {error}\n", error.kind.code())).collect(),
    }
}
