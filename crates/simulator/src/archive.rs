//! The archive of a simulated house: what is written outlives a process, what is not is lost with it.

use domain::{ArrangementId, DocumentKey, EventSeq, PaymentId, PaymentKey, PaymentOriginal};
use engine::{Archive, ArchiveFault, MemoryArchive};
use journal::Head;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// An archive over something like a disk. Only what the journal holds for good is written.
pub(crate) struct SimulatedArchive {
    written: Arc<MemoryArchive>,
    waiting: Mutex<Vec<(EventSeq, Vec<PaymentOriginal>)>>,
    /// Whether it forgets what it is given, as no archive may: to see that it is noticed.
    forgets: bool,
}

impl SimulatedArchive {
    /// What a new process makes of what is written.
    pub(crate) fn over(written: &Arc<MemoryArchive>, forgets: bool) -> Self {
        Self { written: Arc::clone(written), waiting: Mutex::new(Vec::new()), forgets }
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<(EventSeq, Vec<PaymentOriginal>)>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn latest(&self, is_it: impl Fn(&PaymentOriginal) -> bool) -> Option<PaymentOriginal> {
        let waiting = self.waiting();
        waiting.iter().rev().flat_map(|(_, originals)| originals).find(|original| is_it(original)).cloned()
    }
}

impl Archive for SimulatedArchive {
    fn store(&self, at: EventSeq, mut originals: Vec<PaymentOriginal>) {
        if self.forgets {
            originals.clear();
        }
        if self.written.complete_to().is_none_or(|complete| at > complete) {
            self.waiting().push((at, originals));
        }
    }

    fn durable(&self, head: &Head) {
        let mut waiting = self.waiting();
        let count = waiting.partition_point(|(at, _)| at.0 < head.next_seq);
        for (at, originals) in waiting.drain(..count) {
            self.written.store(at, originals);
        }
    }

    fn complete_to(&self) -> Option<EventSeq> {
        self.waiting().last().map(|(at, _)| *at).or_else(|| self.written.complete_to())
    }

    fn payment_of_key(&self, key: PaymentKey) -> Result<Option<PaymentOriginal>, ArchiveFault> {
        match self.latest(|original| original.key() == key) {
            None => self.written.payment_of_key(key),
            found => Ok(found),
        }
    }

    fn payment(&self, payment: PaymentId) -> Result<Option<PaymentOriginal>, ArchiveFault> {
        match self.latest(|original| original.payment == payment) {
            None => self.written.payment(payment),
            found => Ok(found),
        }
    }

    fn uses_document(&self, arrangement: ArrangementId, document: DocumentKey) -> Result<bool, ArchiveFault> {
        let is_it =
            |original: &PaymentOriginal| original.arrangement == arrangement && original.document == Some(document);
        Ok(self.latest(is_it).is_some() || self.written.uses_document(arrangement, document)?)
    }
}
