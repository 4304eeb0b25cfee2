//! The archive as its users see it.

use crate::backup::{self, Backup};
use crate::disk::{Disk, Folder};
use crate::fault::{HistoryFault, Warning};
use crate::layer::Batch;
use crate::open;
use crate::run::{EntryIndex, Run};
use crate::shared::{Shared, State};
use crate::verify::{self, Verified};
use crate::writer::Writer;
use crate::{Options, Stamp};
use domain::{ArrangementId, DocumentKey, EventSeq, PaymentId, PaymentKey, PaymentOriginal};
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::thread::{Builder, JoinHandle};

/// The archive of payments that left memory: found by reference, by ordinal and by trade document.
///
/// Every call is by `&self`; look-ups may come from any number of threads. Originals are found from the moment they are
/// taken. A fault of the writer is kept: every later call gives it, except where what waits in memory has the answer.
pub struct History {
    shared: Arc<Shared>,
    hand: Hand,
}

/// Who does the writer's work.
enum Hand {
    Thread(Option<JoinHandle<()>>),
    Caller(Mutex<Writer>),
}

/// What an archive holds and what it costs.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Figures {
    /// Originals in runs. One that was evicted again counts once more until its runs are merged.
    pub payments: u64,
    /// Originals that are only in memory yet.
    pub waiting: u64,
    /// Files of originals.
    pub runs: u64,
    /// Bytes of memory that fingerprints and indexes of the runs take.
    pub memory_bytes: u64,
    /// Bytes of the runs' files.
    pub disk_bytes: u64,
    /// Look-ups since the archive was opened.
    pub look_ups: u64,
    /// Blocks read from the runs' files by look-ups.
    pub disk_reads: u64,
}

impl History {
    /// Opens the archive in a folder, or makes one in an empty or new folder.
    ///
    /// Indexes are checked as a whole, blocks when they are read. The caller compares [`History::stamp`] with its journal:
    /// an archive whose stamp the journal does not have belongs to another journal, and is to be cleared.
    ///
    /// # Errors
    /// [`HistoryFault`]; where [`HistoryFault::rebuild_mends`] says so, [`History::open_empty`] and a rebuild mend it.
    pub fn open(folder: &Path, options: Options) -> Result<(Self, Vec<Warning>), HistoryFault> {
        Self::open_on(Arc::new(Folder::open_or_create(folder)?), options)
    }

    /// The same on any [`Disk`].
    ///
    /// # Errors
    /// As [`History::open`].
    pub fn open_on(disk: Arc<dyn Disk>, options: Options) -> Result<(Self, Vec<Warning>), HistoryFault> {
        let (shared, warnings) = open::open(disk, options)?;
        Ok((Self::start(shared)?, warnings))
    }

    /// Opens a folder and discards the archive that is in it, sound or not, so that it can be filled from the journal.
    ///
    /// # Errors
    /// [`HistoryFault::NotAHistory`] if the folder holds other files but none of an archive; of access and of writing.
    pub fn open_empty(folder: &Path, options: Options) -> Result<Self, HistoryFault> {
        Self::open_empty_on(Arc::new(Folder::open_or_create(folder)?), options)
    }

    /// The same on any [`Disk`].
    ///
    /// # Errors
    /// As [`History::open_empty`].
    pub fn open_empty_on(disk: Arc<dyn Disk>, options: Options) -> Result<Self, HistoryFault> {
        Self::start(open::open_empty(disk, options)?)
    }

    fn start(shared: Shared) -> Result<Self, HistoryFault> {
        let shared = Arc::new(shared);
        let writer = Writer::new(Arc::clone(&shared));
        let hand = if shared.options.background {
            let started = Builder::new().name("history".to_owned()).spawn(move || writer.run());
            let stopped = |error| HistoryFault::Stopped {
                place: shared.disk.place(""),
                detail: format!("its thread could not be started: {error}"),
            };
            Hand::Thread(Some(started.map_err(stopped)?))
        } else {
            Hand::Caller(Mutex::new(writer))
        };
        Ok(Self { shared, hand })
    }

