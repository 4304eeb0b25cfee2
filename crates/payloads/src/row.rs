//! One ciphertext: what is kept of a payload under the number of its payment's key.
//!
//! ```text
//! commitment (32) ‖ tag (16) ‖ under the payment's key: slots of the two subjects (8 + 8), digests of the parts (3 × 32)
//! ‖ lengths of the three parts (3 × 2) ‖ each part that is there: ciphertext, tag (16)
//! ```
//!
//! | part | its key is made of |
//! | --- | --- |
//! | debtor | the payment's and the debtor's |
//! | creditor | the payment's and the creditor's |
//! | remittance | the payment's, the debtor's and the creditor's |
//!
//! So a payment can be erased alone, and a subject everywhere. Remittance text may speak of either, and goes with the
//! first of them. Each key encrypts one part of one payment and nothing else.

use crate::commitment::{PartDigest, PartKind, SealedPayload};
use crate::crypto::{Key, MacKey, TAG_BYTES, decrypt_once, encrypt_once};
use crate::key_file::StoreId;
use domain::Commitment;
use zeroize::Zeroizing;

const COMMITMENT_BYTES: usize = 32;
const HEAD_BYTES: usize = 2 * 8 + 3 * 32;
const HEAD_AT: usize = COMMITMENT_BYTES + TAG_BYTES;
const LENGTHS_AT: usize = HEAD_AT + HEAD_BYTES;
const PARTS_AT: usize = LENGTHS_AT + 3 * 2;

/// More bytes than a row can have.
pub(crate) const ROW_BYTES_MAX: usize = PARTS_AT + 3 * (crate::limits::PART_BYTES_MAX + 1024);

/// Where a row belongs: bound into every ciphertext, so that none can be moved.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) store: &'a StoreId,
    pub(crate) number: u64,
}

impl Place<'_> {
    fn context(&self, commitment: &Commitment, part: u8) -> [u8; 57] {
        let mut context = [0; 57];
        context[..16].copy_from_slice(self.store);
        context[16..24].copy_from_slice(&self.number.to_be_bytes());
        context[24..56].copy_from_slice(&commitment.0);
        context[56] = part;
        context
    }
}

/// Keys of the subjects, `None` where one is destroyed.
pub(crate) struct SubjectKeys<'a> {
    pub(crate) debtor: Option<&'a Key>,
    pub(crate) creditor: Option<&'a Key>,
}

/// What the row says about itself once the payment's key is known.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) debtor_slot: u64,
    pub(crate) creditor_slot: u64,
    pub(crate) digests: [PartDigest; 3],
}

/// The part of a context that stands for the head.
const HEAD: u8 = 0;

/// Encrypts a payload.
pub(crate) fn encode(
    place: Place<'_>,
    sealed: &SealedPayload,
    payment: &Key,
    slots: [u64; 2],
    subjects: [&Key; 2],
) -> Vec<u8> {
    let commitment = sealed.commitment();
    let mut row = Vec::with_capacity(PARTS_AT + sealed.padded_bytes() + 3 * TAG_BYTES);
    row.extend_from_slice(&commitment.0);
    row.resize(HEAD_AT, 0);
    slots.iter().for_each(|slot| row.extend_from_slice(&slot.to_be_bytes()));
    sealed.digests().iter().for_each(|digest| row.extend_from_slice(digest));
    let payment = MacKey::new(payment);
    let tag = encrypt_once(&head_key(&payment), &place.context(&commitment, HEAD), &mut row[HEAD_AT..]);
    row[COMMITMENT_BYTES..HEAD_AT].copy_from_slice(&tag);
    let parts = sealed.padded_parts();
    for part in parts {
        let length = u16::try_from(part.len() + TAG_BYTES).expect("bug: a part longer than its fields can be");
        row.extend_from_slice(&length.to_be_bytes());
    }
    let subjects = SubjectKeys { debtor: Some(subjects[0]), creditor: Some(subjects[1]) };
    for (kind, part) in PartKind::ALL.into_iter().zip(parts) {
        let key = part_key(kind, &payment, &subjects).expect("both subjects have keys");
        let start = row.len();
        row.extend_from_slice(part);
        let tag = encrypt_once(&key, &place.context(&commitment, kind.number()), &mut row[start..]);
        row.extend_from_slice(&tag);
    }
    row
}

