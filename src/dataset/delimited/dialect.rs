//! What stands between the fields of a text file.

use super::number;
use crate::dataset::table::MAX_COLUMNS;

/// How many lines tell the dialect.
const SAMPLED_LINES: usize = 64;
/// What lets no number win against some.
const FLOOR: f64 = 0.1;

/// What stands between fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Separator {
    /// This character, once.
    Character(u8),
    /// One or several spaces and tabs.
    Spaces,
}

/// Those that are looked for. Where two serve equally well, the first is meant.
const SEPARATORS: [Separator; 5] = [
    Separator::Character(b'\t'),
    Separator::Character(b';'),
    Separator::Character(b','),
    Separator::Character(b'|'),
    Separator::Spaces,
];

impl Separator {
    /// The fields of a line, with their quotes.
    pub(super) fn split(self, line: &str) -> impl Iterator<Item = &str> {
        let is_separator = move |byte: u8| match self {
            Separator::Character(character) => byte == character,
            Separator::Spaces => byte == b' ' || byte == b'\t',
        };
        let line = if self == Separator::Spaces { line.trim() } else { line };
        let mut rest = Some(line);
        std::iter::from_fn(move || {
            let text = rest?;
            let (mut quoted, mut blank) = (false, true);
            let mut end = None;
            for (at, byte) in text.bytes().enumerate() {
                if quoted {
                    quoted = byte != b'"';
                } else if is_separator(byte) {
                    end = Some(at);
                    break;
                } else if byte == b'"' && blank {
                    quoted = true;
                }
                // A quote that is closed may be opened again: that is how a quote is written within quotes.
                blank &= byte == b'"' || byte.is_ascii_whitespace();
            }
            let (field, behind) = match end {
                Some(end) => (&text[..end], Some(&text[end + 1..])),
                None => (text, None),
            };
            rest = if self == Separator::Spaces { behind.map(str::trim_start) } else { behind };
            Some(field.trim())
        })
    }

    /// How well the separator takes the lines apart into numbers, and into how many fields.
    fn suits(self, lines: &[&str]) -> (f64, usize) {
        let rows: Vec<(usize, usize, usize)> = lines.iter().map(|line| self.tally(line)).collect();
        let widths: Vec<usize> = rows.iter().map(|row| row.0).collect();
        let width = most_frequent(&widths);
        let alike = widths.iter().filter(|&&found| found == width).count() as f64 / widths.len().max(1) as f64;
        let numbers: usize = rows.iter().map(|row| row.1).sum();
        let filled: usize = rows.iter().map(|row| row.2).sum();
        (alike * (FLOOR + numbers as f64 / filled.max(1) as f64), width)
    }

    /// How many fields a line has, how many of them are numbers, and how many are not empty.
    fn tally(self, line: &str) -> (usize, usize, usize) {
        self.split(line).take(MAX_COLUMNS + 2).fold((0, 0, 0), |(fields, numbers, filled), field| {
            let field = field.trim_matches('"').trim();
            (fields + 1, numbers + usize::from(number::is_any(field)), filled + usize::from(!field.is_empty()))
        })
    }
}

/// The most frequent number, the larger of two that are as frequent; 0 of none.
pub(super) fn most_frequent(numbers: &[usize]) -> usize {
    let count = |number: &usize| numbers.iter().filter(|other| *other == number).count();
    numbers.iter().copied().max_by_key(|number| (count(number), *number)).unwrap_or(0)
}

/// The lines of a text, whatever ends them, without those that are blank.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split(['\n', '\r']).filter(|line| !line.trim().is_empty())
}

