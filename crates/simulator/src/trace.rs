//! A fingerprint of everything that happened: a seed run twice must give the same.

use sha2::{Digest, Sha256};

/// Grows with every step; order counts.
#[derive(Clone, Default)]
pub(crate) struct Trace(Sha256);

impl Trace {
    pub(crate) fn add(&mut self, bytes: &[u8]) {
        self.0.update(u64::try_from(bytes.len()).expect("64 bits").to_le_bytes());
        self.0.update(bytes);
    }

    pub(crate) fn number(&mut self, number: u64) {
        self.0.update(number.to_le_bytes());
    }

    pub(crate) fn finish(self) -> [u8; 32] {
        self.0.finalize().into()
    }
}
