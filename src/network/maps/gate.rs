//! Products of two branches: a⊙b and a⊙σ(b).

use nalgebra::DMatrix;

use super::{ForwardMap, MapError, check_width, shapes};
use crate::network::Activation;

/// y_i = x_{gated(i)}·σ(x_{gate(i)}): the vector holds both branches.
///
/// A gate of fewer values than what it gates (one a channel) is named once for each value that it gates.
#[derive(Clone, Debug, PartialEq)]
pub struct Gate {
    inputs: usize,
    gated: Vec<usize>,
    gates: Vec<usize>,
    activation: Activation,
}

impl Gate {
    /// The products of these coordinates of a vector of `inputs`; σ is the identity for a⊙b.
    ///
    /// # Errors
    /// If the lists are empty or of unequal length, name a coordinate that is none, or σ acts on whole vectors.
    pub fn new(inputs: usize, gated: Vec<usize>, gates: Vec<usize>, activation: Activation) -> Result<Gate, MapError> {
        shapes::values(&[inputs, 1])?;
        shapes::values(&[gated.len()])?;
        if gated.len() != gates.len() {
            return Err(MapError::Parameters { what: "the gate", expected: gated.len(), found: gates.len() });
        }
        if let Some(index) = gated.iter().chain(&gates).find(|index| **index >= inputs) {
            return Err(MapError::Index { what: "coordinate of a gate", index: *index, length: inputs });
        }
        if !activation.is_coordinatewise() {
            return Err(MapError::WholeVector { activation: activation.name() });
        }
        Ok(Gate { inputs, gated, gates, activation })
    }

    /// a⊙σ(b) of a vector (a, b) of twice `width` coordinates.
    ///
    /// # Errors
    /// As [`Gate::new`].
    pub fn halves(width: usize, activation: Activation) -> Result<Gate, MapError> {
        let both = shapes::values(&[width, 2])?;
        Gate::new(both, (0..width).collect(), (width..both).collect(), activation)
    }

    /// Which coordinate each output multiplies.
    pub fn gated(&self) -> &[usize] {
        &self.gated
    }

    /// Which coordinate it is multiplied by.
    pub fn gates(&self) -> &[usize] {
        &self.gates
    }

    /// σ.
    pub fn activation(&self) -> Activation {
        self.activation
    }
}

impl ForwardMap for Gate {
    fn inputs(&self) -> usize {
        self.inputs
    }

    fn outputs(&self) -> usize {
        self.gated.len()
    }

    fn apply(&self, points: &DMatrix<f64>) -> Result<DMatrix<f64>, MapError> {
        check_width(self, points)?;
        let product = |row: usize, column: usize| {
            points[(self.gated[row], column)] * self.activation.value(points[(self.gates[row], column)])
        };
        Ok(DMatrix::from_fn(self.gated.len(), points.ncols(), product))
    }
}
