//! A line as words: separated by spaces, texts in quotes, comments after `#`.

use crate::error::{ErrorKind, Wrong};

/// A word of a line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Token {
    /// Without its quotes, and without a comma at its end.
    pub(crate) text: String,
    pub(crate) quoted: bool,
    /// Whether a comma came after it: in a list, another entry follows.
    pub(crate) comma: bool,
    /// Column of its first character, from 1.
    pub(crate) column: usize,
}

/// The words of a line; none where it is empty or a comment.
///
/// # Errors
/// A quote that is not closed, or a control character; with its column.
pub(crate) fn tokens(line: &str) -> Result<Vec<Token>, (usize, Wrong)> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut letters = line.chars().enumerate().peekable();
    while let Some(&(at, letter)) = letters.peek() {
        if letter.is_whitespace() {
            letters.next();
        } else if letter == '#' {
            break;
        } else if letter == '"' {
            letters.next();
            let mut text = String::new();
            loop {
                match letters.next() {
                    Some((_, '"')) => break,
                    Some((column, letter)) if letter.is_control() => {
                        return Err((column + 1, control()));
                    }
                    Some((_, letter)) => text.push(letter),
                    None => {
                        let what = "the quotes that begin here are never closed";
                        return Err((at + 1, Wrong::new(ErrorKind::Text, what, "close them on the same line")));
                    }
                }
            }
            let comma = letters.next_if(|(_, letter)| *letter == ',').is_some();
            tokens.push(Token { text, quoted: true, comma, column: at + 1 });
        } else {
            let mut text = String::new();
            while let Some((column, letter)) = letters.next_if(|(_, l)| !l.is_whitespace() && *l != '"') {
                if letter.is_control() {
                    return Err((column + 1, control()));
                }
                text.push(letter);
            }
            let comma = text.ends_with(',');
            if comma {
                text.pop();
            }
            if text.is_empty() {
                // A comma that stands alone belongs to the word before it.
                match tokens.last_mut() {
                    Some(last) => last.comma = true,
                    None => tokens.push(Token { text: ",".to_owned(), quoted: false, comma: false, column: at + 1 }),
                }
                continue;
            }
            tokens.push(Token { text, quoted: false, comma, column: at + 1 });
        }
    }
    Ok(tokens)
}

fn control() -> Wrong {
    Wrong::new(ErrorKind::Text, "a control character stands in the line", "take it out")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(line: &str) -> Vec<String> {
        tokens(line).unwrap().into_iter().map(|token| token.text).collect()
    }

    #[test]
    fn words_texts_and_comments_are_told_apart() {
        assert_eq!(texts("pay A to B 1,000.00 BRL # a comment"), ["pay", "A", "to", "B", "1,000.00", "BRL"]);
        assert_eq!(texts("source \"a # b, c\", d"), ["source", "a # b, c", "d"]);
        assert_eq!(texts("  # nothing"), Vec::<String>::new());
        assert_eq!(texts("a, b , c"), ["a", "b", "c"].map(str::to_owned));
        let commas: Vec<bool> = tokens("a, b , c").unwrap().into_iter().map(|token| token.comma).collect();
        assert_eq!(commas, [true, true, false]);
    }

    #[test]
    fn an_open_quote_and_a_control_character_are_told_with_their_column() {
        assert_eq!(tokens("source \"never").unwrap_err().0, 8);
        assert_eq!(tokens("pay \u{7}").unwrap_err().0, 5);
    }
}
