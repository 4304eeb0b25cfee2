//! The high-water mark on disk: how far the journal was acknowledged, outside the database.
//!
//! SQLite recovers its write-ahead log by stopping at the first bad frame, and cannot tell a torn end from a flipped bit.
//! So the database alone could come back shorter than what was acknowledged, without any error. The mark is what it is
//! compared with.
//!
//! Two slots of 4 KiB, written in turn and synced, so that a torn write never takes the only one. A slot, little endian:
//! magic `CDLM`, format u32, blocks u64, next sequence number u64, epoch u64, hash of the last block (32 bytes), zeros,
//! and at offset 4,064 the SHA-256 of all before it.

use crate::{faults, folder};
use journal::{Hash, JournalFault, Mark};
use sha2::{Digest, Sha256};
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

const MAGIC: [u8; 4] = *b"CDLM";
const FORMAT: u32 = 1;
const SLOTS: usize = 2;
const SLOT_BYTES: usize = 4096;
const CHECKSUM_AT: usize = SLOT_BYTES - 32;

type Slot = [u8; SLOT_BYTES];

/// What the file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MarkRead {
    /// The newest sound mark.
    pub(crate) mark: Mark,
    /// The slot that holds it.
    slot: usize,
    /// Whether the other slot is unreadable.
    pub(crate) one_slot_damaged: bool,
}

/// Creates the file with the empty mark in both slots.
pub(crate) fn create(dir: &Path) -> Result<(), JournalFault> {
    write_whole(dir, &Mark::EMPTY)
}

/// Creates or replaces the file with the same mark in both slots.
pub(crate) fn write_whole(dir: &Path, mark: &Mark) -> Result<(), JournalFault> {
    let slot = encode(mark);
    folder::replace_file(&folder::mark(dir), &[&slot, &slot])
}

/// Reads the newest sound mark.
///
/// # Errors
/// [`JournalFault::MarkMissing`] without a file, [`JournalFault::MarkDamaged`] if no slot is sound,
/// [`JournalFault::SchemaNewer`] if a later version wrote it.
pub(crate) fn read(dir: &Path) -> Result<MarkRead, JournalFault> {
    let path = folder::mark(dir);
    let bytes = match std::fs::read(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(JournalFault::MarkMissing { place: faults::place(&path) });
        }
        read => read.map_err(|error| faults::reading(&path, &error))?,
    };
    let mut newest: Option<(Mark, usize)> = None;
    let mut sound = 0;
    for slot in 0..SLOTS {
        let stored = bytes.get(slot * SLOT_BYTES..(slot + 1) * SLOT_BYTES).and_then(|bytes| bytes.try_into().ok());
        let Some(mark) = stored.and_then(|bytes: &Slot| decode(bytes, &path)).transpose()? else { continue };
        sound += 1;
        if newest.is_none_or(|(newest, _)| mark.blocks > newest.blocks) {
            newest = Some((mark, slot));
        }
    }
    let damaged = || JournalFault::MarkDamaged {
        place: faults::place(&path),
        detail: "neither copy of the high-water mark can be read".to_owned(),
    };
    let (mark, slot) = newest.ok_or_else(damaged)?;
    Ok(MarkRead { mark, slot, one_slot_damaged: sound < SLOTS })
}

/// The file open for writing.
#[derive(Debug)]
pub(crate) struct MarkWriter {
    file: File,
    path: PathBuf,
    newest_slot: usize,
}

impl MarkWriter {
    /// Opens the file that [`read`] has read.
    pub(crate) fn open(dir: &Path, read: &MarkRead) -> Result<MarkWriter, JournalFault> {
        let path = folder::mark(dir);
        let file = OpenOptions::new().write(true).open(&path).map_err(|error| faults::writing(&path, &error))?;
        Ok(MarkWriter { file, path, newest_slot: read.slot })
    }

    /// Writes a mark durably into the slot that does not hold the newest one.
    pub(crate) fn write(&mut self, mark: &Mark) -> Result<(), JournalFault> {
        let slot = (self.newest_slot + 1) % SLOTS;
        let offset = u64::try_from(slot * SLOT_BYTES).expect("two slots");
        let written = self.file.write_all_at(&encode(mark), offset).and_then(|()| self.file.sync_data());
        written.map_err(|error| faults::writing(&self.path, &error))?;
        self.newest_slot = slot;
        Ok(())
    }
}

