//! `caudal payload erase`: one payment, or one account everywhere.

use super::{Entry, Store, commitment};
use crate::failure::{Exit, Failure};
use crate::progress::Bar;
use crate::{json, output};
use clap::Args;
use domain::ids::Role;
use domain::{Actor, Commitment, InstitutionId, MemberId, Timestamp};
use payloads::{Erasure, ErasureOrder, Ground, PayloadStore, Reference, Subject, Target};
use serde::Serialize;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

pub(super) const EXAMPLE: &str = "\
Examples:
  caudal payload erase --data day --house-key key --ground retention-ended --case R-2031 \\
      --by operator:3 --yes \\
      --commitment 0c3f8a8e6f0d5b1c2a9e4d7f60718293a4b5c6d7e8f901234567890abcdef012
  caudal payload erase --data day --house-key key --ground request --case 2031/17 \\
      --by operator:3 --yes --institution 3 --account-from account.txt

The account is read from a file, or with - from standard input, so that it stays in no history of commands.
Without --yes nothing is erased. What was erased before is told with its first date.";

/// More than a file with an account has.
const ACCOUNT_BYTES_MAX: u64 = 1024;

/// What to erase, and why.
#[derive(Args, Clone, Debug)]
pub(crate) struct Arguments {
    #[command(flatten)]
    store: Store,
    /// Commitment of the payment to erase, 64 hexadecimal digits
    #[arg(long, value_name = "COMMITMENT", value_parser = commitment, conflicts_with = "institution", required_unless_present = "institution")]
    commitment: Option<Commitment>,
    /// Institution of the account to erase everywhere
    #[arg(long, value_name = "N", requires = "account_from")]
    institution: Option<u32>,
    /// File with the account; - for standard input
    #[arg(long, value_name = "FILE", requires = "institution")]
    account_from: Option<PathBuf>,
    /// Ground: request, consent-withdrawn, retention-ended, unlawful or order
    #[arg(long, value_name = "GROUND", value_parser = ground)]
    ground: Ground,
    /// Number of the case, never a name
    #[arg(long, value_name = "CASE", value_parser = case)]
    case: Reference,
    /// Who erases: operator:N, agent:N, member:M:N or institution:I:N, N being the person
    #[arg(long, value_name = "WHO", value_parser = actor)]
    by: Actor,
    /// Erases; it cannot be undone
    #[arg(long)]
    yes: bool,
    /// Prints the result as one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Told {
    already: bool,
    /// Payloads of which ciphertexts were deleted, where a subject was erased.
    purged: u64,
    erasure: Entry,
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    let target = target(arguments)?;
    let mut store = arguments.store.open()?;
    if !arguments.yes {
        let message = format!(
            "erasing cannot be undone, and --yes was not given: nothing was erased; {}; give --yes if it is meant",
            store.dir().display()
        );
        return Err(Failure::new(Exit::WrongUse, "CONFIRM_REQUIRED", message));
    }
    let order =
        ErasureOrder { at: now()?, ground: arguments.ground, reference: arguments.case.clone(), by: arguments.by };
    let erasure = match &target {
        Target::Payment(commitment) => store.erase_payment(commitment, &order)?,
        Target::Subject(subject) => store.erase_subject(subject, &order)?,
    };
    let purged = match target {
        Target::Payment(_) => 0,
        Target::Subject(_) => purge(&mut store)?,
    };
    store.close()?;
    output::print(&told(&erasure, purged, arguments.json))?;
    Ok(Exit::Done)
}

fn target(arguments: &Arguments) -> Result<Target, Failure> {
    match (arguments.commitment, arguments.institution, &arguments.account_from) {
        (Some(commitment), _, _) => Ok(Target::Payment(commitment)),
        (None, Some(institution), Some(from)) => {
            Ok(Target::Subject(Subject::new(InstitutionId(institution), &account(from)?)))
        }
        _ => unreachable!("the grammar requires one or the other"),
    }
}

