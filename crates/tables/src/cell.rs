//! A value of a row, and the hash of a whole row.

use domain::{Date, PaymentId, Timestamp};
use money::AmountMinor;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Row, ToSql};
use sha2::{Digest, Sha256};
use std::borrow::Cow;

/// One value of a row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Cell<'a> {
    /// Nothing.
    Null,
    /// A whole number.
    Integer(i64),
    /// A text.
    Text(Cow<'a, str>),
    /// Bytes.
    Blob(Cow<'a, [u8]>),
}

impl Cell<'_> {
    /// A whole number of any size: an integer where it and its negative fit, else the same number as decimal text, never
    /// rounded (docs/decisions/0015-read-tables.md).
    #[inline]
    pub(crate) fn whole(number: i128) -> Cell<'static> {
        match i64::try_from(number) {
            Ok(integer) if integer != i64::MIN => Cell::Integer(integer),
            _ => Cell::Text(Cow::Owned(number.to_string())),
        }
    }

    pub(crate) fn into_owned(self) -> Cell<'static> {
        match self {
            Cell::Null => Cell::Null,
            Cell::Integer(number) => Cell::Integer(number),
            Cell::Text(text) => Cell::Text(Cow::Owned(text.into_owned())),
            Cell::Blob(bytes) => Cell::Blob(Cow::Owned(bytes.into_owned())),
        }
    }

    /// The whole number of [`Cell::whole`]; nothing where it is none.
    pub(crate) fn as_whole(&self) -> Option<i128> {
        match self {
            Cell::Integer(number) => Some(i128::from(*number)),
            // Only what did not fit is text, and only as it is written.
            Cell::Text(text) => text.parse::<i128>().ok().filter(|number| Cell::whole(*number) == *self),
            Cell::Null | Cell::Blob(_) => None,
        }
    }

    pub(crate) fn as_integer(&self) -> Option<i64> {
        if let Cell::Integer(number) = self { Some(*number) } else { None }
    }

    /// The value in a row that was read; nothing where the tables have no such type.
    pub(crate) fn of_row<'r>(row: &'r Row<'_>, column: usize) -> rusqlite::Result<Cell<'r>> {
        Ok(match row.get_ref(column)? {
            ValueRef::Null => Cell::Null,
            ValueRef::Integer(number) => Cell::Integer(number),
            ValueRef::Text(text) => Cell::Text(Cow::Borrowed(
                std::str::from_utf8(text).map_err(|error| rusqlite::Error::Utf8Error(column, error))?,
            )),
            ValueRef::Blob(bytes) => Cell::Blob(Cow::Borrowed(bytes)),
            ValueRef::Real(_) => {
                return Err(rusqlite::Error::InvalidColumnType(column, String::new(), rusqlite::types::Type::Real));
            }
        })
    }
}

impl ToSql for Cell<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Cell::Null => ValueRef::Null,
            Cell::Integer(number) => ValueRef::Integer(*number),
            Cell::Text(text) => ValueRef::Text(text.as_bytes()),
            Cell::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

macro_rules! integers {
    ($($type:ty),+) => {
        $(impl From<$type> for Cell<'_> {
            fn from(value: $type) -> Self {
                Cell::Integer(i64::from(value))
            }
        })+
    };
}

integers!(u8, u16, u32, i32, i64, bool);

impl<'a> From<&'a str> for Cell<'a> {
    fn from(text: &'a str) -> Self {
        Cell::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Cell<'_> {
    fn from(text: String) -> Self {
        Cell::Text(Cow::Owned(text))
    }
}

impl<'a> From<&'a [u8]> for Cell<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Cell::Blob(Cow::Borrowed(bytes))
    }
}

impl<'a, const N: usize> From<&'a [u8; N]> for Cell<'a> {
    fn from(bytes: &'a [u8; N]) -> Self {
        Cell::Blob(Cow::Borrowed(bytes))
    }
}

impl<'a, T: Into<Cell<'a>>> From<Option<T>> for Cell<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Cell::Null, Into::into)
    }
}

impl From<Date> for Cell<'_> {
    fn from(date: Date) -> Self {
        Cell::Integer(i64::from(date.0))
    }
}

impl From<Timestamp> for Cell<'_> {
    fn from(time: Timestamp) -> Self {
        Cell::Integer(time.0)
    }
}

impl From<AmountMinor> for Cell<'_> {
    fn from(amount: AmountMinor) -> Self {
        Cell::from(amount.get())
    }
}

impl From<u64> for Cell<'_> {
    /// Amounts, ordinals and sequence numbers stay far below 2^63; what does not is text like any large number.
    fn from(number: u64) -> Self {
        Cell::whole(i128::from(number))
    }
}

