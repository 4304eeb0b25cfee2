//! The tables as whoever fills them sees them: opened, filled block by block, exactly once.

use crate::check::{self, Checked};
use crate::decoded::Decoded;
use crate::fault::TablesFault;
use crate::file::{self, FillLock, of_sqlite, of_trouble};
use crate::fill::Filler;
use crate::head::{self, Filled};
use crate::pace::{Flow, Pace, Stretch};
use crate::store::Store;
use journal::{Block, Blocks, Head, Journal, JournalFault};
use std::borrow::Borrow;
use std::path::{Path, PathBuf};

/// Where durable blocks come from.
pub trait Source {
    /// The blocks after a head seen earlier, each verified; all of them after [`Head::EMPTY`].
    ///
    /// # Errors
    /// [`JournalFault::Forked`] if the journal does not contain that head; else faults of reading.
    fn blocks_after(&self, head: &Head) -> Result<Blocks, JournalFault>;

    /// How many blocks it holds, as far as they were acknowledged.
    fn acknowledged_blocks(&self) -> u64;
}

impl<J: Journal> Source for J {
    fn blocks_after(&self, head: &Head) -> Result<Blocks, JournalFault> {
        self.read_after(head)
    }

    fn acknowledged_blocks(&self) -> u64 {
        self.head().blocks
    }
}

/// Tables open for filling. One process fills them at a time; others may read meanwhile.
pub struct Tables {
    path: PathBuf,
    filler: Filler,
    filled: Filled,
    /// Memory is not what the file holds: the last transaction failed.
    stale: bool,
    _lock: FillLock,
}

impl Tables {
    /// Opens tables to go on filling them.
    ///
    /// # Errors
    /// [`TablesFault`]: no file, another file, another version, damaged, or being filled by another process.
    pub fn open(path: &Path) -> Result<Tables, TablesFault> {
        let lock = FillLock::take(path)?;
        let connection = file::open_for_filling(path)?;
        let store = Store::new(connection).map_err(|error| of_sqlite(path, &error))?;
        let filled = head::read(&store.connection, path)?;
        let seq = filled.head.next_seq;
        let filler = Filler::load(store).map_err(|trouble| of_trouble(path, seq, trouble))?;
        Ok(Tables { path: path.to_owned(), filler, filled, stale: false, _lock: lock })
    }

    /// Makes empty tables where there is no file yet, and opens them.
    ///
    /// # Errors
    /// [`TablesFault::NotTables`] if there is a file; faults of the medium.
    pub fn create(path: &Path) -> Result<Tables, TablesFault> {
        if path.exists() {
            let detail = "there is a file already".to_owned();
            return Err(TablesFault::NotTables { place: file::place(path), detail });
        }
        crate::rebuild::make_from(path, std::iter::empty(), &mut |_| ())?;
        Tables::open(path)
    }

