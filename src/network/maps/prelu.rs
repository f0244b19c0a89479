//! PReLU: a leaky ReLU whose slope is learned, unit by unit or channel by channel.

use nalgebra::DMatrix;

use super::{ForwardMap, MapError, check_width, shapes};

/// y_i = x_i for x_i ≥ 0, else a_i·x_i.
#[derive(Clone, Debug, PartialEq)]
pub struct Prelu {
    slopes: Vec<f64>,
    parameters: usize,
}

impl Prelu {
    /// PReLU with one slope for each coordinate, of which `parameters` numbers were learned (one a channel, or one in all).
    ///
    /// # Errors
    /// If there is no slope, there are too many, or one is not finite.
    pub fn new(slopes: Vec<f64>, parameters: usize) -> Result<Prelu, MapError> {
        shapes::values(&[slopes.len()])?;
        match slopes.iter().find(|slope| !slope.is_finite()) {
            Some(value) => Err(MapError::Number { what: "a slope of PReLU", value: *value, must: "finite" }),
            None => Ok(Prelu { slopes, parameters }),
        }
    }

    /// a_i of each coordinate.
    pub fn slopes(&self) -> &[f64] {
        &self.slopes
    }
}

impl ForwardMap for Prelu {
    fn inputs(&self) -> usize {
        self.slopes.len()
    }

    fn outputs(&self) -> usize {
        self.slopes.len()
    }

    fn parameters(&self) -> usize {
        self.parameters
    }

    fn apply(&self, points: &DMatrix<f64>) -> Result<DMatrix<f64>, MapError> {
        check_width(self, points)?;
        let mut moved = points.clone();
        for mut column in moved.column_iter_mut() {
            column.iter_mut().zip(&self.slopes).filter(|(x, _)| **x < 0.0).for_each(|(x, slope)| *x *= slope);
        }
        Ok(moved)
    }
}
