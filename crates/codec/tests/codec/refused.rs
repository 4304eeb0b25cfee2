//! Bytes that are no event, each with the code it is refused with and the place it is refused at.

use crate::{encoded, samples, unhex};
use codec::{DecodeError, EVENT_TYPES, decode, decode_exact, encode, event_type};
use domain::ids::{Actor, ArrangementId, CalendarId, CurrencyId, MemberId};
use domain::plan::PriceDirection;
use domain::{Date, Event, EventBody};
use money::{CurrencyCode, RateRounding};

/// A member left: `[35, 1, [0, 0], [], arrangement 1, member 7]`.
const LEFT: &str = "86 1823 01 820000 80 01 07";

fn refusal(text: &str) -> (&'static str, Option<usize>) {
    let error = decode(&unhex(text)).expect_err(text);
    let at = match error {
        DecodeError::Malformed { at, .. }
        | DecodeError::NotShortest { at }
        | DecodeError::OutOfRange { at, .. }
        | DecodeError::TrailingBytes { at } => Some(at),
        DecodeError::UnknownType { .. } | DecodeError::UnknownVersion { .. } => None,
    };
    (error.code(), at)
}

#[track_caller]
fn assert_refused(rows: &[(&str, &str, &str, usize)]) {
    for (why, bytes, code, at) in rows {
        assert_eq!(refusal(bytes), (*code, Some(*at)), "{why}: {bytes}");
    }
}

#[test]
fn the_example_is_an_event() {
    let body = EventBody::MemberLeft { arrangement: ArrangementId(1), member: MemberId(7) };
    let event = Event { actor: Actor::HOUSE, approvals: Vec::new(), body };
    assert_eq!(decode_exact(&unhex(LEFT)), Ok(event));
}

#[test]
fn what_is_not_an_event_is_malformed() {
    assert_refused(&[
        ("nothing", "", "EVENT_MALFORMED", 0),
        ("an integer", "00", "EVENT_MALFORMED", 0),
        ("a map", "a6 1823 01 820000 80 01 07", "EVENT_MALFORMED", 0),
        ("an array of nothing", "80", "EVENT_MALFORMED", 1),
        ("a field too few", "85 1823 01 820000 80 01", "EVENT_MALFORMED", 0),
        ("a field too many", "87 1823 01 820000 80 01 07 00", "EVENT_MALFORMED", 0),
        ("a text as type", "86 6141 01 820000 80 01 07", "EVENT_MALFORMED", 1),
        ("a negative type", "86 20 01 820000 80 01 07", "EVENT_MALFORMED", 1),
        ("no actor", "86 1823 01 f6 80 01 07", "EVENT_MALFORMED", 4),
        ("an actor of one item", "86 1823 01 8100 80 01 07", "EVENT_MALFORMED", 4),
        ("the house with an institution", "86 1823 01 83000001 80 01 07", "EVENT_MALFORMED", 4),
        ("an institution that is not named", "86 1823 01 820400 80 01 07", "EVENT_MALFORMED", 4),
        ("approvals that are no list", "86 1823 01 820000 f6 01 07", "EVENT_MALFORMED", 7),
        ("a number where there is text", "86 1829 01 820000 80 00 07", "EVENT_MALFORMED", 9),
        ("a text that is not UTF-8", "86 1829 01 820000 80 00 61ff", "EVENT_MALFORMED", 9),
        ("null where something must be", "86 1823 01 820000 80 01 f6", "EVENT_MALFORMED", 9),
        ("a number as a truth", "88 1822 01 820000 80 01 07 01 01", "EVENT_MALFORMED", 11),
        ("undefined as a truth", "88 1822 01 820000 80 01 07 01 f7", "EVENT_MALFORMED", 11),
        ("a tagged number", "86 1823 01 820000 80 01 c107", "EVENT_MALFORMED", 9),
        ("a float", "86 1823 01 820000 80 01 f94700", "EVENT_MALFORMED", 9),
        ("a reserved head", "86 1823 01 820000 80 01 1c", "EVENT_MALFORMED", 9),
        ("a list of indefinite length", "86 1823 01 820000 9fff 01 07", "EVENT_MALFORMED", 7),
        ("a text of indefinite length", "86 1829 01 820000 80 00 7f6141ff", "EVENT_MALFORMED", 9),
        ("an event of indefinite length", "9f 1823 01 820000 80 01 07 ff", "EVENT_MALFORMED", 0),
        ("priced payments of which one has no price", "88 05 01 820000 80 01 00 00 83010101", "EVENT_MALFORMED", 10),
    ]);
}

