//! Snapshots of the state beside a journal: named by their height, the last few kept. They are caches: deleting all of them
//! costs time and nothing else, and none that is damaged, foreign or unreadable keeps a house from starting.

use crate::archive;
use crate::fault::Warning;
use engine::MadeBy;
use journal::JournalFault;
use std::fs;
use std::path::Path;

/// Snapshots kept of this version: the last, and the one before, in case the last is of no use.
const SNAPSHOTS_KEPT: usize = 2;

/// Snapshots kept of all other versions: what one prepares that is about to take over, or one left that may come back.
const OTHERS_KEPT: usize = 1;

const PREFIX: &str = "state-";

/// They hold every height, so that names sort as heights do.
const HEIGHT_DIGITS: usize = 20;

/// Up to where the store of personal data was swept.
const SWEPT: &str = "payloads-swept";

/// Whether a node may have given a file beside the journal this name.
#[must_use]
pub fn is_beside_the_journal(name: &str) -> bool {
    name == SWEPT || name == archive::DAMAGED || height_of(name).is_some()
}

/// Which earlier snapshots a new one makes superfluous.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LettingGo {
    /// Those of this version: whoever runs the house may be another one.
    OfThisVersion,
    /// Those of any version.
    OfAnyVersion,
}

/// Writes a snapshot and lets go of those before it that are not needed any more; `breathe` is called between parts of the
/// file. What is of a later height is never touched: somebody knows more of the journal.
///
/// # Errors
/// Faults of writing; earlier snapshots are still there then.
pub fn write(
    dir: &Path,
    height: u64,
    snapshot: &[u8],
    letting_go: LettingGo,
    breathe: &mut dyn FnMut(),
) -> Result<(), JournalFault> {
    journal_sqlite::write_auxiliary_gently(dir, &name(height), snapshot, breathe)?;
    let mut heights = heights(dir)?;
    heights.retain(|found| *found <= height);
    let made = |height: &u64| {
        let beginning = journal_sqlite::read_auxiliary_beginning(dir, &name(*height), engine::SNAPSHOT_BEGINNING_BYTES);
        // What cannot be read is none of what may be let go of: the next start sees to it.
        beginning.ok().map(|beginning| engine::snapshot_made_by(&beginning))
    };
    let of = |maker: MadeBy, kept: usize| {
        let mut made: Vec<u64> = heights.iter().copied().filter(|height| made(height) == Some(maker)).collect();
        made.truncate(made.len().saturating_sub(kept));
        made
    };
    let mut needless = of(MadeBy::ThisVersion, SNAPSHOTS_KEPT);
    if letting_go == LettingGo::OfAnyVersion {
        needless.extend(of(MadeBy::OtherVersion, OTHERS_KEPT));
        needless.extend(of(MadeBy::Nobody, 0));
    }
    needless.into_iter().try_for_each(|height| journal_sqlite::remove_auxiliary(dir, &name(height)))
}

/// Snapshots at or below a height, the latest first, each read when it is asked for.
pub(crate) struct Shelf<'a> {
    dir: &'a Path,
    /// Ascending.
    heights: Vec<u64>,
}

impl<'a> Shelf<'a> {
    /// A folder that cannot be read is told of, and holds nothing.
    pub(crate) fn up_to(dir: &'a Path, not_after: u64, unreadable: &mut dyn FnMut(JournalFault)) -> Self {
        let mut heights = heights(dir).unwrap_or_else(|fault| {
            unreadable(fault);
            Vec::new()
        });
        heights.retain(|height| *height <= not_after);
        Self { dir, heights }
    }

    /// The next one that is whole; what is damaged or cannot be read is told of and passed over.
    pub(crate) fn next(&mut self, unreadable: &mut dyn FnMut(JournalFault)) -> Option<Vec<u8>> {
        while let Some(height) = self.heights.pop() {
            match journal_sqlite::read_auxiliary(self.dir, &name(height)) {
                Ok(Some(bytes)) => return Some(bytes),
                Ok(None) => {}
                Err(fault) => unreadable(fault),
            }
        }
        None
    }
}

