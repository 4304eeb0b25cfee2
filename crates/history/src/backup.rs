//! Copies of an archive, each verified before it counts.

use crate::disk::{Disk, Folder};
use crate::fault::HistoryFault;
use crate::layout::{FOOTER_BYTES, file_name};
use crate::limits::WRITE_BYTES;
use crate::manifest::{MANIFEST_FILE, Manifest, Named};
use crate::run::Run;
use crate::shared::Shared;
use crate::verify::{self, Verified};
use crate::{Options, Stamp, open};
use domain::EventSeq;
use std::path::Path;
use std::sync::Arc;

/// What a backup holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Backup {
    /// Names of its files in the folder.
    pub files: Vec<String>,
    /// The last eviction whose originals are in it.
    pub complete_to: Option<EventSeq>,
    /// The journal's head when that was written: the backup of the journal must reach it.
    pub stamp: Option<Stamp>,
    /// What the verification of the copy found.
    pub verified: Verified,
}

pub(crate) fn backup(shared: &Shared, folder: &Path) -> Result<Backup, HistoryFault> {
    let target = Arc::new(Folder::open_or_create(folder)?);
    let place = folder.display().to_string();
    if !target.names().map_err(|error| HistoryFault::reading(&place, &error))?.is_empty() {
        return Err(HistoryFault::TargetNotEmpty { place });
    }
    let state = shared.read();
    // Runs stay readable through their open files even when they are merged and removed meanwhile.
    let (runs, complete, next_number) = (state.runs.clone(), state.complete, state.next_number);
    drop(state);
    for run in &runs {
        copy(run, &*target)?;
    }
    let named = runs.iter().map(|run| Named { number: run.footer.identity.number, digest: run.digest }).collect();
    // Last: a copy that was cut off has no manifest and is refused by everything that opens it.
    Manifest { house: shared.options.house, next_number, complete, runs: named }.write(&*target)?;
    let options = Options { background: false, ..shared.options };
    let (copied, _) = open::open(target, options)?;
    let verified = verify::verify(&copied.read().runs, &shared.hash, &mut |_, _| {})?;
    let mut files: Vec<String> = runs.iter().map(|run| file_name(run.footer.identity.number)).collect();
    files.push(MANIFEST_FILE.to_owned());
    let (complete_to, stamp) = complete.unzip();
    Ok(Backup { files, complete_to, stamp, verified })
}

fn copy(run: &Run, target: &dyn Disk) -> Result<(), HistoryFault> {
    let name = file_name(run.footer.identity.number);
    let writing = |error| HistoryFault::writing(&target.place(&name), &error);
    let mut file = target.create(&name).map_err(writing)?;
    let mut buffer = vec![0; WRITE_BYTES.max(FOOTER_BYTES)];
    let mut at = 0;
    while at < run.file_bytes {
        let length = usize::try_from(run.file_bytes - at).map_or(buffer.len(), |left| left.min(buffer.len()));
        let read = run.file.read_exact_at(&mut buffer[..length], at);
        read.map_err(|error| HistoryFault::reading(&run.place, &error))?;
        file.append(&buffer[..length]).map_err(writing)?;
        at += length as u64;
    }
    file.sync().map_err(writing)
}
