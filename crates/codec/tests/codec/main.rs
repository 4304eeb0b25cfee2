//! What is written to a journal: that it can be read for ever, that nothing else can, and that there is one way to write
//! it.

mod draw;
mod golden;
mod plans;
mod properties;
mod refused;
mod samples;
mod schema;

use std::fmt::Write;

/// The one encoding of an event.
fn encoded(event: &domain::Event) -> Vec<u8> {
    let mut bytes = Vec::new();
    codec::encode(event, &mut bytes);
    bytes
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

/// Reads hexadecimal digits; spaces between them are for the eye.
fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    assert_eq!(digits.len() % 2, 0, "half a byte in {text}");
    digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}
