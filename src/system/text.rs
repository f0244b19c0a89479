//! Text that comes from files, as people are shown it: what a terminal or a line of text would obey is spelled out.

use std::borrow::Cow;

/// The most characters of a text that is shown as one sentence.
pub const MAX_SENTENCE: usize = 2_000;

/// The text with control characters, and those that turn the order of others around, as escapes; line ends and tabs stay.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_obeyed) {
        return Cow::Borrowed(text);
    }
    let escaped = |c: char| if is_obeyed(c) { c.escape_unicode().to_string() } else { c.to_string() };
    Cow::Owned(text.chars().map(escaped).collect())
}

/// The same with at most so many characters; what is left out is marked by three dots in the middle.
pub fn bounded(text: &str, most: usize) -> Cow<'_, str> {
    let shown = visible(text);
    let count = shown.chars().count();
    if count <= most {
        return shown;
    }
    let half = most.saturating_sub(1) / 2;
    let (start, end) = (shown.chars().take(half), shown.chars().skip(count - half));
    Cow::Owned(start.chain(std::iter::once('…')).chain(end).collect())
}

/// Whether a terminal or a line of text would obey the character in place of showing it; line ends and tabs are none.
pub fn is_obeyed(c: char) -> bool {
    let turns = matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    turns || (c.is_control() && c != '\n' && c != '\t')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_shown() {
        assert_eq!(visible("a\u{1b}]0;title\u{7}b\tc\n"), "a\\u{1b}]0;title\\u{7}b\tc\n");
        assert_eq!(visible("a\u{202e}b"), "a\\u{202e}b");
        assert!(matches!(visible("σ ≥ 1\n"), Cow::Borrowed(_)));
    }

    #[test]
    fn long_texts_keep_their_ends() {
        assert_eq!(bounded("abcdefgh", 8), "abcdefgh");
        assert_eq!(bounded("abcdefghi", 7), "abc…ghi");
        assert_eq!(bounded(&"é".repeat(5000), MAX_SENTENCE).chars().count(), MAX_SENTENCE - 1);
    }
}
