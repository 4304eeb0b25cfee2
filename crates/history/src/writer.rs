//! The writer: turns layers into runs and runs into fewer runs. Works on a thread of its own, or in its caller's hands.
//!
//! A run is part of the archive from the moment when the manifest that names it is in place. A crash before that leaves a
//! file that the next opening removes; a crash after it leaves replaced runs that the next opening removes.
//!
//! Merges nest: between two pieces of a large one the writer writes what has become due, and merges newer, smaller runs.
//! An inner merge touches only runs newer than those of the outer one, so the places of these in the list stay.

use crate::Stamp;
use crate::fault::HistoryFault;
use crate::layer::{Layer, LayerContent};
use crate::layout::{Identity, file_name};
use crate::limits::MERGE_REST_MAX_MS;
use crate::manifest::{Manifest, Named};
use crate::merge::Merged;
use crate::run::Run;
use crate::run_writer::{Content, Halt, write_run};
use crate::shared::{Shared, Task};
use domain::EventSeq;
use std::collections::VecDeque;
use std::io::ErrorKind;
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Bytes of a run that an original may take: to see beforehand whether there is room.
const RUN_BYTES_PER_ORIGINAL: u64 = 240;

/// Merging leaves this many times the reserve free: it can wait, the journal and layers cannot.
const MERGE_RESERVES: u64 = 4;

pub(crate) struct Writer {
    shared: Arc<Shared>,
    /// Since when it has been working without rest.
    working_since: Instant,
    /// Rest that it has earned and not taken.
    owed: Duration,
}

