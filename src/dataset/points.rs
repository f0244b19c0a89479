//! Points with labels or values.

use std::sync::Arc;

use nalgebra::DMatrix;

use super::labels::Labels;
use super::left_out::LeftOut;
use super::scaling::{Scaling, factors, scale};

/// Points that flow through a network, as the columns of a matrix.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dataset {
    /// What the data is called in the window and in results.
    pub name: String,
    /// The points, coordinates × samples.
    pub points: DMatrix<f64>,
    /// What is known of each point beside its coordinates.
    pub labels: Labels,
    /// What the coordinates are called in the file that they come from; empty where nothing says so.
    pub columns: Vec<String>,
    /// What was assumed where the data was read, and what of its file was left out, a sentence each.
    pub notes: Vec<String>,
    /// The rows of its file that are not among the points, as they hold no finite number where one is needed.
    pub left_out: Option<Arc<LeftOut>>,
    /// Whether a person has put the classes in the order of the outputs that stand for them.
    pub is_class_order_given: bool,
}

impl Dataset {
    /// Every `step`-th point with its label, the first among them. The rows of the file stay those of all points.
    pub fn every(&self, step: usize) -> Dataset {
        let kept: Vec<usize> = (0..self.samples()).step_by(step.max(1)).collect();
        Dataset {
            name: self.name.clone(),
            points: self.points.select_columns(&kept),
            labels: self.labels.chosen(&kept),
            columns: self.columns.clone(),
            notes: self.notes.clone(),
            left_out: self.left_out.clone(),
            is_class_order_given: self.is_class_order_given,
        }
    }

    /// The same points, scaled.
    pub fn scaled(&self, scaling: Scaling) -> Dataset {
        self.scaled_each(&vec![scaling; self.dimension()])
    }

    /// The same points, each coordinate scaled in its own way.
    pub fn scaled_each(&self, scaling: &[Scaling]) -> Dataset {
        let factors = factors(self.points.as_slice(), scaling);
        self.with_coordinates(|points| {
            let mut points = points.clone();
            scale(points.as_mut_slice(), &factors);
            points
        })
    }

    /// The same points and the rows that are left out, after a change of their coordinates.
    fn with_coordinates(&self, change: impl Fn(&DMatrix<f64>) -> DMatrix<f64>) -> Dataset {
        let left_out = |left_out: &Arc<LeftOut>| Arc::new(left_out.with_points(change(&left_out.points)));
        Dataset { points: change(&self.points), left_out: self.left_out.as_ref().map(left_out), ..self.clone() }
    }

    /// The same points without these coordinates, from 0.
    pub fn without_columns(&self, columns: &[usize]) -> Dataset {
        let is_kept = |column: &usize| !columns.contains(column);
        let names = self.columns.iter().enumerate().filter(|(column, _)| is_kept(column));
        let kept: Vec<usize> = (0..self.dimension()).filter(is_kept).collect();
        let columns = names.map(|(_, name)| name.clone()).collect();
        let without = self.with_coordinates(|points| points.select_rows(&kept));
        let left_out = without.left_out.as_ref().map(|left_out| Arc::new(left_out.with_columns(&kept)));
        Dataset { columns, left_out, ..without }
    }

    /// What the file calls a coordinate, from 0.
    pub fn column_name(&self, index: usize) -> Option<&str> {
        self.columns.get(index).map(String::as_str).filter(|name| !name.is_empty())
    }

    /// The number of points.
    pub fn samples(&self) -> usize {
        self.points.ncols()
    }

    /// The number of coordinates of a point.
    pub fn dimension(&self) -> usize {
        self.points.nrows()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_third_point_keeps_its_label() {
        let points = DMatrix::from_fn(2, 7, |row, column| (10 * row + column) as f64);
        let labels = Labels::Classes { of_sample: vec![0, 1, 2, 3, 4, 5, 6], names: Vec::new() };
        let thinned = Dataset { name: "data".into(), points, labels, ..Dataset::default() }.every(3);
        assert_eq!(thinned.points, DMatrix::from_column_slice(2, 3, &[0.0, 10.0, 3.0, 13.0, 6.0, 16.0]));
        assert_eq!(thinned.labels, Labels::Classes { of_sample: vec![0, 3, 6], names: Vec::new() });
    }
}
