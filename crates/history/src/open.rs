//! Opening: what a folder must be, and the removal of what a crash left.

use crate::Options;
use crate::disk::Disk;
use crate::fault::{HistoryFault, Warning};
use crate::layout::is_run;
use crate::manifest::{MANIFEST_FILE, Manifest, STAGED_FILE};
use crate::run::Run;
use crate::shared::Shared;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

/// Names of a folder, told apart.
#[derive(Default)]
struct Names {
    manifest: bool,
    runs: Vec<String>,
    staged: Vec<String>,
    strangers: Vec<String>,
}

impl Names {
    fn of(disk: &dyn Disk) -> Result<Self, HistoryFault> {
        let mut names = Self::default();
        let place = disk.place("");
        for name in disk.names().map_err(|error| HistoryFault::reading(&place, &error))? {
            match &*name {
                MANIFEST_FILE => names.manifest = true,
                STAGED_FILE => names.staged.push(name),
                _ if is_run(&name) => names.runs.push(name),
                _ => names.strangers.push(name),
            }
        }
        match names.strangers.first() {
            Some(name) if !names.manifest && names.runs.is_empty() => {
                let detail = format!("the folder holds {name} but no {MANIFEST_FILE}");
                Err(HistoryFault::NotAHistory { place, detail })
            }
            _ => Ok(names),
        }
    }
}

/// Opens an archive, or makes one where there is none.
pub(crate) fn open(disk: Arc<dyn Disk>, options: Options) -> Result<(Shared, Vec<Warning>), HistoryFault> {
    let mut names = Names::of(&*disk)?;
    let manifest = match Manifest::read(&*disk, &options.house)? {
        Some(manifest) => manifest,
        // The first thing that is made is a manifest: runs without one have lost it.
        None if !names.runs.is_empty() => {
            return Err(HistoryFault::damaged(&disk.place(MANIFEST_FILE), "the manifest is missing"));
        }
        None => {
            let manifest = Manifest::empty(options.house);
            manifest.write(&*disk)?;
            // One that an earlier, interrupted making left has become this one.
            names.staged.clear();
            manifest
        }
    };
    let disk_reads = Arc::new(AtomicU64::new(0));
    let mut runs = Vec::new();
    for named in &manifest.runs {
        let run = Run::open(&*disk, &options.house, named.number, Arc::clone(&disk_reads))?;
        if run.digest != named.digest {
            return Err(run.damaged("this is not the run that the manifest names"));
        }
        runs.push(Arc::new(run));
    }
    let mut warnings = Vec::new();
    let named: BTreeSet<String> = manifest.runs.iter().map(|run| crate::layout::file_name(run.number)).collect();
    for name in names.runs.iter().chain(&names.staged).filter(|name| !named.contains(*name)) {
        let place = disk.place(name);
        disk.remove(name).map_err(|error| HistoryFault::writing(&place, &error))?;
        warnings.push(Warning::LeftOverRemoved { place });
    }
    warnings.extend(names.strangers.iter().map(|name| Warning::Stranger { place: disk.place(name) }));
    Ok((Shared::new(disk, options, &manifest, runs, disk_reads), warnings))
}

/// Opens an empty archive in the place of whatever archive there was.
pub(crate) fn open_empty(disk: Arc<dyn Disk>, options: Options) -> Result<Shared, HistoryFault> {
    let names = Names::of(&*disk)?;
    let manifest = Manifest::empty(options.house);
    manifest.write(&*disk)?;
    for name in &names.runs {
        disk.remove(name).map_err(|error| HistoryFault::writing(&disk.place(name), &error))?;
    }
    Ok(Shared::new(disk, options, &manifest, Vec::new(), Arc::new(AtomicU64::new(0))))
}
