//! Which columns of a table are coordinates, which is the label, and how coordinates are scaled.

use std::path::Path;

use nalgebra::DMatrix;

use super::{Dataset, DatasetError, Labels};

/// What is taken of a table. The default lets names and kinds of the columns decide.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DataChoice {
    /// The columns that are coordinates, in order, by name or by number from 1; `None` for all but the label.
    pub features: Option<Vec<String>>,
    /// The column that is the label.
    pub label: LabelChoice,
    /// What is done to the coordinates.
    pub scaling: Scaling,
}

/// The column that is the label.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum LabelChoice {
    /// As names and kinds of the columns tell.
    #[default]
    Automatic,
    /// None.
    None,
    /// This one, by name or by number from 1.
    Column(String),
}

/// What is done to the coordinates before they flow through a network: what was done in training.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scaling {
    /// Nothing.
    #[default]
    None,
    /// (x − mean) / standard deviation of each column. A constant column is only shifted.
    Standard,
    /// (x − least) / (largest − least) over all columns together, as pixels are scaled to 0…1.
    Unit,
}

impl Scaling {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Scaling; 3] = [Scaling::None, Scaling::Standard, Scaling::Unit];

    /// The name used on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Scaling::None => "none",
            Scaling::Standard => "standard",
            Scaling::Unit => "unit",
        }
    }
}

/// What the values of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// Finite numbers, not all whole.
    Numbers,
    /// Whole numbers.
    Integers,
    /// Text, or numbers some of which are missing or not finite.
    Text,
}

/// A column as a person chooses it.
#[derive(Clone, Debug, PartialEq)]
pub struct ColumnOutline {
    /// Its name; without one, its number.
    pub name: String,
    /// The array that it belongs to; equal to the name where it stands alone.
    pub group: String,
    /// What its values are.
    pub kind: ColumnKind,
    /// The mean of its finite values.
    pub mean: f64,
    /// Their standard deviation (of the population).
    pub deviation: f64,
}

/// Columns of equal length.
pub(super) trait Table {
    /// The columns.
    fn columns(&self) -> &[ColumnOutline];
    /// The number of values in each.
    fn rows(&self) -> usize;
    /// The coordinates and the label that names and kinds tell.
    fn automatic(&self, expected_inputs: Option<usize>) -> Result<(Vec<usize>, Option<usize>), DatasetError>;
    /// The values of these columns, row by row.
    fn numbers(&self, columns: &[usize]) -> Result<Vec<f64>, DatasetError>;
    /// A column as labels.
    fn labels(&self, column: usize) -> Result<Labels, DatasetError>;
}

/// Takes from a table what is chosen; `path` is its file.
pub(super) fn take(
    path: &Path,
    name: String,
    table: &dyn Table,
    expected_inputs: Option<usize>,
    choice: &DataChoice,
) -> Result<Dataset, DatasetError> {
    let find = |column: &String| find(path, table, column);
    // A label chosen by hand leaves all other columns as coordinates, however many a network takes.
    let automatic = match (&choice.label, &choice.features) {
        (LabelChoice::Automatic, None) => Some(table.automatic(expected_inputs)?),
        _ => None,
    };
    let label = match (&choice.label, &automatic) {
        (LabelChoice::Column(column), _) => find(column)?.first().copied(),
        (LabelChoice::None, _) | (_, None) => None,
        (LabelChoice::Automatic, Some((_, label))) => *label,
    };
    let features = match (&choice.features, automatic) {
        (Some(chosen), _) => chosen.iter().map(find).collect::<Result<Vec<_>, _>>()?.concat(),
        (None, Some((features, _))) => features,
        (None, None) => (0..table.columns().len()).filter(|column| Some(*column) != label).collect(),
    };
    if features.is_empty() {
        return Err(DatasetError::NoCoordinates { path: path.into() });
    }
    if let Some(expected) = expected_inputs.filter(|&expected| expected != features.len()) {
        return Err(DatasetError::Width { path: path.into(), expected, found: features.len() });
    }
    let labels = label.map(|column| table.labels(column)).transpose()?.unwrap_or(Labels::None);
    let mut values = table.numbers(&features)?;
    scale(&mut values, features.len(), choice.scaling);
    // A row of samples × width is a column of width × samples: the same values in the same order.
    Ok(Dataset {
        name,
        points: DMatrix::from_vec(features.len(), table.rows(), values),
        labels,
        columns: names(table, &features),
    })
}

/// What the columns of these indices are called; none where all that they have is their numbers.
fn names(table: &dyn Table, columns: &[usize]) -> Vec<String> {
    let names = |column: &usize| table.columns().get(*column).map(|column| column.name.clone());
    let named = columns.iter().any(|column| names(column).is_some_and(|name| name != (column + 1).to_string()));
    if named { columns.iter().filter_map(names).collect() } else { Vec::new() }
}

