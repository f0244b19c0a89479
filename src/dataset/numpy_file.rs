//! Datasets in NumPy files: an archive with points and labels, or a single array.

use std::path::Path;

use super::DatasetError;
use super::arrays::{ArrayTable, NamedArray};
use super::numpy::{Archive, ElementKind, NumpyError};

/// Names of the points and of the labels that go with them. Archives of training and test rows give the test rows,
/// which the network has not seen.
const NAMES: [(&str, &[&str]); 6] = [
    ("x", &["y", "labels", "label", "targets", "target"]),
    ("inputs", &["labels", "y", "label", "targets", "target"]),
    ("data", &["labels", "y", "label", "targets", "target"]),
    ("x_test", &["y_test"]),
    ("x_train", &["y_train"]),
    ("points", &["labels", "y"]),
];

/// Reads the array of points and its labels; with `everything`, also all other arrays with as many rows.
///
/// `chosen` are arrays or columns chosen by hand; the first takes the place of the points that names tell.
pub(super) fn read(path: &Path, chosen: &[String], everything: bool) -> Result<ArrayTable, DatasetError> {
    let numpy = |source: NumpyError| match source {
        NumpyError::Io(source) => DatasetError::Read { path: path.into(), source },
        source => DatasetError::Numpy { path: path.into(), source },
    };
    let mut archive = Archive::open(path).map_err(numpy)?;
    let names: Vec<String> = archive.arrays().iter().map(|array| array.name.clone()).collect();
    let position = |wanted: &str| names.iter().position(|name| name.eq_ignore_ascii_case(wanted));
    let of_column = |column: &String| position(column.rsplit_once('[').map_or(column.as_str(), |(array, _)| array));
    let by_hand = chosen.iter().find_map(of_column).map(|points| (points, [].as_slice()));
    let by_name = || NAMES.iter().find_map(|(points, labels)| Some((position(points)?, *labels)));
    let alone = || (names.len() == 1).then_some((0, [].as_slice()));
    // To choose from, the largest array is as good a beginning as any.
    let elements = |at: usize| archive.arrays()[at].header.data_bytes;
    let largest = || Some(((0..names.len()).filter(|_| everything).max_by_key(|at| elements(*at))?, [].as_slice()));
    let Some((points, label_names)) = by_hand.or_else(by_name).or_else(alone).or_else(largest) else {
        let found = if names.is_empty() { "none".into() } else { names.join(", ") };
        return Err(DatasetError::NoPoints { path: path.into(), found });
    };
    let label = label_names.iter().find_map(|name| position(name));
    let rows = archive.arrays()[points].header.shape.first().copied();
    let mut arrays = Vec::new();
    for (at, name) in names.iter().enumerate() {
        let header = &archive.arrays()[at].header;
        let is_wanted = at == points || Some(at) == label;
        let may_be_column = everything
            && header.shape.first().copied() == rows
            && !matches!(header.element.kind, ElementKind::Object | ElementKind::Other);
        if !is_wanted && !may_be_column {
            continue;
        }
        match archive.read(at) {
            Some(Ok(array)) => {
                arrays.push(NamedArray { name: name.clone(), shape: array.shape, values: array.values });
            }
            Some(Err(error)) if is_wanted => return Err(numpy(error)),
            // What is not asked for does no harm.
            Some(Err(_)) | None => {}
        }
    }
    ArrayTable::new(path, arrays, &names[points], label.map(|label| names[label].as_str()))
}
