//! Where keys, salts and nonces come from. The caller gives it, so that a simulation can be seeded.

use crate::fault::{PayloadFault, Problem};
use sha2::{Digest, Sha256};
use std::path::Path;
use zeroize::{Zeroize, Zeroizing};

/// A source of bytes that nobody can foresee.
pub trait Randomness {
    /// Fills all of `bytes`.
    ///
    /// # Errors
    /// [`Problem::Randomness`]; what was to be made of the bytes is then not made.
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), PayloadFault>;
}

/// The operating system's: the one to use where data are real.
#[derive(Clone, Copy, Debug, Default)]
pub struct OsRandomness;

impl Randomness for OsRandomness {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), PayloadFault> {
        getrandom::fill(bytes)
            .map_err(|error| PayloadFault::new(Problem::Randomness, Path::new("getrandom"), error.to_string()))
    }
}

/// Bytes that follow from a seed, the same in every run: for simulations and tests, never for real data.
#[derive(Clone, Debug)]
pub struct SeededRandomness {
    seed: u64,
    drawn: u64,
}

impl SeededRandomness {
    /// The bytes of this seed from their beginning.
    #[must_use]
    pub fn new(seed: u64) -> SeededRandomness {
        SeededRandomness { seed, drawn: 0 }
    }
}

impl Randomness for SeededRandomness {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), PayloadFault> {
        for chunk in bytes.chunks_mut(32) {
            let mut hasher = Sha256::new();
            hasher.update(self.seed.to_be_bytes());
            hasher.update(self.drawn.to_be_bytes());
            self.drawn += 1;
            chunk.copy_from_slice(&hasher.finalize()[..chunk.len()]);
        }
        Ok(())
    }
}

/// A key, a salt or a nonce.
pub(crate) fn draw<const N: usize>(source: &mut dyn Randomness) -> Result<[u8; N], PayloadFault> {
    let mut bytes = [0; N];
    source.fill(&mut bytes)?;
    Ok(bytes)
}

/// Bytes drawn ahead for one batch, a page at a time: asking the operating system for each key costs more than the key.
/// What is left is overwritten when dropped.
pub(crate) struct DrawnAhead<'a> {
    source: &'a mut dyn Randomness,
    bytes: Zeroizing<[u8; DRAWN_BYTES]>,
    used: usize,
}

const DRAWN_BYTES: usize = 4096;

impl<'a> DrawnAhead<'a> {
    pub(crate) fn new(source: &'a mut dyn Randomness) -> DrawnAhead<'a> {
        DrawnAhead { source, bytes: Zeroizing::new([0; DRAWN_BYTES]), used: DRAWN_BYTES }
    }

    /// A key or a nonce: bytes that nobody was given before.
    pub(crate) fn draw<const N: usize>(&mut self) -> Result<[u8; N], PayloadFault> {
        if self.used + N > DRAWN_BYTES {
            self.source.fill(&mut self.bytes[..])?;
            self.used = 0;
        }
        let drawn = self.bytes[self.used..].first_chunk().copied().expect("fewer than a page");
        self.bytes[self.used..self.used + N].zeroize();
        self.used += N;
        Ok(drawn)
    }
}
