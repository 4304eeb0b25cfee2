//! Which texts a field takes: bounded, in characters that are shown.

use crate::refusal::PayloadRefusal;

/// Checks a text: not empty, at most `allowed` characters (code points), each of which is shown.
pub(crate) fn check_text(field: &'static str, text: &str, allowed: usize) -> Result<(), PayloadRefusal> {
    if text.is_empty() {
        return Err(PayloadRefusal::TextEmpty { field });
    }
    // The common text is ASCII: one pass over its bytes tells all.
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return check_length(field, text.len(), allowed);
    }
    check_length(field, text.chars().count(), allowed)?;
    match text.chars().enumerate().find(|&(_, character)| is_hidden(character)) {
        None => Ok(()),
        Some((position, character)) => {
            Err(PayloadRefusal::TextCharacter { field, code_point: u32::from(character), position })
        }
    }
}

fn check_length(field: &'static str, found: usize, allowed: usize) -> Result<(), PayloadRefusal> {
    if found <= allowed { Ok(()) } else { Err(PayloadRefusal::TextTooLong { field, found, allowed }) }
}

/// Checks a code of exactly `letters` capital letters.
pub(crate) fn check_code(field: &'static str, text: &str, letters: usize) -> Result<(), PayloadRefusal> {
    let fits = text.len() == letters && text.bytes().all(|byte| byte.is_ascii_uppercase());
    if fits { Ok(()) } else { Err(PayloadRefusal::CodeFormat { field }) }
}

/// Whether a reader would not see a character: control characters, what changes the direction of others, what has no
/// width, and line and paragraph separators. Two texts that look alike must not have two commitments for such a reason.
const fn is_hidden(character: char) -> bool {
    matches!(
        character,
        '\u{0}'..='\u{1f}'
            | '\u{7f}'..='\u{9f}'
            | '\u{ad}'
            | '\u{61c}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
    )
}
