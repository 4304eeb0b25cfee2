//! `caudal payload …`: personal data beside a journal, for whoever answers for them.

mod copies;
mod erase;
mod house_key;
mod register;
mod show;
mod verify;

use crate::failure::{Exit, Failure};
use crate::warnings;
use clap::{Args, Subcommand};
use domain::{Commitment, Timestamp};
use payloads::{ErasureRecord, HouseKey, PayloadStore, StoreOptions};
use std::path::{Path, PathBuf};

pub(crate) const EXAMPLE: &str = "\
Examples:
  caudal payload show --data day --house-key key 0c3f…
  caudal payload verify --data day --house-key key
  caudal payload erase --data day --house-key key --institution 3 --account-from account.txt \\
      --ground request --case 2031/17 --by operator:3 --yes

What is kept where, and what erasing does: docs/personal-data.md.";

/// Personal data.
#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Shows the payload of a commitment, or when and why it was erased
    #[command(after_help = show::EXAMPLE)]
    Show(show::Arguments),
    /// Erases the payload of one payment, or the data of one account everywhere; cannot be undone
    #[command(after_help = erase::EXAMPLE)]
    Erase(erase::Arguments),
    /// Verifies that what is kept is whole, and that what was erased is gone
    #[command(after_help = verify::EXAMPLE)]
    Verify(verify::Arguments),
    /// Lists the register of erasures, and exports it to be kept with the backups
    #[command(after_help = register::EXAMPLE)]
    Erasures(register::Arguments),
    /// Copies ciphertexts and register; with --keys-to, the keys too
    #[command(after_help = copies::BACKUP_EXAMPLE)]
    Backup(copies::BackupArguments),
    /// Brings copies back, and erases again what a newer register says
    #[command(after_help = copies::RESTORE_EXAMPLE)]
    Restore(copies::RestoreArguments),
    /// Makes a new house key in a file of mode 0600
    #[command(after_help = house_key::MAKE_EXAMPLE)]
    HouseKey(house_key::MakeArguments),
    /// Puts all keys under another house key, so that copies made before can be made useless
    #[command(after_help = house_key::REWRAP_EXAMPLE)]
    Rewrap(house_key::RewrapArguments),
}

pub(crate) fn run(command: &Command) -> Result<Exit, Failure> {
    match command {
        Command::Show(arguments) => show::run(arguments),
        Command::Erase(arguments) => erase::run(arguments),
        Command::Verify(arguments) => verify::run(arguments),
        Command::Erasures(arguments) => register::run(arguments),
        Command::Backup(arguments) => copies::back_up(arguments),
        Command::Restore(arguments) => copies::restore(arguments),
        Command::HouseKey(arguments) => house_key::make(arguments),
        Command::Rewrap(arguments) => house_key::rewrap(arguments),
    }
}

/// A store, and what opens it.
#[derive(Args, Clone, Debug)]
pub(crate) struct Store {
    /// Folder of the house, with the personal data in payloads/; or that folder itself
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// File of the house key
    #[arg(long, value_name = "FILE")]
    house_key: PathBuf,
    /// File of the keys, if it lies elsewhere than in the folder
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,
}

impl Store {
    fn open(&self) -> Result<PayloadStore, Failure> {
        let key = HouseKey::from_file(&self.house_key)?;
        let options = StoreOptions { keys: self.keys.clone(), create: false, ..StoreOptions::default() };
        let (store, warnings) = PayloadStore::open(&store_folder(&self.data), &key, options)?;
        warnings.iter().for_each(|warning| warnings::warn(warning.code, warning));
        Ok(store)
    }
}

/// The store's folder within a house's, or the folder itself if it is a store.
fn store_folder(dir: &Path) -> PathBuf {
    let is_store = |dir: &Path| {
        [payloads::PAYLOADS_FILE, payloads::KEYS_FILE, payloads::REGISTER_FILE]
            .iter()
            .any(|name| dir.join(name).exists())
    };
    let within = dir.join("payloads");
    if !is_store(dir) && within.is_dir() { within } else { dir.to_owned() }
}

/// A commitment as 64 hexadecimal digits.
fn commitment(text: &str) -> Result<Commitment, String> {
    let wrong = || "expected 64 hexadecimal digits, as the journal shows a commitment".to_owned();
    let mut bytes = [0; 32];
    if text.len() != 64 {
        return Err(wrong());
    }
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        let digit = |digit: u8| char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
        *byte = digit(pair[0]).zip(digit(pair[1])).map(|(high, low)| high << 4 | low).ok_or_else(wrong)?;
    }
    Ok(Commitment(bytes))
}

/// An instant in UTC: 2031-05-01T09:30:00Z.
fn instant(at: Timestamp) -> String {
    let (year, month, day) = at.date().ymd();
    let seconds = at.time_of_day_us() / domain::time::SECOND_US;
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// An entry of the register, for programs.
#[derive(serde::Serialize)]
struct Entry {
    entry: u64,
    erased: &'static str,
    name: String,
    at: String,
    ground: &'static str,
    case: String,
    by: String,
}

impl Entry {
    fn of(record: &ErasureRecord) -> Entry {
        let (erased, name) = match &record.erased {
            payloads::ErasedName::Payment(commitment) => ("payment", &commitment.0),
            payloads::ErasedName::Subject(tag) => ("subject", tag),
        };
        Entry {
            entry: record.number,
            erased,
            name: crate::json::hex(name),
            at: instant(record.at),
            ground: record.ground.code(),
            case: record.reference.as_str().to_owned(),
            by: erase::actor_text(&record.by),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commitments_are_read_in_full_or_not_at_all() {
        let text = "00ff".repeat(16);
        assert_eq!(crate::json::hex(&commitment(&text).expect("good").0), text);
        assert!(commitment(&text.to_uppercase()).is_ok());
        for wrong in ["", "00", &"g".repeat(64), &"é".repeat(32), &"0".repeat(65)] {
            assert!(commitment(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn instants_are_told_in_utc_to_the_second() {
        assert_eq!(instant(Timestamp(0)), "1970-01-01T00:00:00Z");
        assert_eq!(instant(Timestamp(1_229_472_000_000_000 + 45_296_999_999)), "2008-12-17T12:34:56Z");
    }
}
