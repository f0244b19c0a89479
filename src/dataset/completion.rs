//! Data whose rows do not all flow: which rows its points are, and what makes the others points.

use std::sync::Arc;

use nalgebra::DMatrix;

use super::gaps::Rows;
use super::labels::Labels;
use super::left_out::LeftOut;
use super::points::Dataset;

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
        let mut copy = |row: usize, point: &[f64]| values[row * width..(row + 1) * width].copy_from_slice(point);
        let columns = |points: &DMatrix<f64>, at: usize| points.column(at).iter().copied().collect::<Vec<f64>>();
        (0..self.samples()).for_each(|sample| copy(left_out.row_of(sample), &columns(&self.points, sample)));
        (0..left_out.left_out.len()).for_each(|at| copy(left_out.left_out[at], &columns(&left_out.points, at)));
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
