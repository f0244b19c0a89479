//! Why a decomposition was refused or did not succeed.

use thiserror::Error;

/// Why a decomposition was refused or did not succeed.
#[derive(Clone, Debug, Error, PartialEq)]
#[expect(missing_docs, reason = "the message of each variant says what its fields are")]
pub enum LinalgError {
    /// A matrix without rows or columns.
    #[error("the matrix is {rows}×{columns}; a decomposition needs at least one row and one column")]
    Empty { rows: usize, columns: usize },
    /// A matrix whose full orthogonal factors would not fit into memory.
    #[error("the matrix is {rows}×{columns}; at most {largest} rows or columns are decomposed")]
    TooLarge { rows: usize, columns: usize, largest: usize },
    /// NaN or infinity.
    #[error("the matrix holds {value} at row {row}, column {column}; every entry must be finite")]
    NotFinite { row: usize, column: usize, value: f64 },
    /// The library's iteration ended without a result.
    #[error("the {method} of a {rows}×{columns} matrix did not converge")]
    NotConverged { method: &'static str, rows: usize, columns: usize },
    /// A matrix that should be a proper rotation is not.
    #[error("the {dimension}×{dimension} matrix is not a proper rotation: {reason}")]
    NotARotation { dimension: usize, reason: &'static str },
    /// Thin factors where whole ones are needed.
    #[error(
        "a polar decomposition in {dimension} dimensions needs whole factors; take the singular value decomposition"
    )]
    Thin { dimension: usize },
    /// A result that does not hold to the accuracy promised.
    #[error(
        "the {method} of a {dimension}×{dimension} matrix is off by {error:.1e}, more than the {allowed:.1e} allowed"
    )]
    Inaccurate { method: &'static str, dimension: usize, error: f64, allowed: f64 },
}
