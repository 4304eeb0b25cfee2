//! `caudal verify`: is the data good?

use crate::failure::{Exit, Failure};
use crate::folder_check::{self, Sound};
use crate::people::count;
use crate::{json, output, payment_way};
use clap::Args;
use domain::PaymentId;
use serde::Serialize;
use std::path::PathBuf;

pub(crate) const EXAMPLE: &str = "\
Examples:
  caudal verify --data day
  caudal verify --data day --payment 17      and follows payment 17 through the journal
  caudal verify --data day --json            {\"ok\":true,\"journal_height\":…,\"state_digest\":\"…\"}

Opens for reading only: after a crash, too, nothing is copied, shortened or written.";

/// What to verify.
#[derive(Args, Clone, Debug)]
pub(crate) struct Arguments {
    /// Folder of the journal
    #[arg(long, value_name = "DIR")]
    pub(crate) data: PathBuf,
    /// Prints every event of one payment, with what it posted
    #[arg(long, value_name = "N", allow_negative_numbers = true, conflicts_with = "json")]
    pub(crate) payment: Option<u64>,
    /// Prints the result as one JSON object; on damage {"ok":false,"code":…,"message":…}
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Serialize)]
struct Good {
    ok: bool,
    journal_height: u64,
    state_digest: String,
}

#[derive(Serialize)]
struct Bad<'a> {
    ok: bool,
    code: &'a str,
    message: &'a str,
}

pub(crate) fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    match folder_check::check(&arguments.data) {
        Ok(sound) if arguments.json => {
            let (journal_height, state_digest) = (sound.journal_height, json::hex(&sound.state_digest));
            output::print(&json::text(&Good { ok: true, journal_height, state_digest }))?;
        }
        Ok(sound) => {
            output::print(&verdict(&sound))?;
            if let Some(payment) = arguments.payment {
                output::print(&payment_way::told(&arguments.data, PaymentId(payment), &sound.state)?)?;
            }
        }
        Err(failure) => {
            if arguments.json {
                output::print(&json::text(&Bad { ok: false, code: &failure.code, message: &failure.message }))?;
            }
            return Err(failure);
        }
    }
    Ok(Exit::Done)
}

/// What a sound folder is told to be.
pub(crate) fn verdict(sound: &Sound) -> String {
    format!(
        "sound: {} events in {} blocks, {} business days closed\nstate digest {}\n\
         Every block is the one that was written, and none is missing up to the high-water mark. Every\n\
         event keeps the rules. The ledger's replay and the auditor's own model come to this same state.",
        count(sound.journal_height),
        count(sound.head.blocks),
        count(sound.days_closed),
        json::hex(&sound.state_digest),
    )
}
