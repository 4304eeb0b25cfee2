//! What holds for every event, and for every string of bytes.

use crate::draw::{self, BODIES, Draw};
use crate::{encoded, hex, samples};
use codec::{EVENT_TYPES, decode, decode_exact, event_type};
use minicbor::data::Type;
use minicbor::{Decoder, Encoder};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use std::collections::BTreeSet;

/// Reads a string of bytes, whatever it is; what is an event has these bytes and no others.
fn is_refused_or_the_only_encoding(bytes: &[u8]) -> bool {
    match decode(bytes) {
        Ok((event, consumed)) => {
            assert_eq!(hex(&encoded(&event)), hex(&bytes[..consumed]), "{event:?} has two encodings");
            false
        }
        Err(error) => {
            assert!(!error.to_string().is_empty());
            true
        }
    }
}

/// A codec that is not ours reads one well-formed item, and writes it again in its own shortest form.
fn rewritten_by_another_codec(bytes: &[u8]) -> Vec<u8> {
    let mut from = Decoder::new(bytes);
    let mut to = Encoder::new(Vec::new());
    rewrite(&mut from, &mut to);
    assert_eq!(from.position(), bytes.len());
    to.into_writer()
}

fn rewrite(from: &mut Decoder<'_>, to: &mut Encoder<Vec<u8>>) {
    match from.datatype().unwrap() {
        Type::U8 | Type::U16 | Type::U32 | Type::U64 => drop(to.u64(from.u64().unwrap())),
        Type::I8 | Type::I16 | Type::I32 | Type::I64 | Type::Int => drop(to.int(from.int().unwrap())),
        // A balance beyond the integers: read as the number that it is.
        Type::Tag => drop(to.i128(from.i128().unwrap())),
        Type::Bytes => drop(to.bytes(from.bytes().unwrap())),
        Type::String => drop(to.str(from.str().unwrap())),
        Type::Bool => drop(to.bool(from.bool().unwrap())),
        Type::Null => {
            from.null().unwrap();
            drop(to.null());
        }
        Type::Array => {
            let items = from.array().unwrap().expect("a definite length");
            drop(to.array(items));
            (0..items).for_each(|_| rewrite(from, to));
        }
        // The additions of a plan, by their keys.
        Type::Map => {
            let pairs = from.map().unwrap().expect("a definite length");
            drop(to.map(pairs));
            (0..2 * pairs).for_each(|_| rewrite(from, to));
        }
        other => panic!("{other} is not in events"),
    }
}

/// Numbers to draw an event from; few are full of zeros, many fill every list.
fn numbers() -> impl Strategy<Value = Vec<u64>> {
    vec(any::<u64>(), 0..600)
}

#[test]
fn every_type_of_event_is_drawn() {
    let drawn: BTreeSet<u16> = BODIES.iter().map(|body| event_type(&body(&mut Draw([].iter()))).number).collect();
    let known: BTreeSet<u16> = EVENT_TYPES.iter().map(|kind| kind.number).collect();
    assert_eq!(drawn, known);
}

#[test]
fn every_byte_of_every_sample_may_be_any_other() {
    let (mut refused, mut read) = (0, 0);
    for event in samples::all() {
        let mut bytes = encoded(&event);
        for at in 0..bytes.len() {
            let right = bytes[at];
            for wrong in (0..=u8::MAX).filter(|wrong| *wrong != right) {
                bytes[at] = wrong;
                if is_refused_or_the_only_encoding(&bytes) { refused += 1 } else { read += 1 }
            }
            bytes[at] = right;
        }
    }
    // Both happen: most flips in amounts are another amount, most flips in heads are nothing.
    assert!(refused > 100_000 && read > 100_000, "{refused} refused, {read} read");
}

#[test]
fn an_event_cut_short_is_no_event() {
    for event in samples::all() {
        let bytes = encoded(&event);
        for length in 0..bytes.len() {
            assert_eq!(decode(&bytes[..length]).unwrap_err().code(), "EVENT_MALFORMED", "{event:?} to byte {length}");
        }
    }
}

#[test]
fn events_in_a_row_are_read_one_by_one() {
    let events = samples::all();
    let mut bytes = Vec::new();
    for event in &events {
        codec::encode(event, &mut bytes);
    }
    let mut at = 0;
    for event in &events {
        assert_eq!(
            decode_exact(&bytes[at..]).map(|_| ()).map_err(|error| error.code()).is_ok(),
            at + encoded(event).len() == bytes.len()
        );
        let (read, consumed) = decode(&bytes[at..]).unwrap();
        assert_eq!(read, *event);
        at += consumed;
    }
    assert_eq!(at, bytes.len());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

    #[test]
    fn any_event_comes_back_as_it_was(numbers in numbers()) {
        for kind in 0..BODIES.len() {
            let event = draw::event(kind, &mut Draw(numbers.iter()));
            let bytes = encoded(&event);
            prop_assert_eq!(decode(&bytes), Ok((event.clone(), bytes.len())));
            prop_assert_eq!(decode_exact(&bytes), Ok(event));
        }
    }

    #[test]
    fn another_codec_reads_any_event_and_knows_no_shorter_form(numbers in numbers()) {
        for kind in 0..BODIES.len() {
            let bytes = encoded(&draw::event(kind, &mut Draw(numbers.iter())));
            prop_assert_eq!(hex(&rewritten_by_another_codec(&bytes)), hex(&bytes));
        }
    }

    #[test]
    fn damaged_events_are_refused_or_other_events(
        numbers in numbers(),
        damage in vec((any::<Index>(), any::<u8>(), 0..4_u8), 1..4),
    ) {
        for kind in 0..BODIES.len() {
            let mut bytes = encoded(&draw::event(kind, &mut Draw(numbers.iter())));
            for (place, byte, how) in &damage {
                let at = place.index(bytes.len());
                match how {
                    0 => bytes[at] ^= 1 << (byte % 8),
                    1 => bytes[at] = *byte,
                    2 => bytes.insert(at, *byte),
                    _ if bytes.len() > 1 => drop(bytes.remove(at)),
                    _ => {}
                }
            }
            is_refused_or_the_only_encoding(&bytes);
        }
    }

    #[test]
    fn any_bytes_are_read_without_harm(bytes in vec(any::<u8>(), 0..300)) {
        is_refused_or_the_only_encoding(&bytes);
    }

    /// Beyond the head, where bytes that are all random do not come.
    #[test]
    fn any_bytes_after_a_good_head_are_read_without_harm(bytes in vec(any::<u8>(), 0..300), long in any::<bool>()) {
        for kind in EVENT_TYPES {
            for items in 5..=23_u8 {
                let mut whole = vec![0x80 | items];
                minicbor::encode(kind.number, &mut whole).unwrap();
                whole.extend_from_slice(&[0x01, 0x82, 0x00, 0x00, 0x80]);
                whole.extend(bytes.iter().map(|byte| if long { *byte } else { byte % 32 }));
                is_refused_or_the_only_encoding(&whole);
            }
        }
    }
}
