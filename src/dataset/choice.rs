//! Which columns of a table are coordinates, which is the label, and how coordinates are scaled.

use std::path::Path;
use std::sync::Arc;

use super::column::{ColumnKind, ColumnOutline};
use super::gaps::{MissingValues, Rows};
use super::labels::Labels;
use super::left_out::listed as listed_gaps;
use super::points::Dataset;
use super::roles::{LabelColumns, Roles};
use super::scaling::Scaling;
use super::table::{Table, TableLabels};
use super::{DatasetError, names, roles};

/// The most columns of a one-hot label that is found without a name.
const MAX_FLAGS: usize = 64;

/// What is taken of a table. The default lets names and kinds of the columns decide.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DataChoice {
    /// The columns that are coordinates, in order, by name or by number from 1; `None` for all but the label.
    pub features: Option<Vec<String>>,
    /// The column that is the label.
    pub label: LabelChoice,
    /// What is done to the coordinates.
    pub scaling: Scaling,
    /// What is done to single coordinates instead, by name or by number from 1.
    pub scaling_of: Vec<(String, Scaling)>,
    /// The classes in the order of the outputs that stand for them, an empty name for an output without one; `None` for
    /// the order that the labels tell.
    pub classes: Option<Vec<String>>,
    /// What is done with coordinates that are missing or infinite.
    pub missing: MissingValues,
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

/// Takes from a table what is chosen; `path` is its file.
pub(super) fn take(
    path: &Path,
    name: String,
    table: &dyn Table,
    expected_inputs: Option<usize>,
    choice: &DataChoice,
) -> Result<Dataset, DatasetError> {
    let Roles { features, label, notes, .. } = roles(path, table, expected_inputs, choice)?;
    if features.is_empty() {
        return Err(DatasetError::NoCoordinates { path: path.into() });
    }
    if let Some(expected) = expected_inputs.filter(|&expected| expected != features.len()) {
        return Err(width_error(path, table, expected, &features, &label, choice));
    }
    let mut notes = [table.notes().to_vec(), notes].concat();
    let TableLabels { labels, missing: mut unlabelled } = labels(table, &label)?;
    if unlabelled.len() == table.rows() && !unlabelled.is_empty() {
        unlabelled.clear();
        notes.push("the column of the label holds none, so the points are not labelled".to_owned());
    }
    notes.extend(labels.doubts(table.rows()));
    let labels = match &choice.classes {
        Some(order) => {
            let (ordered, unused) = labels.in_order(path, order)?;
            notes.extend(unused.into_iter().map(|name| format!("no row is of the class `{name}` of the order given")));
            ordered
        }
        None => labels,
    };
    let mut rows = Rows {
        values: table.numbers(&features)?,
        width: features.len(),
        rows: table.rows(),
        labels,
        unlabelled,
        names: outline_names(table, &features, &label),
    };
    if choice.missing == MissingValues::Mean {
        let filled: Vec<_> = rows.fill().into_iter().filter(|gaps| gaps.coordinate.is_some()).collect();
        if !filled.is_empty() {
            notes.push(format!(
                "the mean of a column takes the place of what is missing in it: {}",
                listed_gaps(&filled)
            ));
        }
    }
    let (points, labels, left_out) = rows.split();
    if let Some(left_out) = &left_out {
        if points.ncols() == 0 {
            return Err(DatasetError::NoWholeRow { path: path.into(), rows: table.rows(), problem: left_out.label() });
        }
        let (out, all) = (left_out.left_out.len(), left_out.rows);
        notes.push(format!("left out {out} of {all} rows: {}", left_out.label()));
    }
    let columns = names(table, &features);
    let (left_out, is_class_order_given) = (left_out.map(Arc::new), choice.classes.is_some());
    let data = Dataset { name, points, labels, columns, notes, left_out, is_class_order_given };
    let scaling = scaling(path, table, &features, choice)?;
    Ok(if scaling.iter().all(|scaling| *scaling == Scaling::None) { data } else { data.scaled_each(&scaling) })
}