    /// The last eviction whose originals are in durable runs; nothing if there is none.
    #[must_use]
    pub fn complete_to(&self) -> Option<EventSeq> {
        self.shared.read().complete.map(|(event, _)| event)
    }

    /// The journal's head as it was when the last of them was written: a journal without this head is another one.
    #[must_use]
    pub fn stamp(&self) -> Option<Stamp> {
        self.shared.read().complete.map(|(_, stamp)| stamp)
    }

    /// The fault of the writer, if there was one.
    #[must_use]
    pub fn fault(&self) -> Option<HistoryFault> {
        self.shared.read().fault.clone()
    }

    /// Empties the archive, before it is filled again from the journal's beginning. Also forgets the writer's fault, and
    /// the journal's head: [`History::durable`] has to say it again before anything is written.
    ///
    /// # Errors
    /// [`HistoryFault`] of writing.
    pub fn clear(&self) -> Result<(), HistoryFault> {
        let mut state = self.shared.write();
        if let Some(fault @ HistoryFault::Stopped { .. }) = &state.fault {
            return Err(fault.clone());
        }
        state.clearing = true;
        drop(state);
        self.hand_over();
        self.shared.wait_until(|state| !state.clearing);
        self.ok()
    }

    /// Takes the originals that the event `at` evicted: they are found from now on, and written once the journal has
    /// them. Ignored when they were taken before.
    ///
    /// Waits while too much waits that may already be written, so that memory stays bounded. It never waits for the
    /// journal.
    pub fn take(&self, at: EventSeq, originals: Vec<PaymentOriginal>) {
        let mut state = self.shared.write();
        if Some(at) <= state.last_taken {
            return;
        }
        state.take(Batch { at, originals }, self.shared.options.layer_payments);
        let (due, too_much) = (state.writable().next().is_some(), state.too_much_waits());
        drop(state);
        if due {
            self.hand_over();
        }
        if too_much {
            self.shared.wait_until(|state| !state.too_much_waits());
        }
    }

    /// Says how far the journal is durable: what events before `stamp.height` evicted may be written.
    pub fn durable(&self, stamp: Stamp) {
        let mut state = self.shared.write();
        if state.durable.is_some_and(|known| known.height >= stamp.height) {
            return;
        }
        state.durable = Some(stamp);
        let due = state.writable().next().is_some();
        drop(state);
        if due {
            self.hand_over();
        }
    }

    /// The newest original of a reference.
    ///
    /// # Errors
    /// [`HistoryFault`] of reading, or that of the writer.
    pub fn payment_of_key(&self, key: PaymentKey) -> Result<Option<PaymentOriginal>, HistoryFault> {
        self.count_look_ups(1);
        self.of_key(key, self.shared.hash.key(key))
    }

    fn of_key(&self, key: PaymentKey, hash: u64) -> Result<Option<PaymentOriginal>, HistoryFault> {
        let state = self.shared.read();
        if let Some(original) = state.layers().find_map(|layer| layer.of_key(hash, key)) {
            return Ok(Some(original.clone()));
        }
        let runs = runs_that_may(&state, |run| run.keys.may_have(hash))?;
        drop(state);
        for run in runs {
            for payment in run.payments_of(&run.keys, hash)? {
                let original = run.original(payment)?;
                let original =
                    original.ok_or_else(|| run.damaged("a reference leads to a payment that is not here"))?;
                if original.key() == key {
                    return Ok(Some(original));
                }
            }
        }
        Ok(None)
    }

    /// The newest originals of many references: which of them are known, in order, each with its original.
    ///
    /// The same answers as one by one; new references cost much less, for their looks into memory overlap.
    ///
    /// # Errors
    /// As [`History::payment_of_key`].
    pub fn payments_of_keys(&self, keys: &[PaymentKey]) -> Result<Vec<(usize, PaymentOriginal)>, HistoryFault> {
        let hashes: Vec<u64> = keys.iter().map(|key| self.shared.hash.key(*key)).collect();
        let state = self.shared.read();
        let waits = |index: usize| state.layers().any(|layer| layer.of_key(hashes[index], keys[index]).is_some());
        let candidates = candidates(&state, &hashes, waits, |run| &run.keys);
        drop(state);
        self.count_look_ups(keys.len() as u64);
        let mut found = Vec::new();
        for index in candidates {
            found.extend(self.of_key(keys[index], hashes[index])?.map(|original| (index, original)));
        }
        Ok(found)
    }

