//! Data: points with labels or values, read from files or drawn from seeded generators.

mod arrays;
mod choice;
mod delimited;
mod digits;
mod error;
mod generator;
mod idx_file;
mod labels;
mod matching;
mod names;
pub mod numpy;
mod numpy_file;
mod packed;
mod random;
mod roles;
mod sequence;

use std::fs::File;
use std::io::Read;
use std::path::Path;

use nalgebra::DMatrix;

pub use choice::{ColumnKind, ColumnOutline, DataChoice, LabelChoice, Scaling};
pub use error::DatasetError;
pub use generator::{Generator, GeneratorOptions};
pub use matching::{Matched, match_classes};
pub use random::Random;
pub use roles::{LabelColumns, Roles};
pub use sequence::RowNumbers;

use choice::Table;
use delimited::DelimitedTable;
use numpy_file::Wanted;
use roles::Known;

/// Points that flow through a network, as the columns of a matrix.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    /// What the data is called in the window and in results.
    pub name: String,
    /// The points, coordinates × samples.
    pub points: DMatrix<f64>,
    /// What is known of each point beside its coordinates.
    pub labels: Labels,
    /// What the coordinates are called in the file that they come from; empty where nothing says so.
    pub columns: Vec<String>,
    /// What was assumed where the data was read, and what of its file was left out, a sentence each.
    pub notes: Vec<String>,
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
    /// Reads a text file of columns (CSV, TSV, spaces), a NumPy archive, a single NumPy array or an IDX file, packed
    /// with gzip or not; the content tells which. All columns but the label and the numbers of the rows are coordinates.
    ///
    /// `expected_inputs` is the width of the network that the data is for, where one is known: it decides whether a
    /// last column without a name is a label, and data of another width is refused.
    ///
    /// # Errors
    /// If the file cannot be read, is damaged, holds anything but finite numbers, or does not fit.
    pub fn open(path: &Path, expected_inputs: Option<usize>) -> Result<Dataset, DatasetError> {
        Dataset::open_with(path, expected_inputs, &DataChoice::default())
    }

    /// Reads the columns chosen from a file of any kind that `Dataset::open` reads.
    ///
    /// # Errors
    /// As `Dataset::open`, and if a column that is chosen is not there.
    pub fn open_with(
        path: &Path,
        expected_inputs: Option<usize>,
        choice: &DataChoice,
    ) -> Result<Dataset, DatasetError> {
        let automatic = choice.features.is_none() && choice.label == LabelChoice::Automatic;
        let table = open_table(path, expected_inputs, choice, !automatic)?;
        choice::take(path, data_name(path), table.as_ref(), expected_inputs, choice)
    }

    /// Reads the content of a text file that is in memory; `path` names it.
    ///
    /// # Errors
    /// As `open`.
    pub fn from_csv(path: &Path, bytes: &[u8], expected_inputs: Option<usize>) -> Result<Dataset, DatasetError> {
        let table = DelimitedTable::new(path, bytes.to_vec())?;
        choice::take(path, data_name(path), &table, expected_inputs, &DataChoice::default())
    }

    /// Every `step`-th point with its label, the first among them.
    pub fn every(&self, step: usize) -> Dataset {
        let kept: Vec<usize> = (0..self.samples()).step_by(step.max(1)).collect();
        let labels = match &self.labels {
            Labels::None => Labels::None,
            Labels::Classes { of_sample, names } => Labels::Classes {
                of_sample: of_sample.iter().copied().step_by(step.max(1)).collect(),
                names: names.clone(),
            },
            Labels::Values(values) => Labels::Values(values.iter().copied().step_by(step.max(1)).collect()),
        };
        Dataset {
            name: self.name.clone(),
            points: self.points.select_columns(&kept),
            labels,
            columns: self.columns.clone(),
            notes: self.notes.clone(),
        }
    }

    /// The same points, scaled.
    pub fn scaled(&self, scaling: Scaling) -> Dataset {
        let mut points = self.points.clone();
        choice::scale(points.as_mut_slice(), self.dimension(), scaling);
        Dataset { points, ..self.clone() }
    }

    /// The same points without these coordinates, from 0.
    pub fn without_columns(&self, columns: &[usize]) -> Dataset {
        let is_kept = |column: &usize| !columns.contains(column);
        let names = self.columns.iter().enumerate().filter(|(column, _)| is_kept(column));
        Dataset {
            points: self.points.select_rows(&(0..self.dimension()).filter(is_kept).collect::<Vec<_>>()),
            columns: names.map(|(_, name)| name.clone()).collect(),
            ..self.clone()
        }
    }

    /// What the file calls a coordinate, from 0.
    pub fn column_name(&self, index: usize) -> Option<&str> {
        self.columns.get(index).map(String::as_str).filter(|name| !name.is_empty())
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

/// The columns of a file, to choose from.
///
/// # Errors
/// If the file cannot be read or is damaged.
pub fn outline(path: &Path) -> Result<Vec<ColumnOutline>, DatasetError> {
    Ok(open_table(path, None, &DataChoice::default(), true)?.columns().to_vec())
}

/// The part that names, kinds and numbers of the columns tell for each of them.
pub fn propose(columns: &[ColumnOutline], expected_inputs: Option<usize>) -> Roles {
    roles::assign(columns, &Known { expected: expected_inputs, ..Known::default() })
}

/// Opens the table in a file. `everything`: also columns that names do not tell apart.
fn open_table(
    path: &Path,
    expected_inputs: Option<usize>,
    choice: &DataChoice,
    everything: bool,
) -> Result<Box<dyn Table>, DatasetError> {
    let unreadable = |source| DatasetError::Read { path: path.into(), source };
    let mut beginning = Vec::new();
    File::open(path).map_err(unreadable)?.take(6).read_to_end(&mut beginning).map_err(unreadable)?;
    if beginning.starts_with(b"PK") || beginning.starts_with(b"\x93NUMPY") {
        let chosen = choice.features.as_deref().unwrap_or_default();
        let labels = choice.label == LabelChoice::Automatic;
        return Ok(Box::new(numpy_file::read(
            path,
            &Wanted { chosen, everything, labels, expected: expected_inputs },
        )?));
    }
    let content = packed::read(path)?;
    if content.is_empty() {
        return Err(DatasetError::Empty { path: path.into() });
    }
    if idx_file::is_idx(&content) {
        return Ok(Box::new(idx_file::read(path, &content)?));
    }
    Ok(Box::new(DelimitedTable::new(path, content)?))
}

/// The file's name without its ending, and without that of gzip.
fn data_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    let known = [".csv", ".tsv", ".txt", ".npz", ".npy", ".idx"];
    known.iter().find_map(|extension| name.strip_suffix(extension)).unwrap_or(name).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_third_point_keeps_its_label() {
        let points = DMatrix::from_fn(2, 7, |row, column| (10 * row + column) as f64);
        let labels = Labels::Classes { of_sample: vec![0, 1, 2, 3, 4, 5, 6], names: Vec::new() };
        let thinned = Dataset { name: "data".into(), points, labels, columns: Vec::new(), notes: Vec::new() }.every(3);
        assert_eq!(thinned.points, DMatrix::from_column_slice(2, 3, &[0.0, 10.0, 3.0, 13.0, 6.0, 16.0]));
        assert_eq!(thinned.labels, Labels::Classes { of_sample: vec![0, 3, 6], names: Vec::new() });
    }
}
