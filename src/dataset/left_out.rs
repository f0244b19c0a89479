//! The rows of a file that do not flow, and what they lack.

use nalgebra::DMatrix;

use super::labels::Labels;

/// How many columns a sentence names.
const NAMED: usize = 4;

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
    pub(super) fn counted(
        coordinate: Option<usize>,
        name: &str,
        values: impl Iterator<Item = f64>,
    ) -> Option<ColumnGaps> {
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
