//! Numbers as people and programs write them: decimal points and commas, thousands, exponents of Fortran.

/// What stands before the fraction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum DecimalMark {
    #[default]
    Point,
    Comma,
}

/// A field that is a number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Number {
    pub value: f64,
    /// Whether something stands between its thousands.
    pub grouped: bool,
}

/// The spaces that stand between thousands, and the apostrophe.
const GAPS: [char; 5] = [' ', '\u{a0}', '\u{2009}', '\u{202f}', '\''];
/// What stands for a value that is missing.
const MISSING: [&str; 16] =
    ["", "nan", "na", "n/a", "<na>", "#n/a", "null", "none", "nil", "?", "-", "--", ".", "nat", "missing", "#na"];
/// The signs of currencies.
const CURRENCIES: [char; 5] = ['$', '€', '£', '¥', '₹'];
/// The longest text that may be a number.
const LONGEST: usize = 64;

/// The number that a field is.
pub(super) fn parse(field: &str, mark: DecimalMark) -> Option<Number> {
    let plain = |text: &str| text.parse().ok().map(|value| Number { value, grouped: false });
    if (mark == DecimalMark::Point || !field.contains(['.', ',']))
        && let Some(number) = plain(field)
    {
        return Some(number);
    }
    let begins = field.starts_with(|first: char| first.is_ascii_digit() || "+-−.,".contains(first));
    if !begins || field.len() > LONGEST {
        return None;
    }
    let (point, group) = match mark {
        DecimalMark::Point => ('.', ','),
        DecimalMark::Comma => (',', '.'),
    };
    let unsigned = field.trim_start_matches(['+', '-', '−']);
    if field.chars().count() > unsigned.chars().count() + 1 {
        return None;
    }
    let sign = if field.starts_with(['-', '−']) { "-" } else { "" };
    let end = unsigned.find(|letter: char| letter.is_ascii_alphabetic()).unwrap_or(unsigned.len());
    let (mantissa, exponent) = unsigned.split_at(end);
    let exponent = match exponent.strip_prefix(['e', 'E', 'd', 'D']) {
        Some(exponent) => format!("e{exponent}"),
        None if exponent.is_empty() => String::new(),
        None => return None,
    };
    let (whole, fraction) = mantissa.split_once(point).unwrap_or((mantissa, ""));
    let (whole, grouped) = ungroup(whole, group)?;
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits(fraction) || (whole.is_empty() && fraction.is_empty()) {
        return None;
    }
    let value = format!("{sign}{whole}.{fraction}0{exponent}").parse().ok()?;
    Some(Number { value, grouped })
}

/// Digits without what stands between their thousands, and whether anything did.
fn ungroup(whole: &str, group: char) -> Option<(String, bool)> {
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if is_digits(whole) {
        return Some((whole.to_owned(), false));
    }
    let gap = whole.chars().find(|letter| *letter == group || GAPS.contains(letter))?;
    let groups: Vec<&str> = whole.split(gap).collect();
    let (first, others) = groups.split_first()?;
    let begins = (1..=3).contains(&first.len()) && is_digits(first) && !first.starts_with('0');
    let goes_on = others.iter().all(|group| group.len() == 3 && is_digits(group));
    (begins && goes_on).then(|| (groups.concat(), true))
}

/// Which mark the field speaks for; `None` where it is a number with both or with neither.
pub(super) fn vote(field: &str) -> Option<DecimalMark> {
    match (parse(field, DecimalMark::Point), parse(field, DecimalMark::Comma)) {
        (Some(_), None) => Some(DecimalMark::Point),
        (None, Some(_)) => Some(DecimalMark::Comma),
        _ => None,
    }
}

/// Whether a field is a number in any manner of writing.
pub(super) fn is_any(field: &str) -> bool {
    parse(field, DecimalMark::Point).is_some() || parse(field, DecimalMark::Comma).is_some()
}

/// Whether a field stands for a value that is missing.
pub(super) fn is_missing(field: &str) -> bool {
    MISSING.iter().any(|word| field.eq_ignore_ascii_case(word))
}

/// Truth in words.
pub(super) fn truth(field: &str) -> Option<bool> {
    if field.eq_ignore_ascii_case("true") {
        return Some(true);
    }
    field.eq_ignore_ascii_case("false").then_some(false)
}

/// Why a field is no finite number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NumberFault {
    Missing,
    Date,
    TimeOfDay,
    Percentage,
    Money,
    Hexadecimal,
    Infinite,
    DecimalComma,
    Text,
}

