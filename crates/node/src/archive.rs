//! The archive behind the engine: the index on disk.

use crate::fault::Warning;
use crate::snapshots;
use domain::{ArrangementId, DocumentKey, EventSeq, PaymentId, PaymentKey, PaymentOriginal};
use engine::{Archive, ArchiveFault, Memory};
use history::{History, HistoryFault, Stamp};
use journal::Head;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A note that the index was found damaged while it was in use: the next start makes it anew.
pub(crate) const DAMAGED: &str = "history-damaged";

/// The index on disk, as the engine asks it.
pub(crate) struct Indexed {
    pub(crate) history: Arc<History>,
    /// Folder of the house.
    pub(crate) dir: PathBuf,
}

impl Indexed {
    fn fault(&self, fault: HistoryFault) -> ArchiveFault {
        note_damage(&self.dir, &fault);
        ArchiveFault { code: fault.code(), message: fault.to_string() }
    }
}

/// Notes what making the index anew mends; gives whether it does.
pub(crate) fn note_damage(dir: &Path, fault: &HistoryFault) -> bool {
    if fault.rebuild_mends() {
        // That the note cannot be written adds nothing to what is reported: the next look-up will say it again.
        drop(journal_sqlite::write_auxiliary(dir, DAMAGED, fault.to_string().as_bytes()));
    }
    fault.rebuild_mends()
}

/// What was found damaged in the index while a process before this one used it. A note that cannot be read says as much.
pub(crate) fn found_damaged(dir: &Path) -> Option<String> {
    match journal_sqlite::read_auxiliary(dir, DAMAGED) {
        Ok(found) => found.map(|text| String::from_utf8_lossy(&text).into_owned()),
        Err(fault) => Some(fault.to_string()),
    }
}

/// The index is being made anew.
pub(crate) fn forget_damage(dir: &Path, warn: &mut dyn FnMut(Warning)) {
    if let Err(fault) = journal_sqlite::remove_auxiliary(dir, DAMAGED) {
        // Else it would be made anew at every start.
        snapshots::set_aside(&dir.join(journal_sqlite::SNAPSHOT_FOLDER).join(DAMAGED), &fault.to_string(), warn);
    }
}

impl Archive for Indexed {
    fn store(&self, at: EventSeq, originals: Vec<PaymentOriginal>) {
        self.history.take(at, originals);
    }

    fn durable(&self, head: &Head) {
        self.history.durable(Stamp { height: head.next_seq, hash: head.hash });
    }

    fn complete_to(&self) -> Option<EventSeq> {
        self.history.complete_to()
    }

    fn payment_of_key(&self, key: PaymentKey) -> Result<Option<PaymentOriginal>, ArchiveFault> {
        self.history.payment_of_key(key).map_err(|fault| self.fault(fault))
    }

    fn payment(&self, payment: PaymentId) -> Result<Option<PaymentOriginal>, ArchiveFault> {
        self.history.payment(payment).map_err(|fault| self.fault(fault))
    }

    fn uses_document(&self, arrangement: ArrangementId, document: DocumentKey) -> Result<bool, ArchiveFault> {
        self.history.uses_document(arrangement, document).map_err(|fault| self.fault(fault))
    }

    fn payments_of_keys(&self, keys: &[PaymentKey]) -> Result<Vec<(usize, PaymentOriginal)>, ArchiveFault> {
        self.history.payments_of_keys(keys).map_err(|fault| self.fault(fault))
    }

    fn uses_documents(&self, documents: &[(ArrangementId, DocumentKey)]) -> Result<Vec<usize>, ArchiveFault> {
        self.history.uses_documents(documents).map_err(|fault| self.fault(fault))
    }
}

/// The memory of a replica that decides nothing, and so never asks for what left it.
pub(crate) fn nowhere() -> Memory {
    Memory { payments_max: None, archive: Arc::new(Nowhere) }
}

struct Nowhere;

impl Archive for Nowhere {
    fn store(&self, _at: EventSeq, _originals: Vec<PaymentOriginal>) {}

    fn durable(&self, _head: &Head) {}

    fn complete_to(&self) -> Option<EventSeq> {
        None
    }

    fn payment_of_key(&self, _key: PaymentKey) -> Result<Option<PaymentOriginal>, ArchiveFault> {
        Err(not_kept())
    }

    fn payment(&self, _payment: PaymentId) -> Result<Option<PaymentOriginal>, ArchiveFault> {
        Err(not_kept())
    }

    fn uses_document(&self, _arrangement: ArrangementId, _document: DocumentKey) -> Result<bool, ArchiveFault> {
        Err(not_kept())
    }
}

fn not_kept() -> ArchiveFault {
    let message = "a replica that follows was asked to decide; report it; ask the writer".to_owned();
    ArchiveFault { code: "ARCHIVE_NOT_KEPT", message }
}
