//! CBOR items in (RFC 8949): exactly what the writer writes, and nothing else. Whatever is not in its shortest form, or
//! of indefinite length, is refused.

use crate::cbor::{
    ARRAY, BYTES, FALSE, MAP, NEGATIVE, NEGATIVE_BIGNUM, NULL, POSITIVE_BIGNUM, TAG, TEXT, TRUE, UNSIGNED,
};
use crate::error::DecodeError;

/// The bytes are no event; the reader holds why. Being empty, it leaves the registers to the value that was read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Refused;

/// Reads CBOR items one after the other.
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
    /// Bytes read so far; never beyond the end.
    at: usize,
    /// Why the bytes were refused.
    refusal: Option<DecodeError>,
}

impl<'a> Reader<'a> {
    #[inline]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, refusal: None }
    }

    /// Bytes read so far.
    #[inline]
    pub fn position(&self) -> usize {
        self.at
    }

    /// Why the bytes were refused.
    ///
    /// # Panics
    /// Where none were: a bug.
    #[cold]
    pub fn refusal(&self) -> DecodeError {
        self.refusal.expect("bug: the reader refused nothing")
    }

    #[cold]
    pub fn refuse(&mut self, why: DecodeError) -> Refused {
        self.refusal = Some(why);
        Refused
    }

    #[cold]
    pub fn malformed(&mut self, at: usize, expected: &'static str) -> Refused {
        self.refuse(DecodeError::Malformed { at, expected })
    }

    #[cold]
    pub fn out_of_range(&mut self, at: usize, expected: &'static str) -> Refused {
        self.refuse(DecodeError::OutOfRange { at, expected })
    }

    #[cold]
    fn not_shortest(&mut self, at: usize) -> Refused {
        self.refuse(DecodeError::NotShortest { at })
    }

    #[inline]
    pub fn unsigned(&mut self, expected: &'static str) -> Result<u64, Refused> {
        self.head(UNSIGNED, expected)
    }

    /// An unsigned integer that fits `T`.
    #[inline]
    pub fn bounded<T: TryFrom<u64>>(&mut self, expected: &'static str) -> Result<T, Refused> {
        let at = self.at;
        T::try_from(self.unsigned(expected)?).map_err(|_| self.out_of_range(at, expected))
    }

    #[inline]
    pub fn signed(&mut self, expected: &'static str) -> Result<i64, Refused> {
        let at = self.at;
        let negative = self.next_is(NEGATIVE);
        let magnitude = self.head(if negative { NEGATIVE } else { UNSIGNED }, expected)?;
        let magnitude = i64::try_from(magnitude).map_err(|_| self.out_of_range(at, expected))?;
        Ok(if negative { !magnitude } else { magnitude })
    }

    /// An integer of at most 65 bits: from -2^64 to 2^64 - 1.
    #[inline]
    pub fn integer(&mut self, expected: &'static str) -> Result<i128, Refused> {
        let negative = self.next_is(NEGATIVE);
        let magnitude = i128::from(self.head(if negative { NEGATIVE } else { UNSIGNED }, expected)?);
        Ok(if negative { !magnitude } else { magnitude })
    }

    /// An integer, or a bignum where it does not fit 65 bits.
    pub fn wide(&mut self, expected: &'static str) -> Result<i128, Refused> {
        if !self.next_is(TAG) {
            return self.integer(expected);
        }
        let at = self.at;
        let tag = self.head(TAG, expected)?;
        if !matches!(tag, POSITIVE_BIGNUM | NEGATIVE_BIGNUM) {
            return Err(self.malformed(at, expected));
        }
        let digits = self.bytes(expected)?;
        if digits.len() <= size_of::<u64>() || digits[0] == 0 {
            return Err(self.not_shortest(at));
        }
        let mut wide = [0; size_of::<i128>()];
        let start = wide.len().checked_sub(digits.len()).ok_or_else(|| self.out_of_range(at, expected))?;
        wide[start..].copy_from_slice(digits);
        let magnitude = i128::try_from(u128::from_be_bytes(wide)).map_err(|_| self.out_of_range(at, expected))?;
        Ok(if tag == NEGATIVE_BIGNUM { !magnitude } else { magnitude })
    }

    #[inline]
    pub fn bytes(&mut self, expected: &'static str) -> Result<&'a [u8], Refused> {
        self.string(BYTES, expected)
    }

    #[inline]
    pub fn fixed_bytes<const N: usize>(&mut self, expected: &'static str) -> Result<[u8; N], Refused> {
        let at = self.at;
        <[u8; N]>::try_from(self.bytes(expected)?).map_err(|_| self.out_of_range(at, expected))
    }

    #[inline]
    pub fn text(&mut self, expected: &'static str) -> Result<&'a str, Refused> {
        let at = self.at;
        std::str::from_utf8(self.string(TEXT, expected)?).map_err(|_| self.malformed(at, expected))
    }

    #[inline]
    pub fn flag(&mut self, expected: &'static str) -> Result<bool, Refused> {
        let value = match self.bytes.get(self.at) {
            Some(&FALSE) => false,
            Some(&TRUE) => true,
            _ => return Err(self.malformed(self.at, expected)),
        };
        self.at += 1;
        Ok(value)
    }

    /// Takes a null if one stands here.
    #[inline]
    pub fn take_null(&mut self) -> bool {
        let here = self.bytes.get(self.at) == Some(&NULL);
        self.at += usize::from(here);
        here
    }

    /// Whether the item here is an array.
    #[inline]
    pub fn array_is_next(&self) -> bool {
        self.next_is(ARRAY)
    }

    /// The head of an array: how many items follow. What is left of the input must have room for that many, at
    /// `least_bytes` each, so that a caller may allocate for them.
    #[inline]
    pub fn array(&mut self, least_bytes: usize, expected: &'static str) -> Result<usize, Refused> {
        let at = self.at;
        let items = usize::try_from(self.head(ARRAY, expected)?).unwrap_or(usize::MAX);
        let needed = items.saturating_mul(least_bytes);
        if needed > self.bytes.len() - self.at { Err(self.malformed(at, expected)) } else { Ok(items) }
    }

    /// The head of an array of exactly that many items.
    #[inline]
    pub fn array_of(&mut self, items: usize, expected: &'static str) -> Result<(), Refused> {
        let at = self.at;
        if self.array(1, expected)? == items { Ok(()) } else { Err(self.malformed(at, expected)) }
    }

    /// The head of a map: how many pairs follow, for which what is left of the input has room.
    pub fn map(&mut self, expected: &'static str) -> Result<usize, Refused> {
        let at = self.at;
        let pairs = usize::try_from(self.head(MAP, expected)?).unwrap_or(usize::MAX);
        if pairs.saturating_mul(2) > self.bytes.len() - self.at { Err(self.malformed(at, expected)) } else { Ok(pairs) }
    }

    #[inline]
    fn next_is(&self, major: u8) -> bool {
        self.bytes.get(self.at).is_some_and(|first| first >> 5 == major >> 5)
    }

    #[inline]
    fn string(&mut self, major: u8, expected: &'static str) -> Result<&'a [u8], Refused> {
        let at = self.at;
        let length = usize::try_from(self.head(major, expected)?).unwrap_or(usize::MAX);
        let Some(value) = self.bytes[self.at..].get(..length) else {
            return Err(self.malformed(at, expected));
        };
        self.at += length;
        Ok(value)
    }

    /// The head of an item of that major type: its number, which must be in its shortest form.
    #[inline]
    fn head(&mut self, major: u8, expected: &'static str) -> Result<u64, Refused> {
        match self.bytes.get(self.at).map(|first| first ^ major) {
            Some(value @ 0..24) => {
                self.at += 1;
                Ok(u64::from(value))
            }
            Some(form) => self.long_head(form, expected),
            None => Err(self.malformed(self.at, expected)),
        }
    }

    /// A number in one, two, four or eight bytes of its own.
    fn long_head(&mut self, form: u8, expected: &'static str) -> Result<u64, Refused> {
        let at = self.at;
        let rest = &self.bytes[at + 1..];
        let (value, least, length) = match form {
            24 => (rest.first_chunk().map(|&bytes| u64::from(u8::from_be_bytes(bytes))), 24, 1),
            25 => (rest.first_chunk().map(|&bytes| u64::from(u16::from_be_bytes(bytes))), 1 << 8, 2),
            26 => (rest.first_chunk().map(|&bytes| u64::from(u32::from_be_bytes(bytes))), 1 << 16, 4),
            27 => (rest.first_chunk().map(|&bytes| u64::from_be_bytes(bytes)), 1 << 32, 8),
            _ => (None, 0, 0),
        };
        match value {
            Some(value) if value >= least => {
                self.at = at + 1 + length;
                Ok(value)
            }
            Some(_) => Err(self.not_shortest(at)),
            None => Err(self.malformed(at, expected)),
        }
    }
}
