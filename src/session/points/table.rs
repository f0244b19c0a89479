//! The selected points as a table: what the data says, what the network answers, and the values now.

use thiserror::Error;

use super::painting::{answers_values, loss};
use super::table_cell::TableCell;
use crate::dataset::Labels;
use crate::flow::FlowError;
use crate::session::{Colouring, NumberTable, Scene, Selection, Sorting, TableColumn};
use crate::training::Loss;

/// More values than this are not copied at once: the desktop's clipboard holds them as text.
const MAX_VALUES: usize = 2_000_000;

/// Why the table was not written as text.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum TableError {
    /// Too many values for the clipboard.
    #[error("The table has {values} values; select fewer points to copy it (at most {MAX_VALUES} values).")]
    TooLarge { values: usize },
    /// The writer failed.
    #[error("The table could not be written: {0}")]
    Write(String),
}

/// The columns that the points of `scene` have, in their order.
pub fn table_columns(scene: &Scene, loss: Loss) -> Vec<TableColumn> {
    let mut columns = vec![TableColumn::Index];
    columns.extend((scene.dataset.labels != Labels::None).then_some(TableColumn::Label));
    columns.push(TableColumn::Prediction);
    columns.extend(Colouring::Loss(loss).refusal(scene).is_none().then_some(TableColumn::Loss(loss)));
    columns.extend((0..scene.dataset.dimension()).map(TableColumn::Data));
    columns.extend((0..scene.flow.ambient_dimension()).map(TableColumn::Now));
    columns
}

impl TableColumn {
    /// What stands in this column for a sample whose place at the time shown is `now`.
    pub fn cell(self, scene: &Scene, sample: usize, now: &[f32]) -> TableCell {
        let class = |class: usize| match &scene.dataset.labels {
            Labels::Classes { names, .. } => names.get(class).cloned().map_or(TableCell::Whole(class), TableCell::Text),
            Labels::None | Labels::Values(_) => TableCell::Whole(class),
        };
        let found = match self {
            TableColumn::Index => Some(TableCell::Whole(scene.number(sample))),
            TableColumn::Label => match &scene.dataset.labels {
                Labels::None => None,
                Labels::Classes { of_sample, .. } => of_sample.get(sample).map(|index| class(*index)),
                Labels::Values(values) => values.get(sample).copied().map(TableCell::Number),
            },
            TableColumn::Prediction if answers_values(scene) => {
                scene.forward.output.get((0, sample)).copied().map(TableCell::Number)
            }
            TableColumn::Prediction => scene.forward.predictions.get(sample).map(|index| class(*index)),
            TableColumn::Loss(kind) => loss(scene, kind, sample).map(TableCell::Number),
            TableColumn::Data(index) => scene.dataset.points.get((index, sample)).copied().map(TableCell::Number),
            TableColumn::Now(index) => now.get(index).map(|value| TableCell::Number(f64::from(*value))),
        };
        found.unwrap_or(TableCell::Empty)
    }
}

/// The selected samples in the order of the rows at time t; equal ones by their index.
pub fn table_rows(scene: &Scene, selection: &Selection, sorting: Sorting, t: f64) -> Vec<usize> {
    let mut rows: Vec<usize> = selection.samples().iter().copied().filter(|s| *s < scene.dataset.samples()).collect();
    if sorting.column != TableColumn::Index {
        let keys = keys(scene, &rows, sorting.column, t);
        let mut order: Vec<usize> = (0..rows.len()).collect();
        order.sort_by(|a, b| keys[*a].total_cmp(&keys[*b]));
        rows = order.into_iter().map(|index| rows[index]).collect();
    }
    if sorting.descending {
        rows.reverse();
    }
    rows
}

/// A number for each row, by which it is sorted; classes sort by their index.
fn keys(scene: &Scene, rows: &[usize], column: TableColumn, t: f64) -> Vec<f64> {
    if let TableColumn::Now(index) = column {
        let dimension = scene.flow.ambient_dimension();
        let row = nalgebra::DMatrix::from_fn(1, dimension, |_, column| f64::from(u8::from(column == index)));
        let mut positions = Vec::new();
        scene.data.project_some(&scene.flow, t, &row, rows, &mut positions);
        return positions.into_iter().map(|position| f64::from(position[0])).collect();
    }
    let class = |classes: &[usize], sample: usize| classes.get(sample).map_or(f64::NAN, |class| *class as f64);
    let key = |sample: &usize| match (column, &scene.dataset.labels) {
        (TableColumn::Label, Labels::Classes { of_sample, .. }) => class(of_sample, *sample),
        (TableColumn::Prediction, _) if !answers_values(scene) => class(&scene.forward.predictions, *sample),
        _ => match column.cell(scene, *sample, &[]) {
            TableCell::Number(value) => value,
            TableCell::Whole(value) => value as f64,
            TableCell::Text(_) | TableCell::Empty => f64::NAN,
        },
    };
    rows.iter().map(key).collect()
}

/// Whether the rows with all their columns are few enough to be copied.
///
/// # Errors
/// If they are not.
pub fn table_fits(columns: &[TableColumn], rows: &[usize]) -> Result<(), TableError> {
    let values = columns.len() * rows.len();
    if values > MAX_VALUES { Err(TableError::TooLarge { values }) } else { Ok(()) }
}

