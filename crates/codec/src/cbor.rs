//! The few first bytes of CBOR items (RFC 8949, section 3) that events are made of.
//!
//! The high three bits of an item's first byte are its major type; the low five are its number up to 23, or say how many
//! bytes of number follow.
//!
//! Reader and writer are our own, some hundred lines, because both lie on the way of every payment: the writer takes a
//! quarter of the time that the same calls to `minicbor` take, and the reader refuses what is not in its shortest form
//! while it reads, which no general reader does. The tests hold both against `minicbor`.

/// Major type 0: an unsigned integer.
pub(crate) const UNSIGNED: u8 = 0 << 5;
/// Major type 1: a negative integer, -1 less the number.
pub(crate) const NEGATIVE: u8 = 1 << 5;
/// Major type 2: a byte string, the number is its length.
pub(crate) const BYTES: u8 = 2 << 5;
/// Major type 3: a text in UTF-8, the number is its length in bytes.
pub(crate) const TEXT: u8 = 3 << 5;
/// Major type 4: an array, the number is its count of items.
pub(crate) const ARRAY: u8 = 4 << 5;
/// Major type 5: a map, the number is its count of pairs.
pub(crate) const MAP: u8 = 5 << 5;
/// Major type 6: a tag.
pub(crate) const TAG: u8 = 6 << 5;
/// Major type 7: simple values.
pub(crate) const FALSE: u8 = 0xf4;
pub(crate) const TRUE: u8 = 0xf5;
pub(crate) const NULL: u8 = 0xf6;

/// Tag of a byte string that is an unsigned integer, most significant byte first.
pub(crate) const POSITIVE_BIGNUM: u64 = 2;
/// Tag of a byte string that is -1 less an unsigned integer.
pub(crate) const NEGATIVE_BIGNUM: u64 = 3;
