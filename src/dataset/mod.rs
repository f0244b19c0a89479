//! Data: points with labels or values, read from files or drawn from seeded generators.

use nalgebra::DMatrix;

/// Points that flow through a network, as the columns of a matrix.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    /// What the data is called in the window and in results.
    pub name: String,
    /// The points, coordinates × samples.
    pub points: DMatrix<f64>,
    /// What is known of each point beside its coordinates.
    pub labels: Labels,
}

/// What is known of each point.
#[derive(Clone, Debug, PartialEq)]
pub enum Labels {
    /// Nothing.
    None,
    /// A class: an index into `names` for each sample.
    Classes {
        /// The class of each sample.
        of_sample: Vec<usize>,
        /// The classes' names, in the order of their indices.
        names: Vec<String>,
    },
    /// A number, as for regression.
    Values(Vec<f64>),
}

impl Dataset {
    /// The number of points.
    pub fn samples(&self) -> usize {
        self.points.ncols()
    }

    /// The number of coordinates of a point.
    pub fn dimension(&self) -> usize {
        self.points.nrows()
    }
}
