//! The salted commitment of a payload, in two levels, so that what is left after an erasure can still be proved.
//!
//! ```text
//! digest of a part = SHA-256("caudal payload part 1" ‖ part ‖ salt of 16 bytes ‖ length (4 bytes) ‖ canonical bytes)
//! commitment       = SHA-256("caudal payload commitment 1" ‖ digest of debtor ‖ of creditor ‖ of remittance)
//! ```
//!
//! `part` is one byte: 1 debtor, 2 creditor, 3 remittance. Each part has a salt of its own, kept and erased with it: a
//! digest whose salt is gone tells nothing of a name that somebody guesses, while the other parts still lead to the
//! commitment.

use crate::canonical::{write_party, write_remittance};
use crate::fault::PayloadFault;
use crate::limits::PADDING_BYTES;
use crate::payload::{Payload, Subject};
use crate::randomness::{self, Randomness};
use crate::refusal::PayloadRefusal;
use domain::Commitment;
use sha2::{Digest, Sha256};
use std::fmt;
use zeroize::Zeroizing;

const PART_TAG: &[u8] = b"caudal payload part 1";
const COMMITMENT_TAG: &[u8] = b"caudal payload commitment 1";

/// Bytes of a salt: 128 bits, beyond any guessing.
pub const SALT_BYTES: usize = 16;

/// Which part of a payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PartKind {
    /// Who pays.
    Debtor,
    /// Who is paid.
    Creditor,
    /// What for.
    Remittance,
}

impl PartKind {
    /// All of them, in the order of the commitment.
    pub const ALL: [PartKind; 3] = [PartKind::Debtor, PartKind::Creditor, PartKind::Remittance];

    /// The byte that stands for it.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            PartKind::Debtor => 1,
            PartKind::Creditor => 2,
            PartKind::Remittance => 3,
        }
    }
}

/// Keeps anybody from finding a content by trying likely ones against its digest. Secret as long as the content is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Salt(pub [u8; SALT_BYTES]);

impl fmt::Debug for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Salt(withheld)")
    }
}

/// Salted digest of one part.
pub type PartDigest = [u8; 32];

/// The digest of a part's canonical bytes under a salt.
#[must_use]
pub fn part_digest(part: PartKind, salt: &Salt, canonical: &[u8]) -> PartDigest {
    let length = u32::try_from(canonical.len()).expect("bug: a part longer than its fields can be");
    let mut hasher = Sha256::new();
    hasher.update(PART_TAG);
    hasher.update([part.number()]);
    hasher.update(salt.0);
    hasher.update(length.to_be_bytes());
    hasher.update(canonical);
    hasher.finalize().into()
}

/// The commitment over the digests of debtor, creditor and remittance.
#[must_use]
pub fn commitment_of(digests: &[PartDigest; 3]) -> Commitment {
    let mut hasher = Sha256::new();
    hasher.update(COMMITMENT_TAG);
    digests.iter().for_each(|digest| hasher.update(digest));
    Commitment(hasher.finalize().into())
}

/// A payload in canonical form with its salts, ready to be put: its commitment is known and its content is fixed.
#[derive(Clone)]
pub struct SealedPayload {
    /// For each part: salt, canonical bytes, a one bit, zeros up to a multiple of [`PADDING_BYTES`].
    plain: Zeroizing<Vec<u8>>,
    ends: [usize; 3],
    digests: [PartDigest; 3],
    commitment: Commitment,
    subjects: [Subject; 2],
}

impl fmt::Debug for SealedPayload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealedPayload({:?})", self.commitment)
    }
}

