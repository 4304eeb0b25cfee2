//! Where a name is: from a commitment or a subject's tag to the slot of its key.
//!
//! Names are as good as random, so a B-tree of ten million would touch a page for each. Here the latest names are in
//! memory, older ones in sorted runs on disk, each written once; eight of a size become one, in a thread of its own. In
//! memory a name of a run costs ten bits of a filter. All of it follows from the keys file: what is lost or damaged is
//! made anew from there.

mod filter;
mod run;

use crate::fault::{self, PayloadFault};
use crate::files;
use crate::key_file::StoreId;
use crate::limits::{INDEX_RUNS_MERGED, INDEX_TAIL_ENTRIES};
pub(crate) use run::Unusable;
use run::{Entry, Run, WriteError};
use std::collections::BTreeSet;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;

/// The index, open.
pub(crate) struct Index {
    dir: PathBuf,
    store: StoreId,
    /// Adjacent, from slot 0 on.
    runs: Vec<Run>,
    tail: BTreeSet<Entry>,
    tail_entries_max: usize,
    /// Slots before this one are in runs or in the tail.
    next: u64,
    merging: Option<Merging>,
}

struct Merging {
    /// Paths of the runs that become one.
    runs: Vec<PathBuf>,
    thread: JoinHandle<Result<Run, WriteError>>,
}

/// What a name is looked up by.
pub(crate) fn prefix_of(name: &[u8; 32]) -> u64 {
    u64::from_be_bytes(*name.first_chunk().expect("32 bytes"))
}

impl Index {
    /// Opens the runs in a folder as far as they are whole and adjacent, and no further than `slots`. What follows
    /// [`Index::next`] is to be added by the caller. Gives also whether runs had to be left out.
    pub(crate) fn open(dir: &Path, store: &StoreId, slots: u64) -> Result<(Index, bool), PayloadFault> {
        if !files::exists(dir)? {
            files::create_folder(dir)?;
        }
        let mut names: Vec<(Range<u64>, PathBuf)> = Vec::new();
        for entry in fs::read_dir(dir).map_err(|error| fault::reading(dir, &error))? {
            let path = entry.map_err(|error| fault::reading(dir, &error))?.path();
            match range_of(&path) {
                Some(range) => names.push((range, path)),
                // Left over from a writing that was interrupted.
                None => files::remove_if_there(&path)?,
            }
        }
        // Where a merge was interrupted before its parts were removed, the longest run of a start comes first.
        names.sort_by_key(|(range, _)| (range.start, u64::MAX - range.end));
        let mut index = Index::empty(dir, store);
        let mut left_out = false;
        for (range, path) in names {
            let usable = range.start == index.next && range.end <= slots;
            let run = usable.then(|| Run::open(&path, store).ok().filter(|run| *run.slots() == range)).flatten();
            match run {
                Some(run) => {
                    index.next = range.end;
                    index.runs.push(run);
                }
                None => {
                    left_out |= range.end > index.next;
                    files::remove_if_there(&path)?;
                }
            }
        }
        Ok((index, left_out))
    }

    fn empty(dir: &Path, store: &StoreId) -> Index {
        Index {
            dir: dir.to_owned(),
            store: *store,
            runs: Vec::new(),
            tail: BTreeSet::new(),
            tail_entries_max: INDEX_TAIL_ENTRIES,
            next: 0,
            merging: None,
        }
    }

    /// Removes everything, so that it can be made anew.
    pub(crate) fn clear(&mut self) -> Result<(), PayloadFault> {
        self.finish_merging();
        for run in self.runs.drain(..) {
            files::remove_if_there(run.path())?;
        }
        self.tail.clear();
        self.next = 0;
        Ok(())
    }

    /// The first slot that was not added yet.
    pub(crate) fn next(&self) -> u64 {
        self.next
    }

    pub(crate) fn runs(&self) -> usize {
        self.runs.len()
    }

    /// Bytes of memory that names in runs take, and how many names those are; names in the tail are counted by
    /// [`Index::tail_entries`].
    pub(crate) fn memory(&self) -> (usize, u64) {
        (self.runs.iter().map(Run::memory_bytes).sum(), self.runs.iter().map(Run::entries).sum())
    }

    pub(crate) fn tail_entries(&self) -> usize {
        self.tail.len()
    }

    /// Adds the next slot with its name, or without one if it is void.
    pub(crate) fn add(&mut self, slot: u64, name: Option<&[u8; 32]>) {
        assert_eq!(slot, self.next, "bug: slots are added in order");
        self.next += 1;
        if let Some(name) = name {
            self.tail.insert((prefix_of(name), slot));
        }
    }

    /// Slots whose name may be this one, the newest first.
    pub(crate) fn candidates(&self, name: &[u8; 32]) -> Result<Vec<u64>, Unusable> {
        let prefix = prefix_of(name);
        let mut found: Vec<u64> = self.tail.range((prefix, 0)..=(prefix, u64::MAX)).map(|&(_, slot)| slot).collect();
        for run in &self.runs {
            run.look_up(prefix, &mut found)?;
        }
        found.sort_unstable_by(|one, other| other.cmp(one));
        Ok(found)
    }

