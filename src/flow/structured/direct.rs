//! The straight motion of any map: x(s) = (1 − s)·x + s·f(x), the shorter of both vectors padded with zeros.
//!
//! It is right at both ends. Between them paths may cross, so that there is neither velocity nor inverse.

use super::motion::StructuredMotion;
use crate::flow::NoVelocity;

/// The straight motion of a map that has no decomposition.
#[derive(Clone, Debug)]
pub struct StraightMotion<F> {
    inputs: usize,
    outputs: usize,
    operator: String,
    map: F,
}

impl<F: Fn(&[f64]) -> Vec<f64>> StraightMotion<F> {
    /// The motion of `map`, which takes `inputs` coordinates and gives `outputs`; `operator` is what it is called.
    pub fn new(inputs: usize, outputs: usize, operator: String, map: F) -> StraightMotion<F> {
        StraightMotion { inputs, outputs, operator, map }
    }

    /// What the map is called.
    pub fn operator(&self) -> &str {
        &self.operator
    }
}

impl<F: Fn(&[f64]) -> Vec<f64>> StructuredMotion for StraightMotion<F> {
    fn dimension(&self) -> usize {
        self.inputs.max(self.outputs)
    }

    fn carry(&self, coordinates: &mut [f64], s: f64) {
        let mut end = (self.map)(&coordinates[..self.inputs]);
        end.resize(self.outputs, f64::NAN);
        end.resize(coordinates.len(), 0.0);
        // What is beyond the input has been 0 since the layer before.
        coordinates[self.inputs..].fill(0.0);
        for (x, end) in coordinates.iter_mut().zip(end) {
            // At the end the value itself: 0 times what is not finite would be NaN.
            *x = if s >= 1.0 { end } else { (1.0 - s) * *x + s * end };
        }
    }

    fn trace(&self, _: &mut [f64], s: f64) -> Result<(), NoVelocity> {
        if s <= 0.0 { Ok(()) } else { Err(NoVelocity::Straight { operator: self.operator.clone() }) }
    }

    /// At the start the place is known, and with it the velocity f(x) − x.
    fn rates(&self, coordinates: &mut [f64], s: f64) -> Result<(), NoVelocity> {
        self.trace(coordinates, s)?;
        let start = coordinates.to_vec();
        self.carry(coordinates, 1.0);
        coordinates.iter_mut().zip(start).for_each(|(end, start)| *end -= start);
        Ok(())
    }
}