    /// The newest original of a payment.
    ///
    /// # Errors
    /// As [`History::payment_of_key`].
    pub fn payment(&self, payment: PaymentId) -> Result<Option<PaymentOriginal>, HistoryFault> {
        self.count_look_ups(1);
        self.newest(payment)
    }

    fn newest(&self, payment: PaymentId) -> Result<Option<PaymentOriginal>, HistoryFault> {
        let state = self.shared.read();
        if let Some(original) = state.layers().find_map(|layer| layer.original(payment)) {
            return Ok(Some(original.clone()));
        }
        let (lowest, highest) = (|run: &Run| run.footer.payments.0, |run: &Run| run.footer.payments.1);
        let runs = runs_that_may(&state, |run| (lowest(run)..=highest(run)).contains(&payment.0))?;
        drop(state);
        runs.iter().find_map(|run| run.original(payment).transpose()).transpose()
    }

    /// Whether the newest original of some payment says that it uses a trade document.
    ///
    /// # Errors
    /// As [`History::payment_of_key`].
    pub fn uses_document(&self, arrangement: ArrangementId, document: DocumentKey) -> Result<bool, HistoryFault> {
        self.count_look_ups(1);
        self.used(arrangement, document, self.shared.hash.document(arrangement, document))
    }

    /// Which of many trade documents are used, as [`History::uses_document`] tells it: their places, in order.
    ///
    /// # Errors
    /// As [`History::payment_of_key`].
    pub fn uses_documents(&self, documents: &[(ArrangementId, DocumentKey)]) -> Result<Vec<usize>, HistoryFault> {
        let hash =
            |(arrangement, document): &(ArrangementId, DocumentKey)| self.shared.hash.document(*arrangement, *document);
        let hashes: Vec<u64> = documents.iter().map(hash).collect();
        let state = self.shared.read();
        let waits = |index: usize| {
            let (arrangement, document) = documents[index];
            state.layers().any(|layer| !layer.payments_with(hashes[index], arrangement, document).is_empty())
        };
        let candidates = candidates(&state, &hashes, waits, |run| &run.documents);
        drop(state);
        self.count_look_ups(documents.len() as u64);
        let mut used = Vec::new();
        for index in candidates {
            let (arrangement, document) = documents[index];
            if self.used(arrangement, document, hashes[index])? {
                used.push(index);
            }
        }
        Ok(used)
    }

    fn used(&self, arrangement: ArrangementId, document: DocumentKey, hash: u64) -> Result<bool, HistoryFault> {
        let state = self.shared.read();
        let mut payments: Vec<PaymentId> =
            state.layers().flat_map(|layer| layer.payments_with(hash, arrangement, document)).collect();
        let runs = match runs_that_may(&state, |run| run.documents.may_have(hash)) {
            Ok(runs) => runs,
            // What waits in memory may have the answer.
            Err(fault) if payments.is_empty() => return Err(fault),
            Err(_) => Vec::new(),
        };
        drop(state);
        for run in &runs {
            payments.extend(run.payments_of(&run.documents, hash)?);
        }
        payments.sort_unstable();
        payments.dedup();
        for payment in payments {
            let newest = self.newest(payment)?;
            if newest.is_some_and(|it| it.document == Some(document) && it.arrangement == arrangement) {
                return Ok(true);
            }
        }
        self.ok().map(|()| false)
    }

    /// Waits until everything that was taken and is durable in the journal is written.
    ///
    /// # Errors
    /// The fault of the writer.
    pub fn flush(&self) -> Result<(), HistoryFault> {
        self.shared.write().freeze_durable();
        self.hand_over();
        self.shared.wait_until(|state| state.fault.is_some() || state.writable().next().is_none());
        self.ok()
    }

