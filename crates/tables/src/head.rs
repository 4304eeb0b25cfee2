//! How far the tables go, in the file and in the order of blocks.

use crate::fault::TablesFault;
use crate::file::{of_sqlite, place};
use journal::{Block, Hash, Head};
use rusqlite::{Connection, OptionalExtension};
use std::path::Path;

/// Which journal is in the tables, and up to where.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Filled {
    /// Hash of the journal's first block, which tells it from every other journal.
    pub(crate) first_block: Option<Hash>,
    pub(crate) head: Head,
}

impl Filled {
    /// Nothing yet.
    pub(crate) const NOTHING: Filled = Filled { first_block: None, head: Head::EMPTY };

    /// After one more block.
    pub(crate) fn after(&self, block: &Block) -> Filled {
        Filled { first_block: self.first_block.or(Some(block.hash())), head: self.head.after(block) }
    }

    /// The next block, and no other.
    pub(crate) fn require_next(&self, block: &Block, path: &Path) -> Result<(), TablesFault> {
        let (header, head) = (block.header(), &self.head);
        let (place, first_seq, next_seq) = (place(path), header.first_seq, head.next_seq);
        if first_seq == next_seq && header.previous == head.hash {
            return Ok(());
        }
        // A barrier has no event, so that it begins where the next block does: its hash tells.
        if first_seq < next_seq || block.hash() == head.hash {
            return Err(TablesFault::BlockRepeated { place, first_seq, next_seq });
        }
        if first_seq > next_seq {
            return Err(TablesFault::BlockGap { place, first_seq, next_seq });
        }
        Err(TablesFault::BlockForeign { place, first_seq })
    }
}

/// The head in the file.
pub(crate) fn read(connection: &Connection, path: &Path) -> Result<Filled, TablesFault> {
    let sql = "SELECT first_block_hash, blocks, next_seq, epoch, time_us, hash FROM head WHERE one = 1";
    let row = connection.query_row(sql, [], |row| {
        Ok((
            row.get::<_, Option<Hash>>(0)?,
            [row.get::<_, i64>(1)?, row.get(2)?, row.get(3)?],
            row.get::<_, i64>(4)?,
            row.get::<_, Hash>(5)?,
        ))
    });
    let damaged = |detail: &str| TablesFault::Damaged { place: place(path), detail: detail.to_owned() };
    let row = row.optional().map_err(|error| of_sqlite(path, &error))?;
    let (first_block, counts, time_us, hash) = row.ok_or_else(|| damaged("they do not say how far they go"))?;
    let [blocks, next_seq, epoch] = counts.map(u64::try_from);
    let counts = || Some((blocks.ok()?, next_seq.ok()?, epoch.ok()?));
    let (blocks, next_seq, epoch) = counts().ok_or_else(|| damaged("they say that they go to a negative height"))?;
    let filled = Filled { first_block, head: Head { blocks, next_seq, epoch, time_us, hash } };
    if filled.first_block.is_some() == (blocks > 0) { Ok(filled) } else { Err(damaged("blocks without a first one")) }
}

/// Writes the head.
pub(crate) fn write(connection: &Connection, filled: &Filled) -> rusqlite::Result<()> {
    let Head { blocks, next_seq, epoch, time_us, hash } = filled.head;
    let whole = |number: u64| i64::try_from(number).expect("blocks, events and epochs below 2^63");
    let mut statement = connection.prepare_cached("INSERT OR REPLACE INTO head VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6)")?;
    let first_block = filled.first_block.as_ref().map(|hash| &hash[..]);
    statement.execute((first_block, whole(blocks), whole(next_seq), whole(epoch), time_us, &hash[..]))?;
    Ok(())
}
