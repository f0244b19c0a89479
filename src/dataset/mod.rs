//! Data: points with labels or values, read from files or drawn from seeded generators.

mod csv_file;
mod digits;
mod error;
mod generator;
mod labels;
pub mod numpy;
mod numpy_file;
mod random;

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use nalgebra::DMatrix;

pub use error::DatasetError;
pub use generator::{Generator, GeneratorOptions};

/// Points that flow through a network, as the columns of a matrix.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    /// What the data is called in the window and in results.
    pub name: String,
    /// The points, coordinates × samples.
    pub points: DMatrix<f64>,
    /// What is known of each point beside its coordinates.
    pub labels: Labels,
}

/// What is known of each point.
#[derive(Clone, Debug, PartialEq)]
pub enum Labels {
    /// Nothing.
    None,
    /// A class: an index into `names` for each sample.
    Classes {
        /// The class of each sample.
        of_sample: Vec<usize>,
        /// The classes' names, in the order of their indices.
        names: Vec<String>,
    },
    /// A number, as for regression.
    Values(Vec<f64>),
}

impl Dataset {
    /// Reads a CSV file, a NumPy archive or a single NumPy array; the content tells which.
    ///
    /// `expected_inputs` is the width of the network that the data is for, where one is known: it decides whether a
    /// last column without a name is a label, and data of another width is refused.
    ///
    /// # Errors
    /// If the file cannot be read, is damaged, holds anything but finite numbers, or does not fit.
    pub fn open(path: &Path, expected_inputs: Option<usize>) -> Result<Dataset, DatasetError> {
        let unreadable = |source| DatasetError::Read { path: path.into(), source };
        let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let mut beginning = Vec::new();
        let file = File::open(path).map_err(unreadable)?;
        (&file).take(6).read_to_end(&mut beginning).map_err(unreadable)?;
        if beginning.is_empty() {
            return Err(DatasetError::Empty { path: path.into() });
        }
        if beginning.starts_with(b"PK") || beginning.starts_with(b"\x93NUMPY") {
            return numpy_file::read(path, name, expected_inputs);
        }
        // Control characters other than white space do not occur in text.
        if beginning.iter().any(|&byte| byte < b' ' && !byte.is_ascii_whitespace()) {
            return Err(DatasetError::Unknown { path: path.into() });
        }
        let rest = BufReader::new(file);
        csv_file::read(path, beginning.as_slice().chain(rest), name, expected_inputs)
    }

    /// Reads the content of a CSV file that is in memory; `path` names it.
    ///
    /// # Errors
    /// As `open`.
    pub fn from_csv(path: &Path, bytes: &[u8], expected_inputs: Option<usize>) -> Result<Dataset, DatasetError> {
        let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        csv_file::read(path, bytes, name, expected_inputs)
    }

    /// The number of points.
    pub fn samples(&self) -> usize {
        self.points.ncols()
    }

    /// The number of coordinates of a point.
    pub fn dimension(&self) -> usize {
        self.points.nrows()
    }
}
