//! From text to a checked rulebook.

use crate::check;
use crate::error::{ErrorKind, RulebookError};
use crate::limits::FILE_BYTES_MAX;
use crate::reader::{Node, Reader};
use crate::schema::Rulebook;
use crate::value::Value;
use toml_edit::Document;

/// Reads and checks a rulebook. `file` is the name by which errors call it.
///
/// # Errors
/// Everything that is wrong, in the order of the file: first all keys and values that the schema does not admit; once
/// there are none, all rules that contradict each other.
pub fn parse(file: &str, text: &str) -> Result<Rulebook, Vec<RulebookError>> {
    let mut reader = Reader::new(file, text);
    if text.len() > FILE_BYTES_MAX {
        let found = format!("a file of {} bytes", text.len());
        let allowed = format!("at most {FILE_BYTES_MAX} bytes");
        reader.unreadable(ErrorKind::TooLarge, 0, found, &allowed, "give a rulebook file");
        return Err(reader.finish().0);
    }
    let document = match Document::parse(text) {
        Ok(document) => document,
        Err(error) => {
            let at = error.span().map_or(0, |span| span.start);
            let found = error.message().replace('\n', ", ");
            reader.unreadable(ErrorKind::Syntax, at, found, "TOML (https://toml.io)", "put the syntax right");
            return Err(reader.finish().0);
        }
    };
    let rulebook = Rulebook::read(Node::Item(document.as_item()), &mut reader);
    let (errors, places) = reader.finish();
    if !errors.is_empty() {
        return Err(errors);
    }
    let rulebook = rulebook.expect("bug: a rulebook without errors was not read");
    let errors = check::contradictions(file, text, &rulebook, &places);
    if errors.is_empty() { Ok(rulebook) } else { Err(errors) }
}

/// Reads and checks the bytes of a rulebook file.
///
/// # Errors
/// Those of [`parse`]; one at the first byte that is not UTF-8.
pub fn parse_bytes(file: &str, bytes: &[u8]) -> Result<Rulebook, Vec<RulebookError>> {
    match std::str::from_utf8(bytes) {
        Ok(text) => parse(file, text),
        Err(error) => {
            let sound = String::from_utf8_lossy(&bytes[..error.valid_up_to()]).into_owned();
            let mut reader = Reader::new(file, &sound);
            let found = format!("the byte 0x{:02x}", bytes[error.valid_up_to()]);
            let remedy = "save the file as UTF-8";
            reader.unreadable(ErrorKind::Syntax, sound.len(), found, "text in UTF-8", remedy);
            Err(reader.finish().0)
        }
    }
}