/// What is done to each coordinate.
fn scaling(
    path: &Path,
    table: &dyn Table,
    features: &[usize],
    choice: &DataChoice,
) -> Result<Vec<Scaling>, DatasetError> {
    let mut scaling = vec![choice.scaling; features.len()];
    for (name, own) in &choice.scaling_of {
        for column in find(path, table, name)? {
            match features.iter().position(|feature| *feature == column) {
                Some(position) => scaling[position] = *own,
                None => return Err(DatasetError::ScaledColumn { path: path.into(), name: name.clone() }),
            }
        }
    }
    Ok(scaling)
}

/// The number and the name of each coordinate in the file, and those of the label.
fn outline_names(table: &dyn Table, features: &[usize], label: &LabelColumns) -> (Vec<String>, String) {
    let caption =
        |column: &usize| {
            let outline = table.columns().get(*column);
            outline.map_or_else(String::new, |outline| {
                if outline.is_named() { outline.label() } else { outline.number.to_string() }
            })
        };
    let label = match label {
        LabelColumns::One(column) => format!("in column {}", caption(column)),
        LabelColumns::None | LabelColumns::OneHot(_) => String::new(),
    };
    (features.iter().map(caption).collect(), label)
}

/// The part of each column: as chosen, else as names and kinds tell.
pub(super) fn roles(
    path: &Path,
    table: &dyn Table,
    expected_inputs: Option<usize>,
    choice: &DataChoice,
) -> Result<Roles, DatasetError> {
    let mut known = table.known();
    match &choice.label {
        LabelChoice::Automatic => {}
        LabelChoice::None => known.label = Some(LabelColumns::None),
        LabelChoice::Column(column) => known.label = Some(label_of(table, find(path, table, column)?)?),
    }
    if let Some(chosen) = &choice.features {
        let mut features = Vec::new();
        for column in chosen {
            features.extend(find(path, table, column)?);
        }
        let mut notes = Vec::new();
        let label = known.label.unwrap_or_else(|| named_label(table.columns(), &features));
        let label = match text_label(table.columns(), &features) {
            Some(column) if label == LabelColumns::None && choice.label == LabelChoice::Automatic => {
                let name = table.columns()[column].label();
                notes.push(format!(
                    "column {name} is taken as the label, as it is the only one of text; --label says otherwise"
                ));
                LabelColumns::One(column)
            }
            _ => label,
        };
        return Ok(Roles { features, label, notes, ..Roles::default() });
    }
    known.expected = expected_inputs;
    if known.label.is_none() {
        known.one_hot = one_hot(table, known.candidates.as_deref())?;
    }
    Ok(roles::assign(table.columns(), &known))
}

/// The label by its name, where the coordinates are chosen by hand.
fn named_label(columns: &[ColumnOutline], features: &[usize]) -> LabelColumns {
    let rank = |column: &usize| names::label_rank(&columns[*column].name);
    let others = (0..columns.len()).filter(|column| !features.contains(column) && rank(column).is_some());
    others.min_by_key(rank).map_or(LabelColumns::None, LabelColumns::One)
}

/// The only column of text beside coordinates that are chosen by hand, where it may be a label.
fn text_label(columns: &[ColumnOutline], features: &[usize]) -> Option<usize> {
    let is_text = |column: &ColumnOutline| column.kind == ColumnKind::Text && column.is_all_text;
    let mut texts = (0..columns.len())
        .filter(|&column| !features.contains(&column) && is_text(&columns[column]))
        .filter(|&column| columns[column].row_numbers.is_none() && columns[column].distinct != Some(1));
    let only = texts.next()?;
    texts.next().is_none().then_some(only)
}

/// The columns that a name stands for, as a label.
fn label_of(table: &dyn Table, columns: Vec<usize>) -> Result<LabelColumns, DatasetError> {
    Ok(match columns[..] {
        [] => LabelColumns::None,
        [column] => LabelColumns::One(column),
        _ if is_one_hot(table, &columns)? => LabelColumns::OneHot(columns),
        [column, ..] => LabelColumns::One(column),
    })
}