#[test]
fn what_is_longer_than_it_need_be_is_refused() {
    assert_refused(&[
        ("type 35 in two bytes more", "86 190023 01 820000 80 01 07", "EVENT_NOT_SHORTEST", 1),
        ("version 1 in a byte more", "86 1823 1801 820000 80 01 07", "EVENT_NOT_SHORTEST", 3),
        ("the head of an event in a byte more", "9806 1823 01 820000 80 01 07", "EVENT_NOT_SHORTEST", 0),
        ("23 in a byte more", "86 1823 01 820000 80 01 1817", "EVENT_NOT_SHORTEST", 9),
        ("255 in two bytes", "86 1823 01 820000 80 01 1900ff", "EVENT_NOT_SHORTEST", 9),
        ("65,535 in four bytes", "86 1823 01 820000 80 01 1a0000ffff", "EVENT_NOT_SHORTEST", 9),
        ("2^32 - 1 in eight bytes", "86 1823 01 820000 80 01 1b00000000ffffffff", "EVENT_NOT_SHORTEST", 9),
        ("the length of a text in a byte more", "86 1829 01 820000 80 00 780141", "EVENT_NOT_SHORTEST", 9),
        ("an empty list in a byte more", "86 1823 01 820000 9800 01 07", "EVENT_NOT_SHORTEST", 7),
        ("-1 in a byte more", "87 181c 01 820000 80 01 3800 40", "EVENT_NOT_SHORTEST", 9),
    ]);
    let nets = |balance: &str| format!("8d 1818 01 820000 80 01 00 00 80 80 81 8207{balance} 80 80 00");
    assert_eq!(decode(&unhex(&nets("c249010000000000000000"))).map(|_| ()), Ok(()), "2^64 is a bignum");
    for (why, balance) in [
        ("a bignum that fits an integer", "c248ffffffffffffffff"),
        ("an empty bignum", "c240"),
        ("a negative bignum that fits an integer", "c348ffffffffffffffff"),
        ("a bignum with a leading zero", "c24a00010000000000000000"),
    ] {
        assert_eq!(refusal(&nets(balance)), ("EVENT_NOT_SHORTEST", Some(16)), "{why}");
    }
    assert_eq!(refusal(&nets("c54101")), ("EVENT_MALFORMED", Some(16)), "another tag");
    for (why, balance) in [
        ("2^127", "c25080000000000000000000000000000000"),
        ("-2^127 - 1", "c35080000000000000000000000000000000"),
        ("2^128", "c2510100000000000000000000000000000000"),
    ] {
        assert_eq!(refusal(&nets(balance)), ("EVENT_VALUE_OUT_OF_RANGE", Some(16)), "{why}");
    }
}

#[test]
fn numbers_that_no_value_has_are_out_of_range() {
    let rows = [
        ("member 65,536", "86 1823 01 820000 80 01 1a00010000", 9),
        ("arrangement 65,536", "86 1823 01 820000 80 1a00010000 07", 8),
        ("run 2^32", "86 09 01 820000 80 01 1b0000000100000000", 8),
        ("institution 2^32", "87 10 01 820000 80 01 1b0000000100000000 80", 8),
        ("person 2^32", "86 1823 01 82001b0000000100000000 80 01 07", 6),
        ("role 5", "86 1823 01 820500 80 01 07", 5),
        ("stage 0", "88 1822 01 820000 80 01 07 00 f4", 10),
        ("stage 5", "88 1822 01 820000 80 01 07 05 f4", 10),
        ("stage 257, whose low byte is a stage", "88 1822 01 820000 80 01 07 190101 f4", 10),
        ("command 0", "87 04 01 820000 80 00 01 f6", 7),
        ("command 29", "87 04 01 820000 80 181d 01 f6", 7),
        ("refusal 0", "87 04 01 820000 80 01 00 f6", 8),
        ("refusal 65,536", "87 04 01 820000 80 01 1a00010000 f6", 8),
        ("amount 0", "88 16 01 820000 80 01 07 08 00", 10),
        ("amount 10^18", "88 16 01 820000 80 01 07 08 1b0de0b6b3a7640000", 10),
        ("a rate of nothing", "88 181d 01 820000 80 01 07 02 8202820000", 13),
        ("a rate of 13 decimals", "88 181d 01 820000 80 01 07 02 820282010d", 13),
        ("a rate of 256 decimals", "88 181d 01 820000 80 01 07 02 82028201190100", 15),
        ("a currency in small letters", "87 182a 01 820000 80 00 63757364 02", 9),
        ("a currency of four letters", "87 182a 01 820000 80 00 6455534454 02", 9),
        ("a currency of five decimals", "87 182a 01 820000 80 00 63555344 05", 13),
        ("a currency of 256 decimals", "87 182a 01 820000 80 00 63555344 190100", 13),
        ("a digest of 31 bytes", &format!("87 181c 01 820000 80 01 00 581f{}", "00".repeat(31)), 10),
        ("a payment before the first", "87 0e 01 820000 80 01 8120 f4", 9),
        ("a payment after the last", "87 0e 01 820000 80 01 821bffffffffffffffff01 f4", 18),
        ("what became of it: 8", "88 0c 01 820000 80 05 08 83010101 f6", 8),
        ("held by nobody", "88 0c 01 820000 80 05 07 83010101 f6", 8),
        ("what became of it: [4, 1]", "88 0c 01 820000 80 05 820401 83010101 f6", 8),
    ];
    for (why, bytes, at) in rows {
        assert_eq!(refusal(bytes), ("EVENT_VALUE_OUT_OF_RANGE", Some(at)), "{why}: {bytes}");
    }
}

