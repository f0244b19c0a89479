//! Rows that hold no finite number where one is needed: they do not flow, and what they lack is counted.

use std::sync::Arc;

use nalgebra::DMatrix;

use super::labels::Labels;
use super::moments::Moments;
use super::points::Dataset;

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

    fn place(&self) -> String {
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
    labels: Labels,
    /// Those that have no label, by their place in `left_out`.
    unlabelled: Vec<usize>,
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
        let place = |gaps: &ColumnGaps| match gaps.coordinate {
            Some(column) => kept.iter().position(|kept| *kept == column).map(Some),
            None => Some(None),
        };
        let columns =
            self.columns.iter().filter_map(|gaps| Some(ColumnGaps { coordinate: place(gaps)?, ..gaps.clone() }));
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
    let named = columns.iter().take(NAMED).map(|gaps| format!("{}: {}", gaps.place(), gaps.label()));
    let mut text = named.collect::<Vec<_>>().join("; ");
    if columns.len() > NAMED {
        text += &format!("; and {} more columns", columns.len() - NAMED);
    }
    if let Some(first) = columns.iter().min_by_key(|gaps| gaps.first) {
        text += &format!("; the first is in row {}, {}", first.first + 1, first.place());
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
        let place = |row: &usize| row - unlabelled.partition_point(|other| other < row);
        let labels_of = |chosen: &[usize]| labels.chosen(&chosen.iter().map(place).collect::<Vec<_>>());
        let is_unlabelled = |row: &usize| unlabelled.binary_search(row).is_ok();
        let left = LeftOut {
            rows,
            points: taken(&left_out),
            labels: labels_of(&left_out),
            unlabelled: (0..left_out.len()).filter(|place| is_unlabelled(&left_out[*place])).collect(),
            columns,
            left_out,
            is_dropped: false,
        };
        (taken(&kept), labels_of(&kept), Some(left))
    }
}

impl Dataset {
    /// The row of the file, from 0, that a point is.
    pub fn row_of(&self, sample: usize) -> usize {
        self.left_out.as_ref().map_or(sample, |left_out| left_out.row_of(sample))
    }

    /// The number of rows of the file, whether they flow or not.
    pub fn rows(&self) -> usize {
        self.left_out.as_ref().map_or(self.samples(), |left_out| left_out.rows)
    }

    /// The coordinates of every row that are all finite, whether it has a label or not, and which row each is, from 0.
    pub fn finite_rows(&self) -> (DMatrix<f64>, Vec<usize>) {
        let kept = (0..self.samples()).map(|sample| (self.row_of(sample), self.points.column(sample)));
        let Some(left_out) = &self.left_out else { return (self.points.clone(), (0..self.samples()).collect()) };
        let others = left_out.left_out.iter().copied().zip(left_out.points.column_iter());
        let others = others.filter(|(_, point)| point.iter().all(|value| value.is_finite()));
        let mut all: Vec<_> = kept.chain(others).collect();
        all.sort_by_key(|(row, _)| *row);
        let points: Vec<_> = all.iter().map(|(_, point)| *point).collect();
        let matrix = DMatrix::from_fn(self.dimension(), points.len(), |row, column| points[column][row]);
        (matrix, all.into_iter().map(|(row, _)| row).collect())
    }

    /// The same points and the rows that are left out, with other classes.
    pub fn with_classes(&self, class: impl Fn(usize) -> usize, names: Vec<String>) -> Dataset {
        let changed = |labels: &Labels| match labels {
            Labels::Classes { of_sample, .. } => {
                Labels::Classes { of_sample: of_sample.iter().map(|own| class(*own)).collect(), names: names.clone() }
            }
            other => other.clone(),
        };
        let left_out = self
            .left_out
            .as_ref()
            .map(|left_out| Arc::new(LeftOut { labels: changed(&left_out.labels), ..LeftOut::clone(left_out) }));
        Dataset { labels: changed(&self.labels), left_out, ..self.clone() }
    }

    /// The same points, the rows that are left out dropped for good: they are told no longer.
    pub fn with_rows_dropped(&self) -> Dataset {
        let dropped = |left_out: &Arc<LeftOut>| Arc::new(LeftOut { is_dropped: true, ..LeftOut::clone(left_out) });
        Dataset { left_out: self.left_out.as_ref().map(dropped), ..self.clone() }
    }

    /// The points with those that lacked a value: the mean of the column's finite values takes its place. Rows without a
    /// label stay out. `None` where that fills nothing.
    pub fn filled(&self) -> Option<Dataset> {
        let left_out = self.left_out.as_ref()?;
        let mut rows = self.joined(left_out);
        rows.fill();
        let (points, labels, left_out) = rows.split();
        let more = points.ncols() > self.samples();
        more.then(|| Dataset { points, labels, left_out: left_out.map(Arc::new), ..self.clone() })
    }

