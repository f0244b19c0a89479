//! Opening a file of data: its content tells its kind.

use std::path::Path;

use super::choice::{DataChoice, LabelChoice};
use super::column::ColumnOutline;
use super::delimited::DelimitedTable;
use super::error::DatasetError;
use super::numpy_file::Wanted;
use super::points::Dataset;
use super::registry::data_name;
use super::roles::{Known, Roles};
use super::table::Table;
use super::{choice, registry, roles};

impl Dataset {
    /// Reads a text file of columns (CSV, TSV, spaces), a NumPy archive, a single NumPy array or an IDX file, packed
    /// with gzip or not, or a folder of pictures; the content tells which. All columns but the label and the numbers of the rows are coordinates.
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
    let chosen = choice.features.as_deref().unwrap_or_default();
    let labels = choice.label == LabelChoice::Automatic;
    registry::open(path, &Wanted { chosen, everything, labels, expected: expected_inputs })
}