/// Heights of the snapshots in a folder, ascending.
///
/// # Errors
/// If the folder cannot be read.
pub fn heights(dir: &Path) -> Result<Vec<u64>, JournalFault> {
    let names = journal_sqlite::auxiliary_names(dir)?;
    let mut heights: Vec<u64> = names.iter().filter_map(|name| height_of(name)).collect();
    heights.sort_unstable();
    Ok(heights)
}

/// Heights of the snapshots that another version made, ascending; none where that cannot be told.
pub(crate) fn heights_of_other_versions(dir: &Path) -> Vec<u64> {
    let mut heights = heights(dir).unwrap_or_default();
    heights.retain(|height| {
        journal_sqlite::read_auxiliary_beginning(dir, &name(*height), engine::SNAPSHOT_BEGINNING_BYTES)
            .is_ok_and(|beginning| engine::snapshot_made_by(&beginning) == MadeBy::OtherVersion)
    });
    heights
}

/// Clears the way for a node that has the folder for itself, with a journal of this height: what cannot be read where a file of
/// ours should be is set aside, what a dead process was writing and snapshots of a journal that was longer are removed.
pub(crate) fn clear_the_way(dir: &Path, height: u64, warn: &mut dyn FnMut(Warning)) {
    let folder = dir.join(journal_sqlite::SNAPSHOT_FOLDER);
    if is_there(&folder)
        && let Err(error) = fs::read_dir(&folder)
    {
        set_aside(&folder, &error.to_string(), warn);
    }
    if let Err(fault) = journal_sqlite::remove_left_over_auxiliaries(dir) {
        warn(Warning::new(fault.code(), &fault));
    }
    let names = journal_sqlite::auxiliary_names(dir).unwrap_or_default();
    // The note of a damaged index is seen to where the index is opened.
    for name in names.iter().filter(|name| is_beside_the_journal(name) && *name != archive::DAMAGED) {
        let path = folder.join(name);
        if let Some(reason) = why_unreadable(&path) {
            set_aside(&path, &reason, warn);
        } else if let Some(found) = height_of(name).filter(|found| *found > height) {
            let place = path.display();
            let removed =
                fs::remove_file(&path).map_or_else(|error| format!("not removed: {error}"), |()| "removed".to_owned());
            let message = format!(
                "a snapshot at height {found} where the journal has {height} events: it is of another journal, or of this one when it \
                 was longer; {place}; nothing to do: {removed}"
            );
            warn(Warning::new("SNAPSHOT_FOREIGN", message));
        }
    }
}

/// Gives what cannot be used another name, so that it can be made anew, and says so.
pub(crate) fn set_aside(path: &Path, reason: &str, warn: &mut dyn FnMut(Warning)) {
    let place = path.display();
    let message = match journal_sqlite::set_aside(path) {
        Ok(aside) => format!(
            "what can be made anew from the journal cannot be used ({reason}); {place}; it is made anew; what was there is now \
             {}: look what became of it, and delete it",
            aside.display()
        ),
        Err(fault) => format!(
            "what can be made anew from the journal cannot be used ({reason}), nor be given another name ({fault}); {place}; \
             remove it: the house goes on without"
        ),
    };
    warn(Warning::new("CACHE_UNREADABLE", message));
}

/// Whether there is anything at a path, be it a link to nowhere.
pub(crate) fn is_there(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

fn why_unreadable(path: &Path) -> Option<String> {
    match fs::metadata(path) {
        Ok(meta) if !meta.is_file() => Some("it is no file".to_owned()),
        Ok(_) => fs::File::open(path).err().map(|error| error.to_string()),
        Err(error) => is_there(path).then(|| error.to_string()),
    }
}

fn height_of(name: &str) -> Option<u64> {
    let digits = name.strip_prefix(PREFIX)?;
    // Only what `name` gives: a shorter number would be another file of the same height.
    let is_ours = digits.len() == HEIGHT_DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit());
    if is_ours { digits.parse().ok() } else { None }
}

fn name(height: u64) -> String {
    format!("{PREFIX}{height:0HEIGHT_DIGITS$}")
}
