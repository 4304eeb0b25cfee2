//! A snapshot made while another process, perhaps of an older version, still runs the house.

use crate::archive::nowhere;
use crate::fault::NodeFault;
use crate::snapshots;
use domain::EventSeq;
use engine::{LedgerMachine, Replayed, Replica};
use std::path::Path;

/// Reads the journal in a folder as far as it goes and writes a snapshot of the state there, for this version of the program;
/// gives its height. Only files beside the journal are written, and none that another version uses.
///
/// # Errors
/// [`NodeFault`]: of the journal, or a state that is not the one that the journal names.
pub fn build_snapshot(dir: &Path, table_key: u64, progress: &mut dyn FnMut(Replayed)) -> Result<u64, NodeFault> {
    let machine = LedgerMachine { memory: nowhere(), ..LedgerMachine::new(table_key) };
    let options = engine::Options { machine, check_digests: true };
    let journal = journal_sqlite::open_read_only(dir)?;
    let of = EventSeq(journal.mark().next_seq);
    let found = snapshots::last(dir, of.0, &mut |_| ())?;
    let mut replica = match found.map(|bytes| Replica::from_snapshot(options.clone(), &bytes)) {
        Some(Ok(replica)) if journal.blocks_after(&replica.head()).is_ok() => replica,
        _ => Replica::new(options),
    };
    for block in journal.blocks_after(&replica.head())? {
        replica.take(&block?)?;
        progress(Replayed { height: EventSeq(replica.head().next_seq), of });
    }
    let height = replica.head().next_seq;
    snapshots::write(dir, height, &replica.snapshot(), &mut || ())?;
    Ok(height)
}
