//! Arrays with equally many rows as one table: each array of rows is a group of columns.

use std::path::Path;

use super::column::{ColumnKind, ColumnOutline};
use super::labels::Labels;
use super::moments::Moments;
use super::roles::{Known, LabelColumns};
use super::sequence::{RowNumbers, Sequence, all_differ};
use super::table::{MAX_COLUMNS, Table, TableLabels};
use super::{DatasetError, names};
use crate::io::numpy::Values;

/// How many values of a column are shown where it is chosen.
const PREVIEWED: usize = 3;
/// How many values of a column are compared with each other.
const MAX_COMPARED: usize = 1 << 20;

/// An array and its name.
pub(super) struct NamedArray {
    pub name: String,
    /// The length of each axis; the first counts samples, the others are flattened.
    pub shape: Vec<usize>,
    pub values: Values,
}

impl NamedArray {
    fn elements(&self) -> usize {
        self.shape.iter().product()
    }

    /// The lengths of the axes in words.
    pub fn shape_text(&self) -> String {
        self.shape.iter().map(usize::to_string).collect::<Vec<_>>().join("×")
    }

    /// The same matrix with its axes exchanged.
    pub fn transposed(self) -> NamedArray {
        let [rows, columns] = self.shape[..] else { return self };
        let positions = || (0..columns).flat_map(move |column| (0..rows).map(move |row| row * columns + column));
        let values = match &self.values {
            Values::Floats(values) => Values::Floats(positions().map(|at| values[at]).collect()),
            Values::Integers(values) => Values::Integers(positions().map(|at| values[at]).collect()),
            Values::Texts(values) => Values::Texts(positions().map(|at| values[at].clone()).collect()),
        };
        NamedArray { name: self.name, shape: vec![columns, rows], values }
    }
}

/// Arrays whose first axis is the same.
pub(super) struct ArrayTable {
    path: std::path::PathBuf,
    rows: usize,
    arrays: Vec<(NamedArray, usize)>,
    columns: Vec<ColumnOutline>,
    /// For each column its array and its place in the array's rows.
    positions: Vec<(usize, usize)>,
    known: Known,
    /// What was assumed, and what is left out.
    pub notes: Vec<String>,
}

impl ArrayTable {
    /// The table of all arrays that have as many rows as those named `points`.
    pub fn new(
        path: &Path,
        arrays: Vec<NamedArray>,
        points: &[String],
        label: Option<&str>,
    ) -> Result<ArrayTable, DatasetError> {
        let fault = |array: &str, problem: &str| DatasetError::Array {
            path: path.into(),
            array: array.into(),
            problem: problem.into(),
        };
        let is_points = |array: &NamedArray| points.contains(&array.name);
        let Some(main) = arrays.iter().find(|array| is_points(array)) else {
            return Err(DatasetError::Empty { path: path.into() });
        };
        let Some((&rows, rest)) = main.shape.split_first() else {
            return Err(fault(&main.name, "is a single value; points need one row for each sample"));
        };
        let width: usize = rest.iter().product();
        if rows == 0 || width == 0 {
            return Err(DatasetError::Empty { path: path.into() });
        }
        if points.len() == 1 && matches!(main.values, Values::Texts(_)) {
            return Err(fault(&main.name, "holds text; points must be numbers"));
        }
        if let Some(label) = arrays.iter().find(|array| Some(array.name.as_str()) == label)
            && (label.elements() != rows && label.shape.first() != Some(&rows))
        {
            let shape = label.shape_text();
            let problem = format!(
                "has the shape {shape}; labels need one value for each of the {rows} samples, or take --label none"
            );
            return Err(fault(&label.name, &problem));
        }
        let shape = (main.shape.len() > 1).then(|| format!("the array {} is {}", main.name, main.shape_text()));
        let mut table = ArrayTable {
            path: path.into(),
            rows,
            arrays: Vec::new(),
            columns: Vec::new(),
            positions: Vec::new(),
            known: Known { candidates: Some(Vec::new()), shape, ..Known::default() },
            notes: Vec::new(),
        };
        for array in arrays {
            let is_label = Some(array.name.as_str()) == label;
            table.add(array, points, is_label)?;
        }
        Ok(table)
    }

