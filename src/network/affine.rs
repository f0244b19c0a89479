//! Affine maps.

use nalgebra::{DMatrix, DVector};

/// x ↦ `weight`·x + `bias`. `weight` is outputs × inputs, `bias` has one entry an output.
#[derive(Clone, Debug, PartialEq)]
pub struct Affine {
    /// W, outputs × inputs.
    pub weight: DMatrix<f64>,
    /// b, or none where the file gives none.
    pub bias: Option<DVector<f64>>,
}

impl Affine {
    /// The number of inputs n of the m×n weight.
    pub fn inputs(&self) -> usize {
        self.weight.ncols()
    }

    /// The number of outputs m of the m×n weight.
    pub fn outputs(&self) -> usize {
        self.weight.nrows()
    }

    /// The number of weights and biases.
    pub fn parameters(&self) -> usize {
        self.weight.len() + self.bias.as_ref().map_or(0, DVector::len)
    }

    /// W·x + b for each column x of `points` (inputs × samples); the result is outputs × samples.
    ///
    /// `points` must have `inputs()` rows; `Network` checks that before its layers are run.
    pub fn apply(&self, points: &DMatrix<f64>) -> DMatrix<f64> {
        let mut moved = &self.weight * points;
        if let Some(bias) = &self.bias {
            moved.column_iter_mut().for_each(|mut column| column += bias);
        }
        moved
    }
}
