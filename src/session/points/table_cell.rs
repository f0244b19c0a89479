//! A cell of a table.

/// What stands in a cell.
#[derive(Clone, Debug, PartialEq)]
pub enum TableCell {
    /// A class.
    Text(String),
    /// A whole number.
    Whole(usize),
    /// A number.
    Number(f64),
    /// Nothing is known.
    Empty,
}

impl TableCell {
    /// As text that gives the same value back; nothing where nothing is known.
    pub fn text(self) -> String {
        match self {
            TableCell::Text(text) => text,
            TableCell::Whole(value) => value.to_string(),
            TableCell::Number(value) => value.to_string(),
            TableCell::Empty => String::new(),
        }
    }

    /// As a number; not a number where it is none.
    pub fn number(&self) -> f64 {
        match self {
            TableCell::Whole(value) => *value as f64,
            TableCell::Number(value) => *value,
            TableCell::Text(_) | TableCell::Empty => f64::NAN,
        }
    }
}