impl SealedPayload {
    /// From a payload and the salts of its debtor, creditor and remittance, as they come with an order from outside.
    ///
    /// # Errors
    /// What [`Payload::check`] refuses.
    pub fn new(payload: &Payload, salts: [Salt; 3]) -> Result<SealedPayload, PayloadRefusal> {
        payload.check()?;
        let mut plain = Zeroizing::new(Vec::with_capacity(512));
        let mut ends = [0; 3];
        let mut digests = [[0; 32]; 3];
        for (index, (part, salt)) in PartKind::ALL.into_iter().zip(salts).enumerate() {
            let start = plain.len();
            plain.extend_from_slice(&salt.0);
            match part {
                PartKind::Debtor => write_party(&payload.debtor, &mut plain),
                PartKind::Creditor => write_party(&payload.creditor, &mut plain),
                PartKind::Remittance => write_remittance(&payload.remittance, &mut plain),
            }
            digests[index] = part_digest(part, &salt, &plain[start + SALT_BYTES..]);
            pad(&mut plain, start);
            ends[index] = plain.len();
        }
        let subjects = [payload.debtor.subject(), payload.creditor.subject()];
        Ok(SealedPayload { plain, ends, digests, commitment: commitment_of(&digests), subjects })
    }

    /// Its commitment.
    #[must_use]
    pub fn commitment(&self) -> Commitment {
        self.commitment
    }

    /// Digests of its parts.
    #[must_use]
    pub fn digests(&self) -> &[PartDigest; 3] {
        &self.digests
    }

    /// Whose data the debtor's and the creditor's parts are.
    #[must_use]
    pub fn subjects(&self) -> &[Subject; 2] {
        &self.subjects
    }

    /// Bytes of all parts as they are encrypted.
    pub(crate) fn padded_bytes(&self) -> usize {
        self.plain.len()
    }

    /// Parts as they are encrypted.
    pub(crate) fn padded_parts(&self) -> [&[u8]; 3] {
        let [first, second, third] = self.ends;
        [&self.plain[..first], &self.plain[first..second], &self.plain[second..third]]
    }
}

/// Seals a payload with salts drawn from a source: gives the commitment for the order, and what to put.
///
/// # Errors
/// [`SealFault::Refused`] by [`Payload::check`]; [`SealFault::Fault`] if the source fails.
pub fn seal(payload: &Payload, source: &mut dyn Randomness) -> Result<(Commitment, SealedPayload), SealFault> {
    let mut drawn = [0; 3 * SALT_BYTES];
    source.fill(&mut drawn).map_err(SealFault::Fault)?;
    let salt = |index: usize| Salt(drawn[index * SALT_BYTES..][..SALT_BYTES].try_into().expect("16 bytes"));
    let sealed = SealedPayload::new(payload, [salt(0), salt(1), salt(2)]).map_err(SealFault::Refused)?;
    Ok((sealed.commitment, sealed))
}

/// Three salts drawn from a source.
///
/// # Errors
/// If the source fails.
pub fn draw_salts(source: &mut dyn Randomness) -> Result<[Salt; 3], PayloadFault> {
    Ok([Salt(randomness::draw(source)?), Salt(randomness::draw(source)?), Salt(randomness::draw(source)?)])
}

/// Why a payload was not sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SealFault {
    /// A rule said no.
    Refused(PayloadRefusal),
    /// The source of salts failed.
    Fault(PayloadFault),
}

impl fmt::Display for SealFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SealFault::Refused(refusal) => refusal.fmt(f),
            SealFault::Fault(fault) => fault.fmt(f),
        }
    }
}

impl std::error::Error for SealFault {}

/// Fills up what follows `start` (ISO/IEC 7816-4: a one bit, then zeros).
fn pad(plain: &mut Vec<u8>, start: usize) {
    plain.push(0x80);
    let length = (plain.len() - start).next_multiple_of(PADDING_BYTES);
    plain.resize(start + length, 0);
}

/// Salt and canonical bytes of a part as it was encrypted; nothing if it has another form.
pub(crate) fn unpad(plain: &[u8]) -> Option<(Salt, &[u8])> {
    let end = plain.iter().rposition(|&byte| byte != 0)?;
    let (salt, canonical) = plain[..end].split_first_chunk()?;
    (plain[end] == 0x80).then_some((Salt(*salt), canonical))
}