    /// Writes the tail to disk when it is long, and merges runs when there are many. To be called after a batch was
    /// acknowledged: what fails here costs no payload.
    pub(crate) fn settle(&mut self) -> Result<(), PayloadFault> {
        if self.tail.len() >= self.tail_entries_max {
            self.write_tail()?;
        }
        if self.merging.as_ref().is_some_and(|merging| merging.thread.is_finished()) {
            self.finish_merging();
        }
        if self.merging.is_none() {
            self.start_merging();
        }
        Ok(())
    }

    /// Writes the tail to disk, however short.
    pub(crate) fn write_tail(&mut self) -> Result<(), PayloadFault> {
        if self.tail.is_empty() {
            return Ok(());
        }
        let slots = self.runs.last().map_or(0, |run| run.slots().end)..self.next;
        let path = self.dir.join(name_of(&slots));
        let entries = u64::try_from(self.tail.len()).expect("a size in memory");
        match Run::write(&path, &self.store, slots, entries, self.tail.iter().copied().map(Ok)) {
            Ok(run) => {
                self.runs.push(run);
                self.tail.clear();
                Ok(())
            }
            // It stays in memory, and the next batch tries again.
            Err(WriteError::Unusable) => Ok(()),
            Err(WriteError::Io(error)) => Err(fault::writing(&path, &error)),
        }
    }

    /// Starts to merge the last runs of about one size, if there are enough of them.
    fn start_merging(&mut self) {
        let level = |run: &Run| {
            (run.entries() / u64::try_from(self.tail_entries_max).expect("a size in memory")).max(1).ilog2() / 3
        };
        let Some(last) = self.runs.last().map(level) else { return };
        // The deepest level that is full: a short run at the end does not keep longer ones before it from merging.
        let mut end = self.runs.len();
        let mut wanted = last;
        while end > 0 {
            let same = self.runs[..end].iter().rev().take_while(|run| level(run) == wanted).count();
            if same >= INDEX_RUNS_MERGED {
                break;
            }
            end -= same.max(1);
            wanted = self.runs[..end].last().map_or(wanted, level);
        }
        if end == 0 {
            return;
        }
        let start = end - self.runs[..end].iter().rev().take_while(|run| level(run) == wanted).count();
        let paths: Vec<PathBuf> = self.runs[start..end].iter().map(|run| run.path().to_owned()).collect();
        let slots = self.runs[start].slots().start..self.runs[end - 1].slots().end;
        let (target, store, sources) = (self.dir.join(name_of(&slots)), self.store, paths.clone());
        let merge = move || merge(&sources, &target, &store, slots);
        // Without a thread there is no merge, and look-ups read a few more runs.
        if let Ok(thread) = std::thread::Builder::new().name("payloads-index".to_owned()).spawn(merge) {
            self.merging = Some(Merging { runs: paths, thread });
        }
    }

    fn finish_merging(&mut self) {
        let Some(merging) = self.merging.take() else { return };
        let Ok(merged) = merging.thread.join() else { panic!("bug: the thread that merges the index panicked") };
        // A merge that failed leaves its parts in place; opening removes what it left behind.
        let Ok(run) = merged else { return };
        let first = self.runs.iter().position(|run| run.path() == merging.runs[0]);
        let Some(first) = first else { return };
        self.runs.splice(first..first + merging.runs.len(), [run]);
        for path in merging.runs {
            // A part that stays behind is removed at the next opening.
            drop(files::remove_if_there(&path));
        }
    }

    #[cfg(test)]
    fn with_tail_of(mut self, entries: usize) -> Index {
        self.tail_entries_max = entries;
        self
    }
}

impl Drop for Index {
    fn drop(&mut self) {
        // Whoever drops a store may open it again at once: the thread must have let go of its files.
        self.finish_merging();
    }
}

fn merge(sources: &[PathBuf], target: &Path, store: &StoreId, slots: Range<u64>) -> Result<Run, WriteError> {
    let runs = sources.iter().map(|path| Run::open(path, store)).collect::<Result<Vec<Run>, Unusable>>()?;
    let entries = runs.iter().map(Run::entries).sum();
    let mut streams: Vec<_> = runs.iter().map(|run| run.read_all().peekable()).collect();
    let merged = std::iter::from_fn(|| {
        // Eight streams at most: looking at each is as quick as a heap.
        let mut smallest: Option<(Entry, usize)> = None;
        for (index, stream) in streams.iter_mut().enumerate() {
            match stream.peek() {
                Some(Ok(entry)) if smallest.is_none_or(|(least, _)| *entry < least) => smallest = Some((*entry, index)),
                Some(Err(unusable)) => return Some(Err(*unusable)),
                _ => {}
            }
        }
        smallest.map(|(entry, index)| {
            streams[index].next();
            Ok(entry)
        })
    });
    Run::write(target, store, slots, entries, merged)
}

fn name_of(slots: &Range<u64>) -> String {
    format!("run-{}-{}", slots.start, slots.end)
}

fn range_of(path: &Path) -> Option<Range<u64>> {
    let (start, end) = path.file_name()?.to_str()?.strip_prefix("run-")?.split_once('-')?;
    let range = start.parse().ok()?..end.parse().ok()?;
    (range.start < range.end && name_of(&range) == path.file_name()?.to_str()?).then_some(range)
}

#[cfg(test)]
mod tests;
