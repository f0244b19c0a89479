//! Datasets in NumPy files: an archive with points and labels, or a single array.

use std::path::Path;

use super::arrays::{ArrayTable, NamedArray};
use super::{DatasetError, names};
use crate::io::numpy::{Archive, ElementKind, NumpyError, Values};

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

/// Whether a file that begins so is an array or an archive of arrays.
pub(super) fn is_numpy(beginning: &[u8]) -> bool {
    beginning.starts_with(b"PK") || beginning.starts_with(b"\x93NUMPY")
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
    // The fields of an array of records stand for it together.
    let groups: Vec<String> =
        archive.arrays().iter().map(|array| array.records.clone().unwrap_or_else(|| array.name.clone())).collect();
    let is_named =
        |at: usize, wanted: &str| names[at].eq_ignore_ascii_case(wanted) || groups[at].eq_ignore_ascii_case(wanted);
    let position = |wanted: &str| (0..names.len()).find(|at| is_named(*at, wanted));
    let of_column = |column: &String| position(column.rsplit_once('[').map_or(column.as_str(), |(array, _)| array));
    let by_hand = chosen.iter().find_map(of_column).map(|points| (points, [].as_slice()));
    let by_name = || NAMES.iter().find_map(|(points, labels)| Some((position(points)?, *labels)));
    let alone = || (!groups.is_empty() && groups.iter().all(|group| *group == groups[0])).then_some((0, [].as_slice()));
    // To choose from, the largest array is as good a beginning as any.
    let elements = |at: usize| archive.arrays()[at].header.data_bytes;
    let largest = || Some(((0..names.len()).filter(|_| everything).max_by_key(|at| elements(*at))?, [].as_slice()));
    let Some((points, label_names)) = by_hand.or_else(by_name).or_else(alone).or_else(largest) else {
        let found = if names.is_empty() { "none".into() } else { names.join(", ") };
        return Err(DatasetError::NoPoints { path: path.into(), found });
    };
    let is_points = |at: usize| groups[at] == groups[points];
    let by_rank = || (0..names.len()).filter(|at| !is_points(*at) && names::label_rank(&names[*at]).is_some());
    let best = || by_rank().min_by_key(|at| names::label_rank(&names[*at]));
    let label = label_names.iter().find_map(|name| position(name)).or_else(best).filter(|_| wanted.labels);
    let rows = archive.arrays()[points].header.shape.first().copied();
    let (mut notes, mut left_out) = (Vec::new(), Vec::new());
    let (mut arrays, mut others) = (Vec::new(), Vec::new());
    let mut label_read = None;
    for (at, name) in names.iter().enumerate() {
        let info = &archive.arrays()[at];
        let is_field = info.records.is_some();
        let is_label = Some(at) == label;
        let may_be_column = everything && info.header.shape.first().copied() == rows;
        if !is_points(at) && !is_label && !may_be_column {
            left_out.push(name.as_str());
            continue;
        }
        let array = match archive.read(at) {
            Some(Ok(array)) => array,
            Some(Err(error)) if is_points(at) && is_field => {
                notes.push(format!("left out the field {name}: {}", refusal(&archive, at, &error)));
                continue;
            }
            Some(Err(error)) if is_points(at) => {
                let text = refusal(&archive, at, &error);
                return Err(match error {
                    NumpyError::Element { .. } => DatasetError::NotNumbers { path: path.into(), problem: text },
                    error => numpy(error),
                });
            }
            Some(Err(error)) if is_label => {
                let text = refusal(&archive, at, &error);
                notes.push(format!("left out the labels: {text}; labels that are text are read as {name}.astype(str)"));
                continue;
            }
            // What is not asked for does no harm.
            Some(Err(_)) | None => continue,
        };
        label_read = label_read.or(is_label.then_some(at));
        // A field goes by its own name.
        let own = name.strip_prefix(&format!("{}.", groups[at])).filter(|_| is_field && is_points(at)).unwrap_or(name);
        let array = NamedArray { name: own.to_owned(), shape: array.shape, values: array.values };
        if is_points(at) { arrays.push(array) } else { others.push(array) }
    }
    let labels_length = label.map(|label| archive.arrays()[label].header.shape.iter().product());
    if let [array] = &mut arrays[..]
        && let Some(note) = samples_in_columns(array, wanted.expected, labels_length)
    {
        notes.push(note);
    }
    if !everything && !left_out.is_empty() {
        let labels = label_read.map_or(String::new(), |label| format!(" with the labels {}", names[label]));
        notes.push(format!("took the points {}{labels}; left out {}", groups[points], listed(&left_out)));
    }
    let point_names: Vec<String> = arrays.iter().map(|array| array.name.clone()).collect();
    arrays.append(&mut others);
    let mut table = ArrayTable::new(path, arrays, &point_names, label_read.map(|label| names[label].as_str()))?;
    table.notes.splice(0..0, notes);
    Ok(table)
}

/// Exchanges the axes of a matrix whose columns are the samples: where the network takes as many values as it has rows,
/// or where there is a label for each column. The answer says so, and also where both axes fit.
fn samples_in_columns(array: &mut NamedArray, expected: Option<usize>, labels: Option<usize>) -> Option<String> {
    let [first, second] = array.shape[..] else { return None };
    let (name, shape) = (array.name.clone(), array.shape_text());
    if first == second {
        let fits = expected == Some(first);
        return fits.then(|| format!("the array {name} is {shape}: its rows are taken as the samples"));
    }
    let has_labels = labels.is_none_or(|labels| labels == second || labels != first);
    let by_width = expected == Some(first) && expected != Some(second);
    let by_labels = expected.is_none() && labels == Some(second);
    let has_label_column = expected.is_some_and(|expected| second == expected + 1);
    if !has_labels || has_label_column || !(by_width || by_labels) {
        return None;
    }
    let rows = std::mem::replace(
        array,
        NamedArray { name: String::new(), shape: Vec::new(), values: Values::Floats(Vec::new()) },
    );
    *array = rows.transposed();
    Some(format!("the array {name} is {shape}: its columns are taken as the samples, as if it were {name}.T"))
}

/// Why an array is not read, with what helps where its type is known.
fn refusal<R: std::io::Read + std::io::Seek>(archive: &Archive<R>, at: usize, error: &NumpyError) -> String {
    let (name, kind) = match archive.arrays().get(at) {
        Some(info) => (info.name.as_str(), info.header.element.kind),
        None => return error.to_string(),
    };
    match kind {
        ElementKind::Datetime => {
            format!(
                "array `{name}` holds dates (datetime64); save them as numbers, such as {name}.astype('datetime64[s]').astype(float)"
            )
        }
        ElementKind::Timedelta => {
            format!(
                "array `{name}` holds lengths of time (timedelta64); save them as numbers, such as {name} / numpy.timedelta64(1, 's')"
            )
        }
        _ => error.to_string(),
    }
}

/// The first names of a list.
fn listed(names: &[&str]) -> String {
    let more = if names.len() > 8 { format!(" and {} more", names.len() - 8) } else { String::new() };
    names.iter().take(8).copied().collect::<Vec<_>>().join(", ") + &more
}
