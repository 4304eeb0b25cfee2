//! CBOR items in: exactly what the writer writes, and nothing else. Whatever is not the shortest form is refused.

use crate::error::DecodeError;
use minicbor::Decoder;

const NULL: u8 = 0xf6;

/// Reads CBOR items one after the other.
pub(crate) struct Reader<'a>(Decoder<'a>);

impl<'a> Reader<'a> {
    #[inline]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(Decoder::new(bytes))
    }

    /// Bytes read so far.
    #[inline]
    pub fn position(&self) -> usize {
        self.0.position()
    }

    #[inline]
    fn remaining(&self) -> usize {
        self.0.input().len() - self.0.position()
    }

    #[inline]
    pub fn unsigned(&mut self, expected: &'static str) -> Result<u64, DecodeError> {
        let at = self.position();
        let value = self.0.u64().map_err(|_| DecodeError::Malformed { at, expected })?;
        self.shortest(at, head_bytes(value))?;
        Ok(value)
    }

    /// An unsigned integer that fits `T`.
    #[inline]
    pub fn bounded<T: TryFrom<u64>>(&mut self, expected: &'static str) -> Result<T, DecodeError> {
        let at = self.position();
        T::try_from(self.unsigned(expected)?).map_err(|_| DecodeError::OutOfRange { at, expected })
    }

    #[inline]
    pub fn signed(&mut self, expected: &'static str) -> Result<i64, DecodeError> {
        let at = self.position();
        let value = self.integer(expected)?;
        i64::try_from(value).map_err(|_| DecodeError::OutOfRange { at, expected })
    }

    /// An integer of at most 65 bits: from -2^64 to 2^64 - 1.
    #[inline]
    pub fn integer(&mut self, expected: &'static str) -> Result<i128, DecodeError> {
        let at = self.position();
        let value = i128::from(self.0.int().map_err(|_| DecodeError::Malformed { at, expected })?);
        self.shortest(at, integer_bytes(value))?;
        Ok(value)
    }

    /// An integer, or a bignum where it does not fit 65 bits.
    pub fn wide(&mut self, expected: &'static str) -> Result<i128, DecodeError> {
        let at = self.position();
        let value = self.0.i128().map_err(|_| DecodeError::Malformed { at, expected })?;
        self.shortest(at, integer_bytes(value))?;
        Ok(value)
    }

    #[inline]
    pub fn bytes(&mut self, expected: &'static str) -> Result<&'a [u8], DecodeError> {
        let at = self.position();
        let value = self.0.bytes().map_err(|_| DecodeError::Malformed { at, expected })?;
        self.shortest(at, string_bytes(value))?;
        Ok(value)
    }

    #[inline]
    pub fn fixed_bytes<const N: usize>(&mut self, expected: &'static str) -> Result<[u8; N], DecodeError> {
        let at = self.position();
        <[u8; N]>::try_from(self.bytes(expected)?).map_err(|_| DecodeError::OutOfRange { at, expected })
    }

    #[inline]
    pub fn text(&mut self, expected: &'static str) -> Result<&'a str, DecodeError> {
        let at = self.position();
        let value = self.0.str().map_err(|_| DecodeError::Malformed { at, expected })?;
        self.shortest(at, string_bytes(value.as_bytes()))?;
        Ok(value)
    }

    #[inline]
    pub fn flag(&mut self, expected: &'static str) -> Result<bool, DecodeError> {
        let at = self.position();
        self.0.bool().map_err(|_| DecodeError::Malformed { at, expected })
    }

    /// Takes a null if one stands here.
    #[inline]
    pub fn take_null(&mut self) -> bool {
        let here = self.0.input().get(self.position()) == Some(&NULL);
        if here {
            self.0.set_position(self.position() + 1);
        }
        here
    }

    /// Whether the item here is an array.
    #[inline]
    pub fn array_is_next(&self) -> bool {
        self.0.input().get(self.position()).is_some_and(|head| head >> 5 == 4)
    }

    /// The head of an array: how many items follow. What is left of the input must have room for that many, at
    /// `least_bytes` each, so that a caller may allocate for them.
    #[inline]
    pub fn array(&mut self, least_bytes: usize, expected: &'static str) -> Result<usize, DecodeError> {
        let at = self.position();
        let malformed = DecodeError::Malformed { at, expected };
        let items = self.0.array().ok().flatten().ok_or(malformed)?;
        self.shortest(at, head_bytes(items))?;
        let items = usize::try_from(items).map_err(|_| malformed)?;
        if items > self.remaining() / least_bytes {
            return Err(malformed);
        }
        Ok(items)
    }

    /// The head of an array of exactly that many items.
    #[inline]
    pub fn array_of(&mut self, items: usize, expected: &'static str) -> Result<(), DecodeError> {
        let at = self.position();
        if self.array(1, expected)? == items { Ok(()) } else { Err(DecodeError::Malformed { at, expected }) }
    }

    #[inline]
    fn shortest(&self, at: usize, bytes: usize) -> Result<(), DecodeError> {
        if self.position() - at == bytes { Ok(()) } else { Err(DecodeError::NotShortest { at }) }
    }
}

/// Length of the shortest head that carries a number.
#[inline]
const fn head_bytes(value: u64) -> usize {
    match value {
        0..=0x17 => 1,
        0x18..=0xff => 2,
        0x100..=0xffff => 3,
        0x1_0000..=0xffff_ffff => 5,
        _ => 9,
    }
}

#[inline]
fn string_bytes(value: &[u8]) -> usize {
    head_bytes(u64::try_from(value.len()).unwrap_or(u64::MAX)) + value.len()
}

/// Length of the shortest form of an integer: of a bignum, a tag, a length and the bytes without leading zeros.
#[inline]
fn integer_bytes(value: i128) -> usize {
    let magnitude = if value < 0 { !value } else { value }.unsigned_abs();
    u64::try_from(magnitude).map_or_else(
        |_| 2 + usize::try_from(u128::BITS.div_ceil(8) - magnitude.leading_zeros() / 8).unwrap_or(usize::MAX),
        head_bytes,
    )
}