    /// All rows of the file in their order.
    fn joined(&self, left_out: &LeftOut) -> Rows {
        let width = self.dimension();
        let mut values = vec![0.0; width * left_out.rows];
        let mut place = |row: usize, point: &[f64]| values[row * width..(row + 1) * width].copy_from_slice(point);
        let columns = |points: &DMatrix<f64>, at: usize| points.column(at).iter().copied().collect::<Vec<f64>>();
        (0..self.samples()).for_each(|sample| place(left_out.row_of(sample), &columns(&self.points, sample)));
        (0..left_out.left_out.len()).for_each(|at| place(left_out.left_out[at], &columns(&left_out.points, at)));
        let is_unlabelled = |at: &usize| left_out.unlabelled.binary_search(at).is_ok();
        let labelled: Vec<usize> = (0..left_out.left_out.len()).filter(|at| !is_unlabelled(at)).collect();
        let others = labelled.iter().map(|at| left_out.left_out[*at]).zip(labelled.iter().map(|at| (false, *at)));
        let mut order: Vec<(usize, (bool, usize))> =
            (0..self.samples()).map(|sample| (left_out.row_of(sample), (true, sample))).chain(others).collect();
        order.sort_unstable();
        let from: Vec<(bool, usize)> = order.into_iter().map(|(_, from)| from).collect();
        let name = |column: usize| {
            let known = left_out.columns.iter().find(|gaps| gaps.coordinate == Some(column));
            known.map_or_else(String::new, |gaps| gaps.name.clone())
        };
        let label = left_out.columns.iter().find(|gaps| gaps.coordinate.is_none());
        Rows {
            values,
            width,
            rows: left_out.rows,
            labels: self.labels.merged(&left_out.labels, &from),
            unlabelled: left_out.unlabelled.iter().map(|at| left_out.left_out[*at]).collect(),
            names: ((0..width).map(name).collect(), label.map_or_else(String::new, |gaps| gaps.name.clone())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Rows {
        let values = vec![1.0, 2.0, f64::NAN, 3.0, 5.0, 4.0, 7.0, f64::INFINITY, 9.0, 6.0, 11.0, 8.0];
        let labels = Labels::Classes { of_sample: vec![0, 1, 0, 1, 0], names: vec!["a".into(), "b".into()] };
        Rows {
            values,
            width: 2,
            rows: 6,
            labels,
            unlabelled: vec![4],
            names: (vec!["1 (x)".into(), "2 (y)".into()], "3".into()),
        }
    }

    fn data() -> Dataset {
        let (points, labels, left_out) = rows().split();
        Dataset { points, labels, left_out: left_out.map(Arc::new), ..Dataset::default() }
    }

    #[test]
    fn rows_without_a_number_are_left_out_and_counted() {
        let data = data();
        assert_eq!(data.points.as_slice(), [1.0, 2.0, 5.0, 4.0, 11.0, 8.0]);
        assert_eq!(data.labels, Labels::Classes { of_sample: vec![0, 0, 0], names: vec!["a".into(), "b".into()] });
        let left_out = data.left_out.as_ref().unwrap();
        assert_eq!((&left_out.left_out[..], data.rows()), (&[1, 3, 4][..], 6));
        assert_eq!([0, 1, 2].map(|sample| data.row_of(sample)), [0, 2, 5]);
        assert_eq!(
            left_out.label(),
            "column 1 (x): 1 missing or NaN; column 2 (y): 1 inf; the label 3: 1 missing or NaN; the first is in row 2, \
             column 1 (x)"
        );
        let (points, of_row) = data.finite_rows();
        assert_eq!(
            (points.as_slice(), &of_row[..]),
            (&[1.0, 2.0, 5.0, 4.0, 9.0, 6.0, 11.0, 8.0][..], &[0, 2, 4, 5][..])
        );
    }

    #[test]
    fn a_hole_is_filled_with_its_column_s_mean_and_rows_without_a_label_stay_out() {
        let filled = data().filled().unwrap();
        let [x, y] = [(1.0 + 5.0 + 7.0 + 9.0 + 11.0) / 5.0, (2.0 + 3.0 + 4.0 + 6.0 + 8.0) / 5.0];
        assert_eq!(filled.points.as_slice(), [1.0, 2.0, x, 3.0, 5.0, 4.0, 7.0, y, 11.0, 8.0]);
        assert_eq!(filled.left_out.as_ref().unwrap().left_out, [4]);
        assert!(matches!(&filled.labels, Labels::Classes { of_sample, .. } if of_sample[..] == [0, 1, 0, 1, 0]));
        assert!(filled.filled().is_none());
        let dropped = data().with_rows_dropped();
        assert!(dropped.left_out.as_ref().unwrap().is_dropped && dropped.row_of(2) == 5);
        assert_eq!(data(), data());
    }
}