fn head_key(payment: &MacKey) -> Key {
    payment.derive(&[b"head"])
}

/// The key of a part; nothing if one that it is made of is destroyed.
fn part_key(kind: PartKind, payment: &MacKey, subjects: &SubjectKeys<'_>) -> Option<Key> {
    Some(match kind {
        PartKind::Debtor => payment.derive(&[b"debtor", &subjects.debtor?[..]]),
        PartKind::Creditor => payment.derive(&[b"creditor", &subjects.creditor?[..]]),
        PartKind::Remittance => payment.derive(&[b"remittance", &subjects.debtor?[..], &subjects.creditor?[..]]),
    })
}

/// A row as stored.
pub(crate) struct Row<'a> {
    commitment: Commitment,
    bytes: &'a [u8],
    parts: [&'a [u8]; 3],
}

/// A row that is not as it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Damaged;

impl<'a> Row<'a> {
    pub(crate) fn decode(bytes: &'a [u8]) -> Result<Row<'a>, Damaged> {
        let commitment = Commitment(*bytes.first_chunk().ok_or(Damaged)?);
        let (lengths, mut rest) = bytes.get(LENGTHS_AT..).ok_or(Damaged)?.split_at_checked(3 * 2).ok_or(Damaged)?;
        let mut parts: [&[u8]; 3] = [&[]; 3];
        for (part, length) in parts.iter_mut().zip(lengths.as_chunks().0) {
            let length = usize::from(u16::from_be_bytes(*length));
            (*part, rest) = rest.split_at_checked(length).ok_or(Damaged)?;
        }
        if rest.is_empty() { Ok(Row { commitment, bytes, parts }) } else { Err(Damaged) }
    }

    pub(crate) fn commitment(&self) -> Commitment {
        self.commitment
    }

    /// The head under the payment's key.
    pub(crate) fn head(&self, place: Place<'_>, payment: &Key) -> Result<Head, Damaged> {
        let mut head = Zeroizing::new([0; HEAD_BYTES]);
        head.copy_from_slice(&self.bytes[HEAD_AT..LENGTHS_AT]);
        let tag = self.bytes[COMMITMENT_BYTES..HEAD_AT].try_into().expect("16 bytes");
        if !decrypt_once(&head_key(&MacKey::new(payment)), &place.context(&self.commitment, HEAD), &mut head[..], &tag)
        {
            return Err(Damaged);
        }
        let slot = |at: usize| u64::from_be_bytes(head[at..at + 8].try_into().expect("eight bytes"));
        let digest = |index: usize| head[16 + 32 * index..][..32].try_into().expect("32 bytes");
        Ok(Head { debtor_slot: slot(0), creditor_slot: slot(8), digests: [digest(0), digest(1), digest(2)] })
    }

    /// Whether the ciphertext of a part is there.
    pub(crate) fn has(&self, kind: PartKind) -> bool {
        !self.parts[index(kind)].is_empty()
    }

    /// A part as it was encrypted; nothing if a key that it needs is destroyed.
    pub(crate) fn part(
        &self,
        place: Place<'_>,
        kind: PartKind,
        payment: &Key,
        subjects: &SubjectKeys<'_>,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, Damaged> {
        let Some(key) = part_key(kind, &MacKey::new(payment), subjects) else { return Ok(None) };
        let (content, tag) = self.parts[index(kind)].split_last_chunk().ok_or(Damaged)?;
        let mut content = Zeroizing::new(content.to_vec());
        let context = place.context(&self.commitment, kind.number());
        if decrypt_once(&key, &context, &mut content, tag) { Ok(Some(content)) } else { Err(Damaged) }
    }

    /// The row without the ciphertext of some parts.
    pub(crate) fn without(&self, dropped: &[PartKind]) -> Vec<u8> {
        let mut bytes = self.bytes[..LENGTHS_AT].to_vec();
        let kept = |kind: PartKind| if dropped.contains(&kind) { &[][..] } else { self.parts[index(kind)] };
        for kind in PartKind::ALL {
            let length = u16::try_from(kept(kind).len()).expect("it was read from two bytes");
            bytes.extend_from_slice(&length.to_be_bytes());
        }
        PartKind::ALL.into_iter().for_each(|kind| bytes.extend_from_slice(kept(kind)));
        bytes
    }
}

fn index(kind: PartKind) -> usize {
    usize::from(kind.number()) - 1
}
