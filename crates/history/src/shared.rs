//! What callers and the writer share: the state behind one lock, and a bell that rings when it changed.

use crate::disk::Disk;
use crate::fault::HistoryFault;
use crate::key_hash::KeyHash;
use crate::layer::{Batch, Layer};
use crate::limits::{LAYERS_WAITING_MAX, RUNS_MAX};
use crate::manifest::Manifest;
use crate::run::Run;
use crate::schedule;
use crate::{Options, Stamp};
use domain::EventSeq;
use std::collections::VecDeque;
use std::ops::Range;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Condvar, Mutex, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

pub(crate) struct Shared {
    pub(crate) disk: Arc<dyn Disk>,
    pub(crate) options: Options,
    pub(crate) hash: KeyHash,
    pub(crate) look_ups: AtomicU64,
    pub(crate) disk_reads: Arc<AtomicU64>,
    state: RwLock<State>,
    bell: Mutex<()>,
    rung: Condvar,
}

impl Shared {
    pub(crate) fn new(
        disk: Arc<dyn Disk>,
        options: Options,
        manifest: &Manifest,
        runs: Vec<Arc<Run>>,
        disk_reads: Arc<AtomicU64>,
    ) -> Self {
        let hash = KeyHash::of_house(&options.house);
        let state = State {
            runs,
            frozen: VecDeque::new(),
            active: Layer::new(hash),
            durable: None,
            complete: manifest.complete,
            last_taken: manifest.complete.map(|(event, _)| event),
            next_number: manifest.next_number,
            fault: None,
            closing: false,
            clearing: false,
            working: false,
            lacks_space: false,
        };
        let look_ups = AtomicU64::new(0);
        let (state, bell, rung) = (RwLock::new(state), Mutex::new(()), Condvar::new());
        Self { disk, options, hash, look_ups, disk_reads, state, bell, rung }
    }

    pub(crate) fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().expect("nobody panicked while changing the state")
    }

    pub(crate) fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().expect("nobody panicked while changing the state")
    }

    /// Wakes all that wait for a change. Never to be called with the state locked.
    pub(crate) fn ring(&self) {
        drop(self.bell.lock().expect("the bell is never held while anything else is done"));
        self.rung.notify_all();
    }

    /// Waits until something is so.
    pub(crate) fn wait_until(&self, so: impl Fn(&State) -> bool) {
        let mut bell = self.bell.lock().expect("the bell is never held while anything else is done");
        // Looked at with the bell in hand: a change after the look cannot ring before the wait.
        while !so(&self.read()) {
            bell = self.rung.wait(bell).expect("the bell is never held while anything else is done");
        }
    }

    /// Waits for a time, or less when something changes.
    pub(crate) fn rest(&self, time: Duration) {
        let bell = self.bell.lock().expect("the bell is never held while anything else is done");
        drop(self.rung.wait_timeout(bell, time));
    }
}

pub(crate) struct State {
    /// Oldest first.
    pub(crate) runs: Vec<Arc<Run>>,
    /// Layers that nothing is added to any more, oldest first.
    pub(crate) frozen: VecDeque<Arc<Layer>>,
    /// What is added to.
    pub(crate) active: Layer,
    /// The journal's head, as far as this process was told.
    pub(crate) durable: Option<Stamp>,
    /// The last event whose originals are in runs, and the journal's head when that was written.
    pub(crate) complete: Option<(EventSeq, Stamp)>,
    pub(crate) last_taken: Option<EventSeq>,
    pub(crate) next_number: u64,
    pub(crate) fault: Option<HistoryFault>,
    pub(crate) closing: bool,
    pub(crate) clearing: bool,
    /// Whether the writer is at something.
    pub(crate) working: bool,
    /// Whether the last merge was put off for lack of space; the next written layer tries again.
    pub(crate) lacks_space: bool,
}

/// What the writer has to do next.
pub(crate) enum Task {
    /// Write a layer whose events the journal has.
    Write(Arc<Layer>, Stamp),
    /// Merge runs.
    Merge(Range<usize>),
}

impl State {
    /// The most urgent task, leaving alone the oldest `kept` runs.
    pub(crate) fn due(&self, kept: usize) -> Option<Task> {
        if self.fault.is_some() {
            return None;
        }
        // With too many runs the layers wait, and who brings them: else a flood of layers would leave no time to merge.
        if let (Some(layer), Some(stamp), false) = (self.writable().next(), self.durable, self.is_crowded()) {
            return Some(Task::Write(Arc::clone(layer), stamp));
        }
        if self.lacks_space {
            return None;
        }
        let payments: Vec<u64> = self.runs[kept..].iter().map(|run| run.footer.records.items).collect();
        schedule::choose(&payments).map(|range| Task::Merge(range.start + kept..range.end + kept))
    }

    /// Frozen layers that may be written.
    pub(crate) fn writable(&self) -> impl Iterator<Item = &Arc<Layer>> {
        let height = self.durable.map_or(0, |stamp| stamp.height);
        self.frozen.iter().take_while(move |layer| layer.events().is_none_or(|(_, last)| last.0 < height))
    }

    /// Whether there are so many runs that merging comes first.
    pub(crate) fn is_crowded(&self) -> bool {
        self.runs.len() > RUNS_MAX && !self.lacks_space
    }

    pub(crate) fn too_much_waits(&self) -> bool {
        self.fault.is_none() && !self.closing && self.writable().count() >= LAYERS_WAITING_MAX
    }

    pub(crate) fn take(&mut self, batch: Batch, layer_payments: usize) {
        self.last_taken = Some(batch.at);
        self.active.add(Arc::new(batch));
        if self.active.originals() >= layer_payments {
            self.freeze();
        }
    }

    fn freeze(&mut self) {
        let fresh = self.active.emptied();
        let full = std::mem::replace(&mut self.active, fresh);
        self.frozen.push_back(Arc::new(full));
    }

    /// Freezes what the journal has, and only that, so that it can be written.
    pub(crate) fn freeze_durable(&mut self) {
        let height = self.durable.map_or(0, |stamp| stamp.height);
        let straddles =
            |layer: &Layer| layer.events().is_some_and(|(first, last)| first.0 < height && last.0 >= height);
        if let Some(at) = self.frozen.iter().position(|layer| straddles(layer)) {
            let (durable, rest) = self.frozen[at].split_at(height);
            self.frozen[at] = Arc::new(durable);
            self.frozen.insert(at + 1, Arc::new(rest));
        } else if straddles(&self.active) {
            let (durable, rest) = self.active.split_at(height);
            self.frozen.push_back(Arc::new(durable));
            self.active = rest;
        } else if self.active.events().is_some_and(|(_, last)| last.0 < height) {
            self.freeze();
        }
    }

    /// Layers, newest first.
    pub(crate) fn layers(&self) -> impl Iterator<Item = &Layer> {
        std::iter::once(&self.active).chain(self.frozen.iter().rev().map(|layer| &**layer))
    }
}
