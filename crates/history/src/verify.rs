//! Verification: every byte, and whether the indexes say what the originals say.

use crate::block::Entry;
use crate::cursor::{EntryCursor, RecordCursor};
use crate::fault::HistoryFault;
use crate::key_hash::{KeyHash, spread};
use crate::layout::{Digest, Extent};
use crate::limits::{BLOCK_BYTES, WRITE_BYTES};
use crate::merge::used_document;
use crate::packed;
use crate::run::{EntryIndex, Run};
use domain::PaymentId;
use sha2::{Digest as _, Sha256};
use std::sync::Arc;

/// What a verification found in order.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Verified {
    /// Runs.
    pub runs: u64,
    /// Originals in them.
    pub originals: u64,
    /// Entries of trade documents in use.
    pub documents: u64,
    /// Bytes read.
    pub bytes: u64,
}

pub(crate) fn verify(
    runs: &[Arc<Run>],
    hash: &KeyHash,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Verified, HistoryFault> {
    let total = runs.iter().map(|run| run.file_bytes).sum();
    let mut verified = Verified::default();
    progress(0, total);
    for run in runs {
        run.check_sealed()?;
        verify_body(run)?;
        let (keys, documents) = verify_records(run, hash)?;
        verify_entries(run, run.footer.keys, &run.keys, run.firsts()[1], keys)?;
        verify_entries(run, run.footer.documents, &run.documents, run.firsts()[2], documents)?;
        verified.runs += 1;
        verified.originals += run.footer.records.items;
        verified.documents += run.footer.documents.items;
        verified.bytes += run.file_bytes;
        progress(verified.bytes, total);
    }
    Ok(verified)
}

fn verify_body(run: &Run) -> Result<(), HistoryFault> {
    let bytes = run.footer.body_bytes().ok_or_else(|| run.damaged("the sections do not fill the file"))?;
    let (mut at, mut hash, mut buffer) = (0, Sha256::new(), vec![0; WRITE_BYTES]);
    while at < bytes {
        let length = usize::try_from(bytes - at).map_or(WRITE_BYTES, |left| left.min(WRITE_BYTES));
        let read = run.file.read_exact_at(&mut buffer[..length], at);
        read.map_err(|error| HistoryFault::reading(&run.place, &error))?;
        hash.update(&buffer[..length]);
        at += length as u64;
    }
    if Digest::from(hash.finalize()) == run.footer.body_digest && bytes.is_multiple_of(BLOCK_BYTES as u64) {
        Ok(())
    } else {
        Err(run.damaged("header and blocks are not what was written"))
    }
}

/// Entries counted and summed, whatever their order: two lists agree when their sums do.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
struct Sum {
    entries: u64,
    mixed: u128,
}

impl Sum {
    fn add(&mut self, entry: Entry) {
        self.entries += 1;
        let mixed = u128::from(spread(entry.hash)) * u128::from(spread(entry.payment) | 1);
        self.mixed = self.mixed.wrapping_add(mixed);
    }
}

/// Checks the records, and gives what the sections of keys and of documents have to be.
fn verify_records(run: &Run, hash: &KeyHash) -> Result<(Sum, Sum), HistoryFault> {
    let (mut keys, mut documents) = (Sum::default(), Sum::default());
    let mut records = RecordCursor::noting(run.source(), run.footer.records, Some(Vec::new()))?;
    let first = records.payment();
    let mut last = first;
    while let Some(payment) = records.payment() {
        let original = packed::unpack(PaymentId(payment), records.packed());
        let original = original.ok_or_else(|| run.damaged("an original has no such form"))?;
        keys.add(Entry { hash: hash.key(original.key()), payment });
        if let Some(entry) = used_document(hash, &original) {
            documents.add(entry);
        }
        last = Some(payment);
        records.advance()?;
    }
    let (lowest, highest) = run.footer.payments;
    let counted = keys.entries == run.footer.records.items && first == Some(lowest) && last == Some(highest);
    if !counted || records.firsts.as_deref() != Some(run.firsts()[0]) {
        return Err(run.damaged("the originals are not those that the index counts"));
    }
    Ok((keys, documents))
}

fn verify_entries(
    run: &Run,
    extent: Extent,
    index: &EntryIndex,
    firsts: &[u64],
    expected: Sum,
) -> Result<(), HistoryFault> {
    let mut found = Sum::default();
    let mut entries = EntryCursor::noting(run.source(), extent, Some(Vec::new()))?;
    while let Some(entry) = entries.current() {
        found.add(entry);
        if !index.may_have(entry.hash) {
            return Err(run.damaged("the fingerprints deny an entry"));
        }
        entries.advance()?;
    }
    if found == expected && found.entries == extent.items && entries.firsts.as_deref() == Some(firsts) {
        Ok(())
    } else {
        Err(run.damaged("the entries are not those of the originals"))
    }
}
