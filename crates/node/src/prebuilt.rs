//! A snapshot made while another process, perhaps of an older version, still runs the house.

use crate::archive::nowhere;
use crate::fault::{NodeFault, Warning};
use crate::snapshots::{self, LettingGo, Shelf};
use domain::EventSeq;
use engine::{LedgerMachine, Replayed, Replica};
use journal_sqlite::ReadOnlyJournal;
use std::path::Path;

/// Reads the journal in a folder as far as it goes and writes a snapshot of the state there, for this version of the program;
/// gives its height. Only files beside the journal are written, and none that another version uses.
///
/// Such a snapshot may be ahead of the index of old payments: what left memory shortly before is on disk only when the process
/// that runs the house has written it, and a process that is killed never does. Then the next start cannot use it. So where
/// another version has written a snapshot, which it does only when the index has what left memory before, one of this
/// version is written there too, and the next start falls back on it.
///
/// # Errors
/// [`NodeFault`]: of the journal, which is held against its high-water mark, or a state that is not the one that the journal
/// names.
pub fn build_snapshot(
    dir: &Path,
    table_key: u64,
    warn: &mut dyn FnMut(Warning),
    progress: &mut dyn FnMut(Replayed),
) -> Result<u64, NodeFault> {
    let machine = LedgerMachine { memory: nowhere(), ..LedgerMachine::new(table_key) };
    let options = engine::Options { machine, check_digests: true };
    let journal = journal_sqlite::open_read_only(dir)?;
    journal.warnings().iter().for_each(|warning| warn(Warning::new("MARK_DAMAGED", warning)));
    let of = EventSeq(journal.mark().next_seq);
    let mut replica = start(dir, &journal, options, warn);
    let fits = |height: &u64| (replica.head().next_seq + 1..=of.0).contains(height);
    let mut fall_back = snapshots::heights_of_other_versions(dir).into_iter().rfind(fits);
    for block in journal.blocks_after(&replica.head())? {
        let block = block?;
        let height = replica.head().next_seq;
        // One block before theirs at the latest: what had left memory by then had left it by theirs.
        if fall_back.is_some_and(|theirs| block.header().next_seq() >= theirs) {
            fall_back = None;
            if height > 0 {
                write(dir, &replica)?;
            }
        }
        replica.take(&block)?;
        progress(Replayed { height: EventSeq(replica.head().next_seq), of });
    }
    write(dir, &replica)?;
    Ok(replica.head().next_seq)
}

fn write(dir: &Path, replica: &Replica<LedgerMachine>) -> Result<(), NodeFault> {
    let height = replica.head().next_seq;
    Ok(snapshots::write(dir, height, &replica.snapshot(), LettingGo::OfThisVersion, &mut || ())?)
}

/// At the last snapshot of this version that is a point of the journal, else before the first block.
fn start(
    dir: &Path,
    journal: &ReadOnlyJournal,
    mut options: engine::Options,
    warn: &mut dyn FnMut(Warning),
) -> Replica<LedgerMachine> {
    let mark = journal.mark();
    let mut unreadable = |fault: journal::JournalFault| warn(Warning::new(fault.code(), fault));
    let mut shelf = Shelf::up_to(dir, mark.next_seq, &mut unreadable);
    while let Some(bytes) = shelf.next(&mut unreadable) {
        match Replica::from_snapshot(options, &bytes) {
            Err((back, _)) => options = back,
            Ok(replica) => {
                // Beyond the mark nothing would be compared with it.
                if replica.head().blocks <= mark.blocks && journal.blocks_after(&replica.head()).is_ok() {
                    return replica;
                }
                options = replica.into_options();
            }
        }
    }
    Replica::new(options)
}