impl From<PaymentId> for Cell<'_> {
    fn from(payment: PaymentId) -> Self {
        Cell::from(payment.0)
    }
}

macro_rules! ordinals {
    ($($type:ident),+) => {
        $(impl From<domain::$type> for Cell<'_> {
            fn from(id: domain::$type) -> Self {
                Cell::from(id.0)
            }
        })+
    };
}

ordinals!(MemberId, InstitutionId, CurrencyId, RulebookId, ArrangementId, CalendarId, CycleId, RunId, DrawingId);

/// Hash of a row: the first 16 bytes of the SHA-256 of its table and its values, as a number.
///
/// It is for noticing damage, not forgery: sums of it can be forged by whoever may write the file.
pub(crate) fn row_hash(table: u8, cells: &[Cell<'_>], scratch: &mut Vec<u8>) -> u128 {
    scratch.clear();
    scratch.push(table);
    for cell in cells {
        match cell {
            Cell::Null => scratch.push(NULL),
            Cell::Integer(number) => push_integer(*number, scratch),
            Cell::Text(text) => push_bytes(TEXT, text.as_bytes(), scratch),
            Cell::Blob(bytes) => push_bytes(BLOB, bytes, scratch),
        }
    }
    let hash = Sha256::digest(scratch.as_slice());
    let mut first = [0; 16];
    first.copy_from_slice(&hash[..16]);
    u128::from_le_bytes(first)
}

const NULL: u8 = 0;
/// Then the number's bytes that say anything, of which there are 0 to 8: what is added to this is how many.
const INTEGER: u8 = 1;
const NEGATIVE: u8 = 10;
const TEXT: u8 = 20;
const BLOB: u8 = 21;

/// Few bytes for small numbers: the hash costs by the byte, and most numbers of a row are small.
fn push_integer(number: i64, scratch: &mut Vec<u8>) {
    let size = number.unsigned_abs();
    let bytes = size.to_le_bytes();
    let length = (u64::BITS - size.leading_zeros()).div_ceil(8);
    let sign = if number < 0 { NEGATIVE } else { INTEGER };
    scratch.push(sign + u8::try_from(length).expect("at most eight bytes"));
    scratch.extend_from_slice(&bytes[..length as usize]);
}

fn push_bytes(kind: u8, bytes: &[u8], scratch: &mut Vec<u8>) {
    scratch.push(kind);
    scratch.extend_from_slice(&u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_le_bytes());
    scratch.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_beyond_64_bits_is_text_and_comes_back_exactly() {
        let largest = i128::from(i64::MAX);
        for number in [0, -1, largest, -largest - 1, largest + 1, -largest - 2, i128::MAX, -i128::MAX] {
            let cell = Cell::whole(number);
            assert_eq!(matches!(cell, Cell::Integer(_)), number.abs() <= largest, "{number}");
            assert_eq!(cell.as_whole(), Some(number));
        }
        for other in ["", "12", "9223372036854775807", "+9223372036854775808", "09223372036854775808", "1e30"] {
            assert_eq!(Cell::from(other).as_whole(), None, "{other} is not what a large number is written as");
        }
    }

    #[test]
    fn rows_that_differ_in_anything_have_other_hashes() {
        let mut scratch = Vec::new();
        let rows: [(u8, Vec<Cell<'_>>); 12] = [
            (1, vec![Cell::Integer(-1), Cell::Integer(2)]),
            (1, vec![Cell::Integer(256), Cell::Integer(2)]),
            (1, vec![Cell::Integer(i64::MIN), Cell::Integer(i64::MAX)]),
            (1, vec![Cell::Integer(0), Cell::Integer(0)]),
            (1, vec![Cell::Integer(1), Cell::Integer(2)]),
            (2, vec![Cell::Integer(1), Cell::Integer(2)]),
            (1, vec![Cell::Integer(2), Cell::Integer(1)]),
            (1, vec![Cell::Integer(1), Cell::Null]),
            (1, vec![Cell::Integer(1)]),
            (1, vec![Cell::from("ab"), Cell::from("c")]),
            (1, vec![Cell::from("a"), Cell::from("bc")]),
            (1, vec![Cell::from(&b"a"[..]), Cell::from("bc")]),
        ];
        let mut hashes: Vec<u128> = rows.iter().map(|(table, row)| row_hash(*table, row, &mut scratch)).collect();
        hashes.sort_unstable();
        hashes.dedup();
        assert_eq!(hashes.len(), rows.len());
    }
}