impl NumberFault {
    /// Why the field is no finite number.
    pub(super) fn from_field(field: &str) -> NumberFault {
        let digits = |text: &str, most: usize| {
            (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
        };
        let is_date = |mark: char| {
            let first = field.split([' ', 'T']).next().unwrap_or_default();
            let parts: Vec<&str> = first.split(mark).collect();
            parts.len() == 3 && parts.iter().all(|part| digits(part, 4))
        };
        let clock: Vec<&str> = field.split(':').map(|part| part.split('.').next().unwrap_or_default()).collect();
        let is_time =
            clock.len() > 1 && digits(clock[0], 2) && clock[1..].iter().all(|part| part.len() == 2 && digits(part, 2));
        if is_missing(field) {
            NumberFault::Missing
        } else if ['-', '/', '.'].into_iter().any(is_date) {
            NumberFault::Date
        } else if is_time {
            NumberFault::TimeOfDay
        } else if field.strip_suffix('%').is_some_and(|number| is_any(number.trim())) {
            NumberFault::Percentage
        } else if field.contains(CURRENCIES) && field.contains(|letter: char| letter.is_ascii_digit()) {
            NumberFault::Money
        } else if field.starts_with("0x") || field.starts_with("0X") {
            NumberFault::Hexadecimal
        } else if field.parse::<f64>().is_ok_and(f64::is_infinite) {
            NumberFault::Infinite
        } else if parse(field, DecimalMark::Comma).is_some() {
            NumberFault::DecimalComma
        } else {
            NumberFault::Text
        }
    }

    /// What the field is.
    pub(super) fn label(self) -> &'static str {
        match self {
            NumberFault::Missing => "a missing value",
            NumberFault::Date => "a date",
            NumberFault::TimeOfDay => "a time of day",
            NumberFault::Percentage => "a percentage",
            NumberFault::Money => "an amount of money",
            NumberFault::Hexadecimal => "hexadecimal",
            NumberFault::Infinite => "infinite",
            NumberFault::DecimalComma => "written with a decimal comma, other than most numbers of the file",
            NumberFault::Text => "text",
        }
    }

    /// What makes a number of it.
    pub(super) fn remedy(self) -> &'static str {
        match self {
            NumberFault::Missing => "fill them in, remove those rows",
            NumberFault::Date | NumberFault::TimeOfDay => "write it as a number",
            NumberFault::Percentage => "remove the percent signs",
            NumberFault::Money => "remove the signs of the currency",
            NumberFault::Hexadecimal => "write decimal numbers",
            NumberFault::DecimalComma => "write all numbers alike",
            NumberFault::Infinite | NumberFault::Text => "correct or remove those rows",
        }
    }

    /// Whether nobody meant such a field as a measured number.
    pub(super) fn is_word(self) -> bool {
        matches!(self, NumberFault::Date | NumberFault::TimeOfDay | NumberFault::Text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(field: &str) -> Option<f64> {
        parse(field, DecimalMark::Point).map(|number| number.value)
    }

    fn comma(field: &str) -> Option<f64> {
        parse(field, DecimalMark::Comma).map(|number| number.value)
    }

    #[test]
    fn numbers_in_many_manners() {
        for (field, value) in [
            ("1e5", 1e5),
            ("+3", 3.0),
            (".5", 0.5),
            ("5.", 5.0),
            ("-1.5D+03", -1500.0),
            ("1d2", 100.0),
            ("1,234.5", 1234.5),
            ("-1,234,567", -1_234_567.0),
            ("1 234", 1234.0),
            ("1'234.5", 1234.5),
            ("−2.5", -2.5),
        ] {
            assert_eq!(point(field), Some(value), "{field}");
        }
        for (field, value) in
            [("1,5", 1.5), ("-0,073", -0.073), ("1.234,5", 1234.5), ("1.234", 1234.0), ("7", 7.0), ("1,5e3", 1500.0)]
        {
            assert_eq!(comma(field), Some(value), "{field}");
        }
        for field in [
            "", "-", "1,23", "12,3456", "0,123", "1.5.2", "1-2", "--1", "0x1f", "1_000", "5a", "e5", "1,234,56",
            "12 34", "1e",
        ] {
            assert_eq!(point(field), None, "{field}");
        }
        for field in ["0.123", "1.5", "1,2,3", "1.2345", ","] {
            assert_eq!(comma(field), None, "{field}");
        }
    }

    #[test]
    fn votes_and_causes() {
        assert_eq!(vote("0,5"), Some(DecimalMark::Comma));
        assert_eq!(vote("1,234.5"), Some(DecimalMark::Point));
        assert_eq!((vote("1,234"), vote("7"), vote("a")), (None, None, None));
        for (field, word) in [
            ("NaN", "missing"),
            ("", "missing"),
            ("2024-01-31", "date"),
            ("31.12.2024", "date"),
            ("2024-01-31 10:00", "date"),
            ("10:30:00", "time"),
            ("45 %", "percent"),
            ("$5", "money"),
            ("0x1F", "hexadecimal"),
            ("-inf", "infinite"),
            ("1,5", "comma"),
            ("abc", "text"),
        ] {
            assert!(
                NumberFault::from_field(field).label().contains(word),
                "{field}: {:?}",
                NumberFault::from_field(field)
            );
        }
    }
}
