//! The bytes in pickles of protocol 0, which writes them as text in lines.

/// The bytes of a literal of Python: `a\n\x00b`; `None` where it is none.
pub(super) fn quoted(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.iter().copied();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        bytes.push(match rest.next()? {
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'x' => u8::try_from(hexadecimal(&mut rest, 2)?).ok()?,
            same @ (b'\\' | b'\'' | b'"') => same,
            _ => return None,
        });
    }
    Some(bytes)
}

/// The bytes of text whose characters are its bytes, but for those behind a backslash: `a\u000ab`; `None` where a
/// character is beyond a byte.
pub(super) fn escaped(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        at += 1;
        let digits = match text.get(at) {
            Some(b'u') if *byte == b'\\' => 4,
            Some(b'U') if *byte == b'\\' => 8,
            _ => {
                bytes.push(*byte);
                continue;
            }
        };
        let mut rest = text.get(at + 1..).unwrap_or_default().iter().copied();
        bytes.push(u8::try_from(hexadecimal(&mut rest, digits)?).ok()?);
        at += 1 + digits;
    }
    Some(bytes)
}

fn hexadecimal(rest: &mut impl Iterator<Item = u8>, digits: usize) -> Option<u32> {
    (0..digits).try_fold(0, |value, _| Some(value << 4 | char::from(rest.next()?).to_digit(16)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_behind_a_backslash_is_one_byte() {
        assert_eq!(quoted(br"a\x00\n\\\'\xff").unwrap(), b"a\0\n\\'\xff");
        assert_eq!(escaped(b"\xe9\\u000a\\u005c1\\b").unwrap(), b"\xe9\n\\1\\b");
        assert!(quoted(br"\x0").is_none() && quoted(br"\q").is_none());
        assert!(escaped(br"\u0100").is_none() && escaped(br"\u00").is_none());
    }
}
