//! One slot of the keys file: a wrapped key, or what is left where one was destroyed.
//!
//! Kind (1), zeros (7), number of the erasure (8), name (32), nonce (24), wrapped key (32), tag (16), checksum (8). Where a key
//! was destroyed, what the register says of it (55) and zeros (17) stand in place of nonce, key and tag. No slot straddles a
//! sector of 512 bytes, so overwriting one is not torn.

use crate::crypto::{CHECKSUM_BYTES, KEY_BYTES, Key, NONCE_BYTES, TAG_BYTES, checksum, unwrap, wrap};
use crate::key_file::StoreId;
use crate::register::{FACTS_BYTES, Facts};
use std::fmt;
use zeroize::Zeroizing;

/// Bytes of a slot.
pub(crate) const SLOT_BYTES: usize = 128;
const ERASURE_AT: usize = 8;
const NAME_AT: usize = 16;
const NONCE_AT: usize = 48;
const KEY_AT: usize = NONCE_AT + NONCE_BYTES;
const TAG_AT: usize = KEY_AT + KEY_BYTES;
const CHECKSUM_AT: usize = TAG_AT + TAG_BYTES;
const FACTS_END: usize = NONCE_AT + FACTS_BYTES;

/// What a key belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Owner {
    /// One payment; its name is its commitment.
    Payment,
    /// One subject; its name is its tag.
    Subject,
}

/// What a slot holds.
#[derive(Clone)]
pub(crate) enum Slot {
    /// Nothing: what was here was never acknowledged.
    Void,
    /// A key.
    Live { owner: Owner, name: [u8; 32], nonce: [u8; NONCE_BYTES], wrapped: [u8; KEY_BYTES], tag: [u8; TAG_BYTES] },
    /// No key any more: destroyed by the erasure with this number, of which the register says this.
    Destroyed { owner: Owner, name: [u8; 32], erasure: u64, facts: Facts },
}

impl fmt::Debug for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Slot::Void => f.write_str("Void"),
            Slot::Live { owner, .. } => write!(f, "Live({owner:?})"),
            Slot::Destroyed { owner, erasure, .. } => write!(f, "Destroyed({owner:?}, {erasure})"),
        }
    }
}

impl Slot {
    /// A slot with a key, wrapped.
    pub(crate) fn with_key(
        owner: Owner,
        name: [u8; 32],
        key: &Key,
        wrapping: &Key,
        store: &StoreId,
        number: u64,
        nonce: [u8; NONCE_BYTES],
    ) -> Slot {
        let mut wrapped = **key;
        let tag = wrap(wrapping, &nonce, &context(store, number, owner, &name), &mut wrapped);
        Slot::Live { owner, name, nonce, wrapped, tag }
    }

    /// The same key under another wrapping key.
    pub(crate) fn wrapped_anew(
        &self,
        key: &Key,
        wrapping: &Key,
        store: &StoreId,
        number: u64,
        nonce: [u8; NONCE_BYTES],
    ) -> Slot {
        match self {
            Slot::Live { owner, name, .. } => Slot::with_key(*owner, *name, key, wrapping, store, number, nonce),
            other => other.clone(),
        }
    }

    pub(crate) fn has_key(&self) -> bool {
        matches!(self, Slot::Live { .. })
    }

    /// Whose it is and under which name, unless it is void.
    pub(crate) fn owner_and_name(&self) -> Option<(Owner, [u8; 32])> {
        match self {
            Slot::Void => None,
            Slot::Live { owner, name, .. } | Slot::Destroyed { owner, name, .. } => Some((*owner, *name)),
        }
    }

    /// Its key; nothing if it has none or does not unwrap.
    pub(crate) fn unwrap(&self, wrapping: &Key, store: &StoreId, number: u64) -> Option<Key> {
        let Slot::Live { owner, name, nonce, wrapped, tag } = self else { return None };
        let mut key = Zeroizing::new(*wrapped);
        unwrap(wrapping, nonce, &context(store, number, *owner, name), &mut key[..], tag).then_some(key)
    }

    pub(crate) fn encode(&self, store: &StoreId, number: u64) -> [u8; SLOT_BYTES] {
        let mut bytes = [0; SLOT_BYTES];
        match self {
            Slot::Void => {}
            Slot::Live { owner, name, nonce, wrapped, tag } => {
                bytes[0] = if *owner == Owner::Payment { 1 } else { 2 };
                bytes[NAME_AT..NONCE_AT].copy_from_slice(name);
                bytes[NONCE_AT..KEY_AT].copy_from_slice(nonce);
                bytes[KEY_AT..TAG_AT].copy_from_slice(wrapped);
                bytes[TAG_AT..CHECKSUM_AT].copy_from_slice(tag);
            }
            Slot::Destroyed { owner, name, erasure, facts } => {
                bytes[0] = if *owner == Owner::Payment { 3 } else { 4 };
                bytes[ERASURE_AT..NAME_AT].copy_from_slice(&erasure.to_be_bytes());
                bytes[NAME_AT..NONCE_AT].copy_from_slice(name);
                bytes[NONCE_AT..FACTS_END].copy_from_slice(facts);
            }
        }
        let sum = sum_of(store, number, &bytes);
        bytes[CHECKSUM_AT..].copy_from_slice(&sum);
        bytes
    }

    /// Reads a slot; nothing if it is damaged, or belongs elsewhere.
    pub(crate) fn decode(bytes: &[u8; SLOT_BYTES], store: &StoreId, number: u64) -> Option<Slot> {
        if bytes[CHECKSUM_AT..] != sum_of(store, number, bytes) {
            return None;
        }
        let name: [u8; 32] = bytes[NAME_AT..NONCE_AT].try_into().expect("32 bytes");
        let live = |owner| Slot::Live {
            owner,
            name,
            nonce: bytes[NONCE_AT..KEY_AT].try_into().expect("24 bytes"),
            wrapped: bytes[KEY_AT..TAG_AT].try_into().expect("32 bytes"),
            tag: bytes[TAG_AT..CHECKSUM_AT].try_into().expect("16 bytes"),
        };
        let destroyed = |owner| Slot::Destroyed {
            owner,
            name,
            erasure: u64::from_be_bytes(bytes[ERASURE_AT..NAME_AT].try_into().expect("eight bytes")),
            facts: bytes[NONCE_AT..FACTS_END].try_into().expect("55 bytes"),
        };
        Some(match bytes[0] {
            0 => Slot::Void,
            1 => live(Owner::Payment),
            2 => live(Owner::Subject),
            3 => destroyed(Owner::Payment),
            4 => destroyed(Owner::Subject),
            _ => return None,
        })
    }
}

fn sum_of(store: &StoreId, number: u64, bytes: &[u8; SLOT_BYTES]) -> [u8; CHECKSUM_BYTES] {
    checksum(&[store, &number.to_be_bytes(), &bytes[..CHECKSUM_AT]])
}

/// What a wrapped key is bound to: in another slot, or under another name, it does not unwrap.
fn context(store: &StoreId, number: u64, owner: Owner, name: &[u8; 32]) -> [u8; 57] {
    let mut context = [0; 57];
    context[..16].copy_from_slice(store);
    context[16..24].copy_from_slice(&number.to_be_bytes());
    context[24] = if owner == Owner::Payment { 1 } else { 2 };
    context[25..].copy_from_slice(name);
    context
}
