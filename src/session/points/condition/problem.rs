//! Why a condition cannot be asked of points.

use thiserror::Error;

/// Why a condition cannot be asked of points: one sentence with the place and what to write.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[expect(missing_docs, reason = "the message of each variant says what its fields are")]
pub enum ConditionProblem {
    /// A sign that means nothing.
    #[error("`{sign}` at place {at} means nothing here; compare by <, <=, =, !=, >= or >")]
    Sign { sign: char, at: usize },
    /// A quote without an end.
    #[error("the quote that begins at place {at} has no end; close it")]
    OpenQuote { at: usize },
    /// Something else was expected.
    #[error("{found} stands at place {at} where {expected} was expected")]
    Unexpected { found: String, at: usize, expected: &'static str },
    /// Too long or too deep.
    #[error("the condition is too long; ask for less at once")]
    TooLong,
    /// A name that is none.
    #[error("there is nothing called `{name}`; write {known}, or a class's name beside label or predicted")]
    Name { name: String, known: String },
    /// A column by a number that is too high.
    #[error("there is no column x{number}; the data has {columns}")]
    Column { number: usize, columns: usize },
    /// A class that is none.
    #[error("there is no class `{name}`; the classes are {known}")]
    Class { name: String, known: String },
    /// Classes have no order.
    #[error("the classes {known} have no order; compare them by = or !=")]
    Order { known: String },
    /// A number and a class.
    #[error("{one} and {other} cannot be compared; compare a class with a class and a number with a number")]
    Kinds { one: String, other: String },
    /// Something that the data or the network does not have.
    #[error("{what} cannot be told: {why}")]
    Absent { what: &'static str, why: String },
}
