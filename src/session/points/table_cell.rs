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