    /// [`History::flush`], and waits until nothing is left to merge: for tests and measurements.
    ///
    /// # Errors
    /// The fault of the writer.
    pub fn settle(&self) -> Result<(), HistoryFault> {
        self.flush()?;
        self.shared.wait_until(|state| !state.working && state.due(0).is_none());
        self.ok()
    }

    /// Copies everything that is durable to an empty or new folder, and verifies the copy. Meanwhile the archive goes on.
    ///
    /// # Errors
    /// [`HistoryFault::TargetNotEmpty`]; the fault of the writer; any of reading, writing or of the copy.
    pub fn backup_to(&self, folder: &Path) -> Result<Backup, HistoryFault> {
        self.flush()?;
        backup::backup(&self.shared, folder)
    }

    /// Reads every byte of every run and checks every digest, order, count, and that the indexes say what the originals
    /// say. `progress` is told bytes done and bytes in all.
    ///
    /// # Errors
    /// [`HistoryFault::Damaged`] with the first thing that is wrong; of reading.
    pub fn verify(&self, progress: &mut dyn FnMut(u64, u64)) -> Result<Verified, HistoryFault> {
        let runs = self.shared.read().runs.clone();
        verify::verify(&runs, &self.shared.hash, progress)
    }

    /// What it holds and what it costs.
    #[must_use]
    pub fn figures(&self) -> Figures {
        let state = self.shared.read();
        let sum = |of: fn(&Run) -> u64| state.runs.iter().map(|run| of(run)).sum();
        Figures {
            payments: sum(|run| run.footer.records.items),
            waiting: state.layers().map(|layer| layer.originals() as u64).sum(),
            runs: state.runs.len() as u64,
            memory_bytes: sum(|run| run.memory_bytes() as u64),
            disk_bytes: sum(|run| run.file_bytes),
            look_ups: self.shared.look_ups.load(Ordering::Relaxed),
            disk_reads: self.shared.disk_reads.load(Ordering::Relaxed),
        }
    }

    fn count_look_ups(&self, count: u64) {
        self.shared.look_ups.fetch_add(count, Ordering::Relaxed);
    }

    fn ok(&self) -> Result<(), HistoryFault> {
        self.fault().map_or(Ok(()), Err)
    }

    /// Lets the writer see what has changed.
    fn hand_over(&self) {
        match &self.hand {
            Hand::Thread(_) => self.shared.ring(),
            Hand::Caller(writer) => writer.lock().expect("the writer did not panic").work(),
        }
    }
}

impl Drop for History {
    /// Ends the writer at once: what is not written is in the journal.
    fn drop(&mut self) {
        if let Hand::Thread(thread) = &mut self.hand {
            self.shared.write().closing = true;
            self.shared.ring();
            // A panic of the thread was said when it happened.
            drop(thread.take().map(JoinHandle::join));
        }
    }
}

/// Runs for which something holds, newest first; most look-ups find none and allocate nothing.
fn runs_that_may(state: &State, may: impl Fn(&Run) -> bool) -> Result<Vec<Arc<Run>>, HistoryFault> {
    match &state.fault {
        Some(fault) => Err(fault.clone()),
        None => Ok(state.runs.iter().rev().filter(|run| may(run)).map(Arc::clone).collect()),
    }
}

/// Which of many hashes have to be looked up one by one, in order: those that wait, that a run may have, or for which
/// there is a fault to give.
fn candidates(
    state: &State,
    hashes: &[u64],
    waits: impl Fn(usize) -> bool,
    section: impl Fn(&Run) -> &EntryIndex,
) -> Vec<usize> {
    let mut may = vec![state.fault.is_some(); hashes.len()];
    for run in &state.runs {
        let section = section(run);
        // Nothing but the looks into memory in this loop: the processor then has many of them under way at once.
        for (may, hash) in may.iter_mut().zip(hashes) {
            *may |= section.may_have(*hash);
        }
    }
    (0..hashes.len()).filter(|&index| may[index] || waits(index)).collect()
}
