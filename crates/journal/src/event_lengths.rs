//! Where each event of a body ends, as stored beside the body: one LEB128 number an event, its length in bytes.
//!
//! The body itself stays a plain CBOR sequence (RFC 8742). The lengths need no checksum of their own: another split of
//! the same body gives other leaves, hence another events root than the header's.

/// Appends the lengths of events that end at the given offsets.
#[must_use]
pub fn encode(event_ends: &[u32]) -> Vec<u8> {
    let mut lengths = Vec::with_capacity(event_ends.len() * 2);
    let mut start = 0;
    for &end in event_ends {
        push_leb128(&mut lengths, end - start);
        start = end;
    }
    lengths
}

/// Offsets at which the events end; nothing if the lengths are not exactly `count` minimal numbers whose sum is
/// `body_len`.
#[must_use]
pub fn decode(lengths: &[u8], count: u32, body_len: u32) -> Option<Vec<u32>> {
    let count = usize::try_from(count).ok()?;
    if lengths.len() < count {
        return None;
    }
    let mut event_ends = Vec::with_capacity(count);
    let mut rest = lengths;
    let mut end: u32 = 0;
    for _ in 0..count {
        let length = take_leb128(&mut rest)?;
        end = end.checked_add(length)?;
        event_ends.push(end);
    }
    (rest.is_empty() && end == body_len).then_some(event_ends)
}

fn push_leb128(out: &mut Vec<u8>, mut value: u32) {
    loop {
        let [low, ..] = (value & 0x7f).to_le_bytes();
        value >>= 7;
        if value == 0 {
            out.push(low);
            return;
        }
        out.push(low | 0x80);
    }
}

fn take_leb128(bytes: &mut &[u8]) -> Option<u32> {
    let mut value: u32 = 0;
    for shift in (0..32).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        let digit = u32::from(byte & 0x7f);
        let placed = digit << shift;
        if placed >> shift != digit {
            return None;
        }
        value |= placed;
        if byte & 0x80 == 0 {
            // A number has one encoding only: no zero digit at its upper end.
            return (digit != 0 || shift == 0).then_some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_of_every_width_come_back() {
        let ends = [0, 1, 128, 128 + 127, 16_640, 2_113_792, 270_549_248, u32::MAX];
        assert_eq!(decode(&encode(&ends), 8, u32::MAX), Some(ends.to_vec()));
        assert_eq!(encode(&[160, 320]), [0xa0, 0x01, 0xa0, 0x01]);
    }

    #[test]
    fn lengths_that_were_not_written_by_encode_are_refused() {
        for (lengths, count, body_len, why) in [
            (&[5, 5][..], 2, 11, "the sum differs from the body"),
            (&[5, 5], 1, 5, "a number too many"),
            (&[5], 2, 5, "a number too few"),
            (&[0x85, 0x00], 1, 5, "a zero digit at the upper end"),
            (&[0x85], 1, 5, "cut within a number"),
            (&[0xff, 0xff, 0xff, 0xff, 0x1f], 1, u32::MAX, "more than 32 bits"),
            (&[0xff, 0xff, 0xff, 0xff, 0xff, 0x01], 1, u32::MAX, "six digits"),
            (&[0xff, 0xff, 0xff, 0xff, 0x0f, 1], 2, 0, "the sum overflows"),
        ] {
            assert_eq!(decode(lengths, count, body_len), None, "{why}");
        }
    }
}