impl Writer {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared, working_since: Instant::now(), owed: Duration::ZERO }
    }

    /// The life of the thread.
    pub(crate) fn run(mut self) {
        let _alarm = Alarm(Arc::clone(&self.shared));
        loop {
            self.shared.wait_until(|state| state.closing || state.clearing || state.due(0).is_some());
            if self.shared.read().closing {
                return;
            }
            self.work();
        }
    }

    /// Does everything that is due; a fault is kept in the state.
    pub(crate) fn work(&mut self) {
        self.shared.write().working = true;
        self.working_since = Instant::now();
        let mut ended = self.serve(0);
        let clears = ended == Err(Halt::Clearing);
        if clears {
            ended = self.clear().map_err(Halt::Fault);
        }
        let mut state = self.shared.write();
        state.working = false;
        if clears {
            state.clearing = false;
        }
        if let Err(Halt::Fault(fault)) = ended {
            state.fault = Some(fault);
        }
        drop(state);
        self.shared.ring();
    }

    /// Does everything that is due, leaving alone the oldest `kept` runs.
    fn serve(&mut self, kept: usize) -> Result<(), Halt> {
        loop {
            self.check()?;
            let task = self.shared.read().due(kept);
            match task {
                None => return Ok(()),
                Some(Task::Write(layer, stamp)) => self.write_layer(&layer, stamp)?,
                Some(Task::Merge(range)) => self.merge(range)?,
            }
        }
    }

    fn check(&self) -> Result<(), Halt> {
        let state = self.shared.read();
        match (state.closing, state.clearing) {
            (true, _) => Err(Halt::Closing),
            (false, true) => Err(Halt::Clearing),
            (false, false) => Ok(()),
        }
    }

    /// The first of the frozen layers becomes a run.
    fn write_layer(&mut self, layer: &Layer, stamp: Stamp) -> Result<(), Halt> {
        let (first, last) = layer.events().expect("a frozen layer has events");
        let mut runs = self.shared.read().runs.clone();
        if layer.originals() > 0 {
            let bytes = layer.originals() as u64 * RUN_BYTES_PER_ORIGINAL;
            self.check_space(bytes, self.shared.options.space_reserve_bytes)?;
            let mut content = LayerContent::of(layer);
            let events = (first.0, last.0);
            let identity = self.next_identity(events, &stamp);
            runs.push(self.new_run(identity, events, &mut content, |writer| writer.check())?);
        }
        self.commit(runs, Some((last, stamp)))?;
        let mut state = self.shared.write();
        state.frozen.pop_front();
        state.lacks_space = false;
        drop(state);
        self.shared.ring();
        Ok(())
    }

    fn merge(&mut self, range: Range<usize>) -> Result<(), Halt> {
        let state = self.shared.read();
        let inputs: Vec<Arc<Run>> = state.runs[range.clone()].to_vec();
        let (_, stamp) = state.complete.expect("runs have a stamp");
        drop(state);
        let bytes = inputs.iter().map(|run| run.file_bytes).sum();
        let reserve = self.shared.options.space_reserve_bytes.saturating_mul(MERGE_RESERVES);
        match self.check_space(bytes, reserve) {
            Ok(()) => {}
            Err(HistoryFault::Full { .. }) => {
                self.shared.write().lacks_space = true;
                return Ok(());
            }
            Err(fault) => return Err(fault.into()),
        }
        let mut merged = Merged::of(&inputs, self.shared.hash);
        let events = merged.events();
        let kept = range.end;
        let identity = self.next_identity(events, &stamp);
        let run = self.new_run(identity, events, &mut merged, |writer| writer.between(kept))?;
        // Runs may have been added meanwhile, all of them behind these.
        let mut runs = self.shared.read().runs.clone();
        runs.splice(range, [run]);
        self.commit(runs, None)?;
        self.remove(&inputs)
    }

    /// Writes a run and opens it, which checks what was written; what was not written to its end is removed.
    fn new_run(
        &mut self,
        identity: Identity,
        events: (u64, u64),
        content: &mut dyn Content,
        between: impl Fn(&mut Self) -> Result<(), Halt>,
    ) -> Result<Arc<Run>, Halt> {
        let shared = Arc::clone(&self.shared);
        let written = write_run(&*shared.disk, identity, events, content, &mut || between(self));
        if let Err(halt) = written {
            // It may have filled the disk. That the removal fails too adds nothing to what is reported.
            drop(shared.disk.remove(&file_name(identity.number)));
            return Err(halt);
        }
        let disk_reads = Arc::clone(&shared.disk_reads);
        Ok(Arc::new(Run::open(&*shared.disk, &shared.options.house, identity.number, disk_reads)?))
    }

    fn next_identity(&self, events: (u64, u64), stamp: &Stamp) -> Identity {
        let mut state = self.shared.write();
        let number = state.next_number;
        state.next_number += 1;
        Identity::new(self.shared.options.house, number, events, stamp)
    }

    /// Between two pieces of a merge.
    fn between(&mut self, kept: usize) -> Result<(), Halt> {
        self.serve(kept)?;
        let share = self.shared.options.merge_share_percent.clamp(1, 100);
        let rest = self.working_since.elapsed() * (100 - share) / share;
        let most = Duration::from_millis(MERGE_REST_MAX_MS);
        self.owed = (self.owed + rest).min(most);
        // The system's clock ticks too coarsely for rests of microseconds.
        if self.owed >= Duration::from_millis(2) && !self.shared.read().is_crowded() {
            self.shared.rest(self.owed);
            self.owed = Duration::ZERO;
        }
        self.working_since = Instant::now();
        Ok(())
    }

    /// Makes these the runs of the archive, on the disk and then in memory.
    fn commit(&self, runs: Vec<Arc<Run>>, complete: Option<(EventSeq, Stamp)>) -> Result<(), Halt> {
        let state = self.shared.read();
        let complete = complete.or(state.complete);
        let named = runs.iter().map(|run| Named { number: run.footer.identity.number, digest: run.digest }).collect();
        let house = self.shared.options.house;
        let manifest = Manifest { house, next_number: state.next_number, complete, runs: named };
        drop(state);
        manifest.write(&*self.shared.disk)?;
        let mut state = self.shared.write();
        (state.runs, state.complete) = (runs, complete);
        Ok(())
    }

    fn remove(&self, runs: &[Arc<Run>]) -> Result<(), Halt> {
        for run in runs {
            match self.shared.disk.remove(&file_name(run.footer.identity.number)) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    return Err(HistoryFault::writing(&run.place, &error).into());
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn check_space(&self, bytes: u64, reserve: u64) -> Result<(), HistoryFault> {
        let place = self.shared.disk.place("");
        let free = self.shared.disk.free_bytes().map_err(|error| HistoryFault::reading(&place, &error))?;
        let wanted = bytes.saturating_add(reserve);
        if free >= wanted {
            return Ok(());
        }
        Err(HistoryFault::Full { place, detail: format!("{free} bytes are free and {wanted} are wanted") })
    }

    /// Empties the archive: the manifest first, so that a crash leaves files that the next opening removes.
    fn clear(&self) -> Result<(), HistoryFault> {
        let next_number = self.shared.read().next_number;
        let manifest = Manifest { next_number, ..Manifest::empty(self.shared.options.house) };
        manifest.write(&*self.shared.disk)?;
        let mut state = self.shared.write();
        let runs = std::mem::take(&mut state.runs);
        state.frozen = VecDeque::new();
        state.active = state.active.emptied();
        (state.complete, state.last_taken, state.durable, state.fault) = (None, None, None, None);
        drop(state);
        match self.remove(&runs) {
            Err(Halt::Fault(fault)) => Err(fault),
            _ => Ok(()),
        }
    }
}

/// Says so when the thread is lost to a panic: nobody must wait for it.
struct Alarm(Arc<Shared>);

impl Drop for Alarm {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            return;
        }
        let place = self.0.disk.place("");
        let detail = "the thread that writes the archive ended by a failed assertion".to_owned();
        let mut state = self.0.write();
        state.fault = Some(HistoryFault::Stopped { place, detail });
        (state.clearing, state.working) = (false, false);
        drop(state);
        self.0.ring();
    }
}
