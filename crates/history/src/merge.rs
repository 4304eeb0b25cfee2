//! What several runs hold together, in one pass over each of their sections.

use crate::block::Entry;
use crate::cursor::{EntryCursor, RecordCursor, Source};
use crate::fault::HistoryFault;
use crate::key_hash::KeyHash;
use crate::layout::Extent;
use crate::packed;
use crate::run::Run;
use crate::run_writer::{Content, Halt, PutEntry, PutRecord};
use domain::{PaymentId, PaymentOriginal};
use std::sync::Arc;

/// Runs to become one, oldest first: of two originals of a payment the later run's stays.
pub(crate) struct Merged<'a> {
    pub(crate) runs: &'a [Arc<Run>],
    pub(crate) hash: KeyHash,
    /// Entries of trade documents that a later original of their payment no longer uses; sorted once records are through.
    freed: Vec<Entry>,
}

impl<'a> Merged<'a> {
    pub(crate) const fn of(runs: &'a [Arc<Run>], hash: KeyHash) -> Self {
        Self { runs, hash, freed: Vec::new() }
    }

    /// First and last event of all.
    pub(crate) fn events(&self) -> (u64, u64) {
        let events = self.runs.iter().map(|run| run.footer.events);
        events.reduce(|all, run| (all.0.min(run.0), all.1.max(run.1))).expect("runs to merge")
    }

    fn note_freed(&mut self, cursors: &[RecordCursor<'a>], payment: u64, newest: usize) -> Result<(), HistoryFault> {
        let used = used_document(&self.hash, &original(self.runs, cursors, newest, payment)?);
        for older in (0..newest).filter(|&older| cursors[older].payment() == Some(payment)) {
            let entry = used_document(&self.hash, &original(self.runs, cursors, older, payment)?);
            self.freed.extend(entry.filter(|entry| Some(*entry) != used));
        }
        Ok(())
    }

    fn entries(&self, extent: impl Fn(&Run) -> Extent, leave_out: &[Entry], put: PutEntry<'_>) -> Result<(), Halt> {
        let cursors: Result<Vec<_>, _> =
            self.runs.iter().map(|run| EntryCursor::of(run.source(), extent(run))).collect();
        let mut cursors = cursors?;
        while let Some(next) = cursors.iter().filter_map(EntryCursor::current).min() {
            if leave_out.binary_search(&next).is_err() {
                put(next)?;
            }
            let mut same = cursors.iter_mut().filter(|cursor| cursor.current() == Some(next));
            same.try_for_each(EntryCursor::advance)?;
        }
        Ok(())
    }
}

impl Content for Merged<'_> {
    fn records(&mut self, put: PutRecord<'_>) -> Result<(), Halt> {
        let runs = self.runs;
        let cursors: Result<Vec<_>, _> =
            runs.iter().map(|run| RecordCursor::of(run.source(), run.footer.records)).collect();
        let mut cursors = cursors?;
        while let Some(payment) = cursors.iter().filter_map(RecordCursor::payment).min() {
            let at = |cursor: &RecordCursor<'_>| cursor.payment() == Some(payment);
            let newest = cursors.iter().rposition(at).expect("one of them gave it");
            if cursors[..newest].iter().any(at) {
                self.note_freed(&cursors, payment, newest)?;
            }
            put(payment, cursors[newest].packed())?;
            cursors.iter_mut().filter(|cursor| at(cursor)).try_for_each(RecordCursor::advance)?;
        }
        self.freed.sort_unstable();
        Ok(())
    }

    fn keys(&mut self, put: PutEntry<'_>) -> Result<(), Halt> {
        self.entries(|run| run.footer.keys, &[], put)
    }

    fn documents(&mut self, put: PutEntry<'_>) -> Result<(), Halt> {
        self.entries(|run| run.footer.documents, &self.freed, put)
    }
}

/// The entry of the trade document that an original uses.
pub(crate) fn used_document(hash: &KeyHash, original: &PaymentOriginal) -> Option<Entry> {
    let document = original.document?;
    Some(Entry { hash: hash.document(original.arrangement, document), payment: original.payment.0 })
}

fn original(
    runs: &[Arc<Run>],
    cursors: &[RecordCursor<'_>],
    index: usize,
    payment: u64,
) -> Result<PaymentOriginal, HistoryFault> {
    let original = packed::unpack(PaymentId(payment), cursors[index].packed());
    original.ok_or_else(|| runs[index].damaged("an original has no such form"))
}

impl Run {
    /// The file, for reading a section from its beginning to its end.
    pub(crate) fn source(&self) -> Source<'_> {
        Source { file: &*self.file, place: &self.place, key: self.footer.identity.key }
    }
}
