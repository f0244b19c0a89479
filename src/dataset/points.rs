//! Points with labels or values.

use nalgebra::DMatrix;

use super::labels::Labels;
use super::scaling::{Scaling, scale};

/// Points that flow through a network, as the columns of a matrix.
#[derive(Clone, Debug, PartialEq)]
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
}

impl Dataset {
    /// Every `step`-th point with its label, the first among them.
    pub fn every(&self, step: usize) -> Dataset {
        let kept: Vec<usize> = (0..self.samples()).step_by(step.max(1)).collect();
        let labels = match &self.labels {
            Labels::None => Labels::None,
            Labels::Classes { of_sample, names } => Labels::Classes {
                of_sample: of_sample.iter().copied().step_by(step.max(1)).collect(),
                names: names.clone(),
            },
            Labels::Values(values) => Labels::Values(values.iter().copied().step_by(step.max(1)).collect()),
        };
        Dataset {
            name: self.name.clone(),
            points: self.points.select_columns(&kept),
            labels,
            columns: self.columns.clone(),
            notes: self.notes.clone(),
        }
    }

    /// The same points, scaled.
    pub fn scaled(&self, scaling: Scaling) -> Dataset {
        let mut points = self.points.clone();
        scale(points.as_mut_slice(), self.dimension(), scaling);
        Dataset { points, ..self.clone() }
    }

    /// The same points without these coordinates, from 0.
    pub fn without_columns(&self, columns: &[usize]) -> Dataset {
        let is_kept = |column: &usize| !columns.contains(column);
        let names = self.columns.iter().enumerate().filter(|(column, _)| is_kept(column));
        Dataset {
            points: self.points.select_rows(&(0..self.dimension()).filter(is_kept).collect::<Vec<_>>()),
            columns: names.map(|(_, name)| name.clone()).collect(),
            ..self.clone()
        }
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
        let thinned = Dataset { name: "data".into(), points, labels, columns: Vec::new(), notes: Vec::new() }.every(3);
        assert_eq!(thinned.points, DMatrix::from_column_slice(2, 3, &[0.0, 10.0, 3.0, 13.0, 6.0, 16.0]));
        assert_eq!(thinned.labels, Labels::Classes { of_sample: vec![0, 3, 6], names: Vec::new() });
    }
}
