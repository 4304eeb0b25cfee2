//! Events to bytes and back, for ever: what was once written is read by every later program.
//!
//! An event is one CBOR array (RFC 8949):
//!
//! ```text
//! [type, version, actor, approvals, field, field, …]
//! ```
//!
//! Type, version and number of fields belong together and are frozen: a new meaning is a new type, a new form is a new
//! version, and the old one stays readable. Every event has exactly one encoding, that of the core deterministic
//! requirements (RFC 8949, section 4.2.1): shortest integers and lengths, definite lengths only. [`decode`] refuses every
//! other one, so what decodes encodes to the same bytes again, and hashes over bytes are hashes over meaning.
//!
//! The public schema is docs/events.cddl; golden/ holds the bytes of each type and version.
//!
//! | for | see |
//! | --- | --- |
//! | the list of event types with their fields in order | `events.rs` |
//! | the numbers that stand for names | `numbers.rs` |
//! | how a single value is written | `values.rs`, `lists.rs`, and `plan.rs` for rulebooks |
//! | CBOR itself | `cbor.rs`, `writer.rs`, `reader.rs` |
#![deny(clippy::float_arithmetic, clippy::print_stdout, clippy::print_stderr)]

mod cbor;
mod credit;
mod error;
mod events;
mod item;
mod lists;
mod numbers;
mod plan;
mod reader;
mod reserve;
mod values;
mod writer;

pub use error::DecodeError;
pub use events::{EVENT_TYPES, EventType, event_type};

use domain::{Actor, Event};
use item::Item;
use reader::{Reader, Refused};
use writer::Writer;

/// Items of an event before its fields: type, version, actor, approvals.
const HEAD_ITEMS: usize = 4;

/// Room that is made for an event before it is written: the straight path of a payment in one reservation.
const TYPICAL_EVENT_BYTES: usize = 192;

/// Appends the one encoding of an event.
///
/// # Panics
/// For an event that [`decode`] would refuse: a date outside the years 1 to 9999, or decimals beyond their maximum. No
/// such event can come out of a checked command, and one must never become durable.
pub fn encode(event: &Event, out: &mut Vec<u8>) {
    out.reserve(TYPICAL_EVENT_BYTES);
    events::write(event, &mut Writer::new(out));
}

/// Reads the event at the start of `bytes`, and how many bytes it takes.
///
/// # Errors
/// Every [`DecodeError`] except [`DecodeError::TrailingBytes`]. No input makes it panic, and it allocates in proportion
/// to the input only.
pub fn decode(bytes: &[u8]) -> Result<(Event, usize), DecodeError> {
    let mut from = Reader::new(bytes);
    match events::read(&mut from) {
        Ok(event) => Ok((event, from.position())),
        Err(Refused) => Err(from.refusal()),
    }
}

/// Reads `bytes` as exactly one event.
///
/// # Errors
/// Every [`DecodeError`].
pub fn decode_exact(bytes: &[u8]) -> Result<Event, DecodeError> {
    let (event, consumed) = decode(bytes)?;
    if consumed == bytes.len() { Ok(event) } else { Err(DecodeError::TrailingBytes { at: consumed }) }
}

fn write_head(to: &mut Writer<'_>, kind: EventType, fields: usize, event: &Event) {
    to.array(HEAD_ITEMS + fields);
    to.unsigned(u64::from(kind.number));
    to.unsigned(u64::from(kind.version));
    event.actor.write(to);
    Actor::write_list(&event.approvals, to);
}
