//! CBOR items out (RFC 8949). Everything has its shortest form and a definite length.

use crate::cbor::{
    ARRAY, BYTES, FALSE, MAP, NEGATIVE, NEGATIVE_BIGNUM, NULL, POSITIVE_BIGNUM, TAG, TEXT, TRUE, UNSIGNED,
};

/// Appends CBOR items to a vector.
pub(crate) struct Writer<'a>(&'a mut Vec<u8>);

impl<'a> Writer<'a> {
    #[inline]
    pub fn new(out: &'a mut Vec<u8>) -> Self {
        Self(out)
    }

    #[inline]
    pub fn unsigned(&mut self, value: u64) {
        self.head(UNSIGNED, value);
    }

    #[inline]
    pub fn signed(&mut self, value: i64) {
        if value >= 0 {
            self.head(UNSIGNED, value.unsigned_abs())
        } else {
            self.head(NEGATIVE, (!value).unsigned_abs())
        }
    }

    /// An integer; a bignum (RFC 8949, section 3.4.3) only where it does not fit the 65 bits of one.
    pub fn wide(&mut self, value: i128) {
        let (major, magnitude) = if value >= 0 { (UNSIGNED, value) } else { (NEGATIVE, !value) };
        let magnitude = magnitude.unsigned_abs();
        if let Ok(magnitude) = u64::try_from(magnitude) {
            self.head(major, magnitude);
            return;
        }
        let bytes = magnitude.to_be_bytes();
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        self.head(TAG, if major == UNSIGNED { POSITIVE_BIGNUM } else { NEGATIVE_BIGNUM });
        self.bytes(&bytes[zeros..]);
    }

    #[inline]
    pub fn bytes(&mut self, value: &[u8]) {
        self.head(BYTES, length(value.len()));
        self.0.extend_from_slice(value);
    }

    #[inline]
    pub fn text(&mut self, value: &str) {
        self.head(TEXT, length(value.len()));
        self.0.extend_from_slice(value.as_bytes());
    }

    #[inline]
    pub fn flag(&mut self, value: bool) {
        self.0.push(if value { TRUE } else { FALSE });
    }

    #[inline]
    pub fn null(&mut self) {
        self.0.push(NULL);
    }

    /// The head of an array of that many items, which follow.
    #[inline]
    pub fn array(&mut self, items: usize) {
        self.head(ARRAY, length(items));
    }

    /// The head of a map of that many pairs, which follow: keys ascending.
    #[inline]
    pub fn map(&mut self, pairs: usize) {
        self.head(MAP, length(pairs));
    }

    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "each branch is as wide as its numbers")]
    fn head(&mut self, major: u8, value: u64) {
        match value {
            0..=0x17 => self.0.push(major | value as u8),
            0x18..=0xff => self.0.extend_from_slice(&[major | 24, value as u8]),
            0x100..=0xffff => {
                let [a, b] = (value as u16).to_be_bytes();
                self.0.extend_from_slice(&[major | 25, a, b]);
            }
            0x1_0000..=0xffff_ffff => {
                let [a, b, c, d] = (value as u32).to_be_bytes();
                self.0.extend_from_slice(&[major | 26, a, b, c, d]);
            }
            _ => {
                let [a, b, c, d, e, f, g, h] = value.to_be_bytes();
                self.0.extend_from_slice(&[major | 27, a, b, c, d, e, f, g, h]);
            }
        }
    }
}

#[inline]
fn length(items: usize) -> u64 {
    u64::try_from(items).expect("bug: longer than 2^64")
}
