//! Why an array or an archive could not be read.

use thiserror::Error;

/// The most arrays of an archive.
pub(super) const MAX_ARRAYS: usize = 65_536;
/// Larger arrays may be at most this many times as large as the whole file. Trained weights hardly compress; a file
/// beyond this is made to fill the memory.
pub(super) const LARGEST_EXPANSION: u64 = 64;

/// Why an array or an archive could not be read. The caller adds the file.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the message of each variant says what its fields are")]
pub enum NumpyError {
    /// The file could not be read.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// The archive's directory is missing or damaged.
    #[error("it is not a whole NumPy archive ({reason}); copy or save it again")]
    Archive { reason: String },
    /// Too many arrays.
    #[error("it holds {found} arrays, more than the {MAX_ARRAYS} that are read")]
    TooMany { found: usize },
    /// A header that makes no sense.
    #[error("array `{array}` is damaged: {problem}; save it again with numpy")]
    Header { array: String, problem: &'static str },
    /// The header claims another size than the file has.
    #[error("array `{array}` claims {claimed} bytes of values, but {stored} are stored; save it again with numpy")]
    Size { array: String, claimed: u64, stored: u64 },
    /// An array that is far larger than its file.
    #[error(
        "array `{array}` expands to {bytes} bytes, more than {LARGEST_EXPANSION} times the file; save it uncompressed \
         with numpy.savez if that is meant"
    )]
    Expands { array: String, bytes: u64 },
    /// Pickled objects.
    #[error(
        "array `{array}` holds Python objects that are neither all numbers nor all text, and objects are never loaded; \
         save it as numbers"
    )]
    Objects { array: String },
    /// Numbers with an imaginary part.
    #[error("array `{array}` holds complex numbers with imaginary parts; save the parts as numbers of their own")]
    Complex { array: String },
    /// An element type that is not read.
    #[error("array `{array}` has elements of type {element}, which are not read; save it as numbers up to 64 bits")]
    Element { array: String, element: String },
    /// The values are damaged.
    #[error("the values of array `{array}` could not be read ({reason}); copy or save the file again")]
    Values { array: String, reason: String },
}
