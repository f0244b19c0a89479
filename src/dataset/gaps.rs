//! Rows that hold no finite number where one is needed: they do not flow, and what they lack is counted.

use nalgebra::DMatrix;

use super::labels::Labels;
use super::left_out::{ColumnGaps, LeftOut};
use super::moments::Moments;

/// What is done with values that are missing or infinite.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MissingValues {
    /// Their rows are left out of what flows.
    #[default]
    LeaveOut,
    /// The mean of the column's finite values takes their place.
    Mean,
}

impl MissingValues {
    /// All of them, in the order in which they are offered.
    pub const ALL: [MissingValues; 2] = [MissingValues::LeaveOut, MissingValues::Mean];

    /// The name used on the command line.
    pub fn name(self) -> &'static str {
        match self {
            MissingValues::LeaveOut => "leave-out",
            MissingValues::Mean => "mean",
        }
    }
}

/// All rows of a table, with what some of them lack.
pub(super) struct Rows {
    /// The coordinates, row by row.
    pub values: Vec<f64>,
    /// The number of coordinates.
    pub width: usize,
    /// The number of rows.
    pub rows: usize,
    /// The labels of the rows that have one.
    pub labels: Labels,
    /// The rows that should have a label and have none, in increasing order.
    pub unlabelled: Vec<usize>,
    /// For each coordinate its number and name in the file, and the same of the label.
    pub names: (Vec<String>, String),
}

impl Rows {
    /// What the columns lack.
    pub fn gaps(&self) -> Vec<ColumnGaps> {
        let column = |column: usize| self.values.iter().skip(column).step_by(self.width.max(1)).copied();
        let name = |column: usize| self.names.0.get(column).map_or("", String::as_str);
        let counted = |at: usize| ColumnGaps::counted(Some(at), name(at), column(at));
        let mut gaps: Vec<ColumnGaps> = if self.values.iter().all(|value| value.is_finite()) {
            Vec::new()
        } else {
            (0..self.width).filter_map(counted).collect()
        };
        gaps.extend(self.unlabelled.first().map(|first| ColumnGaps {
            coordinate: None,
            name: self.names.1.clone(),
            missing: self.unlabelled.len(),
            positive: 0,
            negative: 0,
            first: *first,
        }));
        gaps
    }

    /// Gives each missing or infinite coordinate the mean of its column's finite values; of a column without any they
    /// stay. Answers what was filled.
    pub fn fill(&mut self) -> Vec<ColumnGaps> {
        let before = self.gaps();
        for gaps in before.iter().filter(|gaps| gaps.coordinate.is_some()) {
            let column = gaps.coordinate.unwrap_or_default();
            let mut moments = Moments::default();
            let values = || self.values.iter().skip(column).step_by(self.width.max(1));
            values().filter(|value| value.is_finite()).for_each(|value| moments.add(*value));
            if values().all(|value| !value.is_finite()) {
                continue;
            }
            let (mean, _) = moments.finish();
            let values = self.values.iter_mut().skip(column).step_by(self.width.max(1));
            values.filter(|value| !value.is_finite()).for_each(|value| *value = mean);
        }
        before
    }

    /// The points with their labels, and the rows that cannot be points.
    pub fn split(self) -> (DMatrix<f64>, Labels, Option<LeftOut>) {
        let columns = self.gaps();
        let Rows { values, width, rows, labels, unlabelled, .. } = self;
        if columns.is_empty() {
            // A row of samples × width is a column of width × samples: the same values in the same order.
            return (DMatrix::from_vec(width, rows, values), labels, None);
        }
        let mut is_whole: Vec<bool> =
            values.chunks_exact(width.max(1)).map(|row| row.iter().all(|value| value.is_finite())).collect();
        unlabelled.iter().for_each(|row| is_whole[*row] = false);
        let (kept, left_out): (Vec<usize>, Vec<usize>) = (0..rows).partition(|row| is_whole[*row]);
        let taken = |chosen: &[usize]| {
            let values = chosen.iter().flat_map(|row| values[row * width..(row + 1) * width].iter().copied());
            DMatrix::from_iterator(width, chosen.len(), values)
        };
        // The labels are those of the rows that have one.
        let label_index = |row: &usize| row - unlabelled.partition_point(|other| other < row);
        let labels_of = |chosen: &[usize]| labels.chosen(&chosen.iter().map(label_index).collect::<Vec<_>>());
        let is_unlabelled = |row: &usize| unlabelled.binary_search(row).is_ok();
        let left = LeftOut {
            rows,
            points: taken(&left_out),
            labels: labels_of(&left_out),
            unlabelled: (0..left_out.len()).filter(|index| is_unlabelled(&left_out[*index])).collect(),
            columns,
            left_out,
            is_dropped: false,
        };
        (taken(&kept), labels_of(&kept), Some(left))
    }
}
