//! Copies of a house: the journal and the personal data. What can be made anew is not copied.
//!
//! The copy of the journal gets its mark last of all: a copy that lacks something is refused by whatever opens it.
//! Order makes the copy consistent while the house is at work: the journal first, then the personal data, which were there
//! before each block that names them. So the copy of the data has all that the copy of the journal names, and a little more,
//! which the first start sweeps.

use crate::fault::NodeFault;
use crate::personal_data::PAYLOAD_FOLDER;
use journal::Head;
use journal_sqlite::Restored;
use std::path::Path;

/// Copies the house in `dir`, which may be at work, to the empty or new folder `target`, and verifies the journal there. The
/// keys of the personal data are copied to the new file `keys` if it is given: keep them apart from the rest, or the copy tells everything
/// to whoever finds it.
///
/// # Errors
/// Faults of the journal, of the store, or of either copy.
pub fn backup(dir: &Path, target: &Path, keys: Option<&Path>) -> Result<Head, NodeFault> {
    journal_sqlite::backup_with(dir, target, || {
        let store = dir.join(PAYLOAD_FOLDER);
        if store.is_dir() {
            payloads::backup(&store, &target.join(PAYLOAD_FOLDER))?;
            if let Some(keys) = keys {
                // After the payloads, so that every payload copied has its key in the copy.
                payloads::backup_keys(&store.join(payloads::KEYS_FILE), keys)?;
            }
        }
        Ok(())
    })
}

/// Copies the journal of a backup to the empty or new folder `dir`. Personal data are brought back by
/// [`payloads::restore`], with their keys and the newest register of erasures.
///
/// # Errors
/// Faults of the backup or of the copy.
pub fn restore(backup: &Path, dir: &Path, lost: Option<&Path>) -> Result<Restored, NodeFault> {
    Ok(journal_sqlite::restore(backup, dir, lost)?)
}
