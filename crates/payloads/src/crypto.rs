//! The few uses of cryptography: keys derived by HMAC-SHA-256, everything encrypted by AES-256-GCM (NIST SP 800-38D) under a
//! key that encrypts one thing only. So no nonce is ever used twice under a key, whatever is drawn.

use aes_gcm::{AeadInOut, Aes256Gcm, KeyInit};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// Bytes of a key.
pub(crate) const KEY_BYTES: usize = 32;
/// Bytes of a nonce under which keys are wrapped: long enough to be drawn at random without ever meeting twice.
pub(crate) const NONCE_BYTES: usize = 24;
/// Bytes that authentication adds.
pub(crate) const TAG_BYTES: usize = 16;
/// Bytes of a checksum against damage.
pub(crate) const CHECKSUM_BYTES: usize = 8;

/// A key in memory, overwritten when dropped.
pub(crate) type Key = Zeroizing<[u8; KEY_BYTES]>;

/// A key of HMAC-SHA-256, prepared once for many messages.
#[derive(Clone)]
pub(crate) struct MacKey(Hmac<Sha256>);

impl MacKey {
    pub(crate) fn new(key: &[u8; KEY_BYTES]) -> MacKey {
        MacKey(<Hmac<Sha256> as hmac::KeyInit>::new_from_slice(key).expect("any length is a key"))
    }

    /// HMAC of the parts one after the other. Callers see to it that no two messages run together.
    pub(crate) fn mac(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = self.0.clone();
        parts.iter().for_each(|part| mac.update(part));
        mac.finalize().into_bytes().into()
    }

    /// A key made from this one for one purpose.
    pub(crate) fn derive(&self, parts: &[&[u8]]) -> Key {
        Zeroizing::new(self.mac(parts))
    }
}

/// [`MacKey::mac`] of one message.
pub(crate) fn mac(key: &[u8; KEY_BYTES], parts: &[&[u8]]) -> [u8; 32] {
    MacKey::new(key).mac(parts)
}

/// Encrypts in place under a key that encrypts nothing else, so that one nonce is enough; gives the tag.
pub(crate) fn encrypt_once(key: &Key, context: &[u8], content: &mut [u8]) -> [u8; TAG_BYTES] {
    let cipher = Aes256Gcm::new((&**key).into());
    let tag = cipher.encrypt_inout_detached(&[0; 12].into(), context, content.into());
    tag.expect("bug: more than 64 GB in one part").into()
}

/// Decrypts in place what [`encrypt_once`] encrypted; `false`, and nothing to be read, if it is anything else.
#[must_use]
pub(crate) fn decrypt_once(key: &Key, context: &[u8], content: &mut [u8], tag: &[u8; TAG_BYTES]) -> bool {
    let cipher = Aes256Gcm::new((&**key).into());
    cipher.decrypt_inout_detached(&[0; 12].into(), context, content.into(), tag.into()).is_ok()
}

/// Encrypts a key in place under one that wraps many: under a key made from that one and a random nonce. Gives the tag.
pub(crate) fn wrap(key: &Key, nonce: &[u8; NONCE_BYTES], context: &[u8], content: &mut [u8]) -> [u8; TAG_BYTES] {
    encrypt_once(&MacKey::new(key).derive(&[b"wrap", nonce]), context, content)
}

/// Decrypts in place what [`wrap`] encrypted; `false`, and nothing to be read, if it is anything else.
#[must_use]
pub(crate) fn unwrap(
    key: &Key,
    nonce: &[u8; NONCE_BYTES],
    context: &[u8],
    content: &mut [u8],
    tag: &[u8; TAG_BYTES],
) -> bool {
    decrypt_once(&MacKey::new(key).derive(&[b"wrap", nonce]), context, content, tag)
}

/// Checksum against damage, not against forgers.
pub(crate) fn checksum(parts: &[&[u8]]) -> [u8; CHECKSUM_BYTES] {
    let mut hasher = Sha256::new();
    parts.iter().for_each(|part| hasher.update(part));
    *hasher.finalize().first_chunk().expect("32 bytes")
}
