//! Datasets in NumPy files: an archive with points and labels, or a single array.

use std::path::Path;

use nalgebra::DMatrix;

use super::numpy::{Archive, Array, NumpyError, Values};
use super::{Dataset, DatasetError, Labels};

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

/// Reads points (rows are samples; further axes of images are flattened) and labels.
pub(super) fn read(path: &Path, name: String, expected_inputs: Option<usize>) -> Result<Dataset, DatasetError> {
    let numpy = |source: NumpyError| match source {
        NumpyError::Io(source) => DatasetError::Read { path: path.into(), source },
        source => DatasetError::Numpy { path: path.into(), source },
    };
    let mut archive = Archive::open(path).map_err(numpy)?;
    let names: Vec<String> = archive.arrays().iter().map(|array| array.name.clone()).collect();
    let position = |wanted: &str| names.iter().position(|name| name.eq_ignore_ascii_case(wanted));
    let (points_at, label_names) = match NAMES.iter().find_map(|(points, labels)| Some((position(points)?, *labels))) {
        Some(found) => found,
        None if names.len() == 1 => (0, [].as_slice()),
        None => return Err(DatasetError::NoPoints { path: path.into(), found: listed(&names) }),
    };
    let labels_at = label_names.iter().find_map(|name| position(name));
    let mut array_at = |at: usize| -> Result<Array, DatasetError> {
        match archive.read(at) {
            Some(array) => array.map_err(numpy),
            None => Err(DatasetError::NoPoints { path: path.into(), found: listed(&names) }),
        }
    };
    let points = Points::new(path, &names[points_at], array_at(points_at)?)?;
    match labels_at {
        Some(at) => {
            let labels = labels(path, &names[at], array_at(at)?, points.samples)?;
            points.dataset(path, name, labels, expected_inputs)
        }
        None => points.with_last_column_as_label(path, name, expected_inputs),
    }
}

fn listed(names: &[String]) -> String {
    if names.is_empty() { "none".into() } else { names.join(", ") }
}

/// Rows of numbers.
struct Points {
    samples: usize,
    width: usize,
    values: Vec<f64>,
}

impl Points {
    fn new(path: &Path, name: &str, array: Array) -> Result<Points, DatasetError> {
        let fault = |problem: String| DatasetError::Array { path: path.into(), array: name.into(), problem };
        let Array { shape, values } = array;
        let Some((&samples, rest)) = shape.split_first() else {
            return Err(fault("is a single value; points need one row for each sample".into()));
        };
        let width = rest.iter().product();
        if samples == 0 || width == 0 {
            return Err(DatasetError::Empty { path: path.into() });
        }
        let values = values.into_floats().ok_or_else(|| fault("holds text; points must be numbers".into()))?;
        if let Some(at) = values.iter().position(|value| !value.is_finite()) {
            let (row, column) = (at / width + 1, at % width + 1);
            let value = values[at];
            return Err(fault(format!("holds {value} at row {row}, column {column}; remove or correct that row")));
        }
        Ok(Points { samples, width, values })
    }

    fn dataset(
        self,
        path: &Path,
        name: String,
        labels: Labels,
        expected_inputs: Option<usize>,
    ) -> Result<Dataset, DatasetError> {
        if let Some(expected) = expected_inputs.filter(|&expected| expected != self.width) {
            return Err(DatasetError::Width { path: path.into(), expected, found: self.width });
        }
        // A row of samples × width is a column of width × samples: the same values in the same order.
        Ok(Dataset { name, points: DMatrix::from_vec(self.width, self.samples, self.values), labels })
    }

    /// The last column is the label where the network takes one input less and all its values are whole.
    fn with_last_column_as_label(
        self,
        path: &Path,
        name: String,
        expected_inputs: Option<usize>,
    ) -> Result<Dataset, DatasetError> {
        let last: Vec<f64> = self.values.chunks_exact(self.width).filter_map(|row| row.last().copied()).collect();
        let fits = expected_inputs.is_some_and(|inputs| inputs + 1 == self.width);
        match Labels::from_floats(last) {
            labels @ Labels::Classes { .. } if fits => {
                let width = self.width - 1;
                let rows = self.values.chunks_exact(self.width).flat_map(|row| row.iter().take(width).copied());
                let values = rows.collect();
                Points { width, values, ..self }.dataset(path, name, labels, expected_inputs)
            }
            _ => self.dataset(path, name, Labels::None, expected_inputs),
        }
    }
}

fn labels(path: &Path, name: &str, array: Array, samples: usize) -> Result<Labels, DatasetError> {
    let fault = |problem: String| DatasetError::Array { path: path.into(), array: name.into(), problem };
    if array.shape.iter().product::<usize>() != samples {
        let shape = array.shape.iter().map(usize::to_string).collect::<Vec<_>>().join("×");
        return Err(fault(format!("has the shape {shape}; labels need one value for each of the {samples} samples")));
    }
    match array.values {
        Values::Integers(values) => Ok(Labels::from_integers(&values)),
        Values::Texts(values) => Ok(Labels::from_texts(&values)),
        Values::Floats(values) => match values.iter().position(|value| !value.is_finite()) {
            Some(at) => Err(fault(format!("holds {} at row {}; remove or correct that row", values[at], at + 1))),
            None => Ok(Labels::from_floats(values)),
        },
    }
}