fn account(from: &Path) -> Result<String, Failure> {
    let wrong = |what: &str| {
        let message = format!("the account {what}; {}; give a file with one line, the account", from.display());
        Failure::new(Exit::WrongData, "ACCOUNT_FILE", message)
    };
    let mut bytes = Vec::new();
    let read = if from == Path::new("-") {
        std::io::stdin().take(ACCOUNT_BYTES_MAX).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(from).and_then(|file| file.take(ACCOUNT_BYTES_MAX).read_to_end(&mut bytes))
    };
    read.map_err(|error| wrong(&format!("cannot be read: {error}")))?;
    let text = String::from_utf8(bytes).map_err(|_| wrong("is not UTF-8"))?;
    let account = text.trim();
    if account.is_empty() || account.lines().count() != 1 {
        return Err(wrong("is not one line"));
    }
    Ok(account.to_owned())
}

fn purge(store: &mut PayloadStore) -> Result<u64, Failure> {
    let bar = Bar::new("deleting ciphertexts", store.figures().slots, "keys");
    Ok(store.purge(|at| bar.at(at))?)
}

fn told(erasure: &Erasure, purged: u64, as_json: bool) -> String {
    if as_json {
        return json::text(&Told { already: erasure.already, purged, erasure: Entry::of(&erasure.record) });
    }
    if erasure.already {
        return format!("nothing to do: {}", erasure.record);
    }
    let more = if purged == 0 { String::new() } else { format!("\nciphertexts deleted in {purged} payloads") };
    format!(
        "{}{more}\nCopies made before still have it: export the register (caudal payload erasures --out FILE) and keep it\n\
         with them, so that a restore erases it again.",
        erasure.record
    )
}

fn now() -> Result<Timestamp, Failure> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).ok();
    let time = since.and_then(|since| i64::try_from(since.as_micros()).ok()).map(Timestamp);
    time.ok_or_else(|| {
        let message = "the clock is before 1970; the system's clock; set it, for erasures are dated";
        Failure::new(Exit::Storage, "CLOCK", message)
    })
}

fn ground(text: &str) -> Result<Ground, String> {
    Ground::from_code(text).ok_or_else(|| {
        let codes: Vec<&str> = Ground::ALL.iter().map(|ground| ground.code()).collect();
        format!("expected one of {}", codes.join(", "))
    })
}

fn case(text: &str) -> Result<Reference, String> {
    Reference::new(text).map_err(|_| "expected 1 to 35 letters, digits and / - . as in 2031/17".to_owned())
}

fn actor(text: &str) -> Result<Actor, String> {
    let wrong = || "expected operator:N, agent:N, member:M:N or institution:I:N, as in operator:3".to_owned();
    let mut words = text.split(':');
    let role = words.next().unwrap_or_default();
    let numbers = words.map(|word| word.parse::<u32>().map_err(|_| wrong())).collect::<Result<Vec<u32>, String>>()?;
    match (role, &numbers[..]) {
        ("operator", [person]) => Ok(Actor::operator(*person)),
        ("agent", [person]) => Ok(Actor::agent(*person)),
        ("member", [member, person]) => {
            Ok(Actor::member(MemberId(u16::try_from(*member).map_err(|_| wrong())?), *person))
        }
        ("institution", [institution, person]) => Ok(Actor::institution(InstitutionId(*institution), *person)),
        _ => Err(wrong()),
    }
}

/// As the option takes it.
pub(super) fn actor_text(actor: &Actor) -> String {
    let person = actor.person;
    match actor.role {
        Role::House => "house".to_owned(),
        Role::Operator => format!("operator:{person}"),
        Role::Agent => format!("agent:{person}"),
        Role::Member(member) => format!("member:{member}:{person}"),
        Role::Institution(institution) => format!("institution:{institution}:{person}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actors_are_read_as_they_are_told() {
        for text in ["operator:3", "agent:0", "member:27:1", "institution:4000000000:9"] {
            assert_eq!(actor_text(&actor(text).expect("good")), text);
        }
        for wrong in ["", "operator", "operator:", "operator:-1", "member:1", "member:70000:1", "house", "Maria:1"] {
            assert!(actor(wrong).is_err(), "{wrong}");
        }
    }
}
