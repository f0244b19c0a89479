//! Text of the oldest protocol, which is written in lines of letters.

/// A line of unicode text without its escapes, in UTF-8: characters up to 255 stand for themselves in one byte, others,
/// line ends and backslashes as `\u1234` or `\U00012345`. None where the line is the text already.
pub(super) fn of_unicode(line: &[u8]) -> Option<Vec<u8>> {
    if line.iter().all(|byte| byte.is_ascii() && *byte != b'\\') {
        return None;
    }
    let mut text = String::with_capacity(line.len());
    let mut rest = line;
    while let [first, after @ ..] = rest {
        let digits = match rest {
            [b'\\', b'u', ..] => 4,
            [b'\\', b'U', ..] => 8,
            _ => 0,
        };
        let escaped = rest.get(2..2 + digits).filter(|_| digits > 0).and_then(character);
        text.push(escaped.unwrap_or(char::from(*first)));
        rest = if escaped.is_some() { rest.get(2 + digits..).unwrap_or_default() } else { after };
    }
    Some(text.into_bytes())
}

/// The bytes of a string of Python 2 without its escapes. None where the line is the bytes already.
pub(super) fn of_string(line: &[u8]) -> Option<Vec<u8>> {
    if !line.contains(&b'\\') {
        return None;
    }
    let mut bytes = Vec::with_capacity(line.len());
    let mut rest = line;
    while let [first, after @ ..] = rest {
        let (byte, length) = match rest {
            [b'\\', b'x', high, low, ..] => match character(&[*high, *low]).map(u32::from) {
                Some(code) => (code as u8, 4),
                None => (b'\\', 1),
            },
            [b'\\', b'n', ..] => (b'\n', 2),
            [b'\\', b'r', ..] => (b'\r', 2),
            [b'\\', b't', ..] => (b'\t', 2),
            [b'\\', kept @ (b'\\' | b'\'' | b'"'), ..] => (*kept, 2),
            _ => (*first, 1),
        };
        bytes.push(byte);
        rest = if length == 1 { after } else { rest.get(length..).unwrap_or_default() };
    }
    Some(bytes)
}

fn character(digits: &[u8]) -> Option<char> {
    let digits =
        std::str::from_utf8(digits).ok().filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    char::from_u32(u32::from_str_radix(digits, 16).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_undone() {
        assert_eq!(of_unicode(b"plain"), None);
        assert_eq!(of_unicode(b"a\\u005cb\xe9\\u20ac\\U0001f600").unwrap(), "a\\b\u{e9}\u{20ac}\u{1f600}".as_bytes());
        assert_eq!(of_unicode(b"\\u12").unwrap(), b"\\u12");
        assert_eq!(of_string(b"plain\xff"), None);
        assert_eq!(of_string(b"\\x00\\xff\\n\\\\\\'\\t\\q\\x1").unwrap(), b"\0\xff\n\\'\t\\q\\x1");
    }
}
