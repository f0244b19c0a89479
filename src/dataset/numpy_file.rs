//! Datasets in NumPy files: an archive with points and labels, or a single array.

use std::path::Path;

use super::arrays::{ArrayTable, NamedArray};
use super::numpy::{Archive, ElementKind, NumpyError};
use super::{DatasetError, names, numpy_records};

/// Names of the points and of the labels that go with them; any other name of a label will do as well. Archives of
/// training and test rows give the test rows, which the network has not seen.
const NAMES: [(&str, &[&str]); 9] = [
    ("x", &["y"]),
    ("inputs", &["labels", "y"]),
    ("data", &["labels", "y"]),
    ("features", &["labels", "y"]),
    ("x_test", &["y_test"]),
    ("x_train", &["y_train"]),
    ("points", &["labels", "y"]),
    ("samples", &["labels", "y"]),
    // What numpy.savez calls arrays that it gets without names.
    ("arr_0", &["arr_1"]),
];

/// What is asked of a NumPy file.
pub(super) struct Wanted<'a> {
    /// Arrays or columns chosen by hand; the first takes the place of the points that names tell.
    pub chosen: &'a [String],
    /// Whether all arrays with as many rows are wanted.
    pub everything: bool,
    /// Whether the labels are wanted that names tell.
    pub labels: bool,
    /// How many coordinates the points are to have.
    pub expected: Option<usize>,
}

/// Reads the array of points and its labels; with `everything`, also all other arrays with as many rows.
pub(super) fn read(path: &Path, wanted: &Wanted<'_>) -> Result<ArrayTable, DatasetError> {
    let numpy = |source: NumpyError| match source {
        NumpyError::Io(source) => DatasetError::Read { path: path.into(), source },
        source => DatasetError::Numpy { path: path.into(), source },
    };
    let Wanted { chosen, everything, .. } = *wanted;
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
    let by_rank = || (0..names.len()).filter(|at| *at != points).filter(|at| names::label_rank(&names[*at]).is_some());
    let best = || by_rank().min_by_key(|at| names::label_rank(&names[*at]));
    let label = label_names.iter().find_map(|name| position(name)).or_else(best).filter(|_| wanted.labels);
    let mut notes = Vec::new();
    let mut left_out = Vec::new();
    let (mut points_read, record_notes) = numpy_records::read_points(path, &mut archive, points)?;
    notes.extend(record_notes);
    let header = archive.arrays().get(points).map(|array| array.header.clone());
    let length = |at: usize| archive.arrays()[at].header.shape.iter().product::<usize>();
    if let Some([first, second]) = header.as_ref().map(|header| &header.shape[..])
        && let [array] = &mut points_read[..]
    {
        // Samples in columns: the network takes as many values as there are rows, or there is a label for each column.
        let by_width = wanted.expected == Some(*first) && wanted.expected != Some(*second);
        let by_labels = wanted.expected.is_none() && label.is_some_and(|label| length(label) == *second);
        if first == second && wanted.expected == Some(*first) {
            notes.push(format!("the array {} is {first}×{second}: its rows are taken as the samples", array.name));
        }
        let has_labels = label.is_none_or(|label| length(label) == *second || length(label) != *first);
        if first != second && has_labels && (by_width || by_labels) && !is_one_more(wanted.expected, *second) {
            let shape = array.shape_words();
            let name = array.name.clone();
            notes.push(format!(
                "the array {name} is {shape}: its columns are taken as the samples, as if it were {name}.T"
            ));
            if let Some(array) = points_read.pop() {
                points_read.push(array.transposed());
            }
        }
    }
    let rows = points_read.first().and_then(|array| array.shape.first().copied());
    let point_names: Vec<String> = points_read.iter().map(|array| array.name.clone()).collect();
    let mut arrays = points_read;
    let mut label_read = None;
    for (at, name) in names.iter().enumerate().filter(|(at, _)| *at != points) {
        let header = &archive.arrays()[at].header;
        let is_label = Some(at) == label;
        let may_be_column = everything
            && header.shape.first().copied() == rows
            && !matches!(header.element.kind, ElementKind::Object | ElementKind::Other);
        if !is_label && !may_be_column {
            left_out.push(name.as_str());
            continue;
        }
        match archive.read(at) {
            Some(Ok(array)) => {
                label_read = label_read.or(is_label.then_some(at));
                arrays.push(NamedArray { name: name.clone(), shape: array.shape, values: array.values });
            }
            Some(Err(error)) if is_label => {
                let remedy = format!("labels that are text are read if saved as {name}.astype(str)");
                notes.push(format!("left out the labels: {error}; {remedy}"));
            }
            // What is not asked for does no harm.
            Some(Err(_)) | None => {}
        }
    }
    if !everything && !left_out.is_empty() {
        let labels = label_read.map_or(String::new(), |label| format!(" with the labels {}", names[label]));
        notes.push(format!("took the points {}{labels}; left out {}", names[points], listed(&left_out)));
    }
    let mut table = ArrayTable::new(path, arrays, &point_names, label_read.map(|label| names[label].as_str()))?;
    table.notes.splice(0..0, notes);
    Ok(table)
}

/// Whether an array of this width has one column beside the coordinates, which may be the label.
fn is_one_more(expected: Option<usize>, width: usize) -> bool {
    expected.is_some_and(|expected| width == expected + 1)
}

/// The first names of a list.
fn listed(names: &[&str]) -> String {
    let more = if names.len() > 8 { format!(" and {} more", names.len() - 8) } else { String::new() };
    names.iter().take(8).copied().collect::<Vec<_>>().join(", ") + &more
}
