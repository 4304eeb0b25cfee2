//! The few uses of cryptography: keys derived by HMAC-SHA-256, content under ChaCha20-Poly1305 (RFC 8439), keys wrapped
//! under XChaCha20-Poly1305.

use chacha20poly1305::{AeadInOut, ChaCha20Poly1305, KeyInit, XChaCha20Poly1305};
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

/// HMAC-SHA-256 of the parts one after the other. Callers see to it that no two messages run together.
pub(crate) fn mac(key: &[u8; KEY_BYTES], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(key).expect("any length is a key");
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

/// A key made from another one for one purpose.
pub(crate) fn derive(key: &[u8; KEY_BYTES], parts: &[&[u8]]) -> Key {
    Zeroizing::new(mac(key, parts))
}

/// Encrypts in place under a key that encrypts nothing else, so that one nonce is enough; gives the tag.
pub(crate) fn encrypt_once(key: &Key, context: &[u8], content: &mut [u8]) -> [u8; TAG_BYTES] {
    let cipher = ChaCha20Poly1305::new((&**key).into());
    let tag = cipher.encrypt_inout_detached(&[0; 12].into(), context, content.into());
    tag.expect("bug: more than 256 GB in one part").into()
}

/// Decrypts in place what [`encrypt_once`] encrypted; `false`, and nothing to be read, if it is anything else.
#[must_use]
pub(crate) fn decrypt_once(key: &Key, context: &[u8], content: &mut [u8], tag: &[u8; TAG_BYTES]) -> bool {
    let cipher = ChaCha20Poly1305::new((&**key).into());
    cipher.decrypt_inout_detached(&[0; 12].into(), context, content.into(), tag.into()).is_ok()
}

/// Wraps in place under a random nonce; gives the tag.
pub(crate) fn wrap(key: &Key, nonce: &[u8; NONCE_BYTES], context: &[u8], content: &mut [u8]) -> [u8; TAG_BYTES] {
    let cipher = XChaCha20Poly1305::new((&**key).into());
    cipher.encrypt_inout_detached(nonce.into(), context, content.into()).expect("bug: a key of 256 GB").into()
}

/// Unwraps in place; `false`, and nothing to be read, if it was not wrapped under this key in this context.
#[must_use]
pub(crate) fn unwrap(
    key: &Key,
    nonce: &[u8; NONCE_BYTES],
    context: &[u8],
    content: &mut [u8],
    tag: &[u8; TAG_BYTES],
) -> bool {
    let cipher = XChaCha20Poly1305::new((&**key).into());
    cipher.decrypt_inout_detached(nonce.into(), context, content.into(), tag.into()).is_ok()
}

/// Checksum against damage, not against forgers.
pub(crate) fn checksum(parts: &[&[u8]]) -> [u8; CHECKSUM_BYTES] {
    let mut hasher = Sha256::new();
    parts.iter().for_each(|part| hasher.update(part));
    *hasher.finalize().first_chunk().expect("32 bytes")
}