    fn add(&mut self, array: NamedArray, points: &[String], is_label: bool) -> Result<(), DatasetError> {
        let elements = array.elements();
        let fits = array.shape.first() == Some(&self.rows) || is_label;
        if !fits || elements == 0 || !elements.is_multiple_of(self.rows) {
            return Ok(());
        }
        let width = elements / self.rows;
        if self.columns.len() + width > MAX_COLUMNS {
            return Err(DatasetError::TooWide { path: self.path.clone(), most: MAX_COLUMNS });
        }
        let first = self.columns.len();
        let columns: Vec<usize> = (first..first + width).collect();
        if points.contains(&array.name) {
            self.known.candidates.get_or_insert_default().extend(&columns);
        }
        let mut outlines = outlines(&array, width);
        for (outline, column) in outlines.iter_mut().zip(&columns) {
            outline.number = column + 1;
        }
        if is_label {
            self.known.label = Some(match columns[..] {
                [column] => LabelColumns::One(column),
                _ if is_one_hot(&array.values, width) => LabelColumns::OneHot(columns),
                _ => {
                    let (name, shape) = (&array.name, array.shape_text());
                    self.notes
                        .push(format!("left out the labels {name} of shape {shape}: they are not one value a row"));
                    LabelColumns::None
                }
            });
        }
        let index = self.arrays.len();
        self.columns.extend(outlines);
        self.positions.extend((0..width).map(|position| (index, position)));
        self.arrays.push((array, width));
        Ok(())
    }
}

/// Whether each row of so many values has a single 1 and else 0.
fn is_one_hot(values: &Values, width: usize) -> bool {
    let is_single = |ones: usize, others: usize| ones == 1 && others == 0;
    match values {
        Values::Floats(values) => values.chunks_exact(width).all(|row| {
            let ones = row.iter().filter(|value| **value == 1.0).count();
            is_single(ones, row.iter().filter(|value| **value != 1.0 && **value != 0.0).count())
        }),
        Values::Integers(values) => values.chunks_exact(width).all(|row| {
            let ones = row.iter().filter(|value| **value == 1).count();
            is_single(ones, row.iter().filter(|value| !(0..=1).contains(*value)).count())
        }),
        Values::Texts(_) => false,
    }
}

