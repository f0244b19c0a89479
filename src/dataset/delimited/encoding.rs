//! The text of a file, whatever its encoding: UTF-8, UTF-16 or Windows-1252.

use std::path::Path;

use crate::dataset::DatasetError;

/// What Windows-1252 has at 0x80 to 0x9f, where Latin-1 has control characters. Five places are free.
const WINDOWS: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’',
    '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];
/// How many bytes tell whether a file is text at all.
const BEGINNING: usize = 64;

/// The text as UTF-8 without a byte order mark.
pub(super) struct Decoded {
    pub text: String,
    /// How it was read where that was not certain.
    pub note: Option<String>,
}

/// Decodes the content of the file at `path`.
///
/// # Errors
/// If it is no text.
pub(super) fn decode(path: &Path, mut content: Vec<u8>) -> Result<Decoded, DatasetError> {
    let decoded = if content.starts_with(b"\xef\xbb\xbf") {
        content.drain(..3);
        decode_bytes(path, content)?
    } else if let Some((big_endian, has_mark)) = wide_characters(&content) {
        let note = "has no byte order mark; it was read as UTF-16".to_owned();
        let text = decode_utf16(path, &content[if has_mark { 2 } else { 0 }..], big_endian)?;
        Decoded { text, note: (!has_mark).then_some(note) }
    } else {
        decode_bytes(path, content)?
    };
    if decoded.text.as_bytes().iter().take(BEGINNING).any(is_control) {
        return Err(DatasetError::Unknown { path: path.into(), known: "a table of text".into() });
    }
    Ok(decoded)
}

/// Control characters other than white space do not occur in text.
fn is_control(byte: &u8) -> bool {
    *byte < b' ' && !byte.is_ascii_whitespace()
}

/// Whether text is made of pairs of bytes: whether the most significant comes first, and whether a mark says so.
fn wide_characters(content: &[u8]) -> Option<(bool, bool)> {
    match content {
        [0xff, 0xfe, ..] => Some((false, true)),
        [0xfe, 0xff, ..] => Some((true, true)),
        [1..=255, 0, 1..=255, 0, ..] => Some((false, false)),
        [0, 1..=255, 0, 1..=255, ..] => Some((true, false)),
        _ => None,
    }
}

fn decode_utf16(path: &Path, content: &[u8], big_endian: bool) -> Result<String, DatasetError> {
    let unit = |pair: &[u8; 2]| if big_endian { u16::from_be_bytes(*pair) } else { u16::from_le_bytes(*pair) };
    let (pairs, rest) = content.as_chunks::<2>();
    let text = char::decode_utf16(pairs.iter().map(unit)).collect::<Result<String, _>>();
    match text {
        Ok(text) if rest.is_empty() => Ok(text),
        _ => Err(DatasetError::NotText { path: path.into(), line: 0 }),
    }
}

fn decode_bytes(path: &Path, content: Vec<u8>) -> Result<Decoded, DatasetError> {
    let (content, valid) = match String::from_utf8(content) {
        Ok(text) => return Ok(Decoded { text, note: None }),
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            (error.into_bytes(), valid)
        }
    };
    let line = content[..valid].iter().filter(|&&byte| byte == b'\n').count() as u64 + 1;
    if content.iter().any(is_control) {
        return Err(DatasetError::NotText { path: path.into(), line });
    }
    let character = |byte: &u8| match byte {
        0x80..=0x9f => WINDOWS[usize::from(byte - 0x80)],
        _ => char::from(*byte),
    };
    let text = content.iter().map(character).collect();
    let note = format!("line {line} is not UTF-8; the text was read as Windows-1252 (Latin-1)");
    Ok(Decoded { text, note: Some(note) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(content: &[u8]) -> (String, bool) {
        let decoded = decode(Path::new("a.csv"), content.to_vec()).unwrap();
        (decoded.text, decoded.note.is_some())
    }

    #[test]
    fn every_encoding_gives_the_same_text() {
        let wide = |big: bool, mark: bool| {
            let units = mark.then_some(0xfeff).into_iter().chain("x,é".encode_utf16());
            units.flat_map(|unit: u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect::<Vec<u8>>()
        };
        assert_eq!(text("\u{feff}x,é".as_bytes()), ("x,é".into(), false));
        assert_eq!(text(b"x,\xe9"), ("x,é".into(), true));
        assert_eq!(text(b"x,\x80"), ("x,€".into(), true));
        for big in [false, true] {
            assert_eq!(text(&wide(big, true)), ("x,é".into(), false));
            assert_eq!(text(&wide(big, false)), ("x,é".into(), true));
        }
    }

    #[test]
    fn what_is_no_text_is_refused() {
        for content in [&b"\x89PNG\r\n\x1a\n"[..], b"\xff\xfex", b"\xff\xfe\x00\xd8", b"a\x00\x01", b"1,\xff\x02\n"] {
            assert!(decode(Path::new("a.csv"), content.to_vec()).is_err(), "{content:?}");
        }
    }
}
