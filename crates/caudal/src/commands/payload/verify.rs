//! `caudal payload verify`: is what is kept whole, and what was erased gone?

use super::Store;
use crate::failure::{Exit, Failure};
use crate::people::count;
use crate::progress::Bar;
use crate::{json, output, warnings};
use clap::Args;
use payloads::Verified;
use serde::Serialize;

pub(super) const EXAMPLE: &str = "\
Example:
  caudal payload verify --data day --house-key key      exit code 5 if something is wrong

Every payload is decrypted and held against its commitment; every erasure has its entry and no key.";

/// Which store.
#[derive(Args, Clone, Debug)]
pub(crate) struct Arguments {
    #[command(flatten)]
    store: Store,
    /// Prints the result as one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Told<'a> {
    ok: bool,
    payloads: u64,
    partly_erased: u64,
    subjects: u64,
    erasures: u64,
    unswept: u64,
    findings: u64,
    codes: Vec<&'a str>,
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    let mut store = arguments.store.open()?;
    let verified = {
        let bar = Bar::new("verifying", store.figures().slots, "keys");
        store.verify(|at, _| bar.at(at))?
    };
    if verified.unswept > 0 {
        let told = format!("{} payloads have no key: they were never acknowledged", count(verified.unswept));
        let message = format!("{told}; {}; start the house, which sweeps them", store.dir().display());
        warnings::warn("PAYLOADS_WITHOUT_KEY", message);
    }
    store.close()?;
    let mut codes: Vec<&str> = verified.findings.iter().map(payloads::PayloadFault::code).collect();
    codes.dedup();
    if arguments.json {
        let (payloads, partly_erased, subjects) = (verified.payloads, verified.partly_erased, verified.subjects);
        let (ok, findings) = (verified.is_sound(), verified.findings_count);
        let (erasures, unswept) = (verified.erasures, verified.unswept);
        output::print(&json::text(&Told {
            ok,
            payloads,
            partly_erased,
            subjects,
            erasures,
            unswept,
            findings,
            codes,
        }))?;
    }
    if verified.is_sound() {
        if !arguments.json {
            output::print(&verdict(&verified))?;
        }
        return Ok(Exit::Done);
    }
    verified.findings.iter().for_each(|finding| Failure::from(finding.clone()).report());
    Ok(Exit::Storage)
}

/// What a sound store is told to be.
pub(super) fn verdict(verified: &Verified) -> String {
    format!(
        "sound: {} payloads, of {} of them a party is erased; {} accounts; {} erasures\n\
         Every payload leads to its commitment. Every erasure stands in the register, and its key is gone.",
        count(verified.payloads),
        count(verified.partly_erased),
        count(verified.subjects),
        count(verified.erasures),
    )
}