fn outlines(array: &NamedArray, width: usize) -> Vec<ColumnOutline> {
    let outline = |position: usize| {
        let name = if width == 1 { array.name.clone() } else { format!("{}[{position}]", array.name) };
        let kind = match array.values {
            Values::Texts(_) => ColumnKind::Text,
            Values::Floats(_) | Values::Integers(_) => ColumnKind::Integers,
        };
        ColumnOutline {
            group: array.name.clone(),
            is_all_text: kind == ColumnKind::Text,
            is_zero_or_one: kind != ColumnKind::Text,
            ..ColumnOutline::new(&name, kind)
        }
    };
    let mut outlines: Vec<ColumnOutline> = (0..width).map(outline).collect();
    let mut moments = vec![Moments::default(); width];
    let mut sequences = vec![Sequence::default(); width];
    let mut ends = [Vec::new(), Vec::new()];
    let mut add = |at: usize, value: f64| {
        let position = at % width;
        let outline = &mut outlines[position];
        outline.is_zero_or_one &= value == 0.0 || value == 1.0;
        // What is missing among whole numbers is NaN.
        if value.is_finite() && value.fract() != 0.0 {
            outline.kind = ColumnKind::Numbers;
        }
        if outline.preview.len() < PREVIEWED {
            outline.preview.push(format!("{value}"));
        }
        if value.is_finite() {
            moments[position].add(value);
        } else {
            outline.missing += 1;
        }
        sequences[position].add(value);
        for (end, values) in [0, width - 1].into_iter().zip(&mut ends) {
            if end == position && values.len() < MAX_COMPARED {
                values.push(value);
            }
        }
    };
    let rows = match &array.values {
        Values::Floats(values) => values.len(),
        Values::Integers(values) => values.len(),
        Values::Texts(values) => values.len(),
    } / width.max(1);
    match &array.values {
        Values::Floats(values) => values.iter().enumerate().for_each(|(at, value)| add(at, *value)),
        Values::Integers(values) => values.iter().enumerate().for_each(|(at, value)| add(at, *value as f64)),
        Values::Texts(values) => {
            for (at, text) in values.iter().enumerate().take(PREVIEWED * width) {
                outlines[at % width].preview.push(text.clone());
            }
        }
    }
    for (outline, (moments, sequence)) in outlines.iter_mut().zip(moments.into_iter().zip(sequences)) {
        (outline.mean, outline.deviation) = moments.finish();
        outline.is_constant = outline.kind != ColumnKind::Text && rows > 1 && outline.deviation == 0.0;
        let is_named = outline.name == outline.group && names::is_of_rows(&outline.name);
        outline.row_numbers = (outline.kind != ColumnKind::Text).then(|| sequence.finish(is_named)).flatten();
    }
    for (end, values) in [0, width - 1].into_iter().zip(ends).filter(|(_, values)| !values.is_empty()) {
        let is_named = outlines[end].name == outlines[end].group && names::is_of_rows(&outlines[end].name);
        let is_whole = outlines[end].kind == ColumnKind::Integers;
        if is_named && is_whole && outlines[end].row_numbers.is_none() && all_differ(values.clone()) {
            outlines[end].row_numbers = Some(RowNumbers::Identifier);
        }
        let distinct: std::collections::BTreeSet<u64> = values.iter().map(|value| value.to_bits()).collect();
        outlines[end].distinct = Some(distinct.len());
    }
    outlines
}

impl Table for ArrayTable {
    fn columns(&self) -> &[ColumnOutline] {
        &self.columns
    }

    fn rows(&self) -> usize {
        self.rows
    }

    fn notes(&self) -> &[String] {
        &self.notes
    }

    /// All columns of the array of points, and the array of labels.
    fn known(&self) -> Known {
        self.known.clone()
    }

    fn numbers(&self, columns: &[usize]) -> Result<Vec<f64>, DatasetError> {
        let mut numbers = Vec::with_capacity(self.rows * columns.len());
        for row in 0..self.rows {
            for &column in columns {
                let (array, position) = self.positions[column];
                let (NamedArray { name, values, .. }, width) = &self.arrays[array];
                let at = row * width + position;
                match values {
                    Values::Floats(values) => numbers.push(values[at]),
                    Values::Integers(values) => numbers.push(values[at] as f64),
                    Values::Texts(_) => {
                        let problem = "holds text; points must be numbers".to_owned();
                        return Err(DatasetError::Array { path: self.path.clone(), array: name.clone(), problem });
                    }
                }
            }
        }
        Ok(numbers)
    }

    fn labels(&self, column: usize) -> Result<TableLabels, DatasetError> {
        let (array, position) = self.positions[column];
        let (NamedArray { values, .. }, width) = &self.arrays[array];
        let positions = (0..self.rows).map(|row| row * width + position);
        Ok(match values {
            Values::Integers(values) => {
                let labels = Labels::from_integers(&positions.map(|at| values[at]).collect::<Vec<_>>());
                TableLabels { labels, missing: Vec::new() }
            }
            Values::Texts(values) => {
                let mut labels = TableLabels::collector(Labels::is_missing);
                positions.for_each(|at| labels.add(values[at].as_str()));
                labels.finish()
            }
            Values::Floats(values) => TableLabels::from_floats(positions.map(|at| values[at]).collect()),
        })
    }
}
