//! Tables made anew, in a file of their own that takes the place of the earlier one when it is complete.

use crate::constants;
use crate::decoded::{self, Decoded};
use crate::fault::TablesFault;
use crate::file::{self, FillLock, of_sqlite, of_trouble};
use crate::fill::Filler;
use crate::head::Filled;
use crate::store::Store;
use crate::tables::{Source, take_events, write_rest};
use journal::{Block, Head, JournalFault};
use std::path::Path;

/// Makes the tables anew from the whole journal, and puts them in the place of whatever is at `path`. A crash on the way
/// leaves the earlier file; a program that reads it may read on to its end. `progress` hears of the head now and then.
///
/// # Errors
/// [`TablesFault::InUse`] if another process fills them; faults of the journal and of the medium. The earlier file is
/// then as it was.
pub fn rebuild(path: &Path, journal: &impl Source, progress: &mut dyn FnMut(&Head)) -> Result<Head, TablesFault> {
    let _lock = FillLock::take(path)?;
    let blocks = journal.blocks_after(&Head::EMPTY)?;
    make_from(path, blocks, progress)
}

/// The same from blocks read from the first on, by whoever has the right to fill the file or knows that nobody fills it.
pub(crate) fn make_from(
    path: &Path,
    blocks: impl Iterator<Item = Result<Block, JournalFault>> + Send,
    progress: &mut dyn FnMut(&Head),
) -> Result<Head, TablesFault> {
    let staged = file::beside(path, ".new");
    let made = decoded::ahead(blocks, |blocks| fill(path, &staged, blocks, progress)).and_then(|head| {
        file::put_in_place(&staged, path)?;
        Ok(head)
    });
    if made.is_err() {
        // What is left of it is of no use; if it cannot be removed, the next rebuild will.
        drop(file::remove_with_log(&staged));
    }
    made
}

fn fill(
    path: &Path,
    staged: &Path,
    blocks: &mut dyn Iterator<Item = Result<Decoded, JournalFault>>,
    progress: &mut dyn FnMut(&Head),
) -> Result<Head, TablesFault> {
    let sqlite = |error: rusqlite::Error| of_sqlite(staged, &error);
    let connection = file::make(staged)?;
    connection.execute_batch("BEGIN").map_err(sqlite)?;
    let mut store = Store::new(connection).map_err(sqlite)?;
    constants::fill(&mut store).map_err(sqlite)?;
    let mut filler = Filler::load(store).map_err(|trouble| of_trouble(staged, 0, trouble))?;
    let mut filled = Filled::NOTHING;
    for block in blocks {
        let decoded = block?;
        filled.require_next(&decoded.block, path)?;
        take_events(&mut filler, &decoded, path)?;
        filled = filled.after(&decoded.block);
        progress(&filled.head);
    }
    write_rest(&mut filler, &filled, staged)?;
    let connection = filler.store.connection;
    connection.execute_batch("COMMIT").map_err(sqlite)?;
    connection.close().map_err(|(_, error)| of_sqlite(staged, &error))?;
    Ok(filled.head)
}
