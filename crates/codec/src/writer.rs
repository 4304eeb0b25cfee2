//! CBOR items out. Everything has its shortest form and a definite length.

use minicbor::Encoder;
use minicbor::data::Int;
use std::convert::Infallible;

/// Appends CBOR items to a vector.
pub(crate) struct Writer<'a>(Encoder<&'a mut Vec<u8>>);

type Written<T> = Result<T, minicbor::encode::Error<Infallible>>;

impl<'a> Writer<'a> {
    #[inline]
    pub fn new(out: &'a mut Vec<u8>) -> Self {
        Self(Encoder::new(out))
    }

    #[inline]
    pub fn unsigned(&mut self, value: u64) {
        written(self.0.u64(value));
    }

    #[inline]
    pub fn signed(&mut self, value: i64) {
        written(self.0.i64(value));
    }

    /// An integer; a bignum (RFC 8949, section 3.4.3) only where it does not fit the 65 bits of one.
    #[inline]
    pub fn wide(&mut self, value: i128) {
        match Int::try_from(value) {
            Ok(value) => written(self.0.int(value)),
            Err(_) => written(self.0.i128(value)),
        }
    }

    #[inline]
    pub fn bytes(&mut self, value: &[u8]) {
        written(self.0.bytes(value));
    }

    #[inline]
    pub fn text(&mut self, value: &str) {
        written(self.0.str(value));
    }

    #[inline]
    pub fn flag(&mut self, value: bool) {
        written(self.0.bool(value));
    }

    #[inline]
    pub fn null(&mut self) {
        written(self.0.null());
    }

    /// The head of an array of that many items, which follow.
    #[inline]
    pub fn array(&mut self, items: usize) {
        written(self.0.array(u64::try_from(items).expect("bug: an array of more than 2^64 items")));
    }
}

#[inline]
fn written<T>(result: Written<T>) {
    assert!(result.is_ok(), "bug: a vector takes every byte");
}