/// The columns of this name: one, or all of an array. A number counts from 1.
fn find(path: &Path, table: &dyn Table, name: &str) -> Result<Vec<usize>, DatasetError> {
    let columns = table.columns();
    if let Some(column) = columns.iter().position(|column| column.name == name) {
        return Ok(vec![column]);
    }
    let group: Vec<usize> = (0..columns.len()).filter(|&column| columns[column].group == name).collect();
    if !group.is_empty() {
        return Ok(group);
    }
    let number = name.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
    match number.filter(|number| *number < columns.len()) {
        Some(column) => Ok(vec![column]),
        None => Err(DatasetError::NoColumn { path: path.into(), name: name.to_owned(), found: listed(columns.iter()) }),
    }
}

/// The first names of a list of columns.
fn listed<'a>(columns: impl Iterator<Item = &'a ColumnOutline>) -> String {
    let mut names: Vec<&str> = columns.map(|column| column.group.as_str()).take(9).collect();
    names.dedup();
    if names.len() > 8 {
        names[8] = "…";
    }
    names.join(", ")
}

/// Means and standard deviations of columns, from one pass over the rows (Welford's recurrence, which loses no digits
/// where the mean is large).
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Moments {
    count: f64,
    mean: f64,
    squares: f64,
}

impl Moments {
    /// Takes a value in.
    pub fn add(&mut self, value: f64) {
        self.count += 1.0;
        let before = value - self.mean;
        self.mean += before / self.count;
        self.squares += before * (value - self.mean);
    }

    /// The mean and the standard deviation.
    pub fn finish(self) -> (f64, f64) {
        (self.mean, (self.squares / self.count.max(1.0)).sqrt())
    }
}

fn scale(values: &mut [f64], width: usize, scaling: Scaling) {
    match scaling {
        Scaling::None => {}
        Scaling::Standard => {
            for column in 0..width {
                let mut moments = Moments::default();
                values.iter().skip(column).step_by(width).for_each(|value| moments.add(*value));
                let (mean, deviation) = moments.finish();
                let divisor = if deviation > 0.0 { deviation } else { 1.0 };
                values.iter_mut().skip(column).step_by(width).for_each(|value| *value = (*value - mean) / divisor);
            }
        }
        Scaling::Unit => {
            let least = values.iter().copied().fold(f64::INFINITY, f64::min);
            let largest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let range = if largest > least { largest - least } else { 1.0 };
            values.iter_mut().for_each(|value| *value = (*value - least) / range);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(text: &str, choice: &DataChoice) -> Result<Dataset, DatasetError> {
        let table = super::super::csv_file::CsvTable::new(Path::new("a.csv"), text.as_bytes().to_vec(), None)?;
        take(Path::new("a.csv"), "a".into(), &table, None, choice)
    }

    #[test]
    fn columns_are_chosen_by_name_and_number() {
        let text = "mass,age,kind,radius\n1,2,a,3\n4,6,b,9\n";
        let features = Some(vec!["radius".to_owned(), "1".to_owned()]);
        let label = LabelChoice::Column("kind".into());
        let data = open(text, &DataChoice { features, label: label.clone(), scaling: Scaling::None }).unwrap();
        assert_eq!(data.points.as_slice(), [3.0, 1.0, 9.0, 4.0]);
        assert_eq!(data.columns, ["radius", "mass"]);
        assert!(open("1,2\n3,4\n", &DataChoice::default()).unwrap().columns.is_empty());
        assert!(matches!(&data.labels, Labels::Classes { names, .. } if names[..] == ["a", "b"]));
        let rest = open(text, &DataChoice { label, ..DataChoice::default() }).unwrap();
        assert_eq!((rest.dimension(), &rest.columns[..]), (3, &["mass", "age", "radius"].map(str::to_owned)[..]));
        let wrong = DataChoice { features: Some(vec!["5".into()]), ..DataChoice::default() };
        let message = open(text, &wrong).unwrap_err().to_string();
        assert!(message.contains("has no column `5`") && message.contains("mass, age"), "{message}");
        let none = DataChoice { label: LabelChoice::None, ..DataChoice::default() };
        assert!(open(text, &none).unwrap_err().to_string().contains("column 3 (kind) is `a`"));
    }

    #[test]
    fn columns_are_standardised_or_brought_to_one() {
        let text = "1,5\n3,5\n";
        let with = |scaling| {
            let choice = DataChoice { label: LabelChoice::None, scaling, ..DataChoice::default() };
            open(text, &choice).unwrap().points.as_slice().to_vec()
        };
        assert_eq!(with(Scaling::Standard), [-1.0, 0.0, 1.0, 0.0]);
        assert_eq!(with(Scaling::Unit), [0.0, 1.0, 0.5, 1.0]);
    }

    #[test]
    fn moments_keep_their_digits() {
        let mut moments = Moments::default();
        [1e9, 1e9 + 2.0].into_iter().for_each(|value| moments.add(value));
        assert_eq!(moments.finish(), (1e9 + 1.0, 1.0));
    }
}
