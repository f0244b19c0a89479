//! Arrays with equally many rows as one table: each array of rows is a group of columns.

use std::path::Path;

use super::choice::{ColumnKind, ColumnOutline, Moments, Table};
use super::numpy::Values;
use super::{DatasetError, Labels};

/// The most columns of a table; more cannot flow anywhere.
pub(super) const MOST_COLUMNS: usize = 1 << 16;

/// An array and its name.
pub(super) struct NamedArray {
    pub name: String,
    /// The length of each axis; the first counts samples, the others are flattened.
    pub shape: Vec<usize>,
    pub values: Values,
}

/// Arrays whose first axis is the same.
pub(super) struct ArrayTable {
    path: std::path::PathBuf,
    rows: usize,
    arrays: Vec<(NamedArray, usize)>,
    columns: Vec<ColumnOutline>,
    /// For each column its array and its place in the array's rows.
    places: Vec<(usize, usize)>,
    points: usize,
    label: Option<usize>,
}

impl ArrayTable {
    /// The table of all arrays that have as many rows as the one named `points`.
    pub fn new(
        path: &Path,
        arrays: Vec<NamedArray>,
        points: &str,
        label: Option<&str>,
    ) -> Result<ArrayTable, DatasetError> {
        let fault = |array: &str, problem: &str| DatasetError::Array {
            path: path.into(),
            array: array.into(),
            problem: problem.into(),
        };
        let Some(main) = arrays.iter().find(|array| array.name == points) else {
            return Err(DatasetError::Empty { path: path.into() });
        };
        let Some((&rows, rest)) = main.shape.split_first() else {
            return Err(fault(points, "is a single value; points need one row for each sample"));
        };
        let width: usize = rest.iter().product();
        if rows == 0 || width == 0 {
            return Err(DatasetError::Empty { path: path.into() });
        }
        if matches!(main.values, Values::Texts(_)) {
            return Err(fault(points, "holds text; points must be numbers"));
        }
        if let Some(label) = arrays.iter().find(|array| Some(array.name.as_str()) == label)
            && label.shape.iter().product::<usize>() != rows
        {
            let shape = label.shape.iter().map(usize::to_string).collect::<Vec<_>>().join("×");
            let problem = format!("has the shape {shape}; labels need one value for each of the {rows} samples");
            return Err(fault(&label.name, &problem));
        }
        let mut table = ArrayTable {
            path: path.into(),
            rows,
            arrays: Vec::new(),
            columns: Vec::new(),
            places: Vec::new(),
            points: 0,
            label: None,
        };
        for array in arrays {
            let is_points = array.name == points;
            let is_label = Some(array.name.as_str()) == label;
            table.add(array, is_points, is_label)?;
        }
        Ok(table)
    }

    fn add(&mut self, array: NamedArray, is_points: bool, is_label: bool) -> Result<(), DatasetError> {
        let elements: usize = array.shape.iter().product();
        let fits = array.shape.first() == Some(&self.rows) || is_label;
        if !fits || elements == 0 || !elements.is_multiple_of(self.rows) {
            return Ok(());
        }
        let width = elements / self.rows;
        if self.columns.len() + width > MOST_COLUMNS {
            return Err(DatasetError::TooWide { path: self.path.clone(), most: MOST_COLUMNS });
        }
        let index = self.arrays.len();
        if is_points {
            self.points = index;
        }
        if is_label {
            self.label = Some(self.columns.len());
        }
        let outlines = outlines(&array, width);
        self.columns.extend(outlines);
        self.places.extend((0..width).map(|place| (index, place)));
        self.arrays.push((array, width));
        Ok(())
    }

    fn not_finite(&self, array: usize, row: usize, column: usize, value: f64) -> DatasetError {
        let problem = format!("holds {value} at row {}, column {}; remove or correct that row", row + 1, column + 1);
        DatasetError::Array { path: self.path.clone(), array: self.arrays[array].0.name.clone(), problem }
    }
}

fn outlines(array: &NamedArray, width: usize) -> Vec<ColumnOutline> {
    let mut moments = vec![Moments::default(); width];
    match &array.values {
        Values::Floats(values) => {
            let finite = values.iter().enumerate().filter(|(_, value)| value.is_finite());
            finite.for_each(|(at, value)| moments[at % width].add(*value));
        }
        Values::Integers(values) => {
            values.iter().enumerate().for_each(|(at, value)| moments[at % width].add(*value as f64));
        }
        Values::Texts(_) => {}
    }
    let kind = match array.values {
        Values::Floats(_) => ColumnKind::Numbers,
        Values::Integers(_) => ColumnKind::Integers,
        Values::Texts(_) => ColumnKind::Text,
    };
    let outline = |(place, moments): (usize, Moments)| {
        let (mean, deviation) = moments.finish();
        let name = if width == 1 { array.name.clone() } else { format!("{}[{place}]", array.name) };
        ColumnOutline { name, group: array.name.clone(), kind, mean, deviation }
    };
    moments.into_iter().enumerate().map(outline).collect()
}

impl Table for ArrayTable {
    fn columns(&self) -> &[ColumnOutline] {
        &self.columns
    }

    fn rows(&self) -> usize {
        self.rows
    }

    /// All columns of the array of points. Without an array of labels, the last column is the label where the network
    /// takes one input less and all its values are whole.
    fn automatic(&self, expected_inputs: Option<usize>) -> Result<(Vec<usize>, Option<usize>), DatasetError> {
        let mut features: Vec<usize> =
            (0..self.columns.len()).filter(|column| self.places[*column].0 == self.points).collect();
        let one_less = expected_inputs.is_some_and(|inputs| inputs + 1 == features.len());
        let label = match (self.label, features.last()) {
            (None, Some(last)) if one_less && matches!(self.labels(*last), Ok(Labels::Classes { .. })) => {
                features.pop()
            }
            (label, _) => label,
        };
        Ok((features, label))
    }

    fn numbers(&self, columns: &[usize]) -> Result<Vec<f64>, DatasetError> {
        let mut numbers = Vec::with_capacity(self.rows * columns.len());
        for row in 0..self.rows {
            for &column in columns {
                let (array, place) = self.places[column];
                let (NamedArray { name, values, .. }, width) = &self.arrays[array];
                let at = row * width + place;
                match values {
                    Values::Floats(values) if !values[at].is_finite() => {
                        return Err(self.not_finite(array, row, place, values[at]));
                    }
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

    fn labels(&self, column: usize) -> Result<Labels, DatasetError> {
        let (array, place) = self.places[column];
        let (NamedArray { values, .. }, width) = &self.arrays[array];
        let places = (0..self.rows).map(|row| row * width + place);
        Ok(match values {
            Values::Integers(values) => Labels::from_integers(&places.map(|at| values[at]).collect::<Vec<_>>()),
            Values::Texts(values) => Labels::from_texts(places.map(|at| values[at].as_str())),
            Values::Floats(values) => {
                let column: Vec<f64> = places.map(|at| values[at]).collect();
                if let Some(row) = column.iter().position(|value| !value.is_finite()) {
                    return Err(self.not_finite(array, row, place, column[row]));
                }
                Labels::from_floats(column)
            }
        })
    }
}
