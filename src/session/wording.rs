//! Counted things and coordinates in plain words.

use std::path::Path;

use crate::system::text::bounded;

/// "1 input", "2 inputs": the count with its noun, which takes an s in the plural.
pub fn counted(count: usize, noun: &str) -> String {
    let extension = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{extension}")
}

/// A layer's own name as it is written beside the layer's number: in quotes if it is a number itself, as the names of
/// PyTorch's `Sequential` are, which count otherwise.
pub fn own_name(name: &str) -> String {
    let is_number = !name.is_empty() && name.chars().all(|c| c.is_ascii_digit() || c == '.');
    if is_number { format!("“{name}”") } else { shown(name) }
}

/// A name from a file as it is shown: what a line of text would obey is spelled out, and a long one loses its middle.
pub fn shown(name: &str) -> String {
    const MAX_NAME: usize = 80;
    bounded(name, MAX_NAME).into_owned()
}

/// The same of a path, which may be longer.
pub fn shown_path(path: &Path) -> String {
    const MAX_PATH: usize = 300;
    bounded(&path.to_string_lossy(), MAX_PATH).into_owned()
}

/// "2, 3 and 5"; of a long list the first few and how many more there are.
pub fn listed(numbers: &[usize]) -> String {
    const FEW: usize = 6;
    let text: Vec<String> = numbers.iter().take(FEW).map(usize::to_string).collect();
    match (numbers.len().saturating_sub(FEW), text.as_slice()) {
        (0, [all_but_last @ .., last]) if !all_but_last.is_empty() => format!("{} and {last}", all_but_last.join(", ")),
        (0, _) => text.concat(),
        (more, _) => format!("{} and {more} more", text.join(", ")),
    }
}

/// "x₁" for the coordinate with index 0.
pub fn coordinate_name(index: usize) -> String {
    format!("x{}", subscript(index + 1))
}

/// `number` in subscript digits, for the index of a symbol.
pub fn subscript(number: usize) -> String {
    let digit = |digit: u8| char::from_u32(u32::from('₀') + u32::from(digit.wrapping_sub(b'0')));
    number.to_string().bytes().filter_map(digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_lists() {
        assert_eq!(counted(1, "input"), "1 input");
        assert_eq!(counted(0, "point"), "0 points");
        assert_eq!(own_name("a\u{1b}b"), "a\\u{1b}b");
        assert_eq!(own_name(&"x".repeat(1000)).chars().count(), 79);
        assert_eq!(listed(&[4]), "4");
        assert_eq!(listed(&[2, 3, 5]), "2, 3 and 5");
        assert_eq!(listed(&[1, 2, 3, 4, 5, 6, 7, 9]), "1, 2, 3, 4, 5, 6 and 2 more");
        assert_eq!(listed(&[]), "");
        assert_eq!((own_name("0"), own_name("fc1")), ("“0”".to_owned(), "fc1".to_owned()));
    }
}