fn encode(mark: &Mark) -> Slot {
    let mut slot = [0; SLOT_BYTES];
    slot[0..4].copy_from_slice(&MAGIC);
    slot[4..8].copy_from_slice(&FORMAT.to_le_bytes());
    slot[8..16].copy_from_slice(&mark.blocks.to_le_bytes());
    slot[16..24].copy_from_slice(&mark.next_seq.to_le_bytes());
    slot[24..32].copy_from_slice(&mark.epoch.to_le_bytes());
    slot[32..64].copy_from_slice(&mark.hash);
    let checksum: Hash = Sha256::digest(&slot[..CHECKSUM_AT]).into();
    slot[CHECKSUM_AT..].copy_from_slice(&checksum);
    slot
}

/// The mark of a slot; nothing if it is damaged.
fn decode(slot: &Slot, path: &Path) -> Option<Result<Mark, JournalFault>> {
    let number = |offset: usize| u64::from_le_bytes(slot[offset..offset + 8].try_into().expect("eight bytes"));
    let checksum: Hash = Sha256::digest(&slot[..CHECKSUM_AT]).into();
    if slot[0..4] != MAGIC || slot[CHECKSUM_AT..] != checksum {
        return None;
    }
    let format = u32::from_le_bytes(slot[4..8].try_into().expect("four bytes"));
    if format > FORMAT {
        let (found, known) = (u64::from(format), u64::from(FORMAT));
        return Some(Err(JournalFault::SchemaNewer { place: faults::place(path), found, known }));
    }
    let hash = slot[32..64].try_into().expect("32 bytes");
    Some(Ok(Mark { blocks: number(8), next_seq: number(16), epoch: number(24), hash }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(blocks: u64) -> Mark {
        Mark { blocks, next_seq: blocks * 10, epoch: 1, hash: [7; 32] }
    }

    #[test]
    fn marks_alternate_and_one_damaged_slot_leaves_the_other() {
        let dir = tempfile::tempdir().expect("a folder");
        create(dir.path()).expect("created");
        let mut writer = MarkWriter::open(dir.path(), &read(dir.path()).expect("read")).expect("opened");
        for blocks in 1..=5 {
            writer.write(&mark(blocks)).expect("written");
            let found = read(dir.path()).expect("read");
            assert_eq!((found.mark, found.one_slot_damaged), (mark(blocks), false));
        }
        let path = folder::mark(dir.path());
        let sound = std::fs::read(&path).expect("readable");
        // A step without a factor in common with a slot, so that every kind of byte of both gets its turn.
        for offset in (0..sound.len()).step_by(11) {
            let mut flipped = sound.clone();
            flipped[offset] ^= 1 << (offset % 8);
            std::fs::write(&path, flipped).expect("writable");
            let found = read(dir.path()).expect("one slot is sound");
            assert!(found.one_slot_damaged, "a flip at {offset} went unnoticed");
            assert!(found.mark == mark(5) || found.mark == mark(4));
        }
    }

    #[test]
    fn both_slots_damaged_a_missing_file_and_a_newer_format_each_have_their_code() {
        let dir = tempfile::tempdir().expect("a folder");
        let code = || read(dir.path()).expect_err("refused").code();
        assert_eq!(code(), "MARK_MISSING");
        let path = folder::mark(dir.path());
        std::fs::write(&path, [0; 2 * SLOT_BYTES]).expect("writable");
        assert_eq!(code(), "MARK_DAMAGED");
        std::fs::write(&path, []).expect("writable");
        assert_eq!(code(), "MARK_DAMAGED");
        let mut newer = encode(&mark(1));
        newer[4] = 2;
        let checksum: Hash = Sha256::digest(&newer[..CHECKSUM_AT]).into();
        newer[CHECKSUM_AT..].copy_from_slice(&checksum);
        std::fs::write(&path, newer).expect("writable");
        assert_eq!(code(), "SCHEMA_NEWER");
    }
}
