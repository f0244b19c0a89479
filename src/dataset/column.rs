//! A column as a person chooses it.

use super::sequence::RowNumbers;

/// What the values of a column are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ColumnKind {
    /// Finite numbers, not all whole.
    #[default]
    Numbers,
    /// Whole numbers.
    Integers,
    /// Text, or numbers some of which are missing or not finite.
    Text,
}

/// A column as a person chooses it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ColumnOutline {
    /// Its name; without one, its number.
    pub name: String,
    /// Its number in the file, from 1.
    pub number: usize,
    /// The array that it belongs to; equal to the name where it stands alone.
    pub group: String,
    /// What its values are.
    pub kind: ColumnKind,
    /// The mean of its finite values.
    pub mean: f64,
    /// Their standard deviation (of the population).
    pub deviation: f64,
    /// Why it looks like the numbers of the rows, if it does.
    pub row_numbers: Option<RowNumbers>,
    /// How many of its values are missing, NaN or infinite, where the others are numbers.
    pub missing: usize,
    /// Whether nothing stands in it.
    pub is_empty: bool,
    /// Whether it holds text and no number.
    pub is_all_text: bool,
    /// Whether it holds one and the same number in every row that has one, of several rows.
    pub is_constant: bool,
    /// Whether it holds nothing but 0 and 1.
    pub is_zero_or_one: bool,
    /// How many different values it has, where that was counted.
    pub distinct: Option<usize>,
    /// Its first values.
    pub preview: Vec<String>,
}

impl ColumnOutline {
    /// A column that stands alone.
    pub fn new(name: &str, kind: ColumnKind) -> ColumnOutline {
        ColumnOutline { name: name.to_owned(), group: name.to_owned(), kind, ..ColumnOutline::default() }
    }

    /// Whether its file has a name for it.
    pub fn is_named(&self) -> bool {
        self.name != self.number.to_string()
    }

    /// Its number and its name, for a sentence.
    pub fn label(&self) -> String {
        format!("{} ({})", self.number, if self.is_named() { &self.name } else { "unnamed" })
    }
}