/// The separator that a first line such as `sep=;` names, and the bytes of that line.
pub(super) fn named_separator(text: &str) -> Option<(u8, usize)> {
    let line = text.split(['\n', '\r']).next()?;
    let caption = line.trim_matches(['"', ' ']);
    let named = caption.get(..4).filter(|word| word.eq_ignore_ascii_case("sep=")).map(|_| &caption[4..])?;
    match named.as_bytes() {
        // The line itself may be taken apart by the separator that it names.
        [separator] if separator.is_ascii() => Some((*separator, line.len())),
        [] if line.contains('\t') => Some((b'\t', line.len())),
        _ => None,
    }
}

/// What stands between the fields of the text.
pub(super) fn find_separator(text: &str) -> Separator {
    let sampled = |comments: bool| -> Vec<&str> {
        lines(text).filter(|line| comments || !line.trim_start().starts_with('#')).take(SAMPLED_LINES).collect()
    };
    let mut rows = sampled(false);
    if rows.len() < 2 {
        // All rows may begin with the sign of a comment.
        rows = sampled(true);
    }
    // The names in a header may hold anything.
    let rows = if rows.len() > 1 { &rows[1..] } else { &rows[..] };
    let better = |best: (Separator, (f64, usize)), separator: Separator| {
        let (score, width) = separator.suits(rows);
        let (best_score, best_width) = best.1;
        let wins = score > best_score + 1e-9 || (score > best_score - 1e-9 && width > 1 && best_width < 2);
        if wins { (separator, (score, width)) } else { best }
    };
    let none = (Separator::Character(b','), (0.0, 0));
    match SEPARATORS.into_iter().fold(none, better) {
        (separator, (_, width)) if width > 1 => separator,
        _ => none.0,
    }
}

/// The text with one tab in place of the spaces between fields.
pub(super) fn with_tabs(text: &str) -> String {
    let mut tabbed = String::with_capacity(text.len());
    for piece in text.split_inclusive(['\n', '\r']) {
        let line = piece.trim_end_matches(['\n', '\r']);
        if !line.trim().is_empty() {
            for (index, field) in Separator::Spaces.split(line).enumerate() {
                tabbed.extend((index > 0).then_some('\t'));
                tabbed.push_str(field);
            }
        }
        tabbed.push_str(&piece[line.len()..]);
    }
    tabbed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_separator_is_found() {
        for (text, separator) in [
            ("a, b\tlabel\n1\t0\n2\t1\n", b'\t'),
            ("x;y\n1,5;2,5\n", b';'),
            ("1,5;2,5\n3,5;4,5\n", b';'),
            ("1,2,3\n4,5,6", b','),
            ("1,2,\"u;v;w\"\n3,4,\"u;v;x\"\n", b','),
            ("a|b\n1|2\n", b'|'),
            ("1,2,Iris setosa\n3,4,Iris virginica\n", b','),
            ("7\n8\n", b','),
            ("1\t\n2\t\n", b'\t'),
            ("", b','),
            ("1 234,5;2 345,6\n1 234,5;2 345,6\n", b';'),
        ] {
            assert_eq!(find_separator(text), Separator::Character(separator), "{text}");
        }
        for text in ["  -2.3   1.5\n   0.1  -3\n", "# x y\n1 2\n3 4", "x  y\n1 \t2\n3  4\n", "1,234.5 2\n1,234.5 2\n"] {
            assert_eq!(find_separator(text), Separator::Spaces, "{text}");
        }
    }

    #[test]
    fn lines_are_taken_apart() {
        let fields = |separator: Separator, line| separator.split(line).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(fields(Separator::Character(b','), "a, \"b,\"\"c\" ,5\",").len(), 4);
        assert_eq!(fields(Separator::Spaces, "  a   \"b c\"\t d "), ["a", "\"b c\"", "d"]);
        assert_eq!(with_tabs("  a  b \r\n\n c\td"), "a\tb\r\n\nc\td");
        assert_eq!(named_separator("sep=;\r\nx;y"), Some((b';', 5)));
        assert_eq!(named_separator("\"sep=|\"\nx"), Some((b'|', 7)));
        assert_eq!(named_separator("sepal,label\n"), None);
    }
}