/// The columns at the end of the candidates in which each row has a single 1.
fn one_hot(table: &dyn Table, candidates: Option<&[usize]>) -> Result<Vec<usize>, DatasetError> {
    let columns = table.columns();
    let all: Vec<usize> = (0..columns.len()).filter(|&column| !columns[column].is_empty).collect();
    let candidates = candidates.unwrap_or(&all);
    let flags = candidates.iter().rev().take(MAX_FLAGS).take_while(|column| columns[**column].is_zero_or_one).count();
    let flags = &candidates[candidates.len() - flags..];
    if flags.len() < 2 {
        return Ok(Vec::new());
    }
    // Flags that are no part of the label may come before: what counts is the sum from a column to the end.
    let values = table.numbers(flags)?;
    let mut is_single = vec![true; flags.len()];
    for row in values.chunks_exact(flags.len()) {
        let mut sum = 0.0;
        for (position, value) in row.iter().enumerate().rev() {
            sum += value;
            is_single[position] &= sum == 1.0;
        }
    }
    let first = is_single[..flags.len() - 1].iter().position(|single| *single);
    Ok(first.map_or(Vec::new(), |first| flags[first..].to_vec()))
}

/// Whether each row has a single 1 in these columns, and 0 in the others.
pub(super) fn is_one_hot(table: &dyn Table, columns: &[usize]) -> Result<bool, DatasetError> {
    if columns.len() < 2 || !columns.iter().all(|column| table.columns()[*column].is_zero_or_one) {
        return Ok(false);
    }
    let values = table.numbers(columns)?;
    Ok(values.chunks_exact(columns.len()).all(|row| row.iter().sum::<f64>() == 1.0))
}

pub(super) fn labels(table: &dyn Table, label: &LabelColumns) -> Result<TableLabels, DatasetError> {
    match label {
        LabelColumns::None => Ok(TableLabels { labels: Labels::None, missing: Vec::new() }),
        LabelColumns::One(column) => table.labels(*column),
        LabelColumns::OneHot(columns) => {
            let values = table.numbers(columns)?;
            let class = |row: &[f64]| row.iter().position(|value| *value == 1.0).unwrap_or(0);
            let name = |(class, column): (usize, &usize)| {
                let outline = &table.columns()[*column];
                let is_plain = !outline.is_named() || outline.name.ends_with(']');
                if is_plain { class.to_string() } else { outline.name.clone() }
            };
            let labels = Labels::Classes {
                of_sample: values.chunks_exact(columns.len()).map(class).collect(),
                names: columns.iter().enumerate().map(name).collect(),
            };
            Ok(TableLabels { labels, missing: Vec::new() })
        }
    }
}

/// That the columns are not as many as the network takes, with what became of each.
fn width_error(
    path: &Path,
    table: &dyn Table,
    expected: usize,
    features: &[usize],
    label: &LabelColumns,
    choice: &DataChoice,
) -> DatasetError {
    if choice.features.is_some() {
        return DatasetError::Width { path: path.into(), expected, found: features.len(), hint: String::new() };
    }
    let columns = table.columns();
    let found = table.known().candidates.map_or(columns.len(), |candidates| candidates.len());
    let hint = match label {
        LabelColumns::One(column) => format!("; its label is column {}", columns[*column].label()),
        LabelColumns::OneHot(labels) => format!("; its label is in {} columns", labels.len()),
        LabelColumns::None if choice.label == LabelChoice::None => String::new(),
        LabelColumns::None => "; none of them is known as the label".to_owned(),
    };
    let shape = table.known().shape.map_or(String::new(), |caption| format!(" ({caption})"));
    DatasetError::Width { path: path.into(), expected, found, hint: shape + &hint }
}

/// What the columns of these indices are called; none where all that they have is their numbers.
fn names(table: &dyn Table, columns: &[usize]) -> Vec<String> {
    let outlines = || columns.iter().filter_map(|column| table.columns().get(*column));
    if outlines().any(ColumnOutline::is_named) {
        outlines().map(|outline| outline.name.clone()).collect()
    } else {
        Vec::new()
    }
}