#[test]
fn dates_go_from_the_year_1_to_the_year_9999() {
    let closed = |days: &str| format!("87 181c 01 820000 80 01 {days} 5820{}", "00".repeat(32));
    for (days, date) in [("3a000af939", "0001-01-01"), ("1a002cc0a0", "9999-12-31"), ("20", "1969-12-31")] {
        let EventBody::DayClosed { date: read, .. } = decode_exact(&unhex(&closed(days))).unwrap().body else {
            panic!("another event")
        };
        assert_eq!(read.to_string(), date);
    }
    for days in ["3a000af93a", "1a002cc0a1", "1b7fffffffffffffff", "3b7fffffffffffffff", "1bffffffffffffffff"] {
        assert_eq!(refusal(&closed(days)), ("EVENT_VALUE_OUT_OF_RANGE", Some(9)), "{days}");
    }
}

#[test]
fn a_list_longer_than_what_is_left_is_refused_before_it_is_made() {
    // At the head of the list, not where its items end: nothing was allocated for them.
    assert_refused(&[
        ("2^64 - 1 approvals", "86 1823 01 820000 9bffffffffffffffff 01 07", "EVENT_MALFORMED", 7),
        ("2^32 - 1 payments", "87 0e 01 820000 80 01 9affffffff 00 f4", "EVENT_MALFORMED", 8),
        ("2^32 - 2 released", "87 08 01 820000 80 01 f6 9afffffffe 0001", "EVENT_MALFORMED", 9),
        ("20 rates in 40 bytes", &format!("87 181a 01 820000 80 01 00 94{}", "00".repeat(40)), "EVENT_MALFORMED", 10),
        ("a text of 2^63 bytes", "86 1829 01 820000 80 00 7b8000000000000000 41", "EVENT_MALFORMED", 9),
        ("a source of 2^32 bytes", "87 1825 01 820000 80 00 5b0000000100000000 80", "EVENT_MALFORMED", 9),
    ]);
}

#[test]
fn what_a_newer_program_wrote_is_told_from_damage() {
    let mut unknown = DecodeError::UnknownType { number: 48 };
    assert_eq!(decode(&unhex("86 1830 01 820000 80 01 07")), Err(unknown));
    assert!(unknown.needs_newer_program());
    for number in [0, 48, u64::from(u16::MAX) + 36, u64::MAX] {
        let mut bytes = vec![0x82];
        minicbor::encode(number, &mut bytes).unwrap();
        bytes.push(1);
        assert_eq!(decode(&bytes), Err(DecodeError::UnknownType { number }), "before anything after it is read");
    }
    for kind in EVENT_TYPES {
        for version in [0, u64::from(kind.version) + 1, u64::MAX] {
            let mut bytes = vec![0x82];
            minicbor::encode((kind.number, version), &mut bytes).unwrap();
            let bytes: Vec<u8> = bytes.iter().enumerate().filter(|(at, _)| *at != 1).map(|(_, byte)| *byte).collect();
            unknown = DecodeError::UnknownVersion { name: kind.name, version };
            assert_eq!(decode(&bytes), Err(unknown));
            assert!(unknown.needs_newer_program() && unknown.to_string().contains(kind.name));
        }
    }
    assert!(!decode(&[]).unwrap_err().needs_newer_program());
}

