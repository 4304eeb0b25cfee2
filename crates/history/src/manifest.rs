//! The manifest: which runs the archive consists of, how far it reaches, and the journal's head at that point.
//!
//! Replaced as a whole. A file that it does not name is not part of the archive.

use crate::disk::Disk;
use crate::fault::HistoryFault;
use crate::layout::{Digest, FORMAT, check_format};
use crate::packed::Reader;
use crate::{House, Stamp};
use domain::EventSeq;
use sha2::{Digest as _, Sha256};
use std::io::{self, ErrorKind};

/// Name of the file.
pub(crate) const MANIFEST_FILE: &str = "manifest";
/// The next one, before it takes the place of the last.
pub(crate) const STAGED_FILE: &str = "manifest.staged";

const MAGIC: [u8; 8] = *b"CDLHMAN\n";

/// More than a manifest of the most runs ever takes.
const BYTES_MAX: usize = 1024 * 1024;

/// A run as the manifest names it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Named {
    pub(crate) number: u64,
    pub(crate) digest: Digest,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Manifest {
    pub(crate) house: House,
    /// The number that the next run gets: none is used twice.
    pub(crate) next_number: u64,
    /// The last event whose originals are in the runs, and the journal's head when that was written.
    pub(crate) complete: Option<(EventSeq, Stamp)>,
    /// Runs, oldest first.
    pub(crate) runs: Vec<Named>,
}

impl Manifest {
    pub(crate) const fn empty(house: House) -> Self {
        Self { house, next_number: 0, complete: None, runs: Vec::new() }
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend_from_slice(&FORMAT.to_le_bytes());
        bytes.extend_from_slice(&self.house);
        bytes.extend_from_slice(&self.next_number.to_le_bytes());
        bytes.push(u8::from(self.complete.is_some()));
        if let Some((event, stamp)) = self.complete {
            bytes.extend_from_slice(&event.0.to_le_bytes());
            bytes.extend_from_slice(&stamp.height.to_le_bytes());
            bytes.extend_from_slice(&stamp.hash);
        }
        for run in &self.runs {
            bytes.extend_from_slice(&run.number.to_le_bytes());
            bytes.extend_from_slice(&run.digest);
        }
        let digest: Digest = Sha256::digest(&bytes).into();
        bytes.extend_from_slice(&digest);
        bytes
    }

    pub(crate) fn decode(bytes: &[u8], house: &House, place: &str) -> Result<Self, HistoryFault> {
        let damaged = || HistoryFault::damaged(place, "the manifest is not what was written");
        let (content, digest) = bytes.split_last_chunk::<32>().ok_or_else(damaged)?;
        let mut from = Reader { bytes: content };
        if from.take(MAGIC.len()) != Some(&MAGIC) || <Digest>::from(Sha256::digest(content)) != *digest {
            return Err(damaged());
        }
        check_format(from.array().ok_or_else(damaged)?, place)?;
        let manifest = Self::decode_fields(&mut from).ok_or_else(damaged)?;
        if manifest.house != *house {
            return Err(HistoryFault::Foreign { place: place.to_owned() });
        }
        Ok(manifest)
    }

    fn decode_fields(from: &mut Reader<'_>) -> Option<Self> {
        let number = |from: &mut Reader<'_>| from.array().map(u64::from_le_bytes);
        let (house, next_number) = (from.array()?, number(from)?);
        let complete = match from.array()? {
            [0] => None,
            [1] => Some((EventSeq(number(from)?), Stamp { height: number(from)?, hash: from.array()? })),
            [_] => return None,
        };
        let mut runs = Vec::new();
        while !from.bytes.is_empty() {
            runs.push(Named { number: number(from)?, digest: from.array()? });
        }
        Some(Self { house, next_number, complete, runs })
    }

    /// Reads the manifest of a folder; nothing if there is none.
    pub(crate) fn read(disk: &dyn Disk, house: &House) -> Result<Option<Self>, HistoryFault> {
        let place = disk.place(MANIFEST_FILE);
        match read_whole(disk, MANIFEST_FILE) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(HistoryFault::reading(&place, &error)),
            Ok(bytes) => Self::decode(&bytes, house, &place).map(Some),
        }
    }

    /// Puts this manifest in the place of the last one, durably, and with it the names of the runs written before.
    pub(crate) fn write(&self, disk: &dyn Disk) -> Result<(), HistoryFault> {
        let write = || {
            let mut file = disk.create(STAGED_FILE)?;
            file.append(&self.encode())?;
            // Before the rename: else the name could be durable and the content not. And the names of the runs before
            // the name of what names them.
            file.sync()?;
            disk.sync_names()?;
            disk.rename(STAGED_FILE, MANIFEST_FILE)?;
            disk.sync_names()
        };
        write().map_err(|error| HistoryFault::writing(&disk.place(MANIFEST_FILE), &error))
    }
}

fn read_whole(disk: &dyn Disk, name: &str) -> io::Result<Vec<u8>> {
    let file = disk.open(name)?;
    // A file of another kind under this name may have any length; what is cut off of it fails its digest.
    let length = usize::try_from(file.length()?).map_or(BYTES_MAX, |length| length.min(BYTES_MAX));
    let mut bytes = vec![0; length];
    file.read_exact_at(&mut bytes, 0)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_says_what_was_written_and_every_flipped_bit_of_it_is_found() {
        let run = |number| Named { number, digest: [9; 32] };
        let complete = Some((EventSeq(7), Stamp { height: 12, hash: [3; 32] }));
        let manifest = Manifest { house: [1; 32], next_number: 5, complete, runs: vec![run(2), run(4)] };
        for manifest in [manifest.clone(), Manifest::empty([1; 32])] {
            let mut bytes = manifest.encode();
            assert_eq!(Manifest::decode(&bytes, &[1; 32], "manifest"), Ok(manifest.clone()));
            for bit in 0..bytes.len() * 8 {
                bytes[bit / 8] ^= 1 << (bit % 8);
                assert!(Manifest::decode(&bytes, &[1; 32], "manifest").is_err(), "bit {bit}");
                bytes[bit / 8] ^= 1 << (bit % 8);
            }
            for length in 0..bytes.len() {
                assert!(Manifest::decode(&bytes[..length], &[1; 32], "manifest").is_err(), "cut to {length}");
            }
        }
        let foreign = Manifest::decode(&manifest.encode(), &[2; 32], "manifest");
        assert_eq!(foreign.expect_err("refused").code(), "HISTORY_FOREIGN");
    }
}
