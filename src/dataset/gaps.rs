//! Rows that hold no finite number where one is needed: they do not flow, and what they lack is counted.

use nalgebra::DMatrix;

use super::labels::Labels;
use super::moments::Moments;

/// How many columns a sentence names.
const NAMED: usize = 4;

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

/// What a column lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnGaps {
    /// The coordinate, from 0; `None` for the label.
    pub coordinate: Option<usize>,
    /// Its number and its name in the file.
    pub name: String,
    /// How many of its values are missing or NaN.
    pub missing: usize,
    /// How many are +∞.
    pub positive: usize,
    /// How many are −∞.
    pub negative: usize,
    /// The first row, from 0, that has none.
    pub first: usize,
}

impl ColumnGaps {
    /// Counts what `values`, one for each row, lack; `None` where all are finite.
    fn counted(coordinate: Option<usize>, name: &str, values: impl Iterator<Item = f64>) -> Option<ColumnGaps> {
        let mut gaps: Option<ColumnGaps> = None;
        for (row, value) in values.enumerate().filter(|(_, value)| !value.is_finite()) {
            let gaps = gaps.get_or_insert_with(|| ColumnGaps {
                coordinate,
                name: name.to_owned(),
                missing: 0,
                positive: 0,
                negative: 0,
                first: row,
            });
            match value {
                value if value.is_nan() => gaps.missing += 1,
                value if value > 0.0 => gaps.positive += 1,
                _ => gaps.negative += 1,
            }
        }
        gaps
    }

    /// `2 missing, 1 inf`.
    pub fn label(&self) -> String {
        let kinds = [(self.missing, "missing or NaN"), (self.positive, "inf"), (self.negative, "−inf")];
        let text = kinds.iter().filter(|(count, _)| *count > 0).map(|(count, kind)| format!("{count} {kind}"));
        text.collect::<Vec<_>>().join(", ")
    }

    fn column_text(&self) -> String {
        if self.coordinate.is_some() { format!("column {}", self.name) } else { format!("the label {}", self.name) }
    }
}

/// The rows of a file that are not among its data's points.
#[derive(Clone, Debug)]
pub struct LeftOut {
    /// The number of rows of the file.
    pub rows: usize,
    /// The rows that are left out, from 0, in increasing order.
    pub left_out: Vec<usize>,
    /// Their coordinates, coordinates × rows; NaN where one is missing.
    pub points: DMatrix<f64>,
    /// Their labels; any for those of `unlabelled`.
    pub(super) labels: Labels,
    /// Those that have no label, by their place in `left_out`.
    pub(super) unlabelled: Vec<usize>,
    /// What each column lacks, the columns of coordinates first.
    pub columns: Vec<ColumnGaps>,
    /// Whether a person has dropped them: then they are no finding.
    pub is_dropped: bool,
}

/// NaN is equal to NaN here: two readings of one file are equal.
impl PartialEq for LeftOut {
    fn eq(&self, other: &LeftOut) -> bool {
        let bits = |points: &DMatrix<f64>| points.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
        (self.rows, &self.left_out, &self.labels, &self.unlabelled, &self.columns, self.is_dropped)
            == (other.rows, &other.left_out, &other.labels, &other.unlabelled, &other.columns, other.is_dropped)
            && bits(&self.points) == bits(&other.points)
    }
}

impl LeftOut {
    /// The row of the file, from 0, that the point of this index is.
    pub fn row_of(&self, sample: usize) -> usize {
        // Before the row left_out[i] there are left_out[i] − i points.
        let (mut low, mut high) = (0, self.left_out.len());
        while low < high {
            let middle = low.midpoint(high);
            if self.left_out[middle] - middle <= sample { low = middle + 1 } else { high = middle }
        }
        sample + low
    }

    /// The same with other coordinates.
    pub(super) fn with_points(&self, points: DMatrix<f64>) -> LeftOut {
        LeftOut { points, ..self.clone() }
    }

    /// The same of these coordinates only; rows that lack nothing in them stay out all the same.
    pub(super) fn with_columns(&self, kept: &[usize]) -> LeftOut {
        let position = |gaps: &ColumnGaps| match gaps.coordinate {
            Some(column) => kept.iter().position(|kept| *kept == column).map(Some),
            None => Some(None),
        };
        let columns =
            self.columns.iter().filter_map(|gaps| Some(ColumnGaps { coordinate: position(gaps)?, ..gaps.clone() }));
        LeftOut { columns: columns.collect(), ..self.clone() }
    }

    /// What the columns lack, with the first place: `column 3 (x): 2 missing; the first is row 7, column 3 (x)`.
    pub fn label(&self) -> String {
        listed(&self.columns)
    }

    /// The first row that is left out, from 0, and what it lacks.
    pub fn first(&self) -> Option<(usize, &ColumnGaps)> {
        self.columns.iter().map(|gaps| (gaps.first, gaps)).min_by_key(|(row, _)| *row)
    }
}

/// What columns lack, and the first place at which they do.
pub(super) fn listed(columns: &[ColumnGaps]) -> String {
    let named = columns.iter().take(NAMED).map(|gaps| format!("{}: {}", gaps.column_text(), gaps.label()));
    let mut text = named.collect::<Vec<_>>().join("; ");
    if columns.len() > NAMED {
        text += &format!("; and {} more columns", columns.len() - NAMED);
    }
    if let Some(first) = columns.iter().min_by_key(|gaps| gaps.first) {
        text += &format!("; the first is in row {}, {}", first.first + 1, first.column_text());
    }
    text
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