#[test]
fn a_plan_has_a_version_of_its_own() {
    let adopted = samples::all().into_iter().find(|event| event_type(&event.body).name == "RulebookAdopted").unwrap();
    let bytes = encoded(&adopted);
    // The plan is an array of 23 items, the first of them its version.
    let at = bytes.windows(2).position(|pair| pair == [0x97, 0x01]).unwrap() + 1;
    for version in [0, 3] {
        let mut bytes = bytes.clone();
        bytes[at] = version;
        let unknown = DecodeError::UnknownVersion { name: "Plan", version: u64::from(version) };
        assert_eq!(decode(&bytes), Err(unknown));
    }
}

#[test]
fn a_plan_with_additions_is_of_version_2_and_reads_back() {
    let mut adopted =
        samples::all().into_iter().find(|event| event_type(&event.body).name == "RulebookAdopted").unwrap();
    let plain = encoded(&adopted);
    let EventBody::RulebookAdopted { plan, .. } = &mut adopted.body else { unreachable!() };
    plan.additions.price_directions = vec![PriceDirection {
        payer: "BRA".to_owned(),
        payee: "PRY".to_owned(),
        rounding: RateRounding::HalfStep { decimals: 8 },
    }];
    let bytes = encoded(&adopted);
    let at = plain.windows(2).position(|pair| pair == [0x97, 0x01]).unwrap();
    assert_eq!(bytes[at..at + 3], [0x98, 24, 0x02]);
    // One pair: key 20, a list of one, ["BRA", "PRY", [2, 8]].
    let additions = b"\xa1\x14\x81\x83\x63BRA\x63PRY\x82\x02\x08";
    assert_eq!(bytes[at + 3..], [&plain[at + 2..], additions].concat());
    assert_eq!(decode_exact(&bytes).unwrap(), adopted);
}

#[test]
fn a_plan_that_says_it_has_additions_names_at_least_one_that_is_known() {
    let adopted = samples::all().into_iter().find(|event| event_type(&event.body).name == "RulebookAdopted").unwrap();
    let plain = encoded(&adopted);
    let at = plain.windows(2).position(|pair| pair == [0x97, 0x01]).unwrap();
    // The plan is the last field: what is appended stands in it.
    let with = |additions: &[u8]| {
        // An array of 24 items, the first of them version 2.
        let mut bytes = [&plain[..at], &[0x98, 24, 0x02], &plain[at + 2..]].concat();
        bytes.extend_from_slice(additions);
        decode_exact(&bytes)
    };
    assert!(matches!(with(&[0xa0]), Err(DecodeError::Malformed { .. })), "an empty map");
    assert!(matches!(with(&[0xa1, 0x00, 0x00]), Err(DecodeError::Malformed { .. })), "there is no key 0");
    let unknown = DecodeError::UnknownVersion { name: "an addition to Plan", version: 0xffff };
    assert_eq!(with(&[0xa1, 0x19, 0xff, 0xff, 0x00]), Err(unknown));
    assert!(unknown.needs_newer_program());
}

#[test]
fn bytes_after_an_event_are_left_or_refused() {
    let bytes = unhex(&format!("{LEFT} {LEFT}"));
    assert_eq!(decode(&bytes).unwrap().1, 10);
    assert_eq!(decode_exact(&bytes), Err(DecodeError::TrailingBytes { at: 10 }));
    assert_eq!(decode_exact(&bytes).unwrap_err().code(), "EVENT_TRAILING_BYTES");
}

#[test]
#[should_panic(expected = "outside the years 1 to 9999")]
fn a_date_that_could_not_be_read_again_is_never_written() {
    let body = EventBody::CalendarDaysSet { calendar: CalendarId(0), closed: vec![Date(i32::MAX)], opened: Vec::new() };
    encode(&Event { actor: Actor::HOUSE, approvals: Vec::new(), body }, &mut Vec::new());
}

#[test]
#[should_panic(expected = "cannot be read again")]
fn decimals_that_could_not_be_read_again_are_never_written() {
    let body = EventBody::CurrencyRegistered { currency: CurrencyId(0), code: CurrencyCode::USD, minor_decimals: 5 };
    encode(&Event { actor: Actor::HOUSE, approvals: Vec::new(), body }, &mut Vec::new());
}
