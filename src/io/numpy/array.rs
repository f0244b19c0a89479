//! An array in memory.

/// An array in memory, in row-major order.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    /// The length of each axis; empty for a single value.
    pub shape: Vec<usize>,
    /// The values, last axis fastest.
    pub values: Values,
}

/// The values of an array.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// Floating point numbers of any width.
    Floats(Vec<f64>),
    /// Integers and truth values.
    Integers(Vec<i64>),
    /// Text.
    Texts(Vec<String>),
}

impl Values {
    /// The values as numbers; `None` for text.
    pub fn into_floats(self) -> Option<Vec<f64>> {
        match self {
            Values::Floats(values) => Some(values),
            Values::Integers(values) => Some(values.into_iter().map(|value| value as f64).collect()),
            Values::Texts(_) => None,
        }
    }
}