/// The columns of this name: one, or all of an array. A number counts from 1.
fn find(path: &Path, table: &dyn Table, name: &str) -> Result<Vec<usize>, DatasetError> {
    let columns = table.columns();
    let of_name: Vec<usize> = (0..columns.len()).filter(|&column| columns[column].name == name).collect();
    match of_name[..] {
        [] => {}
        [column] => return Ok(vec![column]),
        _ => {
            let numbers: Vec<String> = of_name.iter().map(|column| columns[*column].number.to_string()).collect();
            let numbers = numbers.join(", ");
            return Err(DatasetError::SameNames { path: path.into(), name: name.to_owned(), numbers });
        }
    }
    let group: Vec<usize> = (0..columns.len()).filter(|&column| columns[column].group == name).collect();
    if !group.is_empty() {
        return Ok(group);
    }
    let number = name.parse::<usize>().ok();
    if let Some(column) = columns.iter().position(|column| Some(column.number) == number) {
        return Ok(vec![column]);
    }
    let alike: Vec<usize> =
        (0..columns.len()).filter(|&column| columns[column].name.eq_ignore_ascii_case(name)).collect();
    match alike[..] {
        [column] => Ok(vec![column]),
        _ => Err(DatasetError::NoColumn { path: path.into(), name: name.to_owned(), found: listed(columns.iter()) }),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn open(text: &str, choice: &DataChoice) -> Result<Dataset, DatasetError> {
        let table = crate::dataset::delimited::DelimitedTable::new(Path::new("a.csv"), text.as_bytes().to_vec())?;
        take(Path::new("a.csv"), "a".into(), &table, None, choice)
    }

    #[test]
    fn columns_are_chosen_by_name_and_number() {
        let text = "mass,age,kind,radius\n1,2,a,3\n4,6,b,9\n";
        let features = Some(vec!["radius".to_owned(), "1".to_owned()]);
        let label = LabelChoice::Column("kind".into());
        let data = open(text, &DataChoice { features, label: label.clone(), ..DataChoice::default() }).unwrap();
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
        let without = open(text, &none).unwrap();
        assert_eq!((without.dimension(), &without.labels), (3, &Labels::None));
        assert_eq!(without.notes, ["left out column 3 (kind): it holds no numbers"]);
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
        assert_eq!(with(Scaling::MinMax), [0.0, 0.0, 1.0, 0.0]);
    }

    #[test]
    fn a_column_may_be_scaled_in_its_own_way() {
        let text = "a,b,c,label\n1,10,100,x\n3,30,500,y\n";
        let scaling_of = vec![("b".to_owned(), Scaling::None), ("c".to_owned(), Scaling::Unit)];
        let choice = DataChoice { scaling: Scaling::Standard, scaling_of, ..DataChoice::default() };
        assert_eq!(open(text, &choice).unwrap().points.as_slice(), [-1.0, 10.0, 0.0, 1.0, 30.0, 1.0]);
        let scaling_of = vec![("label".to_owned(), Scaling::Unit)];
        let wrong = open(text, &DataChoice { scaling_of, ..DataChoice::default() }).unwrap_err().to_string();
        assert!(wrong.contains("column `label` is to be scaled, but is no coordinate"), "{wrong}");
    }

    #[test]
    fn classes_stand_in_the_order_that_is_given() {
        let text = "a,label\n1.5,dog\n3.5,cat\n2.5,dog\n,eel\n";
        let order = |names: &str| {
            let classes = Some(names.split(',').map(str::to_owned).collect());
            open(text, &DataChoice { classes, ..DataChoice::default() })
        };
        let data = order("dog,eel,cat,fox").unwrap();
        assert!(data.is_class_order_given && data.notes.iter().any(|note| note.contains("class `fox`")));
        assert!(matches!(&data.labels, Labels::Classes { of_sample, .. } if of_sample[..] == [0, 2, 0]));
        assert!(order("dog,cat").unwrap_err().to_string().contains("class `eel` is not named"));
    }

    #[test]
    fn the_only_column_of_text_is_the_label_of_chosen_coordinates() {
        let text = "id,a,b,kind\n7,1,2,x\n9,3,4,y\n12,3,4,y\n";
        let features = Some(vec!["a".to_owned(), "b".to_owned()]);
        let data = open(text, &DataChoice { features: features.clone(), ..DataChoice::default() }).unwrap();
        assert!(matches!(&data.labels, Labels::Classes { names, .. } if names[..] == ["x", "y"]));
        assert!(data.notes[0].contains("column 4 (kind) is taken as the label"), "{:?}", data.notes);
        let none = DataChoice { features, label: LabelChoice::None, ..DataChoice::default() };
        assert_eq!(open(text, &none).unwrap().labels, Labels::None);
    }
}
