//! `caudal payload backup` and `restore`: copies, and bringing them back without what was erased since.

use super::{store_folder, verify};
use crate::failure::{Exit, Failure};
use crate::people::count;
use crate::progress::Bar;
use crate::{output, warnings};
use clap::Args;
use payloads::{HouseKey, RestoreSource, StoreOptions};
use std::path::PathBuf;

pub(super) const BACKUP_EXAMPLE: &str = "\
Example:
  caudal payload backup --data day --to copies/payloads-2031-05-01 --keys-to safe/keys-2031-05-01

A process may be at work. Without the keys nobody can read the copy: keep them apart from it. Needs no house key.";

pub(super) const RESTORE_EXAMPLE: &str = "\
Example:
  caudal payload restore --from copies/payloads-2031-05-01 --keys-from safe/keys-2031-05-01 \\
      --register safe/erasures-2031-06-30 --data day/payloads --house-key key

Give the newest register of erasures that there is: without it, what was erased after the backup comes back.";

/// What to copy and where.
#[derive(Args, Clone, Debug)]
pub(crate) struct BackupArguments {
    /// Folder of the house, or of its payloads; a process may be at work
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Empty or new folder for ciphertexts and register
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
    /// New file for the keys, wrapped under the house key
    #[arg(long, value_name = "FILE")]
    keys_to: Option<PathBuf>,
    /// File of the keys, if it lies elsewhere than in the folder
    #[arg(long, value_name = "FILE", requires = "keys_to")]
    keys: Option<PathBuf>,
}

pub(super) fn back_up(arguments: &BackupArguments) -> Result<Exit, Failure> {
    let store = store_folder(&arguments.data);
    payloads::backup(&store, &arguments.to)?;
    let mut told = format!("ciphertexts and register copied to {}", arguments.to.display());
    match &arguments.keys_to {
        // After the ciphertexts, so that each of them has its key in the copy.
        Some(target) => {
            let keys = arguments.keys.clone().unwrap_or_else(|| store.join(payloads::KEYS_FILE));
            payloads::backup_keys(&keys, target)?;
            told.push_str(&format!("\nkeys copied to {}", target.display()));
        }
        None => {
            let place = arguments.to.display();
            let message = format!("this copy cannot be read without a copy of the keys; {place}; add --keys-to FILE");
            warnings::warn("KEYS_NOT_COPIED", message);
        }
    }
    output::print(&told)?;
    Ok(Exit::Done)
}

/// What to bring back and where.
#[derive(Args, Clone, Debug)]
pub(crate) struct RestoreArguments {
    /// Folder of the copy of ciphertexts and register
    #[arg(long, value_name = "DIR")]
    from: PathBuf,
    /// Copy of the keys, made after it
    #[arg(long, value_name = "FILE")]
    keys_from: PathBuf,
    /// Newest export of the register of erasures, or the one in the lost folder
    #[arg(long, value_name = "FILE")]
    register: Option<PathBuf>,
    /// Empty or new folder for the store
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// File of the house key
    #[arg(long, value_name = "FILE")]
    house_key: PathBuf,
    /// New file for the keys, if they are to lie elsewhere than in the folder
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,
}

pub(super) fn restore(arguments: &RestoreArguments) -> Result<Exit, Failure> {
    let key = HouseKey::from_file(&arguments.house_key)?;
    let source = RestoreSource {
        payloads: arguments.from.clone(),
        keys: arguments.keys_from.clone(),
        register: arguments.register.clone(),
    };
    let options = StoreOptions { keys: arguments.keys.clone(), ..StoreOptions::default() };
    let restored = {
        let bar = Bar::new("verifying", 1, "keys");
        payloads::restore(&source, &arguments.data, &key, options, |at, of| bar.at(at.min(of)))?
    };
    if arguments.register.is_none() {
        let place = arguments.data.display();
        let message = format!(
            "no newer register of erasures was given: what was erased after the backup may be back; {place}; restore \
             again with --register, or erase it again"
        );
        warnings::warn("ERASURES_MAY_BE_MISSING", message);
    }
    let mut told = format!("restored to {}", arguments.data.display());
    if restored.erasures_applied > 0 {
        told.push_str(&format!(
            "\n{} erasures made after the backup carried out again",
            count(restored.erasures_applied)
        ));
    }
    if restored.keys_without_payload > 0 {
        let lacking = count(restored.keys_without_payload);
        told.push_str(&format!("\n{lacking} payloads put after the backup are missing; their keys were destroyed"));
    }
    output::print(&format!("{told}\n{}", verify::verdict(&restored.verified)))?;
    Ok(Exit::Done)
}
