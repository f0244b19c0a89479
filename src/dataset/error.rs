//! Why a dataset could not be read.

use std::path::PathBuf;

use thiserror::Error;

use crate::io::IoError;
use crate::io::numpy::NumpyError;

/// Why a dataset could not be read: the file, the place in it, and what to do.
#[derive(Debug, Error)]
#[expect(missing_docs, reason = "the message of each variant says what its fields are")]
pub enum DatasetError {
    /// The file could not be read.
    #[error("{}: cannot be read {}", path.display(), crate::io::reason(source, "the name"))]
    Read { path: PathBuf, source: std::io::Error },
    /// A file without data.
    #[error("{}: holds no data rows; give at least one", path.display())]
    Empty { path: PathBuf },
    /// A folder without pictures.
    #[error("{}: is a folder without PNG or JPEG files; give a file of data, or a folder of pictures", path.display())]
    NoPictures { path: PathBuf },
    /// A folder with more files than are looked through.
    #[error("{}: holds more than {most} files; give a folder with fewer", path.display())]
    TooManyFiles { path: PathBuf, most: usize },
    /// A folder with many files that are no pictures.
    #[error("{}: holds more than {most} files and folders that are no pictures; give the folder of the pictures", path.display())]
    TooManyOthers { path: PathBuf, most: usize },
    /// A picture that cannot be decoded.
    #[error("{}: is no picture that can be read ({problem}); take it out of the folder, or save it as PNG", path.display())]
    Picture { path: PathBuf, problem: String },
    /// A file of an unknown kind.
    #[error("{}: is not a kind of dataset that can be read; give {known}", path.display())]
    Unknown { path: PathBuf, known: String },
    /// A line of another length.
    #[error(
        "{}: line {line} has {found} column{} where the others have {expected}; give every line the same",
        path.display(), if *found == 1 { "" } else { "s" }
    )]
    Ragged { path: PathBuf, line: u64, expected: usize, found: usize },
    /// A field that is not a finite number.
    #[error("{}: line {line}, column {column} is `{text}`, which is not a finite number: {cause}", path.display())]
    NotANumber { path: PathBuf, line: u64, column: String, text: String, cause: String },
    /// Rows each of which lacks something.
    #[error(
        "{}: each of its {rows} rows lacks a value ({problem}); fill them with the means of their columns (--missing \
         mean), choose other --columns, or take --label none",
        path.display()
    )]
    NoWholeRow { path: PathBuf, rows: usize, problem: String },
    /// A file whose rows all begin with the sign of a comment.
    #[error("{}: all {lines} lines that could be rows begin with #; remove that sign if they are no comments", path.display())]
    AllComments { path: PathBuf, lines: usize },
    /// A quote that is not closed takes the rest of the file in.
    #[error("{}: a text in line {line} begins with a quote that is never closed; close or remove it", path.display())]
    OpenQuote { path: PathBuf, line: u64 },
    /// Bytes that are no text.
    #[error("{}: line {line} is not text; save the file as UTF-8", path.display())]
    NotText { path: PathBuf, line: u64 },
    /// No column is left for coordinates.
    #[error("{}: has no column of coordinates beside its labels; add at least one, or choose it with --columns", path.display())]
    NoCoordinates { path: PathBuf },
    /// Rows of another width than the network takes.
    #[error(
        "{}: has {found} columns of values, but the network takes {expected} input{}{hint}; choose the coordinates with \
         --columns and the label with --label",
        path.display(), if *expected == 1 { "" } else { "s" }
    )]
    Width { path: PathBuf, expected: usize, found: usize, hint: String },
    /// An archive without the arrays of a dataset.
    #[error("{}: has no array named x, X, inputs or data (it has {found}); rename the array of points, or choose it with --columns", path.display())]
    NoPoints { path: PathBuf, found: String },
    /// An array whose shape or type does not serve.
    #[error("{}: array `{array}` {problem}", path.display())]
    Array { path: PathBuf, array: String, problem: String },
    /// An array of a type that stands for no numbers.
    #[error("{}: {problem}", path.display())]
    NotNumbers { path: PathBuf, problem: String },
    /// The NumPy file is damaged or refused.
    #[error("{}: {source}", path.display())]
    Numpy { path: PathBuf, source: NumpyError },
    /// More columns than can flow anywhere.
    #[error("{}: has more than {most} columns; give one line for each point", path.display())]
    TooWide { path: PathBuf, most: usize },
    /// A column that was asked for and is not there.
    #[error("{}: has no column `{name}` (it has {found}); give a name or a number from 1", path.display())]
    NoColumn { path: PathBuf, name: String, found: String },
    /// A name that several columns have.
    #[error("{}: several columns are called `{name}`; choose one by its number: {numbers}", path.display())]
    SameNames { path: PathBuf, name: String, numbers: String },
    /// An order of the classes that is not one of the data's.
    #[error("{}: its classes cannot be put in this order: {problem}", path.display())]
    ClassOrder { path: PathBuf, problem: String },
    /// A column with a scaling of its own that is no coordinate.
    #[error(
        "{}: column `{name}` is to be scaled, but is no coordinate; choose it with --columns, or leave its scaling away",
        path.display()
    )]
    ScaledColumn { path: PathBuf, name: String },
    /// A damaged IDX file.
    #[error("{}: is not a whole IDX file: it {problem}; copy or save it again", path.display())]
    Idx { path: PathBuf, problem: String },
    /// The file could not be read, or is compressed and far larger than its size tells.
    #[error(transparent)]
    File(#[from] IoError),
}