/// The rows as CSV with a head; `now` is named with the time.
///
/// # Errors
/// If the table has too many values.
pub fn table_csv(scene: &Scene, columns: &[TableColumn], rows: &[usize], t: f64) -> Result<String, TableError> {
    table_fits(columns, rows)?;
    let failed = |error: csv::Error| TableError::Write(error.to_string());
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(columns.iter().map(|column| plain_name(*column, scene, t))).map_err(failed)?;
    for &sample in rows {
        let now = scene.data.position(&scene.flow, t, sample);
        let text = |column: &TableColumn| column.cell(scene, sample, &now).text();
        writer.write_record(columns.iter().map(text)).map_err(failed)?;
    }
    let bytes = writer.into_inner().map_err(|error| TableError::Write(error.to_string()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The name of a column in a file, where no heading stands over it.
fn plain_name(column: TableColumn, scene: &Scene, t: f64) -> String {
    match column {
        TableColumn::Data(index) => {
            scene.dataset.column_name(index).map_or_else(|| format!("x{}", index + 1), str::to_owned)
        }
        TableColumn::Now(index) => format!("x{} at t={t:.4}", index + 1),
        column => column.label(&scene.dataset),
    }
}

/// All columns of these samples at time t, with the precision of the flow.
///
/// # Errors
/// If the points cannot be followed.
pub fn point_table(scene: &Scene, loss: Loss, rows: &[usize], t: f64) -> Result<NumberTable, FlowError> {
    let positions = scene.flow.positions(&scene.dataset.points.select_columns(rows), t)?;
    let mut table = NumberTable::default();
    for column in table_columns(scene, loss) {
        let name = plain_name(column, scene, t);
        let array = match column {
            TableColumn::Data(_) => "data",
            TableColumn::Now(index) => {
                let values = positions.row(index).iter().copied().collect();
                table.add_to("positions", name, values);
                continue;
            }
            _ => &name,
        };
        let cells: Vec<TableCell> = rows.iter().map(|&sample| column.cell(scene, sample, &[])).collect();
        if cells.iter().any(|cell| matches!(cell, TableCell::Text(_))) {
            table.add_texts(&name, cells.into_iter().map(TableCell::text).collect());
        } else {
            let array = array.to_owned();
            table.add_to(&array, name, cells.iter().map(TableCell::number).collect());
        }
    }
    Ok(table)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use nalgebra::DMatrix;

    use super::*;
    use crate::dataset::Dataset;
    use crate::flow::FlowOptions;
    use crate::network::{Activation, Affine, Dense, Layer, Network, OutputFunction};
    use crate::session::Pick;

    /// Three points whose second coordinate is doubled; the network answers with the larger coordinate's class.
    fn scene() -> Scene {
        let weight = DMatrix::from_row_slice(2, 2, &[1.0, 0.0, 0.0, 2.0]);
        let affine = Affine { weight, bias: None };
        let layers = vec![Layer::Dense(Dense { name: String::new(), affine, activation: Activation::Identity })];
        let network = Arc::new(Network::new(String::new(), layers, OutputFunction::Softmax).unwrap());
        let points = DMatrix::from_column_slice(2, 3, &[1.0, 0.25, 0.5, 1.5, -1.0, 0.75]);
        let names = vec!["left, right".to_owned(), "up".to_owned()];
        let labels = Labels::Classes { of_sample: vec![1, 0, 1], names };
        let dataset = Arc::new(Dataset { name: String::new(), points, labels, ..Dataset::default() });
        Scene::build(&network, &dataset, FlowOptions::default(), None, &mut |_, _| true).unwrap()
    }

    fn all() -> Selection {
        let mut selection = Selection::default();
        selection.change(Pick::Only, vec![0, 1, 2]);
        selection
    }

    #[test]
    fn rows_are_sorted_by_any_column_both_ways() {
        let scene = scene();
        let rows = |column, descending| table_rows(&scene, &all(), Sorting { column, descending }, 1.0);
        assert_eq!(rows(TableColumn::Index, true), [2, 1, 0]);
        assert_eq!(rows(TableColumn::Label, false), [1, 0, 2]);
        assert_eq!(rows(TableColumn::Prediction, false), [0, 1, 2]);
        assert_eq!(rows(TableColumn::Data(0), false), [2, 1, 0]);
        assert_eq!(rows(TableColumn::Now(1), false), [0, 2, 1]);
        assert_eq!(rows(TableColumn::Loss(Loss::CrossEntropy), true)[0], 1);
        let sorting = Sorting::default().by(TableColumn::Label);
        assert!(!sorting.descending && sorting.by(TableColumn::Label).descending);
    }

    #[test]
    fn the_copy_quotes_names_and_holds_the_values_now() {
        let scene = scene();
        let text = table_csv(&scene, &table_columns(&scene, Loss::CrossEntropy), &[1, 0], 1.0).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "point,class,prediction,loss,x1,x2,x1 at t=1.0000,x2 at t=1.0000");
        assert!(lines[1].starts_with("2,\"left, right\",up,") && lines[1].ends_with(",0.5,1.5,0.5,3"));
        assert!(lines[2].starts_with("1,up,\"left, right\",") && lines[2].ends_with(",1,0.25,1,0.5"));
        assert_eq!(lines.len(), 3);
    }

    #[test]
    fn samples_that_are_gone_have_no_row() {
        let mut selection = all();
        selection.change(Pick::Add, vec![99]);
        assert_eq!(table_rows(&scene(), &selection, Sorting::default(), 0.0), [0, 1, 2]);
        assert_eq!(TableColumn::Data(7).cell(&scene(), 0, &[]), TableCell::Empty);
    }
}
