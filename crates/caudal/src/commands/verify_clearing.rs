//! `caudal verify-clearing`: is what a folder of `clear` or `queue` says right, and proved?

use crate::clearing_files::figures::{GapText, LevelObject, proof};
use crate::clearing_files::folder::{CERTIFICATE, ReadFolder, refused};
use crate::clearing_files::{queue_check, set_off_check};
use crate::failure::{Exit, Failure};
use crate::people::count;
use crate::{json, output};
use certify::Claim;
use clap::Args;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

pub(crate) const EXAMPLE: &str = "\
Examples:
  caudal verify-clearing result            exit code 0: accepted; 1: refused, with the reason
  caudal verify-clearing result --json     {\"accepted\":true,\"kind\":\"queue\",…}

Nothing is solved: the input in the folder is read again, what follows from it is computed again,
and the certificate must prove that no answer is worth more than it claims.";

/// What to check.
#[derive(Args, Clone, Debug)]
pub(crate) struct Arguments {
    /// Folder that `caudal clear` or `caudal queue` wrote
    #[arg(value_name = "DIR")]
    pub(crate) dir: PathBuf,
    /// Prints the verdict as one JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Serialize)]
struct Accepted {
    accepted: bool,
    kind: &'static str,
    value: i128,
    upper_bound: i128,
    gap: GapText,
    levels: BTreeMap<String, LevelObject>,
    foreign_files: Vec<String>,
}

#[derive(Serialize)]
struct Refused<'a> {
    accepted: bool,
    code: &'a str,
    message: &'a str,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    match checked(arguments) {
        Ok(text) => output::print(&text).map(|()| Exit::Done),
        Err(failure) => {
            if arguments.json && failure.exit == Exit::CheckSaidNo {
                let refused = Refused { accepted: false, code: &failure.code, message: &failure.message };
                output::print(&json::text(&refused))?;
            }
            Err(failure)
        }
    }
}

fn checked(arguments: &Arguments) -> Result<String, Failure> {
    let folder = ReadFolder::open(&arguments.dir)?;
    let (kind, claim, levels, what): (_, Claim, Vec<(String, Claim)>, _) = match folder.head.kind.as_str() {
        queue_check::KIND => {
            let figures = queue_check::check(&folder)?;
            let what = format!(
                "{} of {} payments settle: nobody is overdrawn, every limit holds, worth {}",
                count(figures.settled_count),
                count(figures.payments),
                figures.settled_value.0
            );
            (queue_check::KIND, figures.claim(), figures.claims().collect(), what)
        }
        set_off_check::KIND => {
            let figures = set_off_check::check(&folder)?;
            let what = format!(
                "{} is set off of {} debts, and nobody's net position changes but by the liquidity that is used",
                figures.cleared.0,
                count(figures.obligations)
            );
            (set_off_check::KIND, figures.claim(), figures.claims().collect(), what)
        }
        kind => {
            return Err(refused(&format!("the certificate is of an unknown kind: {kind}"), &folder.path(CERTIFICATE)));
        }
    };
    let foreign_files = folder.foreign()?;
    if arguments.json {
        let accepted = Accepted {
            accepted: true,
            kind,
            value: claim.value,
            upper_bound: claim.upper_bound,
            gap: GapText::of(claim),
            levels: levels.into_iter().map(|(class, claim)| (class, claim.into())).collect(),
            foreign_files,
        };
        return Ok(json::text(&accepted));
    }
    let written = if foreign_files.is_empty() {
        "Every file is the one that was written.".to_owned()
    } else {
        let names = foreign_files.join(", ");
        format!("Every file of the result is the one that was written. Not of the result, and not looked at: {names}")
    };
    Ok(format!(
        "accepted: {what}\nproved: no answer is worth more than {}; gap {}\n{written}",
        claim.upper_bound,
        proof(levels, claim)
    ))
}