    /// Up to where the journal is in the tables.
    #[must_use]
    pub fn head(&self) -> Head {
        self.filled.head
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Takes the next block in: all its rows and the new head in one transaction, or nothing of it.
    ///
    /// # Errors
    /// [`TablesFault::BlockRepeated`], [`TablesFault::BlockGap`] or [`TablesFault::BlockForeign`] for any other block than
    /// the next; [`TablesFault::Disagree`] if it does not fit what the tables hold; faults of the medium. The tables are
    /// then as before, and may be filled further.
    pub fn apply(&mut self, block: &Block) -> Result<(), TablesFault> {
        let decoded = Decoded::of(block);
        self.in_transaction(|tables| tables.take_block(&decoded))
    }

    /// Takes blocks in, several per transaction as `pace` says, and rests between transactions. `told` hears of the head
    /// after each transaction and may end it there.
    ///
    /// # Errors
    /// As [`Tables::apply`], and the faults of the blocks. What was told stays.
    pub fn apply_all(
        &mut self,
        blocks: impl IntoIterator<Item = Result<Block, JournalFault>>,
        pace: Pace,
        told: &mut dyn FnMut(&Head) -> Flow,
    ) -> Result<(), TablesFault> {
        let mut blocks = blocks.into_iter();
        loop {
            let mut stretch = Stretch::begin(pace);
            let mut at_end = false;
            self.in_transaction(|tables| {
                while stretch.has_room() {
                    let Some(block) = blocks.next() else {
                        at_end = true;
                        return Ok(());
                    };
                    let decoded = Decoded::of(block?);
                    tables.take_block(&decoded)?;
                    stretch.took(decoded.block.header().count);
                }
                Ok(())
            })?;
            if told(&self.filled.head) == Flow::Stop || at_end {
                return Ok(());
            }
            stretch.rest();
        }
    }

    /// Takes in whatever the journal has beyond the tables.
    ///
    /// # Errors
    /// [`TablesFault::OtherJournal`] or [`TablesFault::AheadOfJournal`] if the journal does not contain the head of the
    /// tables; else as [`Tables::apply_all`].
    pub fn catch_up(
        &mut self,
        journal: &impl Source,
        pace: Pace,
        told: &mut dyn FnMut(&Head) -> Flow,
    ) -> Result<(), TablesFault> {
        let blocks = match journal.blocks_after(&self.filled.head) {
            Err(JournalFault::Forked { .. }) => return Err(self.why_not_of(journal)?),
            blocks => blocks?,
        };
        self.apply_all(blocks, pace, told)
    }

    /// Checks the file against itself: see [`Checked`].
    ///
    /// # Errors
    /// [`TablesFault::Damaged`] with the first thing found; faults of the medium.
    pub fn check(&self) -> Result<Checked, TablesFault> {
        check::check(&self.filler.store, &self.path, &mut |_, _| ())
    }

    /// A hash of the rows of every table, whatever the order in which they came: equal for equal tables.
    #[must_use]
    pub fn content_hash(&self) -> [u8; 32] {
        check::content_hash(&self.filler.store)
    }

    /// Why a journal does not contain the head of the tables.
    fn why_not_of(&self, journal: &impl Source) -> Result<TablesFault, TablesFault> {
        let place = file::place(&self.path);
        let head = &self.filled.head;
        let first = journal.blocks_after(&Head::EMPTY)?.next().transpose()?.map(|block| block.hash());
        if first != self.filled.first_block {
            let detail = "their first block is another one".to_owned();
            return Ok(TablesFault::OtherJournal { place, detail });
        }
        let (tables_blocks, journal_blocks) = (head.blocks, journal.acknowledged_blocks());
        if tables_blocks > journal_blocks {
            return Ok(TablesFault::AheadOfJournal { place, tables_blocks, journal_blocks });
        }
        let detail = format!("the two have become different before event {}", head.next_seq);
        Ok(TablesFault::OtherJournal { place, detail })
    }

    /// Does something whose rows are written all or not at all.
    fn in_transaction(&mut self, work: impl FnOnce(&mut Tables) -> Result<(), TablesFault>) -> Result<(), TablesFault> {
        if self.stale {
            self.reload()?;
        }
        let before = self.filled;
        self.sql("BEGIN IMMEDIATE")?;
        let done = work(self).and_then(|()| if self.filled == before { Ok(()) } else { self.write_rest() });
        let done = done.and_then(|()| self.sql("COMMIT"));
        if done.is_err() {
            // Whatever is in memory of the blocks of this transaction is not in the file.
            self.filled = before;
            self.stale = true;
            if !self.filler.store.connection.is_autocommit() {
                drop(self.sql("ROLLBACK"));
            }
            // So that a check compares the file with itself; if even this fails, the reload will say why.
            drop(self.filler.store.load_contents());
        }
        done
    }

    fn reload(&mut self) -> Result<(), TablesFault> {
        self.filled = head::read(&self.filler.store.connection, &self.path)?;
        let seq = self.filled.head.next_seq;
        self.filler.reload().map_err(|trouble| of_trouble(&self.path, seq, trouble))?;
        self.stale = false;
        Ok(())
    }

    fn take_block<B: Borrow<Block>>(&mut self, decoded: &Decoded<B>) -> Result<(), TablesFault> {
        self.filled.require_next(decoded.block.borrow(), &self.path)?;
        take_events(&mut self.filler, decoded, &self.path)?;
        self.filled = self.filled.after(decoded.block.borrow());
        Ok(())
    }

    fn write_rest(&mut self) -> Result<(), TablesFault> {
        write_rest(&mut self.filler, &self.filled, &self.path)
    }

    fn sql(&self, sql: &str) -> Result<(), TablesFault> {
        self.filler.store.connection.execute_batch(sql).map_err(|error| of_sqlite(&self.path, &error))
    }
}

/// Takes the events of a block in.
pub(crate) fn take_events<B: Borrow<Block>>(
    filler: &mut Filler,
    decoded: &Decoded<B>,
    path: &Path,
) -> Result<(), TablesFault> {
    let time = decoded.time();
    for event in decoded.events() {
        let (seq, event) = event?;
        filler.take(seq, time, event).map_err(|trouble| of_trouble(path, seq, trouble))?;
    }
    Ok(())
}

/// Writes what is only in memory, and the head that says so.
pub(crate) fn write_rest(filler: &mut Filler, filled: &Filled, path: &Path) -> Result<(), TablesFault> {
    let seq = filled.head.next_seq;
    filler.flush().map_err(|trouble| of_trouble(path, seq, trouble))?;
    let written = filler.store.write_contents().and_then(|()| head::write(&filler.store.connection, filled));
    written.map_err(|error| of_sqlite(path, &error))
}
